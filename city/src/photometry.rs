//! How luminaires throw their light: luminous intensity by direction, as goniophotometers measure it (type C).
//!
//! [`ies::read`] takes the text of an IES file (LM-63); [`optics`] holds road optics that were made for Dothi.
//!
//! Directions: γ is the angle from straight down, C the one around it, **counter-clockwise seen from above**
//! (LM-63-02, 3.0). C = 0° is the street side, where the arm points; 90° is to the left of who looks that way, along the
//! road; 180° is the house side.
//!
//! ```
//! use city::photometry::Distribution;
//! // A flat opal panel: I = I₀ cos γ, so Φ = π I₀.
//! let gamma: Vec<f64> = (0..=90).map(f64::from).collect();
//! let candela = gamma.iter().map(|it| 1000.0 * it.to_radians().cos()).collect();
//! let panel = Distribution::new(gamma, vec![0.0], candela)?;
//! assert!((panel.flux_lm() / (1000.0 * std::f64::consts::PI) - 1.0).abs() < 1e-4);
//! // 8 m below it: E = I₀ / h².
//! assert!((panel.horizontal_lux([0.0, 0.0], 8.0) - 1000.0 / 64.0).abs() < 1e-9);
//! # Ok::<(), city::photometry::GridError>(())
//! ```

pub mod ies;
pub mod optics;
mod road;
#[cfg(test)]
mod tests;

pub use road::{Lateral, Range, RoadClass};

/// Which planes of a distribution mirror which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symmetry {
    /// One plane for all directions.
    Axial,
    /// Planes from 0° to 90°, mirrored into the other three quarters.
    Quadrants,
    /// Planes from 0° to 180°: both ways along the road alike.
    AlongRoad,
    /// Planes from 90° to 270°: street side and house side alike.
    AcrossRoad,
    /// Planes all around.
    None,
}

/// Why angles and intensities make no distribution.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// Fewer angles than a plane needs, or other numbers of intensities than of directions.
    #[error("{planes} planes of {angles} angles need {} intensities, there are {candela}", planes * angles)]
    Count {
        /// Planes.
        planes: usize,
        /// Vertical angles.
        angles: usize,
        /// Intensities.
        candela: usize,
    },
    /// An angle from straight down that is not greater than the one before it, or not from 0° to 180°.
    #[error("vertical angle {0}° does not follow: they rise from 0 to at most 180")]
    Vertical(f64),
    /// A plane's angle that is not greater than the one before it, or not from 0° to 360°.
    #[error("horizontal angle {0}° does not follow: they rise from 0 to at most 360")]
    Horizontal(f64),
    /// Planes that say nothing of the directions between the last and the first.
    #[error(
        "horizontal angles from {from}° to {to}°: they go from 0 to 0, 90, 180 or 360, or from 90 to 270"
    )]
    Planes {
        /// The first.
        from: f64,
        /// The last.
        to: f64,
    },
    /// An intensity below 0, or none at all.
    #[error("{0} is no luminous intensity: they are 0 cd or more")]
    Candela(f64),
    /// No light at all.
    #[error("all intensities are 0 cd")]
    Dark,
}

/// Where the most light goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Around, degrees.
    pub c_deg: f64,
    /// From straight down, degrees.
    pub gamma_deg: f64,
    /// Luminous intensity, cd.
    pub candela: f64,
}

/// Luminous intensity by direction, cd; linear between the directions that are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    vertical_deg: Vec<f64>,
    horizontal_deg: Vec<f64>,
    /// Plane after plane.
    candela: Vec<f64>,
    symmetry: Symmetry,
}

