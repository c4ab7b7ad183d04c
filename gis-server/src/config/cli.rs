//! Flags and environment.

use std::path::PathBuf;

use clap::Parser;

use super::{Config, ConfigError, Device, FileConfig, LogFormat};

/// Serves a data folder: OGC APIs, tiles, styles, search and the web map.
///
/// Máy chủ GIS của Dothi. The first line on standard output that holds http:// (or https://) is the
/// address. Exit codes: 0 stopped as asked, 2 wrong flags or configuration, 3 the data folder
/// cannot be opened, 4 the address cannot be bound, 1 anything else.
#[derive(Debug, Parser)]
#[command(name = "gis-server", version, after_help = EXAMPLES)]
pub struct Cli {
    /// Configuration file; without it, dothi.toml of the current folder where there is one
    #[arg(long, env = "DOTHI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print every setting with its default and its meaning, and stop
    #[arg(long)]
    pub print_config: bool,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do in place of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does besides serving.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Run a scenario over a data folder without a server
    ///
    /// Chạy một kịch bản. The folder gets rasters, ledger.csv and summary.json; the summary is printed.
    /// A run that was interrupted goes on where it was. Exit codes: 0 done, 2 the scenario is refused,
    /// 3 the data folder cannot be opened, 1 anything else.
    Run {
        /// The scenario (JSON), or a whole request as /processes/flood shows one
        scenario: PathBuf,
        /// Data folder, as `datasets` makes it
        #[arg(long, env = "DOTHI_DATA", value_name = "DIR")]
        data: PathBuf,
        /// Folder of the run, made where it is not there
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
        /// What it runs on
        #[arg(long, env = "DOTHI_FLOOD_DEVICE", value_name = "DEVICE", default_value = "auto")]
        flood_device: Device,
    },
}

const EXAMPLES: &str = "Examples:
  gis-server --data data
  gis-server --data data --http 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem
  gis-server run storm.json --data data --into storm
  gis-server --data data --http 127.0.0.1:0 --base-path /dothi --public-url https://gis.example.vn/dothi

Without DIR/tokens.toml, callers on this machine may read and edit, others only read.";

/// Settings that a flag or a variable of the environment gives.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Settings {
    /// Data folder, as `datasets` makes it
    #[arg(long, env = "DOTHI_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "DOTHI_HTTP", value_name = "ADDRESS:PORT")]
    pub http: Option<String>,
    /// Path under which a reverse proxy shows the server, such as /dothi
    #[arg(long, env = "DOTHI_BASE_PATH", value_name = "PATH")]
    pub base_path: Option<String>,
    /// Address that people use, from which links are made [default: from the request]
    #[arg(long, env = "DOTHI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Certificate chain in PEM; with it the server speaks TLS
    #[arg(long, env = "DOTHI_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key in PEM
    #[arg(long, env = "DOTHI_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Origin of another site whose pages may ask; may be repeated [default: *]
    #[arg(
        long = "cors-origin",
        env = "DOTHI_CORS_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub cors_origins: Option<Vec<String>>,
    /// Seconds that requests may still run after the signal to stop [default: 20]
    #[arg(long, env = "DOTHI_DRAIN_S", value_name = "SECONDS")]
    pub drain_s: Option<u64>,
    /// Folder with the built web map [default: web/dist, here or beside the program]
    #[arg(long, env = "DOTHI_WEB", value_name = "DIR")]
    pub web: Option<PathBuf>,
    /// The program twin, which takes pictures in 3-D [default: the one beside this program]
    #[arg(long, env = "DOTHI_TWIN", value_name = "FILE")]
    pub twin: Option<PathBuf>,
    /// The program datasets, which reads and writes files [default: the one beside this program]
    #[arg(long, env = "DOTHI_DATASETS", value_name = "FILE")]
    pub datasets: Option<PathBuf>,
    /// Features of a file that is written while somebody waits [default: 100000]
    #[arg(long, env = "DOTHI_EXPORT_FEATURES", value_name = "N")]
    pub export_features: Option<usize>,
    /// Size of an upload in MiB [default: 512]
    #[arg(long, env = "DOTHI_UPLOAD_MIB", value_name = "MIB")]
    pub upload_mib: Option<u64>,
    /// Features on a page when the request does not say [default: 100]
    #[arg(long, env = "DOTHI_PAGE_DEFAULT", value_name = "N")]
    pub page_default: Option<usize>,
    /// Features on a page at most [default: 10000]
    #[arg(long, env = "DOTHI_PAGE_MAX", value_name = "N")]
    pub page_max: Option<usize>,
    /// Longest address in bytes [default: 8192]
    #[arg(long, env = "DOTHI_URL_BYTES", value_name = "BYTES")]
    pub url_bytes: Option<usize>,
    /// Longest request body in bytes [default: 8388608]
    #[arg(long, env = "DOTHI_BODY_BYTES", value_name = "BYTES")]
    pub body_bytes: Option<usize>,
    /// Seconds until an answer must begin [default: 30]
    #[arg(long, env = "DOTHI_TIMEOUT_S", value_name = "SECONDS")]
    pub timeout_s: Option<u64>,
    /// Requests at work at one time; more are answered 503 [default: 512]
    #[arg(long, env = "DOTHI_CONCURRENCY", value_name = "N")]
    pub concurrency: Option<usize>,
    /// Steps that the filter of one request may take [default: 500000000]
    #[arg(long, env = "DOTHI_FILTER_STEPS", value_name = "N")]
    pub filter_steps: Option<u64>,
    /// Memory for encoded tiles in MiB; 0 caches none [default: 256]
    #[arg(long, env = "DOTHI_TILE_CACHE_MIB", value_name = "MIB")]
    pub tile_cache_mib: Option<u64>,
    /// What floods run on [default: auto]
    #[arg(long, env = "DOTHI_FLOOD_DEVICE", value_name = "DEVICE")]
    pub flood_device: Option<Device>,
    /// Address and port of MQTT, or "off" [default: 1883 beside HTTP, a free one if that is taken]
    #[arg(long, env = "DOTHI_MQTT", value_name = "ADDRESS:PORT")]
    pub mqtt: Option<String>,
    /// Address and port of MQTT over TLS, with the certificate of HTTP [default: none]
    #[arg(long, env = "DOTHI_MQTTS", value_name = "ADDRESS:PORT")]
    pub mqtts: Option<String>,
    /// Devices of one layer that become Things at most [default: 20000]
    #[arg(long, env = "DOTHI_THINGS_MAX", value_name = "N")]
    pub things_max: Option<usize>,
    /// Days that observations are kept whole [default: 90]
    #[arg(long, env = "DOTHI_RAW_DAYS", value_name = "DAYS")]
    pub raw_days: Option<u32>,
    /// How log lines are written (to standard error) [default: text]
    #[arg(long, env = "DOTHI_LOG", value_name = "FORMAT")]
    pub log: Option<LogFormat>,
    /// Which log lines: a level, or directives [default: info]
    #[arg(long, env = "RUST_LOG", value_name = "FILTER")]
    pub log_filter: Option<String>,
}

