//! One layer at one moment, and what each kind of viewer may see of it.
//!
//! This is the one place where access is decided. Everything that is read goes through a
//! [`Scope`]: the columns that a viewer sees and the rows that they do not.

use std::sync::{Arc, OnceLock};

use city::{
    Access, FeatureId, Instant, Interval, Layer, PropertyType, Schema, Value, access::RowRule,
    layer::Content, time::Date,
};

use super::{
    error::StoreError,
    history::replay,
    log::{Fold, LogReader},
    overlay::{Edited, Overlay, Record},
    rows::RowSet,
    snapshot::Snapshot,
    value::ValueRef,
};
use crate::viewer::Clearances;

/// A layer as it stands between two changes.
#[derive(Debug)]
pub(crate) struct LayerState {
    pub(crate) layer: Arc<Layer>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) overlay: Overlay,
    /// Rows of the snapshot by class, for each row rule.
    rule_rows: Arc<Vec<(Access, RowSet)>>,
    scopes: [OnceLock<Arc<Scope>>; Clearances::COUNT],
    /// What of the change log is in the snapshot already.
    pub(crate) base: Fold,
    /// The change log; `None` for a store in memory.
    pub(crate) log: Option<LogReader>,
    /// When this is a look back: the instant that it shows, and the layer as it stands.
    pub(crate) looks_back: Option<(Instant, Arc<Self>)>,
}

/// What viewers with the same clearances see of a layer.
#[derive(Debug)]
pub(crate) struct Scope {
    clearances: Clearances,
    /// Positions in the schema of the columns that they see.
    pub(crate) columns: Vec<usize>,
    /// Rows of the snapshot that they don't see, or that an edit stands before.
    pub(crate) hidden: RowSet,
    /// Positions in the schema of the columns for valid from and valid to.
    valid: (Option<usize>, Option<usize>),
}

impl Scope {
    /// The same with fewer columns.
    pub(crate) fn narrowed(&self, columns: Vec<usize>) -> Self {
        let (clearances, valid) = (self.clearances, self.valid);
        Self { clearances, columns, hidden: self.hidden.clone(), valid }
    }
}

impl LayerState {
    /// A layer with its features. A row rule over a column that is not there is an error, since
    /// nobody could tell what it was to hide.
    pub(crate) fn new(
        layer: Arc<Layer>,
        snapshot: Arc<Snapshot>,
        log: Option<LogReader>,
    ) -> Result<Self, String> {
        let rules = rules_of(&layer).iter().map(|rule| {
            let column = schema_of(&layer).index_of(&rule.column).ok_or_else(|| {
                format!(
                    "a row rule names the column '{}', which the layer does not have",
                    rule.column
                )
            })?;
            let cells = &snapshot.columns[column];
            let rows = RowSet::where_(snapshot.len(), |row| rule_holds(rule, cells.value(row)));
            Ok((rule.access, rows))
        });
        let rule_rows = Arc::new(rules.collect::<Result<_, String>>()?);
        let base = Fold { seq: 0, since: layer.published };
        let overlay = Overlay::default();
        let scopes = Default::default();
        Ok(Self { layer, snapshot, overlay, rule_rows, scopes, base, log, looks_back: None })
    }

    /// The same layer under other edits.
    pub(crate) fn with_overlay(&self, overlay: Overlay) -> Self {
        Self {
            layer: Arc::clone(&self.layer),
            snapshot: Arc::clone(&self.snapshot),
            overlay,
            rule_rows: Arc::clone(&self.rule_rows),
            scopes: Default::default(),
            base: self.base,
            log: self.log.clone(),
            looks_back: None,
        }
    }

    /// Puts one edit on top.
    pub(crate) fn put(&mut self, id: FeatureId, edited: Edited) {
        self.overlay.put(id, edited, &self.snapshot);
        self.scopes = Default::default();
    }

    /// The same layer under the edits that the change log has for it.
    pub(crate) fn replayed(&self) -> Result<Self, StoreError> {
        let Some(log) = &self.log else { return Ok(self.with_overlay(Overlay::default())) };
        let base = log.fold_of(&self.layer.id, &self.layer.checksum)?;
        let base = base.unwrap_or(Fold { seq: 0, since: self.layer.published });
        let overlay = replay(log, &self.layer, self.schema(), &self.snapshot, base)?;
        Ok(Self { base, ..self.with_overlay(overlay) })
    }

    /// Whether there is a feature with an identifier, whoever may see it.
    pub(crate) fn has(&self, id: &FeatureId) -> bool {
        match self.overlay.get(id) {
            Some(edited) => edited.record.is_some(),
            None => self.snapshot.ids.row_of(id).is_some(),
        }
    }

    pub(crate) fn schema(&self) -> &Schema {
        schema_of(&self.layer)
    }

    /// What viewers with these clearances see.
    pub(crate) fn scope(&self, clearances: Clearances) -> Arc<Scope> {
        let slot = &self.scopes[usize::from(clearances.scope())];
        Arc::clone(slot.get_or_init(|| Arc::new(self.make_scope(clearances))))
    }

