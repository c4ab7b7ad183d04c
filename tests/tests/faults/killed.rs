//! kill -9 at any moment: what was acknowledged is there after the restart, nothing is there twice,
//! and the server is ready soon.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::{
    house::{House, Running},
    oracle::Oracle,
    settings,
    stored::{self, Verdict},
    traffic::{ROUND_MS, Traffic},
};

/// Ready this soon after a kill, says the promise; held in the long form, reported in the short one.
const READY: Duration = Duration::from_secs(5);

/// When a server is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// While everybody sends.
    Sending(Duration),
    /// Some time after all have stopped: the writer then moves its write-ahead log into the file.
    Resting(Duration),
    /// While it starts, so that it has to recover from its recovery.
    Starting(Duration),
    /// While it stops in order.
    Stopping(Duration),
}

impl Moment {
    pub(crate) fn any(random: &mut ChaCha8Rng, startup: Duration) -> Self {
        let mut millis = |from: u64, to: u64| Duration::from_millis(random.random_range(from..to));
        match millis(0, 100).as_millis() {
            0..55 => Self::Sending(millis(1, 700)),
            55..70 => Self::Resting(millis(450, 650)),
            70..88 => Self::Starting(millis(1, startup.as_millis() as u64 + 50)),
            _ => Self::Stopping(millis(0, 80)),
        }
    }
}

#[test]
fn after_kill_9_at_any_moment_what_was_acknowledged_is_there_once() {
    let house = House::new();
    let rounds = settings::rounds();
    let mut random = settings::generator(1);
    let oracle = Oracle::new(house.beside().join("oracle"));
    let mut server = house.start();
    let traffic = Traffic::new(&server);
    let streams = traffic.streams();
    // Phenomenon times end before now, a minute for each round.
    let now_ms = now_ms();
    let begin_ms = now_ms - i64::from(rounds + 1) * ROUND_MS;
    let mut starts = vec![server.ready_after];
    for round in 0..i64::from(rounds) {
        let moment = Moment::any(&mut random, starts[0]);
        let from_ms = begin_ms + round * ROUND_MS;
        run_and_kill(&house, server, moment, &mut random, |server, stop| {
            traffic.run(server, &oracle, from_ms, stop);
        });
        server = house.start();
        starts.push(server.ready_after);
        let when = format!("round {round}, killed {moment:?}");
        // What came again belongs to the rounds before.
        let span = (from_ms - 3 * ROUND_MS, from_ms + ROUND_MS);
        let found = stored::read(&server, &streams, span);
        stored::judge(&streams, &found, &oracle.between(span)).assert_good(&when);
        stored::assert_latest(&server, &streams, &when);
    }
    let found = stored::read(&server, &streams, (begin_ms, now_ms));
    let verdict = stored::judge(&streams, &found, &oracle.read_back());
    verdict.assert_good("in the end");
    house.assert_nothing_panicked();
    report(rounds, &verdict, starts, &house);
}

/// Lets a server work and kills it at a moment.
pub(crate) fn run_and_kill(
    house: &House,
    server: Running,
    moment: Moment,
    random: &mut ChaCha8Rng,
    send: impl Fn(&Running, &AtomicBool) + Sync,
) {
    let stop = AtomicBool::new(false);
    let sending = match moment {
        Moment::Sending(after) => after,
        _ => Duration::from_millis(random.random_range(50..250)),
    };
    let pid = server.pid();
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| send(&server, &stop));
        std::thread::sleep(sending);
        match moment {
            Moment::Sending(_) => kill(pid),
            Moment::Resting(after) => {
                stop.store(true, Ordering::Relaxed);
                std::thread::sleep(after);
                kill(pid);
            }
            Moment::Starting(_) => kill(pid),
            Moment::Stopping(after) => {
                server.terminate();
                std::thread::sleep(after);
                kill(pid);
            }
        }
        sender.join().expect("the senders end with the server");
    });
    server.kill();
    if let Moment::Starting(after) = moment {
        let beginning = house.begin();
        std::thread::sleep(after);
        beginning.kill();
    }
}

/// kill -9 of a child of ours that was not waited for yet, so that its number is its own.
pub(crate) fn kill(pid: u32) {
    let sent = std::process::Command::new("kill").args(["-s", "KILL", &pid.to_string()]).status();
    sent.expect("kill runs");
}

fn report(rounds: u32, verdict: &Verdict, mut starts: Vec<Duration>, house: &House) {
    starts.sort_unstable();
    let at = |part: f64| starts[((starts.len() - 1) as f64 * part) as usize].as_millis();
    println!(
        "kill -9: {rounds} rounds; {} observations stored, {} of them acknowledged; lost 0, doubled 0",
        verdict.stored, verdict.acknowledged
    );
    println!(
        "ready after: median {} ms, 95 % {} ms, longest {} ms (bound {} ms)",
        at(0.5),
        at(0.95),
        at(1.0),
        READY.as_millis()
    );
    let reports = house.log().matches("the observations are open").count();
    assert!(reports > rounds as usize, "each start reports what it found: {reports}");
    assert!(verdict.acknowledged > 0, "something was acknowledged");
    if settings::is_long() {
        assert!(starts.iter().all(|start| *start < READY), "ready within {READY:?}");
    }
}

/// Now, in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("a time after 1970").as_millis()).expect("a time of today")
}
