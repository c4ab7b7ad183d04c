//! The readers on files of our own, on what others wrote, and on what is broken.

use std::{fs, path::PathBuf};

use bevy::tasks::block_on;
use city::Value;
use serde_json::{Value as Json, json};

use super::*;
use crate::model::{CityModel, Heights};

fn city() -> CityModel {
    CityModel::example(Heights::square(500.0, 10.0, 3.0), Vec::new())
}

/// Reads a document as if it lay in a file of this name.
fn from_file(name: &str, bytes: &[u8]) -> Result<Model, ModelError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    block_on(read(path.to_str().unwrap(), &city()))
}

/// A house of 10 m × 6 m × 5 m as CityJSON: walls, a roof with a hole in it, its window of glass.
fn house() -> Json {
    let corners: Vec<[i64; 3]> = (0..8)
        .map(|k| [(k & 1) * 10_000, (k >> 1 & 1) * 6_000, (k >> 2) * 5_000])
        .chain([
            [2_000, 2_000, 5_000],
            [4_000, 2_000, 5_000],
            [4_000, 4_000, 5_000],
            [2_000, 4_000, 5_000],
        ])
        .collect();
    json!({
        "type": "CityJSON", "version": "2.0",
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [0.0, 0.0, 2.0]},
        "vertices": corners,
        "CityObjects": {"nha-1": {
            "type": "Building",
            "attributes": {"name": "Nhà mẫu", "storeysAboveGround": 2, "measuredHeight": 5.0},
            "geometry": [
                {"type": "MultiSurface", "lod": "0.1", "boundaries": [[[0, 1, 3, 2]]]},
                {"type": "Solid", "lod": "2.2", "boundaries": [[
                    [[0, 2, 3, 1]],
                    [[0, 1, 5, 4]], [[1, 3, 7, 5]], [[3, 2, 6, 7]], [[2, 0, 4, 6]],
                    [[4, 5, 7, 6], [8, 11, 10, 9]]
                ]], "semantics": {
                    "surfaces": [{"type": "GroundSurface"}, {"type": "WallSurface"}, {"type": "Window"},
                        {"type": "RoofSurface"}],
                    "values": [[0, 1, 2, 1, 1, 3]]
                }}
            ]
        }}
    })
}

