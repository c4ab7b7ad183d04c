//! Axis-aligned boxes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A box in one frame, x = east, y = north; `min ≤ max` on both axes, all numbers finite.
///
/// ```
/// use city::Bbox;
/// let town: Bbox = "108.45,15.55,108.50,15.60".parse()?;
/// assert!(town.contains(108.474, 15.5736));
/// assert!("108,15,NaN,16".parse::<Bbox>().is_err());
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 4]", into = "[f64; 4]")]
pub struct Bbox {
    /// West edge.
    pub min_x: f64,
    /// South edge.
    pub min_y: f64,
    /// East edge.
    pub max_x: f64,
    /// North edge.
    pub max_y: f64,
}

impl Bbox {
    /// A box from its edges.
    ///
    /// # Errors
    /// [`Error::Bbox`] when a number is not finite or a minimum exceeds its maximum.
    pub fn new(min_x: f64, min_y: f64, max_x: f64, max_y: f64) -> Result<Self, Error> {
        let wrong = |why| Error::Bbox(format!("{min_x},{min_y},{max_x},{max_y}"), why);
        if ![min_x, min_y, max_x, max_y].iter().all(|v| v.is_finite()) {
            return Err(wrong("every number must be finite"));
        }
        if min_x > max_x || min_y > max_y {
            return Err(wrong("the lower-left corner comes first: minX,minY,maxX,maxY"));
        }
        Ok(Self { min_x, min_y, max_x, max_y })
    }

    /// The smallest box around points; `None` when there are none or one is not finite.
    pub fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        points.into_iter().try_fold(None, |bbox: Option<Self>, (x, y)| {
            if !x.is_finite() || !y.is_finite() {
                return None;
            }
            let point = Self { min_x: x, min_y: y, max_x: x, max_y: y };
            Some(Some(bbox.map_or(point, |b| b.union(&point))))
        })?
    }

    /// The smallest box that holds both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    /// Whether two boxes share a point; edges belong to the box.
    pub fn intersects(&self, other: &Self) -> bool {
        self.min_x <= other.max_x
            && other.min_x <= self.max_x
            && self.min_y <= other.max_y
            && other.min_y <= self.max_y
    }

    /// Whether a point lies inside or on an edge.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.min_x..=self.max_x).contains(&x) && (self.min_y..=self.max_y).contains(&y)
    }

    /// Whether the whole of another box lies inside.
    pub fn covers(&self, other: &Self) -> bool {
        self.contains(other.min_x, other.min_y) && self.contains(other.max_x, other.max_y)
    }

    /// Width, in the frame's unit.
    pub fn width(&self) -> f64 {
        self.max_x - self.min_x
    }

    /// Height, in the frame's unit.
    pub fn height(&self) -> f64 {
        self.max_y - self.min_y
    }

    /// The point in the middle.
    pub fn centre(&self) -> (f64, f64) {
        (0.5 * (self.min_x + self.max_x), 0.5 * (self.min_y + self.max_y))
    }

    /// The same box with its axes exchanged.
    pub fn swapped(&self) -> Self {
        Self { min_x: self.min_y, min_y: self.min_x, max_x: self.max_y, max_y: self.max_x }
    }
}

impl TryFrom<[f64; 4]> for Bbox {
    type Error = Error;

    fn try_from(v: [f64; 4]) -> Result<Self, Error> {
        Self::new(v[0], v[1], v[2], v[3])
    }
}

impl From<Bbox> for [f64; 4] {
    fn from(b: Bbox) -> Self {
        [b.min_x, b.min_y, b.max_x, b.max_y]
    }
}

impl FromStr for Bbox {
    type Err = Error;

    /// Reads four numbers, or six, of which the third and the sixth are heights and are ignored
    /// (OGC 17-069r4, 7.15.3: they filter only data that has heights).
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why| Error::Bbox(text.chars().take(120).collect(), why);
        let numbers: Vec<f64> = text
            .split(',')
            .map(|part| part.trim().parse::<f64>())
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("write four or six numbers separated by commas"))?;
        match numbers[..] {
            [a, b, c, d] => Self::new(a, b, c, d),
            [a, b, low, c, d, high] if low <= high => Self::new(a, b, c, d),
            [_, _, _, _, _, _] => Err(wrong("the lower height comes first")),
            _ => Err(wrong("write four or six numbers separated by commas")),
        }
        .map_err(|error| match error {
            Error::Bbox(_, why) => wrong(why),
            other => other,
        })
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.min_x, self.min_y, self.max_x, self.max_y)
    }
}
