//! Clients that others wrote: mosquitto's, and paho of Python. Where one is not installed the test
//! says so and passes.

use std::{
    process::{Output, Stdio},
    time::Duration,
};

use feeds::mqtt::{Listener, Message, codec::Qos};
use tokio::process::Command;

use crate::{client::until, desk::house};

/// Whether a program can be started; says so when not.
async fn is_installed(program: &str) -> bool {
    let started = Command::new(program)
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    if started.is_err() {
        println!("SKIP: {program} is not installed (Debian: mosquitto-clients)");
    }
    started.is_ok()
}

fn mosquitto(program: &str, listener: &Listener, version: &str, arguments: &[&str]) -> Command {
    let address = listener.addresses()[0];
    let mut command = Command::new(program);
    command.args(["-h", "127.0.0.1", "-p", &address.port().to_string(), "-V", version]);
    command.args(arguments).kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn run(mut command: Command) -> Output {
    let output = tokio::time::timeout(Duration::from_secs(30), command.output());
    output.await.expect("it ends in time").expect("it can be started")
}

#[tokio::test]
async fn mosquittos_clients_publish_and_subscribe_in_every_version_and_quality() {
    if !is_installed("mosquitto_pub").await || !is_installed("mosquitto_sub").await {
        return;
    }
    let (desk, listener, _address) = house().await;
    for version in ["311", "5"] {
        for qos in ["0", "1", "2"] {
            // A topic of its own: the listener may still count the subscriber of the last round.
            let topic = format!("tram/{version}/{qos}/muc-nuoc");
            let filter = format!("tram/{version}/{qos}/+");
            let wish = ["-t", &filter, "-q", qos, "-C", "2", "-v", "-W", "20"];
            let subscriber = mosquitto("mosquitto_sub", &listener, version, &wish).spawn();
            let subscriber = subscriber.expect("it can be started");
            let ready = listener.publisher();
            until("the subscription", || {
                ready.publish(Message::new(topic.as_str(), "probe", Qos::AtMostOnce)) == 1
            })
            .await;
            let wish = ["-t", &topic, "-q", qos, "-m", "1,25 m"];
            let output = run(mosquitto("mosquitto_pub", &listener, version, &wish)).await;
            assert!(output.status.success(), "{output:?}");
            let output = subscriber.wait_with_output().await.expect("it ends");
            let text = String::from_utf8(output.stdout).expect("text");
            assert_eq!(text, format!("{topic} probe\n{topic} 1,25 m\n"));
            assert_eq!(desk.payloads(&topic), ["1,25 m"]);
        }
    }
}

#[tokio::test]
async fn mosquittos_clients_see_retained_messages_wills_and_refusals() {
    if !is_installed("mosquitto_pub").await || !is_installed("mosquitto_sub").await {
        return;
    }
    let (desk, listener, _address) = house().await;
    let publish = ["-t", "state/1", "-m", "on", "-r", "-q", "1"];
    assert!(run(mosquitto("mosquitto_pub", &listener, "5", &publish)).await.status.success());
    let late = ["-t", "state/#", "-C", "1", "-W", "20", "-F", "%t %p %r"];
    let output = run(mosquitto("mosquitto_sub", &listener, "311", &late)).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "state/1 on 1\n");

    let lost = ["-t", "x", "--will-topic", "will/1", "--will-payload", "lost", "-W", "20"];
    let mut client = mosquitto("mosquitto_sub", &listener, "311", &lost).spawn().expect("starts");
    // A subscriber has said its will; the count of connections may still hold an earlier client.
    let ready = listener.publisher();
    until("it subscribes", || ready.publish(Message::new("x", "probe", Qos::AtMostOnce)) == 1)
        .await;
    client.kill().await.expect("it was running");
    until("its will comes", || desk.payloads("will/1") == ["lost"]).await;

    let wrong = ["-t", "a", "-m", "b", "-u", "huế", "-P", "wrong"];
    assert!(!run(mosquitto("mosquitto_pub", &listener, "5", &wrong)).await.status.success());
    let right = ["-t", "a", "-m", "b", "-u", "huế", "-P", "right", "-q", "1"];
    assert!(run(mosquitto("mosquitto_pub", &listener, "5", &right)).await.status.success());
}

