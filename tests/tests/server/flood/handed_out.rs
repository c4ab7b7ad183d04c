//! What is handed out of runs: reports, drafts of warnings, and the library of runs made beforehand.

use reqwest::Method;
use serde_json::{Value, json};
use tests::server::Server;

use super::{
    city, city_of, number, start, tile_at,
    variants::{as_public, run, short},
    wait,
};

#[test]
fn a_run_is_handed_out_as_a_document_in_every_format_and_as_a_draft_of_a_warning() {
    let server = Server::on(city_of(2000), &[]);
    std::fs::write(
        server.dir().join("report.toml"),
        "organ = \"Ủy ban nhân dân phường Bàn Thạch\"\nplace = \"Tam Kỳ\"\n",
    )
    .unwrap();
    let mut body = short(&server);
    body["inputs"]["scenario"]["start"] = json!("2026-11-22T00:00:00Z");
    // A cloudburst over all the houses.
    let scenario = body["inputs"]["scenario"].as_object_mut().unwrap();
    scenario.remove("tide");
    let houses = server.json("/collections/buildings")["extent"]["spatial"]["bbox"][0].clone();
    scenario.insert("area".into(), json!({ "bbox": houses }));
    scenario.insert("resolution_m".into(), json!(80));
    let storm = json!({ "design": { "total_mm": 500, "duration_h": 0.5, "shape": "uniform" } });
    scenario.insert("rain".into(), storm);
    let job = run(&server, &body);
    let report = format!("{job}/report");
    for kind in ["full", "quick", "evacuation"] {
        let pdf = server.get(&format!("{report}?kind={kind}")).expect(200);
        assert_eq!(pdf.header("content-type"), "application/pdf");
        assert!(pdf.body.starts_with(b"%PDF-") && pdf.body.len() > 10_000, "{kind}");
    }
    let html = server.get(&format!("{report}?f=html")).expect(200).text();
    for said in ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BÀN THẠCH", "Hòn Dấu", "data:image/png"]
    {
        assert!(html.contains(said), "{said}");
    }
    for packed in ["docx", "xlsx"] {
        let file = server.get(&format!("{report}?f={packed}")).expect(200);
        assert!(file.body.starts_with(b"PK"), "{packed}");
    }
    server.get(&format!("{report}?f=odt")).expect(400);
    server.get(&format!("{report}?kind=long")).expect(400);
    assert_eq!(as_public(&server, Method::GET, &report).status, 403);
    // A form of the folder's own goes before that of the program.
    let form = "[[template]]\nkind = \"quick\"\nvalid_from = \"2026-01-01\"\nsource = \"s\"\n\
        title = { vi = \"Tin nhanh\", en = \"\" }\nsubject = { vi = \"Ngập\", en = \"\" }\n\
        parts = [{ text = \"Lượt {job}: {communes}.\" }, { of = \"communes\" }]\n";
    let own = server.dir().join("templates.toml");
    std::fs::write(&own, form).unwrap();
    let quick = server.get(&format!("{report}?kind=quick&f=html")).expect(200).text();
    assert!(quick.contains("TIN NHANH") || quick.contains("Tin nhanh"), "{quick}");
    assert!(quick.contains("Lượt 1: "), "the places of a form are filled");
    std::fs::write(&own, "[[template]]\nkind = \"slow\"\n").unwrap();
    assert!(server.get(&report).expect(503).text().contains("templates.toml"));
    std::fs::remove_file(&own).unwrap();

    // A map for each commune that is wet.
    let sheets = server.json(&format!("{job}/map-sheets"));
    let code = sheets["sheets"][0]["code"].as_str().unwrap_or_else(|| panic!("{sheets}"));
    let sheet = server.get(&format!("{job}/map-sheets/{code}")).expect(200);
    assert_eq!(sheet.header("content-type"), "application/pdf");
    assert!(sheet.body.starts_with(b"%PDF-") && sheet.body.len() > 20_000);
    let again = server.get(&format!("{job}/map-sheets/{code}")).expect(200);
    assert_eq!(sheet.body, again.body, "it was kept");
    server.get(&format!("{job}/map-sheets/99999999")).expect(404);
    let every = server.get(&format!("{job}/map-sheets/all")).expect(200);
    assert!(every.body.starts_with(b"%PDF-"));
    assert_eq!(as_public(&server, Method::GET, &format!("{job}/map-sheets/{code}")).status, 403);

    // What is wrong with the file of the house is said, not guessed.
    std::fs::write(server.dir().join("report.toml"), "colour = 1").unwrap();
    assert!(server.get(&report).expect(503).text().contains("report.toml"));

    let draft = server.get(&format!("{job}/alert-draft")).expect(200);
    assert!(draft.header("content-type").starts_with("application/cap+xml"));
    let draft = draft.text();
    for said in [
        "<status>Draft</status>",
        "<scope>Restricted</scope>",
        "<language>vi-VN</language>",
        "<polygon>",
    ] {
        assert!(draft.contains(said), "{said}: {draft}");
    }
    assert_eq!(as_public(&server, Method::GET, &format!("{job}/alert-draft")).status, 403);
}

