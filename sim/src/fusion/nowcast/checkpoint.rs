//! A nowcast as bytes, and back, to the bit.

use std::collections::VecDeque;

use super::{
    super::{Error, quality::History},
    Gauge, Nowcast, Settings, Snapshot, members,
};
use crate::{
    bytes::{Broken, Bytes, Reader},
    flood::{Engine, Forcing, Ground},
};

/// First bytes of a checkpoint; the last is the version of its layout.
const MAGIC: &[u8; 8] = b"DTNOWCA\x01";

impl Nowcast {
    /// Multipliers, what is remembered of gauges, and the water of every member, little end first. Ground, forcing,
    /// gauges and settings are not in it.
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        let mut bytes = Bytes(MAGIC.to_vec());
        self.identity().iter().for_each(|number| bytes.number(*number));
        self.logs.members.iter().flatten().for_each(|log| bytes.float(*log));
        for history in &self.quality.gauges {
            bytes.history(history);
        }
        for correction in &self.corrections {
            let known =
                [correction.seen_s, correction.offset, correction.rest, correction.variance];
            known.iter().for_each(|value| bytes.float(*value));
        }
        bytes.number(self.past.len() as u64);
        for snapshot in &self.past {
            bytes.float(snapshot.time_s);
            for member in &snapshot.members {
                bytes.number(member.len() as u64);
                bytes.0.extend_from_slice(member);
            }
        }
        bytes.0
    }

    /// The nowcast of a checkpoint, over the same ground, with the same gauges and settings, and with what is known
    /// of the forcing by now.
    ///
    /// # Errors
    /// Where the bytes are cut short or come from another nowcast, and as [`Nowcast::new`].
    pub fn restore(
        ground: Ground,
        forcing: Forcing,
        gauges: Vec<Gauge>,
        settings: Settings,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let mut nowcast = Self::without_states(ground, forcing, gauges, settings)?;
        let refuse = |reason| Err(Error::Checkpoint { reason });
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return refuse("its first bytes are not those of a checkpoint of this version");
        };
        let mut reader = Reader(rest);
        for expected in nowcast.identity() {
            if reader.number()? != expected {
                return refuse("it has another number of members, gauges or multipliers");
            }
        }
        for log in nowcast.logs.members.iter_mut().flatten() {
            *log = reader.float()?;
        }
        for history in &mut nowcast.quality.gauges {
            *history = reader.history()?;
        }
        for correction in &mut nowcast.corrections {
            correction.seen_s = reader.float()?;
            correction.offset = reader.float()?;
            correction.rest = reader.float()?;
            correction.variance = reader.float()?;
        }
        nowcast.past = reader.snapshots(nowcast.settings.members)?;
        if !reader.0.is_empty() {
            return refuse("there is more than it needs");
        }
        if nowcast.logs.members.iter().flatten().any(|log| !log.is_finite()) {
            return refuse("a multiplier is not a number");
        }
        let flood = nowcast.settings.flood;
        nowcast.engines =
            members::engines(&nowcast.ground, &nowcast.forcing, flood, &nowcast.logs)?;
        let Some(now) = nowcast.past.back() else { return refuse("it has no water") };
        let member = |(engine, bytes): (&Engine<f32>, &Vec<u8>)| engine.restore(bytes);
        let states = nowcast.engines.iter().zip(&now.members).map(member);
        nowcast.states = states.collect::<Result<_, _>>()?;
        Ok(nowcast)
    }

    /// What has to be the same for a checkpoint to fit.
    fn identity(&self) -> [u64; 3] {
        [self.settings.members, self.gauges.len(), 2 + self.forcing.inflows.len()]
            .map(|number| number as u64)
    }
}

impl Bytes {
    fn history(&mut self, history: &History) {
        let History { last, still, departures, good, is_left_out } = history;
        for value in [last.0, last.1, still.0, still.1, still.2] {
            self.float(value);
        }
        for number in [*departures, *good, u32::from(*is_left_out)] {
            self.number(u64::from(number));
        }
    }
}

impl From<Broken> for Error {
    fn from(Broken(reason): Broken) -> Self {
        Self::Checkpoint { reason }
    }
}

impl Reader<'_> {
    fn history(&mut self) -> Result<History, Error> {
        Ok(History {
            last: (self.float()?, self.float()?),
            still: (self.float()?, self.float()?, self.float()?),
            departures: self.count()?,
            good: self.count()?,
            is_left_out: self.number()? == 1,
        })
    }

    fn snapshots(&mut self, members: usize) -> Result<VecDeque<Snapshot>, Error> {
        let mut snapshots = VecDeque::new();
        for _ in 0..self.number()? {
            let time_s = self.float()?;
            let mut found = Vec::with_capacity(members);
            for _ in 0..members {
                let length = self.length()?;
                found.push(self.take(length)?.to_vec());
            }
            snapshots.push_back(Snapshot { time_s, members: found });
        }
        Ok(snapshots)
    }
}
