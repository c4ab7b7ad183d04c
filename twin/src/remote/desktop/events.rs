//! What a server says as it comes: Server-Sent Events of `/live/events`, and how to come back after
//! the connection was lost.

use std::{
    io::{BufRead, BufReader},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use bevy::tasks::block_on;

use super::Client;
use crate::{
    error::TwinError,
    live::wire::Snapshot,
    remote::{LiveEvent, read_event},
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

/// Reads the latest values, then what comes after them; `Ok` when nobody listens any more.
fn follow(
    client: &Client,
    sender: &Sender<LiveEvent>,
    pause: &mut Duration,
) -> Result<(), TwinError> {
    let snapshot: Snapshot = block_on(client.json("/live/latest"))?;
    let path = format!("/live/events?since={}", snapshot.seq.max(1));
    let lines = lines(client.clone(), path.clone());
    if sender.send(LiveEvent::Snapshot(snapshot)).is_err() {
        return Ok(());
    }
    *pause = FIRST_PAUSE;
    let lost = |what: String| TwinError::Server { url: client.url(&path), what };
    let mut kind = String::new();
    loop {
        let line = match lines.recv_timeout(SILENCE) {
            Ok(line) => line.map_err(lost)?,
            Err(RecvTimeoutError::Timeout) => return Err(lost("it has fallen silent".into())),
            Err(RecvTimeoutError::Disconnected) => return Err(lost("it hung up".into())),
        };
        if let Some(name) = line.strip_prefix("event:") {
            name.trim().clone_into(&mut kind);
        } else if let Some(data) = line.strip_prefix("data:") {
            let event =
                serde_json::from_str(data.trim()).and_then(|items| read_event(&kind, items));
            let event = match event {
                Ok(Some(event)) => event,
                Ok(None) if kind == "reset" => {
                    LiveEvent::Snapshot(block_on(client.json("/live/latest"))?)
                }
                Ok(None) => continue,
                Err(error) => {
                    return Err(lost(format!("an event '{kind}' reads otherwise: {error}")));
                }
            };
            if sender.send(event).is_err() {
                return Ok(());
            }
        }
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
