use super::footprint::{Footprint, area_of};

/// The least share of its rectangle that a footprint must fill for a sloped roof to fit.
const FITS: f64 = 0.86;

/// Narrower is no house with a ridge, m.
const NARROWEST_M: f64 = 1.5;

/// The least rectangle around a footprint, over which a sloped roof is laid. Its long sides are the eaves
/// of a gable; a shed rises from the first of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    pub(super) corner: [f64; 2],
    /// Unit vector of the longer sides.
    pub(super) along: [f64; 2],
    pub(super) along_m: f64,
    pub(super) across_m: f64,
}

impl Plan {
    /// The plan of a footprint that is nearly a rectangle; `None` of all others.
    pub fn of(footprint: &Footprint) -> Option<Self> {
        if footprint.has_courtyards() {
            return None;
        }
        let hull = hull(footprint.shell());
        let sides = hull.iter().zip(hull.iter().cycle().skip(1));
        let around = sides.filter_map(|(a, b)| Self::beside(&hull, *a, *b));
        let least = around.min_by(|a, b| a.area_m2().total_cmp(&b.area_m2()))?;
        let is_filled = area_of(footprint.shell()) >= FITS * least.area_m2();
        (is_filled && least.across_m > NARROWEST_M).then_some(least)
    }

    /// Length of its longer sides, m.
    pub fn along_m(&self) -> f64 {
        self.along_m
    }

    /// Length of its shorter sides, m.
    pub fn across_m(&self) -> f64 {
        self.across_m
    }

    /// Its corners, counter-clockwise, a longer side first; metres east and north.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let (u, v) = (self.along, self.across());
        let at = |s: f64, t: f64| {
            [self.corner[0] + u[0] * s + v[0] * t, self.corner[1] + u[1] * s + v[1] * t]
        };
        let (far, deep) = (self.along_m, self.across_m);
        [at(0.0, 0.0), at(far, 0.0), at(far, deep), at(0.0, deep)]
    }

    /// The plan with its sides out by so many metres.
    #[must_use]
    pub fn widened(self, by_m: f64) -> Self {
        let (u, v) = (self.along, self.across());
        let corner = [self.corner[0] - (u[0] + v[0]) * by_m, self.corner[1] - (u[1] + v[1]) * by_m];
        let (along_m, across_m) = (self.along_m + 2.0 * by_m, self.across_m + 2.0 * by_m);
        Self { corner, along_m, across_m, ..self }
    }

    /// To the left of `along`.
    pub(super) fn across(&self) -> [f64; 2] {
        [-self.along[1], self.along[0]]
    }

    fn area_m2(&self) -> f64 {
        self.along_m * self.across_m
    }

    /// The rectangle around a hull, one side along a side of it: one of these is the least of all
    /// (Freeman & Shapira, CACM 18(7), 1975).
    fn beside(hull: &[[f64; 2]], a: [f64; 2], b: [f64; 2]) -> Option<Self> {
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        if length <= 0.0 {
            return None;
        }
        let u = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
        let span = |axis: [f64; 2]| {
            let reach = hull.iter().map(|p| (p[0] - a[0]) * axis[0] + (p[1] - a[1]) * axis[1]);
            reach.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                (low.min(at), high.max(at))
            })
        };
        let (left, right) = span(u);
        let (low, high) = span([-u[1], u[0]]);
        let at = |s: f64, t: f64| [a[0] + u[0] * s - u[1] * t, a[1] + u[1] * s + u[0] * t];
        let (wide, deep) = (right - left, high - low);
        Some(if wide >= deep {
            Self { corner: at(left, low), along: u, along_m: wide, across_m: deep }
        } else {
            // A quarter turn: what was the right side is the first one.
            Self { corner: at(right, low), along: [-u[1], u[0]], along_m: deep, across_m: wide }
        })
    }
}

/// The convex hull, counter-clockwise (Andrew's monotone chain, 1979).
fn hull(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let mut lower = chain(sorted.iter());
    let mut upper = chain(sorted.iter().rev());
    lower.pop();
    upper.pop();
    lower.append(&mut upper);
    lower
}

fn chain<'a>(points: impl Iterator<Item = &'a [f64; 2]>) -> Vec<[f64; 2]> {
    let turn = |o: [f64; 2], a: [f64; 2], b: [f64; 2]| {
        (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
    };
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for point in points {
        while let [.., o, a] = kept[..]
            && turn(o, a, *point) <= 0.0
        {
            kept.pop();
        }
        kept.push(*point);
    }
    kept
}
