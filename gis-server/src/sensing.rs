//! What the city senses, joined with the server: the service of SensorThings over the data folder,
//! its MQTT listener, and who may send and hear.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum_server::tls_rustls::RustlsConfig;
use feeds::{
    Clock, SystemClock,
    alerts::AlertIntake,
    command::{Dispatcher, MqttChannel},
    log::{LogConfig, SegmentReport},
    mqtt::{Endpoint, Limits, ListenError, Listener},
    service::{Account, Accounts, Broker, Service, ServiceConfig, ServiceError},
};

use crate::{
    alerts::{Surroundings, Warnings},
    config::{Config, Mqtt},
    devices,
    error::chain,
    inlets::Inlets,
    live::{Arrivals, Live},
    state::App,
    store::Store,
    viewer::Viewer,
};

/// Name of the folder in the data folder.
const FOLDER: &str = "feeds";
/// The usual port of MQTT.
const MQTT_PORT: u16 = 1883;

/// Why MQTT could not be spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MqttError {
    /// The address is taken or not this machine's.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// TLS was asked for without a certificate.
    #[error(
        "MQTT over TLS needs a certificate: give --tls-cert and --tls-key, or leave --mqtts out"
    )]
    NoCertificate,
    /// The certificate cannot be used.
    #[error("cannot use the certificate {path} for MQTT")]
    Certificate {
        /// File of the certificate.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The sensing part of the server's state.
pub struct Sensing {
    /// Entities, observations, who hears of them.
    pub service: Arc<Service>,
    /// Latest values and events, as the web map reads them.
    pub live: Arc<Live>,
    /// Alerts; why not, where they cannot be opened.
    pub warnings: Result<Warnings, String>,
    /// Other ways in; why not, where `feeds.toml` is wrong.
    pub inlets: Result<Inlets, String>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl Sensing {
    /// Opens what the data folder has, making it when it is not there.
    ///
    /// # Errors
    /// [`ServiceError`]: the folder cannot be written, or another server writes it.
    pub fn open(config: &Config, store: &Store) -> Result<Self, ServiceError> {
        let intake = Arc::new(AlertIntake::default());
        let arrivals = Arc::new(Arrivals::default());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let service_config = ServiceConfig {
            log: LogConfig { raw_days: config.feeds.raw_days, ..LogConfig::default() },
            root: root(config),
            followers: vec![intake.clone(), arrivals.clone()],
            entity_followers: vec![intake.clone()],
            ..ServiceConfig::default()
        };
        let dir = folder(&config.data);
        let (service, report) = Service::open(&dir, service_config, clock.clone())?;
        let sum = |bytes: fn(&SegmentReport) -> u64| report.segments.iter().map(bytes).sum::<u64>();
        tracing::info!(
            last = %report.last_seq, letters = report.letters, took_ms = report.took.as_millis() as u64,
            files = report.segments.len(), recovered_bytes = sum(|it| it.recovered_bytes),
            cut_bytes = sum(|it| it.cut_bytes), "the observations are open"
        );
        for segment in report.unreadable() {
            tracing::error!(?segment, "a day of observations cannot be read; it is left out");
        }
        let service = Arc::new(service);
        let live = Arc::new(Live::new(service.clone(), arrivals, clock.clone()));
        let around = Surroundings {
            data: &config.data,
            folder: &dir,
            store,
            service: &service,
            intake,
            live: &live,
            clock: clock.clone(),
        };
        // Observations come in even where a rule is wrong; that is said where alerts are asked for.
        let warnings = Warnings::open(around).map_err(|error| {
            let why = chain(&error);
            tracing::error!(why, "alerts are not raised");
            why
        });
        let inlets = Inlets::open(&config.data, &service).map_err(|error| {
            let why = chain(&error);
            tracing::error!(why, "adapters, pollers and bridges do not work");
            why
        });
        Ok(Self { service, live, warnings, inlets, clock })
    }
}

/// Where the observations of a data folder are.
fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// What links in messages begin with; answers over HTTP go by how their caller reached the server.
fn root(config: &Config) -> String {
    let http = &config.http;
    let scheme = if http.tls_cert.is_some() { "https" } else { "http" };
    let own = || format!("{scheme}://{}{}", http.address, http.base_path);
    let base = http.public_url.clone().unwrap_or_else(own);
    format!("{base}{}", crate::sensorthings::ROOT)
}

/// Starts pollers and bridges, on the present runtime.
pub fn start_inlets(app: &App) {
    let Ok(sensing) = &app.sensing else { return };
    let Ok(inlets) = &sensing.inlets else { return };
    let folder = folder(&app.config.data);
    if let Err(error) = inlets.start(&folder, &sensing.service, &sensing.clock) {
        tracing::error!(why = chain(&error), "pollers and bridges do not run");
    }
}

/// Makes the Things of the layers' devices, once the server runs.
pub async fn make_things(app: App) {
    let work = move || {
        let Ok(sensing) = &app.sensing else { return };
        let most = app.config.feeds.things_max;
        match devices::make_things(&app.store.city(), &sensing.service.entities, most) {
            Ok(made) if made.things > 0 || !made.cut.is_empty() => {
                let cut: Vec<&str> = made.cut.iter().map(|layer| layer.as_str()).collect();
                let cut = cut.join(", ");
                tracing::info!(
                    things = made.things,
                    cut,
                    most,
                    "made Things of the layers' devices"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the Things of devices could not all be made"),
        }
    };
    if let Err(error) = tokio::task::spawn_blocking(work).await {
        tracing::error!(%error, "the Things of devices could not be made");
    }
}

/// Accounts of MQTT: a token is the password, whatever the user name.
struct TokenAccounts {
    app: App,
    /// Whether whoever connects comes from this machine.
    is_loopback: bool,
}

impl Accounts for TokenAccounts {
    fn enter(&self, user: Option<&str>, secret: Option<&[u8]>) -> Option<Account> {
        let tokens = self.app.tokens.load();
        let viewer = match secret {
            Some(secret) => {
                let token = std::str::from_utf8(secret).ok()?;
                tokens.as_ref()?.viewer(token)?.clone()
            }
            None if user.is_some() && tokens.is_some() => return None,
            None if tokens.is_none() && self.is_loopback => Viewer::local(),
            None => Viewer::public(),
        };
        Some(Account { name: viewer.name, may_publish: viewer.may_observe, may_listen: true })
    }
}

/// Speaks MQTT as configured; `None` where it is off or the observations are not open. `http` is where
/// HTTP listens.
///
/// # Errors
/// [`MqttError`].
pub async fn listen(app: &App, http: SocketAddr) -> Result<Option<Listener>, MqttError> {
    let Ok(sensing) = &app.sensing else { return Ok(None) };
    let feeds = &app.config.feeds;
    let (plain, may_move) = match feeds.mqtt {
        Mqtt::Off => (None, false),
        Mqtt::At(address) => (Some(address), false),
        Mqtt::Beside if app.config.http.address.port() == 0 => {
            (Some(SocketAddr::new(http.ip(), 0)), false)
        }
        Mqtt::Beside => (Some(SocketAddr::new(http.ip(), MQTT_PORT)), true),
    };
    if plain.is_none() && feeds.mqtts.is_none() {
        return Ok(None);
    }
    let endpoints = |plain: Option<SocketAddr>, tls: Option<&RustlsConfig>| {
        let plain = plain.map(|address| Endpoint { address, tls: None });
        let secure = feeds.mqtts.zip(tls);
        let secure = secure.map(|(address, tls)| Endpoint { address, tls: Some(tls.get_inner()) });
        plain.into_iter().chain(secure).collect::<Vec<_>>()
    };
    let tls = match feeds.mqtts {
        Some(_) => Some(certificate(app).await?),
        None => None,
    };
    let addresses = plain.iter().chain(&feeds.mqtts);
    let is_loopback = addresses.into_iter().all(|address| address.ip().is_loopback());
    let accounts = Arc::new(TokenAccounts { app: app.clone(), is_loopback });
    let broker = Broker::new(sensing.service.clone(), accounts);
    let broker = Arc::new(match &sensing.inlets {
        Ok(inlets) => broker.with_adapters(inlets.adapters.clone()),
        Err(_) => broker,
    });
    let listener =
        Listener::start(broker.clone(), endpoints(plain, tls.as_ref()), Limits::default()).await;
    match (listener, plain) {
        (Ok(listener), _) => Ok(Some(listener)),
        (Err(error), Some(address)) if may_move => {
            tracing::warn!(%error, "MQTT takes a free port instead");
            let free = Some(SocketAddr::new(address.ip(), 0));
            let endpoints = endpoints(free, tls.as_ref());
            Ok(Some(Listener::start(broker, endpoints, Limits::default()).await?))
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// Sends commands to devices over a listener, until what comes back is dropped.
pub fn send_commands(app: &App, listener: &Listener) -> Option<Dispatcher> {
    let service = &app.sensing.as_ref().ok()?.service;
    let channel = Arc::new(MqttChannel::new(listener.publisher()));
    let started = Dispatcher::start(service.commands.clone(), channel);
    started.inspect_err(|error| tracing::error!(%error, "commands are not sent")).ok()
}

/// The addresses of a listener as people and devices write them; who asks the service is told them.
pub fn tell_addresses(app: &App, listener: &Listener) -> Vec<String> {
    let plain = usize::from(app.config.feeds.mqtt != Mqtt::Off);
    let addresses: Vec<String> = listener
        .addresses()
        .iter()
        .enumerate()
        .map(|(at, address)| {
            let scheme = if at < plain { "mqtt" } else { "mqtts" };
            format!("{scheme}://{}:{}", host(&app.config, *address), address.port())
        })
        .collect();
    if let Ok(sensing) = &app.sensing {
        sensing.service.tell_mqtt_endpoints(addresses.clone());
    }
    addresses
}

/// The host that people use: the public address's, else the one that is listened on.
fn host(config: &Config, address: SocketAddr) -> String {
    let public = config.http.public_url.as_deref().and_then(|url| url.split_once("://"));
    let host = public.and_then(|(_, rest)| rest.split(['/', ':']).next());
    match (host, address) {
        (Some(host), _) => host.to_owned(),
        (None, SocketAddr::V4(v4)) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        (None, SocketAddr::V6(v6)) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        (None, SocketAddr::V4(v4)) => v4.ip().to_string(),
        (None, SocketAddr::V6(v6)) => format!("[{}]", v6.ip()),
    }
}

async fn certificate(app: &App) -> Result<RustlsConfig, MqttError> {
    let http = &app.config.http;
    let (Some(cert), Some(key)) = (&http.tls_cert, &http.tls_key) else {
        return Err(MqttError::NoCertificate);
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let loaded = RustlsConfig::from_pem_file(cert, key).await;
    loaded.map_err(|source| MqttError::Certificate { path: cert.clone(), source })
}
