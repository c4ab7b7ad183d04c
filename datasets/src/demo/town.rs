//! The whole town, laid out and counted; layers are read off it.

use geo::Polygon;
use rayon::prelude::*;

use super::{
    carve::{Carved, carve},
    country::Country,
    growth::Growth,
    lots::{Lot, lots},
    naming::{NAMELESS_LANE, name_streets},
    network::{Edge, Streets},
    places::Places,
    plane::{Point, pt, smoothstep},
    quarter::{Quarter, quarters},
    road::{Class, Road},
    skeleton::main_roads,
    streets::{Block, lay_out},
};

/// The town.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) seed: u64,
    pub(super) country: Country,
    pub(super) growth: Growth,
    pub(super) quarters: Vec<Quarter>,
    /// Blocks of each quarter.
    pub(super) blocks: Vec<Vec<Block>>,
    /// Open land of all quarters, undivided.
    pub(super) tracts: Vec<Block>,
    pub(super) streets: Streets,
    /// Land that roads take.
    pub(super) road_land: Vec<Polygon<f64>>,
    /// How many of those lie between quarters; the others lie within them.
    pub(super) between: usize,
    pub(super) places: Places,
    /// The last rank that is built.
    last_rank: u64,
    /// How many buildings stand.
    pub(super) buildings: u64,
}

/// South-west and north-east corners of the country for a number of buildings.
fn extent(buildings: u64) -> (Point, Point) {
    let k = (buildings as f64 / 140_000.0).sqrt().max(1.0);
    let more = k - 1.0;
    (
        pt(-7000.0 - 5200.0 * more, -7000.0 - 9400.0 * more),
        pt(11_200.0 + 6500.0 * more, 7000.0 + 9400.0 * more),
    )
}

impl Town {
    /// Lays out a town that holds the buildings, with a few lots to spare.
    pub(super) fn new(seed: u64, buildings: u64) -> Self {
        let (low, high) = extent(buildings);
        let country = Country::new(seed, low, high);
        let mut stretch = 1.0;
        let mut town = Self::laid_out(seed, country, buildings, stretch);
        for _ in 0..6 {
            let mut ranks = town.ranks();
            let spare = ranks.len() as f64 / buildings as f64;
            if spare >= 1.03 {
                let last = (buildings as usize).clamp(1, ranks.len()) - 1;
                let (_, &mut rank, _) = ranks.select_nth_unstable(last);
                town.last_rank = rank;
                town.buildings = ranks.iter().filter(|&&r| r <= rank).count() as u64;
                break;
            }
            stretch *= (1.16 / spare.max(0.3)).powf(1.25);
            town = Self::laid_out(seed, town.country, buildings, stretch);
        }
        if town.last_rank == u64::MAX {
            town.buildings = town.ranks().len() as u64;
        }
        town
    }

    fn laid_out(seed: u64, country: Country, buildings: u64, stretch: f64) -> Self {
        let growth = Growth::new(seed, &country, buildings, stretch);
        let mut roads = main_roads(seed, &country, growth.radius);
        let main = roads.len();
        let Carved { grounds, roads: collectors, mut road_land } =
            carve(seed, &country, &growth, &roads);
        let between = road_land.len();
        let quarters = quarters(seed, &country, &growth, buildings, grounds);
        roads.extend(collectors);
        let field_m2 = (1.2e8 / (0.25 * buildings as f64)).clamp(2600.0, 60_000.0);
        let layouts: Vec<_> =
            quarters.par_iter().map(|quarter| lay_out(seed, &country, quarter, field_m2)).collect();
        let mut blocks = Vec::with_capacity(layouts.len());
        let mut tracts = Vec::new();
        for (i, layout) in layouts.into_iter().enumerate() {
            let urban = quarters[i].kind.is_urban();
            roads.extend(layout.roads.into_iter().map(|road| Road {
                quarter: Some(i),
                urban,
                ..road
            }));
            road_land.extend(layout.road_land.iter().map(|ring| super::plane::to_polygon(ring)));
            blocks.push(layout.blocks);
            tracts.extend(layout.tracts);
        }
        for road in roads.iter_mut().filter(|road| road.quarter.is_none()) {
            road.urban = growth.ratio(road.line[road.line.len() / 2]) < 1.05;
        }
        let mut streets = Streets::join(roads, main, &country);
        let places = Places::new(seed, &country.frame(), &quarters);
        name_streets(seed, &places, &mut streets);
        let (last_rank, buildings) = (u64::MAX, 0);
        Self {
            seed,
            country,
            growth,
            quarters,
            blocks,
            tracts,
            streets,
            road_land,
            between,
            places,
            last_rank,
            buildings,
        }
    }

