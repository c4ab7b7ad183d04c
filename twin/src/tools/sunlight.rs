//! How long the sun shines on a face over a day, and who takes it.

use std::collections::BTreeMap;

use city::Instant;
use jiff::civil;
use rayon::prelude::*;

use super::{By, Face, Obstacles};
use crate::{
    TwinError,
    clock::zone,
    sky::{Observer, sun_position},
};

/// The sun in the middle of a step of the day, above the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SunStep {
    /// When.
    pub at: Instant,
    /// The hour of the province's clock that it belongs to.
    pub hour: usize,
    /// Towards the sun: a unit vector east, north, up; refraction included.
    pub towards: [f64; 3],
}

/// The sun over a place and a day of the province's clock, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct SunPath {
    /// The day.
    pub date: civil::Date,
    /// Length of a step, minutes.
    pub step_min: f64,
    /// The steps in whose middle the sun's own middle is above a level horizon.
    pub steps: Vec<SunStep>,
}

impl SunPath {
    /// The path over a place (degrees) by NREL's SPA, in steps of 1 to 60 minutes.
    ///
    /// # Errors
    /// [`TwinError::Ask`] for another step, and a day that no calendar has.
    pub fn over(
        (lon_deg, lat_deg): (f64, f64),
        date: civil::Date,
        step_min: u32,
    ) -> Result<Self, TwinError> {
        if !(1..=60).contains(&step_min) {
            let what = format!("a step of {step_min} minutes: take 1 to 60");
            return Err(TwinError::Ask(what));
        }
        let midnight = date.to_zoned(zone()).map_err(|error| TwinError::Ask(error.to_string()))?;
        let begin = midnight.timestamp().as_microsecond();
        let observer = Observer::at(lon_deg, lat_deg);
        let steps = (0..1440 / step_min).filter_map(|number| {
            let minutes = (f64::from(number) + 0.5) * f64::from(step_min);
            let at = Instant::from_micros(begin + (minutes * 60e6) as i64);
            let sun = sun_position(at, &observer);
            (sun.elevation_deg() > 0.0).then(|| SunStep {
                at,
                hour: ((minutes / 60.0) as usize).min(23),
                towards: sun.direction(),
            })
        });
        Ok(Self { date, step_min: f64::from(step_min), steps: steps.collect() })
    }

    /// From sunrise to sunset, minutes, in whole steps: the most that a place can have.
    pub fn day_min(&self) -> f64 {
        self.steps.len() as f64 * self.step_min
    }
}

/// What something takes of a face's sun, minutes, on average over its places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taker {
    /// What.
    pub by: By,
    /// While it stands in the sun's way, alone or behind or before others.
    pub min: f64,
    /// While nothing else does: what would be won without it.
    pub alone_min: f64,
}

/// The sun on a face over a day, minutes, on average over its places.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceSun {
    /// The sun shines on it.
    pub sun_min: f64,
    /// On the place that has least.
    pub least_min: f64,
    /// On the place that has most.
    pub most_min: f64,
    /// The sun stands before the face: what it would have if nothing were in the way.
    pub facing_min: f64,
    /// `sun_min` by the hour of the province's clock.
    pub by_hour: [f64; 24],
    /// Who takes how much, who takes most first.
    pub takers: Vec<Taker>,
    /// What each of its places has, minutes.
    pub points_min: Vec<f64>,
}

/// A place's day, in steps.
#[derive(Default, Clone)]
struct Day {
    facing: u32,
    by_hour: [u32; 24],
    takers: BTreeMap<By, (u32, u32)>,
}

impl Day {
    fn of(obstacles: &Obstacles<'_>, at: [f64; 3], normal: [f64; 3], path: &SunPath) -> Self {
        let mut day = Self::default();
        for step in &path.steps {
            let facing: f64 = (0..3).map(|k| normal[k] * step.towards[k]).sum();
            if facing <= 0.0 {
                continue;
            }
            day.facing += 1;
            let met = match obstacles.end_of(at, step.towards) {
                Some(end) => obstacles.all(at, end),
                None => Vec::new(),
            };
            if met.is_empty() {
                day.by_hour[step.hour] += 1;
            }
            for by in &met {
                let taken = day.takers.entry(*by).or_default();
                taken.0 += 1;
                taken.1 += u32::from(met.len() == 1);
            }
        }
        day
    }

