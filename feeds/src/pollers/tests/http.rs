//! A service of rain gauges that is asked for what lies between.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU16, Ordering},
    },
};

use city::Instant;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    web::{Answer, Web},
    world::{NOW, World},
};
use crate::gauges::{recorded, thing};

/// Seconds between two values of the gauge.
const STEP_S: i64 = 600;

/// What the service does: it has values up to an instant, and answers or not.
struct Gauge {
    until: AtomicI64,
    status: AtomicU16,
}

fn now() -> Instant {
    NOW.parse().unwrap()
}

/// A service with a value every ten minutes, of which it shows those that are asked for.
fn service() -> (Web, Arc<Gauge>) {
    let gauge =
        Arc::new(Gauge { until: AtomicI64::new(now().as_micros()), status: AtomicU16::new(200) });
    let known = gauge.clone();
    let web = Web::start(move |path| {
        let status = known.status.load(Ordering::SeqCst);
        if status != 200 {
            return Answer::status(status, "bảo trì");
        }
        let query = path.split_once('?').unwrap().1;
        let time = |name: &str| {
            let text = query.split('&').find_map(|it| it.strip_prefix(name)).unwrap();
            let text = percent_decode_str(text).decode_utf8().unwrap().into_owned();
            // As the configuration writes it: civil time of the province.
            format!("{text}+07:00").parse::<Instant>().unwrap().as_micros()
        };
        let until = known.until.load(Ordering::SeqCst).min(time("to="));
        let step = STEP_S * 1_000_000;
        let first = (time("from=") + step - 1) / step * step;
        let values = (first..=until).step_by(step as usize).map(
            |at| json!({"id": "R1", "t": Instant::from_micros(at).to_string(), "h": at / step % 7}),
        );
        Answer::ok(Value::Array(values.collect()).to_string())
    });
    (web, gauge)
}

fn config(web: &Web, more: &str) -> String {
    format!(
        "[egress]\nhosts = ['{address}']\ntimeout_s = 5\n\
        [[adapter]]\nname = 'rain'\nformat = 'json'\ndevice = {{ from = 'id' }}\n\
        json = {{ items = '*', time = 't' }}\nmap = {{ h = 'rain' }}\n\
        [[poller]]\nname = 'vrain'\nadapter = 'rain'\nevery_s = 600\n\
        http = {{ url = 'http://{address}/api?from={{from}}&to={{to}}' }}\n{more}",
        address = web.address
    )
}

/// The times that are recorded; each once.
fn times(world: &World) -> BTreeSet<Instant> {
    let all = recorded(&world.service);
    let times: BTreeSet<_> = all.iter().map(|(_, at, _)| at.parse().unwrap()).collect();
    assert_eq!(times.len(), all.len(), "no observation is recorded twice");
    times
}

fn every_step(from: &str, to: Instant) -> BTreeSet<Instant> {
    let from: Instant = from.parse().unwrap();
    let steps = (from.as_micros()..=to.as_micros()).step_by(STEP_S as usize * 1_000_000);
    steps.map(Instant::from_micros).collect()
}

#[test]
fn what_lies_between_is_asked_for_and_nothing_is_recorded_twice() {
    let (web, gauge) = service();
    let gap = "gap = { first_s = 172800, overlap_s = 1800, slice_s = 86400 }\n";
    let mut world = World::new(&config(&web, gap), &[thing("R1", &["rain"])]);

    // Two days and the overlap, a day at a time.
    let status = world.tick_after(0);
    assert_eq!(status.last_error, None);
    let first = "2026-11-19T04:30:00Z";
    assert_eq!(times(&world), every_step(first, now()));
    let asked = web.asked();
    let times_asked = "from=2026%2D11%2D19T11%3A30%3A00&to=2026%2D11%2D20T11%3A30%3A00";
    assert!(asked[0].ends_with(times_asked), "{asked:?}");
    assert_eq!(asked.len(), 3);
    let expected = every_step(first, now()).len() as u64;
    // Slices touch: what lies at their two edges comes twice.
    assert_eq!((status.observations, status.known, status.failures), (expected, 2, 0));
    assert_eq!(status.done_until, Some(now()));

    // Not before it is time; then what is new, and the overlap again.
    assert_eq!(world.tick_after(599).next_try, status.next_try);
    assert!(web.asked().is_empty());
    let later = Instant::from_micros(now().as_micros() + STEP_S * 1_000_000);
    gauge.until.store(later.as_micros(), Ordering::SeqCst);
    let status = world.tick_after(1);
    assert_eq!((status.observations, status.known), (expected + 1, 2 + 4));
    assert_eq!(times(&world), every_step(first, later));
}