    /// The ranks of all buildings that could stand.
    fn ranks(&self) -> Vec<u64> {
        let parts: Vec<Vec<u64>> = (0..self.quarters.len())
            .into_par_iter()
            .map(|q| {
                let lots = self.blocks[q]
                    .iter()
                    .flat_map(|block| lots(self.seed, &self.quarters[q], block));
                lots.flat_map(|lot| lot.buildings).map(|building| building.rank).collect()
            })
            .collect();
        parts.into_iter().flatten().collect()
    }

    /// The lots of a block with the buildings that stand.
    pub(super) fn lots(&self, quarter: usize, block: &Block) -> Vec<Lot> {
        let mut lots = lots(self.seed, &self.quarters[quarter], block);
        for lot in &mut lots {
            lot.buildings.retain(|building| building.rank <= self.last_rank);
        }
        lots
    }

    /// Whether a place is in the town.
    pub(super) fn is_urban(&self, p: Point) -> bool {
        self.growth.ratio(p) < 1.05
    }

    /// The blocks of all quarters, with their quarter.
    pub(super) fn all_blocks(&self) -> impl Iterator<Item = (usize, &Block)> {
        self.blocks
            .iter()
            .enumerate()
            .flat_map(|(q, blocks)| blocks.iter().map(move |block| (q, block)))
    }

    /// Whether a place belongs to a ward (phường).
    pub(super) fn is_ward(&self, p: Point) -> bool {
        self.places.communes[self.places.commune_at(p)].name.starts_with("Phường")
    }

    /// Height of the ground, with the fill that the town stands on, apart from roads.
    pub(super) fn height(&self, p: Point) -> f64 {
        let ground = self.country.ground(p);
        if !(0.6..=12.0).contains(&ground) {
            return ground;
        }
        let fill = 0.9 * (1.0 - smoothstep(0.85, 1.15, self.growth.ratio(p)));
        let dry = self.country.to_river(p).map_or(1.0, |d| smoothstep(8.0, 40.0, d));
        ground + fill * dry
    }

    /// What a road is called at a place: the national road has a street's name within the town.
    pub(super) fn street_name(&self, road: usize, p: Point) -> &str {
        let road = &self.streets.roads[road];
        if road.class == Class::National && self.is_urban(p) {
            "Phan Châu Trinh"
        } else {
            &road.name
        }
    }

    /// Whether an edge is a town street: lit, drained, with pavements.
    pub(super) fn is_street(&self, edge: &Edge) -> bool {
        let road = &self.streets.roads[edge.road];
        match road.quarter {
            Some(_) => road.urban,
            None => road.class != Class::Expressway && self.is_urban(edge.middle()),
        }
    }

    /// Name of the street, and the house's number in it, for a lot's front; `None` where houses have
    /// no numbers: in the country and along lanes without a name.
    pub(super) fn address(&self, front: Point) -> Option<(String, i64)> {
        let (road, _, chainage, left) = self.streets.nearest_road(front, 60.0)?;
        let street = &self.streets.roads[road];
        let in_town = street.quarter.map_or_else(|| self.is_urban(front), |_| street.urban);
        let named = !matches!(street.class, Class::Expressway | Class::Rural)
            && street.name != NAMELESS_LANE;
        if !in_town || !named {
            return None;
        }
        let name = self.street_name(road, front).to_owned();
        let number = 2 * (chainage / 4.0) as i64 + if left { 1 } else { 2 };
        Some((name, number))
    }

    /// Village and commune of a place.
    pub(super) fn locality(&self, p: Point) -> String {
        let village = &self.places.villages[self.places.village_at(p)];
        format!("{}, {}", village.name, self.places.communes[village.commune].name)
    }
}
