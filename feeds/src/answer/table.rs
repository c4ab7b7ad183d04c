//! Observations as a table: the data array extension (OGC 18-088, section 12).

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::subject::Subject;
use crate::{
    model::StreamId,
    query::{Selected, Selection},
    service::Documents,
};

/// The columns where `$select` names none.
const COLUMNS: &[Selected] = &[
    Selected::Id,
    Selected::Property("phenomenonTime"),
    Selected::Property("resultTime"),
    Selected::Property("result"),
];

/// Observations as rows, for each datastream a table, in the order in which they are first met.
pub(super) fn tables(
    documents: &Documents,
    subjects: &[Subject],
    selection: &Selection,
) -> Vec<Json> {
    let columns = if selection.0.is_empty() { COLUMNS } else { selection.0.as_slice() };
    let mut tables: Vec<(StreamId, Vec<Json>)> = Vec::new();
    let mut places: HashMap<StreamId, usize> = HashMap::new();
    for subject in subjects {
        let Subject::Observation(observation) = subject else { continue };
        let document = subject.document(documents, &Selection::default());
        let cells =
            columns.iter().map(|column| document[name_in_document(column).as_str()].clone());
        let row = Json::Array(cells.collect());
        let place = *places.entry(observation.stream).or_insert_with(|| {
            tables.push((observation.stream, Vec::new()));
            tables.len() - 1
        });
        tables[place].1.push(row);
    }
    let components: Vec<_> = columns.iter().map(name).collect();
    let table = |(stream, rows): (StreamId, Vec<Json>)| {
        let key = documents.stream(stream);
        let link = format!("{}@iot.navigationLink", key.kind);
        json!({
            link: format!("{}{key}", documents.root()),
            "components": components,
            "dataArray@iot.count": rows.len(),
            "dataArray": rows,
        })
    };
    tables.into_iter().map(table).collect()
}

fn name(column: &Selected) -> &'static str {
    match column {
        Selected::Id => "id",
        Selected::SelfLink => "@iot.selfLink",
        Selected::Property(name) | Selected::Link(name) => name,
    }
}

fn name_in_document(column: &Selected) -> String {
    match column {
        Selected::Id => "@iot.id".to_owned(),
        Selected::Link(name) => format!("{name}@iot.navigationLink"),
        column => name(column).to_owned(),
    }
}
