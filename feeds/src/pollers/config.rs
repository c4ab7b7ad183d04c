//! A poller as it stands in `feeds.toml`.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use crate::adapters::Zone;

/// `[[poller]]`: what is asked for, how often, and which adapter reads it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollerConfig {
    /// Its name.
    pub name: String,
    /// The adapter that takes what comes.
    pub adapter: String,
    /// Seconds from one time to the next.
    #[serde(default = "ten_minutes")]
    pub every_s: u64,
    /// The zone of times in addresses and folders.
    #[serde(default)]
    pub zone: Zone,
    /// A service that is asked over HTTP.
    pub http: Option<HttpConfig>,
    /// A server whose files are fetched over FTP.
    pub ftp: Option<FtpConfig>,
    /// A server whose files are fetched over SFTP.
    pub sftp: Option<SftpConfig>,
    /// How gaps are filled.
    #[serde(default)]
    pub gap: GapConfig,
    /// How long is waited after failures.
    #[serde(default)]
    pub retry: RetryConfig,
}

fn ten_minutes() -> u64 {
    600
}

/// `[poller.http]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// The address; `{from}` and `{to}` in it become the times between which is asked. Its host
    /// stands in `[egress]`.
    pub url: String,
    /// Headers, such as a key.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How times are written, as a pattern of `strftime`.
    #[serde(default = "iso")]
    pub time_format: String,
}

fn iso() -> String {
    "%Y-%m-%dT%H:%M:%S".to_owned()
}

/// `[poller.ftp]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FtpConfig {
    /// The server; it stands in `[egress]`.
    pub host: String,
    /// Its port.
    #[serde(default = "own_port")]
    pub port: u16,
    /// Who asks.
    #[serde(default = "anonymous")]
    pub user: String,
    /// With which password.
    #[serde(default)]
    pub password: String,
    /// The folder, as a pattern of `strftime` where there is one for each day (`/%Y/%m/%d`).
    #[serde(default)]
    pub folder: String,
    /// What the names of files end with.
    #[serde(default = "txt")]
    pub ending: String,
    /// As many files are fetched at a time.
    #[serde(default = "some_files")]
    pub most_files: usize,
}

/// `[poller.sftp]`: by OpenSSH's client, with a key and a known host.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SftpConfig {
    /// The server; it stands in `[egress]`.
    pub host: String,
    /// Its port.
    #[serde(default = "ssh_port")]
    pub port: u16,
    /// Who asks.
    pub user: String,
    /// The private key, without a passphrase.
    pub key_file: PathBuf,
    /// The server's key, in a file of the form of `known_hosts`.
    pub known_hosts: PathBuf,
    /// The folder, as a pattern of `strftime` where there is one for each day (`/%Y/%m/%d`).
    #[serde(default)]
    pub folder: String,
    /// What the names of files end with.
    #[serde(default = "txt")]
    pub ending: String,
    /// As many files are fetched at a time.
    #[serde(default = "some_files")]
    pub most_files: usize,
}

fn own_port() -> u16 {
    super::ftp::OWN_PORT
}

fn ssh_port() -> u16 {
    super::sftp::OWN_PORT
}

fn anonymous() -> String {
    "anonymous".to_owned()
}

fn txt() -> String {
    ".txt".to_owned()
}

fn some_files() -> usize {
    500
}

/// `[poller.gap]`: how far back is asked for what is missing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GapConfig {
    /// Seconds before now, when nothing is known yet.
    pub first_s: u64,
    /// Seconds before now, at most.
    pub most_s: u64,
    /// Seconds that are asked for again each time, for what comes late.
    pub overlap_s: u64,
    /// Seconds that are asked for in one request, at most.
    pub slice_s: u64,
    /// Devices whose latest observations tell where to begin, when nothing else does.
    pub devices: Vec<String>,
}

impl Default for GapConfig {
    fn default() -> Self {
        Self {
            first_s: 86_400,
            most_s: 7 * 86_400,
            overlap_s: 1800,
            slice_s: 86_400,
            devices: Vec::new(),
        }
    }
}

/// `[poller.retry]`: how long is waited after failures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryConfig {
    /// Seconds after the first.
    pub first_s: u64,
    /// Seconds after many.
    pub most_s: u64,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self { first_s: 30, most_s: 3600 }
    }
}

impl PollerConfig {
    /// What is wrong with it, and what would be right.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(is_sound) {
            return Err("a name has 1 to 64 of a to z, 0 to 9 and hyphens".to_owned());
        }
        let ways = [self.http.is_some(), self.ftp.is_some(), self.sftp.is_some()];
        if ways.into_iter().filter(|is_given| *is_given).count() != 1 {
            return Err("give one of [poller.http], [poller.ftp] and [poller.sftp]".to_owned());
        }
        if self.every_s == 0 || self.retry.first_s == 0 || self.gap.slice_s < 60 {
            return Err("every_s and retry.first_s are at least 1, gap.slice_s 60".to_owned());
        }
        // Beyond, no arithmetic of times holds.
        let seconds = [self.every_s, self.gap.first_s, self.gap.most_s, self.gap.overlap_s];
        if seconds.iter().chain([&self.retry.most_s, &self.gap.slice_s]).any(|s| *s > 10 * YEAR_S) {
            return Err("ten years are too long".to_owned());
        }
        Ok(())
    }
}

/// Seconds in a year.
const YEAR_S: u64 = 366 * 86_400;
