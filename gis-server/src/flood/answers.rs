//! What a flood does to the city: documents that people work with.

mod documents;

use city::Title;
use datasets::read::Cog;
use geo::Centroid;
use serde::{Deserialize, Serialize};
use sim::{
    flood::Maxima,
    impact::{
        self, Buildings, Closings, Evacuation, Flood, Grid, Isolation, Joining, Network, Origin,
        Rasters, Settings, Shelter, Travel, UnitImpact, Vehicle, Watch, road_cells,
    },
};

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    model::{Model, Sources},
    town::{Place, Town},
};
use crate::tiles::raster::RasterError;

/// Depth at which a facility fails, where nothing else is known, m: water at its sill.
const SILL_M: f64 = 0.3;
/// Roads that come so near to the edge of the area lead out of it, m.
const OUTSIDE_M: f64 = 30.0;
/// Houses and shelters join roads within this distance, m.
const REACH_M: f64 = 300.0;
/// Steps in which it is asked who is cut off, s.
const ISOLATION_STEP_S: f64 = 300.0;

/// The files of answers, and what they are.
pub const ANSWERS: [(&str, &str); 5] = [
    ("units", "application/json"),
    ("buildings", "application/geo+json"),
    ("roads", "application/geo+json"),
    ("facilities", "application/geo+json"),
    ("evacuation", "application/geo+json"),
];

/// The file of an answer.
#[must_use]
pub fn file_of(answer: &str) -> String {
    format!("{answer}.json")
}

/// Whom a flood hits, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    /// Buildings with water at them.
    pub buildings: usize,
    /// Of these, with water above the floor.
    pub floor_flooded: usize,
    /// People who live in buildings with water at them.
    pub people: f64,
    /// Households of these buildings.
    pub households: f64,
    /// Road that is closed to whom, km.
    pub roads_closed_km: Vec<RoadsClosed>,
    /// Villages that are cut off for some time.
    pub villages_cut_off: usize,
    /// Facilities that fail.
    pub facilities_out: usize,
    /// People for whom a shelter was found that they reach before the water.
    pub sheltered: f64,
    /// People for whom none was found.
    pub not_sheltered: f64,
}

/// Road that is closed to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoadsClosed {
    /// To whom.
    pub vehicle: String,
    /// Who that is, for people.
    pub title: Title,
    /// So much, km.
    pub km: f64,
}

/// Everything that is asked of a flood.
struct Found {
    town: Town,
    buildings: Buildings,
    communes: Vec<UnitImpact>,
    villages: Vec<UnitImpact>,
    facilities: Vec<impact::FacilityImpact>,
    /// By vehicle.
    closures: Vec<(Vehicle, Vec<impact::Closure>)>,
    isolation: Vec<Isolation>,
    evacuation: Evacuation,
    /// Which sites are shelters.
    shelters: Vec<usize>,
}

/// Answers what a flood does to the city, into the folder of the run.
pub(super) fn write(
    model: &Model,
    sources: &Sources<'_>,
    folder: &RunFolder,
    worst: &Maxima,
    end_s: f64,
    assumptions: &mut Vec<Title>,
) -> Result<Affected, FloodError> {
    let town = Town::of(&model.plane, sources)?;
    let (plane, bbox) = (&model.plane, model.plane.grid.bbox());
    let grid = Grid::new(plane.columns(), plane.rows(), plane.cell_m(), bbox.min_x, bbox.min_y)?;
    let watch = watch(&town, &grid, folder, worst)?;
    let depth_m: Vec<f32> = wet(model, &worst.depth_m);
    let rasters = Rasters {
        depth_m: &depth_m,
        level_m: &worst.level_m,
        speed_m_s: &worst.speed_m_s,
        depth_speed_m2_s: &worst.depth_speed_m2_s,
        arrival_s: worst.arrival_s.each_ref().map(Vec::as_slice),
        duration_s: worst.duration_s.each_ref().map(Vec::as_slice),
    };
    let flood = Flood::new(grid, rasters, end_s)?
        .with_blocked(&model.blocked)?
        .with_standing_water(&model.is_water)?
        .with_watch(&watch)?;
    let found = ask(town, &flood, end_s)?;
    let said = found.buildings.assumptions.iter();
    assumptions.extend(said.map(|it| Title::new(it.vi(), it.en())));
    documents::write(&found, model, folder)?;
    Ok(found.affected())
}

/// Depths, none where cells are blocked.
fn wet(model: &Model, depth_m: &[f32]) -> Vec<f32> {
    let shown = |(depth, blocked): (&f32, &bool)| if *blocked { 0.0 } else { *depth };
    depth_m.iter().zip(&model.blocked).map(shown).collect()
}

