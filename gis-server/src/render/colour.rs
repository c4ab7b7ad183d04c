//! Colours of styles and of requests.

use std::str::FromStr;

/// A colour and its opacity, each channel from 0 to 1, not multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// Red.
    pub r: f32,
    /// Green.
    pub g: f32,
    /// Blue.
    pub b: f32,
    /// Opacity.
    pub a: f32,
}

/// A text that names no colour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no colour; write #rrggbb, rgb(r, g, b) or rgba(r, g, b, a)")]
pub struct NoColour(String);

impl Colour {
    /// Opaque black.
    pub const BLACK: Self = Self { r: 0.0, g: 0.0, b: 0.0, a: 1.0 };
    /// Opaque white.
    pub const WHITE: Self = Self { r: 1.0, g: 1.0, b: 1.0, a: 1.0 };
    /// Nothing at all.
    pub const CLEAR: Self = Self { r: 0.0, g: 0.0, b: 0.0, a: 0.0 };

    /// An opaque colour of bytes.
    pub fn rgb(r: u8, g: u8, b: u8) -> Self {
        let [r, g, b] = [r, g, b].map(|channel| f32::from(channel) / 255.0);
        Self { r, g, b, a: 1.0 }
    }

    /// The colour with a share of its opacity.
    #[must_use]
    pub fn faded(self, share: f64) -> Self {
        Self { a: (self.a * share as f32).clamp(0.0, 1.0), ..self }
    }

    /// A colour between two, as MapLibre mixes them: channels multiplied by opacity, in sRGB.
    #[must_use]
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let t = share as f32;
        let a = self.a + t * (other.a - self.a);
        if a <= 0.0 {
            return Self::CLEAR;
        }
        let mix = |own: f32, others: f32| {
            ((own * self.a) * (1.0 - t) + (others * other.a) * t).clamp(0.0, a) / a
        };
        Self { r: mix(self.r, other.r), g: mix(self.g, other.g), b: mix(self.b, other.b), a }
    }

    /// Red, green, blue and opacity as bytes.
    ///
    /// ```
    /// use gis_server::render::Colour;
    /// assert_eq!("#ffa0ff".parse::<Colour>()?.bytes(), [255, 160, 255, 255]);
    /// assert_eq!("rgba(0, 0, 0, 0.5)".parse::<Colour>()?.bytes(), [0, 0, 0, 128]);
    /// assert!("reddish".parse::<Colour>().is_err());
    /// # Ok::<(), gis_server::render::colour::NoColour>(())
    /// ```
    pub fn bytes(self) -> [u8; 4] {
        [self.r, self.g, self.b, self.a].map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8)
    }

    /// As `#rrggbb`, opacity left out.
    pub fn hex(self) -> String {
        let [r, g, b, _] = self.bytes();
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

impl FromStr for Colour {
    type Err = NoColour;

    fn from_str(text: &str) -> Result<Self, NoColour> {
        let plain = text.trim().to_ascii_lowercase();
        let found = match plain.strip_prefix('#') {
            Some(digits) => of_digits(digits),
            None => of_function(&plain).or_else(|| named(&plain)),
        };
        found.ok_or_else(|| NoColour(text.chars().take(40).collect()))
    }
}

/// Hexadecimal digits: 3, 4, 6 or 8 of them.
fn of_digits(digits: &str) -> Option<Colour> {
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let wide: String = match digits.len() {
        3 | 4 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        6 | 8 => digits.to_owned(),
        _ => return None,
    };
    let number = u32::from_str_radix(&wide, 16).ok()?;
    let number = if wide.len() == 6 { number << 8 | 0xff } else { number };
    let [r, g, b, a] = number.to_be_bytes();
    Some(Colour { a: f32::from(a) / 255.0, ..Colour::rgb(r, g, b) })
}

/// `rgb(…)` and `rgba(…)`.
fn of_function(text: &str) -> Option<Colour> {
    let inner = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("))?;
    let numbers = inner.strip_suffix(')')?.split(',').map(|part| part.trim().parse::<f32>());
    let numbers: Vec<f32> = numbers.collect::<Result<_, _>>().ok()?;
    let (&[r, g, b], a) = match &numbers[..] {
        [r, g, b] => (&[*r, *g, *b], 1.0),
        [r, g, b, a] => (&[*r, *g, *b], *a),
        _ => return None,
    };
    let is_channel = |v: f32| (0.0..=255.0).contains(&v);
    let fits = [r, g, b].into_iter().all(is_channel) && (0.0..=1.0).contains(&a);
    fits.then_some(Colour { r: r / 255.0, g: g / 255.0, b: b / 255.0, a })
}

/// The colours that people name in styles.
fn named(name: &str) -> Option<Colour> {
    Some(match name {
        "black" => Colour::BLACK,
        "white" => Colour::WHITE,
        "transparent" => Colour::CLEAR,
        "red" => Colour::rgb(255, 0, 0),
        "green" => Colour::rgb(0, 128, 0),
        "blue" => Colour::rgb(0, 0, 255),
        "yellow" => Colour::rgb(255, 255, 0),
        "orange" => Colour::rgb(255, 165, 0),
        "purple" => Colour::rgb(128, 0, 128),
        "brown" => Colour::rgb(165, 42, 42),
        "gray" | "grey" => Colour::rgb(128, 128, 128),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_digits_and_opacity_are_read() {
        assert_eq!("#fff".parse::<Colour>(), Ok(Colour::WHITE));
        assert_eq!("#00000000".parse::<Colour>(), Ok(Colour::CLEAR));
        assert_eq!("#ff000080".parse::<Colour>().unwrap().bytes(), [255, 0, 0, 128]);
        for text in ["", "#", "#12", "#ggg", "rgb(1,2)", "rgb(300,0,0)", "rgba(0,0,0,2)", "đỏ"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    #[test]
    fn half_way_between_two_colours_is_their_mean() {
        let grey = Colour::BLACK.mixed(Colour::WHITE, 0.5);
        assert_eq!(grey.bytes(), [128, 128, 128, 255]);
        // What is not there has no colour to give.
        let red = Colour::rgb(255, 0, 0).mixed(Colour::CLEAR, 0.5);
        assert_eq!(red.bytes(), [255, 0, 0, 128]);
    }
}
