//! Files of an SFTP server, by OpenSSH's own program `sftp` as a child process: SSH in Rust would bring
//! some eighty crates, and its keys and known hosts are kept as administrators keep them anyway.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{PollError, SftpConfig, files::Store};

/// The port of the protocol.
pub(super) const OWN_PORT: u16 = 22;
/// As much of what the program says is listened to.
const MOST_OUTPUT_BYTES: u64 = 16 << 20;
/// How often it is looked whether the program has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Why files cannot be had over SFTP.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SftpError {
    /// The program cannot be started.
    #[error("cannot start sftp: {0}; install OpenSSH's client (Debian: openssh-client)")]
    Start(#[source] std::io::Error),
    /// The program could not do it.
    #[error("SFTP server {host}: {said}")]
    Ended {
        /// Which server.
        host: String,
        /// What the program says.
        said: String,
    },
    /// It takes too long.
    #[error("SFTP server {0} takes too long")]
    TimedOut(String),
    /// A file did not come.
    #[error("SFTP server {host} does not give {path}")]
    Missing {
        /// Which server.
        host: String,
        /// Which file.
        path: String,
    },
    /// A file is longer than may be.
    #[error("SFTP server {host}: {path} has more than {most} bytes")]
    TooLong {
        /// Which server.
        host: String,
        /// Which file.
        path: String,
        /// As many are taken.
        most: u64,
    },
    /// A name would mean something else to the program.
    #[error("{0:?} cannot be asked for: leave out quotes, wildcards and a hyphen at the beginning")]
    Name(String),
    /// The folder for what comes cannot be used.
    #[error("cannot use {path}: {source}")]
    Scratch {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A server's files.
pub(super) struct Sftp {
    config: SftpConfig,
    timeout: Duration,
    most_bytes: u64,
    /// Where files are put before they are read.
    scratch: PathBuf,
    sizes: BTreeMap<String, u64>,
}

impl Sftp {
    pub(super) fn new(
        config: SftpConfig,
        timeout: Duration,
        most_bytes: u64,
        scratch: PathBuf,
    ) -> Result<Self, SftpError> {
        let is_option = |text: &&str| text.is_empty() || text.starts_with('-');
        if let Some(bad) =
            [config.host.as_str(), config.user.as_str()].iter().find(|it| is_option(it))
        {
            return Err(SftpError::Name((*bad).to_owned()));
        }
        Ok(Self { config, timeout, most_bytes, scratch, sizes: BTreeMap::new() })
    }

    /// Has the program do what a batch says; what it says to that.
    fn run(&self, batch: &str) -> Result<String, SftpError> {
        let SftpConfig { host, port, user, key_file, known_hosts, .. } = &self.config;
        let mut child = Command::new("sftp")
            .args(["-q", "-b", "-", "-F", "/dev/null", "-P", &port.to_string()])
            .args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"])
            .args(["-o", "IdentitiesOnly=yes", "-o"])
            .arg(format!("ConnectTimeout={}", self.timeout.as_secs().max(1)))
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", known_hosts.display()))
            .arg("-i")
            .arg(key_file)
            .arg(format!("{user}@{host}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(SftpError::Start)?;
        let output = listen(child.stdout.take());
        let complaints = listen(child.stderr.take());
        if let Some(mut input) = child.stdin.take() {
            // A program that has ended takes nothing: how it ended says more.
            let _ = input.write_all(batch.as_bytes());
        }
        let ended_well = self.wait(&mut child)?;
        let (output, complaints) = (heard(output), heard(complaints));
        if ended_well {
            return Ok(output);
        }
        let said = complaints.lines().last().unwrap_or("it ended").chars().take(300).collect();
        Err(SftpError::Ended { host: host.clone(), said })
    }

    /// Waits for the program, and ends it when it takes too long.
    fn wait(&self, child: &mut Child) -> Result<bool, SftpError> {
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status.success()),
                Ok(None) if begun.elapsed() < self.timeout => std::thread::sleep(LOOK),
                _ => {
                    // It may have ended by itself meanwhile.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(SftpError::TimedOut(self.config.host.clone()));
                }
            }
        }
    }

    fn fetch_all(&self, paths: &[String]) -> Result<Vec<Result<Vec<u8>, PollError>>, SftpError> {
        let failed = |source| SftpError::Scratch { path: self.scratch.clone(), source };
        std::fs::create_dir_all(&self.scratch).map_err(failed)?;
        let mut batch = String::new();
        let place = |number: usize| self.scratch.join(number.to_string());
        for (number, path) in paths.iter().enumerate() {
            if self.sizes.get(path).is_none_or(|size| *size <= self.most_bytes) {
                let to = quoted(&place(number).display().to_string())?;
                batch.push_str(&format!("-get {} {to}\n", quoted(path)?));
            }
        }
        let ran = self.run(&batch);
        let host = || self.config.host.clone();
        let files = paths.iter().enumerate().map(|(number, path)| {
            if self.sizes.get(path).is_some_and(|size| *size > self.most_bytes) {
                let most = self.most_bytes;
                return Err(SftpError::TooLong { host: host(), path: path.clone(), most }.into());
            }
            let read = std::fs::read(place(number));
            read.map_err(|_| SftpError::Missing { host: host(), path: path.clone() }.into())
        });
        let files: Vec<_> = files.collect();
        std::fs::remove_dir_all(&self.scratch).map_err(failed)?;
        ran.map(|_| files)
    }
}

impl Store for Sftp {
    fn list(&mut self, folders: &BTreeSet<String>) -> Result<Vec<(String, String)>, PollError> {
        let mut batch = String::new();
        for folder in folders {
            // A folder that is not there yet holds up nothing.
            batch.push_str(&format!("-ls -ln {}\n", quoted(&format!("{folder}/"))?));
        }
        let output = self.run(&batch)?;
        self.sizes.clear();
        let mut found = Vec::new();
        for line in output.lines().filter(|line| line.starts_with('-')) {
            // Rights, links, user, group, size, month, day, time, path.
            let words: Vec<_> = line.split_whitespace().collect();
            let [_, _, _, _, size, _, _, _, path] = *words.as_slice() else { continue };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let folder = folder.trim_end_matches('/');
            // A name that means more than itself is not asked for.
            if let (Ok(size), Ok(_)) = (size.parse(), quoted(name)) {
                self.sizes.insert(format!("{folder}/{name}"), size);
                found.push((folder.to_owned(), name.to_owned()));
            }
        }
        Ok(found)
    }

    fn fetch(&mut self, paths: &[String]) -> Result<Vec<Result<Vec<u8>, PollError>>, PollError> {
        Ok(self.fetch_all(paths)?)
    }
}

/// A path as the program reads it; one with a special sign is refused.
fn quoted(path: &str) -> Result<String, SftpError> {
    let is_special = |c: char| c.is_control() || "\"'\\*?[]{}".contains(c);
    if path.is_empty() || path.chars().any(is_special) || path.starts_with('-') {
        return Err(SftpError::Name(path.chars().take(120).collect()));
    }
    Ok(format!("\"{path}\""))
}

/// Listens to an output on a thread, so that the program never waits to be heard.
fn listen(output: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(output) = output {
            // What came before an error is all there is.
            let _ = output.take(MOST_OUTPUT_BYTES).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn heard(listener: JoinHandle<String>) -> String {
    listener.join().unwrap_or_default()
}
