//! How the server is asked to run: flags, then environment, then `dothi.toml`, then defaults.
//!
//! Every setting with its default stands in `dothi.toml` at the root of the repository, which is
//! also what `gis-server --print-config` prints; a test holds the two together.

mod cli;
mod file;
mod over;

use std::{net::SocketAddr, path::PathBuf};

pub use cli::{Cli, Command, unknown_variables};
pub use file::{DOCUMENTED, FileConfig};

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {path}; give another with --config")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be: an unknown key, a wrong type, broken TOML.
    #[error("the configuration {path} is wrong; `gis-server --print-config` shows every key")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: toml::de::Error,
    },
    /// A value that cannot be used.
    #[error("{setting}: {why}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// What is wrong and what would be right.
        why: String,
    },
}

/// How the server runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Where it listens and how it is reached.
    pub http: Http,
    /// What one request may take.
    pub limits: Limits,
    /// The web map.
    pub web: Web,
    /// The 3-D twin.
    pub twin: Twin,
    /// Files in and out.
    pub exchange: Exchange,
    /// What is cached.
    pub cache: Cache,
    /// How floods are run.
    pub floods: Floods,
    /// What the city senses.
    pub feeds: Feeds,
    /// What it says of itself.
    pub log: Log,
}

/// Where the server listens and how it is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Http {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Path under which a proxy shows the server: empty, or `/x`.
    pub base_path: String,
    /// The address that people use, where it is not the one of the request.
    pub public_url: Option<String>,
    /// PEM file with the certificate chain; with it the server speaks TLS.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the private key.
    pub tls_key: Option<PathBuf>,
    /// Origins of other sites whose pages may ask; `*` for any.
    pub cors_origins: Vec<String>,
    /// How long requests may still run after the signal to stop, in seconds.
    pub drain_s: u64,
}

/// What one request may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Features on a page when the request does not say.
    pub page_default: usize,
    /// Features on a page at most; a greater limit is capped.
    pub page_max: usize,
    /// Length of an address in bytes.
    pub url_bytes: usize,
    /// Length of a request's body in bytes.
    pub body_bytes: usize,
    /// Time until an answer begins, in seconds.
    pub timeout_s: u64,
    /// Requests at work at one time.
    pub concurrency: usize,
    /// Steps that the filter of one request may take, each about a value that is looked at.
    pub filter_steps: u64,
}

/// The web map.
#[derive(Debug, Clone, PartialEq)]
pub struct Web {
    /// Folder with the built web map.
    pub dir: PathBuf,
}

/// The 3-D twin.
#[derive(Debug, Clone, PartialEq)]
pub struct Twin {
    /// The program `twin`, which takes pictures; empty, the one beside the server's own.
    pub program: PathBuf,
}

/// Files in and out, which the program `datasets` reads and writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The program; empty, the one beside the server's own.
    pub program: PathBuf,
    /// Features of a file that is written while somebody waits.
    pub export_features: usize,
    /// Size of an upload, in MiB.
    pub upload_mib: u64,
    /// Memory of the program, in MiB.
    pub memory_mib: u64,
    /// How long one file may take, in seconds.
    pub time_s: u64,
}

/// How floods are run.
#[derive(Debug, Clone, PartialEq)]
pub struct Floods {
    /// On what.
    pub device: Device,
}

/// What floods run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// A graphics processor where there is one that can, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// Whatever speaks Vulkan, a program that acts as a graphics processor too: for tests.
    Gpu,
}

/// What is cached.
#[derive(Debug, Clone, PartialEq)]
pub struct Cache {
    /// Memory for encoded tiles, in MiB; 0 caches none.
    pub tiles_mib: u64,
}

/// What the city senses: observations in, their keeping.
#[derive(Debug, Clone, PartialEq)]
pub struct Feeds {
    /// Where MQTT is spoken.
    pub mqtt: Mqtt,
    /// Where MQTT is spoken over TLS, with the certificate of HTTP.
    pub mqtts: Option<SocketAddr>,
    /// Devices of one layer that become Things at most.
    pub things_max: usize,
    /// Days that observations are kept whole, counted from their receipt.
    pub raw_days: u32,
}

/// Where MQTT is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mqtt {
    /// Nowhere.
    Off,
    /// At the usual port beside HTTP, or at a free one where that is taken or HTTP took a free one.
    Beside,
    /// There, or not at all.
    At(SocketAddr),
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// How lines are written.
    pub format: LogFormat,
    /// Which lines: a level, or directives as `RUST_LOG` takes them.
    pub filter: String,
}

impl Config {
    /// The documented defaults over a data folder.
    ///
    /// # Errors
    /// None in practice: a test holds that the documented file can be read.
    pub fn defaults(data: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        let documented = FileConfig::parse("dothi.toml".as_ref(), DOCUMENTED)?;
        cli::Settings::default().over(documented, data.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_file_is_read_and_names_every_setting() {
        let config = Config::defaults("data").unwrap();
        assert_eq!(config.http.address.to_string(), "127.0.0.1:8080");
        assert_eq!(config.limits.page_max, 10_000);
        assert_eq!(config.log.format, LogFormat::Text);
    }

    #[test]
    fn an_unknown_key_is_reported_with_its_place() {
        let error = FileConfig::parse("x.toml".as_ref(), "[http]\nadress = \"127.0.0.1:1\"\n");
        let text = crate::error::chain(&error.unwrap_err());
        assert!(text.contains("adress") && text.contains("address"), "{text}");
    }
}
