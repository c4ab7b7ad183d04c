//! A network and a method together: from a state to the next.

use city::drainage::Network;

use super::{
    Error, Ledger, Params, State, balance,
    conduit::{self, End},
    device::DeviceKind,
    inlet::{Inlet, Mouth, Surface},
    layout::{Kind, Layout, Slot},
    state::{DeviceState, NodeState},
};

/// A network of drains and a method, ready to take states from step to step.
///
/// It does not change; any number of states (members of an ensemble) can be run through it.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) params: Params,
    pub(super) layout: Layout,
    pub(super) mouths: Vec<Mouth>,
    /// The inlet of each node, where it has one.
    pub(super) mouth_of: Vec<Option<usize>>,
    /// Outfalls that lie on the surface.
    pub(super) onto: Vec<usize>,
}

/// A step: its end, its length, and what stands over the inlets.
#[derive(Clone, Copy)]
struct Step<'a> {
    to_s: f64,
    dt_s: f64,
    surfaces: &'a [Surface],
}

impl Engine {
    /// Checks and lays out a network.
    ///
    /// # Errors
    /// Where names are double or missing, nothing leads out, sizes or parameters make no sense.
    pub fn new(network: &Network, params: Params) -> Result<Self, Error> {
        params.check()?;
        let layout = Layout::new(network, &params)?;
        let mouth_of = vec![None; layout.places.len()];
        Ok(Self { params, layout, mouths: Vec::new(), mouth_of, onto: Vec::new() })
    }

    /// The same network with inlets to the surface, one to a node at most.
    ///
    /// # Errors
    /// Where an inlet's node is not there or has one already, or its sizes make no sense.
    pub fn with_inlets(mut self, inlets: &[Inlet]) -> Result<Self, Error> {
        for inlet in inlets {
            let (node, mouth) = Mouth::new(inlet, &self.layout)?;
            if self.mouth_of[node].replace(self.mouths.len()).is_some() {
                return Err(Error::Duplicate { what: "inlet", name: inlet.node.clone() });
            }
            self.layout.places[node].shaft_m2 = self.params.min_area_m2;
            self.mouths.push(mouth);
        }
        Ok(self)
    }

    /// The same network with outfalls that lie on the surface: its level is the water outside, what leaves
    /// there comes up, and what comes in goes down. Without a surface they are as the network has them.
    ///
    /// # Errors
    /// Where there is no such node, it is no outfall, or it is named twice.
    pub fn with_outfalls_onto_surface(mut self, nodes: &[String]) -> Result<Self, Error> {
        for name in nodes {
            let Some(node) = self.layout.places.iter().position(|place| place.name == *name) else {
                let (name, node) = (name.clone(), name.clone());
                return Err(Error::Missing { what: "an outfall onto the surface", name, node });
            };
            let (what, name) = ("the outfall onto the surface", name.clone());
            let place = &self.layout.places[node];
            if !matches!(place.kind, Kind::Outfall { .. }) {
                let range = "the floor of an outfall";
                return Err(Error::Value { what, name, value: place.invert_m, range });
            }
            if self.onto.contains(&node) {
                return Err(Error::Duplicate { what: "outfall onto the surface", name });
            }
            self.onto.push(node);
        }
        Ok(self)
    }

    /// The nodes' names, in the order of their results.
    pub fn node_names(&self) -> impl Iterator<Item = &str> {
        self.layout.places.iter().map(|place| place.name.as_str())
    }

    /// The links' names, in the order of their results.
    pub fn link_names(&self) -> impl Iterator<Item = &str> {
        self.layout.links.iter().map(|(name, _)| name.as_str())
    }

    /// Depth of each node over its floor, m.
    #[must_use]
    pub fn depth_m(&self, state: &State) -> Vec<f64> {
        state.nodes.iter().map(|node| node.depth_m).collect()
    }

    /// Head of each node, m.
    #[must_use]
    pub fn head_m(&self, state: &State) -> Vec<f64> {
        let places = self.layout.places.iter().zip(&state.nodes);
        places.map(|(place, node)| place.invert_m + node.depth_m).collect()
    }

    /// Flow of each link, m³/s, positive from its first node to its second.
    #[must_use]
    pub fn flow_m3_s(&self, state: &State) -> Vec<f64> {
        let of_slot = |(_, slot): &(String, Slot)| match *slot {
            Slot::Pipe(at) => {
                let pipe = &self.layout.pipes[at];
                state.pipes[at].flow_m3_s * pipe.barrels * pipe.sign
            }
            Slot::Device(at) => state.devices[at].flow_m3_s,
        };
        self.layout.links.iter().map(of_slot).collect()
    }

    /// Takes one step of `dt_s` seconds without a surface: what comes out of nodes is lost or ponds.
    ///
    /// # Errors
    /// Where the step is not positive, or the run becomes unstable: then the state is unchanged.
    pub fn step(&self, state: &mut State, dt_s: f64) -> Result<Ledger, Error> {
        self.step_under(state, dt_s, &[])
    }

