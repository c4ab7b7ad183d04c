//! What a device tells, in the shape that its datastream takes.

use super::{lamp::LampState, seed::Dice, weather::LonLat};
use crate::things::{Quantity, Shape, Stream};

/// What a device tells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reading {
    /// A number with so many digits after the point.
    Number(f64, i32),
    Whole(i64),
    Truth(bool),
    Text(&'static str),
    /// Longitude and latitude.
    Point(LonLat),
}

impl Reading {
    /// A number as what the datastream takes.
    pub(super) fn of(stream: &Stream, value: f64) -> Self {
        match stream.shape {
            Shape::Number | Shape::Any => Self::Number(value, stream.quantity.decimals()),
            Shape::Whole => Self::Whole(value.round() as i64),
            Shape::Truth => Self::Truth(value >= 0.5),
            Shape::Text if stream.quantity == Quantity::Phase => Self::Text(match value {
                value if value < 1.5 => "green",
                value if value < 2.5 => "amber",
                _ => "red",
            }),
            Shape::Text => Self::Text(if value >= 0.5 { "on" } else { "off" }),
        }
    }

    /// What is wrong with a device, as what the datastream takes.
    pub(super) fn of_fault(stream: &Stream, state: LampState) -> Self {
        let is_at_fault = state != LampState::Sound;
        match stream.shape {
            Shape::Text | Shape::Any => Self::Text(state.name()),
            Shape::Truth => Self::Truth(is_at_fault),
            Shape::Number | Shape::Whole => Self::Whole(i64::from(is_at_fault)),
        }
    }
}

/// What nothing is known of: noise about the middle of what is expected.
pub(super) fn anything(dice: Dice, stream: &Stream, t_s: f64) -> f64 {
    if stream.shape == Shape::Truth {
        return f64::from(u8::from(dice.of(((t_s / 3600.0) as i64).cast_unsigned()).happens(0.03)));
    }
    let (low, high) = stream.expected.unwrap_or((0.0, 100.0));
    let wander = 0.3 * dice.smooth(t_s / 3600.0) + 0.05 * dice.of(1).smooth(t_s / 120.0);
    low.midpoint(high) + (high - low) * wander
}
