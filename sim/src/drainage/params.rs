//! Choices of method.

use city::drainage::swmm::{Damping, NormalFlow, Options};

use super::Error;

/// What becomes of the inertial terms as flow comes near the critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Inertia {
    /// They stay.
    Kept,
    /// They fade from Froude number ½ to 1.
    #[default]
    Damped,
    /// They are left out.
    LeftOut,
}

/// When a conduit carries no more than its upstream end would by Manning's formula: the steep
/// conduits that a dynamic wave cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NormalLimit {
    /// Where the water surface falls less than the invert.
    Slope,
    /// Where the flow is supercritical.
    Froude,
    /// Where either is so.
    #[default]
    Both,
    /// Never.
    None,
}

/// Choices of method for a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// The longest step, s.
    pub max_step_s: f64,
    /// The shortest step that the Courant number may ask for, s.
    pub min_step_s: f64,
    /// Courant number of the step; none for steps of `max_step_s`, however fast the flow.
    pub courant: Option<f64>,
    /// Iterations of a step at most.
    pub max_trials: u32,
    /// Heads that change less from one iteration to the next are found, m.
    pub head_tolerance_m: f64,
    /// The least water surface of a node, m²: that of a manhole of 4 feet.
    pub min_area_m2: f64,
    /// What becomes of inertia.
    pub inertia: Inertia,
    /// When Manning's formula limits.
    pub normal_limit: NormalLimit,
    /// Whether water that comes out of a node with a ponded area stands there until it goes back.
    pub ponds: bool,
    /// Conduits shorter than a wave runs in this time, s, are computed as if they were longer and
    /// smoother; 0 for none.
    pub lengthening_step_s: f64,
}

impl Default for Params {
    /// SWMM 5.2's own defaults, with a longest step of 20 s.
    fn default() -> Self {
        Self {
            max_step_s: 20.0,
            min_step_s: 0.5,
            courant: Some(0.75),
            max_trials: 8,
            head_tolerance_m: 0.001_524,
            min_area_m2: 1.167_42,
            inertia: Inertia::Damped,
            normal_limit: NormalLimit::Both,
            ponds: false,
            lengthening_step_s: 0.0,
        }
    }
}

impl From<&Options> for Params {
    /// As a SWMM 5 file wants it run.
    fn from(options: &Options) -> Self {
        Self {
            max_step_s: options.step_s,
            min_step_s: options.min_step_s,
            courant: options.courant,
            max_trials: options.max_trials,
            head_tolerance_m: options.head_tolerance_m,
            min_area_m2: options.min_area_m2,
            inertia: match options.damping {
                Damping::None => Inertia::Kept,
                Damping::Partial => Inertia::Damped,
                Damping::Full => Inertia::LeftOut,
            },
            normal_limit: match options.normal_flow {
                NormalFlow::Slope => NormalLimit::Slope,
                NormalFlow::Froude => NormalLimit::Froude,
                NormalFlow::Both => NormalLimit::Both,
                NormalFlow::Neither => NormalLimit::None,
            },
            ponds: options.ponds,
            lengthening_step_s: options.lengthening_step_s,
        }
    }
}

impl Params {
    /// Whether the choices make sense.
    pub(super) fn check(&self) -> Result<(), Error> {
        let checks = [
            ("max_step_s", self.max_step_s, 1e-3, 3600.0, "0.001 to 3600 s"),
            ("min_step_s", self.min_step_s, 1e-3, 3600.0, "0.001 to 3600 s"),
            ("courant", self.courant.unwrap_or(1.0), 1e-3, 2.0, "0.001 to 2"),
            ("max_trials", f64::from(self.max_trials), 2.0, 100.0, "2 to 100"),
            ("head_tolerance_m", self.head_tolerance_m, 1e-9, 0.1, "10⁻⁹ to 0.1 m"),
            ("min_area_m2", self.min_area_m2, 1e-3, 1e4, "0.001 to 10000 m²"),
            ("lengthening_step_s", self.lengthening_step_s, 0.0, 3600.0, "0 to 3600 s"),
        ];
        for (name, value, low, high, range) in checks {
            if !(low..=high).contains(&value) {
                return Err(Error::Parameter { name, value, range });
            }
        }
        Ok(())
    }
}
