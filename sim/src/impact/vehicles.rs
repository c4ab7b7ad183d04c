//! How much water stops whom.

use super::{Error, error::parameter};

/// Water below this depth closes nothing by its speed: rain that runs off a road, m.
const FILM_M: f64 = 0.1;

/// The water in which somebody can no longer get through: as deep, as fast, or as strong as one of
/// these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Depth, m.
    pub depth_m: f64,
    /// Depth times speed, m²/s.
    pub depth_speed_m2_s: f64,
    /// Speed, m/s.
    pub speed_m_s: f64,
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), Error> {
        let positive = |name, value: f64| {
            parameter(name, value, "positive and finite", value > 0.0 && value.is_finite())
        };
        positive("a limit of depth, m,", self.depth_m)?;
        positive("a limit of depth times speed, m²/s,", self.depth_speed_m2_s)?;
        positive("a limit of speed, m/s,", self.speed_m_s)
    }

    /// How much of what is passable water of a depth and speed is: closed from 1 on.
    pub(super) fn load(&self, depth_m: f64, speed_m_s: f64) -> f64 {
        let still = depth_m / self.depth_m;
        if self.moves(depth_m, speed_m_s, depth_m * speed_m_s) {
            let strong = depth_m * speed_m_s / self.depth_speed_m2_s;
            still.max(strong).max(speed_m_s / self.speed_m_s)
        } else {
            still
        }
    }

    /// Whether water is too fast or too strong, whatever its depth.
    pub(super) fn moves(&self, depth_m: f64, speed_m_s: f64, depth_speed_m2_s: f64) -> bool {
        let is_too_much = depth_speed_m2_s >= self.depth_speed_m2_s || speed_m_s >= self.speed_m_s;
        depth_m >= FILM_M && is_too_much
    }
}

/// Who wants to get through, with the limits that are taken where none are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vehicle {
    /// On foot, children among them: the low-hazard limits of Cox, Shand and Blacka (2010), Australian
    /// Rainfall and Runoff revision project 10, stage 1, for h·m of 25 to 50 m·kg.
    OnFoot,
    /// By motorbike. No standard is known to us: assumed, 0.2 m for the exhaust and the air filter, d·v
    /// as for a small car.
    Motorbike,
    /// By car: "small passenger" of Shand, Cox, Blacka and Smith (2011), Australian Rainfall and Runoff
    /// revision project 10, stage 2; also 0.3 m in Pregnolato, Ford, Wilkinson and Dawson (2017).
    Car,
    /// By large four-wheel drive: "large 4WD" of the same.
    FourWheelDrive,
    /// By lorry, fire engine or army truck. No standard is known to us: assumed, 0.6 m, otherwise as a
    /// large four-wheel drive.
    Lorry,
}

impl Vehicle {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::OnFoot, Self::Motorbike, Self::Car, Self::FourWheelDrive, Self::Lorry];

    /// The water that stops it.
    #[must_use]
    pub fn limits(self) -> Limits {
        let (depth_m, depth_speed_m2_s) = match self {
            Self::OnFoot => (0.5, 0.4),
            Self::Motorbike => (0.2, 0.3),
            Self::Car => (0.3, 0.3),
            Self::FourWheelDrive => (0.5, 0.6),
            Self::Lorry => (0.6, 0.6),
        };
        Limits { depth_m, depth_speed_m2_s, speed_m_s: 3.0 }
    }

    /// Identifier for documents.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::OnFoot => "on-foot",
            Self::Motorbike => "motorbike",
            Self::Car => "car",
            Self::FourWheelDrive => "four-wheel-drive",
            Self::Lorry => "lorry",
        }
    }

    /// Title in Vietnamese and English.
    #[must_use]
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::OnFoot => ("Đi bộ", "On foot"),
            Self::Motorbike => ("Xe máy", "Motorbike"),
            Self::Car => ("Ô tô con", "Car"),
            Self::FourWheelDrive => ("Xe hai cầu gầm cao", "Large four-wheel drive"),
            Self::Lorry => ("Xe tải, xe cứu hộ", "Lorry, rescue truck"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_of_fast_water_closes_nothing_and_deeper_fast_water_does() {
        let car = Vehicle::Car.limits();
        assert!(car.load(0.05, 5.0) < 1.0);
        assert!(car.load(0.15, 2.0) >= 1.0, "d·v 0.3");
        assert!(car.load(0.1, 3.0) >= 1.0, "3 m/s");
        assert!(car.load(0.3, 0.0) >= 1.0 && car.load(0.29, 1.0) < 1.0);
        assert!(Vehicle::Lorry.limits().load(0.3, 1.9) < 1.0);
    }
}
