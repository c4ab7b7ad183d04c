//! The root document (OGC 18-088, 9.2.1): what sets there are, and what is fulfilled.

use serde_json::{Map, Value, json};

use super::{Call, Response};
use crate::{model::EntityKind, service::Service};

/// What the names of requirements begin with.
const SENSING: &str = "http://www.opengis.net/spec/iot_sensing/1.1/req/";
/// Many requests as one, in JSON.
const JSON_BATCH: &str =
    "https://fraunhoferiosb.github.io/FROST-Server/extensions/JsonBatchRequest.html";

/// Requirements of OGC 18-088 that are fulfilled; the conformance suite in `feeds/tests` shows them.
const FULFILLED: &[&str] = &[
    "datamodel/thing/properties",
    "datamodel/thing/relations",
    "datamodel/location/properties",
    "datamodel/location/relations",
    "datamodel/historical-location/properties",
    "datamodel/historical-location/relations",
    "datamodel/datastream/properties",
    "datamodel/datastream/relations",
    "datamodel/sensor/properties",
    "datamodel/sensor/relations",
    "datamodel/observed-property/properties",
    "datamodel/observed-property/relations",
    "datamodel/observation/properties",
    "datamodel/observation/relations",
    "datamodel/feature-of-interest/properties",
    "datamodel/feature-of-interest/relations",
    "datamodel/entity-control-information/common-control-information",
    "resource-path/resource-path-to-entities",
    "request-data/status-code",
    "request-data/query-status-code",
    "request-data/order",
    "request-data/expand",
    "request-data/select",
    "request-data/orderby",
    "request-data/top",
    "request-data/skip",
    "request-data/count",
    "request-data/filter",
    "request-data/built-in-filter-operations",
    "request-data/built-in-query-functions",
    "request-data/pagination",
    "create-update-delete/create-entity",
    "create-update-delete/link-to-existing-entities",
    "create-update-delete/deep-insert",
    "create-update-delete/deep-insert-status-code",
    "create-update-delete/update-entity",
    "create-update-delete/update-entity-put",
    "create-update-delete/update-entity-jsonpatch",
    "create-update-delete/delete-entity",
    "create-update-delete/historical-location-auto-creation",
    "create-update-delete/historical-location-manual-creation",
    "multi-datastream/properties",
    "multi-datastream/relations",
    "multi-datastream/constraints",
    "batch-request/batch-request",
    "data-array/data-array",
];

/// What the names of requirements of tasking begin with.
const TASKING: &str = "http://www.opengis.net/spec/iot_tasking/1.0/req/";
/// Requirements of OGC 17-079 that are fulfilled.
const FULFILLED_TASKING: &[&str] = &["tasking-capability", "task", "actuator", "create-tasks"];

/// Those that are fulfilled where there is a listener for MQTT.
const FULFILLED_BY_MQTT: &[&str] = &[
    "create-observations-via-mqtt/observations-creation",
    "receive-updates-via-mqtt/receive-updates",
];

impl Call<'_> {
    /// The root document.
    pub(super) fn root(&self) -> Response {
        let set = |kind: EntityKind| {
            let name = kind.set_name();
            json!({ "name": name, "url": format!("{}{name}", self.documents.root()) })
        };
        let sets: Vec<_> = EntityKind::ALL.into_iter().map(set).collect();
        let document = json!({ "value": sets, "serverSettings": settings(self.service) });
        Response::json(200, &document)
    }
}

fn settings(service: &Service) -> Value {
    let endpoints = service.mqtt_endpoints();
    let mut fulfilled: Vec<Value> =
        FULFILLED.iter().map(|name| format!("{SENSING}{name}").into()).collect();
    fulfilled.extend(FULFILLED_TASKING.iter().map(|name| format!("{TASKING}{name}").into()));
    let mut settings = Map::new();
    if !endpoints.is_empty() {
        for name in FULFILLED_BY_MQTT {
            let name = format!("{SENSING}{name}");
            fulfilled.push(name.as_str().into());
            settings.insert(name, json!({ "endpoints": endpoints }));
        }
    }
    fulfilled.push(JSON_BATCH.into());
    let mut whole = Map::new();
    whole.insert("conformance".into(), fulfilled.into());
    whole.extend(settings);
    whole.into()
}
