//! What a scenario may have besides water and land: structures, flood marks, an ensemble; and what is
//! done with its results: comparing and publishing.

use reqwest::Method;
use serde_json::{Value, json};
use tests::server::{Reply, Server};

use super::{city, example, execute, number, start, wait};

/// The example on coarse cells, for half an hour.
pub(super) fn short(server: &Server) -> Value {
    let mut body = example(server, 0.5);
    body["inputs"]["scenario"]["resolution_m"] = json!(40);
    body["inputs"]["scenario"]["method"] = json!("local-inertia");
    body
}

pub(super) fn run(server: &Server, body: &Value) -> String {
    let job = start(server, body);
    wait(server, &job, "successful");
    job
}

/// As somebody behind a proxy: no token, and not from this machine.
pub(super) fn as_public(server: &Server, method: Method, path: &str) -> Reply {
    let request = server.request(method, path).header("x-forwarded-for", "203.0.113.9");
    server.send(request.header("accept", "application/json, */*;q=0.5"))
}

#[test]
fn structures_marks_and_members_of_an_ensemble_are_told_of_and_runs_are_compared() {
    let server = Server::on(city(), &[]);
    let plain = short(&server);
    let first = run(&server, &plain);
    let summary = server.json(&format!("{first}/results"))["summary"].clone();
    let deepest = summary["deepest"]["at"].clone();
    let bbox = plain["inputs"]["scenario"]["area"]["bbox"].clone();
    let [w, s, e, n] = [0, 1, 2, 3].map(|i| number(&bbox[i]));
    let (lon, lat) = ((w + e) / 2.0, (s + n) / 2.0);

    let mut built = plain.clone();
    let scenario = &mut built["inputs"]["scenario"];
    // Water that stands on land is lifted away at once; the levee holds nothing back for lack of a river.
    scenario["structures"] = json!([
        { "name": "Trạm bơm", "works": { "pump": {
            "from": deepest, "m3_s": 3.0, "starts_at_m": -90.0, "stops_at_m": -95.0,
        }}},
        { "name": "Đê", "works": { "levee": {
            "line": [[lon - 0.004, lat, 90.0], [lon + 0.004, lat + 0.002, 90.0]],
            "breach": { "at": [lon, lat], "begins_h": 0.1, "grows_h": 0.1, "width_m": 30.0, "bottom_m": 0.0 },
        }}},
    ]);
    scenario["marks"] = json!([
        { "name": "cột mốc", "at": deepest, "height": { "depth_m": 0.4 }, "source": "xã" },
        { "name": "ngoài vùng", "at": [100.0, 10.0], "height": { "level_m": 4.0 } },
    ]);
    scenario["ensemble"] = json!([{ "rain": 3.0 }, { "rain": 0.0, "weight": 2.0 }]);
    let second = run(&server, &built);
    let results = server.json(&format!("{second}/results"));
    let summary = &results["summary"];
    assert_eq!(summary["members"], 2);
    let [pump, levee] = [0, 1].map(|i| &summary["structures"][i]);
    assert_eq!((&pump["name"], &levee["name"]), (&json!("Trạm bơm"), &json!("Đê")));
    assert!(number(&pump["volume_m3"]) > 0.0, "{pump}");
    let pumped = number(&summary["ledger"]["pumped_out_m3"]);
    assert!((pumped / number(&pump["volume_m3"]) - 1.0).abs() < 1e-6, "{pumped} m³, {pump}");
    assert!(number(&summary["ledger"]["relative_error"]).abs() < 1e-5, "{summary}");
    let marks = &summary["marks"];
    assert_eq!((&marks["counted"], &marks["marks"][1]["error_m"]), (&json!(1), &Value::Null));
    let (error, rmse) = (number(&marks["marks"][0]["error_m"]), number(&marks["rmse_m"]));
    assert!((error.abs() - rmse).abs() < 1e-9 && error > -0.41, "{marks}");
    for raster in ["probability-30cm", "depth-p50", "depth-p90"] {
        assert_eq!(results[raster]["type"], results["max-depth"]["type"], "{raster}");
        server.get(&format!("{second}/results/{raster}")).expect(200);
    }
    server.get(&format!("{first}/results/depth-p50")).expect(404);

    // The second against the first, and a run against itself.
    let compared = server.json(&format!("{first}/comparison/2"));
    assert!(number(&compared["common_ha"]) > 0.0, "{compared}");
    assert!(number(&compared["greatest_fall"]["change_m"]) < 0.0, "a pump lowers: {compared}");
    let raster = server.get(&format!("{first}/comparison/2/raster")).expect(200);
    assert!(raster.header("content-type").starts_with("image/tiff"));
    let same = server.json(&format!("{first}/comparison/1"));
    for change in ["deeper_ha", "shallower_ha", "newly_flooded_ha", "no_longer_flooded_ha"] {
        assert_eq!(number(&same[change]), 0.0, "{same}");
    }
    server.get(&format!("{first}/comparison/9")).expect(404);
    server.get(&format!("{first}/comparison/2/raster?output=arrival")).expect(400);

    // A structure that stands nowhere here is refused by its place.
    built["inputs"]["scenario"]["structures"][0]["works"]["pump"]["from"] = json!([100.0, 10.0]);
    let (status, refused, _) = execute(&server, &built);
    assert_eq!(status, 400, "{refused}");
    assert!(refused.to_string().contains("structures[0].works.pump.from"), "{refused}");
}

