//! The exchange of water through structures, once a step.

use super::{
    super::{Engine, Scheme, State, state::Fields},
    BreachState, Flow, StructureState, Works,
    plan::{Laid, Link, Place},
};
use crate::Real;

/// A pump raises the cells it brings to by no more than this in a step, m.
const MOST_RISE_M: f64 = 0.25;

/// The longest step, s, in which no pump that runs raises its cells by too much.
pub(in super::super) fn longest_step_s<R: Real>(engine: &Engine<R>, state: &State<R>) -> f64 {
    let limit_s = |(laid, stands): (&Laid, &StructureState)| match &laid.structure.works {
        Works::Pump(pump) if stands.is_on && !pump.to.is_empty() => {
            let area_m2 = pump.to.len() as f64 * engine.cell_m * engine.cell_m;
            MOST_RISE_M * area_m2 / pump.capacity_m3_s
        }
        _ => f64::INFINITY,
    };
    let pairs = engine.plan.laid.iter().zip(&state.structures);
    pairs.map(limit_s).fold(f64::INFINITY, f64::min)
}

/// The water of all tiles, to be looked at.
pub(in super::super) struct Waters<'a, R> {
    fields: &'a [Fields<R>],
    dry_m: f64,
}

/// The water of all tiles, to be moved between cells.
pub(in super::super) struct Mover<'a, R> {
    fields: &'a mut [Fields<R>],
    /// Discharges belong to cells, and leave with their water.
    moves_momentum: bool,
    cell_m2: f64,
    dry_m: f64,
    touched: Vec<usize>,
}

impl<R: Real> Engine<R> {
    /// Looks at the water of a state.
    pub(in super::super) fn waters<'a>(&self, fields: &'a [Fields<R>]) -> Waters<'a, R> {
        Waters { fields, dry_m: self.params.dry_depth_m }
    }

    /// Moves water of a state.
    pub(in super::super) fn mover<'a>(&self, fields: &'a mut [Fields<R>]) -> Mover<'a, R> {
        Mover {
            fields,
            moves_momentum: self.params.scheme != Scheme::LocalInertia,
            cell_m2: self.cell_m * self.cell_m,
            dry_m: self.params.dry_depth_m,
            touched: Vec::new(),
        }
    }

    /// Looks anew at tiles whose water was moved.
    pub(in super::super) fn look_anew(&self, state: &mut State<R>, mut touched: Vec<usize>) {
        touched.sort_unstable();
        touched.dedup();
        for tile in touched {
            let rained_until_s = state.status[tile].rained_until_s;
            state.status[tile] =
                self.status(&mut state.fields[tile], tile, (rained_until_s, 0.0), None).0;
        }
    }

    /// What each link of each structure is to pass, from the waters at the beginning of a step; none
    /// where there is nothing to give.
    pub(in super::super) fn structure_flows(&self, state: &State<R>) -> Vec<Option<Flow>> {
        let waters = self.waters(&state.fields);
        let pairs = self.plan.laid.iter().zip(&state.structures);
        pairs.flat_map(|(laid, stands)| laid.flows(&waters, stands, state.time_s)).collect()
    }

    /// Passes these flows on for a step whose other changes are in the fields already, and lets the
    /// structures turn for the next. What left the area, m³.
    pub(in super::super) fn exchange(
        &self,
        state: &mut State<R>,
        flows: Vec<Option<Flow>>,
        dt_s: f64,
    ) -> f64 {
        if self.plan.laid.is_empty() {
            return 0.0;
        }
        let (from_s, to_s) = (state.time_s, state.time_s + dt_s);
        let State { fields, structures, .. } = &mut *state;
        let mut mover = self.mover(fields);
        let (mut flows, mut out_m3) = (flows.into_iter(), 0.0);
        for (laid, stands) in self.plan.laid.iter().zip(structures.iter_mut()) {
            let mut sum_m3 = 0.0;
            for (link, flow) in laid.links.iter().zip(flows.by_ref()) {
                let Some(flow) = flow else { continue };
                let is_pump = matches!(laid.structure.works, Works::Pump(_));
                let moved_m3 = mover.pass(link, &flow, dt_s, is_pump);
                sum_m3 += moved_m3;
                out_m3 += if link.to.is_empty() { moved_m3 } else { 0.0 };
            }
            stands.passed.add(sum_m3, from_s, to_s);
            laid.turn(&mover.waters(), stands, to_s, dt_s);
        }
        let touched = mover.touched;
        self.look_anew(state, touched);
        out_m3
    }

    /// How the structures stand at the beginning of a run.
    pub(in super::super) fn stand(&self, state: &mut State<R>) {
        let State { fields, structures, .. } = &mut *state;
        let waters = self.waters(fields);
        let blank = |laid: &Laid| {
            let mut stands = StructureState::default();
            if let Works::Levee(levee) = &laid.structure.works {
                stands.breaches = vec![BreachState::default(); levee.breaches.len()];
            }
            laid.turn(&waters, &mut stands, 0.0, 0.0);
            stands
        };
        *structures = self.plan.laid.iter().map(blank).collect();
    }
}

