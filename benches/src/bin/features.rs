//! Features measured: pages by box, late pages, whole layers as they stream, a GDAL client, filtered tiles.
//!
//! Prints rows in Markdown for `benches/RESULTS.md`. With `--server` it asks a server that is there already for pages
//! alone, so that it measures peers alike. Nothing here fails for being slow.

use std::{
    error::Error,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use benches::{
    http::{Load, Report, Request, run},
    programs::{Server, demo_city, machine, row, timed},
    quantile::quantile,
    sample::{Tile, places},
};
use clap::Parser;
use datasets::{DataFolder, read::fgb::LayerReader};
use reqwest::blocking::Client;

/// Measures how features are served and prints a table.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with the built programs (release)
    #[arg(long)]
    programs: PathBuf,
    /// Buildings of the demo city
    #[arg(long, default_value_t = 500_000)]
    buildings: u32,
    /// Folder of a demo city that is there already; absent, one is generated and removed
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seconds of each load
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// A server that is there already: its pages alone are measured
    #[arg(long, value_name = "ADDRESS:PORT")]
    server: Option<SocketAddr>,
}

/// The collection that is asked for.
const ITEMS: &str = "/collections/buildings/items";
/// Features of a long page.
const LONG: usize = 10_000;
/// The layer of points that a GDAL client reads, and how many of them.
const POINT_LAYER: &str = "trees";
const POINTS: usize = 200_000;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments = Arguments::parse();
    println!("Machine: {}\n", machine());
    println!("| What | Figure | Aim |\n|---|---|---|");
    let kept = tempfile::tempdir()?;
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => demo_city(&arguments.programs, arguments.buildings, kept.path())?.0,
    };
    let places = places(&data, "buildings", 2000, 1)?;
    if let Some(address) = arguments.server {
        pages_by_box(&arguments, address, &places)?;
        return long_page(address, "f=json");
    }
    let program = arguments.programs.join("gis-server");
    let server = Server::start(&program, &data, &["--tile-cache-mib", "0"])?;
    server.settle();
    pages_by_box(&arguments, server.address, &places)?;
    long_page(server.address, "f=geojson")?;
    late_pages(server.address)?;
    counts(&arguments, server.address, &places)?;
    streams(server.address)?;
    filtered_tiles(&arguments, server.address, &places)?;
    gdal_client(&data, server.address, kept.path())
}

