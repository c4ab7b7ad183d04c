//! Culverts: pipes and boxes under inlet or outlet control.
//!
//! The discharge is the smaller of what the inlet lets in and what the barrel carries to the outlet
//! (FHWA 2012, *Hydraulic Design of Highway Culverts*, HDS-5, 3rd edition, chapter 3):
//!
//! - Inlet control, unsubmerged (form 1, A.1): HW/D = H_c/D + K·[K_u·Q/(A·√D)]^M − ½S, H_c the
//!   specific energy of critical flow; submerged (A.3): HW/D = c·[K_u·Q/(A·√D)]² + Y − ½S, with
//!   K_u = 1.811. Up to K_u·Q/(A·√D) = 3.5 the first, from 4.0 the second, between them a straight line.
//! - Outlet control (3.2): HW = h_o + (1 + K_e + 2g·n²·L/R^(4/3))·V²/2g, h_o the larger of the
//!   tailwater and (d_c + D)/2 above the outlet. Where the headwater stands below the crown the barrel
//!   is taken as full to the headwater's depth instead of D: an extension of ours, so that the law
//!   goes to zero with the head.

use super::{super::GRAVITY, Ends, Flow, either_way, is_positive, require};

/// K_u of HDS-5 in SI units.
const UNIT: f64 = 1.811;

/// The cross-section of a culvert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Barrel {
    /// A round pipe.
    Circular {
        /// Inner diameter, m.
        diameter_m: f64,
    },
    /// A rectangular box.
    Box {
        /// Inner width, m.
        width_m: f64,
        /// Inner height, m.
        height_m: f64,
    },
}

/// How the inlet is shaped: constants of HDS-5, table A.1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inlet {
    /// K of the unsubmerged form 1.
    pub k: f64,
    /// M of the unsubmerged form 1.
    pub m: f64,
    /// c of the submerged form.
    pub c: f64,
    /// Y of the submerged form.
    pub y: f64,
}

impl Inlet {
    /// Concrete pipe, square edge with headwall (chart 1, scale 1); K_e 0.5.
    pub const PIPE_SQUARE_EDGE: Self = Self { k: 0.0098, m: 2.0, c: 0.0398, y: 0.67 };
    /// Concrete pipe, groove end with headwall (chart 1, scale 2); K_e 0.2.
    pub const PIPE_GROOVE_END: Self = Self { k: 0.0018, m: 2.0, c: 0.0292, y: 0.74 };
    /// Corrugated metal pipe that projects from the fill (chart 2, scale 3); K_e 0.9.
    pub const METAL_PROJECTING: Self = Self { k: 0.0340, m: 1.5, c: 0.0553, y: 0.54 };
    /// Box with wingwalls flared by 30° to 75° (chart 8, scale 1); K_e 0.4.
    pub const BOX_FLARED: Self = Self { k: 0.026, m: 1.0, c: 0.0347, y: 0.81 };
    /// Box with a headwall or wingwalls at 90° or 15° (chart 8, scale 2); K_e 0.5.
    pub const BOX_HEADWALL: Self = Self { k: 0.061, m: 0.75, c: 0.0400, y: 0.80 };
}

/// One or more equal barrels through an embankment.
#[derive(Debug, Clone, PartialEq)]
pub struct Culvert {
    /// The cells at its two ends.
    pub between: Ends,
    /// Cross-section.
    pub barrel: Barrel,
    /// Barrels side by side.
    pub count: u32,
    /// Length, m.
    pub length_m: f64,
    /// Manning's n of the barrel, s/m^⅓: concrete 0.012, corrugated metal 0.024.
    pub manning: f64,
    /// Entrance loss K_e, parts of the velocity head.
    pub entrance_loss: f64,
    /// Shape of the inlet, at both ends alike.
    pub inlet: Inlet,
    /// Level of the barrel's bottom at the `from` end, m.
    pub from_invert_m: f64,
    /// Level of the barrel's bottom at the `to` end, m.
    pub to_invert_m: f64,
    /// A flap at the `to` end lets nothing back.
    pub has_flap: bool,
}

/// A part of a barrel up to a depth.
struct Section {
    area_m2: f64,
    radius_m: f64,
    top_m: f64,
}

impl Barrel {
    fn height_m(&self) -> f64 {
        match *self {
            Self::Circular { diameter_m } => diameter_m,
            Self::Box { height_m, .. } => height_m,
        }
    }

    /// Area, hydraulic radius and width of the surface at a depth, at most full.
    fn section(&self, depth_m: f64) -> Section {
        let full_m = self.height_m();
        let depth_m = depth_m.clamp(0.0, full_m);
        match *self {
            Self::Circular { diameter_m: d } => {
                let half = libm::acos((1.0 - 2.0 * depth_m / d).clamp(-1.0, 1.0));
                let sin = libm::sin(half);
                let area_m2 = 0.25 * d * d * (half - sin * libm::cos(half));
                let radius_m = if half > 0.0 { area_m2 / (half * d) } else { 0.0 };
                Section { area_m2, radius_m, top_m: d * sin }
            }
            Self::Box { width_m, .. } => {
                let area_m2 = width_m * depth_m;
                let lid_m = if depth_m >= full_m { width_m } else { 0.0 };
                Section {
                    area_m2,
                    radius_m: area_m2 / (width_m + lid_m + 2.0 * depth_m),
                    top_m: width_m,
                }
            }
        }
    }

