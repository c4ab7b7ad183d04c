//! What one viewer sees of one layer.

use std::sync::Arc;

use city::{FeatureId, Instant, Interval, Layer, Property, PropertyType, Value, layer::Content};

use super::{
    error::StoreError,
    geometries::FeatureGeometry,
    layer_state::{LayerState, Scope},
    overlay::Record,
    value::ValueRef,
    world::WorldBox,
};
use crate::{filter::Cells, viewer::Clearances};

/// One layer as one viewer sees it at one moment: what they may not see is not there.
///
/// A view is cheap to clone, may be sent to other threads, and never changes: edits and reloads
/// make new ones.
#[derive(Debug, Clone)]
pub struct LayerView {
    pub(crate) state: Arc<LayerState>,
    pub(crate) scope: Arc<Scope>,
    clearances: Clearances,
}

impl LayerView {
    pub(crate) fn new(state: Arc<LayerState>, clearances: Clearances) -> Self {
        let scope = state.scope(clearances);
        Self { state, scope, clearances }
    }

    /// What the catalogue says of the layer. Its schema holds columns that the viewer may not see:
    /// show [`properties`](Self::properties) instead.
    pub fn layer(&self) -> &Layer {
        &self.state.layer
    }

    /// The columns that the viewer sees, in the order of the schema.
    pub fn properties(&self) -> impl ExactSizeIterator<Item = &Property> {
        let all = &self.state.schema().properties;
        self.scope.columns.iter().map(|column| &all[*column])
    }

    /// Position of a column among [`properties`](Self::properties).
    pub fn column(&self, name: &str) -> Option<usize> {
        self.properties().position(|property| property.name == name)
    }

    /// The same with these columns alone, in the order of the schema.
    ///
    /// # Errors
    /// [`StoreError::UnknownProperty`].
    pub fn narrowed(&self, names: &[&str]) -> Result<Self, StoreError> {
        let column = |name: &&str| {
            let found = self.schema_column(name).map(|(column, _)| column);
            found.ok_or_else(|| StoreError::UnknownProperty {
                layer: self.layer().id.clone(),
                property: name.chars().take(80).collect(),
            })
        };
        let wanted: Vec<usize> = names.iter().map(column).collect::<Result<_, _>>()?;
        let columns = self.scope.columns.iter().copied().filter(|one| wanted.contains(one));
        let scope = Arc::new(self.scope.narrowed(columns.collect()));
        Ok(Self { state: Arc::clone(&self.state), scope, clearances: self.clearances })
    }

    /// Position in the schema and type of a column that the viewer sees.
    pub(crate) fn schema_column(&self, name: &str) -> Option<(usize, PropertyType)> {
        let all = &self.state.schema().properties;
        let column = self.scope.columns.iter().find(|column| all[**column].name == name)?;
        Some((*column, all[*column].kind))
    }

    /// Position among [`properties`](Self::properties) of the column that plays an attribute of the
    /// layer's role.
    pub fn attribute(&self, name: &str) -> Option<usize> {
        self.column(self.layer().column_of(name)?)
    }

    /// The column that holds the identifier, where the viewer sees it as a property.
    pub fn id_column(&self) -> Option<usize> {
        match &self.layer().content {
            Content::Vector { id_column, .. } => self.column(id_column),
            Content::Raster { .. } => None,
        }
    }

    /// Whether features say when they hold in the world.
    pub fn has_valid_time(&self) -> bool {
        self.state.has_valid_time(&self.scope)
    }

    /// The classes that the viewer is cleared for.
    pub fn clearances(&self) -> Clearances {
        self.clearances
    }

    /// Tells two states of the layer apart, as this viewer sees them: for an ETag or a cache key.
    pub fn version(&self) -> String {
        let checksum = checksum8(self.layer());
        let (seq, scope) = (self.state.overlay.seq(), self.clearances.scope());
        match self.looks_back_to() {
            Some(at) => format!("{checksum}-{seq}-{scope:x}@{}", at.as_micros()),
            None => format!("{checksum}-{seq}-{scope:x}"),
        }
    }

    /// The instant that this is a look back to; `None` when it shows the present.
    pub fn looks_back_to(&self) -> Option<Instant> {
        self.state.looks_back.as_ref().map(|(instant, _)| *instant)
    }

    /// One feature.
    pub fn get(&self, id: &FeatureId) -> Option<FeatureRef<'_>> {
        match self.state.overlay.get(id) {
            Some(edited) => self.see_record(edited.record.as_deref()?),
            None => self.see_row(self.state.snapshot.ids.row_of(id)?),
        }
    }

    /// As [`get`](Self::get), with an error that says what was not there.
    ///
    /// # Errors
    /// [`StoreError::UnknownFeature`].
    pub fn feature(&self, id: &FeatureId) -> Result<FeatureRef<'_>, StoreError> {
        self.get(id).ok_or_else(|| StoreError::UnknownFeature {
            layer: self.layer().id.clone(),
            id: id.clone(),
        })
    }

    /// How many features the layer was published with.
    pub(crate) fn published_len(&self) -> usize {
        self.state.snapshot.len()
    }

    /// A feature as it was published, whether it is seen or not: for indexes of the whole layer,
    /// whose finds are looked at again by [`see_row`](Self::see_row).
    pub(crate) fn published(&self, row: usize) -> FeatureRef<'_> {
        FeatureRef { view: self, at: At::Row(row) }
    }

    pub(crate) fn see_row(&self, row: usize) -> Option<FeatureRef<'_>> {
        let hidden = self.scope.hidden.contains(row);
        (!hidden).then_some(FeatureRef { view: self, at: At::Row(row) })
    }

    pub(crate) fn see_record<'a>(&'a self, record: &'a Record) -> Option<FeatureRef<'a>> {
        let seen = self.state.sees_record(&self.scope, record);
        seen.then_some(FeatureRef { view: self, at: At::Record(record) })
    }
}

