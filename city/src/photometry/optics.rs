//! Optics of our own making, one of each class of road luminaire, and two of luminaires without road optics.
//!
//! No openly licensed photometry of road luminaires may be shipped, so these are drawn by rule: a lobe on each side of
//! the lamp along the road over a base that goes down, cut off below the horizon. Each gives 1000 lm. They stand in
//! `assets/photometry` as LM-63-2002 files, which [`Optic::text`] holds; a test holds the files to what [`Optic::draw`]
//! makes.

use super::{Distribution, GridError, ies};

/// An optic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optic {
    /// Type I medium: over the middle of the road.
    Type1,
    /// Type II medium: narrow roads.
    Type2,
    /// Type III medium: wider roads.
    Type3,
    /// Type IV medium: throws far across.
    Type4,
    /// Type V medium: alike all around.
    Type5,
    /// A flat opal panel: I = I₀ cos γ.
    Diffuse,
    /// An opal globe: alike in all directions, its socket's shadow above.
    Globe,
}

/// Flux that each gives, lm.
pub const FLUX_LM: f64 = 1000.0;

/// A lobe on either side of the street side's plane.
struct Lobes {
    c_deg: f64,
    gamma_deg: f64,
    c_width_deg: f64,
    gamma_width_deg: f64,
    /// Intensity of the base straight down, as a part of the lobe's.
    base: f64,
    /// The part of the base that goes to the house side.
    house: f64,
}