impl Distribution {
    /// A distribution of intensities, plane after plane, each from down to up. Which planes are there says which are
    /// mirrored; above and below the vertical angles there is no light.
    ///
    /// # Errors
    /// [`GridError`].
    pub fn new(
        vertical_deg: Vec<f64>,
        horizontal_deg: Vec<f64>,
        candela: Vec<f64>,
    ) -> Result<Self, GridError> {
        let (planes, angles) = (horizontal_deg.len(), vertical_deg.len());
        if planes == 0 || angles < 2 || planes * angles != candela.len() {
            return Err(GridError::Count { planes, angles, candela: candela.len() });
        }
        let out_of_order = |angles: &[f64], most: f64| {
            let mut before = f64::NEG_INFINITY;
            angles.iter().copied().find(|&angle| {
                let follows = angle > before && (0.0..=most).contains(&angle);
                before = angle;
                !follows
            })
        };
        if let Some(wrong) = out_of_order(&vertical_deg, 180.0) {
            return Err(GridError::Vertical(wrong));
        }
        if let Some(wrong) = out_of_order(&horizontal_deg, 360.0) {
            return Err(GridError::Horizontal(wrong));
        }
        if let Some(wrong) = candela.iter().find(|it| !it.is_finite() || **it < 0.0) {
            return Err(GridError::Candela(*wrong));
        }
        if candela.iter().all(|it| *it == 0.0) {
            return Err(GridError::Dark);
        }
        let symmetry = symmetry(&horizontal_deg)?;
        Ok(Self { vertical_deg, horizontal_deg, candela, symmetry })
    }

    /// 1 cd straight down that falls to 0 at the horizon: for where nothing else is known.
    pub fn down() -> Self {
        Self {
            vertical_deg: vec![0.0, 90.0],
            horizontal_deg: vec![0.0],
            candela: vec![1.0, 0.0],
            symmetry: Symmetry::Axial,
        }
    }

    /// Which planes mirror which.
    pub fn symmetry(&self) -> Symmetry {
        self.symmetry
    }

    /// The angles from straight down that are known, degrees.
    pub fn vertical_deg(&self) -> &[f64] {
        &self.vertical_deg
    }

    /// The planes that are known, degrees.
    pub fn horizontal_deg(&self) -> &[f64] {
        &self.horizontal_deg
    }

    /// The intensities of a plane, cd.
    pub fn plane(&self, number: usize) -> &[f64] {
        let angles = self.vertical_deg.len();
        self.candela.get(number * angles..(number + 1) * angles).unwrap_or_default()
    }

    /// Luminous intensity in a direction, cd: linear between the four known ones around it.
    pub fn candela(&self, c_deg: f64, gamma_deg: f64) -> f64 {
        let Some((low, along)) = between(&self.vertical_deg, gamma_deg) else { return 0.0 };
        let (first, second, across) = self.planes_around(c_deg);
        let of = |plane: usize| {
            let plane = self.plane(plane);
            let at = |k: usize| plane.get(k).copied().unwrap_or(0.0);
            at(low) + (at(low + 1) - at(low)) * along
        };
        of(first) + (of(second) - of(first)) * across
    }

    /// The planes on both sides of a direction, and how far it is from the first to the second.
    fn planes_around(&self, c_deg: f64) -> (usize, usize, f64) {
        let c = c_deg.rem_euclid(360.0);
        let half = if c > 180.0 { 360.0 - c } else { c };
        let folded = match self.symmetry {
            Symmetry::Axial => return (0, 0, 0.0),
            Symmetry::Quadrants => half.min(180.0 - half),
            Symmetry::AlongRoad => half,
            Symmetry::AcrossRoad if c < 90.0 => 180.0 - c,
            Symmetry::AcrossRoad if c > 270.0 => 540.0 - c,
            Symmetry::AcrossRoad | Symmetry::None => c,
        };
        match between(&self.horizontal_deg, folded) {
            Some((low, part)) => (low, low + 1, part),
            // Between the last of the planes all around and the first.
            None => {
                let last = self.horizontal_deg.len() - 1;
                let from = self.horizontal_deg[last];
                (last, 0, (folded - from) / (360.0 - from))
            }
        }
    }

    /// Luminous flux, lm: the integral of the intensities, exact for what lies linearly between them.
    pub fn flux_lm(&self) -> f64 {
        self.flux_within_lm(180.0)
    }

    /// The flux that goes no further from straight down than so, lm.
    pub fn flux_within_lm(&self, gamma_deg: f64) -> f64 {
        let angles = self.vertical_deg.len();
        let weights = self.weights();
        let mean = |k: usize| -> f64 {
            let of = |(plane, weight): (usize, &f64)| self.candela[plane * angles + k] * weight;
            weights.iter().enumerate().map(of).sum()
        };
        let ring = |k: usize| {
            let (a, b) = (self.vertical_deg[k].to_radians(), self.vertical_deg[k + 1].to_radians());
            let end = b.min(gamma_deg.to_radians());
            if end <= a {
                return 0.0;
            }
            let (from, to) = (mean(k), mean(k + 1));
            let slope = (to - from) / (b - a);
            // ∫ (from + slope (γ − a)) sin γ dγ
            (from - slope * a) * (a.cos() - end.cos())
                + slope * (end.sin() - end * end.cos() - a.sin() + a * a.cos())
        };
        (0..angles - 1).map(ring).sum::<f64>() * std::f64::consts::TAU
    }

