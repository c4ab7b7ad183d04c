//! Choices of method.

use super::Error;

/// Gravity, m/s².
pub const GRAVITY: f64 = 9.81;

/// How fluxes between cells are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// First-order Godunov: the whole shallow-water equations; right for dam breaks and hazard.
    /// See [`super::hllc`].
    #[default]
    Hllc,
    /// Local inertia: advection left out; right for slow floods (Froude number below about 0.8).
    /// See [`super::inertia`].
    LocalInertia,
    /// MUSCL–Hancock: second order; right for dam breaks and hazard where fronts should stay sharp.
    /// See [`super::muscl`].
    Muscl,
}

/// Choices of method for a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// How fluxes are found.
    pub scheme: Scheme,
    /// Courant number α: Δt = α·Δx / (fastest wave). At most ½ for HLLC and MUSCL–Hancock in two
    /// dimensions, √(θ/2) for local inertia ([`super::inertia`] says why).
    pub courant: f64,
    /// The longest step, s.
    pub max_step_s: f64,
    /// Water not deeper than this rests, m. It is kept and counted all the same.
    pub dry_depth_m: f64,
    /// Weight θ of a face's own discharge in local inertia, the rest being its neighbours' mean. Above 0.95
    /// waves grow over hours in deep ponds unless steps are short ([`super::inertia`]).
    pub theta: f64,
    /// How often maxima, arrivals and durations are taken, s; 0 for every step.
    pub record_interval_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self::hllc()
    }
}

impl Params {
    /// Defaults for [`Scheme::Hllc`].
    #[must_use]
    pub fn hllc() -> Self {
        Self {
            scheme: Scheme::Hllc,
            courant: 0.45,
            max_step_s: 10.0,
            dry_depth_m: 1e-4,
            theta: 1.0,
            record_interval_s: 5.0,
        }
    }

    /// Defaults for [`Scheme::LocalInertia`].
    #[must_use]
    pub fn local_inertia() -> Self {
        Self { scheme: Scheme::LocalInertia, courant: 0.65, theta: 0.9, ..Self::hllc() }
    }

    /// Defaults for [`Scheme::Muscl`].
    #[must_use]
    pub fn muscl() -> Self {
        Self { scheme: Scheme::Muscl, ..Self::hllc() }
    }

    /// Whether the choices make sense.
    pub(super) fn check(&self) -> Result<(), Error> {
        let highest = match self.scheme {
            Scheme::Hllc | Scheme::Muscl => 0.5,
            Scheme::LocalInertia => (0.5 * self.theta).sqrt(),
        };
        let is_in = |value: f64, low: f64, high: f64| value > low && value <= high;
        let refuse = |name, value, range| Err(Error::Parameter { name, value, range });
        if !is_in(self.theta, 0.0, 1.0) {
            return refuse("theta", self.theta, "above 0 and at most 1");
        }
        if !is_in(self.courant, 0.0, highest) {
            return refuse(
                "courant",
                self.courant,
                "above 0, at most ½ (HLLC, MUSCL) or √(θ/2) (local inertia)",
            );
        }
        if !is_in(self.max_step_s, 0.0, 3600.0) {
            return refuse("max_step_s", self.max_step_s, "above 0 and at most 3600 s");
        }
        if !is_in(self.dry_depth_m, 0.0, 0.1) {
            return refuse("dry_depth_m", self.dry_depth_m, "above 0 and at most 0.1 m");
        }
        if !(self.record_interval_s >= 0.0 && self.record_interval_s.is_finite()) {
            return refuse("record_interval_s", self.record_interval_s, "0 or more, and finite");
        }
        Ok(())
    }
}
