//! A network and a method together: from a state to the next.

use city::drainage::Network;

use super::{
    Error, Ledger, Params, State, balance,
    conduit::{self, End, NO_DEPTH_M, NO_FLOW_M3_S},
    device::DeviceKind,
    inlet::{Inlet, Mouth, Surface},
    layout::{Kind, Layout, Outside, Slot},
    state::{DeviceState, NodeState, PipeState},
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
}

/// A step fills a node with its halves of conduits by no more than this part of what they hold.
const FILLS: f64 = 0.25;

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
        Ok(Self { params, layout, mouths: Vec::new(), mouth_of })
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
            self.mouths.push(mouth);
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

    /// The longest step that is good now, s: with a Courant number, the least time in which a conduit's
    /// water and waves pass it, or a node's depth changes by a quarter of its crown's height.
    #[must_use]
    pub fn stable_step(&self, state: &State) -> f64 {
        let Some(courant) = self.params.courant else { return self.params.max_step_s };
        if state.steps == 0 {
            // Nothing is known yet of how fast it will go.
            return self.params.min_step_s;
        }
        let mut dt_s = self.params.max_step_s;
        for (pipe, now) in self.layout.pipes.iter().zip(&state.pipes) {
            let flow = now.flow_m3_s.abs();
            if flow <= NO_FLOW_M3_S || now.middle_m2 <= conduit::NO_AREA_M2 || now.froude <= 0.01 {
                continue;
            }
            let held_m3 = (now.halves_m3[0] + now.halves_m3[1]) / pipe.barrels;
            let passed_s = held_m3 / flow * pipe.run_m / pipe.length_m;
            dt_s = dt_s.min(courant * passed_s * now.froude / (1.0 + now.froude));
        }
        for (place, node) in self.layout.places.iter().zip(&state.nodes) {
            let quarter_m = 0.25 * place.crown_m;
            let is_free = node.depth_m > NO_DEPTH_M && node.depth_m + NO_DEPTH_M < place.crown_m;
            if is_free && quarter_m > NO_DEPTH_M && node.rise_m_s > NO_DEPTH_M {
                dt_s = dt_s.min(quarter_m / node.rise_m_s);
            }
            let net_m3_s = node.in_m3_s - node.out_m3_s;
            if is_free && net_m3_s > NO_FLOW_M3_S {
                dt_s = dt_s.min(FILLS * node.held_m3 / net_m3_s);
            }
        }
        dt_s.max(self.params.min_step_s)
    }

    /// Takes good steps until a time of the run, s; the last ends there exactly. The ledger is that of
    /// all these steps.
    ///
    /// # Errors
    /// As [`Engine::step`]; the state is then that of the last good step.
    pub fn advance(&self, state: &mut State, until_s: f64) -> Result<Ledger, Error> {
        let stored_m3 = state.ledger.stored_m3;
        let mut ledger = Ledger { before_m3: stored_m3, stored_m3, ..Ledger::default() };
        while state.time_s < until_s {
            let (stable_s, left_s) = (self.stable_step(state), until_s - state.time_s);
            let is_last = left_s <= stable_s;
            ledger = ledger.then(&self.step(state, if is_last { left_s } else { stable_s })?);
            if is_last {
                state.time_s = until_s;
            }
        }
        Ok(ledger)
    }

    /// Takes one step of `dt_s` seconds without a surface: what comes out of nodes is lost or ponds.
    ///
    /// # Errors
    /// Where the step is not positive, or the run becomes unstable: then the state is unchanged.
    pub fn step(&self, state: &mut State, dt_s: f64) -> Result<Ledger, Error> {
        self.step_under(state, dt_s, &[])
    }

    /// Takes one step of `dt_s` seconds under a surface, given for each inlet in their order. What each
    /// exchanged is told by [`Engine::exchanged_m3`].
    ///
    /// # Errors
    /// As [`Engine::step`]; also where not every inlet has its surface.
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
        if !surfaces.is_empty() && surfaces.len() != self.mouths.len() {
            let (found, expected) = (surfaces.len(), self.mouths.len());
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
        let ledger = self.close(state, &mut next, dt_s);
        *state = next;
        Ok(ledger)
    }

    /// What came in from the surface at each inlet over the last step of `dt_s` seconds, m³; negative
    /// where it went out.
    #[must_use]
    pub fn exchanged_m3(&self, state: &State, dt_s: f64) -> Vec<f64> {
        self.mouths.iter().map(|mouth| state.nodes[mouth.node].exchange_m3_s * dt_s).collect()
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
        self.set_outfalls(nodes, pipes, step.to_s);
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

    pub(super) fn set_outfalls(&self, nodes: &mut [NodeState], pipes: &[PipeState], time_s: f64) {
        for (pipe, now) in self.layout.pipes.iter().zip(pipes) {
            for i in 0..2 {
                let own = pipe.own_depths_m(now.flow_m3_s);
                self.set_outfall(nodes, pipe.ends[i], pipe.offsets_m[i], own, time_s);
            }
        }
        for device in &self.layout.devices {
            let crest_m = self.layout.places[device.ends[0]].invert_m + device.offset_m;
            for at in device.ends {
                let offset_m = (crest_m - self.layout.places[at].invert_m).max(0.0);
                self.set_outfall(nodes, at, offset_m, (0.0, 0.0), time_s);
            }
        }
    }

    fn set_outfall(
        &self,
        nodes: &mut [NodeState],
        at: usize,
        offset_m: f64,
        (normal_m, critical_m): (f64, f64),
        time_s: f64,
    ) {
        let place = &self.layout.places[at];
        let Kind::Outfall { outside, .. } = &place.kind else { return };
        let least_m = normal_m.min(critical_m);
        nodes[at].depth_m = match outside {
            Outside::Free | Outside::Normal if offset_m > 0.0 => 0.0,
            Outside::Free => least_m,
            Outside::Normal => normal_m,
            Outside::Level(level) => {
                let stage_m = level.at(time_s) - place.invert_m;
                if least_m + offset_m < stage_m {
                    stage_m
                } else if offset_m > 0.0 && stage_m < offset_m {
                    stage_m.max(0.0)
                } else {
                    offset_m + least_m
                }
            }
        };
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
