//! Whole tiles, read back and compared with what went in.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use city::{
    Access, Bbox, Crs, FeatureId, Layer, Property, PropertyType, Role, Schema, Title, Value,
    access::RowRule,
    layer::{Content, GeometryKind},
};
use datasets::{Feature, crs::Transformer};
use geo_types::{Coord, Geometry, LineString, Polygon};

use super::{cache::vector_bytes, pyramid::Pyramid, *};
use crate::{
    encode::{
        decode::{self, Feature as Seen},
        mvt::{EXTENT, twice_area},
    },
    store::{LayerView, Store, world::to_world},
    viewer::{TokenRole, Viewer},
};

/// The market of Tam Kỳ, about which the test town stands.
const TOWN: (f64, f64) = (108.4842, 15.5736);

fn layer(role: Role, rule: Option<RowRule>) -> Layer {
    let owner = Property { access: Access::Personal, ..Property::new("owner", PropertyType::Text) };
    let schema = Schema {
        properties: vec![
            Property::new("ten", PropertyType::Text),
            Property::new("cao", PropertyType::Real),
            Property::new("tang", PropertyType::Integer),
            owner,
        ],
    };
    let columns = [("name", "ten"), ("height", "cao"), ("storeys", "tang")];
    let content = Content::Vector {
        geometry: role.geometry().unwrap_or(GeometryKind::Mixed),
        features: 0,
        id_column: "_fid".into(),
        schema,
        columns: columns.map(|(a, c)| (a.to_owned(), c.to_owned())).into_iter().collect(),
        row_rules: rule.into_iter().collect(),
    };
    Layer {
        id: role.name().parse().unwrap(),
        title: role.title(),
        description: Title::default(),
        theme: role.theme(),
        role,
        access: Access::Public,
        zoom: (role.min_zoom(), 22),
        style: None,
        file: "layers/x.fgb".into(),
        checksum: "0123456789".into(),
        bbox: Bbox::new(108.4, 15.5, 108.6, 15.6).ok(),
        source_crs: "EPSG:5899".into(),
        source: "test".into(),
        licence: "test".into(),
        attribution: "Thử & <b>".into(),
        lineage: String::new(),
        synthetic: true,
        published: "2026-01-01T00:00:00Z".parse().unwrap(),
        content_date: None,
        content,
    }
}

/// A town of slanted houses of some 9 m, 15 m apart, with a courtyard in each tenth.
fn town(count: u64) -> Vec<Feature> {
    let metre = 1.0 / 111_320.0;
    (0..count)
        .map(|id| {
            let (col, row) = (id % 100, id / 100);
            let at = |dx: f64, dy: f64| Coord {
                x: TOWN.0 + (col as f64 * 15.0 + dx) * metre,
                y: TOWN.1 + (row as f64 * 15.0 + dy) * metre,
            };
            // Written clockwise, as shapefiles are, so that winding is put to the test.
            let shell = vec![at(0.0, 1.0), at(1.0, 9.5), at(9.4, 8.6), at(8.5, 0.0), at(0.0, 1.0)];
            let yard = vec![at(3.0, 3.0), at(6.0, 3.0), at(6.0, 6.0), at(3.0, 6.0), at(3.0, 3.0)];
            let yards = if id % 10 == 0 { vec![LineString(yard)] } else { Vec::new() };
            let values = vec![
                if id % 7 == 0 { Value::Null } else { format!("Nhà số {}", id % 50).into() },
                Value::Real(3.3 * (id % 5 + 1) as f64),
                Value::Integer((id % 5) as i64 + 1),
                format!("Nguyễn Văn {id}").into(),
            ];
            let geometry = Polygon::new(LineString(shell), yards).into();
            Feature { id: FeatureId::Number(id), geometry, values }
        })
        .collect()
}

fn view_of(layer: Layer, features: Vec<Feature>, viewer: &Viewer) -> LayerView {
    let id = layer.id.clone();
    let store = Store::in_memory(Title::new("Thử", "Test"), [(layer, features)]).unwrap();
    store.city().layer(id.as_str(), viewer).unwrap()
}

