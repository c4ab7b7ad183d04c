//! Twin experiments: a hidden truth, gauges with noise and faults, and who comes nearer.

use sim::flood::Params;
use sim::fusion::{Analysis, Nowcast, Outlook, Settings, quality::Verdict};

use crate::valley::{BROKEN, COLUMNS, Fault, HOUR_S, STEP_S, Shown, Truth, gauges, nowcast, river};

/// Steps of a window: half an hour.
const WINDOW: usize = 2;
/// Hours of assimilation, and of the forecast after it.
const END_H: f64 = 6.0;
const AHEAD_H: f64 = 4.0;

/// Fewer members than usual: the test shall take seconds.
fn settings() -> Settings {
    Settings { members: 16, output_interval_s: STEP_S, ..Settings::default() }
}

/// Root mean squares over the second half of the run.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    /// Of the members' mean at the gauges that are not broken, m.
    gauges_m: f64,
    /// The same at cells where nobody measures, m.
    held_out_m: f64,
    /// The members' deviation there, m.
    spread_m: f64,
}

struct Twin {
    nowcast: Nowcast,
    analyses: Vec<Analysis>,
    score: Score,
}

/// Cells of river and plain away from gauges, where the truth is wet.
fn held_out() -> Vec<usize> {
    (4..60)
        .step_by(5)
        .flat_map(|column| {
            [-5_isize, -2, 0, 3, 6]
                .map(|from| (river(column).saturating_add_signed(from)) * COLUMNS + column)
        })
        .collect()
}

fn twin(truth: &Truth, shown: Option<&Shown>, settings: Settings) -> Twin {
    let steps = (END_H * HOUR_S / STEP_S) as usize;
    let mut nowcast = nowcast(settings);
    let (mut analyses, mut sums, mut counts) = (Vec::new(), [0.0; 3], [0.0; 2]);
    for from in (0..steps).step_by(WINDOW) {
        let until = from + WINDOW;
        let readings = shown.map_or(Vec::new(), |shown| shown.readings(from, until));
        let analysis = nowcast.assimilate(until as f64 * STEP_S, &readings);
        analyses.push(analysis.expect("it is stable"));
        if 2 * until <= steps {
            continue;
        }
        let depths = nowcast.depths_m();
        let count = depths.len() as f64;
        let mean = |cell: usize| depths.iter().map(|depth| depth[cell]).sum::<f64>() / count;
        for (index, gauge) in gauges().iter().enumerate() {
            let cell = gauge.row * COLUMNS + gauge.column;
            if index != BROKEN {
                sums[0] += (mean(cell) - truth.depth_m[until][cell]).powi(2);
                counts[0] += 1.0;
            }
        }
        for cell in held_out() {
            if truth.depth_m[until][cell] > 0.05 {
                let mean = mean(cell);
                sums[1] += (mean - truth.depth_m[until][cell]).powi(2);
                let variance: f64 = depths.iter().map(|depth| (depth[cell] - mean).powi(2)).sum();
                sums[2] += variance / (count - 1.0);
                counts[1] += 1.0;
            }
        }
    }
    let rms = |sum: f64, count: f64| (sum / count).sqrt();
    let score = Score {
        gauges_m: rms(sums[0], counts[0]),
        held_out_m: rms(sums[1], counts[1]),
        spread_m: rms(sums[2], counts[1]),
    };
    Twin { nowcast, analyses, score }
}

/// Root mean square of a forecast's median at the gauges, raw and corrected, m, and the part of the truth in its band.
fn forecast_score(nowcast: &Nowcast, truth: &Truth) -> [f64; 3] {
    let forecast = nowcast.forecast(AHEAD_H * HOUR_S, &Outlook::default()).expect("it is stable");
    let (mut raw, mut corrected, mut inside, mut count) = (0.0, 0.0, 0.0, 0.0);
    for (index, (gauge, at)) in gauges().iter().zip(&forecast.gauges).enumerate() {
        if index == BROKEN {
            continue;
        }
        for (time, time_s) in forecast.times_s.iter().enumerate().skip(1) {
            let step = time_s / STEP_S;
            if step.fract() != 0.0 {
                continue;
            }
            let level_m = truth.level_m(step as usize, gauge);
            raw += (at.raw.p50_m[time] - level_m).powi(2);
            corrected += (at.corrected.p50_m[time] - level_m).powi(2);
            let band = at.corrected.p10_m[time]..=at.corrected.p90_m[time];
            inside += f64::from(u8::from(band.contains(&level_m)));
            count += 1.0;
        }
    }
    [f64::sqrt(raw / count), f64::sqrt(corrected / count), inside / count]
}

/// Windows until the broken gauge was left out; none where it never was.
fn found_after(twin: &Twin) -> Option<usize> {
    let is_broken = |analysis: &Analysis| analysis.gauges[BROKEN].verdict.is_of_gauge();
    twin.analyses.iter().position(is_broken).map(|window| window + 1)
}