    /// The part of all directions around that each plane stands for; together 1.
    fn weights(&self) -> Vec<f64> {
        let angles = &self.horizontal_deg;
        let last = angles.len() - 1;
        if self.symmetry == Symmetry::Axial {
            return vec![1.0];
        }
        let mut weights = vec![0.0; angles.len()];
        let mut span = |from: usize, to: usize, degrees: f64| {
            weights[from] += degrees / 2.0;
            weights[to] += degrees / 2.0;
        };
        (0..last).for_each(|k| span(k, k + 1, angles[k + 1] - angles[k]));
        if self.symmetry == Symmetry::None {
            span(last, 0, 360.0 - angles[last]);
        }
        let whole: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / whole).collect()
    }

    /// The direction of the greatest intensity; of several the first, from the street side on and from down to up.
    pub fn peak(&self) -> Peak {
        let angles = self.vertical_deg.len();
        let mut most = 0;
        for (k, candela) in self.candela.iter().enumerate() {
            if *candela > self.candela[most] {
                most = k;
            }
        }
        Peak {
            c_deg: self.horizontal_deg[most / angles],
            gamma_deg: self.vertical_deg[most % angles],
            candela: self.candela[most],
        }
    }

    /// So many times as bright.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.candela.iter_mut().for_each(|it| *it *= factor);
        self
    }

    /// Illuminance of a level place, lx, so far from the point below the luminaire (m towards the street, and to the left
    /// of who looks there) and so far below it: E = I(C, γ) cos γ / d², the inverse-square and cosine laws.
    pub fn horizontal_lux(&self, [street_m, left_m]: [f64; 2], below_m: f64) -> f64 {
        if below_m <= 0.0 {
            return 0.0;
        }
        let aside_m = street_m.hypot(left_m);
        let away_m = below_m.hypot(aside_m);
        let c_deg = left_m.atan2(street_m).to_degrees();
        let gamma_deg = aside_m.atan2(below_m).to_degrees();
        self.candela(c_deg, gamma_deg) * below_m / away_m.powi(3)
    }
}

/// Where a value lies between ascending ones: the lower one, and the part of the way to the next.
fn between(ascending: &[f64], value: f64) -> Option<(usize, f64)> {
    let (first, last) = (ascending.first()?, ascending.last()?);
    if ascending.len() < 2 || !(*first..=*last).contains(&value) {
        return None;
    }
    let low = ascending.partition_point(|it| *it <= value).clamp(1, ascending.len() - 1) - 1;
    Some((low, (value - ascending[low]) / (ascending[low + 1] - ascending[low])))
}

/// What the planes that are there say of those that are not.
fn symmetry(horizontal_deg: &[f64]) -> Result<Symmetry, GridError> {
    const NEAR: f64 = 1e-6;
    let from = horizontal_deg.first().copied().unwrap_or_default();
    let to = horizontal_deg.last().copied().unwrap_or_default();
    let is = |angle: f64, other: f64| (angle - other).abs() < NEAR;
    // Files of all around that leave 360° out, which is 0° again.
    let step = horizontal_deg.get(1).map_or(0.0, |second| second - from);
    let is_around = is(to, 360.0) || (to > 180.0 && 360.0 - to <= step * 1.5 + NEAR);
    match horizontal_deg.len() {
        1 if is(from, 0.0) => Ok(Symmetry::Axial),
        2.. if is(from, 0.0) && is(to, 90.0) => Ok(Symmetry::Quadrants),
        2.. if is(from, 0.0) && is(to, 180.0) => Ok(Symmetry::AlongRoad),
        2.. if is(from, 90.0) && is(to, 270.0) => Ok(Symmetry::AcrossRoad),
        3.. if is(from, 0.0) && is_around => Ok(Symmetry::None),
        _ => Err(GridError::Planes { from, to }),
    }
}
