//! Pages: together they hold every feature once, whatever else goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fixture,
    geometry::id_of,
    server::{Server, link},
    town,
};

/// Buildings of Ninh Kiều, as `ogrinfo` counts them.
const BUILDINGS: usize = 4839;

#[test]
fn pages_together_hold_every_feature_once() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    for limit in [7, 500, 10_000] {
        let mut next = Some(format!("/collections/buildings/items?limit={limit}"));
        let mut seen = BTreeSet::new();
        // At 7 a page, a few hundred pages are enough to show a slip at their edges.
        for _ in 0..400 {
            let Some(path) = next else { break };
            let page = server.json(&path);
            let features = page["features"].as_array().unwrap();
            assert!(features.len() <= limit);
            assert_eq!(page["numberReturned"], features.len());
            assert_eq!(page["numberMatched"], BUILDINGS);
            for feature in features {
                assert!(seen.insert(id_of(feature)), "{} stands on two pages", id_of(feature));
            }
            next = link(&page, "next");
            assert!(next.is_some() || seen.len() == BUILDINGS, "the pages end at {}", seen.len());
        }
    }
}

#[test]
fn a_limit_above_the_maximum_is_capped() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::on(town.copy(), &["--page-max", "50"]);
    let page = server.json("/collections/buildings/items?limit=1000000");
    assert_eq!(page["numberReturned"], 50);
    assert_eq!(page["numberMatched"], BUILDINGS);
}

#[test]
fn paging_loses_and_repeats_nothing_while_others_edit() {
    let Some(town) = town::ninh_kieu() else { return };
    let server = Server::start(&town);
    let before: BTreeSet<_> = server.all_items("buildings", "").iter().map(id_of).collect();
    let done = AtomicBool::new(false);
    let (mut seen, mut deleted) = (BTreeMap::new(), BTreeSet::new());
    std::thread::scope(|scope| {
        let editor = scope.spawn(|| edit_until(&server, &before, &done));
        let mut next = Some("/collections/buildings/items?limit=20".to_owned());
        while let Some(path) = next {
            let page = server.json(&path);
            for feature in page["features"].as_array().unwrap() {
                *seen.entry(id_of(feature)).or_insert(0) += 1;
            }
            next = link(&page, "next");
        }
        done.store(true, Ordering::Relaxed);
        deleted = editor.join().unwrap();
    });
    assert!(!deleted.is_empty(), "edits went on while pages were read");
    let repeated: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
    assert!(repeated.is_empty(), "repeated: {repeated:?}");
    let lost: Vec<_> = before.difference(&deleted).filter(|id| !seen.contains_key(*id)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}

/// Adds, changes and deletes buildings until the reader is done; the ones it deleted.
fn edit_until(server: &Server, ids: &BTreeSet<String>, done: &AtomicBool) -> BTreeSet<String> {
    let mut deleted = BTreeSet::new();
    let items = "/collections/buildings/items";
    for (turn, id) in ids.iter().step_by(13).enumerate() {
        // The bound keeps a broken server from being edited for ever.
        if done.load(Ordering::Relaxed) || turn > 300 {
            break;
        }
        let west = 105.76 + turn as f64 * 1e-5;
        let body = json!({"type": "Feature", "properties": {},
            "geometry": fixture::square(west, 10.03, 1e-5)});
        let added = server.send(server.request(Method::POST, items).json(&body));
        assert_eq!(added.status, 201, "{}", added.text());
        if turn.is_multiple_of(2) {
            server.send(server.request(Method::DELETE, &format!("{items}/{id}"))).expect(204);
            deleted.insert(id.clone());
        } else {
            replace(server, &format!("{items}/{id}"));
        }
    }
    deleted
}

/// Moves a building by a hair.
fn replace(server: &Server, path: &str) {
    let mut feature = server.json(path);
    let mut west = None;
    shift(&mut feature["geometry"]["coordinates"], &mut west);
    let changed = server.send(server.request(Method::PUT, path).json(&feature));
    assert!(matches!(changed.status, 200 | 204), "{}: {}", changed.status, changed.text());
}

fn shift(value: &mut Value, first: &mut Option<f64>) {
    match value {
        Value::Array(items) if items.first().is_some_and(Value::is_number) => {
            let x = items[0].as_f64().unwrap() + 1e-6;
            first.get_or_insert(x);
            items[0] = json!(x);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, first)),
        _ => panic!("coordinates are arrays"),
    }
}
