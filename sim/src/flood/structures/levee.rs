//! Levees: lines of raised cell faces that are overtopped and breach.

use super::{
    super::{GRAVITY, Series, Side},
    BreachState, Flow, either_way, is_positive, require, weir_discharge_m3_s,
};

/// A levee, dyke or embankment along cell faces. Water passes only over its crest, as over a
/// broad-crested weir ([`weir_discharge_m3_s`]), and through its breaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Levee {
    /// The faces in order; [`Levee::along`] finds those of a polyline.
    pub faces: Vec<LeveeFace>,
    /// Parts of the ideal discharge over the crest: 1 is 1.705·b·H^(3/2).
    pub coefficient: f64,
    /// Where it may give way.
    pub breaches: Vec<Breach>,
}

/// A face of a levee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeveeFace {
    /// Column of the cell.
    pub column: usize,
    /// Row of the cell.
    pub row: usize,
    /// Which of its sides.
    pub side: Side,
    /// Level of the crest, m. Where the ground beside it is higher, that counts.
    pub crest_m: f64,
    /// Length of levee that this face stands for, m: less than a cell's side where the levee runs
    /// across the grid and its faces are stairs.
    pub length_m: f64,
}

/// A place where a levee gives way.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Its middle, m along the levee from the first face.
    pub at_m: f64,
    /// When it begins.
    pub trigger: Trigger,
    /// How it grows.
    pub growth: Growth,
}

/// When a breach begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trigger {
    /// At a time of the run, s.
    At(f64),
    /// After the water has stood by `head_m` above the crest there for `for_s`, together.
    Overtopped {
        /// Head over the crest, m; below 0 for a levee that fails before it is overtopped.
        head_m: f64,
        /// How long, s.
        for_s: f64,
    },
}

/// How a breach grows.
#[derive(Debug, Clone, PartialEq)]
pub enum Growth {
    /// Level of its bottom, m, and width, m, over the time since it began.
    Given {
        /// Level of the bottom, m.
        crest_m: Series,
        /// Width, m.
        width_m: Series,
    },
    /// By erosion (Verheij 2003, *Aanpassen van het bresgroeimodel in HIS-OM*, after Verheij & van
    /// der Knaap 2002): first the bottom falls evenly to `lowest_m` in `deepens_s`; then the width
    /// grows with the difference of levels ΔH over it,
    /// B = B₀ + f₁·√g·ΔH^(3/2)/u_c · log₁₀(1 + f₂·g·t/u_c), f₁ = 1.3, f₂ = 0.04.
    Eroding {
        /// Level to which the bottom falls, m.
        lowest_m: f64,
        /// Time it takes, s.
        deepens_s: f64,
        /// Width meanwhile, m.
        first_width_m: f64,
        /// Width beyond which it does not grow, m.
        widest_m: f64,
        /// Speed at which the material begins to erode, m/s: sand 0.2, clay 0.5 and more.
        critical_m_s: f64,
    },
}

