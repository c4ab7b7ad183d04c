//! What a reader makes of a file.

use city::Value;

use super::{Picture, Why, limits, trouble};
use crate::error::Note;

/// From where a model's coordinates are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Metres east, north and up of an origin that its maker chose.
    Own,
    /// Metres east, north and up of a place that the model does not name, and that means nothing.
    Unnamed,
    /// A coordinate reference system, as the file names it: x east, y north, z up in m.
    System(String),
    /// The middle of the earth (EPSG:4978).
    Earth,
}

/// A model as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What it is called.
    pub name: String,
    /// From where its coordinates are counted.
    pub origin: Origin,
    /// Its triangles, by paint.
    pub sheets: Vec<Sheet>,
    /// What they are painted with.
    pub paints: Vec<Paint>,
    /// The pictures of the paints.
    pub pictures: Vec<Picture>,
    /// What can be pointed at.
    pub objects: Vec<Object>,
    /// What people should know of it.
    pub notes: Vec<Note>,
    /// Whether it shows what the city has already, as a tile set does: then it hides nothing from anybody.
    pub is_scenery: bool,
}

/// Triangles with one paint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// Which of the model's paints.
    pub paint: usize,
    /// Corners.
    pub positions: Vec<[f64; 3]>,
    /// Outward unit vectors at the corners; empty where each triangle is flat.
    pub normals: Vec<[f32; 3]>,
    /// Places in the paint's picture, from its upper left; empty without one.
    pub uvs: Vec<[f32; 2]>,
    /// Linear colours of the corners; empty where they are white.
    pub colours: Vec<[f32; 4]>,
    /// Triangles, counter-clockwise seen from outside.
    pub indices: Vec<u32>,
    /// The object of each triangle.
    pub objects: Vec<u32>,
}

/// How light goes through.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Alpha {
    /// Not at all.
    #[default]
    Opaque,
    /// Where it is less than this, all of it.
    Mask(f32),
    /// So much of it.
    Blend,
}

/// What triangles are painted with.
#[derive(Debug, Clone, PartialEq)]
pub struct Paint {
    /// Linear colour.
    pub base: [f32; 4],
    /// Which of the model's pictures.
    pub picture: Option<usize>,
    /// 0 to 1.
    pub metallic: f32,
    /// 0 to 1.
    pub roughness: f32,
    /// What it glows by itself, linear.
    pub emissive: [f32; 3],
    /// How light goes through.
    pub alpha: Alpha,
    /// Whether it is seen from behind.
    pub is_double_sided: bool,
    /// Whether light leaves it as it is.
    pub is_unlit: bool,
}

impl Default for Paint {
    fn default() -> Self {
        Self {
            base: [1.0; 4],
            picture: None,
            metallic: 0.0,
            roughness: 0.9,
            emissive: [0.0; 3],
            alpha: Alpha::Opaque,
            is_double_sided: true,
            is_unlit: false,
        }
    }
}

/// Something of a model that can be pointed at.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its identifier within the model.
    pub id: String,
    /// What it is, in the file's own words; empty where it does not say.
    pub kind: String,
    /// What is known of it.
    pub attributes: Vec<(String, Value)>,
}

impl Model {
    pub(super) fn empty(name: &str, origin: Origin) -> Self {
        Self {
            name: name.to_owned(),
            origin,
            sheets: Vec::new(),
            paints: Vec::new(),
            pictures: Vec::new(),
            objects: Vec::new(),
            notes: Vec::new(),
            is_scenery: false,
        }
    }

    /// How many triangles it has.
    pub fn triangle_count(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.indices.len() / 3).sum()
    }

    /// Adds what another model has; both are in one system.
    pub(super) fn append(&mut self, other: Self) -> Result<(), Why> {
        let (paints, pictures) = (self.paints.len(), self.pictures.len());
        let objects = self.objects.len() as u32;
        self.pictures.extend(other.pictures);
        self.paints.extend(other.paints.into_iter().map(|paint| Paint {
            picture: paint.picture.map(|picture| picture + pictures),
            ..paint
        }));
        self.objects.extend(other.objects);
        self.sheets.extend(other.sheets.into_iter().map(|mut sheet| {
            sheet.paint += paints;
            sheet.objects.iter_mut().for_each(|object| *object += objects);
            sheet
        }));
        self.notes.extend(other.notes);
        self.check()
    }

    /// Holds the model against the limits.
    pub(super) fn check(&self) -> Result<(), Why> {
        trouble::at_most(self.triangle_count(), limits::TRIANGLES, trouble::TRIANGLES)?;
        trouble::at_most(self.objects.len(), limits::OBJECTS, trouble::OBJECTS)?;
        trouble::at_most(self.pictures.len(), limits::PICTURES, trouble::PICTURES)?;
        let pixels: u64 = self.pictures.iter().map(Picture::pixels).sum();
        if pixels > limits::PIXELS {
            return Err(Why::TooMuch { of: ("điểm ảnh", "pixels"), most: limits::PIXELS });
        }
        let corners = self.sheets.iter().flat_map(|sheet| &sheet.positions);
        let is_sound = corners.flatten().all(|number| number.is_finite() && number.abs() < 1e9);
        if is_sound { Ok(()) } else { Err(Why::NotANumber) }
    }
}
