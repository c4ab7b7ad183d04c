//! Where a model stands.

use std::str::FromStr;

use super::model::{Model, Site};
use crate::import::{crs_choice::Declared, error::ImportError};

/// The ellipsoid of WGS 84: its greater half axis, m, and the square of its eccentricity.
const AXIS_M: f64 = 6_378_137.0;
const E2: f64 = 0.006_694_379_990_14;

/// Where somebody says that a model stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    /// Of the model's origin.
    lon: f64,
    lat: f64,
    /// From north to the model's y, clockwise, in degrees.
    turn: f64,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<f64>> =
            text.split(',').map(|part| part.trim().parse::<f64>().ok()).collect();
        let place = match numbers.as_deref() {
            Some([lon, lat]) => Some(Self { lon: *lon, lat: *lat, turn: 0.0 }),
            Some([lon, lat, turn]) => Some(Self { lon: *lon, lat: *lat, turn: *turn }),
            _ => None,
        };
        // Near a pole a degree of longitude has no length.
        let is_place =
            |it: &Self| it.lon.abs() <= 180.0 && it.lat.abs() <= 85.0 && it.turn.abs() <= 360.0;
        place.filter(is_place).ok_or_else(|| {
            format!(
                "'{text}' is no place: write LON,LAT or LON,LAT,DEGREES, such as 108.49,15.57,30"
            )
        })
    }
}

/// The ground under a model.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    plane: Plane,
    /// The height of the model's zero, m.
    zero_m: f64,
    /// The system of what [`at`](Self::at) gives.
    pub(super) declared: Declared,
    /// What a person should know, in Vietnamese and English.
    pub(super) notes: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Plane {
    /// A map's: east and north of the model's origin, m, and its x axis there with its length.
    Map { origin: [f64; 2], x_axis: [f64; 2] },
    /// Tangent to the ellipsoid at a point, which lies in the model at a place; north in the model.
    Tangent { lon: f64, lat: f64, at: [f64; 2], north: [f64; 2] },
}

impl Ground {
    /// As somebody says, else as the model does: a conversion to a map, or the position of its site.
    ///
    /// # Errors
    /// [`ImportError::Crs`] where nobody does.
    pub(super) fn of(model: &Model, place: Option<Place>) -> Result<Self, ImportError> {
        if let Some(place) = place {
            let turn = place.turn.to_radians();
            let north = [-turn.sin(), turn.cos()];
            let plane = Plane::Tangent { lon: place.lon, lat: place.lat, at: [0.0; 2], north };
            let note = (
                "Đặt gốc mô hình theo --place".to_owned(),
                "the model's origin stands as --place says".to_owned(),
            );
            return Ok(Self::tangent(plane, 0.0, note));
        }
        if model.conversion.is_some() {
            return Ok(Self::map(model));
        }
        match model.site {
            Some(Site { lon, lat, height_m, origin: [x, y, z] }) => {
                let plane = Plane::Tangent { lon, lat, at: [x, y], north: model.north };
                let note = (
                    format!("Đặt theo kinh độ, vĩ độ của IfcSite ({lon:.6}, {lat:.6}): thường chỉ gần đúng; kiểm tra, hoặc dùng --place"),
                    format!("placed by longitude and latitude of IfcSite ({lon:.6}, {lat:.6}), which is often rough: check it, or use --place"),
                );
                Ok(Self::tangent(plane, height_m - z, note))
            }
            None => Err(ImportError::Crs(
                "the model says nowhere where it stands (no IfcMapConversion, no position of IfcSite): give --place LON,LAT[,DEGREES] of its origin / \
                 mô hình không nói vị trí: hãy nêu --place KINH-ĐỘ,VĨ-ĐỘ[,GÓC] của gốc mô hình"
                    .to_owned(),
            )),
        }
    }

    fn tangent(plane: Plane, zero_m: f64, note: (String, String)) -> Self {
        Self { plane, zero_m, declared: Declared::Code("OGC:CRS84".into()), notes: vec![note] }
    }

    /// By the model's conversion (IfcMapConversion): its numbers are in the map's unit, the model's in metres.
    fn map(model: &Model) -> Self {
        let conversion = model.conversion.clone().unwrap_or_default();
        let unit_m = conversion.map_unit_scale.unwrap_or(model.unit_m);
        let mut notes = Vec::new();
        let mut scale = unit_m * conversion.scale * conversion.factor_x / model.unit_m;
        // Map and model differ by the grid's own scale, a part in a thousand; more is a unit that was forgotten.
        if !(0.95..1.05).contains(&scale) {
            notes.push((
                format!("Tỷ lệ của IfcMapConversion làm mô hình lớn gấp {scale}: bỏ qua, giữ kích thước thật"),
                format!("IfcMapConversion makes the model {scale} times its size: not followed"),
            ));
            scale = 1.0;
        }
        let code = conversion.crs_name.as_deref().and_then(code_of);
        let name = conversion.crs_name.as_deref().unwrap_or("?");
        notes.push((
            format!("Đặt theo IfcMapConversion, hệ {name}"),
            format!("placed by IfcMapConversion in the system {name}"),
        ));
        let plane = Plane::Map {
            origin: [conversion.eastings * unit_m, conversion.northings * unit_m],
            x_axis: [conversion.x_axis_abscissa * scale, conversion.x_axis_ordinate * scale],
        };
        let declared = code.map_or(Declared::Nothing, Declared::Code);
        Self { plane, zero_m: conversion.orthogonal_height * unit_m, declared, notes }
    }

    /// A place of the model's plane, m, in the declared system: east and north, or longitude and latitude.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        match self.plane {
            Plane::Map { origin: [east, north], x_axis: [cos, sin] } => {
                (east + cos * x - sin * y, north + sin * x + cos * y)
            }
            Plane::Tangent { lon, lat, at, north: [a, b] } => {
                let (x, y) = (x - at[0], y - at[1]);
                let (east, north) = (x * b - y * a, x * a + y * b);
                // Radii of curvature across the meridian and along it.
                let sine = lat.to_radians().sin();
                let w2 = 1.0 - E2 * sine * sine;
                let across = AXIS_M / w2.sqrt();
                let along = across * (1.0 - E2) / w2;
                let longitude = east / (across * lat.to_radians().cos());
                (lon + longitude.to_degrees(), lat + (north / along).to_degrees())
            }
        }
    }

    /// A height of the model, m, as a height.
    pub(super) fn height(&self, z: f64) -> f64 {
        self.zero_m + z
    }
}

/// `EPSG:5899` out of the name of a system.
fn code_of(name: &str) -> Option<String> {
    let (authority, code) = name.trim().rsplit_once([':', ' '])?;
    let is_code = authority.to_ascii_uppercase().contains("EPSG") && code.parse::<u32>().is_ok();
    is_code.then(|| format!("EPSG:{code}"))
}
