//! Which layer comes from where.

use city::Role;

use super::{
    base, corridors, cover, drainage::Drainage, facilities, gazetteer, land, lighting::Lighting,
    plans, sensing, town::Town, transit, utilities, zones,
};
use crate::Feature;

/// Reads a town's layers off it, in the order that people would survey it.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    town: &'a Town,
    census: Vec<(i64, i64)>,
    drainage: Drainage,
    lighting: Lighting,
}

impl<'a> Survey<'a> {
    pub(super) fn of(town: &'a Town) -> Self {
        let (census, (drainage, lighting)) = rayon::join(
            || gazetteer::census(town),
            || rayon::join(|| Drainage::of(town), || Lighting::of(town)),
        );
        Self { town, census, drainage, lighting }
    }

    /// The features of a role, other than parcels and buildings, which are too many to hold at
    /// once. Networks are handed out once.
    pub(super) fn layer(&mut self, role: Role) -> Vec<Feature> {
        let town = self.town;
        match role {
            Role::LandCover => cover::land_cover(town),
            Role::LandUse => land::land_use(town),
            Role::LandUsePlans => land::land_use_plans(town),
            Role::Water => base::water(town),
            Role::Watercourses => base::watercourses(town),
            Role::PlanningBoundaries => plans::boundaries(town),
            Role::PlanningZones => zones::zones(town),
            Role::ProtectionCorridors => corridors::corridors(town),
            Role::Communes => gazetteer::communes(town, &self.census),
            Role::Villages => gazetteer::villages(town, &self.census),
            Role::Blocks => land::blocks(town),
            Role::Roads => base::roads(town),
            Role::Bridges => base::bridges(town),
            Role::Dikes => base::dikes(town),
            Role::RedLines | Role::BuildingLines => corridors::street_lines(town, role),
            Role::BoundaryMarkers => plans::markers(town),
            Role::WaterSupply => utilities::water_supply(town),
            Role::Drains => std::mem::take(&mut self.drainage.drains),
            Role::Manholes => std::mem::take(&mut self.drainage.manholes),
            Role::Outfalls => std::mem::take(&mut self.drainage.outfalls),
            Role::Sewers => std::mem::take(&mut self.drainage.sewers),
            Role::PowerLines => utilities::power_lines(town),
            Role::Substations => utilities::substations(town),
            Role::Telecom => utilities::telecom(town),
            Role::LightingFeeders => std::mem::take(&mut self.lighting.feeders),
            Role::LightingCabinets => std::mem::take(&mut self.lighting.cabinets),
            Role::Lamps => std::mem::take(&mut self.lighting.lamps),
            Role::Trees => utilities::trees(town),
            Role::Gauges => sensing::gauges(town),
            Role::RainGauges => sensing::rain_gauges(town),
            Role::Reservoirs => sensing::reservoirs(town),
            Role::FloodMarks => sensing::flood_marks(town),
            Role::Stations => sensing::stations(town),
            Role::Cameras => sensing::cameras(town),
            Role::TrafficDetectors => sensing::traffic_detectors(town),
            Role::Signals => sensing::signals(town),
            Role::BusLines => transit::bus_lines(town),
            Role::BusStops => transit::bus_stops(town),
            Role::Facilities => facilities::facilities(town),
            Role::PlaceNames => gazetteer::place_names(town),
            _ => Vec::new(),
        }
    }
}