impl Levee {
    /// The faces of a polyline, over a grid of `columns` × `rows` cells of `cell_m`: from corner to
    /// corner of cells, so that no water passes between two of them. Points are x, y and level of the
    /// crest in m, x and y from the grid's south-west corner; levels are straight between points.
    /// Faces on the edge of the grid are left out.
    #[must_use]
    pub fn along(points: &[[f64; 3]], (columns, rows): (usize, usize), cell_m: f64) -> Self {
        let corner = |value: f64, most: usize| (value / cell_m).round().clamp(0.0, most as f64);
        let mut faces: Vec<LeveeFace> = Vec::new();
        for pair in points.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            let (mut x, mut y) = (corner(from[0], columns), corner(from[1], rows));
            let (x_end, y_end) = (corner(to[0], columns), corner(to[1], rows));
            let (dx, dy) = ((x_end - x).abs(), (y_end - y).abs());
            let steps = dx + dy;
            let (way_x, way_y) = ((to[0] - from[0]) / cell_m, (to[1] - from[1]) / cell_m);
            let length_m = cell_m * (dx * dx + dy * dy).sqrt() / steps.max(1.0);
            for step in 0..steps as usize {
                let part = (step as f64 + 0.5) / steps;
                // The side that leaves the corner nearer to the straight line.
                let off = |x: f64, y: f64| {
                    let (px, py) = (x - from[0] / cell_m, y - from[1] / cell_m);
                    (px * way_y - py * way_x).abs()
                };
                let (next_x, next_y) = (x + (x_end - x).signum(), y + (y_end - y).signum());
                let goes_x = y == y_end || x != x_end && off(next_x, y) <= off(x, next_y);
                let (column, row, side) = if goes_x {
                    (x.min(next_x) as usize, y as usize, Side::South)
                } else {
                    (x as usize, y.min(next_y) as usize, Side::West)
                };
                (x, y) = if goes_x { (next_x, y) } else { (x, next_y) };
                let is_inside =
                    if goes_x { row > 0 && row < rows } else { column > 0 && column < columns };
                let crest_m = from[2] + (to[2] - from[2]) * part;
                let same =
                    |face: &LeveeFace| (face.column, face.row, face.side) == (column, row, side);
                if is_inside && !faces.iter().rev().take(8).any(same) {
                    faces.push(LeveeFace { column, row, side, crest_m, length_m });
                }
            }
        }
        Self { faces, coefficient: 1.0, breaches: Vec::new() }
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        require(!self.faces.is_empty(), "give the levee a face inside the grid")?;
        let is_fine = |face: &LeveeFace| face.crest_m.is_finite() && is_positive(face.length_m);
        require(
            self.faces.iter().all(is_fine),
            "give every face a finite crest and a length above 0 m",
        )?;
        let is_usual = self.coefficient > 0.0 && self.coefficient <= 2.0;
        require(is_usual, "give it a coefficient above 0 and at most 2")?;
        let length_m: f64 = self.faces.iter().map(|face| face.length_m).sum();
        self.breaches.iter().try_for_each(|breach| breach.check(length_m))
    }

    /// Index of the face at a distance along the levee.
    pub(super) fn face_at(&self, at_m: f64) -> usize {
        let mut end_m = 0.0;
        let passes = |face: &LeveeFace| {
            end_m += face.length_m;
            end_m >= at_m
        };
        self.faces.iter().position(passes).unwrap_or(self.faces.len() - 1)
    }

    /// Flow over a face that begins at `from_m` along the levee, with open breaches as bottom and width;
    /// `ground_m` is the higher of the beds on its two sides.
    pub(super) fn flow(
        &self,
        (face, start_m): (&LeveeFace, f64),
        breaches: &[Option<(f64, f64)>],
        ground_m: f64,
        (from_m, to_m): (f64, f64),
    ) -> Flow {
        let crest_m = face.crest_m.max(ground_m);
        let (mut whole_m, mut sum, mut sill_m) = (face.length_m, 0.0, crest_m);
        let over = |crest_m: f64, width_m: f64| {
            let law = |high: f64, low: f64, _: bool| {
                weir_discharge_m3_s(high - crest_m, low - crest_m, width_m, self.coefficient)
            };
            either_way(from_m, to_m, crest_m, law).discharge_m3_s
        };
        for (breach, open) in self.breaches.iter().zip(breaches) {
            let Some((bottom_m, width_m)) = open else { continue };
            let low_m = start_m.max(breach.at_m - 0.5 * width_m);
            let high_m = (start_m + face.length_m).min(breach.at_m + 0.5 * width_m);
            let part_m = (high_m - low_m).clamp(0.0, whole_m);
            if part_m > 0.0 {
                let bottom_m = bottom_m.clamp(ground_m, crest_m);
                sum += over(bottom_m, part_m);
                whole_m -= part_m;
                sill_m = sill_m.min(bottom_m);
            }
        }
        if whole_m > 0.0 {
            sum += over(crest_m, whole_m);
        }
        Flow { discharge_m3_s: sum, sill_m }
    }
}

