//! Tells all who listen of what comes in: each batch is written once, for all of them.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::Utf8Bytes;
use feeds::{Clock, log::EntryKind, model::Observation, service::Service};
use serde::Serialize;
use tokio::sync::broadcast;

use super::{
    Live,
    arrivals::Arrived,
    census::{Roll, Stream, Thing, Value},
    health::Gauge,
    message::Message,
    vehicles::Position,
};

/// Observations are gathered for so long before they are told of together.
const TICK: Duration = Duration::from_millis(40);
/// As many at most are told of in one message.
const MOST: usize = 2_000;
/// How often all are told how the feeds are.
const HEALTH: Duration = Duration::from_secs(5);
/// Batches that a slow subscriber may be behind.
const BEHIND: usize = 256;

/// What subscribers are told.
#[derive(Debug, Clone)]
pub(super) enum News {
    Observations(Arc<Batch>),
    Positions(Arc<Batch>),
    Alerts {
        message: Message,
        is_public: bool,
    },
    /// Something was missed.
    Reset(Message),
    Health(Message),
}

/// Observations that were told of together.
#[derive(Debug)]
pub(super) struct Batch {
    items: Vec<Item>,
    /// The first commit sequence number among them.
    first: i64,
    /// All of them, with the last commit sequence number among them.
    whole: Message,
}

#[derive(Debug)]
struct Item {
    seq: i64,
    role: Arc<str>,
    text: String,
}

impl Batch {
    fn of(kind: &'static str, items: Vec<Item>) -> Option<Arc<Self>> {
        let first = items.iter().map(|item| item.seq).min()?;
        let last = items.iter().map(|item| item.seq).max()?;
        let whole = Message::new(kind, Some(last), array(items.iter()));
        Some(Arc::new(Self { items, first, whole }))
    }

    /// Those after a number of Things with certain roles; `None` where there are none.
    pub(super) fn select(&self, after: i64, roles: Option<&[String]>) -> Option<Message> {
        if roles.is_none() && after < self.first {
            return Some(self.whole.clone());
        }
        let is_wanted = |item: &&Item| {
            item.seq > after && roles.is_none_or(|roles| roles.iter().any(|r| **r == *item.role))
        };
        let count = self.items.iter().filter(is_wanted).count();
        match count {
            0 => None,
            all if all == self.items.len() => Some(self.whole.clone()),
            _ => {
                let part = array(self.items.iter().filter(is_wanted));
                Some(Message::new(self.whole.kind, self.whole.seq, part))
            }
        }
    }
}

fn array<'a>(items: impl Iterator<Item = &'a Item>) -> Utf8Bytes {
    let texts: Vec<&str> = items.map(|item| item.text.as_str()).collect();
    format!("[{}]", texts.join(",")).into()
}

/// An observation as events have it.
#[derive(Serialize)]
struct Observed<'a> {
    thing: i64,
    datastream: i64,
    #[serde(flatten)]
    value: Value<'a>,
}

/// What is told of observations: values, and positions of what moves, as `place` makes them.
fn gather(
    roll: &Roll,
    observations: &[Arc<Observation>],
    place: impl Fn(&Observation, &Thing, &Stream) -> Option<Position>,
) -> Told {
    let (mut values, mut positions) = (Vec::new(), Vec::new());
    for observation in observations {
        let Some((thing, stream)) = roll.stream(observation.stream) else { continue };
        let (seq, role) = (observation.seq.get(), thing.role.clone());
        if stream.is_position() {
            let position = place(observation, thing, stream);
            let text = position.and_then(|position| serde_json::to_string(&position).ok());
            positions.extend(text.map(|text| Item { seq, role, text }));
            continue;
        }
        let (thing, datastream) = (thing.id.get(), observation.stream.get());
        let value = Value::of(observation, stream).in_short();
        let text = serde_json::to_string(&Observed { thing, datastream, value }).ok();
        values.extend(text.map(|text| Item { seq, role, text }));
    }
    Told { values: Batch::of("observations", values), positions: Batch::of("positions", positions) }
}

/// What is told of observations together.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) values: Option<Arc<Batch>>,
    pub(super) positions: Option<Arc<Batch>>,
}

impl Told {
    /// As what subscribers are told.
    pub(super) fn news(self) -> impl Iterator<Item = News> {
        let values = self.values.map(News::Observations).into_iter();
        values.chain(self.positions.map(News::Positions))
    }

