//! What a flood does to communes, wards, villages and residents' groups.

use std::ops::AddAssign;

use geo_types::{Coord, MultiPolygon};
use rayon::prelude::*;

use super::{
    Assumption, BuildingImpact, Error, Flood, Flooded, Settings, Spell,
    area::{Finder, Share, is_finite, shares},
    error::count,
    view::hull,
};

/// An administrative unit: a commune or ward, a thôn or tổ dân phố. Each level is asked for by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Its area, in the run's metres.
    pub area: MultiPolygon<f64>,
    /// Residents, where known.
    pub people: Option<f64>,
    /// Households, where known.
    pub households: Option<f64>,
    /// Vulnerable residents, where known.
    pub vulnerable: Option<f64>,
}

/// Buildings, households and people, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Buildings.
    pub buildings: usize,
    /// Of these, in each class of depth of [`Settings::depth_classes_m`].
    pub by_depth: Vec<usize>,
    /// Of these, affected.
    pub affected: usize,
    /// Of these, with water on the ground floor.
    pub floor_flooded: usize,
    /// Residents of affected buildings.
    pub people: f64,
    /// Residents of all buildings.
    pub people_of_all: f64,
    /// Households of affected buildings.
    pub households: f64,
    /// Residents whose ground floor is flooded.
    pub people_floor_flooded: f64,
    /// Vulnerable residents of affected buildings, where known: a least number.
    pub vulnerable: f64,
}

/// The deepest water on the land of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deepest {
    /// Middle of the cell, m.
    pub at: Coord<f64>,
    /// Depth there, m.
    pub depth_m: f64,
    /// Level there, m over the run's datum.
    pub level_m: Option<f64>,
    /// When it was so deep; only where the run was watched.
    pub peak_s: Option<f64>,
}

/// What a flood does to an administrative unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitImpact {
    /// How much of its land.
    pub flooded: Flooded,
    /// Its buildings and who lives in them.
    pub tally: Tally,
    /// Residents, households and vulnerable residents in affected buildings. Where the unit has no
    /// buildings but known numbers, the part of these that its flooded land is of all its land.
    pub people: f64,
    /// See [`UnitImpact::people`].
    pub households: f64,
    /// See [`UnitImpact::people`].
    pub vulnerable: f64,
    /// Where the water is deepest; none where it stays dry.
    pub deepest: Option<Deepest>,
    /// From the first hour of water (0.1 m) anywhere on its land to the last.
    pub water: Option<Spell>,
    /// From when to when water stood 0.5 m deep somewhere.
    pub deep_water: Option<Spell>,
}

/// What a flood does to the units of a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    /// For each unit.
    pub impacts: Vec<UnitImpact>,
    /// Buildings that stand in no unit.
    pub outside: Tally,
    /// What was assumed beyond what the buildings rest on.
    pub assumptions: Vec<Assumption>,
}

/// What a flood does to the units of a level, and to the buildings by unit: a building belongs to the
/// first unit that holds its centroid.
///
/// # Errors
/// Where settings, a geometry or a number make no sense.
pub fn units(
    flood: &Flood<'_>,
    units: &[Unit],
    buildings: &[BuildingImpact],
    settings: &Settings,
) -> Result<Units, Error> {
    settings.check()?;
    for (index, unit) in units.iter().enumerate() {
        if !is_finite(&unit.area) {
            return Err(Error::Geometry { what: "unit", index });
        }
        count("unit", index, "people", unit.people)?;
        count("unit", index, "households", unit.households)?;
        count("unit", index, "vulnerable", unit.vulnerable)?;
    }
    let (tallies, outside) = tallies(units, buildings, settings);
    let impacts: Vec<_> = units
        .par_iter()
        .zip(tallies)
        .map(|(unit, tally)| unit.impact(flood, tally, settings))
        .collect();
    let is_spread = |(unit, impact): &(&Unit, &UnitImpact)| unit.is_spread(&impact.tally);
    let spread = units.iter().zip(&impacts).filter(is_spread).count();
    let assumptions = (spread > 0).then_some(Assumption::Spread { units: spread });
    Ok(Units { impacts, outside, assumptions: assumptions.into_iter().collect() })
}

/// Buildings by unit, and those of none.
fn tallies(
    units: &[Unit],
    buildings: &[BuildingImpact],
    settings: &Settings,
) -> (Vec<Tally>, Tally) {
    let finder = Finder::new(units.iter().map(|unit| &unit.area));
    let found: Vec<_> = buildings.par_iter().map(|building| finder.find(building.at)).collect();
    let mut tallies = vec![Tally::none(settings); units.len()];
    let mut outside = Tally::none(settings);
    for (building, unit) in buildings.iter().zip(found) {
        let tally = unit.map_or(&mut outside, |unit| &mut tallies[unit]);
        tally.count(building, settings);
    }
    (tallies, outside)
}

