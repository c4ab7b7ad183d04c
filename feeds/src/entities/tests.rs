use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{ManualClock, children};

/// A store in a folder of its own.
struct Bench {
    dir: TempDir,
    clock: Arc<ManualClock>,
}

impl Bench {
    fn new() -> Self {
        let at = "2026-11-21T05:00:00Z".parse().unwrap();
        Self { dir: tempfile::tempdir().unwrap(), clock: Arc::new(ManualClock::at(at)) }
    }

    fn store(&self) -> EntityStore {
        EntityStore::open(self.dir.path(), self.clock.clone(), Vec::new()).unwrap()
    }
}

fn id(number: i64) -> Id {
    Id::new(number).unwrap()
}

fn key(kind: EntityKind, number: i64) -> EntityKey {
    EntityKey::new(kind, id(number))
}

fn place(longitude: f64) -> Value {
    json!({
        "name": "Cầu Kỳ Phú", "description": "", "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [longitude, 15.57]},
    })
}

fn series() -> Value {
    json!({
        "name": "Mực nước", "description": "Trạm thuỷ văn Tam Kỳ",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
        "properties": {"rules": {"unique": true, "gross": [-2, 12]}},
        "Sensor": {"name": "Ra-đa", "encodingType": "text/html", "metadata": "https://x.example"},
        "ObservedProperty": {"name": "Mực nước", "definition": "https://x.example/level"},
    })
}

/// A gauge at a place with one series of observations.
fn gauge() -> Value {
    json!({
        "name": "Trạm Tam Kỳ", "properties": {"feature": {"layer": "gauges", "id": 3}},
        "Locations": [place(108.49)], "Datastreams": [series()],
    })
}

fn related(store: &EntityStore, key: EntityKey, name: &str) -> Vec<i64> {
    let navigation = key.kind.navigation(name).unwrap();
    store.related(key, &navigation).into_iter().map(Id::get).collect()
}

fn refused(error: Result<impl Debug, EntityError>) -> String {
    error.unwrap_err().to_string()
}

#[test]
fn a_document_with_others_in_it_makes_them_all_and_a_restart_finds_them() {
    let bench = Bench::new();
    let store = bench.store();
    let made = store.create(EntityKind::Thing, &gauge()).unwrap();
    assert_eq!(made.key, key(EntityKind::Thing, 1));
    let check = |store: &EntityStore| {
        assert_eq!(related(store, made.key, "Locations"), [1]);
        assert_eq!(related(store, made.key, "Datastreams"), [1]);
        assert_eq!(related(store, made.key, "HistoricalLocations"), [1]);
        let stream = key(EntityKind::Datastream, 1);
        assert_eq!(related(store, stream, "Sensor"), [1]);
        assert_eq!(related(store, key(EntityKind::ObservedProperty, 1), "Datastreams"), [1]);
        let rules = store.rules(StreamId(stream.id)).unwrap();
        assert!(rules.is_unique && rules.gross.is_some());
        assert_eq!(store.rules(StreamId(id(2))), None);
        assert_eq!(store.feature_of(StreamId(stream.id)), Some(id(1)), "made of the place");
        let Body::Thing(thing) = &store.entity(made.key).unwrap().body else { panic!("a Thing") };
        assert_eq!(thing.feature.as_ref().unwrap().layer.as_str(), "gauges");
    };
    check(&store);
    drop(store);
    check(&bench.store());
}

