//! One MQTT 5 connection of the fleet: QoS 1, many messages under way, and commands that come in.

mod desk;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use feeds::mqtt::codec::{
    Connect, DecodeError, Decoder, EncodeError, Packet, Properties, Property, Reason, Version,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{Parcel, Tally, backoff::Backoff};
use crate::world::seed::Dice;
use desk::Desk;

/// Seconds of silence that the server allows.
const KEEP_ALIVE_S: u16 = 60;
/// A ping is sent after half of that, and an answer is waited for as long again.
const PING_AFTER: Duration = Duration::from_secs(KEEP_ALIVE_S as u64 / 2);
/// The largest packet that is taken from the server, in bytes.
const LARGEST: usize = 1 << 20;
/// The server answers CONNECT and takes bytes in this time.
const PATIENCE: Duration = Duration::from_secs(15);

/// A command as it came.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Where it came from.
    pub(crate) topic: Arc<str>,
    pub(crate) payload: Bytes,
}

/// A connection to be, and to be again.
#[derive(Debug)]
pub(crate) struct MqttLink {
    /// `host:port`.
    pub(crate) server: String,
    pub(crate) client_id: String,
    pub(crate) user: Option<String>,
    pub(crate) token: Option<Bytes>,
    /// Where commands for its devices come in.
    pub(crate) topics: Vec<String>,
    pub(crate) dice: Dice,
    pub(crate) tally: Arc<Tally>,
    pub(crate) orders: mpsc::Sender<Order>,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("the connection failed: {0}")]
    Io(#[from] std::io::Error),
    #[error("the MQTT listener does not answer")]
    Silent,
    #[error("the MQTT listener refuses the connection: {0:?} {1}")]
    Refused(Reason, String),
    #[error("the MQTT listener closed the connection{}", .0.map_or(String::new(), |it| format!(": {it:?}")))]
    Closed(Option<Reason>),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl MqttLink {
    /// Sends what comes, again and again until it is answered; ends when nothing more can come and
    /// everything is answered.
    pub(crate) async fn run(self, mut inbox: mpsc::Receiver<Parcel>) {
        let mut backoff = Backoff::new(self.dice);
        let mut again = VecDeque::new();
        let mut desk = Desk::new(&self);
        loop {
            let end = match Wire::open(&self, &mut desk).await {
                Ok(mut wire) => {
                    backoff.reset();
                    self.tally.connected();
                    let end = wire.serve(&mut desk, &mut inbox, &mut again).await;
                    self.tally.disconnected();
                    end
                }
                Err(lost) => Err(lost),
            };
            let Err(lost) = end else { return };
            self.tally.lost(lost.to_string());
            desk.hand_back(&mut again);
            sleep(backoff.next(None)).await;
        }
    }

    fn hello(&self) -> Packet {
        Packet::Connect(Box::new(Connect {
            version: Version::V5,
            clean_start: true,
            keep_alive_s: KEEP_ALIVE_S,
            client_id: self.client_id.clone(),
            will: None,
            username: self.user.clone(),
            password: self.token.clone(),
            properties: Properties::new(),
        }))
    }
}

/// One connection.
struct Wire {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    decoder: Decoder,
    input: BytesMut,
}

impl Wire {
    /// Connects, introduces itself and asks for commands.
    async fn open(link: &MqttLink, desk: &mut Desk<'_>) -> Result<Self, Lost> {
        let stream = timeout(PATIENCE, TcpStream::connect(&link.server)).await;
        let stream = stream.map_err(|_| Lost::Silent)??;
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let decoder = Decoder::of_version(Version::V5, LARGEST);
        let mut wire = Self { reader, writer, decoder, input: BytesMut::new() };
        desk.put(&link.hello())?;
        timeout(PATIENCE, wire.greet(desk)).await.map_err(|_| Lost::Silent)??;
        link.tally.heard();
        desk.subscribe(&link.topics)?;
        Ok(wire)
    }

    /// Writes CONNECT and reads the answer.
    async fn greet(&mut self, desk: &mut Desk<'_>) -> Result<(), Lost> {
        self.writer.write_all_buf(&mut desk.output).await?;
        loop {
            match self.decoder.decode(&mut self.input)? {
                Some((Packet::ConnAck(ack), _)) if ack.reason.is_refusal() => {
                    let text = ack.properties.text(Property::ReasonString).unwrap_or_default();
                    return Err(Lost::Refused(ack.reason, text.to_owned()));
                }
                Some((Packet::ConnAck(ack), _)) => {
                    desk.allow(ack.properties.number(Property::ReceiveMaximum));
                    return Ok(());
                }
                Some(_) => return Err(DecodeError::Protocol("an answer that is no CONNACK").into()),
                None => {}
            }
            if self.reader.read_buf(&mut self.input).await? == 0 {
                return Err(Lost::Closed(None));
            }
        }
    }

    /// Sends and hears until nothing more can come and everything is answered.
    async fn serve(
        &mut self,
        desk: &mut Desk<'_>,
        inbox: &mut mpsc::Receiver<Parcel>,
        again: &mut VecDeque<Parcel>,
    ) -> Result<(), Lost> {
        let mut is_over = false;
        let (mut wrote, mut heard) = (Instant::now(), Instant::now());
        loop {
            while desk.has_room()
                && let Some(parcel) = again.pop_front()
            {
                desk.send(parcel, true)?;
            }
            if is_over && desk.is_done() && again.is_empty() {
                return self.leave(desk).await;
            }
            let takes_more = desk.has_room() && again.is_empty() && !is_over;
            tokio::select! {
                read = self.reader.read_buf(&mut self.input) => {
                    if read? == 0 {
                        return Err(Lost::Closed(None));
                    }
                    heard = Instant::now();
                    while let Some((packet, _)) = self.decoder.decode(&mut self.input)? {
                        desk.hear(packet)?;
                    }
                }
                written = self.writer.write_buf(&mut desk.output), if !desk.output.is_empty() => {
                    written?;
                    wrote = Instant::now();
                }
                parcel = inbox.recv(), if takes_more => match parcel {
                    Some(parcel) => desk.send(parcel, false)?,
                    None => is_over = true,
                },
                () = sleep_until(wrote + PING_AFTER) => {
                    desk.put(&Packet::PingReq)?;
                    wrote = Instant::now();
                }
                () = sleep_until(heard + 3 * PING_AFTER) => return Err(Lost::Silent),
            }
        }
    }

    /// Says good-bye.
    async fn leave(&mut self, desk: &mut Desk<'_>) -> Result<(), Lost> {
        desk.say_good_bye()?;
        let written = timeout(PATIENCE, self.writer.write_all_buf(&mut desk.output)).await;
        // Everything is answered: whether the good-bye arrives does not matter.
        drop(written);
        Ok(())
    }
}