fn houses(count: u64) -> LayerView {
    view_of(layer(Role::Buildings, None), town(count), &Viewer::public())
}

fn tile_at(set: TileMatrixSet, z: u8, (lon, lat): (f64, f64)) -> Tile {
    let to = Transformer::between(Crs::CRS84, set.crs()).unwrap();
    let (x, y) = to.convert(lon, lat).unwrap();
    let (west, north) = set.origin_m();
    let side = set.root_m() / f64::from(1u32 << z);
    Tile { set, z, col: ((x - west) / side) as u32, row: ((north - y) / side) as u32 }
}

fn read(view: &LayerView, tile: Tile) -> Vec<Seen> {
    let layers = [(Arc::new(Pyramid::of(view)), view.clone())];
    let mut layers = decode::tile(&vector_bytes(&layers, tile).unwrap());
    assert!(layers.len() <= 1);
    layers.pop().map_or_else(Vec::new, |layer| {
        assert_eq!(layer.extent, EXTENT as u64);
        assert_eq!(layer.name, view.layer().id.as_str());
        layer.features
    })
}

#[test]
fn a_tile_holds_the_features_that_meet_it_with_their_properties() {
    let view = houses(5_000);
    let tile = tile_at(TileMatrixSet::WebMercatorQuad, 15, TOWN);
    let seen = read(&view, tile);
    let side = 1i64 << 17;
    let meets = |feature: &Feature| {
        let Geometry::Polygon(polygon) = &feature.geometry else { return false };
        let corners: Vec<_> = polygon.exterior().0.iter().map(|c| to_world(c.x, c.y)).collect();
        let within = |k: usize, first: u32| {
            let values = corners.iter().map(|p| i64::from(p[k]) - i64::from(first) * side);
            let (least, most) = (values.clone().min().unwrap(), values.max().unwrap());
            // A corner that only grazes the tile may leave nothing after snapping.
            least < side - 64 && most > 64
        };
        within(0, tile.col) && within(1, tile.row)
    };
    let expected: BTreeSet<u64> =
        (0u64..).zip(town(5_000)).filter(|(_, f)| meets(f)).map(|(id, _)| id).collect();
    let found: BTreeMap<u64, &Seen> = seen.iter().map(|f| (f.id.unwrap(), f)).collect();
    assert!(expected.len() > 500, "{}", expected.len());
    assert!(expected.iter().all(|id| found.contains_key(id)));
}

#[test]
fn a_tile_of_a_high_zoom_tells_everything_of_its_features() {
    let zoom = layer::ALL_PROPERTIES_ZOOM;
    let seen = read(&houses(5_000), tile_at(TileMatrixSet::WebMercatorQuad, zoom, TOWN));
    let house = seen.iter().find(|house| house.id.unwrap() % 7 != 0).unwrap();
    let id = house.id.unwrap();
    assert_eq!(house.properties["ten"], format!("Nhà số {}", id % 50));
    assert_eq!(house.properties["tang"], (id % 5 + 1).to_string());
    let height: f64 = house.properties["cao"].parse().unwrap();
    assert!((height - 3.3 * (id % 5 + 1) as f64).abs() < 1e-9);
    assert!(!house.properties.contains_key("owner"), "personal");
}

#[test]
fn low_zooms_carry_what_the_style_reads_and_no_more() {
    let view = houses(10);
    let names = |zoom| layer::columns(&view, zoom).iter().map(|c| c.1).collect::<Vec<_>>();
    assert_eq!(names(layer::ALL_PROPERTIES_ZOOM), ["ten", "cao", "tang"]);
    assert_eq!(names(14), ["cao", "tang"], "volumes, and no names yet");
    assert!(names(13).is_empty(), "names and volumes come in later");
    let roads = view_of(layer(Role::Roads, None), Vec::new(), &Viewer::public());
    let names = |zoom| layer::columns(&roads, zoom).iter().map(|c| c.1).collect::<Vec<_>>();
    assert!(names(9).is_empty(), "the class, which this layer does not have");
    assert_eq!(names(12), ["ten"], "and the name, once it is written");
}

