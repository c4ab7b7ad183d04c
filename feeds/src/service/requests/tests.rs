use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    ManualClock,
    log::{LetterId, ObservationLog},
    model::Seq,
    service::ServiceConfig,
};

/// A service of its own, and who asks it.
pub(super) struct House {
    service: Arc<Service>,
    rights: Rights,
    _dir: TempDir,
}

pub(super) fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-11-21T05:00:00Z".parse().unwrap()));
    let config = ServiceConfig { root: "https://x.example/v1.1".to_owned(), ..Default::default() };
    let (service, _) = Service::open(dir.path(), config, clock).unwrap();
    House { service: Arc::new(service), rights: Rights::everything("test"), _dir: dir }
}

impl House {
    pub(super) async fn ask(&self, method: Method, address: &str, body: Value) -> Response {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let (path, query) = (path.to_owned(), query.to_owned());
        self.send(Request { method, path, query, body, ..Request::default() }).await
    }

    async fn send(&self, request: Request) -> Response {
        self.service.respond(request, &self.rights).await
    }

    pub(super) async fn get(&self, address: &str) -> Value {
        document(&self.ask(Method::Get, address, Value::Null).await)
    }
}

pub(super) fn document(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or(Value::Null)
}

fn gauge() -> Value {
    json!({
        "name": "Trạm Tam Kỳ",
        "Locations": [{
            "name": "Cầu", "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [108.49, 15.57]},
        }],
        "Datastreams": [{
            "name": "Mực nước",
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
            "Sensor": {"name": "Ra-đa", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty": {"name": "Mực nước", "definition": "https://x.example/level"},
            "Observations": [{"phenomenonTime": "2026-11-21T04:00:00Z", "result": 1.5}],
        }],
    })
}

#[tokio::test]
async fn what_is_made_is_told_with_its_address_and_found_there() {
    let house = house();
    let made = house.ask(Method::Post, "Things", gauge()).await;
    assert_eq!(
        (made.status, made.location.as_deref()),
        (201, Some("https://x.example/v1.1/Things(1)"))
    );
    assert_eq!(document(&made)["name"], "Trạm Tam Kỳ");
    assert_eq!(house.get("Datastreams(1)/Observations").await["value"][0]["result"], 1.5);
    let root = house.get("").await;
    assert_eq!(root["value"][0], json!({"name": "Things", "url": "https://x.example/v1.1/Things"}));
    let elsewhere = Request {
        path: "Things(1)".to_owned(),
        root: "http://other:8080/sta/v1.1".to_owned(),
        ..Request::default()
    };
    let elsewhere = document(&house.send(elsewhere).await);
    assert_eq!(elsewhere["@iot.selfLink"], "http://other:8080/sta/v1.1/Things(1)");
}

#[tokio::test]
async fn observations_are_acknowledged_from_the_disk_or_refused_with_a_dead_letter() {
    let house = house();
    house.ask(Method::Post, "Things", gauge()).await;
    let sent = house.ask(Method::Post, "Datastreams(1)/Observations", json!({"result": 2})).await;
    assert_eq!((sent.status, document(&sent)["@iot.id"].as_i64()), (201, Some(2)));
    let address = sent.location.unwrap();
    assert_eq!(address, "https://x.example/v1.1/Observations(2)");
    for (path, body, status, letter) in [
        ("Datastreams(1)/Observations", json!({"result": "ngập"}), 400, 1),
        ("Datastreams(9)/Observations", json!({"result": 1}), 404, 2),
        ("Observations", json!({"result": 1, "Datastream": {"@iot.id": 9}}), 400, 3),
        ("Observations", json!({"resultat": 1}), 400, 4),
    ] {
        let refused = house.ask(Method::Post, path, body).await;
        assert_eq!(refused.status, status, "{path}");
        assert_eq!(document(&refused)["letter"], letter, "{path}");
    }
    let letters = house.service.log.letters(LetterId(0), 10).unwrap();
    assert_eq!(letters.len(), 4);
    let patched = house.ask(Method::Patch, "Observations(2)", json!({"result": 3})).await;
    assert_eq!((patched.status, document(&patched)["result"].as_i64()), (200, Some(3)));
    assert_eq!(house.ask(Method::Delete, "Observations(2)", Value::Null).await.status, 200);
    assert_eq!(house.ask(Method::Get, "Observations(2)", Value::Null).await.status, 404);
}

#[tokio::test]
async fn rows_of_a_table_answer_one_by_one() {
    let house = house();
    house.ask(Method::Post, "Things", gauge()).await;
    let table = json!([{
        "Datastream": {"@iot.id": 1}, "components": ["phenomenonTime", "result"],
        "dataArray": [
            ["2026-11-21T04:10:00Z", 1], ["gestern", 2], ["2026-11-21T04:20:00Z", "x"],
            ["2026-11-21T04:30:00Z", 4],
        ],
    }]);
    let told = house.ask(Method::Post, "CreateObservations", table).await;
    assert_eq!(told.status, 201);
    let told = document(&told);
    assert_eq!((&told[1], &told[2]), (&json!("error"), &json!("error")));
    assert_eq!(told[0], "https://x.example/v1.1/Observations(2)");
    assert_eq!(house.get("Observations?$count=true").await["@iot.count"], 3);
    assert_eq!(house.service.log.letters(LetterId(0), 10).unwrap().len(), 2);
}

#[tokio::test]
async fn a_document_whose_observations_are_refused_makes_nothing() {
    let house = house();
    let mut document_ = gauge();
    document_["Datastreams"][0]["Observations"][0]["phenomenonTime"] =
        json!("1970-01-01T00:00:00Z");
    let refused = house.ask(Method::Post, "Things", document_).await;
    assert_eq!(refused.status, 400, "{:?}", document(&refused));
    for set in ["Things", "Datastreams", "Locations", "FeaturesOfInterest", "Observations"] {
        assert_eq!(house.get(set).await["value"], json!([]), "{set}");
    }
}

#[tokio::test]
async fn a_batch_in_json_refers_to_what_it_made_and_groups_are_atomic() {
    let house = house();
    let batch = json!({"requests": [
        {"id": "t", "method": "post", "url": "Things", "body": {"name": "Đèn"}},
        {"id": "l", "method": "post", "url": "$t/Datastreams", "dependsOn": ["t"], "body":
            gauge()["Datastreams"][0]},
        {"id": "o", "method": "post", "url": "Observations", "dependsOn": ["l"],
            "body": {"result": 7, "Datastream": {"@iot.id": "$l"}}},
        {"id": "g1", "atomicityGroup": "g", "method": "post", "url": "Things",
            "body": {"name": "một"}},
        {"id": "g2", "atomicityGroup": "g", "method": "patch", "url": "$g1",
            "body": {"nam": "hai"}},
        {"id": "n", "method": "get", "url": "Things?$count=true", "dependsOn": ["g"]},
        {"id": "r", "method": "get", "url": "Things?$count=true&$select=name"},
    ]});
    let answered = document(&house.ask(Method::Post, "$batch", batch).await);
    let statuses: Vec<_> = answered["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["status"].as_i64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 201, 201, 424, 400, 424, 200], "{answered}");
    assert_eq!(answered["responses"][6]["body"]["@iot.count"], 1);
    let observed = house.get("Things(1)/Datastreams(1)/Observations?$orderby=id").await;
    assert_eq!(observed["value"][1]["result"], 7);
}

#[tokio::test]
async fn a_change_set_is_done_as_one_with_its_observations_after() {
    let house = house();
    house.ask(Method::Post, "Things", gauge()).await;
    let body = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n\
        --c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
        POST Things HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"name\":\"A\"}\r\n\
        --c\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\n\
        POST Datastreams(1)/Observations HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
        {\"result\":9}\r\n\
        --c\r\nContent-Type: application/http\r\nContent-ID: 3\r\n\r\n\
        PATCH $1 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"description\":\"b\"}\r\n\
        --c--\r\n\r\n--b--\r\n";
    let request = Request {
        method: Method::Post,
        path: "$batch".to_owned(),
        content_type: Some("multipart/mixed; boundary=b".to_owned()),
        body: body.into(),
        ..Request::default()
    };
    let answered = house.send(request).await;
    assert_eq!(answered.status, 200);
    let text = String::from_utf8(answered.body.to_vec()).unwrap();
    assert_eq!(text.matches("HTTP/1.1 201 Created").count(), 2, "{text}");
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 1, "{text}");
    assert_eq!(house.get("Things(2)").await["description"], "b");
    assert_eq!(house.get("Observations?$count=true").await["@iot.count"], 2);
}

#[tokio::test]
async fn who_may_not_is_refused_everywhere() {
    let mut house = house();
    house.ask(Method::Post, "Things", gauge()).await;
    house.rights = Rights {
        name: "nobody".into(),
        may_read: false,
        may_publish: MayPublish::Nothing,
        may_edit: false,
        may_command: false,
    };
    let batch = json!({"requests": [{"id": "1", "method": "get", "url": "Things"}]});
    for (method, path, body) in [
        (Method::Get, "Things", Value::Null),
        (Method::Head, "Things(1)/name", Value::Null),
        (Method::Post, "Things", json!({"name": "x"})),
        (Method::Patch, "Things(1)", json!({"name": "x"})),
        (Method::Delete, "Things(1)", Value::Null),
        (Method::Delete, "Observations(1)", Value::Null),
        (Method::Post, "Datastreams(1)/Observations", json!({"result": 1})),
        (Method::Post, "Observations", json!({})),
        (Method::Post, "CreateObservations", json!([])),
    ] {
        assert_eq!(house.ask(method, path, body).await.status, 403, "{method:?} {path}");
    }
    let letters = house.service.log.letters(LetterId(0), 10).unwrap();
    assert!(letters.is_empty(), "strangers do not fill the dead letters");
    let answered = document(&house.ask(Method::Post, "$batch", batch).await);
    assert_eq!(answered["responses"][0]["status"], 403);
    assert_eq!(house.ask(Method::Get, "", Value::Null).await.status, 200);
}

#[tokio::test]
async fn hostile_requests_are_refused_with_a_reason() {
    let house = house();
    house.ask(Method::Post, "Things", gauge()).await;
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let huge = "x".repeat(MOST_BODY_BYTES + 1);
    let bomb = format!("$expand={}", vec!["Datastreams/Thing"; 60].join(","));
    let send = async |method, path: &str, query: &str, body: String| {
        let (path, query) = (path.to_owned(), query.to_owned());
        let request = Request { method, path, query, body: body.into(), ..Request::default() };
        house.send(request).await
    };
    for (method, path, query, body, status) in [
        (Method::Post, "Things", "", deep.clone(), 400),
        (Method::Post, "Observations", "", deep.clone(), 400),
        (Method::Post, "CreateObservations", "", deep.clone(), 400),
        (Method::Post, "$batch", "", deep, 400),
        (Method::Post, "Things", "", huge.clone(), 413),
        (Method::Post, "$batch", "", huge, 413),
        (Method::Get, "Things", bomb.as_str(), String::new(), 400),
        (Method::Get, "Things", "$top=-1", String::new(), 400),
        (Method::Get, "Lamps", "", String::new(), 404),
        (Method::Put, "Things", "", "{}".to_owned(), 405),
        (Method::Post, "Datastreams(1)/Observations", "", "{\"result\": NaN}".to_owned(), 400),
    ] {
        let refused = send(method, path, query, body).await;
        assert_eq!(refused.status, status, "{method:?} {path}");
        let problem = document(&refused);
        assert!(problem["detail"].as_str().is_some_and(|it| it.len() > 20), "{path}: {problem}");
    }
    let form = Request {
        method: Method::Post,
        path: "Things".to_owned(),
        content_type: Some("application/x-www-form-urlencoded".to_owned()),
        ..Request::default()
    };
    assert_eq!(house.send(form).await.status, 415);
}

#[tokio::test]
async fn observations_of_a_batch_keep_their_order_and_wait_for_the_disk_together() {
    let house = house();
    house.ask(Method::Post, "Things", gauge()).await;
    let requests: Vec<_> = (0..700)
        .map(|n| {
            let body = if n == 300 { json!({"result": "x"}) } else { json!({"result": n}) };
            json!({"id": n.to_string(), "method": "post", "url": "Datastreams(1)/Observations", "body": body})
        })
        .collect();
    let before = house.service.log.health().commits;
    let answered = house.ask(Method::Post, "$batch", json!({ "requests": requests })).await;
    let answered = document(&answered);
    assert_eq!(answered["responses"][300]["status"], 400);
    assert_eq!(answered["responses"][699]["id"], "699");
    let entries = house.service.log.read(Seq::new(1), 1000).unwrap();
    let results: Vec<_> =
        entries.iter().filter_map(|entry| entry.observation.result.as_number()).collect();
    let expected: Vec<_> = (0..700).filter(|n| *n != 300).map(f64::from).collect();
    assert_eq!(results, expected);
    // Two runs; the log may part each of them where it takes jobs while they still come.
    let commits = house.service.log.health().commits - before;
    assert!(commits < 100, "{commits} commits");
}

/// Pieces that requests are made of, to be put together at random.
fn scraps() -> impl Strategy<Value = String> {
    let scraps = prop::sample::select(vec![
        "--b",
        "--b--",
        "\r\n",
        "\n\n",
        "Content-Type: application/http",
        "POST Things HTTP/1.1",
        "GET $1 HTTP/1.1",
        "Content-ID: 1",
        "{",
        "}",
        "[",
        "]",
        "\"requests\":",
        "\"id\":\"1\",",
        "\"url\":\"$1\",",
        "\"method\":\"post\",",
        "\"@iot.id\":\"$1\"",
        "\"op\":\"add\",",
        "\"path\":\"/a/-\",",
        "null",
        "1e999",
        ",",
        ":",
        "\u{0}",
        "ổ",
        "Content-Length: 99999999999",
    ]);
    prop::collection::vec(scraps, 0..24).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is sent: it is answered, and what refuses it is the sender's to mend.
    #[test]
    fn no_bytes_make_the_service_fail(
        method in prop::sample::select(Method::ALL.to_vec()),
        path in prop::sample::select(vec![
            "$batch", "Things", "Things(1)", "Observations(1)", "CreateObservations",
            "Datastreams(1)/Observations", "Things(1)/Datastreams", "%", "Things('1')", "",
        ]),
        content_type in prop::sample::select(vec![
            "application/json", "multipart/mixed; boundary=b", "application/json-patch+json", "",
        ]),
        query in "[$a-z=(),; ]{0,20}",
        body in scraps(),
    ) {
        static HOUSE: std::sync::OnceLock<(House, tokio::runtime::Runtime)> =
            std::sync::OnceLock::new();
        let (house, runtime) =
            HOUSE.get_or_init(|| (house(), tokio::runtime::Runtime::new().unwrap()));
        let request = Request {
            method,
            path: path.to_owned(),
            query,
            content_type: Some(content_type.to_owned()),
            body: body.into(),
            ..Request::default()
        };
        let answer = runtime.block_on(house.send(request));
        prop_assert!((200..500).contains(&answer.status), "{answer:?}");
    }
}