#[test]
fn a_document_that_is_wrong_anywhere_makes_nothing() {
    let bench = Bench::new();
    let store = bench.store();
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut document = gauge();
        change(&mut document);
        refused(store.create(EntityKind::Thing, &document))
    };
    assert_eq!(
        wrong(&|it| it["Datastreams"][0]["Sensor"] = json!({"@iot.id": 9})),
        "Datastreams.Sensor: refers to Sensors(9), which is not there"
    );
    assert!(
        wrong(&|it| drop(it["Datastreams"][0].as_object_mut().unwrap().remove("Sensor")))
            .starts_with("Datastreams.Sensor: is missing: name one")
    );
    assert_eq!(
        wrong(&|it| it["Datastreams"][0]["Thing"] = json!({"@iot.id": 1})),
        "Datastreams.Thing: is given by where the document stands: leave it out"
    );
    assert_eq!(
        wrong(&|it| it["Locations"] = json!(3)),
        "Locations: must be an array of entities or references"
    );
    for kind in EntityKind::ALL {
        assert!(store.ids(kind).is_empty(), "{kind}");
    }
    store.create(EntityKind::Thing, &gauge()).unwrap();
}

#[test]
fn a_thing_that_moves_remembers_where_it_was_and_its_observations_their_place() {
    let bench = Bench::new();
    let store = bench.store();
    let thing = store.create(EntityKind::Thing, &gauge()).unwrap().key;
    let stream = StreamId(id(1));
    bench.clock.advance(3_600_000_000);
    let locations = thing.kind.navigation("Locations").unwrap();
    store.create_at(thing, &locations, &place(108.5)).unwrap();
    assert_eq!(related(&store, thing, "Locations"), [2]);
    assert_eq!(related(&store, thing, "HistoricalLocations"), [1, 2]);
    let past = store.entity(key(EntityKind::HistoricalLocation, 2)).unwrap();
    assert_eq!(past.body, Body::HistoricalLocation(bench.clock.now()));
    assert_eq!(store.feature_of(stream), Some(id(2)), "another place is another feature");

    let moved = json!({"location": {"type": "Point", "coordinates": [108.6, 15.6]}});
    let merge = Update::Merge(moved.as_object().unwrap());
    store.update(key(EntityKind::Location, 2), merge).unwrap();
    assert_eq!(store.feature_of(stream), Some(id(3)));
    assert!(store.entity(key(EntityKind::FeatureOfInterest, 2)).is_some(), "the old one stays");
}

#[test]
fn observations_may_go_without_a_place() {
    let bench = Bench::new();
    let store = bench.store();
    let mut homeless = gauge();
    homeless.as_object_mut().unwrap().remove("Locations");
    store.create(EntityKind::Thing, &homeless).unwrap();
    assert_eq!(store.feature_of(StreamId(id(1))), None);
    let place = json!({"Locations": []});
    store.update(key(EntityKind::Thing, 1), Update::Merge(place.as_object().unwrap())).unwrap();
    assert!(store.ids(EntityKind::HistoricalLocation).is_empty());
}

#[test]
fn a_change_keeps_what_was_and_what_it_does_not_name() {
    let bench = Bench::new();
    let store = bench.store();
    let thing = store.create(EntityKind::Thing, &gauge()).unwrap().key;
    let change = json!({"description": "hỏng", "properties": null});
    store.update(thing, Update::Merge(change.as_object().unwrap())).unwrap();
    let Body::Thing(now) = &store.entity(thing).unwrap().body else { panic!("a Thing") };
    assert_eq!((now.about.name.as_str(), now.about.description.as_str()), ("Trạm Tam Kỳ", "hỏng"));
    assert_eq!(now.feature, None);
    assert_eq!(related(&store, thing, "Locations"), [1]);

    let versions = store.versions(thing).unwrap();
    assert_eq!(versions.len(), 2);
    let Some(Body::Thing(then)) = versions[0].entity.as_ref().map(|it| &it.body) else {
        panic!("a Thing");
    };
    assert!(then.feature.is_some());
    assert_eq!(versions[1].entity, store.entity(thing));

    let change = json!({"name": null});
    let error = refused(store.update(thing, Update::Merge(change.as_object().unwrap())));
    assert_eq!(error, "name: is missing: give a text");
    let whole = json!({"name": "Trạm"});
    store.update(thing, Update::Replace(whole.as_object().unwrap())).unwrap();
    let inline = json!({"Locations": [place(108.5)]});
    let error = refused(store.update(thing, Update::Merge(inline.as_object().unwrap())));
    assert!(error.starts_with("Locations: must be a reference"), "{error}");
}

