//! The first state of a run, and what is noted on the way.

use super::device::DeviceKind;
use super::{
    Engine, Ledger, State, balance,
    conduit::{NO_AREA_M2, NO_DEPTH_M},
    layout::{Kind, Slot},
    state::{DeviceState, LinkMaxima, NodeMaxima, NodeState, PipeState},
};

impl Engine {
    /// The state at time 0: conduits with the flow and nodes with the depth that the network gives them.
    #[must_use]
    pub fn start(&self) -> State {
        let layout = &self.layout;
        let mut pipes = vec![PipeState::default(); layout.pipes.len()];
        for (pipe, now) in layout.pipes.iter().zip(&mut pipes) {
            now.flow_m3_s = pipe.initial_m3_s;
            now.depth_m = pipe.own_depths_m(pipe.initial_m3_s).0;
        }
        let mut nodes = vec![NodeState::default(); layout.places.len()];
        self.start_nodes(&mut nodes, &pipes);
        self.set_outfalls(&mut nodes, &pipes, 0.0);
        for (pipe, now) in layout.pipes.iter().zip(&mut pipes) {
            let depths_m = [0, 1].map(|i| {
                let depth_m = nodes[pipe.ends[i]].depth_m - pipe.offsets_m[i];
                depth_m.clamp(0.0, pipe.section.full_depth_m)
            });
            if now.flow_m3_s == 0.0 {
                now.depth_m = (0.5 * (depths_m[0] + depths_m[1])).max(NO_DEPTH_M);
            }
            now.middle_m2 = pipe.section.at(now.depth_m).area_m2;
        }
        for (node, discharge) in &layout.inflows {
            nodes[*node].lateral_m3_s += discharge.at(0.0);
        }
        for node in &mut nodes {
            node.in_m3_s = node.lateral_m3_s.max(0.0);
            node.out_m3_s = (-node.lateral_m3_s).max(0.0);
        }
        let devices = layout.devices.iter().map(|device| match &device.kind {
            DeviceKind::Pump(lift) => DeviceState { is_on: lift.is_on, ..DeviceState::default() },
            _ => DeviceState::default(),
        });
        let mut state = State {
            time_s: 0.0,
            steps: 0,
            ledger: Ledger::default(),
            devices: devices.collect(),
            node_maxima: vec![NodeMaxima::default(); nodes.len()],
            link_maxima: vec![LinkMaxima::default(); layout.links.len()],
            nodes,
            pipes,
        };
        self.hold(&mut state);
        let stored_m3 = self.stored_m3(&state);
        state.ledger = Ledger { before_m3: stored_m3, stored_m3, ..Ledger::default() };
        state
    }

    /// Depths as given; else, where conduits have a flow, their mean depth.
    fn start_nodes(&self, nodes: &mut [NodeState], pipes: &[PipeState]) {
        let mut sums = vec![(0.0, 0.0); nodes.len()];
        for (pipe, now) in self.layout.pipes.iter().zip(pipes) {
            for i in 0..2 {
                let (sum, count) = &mut sums[pipe.ends[i]];
                *sum += if now.depth_m > 0.0 { now.depth_m + pipe.offsets_m[i] } else { 0.0 };
                *count += 1.0;
            }
        }
        for ((place, node), (sum, count)) in self.layout.places.iter().zip(nodes).zip(sums) {
            node.depth_m = place.initial_m;
            if matches!(place.kind, Kind::Junction) && place.initial_m == 0.0 && count > 0.0 {
                node.depth_m = sum / count;
            }
            node.volume_m3 = balance::volume_m3(place, node.depth_m);
        }
    }

    /// Notes extremes.
    pub(super) fn record(&self, state: &mut State, dt_s: f64) {
        let places = self.layout.places.iter().zip(&state.nodes);
        for ((place, node), seen) in places.zip(&mut state.node_maxima) {
            if node.depth_m > seen.depth_m {
                (seen.depth_m, seen.depth_at_s) = (node.depth_m, state.time_s);
            }
            let inflow = node.in_m3_s + node.exchange_m3_s.max(0.0);
            seen.inflow_m3_s = seen.inflow_m3_s.max(inflow);
            seen.flooded_m3 += node.overflow_m3_s * dt_s;
            if node.overflow_m3_s > 0.0 {
                seen.flooded_s += dt_s;
            }
            if place.crown_m > 0.0 && node.depth_m > place.crown_m {
                seen.surcharged_s += dt_s;
            }
        }
        for ((_, slot), seen) in self.layout.links.iter().zip(&mut state.link_maxima) {
            let (flow, speed, filling) = match *slot {
                Slot::Pipe(at) => {
                    let (pipe, now) = (&self.layout.pipes[at], &state.pipes[at]);
                    let speed = now.flow_m3_s.abs() / now.middle_m2.max(NO_AREA_M2);
                    let speed = if now.middle_m2 > NO_AREA_M2 { speed } else { 0.0 };
                    let filling = now.depth_m / pipe.section.full_depth_m;
                    (now.flow_m3_s.abs() * pipe.barrels, speed, filling)
                }
                Slot::Device(at) => (state.devices[at].flow_m3_s.abs(), 0.0, 0.0),
            };
            if flow > seen.flow_m3_s {
                (seen.flow_m3_s, seen.flow_at_s) = (flow, state.time_s);
            }
            seen.speed_m_s = seen.speed_m_s.max(speed);
            seen.filling = seen.filling.max(filling);
        }
    }
}
