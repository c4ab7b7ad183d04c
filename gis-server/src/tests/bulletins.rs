//! Official bulletins come in as CAP 1.2, are told through a gateway, and that reports.

use axum::{Json, Router, http::Method, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::fixture::{Answer, Service};

const TOKENS: &str = r#"
[[token]]
name = "Trực ban A"
token = "truc-ban-a"
roles = ["operator"]
[[token]]
name = "Tổng đài tin nhắn"
token = "tong-dai-tin-nhan"
roles = ["gateway"]
[[token]]
name = "Cán bộ"
token = "can-bo-phuong"
roles = ["officer"]
"#;

/// A bulletin of the meteorological service.
fn bulletin(identifier: &str, kind: &str, references: &str) -> String {
    let references = match references {
        "" => String::new(),
        it => format!("<references>kttv@example.vn,{it},2025-10-30T06:00:00+07:00</references>"),
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier><sender>kttv@example.vn</sender>
  <sent>2025-10-30T06:00:00+07:00</sent>
  <status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{references}
  <info>
    <language>vi-VN</language><category>Met</category><event>Lũ</event>
    <urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
    <headline>Lũ trên sông Thu Bồn ở báo động III</headline>
    <area><areaDesc>Vùng hạ lưu sông Thu Bồn</areaDesc>
      <polygon>15.8,108.2 15.8,108.4 15.95,108.4 15.95,108.2 15.8,108.2</polygon></area>
  </info>
</alert>"#
    )
}

async fn send(service: &Service, token: &str, query: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/cap+xml"), ("authorization", &*bearer)];
    service.ask(Method::POST, &format!("/alerts/bulletins{query}"), &headers, body).await
}

const RISK: &str = "?event=flood&risk-level=3&issuer=%C4%90%C3%A0i%20KTTV&number=05&issued=2025-10-30T06:00:00%2B07:00";

#[tokio::test]
async fn a_bulletin_is_imported_once_updated_and_withdrawn() {
    let service = Service::with_gauges_and_tokens(TOKENS);
    let first = bulletin("LULU-05", "Alert", "");
    let made = send(&service, "truc-ban-a", RISK, &first).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let alert = made.json();
    assert_eq!((&alert["state"], &alert["event"]), (&json!("raised"), &json!("flood")), "{alert}");
    assert_eq!(alert["risk"]["level"], 3);
    assert_eq!(alert["risk"]["bulletin"]["issuer"], "Đài KTTV");
    let address = made.header("location").to_owned();
    assert!(address.ends_with(&format!("/alerts/{}", alert["id"].as_str().unwrap())), "{address}");

    let again = send(&service, "truc-ban-a", "?event=flood", &first).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (200, &*address));
    assert_eq!(again.json(), alert, "a bulletin adds nothing the second time");

    let update = bulletin("LULU-06", "Update", "LULU-05");
    assert_eq!(send(&service, "truc-ban-a", "", &update).await.json()["id"], alert["id"]);
    let cancel = bulletin("LULU-07", "Cancel", "LULU-06");
    assert_eq!(send(&service, "truc-ban-a", "", &cancel).await.json()["state"], "cleared");
    // Also after it is over.
    for known in [&first, &update, &cancel] {
        let again = send(&service, "truc-ban-a", "", known).await;
        assert_eq!((again.status.as_u16(), &again.json()["id"]), (200, &alert["id"]));
    }
    let late = bulletin("LULU-08", "Update", "LULU-05");
    assert_eq!(send(&service, "truc-ban-a", "", &late).await.status, 409);
    let all = service.json("/alerts?state=all").await;
    assert_eq!(all["alerts"].as_array().unwrap().len(), 1, "{all}");
}

