//! Deliveries through a gateway that speaks HTTP on a port of this machine.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::alerts::{AlertId, Catalogue, tests::House};

/// What a gateway was asked.
#[derive(Debug, Clone)]
struct Asked {
    line: String,
    headers: Vec<String>,
    body: Value,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        let find = |line: &'_ String| {
            let (key, _) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(())
        };
        let line = self.headers.iter().find(|line| find(line).is_some())?;
        line.split_once(": ").map(|(_, value)| value)
    }
}

/// A gateway that gives prepared answers, then 200 with a number.
#[derive(Debug, Clone)]
struct Gateway {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Gateway {
    fn start(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            asked: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
        };
        let serving = gateway.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serving.serve(stream.unwrap());
            }
        });
        gateway
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let line = lines.remove(0);
        let mut asked = Asked { line, headers: lines, body: Value::Null };
        let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        asked.body = serde_json::from_slice(&body).unwrap_or_default();
        self.asked.lock().unwrap().push(asked);
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or("200 OK\r\n\r\n{\"data\": {\"id\": 7}}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).unwrap();
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Alerts that are for the public at once, and a channel to a gateway.
fn rules(gateway: &Gateway, more: &str) -> String {
    format!(
        r#"
[[rule]]
id = "bao-dong-lu"
title = {{ vi = "Mực nước vượt báo động", en = "Water level above alarm" }}
event = "flood"
release = "actual"
threshold = {{ own = true }}

[[channel]]
id = "sms"
kind = "sms"
url = "{}/send"
token_file = "sms.token"
recipients = ["+84 900 000 001"]
reference = "/data/id"
{more}
[channel.template]
to = "{{recipient}}"
content = "{{text}}"
exercise = "{{exercise}}"
raw = ["{{key}}", 7, "{{no such name}}"]
"#,
        gateway.address
    )
}

struct Post {
    house: House,
    deliveries: Deliveries,
}

fn open(dir: &Path) -> Post {
    open_at(dir, 0)
}

/// As [`open`], so many seconds later.
fn open_at(dir: &Path, seconds: i64) -> Post {
    let house = House::open(dir);
    house.clock.advance(seconds * 1_000_000);
    let text = std::fs::read_to_string(dir.join("alerts.toml")).unwrap();
    let connect = |config: ChannelConfig| {
        let gateway: Arc<dyn Channel> = Arc::new(HttpGateway::new(config.clone(), dir).unwrap());
        (config, gateway)
    };
    let wiring = Wiring {
        bell: house.bell.clone(),
        alerts: house.alerts.clone(),
        catalogue: Catalogue::built_in().unwrap(),
        channels: ChannelConfig::all_from_toml(&text).unwrap().into_iter().map(connect).collect(),
        clock: house.clock.clone(),
    };
    let deliveries = Deliveries::open(&dir.join("alerts"), wiring).unwrap();
    Post { house, deliveries }
}

fn post(gateway: &Gateway, more: &str) -> (TempDir, Post) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("alerts.toml"), rules(gateway, more)).unwrap();
    std::fs::write(dir.path().join("sms.token"), "secret-1\n").unwrap();
    let post = open(dir.path());
    (dir, post)
}

impl Post {
    /// Raises alert 1: the gauge at Hội An is at báo động II.
    fn raise(&self) {
        self.house.observe(1, 1.62);
        self.house.alerts.settle().unwrap();
    }

    fn all(&self) -> Vec<Delivery> {
        self.deliveries.of_alert(AlertId::new(1).unwrap()).unwrap()
    }

    /// The kinds of the receipts of the first delivery.
    fn receipts(&self) -> Vec<ReceiptKind> {
        let all = self.all();
        let receipts = all.first().map(|delivery| delivery.receipts.clone()).unwrap_or_default();
        receipts.into_iter().map(|receipt| receipt.kind).collect()
    }

