//! Orders as documents, for those who work the devices: with who wanted what and why, which a Task
//! does not tell.

use serde_json::{Map, Value, json};

use super::{Command, NewOrder, Order, State, Targets};
use crate::model::{
    Id,
    wire::{WireError, given, id_of, optional_text},
};

/// The members of an order.
const MEMBERS: [&str; 7] =
    ["targets", "cabinet", "capability", "taskingParameters", "reason", "key", "ttl"];

impl NewOrder {
    /// Reads an order for several devices: `targets` lists tasking capabilities by number, or
    /// `cabinet` and `capability` name those of every Thing that hangs on a cabinet.
    /// `taskingParameters` is what each is told; `reason` says why; `key` (for idempotency) and
    /// `ttl` (seconds) may stand beside.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn read(document: &Value) -> Result<Self, WireError> {
        let wrong = |path: &str, problem: &str| WireError::new(path, problem);
        let map = document.as_object().ok_or_else(|| wrong("order", "must be a JSON object"))?;
        if let Some(unknown) = map.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            let problem = format!("is no member of an order; there are {}", MEMBERS.join(", "));
            return Err(WireError::new(unknown, problem));
        }
        let parameters = given(map, "taskingParameters").and_then(Value::as_object).cloned();
        let ttl_s = given(map, "ttl").map(|ttl| {
            let seconds = ttl.as_u64().and_then(|it| u32::try_from(it).ok());
            seconds.ok_or_else(|| wrong("ttl", "must be a whole number of seconds"))
        });
        Ok(Self {
            targets: read_targets(map)?,
            parameters: parameters.ok_or_else(|| {
                wrong("taskingParameters", "must be an object with the parameters")
            })?,
            reason: optional_text(map, "reason")?.unwrap_or_default(),
            key: optional_text(map, "key")?,
            ttl_s: ttl_s.transpose()?,
        })
    }
}

fn read_targets(map: &Map<String, Value>) -> Result<Targets, WireError> {
    let named = (optional_text(map, "cabinet")?, optional_text(map, "capability")?);
    match (given(map, "targets"), named) {
        (Some(listed), (None, None)) => {
            let ids: Option<Vec<Id>> =
                listed.as_array().and_then(|ids| ids.iter().map(id_of).collect());
            let problem = "must be an array of numbers of TaskingCapabilities, such as [1, 2]";
            ids.map(Targets::Group).ok_or_else(|| WireError::new("targets", problem))
        }
        (None, (Some(cabinet), Some(capability))) => Ok(Targets::Cabinet { cabinet, capability }),
        _ => {
            let problem = "must be given, or cabinet and capability instead, not both";
            Err(WireError::new("targets", problem))
        }
    }
}

/// An order with its commands as a document.
pub fn order_document(order: &Order, commands: &[Command]) -> Value {
    let count = |state: State| commands.iter().filter(|it| it.state() == state).count();
    let counts = State::ALL.into_iter().map(|state| (state, count(state)));
    let counts: Map<String, Value> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| (state.name().to_owned(), count.into()))
        .collect();
    let first = commands.first();
    json!({
        "order": order.id.0.get(),
        "requester": *order.requester,
        "reason": order.reason,
        "requested": order.requested.to_string(),
        "group": order.is_group,
        "expires": commands.iter().map(|it| it.expires).max().map(|at| at.to_string()),
        "taskingParameters": first.map(|it| &*it.parameters),
        "states": counts,
        "commands": commands.iter().map(command_document).collect::<Vec<_>>(),
    })
}

fn command_document(command: &Command) -> Value {
    let steps = command.steps.iter().map(|step| {
        json!({
            "status": step.state.name(),
            "time": step.at.to_string(),
            "by": step.by.as_deref(),
            "note": step.note,
        })
    });
    json!({
        "task": command.id.get(),
        "taskingCapability": command.capability.get(),
        "status": command.state().name(),
        "steps": steps.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_for_several_lists_them_or_names_their_cabinet() {
        let listed = NewOrder::read(&json!({
            "targets": [1, "2"], "taskingParameters": {"dim": 30}, "reason": "bão", "ttl": 60,
        }));
        let listed = listed.unwrap();
        let ids = [1, 2].into_iter().filter_map(Id::new).collect();
        assert_eq!((listed.targets, listed.ttl_s), (Targets::Group(ids), Some(60)));
        let named = NewOrder::read(&json!({
            "cabinet": "T1", "capability": "dim", "taskingParameters": {"dim": 30}, "key": "k",
        }));
        let expected = Targets::Cabinet { cabinet: "T1".into(), capability: "dim".into() };
        assert_eq!(named.unwrap().targets, expected);
        for (document, expected) in [
            (json!([]), "order: must be a JSON object"),
            (json!({"taskingParameters": {}}), "targets: must be given"),
            (json!({"targets": [0], "taskingParameters": {}}), "targets: must be an array"),
            (
                json!({"targets": [1], "cabinet": "T1", "taskingParameters": {}}),
                "targets: must be given, or cabinet and capability instead, not both",
            ),
            (json!({"targets": [1]}), "taskingParameters: must be an object"),
            (json!({"targets": [1], "taskingParameters": {}, "ttl": -1}), "ttl: must be"),
            (json!({"target": 1}), "target: is no member of an order; there are targets"),
        ] {
            let error = NewOrder::read(&document).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
