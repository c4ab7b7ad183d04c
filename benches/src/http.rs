//! A bounded load generator: so many connections, so many seconds, this machine alone.
//!
//! Each thread writes one request on every one of its connections and then reads the answers, so
//! that many requests are under way without a thread for each. What is told is requests a second and
//! how long an answer took from its request on. With one connection that is the latency a lone
//! caller sees.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::quantile::quantile;

/// One request: a GET, or a POST of a document.
#[derive(Debug, Clone)]
pub struct Request {
    path: String,
    document: Option<String>,
    is_packed: bool,
}

impl Request {
    /// Asks for what is at a path, packed where the server likes to.
    pub fn get(path: String) -> Self {
        Self { path, document: None, is_packed: true }
    }

    /// Asks for what is at a path, as it is.
    pub fn plain(path: String) -> Self {
        Self { path, document: None, is_packed: false }
    }

    /// Sends a JSON document.
    pub fn post(path: String, document: String) -> Self {
        Self { path, document: Some(document), is_packed: false }
    }

    fn text(&self, host: SocketAddr) -> String {
        let Self { path, document, is_packed } = self;
        match document {
            None if !is_packed => format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            None => format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n"),
            Some(document) => format!(
                "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{document}",
                document.len()
            ),
        }
    }
}

/// What to ask, of whom, for how long.
#[derive(Debug, Clone)]
pub struct Load {
    /// The server, on this machine.
    pub address: SocketAddr,
    /// Asked one after the other, each connection from its own place on.
    pub requests: Vec<Request>,
    /// Connections, shared out among the threads.
    pub connections: usize,
    /// Threads.
    pub threads: usize,
    /// When to stop.
    pub duration: Duration,
    /// When to stop at the latest, in requests.
    pub at_most: u64,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Seconds that it took.
    pub seconds: f64,
    /// Bytes of all bodies, as they were sent.
    pub bytes: u64,
    /// Answers that were none of 200, 201 and 204.
    pub failed: u64,
    /// Answers of 204: tiles without features.
    pub empty: u64,
    /// Milliseconds of each answer, in order.
    pub latencies_ms: Vec<f64>,
}

impl Report {
    /// Answers a second.
    pub fn per_second(&self) -> f64 {
        self.latencies_ms.len() as f64 / self.seconds.max(1e-9)
    }

    /// The latency that this share of answers stayed below, in milliseconds.
    ///
    /// ```
    /// let report = benches::http::Report { latencies_ms: vec![1.0, 2.0, 3.0], ..Default::default() };
    /// assert_eq!(report.quantile_ms(0.5), 2.0);
    /// ```
    pub fn quantile_ms(&self, share: f64) -> f64 {
        quantile(&self.latencies_ms, share)
    }

    fn merge(mut self, other: Self) -> Self {
        self.bytes += other.bytes;
        self.failed += other.failed;
        self.empty += other.empty;
        self.latencies_ms.extend(other.latencies_ms);
        self
    }
}

/// Runs a load.
///
/// # Errors
/// When the address is not of this machine, there is nothing to ask, or a connection breaks.
pub fn run(load: &Load) -> io::Result<Report> {
    if !load.address.ip().is_loopback() {
        return Err(io::Error::other("only a server on this machine is put under load"));
    }
    if load.requests.is_empty() {
        return Err(io::Error::other("there is nothing to ask for"));
    }
    let began = Instant::now();
    let threads = load.threads.clamp(1, load.connections.max(1));
    let reports: io::Result<Vec<Report>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || one_thread(load, thread, threads)))
            .collect();
        let died = || Err(io::Error::other("a load thread died"));
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| died())).collect()
    });
    let mut report = reports?.into_iter().fold(Report::default(), Report::merge);
    report.seconds = began.elapsed().as_secs_f64();
    report.latencies_ms.sort_unstable_by(f64::total_cmp);
    Ok(report)
}

fn one_thread(load: &Load, thread: usize, threads: usize) -> io::Result<Report> {
    let mut lines = (thread..load.connections.max(1))
        .step_by(threads)
        .map(|number| Line::open(load, number))
        .collect::<io::Result<Vec<_>>>()?;
    let mut report = Report::default();
    let deadline = Instant::now() + load.duration;
    let share = load.at_most / threads as u64;
    while Instant::now() < deadline && (report.latencies_ms.len() as u64) < share {
        for line in &mut lines {
            line.ask()?;
        }
        for line in &mut lines {
            line.take_answer(&mut report)?;
        }
    }
    Ok(report)
}

