//! How flags and environment lie over the file, and that over the documented defaults.

use std::{net::SocketAddr, path::PathBuf};

use super::{
    Cache, Config, ConfigError, DOCUMENTED, Exchange, Feeds, FileConfig, Floods, Http, Limits, Log,
    Mqtt, Twin, Web, cli::Settings,
};

impl Settings {
    /// These settings over those of a file, and that over the documented defaults.
    pub(super) fn over(self, file: FileConfig, data: PathBuf) -> Result<Config, ConfigError> {
        let documented = FileConfig::parse("dothi.toml".as_ref(), DOCUMENTED)?;
        let config = Config {
            data,
            feeds: self.feeds_over(&file, &documented)?,
            exchange: self.exchange_over(&file, &documented)?,
            http: self.http_over(&file, &documented)?,
            limits: self.limits_over(&file, &documented)?,
            web: Web {
                dir: self.web.clone().or(file.web.dir).or(documented.web.dir).unwrap_or_default(),
            },
            twin: Twin {
                program: self
                    .twin
                    .clone()
                    .or(file.twin.program)
                    .or(documented.twin.program)
                    .unwrap_or_default(),
            },
            cache: Cache {
                tiles_mib: pick(
                    "cache.tiles_mib",
                    [self.tile_cache_mib, file.cache.tiles_mib, documented.cache.tiles_mib],
                )?,
            },
            floods: Floods {
                device: pick(
                    "floods.device",
                    [self.flood_device, file.floods.device, documented.floods.device],
                )?,
            },
            log: Log {
                format: pick("log.format", [self.log, file.log.format, documented.log.format])?,
                filter: pick(
                    "log.filter",
                    [self.log_filter, file.log.filter, documented.log.filter],
                )?,
            },
        };
        Ok(config)
    }

    fn exchange_over(
        &self,
        file: &FileConfig,
        documented: &FileConfig,
    ) -> Result<Exchange, ConfigError> {
        let (file, documented) = (file.exchange.clone(), documented.exchange.clone());
        let program = self.datasets.clone().or(file.program).or(documented.program);
        let time_s = pick("exchange.time_s", [None, file.time_s, documented.time_s])?;
        let memory = [None, file.memory_mib, documented.memory_mib];
        Ok(Exchange {
            program: program.unwrap_or_default(),
            export_features: pick(
                "exchange.export_features",
                [self.export_features, file.export_features, documented.export_features],
            )?,
            upload_mib: pick(
                "exchange.upload_mib",
                [self.upload_mib, file.upload_mib, documented.upload_mib],
            )?,
            memory_mib: pick("exchange.memory_mib", memory)?.clamp(64, 1 << 20),
            time_s: time_s.clamp(1, 24 * 3600),
        })
    }

    fn http_over(&self, file: &FileConfig, documented: &FileConfig) -> Result<Http, ConfigError> {
        let (file, documented) = (file.http.clone(), documented.http.clone());
        let address = pick("http.address", [self.http.clone(), file.address, documented.address])?;
        let base_path =
            pick("http.base_path", [self.base_path.clone(), file.base_path, documented.base_path])?;
        let public_url = self.public_url.clone().or(file.public_url);
        let (cert, key) =
            (self.tls_cert.clone().or(file.tls_cert), self.tls_key.clone().or(file.tls_key));
        if cert.is_some() != key.is_some() {
            return Err(ConfigError::Value {
                setting: "http.tls_cert, http.tls_key",
                why: "give both the certificate and its key, or neither".into(),
            });
        }
        Ok(Http {
            address: read_address("http.address (--http)", &address)?,
            base_path: read_base_path(&base_path)?,
            public_url: public_url.map(read_public_url).transpose()?,
            tls_cert: cert,
            tls_key: key,
            cors_origins: pick(
                "http.cors_origins",
                [self.cors_origins.clone(), file.cors_origins, documented.cors_origins],
            )?,
            drain_s: pick("http.drain_s", [self.drain_s, file.drain_s, documented.drain_s])?,
        })
    }

