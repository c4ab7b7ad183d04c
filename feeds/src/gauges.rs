//! Devices for tests of what comes in.

use serde_json::{Value, json};

use crate::{
    log::ObservationLog,
    model::{
        EntityKey, EntityKind, Seq,
        wire::{body_document, observation_document},
    },
    service::Service,
};

/// A Thing that is found by `device_id`, with a datastream for each observed property.
pub(crate) fn thing(device: &str, observed: &[&str]) -> Value {
    let streams = observed.iter().map(|name| {
        json!({
            "name": format!("{device}: {name}"),
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Observation",
            "unitOfMeasurement": {"name": null, "symbol": null, "definition": null},
            "Sensor": {"name": "Cảm biến", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty":
                {"name": name, "definition": format!("https://x.example/{name}")},
        })
    });
    let streams: Vec<_> = streams.collect();
    json!({"name": device, "properties": {"device_id": device}, "Datastreams": streams})
}

/// What is recorded: the name of the datastream, time and result.
pub(crate) fn recorded(service: &Service) -> Vec<(String, String, Value)> {
    let entries = service.log.read(Seq::START, 100_000).unwrap();
    let told = entries.into_iter().map(|entry| {
        let it = entry.observation;
        let key = EntityKey::new(EntityKind::Datastream, it.stream.0);
        let entity = service.entities.entity(key).unwrap();
        let name = body_document(&entity.body)["name"].as_str().unwrap().to_owned();
        (name, it.time.to_string(), observation_document(&it)["result"].clone())
    });
    told.collect()
}

/// A row of what is recorded.
pub(crate) fn row(name: &str, time: &str, result: impl Into<Value>) -> (String, String, Value) {
    (name.to_owned(), time.to_owned(), result.into())
}
