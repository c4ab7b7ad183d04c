//! Rasters as numbers, held against the file that they come from, as GDAL reads it; GDAL reads the server too.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tests::{python, repo, server::Server, town};

/// A window of the demo city's terrain: west, south, east, north.
type Window = [f64; 4];

fn terrain_file(server: &Server) -> String {
    let catalogue =
        std::fs::read_to_string(server.dir().join("catalog.toml")).expect("a catalogue");
    let catalogue: toml::Table = catalogue.parse().expect("TOML");
    let layers = catalogue["layer"].as_array().expect("layers");
    let terrain = layers.iter().find(|layer| layer["id"].as_str() == Some("terrain"));
    let file = terrain.and_then(|layer| layer["file"].as_str()).expect("the terrain has a file");
    server.dir().join(file).display().to_string()
}

/// 40 × 30 cells around the middle of the terrain.
fn window(server: &Server) -> Window {
    let domain = server.json("/collections/terrain/coverage/domainset");
    let axes = domain["generalGrid"]["axis"].as_array().expect("axes");
    let number = |axis: usize, name: &str| axes[axis][name].as_f64().expect("a number");
    let cell_m = number(0, "resolution");
    let middle = |axis: usize| {
        let (low, high) = (number(axis, "lowerBound"), number(axis, "upperBound"));
        low + ((high - low) / 2.0 / cell_m).floor() * cell_m
    };
    let (x, y) = (middle(0), middle(1));
    [x, y, x + 40.0 * cell_m, y + 30.0 * cell_m]
}

/// Cells of a raster as GDAL prints them, north row first; `None` where GDAL's tools are not installed.
fn cells(source: &str, more: &[String]) -> Option<Vec<f64>> {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("cells.xyz");
    let mut command = Command::new("gdal_translate");
    // It keeps what it has read of a server in a folder of the place where it runs.
    command.current_dir(folder.path()).args(["-q", "-of", "XYZ"]).args(more).arg(source).arg(&text);
    let Ok(made) = command.output() else {
        println!("SKIP: gdal_translate is not installed, so there is nothing to compare with");
        return None;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let text = std::fs::read_to_string(text).expect("cells");
    let value = |line: &str| line.split_whitespace().nth(2).and_then(|word| word.parse().ok());
    Some(text.lines().map(|line| value(line).expect("a value")).collect())
}

fn projwin([west, south, east, north]: Window) -> Vec<String> {
    let edges = [west, north, east, south].map(|edge| edge.to_string());
    std::iter::once("-projwin".to_owned()).chain(edges).collect()
}

fn values(coverage: &Value) -> Vec<f64> {
    let values = coverage["ranges"]["terrain"]["values"].as_array().expect("values").iter();
    values.map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}

/// The interpreter of an environment with netCDF4; none where it cannot be installed.
pub(crate) fn netcdf_reader() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    python::with(folder, "netcdf-reader", &["netCDF4==1.7.5.1.post1"], "netCDF4")
}

/// Holds a NetCDF file of the server against the document of the same path.
#[track_caller]
pub(crate) fn agree_as_netcdf(python: &Path, server: &Server, path: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = folder.join("tests/server/coverages/by_netcdf.py");
    let checked = python::run(Command::new(python).arg(script).args([server.address(), path]));
    checked.unwrap_or_else(|why| panic!("{why}\n{}", server.log()));
}

fn near(ours: &[f64], theirs: &[f64], within: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!((ours - theirs).abs() <= within, "cell {at}: {ours} beside {theirs}");
    }
}

#[test]
fn a_window_has_the_values_of_the_file_as_a_document_and_as_a_file() {
    let server = Server::start(&town::demo(500));
    let window = window(&server);
    let Some(source) = cells(&terrain_file(&server), &projwin(window)) else { return };
    assert_eq!(source.len(), 1200);
    let [west, south, east, north] = window;
    let path = format!("/collections/terrain/coverage?subset=E({west}:{east}),N({south}:{north})");
    // Documents tell values to a thousandth.
    let document = server.json(&path);
    near(&values(&document), &source, 0.000_51);
    let file = server.get(&format!("{path}&f=tiff")).expect(200);
    assert!(file.header("content-type").starts_with("image/tiff"));
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("window.tif");
    std::fs::write(&saved, &file.body).expect("it is written");
    near(&cells(&saved.display().to_string(), &[]).expect("GDAL is here"), &source, 1e-4);
    // A quarter of the cells.
    let coarse = server.json(&format!("{path}&scale-size=E(20),N(15)"));
    assert_eq!(coarse["ranges"]["terrain"]["shape"], serde_json::json!([15, 20]));
    let (low, high) = (
        source.iter().copied().fold(f64::MAX, f64::min),
        source.iter().copied().fold(f64::MIN, f64::max),
    );
    assert!(values(&coarse).iter().all(|it| (low - 0.01..=high + 0.01).contains(it)));
}

