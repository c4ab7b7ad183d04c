//! What comes from above, from outside and goes into the ground.

use super::{
    Forcing, Soil,
    land::Land,
    state::Fields,
    tiles::{CELLS, FIXED, in_view},
};
use crate::Real;

/// Depths summed over the cells of a tile, m of one cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Depths {
    pub(super) rain_m: f64,
    pub(super) inflow_m: f64,
    pub(super) infiltrated_m: f64,
}

/// The span of time of a step, for a tile whose rain was last put on it at `rained_until_s`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) rained_until_s: f64,
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    pub(super) cell_m2: f64,
}

/// Whether enough rain waits for a dry tile to be looked at: more than a depth that rests, or the
/// last of it.
pub(super) fn rain_waits<R>(land: &Land<R>, forcing: &Forcing, span: &Span, dry_m: f64) -> bool {
    let Some(rain) = &forcing.rain else { return false };
    let waiting = |(zone, _): &(u32, u8)| {
        rain.depth_m(*zone, span.to_s) - rain.depth_m(*zone, span.rained_until_s)
    };
    let most = land.mix.iter().map(waiting).fold(0.0, f64::max);
    most > dry_m || most > 0.0 && rain.is_over(span.to_s)
}

/// Whether a hydrograph brings water into the tile now.
pub(super) fn inflow_comes<R>(land: &Land<R>, forcing: &Forcing, span: &Span) -> bool {
    let comes =
        |index: usize| forcing.inflows[index].discharge_m3_s.integral(span.from_s, span.to_s) > 0.0;
    land.inflows.iter().any(|(_, index, _)| comes(*index))
}

/// Puts rain and inflow on a tile, and takes what the soil takes.
#[inline(always)]
pub(super) fn apply<R: Real>(
    next: &mut Fields<R>,
    land: &Land<R>,
    soils: &[Soil],
    forcing: &Forcing,
    span: &Span,
) -> Depths {
    let mut depths = Depths::default();
    if let Some(rain) = &forcing.rain {
        let fell = |zone| (rain.depth_m(zone, span.rained_until_s), rain.depth_m(zone, span.to_s));
        put_rain(next, land, soils, fell, &mut depths);
    }
    for (cell, index, share) in &land.inflows {
        let series = &forcing.inflows[*index].discharge_m3_s;
        let depth_m = series.integral(span.from_s, span.to_s) * share / span.cell_m2;
        next.add(*cell, R::of(depth_m / land.storage(*cell)));
        depths.inflow_m += depth_m;
    }
    if land.soaks {
        let fell = |zone| match &forcing.rain {
            Some(rain) => rain.depth_m(zone, span.to_s) - rain.depth_m(zone, span.rained_until_s),
            None => 0.0,
        };
        soak(next, land, soils, (span.to_s - span.rained_until_s, fell), &mut depths);
    }
    depths
}

/// Rain, less what a curve number keeps. `fell` gives a zone's depth at the beginning and the end.
#[inline(always)]
fn put_rain<R: Real>(
    next: &mut Fields<R>,
    land: &Land<R>,
    soils: &[Soil],
    fell: impl Fn(u32) -> (f64, f64),
    depths: &mut Depths,
) {
    let of_pair = |(zone, soil): &(u32, u8)| {
        let (before, after) = fell(*zone);
        let soil = &soils[usize::from(*soil)];
        (after - before, soil.runoff_m(after) - soil.runoff_m(before))
    };
    let pairs: Vec<(f64, f64)> = land.mix.iter().map(of_pair).collect();
    if pairs.iter().all(|(rain, _)| *rain <= 0.0) {
        return;
    }
    let runoffs: Vec<R> = pairs.iter().map(|(_, runoff_m)| R::of(*runoff_m)).collect();
    if land.mix_cells == [CELLS as u32] && land.porosity.is_none() {
        for cell in 0..CELLS {
            next.add(cell, runoffs[0]);
        }
    } else {
        for cell in 0..CELLS {
            if land.flags[in_view(cell)] & FIXED == 0 {
                let pair = land.mix_of.get(cell).map_or(0, |pair| usize::from(*pair));
                next.add(cell, runoffs[pair] / R::of(land.storage(cell)));
            }
        }
    }
    for ((rain_m, runoff_m), cells) in pairs.iter().zip(&land.mix_cells) {
        depths.rain_m += rain_m * f64::from(*cells);
        depths.infiltrated_m += (rain_m - runoff_m) * f64::from(*cells);
    }
    // Roofs keep nothing.
    for (cell, zone, weight) in &land.roofs {
        let (before, after) = fell(*zone);
        let rain_m = (after - before) * weight;
        next.add(*cell, R::of(rain_m / land.storage(*cell)));
        depths.rain_m += rain_m;
    }
}

/// Green–Ampt over a time on the open part of a cell, taken implicitly: ΔF = K·Δt·(1 + (ψ + h)·Δθ / (F + ΔF)), a quadratic in
/// ΔF that has a root ≥ 0 even for soil that is still dry (F = 0); never more than is there. Where only a
/// part of a cell is wet, the rest takes of the rain that falls on it. One F is kept for the whole cell, so
/// that suction is overrated where water stands on a small part of it.
fn soak<R: Real>(
    next: &mut Fields<R>,
    land: &Land<R>,
    soils: &[Soil],
    (elapsed_s, rain_m): (f64, impl Fn(u32) -> f64),
    depths: &mut Depths,
) {
    let most = R::ONE - R::of(16.0) * R::EPSILON;
    for cell in 0..CELLS {
        let h = next.depth[cell];
        if h <= R::ZERO || land.flags[in_view(cell)] & FIXED != 0 {
            continue;
        }
        let (zone, soil) = land.mix[land.mix_of.get(cell).map_or(0, |pair| usize::from(*pair))];
        let Soil::GreenAmpt { conductivity_m_s, suction_m, moisture_deficit } =
            soils[usize::from(soil)]
        else {
            continue;
        };
        let through_m = conductivity_m_s * elapsed_s;
        let wet = land.wet_part(cell, h);
        let head_m = (suction_m + h.f64() / wet) * moisture_deficit;
        let taken_m = next.soaked[cell].f64();
        let half = taken_m - through_m;
        let wanted_m = 0.5 * ((half * half + 4.0 * through_m * (taken_m + head_m)).sqrt() - half);
        let wanted_m = wet * wanted_m + (1.0 - wet) * wanted_m.min(rain_m(zone));
        let taken = R::of(wanted_m).or_below(h * most);
        next.add(cell, -taken);
        next.soaked[cell] += taken;
        depths.infiltrated_m += taken.f64() * land.storage(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_number_keeps_what_the_handbook_says() {
        // NEH 630 chapter 10, table 10-1: CN 80, 4 inches of rain run off as 2.04 inches.
        let soil = Soil::CurveNumber { number: 80.0 };
        assert!((soil.runoff_m(4.0 * 0.0254) / 0.0254 - 2.04).abs() < 0.005);
        assert_eq!(soil.runoff_m(0.01), 0.0);
    }
}