fn area_of(model: &Model, paint: usize) -> f64 {
    let sheets = model.sheets.iter().filter(|sheet| sheet.paint == paint);
    let triangles = sheets.flat_map(|sheet| {
        sheet.indices.chunks_exact(3).map(|it| [0, 1, 2].map(|k| sheet.positions[it[k] as usize]))
    });
    triangles
        .map(|[a, b, c]| {
            let (p, q): ([f64; 3], [f64; 3]) =
                (std::array::from_fn(|k| b[k] - a[k]), std::array::from_fn(|k| c[k] - a[k]));
            let n =
                [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
            n.iter().map(|it| it * it).sum::<f64>().sqrt() / 2.0
        })
        .sum()
}

#[test]
fn a_house_of_cityjson_has_its_faces_its_hole_and_its_glass() {
    let model = from_file("nha.city.json", house().to_string().as_bytes()).unwrap();
    assert_eq!((model.objects.len(), model.origin.clone()), (1, Origin::Unnamed));
    // Ground 60, three walls 50 + 30 + 50 (one of them is glass: 30), roof 60 − 4; LoD 0 is not drawn beside it.
    let (walls, glass) = (area_of(&model, 0), area_of(&model, 1));
    assert!((glass - 30.0).abs() < 1e-9, "{glass}");
    assert!((walls - (60.0 + 130.0 + 56.0)).abs() < 1e-9, "{walls}");
    assert!(model.notes.is_empty(), "{:?}", model.notes);

    let nowhere = place(model.clone(), &city(), None).unwrap_err();
    assert_eq!(nowhere.why, Why::Nowhere);
    let text = nowhere.to_string();
    assert!(text.contains("không nói nó đứng ở đâu") && text.contains("@LON,LAT"), "{text}");
    let here = Placement { heading_deg: 90.0, ..Placement::at(108.474, 15.5736) };
    let placed = place(model, &city(), Some(&here)).unwrap();
    let (low, high) = placed.soup.edges();
    // A quarter turn: 6 m east, 10 m north, on the ground at 3 m, its middle at the origin.
    for (found, expected) in low.into_iter().chain(high).zip([-3.0, -5.0, 3.0, 3.0, 5.0, 8.0]) {
        assert!((found - expected).abs() < 1e-6, "{low:?} {high:?}");
    }
    let (mut city, mut models) = (city(), Models::default());
    stand(&mut city, &mut models, placed);
    let layer = &city.layers[0];
    assert_eq!((layer.id.as_str(), layer.features[0].id.to_string()), ("model-1", "nha-1".into()));
    assert_eq!(layer.text(&layer.features[0], "name"), Some("Nhà mẫu"));
}

#[test]
fn a_document_in_a_known_system_places_itself() {
    let mut house = house();
    // EPSG:5899 of 108.474, 15.5736 by PROJ.
    let way = datasets::crs::Transformer::between(city::Crs::CRS84, city::Crs::QUANG_NAM).unwrap();
    let (east, north) = way.convert(108.474, 15.5736).unwrap();
    house["transform"]["translate"] = json!([east, north, 2.0]);
    house["metadata"] = json!({"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/5899"});
    let model = from_file("a.city.json", house.to_string().as_bytes()).unwrap();
    let placed = place(model, &city(), None).unwrap();
    let (low, high) = placed.soup.edges();
    assert!(low[0].abs() < 0.05 && low[1].abs() < 0.05 && low[2] == 2.0, "{low:?}");
    // The grid is turned a little against north, and a little smaller.
    assert!((high[0] - 10.0).abs() < 0.05 && (high[1] - 6.0).abs() < 0.05, "{high:?}");

    house["metadata"]["referenceSystem"] = json!("https://www.opengis.net/def/crs/EPSG/0/7415");
    house["transform"]["translate"] = json!([84_616.0, 447_422.0, 0.0]);
    let far = from_file("b.city.json", house.to_string().as_bytes()).unwrap();
    let far = place(far, &city(), None).unwrap_err();
    let Why::Far { lon, lat } = far.why else { panic!("{far}") };
    assert!((lon - 4.36).abs() < 0.02 && (lat - 52.01).abs() < 0.02, "Delft: {lon} {lat}");
    house["metadata"]["referenceSystem"] = json!("https://www.opengis.net/def/crs/EPSG/0/1");
    let unknown = from_file("c.city.json", house.to_string().as_bytes()).unwrap();
    assert!(matches!(place(unknown, &city(), None).unwrap_err().why, Why::System { .. }));
}

#[test]
fn a_sequence_has_features_of_its_own_and_templates_are_set_where_they_stand() {
    let head = json!({"type": "CityJSON", "version": "2.0", "CityObjects": {}, "vertices": [],
        "transform": {"scale": [1.0, 1.0, 1.0], "translate": [100.0, 0.0, 0.0]},
        "geometry-templates": {"templates": [
            {"type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]]}],
            "vertices-templates": [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]}});
    let feature = |id: &str, east: i64| {
        json!({"type": "CityJSONFeature", "id": id, "vertices": [[east, 0, 0]], "CityObjects": {
            id: {"type": "SolitaryVegetationObject", "geometry": [{"type": "GeometryInstance",
                "template": 0, "boundaries": [0], "transformationMatrix":
                [2.0, 0.0, 0.0, 1.0,  0.0, 1.0, 0.0, 0.0,  0.0, 0.0, 1.0, 0.0,  0.0, 0.0, 0.0, 1.0]}]}}})
    };
    let text = format!("{head}\n{}\n{}\n", feature("a", 0), feature("b", 50));
    let model = from_file("cay.city.jsonl", text.as_bytes()).unwrap();
    let ids: Vec<&str> = model.objects.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    let positions = &model.sheets[0].positions;
    assert_eq!(
        (positions[0], positions[1], positions[3][0]),
        ([101.0, 0.0, 0.0], [105.0, 0.0, 0.0], 151.0)
    );
}

/// A GLB of one quad with corners that name two features, and a table of them.
fn quad() -> Vec<u8> {
    let mut blob: Vec<u8> = Vec::new();
    let mut views = Vec::new();
    let mut view = |bytes: Vec<u8>| {
        while !blob.len().is_multiple_of(8) {
            blob.push(0);
        }
        views.push(json!({"buffer": 0, "byteOffset": blob.len(), "byteLength": bytes.len()}));
        blob.extend(bytes);
        views.len() - 1
    };
    let floats = |list: &[f32]| list.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<u8>>();
    view(floats(&[0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 4.0, 3.0, 0.0, 0.0, 3.0, 0.0]));
    view([0u16, 1, 2, 0, 2, 3].iter().flat_map(|it| it.to_le_bytes()).collect());
    view(floats(&[0.0, 0.0, 0.0, 1.0]));
    view("nhà-mộtnhà-hai".as_bytes().to_vec());
    view([0u32, 10, 18].iter().flat_map(|it| it.to_le_bytes()).collect());
    view([12.5f64, f64::MIN].iter().flat_map(|it| it.to_le_bytes()).collect());
    let document = json!({
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "tường", "translation": [0.0, 1.0, -2.0]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "_FEATURE_ID_0": 2}, "indices": 1,
            "extensions": {"EXT_mesh_features": {"featureIds": [
                {"featureCount": 2, "attribute": 0, "propertyTable": 0}]}}}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3", "min": [0, 0, 0], "max": [4, 3, 0]},
            {"bufferView": 1, "componentType": 5123, "count": 6, "type": "SCALAR"},
            {"bufferView": 2, "componentType": 5126, "count": 4, "type": "SCALAR"}],
        "bufferViews": views, "buffers": [{"byteLength": blob.len()}],
        "extensionsUsed": ["EXT_mesh_features", "EXT_structural_metadata"],
        "extensions": {"EXT_structural_metadata": {
            "schema": {"id": "s", "classes": {"house": {"properties": {
                "id": {"type": "STRING", "semantic": "ID"},
                "height": {"type": "SCALAR", "componentType": "FLOAT64", "noData": f64::MIN}}}}},
            "propertyTables": [{"class": "house", "count": 2, "properties": {
                "id": {"values": 3, "stringOffsets": 4}, "height": {"values": 5}}}]}}
    });
    glb(&document, &blob)
}

