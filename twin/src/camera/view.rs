//! A view: what is looked at, from where, and when. It is JSON in files and links.

use std::path::Path;

use bevy::math::Vec3;
use serde::{Deserialize, Serialize};

use crate::{TwinError, axes, ground::Ground, model::CityModel, section::Section};

/// What is looked at, from where. Members that are left out are those of [`View::default`], or of
/// the city's own framing where [`View::read_over`] is given one.
///
/// ```
/// let view: twin::camera::View = serde_json::from_str(r#"{"lon": 108.47, "lat": 15.57, "pitch_deg": 20}"#)?;
/// assert_eq!((view.pitch_deg, view.fov_deg), (20.0, 45.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct View {
    /// Longitude of what is looked at, degrees.
    pub lon: f64,
    /// Its latitude, degrees.
    pub lat: f64,
    /// Its height above the ground, m.
    pub height_m: f64,
    /// From there to the eye, m.
    pub distance_m: f64,
    /// Where the eye looks, degrees clockwise from north.
    pub heading_deg: f64,
    /// How far down it looks, degrees: 90 is straight down.
    pub pitch_deg: f64,
    /// Vertical angle of the picture, degrees.
    pub fov_deg: f64,
    /// The time that is shown: the province's clock or an instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The part of the sky that clouds cover; with neither this nor rain, the rain gauges say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<f64>,
    /// Rate of the rain, mm/h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rain_mm_h: Option<f64>,
    /// Layers that are not drawn, by role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// A box that cuts the city open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// How much of what lies below is seen through the ground, 0 to 1.
    #[serde(skip_serializing_if = "is_none")]
    pub see_through: f64,
}

fn is_none(share: &f64) -> bool {
    *share == 0.0
}

impl Default for View {
    fn default() -> Self {
        Self {
            lon: 0.0,
            lat: 0.0,
            height_m: 0.0,
            distance_m: 800.0,
            heading_deg: 0.0,
            pitch_deg: 30.0,
            fov_deg: 45.0,
            time: None,
            cloud: None,
            rain_mm_h: None,
            hidden: Vec::new(),
            section: None,
            see_through: 0.0,
        }
    }
}

impl View {
    /// A view that frames a city: its densest part from the south-west, the afternoon's sun beside.
    pub fn framing(model: &CityModel) -> Self {
        let (east, north, spread_m) = busiest(model);
        let (lon, lat) = model.frame.to_lon_lat(east, north);
        Self {
            lon,
            lat,
            height_m: 8.0,
            distance_m: (spread_m * 1.5).clamp(160.0, 2_500.0),
            heading_deg: 28.0,
            pitch_deg: 24.0,
            ..Self::default()
        }
    }

    /// Reads a view from a file; what it leaves out is as in `framing`.
    ///
    /// # Errors
    /// [`TwinError::File`], or [`TwinError::View`] naming the member.
    pub fn read_over(path: &Path, framing: &Self) -> Result<Self, TwinError> {
        let text = std::fs::read_to_string(path).map_err(TwinError::file(path))?;
        let wrong = |what: String| TwinError::View { path: path.to_owned(), what };
        let given: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let mut whole = serde_json::to_value(framing).map_err(|error| wrong(error.to_string()))?;
        if let Some(members) = whole.as_object_mut() {
            members.extend(given);
        }
        // Its errors name the member.
        let view: Result<Self, _> = serde_path_to_error::deserialize(whole);
        Ok(view.map_err(|error| wrong(error.to_string()))?.bounded())
    }

    /// The view with each number within what can be drawn.
    pub fn bounded(mut self) -> Self {
        let sound = |value: f64, low: f64, high: f64, usual: f64| {
            if value.is_finite() { value.clamp(low, high) } else { usual }
        };
        self.lat = sound(self.lat, -85.0, 85.0, 0.0);
        self.height_m = sound(self.height_m, -100.0, 5_000.0, 0.0);
        self.distance_m = sound(self.distance_m, 1.0, 40_000.0, 800.0);
        self.pitch_deg = sound(self.pitch_deg, -60.0, 89.9, 30.0);
        self.fov_deg = sound(self.fov_deg, 5.0, 120.0, 45.0);
        self.cloud = self.cloud.map(|cloud| sound(cloud, 0.0, 1.0, 0.0));
        self.rain_mm_h = self.rain_mm_h.map(|rain| sound(rain, 0.0, 500.0, 0.0));
        self.section = self.section.and_then(Section::bounded);
        self.see_through = sound(self.see_through, 0.0, 0.95, 0.0);
        self
    }