impl Cli {
    /// The configuration that flags, environment and file give together.
    ///
    /// # Errors
    /// [`ConfigError`] that names the setting, its place and what would be right.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let here = PathBuf::from("dothi.toml");
        let file = match self.config {
            Some(path) => FileConfig::read(&path)?,
            None if here.is_file() => FileConfig::read(&here)?,
            None => FileConfig::default(),
        };
        let data = self.settings.data.clone().or_else(|| file.data.clone());
        let data = data.ok_or_else(|| ConfigError::Value {
            setting: "--data",
            why: "name the data folder, as in `gis-server --data data` (`datasets generate --into data` makes one)".into(),
        })?;
        self.settings.over(file, data)
    }
}

/// Variables of the Makefile, the scripts and the test suites.
const OF_THE_HOUSE: [&str; 7] = [
    "DOTHI_BIN_DIR",
    "DOTHI_BLESS",
    "DOTHI_CACHE",
    "DOTHI_FAULT_ROUNDS",
    "DOTHI_FAULT_SEED",
    "DOTHI_SERVER",
    "DOTHI_SHARED",
];

/// The `DOTHI_…` variables among these that no setting reads, so that a slip there is seen.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    use clap::CommandFactory;
    let command = Cli::command();
    let known: Vec<&str> =
        command.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).collect();
    let ours = |name: &String| name.starts_with("DOTHI_") && !OF_THE_HOUSE.contains(&name.as_str());
    names.filter(ours).filter(|name| !known.contains(&name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mqtt;

    fn resolve(args: &[&str]) -> Result<Config, ConfigError> {
        let cli =
            Cli::try_parse_from([&["gis-server", "--config", "../dothi.toml"], args].concat())
                .unwrap();
        cli.resolve()
    }

    #[test]
    fn a_flag_goes_before_the_file() {
        let config = resolve(&[
            "--data",
            "d",
            "--http",
            "127.0.0.1:0",
            "--page-max",
            "50",
            "--base-path",
            "/x/",
        ])
        .unwrap();
        assert_eq!(config.http.address.port(), 0);
        assert_eq!((config.limits.page_default, config.limits.page_max), (50, 50));
        assert_eq!(config.http.base_path, "/x");
    }

    #[test]
    fn mqtt_is_spoken_beside_http_at_an_address_or_not_at_all() {
        let mqtt = |args: &[&str]| resolve(&[&["--data", "d"], args].concat()).unwrap().feeds.mqtt;
        assert_eq!(mqtt(&[]), Mqtt::Beside);
        assert_eq!(mqtt(&["--mqtt", "off"]), Mqtt::Off);
        assert_eq!(mqtt(&["--mqtt", "0.0.0.0:1883"]), Mqtt::At("0.0.0.0:1883".parse().unwrap()));
    }

    #[test]
    fn wrong_values_are_named() {
        for (args, named) in [
            (["--data", "d", "--http", "nonsense"], "nonsense"),
            (["--data", "d", "--base-path", "x"], "base_path"),
            (["--data", "d", "--public-url", "gis.example.vn"], "public_url"),
            (["--data", "d", "--concurrency", "0"], "concurrency"),
            (["--data", "d", "--mqtt", "on"], "feeds.mqtt"),
        ] {
            let text = resolve(&args).unwrap_err().to_string();
            assert!(text.contains(named), "{text}");
        }
    }

    #[test]
    fn a_variable_that_means_nothing_is_reported() {
        let names = ["DOTHI_HTTP", "PATH", "DOTHI_HTPP"].map(str::to_owned);
        assert_eq!(unknown_variables(names.into_iter()), ["DOTHI_HTPP"]);
    }
}
