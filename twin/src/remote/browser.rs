//! A server from a page of its own: fetch, and a WebSocket.

use std::{sync::mpsc, time::Duration};

use city::Instant;
use futures_util::{
    StreamExt,
    future::{Either, select},
    pin_mut, stream,
};
use gloo_net::{
    eventsource::futures::EventSource,
    http::Request,
    websocket::{Message, futures::WebSocket},
};
use gloo_timers::future::sleep;
use serde::Deserialize;

use super::{LiveEvent, past_events, read_event};
use crate::error::TwinError;

/// Requests that are under way at once: as many as a browser opens to one server.
const AT_ONCE: usize = 6;
/// A whole answer is waited for so long.
const PATIENCE: Duration = Duration::from_secs(120);
/// A socket that says nothing for so long is dead: the server speaks of its health every 5 s.
const SILENCE: Duration = Duration::from_secs(45);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A way to a server.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) base: String,
}

impl Client {
    /// A way to the server that the page came from.
    ///
    /// # Errors
    /// [`TwinError::Server`] for something else than an `http` or `https` address.
    pub fn new(base: &str) -> Result<Self, TwinError> {
        let base = base.trim_end_matches('/').to_owned();
        if !base.starts_with("http://") && !base.starts_with("https://") {
            let what = "an address begins with http:// or https://".to_owned();
            return Err(TwinError::Server { url: base, what });
        }
        Ok(Self { base })
    }

    /// An answer's bytes, up to a size.
    ///
    /// # Errors
    /// [`TwinError::Server`] when they cannot be had.
    pub async fn bytes(&self, path: &str, most: u64) -> Result<Vec<u8>, TwinError> {
        let (answer, silence) = (self.answer(path, most), sleep(PATIENCE));
        pin_mut!(answer, silence);
        match select(answer, silence).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => {
                let what = format!("it has not answered for {} s", PATIENCE.as_secs());
                Err(self.wrong(path, what))
            }
        }
    }

    async fn answer(&self, path: &str, most: u64) -> Result<Vec<u8>, TwinError> {
        let failed = |error: gloo_net::Error| self.wrong(path, error.to_string());
        let answer = Request::get(&self.url(path)).send().await.map_err(failed)?;
        if !answer.ok() {
            let text: String = answer.text().await.unwrap_or_default().chars().take(300).collect();
            return Err(self.wrong(path, format!("it answered {}: {text}", answer.status())));
        }
        let bytes = answer.binary().await.map_err(failed)?;
        if bytes.len() as u64 > most {
            return Err(self.wrong(path, format!("the answer has more than {most} bytes")));
        }
        Ok(bytes)
    }

    /// Asks for several answers side by side, and gives each one's bytes in the order of their paths while others are
    /// under way.
    pub async fn each(
        &self,
        paths: &[String],
        most: u64,
        mut take: impl FnMut(Result<Vec<u8>, TwinError>),
    ) {
        let requests = paths.iter().map(|path| self.bytes(path, most));
        let mut answers = stream::iter(requests).buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            take(answer);
        }
    }
}

/// Listens to a server for as long as the page lives.
pub fn listen(client: Client) -> mpsc::Receiver<LiveEvent> {
    let (sender, receiver) = mpsc::channel();
    wasm_bindgen_futures::spawn_local(async move {
        let mut pause = FIRST_PAUSE;
        while let Err(why) = follow(&client, &sender, &mut pause).await {
            if sender.send(LiveEvent::Lost(why.to_string())).is_err() {
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    });
    receiver
}

/// Plays a past period of a server's log, so many times as fast as it was, for as long as the receiver lives;
/// what goes wrong is the last thing that it tells.
pub fn play(
    client: Client,
    (from, to): (Instant, Instant),
    speed: f64,
) -> mpsc::Receiver<LiveEvent> {
    let (sender, receiver) = mpsc::channel();
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(why) = replay(&client, &past_events(from, to, speed), &sender).await {
            drop(sender.send(LiveEvent::Lost(why.to_string())));
        }
    });
    receiver
}

/// `Ok` when the period is over, or nobody watches any more.
async fn replay(
    client: &Client,
    path: &str,
    sender: &mpsc::Sender<LiveEvent>,
) -> Result<(), TwinError> {
    let lost = |what: String| TwinError::Server { url: client.url(path), what };
    let mut source =
        EventSource::new(&client.url(path)).map_err(|error| lost(error.to_string()))?;
    let mut kinds = Vec::new();
    for kind in ["observations", "positions", "end"] {
        kinds.push(source.subscribe(kind).map_err(|error| lost(error.to_string()))?);
    }
    let mut events = stream::select_all(kinds);
    // The browser would begin anew where the server hangs up: the source is closed by leaving this block.
    while let Some(event) = events.next().await {
        let (kind, message) = event.map_err(|error| lost(error.to_string()))?;
        if kind == "end" {
            return Ok(());
        }
        let text = message.data().as_string().unwrap_or_default();
        let read = serde_json::from_str(&text).and_then(|items| read_event(&kind, items));
        let event =
            read.map_err(|error| lost(format!("an event '{kind}' reads otherwise: {error}")))?;
        if event.is_some_and(|event| sender.send(event).is_err()) {
            return Ok(());
        }
    }
    Ok(())
}

/// A message of the socket.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    items: serde_json::Value,
}

/// Reads the latest values, then what comes after them; `Ok` when nobody listens any more.
async fn follow(
    client: &Client,
    sender: &mpsc::Sender<LiveEvent>,
    pause: &mut Duration,
) -> Result<(), TwinError> {
    let snapshot = client.latest().await?;
    let path = format!("/live/ws?since={}", snapshot.seq.max(1));
    let lost = |what: String| TwinError::Server { url: client.url(&path), what };
    let address = client.url(&path).replacen("http", "ws", 1);
    let mut socket = WebSocket::open(&address).map_err(|error| lost(error.to_string()))?;
    if sender.send(LiveEvent::Snapshot(snapshot)).is_err() {
        return Ok(());
    }
    *pause = FIRST_PAUSE;
    loop {
        let silence = sleep(SILENCE);
        pin_mut!(silence);
        let message = match select(socket.next(), silence).await {
            Either::Left((Some(message), _)) => message.map_err(|error| lost(error.to_string()))?,
            Either::Left((None, _)) => return Err(lost("it hung up".into())),
            Either::Right(_) => return Err(lost("it has fallen silent".into())),
        };
        let Message::Text(text) = message else { continue };
        let told: Told = serde_json::from_str(&text).map_err(|error| lost(error.to_string()))?;
        let event = read_event(&told.kind, told.items)
            .map_err(|error| lost(format!("a message '{}' reads otherwise: {error}", told.kind)))?;
        let event = match event {
            Some(event) => event,
            None if told.kind == "reset" => LiveEvent::Snapshot(client.latest().await?),
            None => continue,
        };
        if sender.send(event).is_err() {
            return Ok(());
        }
    }
}