impl Unit {
    /// A unit of which only the area is known.
    #[must_use]
    pub fn of(area: MultiPolygon<f64>) -> Self {
        Self { area, people: None, households: None, vulnerable: None }
    }

    fn impact(&self, flood: &Flood<'_>, tally: Tally, settings: &Settings) -> UnitImpact {
        let shares = shares(flood.grid(), &self.area);
        let flooded = Flooded::of(flood, &shares, settings);
        let land = land(flood, &shares);
        let spell = |threshold: usize| {
            land.iter().map(|cell| flood.spell(*cell, threshold)).fold(None, hull)
        };
        let is_flooded_part = if self.is_spread(&tally) && flooded.land_m2 > 0.0 {
            flooded.flooded_m2() / flooded.land_m2
        } else {
            0.0
        };
        let of = |known: Option<f64>| known.map_or(0.0, |known| known * is_flooded_part);
        UnitImpact {
            people: tally.people + of(self.people),
            households: tally.households + of(self.households),
            vulnerable: tally.vulnerable + of(self.vulnerable),
            deepest: deepest(flood, &land),
            water: spell(0),
            deep_water: spell(2),
            flooded,
            tally,
        }
    }

    /// Whether its residents are taken as spread evenly.
    fn is_spread(&self, tally: &Tally) -> bool {
        let is_known = [self.people, self.households, self.vulnerable].iter().any(Option::is_some);
        tally.buildings == 0 && is_known
    }
}

/// The cells of which a unit has at least half, without standing water; all where it is too small.
fn land(flood: &Flood<'_>, shares: &[Share]) -> Vec<usize> {
    let half_m2 = 0.5 * flood.grid().cell_m2();
    let of_at_least = |area_m2: f64| -> Vec<usize> {
        let large = shares.iter().filter(|share| share.area_m2 >= area_m2);
        large.map(|share| share.cell).filter(|cell| !flood.is_standing_water(*cell)).collect()
    };
    let land = of_at_least(half_m2);
    if land.is_empty() { of_at_least(0.0) } else { land }
}

fn deepest(flood: &Flood<'_>, land: &[usize]) -> Option<Deepest> {
    let deeper = |one: usize, two: usize| {
        if flood.depth_m(two) > flood.depth_m(one) { two } else { one }
    };
    let cell = land.iter().copied().reduce(deeper).filter(|cell| flood.depth_m(*cell) > 0.0)?;
    Some(Deepest {
        at: flood.grid().middle(cell),
        depth_m: flood.depth_m(cell),
        level_m: flood.level_m(cell),
        peak_s: flood.peak_s(cell),
    })
}

impl Tally {
    fn none(settings: &Settings) -> Self {
        Self {
            buildings: 0,
            by_depth: vec![0; settings.depth_classes_m.len()],
            affected: 0,
            floor_flooded: 0,
            people: 0.0,
            people_of_all: 0.0,
            households: 0.0,
            people_floor_flooded: 0.0,
            vulnerable: 0.0,
        }
    }

    /// Of a list of buildings.
    #[must_use]
    pub fn of(buildings: &[BuildingImpact], settings: &Settings) -> Self {
        let mut tally = Self::none(settings);
        buildings.iter().for_each(|building| tally.count(building, settings));
        tally
    }

    fn count(&mut self, building: &BuildingImpact, settings: &Settings) {
        self.buildings += 1;
        self.people_of_all += building.people;
        let depth_m = building.water.map_or(0.0, |water| water.depth_m);
        if let Some(class) = settings.depth_class(depth_m) {
            self.by_depth[class] += 1;
        }
        if building.is_affected {
            self.affected += 1;
            self.people += building.people;
            self.households += building.households;
            self.vulnerable += building.vulnerable.unwrap_or(0.0);
        }
        if building.is_floor_flooded() {
            self.floor_flooded += 1;
            self.people_floor_flooded += building.people;
        }
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.buildings += other.buildings;
        self.by_depth.iter_mut().zip(&other.by_depth).for_each(|(sum, more)| *sum += more);
        self.affected += other.affected;
        self.floor_flooded += other.floor_flooded;
        self.people += other.people;
        self.people_of_all += other.people_of_all;
        self.households += other.households;
        self.people_floor_flooded += other.people_floor_flooded;
        self.vulnerable += other.vulnerable;
    }
}