    /// Of observations that were made before now.
    pub(super) fn past(roll: &Roll, observations: &[Arc<Observation>]) -> Self {
        gather(roll, observations, Position::of)
    }
}

/// Where news go out.
pub(super) struct Hub {
    news: broadcast::Sender<News>,
    pub(super) gauge: Gauge,
}

impl Hub {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { news: broadcast::Sender::new(BEHIND), gauge: Gauge::new(clock) }
    }

    /// News from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// How many subscribe.
    pub(super) fn subscribers(&self) -> usize {
        self.news.receiver_count()
    }

    /// Tells of an alert that is new or changed.
    pub(super) fn tell_alert(&self, document: &serde_json::Value, is_public: bool) {
        let message = Message::new("alerts", None, format!("[{document}]").into());
        // Nobody may be listening.
        let _ = self.news.send(News::Alerts { message, is_public });
    }

    /// Follows a service until the server stops.
    pub(super) async fn run(&self, live: &Arc<Live>, service: Arc<Service>) {
        restore(live).await;
        let mut health = tokio::time::interval(HEALTH);
        loop {
            tokio::select! {
                () = live.arrivals.are_there() => {
                    self.tell(live).await;
                    tokio::time::sleep(TICK).await;
                }
                _ = health.tick() => {
                    let report = self.gauge.report(&service, self.subscribers());
                    if let Ok(text) = serde_json::to_string(&report) {
                        // Nobody may be listening.
                        let message = Message::new("health", None, text.into());
                        let _ = self.news.send(News::Health(message));
                    }
                }
            }
        }
    }

    /// Tells of what has arrived.
    async fn tell(&self, live: &Arc<Live>) {
        let arrived = live.arrivals.take();
        if arrived.is_cut {
            tracing::warn!("more comes in than subscribers can be told of; they look anew");
            restore(live).await;
            // Nobody may be listening.
            let _ = self.news.send(News::Reset(Message::reset()));
        }
        let live = live.clone();
        let is_heard = self.subscribers() > 0;
        let work = move || gather_all(&live, &arrived, is_heard);
        match tokio::task::spawn_blocking(work).await {
            Ok(told) => {
                let news = told.into_iter().flat_map(Told::news);
                news.for_each(|news| drop(self.news.send(news)));
            }
            Err(error) => tracing::error!(%error, "subscribers missed observations"),
        }
    }
}

/// Takes the last known positions of vehicles.
async fn restore(live: &Arc<Live>) {
    let live = live.clone();
    let restored = move || live.fleet.restore(&live.census.roll());
    if let Err(error) = tokio::task::spawn_blocking(restored).await {
        tracing::error!(%error, "the last positions of vehicles could not be read");
    }
}

/// What is told of commits, in messages that are not too long. Vehicles are followed even while
/// nobody listens.
fn gather_all(live: &Live, arrived: &Arrived, is_heard: bool) -> Vec<Told> {
    let roll = live.census.roll();
    let follow =
        |observation: &_, thing: &_, stream: &_| live.fleet.follow(observation, thing, stream);
    let entries = arrived.commits.iter().flat_map(|commit| commit.iter());
    let values = entries.filter(|entry| entry.kind == EntryKind::Value);
    let values = values.map(|entry| &entry.observation);
    if is_heard {
        let all: Vec<_> = values.cloned().collect();
        return all.chunks(MOST).map(|part| gather(&roll, part, follow)).collect();
    }
    for observation in values {
        roll.stream(observation.stream).and_then(|(thing, it)| follow(observation, thing, it));
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_gives_those_after_a_number_and_of_some_roles() {
        let item = |seq: i64, role: &str| Item { seq, role: role.into(), text: seq.to_string() };
        let batch =
            Batch::of("observations", vec![item(3, "gauges"), item(4, "lamps"), item(5, "gauges")])
                .unwrap();
        let gauges = ["gauges".to_owned()];
        for (after, roles, expected) in [
            (0, None, Some("[3,4,5]")),
            (3, None, Some("[4,5]")),
            (3, Some(&gauges[..]), Some("[5]")),
            (5, None, None),
            (0, Some(&[][..]), None),
        ] {
            let found = batch.select(after, roles);
            assert_eq!(found.as_ref().map(|it| it.text.as_str()), expected, "{after} {roles:?}");
        }
        let part = batch.select(3, Some(&gauges)).unwrap();
        assert_eq!(&*part.framed, r#"{"type":"observations","seq":5,"items":[5]}"#);
        assert!(Batch::of("observations", Vec::new()).is_none());
    }
}
