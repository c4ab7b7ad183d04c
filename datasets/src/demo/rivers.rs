//! Rivers: their middle lines, the bands they fill, and which reach is nearest to a place.

use geo::Polygon;

use super::{
    country::at_coast,
    line,
    plane::{Point, dot, length, pt, to_polygon},
    seed::{fractal, noise},
};

/// A river: its middle line from the hills to the lagoon, and what it is like there.
#[derive(Debug)]
pub(super) struct River {
    pub(super) name: &'static str,
    pub(super) line: Vec<Point>,
    /// Half width at each point.
    pub(super) half: Vec<f64>,
    /// Height of the bed at each point, in metres.
    pub(super) bed: Vec<f64>,
}

/// A river's course: where it runs, in kilometres from the centre.
type Course = &'static [(f64, f64)];

const TAM_KY: Course = &[
    (-12.0, -6.6),
    (-9.8, -5.2),
    (-8.0, -5.6),
    (-6.4, -4.4),
    (-4.8, -4.6),
    (-3.5, -3.5),
    (-2.2, -3.6),
    (-1.1, -2.6),
    (0.2, -2.75),
    (1.2, -2.0),
    (2.4, -2.15),
    (3.3, -1.35),
    (4.3, -1.2),
    (5.1, -0.2),
    (6.2, 0.4),
    (7.6, 1.1),
];
const BAN_THACH: Course = &[
    (-12.0, 5.2),
    (-9.5, 5.9),
    (-7.6, 4.7),
    (-5.8, 4.3),
    (-4.6, 3.2),
    (-3.2, 3.35),
    (-2.0, 2.55),
    (-0.7, 2.5),
    (0.3, 1.75),
    (1.35, 1.65),
    (1.9, 0.75),
    (2.55, 0.1),
    (2.5, -0.8),
    (3.2, -1.45),
];

/// The two rivers of the town, and further up and down the coast those that come into view.
pub(super) fn rivers(seed: u64, in_view: impl Fn(Point) -> bool) -> Vec<River> {
    let km = |course: Course| course.iter().map(|&(x, y)| pt(x, y) * 1000.0).collect::<Vec<_>>();
    let mut rivers = vec![
        river(seed, "Sông Tam Kỳ", &km(TAM_KY), (38.0, 92.0), -2.6),
        // Its mouth lies five kilometres up the Tam Kỳ: the beds meet there.
        river(seed, "Sông Bàn Thạch", &km(BAN_THACH), (26.0, 58.0), -0.95),
    ];
    for k in (-5..=5).filter(|&k| k != 0) {
        let s0 = f64::from(k) * 9800.0;
        let path: Vec<Point> = (0..=15)
            .map(|i| {
                let t = -14_000.0 + f64::from(i) * 1450.0;
                let wander = 900.0 * noise(seed ^ 0xC4, f64::from(i) * 0.8, f64::from(k));
                at_coast(s0 + wander, t)
            })
            .collect();
        if path.iter().any(|&p| in_view(p)) {
            rivers.push(river(seed, "Sông Trường Sơn (giả định)", &path, (16.0, 46.0), -2.6));
        }
    }
    rivers
}

/// A river along knots, meandering; `half` is its half width at the source and at the mouth, `mouth`
/// the height of its bed there.
fn river(seed: u64, name: &'static str, knots: &[Point], half: (f64, f64), mouth: f64) -> River {
    let rough = line::smooth(knots, 90.0);
    let sides = line::offset(&rough, 1.0);
    let bent: Vec<Point> = rough
        .iter()
        .zip(&sides)
        .map(|(&p, &q)| p + (q - p) * (130.0 * fractal(seed ^ 0xC5, p.x / 900.0, p.y / 900.0, 2)))
        .collect();
    let line = line::smooth(&bent, 30.0);
    let total = line::length_of(&line);
    let step = total / (line.len().max(2) - 1) as f64;
    let share = |i: usize| i as f64 * step / total;
    let half_at = |i: usize| {
        let p = line[i];
        let wide = 1.0 + 0.22 * noise(seed ^ 0xC6, p.x / 450.0, p.y / 450.0);
        (half.0 + (half.1 - half.0) * share(i).powf(1.4)) * wide
    };
    let half = (0..line.len()).map(half_at).collect();
    // The bed falls to the mouth: a third of a metre a kilometre in the plain, more where hills begin.
    let bed_at = |i: usize| {
        let to_mouth = total - i as f64 * step;
        mouth + 0.000_33 * to_mouth + 0.0016 * (to_mouth - 13_000.0).max(0.0)
    };
    let bed = (0..line.len()).map(bed_at).collect();
    River { name, line, half, bed }
}

