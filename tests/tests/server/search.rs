//! What somebody types who looks for a place.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tests::{server::Server, town};

/// Longer than an index of a small town takes to be made on a busy machine; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The answer of an index that is whole.
fn found(server: &Server, path: &str) -> Value {
    let begun = Instant::now();
    loop {
        let found = server.json(path);
        if found["ready"] == true {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "the index is made: {found}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Thousands of pieces of ground are called "Đường" in the layer of land cover.
#[test]
fn who_looks_for_a_street_is_shown_streets_before_all_else() {
    let server = Server::start(&town::demo(500));
    let answer = found(&server, "/search?q=duong");
    let layers: Vec<&str> = answer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["properties"]["layer"].as_str().unwrap())
        .collect();
    assert_eq!(layers.first(), Some(&"roads"), "{layers:?}");
    assert!(!layers.contains(&"land-cover"), "{layers:?}");
}
