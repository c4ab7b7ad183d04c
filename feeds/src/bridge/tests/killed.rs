//! Our side is killed while messages are on their way to the disk: the broker sends them again.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::Child,
    sync::mpsc,
    time::Duration,
};

use serde_json::json;

use super::broker::{Broker, PATIENCE, bridges, config, service};
use crate::{children, gauges::recorded};

/// The test that is the child.
const CHILD: &str = "bridge::tests::killed::a_bridge_that_works_until_it_is_killed";
/// Long, so that messages are delivered and not yet on the disk when the kill comes.
const LINGER: Duration = Duration::from_millis(400);
const ROUNDS: u32 = 4;
const MESSAGES: u32 = 40;

/// The child: it says when it is connected, and how much the log has.
#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_works_until_it_is_killed() {
    let Some(folder) = children::folder() else { return };
    let port = std::fs::read_to_string(folder.join("port")).unwrap().parse().unwrap();
    let service = service(&folder, LINGER);
    let bridges = bridges(&config(port, ""), &service, &folder);
    loop {
        let status = bridges.status().remove(0);
        let stored = recorded(&service).len();
        println!("state {} {} {stored} end", status.is_connected, status.received);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What a child says: messages received, observations on the disk.
struct Told {
    states: mpsc::Receiver<(bool, u64, usize)>,
}

impl Told {
    fn by(child: &mut Child) -> Self {
        let (tell, states) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let words: Vec<_> = line.split(' ').skip_while(|it| *it != "state").collect();
                if let [_, connected, received, stored, "end"] = *words.as_slice() {
                    let state =
                        (connected == "true", received.parse().unwrap(), stored.parse().unwrap());
                    // Nobody listens any more when the round is over.
                    if tell.send(state).is_err() {
                        return;
                    }
                }
            }
        });
        Self { states }
    }

    fn until(&self, holds: impl Fn(&(bool, u64, usize)) -> bool) -> (bool, u64, usize) {
        loop {
            let state = self.states.recv_timeout(PATIENCE).expect("the child gets there in time");
            if holds(&state) {
                return state;
            }
        }
    }
}

#[test]
fn nothing_is_lost_when_the_bridge_is_killed_between_delivery_and_acknowledgement() {
    if children::folder().is_some() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(dir.path()) else { return };
    std::fs::write(dir.path().join("port"), broker.port.to_string()).unwrap();
    let mut was_caught = false;
    let mut stored_before = 0;
    for round in 0..ROUNDS {
        let mut child = children::start(CHILD, dir.path(), "");
        let told = Told::by(&mut child);
        told.until(|(is_connected, ..)| *is_connected);
        let lines: String = (0..MESSAGES)
            .map(|number| {
                let at = format!("2025-10-30T{round:02}:{number:02}:00Z");
                format!("{}\n", json!({"t": at, "h": round * MESSAGES + number}))
            })
            .collect();
        broker.publish_lines("tram/G1/muc-nuoc", &lines);
        let (_, received, stored) = told.until(|(_, received, _)| *received > 0);
        // std's kill is SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        was_caught |= received as usize > stored.saturating_sub(stored_before);
        stored_before = stored;
    }
    assert!(was_caught, "the kill came between delivery and the disk at least once");

    let all = (ROUNDS * MESSAGES) as usize;
    let mut child = children::start(CHILD, dir.path(), "");
    Told::by(&mut child).until(|(_, _, stored)| *stored >= all);
    // Time enough for one that would be recorded twice.
    std::thread::sleep(LINGER * 2);
    child.kill().unwrap();
    child.wait().unwrap();
    let service = service(dir.path(), LINGER);
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for (_, time, _) in recorded(&service) {
        *counts.entry(time).or_default() += 1;
    }
    assert_eq!(counts.len(), all, "everything that was published is there");
    let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "what the broker sent again is known: {twice:?}");
}
