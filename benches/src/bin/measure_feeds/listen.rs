//! What goes out to WebSockets.

use std::{
    error::Error,
    io,
    time::{Duration, Instant as Moment},
};

use benches::{
    mqtt::Sender,
    quantile::quantile,
    websocket::{Listeners, now_us},
};
use feeds::{Clock, SystemClock};

use crate::{House, intake::one, row};

/// Observations a second while subscribers listen.
const RATE: f64 = 5000.0;
/// They are sent this often.
const BEAT: Duration = Duration::from_millis(5);

/// How old observations are when subscribers hear of them.
pub(crate) fn to_all(
    house: &House,
    seconds: f64,
    subscribers: usize,
) -> Result<(), Box<dyn Error>> {
    let streams = house.service.make(1000)?;
    let listeners = Listeners::gather(house.server.address, "/live/ws", subscribers)?;
    let sent = send(house, seconds, &streams);
    // What is under way comes in.
    std::thread::sleep(Duration::from_secs(1));
    let mut heard = listeners.end()?;
    let sent = sent?;
    heard.latencies_ms.sort_unstable_by(f64::total_cmp);
    let figure = format!(
        "p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms at {sent:.0}/s; {:.0} messages a second and {:.0} MB/s in all, {} lost",
        quantile(&heard.latencies_ms, 0.5),
        quantile(&heard.latencies_ms, 0.99),
        quantile(&heard.latencies_ms, 1.0),
        heard.messages as f64 / seconds,
        heard.bytes as f64 / 1e6 / seconds,
        heard.lost,
    );
    row(&format!("from sending to {subscribers} WebSockets"), &figure, "p99 ≤ 100 ms");
    Ok(())
}

/// What WebSockets that wait cost.
pub(crate) fn idle(house: &House, sockets: usize) -> Result<(), Box<dyn Error>> {
    let before = house.server.resident_mb();
    let listeners = Listeners::gather(house.server.address, "/live/ws?roles=cameras", sockets)?;
    // Long enough for a few messages of how the feeds are.
    std::thread::sleep(Duration::from_secs(15));
    let after = house.server.resident_mb();
    let heard = listeners.end()?;
    let each = (after - before) * 1e3 / sockets as f64;
    let figure = format!("{:.0} MB, {each:.1} KB each; {} lost", after - before, heard.lost);
    row(&format!("memory of {sockets} idle WebSockets"), &figure, "measured");
    Ok(())
}

/// Sends one observation a message at the rate, each with the time of its sending as result; how
/// many a second were sent.
fn send(house: &House, seconds: f64, streams: &[i64]) -> Result<f64, Box<dyn Error>> {
    let topics: Vec<String> =
        streams.iter().map(|id| format!("v1.1/Datastreams({id})/Observations")).collect();
    let mut sender = Sender::connect(house.service.mqtt()?, "bench-listen", 2000)?;
    let began = Moment::now();
    let mut count = 0usize;
    while began.elapsed().as_secs_f64() < seconds {
        let due = (began.elapsed().as_secs_f64() * RATE) as usize;
        while count < due {
            let text = one(SystemClock.now(), now_us());
            sender.publish(&topics[count % topics.len()], text.as_bytes())?;
            count += 1;
        }
        sender.listen(BEAT)?;
    }
    let took = began.elapsed().as_secs_f64();
    sender.settle().map_err(io::Error::other)?;
    Ok(count as f64 / took)
}
