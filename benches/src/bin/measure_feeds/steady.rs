//! A rate that is held: what it costs in the long run.

use std::{
    error::Error,
    time::{Duration, Instant as Moment},
};

use benches::{mqtt::Sender, quantile::quantile, things::data_array, websocket::Listeners};
use feeds::{Clock, SystemClock};

use crate::{House, row};

/// Datastreams of one data array, a row of each.
const STREAMS: usize = 200;
const DATASTREAMS: usize = 20_000;
const BEAT: Duration = Duration::from_millis(5);
/// People who look on meanwhile.
const LISTENERS: usize = 20;
/// Parts of the time, each with a row of its own.
const PARTS: u32 = 10;

/// Holds a rate.
pub(crate) fn hold(house: &House, seconds: f64, rate: u32) -> Result<(), Box<dyn Error>> {
    let streams = house.service.make(DATASTREAMS)?;
    let mut sender = Sender::connect(house.service.mqtt()?, "bench-steady", 64)?;
    let listeners = Listeners::gather(house.server.address, "/live/ws?roles=lamps", LISTENERS)?;
    let arrays: Vec<&[i64]> = streams.chunks(STREAMS).collect();
    let part_s = seconds / f64::from(PARTS);
    for part in 1..=PARTS {
        let (began, mut sent) = (Moment::now(), 0u64);
        while began.elapsed().as_secs_f64() < part_s {
            let due = (began.elapsed().as_secs_f64() * f64::from(rate)) as u64;
            while sent + STREAMS as u64 <= due {
                let array = arrays[(sent / STREAMS as u64) as usize % arrays.len()];
                let text = data_array(array, 1, SystemClock.now(), 1.0);
                sender.publish("v1.1/CreateObservations", text.as_bytes())?;
                sent += STREAMS as u64;
            }
            sender.listen(BEAT)?;
        }
        sender.settle()?;
        let took = began.elapsed().as_secs_f64();
        let mut latencies = std::mem::take(&mut sender.latencies_ms);
        latencies.sort_unstable_by(f64::total_cmp);
        let figure = format!(
            "{:.0}/s durable, p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms; resident {:.0} MB, {:.0} MB on the disk",
            sent as f64 / took,
            quantile(&latencies, 0.5),
            quantile(&latencies, 0.99),
            quantile(&latencies, 1.0),
            house.server.resident_mb(),
            house.disk_mb()
        );
        row(&format!("{rate}/s held, {:.0} s later", f64::from(part) * part_s), &figure, "");
    }
    let heard = listeners.end()?;
    row("listeners lost meanwhile", &heard.lost.to_string(), "0");
    Ok(())
}
