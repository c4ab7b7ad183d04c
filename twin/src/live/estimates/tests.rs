use serde_json::json;

use super::*;

fn document() -> wire::Nowcast {
    let document = json!({
        "issued": "2026-11-22T11:00:10Z", "cycle_min": 10.0, "horizon_h": 2.0, "members": 24,
        "simulated": true, "synthetic_terrain": true,
        "times": ["2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"],
        "gauges": [
            {
                "datastream": 12, "name": "Trạm", "at": [108.0, 15.0], "offset_m": 0.5,
                "simulated": false, "left_out": true,
                "state": { "code": "stuck", "title": { "vi": "Đứng yên", "en": "Stuck" }, "used": 0, "left_out": 3 },
                "model": { "p10_m": [0, 0, 0], "p50_m": [0, 0, 0], "p90_m": [0, 0, 0] },
                "corrected": { "p10_m": [1.4, 1.9, 1.7], "p50_m": [1.5, 2.2, 1.9], "p90_m": [1.6, 2.6, 2.2] },
                "alarms": [
                    { "title": { "vi": "BĐ I", "en": "I" }, "level_m": 2.0, "probability": 0.8,
                      "reached": ["2026-11-22T11:20:00Z", "2026-11-22T11:40:00Z", "2026-11-22T12:10:00Z"] },
                    { "title": { "vi": "BĐ II", "en": "II" }, "level_m": 2.5, "probability": 0.2, "reached": null },
                    { "title": { "vi": "BĐ III", "en": "III" }, "level_m": 3.5, "probability": 0.01 },
                ],
            },
            { "datastream": 13, "corrected": { "p10_m": [1.0], "p50_m": [1.0], "p90_m": [1.0] } },
        ],
        "assumptions": [{ "vi": "a", "en": "b" }],
    });
    serde_json::from_value(document).unwrap()
}

#[test]
fn levels_are_told_in_the_stations_own_datum() {
    let mut estimates = Estimates::default();
    estimates.take(Ok(document()));
    assert_eq!(estimates.gauges.len(), 1, "one with other numbers of times is left out");
    let gauge = &estimates.gauges[&12];
    let now = gauge.now().unwrap();
    assert!((now.p50_m - 1.0).abs() < 1e-9 && (now.p90_m - 1.1).abs() < 1e-9, "{now:?}");
    let peak = gauge.peak().unwrap();
    assert_eq!(peak.time, "2026-11-22T12:00:00Z".parse().unwrap());
    assert!((peak.p50_m - 1.7).abs() < 1e-9);
    let (level, chance) = gauge.likely_alarm().unwrap();
    assert_eq!((level, chance.title.vi.as_str(), chance.probability), (2, "BĐ II", 0.2));
    assert!((chance.level_m - 2.0).abs() < 1e-9);
    assert!(gauge.left_out && gauge.state.as_ref().is_some_and(State::is_flag));
}

#[test]
fn a_forecast_grows_old_and_a_lost_server_takes_nothing_away() {
    let mut estimates = Estimates::default();
    estimates.take(Ok(document()));
    let at = |text: &str| text.parse::<Instant>().unwrap();
    assert!(!estimates.is_old(at("2026-11-22T11:29:00Z")));
    assert!(estimates.is_old(at("2026-11-22T11:31:00Z")));
    let lost = |what: &str| TwinError::Server { url: "http://x/nowcast".into(), what: what.into() };
    estimates.take(Err(lost("it hung up")));
    assert!(!estimates.gauges.is_empty() && estimates.trouble.is_some());
    // Who may not ask is told so, and keeps nothing.
    estimates.take(Err(lost("it answered 403 Forbidden: {}")));
    assert!(estimates.gauges.is_empty());
    assert!(estimates.trouble.as_ref().is_some_and(|it| it.en.contains("--token-file")));
}

#[test]
fn where_there_is_no_forecast_the_server_says_why() {
    let none = json!({ "issued": null, "reason": { "vi": "Chưa có", "en": "None" } });
    let mut estimates = Estimates::default();
    estimates.take(Ok(serde_json::from_value(none).unwrap()));
    assert_eq!(estimates.trouble, Some(Title::new("Chưa có", "None")));
    assert!(estimates.is_old("2026-11-22T11:29:00Z".parse().unwrap()));
}
