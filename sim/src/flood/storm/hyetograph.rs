//! Design storms: a depth spread over a duration.

use super::{
    super::{Error, Rain},
    IntensityDuration, require,
};

/// A storm in equal blocks of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyetograph {
    step_s: f64,
    mm: Vec<f64>,
}

/// The quarter of the storm in which most of it falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quartile {
    /// Storms up to 6 hours, mostly.
    First,
    /// 6 to 12 hours.
    Second,
    /// 12 to 24 hours.
    Third,
    /// Longer ones.
    Fourth,
}

/// Parts in a hundred of the rain after each twentieth of the duration: medians of heavy storms at a
/// point (Huff 1990, *Time Distributions of Heavy Rainstorms in Illinois*, ISWS Circular 173, table 3).
const HUFF: [[f64; 21]; 4] = [
    [
        0.0, 16.0, 33.0, 43.0, 52.0, 60.0, 66.0, 71.0, 75.0, 79.0, 82.0, 84.0, 86.0, 88.0, 90.0,
        92.0, 94.0, 96.0, 97.0, 98.0, 100.0,
    ],
    [
        0.0, 3.0, 8.0, 12.0, 16.0, 22.0, 29.0, 39.0, 51.0, 62.0, 70.0, 76.0, 81.0, 85.0, 88.0,
        91.0, 93.0, 95.0, 97.0, 98.0, 100.0,
    ],
    [
        0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 19.0, 23.0, 27.0, 32.0, 38.0, 45.0, 57.0, 70.0, 79.0, 85.0,
        89.0, 92.0, 95.0, 97.0, 100.0,
    ],
    [
        0.0, 2.0, 5.0, 8.0, 10.0, 13.0, 16.0, 19.0, 22.0, 25.0, 28.0, 32.0, 35.0, 39.0, 45.0, 51.0,
        59.0, 72.0, 84.0, 92.0, 100.0,
    ],
];

impl Hyetograph {
    /// The same intensity all the time.
    ///
    /// # Errors
    /// Where the depth is negative, or the step does not divide the duration into 1 to 10,000 blocks.
    pub fn uniform(total_mm: f64, duration_s: f64, step_s: f64) -> Result<Self, Error> {
        Self::of(total_mm, duration_s, step_s, |part| part)
    }

    /// Rising evenly to a peak at a part of the duration, and falling evenly.
    ///
    /// # Errors
    /// As [`Hyetograph::uniform`]; where the peak is not within the duration (0 to 1).
    pub fn triangular(
        total_mm: f64,
        duration_s: f64,
        step_s: f64,
        peak: f64,
    ) -> Result<Self, Error> {
        require(
            "part of the duration before the peak",
            peak,
            (0.0..=1.0).contains(&peak),
            "0 to 1",
        )?;
        Self::of(total_mm, duration_s, step_s, |part| {
            if part < peak {
                part * part / peak
            } else if peak < 1.0 {
                1.0 - (1.0 - part) * (1.0 - part) / (1.0 - peak)
            } else {
                1.0
            }
        })
    }

    /// Huff's median curve of a quartile.
    ///
    /// # Errors
    /// As [`Hyetograph::uniform`].
    pub fn huff(
        total_mm: f64,
        duration_s: f64,
        step_s: f64,
        quartile: Quartile,
    ) -> Result<Self, Error> {
        let curve = &HUFF[quartile as usize];
        Self::of(total_mm, duration_s, step_s, |part| {
            let at = (20.0 * part).clamp(0.0, 20.0);
            let low = (at as usize).min(19);
            0.01 * (curve[low] + (curve[low + 1] - curve[low]) * (at - low as f64))
        })
    }

