//! SensorThings JSON as it is: an Observation that names its Datastream, several, or a data array.

use serde_json::Value;

use super::{
    AdapterError,
    reading::{Decoded, Input},
};
use crate::model::wire;

/// Reads a payload.
pub(super) fn decode(input: Input<'_>) -> Result<Decoded, AdapterError> {
    let document = input.json()?;
    let is_table = |items: &[Value]| items.iter().any(|item| item.get("dataArray").is_some());
    let observations = match &document {
        Value::Array(items) if is_table(items) => wire::data_array(&document)?,
        Value::Array(items) => {
            let each = items.iter().enumerate().map(|(number, item)| {
                wire::new_observation(item, None).map_err(|why| why.within(&format!("[{number}]")))
            });
            each.collect::<Result<_, _>>()?
        }
        one => vec![wire::new_observation(one, None)?],
    };
    Ok(Decoded { observations, ..Decoded::default() })
}
