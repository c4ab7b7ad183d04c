//! One connection: reads, hands over, answers and sends, all in one task.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, watch},
    time::{sleep_until, timeout},
};

use super::{
    Application,
    codec::{
        DecodeError, Decoder, Disconnect, Packet, Properties, Property, Reason, Version, Will,
        encode,
    },
    hub::Hub,
    metrics::{add, count},
    pace::Pace,
    pending::Pending,
    session::{Epoch, Life, Session},
    wire::Wire,
};

/// Above so many bytes to send, nothing more is read: who does not listen is not heard.
const OUTPUT_HIGH_BYTES: usize = 256 * 1024;
/// Below so many bytes to send, the next messages are taken from the queue.
pub(super) const OUTPUT_LOW_BYTES: usize = 32 * 1024;
/// How long the application may take for what a client has sent when the listener stops.
const LAST_ACKNOWLEDGEMENTS: Duration = Duration::from_secs(3);

/// What the client said of itself in CONNECT.
pub(super) struct Peer {
    pub(super) version: Version,
    /// The largest packet that it takes, in bytes.
    pub(super) max_packet_bytes: usize,
    /// Messages that it takes unacknowledged.
    pub(super) send_maximum: u16,
    /// Topic aliases that it takes.
    pub(super) topic_aliases: u16,
    /// Whether it wants sentences for people.
    pub(super) wants_reasons: bool,
}

/// A connection that was accepted.
pub(super) struct Connection<A: Application> {
    pub(super) app: Arc<A>,
    pub(super) hub: Arc<Hub>,
    pub(super) who: A::Principal,
    pub(super) client_id: Arc<str>,
    pub(super) session: Arc<Session>,
    pub(super) epoch: Epoch,
    pub(super) peer: Peer,
    pub(super) decoder: Decoder,
    pub(super) pace: Pace,
    pub(super) pending: Pending,
    /// QoS 2 identifiers whose messages this connection has handed over and not answered.
    pub(super) handed_over: HashSet<u16>,
    /// Topics by the client's aliases.
    pub(super) aliases_in: HashMap<u16, Arc<str>>,
    /// Our aliases by topic.
    pub(super) aliases_out: HashMap<Arc<str>, u16>,
    pub(super) will: Option<Will>,
    /// How long the session outlives the connection.
    pub(super) expiry: Duration,
    /// Lives as long as any task of the listener.
    pub(super) alive: mpsc::Sender<()>,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The client said good-bye; its will is void.
    Left,
    /// The client said good-bye and wants its will published.
    LeftWithWill,
    /// The stream broke.
    Lost,
    /// The client broke the rules, or a limit.
    Broken(Reason),
    /// The client was too slow or silent.
    TimedOut(Reason),
    /// Another connection has the session.
    TakenOver,
    /// The application cannot take a message now.
    Busy,
    /// The listener stops.
    Stopping,
}

impl End {
    /// What the client is told in version 5.0.
    fn reason(self) -> Option<Reason> {
        match self {
            Self::Left | Self::LeftWithWill | Self::Lost => None,
            Self::Broken(reason) | Self::TimedOut(reason) => Some(reason),
            Self::TakenOver => Some(Reason::SessionTakenOver),
            Self::Busy => Some(Reason::ServerBusy),
            Self::Stopping => Some(Reason::ServerShuttingDown),
        }
    }
}

impl<A: Application> Connection<A> {
    /// Serves the client until one side ends it.
    pub(super) async fn run<S>(mut self, mut wire: Wire<S>, mut stop: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let end = self.serve(&mut wire, &mut stop).await;
        self.count_end(end);
        if end == End::Stopping {
            self.last_acknowledgements(&mut wire).await;
        }
        if let Some(reason) = end.reason().filter(|_| self.peer.version == Version::V5) {
            let disconnect = Packet::Disconnect(Disconnect::new(reason));
            self.send(&disconnect, &mut wire.writer.buffer);
        }
        let session = self.session.clone();
        let counters = self.hub.clone();
        // The session is free before the stream is closed: a client that reconnects finds it so.
        self.leave(end, stop);
        let sent = wire.writer.close().await;
        add(&counters.counters.bytes_out, sent);
        tracing::debug!(client = %session.key().client_id, ?end, "MQTT connection ended");
    }

