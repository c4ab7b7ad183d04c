//! What a play came to: the worst of each cell, through all that was placed and taken away while the water went.

use sim::{
    flood::Maxima,
    impact::{Danger, Debris, rating_at_most},
};

use super::Land;
use crate::model::Heights;

/// Shallower water than this is a wet street, m: as in the server's results.
const SHALLOW_M: f32 = 0.01;

/// Joins what was seen from a time of the play on, s, to what was seen before.
pub(super) fn joined(before: Option<&Maxima>, mut now: Maxima, from_s: f64) -> Maxima {
    let from_s = from_s as f32;
    now.arrival_s.iter_mut().flatten().for_each(|time| *time += from_s);
    let Some(before) = before else { return now };
    // Comparisons with what is not a number are false, so that a number wins.
    let higher = |now: &mut Vec<f32>, before: &[f32]| {
        for (now, before) in now.iter_mut().zip(before) {
            *now = now.max(*before);
        }
    };
    higher(&mut now.depth_m, &before.depth_m);
    higher(&mut now.level_m, &before.level_m);
    higher(&mut now.speed_m_s, &before.speed_m_s);
    higher(&mut now.depth_speed_m2_s, &before.depth_speed_m2_s);
    higher(&mut now.froude, &before.froude);
    for (now, before) in now.arrival_s.iter_mut().zip(&before.arrival_s) {
        now.iter_mut().zip(before).for_each(|(now, before)| *now = now.min(*before));
    }
    for (now, before) in now.duration_s.iter_mut().zip(&before.duration_s) {
        now.iter_mut().zip(before).for_each(|(now, before)| *now += before);
    }
    now
}

/// A result by its name, as the server's runs name them; −1 where there is nothing to say, and on standing waters. `None`
/// for a name that it does not know.
pub(super) fn result(worst: &Maxima, land: &Land, output: &str) -> Option<Heights> {
    let hours = |seconds: f32| seconds / 3600.0;
    let of: &dyn Fn(usize) -> f32 = match output {
        "max-speed" => &|k| worst.speed_m_s[k],
        "arrival" => &|k| hours(worst.arrival_s[0][k]),
        "duration-30cm" => &|k| match worst.duration_s[1][k] {
            0.0 => f32::NAN,
            seconds => hours(seconds),
        },
        "hazard" => &|k| f32::from(danger(worst, k)),
        _ => return None,
    };
    let value = |k: usize| {
        let is_land = land.water_m[k].is_nan() && !land.is_built[k];
        let value = if is_land && worst.depth_m[k] >= SHALLOW_M { of(k) } else { f32::NAN };
        if value.is_nan() { -1.0 } else { value }
    };
    Some(land.area.field((0..worst.depth_m.len()).map(value).collect()))
}

/// The class of hazard to people, 1 to 4.
fn danger(worst: &Maxima, k: usize) -> u8 {
    let of = |values: &[f32]| f64::from(values[k]);
    let (depth, speed) = (of(&worst.depth_m), of(&worst.speed_m_s));
    let rating = rating_at_most(depth, speed, of(&worst.depth_speed_m2_s), Debris::Urban);
    Danger::of(rating).class()
}
