//! Rivers with their gauges and reservoirs, stepped on a fixed grid of time.

use std::collections::VecDeque;

use super::{
    catchment::{Cascade, Catchment},
    reservoir::{Dam, Reservoir},
    tide::tide_m,
    weather::{LonLat, Scenario, ScenarioKind, Weather},
};

/// Seconds of a step.
pub(crate) const STEP_S: f64 = 300.0;
/// The state is settled for this long before it is asked for.
const SPIN_UP_S: f64 = 2.0 * 86_400.0;
/// States that are kept, so that what is asked for a little late is interpolated as well.
const KEPT: usize = 30;
/// A level rises as the discharge to this power (Manning in a wide bed).
const RATING_POWER: f64 = 0.6;
/// Below this second alarm level a gauge feels the sea.
const TIDAL_ALARM_M: f64 = 3.6;

/// What is known of a gauge.
#[derive(Debug, Clone)]
pub(crate) struct Gauge {
    pub(crate) river: String,
    pub(crate) place: LonLat,
    /// Alarm levels I to III, in m above the datum.
    pub(crate) alarms_m: [f64; 3],
}

/// What is known of a reservoir and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Lake {
    pub(crate) river: String,
    pub(crate) place: LonLat,
    pub(crate) dam: Dam,
    /// How full it is at first, 0 to 1.
    pub(crate) filled: f64,
}

/// What a gauge shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stage {
    pub(crate) level_m: f64,
    pub(crate) discharge_m3_s: f64,
}

/// What a reservoir shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pool {
    pub(crate) level_m: f64,
    pub(crate) volume_m3: f64,
    pub(crate) inflow_m3_s: f64,
    pub(crate) outflow_m3_s: f64,
    pub(crate) gate_pct: f64,
}

/// A gauge's place on its river.
#[derive(Debug, Clone)]
struct Node {
    gauge: usize,
    /// What drains between the gauge above and this one.
    own: Catchment,
    /// The way from the gauge above.
    reach: Cascade,
}

#[derive(Debug, Clone)]
struct River {
    /// From the source to the mouth.
    nodes: Vec<Node>,
    /// Which reservoirs release into it.
    lakes: Vec<usize>,
}

#[derive(Debug, Clone)]
struct LakeState {
    ground: Catchment,
    reservoir: Reservoir,
}

/// How discharge becomes level.
#[derive(Debug, Clone, Copy)]
struct Rating {
    low_m: f64,
    base_m3_s: f64,
    /// Metres for (m³/s)^0.6.
    rise: f64,
    /// 0 away from the sea, 1 in it.
    sea: f64,
}

/// Every river of the city.
#[derive(Debug, Clone)]
pub(crate) struct Basin {
    rivers: Vec<River>,
    lakes: Vec<LakeState>,
    ratings: Vec<Rating>,
    /// The grid's next instant, in seconds since 1970-01-01T00:00:00Z.
    next_s: f64,
    kept: VecDeque<State>,
}

/// Discharges of gauges and what reservoirs show, at an instant of the grid.
#[derive(Debug, Clone)]
struct State {
    at_s: f64,
    discharges: Vec<f64>,
    pools: Vec<Pool>,
}

impl Basin {
    /// Rivers with these gauges and reservoirs, settled shortly before `begin_s`. Levels are rated so
    /// that the storm scenario reaches between the second and the third alarm level.
    pub(crate) fn new(gauges: &[Gauge], lakes: &[Lake], weather: &Weather, begin_s: f64) -> Self {
        let start_s = begin_s.min(weather.start_s()) - SPIN_UP_S;
        let mut basin = Self::unrated(gauges, lakes, start_s);
        let storm = Scenario { kind: ScenarioKind::Storm, start_s: start_s + SPIN_UP_S };
        let peaks = basin.clone().peaks(&weather.with(storm), gauges.len());
        basin.ratings = gauges.iter().zip(peaks).map(|(gauge, peak)| rating(gauge, peak)).collect();
        basin
    }

