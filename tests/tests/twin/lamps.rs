//! An order to a lamp goes to its controller and comes back as light: two persons, the server, the simulated
//! devices and the twin, each as they are.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fleet::{Fleet, TOKENS},
    program::ended,
    server::Server,
    town,
};

use crate::twin;

#[test]
fn a_lamp_that_is_ordered_to_dim_burns_so_in_the_scene() {
    let town = town::demo(500).copy();
    fs::write(town.dir().join("tokens.toml"), TOKENS).expect("the folder is writable");
    let server = Server::on(town, &[]);
    let post = |token: &str, path: &str, body: &Value| {
        let request = server.request(Method::POST, path).bearer_auth(token);
        server.send(request.header("content-type", "application/json").body(body.to_string()))
    };
    let capabilities = |server: &Server| -> Vec<Value> {
        let found = server.json("/sensorthings/v1.1/TaskingCapabilities?$top=6&$select=id");
        let found = found["value"].as_array().expect("a set").iter();
        found.map(|it| it["@iot.id"].clone()).collect()
    };
    server.wait_until("lamps are Things", |server| capabilities(server).len() == 6);
    let _fleet = Fleet::start(&server, &[]);
    server.wait_until("the devices speak", |server| server.json("/live/health")["stored"] != 0);

    // Sodium lamps go no lower than 60 %.
    let order = json!({
        "targets": capabilities(&server), "taskingParameters": { "dim": 71 },
        "reason": "Kiểm tra đèn", "key": "kiem-tra-2", "ttl": 60,
    });
    let made = post("van-hanh-a", "/commands/orders", &order).expect(201).json();
    let address = format!("/commands/orders/{}", made["order"]);
    // Where so few lamps need no second person, this changes nothing.
    post("van-hanh-b", &format!("{address}/approve"), &Value::Null);
    // A lamp that obeyed, and what shows that it did.
    let obeyed = |server: &Server| -> Option<Value> {
        let order = server.get_as("van-hanh-b", &address).expect(200).json();
        let commands = order["commands"].as_array().expect("commands");
        let verified = commands.iter().find(|it| it["status"] == "verified")?;
        verified["steps"].as_array().and_then(|steps| Some(steps.last()?["by"].clone()))
    };
    server.wait_until("a lamp has obeyed", |server| obeyed(server).is_some());
    let by = obeyed(&server).expect("it was there");
    let latest = server.json("/live/latest");
    let shows = |value: &Value| by == format!("Datastreams({})", value["datastream"]);
    let mut things =
        latest["features"].as_array().expect("Things").iter().map(|it| &it["properties"]);
    let lamp = things
        .find(|thing| thing["values"].as_array().is_some_and(|values| values.iter().any(shows)))
        .unwrap_or_else(|| panic!("no Thing has {by}"));
    let feature = format!("{}/{}", text_of(&lamp["layer"]), text_of(&lamp["feature"]));
    let described = |_: &Server| -> Value {
        let arguments = ["describe", "--server", server.address(), "--feature", feature.as_str()];
        let said = ended(&mut twin(&arguments));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        serde_json::from_str(&said.stdout).expect("twin describe says JSON")
    };
    server.wait_until("the lamp burns as it was told", |server| {
        let lamp = described(server);
        lamp["light"] == "on" && (lamp["share"].as_f64().unwrap_or(0.0) - 0.71).abs() < 1e-6
    });
    assert_eq!(described(&server)["by_controller"], true);
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
