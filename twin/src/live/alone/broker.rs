//! Which broker is listened to.

use std::{path::PathBuf, str::FromStr};

use feeds::ear::EarConfig;

/// A broker of the field.
#[derive(Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is spoken to over TLS.
    pub is_secure: bool,
    /// Certificates in PEM that the broker's is signed by.
    pub ca_file: Option<PathBuf>,
    /// User name and password.
    pub account: Option<(String, String)>,
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Why a text names no broker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// It is no such address.
    #[error("write mqtt://HOST, mqtt://HOST:PORT or mqtts://HOST:PORT, without user and path")]
    Address,
    /// TLS without certificates.
    #[error("mqtts:// needs the certificates that the broker's is signed by: --mqtt-ca FILE")]
    NoCertificates,
}

impl FromStr for Broker {
    type Err = BrokerError;

    fn from_str(text: &str) -> Result<Self, BrokerError> {
        let (scheme, rest) = text.split_once("://").ok_or(BrokerError::Address)?;
        let (is_secure, usual) = match scheme {
            "mqtt" => (false, 1883),
            "mqtts" => (true, 8883),
            _ => return Err(BrokerError::Address),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // An address of IPv6 stands in brackets.
        let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or(BrokerError::Address)?)),
            None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let is_host = !host.is_empty() && !host.contains(['/', '@', ' ']);
        let port = port.map_or(Ok(usual), str::parse).map_err(|_| BrokerError::Address)?;
        if !is_host || port == 0 {
            return Err(BrokerError::Address);
        }
        Ok(Self { host: host.to_owned(), port, is_secure, ca_file: None, account: None })
    }
}

impl Broker {
    /// The same with what TLS and an account need.
    ///
    /// # Errors
    /// [`BrokerError::NoCertificates`].
    pub fn with(
        self,
        ca_file: Option<PathBuf>,
        account: Option<(String, String)>,
    ) -> Result<Self, BrokerError> {
        if self.is_secure && ca_file.is_none() {
            return Err(BrokerError::NoCertificates);
        }
        Ok(Self { ca_file: ca_file.filter(|_| self.is_secure), account, ..self })
    }

    pub(super) fn ear(&self) -> EarConfig {
        let (user, password) = self.account.clone().unzip();
        EarConfig {
            host: self.host.clone(),
            port: self.port,
            ca_file: self.ca_file.clone(),
            // Two twins of one machine are two clients, and one that comes again is another.
            client_id: format!(
                "dothi-twin-{}-{}",
                std::process::id(),
                crate::clock::wall_now().as_micros()
            ),
            user,
            password,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_named_by_their_address() {
        let check = |text: &str, expected: Option<(&str, u16, bool)>| {
            let broker: Result<Broker, _> = text.parse();
            let found = broker.as_ref().ok().map(|it| (it.host.as_str(), it.port, it.is_secure));
            assert_eq!(found, expected, "{text}");
        };
        check("mqtt://127.0.0.1", Some(("127.0.0.1", 1883, false)));
        check("mqtt://broker.tamky.example:1884/", Some(("broker.tamky.example", 1884, false)));
        check("mqtts://broker", Some(("broker", 8883, true)));
        check("mqtt://[::1]:1885", Some(("::1", 1885, false)));
        for wrong in [
            "127.0.0.1",
            "http://a",
            "mqtt://",
            "mqtt://a:b",
            "mqtt://a:0",
            "mqtt://u@a",
            "mqtt://a/b",
        ] {
            check(wrong, None);
        }
        let secure: Broker = "mqtts://broker".parse().unwrap();
        assert_eq!(secure.with(None, None), Err(BrokerError::NoCertificates));
    }
}
