//! [INFLOWS] and [DWF]: what comes into nodes.

use crate::drainage::Inflow;

use super::{
    Error,
    options::Frame,
    sections::{Line, Sections},
    times::Tables,
};

/// A pattern steps within this time, s.
const STEP_S: f64 = 1e-3;

pub(super) fn read(
    sections: &Sections,
    frame: &Frame,
    tables: &Tables,
    duration_s: f64,
) -> Result<Vec<Inflow>, Error> {
    let mut inflows = Vec::new();
    for line in sections.lines("INFLOWS") {
        if !line.word(1).eq_ignore_ascii_case("FLOW") {
            continue;
        }
        // node FLOW series type units-factor scale baseline pattern
        let scale = line.number_or(5, 1.0, "the scale factor")?;
        let name = line.word(2);
        if !name.is_empty() && name != "*" {
            let series = tables.series(line, name)?;
            let flow = |value: f64| value * scale * frame.units.flow;
            let entries = series.iter().map(|(time_s, value)| (*time_s, flow(*value))).collect();
            inflows.push(inflow(line, ended(entries)));
        }
        let baseline = line.number_or(6, 0.0, "the baseline")? * frame.units.flow;
        if baseline != 0.0 {
            let patterns: Vec<&str> = line.words.get(7).copied().into_iter().collect();
            inflows.push(patterned(line, baseline, &patterns, (frame, tables, duration_s))?);
        }
    }
    for line in sections.lines("DWF") {
        if line.word(1).eq_ignore_ascii_case("FLOW") {
            let mean = line.number(2, "the mean flow")? * frame.units.flow;
            let patterns = line.words.get(3..).unwrap_or_default();
            inflows.push(patterned(line, mean, patterns, (frame, tables, duration_s))?);
        }
    }
    Ok(inflows)
}

fn inflow(line: &Line, discharge_m3_s: Vec<(f64, f64)>) -> Inflow {
    Inflow { node: line.words[0].to_owned(), discharge_m3_s }
}

/// Nothing comes before a series begins and after it ends.
fn ended(mut entries: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let (first, last) = (entries[0], entries[entries.len() - 1]);
    if first.1 != 0.0 {
        entries.insert(0, (first.0 - STEP_S, 0.0));
    }
    if last.1 != 0.0 {
        entries.push((last.0 + STEP_S, 0.0));
    }
    entries
}

/// A mean that patterns change from hour to hour.
fn patterned(
    line: &Line,
    mean: f64,
    patterns: &[&str],
    (frame, tables, duration_s): (&Frame, &Tables, f64),
) -> Result<Inflow, Error> {
    let patterns: Vec<&str> = patterns.iter().copied().filter(|name| !name.is_empty()).collect();
    if patterns.is_empty() {
        return Ok(inflow(line, vec![(0.0, mean)]));
    }
    let mut entries = Vec::new();
    // Hours of the clock, not of the run.
    let mut from_s = 0.0;
    while from_s < duration_s {
        let to_s = from_s + 3600.0 - frame.start.seconds_into_hour(from_s);
        let flow = mean * tables.factor(line, &patterns, frame.start, from_s)?;
        entries.push((from_s, flow));
        entries.push((to_s - STEP_S, flow));
        from_s = to_s;
    }
    Ok(inflow(line, entries))
}