/// Sees the frames of a run again. Speeds are not kept by the frame: the greatest of each cell stands
/// for them, so that nothing is taken as less dangerous than it is.
fn watch(
    town: &Town,
    grid: &Grid,
    folder: &RunFolder,
    worst: &Maxima,
) -> Result<Watch, FloodError> {
    let settings = Settings::default();
    let mut watch = Watch::new(grid, road_cells(grid, &town.roads), settings.debris)?;
    for minutes in folder.frames() {
        let cog = Cog::open(&folder.raster(Output::Depth, minutes)).map_err(RasterError::from)?;
        let frame = cog.read_level(0).map_err(RasterError::from)?;
        let south_first = frame.values().chunks_exact(grid.columns()).rev().flatten();
        let depth: Vec<f32> =
            south_first.map(|depth| if depth.is_nan() { 0.0 } else { *depth }).collect();
        let speed = |(depth, speed): (&f32, &f32)| if *depth > 0.0 { *speed } else { 0.0 };
        let speed: Vec<f32> = depth.iter().zip(&worst.speed_m_s).map(speed).collect();
        watch.see(f64::from(minutes) * 60.0, &depth, &speed)?;
    }
    Ok(watch)
}

fn ask(town: Town, flood: &Flood<'_>, end_s: f64) -> Result<Found, FloodError> {
    let settings = Settings::default();
    let buildings = impact::buildings(flood, &town.buildings, &settings)?;
    let of = |places: &[Place]| -> Result<Vec<UnitImpact>, FloodError> {
        let units: Vec<_> = places.iter().map(|place| place.unit.clone()).collect();
        Ok(impact::units(flood, &units, &buildings.impacts, &settings)?.impacts)
    };
    let (communes, villages) = (of(&town.communes)?, of(&town.villages)?);
    let site = |at| impact::Facility { site: impact::Site::Point(at), fails_from_m: SILL_M };
    let sites: Vec<_> = town.sites.iter().map(|it| site(it.at.into())).collect();
    let facilities = impact::facilities(flood, &sites, &settings)?;
    let closures = Vehicle::ALL.into_iter().map(|vehicle| {
        impact::closures(flood, &town.roads, &vehicle.limits()).map(|found| (vehicle, found))
    });
    let closures = closures.collect::<Result<_, _>>()?;
    // Villages first, then every site, join the roads.
    let middles = town.villages.iter().map(|it| it.unit.area.centroid().unwrap_or_default().0);
    let points: Vec<_> = middles.chain(town.sites.iter().map(|site| site.at)).collect();
    let joining = Joining { reach_m: REACH_M, ..Joining::default() };
    let network = Network::new(&town.roads, &points, joining)?;
    let closings =
        |vehicle: Vehicle| Closings::by_flood(&network, flood, &town.roads, &vehicle.limits());
    let areas = town.villages.iter().map(|it| impact::Site::Area(it.unit.area.clone()));
    let nodes: Vec<_> = areas.map(|area| network.nodes_of(&area, REACH_M)).collect();
    let out = network.outside(flood.grid(), OUTSIDE_M);
    let step_s = ISOLATION_STEP_S.max(end_s * 1e-3);
    let isolation =
        impact::isolation(&network, &closings(Vehicle::Lorry)?, &nodes, &out, end_s, step_s)?;
    let shelters: Vec<usize> =
        (0..town.sites.len()).filter(|site| town.sites[*site].is_shelter).collect();
    let access = |point: usize| network.accesses()[point];
    let origins: Vec<_> = villages
        .iter()
        .enumerate()
        .map(|(village, hit)| Origin {
            access: access(village),
            people: hit.people,
            water_s: hit.deep_water.map(|spell| spell.from_s),
        })
        .collect();
    let doors: Vec<_> = shelters
        .iter()
        .map(|site| Shelter {
            access: access(villages.len() + site),
            capacity: town.sites[*site].capacity,
            closes_s: facilities[*site].outage.map(|spell| spell.from_s),
        })
        .collect();
    let travel = Travel::on_foot(0.0);
    let evacuation =
        impact::evacuation(&network, &closings(Vehicle::OnFoot)?, &origins, &doors, &travel)?;
    Ok(Found {
        town,
        buildings,
        communes,
        villages,
        facilities,
        closures,
        isolation,
        evacuation,
        shelters,
    })
}

impl Found {
    fn affected(&self) -> Affected {
        let hit = || self.buildings.impacts.iter().filter(|hit| hit.is_affected);
        let closed = |(vehicle, closures): &(Vehicle, Vec<impact::Closure>)| {
            let (vi, en) = vehicle.title();
            RoadsClosed {
                vehicle: vehicle.id().into(),
                title: Title::new(vi, en),
                km: total(closures.iter().map(impact::Closure::length_m)) / 1e3,
            }
        };
        Affected {
            buildings: hit().count(),
            floor_flooded: hit().filter(|hit| hit.is_floor_flooded()).count(),
            people: total(hit().map(|hit| hit.people)),
            households: total(hit().map(|hit| hit.households)),
            roads_closed_km: self.closures.iter().map(closed).collect(),
            villages_cut_off: self.isolation.iter().filter(|it| !it.cut_off.is_empty()).count(),
            facilities_out: self.facilities.iter().filter(|it| it.fails).count(),
            sheltered: total(self.evacuation.groups.iter().map(|group| group.people)),
            not_sheltered: total(self.evacuation.left.iter().map(|left| left.people)),
        }
    }
}

/// A sum that is 0, not −0, where there is nothing.
fn total(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}
