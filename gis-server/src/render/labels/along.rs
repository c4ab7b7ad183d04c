//! Names along lines.

use std::collections::HashMap;

use crate::render::fonts::Placed;

/// Ends closer than a quarter pixel are the same place.
const SAME: f32 = 4.0;

/// How far a road may turn where two pieces of it are joined: 60°, as a cosine.
const STRAIGHT: f32 = 0.5;

/// Height of the middle of letters above their base line, in ems.
const MIDDLE: f32 = 0.35;

type Line = Vec<[f32; 2]>;

/// A name that lies on a line.
pub(super) struct OnLine {
    /// Letters with where they begin on the base line and how they are turned.
    pub(super) letters: Vec<(char, [f32; 2], f32)>,
    /// The middle of each.
    pub(super) centres: Vec<[f32; 2]>,
    /// The middle of all.
    pub(super) middle: [f32; 2],
}

/// Length of a line.
pub(super) fn length(line: &[[f32; 2]]) -> f32 {
    line.windows(2).map(|ends| apart(ends[0], ends[1])).sum()
}

fn apart(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The place at a distance from a line's begin.
pub(super) fn at(line: &[[f32; 2]], distance: f32) -> Option<[f32; 2]> {
    let mut left = distance;
    for ends in line.windows(2) {
        let step = apart(ends[0], ends[1]);
        if left <= step && step > 0.0 {
            let share = left / step;
            return Some([0, 1].map(|k| ends[0][k] + share * (ends[1][k] - ends[0][k])));
        }
        left -= step;
    }
    line.last().copied()
}

/// The distances at which names stand in the middle.
pub(super) fn middles(length: f32, every: f32, once: bool) -> Vec<f32> {
    let count = if once { 1 } else { (length / every).floor().max(1.0) as usize };
    (0..count).map(|n| (n as f32 + 0.5) * length / count as f32).collect()
}

/// Puts letters on a line, around the distance `middle`, so that they stand upright; `None` where the
/// line ends or turns too sharply.
pub(super) fn place(
    line: &[[f32; 2]],
    letters: &[Placed],
    (middle, width): (f32, f32),
    size: f32,
    sharpest: f32,
) -> Option<OnLine> {
    let total = length(line);
    let begin = middle - width / 2.0;
    if begin < 0.0 || begin + width > total {
        return None;
    }
    let (first, last) = (at(line, begin)?, at(line, begin + width)?);
    // A hair of a pixel, so that a line straight up is not turned for ever.
    if last[0] < first[0] - 0.01 {
        let mut turned = line.to_vec();
        turned.reverse();
        return place(&turned, letters, (total - middle, width), size, sharpest);
    }
    let (mut set, mut centres) = (Vec::new(), Vec::new());
    let mut before: Option<f32> = None;
    for placed in letters {
        let from = at(line, begin + placed.at * size)?;
        let to = at(line, begin + (placed.at + placed.advance) * size)?;
        let angle = (to[1] - from[1]).atan2(to[0] - from[0]);
        let turn = before.map_or(0.0, |before| difference(angle, before));
        if turn > sharpest {
            return None;
        }
        before = Some(angle);
        let (sin, cos) = angle.sin_cos();
        // The base line lies below the line, so that the letters' middle is on it.
        let drop = MIDDLE * size;
        set.push((placed.letter, [from[0] - sin * drop, from[1] + cos * drop], angle));
        centres.push([(from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0]);
    }
    Some(OnLine { letters: set, centres, middle: at(line, middle)? })
}

/// How far two directions are apart, in radians.
fn difference(a: f32, b: f32) -> f32 {
    use std::f32::consts::{PI, TAU};
    let turn = (a - b).rem_euclid(TAU);
    if turn > PI { TAU - turn } else { turn }
}

/// Lines joined where one goes on as another: a road is many features, from crossing to crossing.
pub(super) fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut ends: HashMap<[i32; 2], Vec<usize>> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        for end in [line.first(), line.last()].into_iter().flatten() {
            ends.entry(place_of(*end)).or_default().push(index);
        }
    }
    let mut used = vec![false; lines.len()];
    let mut all = Vec::new();
    for index in 0..lines.len() {
        if std::mem::replace(&mut used[index], true) {
            continue;
        }
        let mut line = lines[index].clone();
        extend(&mut line, &lines, &ends, &mut used);
        line.reverse();
        extend(&mut line, &lines, &ends, &mut used);
        all.push(line);
    }
    all
}

fn place_of(point: [f32; 2]) -> [i32; 2] {
    point.map(|v| (v * SAME).round() as i32)
}

/// Goes on at a line's end as long as another begins there in about the same direction.
fn extend(
    line: &mut Line,
    lines: &[Line],
    ends: &HashMap<[i32; 2], Vec<usize>>,
    used: &mut [bool],
) {
    while let [.., before, end] = line[..] {
        let here = place_of(end);
        let next = ends.get(&here).into_iter().flatten().copied().filter(|next| !used[*next]);
        let mut found: Option<(usize, Line)> = None;
        for index in next {
            let mut other = lines[index].clone();
            if other.first().copied().map(place_of) != Some(here) {
                other.reverse();
            }
            let [_, after, ..] = other[..] else { continue };
            if cosine([before, end], [end, after]) > STRAIGHT {
                found = Some((index, other));
                break;
            }
        }
        let Some((index, other)) = found else { return };
        used[index] = true;
        line.extend_from_slice(&other[1..]);
    }
}

fn cosine(a: [[f32; 2]; 2], b: [[f32; 2]; 2]) -> f32 {
    let direction = |ends: [[f32; 2]; 2]| [0, 1].map(|k| ends[1][k] - ends[0][k]);
    let (a, b) = (direction(a), direction(b));
    let lengths = a[0].hypot(a[1]) * b[0].hypot(b[1]);
    if lengths > 0.0 { (a[0] * b[0] + a[1] * b[1]) / lengths } else { 1.0 }
}