/// Shells run clockwise to the eye, holes the other way; no ring is flat or repeats a point.
fn assert_rings_are_valid(features: &[Seen]) {
    for feature in features {
        assert_eq!(feature.kind, 3);
        for (index, (ring, is_closed)) in feature.paths.iter().enumerate() {
            assert!(*is_closed && ring.len() >= 3, "{ring:?}");
            assert!((0..ring.len()).all(|i| ring[i] != ring[(i + 1) % ring.len()]), "{ring:?}");
            let area = twice_area(ring);
            assert!(area != 0 && (index > 0 || area > 0), "{ring:?}");
        }
    }
}

#[test]
fn rings_are_valid_at_every_zoom_of_both_grids() {
    let view = houses(2_000);
    for (set, zooms) in [(TileMatrixSet::WebMercatorQuad, 9..19), (TileMatrixSet::Vn2000, 4..14)] {
        for z in zooms {
            let seen = read(&view, tile_at(set, z, (TOWN.0 + 0.002, TOWN.1 + 0.0005)));
            assert!(!seen.is_empty(), "{set:?} {z}");
            assert_rings_are_valid(&seen);
        }
    }
}

#[test]
fn a_polygon_keeps_its_area_and_its_courtyard() {
    let view = houses(300);
    // At zoom 17 a tile unit is 7 cm on the ground.
    let tile = tile_at(TileMatrixSet::WebMercatorQuad, 17, (TOWN.0 + 0.001, TOWN.1 + 0.0002));
    let unit_m = tile.side_m() / f64::from(EXTENT);
    let stretch = 1.0 / TOWN.1.to_radians().cos();
    let mut whole = 0;
    for house in read(&view, tile) {
        let inside = |p: &[i32; 2]| (0..=EXTENT).contains(&p[0]) && (0..=EXTENT).contains(&p[1]);
        if !house.paths[0].0.iter().all(inside) {
            continue;
        }
        whole += 1;
        let has_yard = house.id.unwrap() % 10 == 0;
        assert_eq!(house.paths.len(), if has_yard { 2 } else { 1 });
        let twice: i64 = house.paths.iter().map(|path| twice_area(&path.0)).sum();
        // Degrees of longitude are as wide as cos φ says, which Mercator's stretch undoes.
        let drawn = twice as f64 / 2.0 * unit_m * unit_m;
        let plain: f64 = 73.735 * stretch - if has_yard { 9.0 * stretch } else { 0.0 };
        // Corners move by up to half a unit, along a perimeter of some 46 m.
        assert!((drawn - plain).abs() < 46.0 * unit_m, "{drawn} {plain}");
    }
    assert!(whole > 20, "{whole}");
}

