//! Files of stations over FTP: those that were not taken yet, the oldest first.

use std::collections::BTreeSet;

use city::Instant;

use super::{
    FtpConfig, PollError,
    ftp::{Ftp, OWN_PORT, Server},
    poller::{Poller, before},
};
use crate::{adapters::StationFileName, egress::EgressError};

/// After as many files it is noted how far it is.
const SAVE_FILES: usize = 50;
/// Seconds in a day.
const DAY_S: u64 = 86_400;

impl Poller {
    /// Fetches the files that were not taken yet. Stations send again what was missing, under names of
    /// the time it is of: every folder of the bounded past is looked into.
    pub(super) fn fetch_files(&mut self, ftp: &FtpConfig, now: Instant) -> Result<(), PollError> {
        let egress = &self.parts.egress;
        if !egress.allows(&ftp.host, ftp.port, OWN_PORT) {
            return Err(EgressError::Host(format!("{}:{}", ftp.host, ftp.port)).into());
        }
        let gap = &self.config.gap;
        let is_new = self.checkpoint.files.is_empty();
        let oldest = before(now, if is_new { gap.first_s } else { gap.most_s });
        let folders = self.folders(ftp, oldest, now)?;
        let mut session = Ftp::open(Server {
            host: ftp.host.clone(),
            port: ftp.port,
            user: ftp.user.clone(),
            password: ftp.password.clone(),
            timeout: egress.timeout(),
            most_bytes: egress.most_bytes(),
        })?;
        let mut files = BTreeSet::new();
        for folder in folders {
            for name in session.list(&folder)? {
                let path = format!("{folder}/{name}");
                if !name.ends_with(&ftp.ending) || self.checkpoint.files.contains_key(&path) {
                    continue;
                }
                // A name that tells no time is of now.
                let named = StationFileName::parse(&name, self.config.zone);
                let time = named.map_or(now, |name| name.time);
                if time >= oldest {
                    files.insert((time, path, name));
                }
            }
        }
        let fetched = self.fetch_each(&mut session, ftp, files);
        self.checkpoint.forget_before(before(oldest, DAY_S));
        self.save()?;
        session.close();
        fetched
    }

    fn fetch_each(
        &mut self,
        session: &mut Ftp,
        ftp: &FtpConfig,
        files: BTreeSet<(Instant, String, String)>,
    ) -> Result<(), PollError> {
        let mut refused = None;
        for (number, (time, path, name)) in files.into_iter().take(ftp.most_files).enumerate() {
            let bytes = session.fetch(&path)?;
            match self.take(&name, &bytes) {
                // It is among the dead letters; the others do not wait for it.
                Err(error @ PollError::Refused(_)) => refused = Some(error),
                taken => {
                    taken?;
                    self.checkpoint.advance(time);
                }
            }
            self.checkpoint.files.insert(path, time);
            if number % SAVE_FILES == SAVE_FILES - 1 {
                self.save()?;
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// The folders in which files of a time may be: one for each day, where the pattern says so.
    fn folders(
        &self,
        ftp: &FtpConfig,
        oldest: Instant,
        now: Instant,
    ) -> Result<BTreeSet<String>, PollError> {
        let pattern = ftp.folder.trim_end_matches('/');
        if !pattern.contains('%') {
            return Ok(BTreeSet::from([pattern.to_owned()]));
        }
        let mut folders = BTreeSet::new();
        let mut back = 0;
        loop {
            let at = before(now, back).max(oldest);
            folders.insert(self.config.zone.format(at, pattern).map_err(PollError::Pattern)?);
            if at == oldest {
                return Ok(folders);
            }
            back += DAY_S / 2;
        }
    }
}