/// Readings of good gauges that were left out.
fn wronged(twin: &Twin) -> usize {
    let of = |analysis: &Analysis| {
        let gauges = analysis.gauges.iter().enumerate();
        gauges
            .filter(|(gauge, _)| *gauge != BROKEN)
            .map(|(_, report)| report.left_out)
            .sum::<usize>()
    };
    twin.analyses.iter().map(of).sum()
}

/// Runs one variant, and prints it as a row of docs/nowcast.md.
fn row(name: &str, truth: &Truth, fault: Option<Fault>, settings: Settings) -> (Twin, [f64; 3]) {
    let shown = fault.map(|fault| Shown::new(truth, fault, 11));
    let twin = twin(truth, shown.as_ref(), settings);
    let ahead = forecast_score(&twin.nowcast, truth);
    let Score { gauges_m, held_out_m, spread_m } = twin.score;
    let found = found_after(&twin).map_or("–".to_owned(), |windows| windows.to_string());
    let [raw_m, corrected_m, inside] = ahead;
    let believed = twin.nowcast.multipliers();
    let rivers: Vec<String> =
        believed.inflows.iter().map(|inflow| format!("{:.2}", inflow.p50)).collect();
    println!(
        "| {name} | {gauges_m:.3} | {held_out_m:.3} | {spread_m:.3} | {raw_m:.3} | {corrected_m:.3} | {:.0} % | {found} | {:.2} / {} / {:.2} |",
        100.0 * inside,
        believed.rain.p50,
        rivers.join(" / "),
        believed.manning.p50,
    );
    (twin, ahead)
}

#[test]
fn the_filter_comes_nearer_to_a_hidden_truth_and_leaves_out_the_gauge_that_drifts() {
    let truth = Truth::run(END_H + AHEAD_H, Params::local_inertia());
    let deaf = Settings { judges_gauges: false, ..settings() };
    let (open, open_ahead) = row("open loop", &truth, None, settings());
    let (filtered, ahead) = row("drift", &truth, Some(Fault::Drift), settings());
    let (credulous, _) = row("drift, not judged", &truth, Some(Fault::Drift), deaf);
    let (open, found, credulous) = (open.score, &filtered.score, credulous.score);
    assert!(found.gauges_m < 0.3 * open.gauges_m, "{found:?} {open:?}");
    assert!(found.held_out_m < 0.3 * open.held_out_m, "{found:?} {open:?}");
    // Without judgement the drift is believed.
    assert!(credulous.gauges_m > 1.5 * found.gauges_m, "{found:?} {credulous:?}");
    assert!(credulous.held_out_m > 1.5 * found.held_out_m, "{found:?} {credulous:?}");
    // It drifts from the fifth window on, and has its half metre at the end of the sixth.
    assert!(
        found_after(&filtered).is_some_and(|windows| windows <= 8),
        "{:?}",
        found_after(&filtered)
    );
    assert!(filtered.nowcast.is_left_out(BROKEN));
    assert!(wronged(&filtered) <= 2, "{} readings of good gauges are left out", wronged(&filtered));
    // It knows how wrong it is, about: a perfect filter has 1.
    let skill = found.held_out_m / found.spread_m;
    assert!((0.3..2.5).contains(&skill), "error over spread: {skill}");
    // And what comes: the median of four hours ahead, corrected or not, and its band.
    assert!(
        ahead[0] < 0.4 * open_ahead[0] && ahead[1] < 0.4 * open_ahead[0],
        "{ahead:?} {open_ahead:?}"
    );
    assert!(ahead[2] > 0.5, "of the truth {} lie between P10 and P90", ahead[2]);
    let believed = filtered.nowcast.multipliers();
    assert!((believed.inflows[0].p50 / 1.5 - 1.0).abs() < 0.2, "{believed:?}");
}

#[test]
fn a_gauge_that_sticks_is_found_once_the_river_has_left_it() {
    let truth = Truth::run(END_H, Params::local_inertia());
    let shown = Shown::new(&truth, Fault::Stuck, 5);
    let twin = twin(&truth, Some(&shown), Settings { members: 8, rerun_windows: 0, ..settings() });
    let stuck = twin.analyses.iter().find(|analysis| analysis.gauges[BROKEN].verdict.is_of_gauge());
    let verdict = stuck.expect("it is found").gauges[BROKEN].verdict;
    assert!(
        matches!(verdict, Verdict::Stuck { still_s, moved_m } if still_s >= 3600.0 && moved_m >= 0.15)
            || matches!(verdict, Verdict::Suspect { .. }),
        "{verdict:?}"
    );
    assert!(twin.nowcast.is_left_out(BROKEN));
}
