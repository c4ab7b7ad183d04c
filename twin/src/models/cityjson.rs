//! CityJSON 2.0 (OGC 20-072r5; 1.0 and 1.1 read alike) and CityJSONSeq: a small mesher of our own.
//!
//! Of each city object its highest level of detail is taken that has surfaces. All geometry types that carry
//! surfaces are read, templates too; points and lines are counted and left out. Surfaces are coloured by their
//! textures, else by their materials, else by what they say that they are (`RoofSurface`, a `Road`…).

mod appearance;
mod mesh;
mod walk;
mod wire;

use std::collections::BTreeMap;

use city::Value;
use serde_json::Value as Json;

use super::{Model, Object, Origin, Shelf, Why, limits, trouble};
use crate::error::Note;
use appearance::Palette;
pub(super) use appearance::note_of;
use mesh::Mesher;
use wire::{CityObject, Document, Geometry};

/// The format, in messages.
pub(super) const CITYJSON: &str = "CityJSON";

/// Reads a CityJSON document or a CityJSONSeq; its pictures lie on the shelf.
///
/// # Errors
/// [`Why`] it cannot be shown. Single surfaces that are broken are left out and told of in the notes.
pub async fn read_cityjson(name: &str, bytes: &[u8], shelf: &Shelf) -> Result<Model, Why> {
    let documents = documents(bytes)?;
    let (first, rest) = documents.split_first().ok_or(Why::Unknown)?;
    let origin = match first.metadata.as_ref().and_then(|it| it.reference_system.clone()) {
        Some(system) => Origin::System(system),
        None => Origin::Unnamed,
    };
    let mut model = Model::empty(name, origin);
    let mut palette = Palette::default();
    let mut left = Left::default();
    add(first, first, &mut model, &mut palette, &mut left)?;
    for feature in rest {
        add(feature, first, &mut model, &mut palette, &mut left)?;
    }
    left.tell(&mut model);
    palette.take_pictures(shelf, &mut model).await;
    model.paints = palette.paints();
    model.sheets.retain(|sheet| !sheet.indices.is_empty());
    model.check()?;
    Ok(model)
}

/// The documents of a file: one, or a sequence of the city's and its features'.
fn documents(bytes: &[u8]) -> Result<Vec<Document>, Why> {
    let mut read = Vec::new();
    for document in serde_json::Deserializer::from_slice(bytes).into_iter::<Document>() {
        let document = document.map_err(|error| Why::broken(CITYJSON, error))?;
        let expected = if read.is_empty() { "CityJSON" } else { "CityJSONFeature" };
        if document.kind != expected {
            let what = format!("'{}' where '{expected}' must stand", document.kind);
            return Err(Why::broken(CITYJSON, what));
        }
        trouble::at_most(read.len(), limits::OBJECTS, trouble::OBJECTS)?;
        read.push(document);
    }
    match read.first().and_then(|it| it.version.as_deref()) {
        Some("2.0" | "1.1" | "1.0") => Ok(read),
        version => Err(Why::Unsupported {
            format: CITYJSON,
            what: format!("version {}", version.unwrap_or("?")),
        }),
    }
}

/// What was left out, to be told.
#[derive(Debug, Default)]
struct Left {
    /// Geometries of points and lines.
    pointlike: usize,
    /// Surfaces that name corners which are not there, or have no area.
    broken: usize,
}

impl Left {
    fn tell(&self, model: &mut Model) {
        let (name, broken, pointlike) = (&model.name, self.broken, self.pointlike);
        let mut notes = Vec::new();
        if broken > 0 {
            notes.push(Note::new(
                format!("{name}: bỏ qua {broken} mặt hỏng hoặc không có diện tích"),
                format!("{name}: {broken} surfaces that are broken or have no area are left out"),
            ));
        }
        if pointlike > 0 {
            notes.push(Note::new(
                format!("{name}: bỏ qua {pointlike} hình chỉ có điểm hay đường"),
                format!("{name}: {pointlike} geometries of points or lines alone are left out"),
            ));
        }
        model.notes.extend(notes);
    }
}

/// Adds the objects of a document; a feature's corners are by the transform of the first document.
fn add(
    document: &Document,
    first: &Document,
    model: &mut Model,
    palette: &mut Palette,
    left: &mut Left,
) -> Result<(), Why> {
    let transform = document.transform.as_ref().or(first.transform.as_ref());
    let corners: Vec<[f64; 3]> =
        document.vertices.iter().map(|at| transform.map_or(*at, |it| it.apply(*at))).collect();
    let appearance = document.appearance.as_ref().or(first.appearance.as_ref());
    let templates = document.templates.as_ref().or(first.templates.as_ref());
    palette.open(appearance);
    for (id, object) in &document.objects {
        let shown = shown_of(object, &document.objects);
        if shown.is_empty() {
            continue;
        }
        trouble::at_most(model.objects.len() + 1, limits::OBJECTS, trouble::OBJECTS)?;
        let number = model.objects.len() as u32;
        let mut mesher = Mesher { kind: &object.kind, object: number, palette, model, left };
        let mut has_surfaces = false;
        for geometry in shown {
            has_surfaces |= mesher.geometry(geometry, &corners, templates)?;
        }
        if has_surfaces {
            model.objects.push(Object {
                id: id.clone(),
                kind: object.kind.clone(),
                attributes: attributes(object, &document.objects),
            });
        }
    }
    Ok(())
}

/// The geometries of an object that are drawn: those of its highest level of detail. An outline of level 0 is not,
/// where its parts have a shape.
fn shown_of<'a>(object: &'a CityObject, all: &BTreeMap<String, CityObject>) -> Vec<&'a Geometry> {
    let carries = |it: &&Geometry| it.has_surfaces();
    let highest = object.geometry.iter().filter(carries).map(Geometry::level).fold(-1.0, f64::max);
    let has_parts = || {
        let parts = object.children.iter().filter_map(|id| all.get(id));
        parts.flat_map(|part| &part.geometry).any(Geometry::has_surfaces)
    };
    let flat_only = (0.0..1.0).contains(&highest) && has_parts();
    let is_shown = |it: &&Geometry| !it.has_surfaces() || (it.level() >= highest && !flat_only);
    object.geometry.iter().filter(is_shown).collect()
}

/// What is known of an object: its own attributes, then those of what it is a part of.
fn attributes(object: &CityObject, all: &BTreeMap<String, CityObject>) -> Vec<(String, Value)> {
    let parents = object.parents.iter().filter_map(|id| all.get(id));
    let mut known: Vec<(String, Value)> = Vec::new();
    for source in std::iter::once(object).chain(parents) {
        for (name, value) in &source.attributes {
            if known.len() < limits::ATTRIBUTES && !known.iter().any(|(other, _)| other == name) {
                known.extend(value_of(value).map(|value| (name.clone(), value)));
            }
        }
    }
    let parents = object.parents.join(", ");
    if !parents.is_empty() {
        known.push(("parents".into(), Value::from(parents.as_str())));
    }
    known
}

/// A JSON value as ours; lists and objects as their text.
pub(super) fn value_of(value: &Json) -> Option<Value> {
    match value {
        Json::Null => None,
        Json::Bool(is) => Some(Value::Bool(*is)),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Some(Value::Integer(whole)),
            None => number.as_f64().map(Value::Real),
        },
        Json::String(text) => Some(Value::from(text.as_str())),
        other => {
            let text: String = other.to_string().chars().take(500).collect();
            Some(Value::from(text.as_str()))
        }
    }
}