    async fn serve<S>(&mut self, wire: &mut Wire<S>, stop: &mut watch::Receiver<bool>) -> End
    where
        S: AsyncRead + AsyncWrite,
    {
        let mut life = self.session.life();
        if *life.borrow_and_update() != Life::Connected(self.epoch) {
            return End::TakenOver;
        }
        loop {
            if let Err(end) = self.take_packets(wire) {
                return end;
            }
            self.fill(&mut wire.writer.buffer);
            let is_reading = self.may_read(&wire.writer.buffer);
            self.pace.update(wire.writer.is_waiting(), is_reading);
            let (deadline, late) = self.pace.deadline();
            tokio::select! {
                read = wire.reader.read(), if is_reading => match read {
                    Ok(bytes) => add(&self.hub.counters.bytes_in, bytes),
                    Err(_) => return End::Lost,
                },
                written = wire.writer.write(), if wire.writer.is_waiting() => match written {
                    Ok(bytes) => {
                        self.pace.sent();
                        add(&self.hub.counters.bytes_out, bytes);
                    }
                    Err(_) => return End::Lost,
                },
                settled = self.pending.next(), if !self.pending.is_empty() => {
                    if let Some(settled) = settled
                        && let Err(end) = self.settle(settled, &mut wire.writer.buffer)
                    {
                        return end;
                    }
                }
                () = self.session.woken() => {}
                changed = life.changed() => {
                    if changed.is_err() || *life.borrow() != Life::Connected(self.epoch) {
                        return End::TakenOver;
                    }
                }
                _ = stop.wait_for(|stop| *stop) => return End::Stopping,
                () = sleep_until(deadline) => {
                    if is_reading || late != Reason::KeepAliveTimeout {
                        return End::TimedOut(late);
                    }
                }
            }
        }
    }

    /// Understands the packets that have come, as far as they may be heard now.
    fn take_packets<S: AsyncRead>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        let (input, output) = (&mut wire.reader.buffer, &mut wire.writer.buffer);
        while self.may_read(output) {
            let Some((packet, _)) = self.decoder.decode(input).map_err(broken)? else {
                match input.is_empty() {
                    true => self.pace.no_partial(),
                    false => {
                        let bytes = self.decoder.expected_bytes(input).map_err(broken)?;
                        self.pace.partial(bytes.unwrap_or(0));
                    }
                }
                return Ok(());
            };
            self.pace.packet();
            self.receive(packet, output)?;
        }
        Ok(())
    }

    fn may_read(&self, output: &BytesMut) -> bool {
        let limits = &self.hub.limits.connection;
        self.pending.len() < usize::from(limits.receive_maximum)
            && self.pending.bytes() < limits.receive_bytes
            && output.len() < OUTPUT_HIGH_BYTES
    }

    /// Appends a packet to what is sent. One that cannot be written (an answer with a text of ours
    /// that is too long) or that the client does not take is left out; false then.
    pub(super) fn send(&mut self, packet: &Packet, output: &mut BytesMut) -> bool {
        let start = output.len();
        match encode(packet, self.peer.version, output) {
            Ok(size) if size <= self.peer.max_packet_bytes => true,
            Ok(_) => {
                output.truncate(start);
                false
            }
            Err(error) => {
                tracing::warn!(%error, "an MQTT packet of ours cannot be written");
                false
            }
        }
    }

    /// A sentence for people, where the client wants such.
    pub(super) fn reason_text(&self, text: Option<String>) -> Properties {
        match text.filter(|_| self.peer.version == Version::V5 && self.peer.wants_reasons) {
            // A length field holds 65 535 bytes; no sentence needs that.
            Some(text) if text.len() < 1024 && !text.contains('\0') => {
                Properties::new().with_text(Property::ReasonString, text)
            }
            _ => Properties::new(),
        }
    }

    /// Acknowledges what the application still settles while the listener stops.
    async fn last_acknowledgements<S: AsyncRead + AsyncWrite>(&mut self, wire: &mut Wire<S>) {
        let all = async {
            while let Some(settled) = self.pending.next().await {
                if self.settle(settled, &mut wire.writer.buffer).is_err() {
                    break;
                }
            }
        };
        // Who is not answered in time sends again to the next listener.
        let _ = timeout(LAST_ACKNOWLEDGEMENTS, all).await;
    }

    fn count_end(&self, end: End) {
        let counters = &self.hub.counters;
        match end {
            End::Broken(_) => count(&counters.protocol_errors),
            End::TimedOut(_) => count(&counters.timeouts),
            End::TakenOver => count(&counters.connections_taken_over),
            _ => {}
        }
    }
}

pub(super) fn broken(error: DecodeError) -> End {
    tracing::debug!(%error, "MQTT connection broken");
    End::Broken(error.reason())
}