fn glb(document: &Json, blob: &[u8]) -> Vec<u8> {
    let mut json = document.to_string().into_bytes();
    json.resize(json.len().next_multiple_of(4), b' ');
    let mut blob = blob.to_vec();
    blob.resize(blob.len().next_multiple_of(4), 0);
    let mut file = b"glTF\x02\0\0\0".to_vec();
    file.extend((28 + json.len() as u32 + blob.len() as u32).to_le_bytes());
    file.extend((json.len() as u32).to_le_bytes());
    file.extend(b"JSON");
    file.extend(json);
    file.extend((blob.len() as u32).to_le_bytes());
    file.extend(b"BIN\0");
    file.extend(blob);
    file
}

#[test]
fn a_glb_stands_upright_and_says_whose_each_triangle_is() {
    let model = from_file("tuong.glb", &quad()).unwrap();
    let sheet = &model.sheets[0];
    // Y up: 1 m up; −Z north: 2 m north.
    assert_eq!(sheet.positions[2], [4.0, 2.0, 4.0]);
    let ids: Vec<&str> = model.objects.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["nhà-một", "nhà-hai"]);
    assert_eq!(model.objects[0].attributes, [("height".to_owned(), Value::Real(12.5))]);
    assert!(model.objects[1].attributes.is_empty(), "noData");
    assert_eq!(sheet.objects, [0, 0], "of a triangle its first corner decides");
    assert_eq!(model.paints[sheet.paint].base, [1.0; 4], "no material");
}

