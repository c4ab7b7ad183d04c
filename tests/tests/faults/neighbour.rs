//! Somebody who does nothing wrong, beside those who do: every observation is acknowledged in time.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use feeds::mqtt::codec::{Reason, Version};

use crate::{
    device::Device,
    house::{House, Running, SERVICE},
    killed::now_ms,
    oracle::{Oracle, Sent},
    stored,
    traffic::ROUND_MS,
};

/// A neighbour sends this often.
const PAUSE: Duration = Duration::from_millis(20);
/// Nobody has to wait longer than this, on a machine that builds and tests beside.
const PATIENCE: Duration = Duration::from_secs(15);
/// What a server may take more while it is attacked, in MiB: its bounded queues and caches, and room.
const MORE_MIB: u64 = 512;

/// Runs an attack while neighbours send over MQTT and HTTP, and looks afterwards whether all is well.
pub(crate) fn beside<T>(house: &House, server: &Running, attack: impl FnOnce() -> T) -> T {
    let oracle = Oracle::new(house.beside().join("neighbours"));
    let streams = server.make_streams("neighbour", 2, true);
    let begin_ms = now_ms() - 20 * ROUND_MS;
    let memory_before = memory_mib(server);
    let over = AtomicBool::new(false);
    let waits = Mutex::new(Vec::new());
    let result = std::thread::scope(|scope| {
        for (at, stream) in streams.iter().enumerate() {
            let (oracle, over, waits) = (&oracle, &over, &waits);
            scope.spawn(move || send(server, oracle, *stream, begin_ms, at == 0, over, waits));
        }
        let _finish = SetWhenDropped(&over);
        attack()
    });
    let span = (begin_ms, begin_ms + 20 * ROUND_MS);
    let kinds: BTreeMap<_, _> = streams.iter().map(|stream| (*stream, true)).collect();
    let found = stored::read(server, &kinds, span);
    let verdict = stored::judge(&kinds, &found, &oracle.between(span));
    verdict.assert_good("of the neighbours");
    let mut waits = waits.into_inner().unwrap_or_else(PoisonError::into_inner);
    waits.sort_unstable();
    assert!(verdict.acknowledged > 10, "the neighbours were heard: {}", verdict.acknowledged);
    let memory = memory_mib(server);
    println!(
        "neighbours: {} acknowledged, waits up to {} ms; resident memory {memory_before} → {memory} MiB",
        verdict.acknowledged,
        waits.last().unwrap_or(&0)
    );
    assert!(memory < memory_before + MORE_MIB, "memory is bounded: {memory_before} → {memory} MiB");
    server.json("/health");
    house.assert_nothing_panicked();
    result
}

/// Tells threads that it is over, also when a test panics.
pub(crate) struct SetWhenDropped<'a>(pub(crate) &'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn send(
    server: &Running,
    oracle: &Oracle,
    stream: i64,
    begin_ms: i64,
    is_mqtt: bool,
    over: &AtomicBool,
    waits: &Mutex<Vec<u128>>,
) {
    let mut device =
        Device::connect(server.mqtt, Version::V5, &format!("neighbour-{stream}")).expect("a place");
    device.be_patient_for(PATIENCE);
    let path = format!("{SERVICE}/Datastreams({stream})/Observations");
    let mut value = 0;
    while !over.load(Ordering::Relaxed) {
        value += 1;
        let sent = Sent { stream, time_ms: begin_ms + value, value };
        oracle.sending(&[sent]);
        let begun = Instant::now();
        if is_mqtt {
            let reason = device.publish(&sent.topic(), &sent.document().to_string());
            assert_eq!(reason.expect("the neighbour is heard"), Reason::Success);
        } else {
            let answer = server.post(&path, &sent.document()).timeout(PATIENCE).send();
            assert_eq!(answer.expect("the neighbour is answered").status(), 201);
        }
        oracle.acknowledged(&[sent]);
        let mut waits = waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.push(begun.elapsed().as_millis());
        drop(waits);
        std::thread::sleep(PAUSE);
    }
}

/// Resident memory of the server in MiB.
pub(crate) fn memory_mib(server: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid()));
    let status = status.expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    let kib = line.trim().split(' ').next().and_then(|kib| kib.parse::<u64>().ok());
    kib.expect("a number") / 1024
}
