//! Dates, time series, curves and patterns.

use std::collections::HashMap;

use super::{
    Error,
    options::Frame,
    sections::{Line, Sections},
};

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

/// A time of the calendar without a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    date: jiff::civil::Date,
    seconds: f64,
}

impl Moment {
    /// From month/day/year (numbers, or names of months) and seconds of the day.
    pub(super) fn new(date: &str, seconds: f64) -> Option<Self> {
        let mut parts = date.split(['/', '-']);
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        let months =
            ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
        let named = months.iter().position(|name| month.eq_ignore_ascii_case(name));
        let month = named.map_or_else(|| month.parse().ok(), |at| i8::try_from(at + 1).ok())?;
        let date = jiff::civil::Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
        Some(Self { date, seconds })
    }

    pub(super) fn seconds_since(self, start: Self) -> f64 {
        f64::from(self.days_since(start)) * DAY_S + self.seconds - start.seconds
    }

    fn days_since(self, start: Self) -> i32 {
        (self.date - start.date).get_days()
    }

    /// Seconds since midnight.
    pub(super) fn seconds_into_day(self) -> f64 {
        self.seconds
    }

    /// Seconds since the last full hour, `seconds` later.
    pub(super) fn seconds_into_hour(self, seconds: f64) -> f64 {
        let total = self.seconds + seconds;
        total - (total / 3600.0).floor() * 3600.0
    }

    /// Month from 0, day of the week from Sunday, hour, `seconds` later.
    fn calendar(self, seconds: f64) -> (usize, usize, usize) {
        let total = self.seconds + seconds;
        let days = (total / DAY_S).floor();
        let date = self.date.saturating_add(jiff::Span::new().days(days as i64));
        let hour = ((total - days * DAY_S) / 3600.0) as usize;
        let weekday = date.weekday().to_sunday_zero_offset();
        ((date.month() - 1).unsigned_abs().into(), weekday.unsigned_abs().into(), hour.min(23))
    }
}