#[test]
fn results_are_internal_until_somebody_publishes_them_and_when_they_take_them_back() {
    let server = Server::on(city(), &[]);
    let job = run(&server, &short(&server));
    let results = format!("{job}/results");
    let publication = format!("{job}/publication");
    let of_public = |path: &str| as_public(&server, Method::GET, path).status;
    assert_eq!([of_public(&job), of_public(&results)], [403, 403]);
    assert_eq!(as_public(&server, Method::GET, "/jobs").json()["jobs"], json!([]));
    assert_eq!(server.json(&results)["summary"]["standing"]["vi"], "Nội bộ, tham khảo");

    let put = |body: Value| server.send(server.request(Method::PUT, &publication).json(&body));
    put(json!({ "statement": { "vi": " ", "en": "" } })).expect(400);
    put(json!({ "said": "yes" })).expect(400);
    let refused = as_public(&server, Method::PUT, &publication).status;
    assert_eq!(refused, 403);
    let statement = json!({ "vi": "Công bố để nhân dân biết", "en": "For everyone" });
    let job_now = put(json!({ "statement": statement })).expect(200).json();
    assert_eq!(job_now["published"]["statement"], statement, "{job_now}");

    assert_eq!([of_public(&job), of_public(&results)], [200, 200]);
    let shown = as_public(&server, Method::GET, &results).json();
    let standing = shown["summary"]["standing"]["vi"].as_str().unwrap();
    assert!(standing.starts_with("Đã công bố ngày "), "{standing}");
    assert_eq!(of_public(&format!("{results}/max-depth")), 200);
    assert_eq!(of_public(&format!("{results}/roads")), 200);
    // Lists of households, and stopping or removing runs, are for who is on duty.
    for people in ["units", "buildings", "evacuation"] {
        assert_eq!(of_public(&format!("{results}/{people}")), 403, "{people}");
    }
    assert_eq!(as_public(&server, Method::DELETE, &job).status, 403);

    server.send(server.request(Method::DELETE, &publication)).expect(200);
    assert_eq!(of_public(&results), 403);
    let other = start(&server, &short(&server));
    let early = server.request(Method::PUT, &format!("{other}/publication"));
    let early = server.send(early.json(&json!({ "statement": statement }))).status;
    assert!(early == 409 || server.json(&other)["status"] == "successful", "{early}");
}