    fn unrated(gauges: &[Gauge], lakes: &[Lake], start_s: f64) -> Self {
        let mut names: Vec<&str> = gauges.iter().map(|gauge| gauge.river.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let rivers = names.iter().map(|name| {
            let mut on: Vec<usize> =
                (0..gauges.len()).filter(|&i| gauges[i].river == *name).collect();
            // Rivers fall: the highest alarm levels are upstream.
            on.sort_by(|&a, &b| gauges[b].alarms_m[1].total_cmp(&gauges[a].alarms_m[1]));
            let nodes = on.iter().enumerate().map(|(rank, &gauge)| Node::new(rank, gauge, gauges));
            let releases = (0..lakes.len()).filter(|&i| lakes[i].river == *name);
            River { nodes: nodes.collect(), lakes: releases.collect() }
        });
        let lakes = lakes.iter().map(|lake| {
            // Rain of Quảng Nam fills a reservoir about twice a year: 0.7 km² for a million m³.
            let ground = Catchment::new(0.7e-6 * lake.dam.capacity_m3, lake.place);
            LakeState { ground, reservoir: Reservoir::new(lake.dam, lake.filled) }
        });
        Self {
            rivers: rivers.collect(),
            lakes: lakes.collect(),
            ratings: Vec::new(),
            next_s: (start_s / STEP_S).floor() * STEP_S,
            kept: VecDeque::new(),
        }
    }

    /// The least and the greatest discharge at each gauge in a storm.
    fn peaks(mut self, storm: &Weather, gauges: usize) -> Vec<(f64, f64)> {
        let mut found = vec![(f64::INFINITY, 0.0_f64); gauges];
        while self.next_s < storm.start_s() + 60.0 * 3600.0 {
            self.step(storm);
            // Before the storm the reaches are still filling.
            let state = self.kept.back().filter(|state| state.at_s >= storm.start_s());
            for (range, flow) in found.iter_mut().zip(state.iter().flat_map(|s| &s.discharges)) {
                *range = (range.0.min(*flow), range.1.max(*flow));
            }
        }
        found
    }

    /// What a gauge shows at an instant; the tide comes in where the gauge feels it.
    pub(crate) fn stage(&mut self, gauge: usize, weather: &Weather, t_s: f64) -> Option<Stage> {
        let discharge_m3_s = self.at(weather, t_s, |state| state.discharges.get(gauge).copied())?;
        let rating = self.ratings.get(gauge)?;
        let above = (discharge_m3_s - rating.base_m3_s).max(0.0);
        let river_m = rating.low_m + rating.rise * above.powf(RATING_POWER);
        // A river in flood pushes the tide back; what is left of it comes half an hour late.
        let push = 1.0 / (1.0 + (rating.rise * above.powf(RATING_POWER)).powi(2));
        let sea_m = tide_m(t_s - 1800.0) + weather.surge_m(t_s - 1800.0);
        Some(Stage { level_m: river_m + rating.sea * push * sea_m, discharge_m3_s })
    }

    /// What a reservoir shows at an instant.
    pub(crate) fn pool(&mut self, lake: usize, weather: &Weather, t_s: f64) -> Option<Pool> {
        let of = |show: fn(&Pool) -> f64| move |state: &State| state.pools.get(lake).map(show);
        Some(Pool {
            level_m: self.at(weather, t_s, of(|pool| pool.level_m))?,
            volume_m3: self.at(weather, t_s, of(|pool| pool.volume_m3))?,
            inflow_m3_s: self.at(weather, t_s, of(|pool| pool.inflow_m3_s))?,
            outflow_m3_s: self.at(weather, t_s, of(|pool| pool.outflow_m3_s))?,
            gate_pct: self.at(weather, t_s, of(|pool| pool.gate_pct))?,
        })
    }

    /// A number of the state at an instant: between the two instants of the grid around it.
    fn at(
        &mut self,
        weather: &Weather,
        t_s: f64,
        show: impl Fn(&State) -> Option<f64>,
    ) -> Option<f64> {
        while self.next_s <= t_s + STEP_S {
            self.step(weather);
        }
        let after = self.kept.partition_point(|state| state.at_s <= t_s);
        let (a, b) = (self.kept.get(after.saturating_sub(1))?, self.kept.get(after)?);
        let share = ((t_s - a.at_s) / STEP_S).clamp(0.0, 1.0);
        let (a, b) = (show(a)?, show(b)?);
        Some(a + (b - a) * share)
    }

    fn step(&mut self, weather: &Weather) {
        let at_s = self.next_s;
        let rain = |ground: &Catchment| {
            let each = ground.places.iter().map(|place| weather.rain_mm_h(*place, at_s));
            each.sum::<f64>() / ground.places.len() as f64
        };
        for lake in &mut self.lakes {
            let inflow = lake.ground.step(rain(&lake.ground), STEP_S);
            lake.reservoir.step(inflow, STEP_S);
        }
        let mut discharges = vec![0.0; self.rivers.iter().map(|river| river.nodes.len()).sum()];
        for river in &mut self.rivers {
            let released = river.lakes.iter().map(|&i| self.lakes[i].reservoir.outflow_m3_s());
            let mut flow = released.sum::<f64>();
            for node in &mut river.nodes {
                let own = node.own.step(rain(&node.own), STEP_S);
                flow = node.reach.step(flow, STEP_S) + own;
                discharges[node.gauge] = flow;
            }
        }
        let pools = self.lakes.iter().map(|lake| Pool::of(&lake.reservoir)).collect();
        self.kept.push_back(State { at_s, discharges, pools });
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        self.next_s = at_s + STEP_S;
    }
}

impl Node {
    fn new(rank: usize, gauge: usize, gauges: &[Gauge]) -> Self {
        let [lon, lat] = gauges[gauge].place;
        // The head of a river drains the hills to the west; what joins below is smaller.
        let own = match rank {
            0 => Catchment::new(320.0, [lon - 0.1, lat]),
            _ => Catchment::new(90.0, [lon - 0.03, lat]),
        };
        Self { gauge, own, reach: Cascade::new(2, if rank == 0 { 0.6 } else { 1.1 }) }
    }
}

impl Pool {
    fn of(reservoir: &Reservoir) -> Self {
        Self {
            level_m: reservoir.level_m(),
            volume_m3: reservoir.volume_m3(),
            inflow_m3_s: reservoir.inflow_m3_s(),
            outflow_m3_s: reservoir.outflow_m3_s(),
            gate_pct: reservoir.gate_pct(),
        }
    }
}

/// The rating of a gauge at which a storm swings between two discharges.
fn rating(gauge: &Gauge, (base_m3_s, peak_m3_s): (f64, f64)) -> Rating {
    let [first, second, third] = gauge.alarms_m;
    let span = (third - first).max(0.3);
    let low_m = first - 1.2 * span;
    let storm_m = second + 0.5 * (third - second);
    let rise = (storm_m - low_m) / (peak_m3_s - base_m3_s).max(1.0).powf(RATING_POWER);
    let sea = ((TIDAL_ALARM_M - second) / (TIDAL_ALARM_M - 1.0)).clamp(0.0, 1.0);
    Rating { low_m, base_m3_s, rise, sea }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{calendar::instant_s, seed::Dice},
        *,
    };