    /// Chicago storm (Keifer & Chu 1957, J. Hydraul. Div. ASCE 83): around its peak, at a part of the
    /// duration, every duration has the depth of the law; the block's depths are the exact integrals.
    ///
    /// # Errors
    /// As [`Hyetograph::uniform`]; where the peak is not within the duration (0 to 1).
    pub fn chicago(
        law: &IntensityDuration,
        duration_s: f64,
        step_s: f64,
        peak: f64,
    ) -> Result<Self, Error> {
        require(
            "part of the duration before the peak",
            peak,
            (0.0..=1.0).contains(&peak),
            "0 to 1",
        )?;
        let (total_mm, top_s) = (law.depth_mm(duration_s), peak * duration_s);
        // Before the peak r·P(t_b/r) falls within t_b of it, after it (1 − r)·P(t_a/(1 − r)).
        let side_mm = |away_s: f64, share: f64| {
            if share > 0.0 { share * law.depth_mm(away_s / share) } else { 0.0 }
        };
        Self::of(total_mm, duration_s, step_s, |part| {
            let time_s = part * duration_s;
            let before_mm = side_mm(top_s, peak);
            let fallen_mm = if time_s < top_s {
                before_mm - side_mm(top_s - time_s, peak)
            } else {
                before_mm + side_mm(time_s - top_s, 1.0 - peak)
            };
            fallen_mm / total_mm
        })
    }

    /// Alternating blocks (Chow, Maidment & Mays 1988, *Applied Hydrology*, §14.4): the law's
    /// increments, the largest in the middle, the others to its right and left in turn.
    ///
    /// # Errors
    /// As [`Hyetograph::uniform`].
    pub fn alternating_blocks(
        law: &IntensityDuration,
        duration_s: f64,
        step_s: f64,
    ) -> Result<Self, Error> {
        let mut storm = Self::uniform(law.depth_mm(duration_s), duration_s, step_s)?;
        let blocks = storm.mm.len();
        let mut falling: Vec<f64> = (0..blocks)
            .map(|k| law.depth_mm((k + 1) as f64 * step_s) - law.depth_mm(k as f64 * step_s))
            .collect();
        falling.sort_by(|a, b| b.total_cmp(a));
        let middle = (blocks - 1) / 2;
        for (rank, mm) in falling.into_iter().enumerate() {
            let away = rank.div_ceil(2);
            let at = if rank % 2 == 1 { middle + away } else { middle - away };
            storm.mm[at] = mm;
        }
        Ok(storm)
    }

    /// From the part of the rain that has fallen after a part of the duration.
    fn of(
        total_mm: f64,
        duration_s: f64,
        step_s: f64,
        fallen: impl Fn(f64) -> f64,
    ) -> Result<Self, Error> {
        let is_depth = (0.0..1e5).contains(&total_mm);
        require("depth of the storm", total_mm, is_depth, "0 to 100000 mm")?;
        let blocks = (duration_s / step_s).round();
        let divides = step_s > 0.0
            && (1.0..=10_000.0).contains(&blocks)
            && (blocks * step_s - duration_s).abs() <= 1e-6 * duration_s;
        let range = "a step that divides the storm's duration into 1 to 10000 blocks, s";
        require("step of the storm", step_s, divides, range)?;
        let edge = |block: usize| fallen(block as f64 / blocks);
        let block = |at: usize| total_mm * (edge(at + 1) - edge(at)).max(0.0);
        Ok(Self { step_s, mm: (0..blocks as usize).map(block).collect() })
    }

    /// The same storm with another total, mm.
    #[must_use]
    pub fn scaled_to(mut self, total_mm: f64) -> Self {
        let now_mm = self.total_mm();
        if now_mm > 0.0 {
            self.mm.iter_mut().for_each(|mm| *mm *= total_mm / now_mm);
        }
        self
    }

    /// Depth of each block, mm.
    #[must_use]
    pub fn mm(&self) -> &[f64] {
        &self.mm
    }

    /// Length of a block, s.
    #[must_use]
    pub fn step_s(&self) -> f64 {
        self.step_s
    }

    /// Depth of the storm, mm.
    #[must_use]
    pub fn total_mm(&self) -> f64 {
        self.mm.iter().sum()
    }