    /// Takes one step of `dt_s` seconds under a surface, given for each inlet in their order, then for each
    /// outfall that lies on it. What each exchanged is told by [`Engine::exchanged_m3`].
    ///
    /// # Errors
    /// As [`Engine::step`]; also where not every inlet and such outfall has its surface.
    pub fn step_under(
        &self,
        state: &mut State,
        dt_s: f64,
        surfaces: &[Surface],
    ) -> Result<Ledger, Error> {
        let time_s = state.time_s;
        if !(dt_s > 0.0 && dt_s.is_finite()) {
            return Err(Error::Step { dt_s, time_s });
        }
        let expected = self.mouths.len() + self.onto.len();
        if !surfaces.is_empty() && surfaces.len() != expected {
            let found = surfaces.len();
            return Err(Error::Surfaces { found, expected });
        }
        let step = Step { to_s: time_s + dt_s, dt_s, surfaces };
        let mut next = state.clone();
        self.begin(&mut next, step);
        for trial in 0..self.params.max_trials {
            self.gather(&mut next);
            self.find_flows(&mut next, step, trial);
            let is_found = self.find_heads(&mut next, step, trial);
            if trial > 0 && is_found {
                break;
            }
            if trial > 0 {
                self.mark_found(&mut next);
            }
        }
        self.check(&next, time_s)?;
        let ledger = self.close(state, &mut next, dt_s, !surfaces.is_empty());
        *state = next;
        Ok(ledger)
    }

    /// What came in from the surface at each inlet, then at each outfall that lies on it, over the last step
    /// of `dt_s` seconds, m³; negative where it went out.
    #[must_use]
    pub fn exchanged_m3(&self, state: &State, dt_s: f64) -> Vec<f64> {
        self.met_nodes().map(|node| state.nodes[node].exchange_m3_s * dt_s).collect()
    }

    /// The nodes where the drains meet the surface, by their places among [`Engine::node_names`]: those with
    /// inlets, then the outfalls that lie on it.
    pub fn met_nodes(&self) -> impl Iterator<Item = usize> {
        self.mouths.iter().map(|mouth| mouth.node).chain(self.onto.iter().copied())
    }

    /// What was, becomes old; what comes in from outside at the end of the step is put down.
    fn begin(&self, state: &mut State, step: Step) {
        for node in &mut state.nodes {
            node.old_depth_m = node.depth_m;
            node.old_volume_m3 = node.volume_m3;
            node.old_net_m3_s = node.in_m3_s - node.out_m3_s;
            node.lateral_m3_s = 0.0;
            node.exchange_m3_s = 0.0;
            node.is_found = false;
        }
        for (node, discharge) in &self.layout.inflows {
            state.nodes[*node].lateral_m3_s += discharge.at(step.to_s);
        }
        self.set_stages(&mut state.nodes, step.to_s, step.surfaces, step.dt_s);
        for pipe in &mut state.pipes {
            pipe.old_flow_m3_s = pipe.flow_m3_s;
            pipe.old_middle_m2 = pipe.middle_m2;
            pipe.is_found = false;
        }
        for (device, now) in self.layout.devices.iter().zip(&mut state.devices) {
            if let DeviceKind::Pump(lift) = &device.kind {
                now.is_on = lift.is_on(now.is_on, state.nodes[device.ends[0]].depth_m);
            }
        }
    }

    /// Begins the sums over each node's links.
    fn gather(&self, state: &mut State) {
        for (place, node) in self.layout.places.iter().zip(&mut state.nodes) {
            node.in_m3_s = node.lateral_m3_s.max(0.0);
            node.out_m3_s = (-node.lateral_m3_s).max(0.0);
            node.give_m2_s = 0.0;
            node.area_m2 = match &place.kind {
                Kind::Basin(basin) => basin.area_m2(node.depth_m.min(place.full_depth_m)),
                _ => 0.0,
            };
        }
    }

    fn find_flows(&self, state: &mut State, step: Step, trial: u32) {
        let State { nodes, pipes, devices, .. } = state;
        for (pipe, now) in self.layout.pipes.iter().zip(pipes.iter_mut()) {
            if !now.is_found {
                let ends =
                    pipe.ends.map(|at| End { place: &self.layout.places[at], node: &nodes[at] });
                conduit::advance(pipe, now, ends, &self.params, (step.dt_s, trial));
            }
        }
        for (pipe, now) in self.layout.pipes.iter().zip(pipes.iter()) {
            let flow = now.flow_m3_s * pipe.barrels;
            join(nodes, pipe.ends, flow, now.surfaces_m2, [now.give_m2_s; 2]);
        }
        for (at, now) in devices.iter_mut().enumerate() {
            self.find_device(at, now, nodes, step.dt_s, trial);
            let ends = self.layout.devices[at].ends;
            join(nodes, ends, now.flow_m3_s, now.surfaces_m2, now.gives_m2_s);
        }
    }