#[test]
fn what_cannot_be_without_the_removed_goes_with_it_and_numbers_are_not_given_again() {
    let bench = Bench::new();
    let store = bench.store();
    let thing = store.create(EntityKind::Thing, &gauge()).unwrap().key;
    store.remove(key(EntityKind::Sensor, 1)).unwrap();
    assert!(store.ids(EntityKind::Datastream).is_empty(), "a series needs its instrument");
    assert_eq!(store.ids(EntityKind::ObservedProperty), [id(1)]);
    store.remove(key(EntityKind::Location, 1)).unwrap();
    assert!(store.ids(EntityKind::HistoricalLocation).is_empty());
    assert!(related(&store, thing, "Locations").is_empty(), "a Thing can be without a place");
    assert_eq!(store.versions(key(EntityKind::Sensor, 1)).unwrap()[1].entity, None);
    let error = refused(store.remove(key(EntityKind::Sensor, 1)));
    assert_eq!(error, "there is no Sensors(1): ask for the set to see what there is");
    drop(store);
    let store = bench.store();
    store.create(EntityKind::Thing, &gauge()).unwrap();
    assert_eq!(store.ids(EntityKind::Sensor), [id(2)]);
}

#[test]
fn observations_in_a_document_are_handed_on_with_their_series() {
    let bench = Bench::new();
    let store = bench.store();
    let thing = store.create(EntityKind::Thing, &gauge()).unwrap().key;
    let mut more = series();
    more["Observations"] = json!([{"phenomenonTime": "2026-11-21T04:00:00Z", "result": 1.2}]);
    let streams = thing.kind.navigation("Datastreams").unwrap();
    let made = store.create_at(thing, &streams, &more).unwrap();
    assert_eq!(made.observations[0].stream, StreamId(made.key.id));
    more["Observations"] = json!([{"result": 1.2, "resultat": 3}]);
    let error = refused(store.create_at(thing, &streams, &more));
    assert!(error.starts_with("Observations.resultat: is no member"), "{error}");
    let sensor = key(EntityKind::Datastream, 1);
    let error =
        refused(store.create_at(sensor, &sensor.kind.navigation("Sensor").unwrap(), &json!({})));
    assert_eq!(error, "Sensor cannot be added to here: send to the set itself");
}

#[test]
fn one_folder_has_one_writer_and_followers_hear_of_what_is_on_the_disk() {
    #[derive(Debug, Default)]
    struct Names(Mutex<Vec<String>>);
    impl EntityFollower for Names {
        fn changed(&self, versions: &[Version]) {
            let names = versions.iter().map(|version| version.key.to_string());
            self.0.lock().unwrap().extend(names);
        }
    }
    let bench = Bench::new();
    let names = Arc::new(Names::default());
    let clock = bench.clock.clone();
    let store = EntityStore::open(bench.dir.path(), clock.clone(), vec![names.clone()]).unwrap();
    let second = EntityStore::open(bench.dir.path(), clock, Vec::new());
    assert!(matches!(second, Err(EntityError::File(FileError::InUse(_)))));
    store.create(EntityKind::Location, &place(108.0)).unwrap();
    assert_eq!(*names.0.lock().unwrap(), ["Locations(1)"]);
}

/// The test that a child runs.
const CHILD: &str = "entities::tests::a_child_that_makes_things_until_it_is_killed";

/// Does nothing unless it is the child of another test.
#[test]
fn a_child_that_makes_things_until_it_is_killed() {
    let Some(dir) = children::folder() else { return };
    let clock = Arc::new(ManualClock::at("2026-11-21T05:00:00Z".parse().unwrap()));
    let store = EntityStore::open(&dir, clock, Vec::new()).unwrap();
    for _ in 0..1_000_000 {
        match store.create(EntityKind::Thing, &gauge()) {
            Ok(made) => println!("acknowledged {}.", made.key.id),
            Err(error) => println!("failed {error}"),
        }
    }
}