impl Optic {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Type1,
        Self::Type2,
        Self::Type3,
        Self::Type4,
        Self::Type5,
        Self::Diffuse,
        Self::Globe,
    ];

    /// Its code in the list `light-distribution`, and the name of its file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Type1 => "type-1",
            Self::Type2 => "type-2",
            Self::Type3 => "type-3",
            Self::Type4 => "type-4",
            Self::Type5 => "type-5",
            Self::Diffuse => "diffuse",
            Self::Globe => "globe",
        }
    }

    /// The optic of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|optic| optic.code() == code)
    }

    /// Its photometric file.
    pub fn text(self) -> &'static str {
        match self {
            Self::Type1 => include_str!("../../../assets/photometry/type-1.ies"),
            Self::Type2 => include_str!("../../../assets/photometry/type-2.ies"),
            Self::Type3 => include_str!("../../../assets/photometry/type-3.ies"),
            Self::Type4 => include_str!("../../../assets/photometry/type-4.ies"),
            Self::Type5 => include_str!("../../../assets/photometry/type-5.ies"),
            Self::Diffuse => include_str!("../../../assets/photometry/diffuse.ies"),
            Self::Globe => include_str!("../../../assets/photometry/globe.ies"),
        }
    }

    /// Its photometry, read from its file.
    ///
    /// # Errors
    /// [`ies::IesError`], which a test rules out.
    pub fn photometry(self) -> Result<ies::Photometry, ies::IesError> {
        ies::read(self.text().as_bytes())
    }

    /// Draws it by its rule.
    ///
    /// # Errors
    /// [`GridError`], which a test rules out.
    pub fn draw(self) -> Result<Distribution, GridError> {
        let steps = |to: usize, step: f64| (0..=to).map(|k| k as f64 * step).collect::<Vec<f64>>();
        let (vertical, horizontal) = match self {
            Self::Globe => (steps(36, 5.0), vec![0.0]),
            Self::Type5 | Self::Diffuse => (steps(36, 2.5), vec![0.0]),
            Self::Type1 => (steps(36, 2.5), steps(9, 10.0)),
            _ => (steps(36, 2.5), steps(18, 10.0)),
        };
        let at = |c: f64, gamma: f64| self.relative(c, gamma);
        let candela = horizontal
            .iter()
            .flat_map(|&c| vertical.iter().map(move |&gamma| at(c, gamma)))
            .collect();
        let drawn = Distribution::new(vertical, horizontal, candela)?;
        let factor = FLUX_LM / drawn.flux_lm();
        Ok(drawn.times(factor))
    }

    /// Its photometric file, made anew.
    ///
    /// # Errors
    /// As [`Self::draw`].
    pub fn write(self) -> Result<String, GridError> {
        let lumcat = format!("DOTHI {}", self.code().to_uppercase());
        let keywords = [
            ("TEST", "none: drawn by rule, see city::photometry::optics"),
            ("TESTLAB", "none"),
            ("MANUFAC", "Dothi"),
            ("LUMCAT", lumcat.as_str()),
            ("LUMINAIRE", self.told()),
            (
                "OTHER",
                "of Dothi's own making, Apache-2.0 OR MIT; no real product; 1000 lm, scaled to each lamp",
            ),
        ];
        Ok(ies::write(&keywords, &self.draw()?, 10.0))
    }

    fn told(self) -> &'static str {
        match self {
            Self::Type1 => "road optic, type I medium",
            Self::Type2 => "road optic, type II medium",
            Self::Type3 => "road optic, type III medium",
            Self::Type4 => "road optic, type IV medium",
            Self::Type5 => "area optic, type V medium",
            Self::Diffuse => "flat opal panel (Lambert)",
            Self::Globe => "opal globe",
        }
    }

    /// Relative intensity.
    fn relative(self, c_deg: f64, gamma_deg: f64) -> f64 {
        let lobes = match self {
            Self::Diffuse => return gamma_deg.to_radians().cos().max(0.0),
            // The socket hides what goes within 25° of straight up.
            Self::Globe => return 1.0 - fade(gamma_deg, 140.0, 155.0),
            Self::Type5 => {
                let lobe = bell(gamma_deg - 67.5, 9.0) + 0.32 * gamma_deg.to_radians().cos();
                return lobe * (1.0 - fade(gamma_deg, 77.5, 90.0));
            }
            Self::Type1 => Lobes {
                c_deg: 90.0,
                gamma_deg: 67.5,
                c_width_deg: 14.0,
                gamma_width_deg: 8.0,
                base: 0.38,
                house: 1.0,
            },
            Self::Type2 => Lobes {
                c_deg: 80.0,
                gamma_deg: 67.5,
                c_width_deg: 15.0,
                gamma_width_deg: 8.0,
                base: 0.36,
                house: 0.55,
            },
            Self::Type3 => Lobes {
                c_deg: 60.0,
                gamma_deg: 70.0,
                c_width_deg: 13.0,
                gamma_width_deg: 6.0,
                base: 0.34,
                house: 0.45,
            },
            Self::Type4 => Lobes {
                c_deg: 50.0,
                gamma_deg: 72.5,
                c_width_deg: 18.0,
                gamma_width_deg: 7.0,
                base: 0.32,
                house: 0.3,
            },
        };
        lobes.at(c_deg, gamma_deg) * (1.0 - fade(gamma_deg, 77.5, 90.0))
    }
}

impl Lobes {
    fn at(&self, c_deg: f64, gamma_deg: f64) -> f64 {
        // The same above and below the point straight down, whichever plane one comes from.
        let side = gamma_deg.to_radians().sin() * c_deg.to_radians().cos();
        let share = if side < 0.0 { 1.0 + side * (1.0 - self.house) } else { 1.0 };
        let base = self.base * gamma_deg.to_radians().cos().sqrt() * share;
        base + bell(c_deg - self.c_deg, self.c_width_deg)
            * bell(gamma_deg - self.gamma_deg, self.gamma_width_deg)
    }
}

fn bell(off: f64, width: f64) -> f64 {
    (-0.5 * (off / width).powi(2)).exp()
}

/// 0 up to an angle, 1 from another on, smooth between.
fn fade(angle: f64, from: f64, to: f64) -> f64 {
    let part = ((angle - from) / (to - from)).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}
