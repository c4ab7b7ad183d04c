//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::Parser;
use jiff::SignedDuration;

use crate::{faults::FaultPlan, world::ScenarioKind};

const LONG_ABOUT: &str = "Acts as the devices of a city: learns the Things of a running server over SensorThings, and sends \
what they would measure over MQTT and HTTP; lamps obey commands.\n\n\
It acts only for Things that say that they are simulated, so nothing is made up for a real device. \
The same seed gives the same city.";

const EXIT_CODES: &str = "Exit codes:\n  \
0  everything that was sent was answered\n  \
1  something was sent and not answered, or the server was gone\n  \
2  the command line is wrong, or there is nothing to act for";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "fleet", version, about = "The city's devices, simulated", long_about = LONG_ABOUT, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Address of the server
    #[arg(long, value_name = "URL", env = "DOTHI_SERVER")]
    pub(crate) server: String,

    /// Address of its MQTT listener, host:port; what the server says otherwise
    #[arg(long, value_name = "ADDR")]
    pub(crate) mqtt: Option<String>,

    /// User name for MQTT
    #[arg(long, value_name = "NAME", default_value = "fleet")]
    pub(crate) user: String,

    /// File that holds the access token; else the variable DOTHI_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// What the weather does
    #[arg(long, value_enum, default_value_t = ScenarioKind::Calm)]
    pub(crate) scenario: ScenarioKind,

    /// When the scenario begins, such as 2026-11-21T05:00:00Z; when the devices begin otherwise
    #[arg(long, value_name = "INSTANT")]
    pub(crate) scenario_start: Option<city::Instant>,

    /// When the devices begin to measure: an instant of the past, which is made up for. Now otherwise
    #[arg(long, value_name = "INSTANT", conflicts_with = "history")]
    pub(crate) begin: Option<city::Instant>,

    /// Make up for so long before now, such as 24h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) history: Option<Duration>,

    /// Time runs so many times as fast; where the past is made up for, until then [default: 1, or
    /// 3600 for the past]. Observations never tell of the future
    #[arg(long, value_name = "FACTOR", value_parser = positive)]
    pub(crate) speed: Option<f64>,

    /// End after so long, such as 30s, 10m or 2h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) duration: Option<Duration>,

    /// End when the server has said nothing for so long
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub(crate) patience: Duration,

    /// Wait so long for a server that is not there yet
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub(crate) wait: Duration,

    /// Load: so many observations a second from all datastreams in turn, not at the devices' pace
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) rate: Option<f64>,

    /// Load: observations in a message
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=5000))]
    pub(crate) batch: u16,

    /// MQTT connections; more when there are more commands to listen for
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub(crate) connections: u16,

    /// Share of devices that send over HTTP, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    pub(crate) http_share: f64,

    /// Faults of devices and their share, such as stuck,late=0.05 or all=0.01
    #[arg(long, value_name = "LIST", default_value = "")]
    pub(crate) faults: FaultPlan,

    /// Seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Report each so often
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) report: Duration,
}

fn duration(text: &str) -> Result<Duration, String> {
    let problem = || format!("{text:?} is no time: write it as 30s, 10m or 2h");
    let signed: SignedDuration = text.parse().map_err(|_| problem())?;
    Duration::try_from(signed).ok().filter(|it| !it.is_zero()).ok_or_else(problem)
}

fn positive(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    let fits = number.filter(|number| (0.001..=1e7).contains(number));
    fits.ok_or_else(|| format!("{text:?} is no number from 0.001 to 10000000"))
}

fn share(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    let fits = number.filter(|number| (0.0..=1.0).contains(number));
    fits.ok_or_else(|| format!("{text:?} is no share from 0 to 1"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_has_the_defaults_of_a_demo() {
        Args::command().debug_assert();
        let args = Args::try_parse_from(["fleet", "--server", "http://127.0.0.1:8080"]).unwrap();
        assert_eq!((args.speed, args.rate, args.duration), (None, None, None));
        assert_eq!(args.patience, Duration::from_secs(600));
        let more =
            ["fleet", "--server", "x", "--duration", "90s", "--rate", "5000", "--batch", "50"];
        let args = Args::try_parse_from(more).unwrap();
        assert_eq!(args.duration, Some(Duration::from_secs(90)));
        for wrong in
            [["--duration", "0s"], ["--speed", "-1"], ["--faults", "stuk"], ["--batch", "0"]]
        {
            let line = ["fleet", "--server", "x"].into_iter().chain(wrong);
            assert!(Args::try_parse_from(line).is_err(), "{wrong:?}");
        }
    }
}
