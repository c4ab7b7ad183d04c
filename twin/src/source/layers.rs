//! FlatGeobuf to a layer in the local frame.

use std::collections::BTreeMap;

use city::{Access, FeatureId, Role, Schema, Title, Value, access::RowRule};
use datasets::read::{FlatGeometry, LayerReader, ReadError};
use rayon::prelude::*;

use super::Framing;
use crate::{
    error::Note,
    model::{CityFeature, CityLayer, Column},
};

/// What a catalogue says of a layer, wherever the catalogue is.
#[derive(Debug)]
pub(crate) struct LayerFacts<'a> {
    pub(crate) id: &'a str,
    pub(crate) role: Role,
    pub(crate) title: Title,
    pub(crate) schema: &'a Schema,
    pub(crate) id_column: &'a str,
    /// Role attribute → column.
    pub(crate) columns: &'a BTreeMap<String, String>,
    pub(crate) row_rules: &'a [RowRule],
}

/// The features of a file that lie in the frame, without what is not public; what cannot be read
/// is counted in a note.
pub(crate) fn read_layer(
    reader: &LayerReader,
    facts: &LayerFacts<'_>,
    framing: &Framing,
) -> Result<(CityLayer, Option<Note>), ReadError> {
    let binding = reader.bind(facts.schema, facts.id_column)?;
    let hidden: Vec<(usize, &[String])> = facts
        .row_rules
        .iter()
        .filter(|rule| rule.access != Access::Public)
        .filter_map(|rule| Some((facts.schema.index_of(&rule.column)?, rule.values.as_slice())))
        .collect();
    let positions = reader.search(&framing.bbox)?;
    let read = |position: &usize| -> Option<Option<CityFeature>> {
        let record = reader.record(*position).ok()?;
        let (id, mut values) = record.read_values(&binding).ok()?;
        if hidden.iter().any(|(column, named)| is_named(&values[*column], named)) {
            return Some(None);
        }
        for (value, property) in values.iter_mut().zip(&facts.schema.properties) {
            if property.access != Access::Public {
                *value = Value::Null;
            }
        }
        feature(&record, id, values, framing).map(Some)
    };
    let found: Vec<Option<Option<CityFeature>>> = positions.par_iter().map(read).collect();
    let broken = found.iter().filter(|it| it.is_none()).count();
    let features = found.into_iter().flatten().flatten().collect();
    let note = (broken > 0).then(|| {
        Note::new(
            format!("{}: bỏ qua {broken} đối tượng không đọc được", facts.title.vi),
            format!("{}: {broken} features that cannot be read are left out", facts.title.en),
        )
    });
    Ok((layer(facts, features), note))
}

fn feature(
    record: &datasets::read::Record<'_>,
    id: FeatureId,
    values: Vec<Value>,
    framing: &Framing,
) -> Option<CityFeature> {
    let mut flat = FlatGeometry::default();
    record.read_geometry(&mut flat).ok()?;
    CityFeature::from_degrees(id, &flat.to_geometry(), values, &framing.frame)
}

fn layer(facts: &LayerFacts<'_>, features: Vec<CityFeature>) -> CityLayer {
    let columns = facts.schema.properties.iter().map(|property| Column {
        name: property.name.clone(),
        title: property.title.clone(),
        unit: property.unit.map(|unit| unit.display().to_owned()).filter(|it| !it.is_empty()),
        code_list: property.code_list.clone(),
    });
    let columns: Vec<Column> = columns.collect();
    let place = |name: &str| facts.schema.index_of(name);
    let standard = facts.role.attributes().iter().filter_map(|it| Some((it.name, place(it.name)?)));
    let mut attributes: BTreeMap<String, usize> =
        standard.map(|(name, column)| (name.to_owned(), column)).collect();
    attributes.extend(
        facts.columns.iter().filter_map(|(name, column)| Some((name.clone(), place(column)?))),
    );
    CityLayer {
        id: facts.id.to_owned(),
        role: facts.role,
        title: facts.title.clone(),
        columns,
        attributes,
        features,
    }
}

fn is_named(value: &Value, named: &[String]) -> bool {
    match value {
        Value::Text(text) => named.iter().any(|name| **name == **text),
        Value::Integer(number) => named.iter().any(|name| *name == number.to_string()),
        _ => false,
    }
}
