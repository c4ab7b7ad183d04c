//! Edits: what is asked for, checked against the layer, made ready to be recorded.

use std::sync::Arc;

use city::{
    Bbox, FeatureId, Instant, Interval, LayerId, Value,
    layer::{Content, GeometryKind},
};
use geo::Validation;
use geo_types::Geometry;

use super::{
    document::Document,
    error::StoreError,
    geometries::Geometries,
    layer_state::LayerState,
    log::{NewChange, Operation},
    overlay::{Edited, Origin, Record},
    value::coerce,
    view::{LayerView, checksum8},
};
use crate::viewer::Viewer;

/// Numbers of features that are created here begin at 2⁴⁰: above every source's FID (OpenStreetMap
/// is at 2³⁴), so that a later import brings no feature with the same number, and below 2⁵³, up to
/// which JSON readers count exactly.
const FIRST_OWN_NUMBER: u64 = 1 << 40;

/// A feature as an editor gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Longitude and latitude.
    pub geometry: Geometry<f64>,
    /// Properties by name; those left out have no value. Ones that the editor may not see keep
    /// what they have.
    pub properties: Vec<(String, Value)>,
}

/// One change to one feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Make a feature.
    Create {
        /// In this layer.
        layer: LayerId,
        /// With this identifier; `None` lets the store choose, or takes it from the key column.
        id: Option<FeatureId>,
        /// What it is.
        draft: Draft,
    },
    /// Put a feature in the place of what it was.
    Replace {
        /// In this layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// What it is from now on.
        draft: Draft,
        /// Only when it is still at this [version](super::FeatureRef::version).
        if_match: Option<String>,
    },
    /// Take a feature away.
    Delete {
        /// From this layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// Only when it is still at this [version](super::FeatureRef::version).
        if_match: Option<String>,
    },
}

impl Edit {
    /// The layer that it changes.
    pub fn layer(&self) -> &LayerId {
        match self {
            Self::Create { layer, .. }
            | Self::Replace { layer, .. }
            | Self::Delete { layer, .. } => layer,
        }
    }
}

/// An edit that is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The feature.
    pub id: FeatureId,
    /// Its version from now on; what [`FeatureRef::version`](super::FeatureRef::version) says.
    pub version: String,
    /// Number of the edit in the change log.
    pub seq: u64,
    /// When it was recorded.
    pub recorded: Instant,
}

/// An edit that was checked: what to record, and what it makes of the feature.
pub(crate) struct Prepared {
    pub(crate) change: NewChange,
    pub(crate) edited: Edited,
}

/// Checks an edit against the layer as it stands and makes it ready to be recorded under a number.
pub(crate) fn prepare(
    state: &Arc<LayerState>,
    viewer: &Viewer,
    edit: &Edit,
    seq: u64,
) -> Result<Prepared, StoreError> {
    let editor =
        Editor { viewer, state, view: LayerView::new(Arc::clone(state), viewer.clearances), seq };
    match edit {
        Edit::Create { id, draft, .. } => editor.create(id.as_ref(), draft),
        Edit::Replace { id, draft, if_match, .. } => editor.replace(id, draft, if_match.as_deref()),
        Edit::Delete { id, if_match, .. } => editor.delete(id, if_match.as_deref()),
    }
}

struct Editor<'a> {
    viewer: &'a Viewer,
    state: &'a Arc<LayerState>,
    view: LayerView,
    seq: u64,
}

impl Editor<'_> {
    fn create(&self, id: Option<&FeatureId>, draft: &Draft) -> Result<Prepared, StoreError> {
        let mut document = self.document(draft, None)?;
        let id = self.new_id(id, &mut document)?;
        self.check_sight(&document)?;
        Ok(self.prepared(id, Operation::Create, None, Some(document)))
    }

    fn replace(
        &self,
        id: &FeatureId,
        draft: &Draft,
        if_match: Option<&str>,
    ) -> Result<Prepared, StoreError> {
        let before = self.present(id, if_match)?;
        let mut document = self.document(draft, Some(&before))?;
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
        let gone = self.state.conflict_of(id).is_some_and(|c| c == super::ConflictKind::Vanished);
        let operation = if gone { Operation::Create } else { Operation::Replace };
        Ok(self.prepared(id.clone(), operation, Some(before), Some(document)))
    }

    fn delete(&self, id: &FeatureId, if_match: Option<&str>) -> Result<Prepared, StoreError> {
        let before = self.present(id, if_match)?;
        Ok(self.prepared(id.clone(), Operation::Delete, Some(before), None))
    }

    fn prepared(
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
        };
        let origin = Origin::after(self.state.overlay.get(&id).map(|e| e.origin), operation);
        let record = after.map(|document| Arc::new(Record::new(id, document, self.seq)));
        Prepared { change, edited: Edited { seq: self.seq, origin, record } }
    }

    /// The feature as it stands, when the editor sees it and it is at the version they saw.
    fn present(&self, id: &FeatureId, if_match: Option<&str>) -> Result<Document, StoreError> {
        let feature = self.view.feature(id)?;
        let current = feature.version();
        if if_match.is_some_and(|wanted| wanted != current) {
            return Err(StoreError::Changed { id: id.clone(), current });
        }
        Ok(Document { geometry: feature.geometry().to_geo(), values: feature.values_in_schema() })
    }

    fn document(&self, draft: &Draft, before: Option<&Document>) -> Result<Document, StoreError> {
        self.check_geometry(&draft.geometry)?;
        let schema = self.state.schema();
        let mut values = match before {
            Some(before) => before.values.clone(),
            None => vec![Value::Null; schema.properties.len()],
        };
        for column in &self.view.scope.columns {
            values[*column] = Value::Null;
        }
        for (name, value) in &draft.properties {
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
        let document = Document { geometry: draft.geometry.clone(), values };
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
    fn check_sight(&self, document: &Document) -> Result<(), StoreError> {
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

impl Applied {
    pub(crate) fn new(state: &LayerState, prepared: &Prepared, recorded: Instant) -> Self {
        let seq = prepared.edited.seq;
        Self {
            id: prepared.change.feature.clone(),
            version: format!("{}-{seq}", checksum8(&state.layer)),
            seq,
            recorded,
        }
    }
}
