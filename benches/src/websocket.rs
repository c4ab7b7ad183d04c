//! WebSockets by the thousand that listen (RFC 6455): what they hear is looked at just enough to
//! know how old it is.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};

/// Bytes at the start of a message in which its first result stands.
const HEAD: usize = 1024;

/// What listeners heard.
#[derive(Debug, Default)]
pub struct Heard {
    /// Messages that tell of observations.
    pub messages: u64,
    /// Bytes of all messages.
    pub bytes: u64,
    /// Milliseconds from when the first observation of a message was sent until the message was
    /// there, of every message of every listener.
    pub latencies_ms: Vec<f64>,
    /// Listeners that were hung up on.
    pub lost: u64,
}

/// Listeners are given so long to be there.
const GATHERING: Duration = Duration::from_secs(120);

/// Many WebSockets, on a thread of their own.
#[derive(Debug)]
pub struct Listeners {
    signal: Arc<Signal>,
    thread: JoinHandle<io::Result<Heard>>,
}

impl Listeners {
    /// Has many connections listen, and waits until all are there. Observations have the
    /// microseconds since 1970 at which they were sent as their result.
    ///
    /// # Errors
    /// When a connection cannot be made, or it takes too long.
    pub fn gather(address: SocketAddr, path: &'static str, count: usize) -> io::Result<Self> {
        let signal = Arc::new(Signal::default());
        let thread = {
            let signal = signal.clone();
            thread::spawn(move || listen(address, path, count, &signal))
        };
        let listeners = Self { signal, thread };
        let deadline = Instant::now() + GATHERING;
        while listeners.signal.open.load(Ordering::Relaxed) < count as u64 {
            if listeners.thread.is_finished() || Instant::now() > deadline {
                let open = listeners.signal.open.load(Ordering::Relaxed);
                listeners.end()?;
                let why = format!("{open} of {count} WebSockets are there; is `ulimit -n` enough?");
                return Err(io::Error::other(why));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(listeners)
    }

    /// Ends them; what they heard.
    ///
    /// # Errors
    /// When a connection could not be made.
    pub fn end(self) -> io::Result<Heard> {
        self.signal.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| io::Error::other("the listeners died"))?
    }
}

/// What ends and counts listeners.
#[derive(Debug, Default)]
struct Signal {
    /// How many listen.
    open: AtomicU64,
    /// Whether to end.
    is_over: AtomicBool,
}

fn listen(
    address: SocketAddr,
    path: &str,
    connections: usize,
    signal: &Arc<Signal>,
) -> io::Result<Heard> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut listeners = JoinSet::new();
        // One after the other: the server's limit on connections under way is not what is measured.
        for _ in 0..connections {
            let socket = open(address, path).await?;
            signal.open.fetch_add(1, Ordering::Relaxed);
            listeners.spawn(follow(socket, signal.clone()));
        }
        let mut all = Heard::default();
        while let Some(heard) = listeners.join_next().await {
            let heard = heard.map_err(io::Error::other)?;
            all.messages += heard.messages;
            all.bytes += heard.bytes;
            all.lost += heard.lost;
            all.latencies_ms.extend(heard.latencies_ms);
        }
        Ok(all)
    })
}

async fn open(address: SocketAddr, path: &str) -> io::Result<BufReader<TcpStream>> {
    let mut stream = TcpStream::connect(address).await?;
    // The key need not be random: nobody stands between.
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    // Small, for ten thousand of these are opened in one process.
    let mut stream = BufReader::with_capacity(16 << 10, stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    if !line.contains(" 101 ") {
        return Err(io::Error::other(format!("no WebSocket: {}", line.trim())));
    }
    while line.trim() != "" {
        line.clear();
        stream.read_line(&mut line).await?;
    }
    Ok(stream)
}

async fn follow(mut socket: BufReader<TcpStream>, signal: Arc<Signal>) -> Heard {
    let mut heard = Heard::default();
    while !signal.is_over.load(Ordering::Relaxed) {
        // Only the wait for a message is cut short, never the reading of one.
        let waited = tokio::time::timeout(Duration::from_secs(1), socket.fill_buf()).await;
        match waited.map(|there| there.is_ok_and(|there| !there.is_empty())) {
            Err(_) => {}
            Ok(true) if hear(&mut socket, &mut heard).await.is_ok() => {}
            Ok(_) => {
                heard.lost += 1;
                break;
            }
        }
    }
    heard
}

/// Reads one message.
async fn hear(socket: &mut BufReader<TcpStream>, heard: &mut Heard) -> io::Result<()> {
    let _flags = socket.read_u8().await?;
    let length = match socket.read_u8().await? & 0x7f {
        126 => u64::from(socket.read_u16().await?),
        127 => socket.read_u64().await?,
        short => u64::from(short),
    };
    let mut head = vec![0; HEAD.min(length as usize)];
    socket.read_exact(&mut head).await?;
    let mut left = length as usize - head.len();
    while left > 0 {
        let there = socket.fill_buf().await?.len();
        if there == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        socket.consume(there.min(left));
        left -= there.min(left);
    }
    heard.bytes += length;
    if let Some(sent_us) = first_result(&head) {
        heard.messages += 1;
        heard.latencies_ms.push((now_us() - sent_us) / 1e3);
    }
    Ok(())
}

/// Microseconds since 1970.
pub fn now_us() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(f64::NAN, |since| since.as_micros() as f64)
}

/// The first number that a message tells as a result.
fn first_result(head: &[u8]) -> Option<f64> {
    let text = String::from_utf8_lossy(head);
    let (_, rest) = text.split_once(r#""result":"#)?;
    rest.split([',', '}']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_result_of_a_message_is_found() {
        let message = br#"{"type":"observations","seq":9,"items":[{"seq":8,"result":1795300000000001.0,"x":1},{"result":2}]}"#;
        assert_eq!(first_result(message), Some(1_795_300_000_000_001.0));
        assert_eq!(first_result(br#"{"type":"health","items":{}}"#), None);
    }
}
