//! A server with a small city, for one case.

use std::{error::Error, path::Path, process::Command};

use benches::{
    programs::{Server, timed},
    things::Service,
};
use serde_json::Value;
use tempfile::TempDir;

/// A server, and its SensorThings.
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) service: Service,
    folder: TempDir,
}

impl House {
    /// Generates a city and serves it.
    pub(crate) fn open(programs: &Path) -> Result<Self, Box<dyn Error>> {
        // Not /tmp, which may be in memory, where syncing costs nothing.
        let folder = tempfile::tempdir_in(std::env::var_os("TMPDIR").unwrap_or("/var/tmp".into()))?;
        let data = folder.path().join("data");
        let mut datasets = Command::new(programs.join("datasets"));
        datasets.args(["generate", "--seed", "1", "--buildings", "500", "--into"]).arg(&data);
        timed(&mut datasets)?;
        let server =
            Server::start(&programs.join("gis-server"), &data, &["--mqtt", "127.0.0.1:0"])?;
        server.settle();
        let service = Service::of(server.address)?;
        Ok(Self { server, service, folder })
    }

    /// A document of the server.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        let address = format!("http://{}{path}", self.server.address);
        Ok(reqwest::blocking::get(address)?.error_for_status()?.json()?)
    }

    /// Observations that the log holds, by its own count.
    pub(crate) fn stored(&self) -> Result<u64, Box<dyn Error>> {
        let health = self.get("/live/health")?;
        health
            .get("stored")
            .and_then(Value::as_u64)
            .ok_or_else(|| "/live/health counts nothing".into())
    }

    /// Megabytes of the observations' files.
    pub(crate) fn disk_mb(&self) -> f64 {
        fn bytes(folder: &Path) -> u64 {
            let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            entries
                .map(|entry| match entry.metadata() {
                    Ok(about) if about.is_dir() => bytes(&entry.path()),
                    Ok(about) => about.len(),
                    Err(_) => 0,
                })
                .sum()
        }
        bytes(&self.folder.path().join("data/feeds")) as f64 / 1e6
    }
}
