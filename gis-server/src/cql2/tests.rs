mod examples;
mod places;
mod round;
