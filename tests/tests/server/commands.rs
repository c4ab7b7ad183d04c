//! A group of lamps is dimmed by order: the server, the simulated devices and two persons, each as
//! they are.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fleet::{Fleet, TOKENS},
    server::{Reply, Server},
    town,
};

fn post(server: &Server, token: &str, path: &str, body: &Value) -> Reply {
    let request = server.request(Method::POST, path).bearer_auth(token);
    server.send(request.header("content-type", "application/json").body(body.to_string()))
}

/// Numbers of capabilities to dim lamps.
fn capabilities(server: &Server, count: usize) -> Vec<i64> {
    let path = format!("/sensorthings/v1.1/TaskingCapabilities?$top={count}&$select=id");
    let found = server.json(&path);
    let found = found["value"].as_array().expect("a set").iter();
    found.filter_map(|it| it["@iot.id"].as_i64()).collect()
}

#[test]
fn lamps_obey_an_approved_order_and_show_it_and_those_that_are_silent_let_it_expire() {
    const LAMPS: usize = 40;
    let town = town::demo(2000).copy();
    std::fs::write(town.dir().join("tokens.toml"), TOKENS).expect("the folder is writable");
    let server = Server::on(town, &[]);
    server.wait_until("lamps are Things", |server| capabilities(server, LAMPS).len() == LAMPS);
    // A third of the devices say nothing at all: no value, and no answer to a command.
    let fleet = Fleet::start(&server, &["--faults", "silence=0.33"]);
    server.wait_until("the devices speak", |server| server.json("/live/health")["stored"] != 0);

    // No programme of lamps has this level.
    let order = json!({
        "targets": capabilities(&server, LAMPS), "taskingParameters": {"dim": 83},
        "reason": "Kiểm tra tuyến đèn", "key": "kiem-tra-1", "ttl": 60,
    });
    let made = post(&server, "van-hanh-a", "/commands/orders", &order).expect(201).json();
    let address = format!("/commands/orders/{}", made["order"]);
    let approve = format!("{address}/approve");
    post(&server, "van-hanh-a", &approve, &Value::Null).expect(403);
    post(&server, "van-hanh-b", &approve, &Value::Null).expect(200);

    let states = |server: &Server| -> BTreeMap<String, u64> {
        let order = server.get_as("van-hanh-b", &address).expect(200).json();
        serde_json::from_value(order["states"].clone()).expect("how many stand where")
    };
    let of = |states: &BTreeMap<String, u64>, name: &str| states.get(name).copied().unwrap_or(0);
    server.wait_until("every command has ended", |server| {
        let states = states(server);
        of(&states, "verified") + of(&states, "expired") == LAMPS as u64
    });
    let states = states(&server);
    assert!(of(&states, "verified") > 0 && of(&states, "expired") > 0, "{states:?}");

    let order = server.get_as("van-hanh-b", &address).expect(200).json();
    let lives = order["commands"].as_array().expect("commands").iter().map(|command| {
        let steps = command["steps"].as_array().expect("steps").iter();
        steps.filter_map(|step| step["status"].as_str()).collect::<Vec<_>>()
    });
    for life in lives {
        match life.last() {
            Some(&"verified") => assert_eq!(
                life,
                ["requested", "authorised", "sent", "acknowledged", "verified"],
                "a lamp that obeys goes through every state"
            ),
            _ => assert_eq!(life.last(), Some(&"expired"), "{life:?}"),
        }
    }
    // What it is verified by stands among the observations, from the lamp itself.
    let mut commands = order["commands"].as_array().expect("commands").iter();
    let verified = commands.find(|it| it["status"] == "verified").expect("one");
    let by = verified["steps"][4]["by"].as_str().expect("the datastream that shows it");
    let shown =
        server.json(&format!("/sensorthings/v1.1/{by}/Observations?$orderby=id desc&$top=1"));
    assert_eq!(shown["value"][0]["result"], 83.0, "{shown}");
    // The same order again is the same order, whoever asks when.
    let again = json!({
        "targets": capabilities(&server, LAMPS), "taskingParameters": {"dim": 83},
        "reason": "Kiểm tra tuyến đèn", "key": "kiem-tra-1", "ttl": 60,
    });
    let again = post(&server, "van-hanh-a", "/commands/orders", &again).expect(200).json();
    assert_eq!(again["order"], made["order"]);
    drop(fleet);
}
