//! Puts a tile server on this machine under load with random tiles where there are features.
//!
//! It knows nothing of the server but an address template, so that it measures peers alike.

use std::{error::Error, net::SocketAddr, path::PathBuf, time::Duration};

use benches::{
    http::{Load, Request, run},
    sample::{Tile, places},
};
use clap::Parser;

/// Random tiles from a tile server on this machine: requests a second and latencies.
#[derive(Debug, Parser)]
struct Arguments {
    /// Address of the server
    #[arg(long, value_name = "ADDRESS:PORT")]
    server: SocketAddr,
    /// Path of a tile, as in /buildings/{z}/{x}/{y}
    #[arg(long)]
    path: String,
    /// Data folder whose features say where tiles are asked for
    #[arg(long)]
    data: PathBuf,
    /// Layer in that folder
    #[arg(long, default_value = "buildings")]
    layer: String,
    /// Zoom
    #[arg(long)]
    zoom: u8,
    /// How many random tiles, asked round and round
    #[arg(long, default_value_t = 1000)]
    tiles: usize,
    /// Seed of the choice
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Connections
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Ask for every tile once before measuring
    #[arg(long)]
    warm: bool,
    /// What to call the row of the table
    #[arg(long, default_value = "")]
    name: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let places = places(&arguments.data, &arguments.layer, arguments.tiles, arguments.seed)?;
    let requests: Vec<Request> = places
        .into_iter()
        .map(|(lon, lat)| Tile::at(lon, lat, arguments.zoom).fill(&arguments.path))
        .map(Request::get)
        .collect();
    let mut load = Load {
        address: arguments.server,
        requests,
        connections: arguments.connections,
        threads: 2,
        duration: Duration::from_secs_f64(arguments.seconds),
        at_most: 5_000_000,
    };
    if arguments.warm {
        let once = load.requests.len() as u64;
        // As long as it takes: a cache that is not full would be measured as none.
        load.duration = Duration::from_secs(900);
        let connections = std::mem::replace(&mut load.connections, 1);
        run(&Load { at_most: once, threads: 1, ..load.clone() })?;
        load.connections = connections;
        load.duration = Duration::from_secs_f64(arguments.seconds);
    }
    let report = run(&load)?;
    println!(
        "| {} | z{} | {:.0}/s | {:.2} ms | {:.2} ms | {:.1} KiB | {} | {} |",
        arguments.name,
        arguments.zoom,
        report.per_second(),
        report.quantile_ms(0.5),
        report.quantile_ms(0.99),
        report.bytes as f64 / 1024.0 / report.latencies_ms.len().max(1) as f64,
        report.empty,
        report.failed,
    );
    Ok(())
}
