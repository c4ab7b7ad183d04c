//! What a nowcast promises whatever the water does: the same bits, a restart that nobody notices, open loop where
//! gauges are silent, refusals that change nothing.

use rayon::ThreadPoolBuilder;
use sim::flood::{Forcing, Ground, Rain};
use sim::fusion::{
    Gauge, Nowcast, Outlook, RainAhead, Reading, Settings,
    quality::{Limits, Verdict},
};

const CELLS: usize = 24 * 8;

/// A closed valley of 24 × 8 cells of 50 m, on which 20 mm/h are said to fall for two hours.
fn ground() -> Ground {
    let bed = (0..CELLS).map(|at| ((at % 24) as f64 - 11.5).abs() * 0.05).collect();
    let ground = Ground::new(24, 8, 50.0, bed).expect("a valley");
    ground.with_manning(vec![0.03; CELLS]).expect("a usual roughness")
}

fn forcing() -> Forcing {
    let rain = Rain::uniform(vec![0.0, 7200.0], &[20.0]).expect("rain");
    Forcing { rain: Some(rain), ..Forcing::default() }
}

fn gauges() -> Vec<Gauge> {
    let limits = Limits::between(-1.0, 5.0);
    let alarms_m = [Some(0.2), None, Some(0.9)];
    vec![Gauge { alarms_m, ..Gauge::new(11, 3, limits) }, Gauge::new(14, 5, limits)]
}

fn settings() -> Settings {
    Settings { members: 8, seed: 3, ..Settings::default() }
}

fn nowcast() -> Nowcast {
    Nowcast::new(ground(), forcing(), &[0.0; CELLS], gauges(), settings()).expect("a sound nowcast")
}

/// Both gauges as if it rained half as much again.
fn readings(minute: u32) -> Vec<Reading> {
    let hours = f64::from(minute) / 60.0;
    // Still water in a V of 1:1000: the level is √(rain · width · slope).
    let level_m = 0.025 + (0.03 * hours * 1200.0 * 0.001).sqrt();
    let reading = |gauge| Reading { gauge, time_s: f64::from(minute) * 60.0, level_m };
    vec![reading(0), reading(1)]
}

fn run(nowcast: &mut Nowcast, minutes: &[u32]) {
    for minute in minutes {
        nowcast.assimilate(f64::from(*minute) * 60.0, &readings(*minute)).expect("it is stable");
    }
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let mut nowcast = nowcast();
            run(&mut nowcast, &[20, 40, 60]);
            let forecast = nowcast.forecast(3600.0, &Outlook::default()).expect("it is stable");
            (nowcast.checkpoint(), forecast)
        })
    };
    assert!(on(1) == on(2));
}

#[test]
fn another_seed_gives_other_members_about_the_same_truth() {
    let of = |seed: u64| {
        let settings = Settings { seed, ..settings() };
        let mut nowcast = Nowcast::new(ground(), forcing(), &[0.0; CELLS], gauges(), settings)
            .expect("a sound nowcast");
        run(&mut nowcast, &[30, 60]);
        nowcast.multipliers().rain.p50
    };
    let (one, other) = (of(3), of(4));
    assert!(
        one != other && (one - 1.5).abs() < 0.25 && (other - 1.5).abs() < 0.25,
        "{one} {other}"
    );
}

