//! Names at points: lines of text around an anchor.

use crate::render::{
    expression::Value,
    fonts::{Weight4, Writer},
};

/// How far the base line lies below the middle of a line, in ems: half of the height of capitals.
const BASE: f32 = 0.35;

/// How a block is set; lengths in ems.
pub(super) struct How {
    pub(super) max_width: f32,
    pub(super) line_height: f32,
    pub(super) spacing: f32,
    pub(super) anchor: String,
    pub(super) offset: (f32, f32),
}

/// A block that is set; lengths in ems from its anchor, right and down.
pub(super) struct Block {
    /// Letters with where they begin on their base line, and their size as a share.
    pub(super) letters: Vec<(char, [f32; 2], f32)>,
    /// Left, top, right, bottom.
    pub(super) edges: [f32; 4],
}

/// The lines that a value says, each with its size as a share; none where it says nothing.
pub(super) fn lines_of(value: &Value<'_>) -> Vec<(String, f64)> {
    let pieces = match value {
        Value::Pieces(pieces) => pieces.clone(),
        Value::Null => return Vec::new(),
        other => vec![(other.clone().to_text(), 1.0)],
    };
    let mut lines = vec![(String::new(), 1.0)];
    for (text, scale) in &pieces {
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                lines.push((String::new(), *scale));
            }
            if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                line.0.push_str(part);
                line.1 = *scale;
            }
        }
    }
    lines.retain(|(line, _)| !line.trim().is_empty());
    lines
}

/// Sets lines of text around an anchor.
pub(super) fn set(
    writer: &mut Writer<'_>,
    weight: Weight4,
    lines: &[(String, f64)],
    how: &How,
) -> Block {
    let broken: Vec<(String, f32)> = lines
        .iter()
        .flat_map(|(line, scale)| {
            let scale = *scale as f32;
            broken(writer, weight, line, how, scale).into_iter().map(move |line| (line, scale))
        })
        .collect();
    let mut set = Vec::with_capacity(broken.len());
    for (line, scale) in &broken {
        let (letters, width) = writer.line(line, weight, how.spacing);
        set.push((letters, width * scale, *scale));
    }
    let width = set.iter().map(|line| line.1).fold(0.0, f32::max);
    let height: f32 = set.iter().map(|line| line.2 * how.line_height).sum();
    let (to_left, to_right) = (how.anchor.contains("left"), how.anchor.contains("right"));
    let left = how.offset.0 + side(to_left, to_right, width);
    let top = how.offset.1
        + side(how.anchor.starts_with("top"), how.anchor.starts_with("bottom"), height);
    let mut letters = Vec::new();
    let mut y = top;
    for (line, own_width, scale) in set {
        let slack = width - own_width;
        // Lines lean to the anchor.
        let x = left
            + if to_left {
                0.0
            } else if to_right {
                slack
            } else {
                slack / 2.0
            };
        let base = y + how.line_height * scale / 2.0 + BASE * scale;
        letters.extend(line.iter().map(|l| (l.letter, [x + l.at * scale, base], scale)));
        y += how.line_height * scale;
    }
    Block { letters, edges: [left, top, left + width, top + height] }
}

/// Where a side begins when the anchor is at its begin, its end, or its middle.
fn side(at_begin: bool, at_end: bool, length: f32) -> f32 {
    match (at_begin, at_end) {
        (true, _) => 0.0,
        (_, true) => -length,
        _ => -length / 2.0,
    }
}

/// A line broken between words into lines that are about equally long.
fn broken(
    writer: &mut Writer<'_>,
    weight: Weight4,
    line: &str,
    how: &How,
    scale: f32,
) -> Vec<String> {
    let mut width = |text: &str| writer.line(text, weight, how.spacing).1 * scale;
    let whole = width(line);
    if whole <= how.max_width || how.max_width <= 0.0 {
        return vec![line.trim().to_owned()];
    }
    let wanted = whole / (whole / how.max_width).ceil();
    let mut lines: Vec<String> = vec![String::new()];
    for word in line.split_whitespace() {
        let Some(last) = lines.last_mut() else { break };
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        let is_full =
            !last.is_empty() && (width(&longer) > how.max_width || width(last) >= wanted * 0.95);
        if is_full {
            lines.push(word.to_owned());
        } else {
            *last = longer;
        }
    }
    lines
}

/// A point inside of rings: the middle of the widest run that lies inside on a level line, half way up
/// or, where that run is narrow, at a quarter or three; of what lies within a picture's size where one
/// is given.
pub(super) fn inside(rings: &[&[[f32; 2]]], within: Option<[f32; 2]>) -> Option<[f32; 2]> {
    let (mut top, mut bottom) = (f32::MAX, f32::MIN);
    for [_, y] in rings.iter().copied().flatten() {
        (top, bottom) = (top.min(*y), bottom.max(*y));
    }
    if let Some([_, height]) = within {
        (top, bottom) = (top.max(0.0), bottom.min(height));
    }
    if top > bottom {
        return None;
    }
    let level = |share: f32| widest(rings, top + share * (bottom - top), within.map(|w| w[0]));
    let half = level(0.5);
    let others = [0.35, 0.65].into_iter().filter_map(level);
    // The middle is where one looks first, so another level has to be much wider.
    half.into_iter()
        .map(|(width, place)| (width * 1.5, place))
        .chain(others)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, place)| place)
}

/// The widest run inside of rings on a level line, and its middle.
fn widest(rings: &[&[[f32; 2]]], y: f32, within: Option<f32>) -> Option<(f32, [f32; 2])> {
    let mut xs: Vec<f32> = Vec::new();
    for ring in rings {
        let next = ring.iter().cycle().skip(1);
        for (a, b) in ring.iter().zip(next) {
            // Edges are half open, so that a corner on the line counts once.
            if (a[1] <= y) != (b[1] <= y) {
                xs.push(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
            }
        }
    }
    xs.sort_by(f32::total_cmp);
    let runs = xs.chunks_exact(2).map(|run| match within {
        Some(width) => (run[0].max(0.0), run[1].min(width)),
        None => (run[0], run[1]),
    });
    let runs = runs.filter(|(from, to)| to > from);
    let widest = runs.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    widest.map(|(from, to)| (to - from, [(from + to) / 2.0, y]))
}
