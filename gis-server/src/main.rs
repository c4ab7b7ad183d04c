//! The program `gis-server`.

use std::{io::Write, net::TcpListener, path::Path, process::ExitCode, time::Duration};

use clap::Parser;
use gis_server::{
    config::{self, Cli, Command, Config, Device, Log, LogFormat},
    error::chain,
    flood::{self, OfflineError},
    jobs, nowcast, sensing,
    serve::{self, ServeError},
    state::App,
    viewer::Viewer,
    web,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.print_config {
        print!("{}", config::DOCUMENTED);
        return ExitCode::SUCCESS;
    }
    if let Some(Command::Run { scenario, data, into, flood_device }) = &cli.command {
        return run_scenario(scenario, data, into, *flood_device);
    }
    match cli.resolve() {
        Ok(config) => run(config),
        Err(error) => fail(&error, 2),
    }
}

fn fail(error: &(dyn std::error::Error + 'static), code: u8) -> ExitCode {
    eprintln!("gis-server: {}", chain(error));
    ExitCode::from(code)
}

/// Prints a line. Who started the server may have stopped listening: it serves all the same.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Runs a scenario without a server.
fn run_scenario(scenario: &Path, data: &Path, into: &Path, device: Device) -> ExitCode {
    let tell = |share: f64| {
        // Nobody need look on.
        let _ = write!(std::io::stderr(), "\r{:3.0} %", 100.0 * share);
    };
    match flood::offline(scenario, data, into, device, &tell) {
        Ok(summary) => {
            let _ = writeln!(std::io::stderr(), "\r100 %");
            match serde_json::to_string_pretty(&summary) {
                Ok(text) => say(&text),
                Err(error) => return fail(&error, 1),
            }
            ExitCode::SUCCESS
        }
        Err(error @ OfflineError::Data(_)) => fail(&error, 3),
        Err(error) if error.is_refusal() => fail(&error, 2),
        Err(error) => fail(&error, 1),
    }
}

fn run(config: Config) -> ExitCode {
    if let Err(why) = start_log(&config.log) {
        eprintln!("gis-server: log.filter (--log-filter, RUST_LOG): {why}");
        return ExitCode::from(2);
    }
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in config::unknown_variables(names) {
        tracing::warn!("the environment variable {name} is not known; see gis-server --help");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, 1),
    };
    let mut config = config;
    config.web.dir = web::folder(&config.web.dir);
    // The address is taken first: a second server on it should fail before it loads a city.
    let listener = match serve::bind(&config.http) {
        Ok(listener) => listener,
        Err(error) => return fail(&error, 4),
    };
    let app = match App::open(config) {
        Ok(app) => app,
        Err(error) => return fail(&error, 3),
    };
    match runtime.block_on(start(app, listener)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ (ServeError::Certificate { .. } | ServeError::Mqtt(_))) => fail(&error, 4),
        Err(error) => fail(&error, 1),
    }
}

async fn start(app: App, listener: TcpListener) -> Result<(), ServeError> {
    let bound = listener.local_addr().map_err(ServeError::Serve)?;
    let layers = app.store.city().layers(&Viewer::admin("start")).len();
    tracing::info!(data = %app.config.data.display(), layers, "serving");
    tokio::spawn(app.clone().keep_up());
    say(&format!("Dothi: {}", serve::address(&app.config.http, bound)));
    let mqtt = sensing::listen(&app, bound).await?;
    let _dispatcher = mqtt.as_ref().and_then(|listener| sensing::send_commands(&app, listener));
    if let Some(listener) = &mqtt {
        say(&format!("MQTT: {}", sensing::tell_addresses(&app, listener).join(", ")));
    }
    sensing::start_inlets(&app);
    let jobs = jobs::Worker::start(app.clone());
    let nowcast = nowcast::Worker::start(app.clone());
    tokio::spawn(sensing::make_things(app.clone()));
    if let Ok(sensing) = &app.sensing {
        tokio::spawn(sensing.live.clone().keep_up(sensing.service.clone()));
    }
    let drain = Duration::from_secs(app.config.http.drain_s);
    let served = serve::serve(app, listener).await;
    // What holds the log must let go of it, so that it is closed in order.
    tokio::join!(jobs.stop(drain), nowcast.stop(drain));
    if let Some(mqtt) = mqtt {
        mqtt.stop().await;
    }
    served
}

fn start_log(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| error.to_string())?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Where nobody reads the log, that cannot be told either.
        .log_internal_errors(false);
    match log.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
