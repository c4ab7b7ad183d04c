//! Mosquitto on a free port, and a service that is bridged to it.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    SystemClock,
    adapters::Adapters,
    bridge::{BridgeParts, Bridges},
    inlets::InletsConfig,
    log::LogConfig,
    model::EntityKind,
    service::{Service, ServiceConfig},
};

/// Longer than anything here takes on a busy machine; nothing is measured by it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Broker {
    child: Child,
    pub(super) port: u16,
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Broker {
    /// Starts mosquitto, where it is installed.
    pub(super) fn start(dir: &Path) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_at(dir, port)
    }

    pub(super) fn start_at(dir: &Path, port: u16) -> Option<Self> {
        Self::start_with(dir, port, "")
    }

    /// Starts it with a certificate and a key of the folder, `NAME.pem` and `NAME.key`.
    pub(super) fn start_over_tls(dir: &Path, name: &str) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let of = |end: &str| dir.join(format!("{name}.{end}")).display().to_string();
        Self::start_with(dir, port, &format!("certfile {}\nkeyfile {}\n", of("pem"), of("key")))
    }

    fn start_with(dir: &Path, port: u16, more: &str) -> Option<Self> {
        let config = dir.join("mosquitto.conf");
        let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n{more}");
        std::fs::write(&config, text).unwrap();
        let start = |program: &str| {
            let mut command = Command::new(program);
            command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        };
        let Ok(child) = start("mosquitto").or_else(|_| start("/usr/sbin/mosquitto")) else {
            println!("SKIP: mosquitto is not installed (Debian: mosquitto, mosquitto-clients)");
            return None;
        };
        let broker = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "mosquitto listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(broker)
    }

    /// Publishes a message of QoS 1, and waits until the broker has it.
    pub(super) fn publish(&self, topic: &str, payload: &str, more: &[&str]) {
        let port = self.port.to_string();
        let arguments = ["-p", &port, "-q", "1", "-t", topic, "-m", payload];
        let published = Command::new("mosquitto_pub").args(arguments).args(more).status();
        assert!(published.unwrap().success());
    }

    /// Publishes each line of a text as a message.
    pub(super) fn publish_lines(&self, topic: &str, lines: &str) {
        let port = self.port.to_string();
        let mut child = Command::new("mosquitto_pub")
            .args(["-p", &port, "-q", "1", "-t", topic, "-l"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}

/// A service that writes in groups of so many milliseconds, with a gauge in it when it is new.
pub(super) fn service(dir: &Path, linger: Duration) -> Arc<Service> {
    let log = LogConfig { linger, ..LogConfig::default() };
    let config = ServiceConfig { log, ..ServiceConfig::default() };
    let service = Service::open(dir, config, Arc::new(SystemClock)).unwrap().0;
    if service.entities.ids(EntityKind::Thing).is_empty() {
        let gauge = crate::gauges::thing("G1", &["level"]);
        service.entities.create(EntityKind::Thing, &gauge).unwrap();
    }
    Arc::new(service)
}

/// Bridges as they are configured, on the present runtime.
pub(super) fn bridges(config: &str, service: &Arc<Service>, dir: &Path) -> Bridges {
    let config = InletsConfig::parse("feeds.toml".as_ref(), config).unwrap();
    let parts = BridgeParts {
        service: service.clone(),
        adapters: Arc::new(Adapters::new(&config.adapters, service).unwrap()),
        clock: Arc::new(SystemClock),
        dir: dir.join("bridges"),
    };
    Bridges::start(&config.bridges, &parts).unwrap()
}

/// An adapter, and a bridge that brings in what is at `tram/+/muc-nuoc`.
pub(super) fn config(port: u16, more: &str) -> String {
    format!(
        "[[adapter]]\nname = 'levels'\nformat = 'json'\ndevice = {{ topic_level = 2 }}\n\
        json = {{ time = 't' }}\nmap = {{ h = 'level' }}\n\
        [[bridge]]\nname = 'tinh'\nhost = '127.0.0.1'\nport = {port}\nkeep_alive_s = 2\n\
        retry = {{ first_s = 1, most_s = 1 }}\n\
        subscribe = [{{ topic = 'tram/+/muc-nuoc', adapter = 'levels' }}]\n{more}"
    )
}

/// Waits until something holds.
pub(super) async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
