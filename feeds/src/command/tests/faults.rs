//! What a kill between the steps leaves.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use super::*;
use crate::children;

/// The test that a child runs.
const CHILD: &str = "command::tests::faults::a_child_that_commands_until_it_is_killed";
/// The file in which a channel notes what it sends: number, time in microseconds.
const ORACLE: &str = "sent.txt";

/// Notes what it sends in a file, which a kill does not take back; every other command is received.
struct Noted {
    file: Mutex<std::fs::File>,
    clock: Arc<ManualClock>,
    count: AtomicU64,
}

impl CommandChannel for Noted {
    fn send(&self, dispatch: &Dispatch<'_>, receipt: Receipt) -> Sending {
        let line = format!("{} {}\n", dispatch.id, self.clock.now().as_micros());
        self.file.lock().unwrap().write_all(line.as_bytes()).unwrap();
        if self.count.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            receipt.received();
        }
        Sending::Queued
    }
}

fn noted(dir: &Path, clock: &Arc<ManualClock>) -> Noted {
    let file = std::fs::File::options().create(true).append(true).open(dir.join(ORACLE)).unwrap();
    Noted { file: Mutex::new(file), clock: clock.clone(), count: AtomicU64::new(0) }
}

/// Orders, approves, sends and answers until it is killed, and says what was authorised. Does nothing
/// unless it is the child of another test.
#[test]
fn a_child_that_commands_until_it_is_killed() {
    let Some(dir) = children::folder() else { return };
    let (ledger, clock) = resume(&dir);
    let channel = noted(&dir, &clock);
    let (asks, approves) = (person("dũng", Role::Requester), person("chi", Role::Supervisor));
    for round in 0..100_000_i64 {
        // Some live shorter than it takes to come round again.
        let ttl_s = Some(if round % 3 == 0 { 2 } else { 3000 });
        let order = NewOrder { ttl_s, ..dim(1 + round % 3, 40.0) };
        let by = if round % 2 == 0 { &asks } else { &approves };
        let outcome = ledger.request(order, by).and_then(|ordered| {
            let is_approved = round % 4 == 0;
            if is_approved {
                ledger.approve(ordered.order, &approves)?;
            }
            ledger.tick(&channel)?;
            clock.advance(1_000_000);
            Ok((ordered, is_approved))
        });
        match outcome {
            Ok((ordered, is_approved)) if is_approved || ordered.is_authorised => {
                println!("acknowledged {}.", ordered.commands[0]);
            }
            Ok(_) => {}
            Err(error) => println!("failed {error}"),
        }
    }
}

/// Opens what an earlier child left, at the time at which it was killed: one second for a command.
fn resume(dir: &Path) -> (Ledger, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(start()));
    let ledger = open(dir, &clock);
    let is_there = |number: &i64| ledger.command(id(*number)).unwrap().is_some();
    let count = (1..).take_while(is_there).count();
    clock.advance(i64::try_from(count).unwrap() * 1_000_000);
    (ledger, clock)
}

/// What was sent, with the times of sending.
fn sent(dir: &Path) -> BTreeMap<i64, Vec<i64>> {
    let mut sent: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let text = std::fs::read_to_string(dir.join(ORACLE)).unwrap_or_default();
    // The last line may be cut by the kill.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    for line in whole.lines() {
        let (id, at) = line.split_once(' ').unwrap();
        sent.entry(id.parse().unwrap()).or_default().push(at.parse().unwrap());
    }
    sent
}

fn check(dir: &Path, promised: &[i64]) {
    let (ledger, _) = resume(dir);
    for command in promised {
        let known = ledger.command(id(*command)).unwrap().expect("authorised, and lost");
        assert!(known.reached(State::Authorised).is_some(), "{command} was authorised");
    }
    for (command, times) in sent(dir) {
        let known = ledger.command(id(command)).unwrap().expect("sent, and lost");
        let authorised = known.reached(State::Authorised).expect("sent, and not authorised");
        for at in times {
            assert!(authorised.as_micros() <= at, "{command} was sent before it was authorised");
            assert!(at < known.expires.as_micros(), "{command} was sent when its time was over");
        }
    }
    let mut first = 1;
    while let Some(command) = ledger.command(id(first)).unwrap() {
        for pair in command.steps.windows(2) {
            assert!(pair[0].state.may_become(pair[1].state), "{command:?}");
        }
        first += 1;
    }
}

#[test]
fn a_kill_never_sends_what_may_not_be_sent_and_loses_nothing_authorised() {
    let bench = Bench::new();
    let Bench { dir, ledger, .. } = bench;
    drop(ledger);
    let mut promised = Vec::new();
    for round in 0..4 {
        let mut child = children::start(CHILD, dir.path(), "");
        let (numbers, has_failed) = children::acknowledged_until(&mut child, 5 + round * 23);
        assert!(!has_failed && !numbers.is_empty(), "round {round}");
        promised.extend(numbers);
        check(dir.path(), &promised);
    }
    // What is authorised and lives is sent by the next who opens the ledger.
    let (ledger, clock) = resume(dir.path());
    let before = sent(dir.path());
    ledger.tick(&noted(dir.path(), &clock)).unwrap();
    let after = sent(dir.path());
    let mut lives = 0;
    for number in &promised {
        let command = ledger.command(id(*number)).unwrap().unwrap();
        if matches!(command.state(), State::Authorised | State::Sent) {
            lives += 1;
            let count = |sent: &BTreeMap<i64, Vec<i64>>| sent.get(number).map_or(0, Vec::len);
            assert!(count(&after) > count(&before), "{number} was not sent again");
        }
    }
    assert!(lives > 20, "{lives} were in flight");
}

#[test]
fn a_full_disk_refuses_orders_and_loses_nothing_authorised() {
    let bench = Bench::new();
    let Bench { dir, ledger, .. } = bench;
    drop(ledger);
    let mut child = children::start_on_a_full_disk(CHILD, dir.path(), 1200);
    let (promised, has_failed) = children::acknowledged_until(&mut child, usize::MAX);
    assert!(has_failed && !promised.is_empty(), "the limit was reached");
    check(dir.path(), &promised);
}
