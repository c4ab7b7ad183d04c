//! The section [OPTIONS].

use super::{
    Error,
    sections::{Line, Sections},
    times::{Moment, clock_s},
    units::Units,
};

/// What becomes of inertia near critical flow (INERTIAL_DAMPING).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damping {
    /// It stays.
    None,
    /// It fades.
    Partial,
    /// It is left out.
    Full,
}

/// When Manning's formula limits a flow (NORMAL_FLOW_LIMITED).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormalFlow {
    /// By slope.
    Slope,
    /// By Froude's number.
    Froude,
    /// By either.
    Both,
    /// Never.
    Neither,
}

/// How a model is to be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// FLOW_ROUTING as it stands there: DYNWAVE, KINWAVE, STEADY.
    pub routing: String,
    /// From start to end, s.
    pub duration_s: f64,
    /// ROUTING_STEP, s.
    pub step_s: f64,
    /// MINIMUM_STEP, s.
    pub min_step_s: f64,
    /// VARIABLE_STEP: the Courant number; none for steps of one length.
    pub courant: Option<f64>,
    /// LENGTHENING_STEP, s.
    pub lengthening_step_s: f64,
    /// MIN_SURFAREA, m².
    pub min_area_m2: f64,
    /// HEAD_TOLERANCE, m.
    pub head_tolerance_m: f64,
    /// MAX_TRIALS.
    pub max_trials: u32,
    /// INERTIAL_DAMPING.
    pub damping: Damping,
    /// NORMAL_FLOW_LIMITED.
    pub normal_flow: NormalFlow,
    /// ALLOW_PONDING.
    pub ponds: bool,
    /// SURCHARGE_METHOD as it stands there: EXTRAN or SLOT.
    pub surcharge: String,
}

/// What the other sections need to know.
pub(super) struct Frame {
    pub(super) units: Units,
    pub(super) start: Moment,
    /// Offsets of links are levels.
    pub(super) by_level: bool,
}

/// The area of a manhole of four feet, m², for which 0 stands too.
const MANHOLE_M2: f64 = 12.566 * 0.3048 * 0.3048;

pub(super) fn read(sections: &Sections) -> Result<(Options, Frame), Error> {
    let options = Reader(sections);
    let units = match options.line("FLOW_UNITS") {
        None => Units::named("CFS"),
        Some(line) => Units::named(line.word(1)),
    };
    let Some(units) = units else {
        return Err(options.refuse("FLOW_UNITS", "CFS, GPM, MGD, CMS, LPS or MLD"));
    };
    let start = options.moment("START_DATE", "START_TIME")?;
    let end = options.moment("END_DATE", "END_TIME")?;
    let duration_s = end.seconds_since(start);
    if duration_s <= 0.0 {
        return Err(options.refuse("END_TIME", "after the start"));
    }
    let min_area = options.number("MIN_SURFAREA", 0.0)? * units.area();
    let courant = options.number("VARIABLE_STEP", 0.0)?;
    let tolerance = options.number("HEAD_TOLERANCE", 0.0)? * units.length;
    let trials = options.number("MAX_TRIALS", 0.0)?;
    let step_s = options.seconds("ROUTING_STEP", 20.0)?;
    let min_step_s = options.seconds("MINIMUM_STEP", 0.5)?;
    let read = Options {
        routing: options.word("FLOW_ROUTING", "DYNWAVE"),
        duration_s,
        step_s,
        min_step_s: if min_step_s > 0.0 { min_step_s.min(step_s) } else { step_s.min(0.5) },
        courant: (courant > 0.0).then_some(courant),
        lengthening_step_s: options.seconds("LENGTHENING_STEP", 0.0)?,
        min_area_m2: if min_area > 0.0 { min_area } else { MANHOLE_M2 },
        head_tolerance_m: if tolerance > 0.0 { tolerance } else { 0.005 * 0.3048 },
        max_trials: if trials >= 2.0 { trials.min(100.0) as u32 } else { 8 },
        damping: match options.word("INERTIAL_DAMPING", "PARTIAL").as_str() {
            "NONE" => Damping::None,
            "PARTIAL" => Damping::Partial,
            "FULL" => Damping::Full,
            _ => return Err(options.refuse("INERTIAL_DAMPING", "NONE, PARTIAL or FULL")),
        },
        normal_flow: match options.word("NORMAL_FLOW_LIMITED", "BOTH").as_str() {
            "SLOPE" | "NO" => NormalFlow::Slope,
            "FROUDE" | "YES" => NormalFlow::Froude,
            "BOTH" => NormalFlow::Both,
            "NONE" => NormalFlow::Neither,
            _ => return Err(options.refuse("NORMAL_FLOW_LIMITED", "SLOPE, FROUDE, BOTH or NONE")),
        },
        ponds: options.word("ALLOW_PONDING", "NO") == "YES",
        surcharge: options.word("SURCHARGE_METHOD", "EXTRAN"),
    };
    let by_level = options.word("LINK_OFFSETS", "DEPTH") == "ELEVATION";
    Ok((read, Frame { units, start, by_level }))
}

struct Reader<'a, 'b>(&'a Sections<'b>);

impl<'a, 'b> Reader<'a, 'b> {
    fn line(&self, name: &str) -> Option<&'a Line<'b>> {
        let lines = self.0.lines("OPTIONS").iter();
        lines.rev().find(|line| line.words[0].eq_ignore_ascii_case(name))
    }

    fn refuse(&self, name: &str, right: &str) -> Error {
        match self.line(name) {
            Some(line) => line.refuse(format!("{name} is '{}'; it must be {right}", line.word(1))),
            None => Error {
                line: 0,
                section: "OPTIONS".to_owned(),
                what: format!("{name} is missing; it must be {right}"),
            },
        }
    }

    fn word(&self, name: &str, other: &str) -> String {
        let word = self.line(name).map_or(other, |line| line.word(1));
        word.to_ascii_uppercase()
    }

    fn number(&self, name: &str, other: f64) -> Result<f64, Error> {
        self.line(name).map_or(Ok(other), |line| line.number(1, name))
    }

    /// Seconds, as a number or as h:mm:ss.
    fn seconds(&self, name: &str, other: f64) -> Result<f64, Error> {
        let Some(line) = self.line(name) else { return Ok(other) };
        let word = line.needed(1, name)?;
        if word.contains(':') {
            return clock_s(word).ok_or_else(|| self.refuse(name, "seconds or h:mm:ss"));
        }
        line.number(1, name)
    }

    fn moment(&self, date: &str, time: &str) -> Result<Moment, Error> {
        let day = self.line(date).map_or("1/1/2004", |line| line.word(1));
        let clock = self.line(time).map_or("0", |line| line.word(1));
        let refuse = |name| self.refuse(name, "a date such as 10/29/2025");
        let seconds = clock_s(clock).ok_or_else(|| self.refuse(time, "a time such as 18:30:00"))?;
        Moment::new(day, seconds).ok_or_else(|| refuse(date))
    }
}
