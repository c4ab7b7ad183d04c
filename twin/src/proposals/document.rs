//! A proposal as it is kept: a small JSON document.

use city::{Title, building::STOREY_M, frame::LocalFrame};
use serde::{Deserialize, Serialize};

/// The first member of every document.
const KIND: &str = "dothi-proposal";
const VERSION: u32 = 1;
/// Buildings of one document, at most.
const MOST: usize = 500;
/// Corners of an outline, at most.
const MOST_CORNERS: usize = 500;
/// The largest reach of an outline from its middle, m.
const WIDEST_M: f64 = 5_000.0;

/// What is proposed.
///
/// ```
/// use twin::proposals::Document;
/// let text = r#"{"kind": "dothi-proposal", "version": 1, "buildings": [{"id": "A", "lon": 108.4785, "lat": 15.5675,
///     "shape": {"box": {"width_m": 30, "depth_m": 18}}, "storeys": 9, "roof": "flat"}]}"#;
/// let document = Document::parse(text.as_bytes())?;
/// assert_eq!(document.buildings[0].height_m(), 9.0 * 3.3);
/// assert_eq!(Document::parse(document.text().as_bytes())?, document);
/// # Ok::<(), twin::proposals::ProposalError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    kind: String,
    version: u32,
    /// What it is called.
    #[serde(default = "untitled")]
    pub title: Title,
    /// What is proposed.
    pub buildings: Vec<Proposed>,
}

fn untitled() -> Title {
    Title::new("Phương án", "Proposal")
}

impl Default for Document {
    fn default() -> Self {
        Self { kind: KIND.into(), version: VERSION, title: untitled(), buildings: Vec::new() }
    }
}

/// A building that is proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// Its identifier within the document.
    pub id: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Longitude of the origin of its shape, degrees.
    pub lon: f64,
    /// Its latitude, degrees.
    pub lat: f64,
    /// How far it is turned clockwise seen from above, degrees.
    #[serde(default)]
    pub heading_deg: f64,
    /// How many times as wide and deep as its shape says; a model as high, too.
    #[serde(default = "one")]
    pub scale: f64,
    /// Elevation of its foot in the terrain's datum, m; without it, the lowest ground under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground_m: Option<f64>,
    /// Its shape.
    pub shape: Shape,
    /// How many storeys it has; of a model what its floor area is reckoned with.
    #[serde(default = "one")]
    pub storeys: f64,
    /// Floor to floor, m.
    #[serde(default = "storey")]
    pub storey_m: f64,
    /// A code of the list `roof-form`.
    #[serde(default = "flat")]
    pub roof: String,
    /// A code of the list `building-use`.
    #[serde(default, rename = "use", skip_serializing_if = "String::is_empty")]
    pub usage: String,
    /// Whether what stands under it is gone.
    #[serde(default = "yes")]
    pub swaps: bool,
}

fn one() -> f64 {
    1.0
}
fn storey() -> f64 {
    STOREY_M
}
fn flat() -> String {
    "flat".into()
}
fn yes() -> bool {
    true
}

/// The shape of what is proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A rectangle about its origin.
    Box {
        /// East to west before it is turned, m.
        width_m: f64,
        /// North to south before it is turned, m.
        depth_m: f64,
    },
    /// Corners, m east and north of its origin before it is turned.
    Outline(Vec<[f64; 2]>),
    /// A file or an address of a model; a file's name is beside the document.
    Model(String),
}

/// A place on the map in the local frame, m east and north.
pub type Place = [f64; 2];

/// Why a proposal cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{vi} · {en}")]
pub struct ProposalError {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl ProposalError {
    pub(super) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

impl Document {
    /// A document of these buildings.
    pub fn of(buildings: Vec<Proposed>) -> Self {
        Self { buildings, ..Self::default() }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`ProposalError`] that names the member which is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, ProposalError> {
        let reader = &mut serde_json::Deserializer::from_slice(text);
        let read: Result<Self, _> = serde_path_to_error::deserialize(reader);
        let read = read.map_err(|error| {
            let what: String = error.to_string().chars().take(240).collect();
            ProposalError::new(
                format!("không phải phương án: {what}"),
                format!("this is no proposal: {what}"),
            )
        })?;
        if read.kind != KIND || read.version != VERSION {
            return Err(ProposalError::new(
                format!("phải là {KIND} phiên bản {VERSION}"),
                format!("it must be {KIND}, version {VERSION}"),
            ));
        }
        if read.buildings.len() > MOST {
            return Err(ProposalError::new(
                format!("tối đa {MOST} công trình"),
                format!("at most {MOST} buildings are read"),
            ));
        }
        for (number, building) in read.buildings.iter().enumerate() {
            let is_twice = read.buildings[..number].iter().any(|it| it.id == building.id);
            let what = if is_twice {
                Err(("trùng mã", "the identifier is there twice"))
            } else {
                building.check()
            };
            what.map_err(|(vi, en)| {
                let id: String = building.id.chars().take(60).collect();
                ProposalError::new(
                    format!("công trình “{id}” ({number}): {vi}"),
                    format!("building '{id}' ({number}): {en}"),
                )
            })?;
        }
        Ok(read)
    }