#[test]
fn a_service_that_was_away_is_left_alone_longer_and_longer_and_its_gap_is_filled() {
    let (web, gauge) = service();
    let gap = "gap = { first_s = 3600, overlap_s = 0 }\nretry = { first_s = 60, most_s = 900 }\n";
    let mut world = World::new(&config(&web, gap), &[thing("R1", &["rain"])]);
    world.tick_after(0);
    gauge.status.store(503, Ordering::SeqCst);
    web.asked();
    let mut waits = Vec::new();
    let mut passed = 600;
    let mut status = world.tick_after(600);
    while passed < 8000 {
        let now = crate::Clock::now(world.clock.as_ref());
        let wait = (status.next_try.as_micros() - now.as_micros()) / 1_000_000 + 1;
        waits.push(wait);
        passed += wait;
        status = world.tick_after(wait);
    }
    assert_eq!(status.failures as usize, waits.len() + 1);
    assert_eq!(web.asked().len(), waits.len() + 1, "it is asked when it is time, and only then");
    assert!(waits[0] <= 76 && waits.iter().all(|wait| *wait <= 901), "{waits:?}");
    assert!(waits.last().is_some_and(|wait| *wait > 600), "{waits:?}");
    let error = status.last_error.unwrap();
    assert_eq!(error, format!("{} answers 503: bảo trì", web.address));

    gauge.status.store(200, Ordering::SeqCst);
    let back = crate::Clock::now(world.clock.as_ref());
    gauge.until.store(back.as_micros() + 901 * 1_000_000, Ordering::SeqCst);
    let status = world.tick_after(901);
    assert_eq!((status.failures, status.last_success.is_some()), (0, true));
    let now = crate::Clock::now(world.clock.as_ref());
    assert_eq!(times(&world), every_step("2026-11-21T04:00:00Z", now), "the gap is filled");
}

#[test]
fn after_a_restart_it_goes_on_where_it_was_even_without_its_notes() {
    let (web, _) = service();
    let gap = "gap = { first_s = 3600, overlap_s = 600, devices = ['R1'] }\n";
    let mut world = World::new(&config(&web, gap), &[thing("R1", &["rain"])]);
    world.tick_after(0);
    let before = times(&world);
    // From ten minutes before the last one it has.
    let expected = "from=2026%2D11%2D21T11%3A50%3A00&to=2026%2D11%2D21T12%3A00%3A00";
    for notes_are_lost in [false, true] {
        web.asked();
        if notes_are_lost {
            std::fs::remove_dir_all(world.dir.path().join("pollers")).unwrap();
        }
        world.restart_poller();
        world.tick_after(0);
        let asked = web.asked();
        assert!(asked[0].ends_with(expected), "{asked:?}");
    }
    assert_eq!(times(&world), before);
}

#[test]
fn a_page_that_says_sorry_is_kept_once_and_the_service_is_asked_again_later() {
    let web = Web::start(|_| Answer::ok("<html>Hệ thống bảo trì</html>"));
    let mut world = World::new(&config(&web, ""), &[thing("R1", &["rain"])]);
    let status = world.tick_after(0);
    assert_eq!((status.failures, status.refused), (1, 1));
    let status = world.tick_after(3600);
    assert_eq!((status.failures, status.refused), (2, 1), "the same page again");
    let letters = world.service.log.letters(crate::log::LetterId(0), 10).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].content.source.as_ref(), "poll:vrain/");
    assert!(status.last_error.unwrap().contains("the payload is no JSON"));
}