/// The area of cells that holds water, in cells.
pub(in super::super) fn storage(places: &[Place]) -> f64 {
    places.iter().map(|place| place.storage).sum()
}

impl Laid {
    /// The flow of each link from the waters as they are; none where there is nothing to give.
    fn flows<R: Real>(
        &self,
        waters: &Waters<'_, R>,
        stands: &StructureState,
        time_s: f64,
    ) -> Vec<Option<Flow>> {
        let open = self.open_breaches(stands, time_s);
        let flow = |link: &Link| {
            let ((from_m, from_wet), (to_m, to_wet)) =
                (waters.level(&link.from), waters.level(&link.to));
            if !(from_wet || to_wet) {
                return None;
            }
            match &self.structure.works {
                Works::Levee(levee) => {
                    let ground_m = link.from[0].bed_m.max(link.to[0].bed_m);
                    let face = (&levee.faces[link.face], link.start_m);
                    Some(levee.flow(face, &open, ground_m, (from_m, to_m)))
                }
                Works::Weir(weir) => Some(weir.flow(from_m, to_m)),
                Works::Culvert(culvert) => Some(culvert.flow(from_m, to_m)),
                Works::Gate(gate) => Some(gate.flow(stands.opening_m, from_m, to_m)),
                Works::Pump(pump) => stands.is_on.then_some(Flow {
                    discharge_m3_s: pump.capacity_m3_s,
                    sill_m: f64::NEG_INFINITY,
                }),
            }
        };
        self.links.iter().map(flow).collect()
    }

    /// Bottom and width of each breach that has begun.
    fn open_breaches(&self, stands: &StructureState, time_s: f64) -> Vec<Option<(f64, f64)>> {
        let Works::Levee(levee) = &self.structure.works else { return Vec::new() };
        let crest_m = |at_m| levee.faces[levee.face_at(at_m)].crest_m;
        let pairs = levee.breaches.iter().zip(&stands.breaches);
        pairs.map(|(breach, state)| breach.open(state, crest_m(breach.at_m), time_s)).collect()
    }

    /// Lets gates move, pumps start and stop, breaches begin and grow, by the waters as they are.
    fn turn<R: Real>(
        &self,
        waters: &Waters<'_, R>,
        stands: &mut StructureState,
        time_s: f64,
        dt_s: f64,
    ) {
        match &self.structure.works {
            Works::Pump(pump) => {
                let (level_m, is_wet) = waters.level(&self.links[0].from);
                stands.is_on = is_wet && pump.runs(stands.is_on, level_m);
            }
            Works::Gate(gate) => {
                let level_m = self.sensor.map_or(0.0, |place| waters.level(&[place]).0);
                let now = (stands.opening_m, stands.is_on);
                (stands.opening_m, stands.is_on) = gate.moved(now, level_m, (time_s, dt_s));
            }
            Works::Levee(levee) => {
                for (breach, state) in levee.breaches.iter().zip(&mut stands.breaches) {
                    let face = levee.face_at(breach.at_m);
                    let Some(link) = self.links.iter().find(|link| link.face == face) else {
                        continue;
                    };
                    let levels = (waters.level(&link.from).0, waters.level(&link.to).0);
                    breach.grow(state, levee.faces[face].crest_m, levels, (time_s, dt_s));
                }
            }
            Works::Weir(_) | Works::Culvert(_) => {}
        }
    }
}

