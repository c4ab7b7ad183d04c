//! What a building's surfaces say of its height and its roof.

use serde_json::Value as Json;

use super::document::Face;

/// A roof with this share of its area nearly level is flat.
const FLAT_SHARE: f64 = 0.7;
/// Steeper than 8° is a slope.
const LEVEL: f64 = 0.99;
/// Slopes whose directions on the map differ by less belong together, in radians (25°).
const SAME_WAY: f64 = 0.44;
/// A direction with less of the sloped area is a dormer.
const LEAST_SHARE: f64 = 0.08;

/// Lowest and highest corner, m.
pub(super) fn range(faces: &[Face]) -> Option<(f64, f64)> {
    let heights = faces.iter().flat_map(|face| &face.rings).flatten().map(|corner| corner[2]);
    let range = heights
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| (low.min(z), high.max(z)));
    (range.0.is_finite() && range.1.is_finite()).then_some(range)
}

/// A face's normal, twice its area long (Newell's method).
pub(super) fn normal(face: &Face) -> [f64; 3] {
    let mut sum = [0.0; 3];
    if let Some(ring) = face.rings.first() {
        for (p, q) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            sum[0] += (p[1] - q[1]) * (p[2] + q[2]);
            sum[1] += (p[2] - q[2]) * (p[0] + q[0]);
            sum[2] += (p[0] - q[0]) * (p[1] + q[1]);
        }
    }
    sum
}

/// The share of a normal that points up, from −1 to 1.
pub(super) fn upward(normal: [f64; 3]) -> f64 {
    let length = normal.iter().map(|part| part * part).sum::<f64>().sqrt();
    if length > 0.0 { normal[2] / length } else { 0.0 }
}

/// The code of the list `roof-form` that an attribute `roofType` tells: its own word, or a number of CityGML's list
/// (SIG 3D, *RoofType*).
pub(super) fn told_roof(told: &Json) -> Option<&'static str> {
    let text = match told {
        Json::String(text) => text.trim().to_lowercase(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(match text.as_str() {
        "flat" | "1000" => "flat",
        "shed" | "monopitch" | "1010" => "shed",
        "gable" | "gabled" | "1030" => "gable",
        "hip" | "hipped" | "1040" => "hip",
        "pyramid" | "pavilion" | "1070" => "pyramid",
        "dome" | "1090" => "dome",
        "sawtooth" | "1100" => "sawtooth",
        "temple" => "temple",
        _ => return None,
    })
}

/// The code of the list `roof-form` of a roof, where it is one of the simple ones; of LoD 0 and 1 nothing is known.
pub(super) fn roof(faces: &[Face], lod: &str) -> Option<&'static str> {
    if !lod.starts_with(['2', '3']) {
        return None;
    }
    let says = faces.iter().any(|face| face.kind.as_deref() == Some("RoofSurface"));
    let is_roof = |face: &&Face| match &face.kind {
        Some(kind) => kind == "RoofSurface",
        None => !says && upward(normal(face)) > 0.1,
    };
    let normals: Vec<[f64; 3]> = faces.iter().filter(is_roof).map(normal).collect();
    let area = |n: &[f64; 3]| n.iter().map(|part| part * part).sum::<f64>().sqrt();
    let all: f64 = normals.iter().map(area).sum();
    let sloped: Vec<&[f64; 3]> = normals.iter().filter(|n| upward(**n) < LEVEL).collect();
    let slope_area: f64 = sloped.iter().map(|n| area(n)).sum();
    if all <= 0.0 {
        return None;
    }
    if all - slope_area >= FLAT_SHARE * all {
        return Some("flat");
    }
    if slope_area < FLAT_SHARE * all {
        return None;
    }
    let ways = ways(&sloped, slope_area);
    let opposite = |a: f64, b: f64| (turn(a, b).abs() - std::f64::consts::PI).abs() < SAME_WAY;
    match ways[..] {
        [_] => Some("shed"),
        [a, b] if opposite(a, b) => Some("gable"),
        [_, _, _, _] => Some("hip"),
        _ => None,
    }
}

/// The directions on the map in which slopes fall, those of dormers left out.
fn ways(sloped: &[&[f64; 3]], slope_area: f64) -> Vec<f64> {
    let mut groups: Vec<(f64, f64)> = Vec::new();
    for normal in sloped {
        let way = normal[1].atan2(normal[0]);
        let area = normal.iter().map(|part| part * part).sum::<f64>().sqrt();
        match groups.iter_mut().find(|group| turn(group.0, way).abs() < SAME_WAY) {
            Some(group) => group.1 += area,
            None => groups.push((way, area)),
        }
    }
    let main = groups.into_iter().filter(|group| group.1 >= LEAST_SHARE * slope_area);
    main.map(|group| group.0).collect()
}

/// From one direction to another, within half a turn.
fn turn(from: f64, to: f64) -> f64 {
    let around = std::f64::consts::TAU;
    (to - from + 1.5 * around).rem_euclid(around) - around / 2.0
}
