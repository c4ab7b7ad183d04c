//! A state as bytes, and back, to the bit.

use super::{
    Engine, Error, Ledger, State,
    state::{DeviceState, LinkMaxima, NodeMaxima, NodeState, PipeState, Regime},
};

/// First bytes of a checkpoint; the last is the version of its layout.
const MAGIC: &[u8; 8] = b"DTDRAIN\x01";

/// What is done with each number of a state, in their order: it is written down, or set.
type Visit<'a> = &'a mut dyn FnMut(&mut f64);

impl Engine {
    /// The state as bytes, little end first: what [`Engine::restore`] reads.
    #[must_use]
    pub fn checkpoint(&self, state: &State) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.identity().to_le_bytes());
        visit(&mut state.clone(), &mut |value| bytes.extend(value.to_bits().to_le_bytes()));
        bytes
    }

    /// The state of a checkpoint of this engine.
    ///
    /// # Errors
    /// Where the bytes are cut short or too long, or come from another network.
    pub fn restore(&self, bytes: &[u8]) -> Result<State, Error> {
        let refuse = |reason| Err(Error::Checkpoint { reason });
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return refuse("its first bytes are not those of a checkpoint of this version");
        };
        let (words, more) = rest.as_chunks::<8>();
        let mut words = words.iter().map(|word| u64::from_le_bytes(*word));
        if words.next() != Some(self.identity()) {
            return refuse("it has other nodes, links or inlets");
        }
        let (mut state, mut is_short) = (self.start(), false);
        visit(&mut state, &mut |value| match words.next() {
            Some(word) => *value = f64::from_bits(word),
            None => is_short = true,
        });
        if is_short || words.next().is_some() || !more.is_empty() {
            return refuse("it is cut short, or there is more than the network needs");
        }
        Ok(state)
    }

    /// What has to be the same for a state to fit: names and kinds in their order (FNV-1a).
    fn identity(&self) -> u64 {
        let nodes = self.layout.places.iter().map(|place| place.name.as_str());
        let links = self.layout.links.iter().map(|(name, _)| name.as_str());
        let sizes = [self.layout.pipes.len(), self.layout.devices.len(), self.mouths.len()];
        let words = nodes.chain(links).flat_map(|name| name.bytes().chain([0]).map(u64::from));
        let numbers = self.met_nodes().chain(sizes).map(|number| number as u64);
        words
            .chain(numbers)
            .fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01b3))
    }
}

fn visit(state: &mut State, see: Visit) {
    let State { time_s, steps, ledger, nodes, pipes, devices, node_maxima, link_maxima } = state;
    let mut count = f64::from_bits(*steps);
    see(&mut count);
    *steps = count.to_bits();
    see(time_s);
    visit_ledger(ledger, see);
    nodes.iter_mut().for_each(|node| visit_node(node, see));
    pipes.iter_mut().for_each(|pipe| visit_pipe(pipe, see));
    devices.iter_mut().for_each(|device| visit_device(device, see));
    node_maxima.iter_mut().for_each(|seen| visit_node_maxima(seen, see));
    link_maxima.iter_mut().for_each(|seen| visit_link_maxima(seen, see));
}

fn visit_bool(flag: &mut bool, see: Visit) {
    let mut value = f64::from(*flag);
    see(&mut value);
    *flag = value != 0.0;
}

/// None is what is not a number.
fn visit_option(option: &mut Option<f64>, see: Visit) {
    let mut value = option.unwrap_or(f64::NAN);
    see(&mut value);
    *option = Some(value).filter(|value| !value.is_nan());
}

fn visit_ledger(ledger: &mut Ledger, see: Visit) {
    let Ledger {
        before_m3,
        inflow_m3,
        withdrawn_m3,
        outfall_out_m3,
        outfall_in_m3,
        exchanged_in_m3,
        exchanged_out_m3,
        flooded_m3,
        stored_m3,
    } = ledger;
    [before_m3, inflow_m3, withdrawn_m3, outfall_out_m3, outfall_in_m3]
        .into_iter()
        .for_each(&mut *see);
    [exchanged_in_m3, exchanged_out_m3, flooded_m3, stored_m3].into_iter().for_each(see);
}