fn check_promised(bench: &Bench, promised: &[i64]) {
    let store = bench.store();
    for thing in promised {
        let thing = key(EntityKind::Thing, *thing);
        assert!(store.entity(thing).is_some(), "{thing} was acknowledged and is lost");
        assert_eq!(related(&store, thing, "Datastreams").len(), 1, "{thing} is there whole");
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let bench = Bench::new();
    for round in 0..4 {
        let mut child = children::start(CHILD, bench.dir.path(), "");
        let (promised, _) = children::acknowledged_until(&mut child, 5 + round * 31);
        assert!(promised.len() >= 5, "round {round}");
        check_promised(&bench, &promised);
    }
}

#[test]
fn a_full_disk_refuses_changes_and_loses_nothing_acknowledged() {
    let bench = Bench::new();
    let mut child = children::start_on_a_full_disk(CHILD, bench.dir.path(), 1000);
    let (promised, has_failed) = children::acknowledged_until(&mut child, usize::MAX);
    assert!(has_failed && !promised.is_empty(), "the limit was reached");
    check_promised(&bench, &promised);
    bench.store().create(EntityKind::Thing, &gauge()).unwrap();
}

/// One step of a random life of a store.
#[derive(Debug, Clone)]
enum Step {
    Create(usize),
    Move(i64, f64),
    Remove(usize, i64),
    Rename(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_usize).prop_map(Step::Create),
        (1..5_i64, 108.0..109.0).prop_map(|(thing, at)| Step::Move(thing, at)),
        (0..7_usize, 1..5_i64).prop_map(|(kind, id)| Step::Remove(kind, id)),
        (1..5_i64).prop_map(Step::Rename),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is done: links lead to what is there, what needs another has it, and a restart
    /// finds the same.
    #[test]
    fn links_never_dangle_and_a_restart_finds_the_same(
        steps in prop::collection::vec(step(), 1..12),
    ) {
        let bench = Bench::new();
        let store = bench.store();
        for step in steps {
            // What is not there is refused; nothing else may come of it.
            let _ = match step {
                Step::Create(0) => store.create(EntityKind::Location, &place(108.1)).map(drop),
                Step::Create(_) => store.create(EntityKind::Thing, &gauge()).map(drop),
                Step::Move(thing, at) => {
                    let thing = key(EntityKind::Thing, thing);
                    let navigation = thing.kind.navigation("Locations").unwrap();
                    store.create_at(thing, &navigation, &place(at)).map(drop)
                }
                Step::Remove(kind, id) => {
                    let kinds: Vec<_> = EntityKind::ALL
                        .into_iter()
                        .filter(|kind| *kind != EntityKind::Observation)
                        .collect();
                    store.remove(key(kinds[kind], id))
                }
                Step::Rename(thing) => {
                    let name = json!({"name": "khác"});
                    let merge = Update::Merge(name.as_object().unwrap());
                    store.update(key(EntityKind::Thing, thing), merge)
                }
            };
        }
        let all = |store: &EntityStore| -> Vec<_> {
            let keys = EntityKind::ALL.into_iter().flat_map(|kind| {
                store.ids(kind).into_iter().map(move |id| EntityKey::new(kind, id))
            });
            keys.map(|key| store.entity(key).unwrap()).collect()
        };
        let entities = all(&store);
        for entity in &entities {
            for relation in Relation::owned_by(entity.key.kind) {
                let links = entity.links(relation);
                prop_assert!(!relation.is_required() || !links.is_empty(), "{}", entity.key);
                for target in links {
                    let target = EntityKey::new(relation.target(), *target);
                    prop_assert!(store.entity(target).is_some(), "{} to {target}", entity.key);
                }
            }
        }
        drop(store);
        prop_assert_eq!(entities, all(&bench.store()));
    }
}
