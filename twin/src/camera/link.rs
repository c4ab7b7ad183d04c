//! A view in the address of a page, as the web map writes it: `#map=zoom/lat/lon/bearing/pitch&…`.
//!
//! The map and the twin look through lenses of different angles. What is kept is how much ground the
//! picture shows: a metre at the middle of it has as many pixels in both.

use super::View;

/// Length of the equator, m (WGS 84).
const EQUATOR_M: f64 = 40_075_016.686;
/// Pixels of a tile of MapLibre's.
const TILE_PX: f64 = 512.0;

/// What of an address the twin shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    /// The camera of the map: zoom, latitude, longitude, bearing and pitch from straight down in degrees.
    pub camera: Option<[f64; 5]>,
    /// The instant that is shown; absent, it is now.
    pub time: Option<String>,
    /// A flood run, and the minute of it that is shown.
    pub flood: Option<(String, Option<u32>)>,
    /// The selected feature: layer and identifier.
    pub feature: Option<(String, String)>,
    /// What is proposed: a path on the server, or an address.
    pub proposal: Option<String>,
    /// Whether what is written is English.
    pub is_english: bool,
    /// What the twin does not know, kept for the map.
    rest: Vec<(String, String)>,
}

impl Link {
    /// Reads an address's part after `#`. What reads otherwise is left out.
    pub fn parse(hash: &str) -> Self {
        let mut link = Self::default();
        for part in hash.trim_start_matches('#').split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name {
                "map" => link.camera = camera(value),
                "time" => link.time = Some(decoded(value)),
                "lang" => link.is_english = value == "en",
                "proposal" => link.proposal = Some(decoded(value)),
                "flood" => link.flood = flood(value),
                "feature" => {
                    let cut = value.split_once('/');
                    link.feature = cut.map(|(layer, id)| (decoded(layer), decoded(id)));
                }
                _ => link.rest.push((name.to_owned(), value.to_owned())),
            }
        }
        link
    }

    /// The address's part from `#` on.
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        if let Some([zoom, lat, lon, bearing, pitch]) = self.camera {
            parts.push(format!("map={zoom:.2}/{lat:.6}/{lon:.6}/{bearing:.1}/{pitch:.1}"));
        }
        if self.is_english {
            parts.push("lang=en".to_owned());
        }
        if let Some((layer, id)) = &self.feature {
            parts.push(format!("feature={}/{}", encoded(layer), encoded(id)));
        }
        if let Some(time) = &self.time {
            parts.push(format!("time={time}"));
        }
        if let Some(source) = &self.proposal {
            parts.push(format!("proposal={}", encoded(source)));
        }
        match &self.flood {
            Some((run, Some(minutes))) => parts.push(format!("flood={run}/depth/{minutes}")),
            Some((run, None)) => parts.push(format!("flood={run}/max-depth")),
            None => {}
        }
        parts.extend(self.rest.iter().map(|(name, value)| match value.is_empty() {
            true => name.clone(),
            false => format!("{name}={value}"),
        }));
        format!("#{}", parts.join("&"))
    }

    /// A view with this camera, in a picture of so many pixels' height; the view itself without one.
    pub fn view(&self, view: View, height_px: f64) -> View {
        let Some([zoom, lat, lon, bearing, pitch]) = self.camera else { return view };
        let distance_m = metres_a_pixel(zoom, lat) * height_px / 2.0 / half_angle(&view).tan();
        View {
            lon,
            lat,
            height_m: 0.0,
            distance_m,
            heading_deg: bearing.rem_euclid(360.0),
            pitch_deg: 90.0 - pitch,
            ..view
        }
        .bounded()
    }

    /// The camera of the map that shows what a view shows.
    pub fn set_view(&mut self, view: &View, height_px: f64) {
        let metres = view.distance_m * half_angle(view).tan() * 2.0 / height_px.max(1.0);
        let zoom = (EQUATOR_M * view.lat.to_radians().cos() / TILE_PX / metres).log2();
        let bearing = (view.heading_deg + 180.0).rem_euclid(360.0) - 180.0;
        let pitch = (90.0 - view.pitch_deg).clamp(0.0, 85.0);
        self.camera = Some([zoom.clamp(0.0, 24.0), view.lat, view.lon, bearing, pitch]);
    }
}