fn visit_node(node: &mut NodeState, see: Visit) {
    let NodeState {
        depth_m,
        old_depth_m,
        volume_m3,
        old_volume_m3,
        in_m3_s,
        out_m3_s,
        old_net_m3_s,
        lateral_m3_s,
        overflow_m3_s,
        exchange_m3_s,
        give_m2_s,
        area_m2,
        free_area_m2,
        rise_m_s,
        held_m3,
        owed_m3,
        stage_m,
        lends_m3_s,
        is_found,
    } = node;
    [depth_m, old_depth_m, volume_m3, old_volume_m3, in_m3_s, out_m3_s]
        .into_iter()
        .for_each(&mut *see);
    [old_net_m3_s, lateral_m3_s, overflow_m3_s, exchange_m3_s, give_m2_s]
        .into_iter()
        .for_each(&mut *see);
    [area_m2, free_area_m2, rise_m_s, held_m3, owed_m3, lends_m3_s].into_iter().for_each(&mut *see);
    visit_option(stage_m, see);
    visit_bool(is_found, see);
}

fn visit_pipe(pipe: &mut PipeState, see: Visit) {
    const REGIMES: [Regime; 6] = [
        Regime::Dry,
        Regime::UpDry,
        Regime::DownDry,
        Regime::Subcritical,
        Regime::UpCritical,
        Regime::DownCritical,
    ];
    let PipeState {
        flow_m3_s,
        old_flow_m3_s,
        middle_m2,
        old_middle_m2,
        depth_m,
        halves_m3: [first_m3, second_m3],
        froude,
        regime,
        surfaces_m2: [first_m2, second_m2],
        give_m2_s,
        is_found,
    } = pipe;
    [flow_m3_s, old_flow_m3_s, middle_m2, old_middle_m2, depth_m, froude]
        .into_iter()
        .for_each(&mut *see);
    [first_m3, second_m3, first_m2, second_m2, give_m2_s].into_iter().for_each(&mut *see);
    let at = REGIMES.iter().position(|known| known == regime).unwrap_or_default();
    let mut number = at as f64;
    see(&mut number);
    *regime = REGIMES.get(number as usize).copied().unwrap_or_default();
    visit_bool(is_found, see);
}

fn visit_device(device: &mut DeviceState, see: Visit) {
    let DeviceState {
        flow_m3_s,
        surfaces_m2: [first_m2, second_m2],
        gives_m2_s: [first, second],
        is_on,
    } = device;
    [flow_m3_s, first_m2, second_m2, first, second].into_iter().for_each(&mut *see);
    visit_bool(is_on, see);
}

fn visit_node_maxima(seen: &mut NodeMaxima, see: Visit) {
    let NodeMaxima {
        depth_m,
        depth_at_s,
        inflow_m3_s,
        flooded_m3,
        flooded_s,
        surcharged_s,
        surcharged_at_s,
        over_rim_m,
        over_rim_at_s,
        over_rim_s,
        taken_m3,
        given_m3,
    } = seen;
    [depth_m, depth_at_s, inflow_m3_s, flooded_m3, flooded_s, surcharged_s]
        .into_iter()
        .for_each(&mut *see);
    [over_rim_m, over_rim_at_s, over_rim_s, taken_m3, given_m3].into_iter().for_each(&mut *see);
    visit_option(surcharged_at_s, see);
}

fn visit_link_maxima(seen: &mut LinkMaxima, see: Visit) {
    let LinkMaxima { flow_m3_s, flow_at_s, speed_m_s, filling, filling_at_s, full_s } = seen;
    [flow_m3_s, flow_at_s, speed_m_s, filling, filling_at_s, full_s].into_iter().for_each(see);
}
