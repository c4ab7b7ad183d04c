//! Features of a mesh (`EXT_mesh_features`), and what property tables say of them.

use std::collections::BTreeMap;

use gltf::{Primitive, Semantic};
use serde_json::Value as Json;

use super::data::Data;
use crate::models::{
    Model, Object, Why, limits, tables,
    trouble::{self, at_most},
};

/// The property tables of a document, read when a mesh first asks.
pub(super) struct Features<'a> {
    tables: Option<&'a Json>,
    data: &'a Data,
    /// The model's first object of each table, and how many it has.
    first: BTreeMap<usize, (u32, u32)>,
}

/// The features of a primitive's corners.
pub(super) struct Ids {
    of_corner: Vec<u32>,
    first: u32,
    count: u32,
    none: Option<u32>,
}

impl Ids {
    /// The model's object of a corner; `None` where it belongs to no feature.
    pub(super) fn object(&self, corner: usize) -> Option<u32> {
        let id = *self.of_corner.get(corner)?;
        (Some(id) != self.none && id < self.count).then_some(self.first + id)
    }

    /// Whether every corner belongs to a feature.
    pub(super) fn is_complete(&self) -> bool {
        (0..self.of_corner.len()).all(|corner| self.object(corner).is_some())
    }
}

impl<'a> Features<'a> {
    pub(super) fn of(raw: &'a Json, data: &'a Data) -> Self {
        let tables = raw["extensions"].get("EXT_structural_metadata");
        Self { tables, data, first: BTreeMap::new() }
    }

    /// The features of a primitive; `None` where it names none in its corners.
    pub(super) fn of_primitive(
        &mut self,
        primitive: &Primitive<'_>,
        data: &Data,
        model: &mut Model,
    ) -> Result<Option<Ids>, Why> {
        let Some(told) = primitive.extension_value("EXT_mesh_features") else { return Ok(None) };
        let told = &told["featureIds"][0];
        let Some(set) = told["attribute"].as_u64() else { return Ok(None) };
        let name = Semantic::Extras(format!("FEATURE_ID_{set}"));
        let Some(accessor) = primitive.get(&name) else { return Ok(None) };
        let of_corner = data.wholes(&accessor)?;
        let none = told["nullFeatureId"].as_u64().map(|it| it as u32);
        let count = told["featureCount"].as_u64().unwrap_or(0) as usize;
        at_most(model.objects.len().saturating_add(count), limits::OBJECTS, trouble::OBJECTS)?;
        let table = told["propertyTable"].as_u64().map(|it| it as usize);
        let (first, count) = match table {
            Some(table) => self.table(table, model)?,
            None => {
                let first = model.objects.len() as u32;
                let numbered = (0..count).map(|number| Object {
                    id: format!("{}-{number}", model.objects.len()),
                    kind: String::new(),
                    attributes: Vec::new(),
                });
                let numbered: Vec<Object> = numbered.collect();
                model.objects.extend(numbered);
                (first, count as u32)
            }
        };
        Ok(Some(Ids { of_corner, first, count, none }))
    }

    fn table(&mut self, number: usize, model: &mut Model) -> Result<(u32, u32), Why> {
        if let Some(known) = self.first.get(&number) {
            return Ok(*known);
        }
        let first = model.objects.len() as u32;
        let rows = match self.tables {
            Some(extension) => tables::rows(extension, number, |view| self.data.view(view))?,
            None => Vec::new(),
        };
        let count = rows.len() as u32;
        model.objects.extend(rows);
        at_most(model.objects.len(), limits::OBJECTS, trouble::OBJECTS)?;
        self.first.insert(number, (first, count));
        Ok((first, count))
    }
}