#[test]
fn a_window_a_polygon_and_a_cube_are_read_back_as_netcdf() {
    let Some(python) = netcdf_reader() else { return };
    let server = Server::start(&town::demo(500));
    let [west, south, east, north] = window(&server);
    let terrain = "/collections/terrain";
    let subset = format!("subset=E({west}:{east}),N({south}:{north})");
    agree_as_netcdf(&python, &server, &format!("{terrain}/coverage?{subset}"));
    let [w, s, e, n] = [108.48, 15.56, 108.4805, 15.5608];
    let ring = format!("{w}%20{s},{e}%20{s},{e}%20{n},{w}%20{s}");
    agree_as_netcdf(&python, &server, &format!("{terrain}/area?coords=POLYGON(({ring}))"));
    let cube = format!("{terrain}/cube?bbox={w},{s},{e},{n}");
    agree_as_netcdf(&python, &server, &format!("{cube}&z=0/10&parameter-name=terrain"));
    // A cube of a raster is its window; heights and times leave nothing out of what has none.
    let plain = server.json(&format!("{terrain}/coverage?bbox={w},{s},{e},{n}"));
    assert_eq!(server.json(&format!("{cube}&datetime=2020-01-01/..&f=CoverageJSON")), plain);
    assert_eq!(server.json(&format!("{terrain}/cube?bbox={w},{s},0,{e},{n},9")), plain);
}

#[test]
fn where_gdal_writes_no_netcdf_the_answer_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("datasets-without-netcdf");
    let program = repo::program("datasets");
    let text = format!("#!/bin/sh\nGDAL_SKIP=netCDF exec '{}' \"$@\"\n", program.display());
    std::fs::write(&script, text).expect("it is written");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("it runs");
    let town = town::demo(500).copy();
    let server = Server::on(town, &["--datasets", &script.display().to_string()]);
    let path = "/collections/terrain/cube?bbox=108.48,15.56,108.4805,15.5608";
    let problem = server.get(&format!("{path}&f=netcdf")).expect(501).json();
    assert_eq!(problem["type"], "urn:dothi:problem:no-driver", "{problem}");
    for (member, word) in [("detail_en", "no driver netCDF"), ("detail", "trình điều khiển")]
    {
        assert!(problem[member].as_str().is_some_and(|said| said.contains(word)), "{problem}");
    }
    server.get(path).expect(200);
}

#[test]
fn gdal_reads_a_raster_of_the_server_as_a_coverage() {
    let server = Server::start(&town::demo(500));
    let window = window(&server);
    let Some(source) = cells(&terrain_file(&server), &projwin(window)) else { return };
    let mut more = vec!["-oo".to_owned(), "API=COVERAGE".to_owned()];
    more.extend(projwin(window));
    let address = format!("OGCAPI:{}/collections/terrain", server.address());
    let found = cells(&address, &more).expect("GDAL is here");
    near(&found, &source, 1e-4);
}

#[test]
fn a_place_a_profile_and_a_polygon_say_what_the_cells_say() {
    let server = Server::start(&town::demo(500));
    let parcels = server.json("/collections/parcels/items?limit=40");
    let parcels = parcels["features"].as_array().expect("parcels").iter();
    let is_large = |it: &&Value| it["properties"]["area"].as_f64().unwrap_or(0.0) > 150.0;
    let parcel = parcels.clone().find(is_large).or_else(|| parcels.clone().next()).expect("one");
    let id = match &parcel["id"] {
        Value::String(text) => text.clone(),
        number => number.to_string(),
    };
    let ring = parcel["geometry"]["coordinates"][0].as_array().expect("a ring");
    let ring: Vec<String> = ring.iter().map(|at| format!("{} {}", at[0], at[1])).collect();
    let coords = format!("POLYGON(({}))", ring.join(","));
    let by_feature = server.json(&format!("/collections/terrain/statistics?feature=parcels/{id}"));
    let by_coords = server.json(&format!("/collections/terrain/statistics?coords={coords}"));
    assert_eq!(by_feature, by_coords);
    assert_eq!(by_feature["unit"], "m");
    let area = server.json(&format!("/collections/terrain/area?coords={coords}"));
    let inside: Vec<f64> = values(&area).into_iter().filter(|it| !it.is_nan()).collect();
    assert_eq!(by_feature["cells"].as_u64(), Some(inside.len() as u64));
    assert!(!inside.is_empty());
    let mean = inside.iter().sum::<f64>() / inside.len() as f64;
    assert!((by_feature["mean"].as_f64().expect("a mean") - mean).abs() < 0.001);

    let place = ring[0].clone();
    let at = server.json(&format!("/collections/terrain/position?coords=POINT({place})"));
    let (lon, lat) = place.split_once(' ').expect("two numbers");
    let east: f64 = lon.parse::<f64>().expect("a number") + 0.001;
    let line = format!("LINESTRING({place}, {east} {lat})");
    let profile = server.json(&format!("/collections/terrain/trajectory?coords={line}"));
    let heights = values(&profile);
    assert_eq!(values(&at)[0].to_bits(), heights[0].to_bits());
    // A thousandth of a degree of longitude is 107 m here: 11 cells of 10 m.
    let distances = profile["ranges"]["distance"]["values"].as_array().expect("distances");
    let last = distances.last().and_then(Value::as_f64).expect("a distance");
    assert!((105.0..109.0).contains(&last) && heights.len() > 10, "{last} m, {}", heights.len());
}

