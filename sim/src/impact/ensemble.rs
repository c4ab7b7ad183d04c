//! Many runs of one storm: how probable each depth is.

use rayon::prelude::*;

use super::{Error, error::parameter, view::wet};

/// Largest depths of the members of an ensemble, each with a value for each cell, m. All members count
/// the same.
#[derive(Debug, Clone)]
pub struct Ensemble<'a> {
    members: Vec<&'a [f32]>,
}

impl<'a> Ensemble<'a> {
    /// Of at least one member.
    ///
    /// # Errors
    /// Where there is none, or they are of different sizes.
    pub fn new(members: Vec<&'a [f32]>) -> Result<Self, Error> {
        let range = "1 or more";
        parameter("the number of members", members.len() as f64, range, !members.is_empty())?;
        let expected = members.first().map_or(0, |first| first.len());
        match members.iter().map(|member| member.len()).find(|found| *found != expected) {
            Some(found) => Err(Error::Length { what: "a member's raster", found, expected }),
            None => Ok(Self { members }),
        }
    }

    /// How many members there are. A probability is no finer than one part of them.
    #[must_use]
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// For each cell the part of the members in which the water is at least so deep: 0 to 1.
    #[must_use]
    pub fn exceedance(&self, depth_m: f64) -> Vec<f32> {
        let all = self.members.len() as f64;
        let is_deep = |cell: usize| {
            let deep = self.members.iter().filter(|member| wet(member[cell]) >= depth_m).count();
            (deep as f64 / all) as f32
        };
        self.cells().map(is_deep).collect()
    }

    /// For each of some parts (0.1, 0.5, 0.9) a raster of the depth that this part of the members does
    /// not exceed, m: between neighbouring members straight (type 7 of Hyndman and Fan 1996).
    ///
    /// # Errors
    /// Where a part is not between 0 and 1.
    pub fn percentiles_m(&self, parts: &[f64]) -> Result<Vec<Vec<f32>>, Error> {
        for part in parts {
            parameter("a part", *part, "0 to 1", (0.0..=1.0).contains(part))?;
        }
        let of_cell = |cell: usize| -> Vec<f32> {
            let mut depths: Vec<f64> =
                self.members.iter().map(|member| wet(member[cell])).collect();
            depths.sort_unstable_by(f64::total_cmp);
            parts.iter().map(|part| quantile(&depths, *part) as f32).collect()
        };
        let cells: Vec<Vec<f32>> = self.cells().map(of_cell).collect();
        let raster = |part: usize| cells.iter().map(|depths| depths[part]).collect();
        Ok((0..parts.len()).map(raster).collect())
    }

    fn cells(&self) -> rayon::range::Iter<usize> {
        (0..self.members[0].len()).into_par_iter()
    }
}

/// Of ascending values, at least one.
fn quantile(ascending: &[f64], part: f64) -> f64 {
    let at = part * (ascending.len() - 1) as f64;
    let (low, high) = (ascending[at.floor() as usize], ascending[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_of_four_members_make_three_quarters() {
        let members: [&[f32]; 4] = [&[0.0, 0.4], &[0.1, 0.4], &[0.3, f32::NAN], &[0.7, 0.4]];
        let ensemble = Ensemble::new(members.to_vec()).expect("four members");
        assert_eq!(ensemble.exceedance(0.1), [0.75, 0.75]);
        assert_eq!(ensemble.exceedance(0.5), [0.25, 0.0]);
        let found = ensemble.percentiles_m(&[0.0, 0.5, 0.9]).expect("parts");
        // Between 0.1 and 0.3; at 2.7 of 0…3 between 0.3 and 0.7.
        let near = |found: f32, expected: f32| (found - expected).abs() < 1e-6;
        assert!(near(found[1][0], 0.2) && near(found[2][0], 0.58), "{found:?}");
        assert_eq!(found[0], [0.0, 0.0]);
    }

    #[test]
    fn ensembles_without_or_of_different_members_are_refused() {
        assert!(Ensemble::new(Vec::new()).is_err());
        assert!(Ensemble::new(vec![&[0.0_f32][..], &[0.0, 0.0]]).is_err());
        let one = Ensemble::new(vec![&[0.0_f32][..]]).expect("one member");
        assert!(one.percentiles_m(&[1.1]).is_err());
    }

    proptest! {
        #[test]
        fn deeper_is_never_more_probable_and_percentiles_ascend(
            depths in prop::collection::vec(prop::collection::vec(0.0_f32..3.0, 5), 1..9),
        ) {
            let ensemble = Ensemble::new(depths.iter().map(Vec::as_slice).collect()).expect("members");
            let (low, high) = (ensemble.exceedance(0.3), ensemble.exceedance(1.0));
            prop_assert!(low.iter().zip(&high).all(|(low, high)| low >= high));
            let p = ensemble.percentiles_m(&[0.1, 0.5, 0.9]).expect("parts");
            prop_assert!((0..5).all(|cell| p[0][cell] <= p[1][cell] && p[1][cell] <= p[2][cell]));
        }
    }
}