#[test]
fn the_library_has_the_map_for_a_level_at_once_and_says_when_water_is_above_it() {
    let server = Server::on(city(), &[]);
    server.wait_until("the jobs are the server's", |server| server.get("/jobs").status == 200);
    let scenario = short(&server)["inputs"]["scenario"].clone();
    let mut recipe = json!({
        "station": "Tam Kỳ",
        "levels": [
            { "level_m": 2.2, "name": { "vi": "Báo động II", "en": "Alarm II" } },
            { "level_m": 1.7, "name": { "vi": "Báo động I", "en": "Alarm I" } },
        ],
        "scenario": scenario,
    });
    // The kind is the process's; a recipe holds a flood.
    recipe["scenario"].as_object_mut().unwrap().remove("kind");
    let post =
        |body: &Value| server.send(server.request(Method::POST, "/flood-library").json(body));
    let mut without_tide = recipe.clone();
    without_tide["scenario"].as_object_mut().unwrap().remove("tide");
    assert!(post(&without_tide).expect(400).text().contains("tide"));
    let mut without_levels = recipe.clone();
    without_levels["levels"] = json!([]);
    post(&without_levels).expect(400);
    let made = post(&recipe).expect(201).json();
    assert_eq!(made["jobs"].as_array().unwrap().len(), 2, "{made}");
    // They do not count among the five that a person may have.
    let own = start(&server, &short(&server));
    for job in ["/jobs/1", "/jobs/2", own.as_str()] {
        wait(&server, job, "successful");
    }

    let library = server.json("/flood-library");
    let levels = &library["stations"][0]["levels"];
    let told: Vec<f64> =
        levels.as_array().unwrap().iter().map(|it| number(&it["level_m"])).collect();
    assert_eq!(told, [1.7, 2.2], "{library}");
    let ground = |at: usize| number(&levels[at]["flooded"]["ground"][0]["area_ha"]);
    assert!(ground(0) <= ground(1), "more water at a higher level: {library}");

    // Maps to be printed were made with them.
    let maps = server.dir().join("runs/1/sheets");
    assert!(std::fs::read_dir(&maps).unwrap().count() > 0, "{}", maps.display());
    assert_eq!(levels[0]["links"][0]["type"], "application/pdf", "{library}");

    let find =
        |query: &str| server.json(&format!("/flood-library/match?station=Tam%20K%E1%BB%B3{query}"));
    let between = find("&level_m=2.0");
    assert_eq!(
        (&between["chosen"]["level_m"], &between["below"]["level_m"]),
        (&json!(2.2), &json!(1.7))
    );
    assert_eq!(
        (&between["warning"], &between["chosen"]["name"]["vi"]),
        (&Value::Null, &json!("Báo động II"))
    );
    assert!((number(&between["between"]["share"]) - 0.6).abs() < 1e-9, "{between}");
    let tiles = between["between"]["tiles"].as_str().unwrap();
    let (_, path) = tiles.split_once("/flood-library").unwrap();
    let [west, south, east, north] = {
        let bbox = &scenario["area"]["bbox"];
        [0, 1, 2, 3].map(|at| number(&bbox[at]))
    };
    let (column, row) = tile_at((west + east) / 2.0, (south + north) / 2.0, 12);
    let path = path
        .replace("{z}", "12")
        .replace("{x}", &column.to_string())
        .replace("{y}", &row.to_string());
    let tile = server.get(&format!("/flood-library{path}")).expect(200);
    assert!(tile.body.starts_with(b"\x89PNG"));
    let above = find("&level_m=3.1");
    assert_eq!((&above["chosen"]["level_m"], &above["between"]), (&json!(2.2), &Value::Null));
    assert!(above["warning"]["vi"].as_str().unwrap().contains("2,2"), "{above}");
    server
        .get("/flood-library/map/tiles/WebMercatorQuad/12/1/1?station=Tam%20K%E1%BB%B3&level_m=3.1")
        .expect(404);
    // Floods of the past are known with their sources.
    let past = server.json("/flood-library/past");
    assert!(past["floods"].as_array().unwrap().iter().all(|flood| {
        flood["peaks"].as_array().unwrap().iter().all(|peak| peak["source"].is_string())
    }));
    server.get("/flood-library/match?station=Hue&level_m=1").expect(404);
    server.get("/flood-library/match?station=Tam%20K%E1%BB%B3&level_m=high").expect(400);
    // Nobody said which datastream tells the level of now.
    server.get("/flood-library/match?station=Tam%20K%E1%BB%B3").expect(404);
    assert_eq!(as_public(&server, Method::POST, "/flood-library").status, 403);
}
