//! Who reaches which shelter before the water, by which way, and until when they can leave.

use geo_types::LineString;
use rayon::prelude::*;

use super::{
    Access, Closings, Error, Network,
    error::{count, parameter},
    ways::{Arrivals, Going, latest_leaving_s, leave_by_s},
};

/// Shelters looked at for each group at first; further ones where these are full.
const NEAREST: usize = 8;

/// People who leave together: a thôn, a tổ dân phố, a block of houses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Origin {
    /// Where they come to the road: see [`Network::accesses`]; none where no road is near.
    pub access: Option<Access>,
    /// How many.
    pub people: f64,
    /// When the water comes to them, s of the run; none where it does not.
    pub water_s: Option<f64>,
}

/// A place to go to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shelter {
    /// Where it stands by the road; none where no road is near.
    pub access: Option<Access>,
    /// How many people it holds.
    pub capacity: f64,
    /// When water comes to it, s of the run; none where it stays dry.
    pub closes_s: Option<f64>,
}

/// How people go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Travel {
    /// Speed on the road, m/s: 1 on foot with children and the elderly, 4 to 6 by motorbike in rain.
    pub speed_m_s: f64,
    /// Speed between house and road, m/s.
    pub off_road_m_s: f64,
    /// When they are told to leave, s of the run.
    pub leave_s: f64,
}

impl Travel {
    /// On foot at 1 m/s.
    #[must_use]
    pub fn on_foot(leave_s: f64) -> Self {
        Self { speed_m_s: 1.0, off_road_m_s: 1.0, leave_s }
    }

    /// By motorbike at 5 m/s (18 km/h).
    #[must_use]
    pub fn by_motorbike(leave_s: f64) -> Self {
        Self { speed_m_s: 5.0, off_road_m_s: 1.0, leave_s }
    }
}

/// People of an origin on their way to a shelter.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Which origin.
    pub origin: usize,
    /// Which shelter.
    pub shelter: usize,
    /// How many people.
    pub people: f64,
    /// When they arrive if they leave when told, s of the run.
    pub arrive_s: f64,
    /// The latest time at which they can leave by this way; none where neither it nor their houses ever
    /// flood.
    pub leave_by_s: Option<f64>,
    /// The latest time at which they can leave for this shelter by any way.
    pub last_chance_s: Option<f64>,
    /// Length of the way on roads, m.
    pub way_m: f64,
    /// The way on roads.
    pub way: LineString<f64>,
}

/// Why people are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No road is near their houses.
    NoRoad,
    /// The water is at their houses before they are told to leave.
    TooLate,
    /// No way leads to a shelter before the water closes it.
    NoWay,
    /// The shelters that they can reach are full.
    Full,
}

/// People of an origin for whom there is no shelter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Left {
    /// Which origin.
    pub origin: usize,
    /// How many people.
    pub people: f64,
    /// Why.
    pub reason: Reason,
}

/// Who goes where.
#[derive(Debug, Clone, PartialEq)]
pub struct Evacuation {
    /// Groups by origin, the nearest shelter first.
    pub groups: Vec<Group>,
    /// Who is left, by origin.
    pub left: Vec<Left>,
    /// Places taken in each shelter.
    pub taken: Vec<f64>,
}

/// Sends people to shelters that they reach before the water.
///
/// Each way is the earliest arrival over roads that are not yet closed. Places are given greedily: first
/// to those who must leave soonest (the latest time from which any shelter can still be reached), of
/// these to the larger group; each takes the shelter that it reaches first and that has room, and is
/// divided where one does not hold all. This is simple enough to be explained and is not the least sum
/// of all ways.
///
/// # Errors
/// Where a number or a node makes no sense.
pub fn evacuation(
    network: &Network,
    closings: &Closings,
    origins: &[Origin],
    shelters: &[Shelter],
    travel: &Travel,
) -> Result<Evacuation, Error> {
    check(network, origins, shelters, travel)?;
    let plan = Plan { network, closings, shelters, travel };
    let chances: Vec<Vec<f64>> =
        shelters.par_iter().map(|shelter| plan.last_chances(shelter, origins)).collect();
    let nearest: Vec<Vec<Reach>> =
        origins.par_iter().map(|origin| plan.reach(origin, NEAREST)).collect();
    let mut found =
        Evacuation { groups: Vec::new(), left: Vec::new(), taken: vec![0.0; shelters.len()] };
    for origin in by_urgency(origins, &chances) {
        plan.place(origin, &origins[origin], &nearest[origin], &chances, &mut found);
    }
    found.groups.sort_by_key(|group| group.origin);
    found.left.sort_by_key(|left| left.origin);
    Ok(found)
}

