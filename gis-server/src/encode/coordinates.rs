//! A feature's positions in the system that was asked for, and how they are written.

use city::{Crs, frame::CrsKind};
use datasets::crs::{CrsError, Transformer};

use crate::store::FeatureGeometry;

/// Gives positions in one system, in the order of its axes.
pub struct Coordinates {
    transformer: Option<Transformer>,
    north_first: bool,
    decimals: Decimals,
    points: Vec<(f64, f64)>,
    positions: Vec<[f64; 2]>,
}

impl Coordinates {
    /// Positions in a system.
    ///
    /// # Errors
    /// When the way from longitude and latitude to it is not known.
    pub fn new(crs: Crs) -> Result<Self, CrsError> {
        let transformer = Transformer::between(Crs::CRS84, crs)?;
        Ok(Self {
            transformer: (!transformer.is_identity()).then_some(transformer),
            north_first: crs.is_north_first(),
            decimals: Decimals::of(crs),
            points: Vec::new(),
            positions: Vec::new(),
        })
    }

    /// The same, with east before north whatever the authority says.
    #[must_use]
    pub fn east_first(self) -> Self {
        Self { north_first: false, ..self }
    }

    /// A feature's positions, parts and rings.
    ///
    /// # Errors
    /// When a position cannot be given in the system.
    pub fn of<'a>(&'a mut self, geometry: FeatureGeometry<'a>) -> Result<Rings<'a>, CrsError> {
        if self.transformer.is_none() && !self.north_first {
            return Ok(Rings { geometry, positions: geometry.lon_lat(), decimals: self.decimals });
        }
        self.points.clear();
        self.points.extend(geometry.lon_lat().iter().map(|position| (position[0], position[1])));
        if let Some(transformer) = &self.transformer {
            transformer.convert_all(&mut self.points)?;
        }
        let in_order = |&(x, y): &(f64, f64)| if self.north_first { [y, x] } else { [x, y] };
        self.positions.clear();
        self.positions.extend(self.points.iter().map(in_order));
        let positions = &self.positions;
        Ok(Rings { geometry, positions, decimals: self.decimals })
    }
}

/// A feature's positions, ready to be written.
#[derive(Clone, Copy)]
pub struct Rings<'a> {
    geometry: FeatureGeometry<'a>,
    positions: &'a [[f64; 2]],
    decimals: Decimals,
}

/// How lists and positions are punctuated.
struct Marks {
    open: u8,
    close: u8,
    axis: u8,
    closed_positions: bool,
}

const JSON: Marks = Marks { open: b'[', close: b']', axis: b',', closed_positions: true };
const WKT: Marks = Marks { open: b'(', close: b')', axis: b' ', closed_positions: false };

impl<'a> Rings<'a> {
    /// All positions, part after part.
    pub fn all(&self) -> &'a [[f64; 2]] {
        self.positions
    }

    /// The lengths of the rings of each part.
    pub fn parts(&self) -> impl Iterator<Item = Vec<usize>> + use<'a> {
        self.geometry.parts().map(|part| part.rings().map(|ring| ring.lon_lat.len()).collect())
    }

    pub(super) fn first_position(&self, out: &mut Vec<u8>) {
        if let Some(position) = self.positions.first() {
            self.position(out, position, &JSON);
        }
    }

    pub(super) fn positions(&self, out: &mut Vec<u8>) {
        self.ring(out, self.positions, &JSON);
    }

    pub(super) fn first_ring(&self, out: &mut Vec<u8>) {
        self.ring(out, self.positions, &JSON);
    }

    pub(super) fn every_ring(&self, out: &mut Vec<u8>) {
        self.part_list(out, &JSON, |rings, out, part, at| rings.bare_rings(out, part, at, &JSON));
    }

    pub(super) fn first_part(&self, out: &mut Vec<u8>) {
        let part = self.parts().next().unwrap_or_default();
        self.rings_of(out, &part, 0, &JSON);
    }

    pub(super) fn every_part(&self, out: &mut Vec<u8>) {
        self.part_list(out, &JSON, |rings, out, part, at| rings.rings_of(out, part, at, &JSON));
    }

    /// The body of a geometry in well-known text, by its depth of nesting: 1 positions, 2 rings or
    /// lines, 3 polygons.
    pub(super) fn well_known_text(&self, out: &mut Vec<u8>, depth: u8) {
        match depth {
            1 => self.ring(out, self.positions, &WKT),
            2 => self
                .part_list(out, &WKT, |rings, out, part, at| rings.bare_rings(out, part, at, &WKT)),
            _ => self
                .part_list(out, &WKT, |rings, out, part, at| rings.rings_of(out, part, at, &WKT)),
        }
    }

    fn part_list(
        &self,
        out: &mut Vec<u8>,
        marks: &Marks,
        write: impl Fn(&Self, &mut Vec<u8>, &[usize], usize),
    ) {
        out.push(marks.open);
        let mut at = 0;
        for (order, part) in self.parts().enumerate() {
            if order > 0 {
                out.push(b',');
            }
            write(self, out, &part, at);
            at += part.iter().sum::<usize>();
        }
        out.push(marks.close);
    }

    fn rings_of(&self, out: &mut Vec<u8>, part: &[usize], at: usize, marks: &Marks) {
        out.push(marks.open);
        self.bare_rings(out, part, at, marks);
        out.push(marks.close);
    }

    fn bare_rings(&self, out: &mut Vec<u8>, part: &[usize], mut at: usize, marks: &Marks) {
        for (order, length) in part.iter().enumerate() {
            if order > 0 {
                out.push(b',');
            }
            self.ring(out, &self.positions[at..at + length], marks);
            at += length;
        }
    }

    fn ring(&self, out: &mut Vec<u8>, positions: &[[f64; 2]], marks: &Marks) {
        out.push(marks.open);
        for (order, position) in positions.iter().enumerate() {
            if order > 0 {
                out.push(b',');
            }
            self.position(out, position, marks);
        }
        out.push(marks.close);
    }

    fn position(&self, out: &mut Vec<u8>, position: &[f64; 2], marks: &Marks) {
        if marks.closed_positions {
            out.push(marks.open);
        }
        self.decimals.write(out, position[0]);
        out.push(marks.axis);
        self.decimals.write(out, position[1]);
        if marks.closed_positions {
            out.push(marks.close);
        }
    }
}