/// The first eight digits of a layer's checksum, as its file name has them.
pub(crate) fn checksum8(layer: &Layer) -> &str {
    layer.checksum.get(..8).unwrap_or(&layer.checksum)
}

/// One feature that the viewer sees.
#[derive(Debug, Clone, Copy)]
pub struct FeatureRef<'a> {
    view: &'a LayerView,
    at: At<'a>,
}

#[derive(Debug, Clone, Copy)]
enum At<'a> {
    Row(usize),
    Record(&'a Record),
}

impl<'a> FeatureRef<'a> {
    /// Its identifier.
    pub fn id(self) -> FeatureId {
        match self.at {
            At::Row(row) => self.view.state.snapshot.ids.key(row).into(),
            At::Record(record) => record.id.clone(),
        }
    }

    /// Its row in the snapshot; `None` for an edited feature.
    pub(crate) fn row(self) -> Option<usize> {
        match self.at {
            At::Row(row) => Some(row),
            At::Record(_) => None,
        }
    }

    /// Its geometry.
    pub fn geometry(self) -> FeatureGeometry<'a> {
        match self.at {
            At::Row(row) => self.view.state.snapshot.geometries.get(row),
            At::Record(record) => record.geometry(),
        }
    }

    /// Its box in world coordinates.
    pub fn world_box(self) -> WorldBox {
        self.geometry().world_box()
    }

    /// The value of a column, by its position among [`LayerView::properties`].
    pub fn value(self, column: usize) -> ValueRef<'a> {
        match self.view.scope.columns.get(column) {
            Some(column) => self.value_in_schema(*column),
            None => ValueRef::Null,
        }
    }

    /// Its properties, with null where there is no value.
    pub fn properties(self) -> impl ExactSizeIterator<Item = (&'a Property, ValueRef<'a>)> {
        let all = &self.view.state.schema().properties;
        let columns = self.view.scope.columns.iter();
        columns.map(move |column| (&all[*column], self.value_in_schema(*column)))
    }

    /// The number of a text among the different texts of its column, where they are interned: equal
    /// numbers of one column are equal texts.
    pub fn text_code(self, column: usize) -> Option<u32> {
        let column = *self.view.scope.columns.get(column)?;
        match self.at {
            At::Row(row) => self.view.state.snapshot.columns[column].code(row),
            At::Record(_) => None,
        }
    }

    /// When it holds in the world.
    pub fn valid_time(self) -> Interval {
        let (state, scope) = (&self.view.state, &self.view.scope);
        match self.at {
            At::Row(row) => state.valid_of_row(scope, row),
            At::Record(record) => state.valid_of_values(scope, &record.values),
        }
    }

    /// Tells two states of the feature apart: what `If-Match` compares.
    pub fn version(self) -> String {
        let seq = match self.at {
            At::Row(_) => 0,
            At::Record(record) => record.seq,
        };
        format!("{}-{seq}", checksum8(self.view.layer()))
    }

    /// All values, those that the viewer may not see among them: for what replaces the feature.
    pub(crate) fn values_in_schema(self) -> Vec<Value> {
        let columns = self.view.state.schema().properties.len();
        (0..columns).map(|column| self.value_in_schema(column).to_value()).collect()
    }

    fn value_in_schema(self, column: usize) -> ValueRef<'a> {
        match self.at {
            At::Row(row) => self.view.state.snapshot.columns[column].value(row),
            At::Record(record) => record.values.get(column).map_or(ValueRef::Null, ValueRef::from),
        }
    }
}

impl Cells for FeatureRef<'_> {
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.value_in_schema(column)
    }

    fn geometry(&self) -> FeatureGeometry<'_> {
        FeatureRef::geometry(*self)
    }

    fn code(&self, column: usize) -> Option<u32> {
        match self.at {
            At::Row(row) => self.view.state.snapshot.columns[column].code(row),
            At::Record(_) => None,
        }
    }
}

impl Cells for Record {
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.values.get(column).map_or(ValueRef::Null, ValueRef::from)
    }

    fn geometry(&self) -> FeatureGeometry<'_> {
        Record::geometry(self)
    }

    fn code(&self, _: usize) -> Option<u32> {
        None
    }
}

#[cfg(test)]
impl LayerView {
    /// The same layer after edits that put these features in the place of what they were.
    pub(crate) fn edited_to(&self, features: Vec<datasets::Feature>) -> Self {
        use super::{
            document::Document,
            overlay::{Edited, Origin, Overlay},
        };
        let edits = features.into_iter().zip(1..).map(|(feature, seq)| {
            let document = Document { geometry: feature.geometry, values: feature.values };
            let record = Record::new(feature.id.clone(), document, seq);
            (feature.id, Edited { seq, origin: Origin::Imported, record: Some(Arc::new(record)) })
        });
        let overlay = Overlay::of(edits.collect(), &self.state.snapshot);
        Self::new(Arc::new(self.state.with_overlay(overlay)), self.clearances)
    }
}
