//! Which buildings get wet, how their ground floors fare, and who lives in them.

use geo_types::{Coord, MultiPolygon};
use rayon::prelude::*;

use super::{
    Assumption, Error, Flood, Settings, Water,
    area::{area_m2, centroid, is_finite, touched},
    error::count,
};

/// A building: its footprint in the run's metres, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// Footprint.
    pub footprint: MultiPolygon<f64>,
    /// Height of the ground floor over the land around it, m.
    pub floor_height_m: Option<f64>,
    /// Storeys.
    pub floors: Option<f64>,
    /// Whether people live there: residents are estimated for dwellings only.
    pub is_dwelling: bool,
    /// Residents.
    pub people: Option<f64>,
    /// Households.
    pub households: Option<f64>,
    /// Residents who cannot leave by themselves: the elderly, children, the ill, the disabled.
    pub vulnerable: Option<f64>,
}

/// What a flood does to a building.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuildingImpact {
    /// Centroid of the footprint, m.
    pub at: Coord<f64>,
    /// Area of the footprint, m².
    pub footprint_m2: f64,
    /// The worst water at its walls; none where the building stands outside the run's area.
    pub water: Option<Water>,
    /// Whether the water is as deep as [`Settings::affected_from_m`].
    pub is_affected: bool,
    /// Depth over the ground floor, m; negative below it. The floor's height was assumed where the
    /// building did not say it.
    pub over_floor_m: f64,
    /// Residents, known or estimated.
    pub people: f64,
    /// Households, known or estimated.
    pub households: f64,
    /// Vulnerable residents, where known.
    pub vulnerable: Option<f64>,
}

impl BuildingImpact {
    /// Whether water stands on the ground floor.
    #[must_use]
    pub fn is_floor_flooded(&self) -> bool {
        self.is_affected && self.over_floor_m > 0.0
    }
}

/// What a flood does to each of many buildings, in their order, and what that rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Buildings {
    /// For each building.
    pub impacts: Vec<BuildingImpact>,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

/// What a flood does to buildings.
///
/// The water of a building is the worst on the cells that its footprint touches; for those that are
/// blocked, on the open cells around them.
///
/// # Errors
/// Where settings, a geometry or an attribute make no sense.
pub fn buildings(
    flood: &Flood<'_>,
    buildings: &[Building],
    settings: &Settings,
) -> Result<Buildings, Error> {
    settings.check()?;
    for (index, building) in buildings.iter().enumerate() {
        building.check(index)?;
    }
    let impacts = buildings.par_iter().map(|building| building.impact(flood, settings)).collect();
    Ok(Buildings { impacts, assumptions: assumptions(buildings, settings) })
}

impl Building {
    /// A dwelling of which nothing else is known.
    #[must_use]
    pub fn dwelling(footprint: MultiPolygon<f64>) -> Self {
        let (floor_height_m, floors, people, households, vulnerable) =
            (None, None, None, None, None);
        let is_dwelling = true;
        Self { footprint, floor_height_m, floors, is_dwelling, people, households, vulnerable }
    }

    fn check(&self, index: usize) -> Result<(), Error> {
        if !is_finite(&self.footprint) || self.footprint.0.is_empty() {
            return Err(Error::Geometry { what: "building", index });
        }
        count("building", index, "floors", self.floors)?;
        count("building", index, "people", self.people)?;
        count("building", index, "households", self.households)?;
        count("building", index, "vulnerable", self.vulnerable)?;
        match self.floor_height_m {
            Some(value) if !(-20.0..=100.0).contains(&value) => {
                let (name, range) = ("floor_height_m", "-20 to 100 m");
                Err(Error::Attribute { what: "building", index, name, value, range })
            }
            _ => Ok(()),
        }
    }

    fn impact(&self, flood: &Flood<'_>, settings: &Settings) -> BuildingImpact {
        let cells = touched(flood.grid(), &self.footprint);
        let water = (!cells.is_empty()).then(|| Water::around(flood, &cells, settings.debris));
        let depth_m = water.map_or(0.0, |water| water.depth_m);
        let footprint_m2 = area_m2(&self.footprint);
        let people = self.residents(footprint_m2, settings);
        BuildingImpact {
            at: centroid(&self.footprint).unwrap_or_default(),
            footprint_m2,
            water,
            is_affected: depth_m >= settings.affected_from_m,
            over_floor_m: depth_m - self.floor_height_m.unwrap_or(settings.floor_height_m),
            people,
            households: self.households.unwrap_or(people / settings.people_per_household),
            vulnerable: self.vulnerable,
        }
    }

    fn residents(&self, footprint_m2: f64, settings: &Settings) -> f64 {
        let from_households = || Some(self.households? * settings.people_per_household);
        let from_area = || {
            let floor_m2 = footprint_m2 * self.floors.unwrap_or(settings.floors);
            if self.is_dwelling { floor_m2 / settings.floor_area_per_person_m2 } else { 0.0 }
        };
        self.people.or_else(from_households).unwrap_or_else(from_area)
    }

    fn is_estimated(&self) -> bool {
        self.is_dwelling && self.people.is_none() && self.households.is_none()
    }

    fn is_inhabited(&self) -> bool {
        self.is_estimated() || self.people.or(self.households).is_some_and(|n| n > 0.0)
    }
}

fn assumptions(buildings: &[Building], settings: &Settings) -> Vec<Assumption> {
    let count = |holds: &dyn Fn(&Building) -> bool| buildings.iter().filter(|b| holds(b)).count();
    let is_one_known = |b: &Building| b.people.is_some() != b.households.is_some();
    let Settings { floors, floor_height_m, floor_area_per_person_m2, people_per_household, .. } =
        *settings;
    let estimated = count(&Building::is_estimated);
    let flat = count(&|b| b.is_estimated() && b.floors.is_none());
    let low = count(&|b| b.floor_height_m.is_none());
    let reckoned = count(&|b| b.is_estimated() || is_one_known(b));
    let silent = count(&|b| b.is_inhabited() && b.vulnerable.is_none());
    [
        (estimated, Assumption::Residents { buildings: estimated, floor_area_per_person_m2 }),
        (flat, Assumption::Floors { buildings: flat, floors }),
        (low, Assumption::FloorHeight { buildings: low, floor_height_m }),
        (reckoned, Assumption::Households { buildings: reckoned, people_per_household }),
        (silent, Assumption::Vulnerable { buildings: silent }),
    ]
    .into_iter()
    .filter_map(|(buildings, assumption)| (buildings > 0).then_some(assumption))
    .collect()
}
