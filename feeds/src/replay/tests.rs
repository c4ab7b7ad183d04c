//! What is played again is what was live.

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::{
    log::{Amended, Amendment, EmbeddedLog, LogConfig, Outcome},
    model::{Id, NewObservation, Observation, StreamDirectory, StreamId, StreamRules},
    service::{Event, Scope, Subject},
};

/// Knows the datastreams 1 to 6; those from 4 on are unique.
#[derive(Debug)]
struct Six;

impl StreamDirectory for Six {
    fn rules(&self, stream: StreamId) -> Option<Arc<StreamRules>> {
        let rules = StreamRules { is_unique: stream.get() >= 4, ..Default::default() };
        (stream.get() <= 6).then(|| Arc::new(rules))
    }
}

fn stream(number: i64) -> StreamId {
    StreamId::new(number).unwrap()
}

fn start() -> Instant {
    "2026-11-21T05:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Instant {
    Instant::from_micros(start().as_micros() + seconds * 1_000_000)
}

/// What the latest values were.
type State = (Seq, Vec<Arc<Observation>>);

/// A log whose live state is noted at instants.
struct House {
    dir: TempDir,
    clock: Arc<ManualClock>,
    latest: Arc<LatestTable>,
    log: Arc<EmbeddedLog>,
    keyframes: Keyframes,
    noted: Vec<(Instant, State)>,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(start()));
        let latest = Arc::new(LatestTable::default());
        let log = open(&dir, &clock, &latest);
        let keyframes = Keyframes::in_folder(&dir.path().join("keyframes"));
        Self { dir, clock, latest, log, keyframes, noted: Vec::new() }
    }

    fn send(&self, number: i64, seconds: i64, value: f64) -> Outcome {
        let new = NewObservation::number(stream(number), at(seconds), value);
        let ack = self.log.append(&"test".into(), vec![new]).unwrap();
        ack.wait().unwrap().remove(0)
    }

    fn amend(&self, id: i64, amendment: Amendment) -> Amended {
        let id = Id::new(id).unwrap();
        self.log.amend(id, amendment).unwrap().wait().unwrap()
    }

    /// Notes what is live, then lets time go on.
    fn note(&mut self, seconds: i64) {
        self.noted.push((self.clock.now(), self.latest.snapshot()));
        self.clock.advance(seconds * 1_000_000);
    }

    fn reopen(&mut self) {
        let path = self.dir.path().join("latest");
        self.latest.save(&path).unwrap();
        // The folder's lock is free once the old log is gone.
        let nowhere = tempfile::tempdir().unwrap();
        self.log = open(&nowhere, &self.clock, &Arc::default());
        self.latest = Arc::new(LatestTable::default());
        self.log = open(&self.dir, &self.clock, &self.latest);
        self.latest.restore(&path, self.log.as_ref()).unwrap();
    }

    fn replay(&self, has_keyframes: bool, makers: Vec<MakeFollower>) -> Replay {
        let keyframes = has_keyframes.then(|| self.keyframes.clone());
        let (from, to) = (at(-1), self.clock.now());
        let period = Period { from, to, warm_up: Duration::from_secs(600) };
        Replay::open(self.log.clone(), keyframes, period, makers).unwrap()
    }
}

fn open(dir: &TempDir, clock: &Arc<ManualClock>, latest: &Arc<LatestTable>) -> Arc<EmbeddedLog> {
    let followers: Vec<Arc<dyn Follower>> = vec![latest.clone()];
    let config = LogConfig { linger: Duration::ZERO, ..LogConfig::default() };
    let opened =
        EmbeddedLog::open(&dir.path().join("log"), config, clock.clone(), Arc::new(Six), followers);
    Arc::new(opened.unwrap().0)
}

/// Notes what it hears, and what its clock tells then.
#[derive(Debug)]
struct Ear {
    clock: Arc<dyn Clock>,
    heard: Mutex<Vec<(i64, Instant)>>,
}

impl Follower for Ear {
    fn committed(&self, entries: &Arc<[Entry]>) {
        let now = self.clock.now();
        let told = entries.iter().map(|entry| (entry.observation.seq.get(), now));
        self.heard.lock().unwrap().extend(told);
    }
}

