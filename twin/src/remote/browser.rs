//! A server from a page of its own: fetch, and a WebSocket.

use std::{sync::mpsc, time::Duration};

use futures_util::{
    StreamExt,
    future::{Either, select},
    pin_mut, stream,
};
use gloo_net::{
    http::Request,
    websocket::{Message, futures::WebSocket},
};
use gloo_timers::future::sleep;
use serde::Deserialize;

use super::{LiveEvent, read_event};
use crate::{error::TwinError, live::wire::Snapshot};

/// Requests that are under way at once: as many as a browser opens to one server.
const AT_ONCE: usize = 6;
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

    /// The bytes of several answers, side by side, in the order of their paths.
    pub async fn all(&self, paths: &[String], most: u64) -> Vec<Result<Vec<u8>, TwinError>> {
        let requests = paths.iter().map(|path| self.bytes(path, most));
        stream::iter(requests).buffered(AT_ONCE).collect().await
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
    let snapshot: Snapshot = client.json("/live/latest").await?;
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
            None if told.kind == "reset" => LiveEvent::Snapshot(client.json("/live/latest").await?),
            None => continue,
        };
        if sender.send(event).is_err() {
            return Ok(());
        }
    }
}
