//! In and out, and what becomes of it when the broker goes away.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use super::broker::{Broker, bridges, config, service, until};
use crate::{
    gauges::{recorded, row},
    log::{LetterId, ObservationLog},
    model::{NewObservation, StreamId},
};

const LINGER: Duration = Duration::from_millis(10);

#[tokio::test(flavor = "multi_thread")]
async fn messages_come_in_and_again_after_the_broker_was_away() {
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(dir.path()) else { return };
    let service = service(dir.path(), LINGER);
    let bridges = bridges(&config(broker.port, ""), &service, dir.path());
    let status = || bridges.status().remove(0);
    until("the bridge is connected", || status().is_connected).await;
    let message = |at: &str, h: f64| json!({"t": at, "h": h}).to_string();
    let first = "2025-10-30T02:00:00Z";
    broker.publish("tram/G1/muc-nuoc", &message(first, 1.5), &["-r"]);
    broker.publish("tram/G2/muc-nuoc", &message(first, 1.5), &[]);
    broker.publish("tram/G1/khac", &message(first, 9.0), &[]);
    until("both are settled", || (status().observations, status().refused) == (1, 1)).await;
    let letters = service.log.letters(LetterId(0), 10).unwrap();
    assert_eq!(letters[0].content.source.as_ref(), "bridge:tinh/tram/G2/muc-nuoc");

    let port = broker.port;
    drop(broker);
    until("the bridge notices", || !status().is_connected).await;
    assert!(status().last_error.is_some());
    let Some(broker) = Broker::start_at(dir.path(), port) else { return };
    until("the bridge is back", || status().is_connected).await;
    let second = "2025-10-30T02:10:00Z";
    broker.publish("tram/G1/muc-nuoc", &message(second, 1.75), &["-r"]);
    until("it is settled", || status().observations == 2).await;
    let expected = [row("G1: level", first, 1.5), row("G1: level", second, 1.75)];
    assert_eq!(recorded(&service), expected);

    // What the broker retains comes again with each connection, and is known.
    bridges.stop().await;
    let again = super::broker::bridges(&config(port, ""), &service, dir.path());
    until("the retained message is known", || again.status()[0].known == 1).await;
    assert_eq!(recorded(&service), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn observations_go_out_each_once_though_the_bridge_was_down() {
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(dir.path()) else { return };
    let service = service(dir.path(), LINGER);
    let outward = "publish = [{ datastreams = [1], topic = 'dothi/{datastream}/quan-trac' }]\n";
    let config = config(broker.port, outward);
    let port = broker.port.to_string();
    let listen = ["-p", &port, "-q", "1", "-t", "dothi/+/quan-trac", "-C", "4", "-W", "60", "-v"];
    let mut listener =
        Command::new("mosquitto_sub").args(listen).stdout(Stdio::piped()).spawn().unwrap();
    let stream = StreamId::new(1).unwrap();
    let observe = |minute: u32| {
        let at = format!("2025-10-30T02:{minute:02}:00Z").parse().unwrap();
        let new = NewObservation::number(stream, at, f64::from(minute));
        service.log.append(&"test".into(), vec![new]).unwrap()
    };
    observe(0).await.unwrap();
    let bridges = bridges(&config, &service, dir.path());
    until("the bridge is connected", || bridges.status()[0].is_connected).await;
    // The listener subscribes on its own: until it has, nobody knows.
    tokio::time::sleep(Duration::from_secs(1)).await;
    observe(1).await.unwrap();
    observe(2).await.unwrap();
    until("both are sent", || bridges.status()[0].sent == 2).await;
    bridges.stop().await;
    observe(3).await.unwrap();
    let bridges = super::broker::bridges(&config, &service, dir.path());
    observe(4).await.unwrap();
    until("the rest is sent", || bridges.status()[0].sent >= 2).await;
    let output = BufReader::new(listener.stdout.take().unwrap());
    let heard: Vec<_> = output.lines().map_while(Result::ok).collect();
    listener.wait().unwrap();
    let results: Vec<_> = heard
        .iter()
        .map(|line| {
            let (topic, payload) = line.split_once(' ').unwrap();
            assert_eq!(topic, "dothi/1/quan-trac");
            serde_json::from_str::<Value>(payload).unwrap()["result"].clone()
        })
        .collect();
    assert_eq!(results, [json!(1), json!(2), json!(3), json!(4)], "from when it first began");
}
