//! An edit held against the layer as it stands.

use std::sync::Arc;

use city::{
    Bbox, FeatureId, Interval, Value,
    layer::{Content, GeometryKind},
};
use geo::{
    Validation,
    orient::{Direction, Orient},
};
use geo_types::Geometry;

use super::{Draft, Patch, Prepared};
use crate::{
    store::{
        ConflictKind,
        document::Document,
        error::StoreError,
        geometries::Geometries,
        layer_state::LayerState,
        log::{NewChange, Operation},
        overlay::{Edited, Origin, Record},
        value::coerce,
        view::LayerView,
    },
    viewer::Viewer,
};

/// Numbers of features that are created here begin at 2⁴⁰: above every source's FID (OpenStreetMap
/// is at 2³⁴), so that a later import brings no feature with the same number, and below 2⁵³, up to
/// which JSON readers count exactly.
const FIRST_OWN_NUMBER: u64 = 1 << 40;

/// Who edits which layer, under which number.
pub(super) struct Editor<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) state: &'a Arc<LayerState>,
    pub(super) view: LayerView,
    pub(super) seq: u64,
}

impl Editor<'_> {
    pub(super) fn create(
        &self,
        id: Option<&FeatureId>,
        draft: &Draft,
    ) -> Result<Prepared, StoreError> {
        let mut document = self.document(draft, None)?;
        let id = self.new_id(id, &mut document)?;
        self.check_sight(&document)?;
        Ok(self.prepared(id, Operation::Create, None, Some(document)))
    }

    pub(super) fn replace(
        &self,
        id: &FeatureId,
        draft: &Draft,
        if_match: Option<&str>,
    ) -> Result<Prepared, StoreError> {
        let before = self.present(id, if_match)?;
        let document = self.document(draft, Some(&before))?;
        self.replaced(id, before, document)
    }

    pub(super) fn update(
        &self,
        id: &FeatureId,
        patch: &Patch,
        if_match: Option<&str>,
    ) -> Result<Prepared, StoreError> {
        let before = self.present(id, if_match)?;
        let mut document = before.clone();
        if let Some(geometry) = &patch.geometry {
            document.geometry = self.mended(geometry)?;
        }
        if patch.clears {
            self.clear(&mut document.values);
        }
        self.put(&mut document.values, &patch.properties)?;
        let document = self.with_valid_time(document)?;
        self.replaced(id, before, document)
    }

    /// A feature that is there, in another state.
    pub(super) fn replaced(
        &self,
        id: &FeatureId,
        before: Document,
        mut document: Document,
    ) -> Result<Prepared, StoreError> {
        if let Some(column) = self.key_column() {
            let key = &mut document.values[column];
            if key.is_null() {
                *key = before.values[column].clone();
            } else if key_id(key).as_ref() != Some(id) {
                return Err(self.bad_id(id, "the key column says another id; it cannot be changed"));
            }
        }
        self.check_sight(&document)?;
        // A feature that the last import hasn't any more is brought back by whoever replaces it.
        let gone = self.state.conflict_of(id).is_some_and(|c| c == ConflictKind::Vanished);
        let operation = if gone { Operation::Create } else { Operation::Replace };
        Ok(self.prepared(id.clone(), operation, Some(before), Some(document)))
    }

    pub(super) fn delete(
        &self,
        id: &FeatureId,
        if_match: Option<&str>,
    ) -> Result<Prepared, StoreError> {
        let before = self.present(id, if_match)?;
        Ok(self.prepared(id.clone(), Operation::Delete, Some(before), None))
    }

    pub(super) fn prepared(
        &self,
        id: FeatureId,
        operation: Operation,
        before: Option<Document>,
        after: Option<Document>,
    ) -> Prepared {
        let schema = self.state.schema();
        let change = NewChange {
            layer: self.state.layer.id.clone(),
            feature: id.clone(),
            operation,
            valid: after.as_ref().map(|after| self.valid_of(after)).unwrap_or_default(),
            before: before.map(|document| document.to_json(schema)),
            after: after.as_ref().map(|document| document.to_json(schema)),
            undoes: None,
        };
        let origin = Origin::after(self.state.overlay.get(&id).map(|e| e.origin), operation);
        let record = after.map(|document| Arc::new(Record::new(id, document, self.seq)));
        Prepared { change, edited: Edited { seq: self.seq, origin, record } }
    }

    /// The feature as it stands, when the editor sees it and it is at the version they saw.
    pub(super) fn present(
        &self,
        id: &FeatureId,
        if_match: Option<&str>,
    ) -> Result<Document, StoreError> {
        let feature = self.view.feature(id)?;
        let current = feature.version();
        if if_match.is_some_and(|wanted| wanted != current) {
            return Err(StoreError::Changed { id: id.clone(), current });
        }
        Ok(Document { geometry: feature.geometry().to_geo(), values: feature.values_in_schema() })
    }

    fn document(&self, draft: &Draft, before: Option<&Document>) -> Result<Document, StoreError> {
        let geometry = self.mended(&draft.geometry)?;
        let mut values = match before {
            Some(before) => before.values.clone(),
            None => vec![Value::Null; self.state.schema().properties.len()],
        };
        self.clear(&mut values);
        self.put(&mut values, &draft.properties)?;
        self.with_valid_time(Document { geometry, values })
    }

    /// Takes the values of all columns that the editor sees.
    fn clear(&self, values: &mut [Value]) {
        for column in &self.view.scope.columns {
            values[*column] = Value::Null;
        }
    }

    fn put(&self, values: &mut [Value], properties: &[(String, Value)]) -> Result<(), StoreError> {
        let schema = self.state.schema();
        for (name, value) in properties {
            let column =
                self.view.scope.columns.iter().find(|c| schema.properties[**c].name == *name);
            let Some(&column) = column else {
                let layer = self.state.layer.id.clone();
                return Err(StoreError::UnknownProperty { layer, property: name.clone() });
            };
            let kind = schema.properties[column].kind;
            values[column] = coerce(kind, value).ok_or_else(|| StoreError::BadValue {
                property: name.clone(),
                kind,
                value: format!("{value:?}").chars().take(80).collect(),
            })?;
        }
        Ok(())
    }

    /// The document, unless its valid time ends before it begins.
    fn with_valid_time(&self, document: Document) -> Result<Document, StoreError> {
        match self.valid_of(&document) {
            Interval { start: Some(start), end: Some(end) } if start >= end => {
                Err(StoreError::BadValidTime)
            }
            _ => Ok(document),
        }
    }

    fn valid_of(&self, document: &Document) -> Interval {
        self.state.valid_of_values(&self.view.scope, &document.values)
    }

    /// The geometry, if it can be stored, with rings that go the way that RFC 7946 wants.
    fn mended(&self, geometry: &Geometry<f64>) -> Result<Geometry<f64>, StoreError> {
        self.check_geometry(geometry)?;
        Ok(match geometry {
            Geometry::Polygon(polygon) => polygon.orient(Direction::Default).into(),
            Geometry::MultiPolygon(polygons) => polygons.orient(Direction::Default).into(),
            other => other.clone(),
        })
    }

    fn check_geometry(&self, geometry: &Geometry<f64>) -> Result<(), StoreError> {
        let bad =
            |why: String| Err(StoreError::BadGeometry { layer: self.state.layer.id.clone(), why });
        if matches!(geometry, Geometry::GeometryCollection(_)) {
            return bad("a geometry collection cannot be stored: give one geometry".into());
        }
        let one = Geometries::of(geometry);
        let Some(shape) = one.get(0).shape().kind() else {
            return bad("it has no coordinates".into());
        };
        let Content::Vector { geometry: wanted, .. } = &self.state.layer.content else {
            return Err(StoreError::NotVector(self.state.layer.id.clone()));
        };
        if *wanted != GeometryKind::Mixed && *wanted != shape {
            return bad(format!("the layer holds {wanted:?} geometries, this is a {shape:?}"));
        }
        let world = Bbox { min_x: -180.0, min_y: -90.0, max_x: 180.0, max_y: 90.0 };
        if !one.get(0).bbox().is_some_and(|bbox| world.covers(&bbox)) {
            return bad("coordinates must be longitude within ±180 and latitude within ±90".into());
        }
        geometry.check_validation().or_else(|error| bad(error.to_string()))
    }

    /// The identifier of a new feature: as given, as its key column says, or a number of our own.
    fn new_id(
        &self,
        given: Option<&FeatureId>,
        document: &mut Document,
    ) -> Result<FeatureId, StoreError> {
        let id = match (given, self.key_column()) {
            (Some(id), Some(column)) => {
                let key = &mut document.values[column];
                if key.is_null() {
                    *key = coerce(self.state.schema().properties[column].kind, &key_value(id))
                        .ok_or_else(|| self.bad_id(id, "it does not fit the key column"))?;
                }
                if key_id(key).as_ref() != Some(id) {
                    return Err(self.bad_id(id, "the key column says another"));
                }
                id.clone()
            }
            (None, Some(column)) => key_id(&document.values[column]).ok_or_else(|| {
                let name = &self.state.schema().properties[column].name;
                StoreError::BadId {
                    id: String::new(),
                    why: format!("the key column '{name}' needs a value"),
                }
            })?,
            (Some(id @ FeatureId::Number(_)), None) => id.clone(),
            (Some(id), None) => {
                return Err(
                    self.bad_id(id, "this layer's ids are numbers; leave it out to get one")
                );
            }
            (None, None) => return Ok(self.own_number()),
        };
        if self.state.has(&id) {
            return Err(self.bad_id(&id, "it is taken"));
        }
        Ok(id)
    }

    fn own_number(&self) -> FeatureId {
        let mut number = FIRST_OWN_NUMBER + self.seq;
        while self.state.has(&FeatureId::Number(number)) {
            number += 1;
        }
        FeatureId::Number(number)
    }

    /// Position in the schema of the declared key; `None` where ids are the source's FIDs.
    fn key_column(&self) -> Option<usize> {
        match &self.state.layer.content {
            Content::Vector { id_column, schema, .. } => schema.index_of(id_column),
            Content::Raster { .. } => None,
        }
    }

    /// An edit does not put a feature where its editor can't see it: they would think it lost.
    pub(super) fn check_sight(&self, document: &Document) -> Result<(), StoreError> {
        let seen = self.state.sees_values(self.viewer.clearances, &document.values);
        if seen { Ok(()) } else { Err(StoreError::OutOfSight) }
    }

    fn bad_id(&self, id: &FeatureId, why: &str) -> StoreError {
        StoreError::BadId { id: id.to_string(), why: why.into() }
    }
}

fn key_value(id: &FeatureId) -> Value {
    match id {
        FeatureId::Number(number) => {
            i64::try_from(*number).map_or_else(|_| Value::Null, Value::Integer)
        }
        FeatureId::Text(text) => Value::Text(Arc::clone(text)),
    }
}

fn key_id(value: &Value) -> Option<FeatureId> {
    match value {
        Value::Integer(number) => u64::try_from(*number).ok().map(FeatureId::Number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