/// What paho does; it prints "ok" at its end.
const PAHO: &str = r#"
import sys, time, threading
import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.packettypes import PacketTypes

port = int(sys.argv[1])

def client(name, protocol, **connect):
    clean = {} if protocol == mqtt.MQTTv5 else {"clean_session": connect.pop("clean", True)}
    one = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, name, protocol=protocol, **clean)
    one.got, one.lock = [], threading.Event()
    def on_message(c, u, m):
        one.got.append((m.topic, m.payload.decode(), m.qos, m.retain))
    one.on_message = on_message
    one.on_connect = lambda c, u, f, r, p: (setattr(one, "present", f.session_present), one.lock.set())
    one.on_subscribe = lambda c, u, mid, codes, p: one.lock.set()
    one.connect("127.0.0.1", port, **connect)
    one.loop_start()
    assert one.lock.wait(20), "no CONNACK"
    return one

def subscribe(one, *args, **named):
    one.lock.clear()
    one.subscribe(*args, **named)
    assert one.lock.wait(20), "no SUBACK"

def until(what, holds):
    for _ in range(2000):
        if holds(): return
        time.sleep(0.01)
    raise SystemExit(f"waited in vain: {what}")

def gone(one):
    one.disconnect(); one.loop_stop()

for protocol in (mqtt.MQTTv311, mqtt.MQTTv5):
    keep = {}
    if protocol == mqtt.MQTTv5:
        expiry = Properties(PacketTypes.CONNECT); expiry.SessionExpiryInterval = 600
        keep = dict(clean_start=False, properties=expiry)
    else:
        keep = dict(clean=False)
    a = client(f"sub{protocol}", protocol, **keep)
    assert not a.present
    subscribe(a, f"paho{protocol}/#", 2)
    b = client(f"pub{protocol}", protocol)
    for qos in (0, 1, 2):
        sent = b.publish(f"paho{protocol}/{qos}", f"m{qos}", qos)
        sent.wait_for_publish(20)
        assert sent.is_published()
    until("three messages", lambda: len(a.got) == 3)
    assert sorted(a.got) == [(f"paho{protocol}/{q}", f"m{q}", q, False) for q in (0, 1, 2)], a.got
    gone(a)
    b.publish(f"paho{protocol}/away", "1", 1).wait_for_publish(20)
    a = client(f"sub{protocol}", protocol, **keep)
    assert a.present
    until("what came meanwhile", lambda: len(a.got) == 1)
    assert a.got[0][:2] == (f"paho{protocol}/away", "1")
    many = [b.publish(f"paho{protocol}/many", str(n), n % 3) for n in range(300)]
    for one in many: one.wait_for_publish(20)
    until("all of many", lambda: len(a.got) == 301)
    # paho itself sends QoS 0 past its window of QoS 1 and 2: each quality keeps its own order.
    for qos in (0, 1, 2):
        assert [int(m[1]) for m in a.got[1:] if m[2] == qos] == list(range(qos, 300, 3)), a.got
    if protocol == mqtt.MQTTv5:
        properties = Properties(PacketTypes.PUBLISH)
        properties.UserProperty = ("tram", "Kim Long")
        a.on_message = lambda c, u, m: a.got.append(m.properties.UserProperty)
        b.publish("paho5/user", "x", 1, properties=properties).wait_for_publish(20)
        until("a user property", lambda: a.got[-1] == [("tram", "Kim Long")])
    gone(a); gone(b)
print("ok")
"#;

#[tokio::test(flavor = "multi_thread")]
async fn paho_of_python_is_served_in_both_versions() {
    let python = std::env::var("PAHO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_paho = Command::new(&python)
        .args(["-c", "import paho.mqtt.client as c; c.CallbackAPIVersion.VERSION2"])
        .stderr(Stdio::null())
        .status()
        .await;
    if !has_paho.is_ok_and(|status| status.success()) {
        println!("SKIP: no Python with paho-mqtt 2 (PAHO_PYTHON names another interpreter)");
        return;
    }
    let (_desk, _listener, address) = house().await;
    let mut command = Command::new(&python);
    command.args(["-c", PAHO, &address.port().to_string()]);
    command.kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = run(command).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok", "{output:?}");
}
