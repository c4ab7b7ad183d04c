//! The whole house measured once: generate, load, memory, tiles, pages, import.
//!
//! Prints a table in Markdown for `benches/RESULTS.md`. Nothing here fails for being slow.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use benches::{
    http::{Load, Report, Request, run},
    programs::{Server, demo_city, machine, row, timed},
    sample::{Tile, places},
};
use clap::Parser;

/// Measures the programs over a demo city and prints a table.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with the built programs (release)
    #[arg(long)]
    programs: PathBuf,
    /// Buildings of the demo city
    #[arg(long, default_value_t = 1_000_000)]
    buildings: u32,
    /// Folder of a demo city that is there already; absent, one is generated and removed
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seconds of each load
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
}

const TILE: &str = "/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    println!("Machine: {}\n", machine());
    println!("| What | Figure | Aim |\n|---|---|---|");
    let kept = tempfile::tempdir()?;
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => {
            let (data, took, peak) =
                demo_city(&arguments.programs, arguments.buildings, kept.path())?;
            let figure = format!("{:.0} s, peak {peak:.0} MB", took.as_secs_f64());
            let what = format!("generate {} buildings with all layers", arguments.buildings);
            row(&what, figure, "minutes");
            data
        }
    };
    let places = places(&data, "buildings", 2000, 1)?;
    serve_cached(&arguments, &data, &places)?;
    serve_uncached(&arguments, &data, &places)?;
    import(&arguments, &data, kept.path())
}

fn serve_cached(
    arguments: &Arguments,
    data: &Path,
    places: &[(f64, f64)],
) -> Result<(), Box<dyn Error>> {
    let server = Server::start(&arguments.programs.join("gis-server"), data, &[])?;
    row(
        "load all layers, to the address",
        format!("{:.2} s", server.started_in.as_secs_f64()),
        "≤ 5 s",
    );
    let memory = || format!("{:.0} MB, peak {:.0}", server.resident_mb(), server.peak_mb());
    row("resident memory then", memory(), "≤ 1.5 GB");
    server.settle();
    row("the same once search and tiles are ready", memory(), "");
    for z in [14, 16] {
        let paths = tiles(places, z);
        load(arguments, &server, paths.clone(), 1)?;
        let report = load(arguments, &server, paths, 32)?;
        row(&format!("cached tiles, z{z}, gzip"), rate(&report), "≥ 20 000/s");
    }
    let boxes: Vec<_> = places.iter().map(|(lon, lat)| page_of(*lon, *lat, 0.005)).collect();
    let report = load(arguments, &server, boxes, 1)?;
    row("first page (100) of a bbox of 1 km, one caller", latency(&report), "p99 ≤ 3 ms");
    let boxes: Vec<_> = places.iter().map(|(lon, lat)| page_of(*lon, *lat, 0.05)).collect();
    let report = load(arguments, &server, boxes, 1)?;
    row("the same of 11 km", latency(&report), "");
    row("resident memory at the end", memory(), "");
    Ok(())
}

fn serve_uncached(
    arguments: &Arguments,
    data: &Path,
    places: &[(f64, f64)],
) -> Result<(), Box<dyn Error>> {
    let program = arguments.programs.join("gis-server");
    let server = Server::start(&program, data, &["--tile-cache-mib", "0"])?;
    server.settle();
    for z in [12, 13, 14, 15, 16] {
        let report = load(arguments, &server, tiles(places, z), 1)?;
        let aim = if z == 14 { "median ≤ 8 ms at 5000 buildings" } else { "" };
        row(&format!("uncached tile, z{z}, one caller"), latency(&report), aim);
    }
    Ok(())
}

fn import(arguments: &Arguments, data: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let layers = std::fs::read_dir(data.join("layers"))?.filter_map(Result::ok);
    let is_buildings = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("buildings."))
    };
    let source = layers.map(|entry| entry.path()).find(is_buildings);
    let source = source.ok_or("the demo city has no buildings")?;
    let mut datasets = Command::new(arguments.programs.join("datasets"));
    datasets.arg("import").arg(&source).args([
        "--layer",
        "buildings",
        "--role",
        "buildings",
        "--into",
    ]);
    let (took, peak) = timed(datasets.arg(folder.join("imported")))?;
    let per_second = f64::from(arguments.buildings) / took.as_secs_f64();
    let figure = format!("{:.1} s ({per_second:.0}/s), peak {peak:.0} MB", took.as_secs_f64());
    row("import of the same buildings (FlatGeobuf)", figure, "");
    Ok(())
}

fn tiles(places: &[(f64, f64)], z: u8) -> Vec<String> {
    places.iter().map(|(lon, lat)| Tile::at(*lon, *lat, z).fill(TILE)).collect()
}

fn page_of(lon: f64, lat: f64, half: f64) -> String {
    let (west, south, east, north) = (lon - half, lat - half, lon + half, lat + half);
    format!("/collections/buildings/items?limit=100&bbox={west:.5},{south:.5},{east:.5},{north:.5}")
}

fn load(
    arguments: &Arguments,
    server: &Server,
    paths: Vec<String>,
    connections: usize,
) -> Result<Report, Box<dyn Error>> {
    let report = run(&Load {
        address: server.address,
        requests: paths.into_iter().map(Request::get).collect(),
        connections,
        threads: 2,
        duration: Duration::from_secs_f64(arguments.seconds),
        at_most: 5_000_000,
    })?;
    if report.failed > 0 {
        return Err(format!("{} requests failed", report.failed).into());
    }
    Ok(report)
}

fn rate(report: &Report) -> String {
    let (rate, p99) = (report.per_second(), report.quantile_ms(0.99));
    format!("{rate:.0}/s, p99 {p99:.2} ms")
}

fn latency(report: &Report) -> String {
    let count = report.latencies_ms.len().max(1) as f64;
    format!(
        "median {:.2} ms, p99 {:.2} ms, {:.0} KiB on average",
        report.quantile_ms(0.5),
        report.quantile_ms(0.99),
        report.bytes as f64 / 1024.0 / count
    )
}