    /// Discharge that is critical at a depth, m³/s, Q² = g·A³/T; and its specific energy, m.
    fn critical(&self, depth_m: f64) -> (f64, f64) {
        let section = self.section(depth_m);
        // A pipe that is nearly full has almost no surface: the crown is kept open by 1 %.
        let top_m = section.top_m.max(0.01 * self.height_m());
        let mean_m = section.area_m2 / top_m;
        (section.area_m2 * (GRAVITY * mean_m).sqrt(), depth_m + 0.5 * mean_m)
    }

    /// Depth at which a discharge is critical, m; at most full.
    fn critical_depth_m(&self, discharge_m3_s: f64) -> f64 {
        if let Self::Box { width_m, height_m } = *self {
            let q = discharge_m3_s / width_m;
            return libm::cbrt(q * q / GRAVITY).min(height_m);
        }
        solve(self.height_m(), 24, |depth_m| self.critical(depth_m).0 <= discharge_m3_s)
    }
}

/// The largest value up to `most` for which a condition that fails beyond some value holds.
fn solve(most: f64, halvings: u32, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(most) {
        return most;
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..halvings {
        let middle = 0.5 * (low + high);
        if holds(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

impl Culvert {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        self.between.check()?;
        let is_sized = match self.barrel {
            Barrel::Circular { diameter_m } => is_positive(diameter_m),
            Barrel::Box { width_m, height_m } => is_positive(width_m) && is_positive(height_m),
        };
        require(is_sized && self.count > 0, "give it at least one barrel of a size above 0 m")?;
        require(is_positive(self.length_m), "give it a length above 0 m")?;
        require((0.0..1.0).contains(&self.manning), "give it a Manning's n from 0 to 1 s/m^(1/3)")?;
        require((0.0..=5.0).contains(&self.entrance_loss), "give it an entrance loss from 0 to 5")?;
        let Inlet { k, m, c, y } = self.inlet;
        let is_shaped = k >= 0.0 && is_positive(m) && is_positive(c) && y.is_finite();
        require(is_shaped, "give it an inlet of HDS-5, table A.1")?;
        let is_laid = self.from_invert_m.is_finite() && self.to_invert_m.is_finite();
        require(is_laid, "give its ends finite levels")
    }

    /// Flow between the levels at its two ends.
    pub(super) fn flow(&self, from_m: f64, to_m: f64) -> Flow {
        let sill_m = self.from_invert_m.max(self.to_invert_m);
        either_way(from_m, to_m, sill_m, |high_m, low_m, is_forwards| {
            if !is_forwards && self.has_flap {
                return 0.0;
            }
            let (near_m, far_m) = if is_forwards {
                (self.from_invert_m, self.to_invert_m)
            } else {
                (self.to_invert_m, self.from_invert_m)
            };
            let inlet = self.inlet_control(high_m - near_m, (near_m - far_m) / self.length_m);
            let outlet = self.outlet_control((high_m, low_m), near_m, far_m);
            f64::from(self.count) * inlet.min(outlet)
        })
    }

    /// What the inlet of a barrel lets in at a headwater depth, m³/s.
    pub fn inlet_control(&self, headwater_m: f64, slope: f64) -> f64 {
        let height_m = self.barrel.height_m();
        let full_m2 = self.barrel.section(height_m).area_m2;
        let of_number = |number: f64| number * full_m2 * height_m.sqrt() / UNIT;
        let Inlet { k, m, c, y } = self.inlet;
        let fall = 0.5 * slope.max(0.0);
        let wanted = headwater_m / height_m;
        let open = |energy_m: f64, discharge_m3_s: f64| {
            let number = UNIT * discharge_m3_s / (full_m2 * height_m.sqrt());
            energy_m / height_m + k * libm::pow(number, m) - fall
        };
        let (last_open, first_drowned) = (3.5, 4.0);
        let energy =
            |discharge: f64| self.barrel.critical(self.barrel.critical_depth_m(discharge)).1;
        let open_until = open(energy(of_number(last_open)), of_number(last_open));
        let drowned_from = c * first_drowned * first_drowned + y - fall;
        if wanted <= open_until {
            let depth_m = solve(height_m, 40, |depth_m| {
                let (discharge_m3_s, energy_m) = self.barrel.critical(depth_m);
                open(energy_m, discharge_m3_s) <= wanted
            });
            return self.barrel.critical(depth_m).0.min(of_number(last_open));
        }
        if wanted < drowned_from {
            let part = (wanted - open_until) / (drowned_from - open_until);
            return of_number(last_open + part * (first_drowned - last_open));
        }
        of_number(((wanted + fall - y) / c).sqrt().max(last_open))
    }

    /// What a barrel carries from a level to a level under outlet control, m³/s.
    pub fn outlet_control(&self, (high_m, low_m): (f64, f64), near_m: f64, far_m: f64) -> f64 {
        let height_m = self.barrel.height_m();
        let filled_m = (high_m - near_m).min(height_m);
        if filled_m <= 0.0 {
            return 0.0;
        }
        let section = self.barrel.section(filled_m);
        let r = libm::cbrt(section.radius_m);
        let friction =
            2.0 * GRAVITY * self.manning * self.manning * self.length_m / (r * r * r * r);
        let losses = 1.0 + self.entrance_loss + friction;
        let carried =
            |drop_m: f64| section.area_m2 * (2.0 * GRAVITY * drop_m.max(0.0) / losses).sqrt();
        let drowned = carried(high_m - low_m.max(far_m));
        // The outlet's own level rises with the discharge: the largest that still gets there.
        solve(drowned, 30, |discharge_m3_s| {
            let critical_m = self.barrel.critical_depth_m(discharge_m3_s);
            let outlet_m = far_m + 0.5 * (critical_m + filled_m);
            carried(high_m - low_m.max(outlet_m)) >= discharge_m3_s
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn culvert(barrel: Barrel, inlet: Inlet, length_m: f64) -> Culvert {
        Culvert {
            between: Ends { from: vec![(0, 0)], to: vec![(1, 0)] },
            barrel,
            count: 1,
            length_m,
            manning: 0.012,
            entrance_loss: 0.5,
            inlet,
            from_invert_m: 0.0,
            to_invert_m: 0.0,
            has_flap: false,
        }
    }

    #[test]
    fn a_drowned_inlet_lets_in_what_hds_5_says() {
        let barrel = Barrel::Circular { diameter_m: 1.2 };
        let culvert = culvert(barrel, Inlet::PIPE_SQUARE_EDGE, 20.0);
        // HW/D = 2: K_u·Q/(A·√D) = √((2 − 0.67)/0.0398) = 5.781.
        let area_m2 = std::f64::consts::PI * 0.36;
        let wanted = ((2.0 - 0.67) / 0.0398_f64).sqrt() * area_m2 * 1.2_f64.sqrt() / 1.811;
        assert!((culvert.inlet_control(2.4, 0.0) / wanted - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_open_inlet_of_a_box_passes_critical_flow_less_its_loss() {
        let barrel = Barrel::Box { width_m: 3.0, height_m: 2.0 };
        let culvert = culvert(barrel, Inlet::BOX_FLARED, 20.0);
        let discharge = culvert.inlet_control(1.5, 0.0);
        // Put back into form 1: H_c = 1.5·(q²/g)^(1/3) and K·[1.811·Q/(A·√D)]^M.
        let head_m = 1.5 * ((discharge / 3.0).powi(2) / GRAVITY).cbrt()
            + 2.0 * 0.026 * 1.811 * discharge / (6.0 * 2.0_f64.sqrt());
        assert!((head_m - 1.5).abs() < 1e-9, "{head_m}");
    }

    #[test]
    fn the_law_grows_with_the_headwater_without_a_jump() {
        let pipe = (Barrel::Circular { diameter_m: 0.8 }, Inlet::PIPE_GROOVE_END);
        let wide = (Barrel::Box { width_m: 2.0, height_m: 1.0 }, Inlet::BOX_HEADWALL);
        for (barrel, inlet) in [pipe, wide] {
            let culvert = culvert(barrel, inlet, 30.0);
            let mut before = 0.0;
            for mm in 1..3000 {
                let now = culvert.flow(f64::from(mm) * 1e-3, -1.0).discharge_m3_s;
                // 1 mm more of head is at most 3 % of the discharge once there is some; a pipe just
                // below its crown carries a little more than a full one (less wetted perimeter).
                let step = now - before;
                assert!(
                    step > -3e-3 * now && (step < 0.03 * now || mm < 100),
                    "{mm} mm: {before} {now}"
                );
                before = now;
            }
        }
    }

    #[test]
    fn a_full_pipe_carries_what_its_losses_leave() {
        let barrel = Barrel::Circular { diameter_m: 1.0 };
        let culvert = culvert(barrel, Inlet::PIPE_GROOVE_END, 60.0);
        let found = culvert.flow(3.0, 2.5).discharge_m3_s;
        let losses = 1.5 + 2.0 * GRAVITY * 0.012_f64.powi(2) * 60.0 / 0.25_f64.powf(4.0 / 3.0);
        let wanted = std::f64::consts::PI / 4.0 * (2.0 * GRAVITY * 0.5 / losses).sqrt();
        assert!((found / wanted - 1.0).abs() < 1e-9, "{found} {wanted}");
        assert!((culvert.flow(2.5, 3.0).discharge_m3_s + found).abs() < 1e-9, "the same backwards");
        assert_eq!(Culvert { has_flap: true, ..culvert }.flow(2.5, 3.0).discharge_m3_s, 0.0);
    }
}
