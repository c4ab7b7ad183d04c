//! The first state of a run.

use super::device::DeviceKind;
use super::{
    Engine, Ledger, State, Surface, balance,
    conduit::NO_DEPTH_M,
    layout::Kind,
    state::{DeviceState, LinkMaxima, NodeMaxima, NodeState, PipeState},
};

impl Engine {
    /// The state at time 0: conduits with the flow and nodes with the depth that the network gives them.
    #[must_use]
    pub fn start(&self) -> State {
        self.start_under(&[])
    }

    /// The same under a surface, given as [`Engine::step_under`] wants it: outfalls that lie on it begin with
    /// the water that stands there.
    #[must_use]
    pub fn start_under(&self, surfaces: &[Surface]) -> State {
        let layout = &self.layout;
        let mut pipes = vec![PipeState::default(); layout.pipes.len()];
        for (pipe, now) in layout.pipes.iter().zip(&mut pipes) {
            now.flow_m3_s = pipe.initial_m3_s;
            now.depth_m = pipe.own_depths_m(pipe.initial_m3_s).0;
        }
        let mut nodes = vec![NodeState::default(); layout.places.len()];
        self.start_nodes(&mut nodes, &pipes);
        self.set_stages(&mut nodes, 0.0, surfaces, 1.0);
        self.set_outfalls(&mut nodes, &pipes);
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
}
