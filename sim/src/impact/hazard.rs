//! How dangerous water is: the British rating and the Australian classes.

/// What floating debris adds to the hazard rating: DF of DEFRA/EA FD2321/TR1 (2006), table 3.1, and of
/// the supplementary note of May 2008.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Debris {
    /// Nothing.
    Without,
    /// Pasture and arable land.
    Pasture,
    /// Woodland.
    Woodland,
    /// Built-up land.
    Urban,
    /// The cautious values of 2008, where land use is not known: ½ up to 0.25 m, 1 above.
    #[default]
    Cautious,
}

impl Debris {
    /// The debris factor DF at a depth (m) and speed (m/s).
    #[must_use]
    pub fn factor(self, depth_m: f64, speed_m_s: f64) -> f64 {
        let is_deep = depth_m > 0.75 || speed_m_s > 2.0;
        match self {
            Self::Without => 0.0,
            Self::Cautious if depth_m > 0.25 => 1.0,
            Self::Cautious => 0.5,
            Self::Pasture if is_deep => 0.5,
            Self::Woodland | Self::Urban if is_deep => 1.0,
            Self::Woodland if depth_m > 0.25 => 0.5,
            Self::Urban if depth_m > 0.25 => 1.0,
            Self::Pasture | Self::Woodland | Self::Urban => 0.0,
        }
    }
}

/// The hazard rating HR = d·(v + 0.5) + DF of depth d (m) and speed v (m/s); 0 where it is dry.
#[must_use]
pub fn rating(depth_m: f64, speed_m_s: f64, debris: Debris) -> f64 {
    rating_at_most(depth_m, speed_m_s, depth_m * speed_m_s, debris)
}

/// The rating that cannot have been exceeded, from the largest depth, speed and d·v of a place, whose
/// hours may differ: max(d·v) + 0.5·max(d) + DF. Closer than max(d)·(max(v) + 0.5).
#[must_use]
pub fn rating_at_most(depth_m: f64, speed_m_s: f64, depth_speed_m2_s: f64, debris: Debris) -> f64 {
    if depth_m > 0.0 {
        depth_speed_m2_s + 0.5 * depth_m + debris.factor(depth_m, speed_m_s)
    } else {
        0.0
    }
}

/// Whom a hazard rating endangers: DEFRA/EA FD2321/TR1 (2006); wording of May 2008.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// HR < 0.75: caution.
    Low,
    /// 0.75 ≤ HR < 1.25: danger for some (children, the elderly, the infirm).
    Some,
    /// 1.25 ≤ HR < 2: danger for most.
    Most,
    /// HR ≥ 2: danger for all, also for the emergency services.
    All,
}

impl Danger {
    /// Of a hazard rating.
    #[must_use]
    pub fn of(rating: f64) -> Self {
        match rating {
            r if r < 0.75 => Self::Low,
            r if r < 1.25 => Self::Some,
            r if r < 2.0 => Self::Most,
            _ => Self::All,
        }
    }

    /// Its number in rasters and documents: 1 to 4.
    #[must_use]
    pub fn class(self) -> u8 {
        self as u8 + 1
    }
}

/// Combined hazard curves of Australian Rainfall and Runoff 2019, book 6, chapter 7, table 6.7.4
/// (Smith, Davey, Cox 2014; AIDR guideline 7-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrClass {
    /// Safe for vehicles, people and buildings.
    H1,
    /// Unsafe for small vehicles.
    H2,
    /// Unsafe for vehicles, children and the elderly.
    H3,
    /// Unsafe for vehicles and people.
    H4,
    /// Unsafe for vehicles and people; all buildings may be damaged, weak ones may fail.
    H5,
    /// Unsafe for vehicles and people; any building may fail.
    H6,
}

/// Largest d·v (m²/s), depth (m) and speed (m/s) of H1 to H5.
const ARR_LIMITS: [(ArrClass, f64, f64, f64); 5] = [
    (ArrClass::H1, 0.3, 0.3, 2.0),
    (ArrClass::H2, 0.6, 0.5, 2.0),
    (ArrClass::H3, 0.6, 1.2, 2.0),
    (ArrClass::H4, 1.0, 2.0, 2.0),
    (ArrClass::H5, 4.0, 4.0, 4.0),
];

impl ArrClass {
    /// All classes, from the least.
    pub const ALL: [Self; 6] = [Self::H1, Self::H2, Self::H3, Self::H4, Self::H5, Self::H6];

    /// Of depth, speed and d·v; none where it is dry.
    #[must_use]
    pub fn of(depth_m: f64, speed_m_s: f64, depth_speed_m2_s: f64) -> Option<Self> {
        if depth_m.is_nan() || depth_m <= 0.0 {
            return None;
        }
        let holds = |limit: &&(Self, f64, f64, f64)| {
            depth_speed_m2_s <= limit.1 && depth_m <= limit.2 && speed_m_s <= limit.3
        };
        Some(ARR_LIMITS.iter().find(holds).map_or(Self::H6, |limit| limit.0))
    }

    /// 1 for H1 to 6 for H6.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_those_of_the_formula_by_hand() {
        // 1 m at 1 m/s: 1·(1 + 0.5) + 1.
        assert_eq!(rating(1.0, 1.0, Debris::Urban), 2.5);
        assert_eq!(rating(0.2, 0.5, Debris::Urban), 0.2);
        assert_eq!(rating(0.2, 0.5, Debris::Cautious), 0.7);
        assert_eq!(rating(0.5, 1.0, Debris::Pasture), 0.75);
        assert_eq!(rating(0.5, 2.5, Debris::Pasture), 2.0);
        assert_eq!(rating(0.0, 0.0, Debris::Urban), 0.0);
    }

    #[test]
    fn the_edges_of_danger_belong_to_the_class_above() {
        let of = |ratings: [f64; 5]| ratings.map(Danger::of);
        let expected = [Danger::Low, Danger::Some, Danger::Most, Danger::All, Danger::All];
        assert_eq!(of([0.74, 0.75, 1.25, 2.0, 9.0]), expected);
    }

    #[test]
    fn each_limit_of_the_australian_classes_stands_alone() {
        let of = |d: f64, v: f64| ArrClass::of(d, v, d * v);
        assert_eq!(of(0.0, 0.0), None);
        assert_eq!(of(0.3, 1.0), Some(ArrClass::H1));
        assert_eq!(of(0.31, 0.0), Some(ArrClass::H2));
        assert_eq!(of(0.51, 0.0), Some(ArrClass::H3));
        assert_eq!(of(0.31, 2.0), Some(ArrClass::H4), "d·v 0.62");
        assert_eq!(of(1.21, 0.0), Some(ArrClass::H4));
        assert_eq!(of(2.01, 0.0), Some(ArrClass::H5));
        assert_eq!(of(0.1, 2.1), Some(ArrClass::H5), "fast and thin");
        assert_eq!(of(4.01, 0.0), Some(ArrClass::H6));
        assert_eq!(of(2.0, 2.1), Some(ArrClass::H6), "d·v 4.2");
    }
}