impl Breach {
    fn check(&self, length_m: f64) -> Result<(), &'static str> {
        require((0.0..=length_m).contains(&self.at_m), "put its breaches on the levee")?;
        let is_fine = match self.trigger {
            Trigger::At(time_s) => time_s.is_finite(),
            Trigger::Overtopped { head_m, for_s } => head_m.is_finite() && for_s >= 0.0,
        };
        require(is_fine, "give the breach a finite time or head, and a duration of 0 s or more")?;
        match &self.growth {
            Growth::Given { width_m, .. } => {
                let is_fine = width_m.entries().iter().all(|(_, width)| *width >= 0.0);
                require(is_fine, "give the breach widths of 0 m or more")
            }
            Growth::Eroding { lowest_m, deepens_s, first_width_m, widest_m, critical_m_s } => {
                let is_fine = lowest_m.is_finite()
                    && *deepens_s >= 0.0
                    && is_positive(*first_width_m)
                    && widest_m >= first_width_m
                    && is_positive(*critical_m_s);
                require(
                    is_fine,
                    "give the breach a bottom, widths above 0 m and a critical speed above 0 m/s",
                )
            }
        }
    }

    /// Level of the bottom and width of a breach that has begun, m, at a time of the run.
    pub(super) fn open(
        &self,
        state: &BreachState,
        crest_m: f64,
        time_s: f64,
    ) -> Option<(f64, f64)> {
        let since_s = time_s - state.began_s?;
        Some(match &self.growth {
            Growth::Given { crest_m, width_m } => (crest_m.at(since_s), width_m.at(since_s)),
            Growth::Eroding { lowest_m, deepens_s, .. } => {
                let part = if *deepens_s > 0.0 { (since_s / deepens_s).min(1.0) } else { 1.0 };
                (crest_m + (lowest_m - crest_m) * part, state.width_m)
            }
        })
    }

    /// The state after a step that ended at `time_s`, from the levels on the two sides of the levee.
    pub(super) fn grow(
        &self,
        state: &mut BreachState,
        crest_m: f64,
        (from_m, to_m): (f64, f64),
        (time_s, dt_s): (f64, f64),
    ) {
        let high_m = from_m.max(to_m);
        let Some(began_s) = state.began_s else {
            let begins = match self.trigger {
                Trigger::At(at_s) => time_s >= at_s,
                Trigger::Overtopped { head_m, for_s } => {
                    state.overtopped_s += if high_m > crest_m + head_m { dt_s } else { 0.0 };
                    high_m > crest_m + head_m && state.overtopped_s >= for_s
                }
            };
            if begins {
                state.began_s =
                    Some(if let Trigger::At(at_s) = self.trigger { at_s } else { time_s });
                if let Growth::Eroding { first_width_m, .. } = self.growth {
                    state.width_m = first_width_m;
                }
            }
            return;
        };
        let Growth::Eroding { lowest_m, deepens_s, widest_m, critical_m_s, .. } = self.growth
        else {
            return;
        };
        let widens_for_s = time_s - began_s - deepens_s;
        let head_m = high_m - from_m.min(to_m).max(lowest_m);
        if widens_for_s <= 0.0 || head_m <= 0.0 {
            return;
        }
        // The integral over the step with ΔH held: the rate falls by half within u_c/(f₂·g), ½ s in sand.
        let (f1, f2) = (1.3, 0.04);
        let so_far = |for_s: f64| libm::log10(1.0 + f2 * GRAVITY * for_s.max(0.0) / critical_m_s);
        let scale_m = f1 * GRAVITY.sqrt() * head_m * head_m.sqrt() / critical_m_s;
        let wider_m = scale_m * (so_far(widens_for_s) - so_far(widens_for_s - dt_s));
        state.width_m = (state.width_m + wider_m).min(widest_m);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_levee_across_the_grid_is_stairs_without_holes_and_keeps_its_length() {
        let levee = Levee::along(&[[0.0, 0.0, 2.0], [80.0, 60.0, 4.0]], (8, 6), 10.0);
        let length_m: f64 = levee.faces.iter().map(|face| face.length_m).sum();
        // 14 stairs on a diagonal of 100 m; the two at the ends may lie on the grid's edge.
        assert!(levee.faces.len() >= 12 && (length_m / 100.0 - 1.0).abs() < 0.15, "{length_m}");
        // Cells on its two sides: no way from the first column's top to the last one's bottom.
        let mut is_reached = [false; 48];
        let mut front = vec![(0_usize, 5_usize)];
        while let Some((column, row)) = front.pop() {
            if std::mem::replace(&mut is_reached[row * 8 + column], true) {
                continue;
            }
            let shut = |column, row, side| {
                levee.faces.iter().any(|f| (f.column, f.row, f.side) == (column, row, side))
            };
            if column > 0 && !shut(column, row, Side::West) {
                front.push((column - 1, row));
            }
            if column < 7 && !shut(column + 1, row, Side::West) {
                front.push((column + 1, row));
            }
            if row > 0 && !shut(column, row, Side::South) {
                front.push((column, row - 1));
            }
            if row < 5 && !shut(column, row + 1, Side::South) {
                front.push((column, row + 1));
            }
        }
        assert!(!is_reached[7], "the south-east is behind the levee: {is_reached:?}");
        assert!(levee.faces.windows(2).all(|pair| pair[0].crest_m <= pair[1].crest_m));
    }

    #[test]
    fn a_breach_widens_as_verheij_and_van_der_knaap_say() {
        let growth = Growth::Eroding {
            lowest_m: 0.0,
            deepens_s: 600.0,
            first_width_m: 1.0,
            widest_m: 500.0,
            critical_m_s: 0.2,
        };
        let breach = Breach { at_m: 0.0, trigger: Trigger::At(0.0), growth };
        let mut state = BreachState::default();
        for step in 0..=420 {
            breach.grow(&mut state, 3.0, (3.0, 0.0), (f64::from(step) * 10.0, 10.0));
        }
        // B = f₁·√g·ΔH^1.5/u_c·log₁₀(1 + f₂·g·t/u_c) with ΔH = 3 m held for an hour.
        let wanted_m = 1.0
            + 1.3 * GRAVITY.sqrt() * 3.0_f64.powf(1.5) / 0.2
                * (1.0 + 0.04 * GRAVITY * 3600.0 / 0.2_f64).log10();
        assert!((state.width_m / wanted_m - 1.0).abs() < 1e-9, "{} {wanted_m}", state.width_m);
        assert_eq!(breach.open(&state, 3.0, 300.0).map(|open| open.0), Some(1.5));
    }
}