#[test]
fn neighbouring_tiles_agree_on_every_vertex_they_share() {
    let view = houses(5_000);
    for (set, z) in [(TileMatrixSet::WebMercatorQuad, 16), (TileMatrixSet::Vn2000, 11)] {
        let west = tile_at(set, z, (TOWN.0 + 0.004, TOWN.1 + 0.002));
        let east = Tile { col: west.col + 1, ..west };
        let right: BTreeMap<u64, Seen> =
            read(&view, east).into_iter().map(|f| (f.id.unwrap(), f)).collect();
        let mut compared = 0;
        for feature in read(&view, west) {
            let Some(other) = right.get(&feature.id.unwrap()) else { continue };
            for (index, (ring, _)) in feature.paths.iter().enumerate() {
                // Strictly inside what both draw, so that no vertex is a cut.
                let shared = |p: &&[i32; 2]| {
                    (p[0] - EXTENT).abs() < frame::BUFFER - 1
                        && (-frame::BUFFER + 1..EXTENT + frame::BUFFER - 1).contains(&p[1])
                };
                for point in ring.iter().filter(shared) {
                    let moved = [point[0] - EXTENT, point[1]];
                    assert!(other.paths[index].0.contains(&moved), "{moved:?} in {set:?}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 20, "{set:?}: {compared}");
    }
}

#[test]
fn the_vietnamese_grid_puts_corners_where_proj_does() {
    let view = houses(200);
    let to_zone = Transformer::between(Crs::CRS84, Crs::QUANG_NAM).unwrap();
    for z in [2, 8, 14] {
        let tile = tile_at(TileMatrixSet::Vn2000, z, (TOWN.0 + 0.0005, TOWN.1 + 0.0001));
        let bbox = tile.bbox();
        let unit_m = tile.side_m() / f64::from(EXTENT);
        let features = town(200);
        for seen in read(&view, tile).iter().filter(|_| z > 9) {
            let Geometry::Polygon(polygon) = &features[seen.id.unwrap() as usize].geometry else {
                panic!("houses are polygons")
            };
            for corner in &polygon.exterior().0 {
                let (e, n) = to_zone.convert(corner.x, corner.y).unwrap();
                let exact = [(e - bbox.min_x) / unit_m, (bbox.max_y - n) / unit_m];
                let inside = exact.iter().all(|v| (0.0..f64::from(EXTENT)).contains(v));
                // World steps of 9 mm, snapping of half a unit, and the bilinear lattice.
                let near = |p: &[i32; 2]| {
                    (0..2).all(|k| (f64::from(p[k]) - exact[k]).abs() < 0.6 + 0.02 / unit_m)
                };
                assert!(!inside || seen.paths[0].0.iter().any(near), "zoom {z}: {exact:?}");
            }
        }
    }
}

#[test]
fn a_road_across_many_tiles_is_cut_and_joined_without_a_gap() {
    let road: LineString<f64> =
        (0..400).map(|i| Coord { x: 108.40 + f64::from(i) * 4e-4, y: TOWN.1 }).collect();
    let values = vec!["Đường Trần Phú".into(), Value::Null, Value::Null, Value::Null];
    let road = Feature { id: FeatureId::Text("R1".into()), geometry: road.into(), values };
    let view = view_of(layer(Role::Roads, None), vec![road], &Viewer::public());
    let first = tile_at(TileMatrixSet::WebMercatorQuad, 15, (108.42, TOWN.1));
    for col in 0..8 {
        let seen = read(&view, Tile { col: first.col + col, ..first });
        let [road] = &seen[..] else { panic!("one road in {seen:?}") };
        assert_eq!((road.id, road.kind), (None, 2));
        assert_eq!(road.properties[layer::ID_PROPERTY], "R1");
        let [(line, false)] = &road.paths[..] else { panic!("one line") };
        let ends = [line[0][0], line[line.len() - 1][0]];
        assert_eq!(ends, [-frame::BUFFER, EXTENT + frame::BUFFER]);
        assert!(line.len() < 4, "a straight road needs two points: {line:?}");
    }
}

#[test]
fn what_a_viewer_may_not_see_is_on_no_tile() {
    let rule = RowRule { column: "tang".into(), values: vec!["3".into()], access: Access::Defence };
    let layer = || layer(Role::Buildings, Some(rule.clone()));
    let public = view_of(layer(), town(500), &Viewer::public());
    let officer = view_of(layer(), town(500), &Viewer::of("Lan", &[TokenRole::Defence]));
    let tile = tile_at(TileMatrixSet::WebMercatorQuad, 15, TOWN);
    let hidden = |seen: &[Seen]| seen.iter().filter(|f| f.properties["tang"] == "3").count();
    assert_eq!(hidden(&read(&public, tile)), 0);
    assert!(hidden(&read(&officer, tile)) > 5);
}

#[tokio::test]
async fn tiles_of_cleared_viewers_never_meet_those_of_the_public() {
    let officer = Viewer::of("Lan", &[TokenRole::LandOfficer]);
    let cleared = view_of(layer(Role::Buildings, None), town(100), &officer);
    let public = houses(100);
    let tiles = Tiles::new(16);
    let tile = tile_at(TileMatrixSet::WebMercatorQuad, 17, TOWN);
    let of = async |view: &LayerView| {
        tiles.vector(vec![view.clone()], tile, Coding::Identity).await.unwrap().body
    };
    let (secret, open) = (of(&cleared).await, of(&public).await);
    let holds_a_name = |bytes: &[u8]| bytes.windows(6).any(|w| *w == "Nguyễ".as_bytes()[..6]);
    assert!(holds_a_name(&secret) && !holds_a_name(&open));
    assert_eq!(of(&public).await, open, "also from the cache");
    assert_eq!(tiles.counts().await, (1, 1));
    assert_ne!(tiles.tag(&[cleared], tile), tiles.tag(&[public], tile));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_wait_for_one_piece_of_work() {
    let view = houses(1);
    let tiles = Arc::new(Tiles::new(16));
    let tile = tile_at(TileMatrixSet::WebMercatorQuad, 15, TOWN);
    let made = Arc::new(AtomicUsize::new(0));
    let ask = || {
        let (tiles, view, made) = (Arc::clone(&tiles), view.clone(), Arc::clone(&made));
        tokio::spawn(async move {
            let make = move || {
                made.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(50));
                Ok(bytes::Bytes::from_static(b"tile"))
            };
            tiles.other("test", &view, tile, make).await.unwrap().body
        })
    };
    let asked: Vec<_> = (0..20).map(|_| ask()).collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), "tile");
    }
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_empty_tile_has_no_bytes_and_a_full_one_unpacks_to_itself() {
    let view = houses(100);
    let tiles = Tiles::new(0);
    let of = async |tile: Tile, coding: Coding| {
        tiles.vector(vec![view.clone()], tile, coding).await.unwrap().body
    };
    let full = tile_at(TileMatrixSet::WebMercatorQuad, 15, TOWN);
    let far = Tile { col: 0, ..full };
    for coding in [Coding::Identity, Coding::Gzip, Coding::Zstd] {
        assert!(of(far, coding).await.is_empty());
    }
    let plain = of(full, Coding::Identity).await;
    let mut unpacked = Vec::new();
    let gzip = of(full, Coding::Gzip).await;
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain);
    assert_eq!(zstd::decode_all(&of(full, Coding::Zstd).await[..]).unwrap(), plain);
    assert_eq!(tiles.counts().await, (0, 0), "nothing is kept");
}

#[test]
fn the_name_of_an_area_is_written_on_one_of_the_tiles_that_it_reaches_into() {
    let (x, y) = (TOWN.0, TOWN.1);
    let corners = [(x, y), (x + 0.021, y + 0.004), (x + 0.034, y + 0.02), (x + 0.003, y + 0.017)];
    let ring = corners.iter().map(|&(x, y)| Coord { x, y }).collect();
    let area = Feature {
        id: FeatureId::Number(1),
        geometry: Polygon::new(ring, Vec::new()).into(),
        values: vec!["Xã Thử".into()],
    };
    let view = view_of(layer(Role::Communes, None), vec![area], &Viewer::public());
    for (set, z) in [(TileMatrixSet::WebMercatorQuad, 13), (TileMatrixSet::Vn2000, 8)] {
        let middle = tile_at(set, z, (x + 0.017, y + 0.01));
        let around = |n: u32| n - 3..=n + 3;
        let tiles =
            around(middle.row).flat_map(|row| around(middle.col).map(move |col| (row, col)));
        let seen: Vec<Seen> =
            tiles.flat_map(|(row, col)| read(&view, Tile { row, col, ..middle })).collect();
        let named = seen.iter().filter(|area| area.properties.contains_key("_label")).count();
        assert!(seen.len() > 1, "{set:?}: it reaches into several");
        assert_eq!(named, 1, "{set:?}");
    }
}
