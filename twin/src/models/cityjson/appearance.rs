//! Colours: of textures, of materials, of what a surface or an object says that it is.

use std::collections::BTreeMap;

use super::walk;
use super::wire::{Appearance, Geometry, Material, Themed};
use crate::{
    error::Note,
    models::{Alpha, Model, Paint, Picture, Shelf, Why, limits},
    scene::shape::linear,
};

/// The paint of surfaces with a colour alone, and that of glass.
const PLAIN: usize = 0;
const GLASS: usize = 1;
/// The first paint that has a picture.
const FIRST_PICTURE: usize = 2;

/// The paints of a model in the making.
#[derive(Debug, Default)]
pub(super) struct Palette {
    /// Textures by the name of their picture, in the order in which they were met.
    names: BTreeMap<String, usize>,
    /// Which pictures could be read.
    known: Vec<Option<usize>>,
    // Of the document at hand.
    materials: Vec<([f32; 4], bool)>,
    textures: Vec<String>,
    places: Vec<[f32; 2]>,
    theme_material: Option<String>,
    theme_texture: Option<String>,
}

/// How a surface is painted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Coat {
    pub(super) paint: usize,
    /// Linear colour.
    pub(super) colour: [f32; 4],
    /// Places in the picture, ring by ring; empty without one.
    pub(super) uvs: Vec<Vec<[f32; 2]>>,
}

impl Palette {
    /// Takes the appearance of a document in hand.
    pub(super) fn open(&mut self, appearance: Option<&Appearance>) {
        let none = Appearance::default();
        let found = appearance.unwrap_or(&none);
        self.materials = found.materials.iter().map(colour_of).collect();
        self.textures = found.textures.iter().map(|it| it.image.clone()).collect();
        // Theirs count from the lower left.
        self.places = found.places.iter().map(|at| [at[0] as f32, 1.0 - at[1] as f32]).collect();
        self.theme_material = found.theme_material.clone();
        self.theme_texture = found.theme_texture.clone();
    }

    /// How a surface of a geometry is painted.
    pub(super) fn coat(
        &mut self,
        geometry: &Geometry,
        path: &[usize],
        rings: &[Vec<usize>],
        kind: &str,
    ) -> Coat {
        if let Some(coat) = self.textured(geometry, path, rings) {
            return coat;
        }
        if let Some((colour, is_glass)) = self.material(geometry, path) {
            let paint = if is_glass { GLASS } else { PLAIN };
            return Coat { paint, colour, uvs: Vec::new() };
        }
        let meaning = geometry.semantics.as_ref().and_then(|told| {
            let number = walk::at(&told.values, path)?.as_u64()?;
            Some(told.surfaces.get(number as usize)?.kind.as_str())
        });
        let (hex, is_glass) = meaning.and_then(of_surface).unwrap_or((of_object(kind), false));
        let mut colour = linear(hex);
        if is_glass {
            colour[3] = 0.45;
        }
        Coat { paint: if is_glass { GLASS } else { PLAIN }, colour, uvs: Vec::new() }
    }

    fn textured(
        &mut self,
        geometry: &Geometry,
        path: &[usize],
        rings: &[Vec<usize>],
    ) -> Option<Coat> {
        let themed = of_theme(&geometry.texture, self.theme_texture.as_deref())?;
        let listed = walk::at(&themed.values, path)?.as_array()?;
        let mut texture = None;
        let mut uvs = Vec::with_capacity(rings.len());
        for (ring, told) in rings.iter().zip(listed) {
            let numbers: Option<Vec<usize>> =
                told.as_array()?.iter().map(|it| it.as_u64().map(|it| it as usize)).collect();
            let numbers = numbers?;
            let (first, places) = numbers.split_first()?;
            if places.len() != ring.len() {
                return None;
            }
            texture.get_or_insert(*first);
            let places: Option<Vec<[f32; 2]>> =
                places.iter().map(|place| self.places.get(*place).copied()).collect();
            uvs.push(places?);
        }
        let name = self.textures.get(texture?)?.clone();
        if uvs.len() != rings.len() {
            return None;
        }
        let next = self.names.len();
        if next >= limits::PICTURES && !self.names.contains_key(&name) {
            return None;
        }
        let number = *self.names.entry(name).or_insert(next);
        Some(Coat { paint: FIRST_PICTURE + number, colour: [1.0; 4], uvs })
    }

    fn material(&self, geometry: &Geometry, path: &[usize]) -> Option<([f32; 4], bool)> {
        let themed = of_theme(&geometry.material, self.theme_material.as_deref())?;
        let number = match themed.value {
            Some(number) => number,
            None => walk::at(&themed.values, path)?.as_u64()? as usize,
        };
        self.materials.get(number).copied()
    }

