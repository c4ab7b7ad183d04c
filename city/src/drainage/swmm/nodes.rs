//! [JUNCTIONS], [STORAGE], [OUTFALLS] and [COORDINATES].

use std::f64::consts::PI;

use crate::drainage::{Node, NodeKind, Stage, Storage};

use super::{
    Error,
    options::Frame,
    sections::{Line, Sections},
    times::Tables,
};

pub(super) fn read(
    sections: &Sections,
    frame: &Frame,
    tables: &Tables,
    duration_s: f64,
) -> Result<Vec<Node>, Error> {
    let length = frame.units.length;
    let mut nodes = Vec::new();
    // name invert max-depth initial surcharge ponded
    for section in ["JUNCTIONS", "DIVIDERS"] {
        for line in sections.lines(section) {
            let mut node =
                Node::junction(line.words[0], line.number(1, "the invert")? * length, 0.0);
            if section == "JUNCTIONS" {
                node.max_depth_m = line.number_or(2, 0.0, "the depth")? * length;
                node.initial_depth_m = line.number_or(3, 0.0, "the initial depth")? * length;
                node.surcharge_depth_m = line.number_or(4, 0.0, "the surcharge depth")? * length;
                node.ponded_area_m2 =
                    line.number_or(5, 0.0, "the ponded area")? * frame.units.area();
            }
            nodes.push(node);
        }
    }
    for line in sections.lines("STORAGE") {
        nodes.push(storage(line, frame, tables)?);
    }
    for line in sections.lines("OUTFALLS") {
        nodes.push(outfall(line, frame, tables, duration_s)?);
    }
    for line in sections.lines("COORDINATES") {
        let place = (line.number(1, "x")?, line.number(2, "y")?);
        if let Some(node) = nodes.iter_mut().find(|node| node.name == line.words[0]) {
            node.position = Some(place);
        }
    }
    Ok(nodes)
}

/// name invert max-depth initial shape … surcharge
fn storage(line: &Line, frame: &Frame, tables: &Tables) -> Result<Node, Error> {
    let (length, area) = (frame.units.length, frame.units.area());
    let shape = line.needed(4, "the shape")?.to_ascii_uppercase();
    let mut three = [0.0; 3];
    if shape != "TABULAR" {
        for (i, slot) in three.iter_mut().enumerate() {
            *slot = line.number_or(5 + i, 0.0, "a measure of the shape")?;
        }
    }
    let [a, b, c] = three;
    let (storage, next) = match shape.as_str() {
        "TABULAR" => {
            let (_, entries) = tables.curve(line, line.needed(5, "the curve")?)?;
            let si = |(depth, m2): &(f64, f64)| (depth * length, m2 * area);
            (Storage::Table(entries.iter().map(si).collect()), 6)
        }
        "FUNCTIONAL" => {
            let (coefficient_m2, exponent) = (a * area / length.powf(b), b);
            (Storage::Power { constant_m2: c * area, coefficient_m2, exponent }, 8)
        }
        // Axes a, b of the base; slope c of the walls; of a paraboloid: axes at the height c.
        "CYLINDRICAL" => (polynomial([PI / 4.0 * a * b, 0.0, 0.0], length), 8),
        "CONICAL" => (polynomial([PI / 4.0 * a * b, PI * b * c, PI * b / a * c * c], length), 8),
        "PARABOLIC" | "PARABOLOID" => (polynomial([0.0, PI / 4.0 * a * b / c, 0.0], length), 8),
        "PYRAMIDAL" => (polynomial([a * b, 2.0 * (a + b) * c, 4.0 * c * c], length), 8),
        _ => {
            let known = "TABULAR, FUNCTIONAL, CYLINDRICAL, CONICAL, PARABOLIC or PYRAMIDAL";
            return Err(line.refuse(format!("'{shape}' is no shape of a basin: write {known}")));
        }
    };
    let invert_m = line.number(1, "the invert")? * length;
    let max_depth_m = line.number(2, "the depth")? * length;
    Ok(Node {
        initial_depth_m: line.number_or(3, 0.0, "the initial depth")? * length,
        surcharge_depth_m: line.number_or(next, 0.0, "the surcharge depth")? * length,
        ..Node::storage(line.words[0], invert_m, max_depth_m, storage)
    })
}

fn polynomial([base, linear, quadratic]: [f64; 3], length: f64) -> Storage {
    Storage::Polynomial { base_m2: base * length * length, linear_m: linear * length, quadratic }
}

/// name invert kind [stage] gate
fn outfall(line: &Line, frame: &Frame, tables: &Tables, duration_s: f64) -> Result<Node, Error> {
    let length = frame.units.length;
    let kind = line.needed(2, "the kind of outfall")?.to_ascii_uppercase();
    let level = |(x, y): &(f64, f64)| (*x, y * length);
    let (stage, next) = match kind.as_str() {
        "FREE" => (Stage::Free, 3),
        "NORMAL" => (Stage::Normal, 3),
        "FIXED" => (Stage::Fixed(line.number(3, "the stage")? * length), 4),
        "TIDAL" => {
            let (_, entries) = tables.curve(line, line.needed(3, "the tidal curve")?)?;
            (Stage::Series(tide(entries, frame, duration_s)), 4)
        }
        "TIMESERIES" => {
            let series = tables.series(line, line.needed(3, "the series")?)?;
            (Stage::Series(series.iter().map(level).collect()), 4)
        }
        _ => {
            let known = "FREE, NORMAL, FIXED, TIDAL or TIMESERIES";
            return Err(line.refuse(format!("'{kind}' is no kind of outfall: write {known}")));
        }
    };
    let invert_m = line.number(1, "the invert")? * length;
    let kind = NodeKind::Outfall { stage, has_flap_gate: line.is_yes(next) };
    Ok(Node { kind, ..Node::outfall(line.words[0], invert_m) })
}

/// A curve of hours of the day, day after day.
fn tide(entries: &[(f64, f64)], frame: &Frame, duration_s: f64) -> Vec<(f64, f64)> {
    let began_s = frame.start.seconds_into_day();
    let mut levels: Vec<(f64, f64)> = Vec::new();
    let days = ((duration_s + began_s) / 86_400.0).ceil() as u32;
    for day in 0..=days {
        for (hour, level) in entries {
            let time_s = f64::from(day) * 86_400.0 + hour * 3600.0 - began_s;
            if levels.last().is_none_or(|(last_s, _)| *last_s < time_s) {
                levels.push((time_s, level * frame.units.length));
            }
        }
    }
    levels
}