    /// The document as it is kept.
    pub fn text(&self) -> String {
        // Texts, numbers and lists: nothing of it can fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// An identifier that no building of it has.
    pub fn free_id(&self) -> String {
        let taken = |id: &String| self.buildings.iter().any(|it| it.id == *id);
        let mut ids = (1..).map(|number| format!("PA-{number}"));
        ids.find(|id| !taken(id)).unwrap_or_default()
    }
}

impl Proposed {
    /// A box of five storeys at a place.
    pub fn new(id: String, lon: f64, lat: f64) -> Self {
        Self {
            id,
            name: String::new(),
            lon,
            lat,
            heading_deg: 0.0,
            scale: 1.0,
            ground_m: None,
            shape: Shape::Box { width_m: 24.0, depth_m: 14.0 },
            storeys: 5.0,
            storey_m: STOREY_M,
            roof: flat(),
            usage: String::new(),
            swaps: true,
        }
    }

    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.id.is_empty() || self.id.len() > 200 || self.id.chars().any(char::is_control) {
            return Err(("thiếu mã", "it needs an identifier"));
        }
        let is_place = self.lon.abs() <= 180.0 && self.lat.abs() <= 85.0;
        if !is_place || !self.heading_deg.is_finite() {
            return Err(("vị trí hay hướng sai", "its place or heading is wrong"));
        }
        if !(0.01..=100.0).contains(&self.scale) {
            return Err(("tỷ lệ phải từ 0,01 đến 100", "its scale must be from 0.01 to 100"));
        }
        let is_high =
            (1.0..=180.0).contains(&self.storeys) && (2.0..=20.0).contains(&self.storey_m);
        if !is_high || self.height_m() >= 600.0 {
            return Err((
                "số tầng hay chiều cao tầng sai",
                "its storeys or their height are wrong",
            ));
        }
        if self.ground_m.is_some_and(|it| !(-500.0..=9_000.0).contains(&it)) {
            return Err(("cao độ nền sai", "its ground is wrong"));
        }
        match &self.shape {
            Shape::Box { width_m, depth_m } => {
                let is_box = |side: &f64| (0.5..=WIDEST_M).contains(side);
                let wrong = ("kích thước phải từ 0,5 m", "its sides must be from 0.5 m");
                if is_box(width_m) && is_box(depth_m) { Ok(()) } else { Err(wrong) }
            }
            Shape::Outline(ring) => {
                let is_near = ring.iter().flatten().all(|it| it.abs() <= WIDEST_M);
                let is_ring = (3..=MOST_CORNERS).contains(&ring.len()) && is_near;
                let is_sound = is_ring
                    && !crate::tools::crosses_itself(ring)
                    && crate::tools::area_m2(ring) >= 1.0;
                let wrong = (
                    "ranh tự cắt hoặc không có diện tích",
                    "its outline crosses itself or has no area",
                );
                if is_sound { Ok(()) } else { Err(wrong) }
            }
            Shape::Model(source) if source.trim().is_empty() => {
                Err(("thiếu tên mô hình", "it needs a model"))
            }
            Shape::Model(_) => Ok(()),
        }
    }

    /// Its height by its storeys, m.
    pub fn height_m(&self) -> f64 {
        self.storeys * self.storey_m
    }

    /// The corners of its outline in the local frame, m; `None` of a model.
    pub fn ring(&self, frame: &LocalFrame) -> Option<Vec<Place>> {
        let corners = match &self.shape {
            Shape::Box { width_m, depth_m } => {
                let (x, y) = (width_m / 2.0, depth_m / 2.0);
                vec![[-x, -y], [x, -y], [x, y], [-x, y]]
            }
            Shape::Outline(ring) => ring.clone(),
            Shape::Model(_) => return None,
        };
        let (east, north) = frame.from_lon_lat(self.lon, self.lat);
        let (sin, cos) = self.heading_deg.to_radians().sin_cos();
        let place = |at: [f64; 2]| {
            let [x, y] = at.map(|it| it * self.scale);
            [east + x * cos + y * sin, north - x * sin + y * cos]
        };
        Some(corners.into_iter().map(place).collect())
    }

    /// Takes an outline in the local frame; its origin is its middle, and it is as it lies.
    pub fn take_ring(&mut self, ring: &[Place], frame: &LocalFrame) {
        let count = ring.len().max(1) as f64;
        let middle = [0, 1].map(|k| ring.iter().map(|at| at[k]).sum::<f64>() / count);
        (self.lon, self.lat) = frame.to_lon_lat(middle[0], middle[1]);
        (self.heading_deg, self.scale) = (0.0, 1.0);
        let rounded = |it: f64| (it * 1000.0).round() / 1000.0;
        let corners =
            ring.iter().map(|at| [rounded(at[0] - middle[0]), rounded(at[1] - middle[1])]);
        self.shape = Shape::Outline(corners.collect());
    }
}
