//! Vector tiles, decoded by a reader of our own and held against the features they came from.

use std::{collections::BTreeMap, f64::consts::PI};

use geo::{Area, BoundingRect, Intersects, MapCoords};
use geo_types::{Coord, Geometry, Rect};
use serde_json::Value;
use tests::{
    fixture::{self, CHECK_POINTS},
    geometry::{id_of, of_feature},
    mvt::{self, Feature, Kind, Layer},
    server::{Server, link},
    town,
};

/// Half the circumference of the earth in Web Mercator, in metres.
const HALF_M: f64 = 20_037_508.342_789_244;

#[test]
fn a_tile_holds_the_buildings_of_its_place_where_they_stand() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    // The middle of Ninh Kiều.
    let (z, row, col) = (17, 61_863, 104_049);
    let layer =
        single(&server, &format!("/collections/buildings/tiles/WebMercatorQuad/{z}/{row}/{col}"));
    assert_eq!(layer.name, "buildings");
    let frame = Frame { z, row, col, extent: f64::from(layer.extent) };
    let items = server.all_items("buildings", "");
    let shapes: BTreeMap<_, _> = items
        .iter()
        .map(|item| (id_of(item), of_feature(item).map_coords(|c| frame.place(c))))
        .collect();
    let drawn: BTreeMap<_, _> = layer.features.iter().map(|f| (tile_id(f), f)).collect();
    assert_eq!(drawn.len(), layer.features.len(), "a feature stands once in a tile");
    assert!(drawn.len() > 20, "the place is built up: {}", drawn.len());

    let core = frame.grown(-1.0);
    let reach = frame.grown(frame.extent / 8.0);
    let mut compared = 0;
    for (id, shape) in &shapes {
        if shape.intersects(&core) {
            assert!(drawn.contains_key(id), "building {id} is missing");
        }
        let Some(feature) = drawn.get(id) else { continue };
        assert!(shape.intersects(&reach), "building {id} stands elsewhere");
        let bounds = shape.bounding_rect().unwrap();
        if core.contains_rect(&bounds) {
            same_area(id, feature, shape);
            compared += 1;
        }
    }
    assert!(compared > 10, "buildings wholly inside the tile: {compared}");
}

/// Rounding to the grid moves each point by at most half a unit, and simplification by a tenth of a
/// pixel (8 units): the area changes by less than the outline's length times 1.3 units.
fn same_area(id: &str, feature: &Feature, shape: &Geometry<f64>) {
    let expected = shape.unsigned_area();
    let outline: f64 = feature.parts.iter().map(|ring| length(ring)).sum();
    let difference = (feature.area() - expected).abs();
    assert!(difference <= outline * 1.3 + 1.0, "building {id}: {} and {expected}", feature.area());
}

#[test]
fn tiles_of_a_zoom_together_hold_the_area_of_the_layer() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let items = server.all_items("buildings", "");
    let z = 16;
    let frame = |row, col| Frame { z, row, col, extent: 4096.0 };
    let whole = frame(0, 0);
    let total: f64 = items
        .iter()
        .map(|item| of_feature(item).map_coords(|c| whole.place(c)).unsigned_area())
        .sum();
    let mut drawn = 0.0;
    for row in 30_928..=30_936 {
        for col in 52_019..=52_029 {
            let path = format!("/collections/buildings/tiles/WebMercatorQuad/{z}/{row}/{col}");
            let reply = server.get(&path);
            if reply.status == 204 {
                continue;
            }
            for layer in mvt::decode(&reply.expect(200).body) {
                assert_eq!(layer.extent, 4096);
                let features =
                    layer.features.iter().filter(|feature| feature.kind == Kind::Polygon);
                drawn += features.map(area_inside).sum::<f64>();
            }
        }
    }
    // What rounding does to one house it undoes to the next; simplification rounds corners off.
    assert!((drawn / total - 1.0).abs() < 0.01, "drawn {drawn}, stored {total}");
}

#[test]
fn several_collections_come_in_one_tile() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let tile = "/tiles/WebMercatorQuad/15/15465/26012";
    let reply = server.get(&format!("{tile}?collections=buildings,roads")).expect(200);
    let names: Vec<_> = mvt::decode(&reply.body).into_iter().map(|layer| layer.name).collect();
    assert!(
        names.contains(&"buildings".to_owned()) && names.contains(&"roads".to_owned()),
        "{names:?}"
    );
    assert_eq!(reply.header("content-type"), "application/vnd.mapbox-vector-tile");
}