/// A river as overlapping pieces, each simple even where the river bends sharply.
pub(super) fn ribbon(river: &River) -> Vec<Polygon<f64>> {
    let n = river.line.len();
    let piece = 8;
    (0..n.saturating_sub(1))
        .step_by(piece)
        .map(|i| {
            let end = (i + piece + 2).min(n);
            to_polygon(&line::band_of(&river.line[i..end], |k| river.half[i + k]))
        })
        .collect()
}

/// The nearest reach of a river.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// Distance from the middle line.
    pub(super) distance: f64,
    pub(super) half: f64,
    pub(super) bed: f64,
}

/// A stretch between two points of a middle line: its ends, half widths and beds.
type Stretch = ([Point; 2], [f64; 2], [f64; 2]);

/// Stretches of all rivers, in buckets.
#[derive(Debug, Default)]
pub(super) struct Reaches {
    low: Point,
    cols: usize,
    stretches: Vec<Stretch>,
    buckets: Vec<Vec<u32>>,
}

impl Reaches {
    const CELL: f64 = 240.0;
    const RANGE: f64 = 680.0;

    /// The rivers within a box.
    pub(super) fn new(rivers: &[River], low: Point, high: Point) -> Self {
        let low = low - pt(1000.0, 1000.0);
        let size = high + pt(1000.0, 1000.0) - low;
        let cols = (size.x / Self::CELL).ceil() as usize + 1;
        let rows = (size.y / Self::CELL).ceil() as usize + 1;
        let mut made =
            Self { low, cols, stretches: Vec::new(), buckets: vec![Vec::new(); cols * rows] };
        let reach = (Self::RANGE / Self::CELL).ceil() as i64 + 1;
        for river in rivers {
            for i in 0..river.line.len().saturating_sub(1) {
                let of = |values: &[f64]| [values[i], values[i + 1]];
                let number = made.stretches.len() as u32;
                made.stretches.push((
                    [river.line[i], river.line[i + 1]],
                    of(&river.half),
                    of(&river.bed),
                ));
                let p = river.line[i] - low;
                let (c, r) = ((p.x / Self::CELL).floor() as i64, (p.y / Self::CELL).floor() as i64);
                for row in (r - reach).max(0)..(r + reach + 1).min(rows as i64) {
                    for col in (c - reach).max(0)..(c + reach + 1).min(cols as i64) {
                        made.buckets[row as usize * cols + col as usize].push(number);
                    }
                }
            }
        }
        made
    }

    /// The reach whose bank is nearest, where one is within range.
    pub(super) fn nearest(&self, p: Point) -> Option<Reach> {
        let (x, y) = ((p.x - self.low.x) / Self::CELL, (p.y - self.low.y) / Self::CELL);
        if x < 0.0 || y < 0.0 || x as usize >= self.cols {
            return None;
        }
        let bucket = self.buckets.get(y as usize * self.cols + x as usize)?;
        let mut best: Option<Reach> = None;
        for &number in bucket {
            let (ends, half, bed) = &self.stretches[number as usize];
            let (a, along) = (p - ends[0], ends[1] - ends[0]);
            let share = (dot(a, along) / dot(along, along).max(1e-12)).clamp(0.0, 1.0);
            let between = |v: &[f64; 2]| v[0] + (v[1] - v[0]) * share;
            let (off, half) = (a - along * share, between(half));
            // Squares tell most that are farther without a root.
            let reach = best.map_or(Self::RANGE, |b| b.distance - b.half) + half;
            if reach > 0.0 && dot(off, off) < reach * reach {
                best = Some(Reach { distance: length(off), half, bed: between(bed) });
            }
        }
        best
    }
}
