//! `/live/events` (Server-Sent Events) and `/live/ws` (WebSocket): what comes in, as it comes.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket},
    },
    http::{HeaderMap, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use feeds::{
    log::{EntryKind, LogError, ObservationLog},
    model::Seq,
};
use futures_util::{Stream, stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    hub::{News, Told},
    message::Message,
    sensing,
};
use crate::{
    caller::Caller, error::Problem, http::query::Query, ogc::refusals::BadParameter, state::App,
};

/// Entries of the log that are read at a time for somebody who resumes.
const CHUNK: usize = 2_000;
/// Who missed more than this reads the latest values anew instead.
const MOST_MISSED: i64 = 100_000;
/// A WebSocket that takes nothing for so long is closed.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest message that is taken; nothing is asked for that way.
const LARGEST_MESSAGE: usize = 4096;
/// Bytes that a WebSocket keeps ready for what it reads: the usual 128 KiB of each, for messages that
/// never come, were 1.3 GB for ten thousand.
const READ_BUFFER: usize = 1024;

/// A subscription.
struct Subscription {
    app: App,
    news: Receiver<News>,
    roles: Option<Vec<String>>,
    /// Whether alerts that are not public are told as well.
    is_on_duty: bool,
    /// Told of everything up to here.
    after: i64,
    /// Where the log is to be read on before news are told.
    catching_up: Option<Seq>,
    ready: VecDeque<Message>,
}

impl Subscription {
    fn new(
        app: &App,
        caller: &Caller,
        query: &Query,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        query.only(&["since", "roles"])?;
        let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
        let since = last_id.or(query.positive("since")?);
        let sensing = sensing(app)?;
        let news = sensing.live.hub.subscribe();
        let mut ready = VecDeque::new();
        let end = sensing.service.log.last_seq().get();
        let catching_up = since.filter(|since| end - since <= MOST_MISSED).map(Seq::new);
        if since.is_some() && catching_up.is_none() {
            ready.push_back(Message::reset());
        }
        let after = since.unwrap_or_default().min(end);
        Ok(Self {
            app: app.clone(),
            news,
            roles: query.names("roles"),
            is_on_duty: caller.viewer.may_run,
            after,
            catching_up,
            ready,
        })
    }

    /// The next thing to tell; `None` when the server stops.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(told) = self.ready.pop_front() {
                return Some(told);
            }
            if let Some(from) = self.catching_up.take() {
                self.read_on(from).await;
                continue;
            }
            match self.news.recv().await {
                Ok(news) => self.ready.extend(self.told(&news)),
                Err(RecvError::Lagged(_)) => self.ready.push_back(Message::reset()),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn told(&self, news: &News) -> Option<Message> {
        match news {
            News::Observations(batch) | News::Positions(batch) => {
                batch.select(self.after, self.roles.as_deref())
            }
            News::Alerts { message, is_public } => {
                (*is_public || self.is_on_duty).then(|| message.clone())
            }
            News::Health(message) | News::Reset(message) => Some(message.clone()),
        }
    }

    /// Reads a piece of what was missed.
    async fn read_on(&mut self, from: Seq) {
        let app = self.app.clone();
        let work = move || -> Result<_, LogError> {
            let Ok(sensing) = &app.sensing else { return Ok((None, Told::default())) };
            let entries = sensing.service.log.read(from, CHUNK)?;
            let end = entries.last().map(|entry| entry.observation.seq);
            let values = entries.into_iter().filter(|entry| entry.kind == EntryKind::Value);
            let values: Vec<_> = values.map(|entry| entry.observation).collect();
            Ok((end, Told::past(&sensing.live.census.roll(), &values)))
        };
        let read = tokio::task::spawn_blocking(work).await;
        let Ok(Ok((end, missed))) = read else {
            tracing::error!("what a subscriber missed cannot be read from the log");
            return self.ready.push_back(Message::reset());
        };
        for news in missed.news() {
            self.ready.extend(self.told(&news));
        }
        if let Some(end) = end {
            self.after = self.after.max(end.get());
            self.catching_up = Some(end);
        }
    }
}

/// What comes in, as Server-Sent Events.
#[utoipa::path(
    get, path = "/live/events", tag = "Live", operation_id = "getEvents",
    params(
        ("since" = Option<i64>, Query, minimum = 1, description = "Begin after this commit sequence number (`seq` of the latest values); the header Last-Event-ID goes before it"),
        ("roles" = Option<String>, Query, description = "Only Things of these roles, separated by commas"),
    ),
    responses(
        (status = 200, description = "Events `observations`, `positions`, `alerts`, `health`; `reset` when more was missed than is told again: read /live/latest", content_type = "text/event-stream", body = String),
        BadParameter,
    )
)]
pub async fn events(
    State(app): State<App>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let subscription = Subscription::new(&app, &caller, &query, &headers)?;
    let events = as_events(subscription);
    // Proxies must hand on each event at once.
    let fields = [("x-accel-buffering", "no"), (header::CACHE_CONTROL.as_str(), "no-store")];
    Ok((fields, Sse::new(events).keep_alive(KeepAlive::default())).into_response())
}

fn as_events(subscription: Subscription) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(subscription, |mut subscription| async move {
        let told = subscription.next().await?;
        let event = Event::default().event(told.kind).data(told.text.as_str());
        let event = match told.seq {
            Some(seq) => event.id(seq.to_string()),
            None => event,
        };
        Some((Ok(event), subscription))
    })
}

/// What comes in, over a WebSocket: JSON texts `{type, seq, items}`, a good observation without its
/// quality.
#[utoipa::path(
    get, path = "/live/ws", tag = "Live", operation_id = "openSocket",
    params(
        ("since" = Option<i64>, Query, minimum = 1, description = "Begin after this commit sequence number"),
        ("roles" = Option<String>, Query, description = "Only Things of these roles, separated by commas"),
    ),
    responses((status = 101, description = "The connection becomes a WebSocket"), BadParameter)
)]
pub async fn socket(
    State(app): State<App>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let subscription = Subscription::new(&app, &caller, &query, &headers)?;
    let upgrade = upgrade.max_message_size(LARGEST_MESSAGE).max_frame_size(LARGEST_MESSAGE);
    let upgrade = upgrade.read_buffer_size(READ_BUFFER);
    Ok(upgrade.on_upgrade(|socket| serve(socket, subscription)))
}

async fn serve(mut socket: WebSocket, mut subscription: Subscription) {
    loop {
        tokio::select! {
            told = subscription.next() => {
                let Some(told) = told else { return close(socket).await };
                let sending = socket.send(Frame::Text(told.framed));
                match tokio::time::timeout(PATIENCE, sending).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => return,
                }
            }
            received = socket.recv() => match received {
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

async fn close(mut socket: WebSocket) {
    let frame = CloseFrame { code: 1001, reason: Utf8Bytes::from_static("the server stops") };
    // The other side may be gone already.
    let _ = socket.send(Frame::Close(Some(frame))).await;
}
