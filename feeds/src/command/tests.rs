//! The ledger from order to end.

mod faults;
mod lives;

use std::sync::{Arc, Mutex};

use city::Instant;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::*;
use crate::{
    Clock, ManualClock,
    entities::EntityStore,
    latest::LatestTable,
    log::{Entry, EntryKind, Follower},
    model::{Details, EntityKey, EntityKind, Id, Observation, Quality, ResultValue, Seq, StreamId},
    service::Documents,
};

fn start() -> Instant {
    "2026-11-21T11:00:00Z".parse().unwrap()
}

fn id(number: i64) -> Id {
    Id::new(number).unwrap()
}

fn person(name: &str, role: Role) -> Person {
    Person { name: name.into(), role }
}

fn operator() -> Person {
    person("an", Role::Operator)
}

/// Keeps what it is asked to send; whether anybody listens is as told.
#[derive(Default)]
struct Wire {
    sent: Mutex<Vec<(Id, String, Value, Receipt)>>,
    is_deaf: std::sync::atomic::AtomicBool,
}

impl CommandChannel for Wire {
    fn send(&self, dispatch: &Dispatch<'_>, receipt: Receipt) -> Sending {
        let payload = serde_json::from_slice(&dispatch.payload).unwrap();
        let one = (dispatch.id, dispatch.topic.to_owned(), payload, receipt);
        self.sent.lock().unwrap().push(one);
        match self.is_deaf.load(std::sync::atomic::Ordering::SeqCst) {
            true => Sending::Nobody,
            false => Sending::Queued,
        }
    }
}

impl Wire {
    /// The numbers of what was sent since it was last asked.
    fn sent(&self) -> Vec<i64> {
        self.take().into_iter().map(|(id, ..)| id.get()).collect()
    }

    fn take(&self) -> Vec<(Id, String, Value, Receipt)> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// The devices' side receives what was sent.
    fn receive(&self) {
        self.take().into_iter().for_each(|(.., receipt)| receipt.received());
    }
}

/// Lamps of two cabinets, and a gate, with a ledger in a folder.
struct Bench {
    dir: TempDir,
    clock: Arc<ManualClock>,
    wire: Wire,
    ledger: Arc<Ledger>,
}

/// A lamp that can be dimmed; datastream n shows how lamp n burns.
fn lamp(cabinet: &str, number: i64) -> Value {
    json!({
        "name": format!("Đèn {number}"), "properties": {"cabinet": cabinet},
        "Datastreams": [{
            "name": "Độ sáng",
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "phần trăm", "symbol": "%", "definition": "ucum:%"},
            "Sensor": {"name": "Bộ đèn", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty": {"name": "Độ sáng", "definition": "https://x.example/dim"},
        }],
        "TaskingCapabilities": [{
            "name": "dim", "description": "Đặt độ sáng",
            "taskingParameters": {"type": "DataRecord", "field": [
                {"name": "dim", "type": "Quantity", "constraint": {"interval": [[0, 100]]}},
            ]},
            "properties": {"command": {
                "ttl": 120,
                "verification":
                    {"datastream": number, "parameter": "dim", "tolerance": 2, "within": 60},
            }},
            "Actuator": {"name": "Bộ đèn", "encodingType": "text/html", "metadata": "x"},
        }],
    })
}

/// A gate that nobody opens alone.
fn gate() -> Value {
    json!({
        "name": "Cống Kỳ Phú",
        "TaskingCapabilities": [{
            "name": "open", "description": "Mở cống",
            "taskingParameters": {"type": "DataRecord", "field": [
                {"name": "open", "type": "Boolean"},
            ]},
            "properties": {"command": {"approval": "second-person", "topic": "gates/1/commands"}},
            "Actuator": {"name": "Tời", "encodingType": "text/html", "metadata": "x"},
        }],
    })
}

impl Bench {
    /// Three lamps: 1 and 2 of cabinet T1, 3 of T2; the gate is capability 4.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(start()));
        let ledger = open(dir.path(), &clock);
        for (cabinet, number) in [("T1", 1), ("T1", 2), ("T2", 3)] {
            ledger.entities.create(EntityKind::Thing, &lamp(cabinet, number)).unwrap();
        }
        ledger.entities.create(EntityKind::Thing, &gate()).unwrap();
        Self { dir, clock, wire: Wire::default(), ledger: ledger.into() }
    }

    fn tick(&self) {
        self.ledger.tick(&self.wire).unwrap();
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(seconds * 1_000_000);
    }

    /// Ends the ledger as if the process had ended, and opens it again.
    fn restart(self) -> Self {
        let Self { dir, clock, wire, ledger } = self;
        drop(wire);
        drop(ledger);
        let ledger = open(dir.path(), &clock).into();
        Self { dir, clock, wire: Wire::default(), ledger }
    }

    fn states(&self, command: i64) -> Vec<State> {
        let command = self.ledger.command(id(command)).unwrap().unwrap();
        command.steps.iter().map(|step| step.state).collect()
    }

    fn state(&self, command: i64) -> State {
        *self.states(command).last().unwrap()
    }

    fn note(&self, command: i64) -> String {
        let command = self.ledger.command(id(command)).unwrap().unwrap();
        command.steps.last().unwrap().note.clone().unwrap_or_default()
    }

    fn task(&self, command: i64) -> Value {
        let key = EntityKey::new(EntityKind::Task, id(command));
        let task = self.ledger.entities.entity(key).unwrap();
        Documents::default().entity(&task, &Default::default())
    }

    fn answer(&self, command: i64, status: &str) -> Result<(), CommandError> {
        let report = json!({"status": status, "reason": "vì thế"}).to_string();
        let report = Report::read(report.as_bytes()).unwrap();
        self.ledger.report(id(command), &report, &"lamp".into())
    }

    /// A lamp's observation reaches the log.
    fn observe(&self, stream: i64, value: f64, command: Option<i64>) {
        self.ledger.follower().committed(&self.entries(stream, value, command));
    }

    /// A lamp's observation as it stands in the log.
    fn entries(&self, stream: i64, value: f64, command: Option<i64>) -> Arc<[Entry]> {
        let parameters = command.map(|it| json!({"command": it}).as_object().unwrap().clone());
        let details = Details { parameters: parameters.map(Arc::new), ..Default::default() };
        let observation = Observation {
            id: id(1),
            seq: Seq::new(1),
            stream: StreamId::new(stream).unwrap(),
            time: self.clock.now(),
            result: ResultValue::Number(value),
            quality: Quality::default(),
            received: self.clock.now(),
            feature: None,
            details: details.boxed(),
        };
        vec![Entry { observation: observation.into(), kind: EntryKind::Value }].into()
    }
}

fn open(dir: &std::path::Path, clock: &Arc<ManualClock>) -> Ledger {
    let entities = Arc::new(EntityStore::open(dir, clock.clone(), Vec::new()).unwrap());
    let latest = Arc::new(LatestTable::default());
    let documents = Documents::default();
    Ledger::open(dir, entities, latest, documents, clock.clone(), Policy::default()).unwrap()
}

fn parameters(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn dim(target: i64, percent: f64) -> NewOrder {
    NewOrder {
        targets: Targets::One(id(target)),
        parameters: parameters(json!({"dim": percent})),
        reason: String::new(),
        key: None,
        ttl_s: None,
    }
}

fn cabinet(name: &str) -> NewOrder {
    let targets = Targets::Cabinet { cabinet: name.into(), capability: "dim".into() };
    NewOrder { targets, reason: "tiết kiệm điện".into(), ..dim(1, 30.0) }
}

fn refused<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    result.unwrap_err().to_string()
}
