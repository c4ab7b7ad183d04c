//! A grid over the segments of lines: what is near, what lies ahead.

use super::{
    line,
    plane::{Point, bounds, pt, unit},
};

/// Segments in square cells.
#[derive(Debug)]
pub(super) struct Segments {
    low: Point,
    cols: usize,
    rows: usize,
    /// Cell `c` holds `items[first[c]..first[c + 1]]`.
    first: Vec<u32>,
    items: Vec<u32>,
    segments: Vec<(u32, Point, Point)>,
}

const CELL: f64 = 50.0;

impl Segments {
    pub(super) fn new<'a>(lines: impl Iterator<Item = &'a [Point]>) -> Self {
        let segments: Vec<(u32, Point, Point)> = lines
            .enumerate()
            .flat_map(|(i, line)| line.windows(2).map(move |s| (i as u32, s[0], s[1])))
            .collect();
        let ends: Vec<Point> = segments.iter().flat_map(|s| [s.1, s.2]).collect();
        let (low, high) =
            if ends.is_empty() { (pt(0.0, 0.0), pt(0.0, 0.0)) } else { bounds(&ends) };
        let cols = ((high.x - low.x) / CELL) as usize + 1;
        let rows = ((high.y - low.y) / CELL) as usize + 1;
        let mut index =
            Self { low, cols, rows, first: vec![0; cols * rows + 1], items: Vec::new(), segments };
        let mut placed: Vec<(u32, u32)> = Vec::new();
        for (k, s) in index.segments.iter().enumerate() {
            index.each_cell(s.1, s.2, |cell| placed.push((cell as u32, k as u32)));
        }
        placed.sort_unstable();
        for &(cell, _) in &placed {
            index.first[cell as usize + 1] += 1;
        }
        for c in 0..cols * rows {
            index.first[c + 1] += index.first[c];
        }
        index.items = placed.into_iter().map(|p| p.1).collect();
        index
    }

    /// Calls for each cell of the box around two points.
    fn each_cell(&self, a: Point, b: Point, mut call: impl FnMut(usize)) {
        let cell = |x: f64, most: usize| ((x / CELL).floor().max(0.0) as usize).min(most - 1);
        let (x0, x1) = (
            cell(a.x.min(b.x) - self.low.x, self.cols),
            cell(a.x.max(b.x) - self.low.x, self.cols),
        );
        let (y0, y1) = (
            cell(a.y.min(b.y) - self.low.y, self.rows),
            cell(a.y.max(b.y) - self.low.y, self.rows),
        );
        for y in y0..=y1 {
            for x in x0..=x1 {
                call(y * self.cols + x);
            }
        }
    }

    fn in_box(&self, a: Point, b: Point, mut call: impl FnMut(&(u32, Point, Point))) {
        self.each_cell(a, b, |cell| {
            for &k in &self.items[self.first[cell] as usize..self.first[cell + 1] as usize] {
                call(&self.segments[k as usize]);
            }
        });
    }

    /// The line nearest to a point, and its distance.
    pub(super) fn nearest(
        &self,
        p: Point,
        within: f64,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        let mut radius = (within / 4.0).max(25.0).min(within);
        loop {
            let r = pt(radius, radius);
            self.in_box(p - r, p + r, |&(line, a, b)| {
                let d = line::nearest(p, a, b).0;
                let nearer = best.is_none_or(|(l, e)| d < e || (d == e && (line as usize) < l));
                if d <= within && nearer && wanted(line as usize) {
                    best = Some((line as usize, d));
                }
            });
            if radius >= within || best.is_some_and(|b| b.1 <= radius) {
                return best;
            }
            radius = (radius * 2.0).min(within);
        }
    }

    /// The first line that a ray meets, and where.
    pub(super) fn ray(
        &self,
        from: Point,
        along: Point,
        reach: f64,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<(usize, Point)> {
        let to = from + unit(along) * reach;
        let mut best: Option<(f64, usize)> = None;
        self.in_box(from, to, |&(line, a, b)| {
            if let Some((share, _)) = line::crossing(from, to, a, b) {
                let nearer =
                    best.is_none_or(|(s, l)| share < s || (share == s && (line as usize) < l));
                if nearer && wanted(line as usize) {
                    best = Some((share, line as usize));
                }
            }
        });
        best.map(|(share, line)| (line, from + (to - from) * share))
    }
}
