//! A sender over MQTT 3.1.1 that costs next to nothing: the server is to be measured, not it.
//!
//! Messages go out with QoS 1, so many at most without an answer; how long each answer took is kept.
//! The few packets that a sender needs are written by hand (OASIS MQTT 3.1.1, section 3).

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH_QOS_1: u8 = 0x32;
const PUBACK: u8 = 0x40;
/// No answer for so long means that something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection that publishes.
#[derive(Debug)]
pub struct Sender {
    stream: TcpStream,
    /// Bytes of answers that are not whole yet.
    unread: Vec<u8>,
    packet: Vec<u8>,
    last_id: u16,
    /// Messages that are not answered: their identifiers, and when they were sent.
    open: VecDeque<(u16, Instant)>,
    window: usize,
    /// Milliseconds from each message to its answer.
    pub latencies_ms: Vec<f64>,
}

impl Sender {
    /// Connects; `window` messages at most are under way.
    ///
    /// # Errors
    /// When the server does not take the connection.
    pub fn connect(address: SocketAddr, name: &str, window: usize) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut sender = Self {
            stream,
            unread: Vec::new(),
            packet: Vec::new(),
            last_id: 0,
            open: VecDeque::new(),
            window,
            latencies_ms: Vec::new(),
        };
        // Protocol MQTT level 4, clean session, no keep alive.
        let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0b10, 0, 0];
        push_text(&mut body, name);
        sender.send(CONNECT, &[&body])?;
        let mut answer = [0; 4];
        sender.stream.read_exact(&mut answer)?;
        match answer {
            [CONNACK, 2, _, 0] => Ok(sender),
            _ => Err(io::Error::other(format!("the connection was refused: {answer:?}"))),
        }
    }

    /// Publishes, once there is room among those that are under way.
    ///
    /// # Errors
    /// When the connection breaks, or no answer comes for a minute.
    pub fn publish(&mut self, topic: &str, payload: &[u8]) -> io::Result<()> {
        while self.open.len() >= self.window {
            self.take_answers()?;
        }
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let mut head = Vec::with_capacity(topic.len() + 4);
        push_text(&mut head, topic);
        head.extend(self.last_id.to_be_bytes());
        self.open.push_back((self.last_id, Instant::now()));
        self.send(PUBLISH_QOS_1, &[&head, payload])
    }

    /// Takes answers that come within a time.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn listen(&mut self, time: Duration) -> io::Result<()> {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if self.open.is_empty() || left.is_zero() {
                std::thread::sleep(left);
                return Ok(());
            }
            self.stream.set_read_timeout(Some(left.max(Duration::from_micros(50))))?;
            let taken = self.take_answers();
            self.stream.set_read_timeout(Some(PATIENCE))?;
            match taken.map_err(|error| error.kind()) {
                Err(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => return Ok(()),
                Err(kind) => return Err(kind.into()),
                Ok(()) => {}
            }
        }
    }

    /// Waits until every message is answered.
    ///
    /// # Errors
    /// When the connection breaks, or no answer comes for a minute.
    pub fn settle(&mut self) -> io::Result<()> {
        while !self.open.is_empty() {
            self.take_answers()?;
        }
        Ok(())
    }

    fn send(&mut self, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
        self.packet.clear();
        self.packet.push(kind);
        let mut left: usize = parts.iter().map(|part| part.len()).sum();
        loop {
            let low = (left % 128) as u8;
            left /= 128;
            self.packet.push(if left > 0 { low | 128 } else { low });
            if left == 0 {
                break;
            }
        }
        parts.iter().for_each(|part| self.packet.extend_from_slice(part));
        self.stream.write_all(&self.packet)
    }

    /// Reads once, and takes the answers that are whole.
    fn take_answers(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        let read = self.stream.read(&mut buffer)?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up"));
        }
        self.unread.extend_from_slice(&buffer[..read]);
        let mut taken = 0;
        while let Some(&[kind, length, high, low]) = self.unread.get(taken..taken + 4) {
            if (kind, length) != (PUBACK, 2) {
                return Err(io::Error::other(format!("an answer that is no PUBACK: {kind:#x}")));
            }
            taken += 4;
            let id = u16::from_be_bytes([high, low]);
            if let Some(at) = self.open.iter().position(|(open, _)| *open == id)
                && let Some((_, sent)) = self.open.remove(at)
            {
                self.latencies_ms.push(sent.elapsed().as_secs_f64() * 1e3);
            }
        }
        self.unread.drain(..taken);
        Ok(())
    }
}

fn push_text(into: &mut Vec<u8>, text: &str) {
    into.extend((text.len() as u16).to_be_bytes());
    into.extend(text.as_bytes());
}
