//! Area, width and hydraulic radius of a cross section by depth, from tables made once.

use super::{outline, powers::two_thirds};
use crate::flood::GRAVITY;

/// Entries of a table, less one.
const CELLS: usize = 256;

/// The water surface of a closed conduit is no narrower than at this part of its height: near the
/// crown the width goes to nothing, and with it what holds the head steady (EXTRAN).
const CROWN: f64 = 0.96;

/// Geometry of a conduit by depth.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) full_depth_m: f64,
    pub(super) full_area_m2: f64,
    pub(super) is_open: bool,
    /// A·R^⅔ of the full section.
    pub(super) full_factor: f64,
    cell_m: f64,
    /// Area, width, hydraulic radius at each depth.
    rows: Vec<[f64; 3]>,
    /// A·R^⅔ up to where it is largest.
    factors: Vec<f64>,
    /// Critical discharge √(g·A³/W).
    criticals: Vec<f64>,
}

/// What a depth makes of a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wetted {
    pub(super) area_m2: f64,
    pub(super) width_m: f64,
    pub(super) radius_m: f64,
}

impl Section {
    pub(super) fn new(section: &city::drainage::Section) -> Self {
        let (full_depth_m, is_open) = outline::size(section);
        let rows = outline::rows(section, CELLS);
        let mut factors: Vec<f64> =
            rows.iter().map(|[area, _, radius]| area * two_thirds(*radius)).collect();
        let full_factor = factors[CELLS];
        let peak = (0..=CELLS).fold(0, |peak, i| if factors[i] > factors[peak] { i } else { peak });
        factors.truncate(peak + 1);
        let critical = |[area, width, _]: &[f64; 3]| {
            if *width > 0.0 { area * (GRAVITY * area / width).sqrt() } else { f64::INFINITY }
        };
        let mut criticals: Vec<f64> = rows.iter().map(critical).collect();
        criticals[0] = 0.0;
        Self {
            full_depth_m,
            full_area_m2: rows[CELLS][0],
            is_open,
            full_factor,
            cell_m: full_depth_m / CELLS as f64,
            rows,
            factors,
            criticals,
        }
    }

    /// Geometry at a depth; above the full depth that of the full section.
    #[inline]
    pub(super) fn at(&self, depth_m: f64) -> Wetted {
        let place = (depth_m / self.cell_m).clamp(0.0, CELLS as f64);
        let cell = (place as usize).min(CELLS - 1);
        let t = place - cell as f64;
        let ([a0, w0, r0], [a1, w1, r1]) = (self.rows[cell], self.rows[cell + 1]);
        // Hermite's cubic: width is the derivative of area.
        let (rise, h) = (a1 - a0, self.cell_m);
        let bend = t * (1.0 - t) * ((1.0 - t) * (w0 * h - rise) - t * (w1 * h - rise));
        Wetted {
            area_m2: a0 + rise * t + bend,
            width_m: w0 + (w1 - w0) * t,
            radius_m: r0 + (r1 - r0) * t,
        }
    }

    /// Width of the water surface, not less than near the crown.
    #[inline]
    pub(super) fn surface_m(&self, depth_m: f64) -> f64 {
        let most = if self.is_open { self.full_depth_m } else { CROWN * self.full_depth_m };
        let place = (depth_m.min(most) / self.cell_m).clamp(0.0, CELLS as f64);
        let cell = (place as usize).min(CELLS - 1);
        let (w0, w1) = (self.rows[cell][1], self.rows[cell + 1][1]);
        w0 + (w1 - w0) * (place - cell as f64)
    }

    /// The depth at which A·R^⅔ has a value: normal depth, where it is Q·n/√S.
    pub(super) fn normal_depth_m(&self, factor: f64) -> f64 {
        self.depth_of(&self.factors, factor)
    }

    /// The depth at which a discharge is critical, m³/s.
    pub(super) fn critical_depth_m(&self, discharge_m3_s: f64) -> f64 {
        self.depth_of(&self.criticals, discharge_m3_s)
    }

