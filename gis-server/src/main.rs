//! The program `gis-server`.

use std::process::ExitCode;

use clap::Parser;
use gis_server::{
    config::{self, Cli, Config, Log, LogFormat},
    error::chain,
    serve::{self, ServeError},
    state::App,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.print_config {
        print!("{}", config::DOCUMENTED);
        return ExitCode::SUCCESS;
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
    match runtime.block_on(start(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ (ServeError::Bind { .. } | ServeError::Certificate { .. })) => fail(&error, 4),
        Err(error) => fail(&error, 1),
    }
}

async fn start(config: Config) -> Result<(), ServeError> {
    let listener = serve::bind(&config.http)?;
    let bound = listener.local_addr().map_err(ServeError::Serve)?;
    let address = serve::address(&config.http, bound);
    let app = App::new(config);
    println!("Dothi: {address}");
    serve::serve(app, listener).await
}

fn start_log(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| error.to_string())?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
