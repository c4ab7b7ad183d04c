//! The numbers that a planner asks of a proposal first.

/// What a proposal is, and what it takes the place of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metrics {
    /// Area of its outline, m²; of a model that of its convex outline.
    pub footprint_m2: f64,
    /// From its foot to its highest point, m.
    pub height_m: f64,
    /// Storeys.
    pub storeys: f64,
    /// Gross floor area, m²: the outline's area times the storeys.
    pub floor_area_m2: f64,
    /// Buildings that are gone for it.
    pub replaced: usize,
    /// The areas of their outlines, m².
    pub replaced_footprint_m2: f64,
    /// Their floor area, m²: by storeys, which are assumed where nothing says them.
    pub replaced_floor_area_m2: f64,
}

impl Metrics {
    /// As JSON, for programs.
    pub fn to_json(&self) -> serde_json::Value {
        let tenth = |it: f64| (it * 10.0).round() / 10.0;
        serde_json::json!({
            "footprint_m2": tenth(self.footprint_m2), "height_m": tenth(self.height_m),
            "storeys": self.storeys, "gross_floor_area_m2": tenth(self.floor_area_m2),
            "replaced": self.replaced, "replaced_footprint_m2": tenth(self.replaced_footprint_m2),
            "replaced_gross_floor_area_m2": tenth(self.replaced_floor_area_m2),
        })
    }
}

impl std::iter::Sum for Metrics {
    /// All of several: areas and counts are summed, of heights and storeys the most is taken.
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            footprint_m2: sum.footprint_m2 + one.footprint_m2,
            height_m: sum.height_m.max(one.height_m),
            storeys: sum.storeys.max(one.storeys),
            floor_area_m2: sum.floor_area_m2 + one.floor_area_m2,
            replaced: sum.replaced + one.replaced,
            replaced_footprint_m2: sum.replaced_footprint_m2 + one.replaced_footprint_m2,
            replaced_floor_area_m2: sum.replaced_floor_area_m2 + one.replaced_floor_area_m2,
        })
    }
}
