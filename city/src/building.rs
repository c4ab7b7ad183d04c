//! Buildings as solids: CityGML's LoD1, a prism, and LoD2, a prism under a roof of planes.
//!
//! A [`Footprint`] in metres, a height and a [`RoofForm`] give a [`Solid`]: a closed surface of plane
//! faces, each of which says whether it is ground, wall or roof, as CityJSON wants it; a face falls
//! into triangles, as glTF and a renderer want it. Coordinates are metres east, north and up in any
//! frame that is flat over one building.
//!
//! ```
//! use city::building::{Facts, Footprint, RoofForm, Solid};
//! let house = Footprint::new([vec![[0.0, 0.0], [12.0, 0.0], [12.0, 5.0], [0.0, 5.0]]]).unwrap();
//! let facts = Facts { storeys: Some(2.0), roof: Some("gable"), ..Facts::default() };
//! let roof = facts.roof().fitted(&house, facts.height_m());
//! assert!(matches!(roof, RoofForm::Gable(rise_m) if (rise_m - 1.45).abs() < 1e-9));
//! let solid = Solid::roofed(&house, 3.0, facts.height_m(), roof);
//! // 12 m × 5 m: to the eaves whole, above them half.
//! assert!((solid.volume_m3() - 60.0 * (6.6 - 1.45 / 2.0)).abs() < 1e-9);
//! ```

mod clip;
mod footprint;
mod plan;
mod roof;
mod solid;
#[cfg(test)]
mod tests;

pub use footprint::Footprint;
pub use plan::Plan;
pub use roof::{Plane, RoofForm};
pub use solid::{Face, Solid, Surface};

/// Height of a storey where a building says only how many it has, m: floor to floor, the usual one of
/// dwellings in Vietnam (TCVN 4451:2012: 3.0 m clear at most, with the slab 3.3 m).
pub const STOREY_M: f64 = 3.3;

/// Height of a building that says nothing, m; such a height is assumed.
pub const ASSUMED_M: f64 = 6.0;

/// Higher than any building here, m (Landmark 81 has 461 m): more is an error of the source.
const TALLEST_M: f64 = 600.0;

/// What a layer tells of a building's shape, by the attributes of the role `buildings`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts<'a> {
    /// `height`, m.
    pub height_m: Option<f64>,
    /// `height_assumed`.
    pub is_height_assumed: bool,
    /// `storeys`.
    pub storeys: Option<f64>,
    /// `roof`: a code of the list `roof-form`.
    pub roof: Option<&'a str>,
}

impl Facts<'_> {
    /// From its foot to the highest point of its roof, m: the height that is told, else that of its
    /// storeys, else [`ASSUMED_M`].
    pub fn height_m(&self) -> f64 {
        let by_storeys = self.told_storeys().map(|n| n * STOREY_M);
        self.told_height_m().or(by_storeys).unwrap_or(ASSUMED_M)
    }

    /// How many storeys it has: those that are told, else as many as fit into its height.
    pub fn storey_count(&self) -> f64 {
        self.told_storeys().unwrap_or_else(|| (self.height_m() / STOREY_M).round().max(1.0))
    }

    /// Whether the height is a guess.
    pub fn is_assumed(&self) -> bool {
        self.is_height_assumed || self.told_height_m().is_none()
    }

    /// Its roof, before it is fitted onto a footprint.
    pub fn roof(&self) -> RoofForm {
        RoofForm::from_code(self.roof)
    }

    fn told_storeys(&self) -> Option<f64> {
        self.storeys.filter(|n| (0.5..200.0).contains(n))
    }

    fn told_height_m(&self) -> Option<f64> {
        self.height_m.filter(|metres| (0.5..TALLEST_M).contains(metres))
    }
}
