//! A network checked and laid out for computing: names become places, slopes run downwards.

use std::collections::HashMap;

use city::drainage::{Conduit, Link, LinkKind, Network, Node, NodeKind, Stage};

use super::{
    Error, Params, balance,
    basin::Basin,
    device::{self, Device, DeviceKind},
    outline,
    powers::two_thirds,
    section::Section,
};
use crate::flood::{GRAVITY, Series};

/// The least fall of a conduit from end to end, m (SWMM 5: 0.001 feet).
const LEAST_FALL_M: f64 = 0.000_304_8;

/// A node.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) invert_m: f64,
    /// From floor to ground.
    pub(super) full_depth_m: f64,
    pub(super) surcharge_m: f64,
    pub(super) ponded_m2: f64,
    /// From floor to the crown of the highest link; 0 where no link has one.
    pub(super) crown_m: f64,
    pub(super) initial_m: f64,
    /// What a junction holds when it is full: nothing, but where a pump goes by its volume.
    pub(super) well_m3: f64,
    /// Area of the shaft that opens to the surface, m²; none where nothing does.
    pub(super) shaft_m2: f64,
    pub(super) kind: Kind,
    /// Links only leave it.
    pub(super) is_head: bool,
    /// Its conduits, and which of their ends it is.
    pub(super) ends: Vec<(usize, usize)>,
}

/// Kinds of nodes.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Junction,
    Basin(Basin),
    Outfall { outside: Outside, has_flap_gate: bool },
}

/// The water outside an outfall.
#[derive(Debug, Clone)]
pub(super) enum Outside {
    Free,
    Normal,
    Level(Series),
}

/// A conduit, running downwards.
#[derive(Debug, Clone)]
pub(super) struct Pipe {
    pub(super) ends: [usize; 2],
    /// Heights of its invert over the nodes'.
    pub(super) offsets_m: [f64; 2],
    /// −1 where it was described the other way round.
    pub(super) sign: f64,
    pub(super) length_m: f64,
    /// The length it is computed with.
    pub(super) run_m: f64,
    /// √S/n: a factor A·R^⅔ times it is the normal discharge.
    pub(super) beta: f64,
    /// g·n².
    pub(super) friction: f64,
    pub(super) barrels: f64,
    /// At entry, exit and along it.
    pub(super) losses: [f64; 3],
    pub(super) has_flap_gate: bool,
    /// A barrel's.
    pub(super) most_m3_s: f64,
    /// A barrel's.
    pub(super) initial_m3_s: f64,
    pub(super) section: Section,
}

/// Where a link of the description is kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    Pipe(usize),
    Device(usize),
}

/// A network laid out.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    pub(super) pipes: Vec<Pipe>,
    pub(super) devices: Vec<Device>,
    /// The names of the links as they were described, and where they are.
    pub(super) links: Vec<(String, Slot)>,
    /// Node, discharge.
    pub(super) inflows: Vec<(usize, Series)>,
}

/// Finds a node by its name, for someone.
pub(super) struct Names<'a>(HashMap<&'a str, usize>);

impl<'a> Names<'a> {
    pub(super) fn new(names: impl Iterator<Item = &'a str>) -> Self {
        Self(names.enumerate().map(|(at, name)| (name, at)).collect())
    }

    pub(super) fn find(&self, what: &'static str, name: &str, node: &str) -> Result<usize, Error> {
        let missing = || Error::Missing { what, name: name.to_owned(), node: node.to_owned() };
        self.0.get(node).copied().ok_or_else(missing)
    }
}

impl Layout {
    pub(super) fn new(network: &Network, params: &Params) -> Result<Self, Error> {
        unique("node", network.nodes.iter().map(|node| node.name.as_str()))?;
        unique("link", network.links.iter().map(|link| link.name.as_str()))?;
        let names = Names::new(network.nodes.iter().map(|node| node.name.as_str()));
        let places = network.nodes.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        if !places.iter().any(|place| matches!(place.kind, Kind::Outfall { .. })) {
            return Err(Error::NoOutfall);
        }
        let (pipes, devices, links, inflows) = (vec![], vec![], vec![], vec![]);
        let mut layout = Self { places, pipes, devices, links, inflows };
        for link in &network.links {
            let slot = layout.add(link, &names, params)?;
            layout.links.push((link.name.clone(), slot));
        }
        layout.find_crowns();
        for (at, pipe) in layout.pipes.iter().enumerate() {
            for (end, node) in pipe.ends.into_iter().enumerate() {
                layout.places[node].ends.push((at, end));
            }
        }
        for inflow in &network.inflows {
            let node = names.find("an inflow", &inflow.node, &inflow.node)?;
            let entries = inflow.discharge_m3_s.clone();
            layout.inflows.push((node, series("the inflow", &inflow.node, entries)?));
        }
        Ok(layout)
    }

    /// What a node holds at a depth with the halves of its conduits, m³.
    pub(super) fn held_m3(&self, place: &Place, depth_m: f64) -> f64 {
        let half_m3 = |(pipe, end): &(usize, usize)| {
            let pipe = &self.pipes[*pipe];
            pipe.half_m3(depth_m - pipe.offsets_m[*end])
        };
        balance::volume_m3(place, depth_m) + place.ends.iter().map(half_m3).sum::<f64>()
    }