fn load(
    arguments: &Arguments,
    address: SocketAddr,
    requests: Vec<Request>,
    connections: usize,
) -> Result<Report, Box<dyn Error>> {
    let report = run(&Load {
        address,
        requests,
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

fn boxed(lon: f64, lat: f64, half: f64) -> String {
    let (west, south, east, north) = (lon - half, lat - half, lon + half, lat + half);
    format!("bbox={west:.5},{south:.5},{east:.5},{north:.5}")
}

/// A hundred features of a box of 1 km, from eight connections.
fn pages_by_box(arguments: &Arguments, address: SocketAddr, places: &[(f64, f64)]) -> Outcome {
    let path = |(lon, lat): &(f64, f64)| format!("{ITEMS}?limit=100&{}", boxed(*lon, *lat, 0.005));
    let paths: Vec<String> = places.iter().map(path).collect();
    type Make = fn(String) -> Request;
    for (packed, make) in [("plain", Request::plain as Make), ("gzip accepted", Request::get)] {
        let report = load(arguments, address, paths.iter().cloned().map(make).collect(), 8)?;
        let figure = format!(
            "{:.0}/s, p50 {:.2} ms, p99 {:.2} ms, {:.0} KiB",
            report.per_second(),
            report.quantile_ms(0.5),
            report.quantile_ms(0.99),
            report.bytes as f64 / 1024.0 / report.latencies_ms.len().max(1) as f64
        );
        let what = format!("page of 100 of a box of 1 km, 8 clients, {packed}");
        row(&what, figure, "≥ 2000/s");
    }
    Ok(())
}

/// Reads an answer to its end: its bytes, and how long it took.
fn read(client: &Client, url: &str) -> Result<(usize, Duration), Box<dyn Error>> {
    let began = Instant::now();
    let bytes = client.get(url).send()?.error_for_status()?.bytes()?;
    Ok((bytes.len(), began.elapsed()))
}

fn client() -> Result<Client, reqwest::Error> {
    Client::builder().no_gzip().timeout(Duration::from_secs(300)).build()
}

/// A page of ten thousand features, alone.
fn long_page(address: SocketAddr, format: &str) -> Outcome {
    let (client, url) = (client()?, format!("http://{address}{ITEMS}?{format}&limit={LONG}"));
    let taken: Result<Vec<_>, _> = (0..8).map(|_| read(&client, &url)).collect();
    let taken = taken?;
    let mut seconds: Vec<f64> = taken.iter().map(|it| it.1.as_secs_f64()).collect();
    seconds.sort_by(f64::total_cmp);
    let (bytes, median) = (taken[0].0 as f64, quantile(&seconds, 0.5));
    let figure = format!(
        "{:.1} ms, {:.1} MB, {:.0} MB/s, {:.0} features/s",
        median * 1e3,
        bytes / 1e6,
        bytes / 1e6 / median,
        LONG as f64 / median
    );
    row("page of 10 000 as GeoJSON, alone", figure, "≥ 200 MB/s");
    Ok(())
}

/// Pages of ten thousand through the whole layer, by the links to the next one.
fn late_pages(address: SocketAddr) -> Outcome {
    let client = client()?;
    let mut next = Some(format!("http://{address}{ITEMS}?f=geojson&limit={LONG}"));
    let mut taken_ms = Vec::new();
    let mut count = 0usize;
    while let Some(url) = next.take() {
        let began = Instant::now();
        let body = client.get(&url).send()?.error_for_status()?.bytes()?;
        taken_ms.push(began.elapsed().as_secs_f64() * 1e3);
        let page: serde_json::Value = serde_json::from_slice(&body)?;
        count += page["features"].as_array().map_or(0, Vec::len);
        let links = page["links"].as_array().into_iter().flatten();
        let link = links.into_iter().find(|link| link["rel"] == "next");
        next = link.and_then(|link| link["href"].as_str()).map(ToOwned::to_owned);
    }
    let of = |pages: &[f64]| {
        let mut sorted = pages.to_vec();
        sorted.sort_by(f64::total_cmp);
        quantile(&sorted, 0.5)
    };
    // The last page may be a short one.
    let whole = &taken_ms[..taken_ms.len().saturating_sub(1)];
    let tenth = (whole.len() / 10).max(1).min(whole.len());
    let (early, late) = (of(&whole[..tenth]), of(&whole[whole.len() - tenth..]));
    let figure = format!(
        "{count} features: first tenth {early:.1} ms, last tenth {late:.1} ms ({:.2} times)",
        late / early
    );
    row("pages of 10 000 through the layer, median", figure, "late no slower");
    Ok(())
}

/// The first feature of boxes of many sizes, with how many match.
fn counts(arguments: &Arguments, address: SocketAddr, places: &[(f64, f64)]) -> Outcome {
    for (name, half) in [("1 km", 0.005), ("11 km", 0.05), ("the whole city", 5.0)] {
        let path = |(lon, lat): &(f64, f64)| format!("{ITEMS}?limit=1&{}", boxed(*lon, *lat, half));
        let paths = places.iter().map(path).map(Request::plain).collect();
        let report = load(arguments, address, paths, 1)?;
        let figure = format!(
            "median {:.2} ms, p99 {:.2} ms",
            report.quantile_ms(0.5),
            report.quantile_ms(0.99)
        );
        row(&format!("one feature and numberMatched, box of {name}"), figure, "by the index");
    }
    Ok(())
}

/// Long answers: the whole layer in formats that stream.
fn streams(address: SocketAddr) -> Outcome {
    let client = client()?;
    let matched = |path: &str| -> Result<usize, Box<dyn Error>> {
        let url = format!("http://{address}{path}?limit=1&f=geojson");
        let page: serde_json::Value = client.get(url).send()?.error_for_status()?.json()?;
        Ok(page["numberMatched"].as_u64().unwrap_or(0) as usize)
    };
    let count = matched(ITEMS)?;
    for (name, query, count, aim) in [
        ("page of 10 000 as FlatGeobuf", "f=fgb&limit=10000", LONG.min(count), "≥ 300 000/s"),
        ("the whole layer as FlatGeobuf", "f=fgb", count, "≥ 300 000/s"),
        ("the whole layer as CSV", "f=csv", count, ""),
    ] {
        let url = format!("http://{address}{ITEMS}?{query}");
        read(&client, &url)?;
        let (bytes, took) = read(&client, &url)?;
        let seconds = took.as_secs_f64();
        let figure = format!(
            "{count} features in {seconds:.3} s: {:.0} features/s, {:.0} MB/s",
            count as f64 / seconds,
            bytes as f64 / 1e6 / seconds
        );
        row(name, figure, aim);
    }
    Ok(())
}

/// Tiles of zoom 14, none of them kept, with and without a filter.
fn filtered_tiles(arguments: &Arguments, address: SocketAddr, places: &[(f64, f64)]) -> Outcome {
    const TILE: &str = "/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}";
    let mut plain_ms = f64::NAN;
    for (name, filter) in [
        ("no filter", ""),
        ("storeys > 3", "?filter=storeys%20%3E%203"),
        ("use = 'tube-house'", "?filter=use%20%3D%20%27tube-house%27"),
        ("address LIKE '%a%'", "?filter=address%20LIKE%20%27%25a%25%27"),
    ] {
        let path = |(lon, lat): &(f64, f64)| Tile::at(*lon, *lat, 14).fill(TILE) + filter;
        let paths = places.iter().map(path).map(Request::get).collect();
        let report = load(arguments, address, paths, 1)?;
        let median = report.quantile_ms(0.5);
        plain_ms = if filter.is_empty() { median } else { plain_ms };
        let figure = format!(
            "median {median:.2} ms, p99 {:.2} ms, {:.2} of the plain one's",
            report.quantile_ms(0.99),
            median / plain_ms
        );
        row(&format!("tile z14, {name}, gzip, one caller"), figure, "≤ 2 of the plain one's");
    }
    Ok(())
}

/// Points that GDAL reads over OGC API Features into a file of its own.
fn gdal_client(data: &Path, address: SocketAddr, folder: &Path) -> Outcome {
    const AIM: &str = "200 000 in < 5 s";
    if Command::new("ogr2ogr").arg("--version").output().is_err() {
        row("GDAL reads points", "SKIP: ogr2ogr is not installed".into(), AIM);
        return Ok(());
    }
    let city = DataFolder::open(data)?;
    let layer = city.catalog().layer(POINT_LAYER).ok_or("the city has no trees")?;
    let count = POINTS.min(LayerReader::open(&city.path_of(layer))?.len());
    let mut ogr = Command::new("ogr2ogr");
    ogr.args(["-f", "FlatGeobuf", "-limit", &POINTS.to_string(), "-lco", "SPATIAL_INDEX=NO"])
        .arg(folder.join("points.fgb"))
        .arg(format!("OAPIF:http://{address}/collections/{POINT_LAYER}"))
        .args(["-oo", "PAGE_SIZE=10000"]);
    let (took, _) = timed(&mut ogr)?;
    let figure = format!("{count} {POINT_LAYER} in {:.2} s", took.as_secs_f64());
    row("GDAL's OAPIF driver reads points into FlatGeobuf", figure, AIM);
    Ok(())
}