#[test]
fn a_raster_is_found_and_asked_among_the_collections_of_edr() {
    let server = Server::start(&town::demo(500));
    let all = server.json("/edr/collections");
    let found = all["collections"].as_array().expect("collections").iter();
    let terrain = found.clone().find(|it| it["id"] == "terrain").expect("the terrain is there");
    assert_eq!(*terrain, server.json("/edr/collections/terrain"));
    assert_eq!(terrain["parameter_names"]["terrain"]["unit"]["symbol"], "m");
    let ring = "108.48 15.56,108.4805 15.56,108.4805 15.5608,108.48 15.56";
    for (query, asked) in [
        ("position", "coords=POINT(108.48 15.56)&parameter-name=terrain".to_owned()),
        ("trajectory", "coords=LINESTRING(108.48 15.56,108.481 15.56)".to_owned()),
        ("area", format!("coords=POLYGON(({ring}))")),
        ("cube", "bbox=108.48,15.56,108.4805,15.5608&z=0/10".to_owned()),
    ] {
        let link = terrain["data_queries"][query]["link"]["href"].as_str().expect("a link");
        assert_eq!(link, format!("{}/collections/terrain/{query}", server.address()));
        let beside = server.json(&format!("/collections/terrain/{query}?{asked}"));
        assert_eq!(server.led_to(&format!("/edr/collections/terrain/{query}?{asked}")), beside);
    }
    for query in ["position?coords=POINT(108.48 15.56)", "trajectory?coords=LINESTRING(1 1,2 2)"] {
        let refused =
            server.get(&format!("/collections/terrain/{query}&parameter-name=depth")).expect(400);
        assert!(refused.text().contains("terrain"), "it names what there is");
    }
    // Layers of features are none, and a raster has no stations.
    server.get("/edr/collections/roads").expect(404);
    server.get("/edr/collections/roads/area?coords=POLYGON((0 0,1 0,1 1,0 0))").expect(404);
    server.get("/edr/collections/terrain/locations").expect(404);
}

#[test]
fn what_cannot_be_given_is_told_with_the_way_out() {
    let server = Server::start(&town::demo(500));
    let terrain = "/collections/terrain";
    for (path, named) in [
        ("coverage?bbox=4,52,5,53", "108."),
        ("coverage?scale-size=E(90000),N(90000)", "scale-factor"),
        ("coverage?scale-factor=0", "scale-factor"),
        ("coverage?subset=time(1:2)", "subset"),
        ("coverage?f=grib", "covjson, tiff, netcdf"),
        ("cube?z=0/10", "bbox"),
        ("cube?bbox=108.48,15.56,108.49,15.57&z=deep", "z"),
        ("cube?bbox=108.48,15.56,108.49,15.57&parameter-name=depth", "terrain"),
        ("cube?bbox=108.48,15.56,108.49,15.57&datetime=yesterday", "datetime"),
        ("position", "POINT"),
        ("position?coords=POINT(0 0)", "108."),
        ("statistics?feature=parcels", "parcels/12"),
        ("statistics?feature=roads/1&coords=POLYGON((0 0,1 0,1 1,0 0))", "coords"),
    ] {
        let problem = server.get(&format!("{terrain}/{path}")).expect(400).text();
        assert!(problem.contains(named), "{path}: {problem}");
    }
    server.get("/collections/parcels/coverage").expect(404);
    server.get("/collections/nothing/position?coords=POINT(0 0)").expect(404);
    server.get(&format!("{terrain}/statistics?feature=parcels/none-such")).expect(404);
    let road = server.json("/collections/roads/items?limit=1")["features"][0]["id"].clone();
    let road = road.as_str().map_or_else(|| road.to_string(), str::to_owned);
    server.get(&format!("{terrain}/statistics?feature=roads/{road}")).expect(400);
}
