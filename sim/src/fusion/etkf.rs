//! The ensemble transform Kalman filter: what observations say about what cannot be seen.
//!
//! Hunt, Kostelich & Szunyogh (2007), *Efficient data assimilation for spatiotemporal chaos: a local ensemble
//! transform Kalman filter*, Physica D 230, equations 20 to 25, without localisation. With k members, what they
//! predict for the observations as the columns of Y (less their mean ȳ), the errors' covariance R (diagonal) and
//! inflation ρ:
//!
//! - Ã = \[(k − 1)·I/ρ + Yᵀ R⁻¹ Y\]⁻¹
//! - w̄ = Ã Yᵀ R⁻¹ (y − ȳ)
//! - W = \[(k − 1)·Ã\]^½, the symmetric root: members stay as near as can be to what they were
//! - member j becomes x̄ + X·(w̄ + Wⱼ)
//!
//! The same weights serve everything that belongs to a member: parameters, levels elsewhere, whole states.
//! Observations may be of any times since the last analysis, if each member predicts them at theirs (Hunt et
//! al. 2004, *Four-dimensional ensemble Kalman filtering*).

use super::{Error, eigen::Eigen, error::require};

/// Observations, and what each member predicted for them.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// For each member a prediction of every observation.
    pub predicted: &'a [Vec<f64>],
    /// What was observed.
    pub values: &'a [f64],
    /// Standard deviation of each observation's error, in its unit; above 0.
    pub errors: &'a [f64],
}

/// Weights that make the members of an analysis from those of a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Transform {
    members: usize,
    /// w̄.
    mean: Vec<f64>,
    /// W row by row; symmetric.
    spread: Vec<f64>,
}

impl Transform {
    /// The weights that observations give. Inflation ρ multiplies the covariance of the forecast before: 1
    /// leaves it, 1.02 to 1.1 are usual.
    ///
    /// # Errors
    /// Where there are fewer than two members, lists of different lengths, errors that are not above 0,
    /// numbers that are not finite, or an inflation outside 1 to 10.
    pub fn new(observed: Observed<'_>, inflation: f64) -> Result<Self, Error> {
        observed.check()?;
        require("the inflation", inflation, "1 to 10", (1.0..=10.0).contains(&inflation))?;
        let members = observed.predicted.len();
        let (count, rows) = (members as f64, observed.values.len());
        let mean = mean_of(observed.predicted);
        // R^-½·Y and R^-½·(y − ȳ).
        let scaled: Vec<Vec<f64>> = observed
            .predicted
            .iter()
            .map(|of| (0..rows).map(|i| (of[i] - mean[i]) / observed.errors[i]).collect())
            .collect();
        let innovation: Vec<f64> =
            (0..rows).map(|i| (observed.values[i] - mean[i]) / observed.errors[i]).collect();
        let product = |at: usize| dot(&scaled[at / members], &scaled[at % members]);
        let eigen = Eigen::of(members, (0..members * members).map(product).collect());
        // Rounding may leave an eigenvalue of YᵀR⁻¹Y a little below 0.
        let inverse = |value: f64| 1.0 / ((count - 1.0) / inflation + value.max(0.0));
        let analysis = eigen.function(inverse);
        let pull: Vec<f64> = scaled.iter().map(|member| dot(member, &innovation)).collect();
        Ok(Self {
            members,
            mean: analysis.chunks(members).map(|row| dot(row, &pull)).collect(),
            spread: eigen.function(|value| ((count - 1.0) * inverse(value)).sqrt()),
        })
    }

    /// Makes the members of the analysis: one list of variables a member.
    ///
    /// # Errors
    /// Where there is another number of members, or they are of different lengths.
    pub fn apply(&self, members: &mut [Vec<f64>]) -> Result<(), Error> {
        length("the ensemble", members.len(), self.members)?;
        same_lengths("a member's variables", members, members[0].len())?;
        let mean = mean_of(members);
        let before: Vec<Vec<f64>> = members
            .iter()
            .map(|member| member.iter().zip(&mean).map(|(x, mean)| x - mean).collect())
            .collect();
        for (j, member) in members.iter_mut().enumerate() {
            for (variable, x) in member.iter_mut().enumerate() {
                let weights =
                    (0..self.members).map(|i| self.mean[i] + self.spread[j * self.members + i]);
                let moved: f64 =
                    before.iter().zip(weights).map(|(x, weight)| x[variable] * weight).sum();
                *x = mean[variable] + moved;
            }
        }
        Ok(())
    }

    /// The weights w̄ by which the mean moves along each member's departure from it.
    #[must_use]
    pub fn mean_weights(&self) -> &[f64] {
        &self.mean
    }
}

impl Observed<'_> {
    fn check(&self) -> Result<(), Error> {
        let members = self.predicted.len();
        require("the number of members", members as f64, "2 or more", members >= 2)?;
        length("the list of errors", self.errors.len(), self.values.len())?;
        same_lengths("a member's predictions", self.predicted, self.values.len())?;
        for error in self.errors {
            let is_fine = *error > 0.0 && error.is_finite();
            require("the error of an observation", *error, "above 0 and finite", is_fine)?;
        }
        for value in self.values.iter().chain(self.predicted.iter().flatten()) {
            require("an observation or its prediction", *value, "finite", value.is_finite())?;
        }
        Ok(())
    }
}

/// The mean of each variable over the members.
pub(super) fn mean_of(members: &[Vec<f64>]) -> Vec<f64> {
    let sum = |variable: usize| members.iter().map(|member| member[variable]).sum::<f64>();
    let variables = members.first().map_or(0, Vec::len);
    (0..variables).map(|variable| sum(variable) / members.len() as f64).collect()
}

/// The standard deviation of each variable over the members (k − 1 below).
pub(super) fn spread_of(members: &[Vec<f64>]) -> Vec<f64> {
    let below = (members.len() as f64 - 1.0).max(1.0);
    let spread = |(variable, mean): (usize, f64)| {
        let sum: f64 = members.iter().map(|member| (member[variable] - mean).powi(2)).sum();
        (sum / below).sqrt()
    };
    mean_of(members).into_iter().enumerate().map(spread).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected }) }
}

fn same_lengths(what: &'static str, lists: &[Vec<f64>], expected: usize) -> Result<(), Error> {
    lists.iter().try_for_each(|list| length(what, list.len(), expected))
}
