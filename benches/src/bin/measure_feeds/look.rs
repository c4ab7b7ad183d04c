//! What is asked for: latest values, and a year as a chart.

use std::{error::Error, time::Instant as Moment};

use benches::{
    http::{self, Load, Request},
    mqtt::Sender,
    things::data_array,
};
use city::Instant;
use feeds::{Clock, SystemClock};

use crate::{House, row};

const MINUTE_US: i64 = 60_000_000;
const YEAR_MINUTES: i64 = 365 * 24 * 60;
/// Rows of a data array of the past.
const ROWS: i64 = 1440;
const ASKS: u64 = 40;

/// The latest values of many datastreams in one answer.
pub(crate) fn latest(house: &House, datastreams: usize) -> Result<(), Box<dyn Error>> {
    let streams = house.service.make(datastreams)?;
    let mut sender = Sender::connect(house.service.mqtt()?, "bench-latest", 8)?;
    for part in streams.chunks(500) {
        let text = data_array(part, 1, SystemClock.now(), 1.0);
        sender.publish("v1.1/CreateObservations", text.as_bytes())?;
    }
    sender.settle()?;
    // The first answer makes what the next ones share.
    ask(house, "/live/latest?roles=gauges", 1)?;
    let report = ask(house, "/live/latest?roles=gauges", ASKS)?;
    let figure = format!(
        "median {:.0} ms, p99 {:.0} ms, {:.1} MB; resident {:.0} MB",
        report.quantile_ms(0.5),
        report.quantile_ms(0.99),
        report.bytes as f64 / 1e6 / report.latencies_ms.len().max(1) as f64,
        house.server.resident_mb()
    );
    row(&format!("latest values of {datastreams} datastreams"), &figure, "≤ 300 ms");
    Ok(())
}

/// A year of minutes of one datastream, charted.
pub(crate) fn year(house: &House) -> Result<(), Box<dyn Error>> {
    let stream = house.service.make(1)?[0];
    let mut sender = Sender::connect(house.service.mqtt()?, "bench-chart", 8)?;
    let now = SystemClock.now().as_micros() / MINUTE_US * MINUTE_US;
    let from = now - YEAR_MINUTES * MINUTE_US;
    let began = Moment::now();
    for first in (0..YEAR_MINUTES).step_by(ROWS as usize) {
        let text = minutes(stream, from + first * MINUTE_US);
        sender.publish("v1.1/CreateObservations", text.as_bytes())?;
    }
    sender.settle()?;
    let filled = began.elapsed().as_secs_f64();
    let path = |from: i64| {
        let (from, to) = (Instant::from_micros(from), Instant::from_micros(now));
        format!("/live/series?datastream={stream}&from={from}&to={to}")
    };
    let first = ask(house, &path(from), 1)?;
    let figure = format!(
        "{} late observations in {filled:.1} s; the first chart, which rolls them up, {:.0} ms",
        YEAR_MINUTES,
        first.quantile_ms(0.5)
    );
    row("a year of minutes of one datastream comes in", &figure, "");
    for (what, days) in [("a year", 365), ("a month", 30), ("a day", 1)] {
        let report = ask(house, &path(now - days * 1440 * MINUTE_US), ASKS)?;
        let figure = format!(
            "median {:.1} ms, p99 {:.1} ms, {:.0} KB",
            report.quantile_ms(0.5),
            report.quantile_ms(0.99),
            report.bytes as f64 / 1e3 / report.latencies_ms.len().max(1) as f64
        );
        row(&format!("{what} of one datastream as a chart"), &figure, "≤ 50 ms");
    }
    Ok(())
}

/// A day of one datastream, a row a minute.
fn minutes(stream: i64, from: i64) -> String {
    let rows = (0..ROWS).map(|row| {
        let time = Instant::from_micros(from + row * MINUTE_US);
        let value = 1.0 + (row as f64 / 229.0).sin();
        format!(r#"["{time}",{value:.3}]"#)
    });
    let rows: Vec<String> = rows.collect();
    format!(
        r#"[{{"Datastream":{{"@iot.id":{stream}}},"components":["phenomenonTime","result"],"dataArray":[{}]}}]"#,
        rows.join(",")
    )
}

fn ask(house: &House, path: &str, times: u64) -> Result<http::Report, Box<dyn Error>> {
    let report = http::run(&Load {
        address: house.server.address,
        requests: vec![Request::get(path.to_owned())],
        connections: 1,
        threads: 1,
        duration: std::time::Duration::from_secs(600),
        at_most: times,
    })?;
    if report.failed > 0 {
        return Err(format!("{} of the requests for {path} failed", report.failed).into());
    }
    Ok(report)
}
