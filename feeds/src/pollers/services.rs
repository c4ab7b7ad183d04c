//! Services over HTTP: what they have between two instants.

use city::Instant;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    HttpConfig, PollError,
    poller::{Poller, after},
};

/// As many requests are made at a time; the rest of a long gap is asked for the next time.
const MOST_SLICES: usize = 64;

impl Poller {
    /// Asks for what lies between where it is and now, slice by slice.
    pub(super) fn ask_service(&mut self, http: &HttpConfig, now: Instant) -> Result<(), PollError> {
        let asks_for_times = http.url.contains("{from}") || http.url.contains("{to}");
        let slice = std::time::Duration::from_secs(self.config.gap.slice_s);
        let mut from = self.begin(now);
        for _ in 0..MOST_SLICES {
            let to = if asks_for_times { after(from, slice).min(now) } else { now };
            let url = self.address(http, from, to)?;
            let headers: Vec<_> =
                http.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            let reply = self.parts.egress.get(&url, &headers)?;
            let last = self.take("", &reply.body)?;
            if to < now {
                // A slice of the past is complete, whether there was something in it or not.
                self.checkpoint.advance(to);
            } else if let Some(last) = last {
                self.checkpoint.advance(last.min(now));
            }
            self.save()?;
            if to >= now {
                return Ok(());
            }
            from = to;
        }
        Ok(())
    }

    fn address(&self, http: &HttpConfig, from: Instant, to: Instant) -> Result<String, PollError> {
        let written = |at| {
            let text = self.config.zone.format(at, &http.time_format);
            let text = text.map_err(PollError::Pattern)?;
            Ok::<_, PollError>(utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string())
        };
        Ok(http.url.replace("{from}", &written(from)?).replace("{to}", &written(to)?))
    }
}
