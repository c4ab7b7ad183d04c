//! Parcels, and facilities that a city needs most when it floods.

use geo_types::MultiPolygon;
use rayon::prelude::*;

use super::{
    Debris, Error, Flood, Settings, Spell, Water,
    area::{Share, is_finite, shares, touched},
};
use crate::flood::THRESHOLDS_M;

/// How much of an area is flooded.
#[derive(Debug, Clone, PartialEq)]
pub struct Flooded {
    /// Area within the run, without standing water, m².
    pub land_m2: f64,
    /// Of that, flooded in each class of depth of [`Settings::depth_classes_m`], m².
    pub by_depth_m2: Vec<f64>,
    /// Of that, in each Australian class H1 to H6, m²: also what is shallower than the first class of
    /// depth.
    pub by_arr_m2: [f64; 6],
}

impl Flooded {
    pub(super) fn of(flood: &Flood<'_>, shares: &[Share], settings: &Settings) -> Self {
        let mut flooded = Self {
            land_m2: 0.0,
            by_depth_m2: vec![0.0; settings.depth_classes_m.len()],
            by_arr_m2: [0.0; 6],
        };
        for Share { cell, area_m2 } in shares {
            if flood.is_standing_water(*cell) {
                continue;
            }
            flooded.land_m2 += area_m2;
            if let Some(class) = settings.depth_class(flood.depth_m(*cell)) {
                flooded.by_depth_m2[class] += area_m2;
            }
            if let Some(class) = flood.arr(*cell) {
                flooded.by_arr_m2[class as usize] += area_m2;
            }
        }
        flooded
    }

    /// Flooded in any class of depth, m².
    #[must_use]
    pub fn flooded_m2(&self) -> f64 {
        self.by_depth_m2.iter().sum()
    }
}

/// What a flood does to a parcel of land.
#[derive(Debug, Clone, PartialEq)]
pub struct ParcelImpact {
    /// How much of it.
    pub flooded: Flooded,
    /// The worst water on it; none where it lies outside the run's area.
    pub water: Option<Water>,
    /// Whether the water is as deep as [`Settings::affected_from_m`].
    pub is_affected: bool,
}

/// What a flood does to parcels of land, in their order.
///
/// # Errors
/// Where settings or a geometry make no sense.
pub fn parcels(
    flood: &Flood<'_>,
    parcels: &[MultiPolygon<f64>],
    settings: &Settings,
) -> Result<Vec<ParcelImpact>, Error> {
    settings.check()?;
    if let Some(index) = parcels.iter().position(|parcel| !is_finite(parcel)) {
        return Err(Error::Geometry { what: "parcel", index });
    }
    let impact = |parcel: &MultiPolygon<f64>| {
        let shares = shares(flood.grid(), parcel);
        let is_land = |share: &&Share| !flood.is_standing_water(share.cell);
        let land: Vec<_> = shares.iter().filter(is_land).map(|share| share.cell).collect();
        let water = (!shares.is_empty()).then(|| Water::worst(flood, &land, settings.debris));
        ParcelImpact {
            flooded: Flooded::of(flood, &shares, settings),
            water,
            is_affected: water.is_some_and(|water| water.depth_m >= settings.affected_from_m),
        }
    };
    Ok(parcels.par_iter().map(impact).collect())
}

/// Where a facility stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Site {
    /// A point, in the run's metres.
    Point(geo_types::Point<f64>),
    /// A footprint or compound.
    Area(MultiPolygon<f64>),
}

/// A facility that must work, or be left, in a flood: a school, clinic, substation, pumping station or
/// shelter.
#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    /// Where it stands.
    pub site: Site,
    /// Depth at which it fails or can no longer be used, m: of a switch, a door sill, a pump's motor.
    pub fails_from_m: f64,
}

/// What a flood does to a facility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FacilityImpact {
    /// The worst water around it; none where it stands outside the run's area.
    pub water: Option<Water>,
    /// Whether the water is as deep as [`Settings::affected_from_m`].
    pub is_wet: bool,
    /// Whether the water reaches the depth at which it fails.
    pub fails: bool,
    /// From when to when it is out of work: for the largest of [`THRESHOLDS_M`] that is not above the
    /// depth at which it fails, so rather too early and too long.
    pub outage: Option<Spell>,
}

/// What a flood does to facilities, in their order. When they can no longer be reached is told by
/// [`super::isolation`] with their [`super::Access`] as places.
///
/// # Errors
/// Where settings or a geometry make no sense.
pub fn facilities(
    flood: &Flood<'_>,
    facilities: &[Facility],
    settings: &Settings,
) -> Result<Vec<FacilityImpact>, Error> {
    settings.check()?;
    for (index, facility) in facilities.iter().enumerate() {
        facility.check(index)?;
    }
    Ok(facilities.iter().map(|facility| facility.impact(flood, settings)).collect())
}

impl Facility {
    fn check(&self, index: usize) -> Result<(), Error> {
        let is_finite = match &self.site {
            Site::Point(at) => at.x().is_finite() && at.y().is_finite(),
            Site::Area(area) => is_finite(area),
        };
        if !is_finite {
            return Err(Error::Geometry { what: "facility", index });
        }
        let value = self.fails_from_m;
        if !(value > 0.0 && value.is_finite()) {
            let (name, range) = ("fails_from_m", "positive and finite");
            return Err(Error::Attribute { what: "facility", index, name, value, range });
        }
        Ok(())
    }

    fn impact(&self, flood: &Flood<'_>, settings: &Settings) -> FacilityImpact {
        let water = water_at(flood, &self.site, settings.debris);
        let depth_m = water.map_or(0.0, |water| water.depth_m);
        let fails = depth_m >= self.fails_from_m;
        let threshold = THRESHOLDS_M.iter().rposition(|depth_m| *depth_m <= self.fails_from_m);
        let outage = water.filter(|_| fails).and_then(|water| water.spells[threshold.unwrap_or(0)]);
        FacilityImpact { water, is_wet: depth_m >= settings.affected_from_m, fails, outage }
    }
}

/// The worst water around a site; none outside the run's area.
fn water_at(flood: &Flood<'_>, site: &Site, debris: Debris) -> Option<Water> {
    let cells = match site {
        Site::Point(at) => flood.grid().cell_at(at.0).into_iter().collect(),
        Site::Area(area) => touched(flood.grid(), area),
    };
    (!cells.is_empty()).then(|| Water::around(flood, &cells, debris))
}
