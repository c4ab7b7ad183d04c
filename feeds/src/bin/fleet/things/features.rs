//! What layers tell of devices, and the ways of buses.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Device, READ, document::first_point};

/// Metres of a degree of latitude.
const M_PER_DEG: f64 = 110_650.0;
/// A stop belongs to a line when it lies this near to it.
const STOP_M: f64 = 60.0;

/// What layers tell: attributes of devices, lines and stops of buses.
#[derive(Debug, Default)]
pub(crate) struct Features {
    attributes: HashMap<(String, String), Map<String, Value>>,
    lines: Vec<Line>,
    stops: Vec<[f64; 2]>,
}

/// A line of buses.
#[derive(Debug)]
struct Line {
    feature: (String, String),
    code: String,
    positions: Vec<[f64; 2]>,
}

impl Features {
    /// The layer in which lines of buses stand.
    pub(crate) const LINES: &str = "bus-lines";
    /// The layer in which their stops stand.
    pub(crate) const STOPS: &str = "bus-stops";

    /// Takes the features of a layer, as a GeoJSON FeatureCollection tells them.
    pub(crate) fn take(&mut self, layer: &str, page: &Value) {
        let features = page.get("features").and_then(Value::as_array).into_iter().flatten();
        for feature in features {
            let id = feature.get("id").map(|id| id.as_str().map_or(id.to_string(), str::to_owned));
            let Some(id) = id else { continue };
            let properties = feature.get("properties").and_then(Value::as_object);
            let read = properties.into_iter().flatten();
            let read =
                read.filter(|(name, value)| READ.contains(&name.as_str()) && !value.is_null());
            let read: Map<_, _> = read.map(|(name, value)| (name.clone(), value.clone())).collect();
            if let Some(positions) = line_of(feature) {
                let code = read.get("code").and_then(Value::as_str).unwrap_or(&id).to_owned();
                let feature = (layer.to_owned(), id.clone());
                self.lines.push(Line { feature, code, positions });
            }
            if layer == Self::STOPS {
                self.stops.extend(first_point(feature));
            }
            self.attributes.insert((layer.to_owned(), id), read);
        }
    }

    /// Adds what is known of a device's feature to what its Thing says.
    pub(crate) fn tell(&self, device: &mut Device) {
        let known = device.feature.as_ref().and_then(|feature| self.attributes.get(feature));
        for (name, value) in known.into_iter().flatten() {
            device.attributes.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }

    /// The way of a bus: that of the line which it is of, or of one of the lines.
    pub(crate) fn way_of(&self, bus: &Device, number: usize) -> Option<Way> {
        let code = bus.text("line");
        let is_its = |line: &&Line| {
            bus.feature.as_ref() == Some(&line.feature) || code == Some(line.code.as_str())
        };
        let own = self.lines.iter().find(is_its);
        let line = own.or_else(|| self.lines.get(number % self.lines.len().max(1)))?;
        Way::new(&line.positions, &self.stops)
    }
}

/// The positions of a LineString, or of the longest line of a MultiLineString.
fn line_of(feature: &Value) -> Option<Vec<[f64; 2]>> {
    let coordinates = feature.pointer("/geometry/coordinates")?.as_array()?;
    let is_many = coordinates.first()?.get(0)?.is_array();
    let positions = match is_many {
        true => coordinates.iter().filter_map(Value::as_array).max_by_key(|line| line.len())?,
        false => coordinates,
    };
    let position = |at: &Value| Some([at.get(0)?.as_f64()?, at.get(1)?.as_f64()?]);
    positions.iter().map(position).collect()
}

/// A line with stops, in metres along it.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    line: Vec<[f64; 2]>,
    /// Metres from the start at each position.
    along_m: Vec<f64>,
    /// Metres from the start, ascending; the ends are stops.
    stops_m: Vec<f64>,
}

impl Way {
    /// A way along a line with those stops that lie by it, or with one each half kilometre; `None`
    /// where the line has no length.
    pub(crate) fn new(line: &[[f64; 2]], stops: &[[f64; 2]]) -> Option<Self> {
        let mut along_m = vec![0.0];
        for pair in line.windows(2) {
            along_m.push(along_m.last()? + metres(pair[0], pair[1]));
        }
        let length_m = along_m.last().copied().filter(|length| *length > 100.0)?;
        let mut way = Self { line: line.to_vec(), along_m, stops_m: Vec::new() };
        let mut stops_m: Vec<f64> = stops.iter().filter_map(|stop| way.beside(*stop)).collect();
        if stops_m.is_empty() {
            let count = (length_m / 500.0).floor().max(1.0);
            stops_m.extend((1..count as u32).map(|k| length_m * f64::from(k) / count));
        }
        stops_m.retain(|at| (120.0..length_m - 120.0).contains(at));
        stops_m.extend([0.0, length_m]);
        stops_m.sort_by(f64::total_cmp);
        stops_m.dedup_by(|b, a| *b - *a < 120.0 && *b < length_m);
        way.stops_m = stops_m;
        Some(way)
    }

