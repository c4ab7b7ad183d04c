//! Back in time: what the twin shows of an instant that is over is what was live then, and the present comes back.

use std::time::{Duration, Instant as Wall};

use bevy::prelude::*;
use city::Instant;
use serde_json::Value;
use tests::{
    fleet::{Fleet, TOKENS},
    program::ended,
    server::Server,
    town,
};
use twin::{
    clock::{ClockPlugin, Pace, VirtualClock, wall_now},
    ground::Ground,
    live::{Archive, Link, LiveFeed, LivePlugin, LiveState},
    remote::{Client, listen},
};

/// The newest value of anything, by the time at which it was observed.
fn newest(state: &LiveState) -> Option<Instant> {
    state.things.values().flat_map(|thing| thing.readings.values()).filter_map(|it| it.time).max()
}

/// A server whose devices speak.
fn speaking() -> (Server, Fleet) {
    let town = town::demo(500).copy();
    std::fs::write(town.dir().join("tokens.toml"), TOKENS).expect("the folder is writable");
    let server = Server::on(town, &[]);
    server.wait_until("lamps are Things", |server| {
        let lamps = server.json("/live/latest?roles=lamps");
        lamps["features"].as_array().is_some_and(|all| !all.is_empty())
    });
    let fleet = Fleet::start(&server, &[]);
    (server, fleet)
}

struct Watcher(App);

impl Watcher {
    fn of(server: &Server) -> Self {
        let client = Client::new(server.address()).expect("an address");
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, ClockPlugin(VirtualClock::live(wall_now())), LivePlugin))
            .insert_resource(Ground::level_at(108.474, 15.5736))
            .insert_resource(LiveFeed::new(listen(client.clone())))
            .insert_resource(Archive(client));
        Self(app)
    }

    fn state(&self) -> &LiveState {
        self.0.world().resource::<LiveState>()
    }

    fn clock(&mut self, set: impl FnOnce(&mut VirtualClock)) {
        set(&mut self.0.world_mut().resource_mut::<VirtualClock>());
    }

    /// Goes on until something holds.
    fn until(&mut self, what: &str, holds: impl Fn(&LiveState) -> bool) {
        let began = Wall::now();
        while !holds(self.state()) {
            self.0.update();
            std::thread::sleep(Duration::from_millis(20));
            let state = self.state();
            assert!(began.elapsed() < Duration::from_secs(90), "{what}: {:?}", state.link);
        }
    }
}

#[test]
fn the_clock_goes_back_over_the_log_and_forth_again() {
    let (server, _fleet) = speaking();
    let mut watcher = Watcher::of(&server);
    watcher.until("values come in", |state| state.link == Link::Live && newest(state).is_some());
    let then = wall_now();
    let epoch = watcher.state().epoch();
    // Later than what counts as the present, something newer has come in.
    let later = Instant::from_micros(then.as_micros() + 14_000_000);
    watcher.until("time passes", |state| {
        wall_now() > later && newest(state).is_some_and(|newest| newest > then)
    });

    watcher.clock(|clock| clock.jump(then));
    watcher.until("the past is there", |state| state.link == Link::Past);
    let past = newest(watcher.state()).expect("values were there");
    assert!(past <= then, "{past} was not known at {then}");
    assert!(watcher.state().epoch() > epoch, "everything is looked at anew");
    let asked = format!("/replay/state?at={then}");
    let told = server.json(&asked);
    let values = told["features"].as_array().expect("Things").iter();
    let values =
        values.flat_map(|it| it["properties"]["values"].as_array().expect("values").iter());
    let known = values.filter(|value| value["time"].is_string()).count();
    let readings = watcher.state().things.values().flat_map(|it| it.readings.values());
    assert_eq!(readings.filter(|it| it.time.is_some()).count(), known, "as the server says");

    // From there it goes on as it went on, and no faster.
    watcher.clock(|clock| clock.set_pace(Pace::Rate(4.0)));
    watcher.until("it is played", |state| newest(state).is_some_and(|newest| newest > then));
    let shown = watcher.0.world().resource::<VirtualClock>().now();
    let played = newest(watcher.state()).expect("values are there");
    // Values come a moment late, never ahead of the clock.
    assert!(played <= shown, "{played} is ahead of {shown}");

    watcher.clock(|clock| clock.set_pace(Pace::Live));
    watcher.until("the present is back", |state| state.link == Link::Live);
    assert!(newest(watcher.state()).expect("values are there") > then);
}

#[test]
fn before_the_first_word_a_lamp_follows_the_sun() {
    let (server, _fleet) = speaking();
    let lamp = |server: &Server| -> Option<String> {
        let latest = server.json("/live/latest?roles=lamps");
        let things = latest["features"].as_array()?.iter().map(|it| &it["properties"]);
        let mut spoken = things.filter(|thing| {
            thing["values"]
                .as_array()
                .is_some_and(|all| all.iter().any(|it| it["time"].is_string()))
        });
        let thing = spoken.next()?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(format!("{}/{}", text(&thing["layer"]), text(&thing["feature"])))
    };
    server.wait_until("a lamp has spoken", |server| lamp(server).is_some());
    let lamp = lamp(&server).expect("it was there");
    let by_controller = |more: &[&str]| -> Value {
        let mut arguments = vec!["describe", "--server", server.address(), "--feature", &lamp];
        arguments.extend(more);
        let said = ended(&mut crate::twin(&arguments));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        let said: Value = serde_json::from_str(&said.stdout).expect("twin describe says JSON");
        said["by_controller"].clone()
    };
    assert_eq!(by_controller(&[]), true);
    assert_eq!(by_controller(&["--time", "2026-01-01T22:00"]), false);
}
