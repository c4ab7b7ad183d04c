//! What comes in, and is on the disk before it is acknowledged.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    time::{Duration, Instant as Moment},
};

use benches::{
    http::{self, Load, Request},
    mqtt::Sender,
    quantile::quantile,
    things::data_array,
};
use city::Instant;
use feeds::{Clock, SystemClock};

use crate::{House, row};

const SENDERS: usize = 4;
/// A data array as a gateway sends it: ten seconds of fifty datastreams.
const STREAMS: usize = 50;
const ROWS: usize = 10;

/// As many observations as go, in data arrays.
pub(crate) fn batches(house: &House, seconds: f64) -> Result<(), Box<dyn Error>> {
    let streams = house.service.make(SENDERS * 20 * STREAMS)?;
    let share = streams.len() / SENDERS;
    let (count, latencies) = send(house, seconds, 8, |sender, number, turn| {
        let mine = &streams[number * share..(number + 1) * share];
        let part = mine.chunks(STREAMS).nth(turn % (share / STREAMS)).unwrap_or_default();
        let text = data_array(part, ROWS, SystemClock.now(), 1.0);
        sender.publish("v1.1/CreateObservations", text.as_bytes())?;
        Ok((STREAMS * ROWS) as u64)
    })?;
    tell(house, "data arrays of 500 over MQTT, QoS 1", count, &latencies, "≥ 50 000/s for a minute")
}

/// As many observations as go, each a message.
pub(crate) fn single(house: &House, seconds: f64) -> Result<(), Box<dyn Error>> {
    let streams = house.service.make(4000)?;
    let topics: Vec<String> =
        streams.iter().map(|id| format!("v1.1/Datastreams({id})/Observations")).collect();
    let (count, latencies) = send(house, seconds, 500, |sender, number, turn| {
        let topic = &topics[(turn * SENDERS + number) % topics.len()];
        sender.publish(topic, one(SystemClock.now(), 1.5).as_bytes())?;
        Ok(1)
    })?;
    tell(house, "one observation a message over MQTT, QoS 1", count, &latencies, "")
}

/// One observation a POST, from 64 connections.
pub(crate) fn posts(house: &House, seconds: f64) -> Result<(), Box<dyn Error>> {
    let streams = house.service.make(2000)?;
    let request = |id: &i64| {
        let path = format!("/sensorthings/v1.1/Datastreams({id})/Observations");
        Request::post(path, one(SystemClock.now(), 1.5))
    };
    let report = http::run(&Load {
        address: house.server.address,
        requests: streams.iter().map(request).collect(),
        connections: 64,
        threads: 8,
        duration: Duration::from_secs_f64(seconds),
        at_most: 5_000_000,
    })?;
    let figure = format!(
        "{:.0}/s, p50 {:.1} ms, p99 {:.1} ms, {} failed",
        report.per_second(),
        report.quantile_ms(0.5),
        report.quantile_ms(0.99),
        report.failed
    );
    row("one observation a POST, 64 connections", &figure, "≥ 2000/s");
    Ok(())
}

/// An observation as JSON.
pub(crate) fn one(time: Instant, value: f64) -> String {
    format!(r#"{{"phenomenonTime":"{time}","result":{value}}}"#)
}

/// What was acknowledged a second, and milliseconds of each acknowledgement in order.
type Sent = ((u64, f64), Vec<f64>);

/// Sends with several connections for some seconds; `publish` is given the sender, its number and
/// how often it sent, and says how many observations it sent.
fn send(
    house: &House,
    seconds: f64,
    window: usize,
    publish: impl Fn(&mut Sender, usize, usize) -> io::Result<u64> + Sync,
) -> Result<Sent, Box<dyn Error>> {
    let address = house.service.mqtt()?;
    let before = house.stored()?;
    let began = Moment::now();
    let deadline = began + Duration::from_secs_f64(seconds);
    let one = |number: usize, address: SocketAddr| -> io::Result<(u64, Vec<f64>)> {
        let mut sender = Sender::connect(address, &format!("bench-{number}"), window)?;
        let mut count = 0;
        let mut turn = 0;
        while Moment::now() < deadline {
            count += publish(&mut sender, number, turn)?;
            turn += 1;
        }
        sender.settle()?;
        Ok((count, std::mem::take(&mut sender.latencies_ms)))
    };
    let results: Vec<io::Result<(u64, Vec<f64>)>> = std::thread::scope(|scope| {
        let one = &one;
        let handles: Vec<_> =
            (0..SENDERS).map(|number| scope.spawn(move || one(number, address))).collect();
        let died = || Err(io::Error::other("a sender died"));
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| died())).collect()
    });
    let took = began.elapsed().as_secs_f64();
    let (mut count, mut latencies) = (0, Vec::new());
    for result in results {
        let (sent, times) = result?;
        count += sent;
        latencies.extend(times);
    }
    let stored = house.stored()? - before;
    if stored != count {
        return Err(format!("{count} observations were acknowledged, {stored} stored").into());
    }
    latencies.sort_unstable_by(f64::total_cmp);
    Ok(((count, took), latencies))
}

fn tell(
    house: &House,
    what: &str,
    (count, took): (u64, f64),
    latencies: &[f64],
    aim: &str,
) -> Result<(), Box<dyn Error>> {
    let figure = format!(
        "{:.0}/s for {took:.0} s, p50 {:.0} ms, p99 {:.0} ms; {:.0} MB on the disk, resident {:.0} MB",
        count as f64 / took,
        quantile(latencies, 0.5),
        quantile(latencies, 0.99),
        house.disk_mb(),
        house.server.resident_mb()
    );
    row(what, &figure, aim);
    Ok(())
}