#[test]
fn a_tile_set_is_read_from_coarse_to_fine_and_its_parts_beside_it_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("inner")).unwrap();
    fs::write(dir.path().join("tho.glb"), quad()).unwrap();
    fs::write(dir.path().join("inner/min.glb"), quad()).unwrap();
    let (lon, lat) = (108.474f64.to_radians(), 15.5736f64.to_radians());
    let [x, y, z] = earth::from_degrees(108.474, 15.5736, 20.0);
    let ((sl, cl), (sp, cp)) = (lon.sin_cos(), lat.sin_cos());
    let up =
        [-sl, cl, 0.0, 0.0, -sp * cl, -sp * sl, cp, 0.0, cp * cl, cp * sl, sp, 0.0, x, y, z, 1.0];
    let region = |dx: f64| json!({"region": [lon + dx - 1e-5, lat - 1e-5, lon + dx + 1e-5, lat + 1e-5, 0, 50]});
    let inner = json!({"asset": {"version": "1.1"}, "geometricError": 0, "root": {
        "boundingVolume": region(0.0), "geometricError": 0, "content": {"uri": "min.glb"}}});
    fs::write(dir.path().join("inner/tileset.json"), inner.to_string()).unwrap();
    let mut set = json!({"asset": {"version": "1.1"}, "geometricError": 100, "root": {
        "boundingVolume": region(0.0), "geometricError": 50, "refine": "REPLACE", "transform": up,
        "content": {"uri": "tho.glb"}, "children": [
            {"boundingVolume": region(0.0), "geometricError": 5, "content": {"uri": "inner/tileset.json"}},
            {"boundingVolume": region(0.5), "geometricError": 0, "content": {"uri": "outside.glb"}},
            {"boundingVolume": region(0.0), "geometricError": 0, "content": {"uri": "old.b3dm"}}]}});
    let path = dir.path().join("tileset.json");
    let read_set = |set: &Json| {
        fs::write(&path, set.to_string()).unwrap();
        block_on(read(path.to_str().unwrap(), &city()))
    };
    let model = read_set(&set).unwrap();
    assert_eq!(
        (model.triangle_count(), model.origin.clone()),
        (2, Origin::Earth),
        "the fine one alone"
    );
    assert!(model.notes.iter().any(|note| note.0.en.contains("b3dm")), "{:?}", model.notes);
    let placed = place(model, &city(), None).unwrap();
    assert!(!placed.hides(0));
    let (low, high) = placed.soup.edges();
    for (found, expected) in low.into_iter().chain(high).zip([0.0, 2.0, 21.0, 4.0, 2.0, 24.0]) {
        assert!((found - expected).abs() < 0.01, "{low:?} {high:?}");
    }
    set["root"]["refine"] = json!("ADD");
    assert_eq!(read_set(&set).unwrap().triangle_count(), 4, "both");
    set["root"]["children"][0]["content"]["uri"] = json!("../tileset.json");
    assert!(matches!(read_set(&set).unwrap_err().why, Why::Elsewhere { .. }));
    set["root"]["children"][0]["content"]["uri"] = json!("tileset.json");
    assert!(matches!(read_set(&set).unwrap_err().why, Why::TooMuch { .. }), "a set within itself");
    set["root"]["implicitTiling"] = json!({});
    assert!(matches!(read_set(&set).unwrap_err().why, Why::Unsupported { .. }));
}