impl<R: Real> Waters<'_, R> {
    fn depth_m(&self, place: &Place) -> f64 {
        let fields = &self.fields[place.tile];
        fields.depth[place.cell].f64() - fields.excess[place.cell].f64()
    }

    /// Water in cells, m of one open cell.
    pub(in super::super) fn water_m(&self, places: &[Place]) -> f64 {
        places.iter().map(|place| self.depth_m(place).max(0.0) * place.storage).sum()
    }

    /// Level of an end, m, and whether it has water: the mean over its wet cells; its lowest bed where
    /// none is wet.
    pub(in super::super) fn level(&self, places: &[Place]) -> (f64, bool) {
        let (mut sum_m, mut wet, mut lowest_m) = (0.0, 0.0, f64::INFINITY);
        for place in places {
            let depth_m = self.depth_m(place);
            lowest_m = lowest_m.min(place.bed_m);
            if depth_m > self.dry_m {
                sum_m += place.bed_m + depth_m;
                wet += 1.0;
            }
        }
        if wet > 0.0 { (sum_m / wet, true) } else { (lowest_m, false) }
    }
}

impl<R: Real> Mover<'_, R> {
    pub(in super::super) fn waters(&self) -> Waters<'_, R> {
        Waters { fields: self.fields, dry_m: self.dry_m }
    }

    /// Passes a flow on for a time, as far as there is water. What went forwards, m³.
    fn pass(&mut self, link: &Link, flow: &Flow, dt_s: f64, is_pump: bool) -> f64 {
        let is_forwards = flow.discharge_m3_s > 0.0;
        let (givers, getters) =
            if is_forwards { (&link.from, &link.to) } else { (&link.to, &link.from) };
        let mut volume_m3 = flow.discharge_m3_s.abs() * dt_s;
        if volume_m3 <= 0.0 {
            return 0.0;
        }
        if !is_pump {
            let (high_m, low_m) = (self.waters().level(givers).0, self.waters().level(getters).0);
            let (give, get) = (storage(givers), storage(getters));
            let to_level_m3 = (high_m - low_m) * give * get / (give + get) * self.cell_m2;
            let over_sill_m3 = (high_m - flow.sill_m) * give * self.cell_m2;
            volume_m3 = volume_m3.min(to_level_m3).min(over_sill_m3);
        }
        let all_m = self.waters().water_m(givers);
        if volume_m3 <= 0.0 || all_m <= 0.0 {
            return 0.0;
        }
        let taken_m = self.take(givers, (volume_m3 / self.cell_m2 / all_m).min(1.0));
        self.give(getters, taken_m);
        let moved_m3 = taken_m * self.cell_m2;
        if is_forwards { moved_m3 } else { -moved_m3 }
    }

    /// Shares water evenly among cells, m of one open cell; what that was in the cells' own digits.
    pub(in super::super) fn give(&mut self, places: &[Place], sum_m: f64) -> f64 {
        let share_m = sum_m / places.len() as f64;
        let mut given_m = 0.0;
        for place in places {
            let depth = R::of(share_m / place.storage);
            self.fields[place.tile].add(place.cell, depth);
            self.touched.push(place.tile);
            given_m += depth.f64() * place.storage;
        }
        given_m
    }

    /// The tiles whose water was moved.
    pub(in super::super) fn touched(self) -> Vec<usize> {
        self.touched
    }

    /// Takes a part of the water of cells; what that was, m of one open cell.
    pub(in super::super) fn take(&mut self, places: &[Place], part: f64) -> f64 {
        // A little less than all, so that rounding does not reach below zero either.
        let most = R::ONE - R::of(16.0) * R::EPSILON;
        let part = R::of(part).or_below(most);
        let mut sum_m = 0.0;
        for place in places {
            let fields = &mut self.fields[place.tile];
            let depth = fields.depth[place.cell];
            // Among the smallest numbers of all that little less would round to all.
            let taken = if depth.f64() > 1e-30 { depth * part } else { R::ZERO };
            fields.add(place.cell, -taken);
            if self.moves_momentum {
                let kept = R::ONE - part;
                fields.flow_x[place.cell] *= kept;
                fields.flow_y[place.cell] *= kept;
            }
            sum_m += taken.f64() * place.storage;
            self.touched.push(place.tile);
        }
        sum_m
    }
}
