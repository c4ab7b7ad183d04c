//! Units of measure: as types at boundaries, and as a name in a layer's schema.

use serde::{Deserialize, Serialize};

macro_rules! quantity {
    ($($(#[$doc:meta])* $name:ident => $unit:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl $name {
            /// The unit of this quantity.
            pub const UNIT: Unit = Unit::$unit;

            /// The bare number, in that unit.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl std::ops::Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl std::ops::Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl std::ops::Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)?;
                write!(f, " {}", Self::UNIT.symbol())
            }
        }
    )*};
}

quantity! {
    /// A length or a height.
    ///
    /// ```
    /// use city::units::Metres;
    /// assert_eq!(format!("{:.1}", Metres(3.0) + Metres(0.25)), "3.2 m");
    /// ```
    Metres => Metre;
    /// An area.
    SquareMetres => SquareMetre;
    /// A volume of water.
    CubicMetres => CubicMetre;
    /// A discharge.
    CubicMetresPerSecond => CubicMetrePerSecond;
    /// A velocity.
    MetresPerSecond => MetrePerSecond;
    /// A rate of rain.
    MillimetresPerHour => MillimetrePerHour;
    /// Illuminance on a surface.
    Lux => Lux;
    /// An electric power.
    Watts => Watt;
    /// A duration.
    Seconds => Second;
    /// An angle.
    Degrees => Degree;
}

/// The unit of a property's values, named in the schema by its UCUM symbol.
///
/// UCUM, the Unified Code for Units of Measure, is what OGC schemas (`x-ogc-unit`) and SensorThings
/// use.
///
/// ```
/// use city::Unit;
/// assert_eq!(Unit::from_symbol("m3/s"), Some(Unit::CubicMetrePerSecond));
/// assert_eq!(Unit::SquareMetre.display(), "m²");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// Length.
    Metre,
    /// Length, small things such as pipe diameters.
    Millimetre,
    /// Length, long things such as bus lines.
    Kilometre,
    /// Area.
    SquareMetre,
    /// Area of planning zones and communes.
    Hectare,
    /// Area of provinces.
    SquareKilometre,
    /// Volume.
    CubicMetre,
    /// Discharge.
    CubicMetrePerSecond,
    /// Velocity.
    MetrePerSecond,
    /// Speed of vehicles.
    KilometrePerHour,
    /// Rain rate.
    MillimetrePerHour,
    /// Illuminance.
    Lux,
    /// Luminous flux.
    Lumen,
    /// Power.
    Watt,
    /// Power of transformers and feeders.
    KilovoltAmpere,
    /// Voltage.
    Kilovolt,
    /// Time.
    Second,
    /// Angle, and also geographic coordinates.
    Degree,
    /// Share of a hundred.
    Percent,
    /// Correlated colour temperature.
    Kelvin,
    /// Number of people.
    Person,
    /// A bare number or a count.
    One,
}

const UNITS: &[(Unit, &str, &str)] = &[
    (Unit::Metre, "m", "m"),
    (Unit::Millimetre, "mm", "mm"),
    (Unit::Kilometre, "km", "km"),
    (Unit::SquareMetre, "m2", "m²"),
    (Unit::Hectare, "har", "ha"),
    (Unit::SquareKilometre, "km2", "km²"),
    (Unit::CubicMetre, "m3", "m³"),
    (Unit::CubicMetrePerSecond, "m3/s", "m³/s"),
    (Unit::MetrePerSecond, "m/s", "m/s"),
    (Unit::KilometrePerHour, "km/h", "km/h"),
    (Unit::MillimetrePerHour, "mm/h", "mm/h"),
    (Unit::Lux, "lx", "lx"),
    (Unit::Lumen, "lm", "lm"),
    (Unit::Watt, "W", "W"),
    (Unit::KilovoltAmpere, "kV.A", "kVA"),
    (Unit::Kilovolt, "kV", "kV"),
    (Unit::Second, "s", "s"),
    (Unit::Degree, "deg", "°"),
    (Unit::Percent, "%", "%"),
    (Unit::Kelvin, "K", "K"),
    (Unit::Person, "{person}", "người"),
    (Unit::One, "1", ""),
];

impl Unit {
    /// The unit with this UCUM symbol.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        UNITS.iter().find(|row| row.1 == symbol).map(|row| row.0)
    }

    /// Its UCUM symbol.
    pub fn symbol(self) -> &'static str {
        UNITS.iter().find(|row| row.0 == self).map_or("1", |row| row.1)
    }

    /// How people write it after a number.
    pub fn display(self) -> &'static str {
        UNITS.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }
}

impl Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.symbol())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let symbol = String::deserialize(deserializer)?;
        Self::from_symbol(&symbol).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "'{symbol}' is no unit known here; write its UCUM symbol, such as 'm' or 'm3/s'"
            ))
        })
    }
}
