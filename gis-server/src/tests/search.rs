use super::fixture::Service;

async fn labels(service: &Service, query: &str) -> Vec<String> {
    let found = service.json(&format!("/search?q={}", crate::http::query::encode(query))).await;
    let features = found["features"].as_array().unwrap();
    features.iter().map(|f| f["properties"]["label"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn accents_and_dd_are_folded_and_a_street_in_pieces_is_one_answer() {
    let service = Service::start();
    for query in ["duong tran phu", "TRAN PHU", "Đường Trần Phú", "phu tran"] {
        assert_eq!(labels(&service, query).await, ["Đường Trần Phú"], "{query}");
    }
    let found = service.json("/search?q=tran+phu").await;
    // Around both pieces.
    assert_eq!(found["features"][0]["bbox"], serde_json::json!([108.46, 15.56, 108.47, 15.561]));
}

#[tokio::test]
async fn a_parcel_is_found_by_sheet_and_number() {
    let service = Service::start();
    assert_eq!(labels(&service, "tờ 12 thửa 3").await, ["Thửa 3, tờ 12"]);
    assert_eq!(labels(&service, "thửa 10 tờ 12").await, ["Thửa 10, tờ 12"]);
    let found = service.json("/search?q=to+12+thua+3").await;
    assert_eq!(found["features"][0]["properties"]["kind"], "parcel");
    assert_eq!(found["features"][0]["properties"]["collection"], "parcels");
}

#[tokio::test]
async fn coordinates_are_answered_in_degrees_and_in_the_zone() {
    let service = Service::start();
    for query in ["15.5736, 108.4740", "1722531.703 577453.963"] {
        let found = service.json(&format!("/search?q={}", crate::http::query::encode(query))).await;
        let place = &found["features"][0];
        assert_eq!(place["properties"]["kind"], "coordinate", "{query}");
        // A check point is given to the millimetre, 1e-8 degrees.
        assert!((place["geometry"]["coordinates"][0].as_f64().unwrap() - 108.474).abs() < 1e-8);
    }
}

#[tokio::test]
async fn layers_box_and_limit_narrow_the_answers() {
    let service = Service::start();
    assert_eq!(labels(&service, "giếng").await.len(), 5);
    for (query, expected) in [
        ("q=gieng&limit=2", 2),
        ("q=gieng&layers=roads,parcels", 0),
        ("q=gieng&layers=wells", 5),
        ("q=gieng&bbox=108.4735,15.57,108.4755,15.58", 2),
    ] {
        let found = service.json(&format!("/search?{query}")).await;
        assert_eq!(found["numberReturned"], expected, "{query}");
    }
    for query in ["", "q=", "q=a&limit=0", "q=a&bbox=1", "q=a&colour=red"] {
        assert_eq!(service.get(&format!("/search?{query}")).await.status, 400, "{query}");
    }
}
