//! Observations as a table: the data array extension (OGC 18-088, section 12).

use serde_json::{Map, Value, json};

use super::{
    field::{WireError, given, reference},
    observation::new_observation,
};
use crate::model::{NewObservation, StreamId};

/// Reads a data array: for each datastream the names of components, and rows of their values.
///
/// # Errors
/// [`WireError`]: a row is not what it should be; then none is taken.
pub fn data_array(document: &Value) -> Result<Vec<NewObservation>, WireError> {
    data_array_rows(document)?.into_iter().map(|row| row.observation).collect()
}

/// A row of a data array.
#[derive(Debug, Clone)]
pub(crate) struct Row<'d> {
    /// What it asks to be recorded, or what is wrong with it.
    pub(crate) observation: Result<NewObservation, WireError>,
    group: &'d Map<String, Value>,
    cells: &'d Value,
}

impl Row<'_> {
    /// A data array with this row alone.
    pub(crate) fn alone(&self) -> Value {
        let mut group = self.group.clone();
        group.retain(|name, _| {
            ["Datastream", "MultiDatastream", "components"].contains(&name.as_str())
        });
        group.insert("dataArray".into(), json!([self.cells]));
        json!([group])
    }
}

/// Reads a data array row by row.
///
/// # Errors
/// [`WireError`]: it is no data array.
pub(crate) fn data_array_rows(document: &Value) -> Result<Vec<Row<'_>>, WireError> {
    let problem = "must be an array with an object for each Datastream";
    let groups = document.as_array().ok_or_else(|| WireError::new("dataArray", problem))?;
    let mut all = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let group = group.as_object().ok_or_else(|| WireError::new("dataArray", problem))?;
        let within = |why: WireError| why.within(&format!("[{number}]"));
        let head = Head::read(group).map_err(within)?;
        let rows = list(group, "dataArray").map_err(within)?;
        all.extend(rows.iter().enumerate().map(|(row, cells)| {
            let at = || format!("dataArray[{row}]");
            let observation = head.observation(cells, at).map_err(within);
            Row { observation, group, cells }
        }));
    }
    Ok(all)
}

/// What stands before the rows.
struct Head<'d> {
    stream: StreamId,
    names: Vec<&'d str>,
}

impl<'d> Head<'d> {
    fn read(group: &'d Map<String, Value>) -> Result<Self, WireError> {
        let problem = r#"is missing: name one, as {"@iot.id": 7}"#;
        let stream = match reference(group, "Datastream")? {
            Some(id) => Some(id),
            None => reference(group, "MultiDatastream")?,
        };
        let stream = StreamId(stream.ok_or_else(|| WireError::new("Datastream", problem))?);
        let components = list(group, "components")?;
        let problem = "must be names of properties of an Observation";
        let names = components.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
        let names = names.ok_or_else(|| WireError::new("components", problem))?;
        Ok(Self { stream, names })
    }

    fn observation(
        &self,
        cells: &Value,
        at: impl Fn() -> String,
    ) -> Result<NewObservation, WireError> {
        let row = cells.as_array().filter(|row| row.len() == self.names.len());
        let problem = "must be an array with a value for each component";
        let row = row.ok_or_else(|| WireError::new(at(), problem))?;
        let cells = self.names.iter().zip(row).filter(|(_, value)| !value.is_null());
        let mut observation: Map<_, _> = cells.map(cell).collect();
        observation.entry("result").or_insert(Value::Null);
        let read = new_observation(&Value::Object(observation), Some(self.stream));
        read.map_err(|why| why.within(&at()))
    }
}

fn cell((name, value): (&&str, &Value)) -> (String, Value) {
    match *name {
        "FeatureOfInterest/id" | "FeatureOfInterest/@iot.id" => {
            ("FeatureOfInterest".to_owned(), json!({ "@iot.id": value }))
        }
        name => (name.to_owned(), value.clone()),
    }
}

fn list<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], WireError> {
    let list = given(map, name).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or_else(|| WireError::new(name, "must be an array"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, ResultValue};

    #[test]
    fn a_data_array_holds_an_observation_a_row() {
        let document = json!([{
            "Datastream": {"@iot.id": 7},
            "components": ["phenomenonTime", "result", "FeatureOfInterest/id"],
            "dataArray@iot.count": 2,
            "dataArray": [
                ["2026-11-21T05:00:00Z", 1.5, 3],
                ["2026-11-21T05:10:00Z", null, null],
            ],
        }]);
        let all = data_array(&document).unwrap();
        assert_eq!(all[0].feature, Id::new(3));
        assert_eq!(all[0].result, ResultValue::Number(1.5));
        assert_eq!((all[1].feature, &all[1].result), (None, &ResultValue::Missing));
        assert_eq!(all[1].stream, StreamId::new(7).unwrap());
    }

    #[test]
    fn errors_say_which_row() {
        for (document, expected) in [
            (json!({}), "dataArray: must be an array"),
            (json!([{"components": []}]), "[0].Datastream: is missing"),
            (
                json!([{"Datastream": {"@iot.id": 7}, "components": ["result"], "dataArray": [[1, 2]]}]),
                "[0].dataArray[0]: must be an array with a value for each component",
            ),
            (
                json!([{"Datastream": {"@iot.id": 7}, "components": ["resultat"], "dataArray": [[1]]}]),
                "[0].dataArray[0].resultat: is no member",
            ),
        ] {
            let error = data_array(&document).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