    /// The weather that it sets; `None` where the rain gauges say.
    pub fn weather(&self) -> Option<crate::sky::Weather> {
        let rain_mm_h = self.rain_mm_h.unwrap_or(0.0) as f32;
        let is_set = self.cloud.is_some() || self.rain_mm_h.is_some();
        // It rains from an overcast sky.
        let under = if rain_mm_h > 0.0 { 1.0 } else { 0.0 };
        let cloud = self.cloud.map_or(under, |cloud| cloud as f32);
        is_set.then_some(crate::sky::Weather { cloud, rain_mm_h, is_reported: false })
    }

    /// What is looked at, in Bevy's axes.
    pub fn target(&self, ground: &Ground) -> Vec3 {
        let (east, north) = ground.frame.from_lon_lat(self.lon, self.lat);
        axes::to_scene(east, north, ground.heights.at(east, north) + self.height_m)
    }

    /// Where the eye is; it stays so far above the ground, m ([`crate::section::Cutting::eye_floor_m`]).
    pub fn eye(&self, ground: &Ground, floor_m: f64) -> Vec3 {
        let look = axes::towards(self.heading_deg as f32, -self.pitch_deg as f32);
        let mut eye = self.target(ground) - look * self.distance_m as f32;
        let (east, north, _) = axes::to_local(eye);
        let floor = (ground.heights.at(east, north) + floor_m) as f32;
        eye.y = eye.y.max(floor);
        eye
    }
}

/// Where the city is highest and densest (else where most lamps, else roads are), and how far from
/// there half of it stands, m.
fn busiest(model: &CityModel) -> (f64, f64, f64) {
    const CELL_M: f64 = 400.0;
    // Weight, and the sums of east and north by weight.
    let mut cells = std::collections::BTreeMap::<(i64, i64), [f64; 3]>::new();
    for role in [city::Role::Buildings, city::Role::Lamps, city::Role::Roads] {
        for layer in model.of(role) {
            for feature in &layer.features {
                let Some((east, north)) = feature.place() else { continue };
                let storeys = layer.number(feature, "storeys").unwrap_or(1.0).clamp(1.0, 40.0);
                let weight = if role == city::Role::Buildings { storeys * storeys } else { 1.0 };
                let key = ((east / CELL_M).floor() as i64, (north / CELL_M).floor() as i64);
                let cell = cells.entry(key).or_default();
                *cell = [cell[0] + weight, cell[1] + east * weight, cell[2] + north * weight];
            }
        }
        if !cells.is_empty() {
            break;
        }
    }
    let middle = |cell: &[f64; 3]| (cell[1] / cell[0], cell[2] / cell[0]);
    let Some(most) = cells.values().max_by(|a, b| a[0].total_cmp(&b[0])) else {
        return (0.0, 0.0, 600.0);
    };
    let (east, north) = middle(most);
    let mut distances: Vec<(f64, f64)> = cells
        .values()
        .map(|cell| ((middle(cell).0 - east).hypot(middle(cell).1 - north), cell[0]))
        .collect();
    distances.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = distances.iter().map(|it| it.1).sum::<f64>() / 2.0;
    let mut seen = 0.0;
    let reach = distances.into_iter().find(|(_, weight)| {
        seen += weight;
        seen >= half
    });
    (east, north, reach.map_or(400.0, |(distance, _)| distance).clamp(150.0, 450.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eye_is_behind_and_above_what_it_looks_at_and_never_under_ground() {
        let ground = Ground::level_at(108.47, 15.57);
        let mut view = View { lon: 108.47, lat: 15.57, distance_m: 100.0, ..View::default() };
        let eye = view.eye(&ground, 1.5);
        assert!((eye - Vec3::new(0.0, 50.0, 86.602_54)).length() < 1e-2, "{eye}");
        view.pitch_deg = -40.0;
        assert!((view.eye(&ground, 1.5).y - 1.5).abs() < 1e-3);
        // Where the ground is open it goes below.
        view.distance_m = 20.0;
        assert!((view.eye(&ground, -40.0).y + 12.856).abs() < 1e-2);
    }

    #[test]
    fn a_view_that_says_little_keeps_the_framing_and_a_wrong_one_is_a_message() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("view.json");
        let framing = View { lon: 108.0, distance_m: 333.0, ..View::default() };
        std::fs::write(&path, r#"{"heading_deg": 90}"#).unwrap();
        let view = View::read_over(&path, &framing).unwrap();
        assert_eq!((view.heading_deg, view.distance_m), (90.0, 333.0));
        for wrong in ["", "[]", r#"{"headings": 1}"#, r#"{"lat": "north"}"#] {
            std::fs::write(&path, wrong).unwrap();
            assert!(View::read_over(&path, &framing).is_err(), "{wrong}");
        }
        assert!(View::read_over(&path, &framing).unwrap_err().to_string().contains("lat"));
    }
}
