//! Commands as Tasks (OGC 17-079, 8.3), and Tasks as orders.

use serde_json::{Map, Value, json};

use super::{Command, CommandError, NewOrder, Targets};
use crate::model::{
    Body, Entity, Id, Relation, Task,
    wire::{WireError, given, id_of},
};

/// A command as the Task that is shown: where it stands and since when, not who wanted it.
pub(super) fn task_of(command: &Command) -> Entity {
    let mut properties = Map::new();
    properties.insert("status".into(), command.state().name().into());
    properties.insert("expires".into(), command.expires.to_string().into());
    properties.insert("order".into(), command.order.0.get().into());
    if command.is_group {
        properties.insert("group".into(), true.into());
    }
    let steps = command.steps.iter().map(|step| {
        let mut shown = json!({ "status": step.state.name(), "time": step.at.to_string() });
        if let Some(note) = &step.note {
            shown["note"] = note.as_str().into();
        }
        shown
    });
    properties.insert("steps".into(), steps.collect());
    let parameters = command.parameters.as_ref().clone();
    let body = Body::Task(Task { created: command.requested, parameters, properties });
    let mut entity = Entity::new(command.id, body);
    entity.set_links(Relation::TaskTaskingCapability, vec![command.capability]);
    entity
}

/// Reads the order in a Task as it is posted. What is not of the standard stands in `properties`:
/// `reason`, `key` and `ttl` (seconds). `at` is the capability whose Tasks it was posted to.
pub(super) fn read_order(document: &Value, at: Option<Id>) -> Result<NewOrder, CommandError> {
    let wrong = |path: &str, problem: &str| WireError::new(path, problem);
    let map = document.as_object().ok_or_else(|| wrong("Task", "must be a JSON object"))?;
    let is_known = |name: &str| {
        ["creationTime", "taskingParameters", "properties", "TaskingCapability"].contains(&name)
            || name.contains('@')
    };
    if let Some(unknown) = map.keys().find(|name| !is_known(name)) {
        let problem = "is no property of a Task; known: taskingParameters, TaskingCapability, \
                       properties";
        return Err(wrong(unknown, problem).into());
    }
    let named = given(map, "TaskingCapability").map(|it| {
        let problem = r#"must be a reference such as {"@iot.id": 7}"#;
        it.get("@iot.id").and_then(id_of).ok_or_else(|| wrong("TaskingCapability", problem))
    });
    let target = match (named.transpose()?, at) {
        (Some(named), Some(at)) if named != at => {
            let problem = "is another one than the address names: leave it out";
            return Err(wrong("TaskingCapability", problem).into());
        }
        (named, at) => named.or(at).ok_or_else(|| {
            wrong("TaskingCapability", r#"is missing: name one, as {"@iot.id": 7}"#)
        })?,
    };
    let parameters = given(map, "taskingParameters").and_then(Value::as_object).cloned();
    let parameters = parameters
        .ok_or_else(|| wrong("taskingParameters", "must be an object with the parameters"))?;
    let none = Map::new();
    let properties = match given(map, "properties") {
        None => &none,
        Some(value) => value.as_object().ok_or_else(|| wrong("properties", "must be an object"))?,
    };
    let text = |name: &str| match given(properties, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(&format!("properties.{name}"), "must be a text")),
    };
    let ttl_s = given(properties, "ttl").map(|ttl| {
        let seconds = ttl.as_u64().and_then(|it| u32::try_from(it).ok());
        seconds.ok_or_else(|| wrong("properties.ttl", "must be a whole number of seconds"))
    });
    Ok(NewOrder {
        targets: Targets::One(target),
        parameters,
        reason: text("reason")?.unwrap_or_default(),
        key: text("key")?,
        ttl_s: ttl_s.transpose()?,
    })
}
