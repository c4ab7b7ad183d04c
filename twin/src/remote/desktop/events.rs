//! What a server says as it comes: Server-Sent Events of `/live/events`, and how to come back after
//! the connection was lost; those of `/replay/events`, which have an end.

use std::{
    io::{BufRead, BufReader},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use bevy::tasks::block_on;
use city::Instant;

use super::Client;
use crate::{
    error::TwinError,
    remote::{LiveEvent, past_events, read_event},
};

/// The server speaks at least every 15 s, if only to say that it is there.
const SILENCE: Duration = Duration::from_secs(45);
/// The first pause before trying again; each further one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// A longer line is not of this protocol.
const LONGEST_LINE: usize = 32 << 20;

/// Listens to a server in a thread of its own, for as long as the receiver lives.
pub fn listen(client: Client) -> Receiver<LiveEvent> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pause = FIRST_PAUSE;
        loop {
            let Err(why) = follow(&client, &sender, &mut pause) else { return };
            if sender.send(LiveEvent::Lost(why.to_string())).is_err() {
                return;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    });
    receiver
}

/// Plays a past period of a server's log, so many times as fast as it was, in a thread of its own and for as
/// long as the receiver lives; what goes wrong is the last thing that it tells.
pub fn play(client: Client, (from, to): (Instant, Instant), speed: f64) -> Receiver<LiveEvent> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let path = past_events(from, to, speed);
        let mut events = Events::of(&client, &path);
        loop {
            let outcome = events.next().and_then(|(kind, items)| match kind.as_str() {
                "end" => Ok(None),
                _ => events.read(&kind, items).map(Some),
            });
            let told = match outcome {
                Ok(None) => return,
                Ok(Some(None)) => continue,
                Ok(Some(Some(event))) => sender.send(event).is_ok(),
                Err(why) => {
                    drop(sender.send(LiveEvent::Lost(why.to_string())));
                    false
                }
            };
            if !told {
                return;
            }
        }
    });
    receiver
}

/// Reads the latest values, then what comes after them; `Ok` when nobody listens any more.
fn follow(
    client: &Client,
    sender: &Sender<LiveEvent>,
    pause: &mut Duration,
) -> Result<(), TwinError> {
    let snapshot = block_on(client.latest())?;
    let path = format!("/live/events?since={}", snapshot.seq.max(1));
    let mut events = Events::of(client, &path);
    if sender.send(LiveEvent::Snapshot(snapshot)).is_err() {
        return Ok(());
    }
    *pause = FIRST_PAUSE;
    loop {
        let (kind, items) = events.next()?;
        let event = match events.read(&kind, items)? {
            Some(event) => event,
            None if kind == "reset" => LiveEvent::Snapshot(block_on(client.latest())?),
            None => continue,
        };
        if sender.send(event).is_err() {
            return Ok(());
        }
    }
}

/// The events of an answer, one after the other.
struct Events {
    lines: Receiver<Result<String, String>>,
    url: String,
}

impl Events {
    fn of(client: &Client, path: &str) -> Self {
        Self { lines: lines(client.clone(), path.to_owned()), url: client.url(path) }
    }

    /// The next one's kind and what it says.
    fn next(&mut self) -> Result<(String, serde_json::Value), TwinError> {
        let mut kind = String::new();
        loop {
            let line = match self.lines.recv_timeout(SILENCE) {
                Ok(line) => line.map_err(|what| self.lost(what))?,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.lost("it has fallen silent".into()));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.lost("it hung up".into()));
                }
            };
            if let Some(name) = line.strip_prefix("event:") {
                name.trim().clone_into(&mut kind);
            } else if let Some(data) = line.strip_prefix("data:") {
                let items =
                    serde_json::from_str(data.trim()).map_err(|error| self.odd(&kind, &error))?;
                return Ok((kind, items));
            }
        }
    }

    fn read(&self, kind: &str, items: serde_json::Value) -> Result<Option<LiveEvent>, TwinError> {
        read_event(kind, items).map_err(|error| self.odd(kind, &error))
    }

    fn odd(&self, kind: &str, error: &serde_json::Error) -> TwinError {
        self.lost(format!("an event '{kind}' reads otherwise: {error}"))
    }

    fn lost(&self, what: String) -> TwinError {
        TwinError::Server { url: self.url.clone(), what }
    }
}

/// The lines of an answer without end. The thread ends with the connection, or when nobody takes
/// its next line.
fn lines(client: Client, path: String) -> Receiver<Result<String, String>> {
    let (sender, receiver) = mpsc::sync_channel(256);
    thread::spawn(move || {
        let answer = client.endless.get(client.url(&path)).call();
        let body = match answer {
            Ok(answer) if answer.status().is_success() => answer.into_body(),
            Ok(answer) => {
                drop(sender.send(Err(format!("it answered {}", answer.status()))));
                return;
            }
            Err(error) => {
                drop(sender.send(Err(error.to_string())));
                return;
            }
        };
        let mut reader = BufReader::new(body.into_reader());
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut bounded = std::io::Read::take(&mut reader, LONGEST_LINE as u64);
            let outcome = match bounded.read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) if line.last() != Some(&b'\n') => Err("a line has no end".to_owned()),
                Ok(_) => Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let is_over = outcome.is_err();
            if sender.send(outcome).is_err() || is_over {
                return;
            }
        }
    });
    receiver
}