/// Origins in the order in which they get places.
fn by_urgency(origins: &[Origin], chances: &[Vec<f64>]) -> Vec<usize> {
    let last_s = |origin: usize| {
        let way_s =
            chances.iter().map(|by_origin| by_origin[origin]).fold(f64::NEG_INFINITY, f64::max);
        way_s.min(origins[origin].water_s.unwrap_or(f64::INFINITY))
    };
    let mut order: Vec<usize> = (0..origins.len()).collect();
    order.sort_by(|one, two| {
        let by_time = last_s(*one).total_cmp(&last_s(*two));
        by_time.then(origins[*two].people.total_cmp(&origins[*one].people))
    });
    order
}

/// A shelter that can be reached.
struct Reach {
    shelter: usize,
    arrive_s: f64,
    /// Edges, each with the node it leads to.
    way: Vec<(usize, usize)>,
}

struct Plan<'a> {
    network: &'a Network,
    closings: &'a Closings,
    shelters: &'a [Shelter],
    travel: &'a Travel,
}

impl Plan<'_> {
    fn going(&self) -> Going {
        Going { from_s: self.travel.leave_s, speed_m_s: self.travel.speed_m_s }
    }

    fn off_road_s(&self, access: Access) -> f64 {
        access.off_m / self.travel.off_road_m_s
    }

    /// The latest time to leave each origin for a shelter; −∞ where there is no way.
    fn last_chances(&self, shelter: &Shelter, origins: &[Origin]) -> Vec<f64> {
        let Some(access) = shelter.access else { return vec![f64::NEG_INFINITY; origins.len()] };
        let by_s = shelter.closes_s.unwrap_or(f64::INFINITY) - self.off_road_s(access);
        let at = latest_leaving_s(self.network, self.closings, access.node, by_s, self.going());
        let leaving = |origin: &Origin| {
            origin.access.map_or(f64::NEG_INFINITY, |from| at[from.node] - self.off_road_s(from))
        };
        origins.iter().map(leaving).collect()
    }

    /// The shelters that an origin reaches first, at most so many.
    fn reach(&self, origin: &Origin, most: usize) -> Vec<Reach> {
        let is_too_late = origin.water_s.is_some_and(|water_s| water_s < self.travel.leave_s);
        let Some(from) = origin.access.filter(|_| !is_too_late) else { return Vec::new() };
        let on_road_s = self.travel.leave_s + self.off_road_s(from);
        let mut at_node: Vec<(usize, usize)> = Vec::new();
        for (shelter, place) in self.shelters.iter().enumerate() {
            at_node.extend(place.access.map(|access| (access.node, shelter)));
        }
        at_node.sort_unstable();
        let mut found: Vec<(f64, usize)> = Vec::new();
        let arrivals = Arrivals::from(
            self.network,
            self.closings,
            (from.node, on_road_s),
            self.going(),
            |node, now_s| {
                let first = at_node.partition_point(|(at, _)| *at < node);
                let here = at_node[first..].iter().take_while(|(at, _)| *at == node);
                found.extend(here.filter_map(|(_, shelter)| self.arrival(*shelter, now_s)));
                found.len() >= most
            },
        );
        found.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        let reach = |(arrive_s, shelter): (f64, usize)| {
            let node = self.shelters[shelter].access?.node;
            Some(Reach { shelter, arrive_s, way: arrivals.way(node) })
        };
        found.into_iter().filter_map(reach).collect()
    }

    /// When a shelter is entered from its node, where that is before water comes to it.
    fn arrival(&self, shelter: usize, at_node_s: f64) -> Option<(f64, usize)> {
        let place = &self.shelters[shelter];
        let arrive_s = at_node_s + self.off_road_s(place.access?);
        (arrive_s <= place.closes_s.unwrap_or(f64::INFINITY)).then_some((arrive_s, shelter))
    }

    /// Gives places to the people of an origin.
    fn place(
        &self,
        index: usize,
        origin: &Origin,
        nearest: &[Reach],
        chances: &[Vec<f64>],
        found: &mut Evacuation,
    ) {
        let mut people = origin.people;
        self.fill(index, origin, nearest, chances, &mut people, found);
        if people > 0.0 && nearest.len() >= NEAREST {
            let all = self.reach(origin, usize::MAX);
            self.fill(index, origin, &all, chances, &mut people, found);
        }
        if people > 0.0 {
            let is_too_late = origin.water_s.is_some_and(|water_s| water_s < self.travel.leave_s);
            let reason = match origin.access {
                None => Reason::NoRoad,
                Some(_) if is_too_late => Reason::TooLate,
                Some(_) if nearest.is_empty() => Reason::NoWay,
                Some(_) => Reason::Full,
            };
            found.left.push(Left { origin: index, people, reason });
        }
    }

    fn fill(
        &self,
        index: usize,
        origin: &Origin,
        reach: &[Reach],
        chances: &[Vec<f64>],
        people: &mut f64,
        found: &mut Evacuation,
    ) {
        for Reach { shelter, arrive_s, way } in reach {
            let room = self.shelters[*shelter].capacity - found.taken[*shelter];
            let placed = people.min(room);
            if placed <= 0.0 {
                continue;
            }
            *people -= placed;
            found.taken[*shelter] += placed;
            let (way_m, line) = self.line(origin, way);
            found.groups.push(Group {
                origin: index,
                shelter: *shelter,
                people: placed,
                arrive_s: *arrive_s,
                leave_by_s: self.leave_by_s(origin, *shelter, way),
                last_chance_s: finite(earliest(chances[*shelter][index], origin.water_s)),
                way_m,
                way: line,
            });
        }
    }

    fn leave_by_s(&self, origin: &Origin, shelter: usize, way: &[(usize, usize)]) -> Option<f64> {
        let (place, from) = (&self.shelters[shelter], origin.access?);
        let by_s = place.closes_s.unwrap_or(f64::INFINITY) - self.off_road_s(place.access?);
        let on_road_s = leave_by_s(self.network, self.closings, way, by_s, self.going());
        finite(earliest(on_road_s - self.off_road_s(from), origin.water_s))
    }

    /// Length and line of a way.
    fn line(&self, origin: &Origin, way: &[(usize, usize)]) -> (f64, LineString<f64>) {
        let mut points = Vec::new();
        if let Some(access) = origin.access.filter(|_| way.is_empty()) {
            // A shelter beside the houses: a line needs two points.
            points = vec![self.network.nodes()[access.node]; 2];
        }
        for (edge, to) in way {
            let edge = &self.network.edges()[*edge];
            let line = edge.line.0.iter().copied();
            if edge.nodes.1 == *to { points.extend(line) } else { points.extend(line.rev()) }
        }
        if !way.is_empty() {
            points.dedup();
        }
        let way_m = way.iter().map(|(edge, _)| self.network.edges()[*edge].length_m()).sum();
        (way_m, LineString(points))
    }
}