    /// Reads the pictures; one that cannot be had leaves its surfaces in plain grey, and a note.
    pub(super) async fn take_pictures(&mut self, shelf: &Shelf, model: &mut Model) {
        let mut names: Vec<(&String, usize)> =
            self.names.iter().map(|(name, number)| (name, *number)).collect();
        names.sort_by_key(|(_, number)| *number);
        let (mut known, mut missing) = (Vec::new(), Vec::new());
        for (name, _) in names {
            let picture = match shelf.read(name).await {
                Ok(bytes) => Picture::of(bytes),
                Err(why) => Err(why),
            };
            match picture {
                Ok(picture) => {
                    known.push(Some(model.pictures.len()));
                    model.pictures.push(picture);
                }
                Err(why) => {
                    known.push(None);
                    missing.push(why);
                }
            }
        }
        model.notes.extend(note_of(&model.name, &missing));
        self.known = known;
    }

    /// The paints, in the order of their numbers.
    pub(super) fn paints(&self) -> Vec<Paint> {
        let glass = Paint { alpha: Alpha::Blend, roughness: 0.2, ..Paint::default() };
        let pictured = self.known.iter().map(|picture| match picture {
            Some(picture) => Paint { picture: Some(*picture), ..Paint::default() },
            None => Paint { base: linear(0xb9b4aa), ..Paint::default() },
        });
        [Paint::default(), glass].into_iter().chain(pictured).collect()
    }
}

/// What people should know of pictures that could not be had: how many, and why the first could not.
pub(in crate::models) fn note_of(name: &str, missing: &[Why]) -> Option<Note> {
    let (title, count) = (missing.first()?.title(), missing.len());
    Some(Note::new(
        format!("{name}: thiếu {count} ảnh bề mặt ({})", title.vi),
        format!("{name}: {count} pictures of surfaces are missing ({})", title.en),
    ))
}

/// The theme that is shown: the one that the file prefers, else the first by name.
fn of_theme<'a>(
    themes: &'a BTreeMap<String, Themed>,
    preferred: Option<&str>,
) -> Option<&'a Themed> {
    let found = preferred.and_then(|name| themes.get(name));
    found.or_else(|| themes.values().next())
}

/// The linear colour of a material, and whether it lets light through.
fn colour_of(material: &Material) -> ([f32; 4], bool) {
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u32;
    let [r, g, b] = material.diffuse.unwrap_or([0.8; 3]);
    let mut colour = linear((byte(r) << 16) | (byte(g) << 8) | byte(b));
    let transparency = material.transparency.unwrap_or(0.0).clamp(0.0, 1.0);
    colour[3] = 1.0 - transparency;
    (colour, transparency > 0.01)
}

/// sRGB of what a surface says that it is, and whether it is glass.
fn of_surface(kind: &str) -> Option<(u32, bool)> {
    Some(match kind {
        "RoofSurface" => (0xb0573f, false),
        "WallSurface" => (0xe3d9c6, false),
        "GroundSurface" | "OuterFloorSurface" => (0x8d8878, false),
        "ClosureSurface" => (0xcfc8ba, false),
        "OuterCeilingSurface" | "CeilingSurface" | "InteriorWallSurface" => (0xe9e4da, false),
        "FloorSurface" => (0xa08d74, false),
        "Window" => (0x6f93ab, true),
        "Door" => (0x6d4a33, false),
        "WaterSurface" | "WaterGroundSurface" | "WaterClosureSurface" => (0x4c7f95, false),
        "TrafficArea" => (0x6c6d70, false),
        "AuxiliaryTrafficArea" => (0x8a9a6c, false),
        "TransportationMarking" => (0xf2f0e6, false),
        "TransportationHole" => (0x3b3b3d, false),
        _ => return None,
    })
}

/// sRGB of what an object says that it is.
fn of_object(kind: &str) -> u32 {
    match kind {
        kind if kind.starts_with("Building") => 0xdcd3c2,
        kind if kind.starts_with("Bridge") || kind.starts_with("Tunnel") => 0xb4b1aa,
        "Road" | "Railway" | "TransportSquare" => 0x77787b,
        "Waterway" | "WaterBody" => 0x4c7f95,
        "PlantCover" | "SolitaryVegetationObject" => 0x5d8a4a,
        "LandUse" => 0xb5b98f,
        "TINRelief" => 0x9a9b78,
        _ => 0xb9b4aa,
    }
}
