//! One run: learn, connect, send until it is over, report.

use std::{error::Error, io::Write as _, sync::Arc, time::Duration};

use bytes::Bytes;
use city::Instant;
use feeds::{Clock, SystemClock};
use reqwest::Client;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{self, interval_at, sleep, timeout},
};

use crate::{
    Outcome,
    args::Args,
    drive::{Fleet, Load, Outlets, Pace},
    faults::Faults,
    learn::{Asker, Learned},
    orders::Orders,
    post::{HttpLink, MqttLink, Order, Parcel, Snapshot, Tally},
    things::DeviceKind,
    world::{Scenario, World, is_modelled, seed::Dice},
};

/// What stopped a run before it began.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Parcels that wait for a link.
const QUEUE: usize = 512;
/// Commands that wait for their device.
const MOST_ORDERS: usize = 4096;
/// Subscriptions of one connection; the server allows a thousand.
const TOPICS: usize = 900;
/// Senders over HTTP, where some devices use it.
const HTTP_LINKS: usize = 4;
/// Answers are waited for this long at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(15);
/// The past is made up for so many times as fast as it passed.
const CATCH_UP: f64 = 3600.0;
/// One HTTP request may take this long.
const REQUEST: Duration = Duration::from_secs(30);

/// Runs the fleet.
pub(crate) async fn run(args: Args) -> Result<Outcome, Failure> {
    let token = token(&args)?;
    let client = Client::builder().no_proxy().timeout(REQUEST).build()?;
    let asker = Asker::new(client.clone(), &args.server, token.clone())?;
    let learned = asker.learn(args.wait).await?;
    introduce(&learned);
    if learned.devices.is_empty() {
        let why = "no Thing of this server says that it is simulated and has a Datastream: \
                   there is nothing to act for";
        return Err(why.into());
    }
    let tally = Arc::new(Tally::default());
    let mut links = JoinSet::new();
    let mut fleet = connect(&args, learned, token, client, &tally, &mut links)?;

    let ending = {
        let sending = async {
            match args.rate {
                None => fleet.run().await,
                Some(per_second) => {
                    fleet.run_at(Load { per_second, batch: usize::from(args.batch) }).await
                }
            }
        };
        tokio::select! {
            ended = sending => ended.err().map(|why| why.to_string()),
            why = until_over(&args, &tally) => why,
            () = report(&args, &tally) => None,
        }
    };
    // Closes the links' inboxes: each ends when everything is answered.
    drop(fleet);
    let all_answered = async { while links.join_next().await.is_some() {} };
    let answered = timeout(LAST_ANSWERS, all_answered).await.is_ok();
    let last = tally.snapshot();
    say(&line("total", &last, &Snapshot::default(), tally.elapsed()));
    for (what, why) in [("last refusal", tally.refusal()), ("last trouble", tally.trouble())] {
        if let Some(why) = why {
            say(&format!("{what}: {why}"));
        }
    }
    if let Some(why) = &ending {
        say(why);
    }
    let is_good = answered && ending.is_none() && last.waiting() == 0;
    Ok(if is_good { Outcome::Good } else { Outcome::Unanswered })
}

fn token(args: &Args) -> Result<Option<String>, Failure> {
    let token = match &args.token_file {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|why| format!("cannot read --token-file {}: {why}", path.display()))?;
            Some(text)
        }
        None => std::env::var("DOTHI_TOKEN").ok(),
    };
    Ok(token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()))
}

