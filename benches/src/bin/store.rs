//! The layer store alone: load time, memory, bbox queries and edits over many buildings.
//!
//! Writes a data folder of houses with twelve columns, opens it as the server does, and prints a
//! table in Markdown for `benches/RESULTS.md`. Nothing here fails for being slow.

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use benches::{houses, programs::machine};
use city::{
    Bbox, FeatureId, Layer, Property, PropertyType, Role, Schema, Title, Value,
    layer::{Content, GeometryKind},
};
use clap::Parser;
use datasets::{Feature, NewLayer, Writer, write::LayerWriter};
use gis_server::{
    store::{Draft, Edit, LayerView, Query, Store},
    viewer::{TokenRole, Viewer},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Measures the layer store and prints a table.
#[derive(Debug, Parser)]
struct Arguments {
    /// Buildings in the layer
    #[arg(long, default_value_t = 1_000_000)]
    buildings: usize,
    /// Queries of each size
    #[arg(long, default_value_t = 2000)]
    queries: usize,
    /// Edits, one commit each
    #[arg(long, default_value_t = 500)]
    edits: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some(folder) = std::env::var_os("DOTHI_BENCH_FOLDER") {
        return measure(&arguments, Path::new(&folder));
    }
    let folder = tempfile::tempdir()?;
    publish(folder.path(), arguments.buildings)?;
    // A process of its own, so that memory is the store's and not the generator's.
    let status = std::process::Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env("DOTHI_BENCH_FOLDER", folder.path())
        .status()?;
    if status.success() { Ok(()) } else { Err("the measuring process failed".into()) }
}

fn measure(arguments: &Arguments, folder: &Path) -> Result<(), Box<dyn Error>> {
    println!("Machine: {}; {} buildings\n", machine(), arguments.buildings);
    println!("| What | Figure | Aim |\n|---|---|---|");
    let began = Instant::now();
    let store = Store::open(folder)?;
    println!("| load | {:.2} s | ≤ 5 s |", began.elapsed().as_secs_f64());
    let memory = format!("{} MiB, peak {}", resident("VmRSS"), resident("VmHWM"));
    println!("| resident memory after it | {memory} | ≤ 1.5 GB |");
    let view = store.city().layer("buildings", &Viewer::public()).ok_or("no layer")?;
    for km in [0.5, 2.0, 10.0, 40.0] {
        pages(arguments, &view, km)?;
    }
    let filter = Query::first(100).whose("use", "trường học");
    times("first page of a filter on `use`, no bbox", 20, |_| Ok(view.query(&filter)?.matched))?;
    edits(arguments, &store)
}

fn pages(arguments: &Arguments, view: &LayerView, km: f64) -> Result<(), Box<dyn Error>> {
    let bounds = view.layer().bbox.ok_or("an empty layer")?;
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let side = km / 108.0;
    times(&format!("first page (100) of a bbox of {km} km"), arguments.queries, |_| {
        let west = random.random_range(bounds.min_x - side / 2.0..=bounds.max_x - side / 2.0);
        let south = random.random_range(bounds.min_y - side / 2.0..=bounds.max_y - side / 2.0);
        let query = Query::first(100).within(Bbox::new(west, south, west + side, south + side)?);
        Ok(view.query(&query)?.matched)
    })
}

fn edits(arguments: &Arguments, store: &Store) -> Result<(), Box<dyn Error>> {
    let editor = Viewer::of("bench", &[TokenRole::Editor]);
    let layer = "buildings".parse()?;
    let edit = |id: usize| -> Result<Edit, Box<dyn Error>> {
        let view = store.city().layer("buildings", &editor).ok_or("no layer")?;
        let id = FeatureId::Number(id as u64);
        let geometry = view.feature(&id)?.geometry().to_geo();
        let draft = Draft { geometry, properties: vec![("storeys".into(), Value::Integer(9))] };
        let layer = city::LayerId::clone(&layer);
        Ok(Edit::Replace { layer, id, draft, if_match: None })
    };
    times("an edit, committed to the disk", arguments.edits, |n| {
        Ok(store.apply(&editor, edit(n)?)?.seq as usize)
    })?;
    let many: Vec<Edit> =
        (0..10_000.min(arguments.buildings)).map(edit).collect::<Result<_, _>>()?;
    times("10 000 edits in one batch", 1, |_| Ok(store.apply_all(&editor, &many)?.len()))?;
    times("an edit over 10 000 edited features", arguments.edits, |n| {
        Ok(store.apply(&editor, edit(n)?)?.seq as usize)
    })?;
    times("compaction", 1, |_| Ok(store.compact(&layer)?.folded))
}

/// Times a thing many times and prints its median and its 99th percentile.
fn times(
    what: &str,
    rounds: usize,
    mut run: impl FnMut(usize) -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (mut took, mut results) = (Vec::with_capacity(rounds), 0);
    for round in 0..rounds {
        let began = Instant::now();
        results += run(round)?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let at = |quantile: f64| {
        let place = ((rounds as f64 * quantile) as usize).min(rounds - 1);
        took.get(place).map_or(0.0, Duration::as_secs_f64) * 1000.0
    };
    let mean = results / rounds.max(1);
    println!(
        "| {what} | median {:.2} ms, p99 {:.2} ms (mean result {mean}) | |",
        at(0.5),
        at(0.99)
    );
    Ok(())
}

/// A line of `/proc/self/status`, in MiB.
fn resident(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

fn publish(folder: &Path, count: usize) -> Result<(), Box<dyn Error>> {
    let columns = [
        ("name", PropertyType::Text),
        ("storeys", PropertyType::Integer),
        ("height", PropertyType::Real),
        ("use", PropertyType::Text),
        ("code", PropertyType::Text),
        ("address", PropertyType::Text),
        ("parcel", PropertyType::Text),
        ("village", PropertyType::Text),
        ("roof", PropertyType::Text),
        ("built", PropertyType::Integer),
        ("ground", PropertyType::Real),
        ("assumed", PropertyType::Bool),
    ];
    let properties = columns.map(|(name, kind)| Property::new(name, kind)).into();
    let schema = Schema { properties };
    let mut writer = Writer::lock(folder)?;
    let id = "buildings".parse()?;
    let mut file =
        LayerWriter::create(writer.staging(), &id, &schema, "_fid", GeometryKind::Polygon)?;
    file.write_all(&houses::quarter(count, 2500.0).into_iter().map(furnish).collect::<Vec<_>>())?;
    let written = file.finish()?;
    let content = Content::Vector {
        geometry: GeometryKind::Polygon,
        features: written.features,
        id_column: "_fid".into(),
        schema,
        columns: Default::default(),
        row_rules: Vec::new(),
    };
    let layer = Layer {
        id,
        title: Title::new("Nhà", "Buildings"),
        description: Title::default(),
        theme: Role::Buildings.theme(),
        role: Role::Buildings,
        access: city::Access::Public,
        zoom: (13, 22),
        style: None,
        file: String::new(),
        checksum: String::new(),
        bbox: written.bbox,
        source_crs: "EPSG:5899".into(),
        source: "benches::houses".into(),
        licence: "CC0-1.0".into(),
        attribution: "synthetic".into(),
        lineage: "generated".into(),
        synthetic: true,
        published: "2026-01-01T00:00:00Z".parse()?,
        content_date: None,
        content,
    };
    writer.publish(vec![NewLayer { layer, staged: written.path }])?;
    Ok(())
}

/// A house with the columns that a town's own layer has.
fn furnish(mut house: Feature) -> Feature {
    let FeatureId::Number(n) = house.id else { return house };
    house.values.extend([
        Value::from(format!("NHA-{n:08}")),
        Value::from(format!("{} đường số {}, phường Tam Kỳ", n % 300, n / 300)),
        Value::from(format!("{}/{}", n / 1000, n % 1000)),
        Value::from(format!("Thôn {}", n / 700)),
        Value::from(["bằng", "dốc", "nón"][n as usize % 3]),
        Value::Integer(1975 + (n % 50) as i64),
        Value::Real(2.0 + (n % 900) as f64 / 100.0),
        Value::Bool(n % 2 == 0),
    ]);
    house
}