    fn depth_of(&self, table: &[f64], value: f64) -> f64 {
        if value <= 0.0 {
            return 0.0;
        }
        let above = table.partition_point(|entry| *entry <= value);
        if above >= table.len() {
            return self.full_depth_m;
        }
        let (low, high) = (table[above - 1], table[above]);
        let part = if high.is_finite() { (value - low) / (high - low) } else { 0.0 };
        // In the first cell both tables bend: depth goes about with the root of the discharge.
        let part = if above == 1 { part.sqrt() } else { part };
        ((above - 1) as f64 + part) * self.cell_m
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::drainage::{Section as Shape, Station, Transect};

    fn check(shape: Shape, depth_m: f64, expected: (f64, f64, f64)) {
        let at = Section::new(&shape).at(depth_m);
        for (found, expected) in
            [(at.area_m2, expected.0), (at.width_m, expected.1), (at.radius_m, expected.2)]
        {
            assert!((found - expected).abs() < 2e-4 * expected, "{shape:?}: {found} {expected}");
        }
    }

    #[test]
    fn areas_widths_and_radii_are_those_of_the_textbook() {
        use std::f64::consts::PI;
        check(Shape::Circular { diameter_m: 2.0 }, 1.0, (PI / 2.0, 2.0, 0.5));
        check(Shape::RectClosed { height_m: 2.0, width_m: 3.0 }, 1.0, (3.0, 3.0, 0.6));
        check(Shape::RectOpen { height_m: 2.0, width_m: 3.0 }, 2.0, (6.0, 3.0, 6.0 / 7.0));
        let ditch =
            Shape::Trapezoidal { height_m: 2.0, width_m: 1.0, left_slope: 3.0, right_slope: 0.0 };
        check(ditch, 1.0, (2.5, 4.0, 2.5 / (2.0 + 10.0_f64.sqrt())));
        let vee = Shape::Triangular { height_m: 2.0, top_width_m: 4.0 };
        check(vee, 1.0, (1.0, 2.0, 1.0 / 8.0_f64.sqrt()));
        check(Shape::Parabolic { height_m: 1.0, top_width_m: 3.0 }, 0.25, (0.25, 1.5, 0.155_795));
        check(Shape::Ellipse { height_m: 1.0, width_m: 2.0 }, 0.5, (PI / 4.0, 2.0, 0.324_28));
    }

    #[test]
    fn full_pipes_have_the_areas_of_the_handbooks() {
        // SWMM 5 reference manual II, table 5-1: 0.5105·H² (egg), 0.8293·H² (horseshoe).
        for (shape, expected) in [
            (Shape::Egg { height_m: 1.0 }, 0.5105),
            (Shape::Horseshoe { height_m: 1.0 }, 0.8293),
            (Shape::Circular { diameter_m: 1.0 }, std::f64::consts::FRAC_PI_4),
        ] {
            let found = Section::new(&shape).full_area_m2;
            assert!((found - expected).abs() < 1e-4, "{shape:?}: {found}");
        }
    }

    #[test]
    fn a_transect_of_one_roughness_is_the_channel_it_draws() {
        let point = |across_m, level_m| Station { across_m, level_m };
        let transect = Transect {
            stations: vec![point(0.0, 12.0), point(2.0, 10.0), point(5.0, 10.0), point(7.0, 12.0)],
            left_bank_m: 0.0,
            right_bank_m: 7.0,
            left_manning: 0.03,
            channel_manning: 0.03,
            right_manning: 0.03,
        };
        let expected = (4.0, 5.0, 4.0 / (3.0 + 2.0 * 2.0_f64.sqrt()));
        check(Shape::Irregular(transect), 1.0, expected);
    }

    #[test]
    fn normal_and_critical_depths_come_back() {
        let pipe = Section::new(&Shape::Circular { diameter_m: 1.2 });
        for depth_m in [0.002, 0.05, 0.4, 0.9, 1.1] {
            let at = pipe.at(depth_m);
            let factor = at.area_m2 * two_thirds(at.radius_m);
            let normal = pipe.normal_depth_m(factor);
            assert!((normal - depth_m).abs() < 1e-3, "{depth_m} {normal}");
            let discharge = at.area_m2 * (GRAVITY * at.area_m2 / at.width_m).sqrt();
            let critical = pipe.critical_depth_m(discharge);
            assert!((critical - depth_m).abs() < 1e-3, "{depth_m} {critical}");
        }
        assert_eq!(pipe.normal_depth_m(99.0), 1.2);
    }
}