    fn sun(&self) -> u32 {
        self.by_hour.iter().sum()
    }
}

/// The sun on faces over a day, on all threads; as many answers as faces, in their order.
pub fn study(obstacles: &Obstacles<'_>, faces: &[Face], path: &SunPath) -> Vec<FaceSun> {
    let places: Vec<(usize, [f64; 3])> = faces
        .iter()
        .enumerate()
        .flat_map(|(number, face)| face.points.iter().map(move |at| (number, *at)))
        .collect();
    let days: Vec<Day> = places
        .par_iter()
        .map(|(number, at)| Day::of(obstacles, *at, faces[*number].normal, path))
        .collect();
    let mut rest = &days[..];
    let of_face = |face: &Face| {
        let (its, others) = rest.split_at(face.points.len());
        rest = others;
        FaceSun::of(its, path.step_min)
    };
    faces.iter().map(of_face).collect()
}

impl FaceSun {
    fn of(days: &[Day], step_min: f64) -> Self {
        let each = step_min / days.len().max(1) as f64;
        let points_min: Vec<f64> = days.iter().map(|day| f64::from(day.sun()) * step_min).collect();
        let mut sums = Day::default();
        for day in days {
            sums.facing += day.facing;
            for (sum, steps) in sums.by_hour.iter_mut().zip(day.by_hour) {
                *sum += steps;
            }
            for (by, (taken, alone)) in &day.takers {
                let sum = sums.takers.entry(*by).or_default();
                *sum = (sum.0 + taken, sum.1 + alone);
            }
        }
        let takers = sums.takers.iter().map(|(by, (taken, alone))| Taker {
            by: *by,
            min: f64::from(*taken) * each,
            alone_min: f64::from(*alone) * each,
        });
        Self {
            sun_min: f64::from(sums.sun()) * each,
            least_min: points_min.iter().copied().fold(f64::INFINITY, f64::min),
            most_min: points_min.iter().copied().fold(0.0, f64::max),
            facing_min: f64::from(sums.facing) * each,
            by_hour: sums.by_hour.map(|steps| f64::from(steps) * each),
            takers: in_order(takers.collect()),
            points_min,
        }
    }
}

fn in_order(mut takers: Vec<Taker>) -> Vec<Taker> {
    takers.sort_by(|a, b| b.min.total_cmp(&a.min).then(a.by.cmp(&b.by)));
    takers
}

/// The sun on several faces as on one, by their areas; by their places where they have none. `None` of no
/// faces.
pub fn total(faces: &[Face], suns: &[FaceSun]) -> Option<FaceSun> {
    let has_areas = faces.iter().all(|face| face.area_m2 > 0.0);
    let weight = |face: &Face| if has_areas { face.area_m2 } else { face.points.len() as f64 };
    let whole: f64 = faces.iter().map(weight).sum();
    if faces.is_empty() || whole <= 0.0 {
        return None;
    }
    let mut sum = FaceSun {
        sun_min: 0.0,
        least_min: f64::INFINITY,
        most_min: 0.0,
        facing_min: 0.0,
        by_hour: [0.0; 24],
        takers: Vec::new(),
        points_min: Vec::new(),
    };
    let mut takers: BTreeMap<By, (f64, f64)> = BTreeMap::new();
    for (face, sun) in faces.iter().zip(suns) {
        let share = weight(face) / whole;
        sum.sun_min += sun.sun_min * share;
        sum.facing_min += sun.facing_min * share;
        sum.least_min = sum.least_min.min(sun.least_min);
        sum.most_min = sum.most_min.max(sun.most_min);
        for (hour, min) in sum.by_hour.iter_mut().zip(sun.by_hour) {
            *hour += min * share;
        }
        for taker in &sun.takers {
            let taken = takers.entry(taker.by).or_default();
            *taken = (taken.0 + taker.min * share, taken.1 + taker.alone_min * share);
        }
        sum.points_min.extend(&sun.points_min);
    }
    let takers = takers.into_iter().map(|(by, (min, alone_min))| Taker { by, min, alone_min });
    sum.takers = in_order(takers.collect());
    Some(sum)
}
