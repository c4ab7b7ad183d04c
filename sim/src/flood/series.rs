//! A quantity over time: a hydrograph, a tide.

use super::Error;

/// A quantity over time: straight between its entries, constant before the first and after the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    entries: Vec<(f64, f64)>,
}

impl Series {
    /// From pairs of time (s of the run) and value. `what` names it in errors.
    ///
    /// # Errors
    /// Where there is no entry, a number is not finite, or times do not ascend.
    pub fn new(what: &'static str, entries: Vec<(f64, f64)>) -> Result<Self, Error> {
        let refuse = |reason, entry| Err(Error::Series { what, reason, entry });
        if entries.is_empty() {
            return refuse("nothing there", 0);
        }
        for (entry, (time_s, value)) in entries.iter().enumerate() {
            if !time_s.is_finite() || !value.is_finite() {
                return refuse("a number that is not finite", entry);
            }
            if entry > 0 && entries[entry - 1].0 >= *time_s {
                return refuse("times out of order", entry);
            }
        }
        Ok(Self { entries })
    }

    /// The same at all times.
    ///
    /// # Errors
    /// Where the value is not finite.
    pub fn constant(what: &'static str, value: f64) -> Result<Self, Error> {
        Self::new(what, vec![(0.0, value)])
    }

    /// The entries: time in s, value.
    #[must_use]
    pub fn entries(&self) -> &[(f64, f64)] {
        &self.entries
    }

    /// The value at a time.
    #[must_use]
    pub fn at(&self, time_s: f64) -> f64 {
        let next = self.entries.partition_point(|(t, _)| *t <= time_s);
        if next == 0 {
            return self.entries[0].1;
        }
        let (t0, v0) = self.entries[next - 1];
        match self.entries.get(next) {
            Some((t1, v1)) => v0 + (v1 - v0) * ((time_s - t0) / (t1 - t0)),
            None => v0,
        }
    }

    /// The sum of two: a surge on a tide, a release on a base flow.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut times: Vec<f64> =
            self.entries.iter().chain(&other.entries).map(|(time_s, _)| *time_s).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let sum = |time_s: f64| (time_s, self.at(time_s) + other.at(time_s));
        Self { entries: times.into_iter().map(sum).collect() }
    }

    /// The same times with every value times a factor.
    ///
    /// # Errors
    /// Where a value becomes infinite or not a number.
    pub fn scaled(&self, what: &'static str, factor: f64) -> Result<Self, Error> {
        Self::new(
            what,
            self.entries.iter().map(|(time_s, value)| (*time_s, value * factor)).collect(),
        )
    }

    /// ∫ value dt from one time to a later one: exact for straight pieces.
    #[must_use]
    pub fn integral(&self, from_s: f64, to_s: f64) -> f64 {
        let inside = self.entries.iter().map(|(t, _)| *t).filter(|t| *t > from_s && *t < to_s);
        let (mut sum, mut t0, mut v0) = (0.0, from_s, self.at(from_s));
        for t1 in inside.chain([to_s]) {
            let v1 = self.at(t1);
            sum += 0.5 * (v0 + v1) * (t1 - t0);
            (t0, v0) = (t1, v1);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_is_read_and_integrated_exactly() {
        let q = Series::new("a hydrograph", vec![(0.0, 0.0), (10.0, 4.0), (20.0, 0.0)])
            .expect("it ascends");
        assert_eq!((q.at(-1.0), q.at(5.0), q.at(10.0), q.at(99.0)), (0.0, 2.0, 4.0, 0.0));
        assert_eq!(
            (q.integral(0.0, 20.0), q.integral(-5.0, 5.0), q.integral(5.0, 15.0)),
            (40.0, 5.0, 30.0)
        );
    }

    #[test]
    fn a_surge_on_a_tide_is_the_sum_at_every_time() {
        let tide = Series::new("a tide", vec![(0.0, 0.0), (10.0, 1.0), (20.0, 0.0)]).expect("one");
        let surge = Series::new("a surge", vec![(5.0, 0.0), (12.0, 0.7)]).expect("one");
        let both = tide.plus(&surge);
        for i in 0..60 {
            let time_s = f64::from(i) * 0.5 - 3.0;
            assert!((both.at(time_s) - tide.at(time_s) - surge.at(time_s)).abs() < 1e-12);
        }
    }

    #[test]
    fn times_out_of_order_are_refused_with_their_place() {
        let refused = Series::new("a tide", vec![(0.0, 1.0), (5.0, 2.0), (5.0, 3.0)]);
        assert_eq!(
            refused,
            Err(Error::Series { what: "a tide", reason: "times out of order", entry: 2 })
        );
    }
}