    fn add(&mut self, link: &Link, names: &Names, params: &Params) -> Result<Slot, Error> {
        let ends = [
            names.find("link", &link.name, &link.from)?,
            names.find("link", &link.name, &link.to)?,
        ];
        if ends[0] == ends[1] {
            return Err(Error::Loop { name: link.name.clone(), node: link.from.clone() });
        }
        if let LinkKind::Conduit(conduit) = &link.kind {
            let inverts = ends.map(|end| self.places[end].invert_m);
            self.pipes.push(pipe(&link.name, conduit, ends, inverts, params)?);
            return Ok(Slot::Pipe(self.pipes.len() - 1));
        }
        let device = device::layout(link, ends, params)?;
        if let DeviceKind::Pump(lift) = &device.kind {
            let well_m3 = &mut self.places[ends[0]].well_m3;
            *well_m3 = well_m3.max(lift.well_m3());
        }
        self.devices.push(device);
        Ok(Slot::Device(self.devices.len() - 1))
    }

    /// Crowns, and grounds no lower than them; and where links only leave.
    fn find_crowns(&mut self) {
        let mut is_entered = vec![false; self.places.len()];
        let pipes = self.pipes.iter().map(|pipe| {
            (pipe.ends, pipe.offsets_m.map(|offset_m| offset_m + pipe.section.full_depth_m))
        });
        let devices = self.devices.iter().map(|device| {
            let top = self.places[device.ends[0]].invert_m + device.crown_m();
            (device.ends, [device.crown_m(), top - self.places[device.ends[1]].invert_m])
        });
        let crowns: Vec<_> = pipes.chain(devices).collect();
        for (ends, tops) in crowns {
            is_entered[ends[1]] = true;
            for (end, top) in ends.into_iter().zip(tops) {
                let place = &mut self.places[end];
                place.crown_m = place.crown_m.max(top);
            }
        }
        for (place, is_entered) in self.places.iter_mut().zip(is_entered) {
            place.is_head = !is_entered;
            if matches!(place.kind, Kind::Junction) {
                place.full_depth_m = place.full_depth_m.max(place.crown_m);
            }
        }
    }
}

fn unique<'a>(what: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let mut seen = HashMap::new();
    for name in names {
        if seen.insert(name, ()).is_some() {
            return Err(Error::Duplicate { what, name: name.to_owned() });
        }
    }
    Ok(())
}

