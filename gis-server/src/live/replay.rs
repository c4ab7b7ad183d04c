//! `/replay/state` and `/replay/events`: the past as it was live, in a view of its own.
//!
//! Times are those of receipt: late data comes late again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::header,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use city::{Bbox, Instant};
use feeds::{
    model::Observation,
    replay::{Period, Player, Position, Replay, ReplayError, Speed},
    service::{Event as News, Scope, Subject, Watch},
};
use futures_util::{Stream, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Interval, MissedTickBehavior},
};

use super::{
    census::latest_document,
    fresh,
    hub::{Batch, Told},
    sensing,
};
use crate::{
    error::Problem,
    http::{format::Format, query::Query, work::blocking},
    ogc::refusals::BadParameter,
    state::App,
};

/// Replays that run at one time: each has a thread and a table of its own.
pub(super) const MOST: usize = 16;
/// Observations are gathered for so long before they are told of together.
const TICK: Duration = Duration::from_millis(100);
/// The longest period that is played.
const LONGEST_US: i64 = 31 * 24 * 3_600_000_000;
const SECOND_US: i64 = 1_000_000;

/// What was live at an instant, as `/live/latest` was then.
#[utoipa::path(
    get, path = "/replay/state", tag = "Replay", operation_id = "getPastState",
    params(
        ("at" = String, Query, description = "The instant"),
        ("roles" = Option<String>, Query, description = "Only Things of these roles, separated by commas"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north"),
    ),
    responses((status = 200, description = "Points with the values that were the latest then", content_type = "application/geo+json", body = Object), BadParameter)
)]
pub async fn state(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["at", "roles", "bbox", "f"])?;
    let missing = || Problem::parameter("at", "hãy ghi thời điểm", "give the instant");
    let at = query.instant("at")?.ok_or_else(missing)?;
    let (roles, bbox): (_, Option<Bbox>) = (query.names("roles"), query.lon_lat_box()?);
    let _turn = turn(&app)?;
    let work = move || {
        let sensing = sensing(&app)?;
        let after = Instant::from_micros(at.as_micros().saturating_add(SECOND_US));
        let period = Period { from: at, to: after, warm_up: Duration::ZERO };
        let replay = sensing.service.replay(period, Vec::new()).map_err(|error| problem(&error))?;
        let roll = sensing.live.census.roll();
        latest_document(replay.latest(), &roll, roles.as_deref(), bbox)
            .map_err(|error| Problem::internal(&error))
    };
    let made = blocking(work).await?;
    Ok(fresh(Format::GeoJson.media_type(), made))
}

/// A past period as it came in, faster or slower.
#[utoipa::path(
    get, path = "/replay/events", tag = "Replay", operation_id = "getPastEvents",
    params(
        ("from" = String, Query, description = "Begin"),
        ("to" = String, Query, description = "End"),
        ("speed" = Option<f64>, Query, description = "So many times as fast, 60 where not given"),
        ("roles" = Option<String>, Query, description = "Only Things of these roles, separated by commas"),
    ),
    responses((status = 200, description = "Events `observations`, `positions`, `clock`; `end` when the period is over", content_type = "text/event-stream", body = String), BadParameter)
)]
pub async fn events(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["from", "to", "speed", "roles"])?;
    let period = period_of(&query)?;
    let speed = query.get("speed").map(|text| text.parse::<f64>().ok().filter(|it| *it > 0.0));
    let wrong = || Problem::parameter("speed", "phải là số dương", "must be a positive number");
    let speed = speed.map_or(Ok(60.0), |speed| speed.ok_or_else(wrong))?;
    let roles = query.names("roles");
    let turn = turn(&app)?;
    let opening = app.clone();
    let open = move || {
        let replay = sensing(&opening)?.service.replay(period, Vec::new());
        let replay = Arc::new(replay.map_err(|error| problem(&error))?);
        let player = Player::start(replay.clone()).map_err(|error| problem(&error))?;
        Ok::<_, Problem>((replay, player))
    };
    let (replay, player) = blocking(open).await?;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let showing = Showing {
        app,
        watch: replay.live().watch(Subject::Observations(Scope::All)),
        position: replay.position(),
        _replay: replay,
        roles,
        ticks,
        waiting: Vec::new(),
        ready: Vec::new(),
        is_over: false,
        player: Some(player),
        _turn: turn,
    };
    if let Some(player) = &showing.player {
        player.set_speed(Speed::Times(speed));
    }
    let fields = [("x-accel-buffering", "no"), (header::CACHE_CONTROL.as_str(), "no-store")];
    let events = Sse::new(showing.events()).keep_alive(KeepAlive::default());
    Ok((fields, events).into_response())
}