fn earliest(time_s: f64, water_s: Option<f64>) -> f64 {
    time_s.min(water_s.unwrap_or(f64::INFINITY))
}

fn finite(time_s: f64) -> Option<f64> {
    time_s.is_finite().then_some(time_s)
}

fn check(
    network: &Network,
    origins: &[Origin],
    shelters: &[Shelter],
    travel: &Travel,
) -> Result<(), Error> {
    let positive = |name, value: f64| {
        parameter(name, value, "positive and finite", value > 0.0 && value.is_finite())
    };
    positive("speed_m_s", travel.speed_m_s)?;
    positive("off_road_m_s", travel.off_road_m_s)?;
    parameter("leave_s", travel.leave_s, "finite", travel.leave_s.is_finite())?;
    for (index, origin) in origins.iter().enumerate() {
        count("origin", index, "people", Some(origin.people))?;
        finite_time("origin", index, "water_s", origin.water_s)?;
    }
    for (index, shelter) in shelters.iter().enumerate() {
        count("shelter", index, "capacity", Some(shelter.capacity))?;
        finite_time("shelter", index, "closes_s", shelter.closes_s)?;
    }
    let accesses = origins.iter().map(|origin| origin.access);
    for access in accesses.chain(shelters.iter().map(|shelter| shelter.access)).flatten() {
        let is_known = access.node < network.nodes().len();
        parameter("a node", access.node as f64, "one of the network's", is_known)?;
        let is_fine = access.off_m >= 0.0 && access.off_m.is_finite();
        parameter("off_m", access.off_m, "finite and not negative", is_fine)?;
    }
    Ok(())
}

fn finite_time(
    what: &'static str,
    index: usize,
    name: &'static str,
    time_s: Option<f64>,
) -> Result<(), Error> {
    match time_s.filter(|time_s| !time_s.is_finite()) {
        Some(value) => Err(Error::Attribute { what, index, name, value, range: "finite" }),
        None => Ok(()),
    }
}