#[tokio::test]
async fn what_is_no_bulletin_or_not_from_who_is_on_duty_is_refused() {
    let service = Service::with_gauges_and_tokens(TOKENS);
    let good = bulletin("LULU-05", "Alert", "");
    let entity = good.replacen("<alert", "<!DOCTYPE a [<!ENTITY x \"y\">]>\n<alert", 1);
    let large = format!("{good}{}", " ".repeat(2 << 20));
    let lost = bulletin("LULU-06", "Update", "LULU-01");
    for (token, query, body, status, said) in [
        ("can-bo-phuong", "", &*good, 403, "operator"),
        ("tong-dai-tin-nhan", "", &*good, 403, "operator"),
        ("truc-ban-a", "", "<alert>", 400, ""),
        ("truc-ban-a", "", &*entity, 400, "document types"),
        ("truc-ban-a", "", &*large, 413, "too large"),
        ("truc-ban-a", "", &*lost, 400, "import that first"),
        ("truc-ban-a", "?event=party", &*good, 400, "flood"),
        ("truc-ban-a", "?risk-level=3", &*good, 400, "issuer"),
        ("truc-ban-a", &*RISK.replace("level=3", "level=9"), &*good, 400, "1 to 5"),
        ("truc-ban-a", "?colour=red", &*good, 400, "colour"),
    ] {
        let refused = send(&service, token, query, body).await;
        assert_eq!(refused.status, status, "{token} {query}: {}", refused.text());
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
    }
    let headers = [("content-type", "application/json"), ("authorization", "Bearer truc-ban-a")];
    let json = service.ask(Method::POST, "/alerts/bulletins", &headers, "{}").await;
    assert_eq!(json.status, 415);
    assert_eq!(service.json("/alerts").await["alerts"], json!([]), "nothing was opened");
}

/// A gateway for text messages that names each, and reports by itself.
async fn gateway() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let take = |Json(body): Json<Value>| async move { Json(json!({ "id": body["key"] })) };
    let router = Router::new().route("/send", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/send")
}

/// Waits until the message of an alert has such a receipt as its last.
async fn last_receipt(service: &Service, alert: &str, kind: &str) -> Value {
    let path = format!("/alerts/{alert}/receipts");
    for _ in 0..300 {
        let headers = [("authorization", "Bearer truc-ban-a")];
        let found = service.ask(Method::GET, &path, &headers, "").await.json();
        let delivery = found["deliveries"][0].clone();
        let receipts = delivery["receipts"].as_array().cloned().unwrap_or_default();
        if receipts.last().is_some_and(|last| last["kind"]["kind"] == kind) {
            return delivery;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no delivery of alert {alert} is {kind}");
}

#[tokio::test]
async fn a_gateway_reports_what_became_of_a_message() {
    let channel = format!(
        r#"
        [[channel]]
        id = "sms"
        kind = "sms"
        url = "{}"
        recipients = ["+84 900 000 001"]
        reference = "/id"
        [channel.template]
        key = "{{key}}"
        text = "{{text}}"
        [channel.status]
        pointer = "/status"
        reference = "/message"
        delivered = ["DELIVRD"]
        failed = ["UNDELIV"]
        "#,
        gateway().await
    );
    let files = [("alerts.toml", &*channel), ("tokens.toml", TOKENS)];
    let service = Service::with_gauges_and_files(&files);
    let made = send(&service, "truc-ban-a", "", &bulletin("LULU-05", "Alert", "")).await.json();
    let alert = made["id"].as_str().unwrap();
    let delivery = last_receipt(&service, alert, "sent").await;
    let told = json!({ "message": delivery["key"], "status": "DELIVRD" });

    let report = |token: &'static str, channel: &'static str, body: String| {
        let (service, bearer) = (&service, format!("Bearer {token}"));
        let path = format!("/alerts/channels/{channel}/reports");
        async move { service.ask(Method::POST, &path, &[("authorization", &*bearer)], &body).await }
    };
    assert_eq!(report("truc-ban-a", "sms", told.to_string()).await.status, 403);
    assert_eq!(report("tong-dai-tin-nhan", "zalo", told.to_string()).await.status, 404);
    assert_eq!(report("tong-dai-tin-nhan", "sms", "{".into()).await.status, 400);
    let unknown = json!({ "message": "another", "status": "DELIVRD" });
    let reports = json!([told, unknown, told]).to_string();
    let taken = report("tong-dai-tin-nhan", "sms", reports).await;
    assert_eq!(taken.json(), json!({ "reports": 3, "matched": 1 }), "{}", taken.text());
    last_receipt(&service, alert, "delivered").await;
}