    pub(crate) fn stops_m(&self) -> &[f64] {
        &self.stops_m
    }

    /// The position so many metres from the start.
    pub(crate) fn at(&self, metres: f64) -> [f64; 2] {
        let (a, b, share) = self.segment(metres);
        [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
    }

    /// Where the way leads at a place, in degrees clockwise from north.
    pub(crate) fn heading_deg(&self, metres: f64) -> f64 {
        let (a, b, _) = self.segment(metres);
        let east = (b[0] - a[0]) * a[1].to_radians().cos();
        east.atan2(b[1] - a[1]).to_degrees().rem_euclid(360.0)
    }

    fn segment(&self, metres: f64) -> ([f64; 2], [f64; 2], f64) {
        let last = self.line.len().saturating_sub(2);
        let index = self.along_m.partition_point(|at| *at <= metres).saturating_sub(1).min(last);
        let (from, to) = (self.along_m[index], self.along_m[index + 1]);
        let share = ((metres - from) / (to - from).max(1e-9)).clamp(0.0, 1.0);
        (self.line[index], self.line[index + 1], share)
    }

    /// Where a stop lies along the way, if it does.
    fn beside(&self, stop: [f64; 2]) -> Option<f64> {
        let squeeze = stop[1].to_radians().cos();
        let flat =
            |at: [f64; 2]| [(at[0] - stop[0]) * squeeze * M_PER_DEG, (at[1] - stop[1]) * M_PER_DEG];
        let near = self.line.windows(2).zip(self.along_m.windows(2)).map(|(line, along)| {
            let (a, b) = (flat(line[0]), flat(line[1]));
            let d = [b[0] - a[0], b[1] - a[1]];
            let length = (d[0] * d[0] + d[1] * d[1]).max(1e-9);
            let share = (-(a[0] * d[0] + a[1] * d[1]) / length).clamp(0.0, 1.0);
            let off = (a[0] + d[0] * share).hypot(a[1] + d[1] * share);
            (off, along[0] + (along[1] - along[0]) * share)
        });
        let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 < STOP_M).then_some(nearest.1)
    }
}

/// The distance of two near places, in metres.
pub(crate) fn metres(a: [f64; 2], b: [f64; 2]) -> f64 {
    let squeeze = a[1].midpoint(b[1]).to_radians().cos();
    ((b[0] - a[0]) * squeeze).hypot(b[1] - a[1]) * M_PER_DEG
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn street() -> Features {
        let mut features = Features::default();
        features.take(
            Features::LINES,
            &json!({"features": [{
                "id": 1, "properties": {"code": "01"},
                "geometry": {"type": "LineString",
                    "coordinates": [[108.48, 15.55], [108.48, 15.56], [108.50, 15.56]]},
            }]}),
        );
        let stop = |lon: f64, lat: f64| {
            json!({"id": lon.to_string(), "properties": {},
            "geometry": {"type": "Point", "coordinates": [lon, lat]}})
        };
        features.take(
            Features::STOPS,
            &json!({"features": [stop(108.4801, 15.555), stop(108.49, 15.5602), stop(108.49, 15.6)]}),
        );
        features
    }

    fn bus() -> Device {
        Device {
            thing: 1,
            name: "Xe 01-1".into(),
            kind: super::super::DeviceKind::Vehicle,
            feature: None,
            place: None,
            attributes: json!({"line": "01"}).as_object().unwrap().clone(),
            streams: Vec::new(),
            capabilities: Vec::new(),
        }
    }

    #[test]
    fn a_way_has_the_stops_that_lie_beside_it() {
        let way = street().way_of(&bus(), 0).unwrap();
        let length = way.stops_m()[3];
        // 0.01° of latitude is 1106.5 m, 0.02° of longitude at 15.56° N 2131.9 m.
        assert!((length - 3238.4).abs() < 1.0, "{length}");
        let stops: Vec<f64> = way.stops_m().iter().map(|m| m.round()).collect();
        assert_eq!(stops, [0.0, 553.0, 2172.0, 3238.0]);
        let at = way.at(1106.5);
        assert!(metres(at, [108.48, 15.56]) < 1.0, "{at:?}");
        assert!((way.heading_deg(500.0) - 0.0).abs() < 1e-9);
        assert!((way.heading_deg(2000.0) - 90.0).abs() < 1e-6);
    }

    #[test]
    fn what_a_layer_knows_is_added_to_what_a_thing_says() {
        let mut features = Features::default();
        features.take(
            "lamps",
            &json!({"features": [{"id": 9, "properties": {"power": 70.0, "road": "x", "status": null}}]}),
        );
        let mut lamp = Device { feature: Some(("lamps".into(), "9".into())), ..bus() };
        features.tell(&mut lamp);
        assert_eq!(lamp.number("power"), Some(70.0));
        assert_eq!(lamp.attributes.len(), 2, "what no model reads is not kept");
    }
}
