//! Numbers painted on the ground, with their legend: hazard and arrival of a flood, lux of lamps, and whatever a
//! simulation of air, noise or traffic has to show. All of them are a [`Field`].

mod lux;
mod plugin;
mod worst;

use std::{fmt::Debug, future::Future, pin::Pin};

use city::Title;

pub use lux::{Luminaire, LuxField, LuxWanted};
pub use plugin::{FieldPlugin, FieldView};
pub use worst::{Worst, WorstField};

use crate::{error::TwinError, ground::Ground, model::Heights};

/// A step of a legend: from this value on, this colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From this value on.
    pub from: f64,
    /// sRGB.
    pub colour: u32,
    /// What it means, where the number alone does not say: Vietnamese, English.
    pub word: Option<(&'static str, &'static str)>,
}

impl Step {
    const fn new(from: f64, colour: u32) -> Self {
        Self { from, colour, word: None }
    }
}

/// The values of a field, once they are there.
#[cfg(not(target_arch = "wasm32"))]
pub type Values<'a> = Pin<Box<dyn Future<Output = Result<Heights, TwinError>> + Send + 'a>>;
/// The values of a field, once they are there; on a page everything stays on its one thread.
#[cfg(target_arch = "wasm32")]
pub type Values<'a> = Pin<Box<dyn Future<Output = Result<Heights, TwinError>> + 'a>>;

/// What a simulation, a survey or a run says of every place.
pub trait Field: Debug + Send + Sync {
    /// What it is, with its unit.
    fn title(&self) -> Title;

    /// The legend: ascending; below the first step nothing is painted.
    fn steps(&self) -> Vec<Step>;

    /// Whether it stands for the water of the run that is shown: both at once would mix their colours.
    fn is_of_water(&self) -> bool {
        false
    }

    /// Its values at the nodes of a grid in the local frame.
    ///
    /// # Errors
    /// Where they cannot be had.
    fn values<'a>(&'a self, ground: &'a Ground) -> Values<'a>;
}

/// The step that a value falls into.
pub fn step_of(steps: &[Step], value: f64) -> Option<&Step> {
    let after = steps.partition_point(|step| step.from <= value);
    steps.get(after.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_falls_into_the_last_step_that_it_reaches() {
        let steps = [Step::new(1.0, 1), Step::new(2.0, 2), Step::new(4.0, 3)];
        let colour = |value| step_of(&steps, value).map(|step| step.colour);
        assert_eq!(
            (colour(0.99), colour(1.0), colour(3.9), colour(9.0)),
            (None, Some(1), Some(2), Some(3))
        );
        assert_eq!(colour(f64::NAN), None);
    }
}
