//! The whole town, laid out and counted; layers are read off it.

use geo::Polygon;
use rayon::prelude::*;

use super::{
    carve::{Carved, carve},
    country::Country,
    growth::Growth,
    lots::{Lot, lots},
    names,
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
        for (i, layout) in layouts.into_iter().enumerate() {
            let urban = quarters[i].kind.is_urban();
            roads.extend(layout.roads.into_iter().map(|road| Road {
                quarter: Some(i),
                urban,
                ..road
            }));
            road_land.extend(layout.road_land.iter().map(|ring| super::plane::to_polygon(ring)));
            blocks.push(layout.blocks);
        }
        for road in roads.iter_mut().filter(|road| road.quarter.is_none()) {
            road.urban = growth.ratio(road.line[road.line.len() / 2]) < 1.05;
        }
        let mut streets = Streets::join(roads, main, &country);
        name_streets(seed, &mut streets);
        let places = Places::new(seed, &country.frame(), &quarters);
        let (last_rank, buildings) = (u64::MAX, 0);
        Self {
            seed,
            country,
            growth,
            quarters,
            blocks,
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
            None => {
                road.class != Class::Expressway && self.is_urban(edge.line[edge.line.len() / 2])
            }
        }
    }

    /// Name of the street, and the house's number in it, for a lot's front.
    pub(super) fn address(&self, front: Point) -> Option<(String, i64)> {
        let (road, _, chainage, left) = self.streets.nearest_road(front, 60.0)?;
        let name = self.street_name(road, front).to_owned();
        let number = 2 * (chainage / 4.0) as i64 + if left { 1 } else { 2 };
        Some((name, number))
    }
}

/// Names what has no name: streets from history, lanes after the street they leave.
fn name_streets(seed: u64, streets: &mut Streets) {
    let taken: Vec<String> = streets.roads.iter().map(|road| road.name.clone()).collect();
    let mut pool = names::street_names(seed, &taken).into_iter();
    let mut order: Vec<usize> =
        (0..streets.roads.len()).filter(|&i| streets.roads[i].name.is_empty()).collect();
    order.sort_by(|&a, &b| {
        let key = |i: usize| (streets.roads[i].class, !streets.roads[i].urban);
        let length = |i: usize| super::line::length_of(&streets.roads[i].line);
        key(a).cmp(&key(b)).then(length(b).total_cmp(&length(a))).then(a.cmp(&b))
    });
    let (mut numbered, mut rural) = (0, 0);
    for &i in &order {
        let road = &streets.roads[i];
        let name = match road.class {
            Class::Alley => {
                let parent =
                    streets.joins[i].iter().flatten().find(|&&p| !streets.roads[p].name.is_empty());
                let Some(&parent) = parent else { continue };
                let chainage = super::line::nearest_on(road.line[0], &streets.roads[parent].line).1;
                format!("Kiệt {} {}", 2 * (chainage / 4.0) as i64 + 1, streets.roads[parent].name)
            }
            Class::Rural => {
                rural += 1;
                format!("Đường liên thôn {rural}")
            }
            _ => pool.next().map_or_else(
                || {
                    numbered += 1;
                    format!("Đường số {numbered}")
                },
                Into::into,
            ),
        };
        // A lane off a lane keeps the street's name: "Kiệt 12 Trần Cao Vân", not a lane of a lane's.
        streets.roads[i].name = match name.matches("Kiệt").count() {
            0 | 1 => name,
            _ => name.replacen("Kiệt", "Hẻm", 1).replacen("Kiệt ", "/", 1).replacen(" /", "/", 1),
        };
    }
    for i in order {
        if streets.roads[i].name.is_empty() {
            streets.roads[i].name = "Kiệt nội khu".into();
        }
    }
}