/// Refuses what is not in a range.
pub(super) fn check(
    name: &str,
    values: &[(&'static str, f64)],
    range: &'static str,
    is_fine: impl Fn(f64) -> bool,
) -> Result<(), Error> {
    match values.iter().find(|(_, value)| !is_fine(*value)) {
        Some(&(what, value)) => Err(Error::Value { what, name: name.to_owned(), value, range }),
        None => Ok(()),
    }
}

/// Refuses what is negative or not finite.
pub(super) fn check_sizes(name: &str, values: &[(&'static str, f64)]) -> Result<(), Error> {
    check(name, values, "0 or more, and finite", |value| value >= 0.0 && value.is_finite())
}

/// A series of someone's.
fn series(what: &'static str, name: &str, entries: Vec<(f64, f64)>) -> Result<Series, Error> {
    Series::new(what, entries).map_err(|error| match error {
        crate::flood::Error::Series { reason, entry, .. } => {
            Error::Table { what, name: name.to_owned(), reason, entry }
        }
        _ => Error::Table { what, name: name.to_owned(), reason: "unusable", entry: 0 },
    })
}

/// Refuses a table whose abscissae do not ascend.
pub(super) fn table(
    what: &'static str,
    name: &str,
    entries: &[(f64, f64)],
) -> Result<Series, Error> {
    if let Some(entry) = entries.iter().position(|(_, value)| *value < 0.0) {
        return Err(Error::Table {
            what,
            name: name.to_owned(),
            reason: "a negative value",
            entry,
        });
    }
    series(what, name, entries.to_vec())
}

fn place(node: &Node) -> Result<Place, Error> {
    check(&node.name, &[("the invert", node.invert_m)], "finite", f64::is_finite)?;
    let sizes = [
        ("the depth", node.max_depth_m),
        ("the initial depth", node.initial_depth_m),
        ("the surcharge depth", node.surcharge_depth_m),
        ("the ponded area", node.ponded_area_m2),
    ];
    check_sizes(&node.name, &sizes)?;
    let kind = match &node.kind {
        NodeKind::Junction => Kind::Junction,
        NodeKind::Storage(storage) => {
            let depth = [("the depth", node.max_depth_m)];
            check(&node.name, &depth, "positive: a basin has walls", |value| value > 0.0)?;
            Kind::Basin(Basin::new(&node.name, storage)?)
        }
        NodeKind::Outfall { stage, has_flap_gate } => {
            let outside = match stage {
                Stage::Free => Outside::Free,
                Stage::Normal => Outside::Normal,
                Stage::Fixed(level_m) => {
                    Outside::Level(series("the stage", &node.name, vec![(0.0, *level_m)])?)
                }
                Stage::Series(levels) => {
                    Outside::Level(series("the stage", &node.name, levels.clone())?)
                }
            };
            Kind::Outfall { outside, has_flap_gate: *has_flap_gate }
        }
    };
    Ok(Place {
        name: node.name.clone(),
        invert_m: node.invert_m,
        full_depth_m: node.max_depth_m,
        surcharge_m: node.surcharge_depth_m,
        ponded_m2: node.ponded_area_m2,
        crown_m: 0.0,
        initial_m: node.initial_depth_m,
        well_m3: 0.0,
        shaft_m2: 0.0,
        kind,
        is_head: false,
        ends: Vec::new(),
    })
}

fn pipe(
    name: &str,
    conduit: &Conduit,
    ends: [usize; 2],
    inverts_m: [f64; 2],
    params: &Params,
) -> Result<Pipe, Error> {
    let positive = [
        ("the length", conduit.length_m),
        ("Manning's n", conduit.manning),
        ("the number of barrels", f64::from(conduit.barrels)),
    ];
    check(name, &positive, "positive and finite", |value| value > 0.0 && value.is_finite())?;
    let sizes = [
        ("the offset at its first node", conduit.from_offset_m),
        ("the offset at its second node", conduit.to_offset_m),
        ("the loss at its entry", conduit.entry_loss),
        ("the loss at its exit", conduit.exit_loss),
        ("the loss along it", conduit.mean_loss),
        ("the greatest flow", conduit.max_flow_m3_s.unwrap_or(0.0)),
    ];
    check_sizes(name, &sizes)?;
    let initial = [("the initial flow", conduit.initial_flow_m3_s)];
    check(name, &initial, "finite", f64::is_finite)?;
    outline::check(&conduit.section).map_err(|(what, value, range)| Error::Value {
        what,
        name: name.to_owned(),
        value,
        range,
    })?;
    let barrels = f64::from(conduit.barrels);
    let fall_m = inverts_m[0] + conduit.from_offset_m - inverts_m[1] - conduit.to_offset_m;
    let mut pipe = Pipe {
        ends,
        offsets_m: [conduit.from_offset_m, conduit.to_offset_m],
        sign: 1.0,
        length_m: conduit.length_m,
        run_m: conduit.length_m,
        beta: 0.0,
        friction: 0.0,
        barrels,
        losses: [conduit.entry_loss, conduit.exit_loss, conduit.mean_loss],
        has_flap_gate: conduit.has_flap_gate,
        most_m3_s: conduit.max_flow_m3_s.map_or(f64::INFINITY, |most| most / barrels),
        initial_m3_s: conduit.initial_flow_m3_s / barrels,
        section: Section::new(&conduit.section),
    };
    if fall_m < 0.0 {
        pipe.turn_round();
    }
    pipe.set_slope(fall_m.abs().max(LEAST_FALL_M), conduit.manning, params.lengthening_step_s);
    Ok(pipe)
}

impl Pipe {
    fn turn_round(&mut self) {
        self.ends.swap(0, 1);
        self.offsets_m.swap(0, 1);
        self.losses.swap(0, 1);
        self.sign = -1.0;
        self.initial_m3_s = -self.initial_m3_s;
    }

    /// Slope and roughness; a conduit too short for the lengthening step becomes longer, smoother and
    /// flatter, so that what it carries and what it loses stay.
    fn set_slope(&mut self, fall_m: f64, manning: f64, lengthening_step_s: f64) {
        let is_steep = self.length_m <= fall_m;
        let slope = if is_steep {
            fall_m / self.length_m
        } else {
            fall_m / (self.length_m * self.length_m - fall_m * fall_m).sqrt()
        };
        let full = &self.section;
        let full_m_s = slope.sqrt() / manning * full.full_factor / full.full_area_m2;
        let wave_m_s = full_m_s + (GRAVITY * full.full_depth_m).sqrt();
        let longer = (lengthening_step_s * wave_m_s / self.length_m).max(1.0);
        let (manning, slope) = (manning / longer.sqrt(), slope / longer);
        self.run_m = self.length_m * longer;
        self.beta = slope.sqrt() / manning;
        self.friction = GRAVITY * manning * manning;
    }

    /// What a half of it holds, of all barrels, under the area of a depth, m³.
    pub(super) fn half_m3(&self, depth_m: f64) -> f64 {
        let area_m2 = self.section.at(depth_m).area_m2.min(self.section.full_area_m2);
        0.5 * area_m2 * self.length_m * self.barrels
    }

    /// Depths of normal and of critical flow, m.
    pub(super) fn own_depths_m(&self, flow_m3_s: f64) -> (f64, f64) {
        let flow = flow_m3_s.abs();
        let normal = self.section.normal_depth_m(flow / self.beta);
        (normal, self.section.critical_depth_m(flow))
    }

    /// What it carries at normal depth with this area and radius, m³/s.
    pub(super) fn normal_m3_s(&self, area_m2: f64, radius_m: f64) -> f64 {
        self.beta * area_m2 * two_thirds(radius_m)
    }
}
