//! Where the water in the drains is, and what has been seen of it.

use super::Ledger;

/// The state of a network of drains: everything that a run needs to go on, to the bit.
///
/// Made by [`super::Engine::start`].
#[derive(Debug, Clone)]
pub struct State {
    pub(super) time_s: f64,
    pub(super) steps: u64,
    pub(super) ledger: Ledger,
    pub(super) nodes: Vec<NodeState>,
    pub(super) pipes: Vec<PipeState>,
    pub(super) devices: Vec<DeviceState>,
    pub(super) node_maxima: Vec<NodeMaxima>,
    pub(super) link_maxima: Vec<LinkMaxima>,
}

impl State {
    /// Time of the run, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Volumes since the beginning.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Extremes of each node so far, in the order of the network.
    #[must_use]
    pub fn node_maxima(&self) -> &[NodeMaxima] {
        &self.node_maxima
    }

    /// Extremes of each link so far, in the order of the network.
    #[must_use]
    pub fn link_maxima(&self) -> &[LinkMaxima] {
        &self.link_maxima
    }
}

/// What has been seen at a node.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NodeMaxima {
    /// Greatest depth over the floor, m.
    pub depth_m: f64,
    /// When, s of the run.
    pub depth_at_s: f64,
    /// Greatest sum of all that came in at once, m³/s.
    pub inflow_m3_s: f64,
    /// What came out and was lost, m³.
    pub flooded_m3: f64,
    /// How long water came out or stood above the ground, s.
    pub flooded_s: f64,
    /// How long the head was above the highest crown, s.
    pub surcharged_s: f64,
    /// When it first was so, s of the run; none where it never was.
    pub surcharged_at_s: Option<f64>,
    /// Greatest height of the head above the rim, m: that of its inlet, else the ground.
    pub over_rim_m: f64,
    /// When, s of the run.
    pub over_rim_at_s: f64,
    /// How long the head was above the rim, s.
    pub over_rim_s: f64,
    /// What came in from the surface at its inlet (or outfall that lies on it), m³.
    pub taken_m3: f64,
    /// What went out to the surface there, m³.
    pub given_m3: f64,
}

/// What has been seen in a link.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LinkMaxima {
    /// Greatest flow either way, m³/s.
    pub flow_m3_s: f64,
    /// When, s of the run.
    pub flow_at_s: f64,
    /// Greatest speed of a conduit's water, m/s.
    pub speed_m_s: f64,
    /// Greatest mean depth in parts of a conduit's height.
    pub filling: f64,
    /// When, s of the run.
    pub filling_at_s: f64,
    /// How long a conduit was full at both ends, s.
    pub full_s: f64,
}

/// A node now. Sums over its links are those of the last iteration.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NodeState {
    pub(super) depth_m: f64,
    pub(super) old_depth_m: f64,
    pub(super) volume_m3: f64,
    pub(super) old_volume_m3: f64,
    pub(super) in_m3_s: f64,
    pub(super) out_m3_s: f64,
    pub(super) old_net_m3_s: f64,
    pub(super) lateral_m3_s: f64,
    pub(super) overflow_m3_s: f64,
    /// What comes in from the surface at its inlet, or through an outfall that lies on it; negative where
    /// it goes out.
    pub(super) exchange_m3_s: f64,
    /// Sum of dQ/dH over its links, m²/s.
    pub(super) give_m2_s: f64,
    /// Water surface, and that before the head rose over the crown.
    pub(super) area_m2: f64,
    pub(super) free_area_m2: f64,
    pub(super) rise_m_s: f64,
    /// What it holds with the halves of its conduits, by its depth.
    pub(super) held_m3: f64,
    /// How much of that has not come yet: held by depth, not by what flowed.
    pub(super) owed_m3: f64,
    /// The water outside an outfall over its floor, m; none where there is none.
    pub(super) stage_m: Option<f64>,
    /// What may come back through an outfall, m³/s.
    pub(super) lends_m3_s: f64,
    pub(super) is_found: bool,
}

/// How water stands at the ends of a conduit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Regime {
    #[default]
    Dry,
    UpDry,
    DownDry,
    Subcritical,
    UpCritical,
    DownCritical,
}

/// A conduit now. Flows are a barrel's.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PipeState {
    pub(super) flow_m3_s: f64,
    pub(super) old_flow_m3_s: f64,
    pub(super) middle_m2: f64,
    pub(super) old_middle_m2: f64,
    pub(super) depth_m: f64,
    /// At each end, of all barrels.
    pub(super) halves_m3: [f64; 2],
    pub(super) froude: f64,
    pub(super) regime: Regime,
    /// Water surface that belongs to each end's node, of all barrels.
    pub(super) surfaces_m2: [f64; 2],
    /// dQ/dH, of all barrels.
    pub(super) give_m2_s: f64,
    /// Both its nodes' heads were found in the last iteration.
    pub(super) is_found: bool,
}

/// A pump, orifice, weir or outlet now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DeviceState {
    pub(super) flow_m3_s: f64,
    pub(super) surfaces_m2: [f64; 2],
    pub(super) gives_m2_s: [f64; 2],
    pub(super) is_on: bool,
}