    /// Waits until the first delivery stands so; whoever waits for a minute has a bug to find.
    fn until(&self, state: DeliveryState) {
        for _ in 0..1200 {
            if self.all().first().is_some_and(|delivery| delivery.state() == state) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{:?}", self.all());
    }

    /// Waits until there are so many receipts.
    fn until_receipts(&self, count: usize) {
        for _ in 0..1200 {
            if self.receipts().len() >= count {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{:?}", self.all());
    }
}

#[test]
fn a_message_is_tried_again_with_its_key_and_followed_until_it_is_delivered() {
    let gateway = Gateway::start(&[
        "503 Busy\r\nRetry-After: 30\r\n\r\nquá tải",
        "200 OK\r\n\r\n{\"data\": {\"id\": \"m 1\"}}",
        "200 OK\r\n\r\n{\"state\": \"ENROUTE\"}",
        "200 OK\r\n\r\n{\"state\": \"DELIVRD\"}",
    ]);
    let status = format!(
        "status = {{ url = \"{}/status/{{reference}}\", pointer = \"/state\", \
         delivered = [\"DELIVRD\"], failed = [\"UNDELIV\"] }}",
        gateway.address
    );
    let (dir, post) = post(&gateway, &status);
    post.raise();
    post.until_receipts(2);
    assert_eq!(post.receipts()[1], ReceiptKind::Retried("the gateway answers 503: quá tải".into()));
    post.house.clock.advance(29_000_000);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(gateway.asked().len(), 1, "the gateway wants half a minute");
    post.house.clock.advance(1_000_000);
    post.until(DeliveryState::Sent);
    for _ in 0..100 {
        if post.all()[0].state() == DeliveryState::Delivered {
            break;
        }
        post.house.clock.advance(30_000_000);
        std::thread::sleep(Duration::from_millis(600));
    }
    post.until(DeliveryState::Delivered);

    let asked = gateway.asked();
    assert_eq!(asked[0].line, "POST /send HTTP/1.1");
    assert_eq!(asked[0].header("authorization"), Some("Bearer secret-1"));
    let key = "dothi-1-1-sms-%2B84%20900%20000%20001";
    assert_eq!(asked[0].header("idempotency-key"), Some(key));
    assert_eq!(asked[1].header("idempotency-key"), Some(key), "the same at every try");
    assert_eq!(asked[0].body["to"], "+84 900 000 001");
    let text = asked[0].body["content"].as_str().unwrap();
    assert!(
        text.starts_with("Lũ: Trạm Hội An, Báo động II. Mực nước tại Trạm Hội An là 1,62 m lúc")
    );
    assert_eq!(asked[0].body["raw"], json!([key, 7, "{no such name}"]));
    assert_eq!(asked[2].line, "GET /status/m%201 HTTP/1.1");

    drop(post);
    let post = open(dir.path());
    let kinds = post.receipts();
    assert_eq!(kinds.len(), 4, "receipts are durable: {kinds:?}");
    assert_eq!(kinds[2..], [ReceiptKind::Sent(Some("m 1".into())), ReceiptKind::Delivered]);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(gateway.asked().len(), 4, "nothing is sent again");
}

#[test]
fn what_a_gateway_refuses_is_not_tried_again() {
    let gateway = Gateway::start(&["400 Bad\r\n\r\nsố không hợp lệ"]);
    let (_dir, post) = post(&gateway, "");
    post.raise();
    post.until(DeliveryState::Failed);
    let why = "the gateway answers 400: số không hợp lệ".to_owned();
    assert_eq!(post.receipts(), [ReceiptKind::Queued, ReceiptKind::Failed(why)]);
}

#[test]
fn a_message_is_given_up_when_it_is_too_old() {
    let gateway = Gateway::start(&["500 Oh\r\n\r\n"]);
    let (_dir, post) = post(&gateway, "lifetime_s = 60");
    post.raise();
    post.until_receipts(2);
    post.house.clock.advance(61_000_000);
    post.until(DeliveryState::Failed);
    assert_eq!(gateway.asked().len(), 1);
}

#[test]
fn a_channel_that_is_new_tells_nothing_of_what_is_long_past() {
    let gateway = Gateway::start(&[]);
    let (dir, post) = post(&gateway, "");
    drop(post);
    let text = rules(&gateway, "");
    let (without, _) = text.split_once("[[channel]]").unwrap();
    std::fs::write(dir.path().join("alerts.toml"), without).unwrap();
    let post = open(dir.path());
    post.raise();
    drop(post);
    std::fs::write(dir.path().join("alerts.toml"), &text).unwrap();
    let post = open_at(dir.path(), 7200);
    post.house.observe(1, 2.5);
    post.house.alerts.settle().unwrap();
    post.until(DeliveryState::Sent);
    let all = post.all();
    assert_eq!((all.len(), all[0].step), (1, 2), "only the step of now");
}

#[test]
fn what_was_planned_before_a_restart_is_sent_after_it() {
    // Nobody listens where the first server sends to.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gateway = Gateway::start(&[]);
    let silent = Gateway { address: format!("http://{nobody}"), ..gateway.clone() };
    let (dir, post) = post(&silent, "");
    post.raise();
    post.until_receipts(2);
    assert!(matches!(&post.receipts()[1], ReceiptKind::Retried(why) if why.contains("reached")));
    drop(post);
    std::fs::write(dir.path().join("alerts.toml"), rules(&gateway, "")).unwrap();
    let post = open(dir.path());
    post.house.clock.advance(3_000_000);
    post.until(DeliveryState::Sent);
    assert_eq!(gateway.asked().len(), 1);
    assert_eq!(post.receipts()[2], ReceiptKind::Sent(Some("7".into())));
}

#[test]
fn exercises_and_drafts_are_told_only_where_they_are_named() {
    let gateway = Gateway::start(&[]);
    let (_dir, post) = post(&gateway, "");
    post.house.observe(2, 1.62);
    post.house.alerts.settle().unwrap();
    post.house.observe(1, 1.62);
    post.house.alerts.settle().unwrap();
    for _ in 0..1200 {
        if !gateway.asked().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(post.all().is_empty(), "alert 1 is an exercise");
    assert_eq!(gateway.asked()[0].body["exercise"], "false");

    let gateway = Gateway::start(&[]);
    let (_dir, post) = self::post(&gateway, "statuses = [\"Exercise\"]\nlanguage = \"both\"");
    post.house.observe(2, 1.62);
    post.house.alerts.settle().unwrap();
    post.until(DeliveryState::Sent);
    let body = &gateway.asked()[0].body;
    assert_eq!(body["exercise"], "true");
    let text = body["content"].as_str().unwrap();
    assert!(text.starts_with("DIỄN TẬP – Lũ") && text.contains("\nEXERCISE – Flood"), "{text}");
}

#[test]
fn a_gateway_reports_by_itself_what_became_of_a_message() {
    let gateway = Gateway::start(&[]);
    let status = "status = { pointer = \"/status\", reference = \"/id\", delivered = [\"1\"], failed = [\"2\"] }";
    let (_dir, post) = post(&gateway, status);
    post.raise();
    post.until(DeliveryState::Sent);
    let report = |document: Value| post.deliveries.report("sms", &document).unwrap();
    assert!(!report(json!({"id": 8, "status": 1})), "another message");
    assert!(!report(json!({"status": 1})));
    assert!(report(json!({"id": 7, "status": 0})));
    assert!(report(json!({"id": 7, "status": 2})));
    assert!(!report(json!({"id": 7, "status": 1})), "its end is known");
    assert_eq!(post.receipts().last(), Some(&ReceiptKind::Failed("2".into())));
    assert!(!post.deliveries.report("zalo", &json!({"id": 7, "status": 1})).unwrap());
}

#[test]
fn wrong_channels_are_told_with_their_key() {
    let gateway =
        Gateway { address: "http://x".into(), asked: Arc::default(), answers: Arc::default() };
    let check = |from: &str, to: &str, expected: &str| {
        let text = rules(&gateway, "");
        assert!(text.contains(from), "{from}");
        let error = ChannelConfig::all_from_toml(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check("kind =", "sort =", "unknown field `sort`");
    check("http://x/send", "ftp://x", "channel \"sms\": url: write an address that begins with");
    check("[\"+84 900 000 001\"]", "[]", "recipients: write 1 to");
    check("id = \"sms\"", "id = \"SMS\"", "id: write 1 to 64");
    let dir = tempfile::tempdir().unwrap();
    let config = ChannelConfig::all_from_toml(&rules(&gateway, "")).unwrap().remove(0);
    let error = HttpGateway::new(config, dir.path()).unwrap_err().to_string();
    assert!(error.contains("token_file: cannot read") && error.contains("sms.token"), "{error}");
}