/// To how many decimals coordinates are written: about a millimetre in either kind of system, so
/// that a feature that is read and written back stays where it was, and no digit is noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decimals {
    places: usize,
    scale: f64,
}

impl Decimals {
    /// The decimals of a system: 10⁻⁸ degrees, 10⁻³ metres.
    pub fn of(crs: Crs) -> Self {
        match crs.kind() {
            CrsKind::Geographic => Self { places: 8, scale: 1e8 },
            CrsKind::Projected => Self { places: 3, scale: 1e3 },
        }
    }

    /// Appends a number without trailing zeros.
    pub fn write(self, out: &mut Vec<u8>, number: f64) {
        let scaled = (number * self.scale).round();
        // Beyond that, whole steps are no longer exact; such a coordinate is far off this planet.
        if scaled.abs() >= 9.0e15 || !scaled.is_finite() {
            return out.extend_from_slice(b"0");
        }
        let steps = scaled as i64;
        if steps < 0 {
            out.push(b'-');
        }
        let (whole, mut fraction) =
            (steps.unsigned_abs() / self.scale as u64, steps.unsigned_abs() % self.scale as u64);
        digits(out, whole, 1);
        if fraction == 0 {
            return;
        }
        let mut places = self.places;
        while fraction % 10 == 0 {
            fraction /= 10;
            places -= 1;
        }
        out.push(b'.');
        digits(out, fraction, places);
    }
}

/// Appends a number with at least so many digits.
fn digits(out: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut text = [b'0'; 20];
    let mut at = text.len();
    while number > 0 || text.len() - at < least {
        at -= 1;
        text[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&text[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(crs: Crs, number: f64) -> String {
        let mut out = Vec::new();
        Decimals::of(crs).write(&mut out, number);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_to_the_millimetre_without_noise() {
        for (crs, number, expected) in [
            (Crs::CRS84, 108.474, "108.474"),
            (Crs::CRS84, -0.000_000_01, "-0.00000001"),
            (Crs::CRS84, 0.1 + 0.2, "0.3"),
            (Crs::CRS84, 108.0, "108"),
            (Crs::CRS84, -0.0, "0"),
            (Crs::QUANG_NAM, 577_453.963_4, "577453.963"),
            (Crs::QUANG_NAM, 1_722_531.000_4, "1722531"),
            (Crs::CRS84, f64::NAN, "0"),
        ] {
            assert_eq!(written(crs, number), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_within_half_a_step(number in -180.0f64..180.0) {
            let back: f64 = written(Crs::CRS84, number).parse().unwrap();
            // Half of 1e-8, and what f64 adds in scaling.
            prop_assert!((back - number).abs() <= 0.5e-8 + 1e-13);
        }
    }
}
