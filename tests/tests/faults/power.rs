//! Power cuts: what no sync had reached the disk with is forgotten, page by page and name by name, and
//! what was acknowledged is there all the same. The control has a disk that lies about its syncs: the
//! same comparison must find what that loses.

use std::{sync::atomic::AtomicBool, time::Duration};

use serde_json::{Value, json};

use crate::{
    disk::{Disk, Knob},
    house::{House, Running, SERVICE},
    killed::{Moment, now_ms, run_and_kill},
    oracle::Oracle,
    settings, stored,
    traffic::{ROUND_MS, Traffic},
};

#[test]
fn after_a_power_cut_what_was_acknowledged_is_there() {
    let mut house = House::new();
    let Some(disk) = Disk::below(&mut house) else { return };
    let rounds = i64::from(settings::rounds() / 4).max(3);
    let mut random = settings::generator(2);
    let oracle = Oracle::new(house.beside().join("oracle"));
    let mut server = house.start();
    let traffic = Traffic::new(&server);
    let streams = traffic.streams();
    let begin_ms = now_ms() - (rounds + 1) * ROUND_MS;
    let (mut forgotten, mut things) = (0, Vec::new());
    for round in 0..rounds {
        let moment = Moment::any(&mut random, server.ready_after);
        let from_ms = begin_ms + round * ROUND_MS;
        let name = format!("thing of round {round}");
        things.extend(make_lamp_and_order(&server, &name));
        run_and_kill(&house, server, moment, &mut random, |server, stop| {
            traffic.run(server, &oracle, from_ms, stop);
        });
        forgotten += disk.cut_power(Some(&mut random));
        server = house.start();
        let when = format!("round {round}, power cut {moment:?}");
        let found = stored::read(&server, &streams, (begin_ms, from_ms + ROUND_MS));
        stored::judge(&streams, &found, &oracle.between((begin_ms, from_ms + ROUND_MS)))
            .assert_good(&when);
        stored::assert_latest(&server, &streams, &when);
        for place in &things {
            let found = server.get(place).send().expect("an answer").status();
            assert_eq!(found, 200, "{when}: {place}");
        }
    }
    house.assert_nothing_panicked();
    assert!(disk.get(Knob::Syncs) > 0, "syncs pass through the disk of the test");
    assert!(forgotten > 0, "a power cut forgot something");
    println!("power cut: {rounds} rounds; {forgotten} files forgot what was not synced; lost 0");
}

#[test]
fn a_disk_that_lies_about_its_syncs_loses_what_was_acknowledged_and_the_suite_sees_it() {
    let mut house = House::new();
    let Some(disk) = Disk::below(&mut house) else { return };
    let mut random = settings::generator(3);
    let oracle = Oracle::new(house.beside().join("oracle"));
    let server = house.start();
    let traffic = Traffic::new(&server);
    let from_ms = now_ms() - 2 * ROUND_MS;
    let span = (from_ms, from_ms + ROUND_MS);
    disk.set(Knob::Lies, 1);
    let moment = Moment::Sending(Duration::from_millis(800));
    run_and_kill(&house, server, moment, &mut random, |server, stop: &AtomicBool| {
        traffic.run(server, &oracle, from_ms, stop);
    });
    disk.cut_power(None);
    disk.set(Knob::Lies, 0);
    let server = house.start();
    let streams = traffic.streams();
    let found = stored::read(&server, &streams, span);
    let verdict = stored::judge(&streams, &found, &oracle.between(span));
    assert!(verdict.acknowledged > 0, "the server believed the disk and acknowledged");
    assert!(!verdict.lost.is_empty(), "without fsync the comparison must fail");
    println!("control: of {} acknowledged {} are lost", verdict.acknowledged, verdict.lost.len());
}

/// Makes a lamp and orders something of it; where each of the two is.
fn make_lamp_and_order(server: &Running, name: &str) -> [String; 2] {
    let dim = json!({"name": "dim", "type": "Quantity"});
    let thing = json!({
        "name": name, "description": "made between power cuts",
        "TaskingCapabilities": [{
            "name": "dim", "taskingParameters": {"type": "DataRecord", "field": [dim]},
            "Actuator": {"name": name, "encodingType": "text/plain", "metadata": "x"},
        }],
    });
    let thing = made(server, &format!("{SERVICE}/Things"), &thing);
    let capabilities = server.json(&format!("{thing}/TaskingCapabilities"));
    let id = &capabilities["value"][0]["@iot.id"];
    let order = json!({"taskingParameters": {"dim": 40}, "properties": {"key": name}});
    let task = made(server, &format!("{SERVICE}/TaskingCapabilities({id})/Tasks"), &order);
    [thing, task]
}

/// Where what was acknowledged is.
fn made(server: &Running, path: &str, document: &Value) -> String {
    let made = server.post(path, document).send().expect("an answer");
    let place = made.headers().get("location").and_then(|it| it.to_str().ok()).map(str::to_owned);
    assert_eq!(made.status(), 201, "{path}: {}", made.text().unwrap_or_default());
    let place = place.expect("what is made has an address");
    place[place.find(SERVICE).expect("an address of the service")..].to_owned()
}
