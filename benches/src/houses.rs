//! Houses of a Vietnamese quarter, as many and as dense as a bench asks for.

use city::{FeatureId, Layer, Value, frame::LocalFrame};
use datasets::Feature;
use geo_types::{Coord, LineString, Polygon};
use gis_server::store::Store;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Where the quarter stands: the middle of Tam Kỳ, longitude and latitude in degrees.
pub const MIDDLE: (f64, f64) = (108.4740, 15.5736);

/// How [`store`] describes its layer.
const LAYER: &str = r#"
id = "buildings"
title = { vi = "Nhà", en = "Buildings" }
theme = "base"
role = "buildings"
zoom = [13, 22]
file = "layers/buildings.fgb"
checksum = ""
source_crs = "EPSG:5899"
source = "benches::houses"
licence = "CC0-1.0"
attribution = "synthetic"
lineage = "generated"
published = "2026-01-01T00:00:00Z"
content = { kind = "vector", geometry = "polygon", features = 0, id_column = "_fid", schema = [
  { name = "name", type = "text", title = { vi = "tên", en = "name" } },
  { name = "storeys", type = "integer", title = { vi = "số tầng", en = "storeys" } },
  { name = "height", type = "real", title = { vi = "chiều cao", en = "height" } },
  { name = "use", type = "text", title = { vi = "công năng", en = "use" } },
] }
"#;

/// `count` houses at `per_km2` houses a square kilometre, around [`MIDDLE`]; the same for the same
/// arguments.
///
/// Tube houses 5 m wide and 12–25 m deep with an L or a plain outline, in lanes at an angle to the
/// grid of the tiles, so that few of them stand on a tile's own lines.
///
/// ```
/// let houses = benches::houses::quarter(100, 2000.0);
/// assert_eq!(houses.len(), 100);
/// assert_eq!(houses, benches::houses::quarter(100, 2000.0));
/// ```
pub fn quarter(count: usize, per_km2: f64) -> Vec<Feature> {
    let frame = LocalFrame::at(MIDDLE.0, MIDDLE.1);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let lot_m2 = 1e6 / per_km2;
    let (wide, deep) = ((lot_m2 / 4.0).sqrt(), (lot_m2 * 4.0).sqrt());
    let columns = ((count as f64 * deep / wide).sqrt().ceil() as usize).max(1);
    (0..count)
        .map(|index| {
            let east = (index % columns) as f64 - columns as f64 / 2.0;
            let north = (index / columns) as f64 - (count / columns) as f64 / 2.0;
            let outline = house(&mut random, east * wide, north * deep);
            let ring = outline.into_iter().map(|(x, y)| {
                let (lon, lat) = frame.to_lon_lat(x, y);
                Coord { x: lon, y: lat }
            });
            let polygon = Polygon::new(LineString(ring.collect()), vec![]);
            let storeys: i64 = random.random_range(1..6);
            Feature {
                id: FeatureId::Number(index as u64),
                geometry: polygon.into(),
                values: vec![
                    Value::from(format!("Nhà số {}", index % 300)),
                    Value::Integer(storeys),
                    Value::Real(storeys as f64 * 3.3),
                    Value::from(["nhà ở", "cửa hàng", "trường học"][index % 3]),
                ],
            }
        })
        .collect()
}

/// One house's outline in metres, closed, its lot's corner at (`x`, `y`), turned by 17°.
fn house(random: &mut ChaCha8Rng, x: f64, y: f64) -> Vec<(f64, f64)> {
    let (w, d) = (random.random_range(4.0..6.0), random.random_range(12.0..25.0));
    let plain = vec![(0.0, 0.0), (w, 0.0), (w, d), (0.0, d)];
    let with_yard =
        vec![(0.0, 0.0), (w, 0.0), (w, d * 0.7), (w * 0.6, d * 0.7), (w * 0.6, d), (0.0, d)];
    let mut outline = if random.random_bool(0.6) { plain } else { with_yard };
    outline.push(outline[0]);
    let (sin, cos) = 17f64.to_radians().sin_cos();
    let turn = |(px, py): (f64, f64)| {
        let (px, py) = (px + x, py + y);
        (px * cos - py * sin, px * sin + py * cos)
    };
    outline.into_iter().map(turn).collect()
}

/// A store of houses alone, as the layer `buildings`.
///
/// # Panics
/// When two houses have one identifier.
pub fn store(houses: Vec<Feature>) -> Store {
    let layer: Layer = toml::from_str(LAYER).expect("the description is a layer");
    Store::in_memory(layer.title.clone(), [(layer, houses)]).expect("the store holds the houses")
}