    const TOWN: LonLat = [108.48, 15.57];

    fn gauges() -> Vec<Gauge> {
        let gauge = |river: &str, place, alarms_m| Gauge { river: river.into(), place, alarms_m };
        vec![
            gauge("Sông Tam Kỳ", [108.49, 15.57], [1.7, 2.2, 2.7]),
            gauge("Sông Tam Kỳ", [108.43, 15.53], [4.4, 5.4, 6.4]),
            gauge("Sông Trường Giang", [108.52, 15.58], [0.9, 1.3, 1.7]),
        ]
    }

    fn lakes() -> Vec<Lake> {
        let dam = Dam {
            normal_level_m: 32.0,
            dead_level_m: 20.0,
            capacity_m3: 3.4e8,
            max_release_m3_s: 2200.0,
        };
        vec![Lake { river: "Sông Tam Kỳ".into(), place: [108.42, 15.46], dam, filled: 0.8 }]
    }

    /// Stages of every gauge each ten minutes for 72 hours.
    fn course(kind: ScenarioKind) -> Vec<Vec<Stage>> {
        let start_s = instant_s("2026-11-21T00:00:00Z");
        let weather = Weather::new(Dice::new(1), Scenario { kind, start_s }, TOWN);
        let mut basin = Basin::new(&gauges(), &lakes(), &weather, start_s);
        let times = (0..72 * 6).map(|i| start_s + 600.0 * f64::from(i));
        times.map(|t| (0..3).map(|g| basin.stage(g, &weather, t).unwrap()).collect()).collect()
    }

    fn peak(course: &[Vec<Stage>], gauge: usize) -> (usize, f64) {
        let levels = course.iter().map(|stages| stages[gauge].level_m).enumerate();
        levels.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
    }

    #[test]
    fn a_calm_day_stays_below_alarm_one_a_storm_passes_two_and_a_flood_three() {
        let (calm, storm) = (course(ScenarioKind::Calm), course(ScenarioKind::Storm));
        let flood = course(ScenarioKind::Flood);
        for (index, gauge) in gauges().iter().enumerate() {
            let [first, second, third] = gauge.alarms_m;
            assert!(peak(&calm, index).1 < first, "{:?}", peak(&calm, index));
            let height = peak(&storm, index).1;
            assert!(height > second && height < third + 0.5, "{height} of {:?}", gauge.alarms_m);
            assert!(peak(&flood, index).1 > third, "{:?}", peak(&flood, index));
        }
    }

    #[test]
    fn the_wave_comes_to_the_lower_gauge_later_and_larger() {
        let storm = course(ScenarioKind::Storm);
        let top = |gauge: usize| {
            let flows = storm.iter().map(|stages| stages[gauge].discharge_m3_s).enumerate();
            flows.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
        };
        let (upper, lower) = (top(1), top(0));
        assert!(lower.0 > upper.0, "{upper:?} {lower:?}");
        assert!(lower.1 > upper.1);
        assert!((100.0..4000.0).contains(&lower.1), "{lower:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_series() {
        assert_eq!(course(ScenarioKind::Storm), course(ScenarioKind::Storm));
    }

    #[test]
    fn the_lagoon_follows_the_tide_on_a_calm_day() {
        let calm = course(ScenarioKind::Calm);
        let levels = calm[..36 * 6].iter().map(|stages| stages[2].level_m);
        let (low, high) = levels.fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
        assert!((0.2..1.2).contains(&(high - low)), "{low} to {high}");
    }
}