fn period_of(query: &Query) -> Result<Period, Problem> {
    let given = |name: &str| {
        let missing = || Problem::parameter(name, "hãy ghi thời điểm", "give the instant");
        query.instant(name)?.ok_or_else(missing)
    };
    let (from, to) = (given("from")?, given("to")?);
    if from >= to || to.as_micros() - from.as_micros() > LONGEST_US {
        return Err(Problem::parameter(
            "to",
            "phải sau 'from', cách không quá 31 ngày",
            "must be after 'from', by 31 days at most",
        ));
    }
    Ok(Period { from, to, warm_up: Duration::ZERO })
}

/// A place among those who play the past.
fn turn(app: &App) -> Result<OwnedSemaphorePermit, Problem> {
    let turns = sensing(app)?.live.replays.clone();
    turns.try_acquire_owned().map_err(|_| {
        Problem::unavailable(
            format!("Đang có {MOST} lượt phát lại; hãy thử lại sau ít phút."),
            format!("{MOST} replays are running; try again in some minutes."),
            60,
        )
    })
}

fn problem(error: &ReplayError) -> Problem {
    match error {
        ReplayError::Period { .. } => {
            Problem::parameter("to", "phải sau 'from'", "must be after 'from'")
        }
        _ => Problem::internal(error),
    }
}

/// A replay on its way to somebody.
struct Showing {
    app: App,
    watch: Watch,
    position: watch::Receiver<Position>,
    _replay: Arc<Replay>,
    roles: Option<Vec<String>>,
    ticks: Interval,
    waiting: Vec<Arc<Observation>>,
    /// The next is the last.
    ready: Vec<Event>,
    is_over: bool,
    /// Dropped on a thread that may wait for its thread.
    player: Option<Player>,
    _turn: OwnedSemaphorePermit,
}

impl Showing {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut showing| async move {
            let event = showing.next().await?;
            Some((Ok(event), showing))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop() {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            tokio::select! {
                news = self.watch.next() => {
                    if let News::Observation(heard) = news {
                        self.waiting.push(heard.observation.clone());
                    }
                }
                _ = self.ticks.tick() => self.tell().await,
            }
        }
    }

    /// Puts together what is told at this tick; when the period is over, that as well.
    async fn tell(&mut self) {
        let position = *self.position.borrow_and_update();
        let observations = std::mem::take(&mut self.waiting);
        let is_quiet = observations.is_empty();
        let (app, roles) = (self.app.clone(), self.roles.clone());
        let work = move || {
            let sensing = sensing(&app).ok()?;
            let roll = sensing.live.census.roll();
            let told = Told::past(&roll, &observations);
            let select = |batch: Option<Arc<Batch>>| batch?.select(0, roles.as_deref());
            Some((select(told.values), select(told.positions)))
        };
        let told = match is_quiet {
            true => None,
            false => tokio::task::spawn_blocking(work).await.ok().flatten(),
        };
        let (values, positions) = told.unwrap_or_default();
        if position.is_over && is_quiet {
            self.is_over = true;
            self.ready.push(Event::default().event("end").data("{}"));
        }
        let clock = format!(r#"{{"at":"{}","seq":{}}}"#, position.at, position.seq.get());
        self.ready.push(Event::default().event("clock").data(clock));
        for told in [positions, values].into_iter().flatten() {
            self.ready.push(Event::default().event(told.kind).data(told.text.as_str()));
        }
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        if let Some(player) = self.player.take() {
            std::thread::spawn(move || drop(player));
        }
    }
}