    /// The storm as rain everywhere, from a time of the run on.
    ///
    /// # Errors
    /// Where the time is not finite, or it was scaled to a negative depth.
    pub fn rain(&self, starts_s: f64) -> Result<Rain, Error> {
        let times_s = (0..=self.mm.len()).map(|i| starts_s + i as f64 * self.step_s).collect();
        let mm_per_h: Vec<f64> = self.mm.iter().map(|mm| mm * 3600.0 / self.step_s).collect();
        Rain::uniform(times_s, &mm_per_h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3600.0;

    fn law() -> IntensityDuration {
        IntensityDuration::new(1900.0, 12.0, 0.75).expect("a law")
    }

    /// The most that falls in so many blocks that follow each other, mm.
    fn most_mm(storm: &Hyetograph, blocks: usize) -> f64 {
        storm.mm().windows(blocks).map(|run| run.iter().sum()).fold(0.0, f64::max)
    }

    #[test]
    fn a_chicago_storm_and_alternating_blocks_hold_the_laws_depth_for_every_duration() {
        let chicago = Hyetograph::chicago(&law(), 4.0 * HOUR, 300.0, 0.5).expect("a storm");
        let blocks = Hyetograph::alternating_blocks(&law(), 4.0 * HOUR, 300.0).expect("a storm");
        for count in [2, 6, 12, 24, 48] {
            let wanted_mm = law().depth_mm(count as f64 * 300.0);
            assert!((most_mm(&chicago, count) / wanted_mm - 1.0).abs() < 1e-12, "{count}");
            assert!((most_mm(&blocks, count) / wanted_mm - 1.0).abs() < 1e-12, "{count}");
        }
    }

    #[test]
    fn a_chicago_storm_peaks_where_it_is_told_to() {
        let storm = Hyetograph::chicago(&law(), 6.0 * HOUR, 600.0, 0.25).expect("a storm");
        let top = storm.mm().iter().copied().fold(0.0, f64::max);
        let at = storm.mm().iter().position(|mm| *mm == top).expect("a peak");
        assert!((8..=9).contains(&at), "{at} of 36");
        assert!((storm.total_mm() / law().depth_mm(6.0 * HOUR) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn triangles_and_huffs_curves_give_the_depth_in_their_shape() {
        let triangle = Hyetograph::triangular(90.0, 3.0 * HOUR, HOUR, 1.0 / 3.0).expect("a storm");
        // ⅓ of the area before the peak; then (1 − (⅓)²/(⅔)) − ⅓ and the rest.
        let wanted = [30.0, 45.0, 15.0];
        let off = |(a, b): (&f64, &f64)| (a - b).abs();
        assert!(triangle.mm().iter().zip(&wanted).map(off).sum::<f64>() < 1e-9, "{triangle:?}");
        let huff =
            Hyetograph::huff(200.0, 12.0 * HOUR, 3.0 * HOUR, Quartile::Second).expect("storm");
        let wanted = [44.0, 96.0, 42.0, 18.0];
        assert!(huff.mm().iter().zip(&wanted).map(off).sum::<f64>() < 1e-9, "{huff:?}");
        for quartile in [Quartile::First, Quartile::Second, Quartile::Third, Quartile::Fourth] {
            let huff = Hyetograph::huff(100.0, 10.0 * HOUR, 1800.0, quartile).expect("a storm");
            let top = huff.mm().iter().copied().fold(0.0, f64::max);
            let at = huff.mm().iter().position(|mm| *mm == top).expect("a peak");
            assert_eq!(at / 5, quartile as usize, "{huff:?}");
        }
    }

    #[test]
    fn a_step_that_does_not_divide_the_duration_is_refused() {
        assert!(Hyetograph::uniform(10.0, 3600.0, 700.0).is_err());
        assert!(Hyetograph::uniform(10.0, 3600.0, 0.0).is_err());
        assert!(Hyetograph::uniform(-1.0, 3600.0, 600.0).is_err());
        assert!(Hyetograph::triangular(1.0, 3600.0, 600.0, 1.5).is_err());
    }
}
