//! The server's clock jumps an hour ahead over midnight and back again: good data is taken as before,
//! numbers go on rising, the latest values are those of the log, and the past plays again.

use city::Instant;
use serde_json::Value;

use crate::{
    disk::{Disk, Knob},
    house::{House, Running, SERVICE},
    killed::now_ms,
    oracle::{Oracle, Sent},
    stored,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Further ahead than this is flagged (sensors.md).
const FLAGGED_AHEAD_MS: i64 = 300_000;

/// A server whose clock is half an hour before midnight, and devices whose clocks are right.
struct Trial {
    disk: Disk,
    server: Running,
    oracle: Oracle,
    stream: i64,
    /// What is to be added to the machine's clock for the clocks of the devices.
    ahead_ms: i64,
    next: i64,
    last_id: i64,
}

impl Trial {
    /// Devices send while the server's clock is wrong by this.
    #[track_caller]
    fn send(&mut self, server_ahead_ms: i64, when: &str) {
        self.disk.set(Knob::ClockUs, (self.ahead_ms + server_ahead_ms) * 1000);
        for _ in 0..5 {
            let value = self.next;
            self.next += 1;
            let time_ms = now_ms() + self.ahead_ms;
            let sent = Sent { stream: self.stream, time_ms, value };
            self.oracle.sending(&[sent]);
            let path = format!("{SERVICE}/Datastreams({})/Observations", self.stream);
            let request = self.server.post(&path, &sent.document());
            let request = request.header("prefer", "return=representation");
            let answer = request.send().expect("an answer");
            let status = answer.status();
            let text = answer.text().expect("a body");
            assert_eq!(status, 201, "{when}: {text}");
            self.oracle.acknowledged(&[sent]);
            let made: Value = serde_json::from_str(&text).expect("JSON");
            let id = made["@iot.id"].as_i64().expect("a number");
            assert!(id > self.last_id, "{when}: {id} comes after {}", self.last_id);
            self.last_id = id;
            let is_flagged = made["resultQuality"].to_string().contains("future");
            let is_ahead = -server_ahead_ms > FLAGGED_AHEAD_MS;
            assert_eq!(is_flagged, is_ahead, "{when}: {made}");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    #[track_caller]
    fn check(&self, when: &str) {
        let now = now_ms() + self.ahead_ms;
        let span = (now - DAY_MS, now + DAY_MS);
        let streams = [(self.stream, true)].into();
        let found = stored::read(&self.server, &streams, span);
        stored::judge(&streams, &found, &self.oracle.between(span)).assert_good(when);
        stored::assert_latest(&self.server, &streams, when);
    }
}

#[test]
fn a_clock_that_jumps_an_hour_loses_nothing_and_numbers_go_on() {
    let mut house = House::new();
    let Some(disk) = Disk::below(&mut house) else { return };
    let now = now_ms();
    // A jump over midnight begins another file of the log; the jump back returns to the day before.
    let ahead_ms = 47 * HOUR_MS / 2 - now.rem_euclid(DAY_MS);
    disk.set(Knob::ClockUs, ahead_ms * 1000);
    let server = house.start();
    let oracle = Oracle::new(house.beside().join("oracle"));
    let stream = server.make_streams("clock", 1, true)[0];
    let mut trial = Trial { disk, server, oracle, stream, ahead_ms, next: 1, last_id: 0 };
    trial.send(0, "before");
    trial.send(HOUR_MS, "an hour ahead");
    trial.check("an hour ahead");
    trial.send(0, "back again");
    trial.send(-HOUR_MS, "an hour behind");
    trial.check("an hour behind");
    trial.send(0, "right again");
    trial.check("right again");
    for server_ahead_ms in [HOUR_MS, -HOUR_MS, 0] {
        trial.server.kill();
        trial.disk.set(Knob::ClockUs, (ahead_ms + server_ahead_ms) * 1000);
        trial.server = house.start();
        let when = format!("restarted with the clock wrong by {server_ahead_ms} ms");
        trial.check(&when);
        trial.send(server_ahead_ms, &when);
        trial.check(&when);
    }
    // The past of every stage plays again: two hours on, it has come to what is there now.
    let at = Instant::from_micros((now_ms() + ahead_ms + 2 * HOUR_MS) * 1000);
    let past = trial.server.json(&format!("/replay/state?at={at}"));
    let live = trial.server.json("/live/latest");
    assert_eq!(past["features"], live["features"], "what is played again is what was live");
    let health = trial.server.health();
    assert_eq!(health["status"], "ok", "{health}");
    house.assert_nothing_panicked();
}
