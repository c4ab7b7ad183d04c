//! Clients at one byte a second, and clients that come and go all the time: each costs itself alone.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use bytes::BytesMut;
use feeds::mqtt::codec::{Packet, Properties, Qos, Subscribe, SubscribeFilter, Version, encode};
use rand::Rng;

use crate::{
    device::{Device, hello, message},
    house::{House, Running, SERVICE},
    neighbour::beside,
    settings,
};

/// Slow clients of each kind.
const SLOW: usize = 20;
/// The server's longest limit is 30 s (`limits.timeout_s`); with room for a busy machine.
const LIMIT: Duration = Duration::from_secs(75);
/// Between two bytes.
const DRIBBLE: Duration = Duration::from_secs(1);

/// A way to be slow: what is sent at once, and what then comes byte by byte.
struct Dribble {
    what: &'static str,
    to: SocketAddr,
    first: Vec<u8>,
    rest: Vec<u8>,
}

#[test]
fn clients_at_one_byte_a_second_are_cut_off_and_nobody_else_notices() {
    let mut house = House::new();
    // Shorter than by default, so that the short form is short: the limit is what is tested.
    house.arguments = ["--timeout-s", "8"].map(str::to_owned).to_vec();
    let server = house.start();
    let ways = ways(&server);
    let lasted = beside(&house, &server, || {
        std::thread::scope(|scope| {
            let slow = ways.iter().flat_map(|way| std::iter::repeat_n(way, SLOW));
            let slow: Vec<_> = slow.map(|way| scope.spawn(|| (way.what, dribble(way)))).collect();
            slow.into_iter().map(|it| it.join().expect("a slow client ends")).collect::<Vec<_>>()
        })
    });
    for way in &ways {
        let of_it = lasted.iter().filter(|(what, _)| *what == way.what).map(|(_, took)| *took);
        let longest = of_it.max().expect("some were slow");
        println!("{} is cut off after {:.1} s at most", way.what, longest.as_secs_f64());
        assert!(longest < LIMIT, "{}: {longest:?}", way.what);
    }
}

fn ways(server: &Running) -> Vec<Dribble> {
    let http = server.url("").trim_start_matches("http://").to_socket_addrs();
    let http = http.expect("an address").next().expect("an address");
    let (mut connect, mut publish) = (BytesMut::new(), BytesMut::new());
    let packet = Packet::Connect(Box::new(hello(Version::V3, "slow")));
    encode(&packet, Version::V3, &mut connect).expect("a packet");
    let packet = message("v1.1/Observations", &" ".repeat(2000), 1, false);
    encode(&packet, Version::V3, &mut publish).expect("a packet");
    let head = b"GET / HTTP/1.1\r\nHost: slow.example\r\n".to_vec();
    let body = format!(
        "POST {SERVICE}/Observations HTTP/1.1\r\nHost: slow.example\r\n\
         Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n"
    );
    let mut dribbles = vec![
        Dribble { what: "CONNECT", to: server.mqtt, first: Vec::new(), rest: connect.to_vec() },
        Dribble {
            what: "PUBLISH",
            to: server.mqtt,
            first: connect.to_vec(),
            rest: publish.to_vec(),
        },
        Dribble { what: "a silent HTTP client", to: http, first: vec![b'G'], rest: Vec::new() },
        Dribble { what: "a head of HTTP", to: http, first: Vec::new(), rest: head },
        Dribble {
            what: "a body of HTTP",
            to: http,
            first: body.into_bytes(),
            rest: vec![b' '; 2000],
        },
    ];
    for way in &mut dribbles {
        // It never ends: a slow client that gets through is no matter.
        way.rest.resize(way.rest.len().max(200), b'x');
    }
    dribbles
}

/// Sends byte by byte until the server closes; how long that took.
fn dribble(way: &Dribble) -> Duration {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(way.to).expect("the server accepts");
    stream.set_read_timeout(Some(DRIBBLE)).expect("a timeout can be set");
    let mut sent = stream.write_all(&way.first);
    let mut answer = [0; 4096];
    for byte in way.rest.iter().chain(std::iter::repeat(&b'x')) {
        if sent.is_err() || begun.elapsed() > LIMIT {
            break;
        }
        // A read that waits a second is the pause; an end of the stream is the server's answer.
        match stream.read(&mut answer) {
            Ok(0) => break,
            Ok(_) => continue,
            Err(why)
                if matches!(why.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
        if way.what != "a silent HTTP client" {
            sent = stream.write_all(&[*byte]);
        }
    }
    begun.elapsed()
}

#[test]
fn a_storm_of_clients_that_come_and_go_disturbs_nobody() {
    /// Clients at one time, and how often each comes.
    const CLIENTS: usize = 500;
    const THREADS: usize = 20;
    let times = if settings::is_long() { 20 } else { 5 };
    let house = House::new();
    let server = house.start();
    let before = open_files(&server);
    let begun = Instant::now();
    let came: usize = beside(&house, &server, || {
        std::thread::scope(|scope| {
            let storm = (0..THREADS).map(|thread| {
                let server = &server;
                scope.spawn(move || {
                    let clients = CLIENTS / THREADS;
                    (0..times).map(|_| wave(server, thread, clients)).sum::<usize>()
                })
            });
            let storm: Vec<_> = storm.collect();
            storm.into_iter().map(|it| it.join().expect("a part of the storm ends")).sum()
        })
    });
    let took = begun.elapsed().as_secs_f64();
    println!("storm: {came} connections in {took:.1} s");
    assert!(came > CLIENTS * times / 2, "most of them came in: {came}");
    let deadline = Instant::now() + LIMIT;
    while open_files(&server) > before + 50 {
        assert!(Instant::now() < deadline, "nothing stays: {before} → {}", open_files(&server));
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Clients connect, subscribe, and drop: some with a good-bye, some hard, some in the middle.
fn wave(server: &Running, thread: usize, clients: usize) -> usize {
    let mut random = settings::generator(1000 + thread as u64);
    let mut inside = Vec::new();
    for client in 0..clients {
        let name = format!("storm-{thread}-{client}");
        let Ok(mut device) = Device::connect(server.mqtt, Version::V5, &name) else { continue };
        let filters = vec![SubscribeFilter::new("v1.1/Observations", Qos::AtLeastOnce)];
        let properties = Properties::new();
        let subscribe = Packet::Subscribe(Subscribe { packet_id: 1, properties, filters });
        if device.send(&[subscribe]).is_ok() {
            inside.push(device);
        }
    }
    let came = inside.len();
    for mut device in inside {
        match random.random_range(0..3) {
            0 => drop(device.next()),
            1 => device.break_off(),
            _ => {}
        }
    }
    came
}

/// Files and sockets that the server has open.
fn open_files(server: &Running) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("the server runs").count()
}

impl Device {
    /// Sends half of a packet and closes.
    fn break_off(&mut self) {
        let stream = self.stream();
        let _ = (&*stream).write_all(&[0x32, 0x7F, 0, 9, b'v']);
        let _ = stream.shutdown(Shutdown::Both);
    }
}
