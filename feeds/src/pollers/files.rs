//! Files of stations: those that were not taken yet, the oldest first.

use std::collections::BTreeSet;

use city::Instant;

use super::{
    FtpConfig, PollError, SftpConfig, ftp,
    ftp::{Ftp, Server},
    poller::{Poller, before},
    sftp,
    sftp::Sftp,
};
use crate::{adapters::StationFileName, egress::EgressError};

/// As many files are fetched before it is noted how far it is.
const CHUNK: usize = 20;
/// Seconds in a day.
const DAY_S: u64 = 86_400;

/// The files of a server, however it is spoken to.
pub(super) trait Store {
    /// The files in folders, each as folder and name; a folder that is not there has none.
    fn list(&mut self, folders: &BTreeSet<String>) -> Result<Vec<(String, String)>, PollError>;

    /// Files, each of which may fail by itself.
    fn fetch(&mut self, paths: &[String]) -> Result<Vec<Result<Vec<u8>, PollError>>, PollError>;
}

/// Which files are asked for.
struct Wish<'a> {
    folder: &'a str,
    ending: &'a str,
    most_files: usize,
}

/// A file that was not taken yet, by its time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    time: Instant,
    path: String,
    name: String,
}

impl Poller {
    pub(super) fn fetch_over_ftp(
        &mut self,
        ftp: &FtpConfig,
        now: Instant,
    ) -> Result<(), PollError> {
        self.check_host(&ftp.host, ftp.port, ftp::OWN_PORT)?;
        let egress = &self.parts.egress;
        let mut store = Ftp::open(Server {
            host: ftp.host.clone(),
            port: ftp.port,
            user: ftp.user.clone(),
            password: ftp.password.clone(),
            timeout: egress.timeout(),
            most_bytes: egress.most_bytes(),
        })?;
        let (folder, ending) = (ftp.folder.as_str(), ftp.ending.as_str());
        self.fetch_files(&mut store, &Wish { folder, ending, most_files: ftp.most_files }, now)
    }

    pub(super) fn fetch_over_sftp(
        &mut self,
        sftp: SftpConfig,
        now: Instant,
    ) -> Result<(), PollError> {
        self.check_host(&sftp.host, sftp.port, sftp::OWN_PORT)?;
        let egress = &self.parts.egress;
        let scratch = self.parts.dir.join(format!("{}.sftp", self.config.name));
        let mut store = Sftp::new(sftp.clone(), egress.timeout(), egress.most_bytes(), scratch)?;
        let (folder, ending) = (sftp.folder.as_str(), sftp.ending.as_str());
        self.fetch_files(&mut store, &Wish { folder, ending, most_files: sftp.most_files }, now)
    }

    fn check_host(&self, host: &str, port: u16, own_port: u16) -> Result<(), PollError> {
        match self.parts.egress.allows(host, port, own_port) {
            true => Ok(()),
            false => Err(EgressError::Host(format!("{host}:{port}")).into()),
        }
    }

    /// Fetches the files that were not taken yet. Stations send again what was missing, under names of
    /// the time it is of: every folder of the bounded past is looked into.
    fn fetch_files(
        &mut self,
        store: &mut dyn Store,
        wish: &Wish<'_>,
        now: Instant,
    ) -> Result<(), PollError> {
        let gap = &self.config.gap;
        let is_new = self.checkpoint.files.is_empty();
        let oldest = before(now, if is_new { gap.first_s } else { gap.most_s });
        let mut files = BTreeSet::new();
        for (folder, name) in store.list(&self.folders(wish.folder, oldest, now)?)? {
            let path = format!("{folder}/{name}");
            if !name.ends_with(wish.ending) || self.checkpoint.files.contains_key(&path) {
                continue;
            }
            // A name that tells no time is of now.
            let named = StationFileName::parse(&name, self.config.zone);
            let time = named.map_or(now, |name| name.time);
            if time >= oldest {
                files.insert(Found { time, path, name });
            }
        }
        let files: Vec<_> = files.into_iter().take(wish.most_files).collect();
        let fetched = self.fetch_each(store, &files);
        self.checkpoint.forget_before(before(oldest, DAY_S));
        self.save()?;
        fetched
    }

    /// Takes files one after the other; one that cannot be had or read does not hold up the others.
    fn fetch_each(&mut self, store: &mut dyn Store, files: &[Found]) -> Result<(), PollError> {
        let mut failed = None;
        for chunk in files.chunks(CHUNK) {
            let paths: Vec<_> = chunk.iter().map(|file| file.path.clone()).collect();
            for (file, bytes) in chunk.iter().zip(store.fetch(&paths)?) {
                let bytes = match bytes {
                    Ok(bytes) => bytes,
                    // It is tried again the next time.
                    Err(error) => {
                        failed = Some(error);
                        continue;
                    }
                };
                match self.take(&file.name, &bytes) {
                    // It is among the dead letters.
                    Err(error @ PollError::Refused(_)) => failed = Some(error),
                    taken => {
                        taken?;
                        self.checkpoint.advance(file.time);
                    }
                }
                self.checkpoint.files.insert(file.path.clone(), file.time);
            }
            self.save()?;
        }
        failed.map_or(Ok(()), Err)
    }

    /// The folders in which files of a time may be: one for each day, where the pattern says so.
    fn folders(
        &self,
        pattern: &str,
        oldest: Instant,
        now: Instant,
    ) -> Result<BTreeSet<String>, PollError> {
        let pattern = pattern.trim_end_matches('/');
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