fn half_angle(view: &View) -> f64 {
    view.fov_deg.to_radians() / 2.0
}

fn metres_a_pixel(zoom: f64, lat: f64) -> f64 {
    EQUATOR_M * lat.to_radians().cos() / TILE_PX / zoom.exp2()
}

fn camera(text: &str) -> Option<[f64; 5]> {
    let numbers: Result<Vec<f64>, _> = text.split('/').map(str::parse).collect();
    let numbers = numbers.ok().filter(|it| it.iter().all(|number| number.is_finite()))?;
    let (&[zoom, lat, lon], turn) = numbers.split_first_chunk::<3>()?;
    let bearing = turn.first().copied().unwrap_or(0.0);
    let pitch = turn.get(1).copied().unwrap_or(0.0);
    let is_sound = (0.0..=24.0).contains(&zoom)
        && lat.abs() <= 85.06
        && lon.abs() <= 180.0
        && bearing.abs() <= 360.0
        && (0.0..=85.0).contains(&pitch);
    is_sound.then_some([zoom, lat, lon, bearing, pitch])
}

fn flood(text: &str) -> Option<(String, Option<u32>)> {
    let mut parts = text.split('/');
    let run = parts.next().filter(|run| !run.is_empty())?;
    let minutes = match parts.next() {
        Some("depth") => parts.next().and_then(|minutes| minutes.parse().ok()),
        _ => None,
    };
    Some((run.to_owned(), minutes))
}

/// Percent signs and what follows them, as the characters they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte);
    let write = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(write).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_the_twin_show_the_same_ground() {
        let link = Link::parse("#map=15.2/15.5736/108.474/-30/50&layers=roads&lang=en");
        let view = link.view(View::default(), 900.0);
        assert_eq!((view.heading_deg, view.pitch_deg), (330.0, 40.0));
        // 40 075 017 · cos 15.5736° / 512 / 2^15.2 = 2.0031 m a pixel: 900 of them are 1802.8 m high.
        let high_m = 2.0 * view.distance_m * (view.fov_deg / 2.0).to_radians().tan();
        assert!((high_m - 1802.8).abs() < 0.1, "{high_m}");
        let mut back = link.clone();
        back.set_view(&view, 900.0);
        assert_eq!(
            back.text(),
            "#map=15.20/15.573600/108.474000/-30.0/50.0&lang=en&layers=roads",
            "what the twin does not know is kept"
        );
    }

    #[test]
    fn a_feature_a_time_and_a_run_go_there_and_back() {
        let text = "#feature=buildings/t%E1%BB%95%201&time=2026-11-22T18:30&flood=7/depth/90";
        let link = Link::parse(text);
        assert_eq!(link.feature, Some(("buildings".into(), "tổ 1".into())));
        assert_eq!(link.flood, Some(("7".into(), Some(90))));
        assert_eq!(link.text(), text);
        let proposed = Link::parse("#proposal=%2Fphuong-an.json");
        assert_eq!(proposed.proposal.as_deref(), Some("/phuong-an.json"));
        assert_eq!(proposed.text(), "#proposal=%2Fphuong-an.json");
        assert_eq!(Link::parse("#flood=3/max-depth").flood, Some(("3".into(), None)));
    }

    #[test]
    fn what_is_no_camera_is_left_out() {
        for wrong in
            ["#map=", "#map=1/2", "#map=99/0/0", "#map=3/95/0", "#map=NaN/1/1", "", "#", "#x=%zz"]
        {
            assert_eq!(Link::parse(wrong).camera, None, "{wrong}");
        }
    }
}
