//! What distinguishes the members: multipliers, and the engines that they make.

use rayon::prelude::*;

use super::{
    super::{Error, etkf, seed::Chance},
    Settings,
};
use crate::flood::{Engine, Forcing, Ground, Inflow, Params};

/// A multiplier stays within a tenth and ten times.
const FARTHEST: f64 = std::f64::consts::LN_10;
/// Roughness stays within a third and three times.
const FARTHEST_MANNING: f64 = 1.098_612_288_668_109_8;
/// Manning's n of a ground is at most this, s/m^⅓.
const ROUGHEST: f64 = 10.0;

/// Logarithms of multipliers, a list a member: of the rain, of Manning's roughness, of each inflow.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logs {
    pub(super) members: Vec<Vec<f64>>,
    /// Their first spread.
    first: Vec<f64>,
}

/// A multiplier as the members have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// A tenth of the members is below.
    pub p10: f64,
    /// Half of them.
    pub p50: f64,
    /// Nine tenths.
    pub p90: f64,
}

/// What the members multiply what is known with.
#[derive(Debug, Clone, PartialEq)]
pub struct Multipliers {
    /// Rain.
    pub rain: Estimate,
    /// Manning's roughness.
    pub manning: Estimate,
    /// Each inflow, in the order of the forcing.
    pub inflows: Vec<Estimate>,
}

impl Logs {
    pub(super) fn first(settings: &Settings, inflows: usize, chance: &mut Chance) -> Self {
        let mut first = vec![settings.rain_spread, settings.manning_spread];
        first.resize(2 + inflows, settings.inflow_spread);
        let normals = chance.exact_normals(first.len(), settings.members);
        let log = |member: usize, variable: usize| first[variable] * normals[variable][member];
        let member = |member| (0..first.len()).map(|variable| log(member, variable)).collect();
        Self { members: (0..settings.members).map(member).collect(), first }
    }

    /// The same spread about other members.
    pub(super) fn with_members(&self, members: Vec<Vec<f64>>) -> Self {
        Self { members, first: self.first.clone() }
    }

    /// Moves them by the weights of an analysis. Their spread stays at least a part of the first, and they stay
    /// where multipliers make sense.
    pub(super) fn analysed(&self, weights: &etkf::Transform, least: f64) -> Result<Self, Error> {
        let mut members = self.members.clone();
        weights.apply(&mut members)?;
        let (means, spreads) = (etkf::mean_of(&members), etkf::spread_of(&members));
        for member in &mut members {
            for (variable, log) in member.iter_mut().enumerate() {
                let (mean, spread) = (means[variable], spreads[variable]);
                let wanted = least * self.first[variable];
                if spread > 0.0 && spread < wanted {
                    *log = mean + (*log - mean) * (wanted / spread);
                }
                let farthest = if variable == 1 { FARTHEST_MANNING } else { FARTHEST };
                *log = log.clamp(-farthest, farthest);
            }
        }
        Ok(self.with_members(members))
    }

    pub(super) fn multipliers(&self) -> Multipliers {
        let estimate = |variable: usize| {
            let mut values: Vec<f64> =
                self.members.iter().map(|member| libm::exp(member[variable])).collect();
            values.sort_unstable_by(f64::total_cmp);
            let [p10, p50, p90] = [0.1, 0.5, 0.9].map(|part| quantile(&values, part));
            Estimate { p10, p50, p90 }
        };
        Multipliers {
            rain: estimate(0),
            manning: estimate(1),
            inflows: (2..self.first.len()).map(estimate).collect(),
        }
    }
}

/// Of ascending values, at least one: type 7 of Hyndman and Fan (1996).
pub(super) fn quantile(ascending: &[f64], part: f64) -> f64 {
    let at = part * (ascending.len() - 1) as f64;
    let (low, high) = (ascending[at.floor() as usize], ascending[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// An engine a member.
pub(super) fn engines(
    ground: &Ground,
    forcing: &Forcing,
    params: Params,
    logs: &Logs,
) -> Result<Vec<Engine<f32>>, Error> {
    let engine = |logs: &Vec<f64>| engine(ground, forcing, params, logs);
    in_order(logs.members.par_iter().map(engine).collect())
}

/// The engine of a member.
pub(super) fn engine(
    ground: &Ground,
    forcing: &Forcing,
    params: Params,
    logs: &[f64],
) -> Result<Engine<f32>, Error> {
    let manning = libm::exp(logs[1]);
    let rough = ground.manning().iter().map(|n| (n * manning).min(ROUGHEST)).collect();
    let rain = match &forcing.rain {
        Some(rain) => Some(rain.scaled(libm::exp(logs[0]))?),
        None => None,
    };
    let inflow = |(inflow, log): (&Inflow, &f64)| -> Result<Inflow, Error> {
        let discharge_m3_s = inflow.discharge_m3_s.scaled("an inflow", libm::exp(*log))?;
        Ok(Inflow { cells: inflow.cells.clone(), discharge_m3_s })
    };
    let inflows =
        forcing.inflows.iter().zip(&logs[2..]).map(inflow).collect::<Result<Vec<_>, Error>>()?;
    let forcing = Forcing { rain, inflows, edges: forcing.edges.clone() };
    Ok(Engine::new(&ground.clone().with_manning(rough)?, forcing, params)?)
}

/// All, or the first error in the order of the members, whichever thread met one first.
pub(super) fn in_order<T>(results: Vec<Result<T, Error>>) -> Result<Vec<T>, Error> {
    results.into_iter().collect()
}