/// One connection that is kept open.
struct Line {
    requests: Vec<String>,
    stream: BufReader<TcpStream>,
    next: usize,
    asked: Instant,
    body: Vec<u8>,
}

impl Line {
    fn open(load: &Load, number: usize) -> io::Result<Self> {
        let stream = TcpStream::connect(load.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let requests: Vec<_> = load.requests.iter().map(|it| it.text(load.address)).collect();
        // Connections begin apart from each other, so that they don't ask for the same all the time.
        let next = number * requests.len() / load.connections.max(1);
        let stream = BufReader::with_capacity(1 << 16, stream);
        Ok(Self { requests, stream, next, asked: Instant::now(), body: Vec::new() })
    }

    fn ask(&mut self) -> io::Result<()> {
        let request = &self.requests[self.next % self.requests.len()];
        self.next += 1;
        self.asked = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes())
    }

    fn take_answer(&mut self, report: &mut Report) -> io::Result<()> {
        let (status, length) = self.read_head()?;
        self.body.clear();
        match length {
            Length::Known(bytes) => {
                self.body.resize(bytes, 0);
                self.stream.read_exact(&mut self.body)?;
            }
            Length::Chunked => self.read_chunks()?,
        }
        report.bytes += self.body.len() as u64;
        report.failed += u64::from(!matches!(status, 200 | 201 | 204));
        report.empty += u64::from(status == 204);
        report.latencies_ms.push(self.asked.elapsed().as_secs_f64() * 1e3);
        Ok(())
    }

    fn read_head(&mut self) -> io::Result<(u16, Length)> {
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "no HTTP answer");
        let first = self.read_line()?;
        let status =
            first.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(broken)?;
        let mut length = Length::Known(0);
        loop {
            let header = self.read_line()?.to_ascii_lowercase();
            if header.is_empty() {
                return Ok((status, length));
            }
            if let Some(bytes) = header.strip_prefix("content-length:") {
                length = Length::Known(bytes.trim().parse().map_err(|_| broken())?);
            } else if header.starts_with("transfer-encoding:") && header.contains("chunked") {
                length = Length::Chunked;
            }
        }
    }

    fn read_chunks(&mut self) -> io::Result<()> {
        loop {
            let size = self.read_line()?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            let begun = self.body.len();
            self.body.resize(begun + size, 0);
            self.stream.read_exact(&mut self.body[begun..])?;
            self.read_line()?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up"));
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

enum Length {
    Known(usize),
    Chunked,
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn answers_are_counted_whether_their_length_is_told_or_they_come_in_chunks() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || answer(stream));
            }
        });
        let report = run(&Load {
            address,
            requests: ["/known", "/chunks", "/empty", "/wrong"]
                .map(|path| Request::get(path.into()))
                .into(),
            connections: 1,
            threads: 1,
            duration: Duration::from_secs(20),
            at_most: 8,
        })
        .unwrap();
        assert_eq!(report.latencies_ms.len(), 8);
        assert_eq!((report.bytes, report.empty, report.failed), (2 * (3 + 5), 2, 2));
    }

    /// Answers what the path names, for as long as the connection stands.
    fn answer(stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let mut stream = stream;
        while let Some(first) = lines.next() {
            lines.by_ref().take_while(|line| !line.is_empty()).count();
            let head = match first.split(' ').nth(1).unwrap() {
                "/known" => "200 OK\r\nContent-Length: 3\r\n\r\nabc",
                "/chunks" => {
                    "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
                }
                "/empty" => "204 No Content\r\n\r\n",
                _ => "500 Oh\r\nContent-Length: 0\r\n\r\n",
            };
            stream.write_all(format!("HTTP/1.1 {head}").as_bytes()).unwrap();
        }
    }

    #[test]
    fn nothing_but_this_machine_is_put_under_load() {
        let load = Load {
            address: "192.0.2.1:80".parse().unwrap(),
            requests: vec![Request::get("/".into())],
            connections: 1,
            threads: 1,
            duration: Duration::from_secs(1),
            at_most: 1,
        };
        assert!(run(&load).is_err());
    }
}