#[test]
fn a_nowcast_goes_on_from_a_checkpoint_to_the_bit() {
    let mut nowcast = nowcast();
    run(&mut nowcast, &[20, 40, 60]);
    let bytes = nowcast.checkpoint();
    let restore = |bytes: &[u8]| Nowcast::restore(ground(), forcing(), gauges(), settings(), bytes);
    let mut restored = restore(&bytes).expect("it is a checkpoint");
    assert_eq!(restored.time_s(), 3600.0);
    run(&mut nowcast, &[80, 100]);
    run(&mut restored, &[80, 100]);
    assert!(nowcast.checkpoint() == restored.checkpoint());
    let ahead = |nowcast: &Nowcast| nowcast.forecast(1800.0, &Outlook::default());
    assert!(ahead(&nowcast).expect("it is stable") == ahead(&restored).expect("it is stable"));
    for cut in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
        assert!(restore(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(restore(&[&bytes[..], &[0]].concat()).is_err(), "a byte too many");
    let other = Settings { members: 9, ..settings() };
    assert!(Nowcast::restore(ground(), forcing(), gauges(), other, &bytes).is_err());
}

#[test]
fn where_all_gauges_are_silent_the_ensemble_runs_on_alone() {
    let (mut silent, mut alone) = (nowcast(), nowcast());
    for minute in [20_u32, 40, 60] {
        let until_s = f64::from(minute) * 60.0;
        let empty: Vec<Reading> =
            readings(minute).into_iter().map(|r| Reading { level_m: f64::NAN, ..r }).collect();
        let analysis = silent.assimilate(until_s, &empty).expect("no error");
        assert!(analysis.gauges.iter().all(|gauge| gauge.verdict == Verdict::Missing));
        assert_eq!((analysis.rerun_from_s, &analysis.before), (None, &analysis.after));
        alone.assimilate(until_s, &[]).expect("no error");
    }
    assert!(silent.checkpoint() == alone.checkpoint(), "they are the same runs");
    let rain = silent.multipliers().rain;
    assert!(
        (rain.p50 - 1.0).abs() < 0.2 && rain.p90 / rain.p10 > 1.5,
        "as wide as at first: {rain:?}"
    );
    let forecast = silent.forecast(3600.0, &Outlook::default()).expect("it is stable");
    assert_eq!(forecast.gauges[0].correction_m, vec![0.0; forecast.times_s.len()]);
}

#[test]
fn a_forecast_has_bands_alarms_and_maps_that_fit_each_other() {
    let mut nowcast = nowcast();
    run(&mut nowcast, &[30, 60]);
    let forecast = nowcast.forecast(3000.0, &Outlook::default()).expect("it is stable");
    assert_eq!(forecast.times_s, [3600.0, 4200.0, 4800.0, 5400.0, 6000.0, 6600.0]);
    assert_eq!(nowcast.time_s(), 3600.0, "the nowcast stays where it is");
    let gauge = &forecast.gauges[0];
    for band in [&gauge.raw, &gauge.corrected] {
        for time in 0..6 {
            assert!(band.p10_m[time] <= band.p50_m[time] && band.p50_m[time] <= band.p90_m[time]);
        }
    }
    let [Some(low), None, Some(high)] = &gauge.alarms else { panic!("two are set") };
    // √(0.03 · 1 · 1200 · 0.001) = 0.19 m after an hour, 0.26 m after two.
    assert!(low.probability > 0.9 && high.probability < 0.01, "{low:?} {high:?}");
    assert!(low.reached_s.is_some_and(|[first, _, last]| first >= 3600.0 && last <= 6600.0));
    assert!(low.by_time.iter().all(|part| *part <= low.probability + 1e-12));
    let maps = &forecast.maps;
    assert_eq!((maps.thresholds_m.len(), maps.exceedance[0].len()), (1, CELLS));
    let middle = 3 * 24 + 11;
    assert!(maps.p10_m[middle] <= maps.p50_m[middle] && maps.p50_m[middle] <= maps.p90_m[middle]);
    assert!(f64::from(maps.p50_m[middle]) + 0.025 >= gauge.raw.p50_m[5] - 1e-3);
}

#[test]
fn an_outlook_s_rain_is_what_the_members_get() {
    let mut nowcast = nowcast();
    run(&mut nowcast, &[30, 60]);
    let rain = |mm_per_h: f64| {
        let rain = Rain::uniform(vec![0.0, 3600.0, 7200.0], &[20.0, mm_per_h]).expect("rain");
        Forcing { rain: Some(rain), ..Forcing::default() }
    };
    let level = |forcings: Vec<Forcing>, rain: RainAhead| {
        let outlook = Outlook { forcings, rain };
        let forecast = nowcast.forecast(3600.0, &outlook).expect("it is stable");
        let band = &forecast.gauges[0].raw;
        (band.p50_m[6], band.p90_m[6] - band.p10_m[6])
    };
    let usual = level(Vec::new(), RainAhead::Filtered);
    assert!(level(vec![rain(20.0)], RainAhead::Filtered) == usual, "the same, given again");
    assert!(level(vec![rain(0.0)], RainAhead::Filtered).0 < usual.0 - 0.03, "it stops raining");
    assert!(level(vec![rain(60.0)], RainAhead::Filtered).0 > usual.0 + 0.03, "it pours");
    // Weather that says 60 mm/h, and is known to a factor of e, leaves more open than the same taken for sure.
    let poured = |spread: f64| level(vec![rain(60.0)], RainAhead::Fresh { spread });
    assert!(poured(1.0).1 > poured(0.0).1, "{:?} {:?}", poured(1.0), poured(0.0));
    let two = level(vec![rain(0.0), rain(60.0)], RainAhead::Filtered);
    assert!(two.1 > 2.0 * usual.1, "members of two minds: {two:?} {usual:?}");
}

#[test]
fn what_makes_no_nowcast_is_refused_and_changes_nothing() {
    let new = |gauges: Vec<Gauge>, settings: Settings| {
        Nowcast::new(ground(), forcing(), &[0.0; CELLS], gauges, settings)
    };
    let limits = Limits::between(0.0, 5.0);
    assert!(new(vec![Gauge::new(24, 0, limits)], settings()).is_err(), "outside the grid");
    assert!(new(vec![Gauge { noise_m: 0.0, ..Gauge::new(1, 1, limits) }], settings()).is_err());
    assert!(new(gauges(), Settings { members: 3, ..settings() }).is_err(), "too few members");
    assert!(new(gauges(), Settings { inflation: 0.9, ..settings() }).is_err());
    let mut nowcast = nowcast();
    run(&mut nowcast, &[20]);
    let before = nowcast.checkpoint();
    let at = |gauge, time_s| [Reading { gauge, time_s, level_m: 0.2 }];
    assert!(nowcast.assimilate(2400.0, &at(2, 2000.0)).is_err(), "no such gauge");
    assert!(nowcast.assimilate(1200.0, &[]).is_err(), "no time has passed");
    assert!(nowcast.assimilate(f64::NAN, &[]).is_err());
    assert!(nowcast.forecast(-1.0, &Outlook::default()).is_err());
    let rivers = Forcing { edges: vec![], rain: None, inflows: vec![] };
    assert!(nowcast.set_forcing(rivers).is_ok(), "no rain is known any more");
    assert!(nowcast.set_forcing(forcing()).is_ok());
    assert!(nowcast.checkpoint() == before);
    // Late and early readings are counted, no more.
    let analysis =
        nowcast.assimilate(2400.0, &[at(0, 600.0), at(0, 9000.0), at(0, 2000.0)].concat());
    assert_eq!(analysis.expect("it is stable").ignored, 2);
}