    fn make_scope(&self, clearances: Clearances) -> Scope {
        let schema = self.schema();
        let columns: Vec<usize> = (0..schema.properties.len())
            .filter(|column| self.sees_column(clearances, *column))
            .collect();
        let superseded = RowSet::of(self.overlay.superseded().iter().copied());
        let closed = self.rule_rows.iter().filter(|(access, _)| !clearances.contains(*access));
        let hidden = closed.fold(superseded, |all, (_, rows)| all.union(rows));
        let role_column = |attribute| {
            let column = schema.index_of(self.layer.column_of(attribute)?)?;
            columns.contains(&column).then_some(column)
        };
        let valid = (role_column("valid_from"), role_column("valid_to"));
        Scope { clearances, columns, hidden, valid }
    }

    /// Rows of the snapshot that viewers with these clearances may not see, edited or not.
    pub(crate) fn closed_rows(&self, clearances: Clearances) -> RowSet {
        let closed = self.rule_rows.iter().filter(|(access, _)| !clearances.contains(*access));
        closed.fold(RowSet::default(), |all, (_, rows)| all.union(rows))
    }

    /// A column is as closed as the catalogue says and as the attribute that it plays.
    fn sees_column(&self, clearances: Clearances, column: usize) -> bool {
        let property = &self.schema().properties[column];
        let Content::Vector { columns, .. } = &self.layer.content else { return false };
        let plays = columns.iter().filter(|(_, source)| **source == property.name);
        let mut classes = plays.filter_map(|(name, _)| self.layer.role.attribute(name));
        clearances.contains(property.access)
            && classes.all(|attribute| clearances.contains(attribute.access))
    }

    /// Whether viewers with these clearances may see a feature with these values.
    pub(crate) fn sees_values(&self, clearances: Clearances, values: &[Value]) -> bool {
        let schema = self.schema();
        rules_of(&self.layer).iter().all(|rule| {
            let value = schema.index_of(&rule.column).and_then(|column| values.get(column));
            let holds = value.is_some_and(|value| rule_holds(rule, value.into()));
            !holds || clearances.contains(rule.access)
        })
    }

    /// Whether viewers of a scope see an edited feature.
    pub(crate) fn sees_record(&self, scope: &Scope, record: &Record) -> bool {
        self.sees_values(scope.clearances, &record.values)
    }

    /// When a row of the snapshot holds in the world.
    pub(crate) fn valid_of_row(&self, scope: &Scope, row: usize) -> Interval {
        let read = |column: Option<usize>| {
            column.and_then(|column| instant_of(self.snapshot.columns[column].value(row)))
        };
        Interval { start: read(scope.valid.0), end: read(scope.valid.1) }
    }

    /// When an edited feature holds in the world.
    pub(crate) fn valid_of_values(&self, scope: &Scope, values: &[Value]) -> Interval {
        let read = |column: Option<usize>| {
            column.and_then(|column| instant_of(values.get(column)?.into()))
        };
        Interval { start: read(scope.valid.0), end: read(scope.valid.1) }
    }

    /// The columns for when features begin and end to hold, of those whose values are times.
    pub(crate) fn valid_columns(&self, scope: &Scope) -> (Option<usize>, Option<usize>) {
        let of_time = |column: Option<usize>| {
            column.filter(|column| {
                let kind = self.schema().properties.get(*column).map(|property| property.kind);
                matches!(kind, Some(PropertyType::Date | PropertyType::Instant))
            })
        };
        (of_time(scope.valid.0), of_time(scope.valid.1))
    }

    /// Whether the layer says when its features hold.
    pub(crate) fn has_valid_time(&self, scope: &Scope) -> bool {
        scope.valid != (None, None)
    }
}

/// The schema of a layer; a raster's is empty.
fn schema_of(layer: &Layer) -> &Schema {
    static NONE: Schema = Schema { properties: Vec::new() };
    layer.schema().unwrap_or(&NONE)
}

fn rules_of(layer: &Layer) -> &[RowRule] {
    match &layer.content {
        Content::Vector { row_rules, .. } => row_rules,
        Content::Raster { .. } => &[],
    }
}

fn rule_holds(rule: &RowRule, value: ValueRef<'_>) -> bool {
    rule.values.iter().any(|text| value.is_written(text))
}

/// The instant at which a validity column's value begins or ends: a day at its first moment in the
/// province's zone.
fn instant_of(value: ValueRef<'_>) -> Option<Instant> {
    let of_day = |date: Date| Instant::at_start_of(date);
    match value {
        ValueRef::Instant(at) => Some(at),
        ValueRef::Date(date) => Some(of_day(date)),
        ValueRef::Text(text) => {
            text.parse().ok().or_else(|| city::time::parse_date(text).ok().map(of_day))
        }
        _ => None,
    }
}