#[test]
fn every_zoom_draws_something_and_stays_small() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    for z in [0, 3, 6, 9, 11, 12, 13, 14, 15] {
        // The tile of the town's middle (10.0345 N, 105.7812 E).
        let shift = 17 - z;
        let (row, col) = (61_863 >> shift, 104_049 >> shift);
        let path = format!("/collections/buildings/tiles/WebMercatorQuad/{z}/{row}/{col}");
        let reply = server.get(&path);
        if reply.status == 204 {
            assert!(z < 13, "zoom {z} shows no building");
            continue;
        }
        let reply = reply.expect(200);
        mvt::decode(&reply.body);
        // MapLibre's advice for a tile that phones draw without a stutter.
        assert!(reply.body.len() < 500_000, "zoom {z}: {} bytes", reply.body.len());
    }
}

#[test]
fn a_place_without_features_is_an_empty_204() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let reply = server.get("/collections/buildings/tiles/WebMercatorQuad/17/0/0").expect(204);
    assert!(reply.body.is_empty());
}

#[test]
fn tilejson_leads_to_tiles_and_names_the_columns() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let tilejson = server.json("/collections/roads/tiles/WebMercatorQuad?f=tilejson");
    assert!(tilejson["tilejson"].as_str().unwrap().starts_with("3."));
    assert!(!tilejson["attribution"].as_str().unwrap_or_default().is_empty());
    let template = tilejson["tiles"][0].as_str().unwrap();
    assert!(template.starts_with(server.address()), "{template}");
    let address = template.replace("{z}", "14").replace("{y}", "7732").replace("{x}", "13006");
    let layers = mvt::decode(&server.get(&address).expect(200).body);
    let described = &tilejson["vector_layers"][0];
    assert_eq!(described["id"], layers[0].name.as_str());
    let columns = described["fields"].as_object().unwrap();
    for feature in &layers[0].features {
        let unknown: Vec<_> =
            feature.properties.keys().filter(|k| !columns.contains_key(*k)).collect();
        assert!(unknown.is_empty(), "{unknown:?} are not described: {columns:?}");
    }
    let bounds = &tilejson["bounds"];
    assert!(
        bounds[0].as_f64().unwrap() < 105.76 && bounds[2].as_f64().unwrap() > 105.79,
        "{bounds}"
    );
}

#[test]
fn a_tile_is_sent_once_and_asked_for_by_its_tag() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let path = "/collections/buildings/tiles/WebMercatorQuad/15/15465/26012";
    let tag = server.get(path).expect(200).header("etag").to_owned();
    assert!(!tag.is_empty());
    let request = server.request(reqwest::Method::GET, path).header("if-none-match", tag);
    assert!(server.send(request).expect(304).body.is_empty());
}

#[test]
fn the_vn2000_grid_puts_hoi_an_where_its_document_says() {
    let server = Server::on(fixture::check_points(), &[]);
    let grid = server.json("/tileMatrixSets/VN2000-TM3-10745");
    assert!(grid["crs"].to_string().contains("5899"), "{}", grid["crs"]);
    let (_, _, _, _, east, north) = CHECK_POINTS[0];
    for z in ["6", "10", "14"] {
        let matrices = grid["tileMatrices"].as_array().unwrap();
        let matrix = matrices.iter().find(|matrix| matrix["id"] == *z).unwrap();
        let number = |key: &str| matrix[key].as_f64().unwrap();
        let origin = &matrix["pointOfOrigin"];
        let side = number("cellSize") * number("tileWidth");
        let across = (east - origin[0].as_f64().unwrap()) / side;
        let down = (origin[1].as_f64().unwrap() - north) / side;
        assert!(across < number("matrixWidth") && down < number("matrixHeight"));
        let (row, col) = (down.floor(), across.floor());
        let path = format!("/collections/check-points/tiles/VN2000-TM3-10745/{z}/{row}/{col}");
        let layer = single(&server, &path);
        let extent = f64::from(layer.extent);
        let expected = (across.fract() * extent, down.fract() * extent);
        let found = layer.features.iter().any(|feature| {
            let (x, y) = feature.parts[0][0];
            // One unit: rounding, and the lattice on which PROJ is asked.
            (f64::from(x) - expected.0).abs() <= 1.0 && (f64::from(y) - expected.1).abs() <= 1.0
        });
        assert!(found, "zoom {z}: {expected:?} is not among {:?}", layer.features);
    }
}