    fn feeds_over(&self, file: &FileConfig, documented: &FileConfig) -> Result<Feeds, ConfigError> {
        let (file, documented) = (&file.feeds, &documented.feeds);
        let mqtt = match self.mqtt.as_deref().or(file.mqtt.as_deref()) {
            None => Mqtt::Beside,
            Some(text) if text.eq_ignore_ascii_case("off") => Mqtt::Off,
            Some(text) => Mqtt::At(read_address("feeds.mqtt (--mqtt)", text)?),
        };
        let mqtts = self.mqtts.as_deref().or(file.mqtts.as_deref());
        let mqtts = mqtts.map(|text| read_address("feeds.mqtts (--mqtts)", text)).transpose()?;
        let raw_days = pick("feeds.raw_days", [self.raw_days, file.raw_days, documented.raw_days])?;
        Ok(Feeds {
            mqtt,
            mqtts,
            things_max: pick(
                "feeds.things_max",
                [self.things_max, file.things_max, documented.things_max],
            )?,
            raw_days: raw_days.max(1),
        })
    }

    fn limits_over(
        &self,
        file: &FileConfig,
        documented: &FileConfig,
    ) -> Result<Limits, ConfigError> {
        let (file, documented) = (&file.limits, &documented.limits);
        let positive = |setting, values| match pick(setting, values)? {
            0 => Err(ConfigError::Value { setting, why: "must be greater than 0".into() }),
            number => Ok(number),
        };
        let page_max =
            positive("limits.page_max", [self.page_max, file.page_max, documented.page_max])?;
        let page_default = positive(
            "limits.page_default",
            [self.page_default, file.page_default, documented.page_default],
        )?;
        let timeout_s =
            pick("limits.timeout_s", [self.timeout_s, file.timeout_s, documented.timeout_s])?;
        Ok(Limits {
            page_default: page_default.min(page_max),
            page_max,
            url_bytes: positive(
                "limits.url_bytes",
                [self.url_bytes, file.url_bytes, documented.url_bytes],
            )?,
            body_bytes: positive(
                "limits.body_bytes",
                [self.body_bytes, file.body_bytes, documented.body_bytes],
            )?,
            timeout_s: timeout_s.max(1),
            concurrency: positive(
                "limits.concurrency",
                [self.concurrency, file.concurrency, documented.concurrency],
            )?,
            filter_steps: pick(
                "limits.filter_steps",
                [self.filter_steps, file.filter_steps, documented.filter_steps],
            )?,
        })
    }
}

fn pick<T>(setting: &'static str, values: [Option<T>; 3]) -> Result<T, ConfigError> {
    let found = values.into_iter().flatten().next();
    found.ok_or_else(|| ConfigError::Value { setting, why: "is not set".into() })
}

fn read_address(setting: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    use std::net::ToSocketAddrs;
    let wrong = || ConfigError::Value {
        setting,
        why: format!(
            "'{text}' is no address to listen on: write 127.0.0.1:8080, [::]:8080 or 127.0.0.1:0"
        ),
    };
    let bare = text.trim_start_matches("http://").trim_start_matches("mqtt://");
    let text = bare.trim_end_matches('/');
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    text.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(wrong)
}

fn read_base_path(text: &str) -> Result<String, ConfigError> {
    let path = text.trim_end_matches('/');
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/');
    let good = path.is_empty()
        || (path.starts_with('/') && !path.contains("//") && path.bytes().all(allowed));
    if good {
        return Ok(path.to_owned());
    }
    Err(ConfigError::Value {
        setting: "http.base_path (--base-path)",
        why: format!(
            "'{text}' is no path: begin with a slash and use letters, digits, '-', '_' and '.', as in /dothi"
        ),
    })
}

fn read_public_url(text: String) -> Result<String, ConfigError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', ' ', '"', '<'])
    });
    if good {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(ConfigError::Value {
        setting: "http.public_url (--public-url)",
        why: format!(
            "'{text}' is no address: write it with its scheme, as in https://gis.example.vn/dothi"
        ),
    })
}
