//! `dothi.toml`, as it is written.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, Device, LogFormat};

/// The documented configuration: every key with its default.
pub const DOCUMENTED: &str = include_str!("../../../dothi.toml");

/// What a configuration file says; what it leaves out stays as documented.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileConfig {
    /// The data folder.
    pub data: Option<PathBuf>,
    /// `[http]`
    pub http: HttpTable,
    /// `[limits]`
    pub limits: LimitsTable,
    /// `[web]`
    pub web: WebTable,
    /// `[twin]`
    pub twin: TwinTable,
    /// `[exchange]`
    pub exchange: ExchangeTable,
    /// `[cache]`
    pub cache: CacheTable,
    /// `[floods]`
    pub floods: FloodsTable,
    /// `[feeds]`
    pub feeds: FeedsTable,
    /// `[log]`
    pub log: LogTable,
}

/// `[http]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpTable {
    pub(super) address: Option<String>,
    pub(super) base_path: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) cors_origins: Option<Vec<String>>,
    pub(super) drain_s: Option<u64>,
}

/// `[limits]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsTable {
    pub(super) page_default: Option<usize>,
    pub(super) page_max: Option<usize>,
    pub(super) url_bytes: Option<usize>,
    pub(super) body_bytes: Option<usize>,
    pub(super) timeout_s: Option<u64>,
    pub(super) concurrency: Option<usize>,
    pub(super) filter_steps: Option<u64>,
}

/// `[web]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebTable {
    pub(super) dir: Option<PathBuf>,
}

/// `[twin]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TwinTable {
    pub(super) program: Option<PathBuf>,
}

/// `[exchange]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExchangeTable {
    pub(super) program: Option<PathBuf>,
    pub(super) export_features: Option<usize>,
    pub(super) upload_mib: Option<u64>,
    pub(super) memory_mib: Option<u64>,
    pub(super) time_s: Option<u64>,
}

/// `[cache]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CacheTable {
    pub(super) tiles_mib: Option<u64>,
}

/// `[floods]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FloodsTable {
    pub(super) device: Option<Device>,
}

/// `[feeds]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedsTable {
    pub(super) mqtt: Option<String>,
    pub(super) mqtts: Option<String>,
    pub(super) things_max: Option<usize>,
    pub(super) raw_days: Option<u32>,
}

/// `[log]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogTable {
    pub(super) format: Option<LogFormat>,
    pub(super) filter: Option<String>,
}

impl FileConfig {
    /// Reads a configuration from its text; an empty text in a value is as if it were left out.
    ///
    /// # Errors
    /// [`ConfigError::Parse`], which names the line, the key and what would be right.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let mut read: Self = toml::from_str(text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source })?;
        read.http.public_url.take_if(|url| url.is_empty());
        for address in [&mut read.feeds.mqtt, &mut read.feeds.mqtts] {
            address.take_if(|address| address.is_empty());
        }
        for file in [&mut read.http.tls_cert, &mut read.http.tls_key, &mut read.data] {
            file.take_if(|path| path.as_os_str().is_empty());
        }
        Ok(read)
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`ConfigError::Read`] or [`ConfigError::Parse`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }
}
