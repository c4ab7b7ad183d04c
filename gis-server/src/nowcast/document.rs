//! The forecast as a document.

use city::Instant;
use serde_json::{Value as Json, json};
use sim::fusion::{AlarmForecast, Band, Estimate, Forecast, GaugeForecast, GaugeReport};

use super::{cycle::Ensemble, observed::LevelGauge};
use crate::flood::Output;

/// The forecast: levels in the terrain's datum, times in UTC.
pub(super) fn document(
    ensemble: &Ensemble,
    forecast: &Forecast,
    issued: Instant,
    took_s: f64,
) -> Json {
    let at =
        |seconds: f64| Instant::from_micros(ensemble.begin.as_micros() + (seconds * 1e6) as i64);
    let multipliers = ensemble.nowcast.multipliers();
    let estimate = |it: &Estimate| json!({ "p10": it.p10, "p50": it.p50, "p90": it.p90 });
    let gauges = ensemble.gauges.iter().zip(&forecast.gauges).enumerate().map(
        |(number, (gauge, foreseen))| {
            let report = ensemble.reports.get(number);
            let is_left_out = ensemble.nowcast.is_left_out(number);
            self::gauge(gauge, foreseen, report, is_left_out, &at)
        },
    );
    let maps = [Output::Likelihood, Output::MedianDepth, Output::HighDepth];
    json!({
        "issued": issued,
        "from": at(ensemble.nowcast.time_s()),
        "cycle_min": ensemble.config.cycle_min,
        "horizon_h": ensemble.config.horizon_h,
        "bbox": ensemble.site.plane.lon_lat_box().ok().map(|it| [it.min_x, it.min_y, it.max_x, it.max_y]),
        "members": ensemble.config.members,
        "simulated": ensemble.is_simulated(),
        "synthetic_terrain": ensemble.site.terrain.synthetic,
        "times": forecast.times_s.iter().map(|time| at(*time)).collect::<Vec<_>>(),
        "multipliers": {
            "rain": estimate(&multipliers.rain),
            "manning": estimate(&multipliers.manning),
            "inflows": multipliers.inflows.iter().map(estimate).collect::<Vec<_>>(),
        },
        "gauges": gauges.collect::<Vec<_>>(),
        "maps": maps.map(|output| json!({ "output": output.name(), "title": output.title() })),
        "assumptions": ensemble.assumptions,
        "took_s": took_s,
    })
}

fn gauge(
    gauge: &LevelGauge,
    foreseen: &GaugeForecast,
    report: Option<&GaugeReport>,
    is_left_out: bool,
    at: &impl Fn(f64) -> Instant,
) -> Json {
    let band = |band: &Band| json!({ "p10_m": rounded(&band.p10_m), "p50_m": rounded(&band.p50_m), "p90_m": rounded(&band.p90_m) });
    let alarms = gauge.alarms.iter().zip(&foreseen.alarms).filter_map(|((_, title), alarm)| {
        let AlarmForecast { level_m, probability, reached_s, .. } = alarm.as_ref()?;
        Some(json!({
            "title": title,
            "level_m": level_m,
            "probability": (probability * 1e3).round() / 1e3,
            "reached": reached_s.map(|times| times.map(at)),
        }))
    });
    let state = report.map(|report| {
        let (code, title) = report.verdict.told();
        json!({
            "code": code,
            "title": title,
            "used": report.used,
            "left_out": report.left_out,
            "innovation_m": report.innovation_m.is_finite().then_some(report.innovation_m),
        })
    });
    json!({
        "datastream": gauge.stream.get(),
        "name": gauge.name,
        "at": gauge.at,
        "offset_m": gauge.offset_m,
        "simulated": gauge.is_simulated,
        "left_out": is_left_out,
        "state": state,
        "model": band(&foreseen.raw),
        "corrected": band(&foreseen.corrected),
        "alarms": alarms.collect::<Vec<_>>(),
    })
}

/// To a millimetre.
fn rounded(levels_m: &[f64]) -> Vec<f64> {
    levels_m.iter().map(|level| (level * 1e3).round() / 1e3).collect()
}
