//! Classes of road optics by where they throw their light (ANSI/IES RP-8, annex E; formerly IESNA TM-3).

use super::{Distribution, Symmetry};

/// How far across the road half of the greatest intensity reaches, in mounting heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateral {
    /// Up to 1.0 to either side: lamps over the middle of the road.
    I,
    /// Up to 1.75 on the street side.
    II,
    /// Up to 2.75.
    III,
    /// Beyond 2.75.
    IV,
    /// Alike all around.
    V,
}

impl Lateral {
    /// Its Roman numeral.
    pub fn numeral(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
            Self::IV => "IV",
            Self::V => "V",
        }
    }
}

/// How far along the road the greatest intensity goes, in mounting heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Below 1.0: most of the light goes down.
    VeryShort,
    /// 1.0 to 2.25.
    Short,
    /// 2.25 to 3.75.
    Medium,
    /// 3.75 to 6.0.
    Long,
    /// Beyond 6.0.
    VeryLong,
}

impl Range {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::VeryShort => "very short",
            Self::Short => "short",
            Self::Medium => "medium",
            Self::Long => "long",
            Self::VeryLong => "very long",
        }
    }

    /// The distances along the road that it means, in mounting heights.
    fn zone(self) -> (f64, f64) {
        match self {
            Self::VeryShort => (0.0, 1.0),
            Self::Short => (1.0, 2.25),
            Self::Medium => (2.25, 3.75),
            Self::Long => (3.75, 6.0),
            Self::VeryLong => (6.0, 8.0),
        }
    }
}

/// The class of a road optic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoadClass {
    /// Across the road.
    pub lateral: Lateral,
    /// Along it.
    pub range: Range,
}

impl std::fmt::Display for RoadClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.lateral.numeral(), self.range.name())
    }
}

/// Between places at which the half of the greatest intensity is looked for, mounting heights.
const STEP: f64 = 0.05;
/// As far as it is looked for across the road, mounting heights.
const ACROSS: f64 = 6.0;

impl Distribution {
    /// The class of its light below the horizon; `None` where there is none. The line along the road goes through the
    /// point below the luminaire.
    pub fn road_class(&self) -> Option<RoadClass> {
        let below = self.vertical_deg.iter().filter(|it| **it < 89.9).count();
        let planes = 0..self.horizontal_deg.len();
        let (plane, angle, most) = planes
            .flat_map(|plane| (0..below).map(move |angle| (plane, angle)))
            .map(|(plane, angle)| (plane, angle, self.plane(plane)[angle]))
            .max_by(|a, b| a.2.total_cmp(&b.2).then((b.0, b.1).cmp(&(a.0, a.1))))?;
        if most <= 0.0 {
            return None;
        }
        let far = self.vertical_deg[angle].to_radians().tan();
        let is_round = self.is_round(most);
        // All planes are alike where it is round: the one along the road is meant.
        let c = if is_round { 90.0 } else { self.horizontal_deg[plane] };
        let range = range(far * c.to_radians().sin().abs());
        let lateral = if is_round { Lateral::V } else { self.lateral(range, most / 2.0) };
        Some(RoadClass { lateral, range })
    }

    /// Whether all planes are alike, within a tenth of the greatest intensity.
    fn is_round(&self, most: f64) -> bool {
        let mean = |angle: usize| {
            let planes = 0..self.horizontal_deg.len();
            planes.map(|it| self.plane(it)[angle]).sum::<f64>() / self.horizontal_deg.len() as f64
        };
        self.symmetry == Symmetry::Axial
            || (0..self.vertical_deg.len()).all(|angle| {
                let mean = mean(angle);
                (0..self.horizontal_deg.len())
                    .all(|plane| (self.plane(plane)[angle] - mean).abs() <= most / 10.0)
            })
    }

    fn lateral(&self, range: Range, half: f64) -> Lateral {
        let (from, to) = range.zone();
        let steps = |from: f64, to: f64| {
            let count = ((to - from) / STEP).round() as usize;
            (0..=count).map(move |k| from + (to - from) * k as f64 / count as f64)
        };
        let (mut house, mut street) = (0.0f64, 0.0f64);
        for along in steps(from, to) {
            for across in steps(-ACROSS, ACROSS) {
                // Both ways along the road: whichever throws more.
                let gamma = across.hypot(along).atan().to_degrees();
                let c = along.atan2(across).to_degrees();
                if self.candela(c, gamma).max(self.candela(-c, gamma)) >= half {
                    house = house.min(across);
                    street = street.max(across);
                }
            }
        }
        match street {
            it if it <= 1.0 && house >= -1.0 => Lateral::I,
            it if it <= 1.75 => Lateral::II,
            it if it <= 2.75 => Lateral::III,
            _ => Lateral::IV,
        }
    }
}

fn range(along: f64) -> Range {
    match along {
        it if it < 1.0 => Range::VeryShort,
        it if it < 2.25 => Range::Short,
        it if it < 3.75 => Range::Medium,
        it if it < 6.0 => Range::Long,
        _ => Range::VeryLong,
    }
}