#[test]
fn late_data_comes_late_again_and_a_revision_when_it_came() {
    let mut house = House::new();
    house.send(1, 0, 1.0);
    house.note(60);
    house.send(1, -600, 0.5);
    house.note(60);
    house.send(4, 0, 7.0);
    house.note(60);
    house.send(4, 0, 8.0);
    house.note(60);
    house.amend(3, Amendment::Remove);
    house.note(60);
    let replay = house.replay(false, Vec::new());
    let value = |number| replay.latest().get(stream(number)).and_then(|it| it.result.as_number());
    assert_eq!((value(1), value(4)), (None, None), "nothing was there yet");
    let mut heard = replay.live().watch(Subject::Observations(Scope::All));
    for (seconds, expected) in [
        (1, (Some(1.0), None)),
        (60, (Some(1.0), None)),
        (60, (Some(1.0), Some(7.0))),
        (60, (Some(1.0), Some(8.0))),
        (60, (Some(1.0), None)),
    ] {
        let position = replay.advance(Duration::from_secs(seconds)).unwrap();
        assert_eq!((value(1), value(4)), expected, "{}", position.at);
        assert_eq!(replay.clock().now(), position.at);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for expected in [1.0, 0.5, 7.0, 8.0] {
        let Event::Observation(event) = runtime.block_on(heard.next()) else { panic!("a value") };
        assert_eq!(event.observation.result.as_number(), Some(expected));
    }
    assert!(replay.advance(Duration::from_secs(3600)).unwrap().is_over);
    assert_eq!(replay.clock().now(), at(300), "it stops at the end of the period");
}

#[test]
fn followers_hear_with_the_clock_of_then_and_are_made_anew_by_a_jump() {
    let mut house = House::new();
    for second in 0..100 {
        house.send(1, second * 60, second as f64);
        house.note(60);
    }
    let ears: Arc<Mutex<Vec<Arc<Ear>>>> = Arc::default();
    let made = ears.clone();
    let make: MakeFollower = Box::new(move |clock| {
        let ear = Arc::new(Ear { clock, heard: Mutex::default() });
        made.lock().unwrap().push(ear.clone());
        ear
    });
    let replay = house.replay(true, vec![make]);
    replay.seek(at(3000)).unwrap();
    replay.advance(Duration::from_secs(60)).unwrap();
    let ears = ears.lock().unwrap();
    assert_eq!(ears.len(), 2);
    let heard = ears[1].heard.lock().unwrap();
    let (seqs, clocks): (Vec<_>, Vec<_>) = heard.iter().copied().unzip();
    // Ten minutes before the jump, and one after it: entry n was received at second 60 (n - 1).
    assert_eq!(seqs, (42..=52).collect::<Vec<i64>>());
    assert_eq!(clocks, (41..=51).map(|minute| at(minute * 60)).collect::<Vec<_>>());
}

#[test]
fn a_keyframe_shortens_what_a_jump_reads_and_changes_nothing() {
    let mut house = House::new();
    for second in 0..50 {
        house.send(1 + second % 3, second, second as f64);
        house.note(60);
        if second % 10 == 9 {
            assert!(house.keyframes.keep(&house.latest, 5).unwrap());
            assert!(!house.keyframes.keep(&house.latest, 5).unwrap(), "nothing new came");
        }
    }
    let nearest: Vec<_> = house.keyframes.until(Seq::new(35)).iter().map(|it| it.0.get()).collect();
    assert_eq!(nearest, [30, 20, 10]);
    let (with, without) = (house.replay(true, Vec::new()), house.replay(false, Vec::new()));
    for minute in [0, 9, 10, 11, 35, 49] {
        for replay in [&with, &without] {
            replay.seek(at(minute * 60)).unwrap();
        }
        assert_eq!(with.latest().snapshot(), without.latest().snapshot(), "minute {minute}");
    }
    let path = house.keyframes.until(Seq::new(30))[0].1.clone();
    std::fs::write(path, "30 9\n1\n").unwrap();
    with.seek(at(35 * 60)).unwrap();
    without.seek(at(35 * 60)).unwrap();
    assert_eq!(with.latest().snapshot(), without.latest().snapshot(), "a cut one is not used");
    assert_eq!(house.keyframes.expire(Seq::new(25)).unwrap(), 2);
}

#[test]
fn a_player_plays_to_the_end_as_fast_as_it_can_and_stands_still_when_paused() {
    let mut house = House::new();
    for second in 0..30 {
        house.send(1, second, second as f64);
        house.note(3600);
    }
    let player = Player::start(Arc::new(house.replay(true, Vec::new()))).unwrap();
    let mut position = player.replay().position();
    assert_eq!(player.speed(), (Speed::Paused, None));
    assert_eq!(position.borrow_and_update().seq, Seq::START);
    player.set_speed(Speed::Fastest);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let end = *runtime.block_on(position.wait_for(|it| it.is_over)).unwrap();
    assert_eq!((end.seq, end.at), (Seq::new(30), at(30 * 3600)));
    assert_eq!(player.replay().latest().snapshot(), house.latest.snapshot());
    player.replay().seek(at(0)).unwrap();
    // Time goes by itself: an hour of then takes the blink of an eye.
    player.set_speed(Speed::Times(1e6));
    assert!(runtime.block_on(position.wait_for(|it| it.is_over && it.jumps == 2)).is_ok());
    player.set_speed(Speed::Times(f64::NAN));
    assert_eq!(player.speed().0, Speed::Paused);
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused() {
    let house = House::new();
    let period = Period { from: at(5), to: at(5), warm_up: Duration::ZERO };
    let error = Replay::open(house.log.clone(), None, period, Vec::new()).unwrap_err();
    assert!(error.to_string().starts_with("nothing lies between 2026-11-21T05:00:05Z"));
}

/// One step of a history.
#[derive(Debug, Clone)]
enum Happening {
    /// Datastream, phenomenon time against the clock's in seconds, value.
    Send(i64, i64, f64),
    Remove(i64),
    /// Which, the new phenomenon time in seconds, the new value.
    Replace(i64, i64, f64),
    Keyframe,
    Reopen,
}

fn happening() -> impl Strategy<Value = Happening> {
    let value = || (0..4_i32).prop_map(f64::from);
    prop_oneof![
        8 => (1..=6_i64, prop_oneof![Just(0_i64), -7200..60_i64], value())
            .prop_map(|(stream, late, value)| Happening::Send(stream, late, value)),
        2 => (1..40_i64).prop_map(Happening::Remove),
        2 => (1..40_i64, -7200..7200_i64, value())
            .prop_map(|(id, time, value)| Happening::Replace(id, time, value)),
        1 => Just(Happening::Keyframe),
        1 => Just(Happening::Reopen),
    ]
}

/// Seconds that go by after something happened: mostly few, now and then days.
fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 1..600_i64, 1 => 20_000..200_000_i64]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happened: the state of a replay at an instant is what was live at that instant,
    /// whether it is played up to there or jumped to.
    #[test]
    fn the_replayed_state_is_what_was_live_at_that_instant(
        history in prop::collection::vec((happening(), pause()), 1..40),
        jumps in prop::collection::vec((any::<prop::sample::Index>(), 0..600_i64), 1..12),
    ) {
        let mut house = House::new();
        for (happening, pause) in history {
            let now_s = (house.clock.now().as_micros() - start().as_micros()) / 1_000_000;
            match happening {
                Happening::Send(stream, late, value) => {
                    house.send(stream, now_s + late, value);
                }
                Happening::Remove(id) => {
                    house.amend(id, Amendment::Remove);
                }
                Happening::Replace(id, time, value) => {
                    let new = NewObservation::number(stream(1), at(time), value);
                    house.amend(id, Amendment::Replace(new));
                }
                Happening::Keyframe => {
                    house.keyframes.keep(&house.latest, 1).unwrap();
                }
                Happening::Reopen => house.reopen(),
            }
            house.note(pause);
        }
        // Between two notes nothing came: the state is that of the note before.
        let live_at = |when: Instant| {
            let before = house.noted.iter().rev().find(|(noted, _)| *noted <= when);
            before.map_or_else(Default::default, |(_, state)| state.clone())
        };
        for has_keyframes in [true, false] {
            let replay = house.replay(has_keyframes, Vec::new());
            for (which, after) in &jumps {
                let noted = house.noted[which.index(house.noted.len())].0;
                let when = later(noted, Duration::from_secs(after.unsigned_abs()));
                let when = when.min(replay.period().to);
                replay.seek(when).unwrap();
                prop_assert_eq!(replay.latest().snapshot(), live_at(when), "a jump to {}", when);
            }
        }
        let replay = house.replay(true, Vec::new());
        for (noted, state) in &house.noted {
            replay.play(*noted, usize::MAX).unwrap();
            prop_assert_eq!(&replay.latest().snapshot(), state, "played to {}", noted);
        }
    }
}