/// Builds the world, and opens the links.
fn connect(
    args: &Args,
    learned: Learned,
    token: Option<String>,
    client: Client,
    tally: &Arc<Tally>,
    links: &mut JoinSet<()>,
) -> Result<Fleet, Failure> {
    let Learned { root, mqtt, devices, features, .. } = learned;
    let server = args.mqtt.clone().or(mqtt).ok_or(
        "the server does not say where it speaks MQTT: give --mqtt HOST:PORT, or start it with MQTT",
    )?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let dice = Dice::new(args.seed);
    let ago_us = args.history.map(|it| i64::try_from(it.as_micros()).unwrap_or(i64::MAX));
    let now_us = clock.now().as_micros();
    let earlier = Instant::from_micros(now_us.saturating_sub(ago_us.unwrap_or(0)));
    let begin = args.begin.unwrap_or(earlier);
    let catches_up = begin.as_micros() < now_us;
    let speed = args.speed.unwrap_or(if catches_up { CATCH_UP } else { 1.0 });
    let begin_s = begin.as_micros() as f64 / 1e6;
    let start = args.scenario_start.unwrap_or(begin);
    let scenario = Scenario { kind: args.scenario, start_s: start.as_micros() as f64 / 1e6 };
    let world = World::new(args.seed, scenario, begin_s, &devices, &features);

    let topics: usize = devices.iter().map(|device| device.capabilities.len()).sum();
    let mqtt_links = usize::from(args.connections).max(2 * topics.div_ceil(TOPICS));
    let http_links = if args.http_share > 0.0 { HTTP_LINKS } else { 0 };
    let (senders, inboxes): (Vec<_>, Vec<_>) =
        (0..mqtt_links + http_links).map(|_| mpsc::channel::<Parcel>(QUEUE)).unzip();
    let outlets = Outlets { links: senders, mqtt: mqtt_links, http_share: args.http_share };
    let link_of: Vec<usize> = devices
        .iter()
        .map(|device| {
            let needs_mqtt = !device.capabilities.is_empty() || device.kind == DeviceKind::Vehicle;
            outlets.link_of(dice, device.thing.cast_unsigned(), needs_mqtt)
        })
        .collect();
    let mut topics = vec![Vec::new(); mqtt_links];
    for (device, link) in devices.iter().zip(&link_of) {
        if let Some(topics) = topics.get_mut(*link) {
            topics.extend(device.capabilities.iter().map(|it| it.topic.clone()));
        }
    }

    let (orders, incoming) = mpsc::channel::<Order>(MOST_ORDERS);
    let mut topics = topics.into_iter();
    for (number, inbox) in inboxes.into_iter().enumerate() {
        let dice = dice.named("backoff").of(number as u64);
        let tally = tally.clone();
        if let Some(topics) = topics.next() {
            let client_id = format!("fleet-{}-{number}", args.seed);
            let user = token.is_some().then(|| args.user.clone());
            let token = token.clone().map(Bytes::from);
            let (server, orders) = (server.clone(), orders.clone());
            let link = MqttLink { server, client_id, user, token, topics, dice, tally, orders };
            links.spawn(link.run(inbox));
        } else {
            let (client, root, token) = (client.clone(), root.clone(), token.clone());
            links.spawn(HttpLink { client, root, token, dice, tally }.run(inbox));
        }
    }
    let pace = Pace { begin_s, speed, catches_up, since: time::Instant::now(), clock };
    let faults = Faults::new(args.faults.clone(), args.seed);
    let orders = Orders::new(&devices);
    Ok(Fleet { devices, world, faults, outlets, link_of, pace, orders, incoming, dice })
}

/// Waits for the end: the duration, Ctrl-C, or a server that is gone, which is told.
async fn until_over(args: &Args, tally: &Tally) -> Option<String> {
    let over = async {
        match args.duration {
            Some(duration) => sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    let gone = async {
        loop {
            sleep(Duration::from_millis(500)).await;
            if tally.silence() > args.patience {
                return format!("the server has said nothing for {:?}: it is gone", args.patience);
            }
        }
    };
    tokio::select! {
        () = over => None,
        _ = tokio::signal::ctrl_c() => None,
        why = gone => Some(why),
    }
}

/// A line now and then; never ends.
async fn report(args: &Args, tally: &Tally) {
    let mut before = Snapshot::default();
    let mut since = time::Instant::now();
    let mut ticks = interval_at(since + args.report, args.report);
    loop {
        ticks.tick().await;
        let now = tally.snapshot();
        say(&line("fleet", &now, &before, since.elapsed()));
        (before, since) = (now, time::Instant::now());
    }
}

/// What there is to act for.
fn introduce(learned: &Learned) {
    let streams: usize = learned.devices.iter().map(|device| device.streams.len()).sum();
    let plain = learned.devices.iter().filter(|device| !is_modelled(device.kind)).count();
    let all = learned.devices.len();
    say(&format!("fleet: acts as {all} devices with {streams} datastreams (simulated)"));
    if plain > 0 {
        say(&format!(
            "fleet: {plain} of them have no model of their own and wander about a middle"
        ));
    }
    if learned.real > 0 {
        say(&format!("fleet: leaves {} Things alone that do not say simulated", learned.real));
    }
}

fn line(name: &str, now: &Snapshot, before: &Snapshot, time: Duration) -> String {
    let seconds = time.as_secs_f64().max(1e-3);
    let rate = now.acknowledged.saturating_sub(before.acknowledged) as f64 / seconds;
    let ms = |share| {
        let time = now.quantile_ms(before, share);
        time.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.1} ms"))
    };
    format!(
        "{name}: sent {}, acknowledged {}, refused {}, waiting {}, sent again {}, lost connections \
         {}; {rate:.0}/s, p50 {}, p99 {}; {} links",
        now.sent,
        now.acknowledged,
        now.refused,
        now.waiting(),
        now.resent,
        now.busy,
        ms(0.5),
        ms(0.99),
        now.links,
    )
}

/// Tells a person; nobody may listen.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