/// h:mm:ss, h:mm or hours, in seconds.
pub(super) fn clock_s(word: &str) -> Option<f64> {
    if !word.contains(':') {
        return word.parse::<f64>().ok().map(|hours| hours * 3600.0);
    }
    let mut parts = word.split(':');
    let mut part = || parts.next().map_or(Some(0.0), |part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (part()?, part()?, part()?);
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

/// A curve's kind, and its entries.
type Curve<'a> = (&'a str, &'a [(f64, f64)]);

/// Pairs of numbers by name, with the line where each begins.
pub(super) struct Tables {
    series: HashMap<String, Vec<(f64, f64)>>,
    /// Series whose values are in files beside the model.
    in_files: HashMap<String, usize>,
    curves: HashMap<String, (String, Vec<(f64, f64)>)>,
    patterns: HashMap<String, (String, Vec<f64>)>,
}

impl Tables {
    pub(super) fn read(sections: &Sections, frame: &Frame) -> Result<Self, Error> {
        let mut tables = Self {
            series: HashMap::new(),
            in_files: HashMap::new(),
            curves: HashMap::new(),
            patterns: HashMap::new(),
        };
        let mut dates = HashMap::new();
        for line in sections.lines("TIMESERIES") {
            tables.read_series(line, frame, &mut dates)?;
        }
        for line in sections.lines("CURVES") {
            tables.read_curve(line)?;
        }
        for line in sections.lines("PATTERNS") {
            tables.read_pattern(line)?;
        }
        Ok(tables)
    }

    /// name [date] time value [time value …]; a date holds until the next.
    fn read_series(
        &mut self,
        line: &Line,
        frame: &Frame,
        dates: &mut HashMap<String, f64>,
    ) -> Result<(), Error> {
        let name = line.words[0];
        if line.word(1).eq_ignore_ascii_case("FILE") {
            self.in_files.insert(name.to_owned(), line.number);
            return Ok(());
        }
        let series = self.series.entry(name.to_owned()).or_default();
        let mut at = 1;
        while at < line.words.len() {
            let word = line.word(at);
            if let Some(date) = Moment::new(word, 0.0) {
                dates.insert(name.to_owned(), date.seconds_since(frame.start));
                at += 1;
            }
            let clock = line.needed(at, "a time")?;
            let seconds = clock_s(clock)
                .ok_or_else(|| line.refuse(format!("'{clock}' is no time: write 1:30 or 1.5")))?;
            let time_s = dates.get(name).copied().unwrap_or(0.0) + seconds;
            let value = line.number(at + 1, "the value of a series")?;
            if series.last().is_some_and(|(last_s, _)| *last_s >= time_s) {
                return Err(line.refuse(format!("the times of '{name}' do not ascend")));
            }
            series.push((time_s, value));
            at += 2;
        }
        Ok(())
    }

    /// name [kind] x y [x y …]
    fn read_curve(&mut self, line: &Line) -> Result<(), Error> {
        let kind = line.needed(1, "an entry of the curve")?;
        let is_first = kind.parse::<f64>().is_err();
        let (known, entries) = self.curves.entry(line.words[0].to_owned()).or_default();
        if is_first {
            *known = kind.to_ascii_uppercase();
        }
        for at in (1 + usize::from(is_first)..line.words.len()).step_by(2) {
            let x = line.number(at, "x of the curve")?;
            entries.push((x, line.number(at + 1, "y of the curve")?));
        }
        Ok(())
    }

    /// name [kind] factor …
    fn read_pattern(&mut self, line: &Line) -> Result<(), Error> {
        let is_first = line.word(1).parse::<f64>().is_err();
        let (kind, factors) = self.patterns.entry(line.words[0].to_owned()).or_default();
        if is_first {
            *kind = line.word(1).to_ascii_uppercase();
        }
        for at in 1 + usize::from(is_first)..line.words.len() {
            factors.push(line.number(at, "a factor")?);
        }
        Ok(())
    }

    pub(super) fn series(&self, line: &Line, name: &str) -> Result<&[(f64, f64)], Error> {
        if self.in_files.contains_key(name) {
            let what = format!(
                "the series '{name}' is in a file beside the model: write its values into [TIMESERIES]"
            );
            return Err(line.refuse(what));
        }
        let found = self.series.get(name).filter(|series| !series.is_empty());
        let missing = || line.refuse(format!("the series '{name}' is not in [TIMESERIES]: add it"));
        found.map(Vec::as_slice).ok_or_else(missing)
    }

    /// A curve's kind and entries.
    pub(super) fn curve(&self, line: &Line, name: &str) -> Result<Curve<'_>, Error> {
        let missing = || line.refuse(format!("the curve '{name}' is not in [CURVES]: add it"));
        let (kind, entries) = self.curves.get(name).ok_or_else(missing)?;
        Ok((kind, entries))
    }

    /// The product of patterns at a time of the run.
    pub(super) fn factor(
        &self,
        line: &Line,
        names: &[&str],
        start: Moment,
        time_s: f64,
    ) -> Result<f64, Error> {
        let (month, weekday, hour) = start.calendar(time_s);
        let is_weekend = weekday == 0 || weekday == 6;
        let mut product = 1.0;
        let has_weekend =
            names.iter().any(|name| self.patterns.get(*name).is_some_and(|(k, _)| k == "WEEKEND"));
        for name in names {
            let missing =
                || line.refuse(format!("the pattern '{name}' is not in [PATTERNS]: add it"));
            let (kind, factors) = self.patterns.get(*name).ok_or_else(missing)?;
            let at = match kind.as_str() {
                "MONTHLY" => Some(month),
                "DAILY" => Some(weekday),
                "WEEKEND" => is_weekend.then_some(hour),
                // A pattern for weekends takes the place of that for all days.
                _ => (!(is_weekend && has_weekend)).then_some(hour),
            };
            product *= at.map_or(1.0, |at| factors.get(at).copied().unwrap_or(1.0));
        }
        Ok(product)
    }
}
