//! Conformance with OGC SensorThings API 1.1 (OGC 18-088) and Tasking (17-079): our own suite, written from its
//! requirements, as data.
//!
//! Each file of `cases/` names the requirements that it holds, and has cases: a seed, requests, and
//! for each what must come back. `cases/README.md` tells how a case is written. A test holds that
//! every requirement which the root document claims is named by some file.

#![expect(clippy::expect_used, clippy::panic, reason = "a test says no by panicking")]

mod case;
mod expect;
mod house;

use std::{collections::BTreeSet, path::PathBuf};

use case::Suite;
use house::House;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases")
}

/// Runs every case of a file, each in a service of its own, and tells of all that fail.
async fn check(name: &str) {
    let suite = Suite::load(&folder().join(format!("{name}.json")));
    let mut wrong = Vec::new();
    for case in &suite.cases {
        let house = House::new(&suite.seed).await;
        if let Err(why) = case.run(&house).await {
            wrong.push(format!("{}: {why}", case.it));
        }
    }
    let (count, all) = (wrong.len(), suite.cases.len());
    assert!(wrong.is_empty(), "{name}: {count} of {all} cases fail\n{}", wrong.join("\n"));
}

/// A test for each file, so that each fails by its name.
macro_rules! files {
    ($($name:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                check(stringify!($name)).await;
            }
        )*

        const FILES: &[&str] = &[$(stringify!($name)),*];
    };
}

files!(
    reading,
    paths,
    select,
    expand,
    filter,
    functions,
    orderby,
    paging,
    creating,
    deep_insert,
    linking,
    updating,
    json_patch,
    deleting,
    integrity,
    observations,
    features,
    history,
    data_array,
    batch,
    multi_datastream,
    extents,
    refusals,
    tasking,
);

#[test]
fn every_file_of_cases_is_run() {
    let files = std::fs::read_dir(folder()).expect("the cases");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    let found: BTreeSet<_> =
        names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
    let run: BTreeSet<_> = FILES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(found, run);
}

#[tokio::test]
async fn every_requirement_that_the_root_document_claims_is_held_by_cases() {
    let house = House::new(&[]).await;
    let root = house.document("GET ").await;
    let claimed = root["serverSettings"]["conformance"].as_array().expect("a list").clone();
    let sensing = "http://www.opengis.net/spec/iot_sensing/1.1/req/";
    let tasking = "http://www.opengis.net/spec/iot_tasking/1.0/req/";
    let name = |uri: &str| {
        let name = uri.strip_prefix(sensing).or_else(|| uri.strip_prefix(tasking));
        name.map(str::to_owned)
    };
    let claimed = claimed.iter().filter_map(|uri| name(uri.as_str()?));
    let claimed: BTreeSet<_> = claimed.collect();
    assert!(claimed.len() > 30, "{claimed:?}");
    let held: BTreeSet<_> = FILES
        .iter()
        .flat_map(|name| Suite::load(&folder().join(format!("{name}.json"))).requirements)
        .collect();
    // Those of MQTT are held by `tests/mqtt`, over real sockets.
    let missing: Vec<_> = claimed.difference(&held).filter(|it| !it.contains("mqtt")).collect();
    assert!(missing.is_empty(), "no case holds {missing:?}");
    let unclaimed: Vec<_> = held.difference(&claimed).collect();
    assert!(unclaimed.is_empty(), "the root document does not claim {unclaimed:?}");
}
