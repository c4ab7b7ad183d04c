//! What is marked on the map of a commune: roads that are closed, shelters, places that the water
//! shuts, names of villages.

use geo_types::Coord;
use serde_json::Value as Json;

use super::{
    Frame,
    pen::{Ink, Pen},
};
use crate::flood::{error::FloodError, file_of, folder::RunFolder, plane::Plane};

/// Colours of signs.
const CLOSED: Ink = Ink::rgb(0xc0, 0x1a, 0x1a);
const SHELTER: Ink = Ink::rgb(0x15, 0x7f, 0x3b);
const SHUT: Ink = Ink::rgb(0xc0, 0x1a, 0x1a);
const WHITE: Ink = Ink::rgb(0xff, 0xff, 0xff);

/// What is marked, in the frame of the run's rasters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signs {
    /// Stretches of road that a car cannot pass for some time.
    closed: Vec<Vec<Coord<f64>>>,
    /// Shelters, and whether water shuts them.
    shelters: Vec<(Coord<f64>, bool)>,
    /// Other places that water shuts.
    shut: Vec<Coord<f64>>,
    /// Villages.
    villages: Vec<(String, Coord<f64>)>,
}

/// A sign in a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Closed,
    Shelter,
    ShelterShut,
    Shut,
}

impl Sign {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Closed => "Đường ô tô con không qua được",
            Self::Shelter => "Nơi tránh trú",
            Self::ShelterShut => "Nơi tránh trú bị ngập",
            Self::Shut => "Trường, y tế, công sở… bị ngập",
        }
    }

    /// Draws it around a place, so many pixels wide.
    pub(super) fn draw(self, pen: &mut Pen, (x, y): (f32, f32), side: f32) {
        let half = side / 2.0;
        match self {
            Self::Closed => {
                pen.stroke(&[vec![(x - half, y), (x + half, y)]], CLOSED, side / 5.0, None);
            }
            Self::Shelter => house(pen, (x, y), half, SHELTER),
            Self::ShelterShut => house(pen, (x, y), half, SHUT),
            Self::Shut => {
                let ring = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)];
                pen.fill(&[ring.to_vec()], SHUT);
                outline(pen, &ring, side);
            }
        }
    }
}

/// A house: a square under a roof.
fn house(pen: &mut Pen, (x, y): (f32, f32), half: f32, ink: Ink) {
    let (eaves, wall) = (y - half * 0.1, half * 0.75);
    let ring = [
        (x, y - half),
        (x + half, eaves),
        (x + wall, eaves),
        (x + wall, y + half),
        (x - wall, y + half),
        (x - wall, eaves),
        (x - half, eaves),
    ];
    pen.fill(&[ring.to_vec()], ink);
    outline(pen, &ring, 2.0 * half);
}

fn outline(pen: &mut Pen, ring: &[(f32, f32)], side: f32) {
    let mut closed = ring.to_vec();
    closed.extend(ring.first().copied());
    pen.stroke(&[closed], WHITE, side / 10.0, None);
}

impl Signs {
    /// The signs of a run, from its answers.
    ///
    /// # Errors
    /// [`FloodError::File`] and [`FloodError::Document`] where an answer cannot be read.
    pub fn read(folder: &RunFolder, plane: &Plane) -> Result<Self, FloodError> {
        let answer = |name: &str| -> Result<Vec<Json>, FloodError> {
            let read: Option<Json> = folder.read_json(&file_of(name))?;
            let features = read.and_then(|it| it["features"].as_array().cloned());
            Ok(features.unwrap_or_default())
        };
        let place = |at: &Json| plane.to_plane(at[0].as_f64()?, at[1].as_f64()?);
        let mut signs = Self::default();
        for road in answer("roads")? {
            let line = road["geometry"]["coordinates"].as_array();
            if let (Some(line), Some("car")) = (line, road["properties"]["vehicle"].as_str()) {
                signs.closed.push(line.iter().filter_map(place).collect());
            }
        }
        for site in answer("facilities")? {
            let Some(at) = place(&site["geometry"]["coordinates"]) else { continue };
            let of = &site["properties"];
            let is_shut = of["fails"] == true;
            match of["shelter"] == true {
                true => signs.shelters.push((at, is_shut)),
                false if is_shut => signs.shut.push(at),
                false => {}
            }
        }
        Ok(signs)
    }

    /// These signs, with the names of villages.
    #[must_use]
    pub fn with_villages(self, villages: Vec<(String, Coord<f64>)>) -> Self {
        Self { villages, ..self }
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: &Frame) {
        let side = (pen.size().1 / 70.0).clamp(10.0, 30.0);
        let lines: Vec<Vec<(f32, f32)>> =
            self.closed.iter().map(|line| line.iter().map(|at| frame.px(*at)).collect()).collect();
        pen.stroke(&lines, CLOSED, side / 5.0, None);
        for at in &self.shut {
            Sign::Shut.draw(pen, frame.px(*at), side * 0.8);
        }
        for (at, is_shut) in &self.shelters {
            let sign = if *is_shut { Sign::ShelterShut } else { Sign::Shelter };
            sign.draw(pen, frame.px(*at), side);
        }
    }

    /// The signs that the legend explains.
    pub(super) fn legend(&self) -> Vec<Sign> {
        let shelter = |shut: bool| self.shelters.iter().any(|(_, is_shut)| *is_shut == shut);
        [
            (Sign::Closed, !self.closed.is_empty()),
            (Sign::Shelter, shelter(false)),
            (Sign::ShelterShut, shelter(true)),
            (Sign::Shut, !self.shut.is_empty()),
        ]
        .into_iter()
        .filter_map(|(sign, is_there)| is_there.then_some(sign))
        .collect()
    }

    /// Names of villages, and where they stand on the picture.
    pub(super) fn names(&self, frame: &Frame) -> Vec<(&str, (f32, f32))> {
        self.villages.iter().map(|(name, at)| (name.as_str(), frame.px(*at))).collect()
    }
}