    fn find_device(
        &self,
        at: usize,
        now: &mut DeviceState,
        nodes: &[NodeState],
        dt_s: f64,
        trial: u32,
    ) {
        let device = &self.layout.devices[at];
        let places = device.ends.map(|end| &self.layout.places[end]);
        let ends = [0, 1].map(|i| End { place: places[i], node: &nodes[device.ends[i]] });
        if let DeviceKind::Pump(lift) = &device.kind {
            *now = DeviceState { is_on: now.is_on, ..DeviceState::default() };
            if now.is_on {
                let heads_m = ends.map(|end| end.place.invert_m + end.node.depth_m);
                let (wanted, gives) = lift.flow(ends[0].node, heads_m);
                now.flow_m3_s = self.least(wanted, ends[0], dt_s);
                now.gives_m2_s = gives;
            }
            return;
        }
        let flow = device.flow(ends);
        let lower = usize::from(flow.m3_s >= 0.0);
        now.surfaces_m2 = [0, 1].map(|i| {
            let is_basin = matches!(places[i].kind, Kind::Basin(_));
            let falls_in = flow.falls && i == lower;
            if is_basin || falls_in { 0.0 } else { 0.5 * flow.surface_m2 }
        });
        now.gives_m2_s = [flow.give_m2_s; 2];
        now.flow_m3_s = conduit::relax(flow.m3_s, now.flow_m3_s, trial);
    }

    /// A pump takes no more than there is.
    fn least(&self, wanted: f64, from: End, dt_s: f64) -> f64 {
        let node = from.node;
        if matches!(from.place.kind, Kind::Basin(_)) {
            return wanted.min(node.in_m3_s + node.old_volume_m3 / dt_s);
        }
        let net = node.in_m3_s - node.out_m3_s - wanted;
        let gained_m3 = 0.5 * (node.old_net_m3_s + net) * dt_s;
        let area_m2 = node.area_m2.max(self.params.min_area_m2);
        if node.old_depth_m + gained_m3 / area_m2 <= 0.0 { 0.0 } else { wanted }
    }

    /// Finds all depths once more; whether none changed by more than the tolerance.
    fn find_heads(&self, state: &mut State, step: Step, trial: u32) -> bool {
        let State { nodes, pipes, .. } = &mut *state;
        self.set_outfalls(nodes, pipes);
        let mut all_found = true;
        for (at, place) in self.layout.places.iter().enumerate() {
            let node = &mut state.nodes[at];
            if matches!(place.kind, Kind::Outfall { .. }) {
                continue;
            }
            let mouth = self.mouth_of[at].filter(|_| !step.surfaces.is_empty());
            if let Some(mouth) = mouth {
                let surface = &step.surfaces[mouth];
                self.mouths[mouth].exchange(place, node, surface, step.dt_s, trial);
            }
            let last_m = node.depth_m;
            let held_m3 = |depth_m: f64| self.layout.held_m3(place, depth_m);
            let times = (step.dt_s, trial);
            balance::settle(place, node, &self.params, times, mouth.is_some(), held_m3);
            node.is_found = (node.depth_m - last_m).abs() <= self.params.head_tolerance_m;
            all_found &= node.is_found;
        }
        all_found
    }

    /// Conduits between nodes whose heads are found need no further look.
    fn mark_found(&self, state: &mut State) {
        for (pipe, now) in self.layout.pipes.iter().zip(&mut state.pipes) {
            now.is_found = pipe.ends.iter().all(|at| state.nodes[*at].is_found);
        }
    }

    /// Names the first node or link that is not finite.
    fn check(&self, next: &State, time_s: f64) -> Result<(), Error> {
        let node = next.nodes.iter().position(|node| !node.depth_m.is_finite());
        if let Some(at) = node {
            let name = self.layout.places[at].name.clone();
            return Err(Error::Unstable { name, time_s, term: "depth" });
        }
        let flows = self.flow_m3_s(next);
        match flows.iter().position(|flow| !flow.is_finite()) {
            Some(at) => {
                let name = self.layout.links[at].0.clone();
                Err(Error::Unstable { name, time_s, term: "flow" })
            }
            None => Ok(()),
        }
    }
}

/// Adds a link to the sums of its nodes.
fn join(
    nodes: &mut [NodeState],
    ends: [usize; 2],
    flow: f64,
    surfaces_m2: [f64; 2],
    gives_m2_s: [f64; 2],
) {
    let (from, to) = if flow >= 0.0 { (ends[0], ends[1]) } else { (ends[1], ends[0]) };
    nodes[from].out_m3_s += flow.abs();
    nodes[to].in_m3_s += flow.abs();
    for i in 0..2 {
        nodes[ends[i]].area_m2 += surfaces_m2[i];
        nodes[ends[i]].give_m2_s += gives_m2_s[i];
    }
}
