use super::{footprint::Footprint, plan::Plan};

/// A roof; each rise is from the eaves to the highest point, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RoofForm {
    /// Level.
    Flat,
    /// Two slopes along the longer sides.
    Gable(f64),
    /// Four slopes; over a square a pyramid.
    Hip(f64),
    /// One slope.
    Shed(f64),
}

impl RoofForm {
    /// The form of a code of the list `roof-form`. Temples, pyramids and domes stand as hips, sawtooths as
    /// one slope: what is known of them is the code alone.
    pub fn from_code(code: Option<&str>) -> Self {
        match code {
            Some("gable") => Self::Gable(0.0),
            Some("hip" | "pyramid" | "temple" | "dome") => Self::Hip(0.0),
            Some("shed" | "sawtooth") => Self::Shed(0.0),
            _ => Self::Flat,
        }
    }

    /// The form with its rise over a footprint: by the usual slope of its kind (30° of tiles, 10° of sheet
    /// metal), at most 45 % of the building's height and 9 m. Flat where the footprint is no rectangle, or
    /// nearly one.
    #[must_use]
    pub fn fitted(self, footprint: &Footprint, height_m: f64) -> Self {
        let Some(plan) = Plan::of(footprint) else { return Self::Flat };
        let most = (height_m * 0.45).min(9.0);
        let rise = |run_m: f64, slope: f64| (run_m * slope).min(most);
        match self {
            Self::Flat => Self::Flat,
            Self::Gable(_) => Self::Gable(rise(plan.across_m / 2.0, 0.58)),
            Self::Hip(_) => Self::Hip(rise(plan.across_m / 2.0, 0.62)),
            Self::Shed(_) => Self::Shed(rise(plan.across_m, 0.18)),
        }
    }

    /// Metres from the eaves to the highest point.
    pub fn rise_m(self) -> f64 {
        match self {
            Self::Flat => 0.0,
            Self::Gable(rise_m) | Self::Hip(rise_m) | Self::Shed(rise_m) => rise_m,
        }
    }

    /// The planes of which the lowest is the roof at each place, `top_m` its highest point; the form has to
    /// be [`fitted`](Self::fitted) to the footprint.
    ///
    /// ```
    /// use city::building::{Footprint, RoofForm};
    /// let house = Footprint::new([vec![[0.0, 0.0], [10.0, 0.0], [10.0, 4.0], [0.0, 4.0]]]).unwrap();
    /// let planes = RoofForm::Gable(1.0).planes(&house, 7.0);
    /// let roof_m = |at| planes.iter().map(|plane| plane.z(at)).fold(f64::INFINITY, f64::min);
    /// assert!((roof_m([5.0, 2.0]) - 7.0).abs() < 1e-9, "the ridge");
    /// assert!((roof_m([5.0, 0.0]) - 6.0).abs() < 1e-9, "the eaves");
    /// ```
    pub fn planes(self, footprint: &Footprint, top_m: f64) -> Vec<Plane> {
        let plan = if self.rise_m() > 0.0 { Plan::of(footprint) } else { None };
        let Some(plan) = plan else { return vec![Plane::level(top_m)] };
        let eaves_m = top_m - self.rise_m();
        let (u, v) = (plan.along, plan.across());
        let minus = |axis: [f64; 2]| [-axis[0], -axis[1]];
        let far = plan.corners()[2];
        let half = plan.across_m / 2.0;
        match self {
            Self::Flat => vec![Plane::level(top_m)],
            Self::Shed(rise) => {
                vec![Plane::from_eaves(plan.corner, v, eaves_m, rise / plan.across_m)]
            }
            Self::Gable(rise) => vec![
                Plane::from_eaves(plan.corner, v, eaves_m, rise / half),
                Plane::from_eaves(far, minus(v), eaves_m, rise / half),
            ],
            Self::Hip(rise) => vec![
                Plane::from_eaves(plan.corner, v, eaves_m, rise / half),
                Plane::from_eaves(far, minus(v), eaves_m, rise / half),
                Plane::from_eaves(plan.corner, u, eaves_m, rise / half),
                Plane::from_eaves(far, minus(u), eaves_m, rise / half),
            ],
        }
    }
}

/// A plane that is not upright: z = at + gradient · ((x, y) − origin).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    origin: [f64; 2],
    gradient: [f64; 2],
    at_m: f64,
}

impl Plane {
    fn level(at_m: f64) -> Self {
        Self { origin: [0.0; 2], gradient: [0.0; 2], at_m }
    }

    /// Rising from a line at the eaves' height in a direction.
    fn from_eaves(origin: [f64; 2], towards: [f64; 2], at_m: f64, slope: f64) -> Self {
        Self { origin, gradient: [towards[0] * slope, towards[1] * slope], at_m }
    }

    /// Its height at a place, m.
    pub fn z(&self, at: [f64; 2]) -> f64 {
        let (x, y) = (at[0] - self.origin[0], at[1] - self.origin[1]);
        self.at_m + self.gradient[0] * x + self.gradient[1] * y
    }
}
