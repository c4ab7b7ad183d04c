//! `bbox`, held against brute force over the features' own coordinates.

use std::collections::BTreeSet;

use geo::{BoundingRect, Intersects};
use geo_types::{Coord, Geometry, Rect};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::{
    fixture,
    geometry::{id_of, of_feature},
    server::Server,
    town::{self, Town},
};

#[test]
fn a_bbox_finds_what_brute_force_finds_in_every_offered_crs() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let collection = server.json("/collections/roads");
    let offered = collection["crs"].as_array().expect("a collection offers its CRSs");
    assert!(offered.len() > 20, "CRS84, 4326, 3857 and the VN-2000 zones are offered");
    for crs in offered {
        agrees_with_brute_force(&server, "roads", crs.as_str().unwrap(), 4);
    }
}

#[test]
fn a_bbox_finds_the_buildings_that_brute_force_finds() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    for crs in ["OGC/1.3/CRS84", "EPSG/0/4326", "EPSG/0/3857", "EPSG/0/9208"] {
        let uri = format!("http://www.opengis.net/def/crs/{crs}");
        agrees_with_brute_force(&server, "buildings", &uri, 12);
    }
}

/// Random boxes of every size, in the CRS's own axis order, against the features as the server
/// writes them in that CRS.
fn agrees_with_brute_force(server: &Server, collection: &str, crs: &str, boxes: u64) {
    let items = server.all_items(collection, &format!("crs={crs}"));
    let shapes: Vec<_> = items.iter().map(|item| (id_of(item), of_feature(item))).collect();
    let all = outer_box(shapes.iter().map(|(_, shape)| shape));
    // A box's side, straight here, is bent in the CRS where the server searches: over 8 km in these
    // frames by less than 0.5 m.
    let is_degrees = all.max().x < 200.0;
    let tolerance = if is_degrees { 5e-6 } else { 0.5 };
    let mut random = ChaCha8Rng::seed_from_u64(boxes);
    for _ in 0..boxes {
        let asked = random_box(&mut random, &all);
        let query = format!(
            "bbox={},{},{},{}&bbox-crs={crs}",
            asked.min().x,
            asked.min().y,
            asked.max().x,
            asked.max().y
        );
        let found: BTreeSet<_> = server.all_items(collection, &query).iter().map(id_of).collect();
        let (inner, outer) = (grown(&asked, -tolerance), grown(&asked, tolerance));
        for (id, shape) in &shapes {
            if shape.intersects(&inner) {
                assert!(found.contains(id), "{id} is missing: {query}");
            } else if !shape.intersects(&outer) {
                assert!(!found.contains(id), "{id} lies outside: {query}");
            }
        }
    }
}

#[test]
fn a_bbox_tests_the_geometry_and_not_its_envelope() {
    // An L: its envelope covers the notch in the north-east, its shape does not.
    let town = Town::empty();
    let shape = serde_json::json!({"type": "Polygon", "coordinates": [[
        [108.0, 15.0], [108.1, 15.0], [108.1, 15.01], [108.01, 15.01], [108.01, 15.1], [108.0, 15.1], [108.0, 15.0]
    ]]});
    let features = vec![fixture::feature(1, shape, serde_json::json!({"name": "L"}))];
    let source = fixture::write(town.dir().parent().unwrap(), "l.geojson", features);
    town.import(&source, "shapes", "other", &[]);
    let server = Server::on(town, &[]);
    let matched = |bbox: &str| {
        server.json(&format!("/collections/shapes/items?bbox={bbox}"))["numberMatched"].clone()
    };
    assert_eq!(matched("108.05,15.05,108.09,15.09"), 0, "in the notch");
    assert_eq!(matched("108.05,15.005,108.09,15.09"), 1, "touching the foot");
    assert_eq!(matched("108.001,15.001,108.002,15.002"), 1, "within the shape");
    assert_eq!(matched("107,14,109,16"), 1, "around the shape");
    assert_eq!(matched("108.05,15.05,-100,108.09,15.09,100"), 0, "six numbers, in the notch");
}

fn outer_box<'a>(shapes: impl Iterator<Item = &'a Geometry<f64>>) -> Rect<f64> {
    let boxes = shapes.filter_map(BoundingRect::bounding_rect);
    boxes
        .reduce(|a, b| {
            Rect::new(
                Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
            )
        })
        .expect("the layer holds something")
}

fn random_box(random: &mut ChaCha8Rng, all: &Rect<f64>) -> Rect<f64> {
    // From a single house to the whole town.
    let share = 10f64.powf(random.random_range(-2.5..0.0));
    let (width, height) = (all.width() * share, all.height() * share);
    let x = all.min().x + random.random_range(-0.1..1.0) * all.width();
    let y = all.min().y + random.random_range(-0.1..1.0) * all.height();
    Rect::new(Coord { x, y }, Coord { x: x + width, y: y + height })
}

fn grown(rect: &Rect<f64>, by: f64) -> Rect<f64> {
    let shift = Coord { x: by, y: by };
    Rect::new(rect.min() - shift, rect.max() + shift)
}
