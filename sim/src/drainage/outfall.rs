//! Outfalls: the depth at the end of a network, by its own water and by that outside.

use super::{
    Engine, Surface,
    layout::{Kind, Outside},
    state::{NodeState, PipeState},
};

impl Engine {
    /// The water outside each outfall at the end of a step, and what of it may come in.
    pub(super) fn set_stages(
        &self,
        nodes: &mut [NodeState],
        to_s: f64,
        surfaces: &[Surface],
        dt_s: f64,
    ) {
        for (place, node) in self.layout.places.iter().zip(nodes.iter_mut()) {
            if let Kind::Outfall { outside: Outside::Level(level), .. } = &place.kind {
                node.stage_m = Some(level.at(to_s) - place.invert_m);
                node.lends_m3_s = f64::INFINITY;
            }
        }
        let over_outfalls = surfaces.get(self.mouths.len()..).unwrap_or_default();
        for (at, surface) in self.onto.iter().zip(over_outfalls) {
            nodes[*at].stage_m = Some(surface.level_m - self.layout.places[*at].invert_m);
            nodes[*at].lends_m3_s = surface.volume_m3.max(0.0) / dt_s;
        }
        for (place, node) in self.layout.places.iter().zip(nodes) {
            let Kind::Outfall { has_flap_gate, .. } = &place.kind else { continue };
            let offset_m = |(pipe, end): &(usize, usize)| self.layout.pipes[*pipe].offsets_m[*end];
            let sill_m = place.ends.iter().map(offset_m).fold(f64::INFINITY, f64::min);
            if *has_flap_gate || node.stage_m.is_none_or(|stage_m| stage_m <= sill_m) {
                node.lends_m3_s = 0.0;
            }
        }
    }

    pub(super) fn set_outfalls(&self, nodes: &mut [NodeState], pipes: &[PipeState]) {
        for (pipe, now) in self.layout.pipes.iter().zip(pipes) {
            for i in 0..2 {
                let own = pipe.own_depths_m(now.flow_m3_s);
                self.set_outfall(nodes, pipe.ends[i], pipe.offsets_m[i], own);
            }
        }
        for device in &self.layout.devices {
            let crest_m = self.layout.places[device.ends[0]].invert_m + device.offset_m;
            for at in device.ends {
                let offset_m = (crest_m - self.layout.places[at].invert_m).max(0.0);
                self.set_outfall(nodes, at, offset_m, (0.0, 0.0));
            }
        }
    }

    fn set_outfall(
        &self,
        nodes: &mut [NodeState],
        at: usize,
        offset_m: f64,
        (normal_m, critical_m): (f64, f64),
    ) {
        let place = &self.layout.places[at];
        let Kind::Outfall { outside, .. } = &place.kind else { return };
        let least_m = normal_m.min(critical_m);
        nodes[at].depth_m = match (nodes[at].stage_m, outside) {
            (None, _) if offset_m > 0.0 => 0.0,
            (None, Outside::Normal) => normal_m,
            (None, _) => least_m,
            (Some(stage_m), _) => {
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
}
