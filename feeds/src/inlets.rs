//! `feeds.toml` of a data folder: how observations come in besides MQTT and HTTP in SensorThings.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    adapters::AdapterConfig, bridge::BridgeConfig, egress::EgressConfig, pollers::PollerConfig,
};

/// What stands in `feeds.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InletsConfig {
    /// Payloads of other systems.
    #[serde(default, rename = "adapter")]
    pub adapters: Vec<AdapterConfig>,
    /// Services and files of others that are asked for.
    #[serde(default, rename = "poller")]
    pub pollers: Vec<PollerConfig>,
    /// Outside brokers.
    #[serde(default, rename = "bridge")]
    pub bridges: Vec<BridgeConfig>,
    /// Which hosts may be asked.
    #[serde(default)]
    pub egress: EgressConfig,
}

/// Why `feeds.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InletsError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not as it should be; the message names line, column and key.
    #[error("{path}: {source}")]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Where, and what is wrong.
        source: Box<toml::de::Error>,
    },
}

impl InletsConfig {
    /// Reads a file; one that is not there says nothing.
    ///
    /// # Errors
    /// [`InletsError`].
    pub fn read(path: &Path) -> Result<Self, InletsError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(InletsError::Read { path: path.to_owned(), source }),
        }
    }

    /// Reads a text; `path` stands in messages.
    ///
    /// # Errors
    /// [`InletsError::Invalid`]: an unknown key among them.
    pub fn parse(path: &Path, text: &str) -> Result<Self, InletsError> {
        toml::from_str(text)
            .map_err(|source| InletsError::Invalid { path: path.to_owned(), source: source.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        SystemClock,
        adapters::Adapters,
        egress::Egress,
        service::{Service, ServiceConfig},
    };

    #[test]
    fn the_example_that_people_begin_with_can_be_used() {
        let example = include_str!("../../docs/feeds.toml");
        let config = InletsConfig::parse("docs/feeds.toml".as_ref(), example).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let opened = Service::open(dir.path(), ServiceConfig::default(), Arc::new(SystemClock));
        let service = opened.unwrap().0;
        let adapters = Adapters::new(&config.adapters, &service).unwrap();
        for poller in &config.pollers {
            poller.check().unwrap();
            assert!(adapters.names().any(|name| name == poller.adapter));
        }
        for bridge in &config.bridges {
            bridge.check().unwrap();
        }
        Egress::new(&config.egress).unwrap();
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        for (text, line, key) in [
            ("[[adapter]]\nname = 'a'\nformat = 'talq'\ntopic = ['x']\n", "line 4", "topic"),
            ("[[adapter]]\nname = 'a'\nformat = 'xml'\n", "line 3", "xml"),
            ("[[adaptor]]\nname = 'a'\n", "line 1", "adaptor"),
            (
                "[[adapter]]\nname = 'a'\nformat = 'talq'\n[adapter.map]\nx = { to = 'y' }\n",
                "line 5",
                "to",
            ),
            ("[[adapter]]\nname = 'a'\nformat = 'talq'\nzone = 'Huế'\n", "line 4", "Huế"),
        ] {
            let error = InletsConfig::parse("feeds.toml".as_ref(), text).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(key), "{error}");
        }
        let nothing = InletsConfig::read("/nonexistent/feeds.toml".as_ref()).unwrap();
        assert!(nothing.adapters.is_empty());
    }
}
