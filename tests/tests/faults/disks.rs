//! A full disk, one that can only be read, and one whose sync fails: nothing more is acknowledged, what
//! is there is still served, and the server goes on by itself once the disk does.

use std::{
    collections::BTreeMap,
    io,
    time::{Duration, Instant},
};

use feeds::mqtt::codec::{Reason, Version};

use crate::{
    device::Device,
    disk::{Disk, EIO, ENOSPC, EROFS, Knob},
    house::{House, Running, SERVICE},
    killed::now_ms,
    oracle::{Oracle, Sent},
    stored,
    traffic::ROUND_MS,
};

/// How long the server may take to see that the disk works again: it tries at most every 30 s.
const RECOVERY: Duration = Duration::from_secs(75);
/// No acknowledgement comes within this, where none must come.
const SILENCE: Duration = Duration::from_millis(700);

#[test]
fn a_full_disk_stops_acknowledgements_and_nothing_else() {
    check(&[(Knob::WriteError, ENOSPC)]);
}

#[test]
fn a_disk_that_can_only_be_read_stops_acknowledgements_and_nothing_else() {
    check(&[(Knob::WriteError, EROFS)]);
}

#[test]
fn a_disk_that_refuses_every_write_stops_acknowledgements_and_nothing_else() {
    check(&[(Knob::WriteError, EIO)]);
}

#[test]
fn one_failed_sync_is_not_taken_for_a_success() {
    check(&[(Knob::SyncFails, 1)]);
}

/// A house whose disk has a fault for a while.
pub(crate) struct Trial {
    pub(crate) house: House,
    pub(crate) server: Running,
    oracle: Oracle,
    streams: Vec<i64>,
    begin_ms: i64,
    next: i64,
}

impl Trial {
    /// A server over a house, and two datastreams.
    pub(crate) fn new(house: House) -> Self {
        let server = house.start();
        let oracle = Oracle::new(house.beside().join("oracle"));
        let streams = server.make_streams("trial", 2, true);
        let begin_ms = now_ms() - 2 * ROUND_MS;
        Self { house, server, oracle, streams, begin_ms, next: 1 }
    }

    /// The next observation, noted as sent.
    fn next(&mut self) -> Sent {
        let at = self.next;
        self.next += 1;
        let stream = self.streams[at as usize % self.streams.len()];
        let sent = Sent { stream, time_ms: self.begin_ms + at, value: at };
        self.oracle.sending(&[sent]);
        sent
    }

    /// Sends one by POST; the status, and Retry-After.
    pub(crate) fn post(&mut self) -> (u16, Option<u64>) {
        let sent = self.next();
        let path = format!("{SERVICE}/Datastreams({})/Observations", sent.stream);
        let answer = self.server.post(&path, &sent.document()).send().expect("an answer");
        let status = answer.status().as_u16();
        if matches!(status, 200 | 201) {
            self.oracle.acknowledged(&[sent]);
        }
        let wait =
            answer.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
        (status, wait)
    }

    /// Sends one by MQTT on a connection of its own; whether it was acknowledged.
    pub(crate) fn publish(&mut self, patience: Duration) -> bool {
        let sent = self.next();
        let device = Device::connect(self.server.mqtt, Version::V5, "trial");
        let mut device = device.expect("the listener accepts");
        device.be_patient_for(patience);
        match device.publish(&sent.topic(), &sent.document().to_string()) {
            Ok(Reason::Success) => {
                self.oracle.acknowledged(&[sent]);
                true
            }
            Ok(other) => panic!("an acknowledgement that refuses: {other:?}"),
            Err(why) if is_silence(&why) => false,
            Err(why) => panic!("the connection breaks: {why}"),
        }
    }

    /// All is well, over both ways.
    #[track_caller]
    pub(crate) fn send_some(&mut self) {
        for _ in 0..20 {
            assert!(matches!(self.post().0, 200 | 201));
            assert!(self.publish(Duration::from_secs(20)));
        }
    }

    /// The server goes on by itself.
    #[track_caller]
    pub(crate) fn assert_recovers(&mut self) {
        let deadline = Instant::now() + RECOVERY;
        while !matches!(self.post().0, 200 | 201) {
            assert!(Instant::now() < deadline, "it goes on by itself:\n{}", self.house.log_end());
            std::thread::sleep(Duration::from_millis(200));
        }
        assert!(self.publish(Duration::from_secs(20)));
        assert_eq!(self.server.health()["status"], "ok");
    }

    /// Everything acknowledged is there, and nothing that was not sent.
    pub(crate) fn assert_good(&self, when: &str) {
        let span = (self.begin_ms, self.begin_ms + ROUND_MS);
        let streams: BTreeMap<i64, bool> = self.streams.iter().map(|id| (*id, true)).collect();
        let found = stored::read(&self.server, &streams, span);
        stored::judge(&streams, &found, &self.oracle.between(span)).assert_good(when);
        stored::assert_latest(&self.server, &streams, when);
    }
}

fn is_silence(why: &io::Error) -> bool {
    // Withheld while the log cannot write, or the connection is closed so that the client tries again.
    matches!(
        why.kind(),
        io::ErrorKind::WouldBlock
            | io::ErrorKind::TimedOut
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
    )
}

/// Breaks the disk, looks what the server does, mends it, looks again.
fn check(fault: &[(Knob, i64)]) {
    let mut house = House::new();
    let Some(disk) = Disk::below(&mut house) else { return };
    let mut trial = Trial::new(house);
    trial.send_some();
    for (knob, value) in fault {
        disk.set(*knob, *value);
    }
    let is_once = fault.iter().any(|(knob, _)| matches!(knob, Knob::SyncFails));
    let (status, wait) = trial.post();
    assert_eq!(status, 503, "nothing is acknowledged");
    assert!(wait.is_some_and(|seconds| (1..=60).contains(&seconds)), "Retry-After: {wait:?}");
    if !is_once {
        assert!(!trial.publish(SILENCE), "PUBACK is withheld");
        assert_eq!(trial.post().0, 503);
        let health = trial.server.health();
        assert_eq!(health["status"], "stopped", "{health}");
        assert!(health["problem"].as_str().is_some_and(|why| !why.is_empty()), "{health}");
        let thing = serde_json::json!({"name": "refused", "description": "the disk is broken"});
        let made =
            trial.server.post(&format!("{SERVICE}/Things"), &thing).send().expect("an answer");
        assert!(made.status().as_u16() >= 500, "a Thing is not acknowledged: {}", made.status());
    }
    // What is there is served all the while.
    trial.assert_good("while the disk is broken");
    trial.server.json("/collections");
    assert!(disk.get(Knob::Refused) > 0, "the fault took place");
    for (knob, _) in fault {
        disk.set(*knob, 0);
    }
    trial.assert_recovers();
    trial.assert_good("after the disk was mended");
    let thing = serde_json::json!({"name": "made", "description": "the disk is mended"});
    let made = trial.server.post(&format!("{SERVICE}/Things"), &thing).send().expect("an answer");
    assert_eq!(made.status(), 201);
    // A power cut right then takes nothing away either.
    trial.server.kill();
    disk.cut_power(None);
    trial.server = trial.house.start();
    trial.assert_good("after a restart");
    trial.house.assert_nothing_panicked();
}