#[test]
fn what_is_broken_is_a_message_and_never_a_crash() {
    let glb = quad();
    for short in (0..glb.len() - 4).step_by(7) {
        assert!(from_file("a.glb", &glb[..short]).is_err(), "cut at {short}");
    }
    // Any byte of the JSON and of the numbers may be another one.
    for at in (20..glb.len()).step_by(5) {
        let mut other = glb.clone();
        other[at] ^= 0x15;
        if let Ok(model) = from_file("a.glb", &other) {
            let _ = place(model, &city(), Some(&Placement::at(108.474, 15.5736)));
        }
    }
    let house = house();
    let text = house.to_string();
    for short in (0..text.len() - 1).step_by(11) {
        assert!(from_file("a.city.json", &text.as_bytes()[..short]).is_err(), "cut at {short}");
    }
    let spoilt = |pointer: &str, value: Json| {
        let mut house = house.clone();
        *house.pointer_mut(pointer).unwrap() = value;
        from_file("a.city.json", house.to_string().as_bytes())
    };
    let solid = "/CityObjects/nha-1/geometry/1/boundaries";
    let missing = spoilt(&format!("{solid}/0/1/0/0"), json!(99)).unwrap();
    assert!(missing.notes[0].0.vi.contains("1 mặt hỏng"), "{:?}", missing.notes);
    let mut deep = json!(0);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    assert_eq!(spoilt(solid, deep).unwrap_err().why, Why::Empty);
    assert!(matches!(spoilt("/version", json!("7.0")).unwrap_err().why, Why::Unsupported { .. }));
    assert!(spoilt("/vertices/0", json!([1])).is_err());
    // Faces at a corner beyond all measure have no area that could be told; the others stand.
    assert_eq!(spoilt("/vertices/0", json!([1e300, 0, 0])).unwrap().notes.len(), 1);
    assert_eq!(spoilt("/CityObjects", json!({})).unwrap_err().why, Why::Empty);
    for (name, bytes) in
        [("a.txt", &b"hello"[..]), ("b.json", b"{}"), ("c.json", b""), ("d.json", b"[1]")]
    {
        assert_eq!(from_file(name, bytes).unwrap_err().why, Why::Unknown, "{name}");
    }
    let required =
        json!({"asset": {"version": "2.0"}, "extensionsRequired": ["KHR_draco_mesh_compression"]});
    assert!(matches!(
        from_file("a.gltf", required.to_string().as_bytes()).unwrap_err().why,
        Why::Unsupported { .. }
    ));
    // A node below itself.
    let cycle = json!({"asset": {"version": "2.0"}, "scenes": [{"nodes": [0]}], "nodes": [{"children": [0]}]});
    assert!(from_file("a.gltf", cycle.to_string().as_bytes()).is_err());
    assert!(block_on(read("/nowhere/a.glb", &city())).is_err());
}

/// What others wrote, beside the checkout.
fn samples() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = root.ancestors().nth(2)?.join("shared/data/geo/cityjson-samples");
    if found.is_dir() {
        return Some(found);
    }
    println!("SKIP: ../shared/data/geo/cityjson-samples is absent");
    None
}

#[test]
fn what_others_wrote_is_read() {
    let Some(samples) = samples() else { return };
    let read = |name: &str| block_on(read(samples.join(name).to_str().unwrap(), &city()));
    // Objects with surfaces, and their surfaces at the highest level of detail, counted by a program of another language.
    for (name, objects, surfaces) in [
        ("delft.json", 570, 36_271),
        ("zurich_subset_lod2.json", 161, 2_039),
        ("multi_lod.json", 10, 348),
        ("rotterdam/rotterdam_subset.json", 16, 248),
        ("DH_01_subs.city.json", 9, 70),
    ] {
        let model = read(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(model.objects.len(), objects, "{name}");
        let count = model.triangle_count();
        assert!(count >= surfaces * 99 / 100, "{name}: {count} triangles of {surfaces} surfaces");
        let here = Placement::at(108.474, 15.5736);
        place(model, &city(), Some(&here)).unwrap_or_else(|error| panic!("{error}"));
    }
    let pictured = read("rotterdam/rotterdam_subset.json").unwrap();
    assert_eq!(pictured.pictures.len(), 1, "0320_4_15.jpg is there; the others are told of");
    assert!(!pictured.notes.is_empty());
    // Every conformance case reads, or says why not.
    let cases = fs::read_dir(samples.join("conformance_v2")).unwrap().flatten();
    let (mut read_well, mut told) = (0, 0);
    for case in cases {
        let name = format!("conformance_v2/{}", case.file_name().to_string_lossy());
        match read(&name) {
            Ok(_) => read_well += 1,
            Err(error) => {
                println!("{error}");
                told += 1;
            }
        }
    }
    // Most have corners in a line, and say so.
    assert!(read_well >= 7 && read_well + told >= 35, "{read_well} read, {told} told of");
}
