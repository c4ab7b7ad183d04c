//! Observations on their way to a broker: as they stand in the log, one commit after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{BridgeError, PublishConfig, config::DATASTREAM};
use crate::{
    log::{EntryKind, ObservationLog},
    model::{Seq, StreamId},
    mqtt::codec::{Packet, Properties, Publish, Qos},
    query::Selection,
    service::Service,
};

/// As many entries of the log are looked at in one go; so many packet identifiers are used, too.
const BATCH: u16 = 500;

/// What goes out, and how far it is.
#[derive(Debug)]
pub(super) struct Outward {
    service: Arc<Service>,
    topics: BTreeMap<StreamId, Vec<String>>,
    path: PathBuf,
    /// Everything up to here was acknowledged by the broker.
    seq: Seq,
    /// Where the messages that are under way end.
    until: Seq,
    under_way: BTreeSet<u16>,
}

impl Outward {
    /// Goes on where it was, or begins now. It reads a file: not for asynchronous tasks.
    pub(super) fn new(config: &[PublishConfig], service: &Arc<Service>, path: PathBuf) -> Self {
        let mut topics: BTreeMap<StreamId, Vec<String>> = BTreeMap::new();
        for one in config {
            for number in &one.datastreams {
                let Some(stream) = StreamId::new(*number) else { continue };
                let topic = one.topic.replace(DATASTREAM, &number.to_string());
                topics.entry(stream).or_default().push(topic);
            }
        }
        let saved = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
        let seq = saved.map_or_else(|| service.log.last_seq(), Seq::new);
        if saved.is_none() && !topics.is_empty() {
            // What is observed before the first acknowledgement goes out after a restart, too.
            if let Err(error) = save(&path, seq) {
                tracing::warn!(path = %path.display(), %error, "a bridge cannot note how far it is");
            }
        }
        let service = service.clone();
        Self { service, topics, path, seq, until: seq, under_way: BTreeSet::new() }
    }

    /// The connection is a new one: what was under way is sent again.
    pub(super) fn begin_again(&mut self) {
        self.under_way.clear();
        self.until = self.seq;
    }

    /// What is to be sent next; nothing while something is under way.
    pub(super) async fn next(&mut self) -> Result<Vec<Packet>, BridgeError> {
        if self.topics.is_empty() || !self.under_way.is_empty() {
            return Ok(Vec::new());
        }
        self.settle().await?;
        if self.service.log.last_seq() <= self.seq {
            return Ok(Vec::new());
        }
        let (service, after) = (self.service.clone(), self.seq);
        let read = move || service.log.read(after, BATCH.into());
        let entries = tokio::task::spawn_blocking(read).await.map_err(BridgeError::stopped)??;
        let mut packets = Vec::new();
        for entry in entries {
            self.until = entry.observation.seq;
            let topics = self.topics.get(&entry.observation.stream);
            for topic in topics.into_iter().flatten().filter(|_| entry.kind == EntryKind::Value) {
                let id = packets.len() as u16 + 1;
                let document = &self.service.documents;
                let document = document.observation(&entry.observation, &Selection::default());
                self.under_way.insert(id);
                packets.push(Packet::Publish(Publish {
                    dup: false,
                    qos: Qos::AtLeastOnce,
                    retain: false,
                    topic: topic.as_str().into(),
                    packet_id: Some(id),
                    properties: Properties::new(),
                    payload: document.to_string().into(),
                }));
            }
            if packets.len() >= usize::from(BATCH) {
                break;
            }
        }
        Ok(packets)
    }

    /// The broker has a message; whether it was one of ours.
    pub(super) fn acknowledged(&mut self, id: u16) -> bool {
        self.under_way.remove(&id)
    }

    /// Notes how far it is, once all that was under way is acknowledged.
    pub(super) async fn settle(&mut self) -> Result<(), BridgeError> {
        if self.until == self.seq || !self.under_way.is_empty() {
            return Ok(());
        }
        self.seq = self.until;
        let (path, seq) = (self.path.clone(), self.seq);
        let saved = tokio::task::spawn_blocking(move || save(&path, seq)).await;
        saved.map_err(BridgeError::stopped)?.map_err(BridgeError::Save)
    }
}

/// Writes how far a bridge is, whole or not at all: without the sync a power cut could leave an empty
/// file, and the bridge would begin anew and skip what it had not sent.
fn save(path: &Path, seq: Seq) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let beside = path.with_extension("new");
    let mut file = std::fs::File::create(&beside)?;
    std::io::Write::write_all(&mut file, seq.to_string().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