#[test]
fn tile_matrix_sets_are_listed_and_described() {
    let server = Server::on(fixture::check_points(), &[]);
    let list = server.json("/tileMatrixSets");
    let sets = list["tileMatrixSets"].as_array().unwrap();
    for id in ["WebMercatorQuad", "VN2000-TM3-10745"] {
        let set = sets.iter().find(|set| set["id"] == id).unwrap_or_else(|| panic!("{id}: {list}"));
        let document = server.json(&link(set, "self").unwrap());
        assert_eq!(document["id"], id);
    }
    let web = server.json("/tileMatrixSets/WebMercatorQuad");
    let root = &web["tileMatrices"][0];
    // OGC 17-083r4, annex D.1: the root of WebMercatorQuad.
    assert!(
        (root["scaleDenominator"].as_f64().unwrap() - 559_082_264.028_717_9).abs() < 1e-3,
        "{root}"
    );
    let sets = server.json("/collections/check-points/tiles");
    assert!(sets["tilesets"].as_array().is_some_and(|sets| sets.len() >= 2), "{sets}");
}

/// The only layer of a tile.
#[track_caller]
fn single(server: &Server, path: &str) -> Layer {
    let mut layers = mvt::decode(&server.get(path).expect(200).body);
    assert_eq!(layers.len(), 1, "{path}");
    layers.remove(0)
}

/// Identifier of a tile's feature: the numeric one, or the property for those that are texts.
fn tile_id(feature: &Feature) -> String {
    match feature.properties.get("_id") {
        Some(Value::String(text)) => text.clone(),
        _ => feature.id.expect("a feature has an identifier").to_string(),
    }
}

/// A Web Mercator tile.
struct Frame {
    z: u32,
    row: u32,
    col: u32,
    extent: f64,
}

impl Frame {
    /// Where a longitude and latitude lies, in tile units, y down.
    fn place(&self, degrees: Coord<f64>) -> Coord<f64> {
        let x = degrees.x / 180.0 * HALF_M;
        let y = (degrees.y.to_radians().tan().asinh() / PI) * HALF_M;
        let side = 2.0 * HALF_M / f64::from(1u32 << self.z);
        Coord {
            x: ((x + HALF_M) / side - f64::from(self.col)) * self.extent,
            y: ((HALF_M - y) / side - f64::from(self.row)) * self.extent,
        }
    }

    fn grown(&self, by: f64) -> Square {
        Square(Rect::new(
            Coord { x: -by, y: -by },
            Coord { x: self.extent + by, y: self.extent + by },
        ))
    }
}

/// A square in tile units.
struct Square(Rect<f64>);

impl Square {
    fn contains_rect(&self, other: &Rect<f64>) -> bool {
        let (a, b) = (self.0, other);
        a.min().x <= b.min().x
            && a.min().y <= b.min().y
            && a.max().x >= b.max().x
            && a.max().y >= b.max().y
    }
}

impl Intersects<Square> for Geometry<f64> {
    fn intersects(&self, square: &Square) -> bool {
        self.intersects(&square.0)
    }
}

fn length(ring: &[(i32, i32)]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| f64::from(a.0 - b.0).hypot(f64::from(a.1 - b.1))).sum()
}

/// Area of a polygon inside the tile proper, its buffer cut off (Sutherland and Hodgman).
fn area_inside(feature: &Feature) -> f64 {
    let rings = feature.parts.iter();
    rings
        .map(|ring| {
            let mut points: Vec<(f64, f64)> =
                ring.iter().map(|p| (f64::from(p.0), f64::from(p.1))).collect();
            for (flip, limit) in [(false, 0.0), (false, 4096.0), (true, 0.0), (true, 4096.0)] {
                points = cut(&points, flip, limit);
            }
            let next = points.iter().cycle().skip(1);
            points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
        })
        .sum()
}

/// Keeps what lies above 0 or below the extent, along x or (flipped) along y.
fn cut(points: &[(f64, f64)], flip: bool, limit: f64) -> Vec<(f64, f64)> {
    let along = |p: &(f64, f64)| if flip { p.1 } else { p.0 };
    let inside = |p: &(f64, f64)| if limit > 0.0 { along(p) <= limit } else { along(p) >= limit };
    let mut kept = Vec::new();
    for (a, b) in points.iter().zip(points.iter().cycle().skip(1)) {
        if inside(a) {
            kept.push(*a);
        }
        if inside(a) != inside(b) {
            let t = (limit - along(a)) / (along(b) - along(a));
            kept.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
        }
    }
    kept
}
