use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::{
    ManualClock,
    log::ObservationLog,
    model::{Id, NewObservation, StreamId},
    service::ServiceConfig,
};

/// A service with four gauges, two sensors, and observations.
struct City {
    service: Service,
    _dir: TempDir,
}

fn at(minutes: i64) -> Instant {
    let start: Instant = "2026-11-21T00:00:00Z".parse().unwrap();
    Instant::from_micros(start.as_micros() + minutes * 60_000_000)
}

fn stream(number: i64) -> StreamId {
    StreamId(Id::new(number).unwrap())
}

fn gauge(name: &str, longitude: f64, sensor: Json, unit: &str) -> Json {
    let point = json!({"type": "Point", "coordinates": [longitude, 15.5]});
    json!({
        "name": name, "description": "Trạm đo", "properties": {"mã": {"số": longitude}},
        "Locations": [
            {"name": format!("Chỗ {name}"), "encodingType": "application/geo+json", "location": point},
        ],
        "Datastreams": [{
            "name": format!("Mực nước {name}"),
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": null, "symbol": unit, "definition": null},
            "Sensor": sensor,
            "ObservedProperty": {"name": "Mực nước", "definition": "https://x.example/level"},
        }],
    })
}

fn city() -> City {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(at(600)));
    let config = ServiceConfig { root: "https://x.example/v1.1".to_owned(), ..Default::default() };
    let (service, _) = Service::open(dir.path(), config, clock).unwrap();
    let sensor = |name| json!({"name": name, "encodingType": "text/html", "metadata": "x"});
    for document in [
        gauge("An", 108.1, sensor("Ra-đa"), "m"),
        gauge("Bình", 108.2, sensor("Phao"), "cm"),
        gauge("Cẩm", 108.3, json!({"@iot.id": 1}), "m"),
        gauge("Đức", 108.4, json!({"@iot.id": 2}), "m"),
    ] {
        service.entities.create(EntityKind::Thing, &document).unwrap();
    }
    // Datastream n observes n · 10 + k at minute k · n.
    for k in 0..6 {
        for n in 1..=3 {
            let value = (n * 10 + k) as f64;
            let feature = service.entities.feature_of(stream(n));
            let new = NewObservation::number(stream(n), at(k * n), value);
            let new = NewObservation { feature, ..new };
            service.log.append(&"test".into(), vec![new]).unwrap().wait().unwrap();
        }
    }
    City { service, _dir: dir }
}

/// The answer to a request as it stands behind the root.
fn ask(city: &City, request: &str) -> Result<Option<Answer>, String> {
    let (path, query) = request.split_once('?').unwrap_or((request, ""));
    let path = ResourcePath::parse(path).map_err(|why| why.to_string())?;
    let query = Query::parse(path.target(), query).map_err(|why| why.to_string())?;
    city.service.answer(&path, &query, at(600)).map_err(|why| why.to_string())
}

fn document(city: &City, request: &str) -> Json {
    match ask(city, request) {
        Ok(Some(Answer::Document(document))) => document,
        other => panic!("{request}: {other:?}"),
    }
}

fn ids(set: &Json) -> Vec<i64> {
    set["value"].as_array().unwrap().iter().map(|it| it["@iot.id"].as_i64().unwrap()).collect()
}

fn results(set: &Json) -> Vec<i64> {
    set["value"].as_array().unwrap().iter().map(|it| it["result"].as_i64().unwrap()).collect()
}

#[test]
fn sets_of_entities_are_filtered_ordered_and_cut() {
    let city = city();
    for (request, expected) in [
        ("Things", &[1, 2, 3, 4][..]),
        ("Things?$top=2", &[1, 2]),
        ("Things?$skip=1&$top=2", &[2, 3]),
        ("Things?$top=0", &[]),
        ("Things?$orderby=name desc", &[4, 3, 2, 1]),
        ("Things?$orderby=length(name),id desc&$top=3", &[1, 4, 3]),
        ("Things?$filter=name eq 'An'", &[1]),
        ("Things?$filter=name ne 'An' and not startswith(name,'B')", &[3, 4]),
        ("Things?$filter=substringof('ì',name) or endswith(name,'c')", &[2, 4]),
        ("Things?$filter=length(name) gt 2 and id lt 4", &[2, 3]),
        ("Things?$filter=tolower(name) eq 'đức'", &[4]),
        ("Things?$filter=indexof(name,'ình') eq 1", &[2]),
        ("Things?$filter=substring(name,1,1) eq 'n'", &[1]),
        ("Things?$filter=concat(name,trim('  x ')) eq 'Anx'", &[1]),
        ("Things?$filter=properties/mã/số gt 108.25", &[3, 4]),
        ("Things?$filter=properties/none eq null", &[1, 2, 3, 4]),
        ("Things?$filter=properties/mã/số mod 108 lt 0.15", &[1]),
        ("Things?$filter=round(properties/mã/số mul 10) eq 1084", &[4]),
        ("Things?$filter=ceiling(properties/mã/số sub 108.15) eq 1", &[2, 3, 4]),
        ("Things?$filter=floor(properties/mã/số sub 108.25) eq 0", &[3, 4]),
        ("Things?$filter=Datastreams/unitOfMeasurement/symbol eq 'm'", &[1, 3, 4]),
        ("Things?$filter=Datastreams/Sensor/name eq 'Phao'", &[2, 4]),
        ("Datastreams?$filter=Thing/Locations/name eq 'Chỗ Cẩm'", &[3]),
        (
            "Locations?$filter=geo.distance(location,geography'POINT(108.1 15.5)') le 0.1001",
            &[1, 2],
        ),
        (
            "Locations?$filter=st_within(location,geography'POLYGON((108 15,108.35 15,108.35 16,108 16,108 15))')",
            &[1, 2, 3],
        ),
        (
            "Locations?$filter=not st_disjoint(location,geography'LINESTRING(108.3 15,108.3 16)')",
            &[3],
        ),
        ("Locations?$filter=st_relate(location,geography'POINT(108.1 15.5)','T*F**FFF*')", &[1]),
        ("HistoricalLocations?$filter=time le now()", &[1, 2, 3, 4]),
        (
            "HistoricalLocations?$filter=year(time) eq 2026 and hour(time) eq 10 and month(time) lt 12",
            &[1, 2, 3, 4],
        ),
        (
            "HistoricalLocations?$filter=date(time) eq 2026-11-21 and time(time) ge 10:00:00",
            &[1, 2, 3, 4],
        ),
        ("HistoricalLocations?$filter=time gt now() sub duration'PT1S'", &[1, 2, 3, 4]),
        ("HistoricalLocations?$filter=time lt mindatetime() or time gt maxdatetime()", &[]),
        ("Things(1)/Datastreams", &[1]),
        ("Sensors(2)/Datastreams?$orderby=id desc", &[4, 2]),
        ("Sensors(2)/Datastreams?$filter=unitOfMeasurement/symbol eq 'cm'", &[2]),
    ] {
        assert_eq!(ids(&document(&city, request)), expected, "{request}");
    }
}

#[test]
fn observations_are_read_by_time_by_value_and_across_datastreams() {
    let city = city();
    for (request, expected) in [
        ("Datastreams(1)/Observations", &[10, 11, 12, 13, 14, 15][..]),
        ("Datastreams(1)/Observations?$orderby=phenomenonTime desc&$top=2", &[15, 14]),
        ("Datastreams(1)/Observations?$orderby=phenomenonTime desc&$top=1", &[15]),
        ("Datastreams(2)/Observations?$skip=2&$top=3", &[22, 23, 24]),
        ("Datastreams(2)/Observations?$orderby=result desc&$top=2", &[25, 24]),
        ("Datastreams(3)/Observations?$filter=result ge 32 and result lt 34", &[32, 33]),
        ("Datastreams(3)/Observations?$filter=phenomenonTime gt 2026-11-21T00:09:00Z", &[34, 35]),
        ("Datastreams(3)/Observations?$filter=phenomenonTime le 2026-11-21T00:03:00Z", &[30, 31]),
        ("Datastreams(3)/Observations?$filter=phenomenonTime eq 2026-11-21T00:03:00Z", &[31]),
        ("Datastreams(3)/Observations?$filter=minute(phenomenonTime) mod 2 eq 0", &[30, 32, 34]),
        ("Datastreams(4)/Observations", &[]),
        ("FeaturesOfInterest(2)/Observations?$top=2", &[20, 21]),
        ("Observations?$top=4", &[10, 20, 30, 11]),
        ("Observations?$filter=Datastream/id eq 2&$top=2", &[20, 21]),
        ("Observations?$filter=Datastream/Thing/name eq 'Cẩm' and result gt 33", &[34, 35]),
        ("Observations?$filter=FeatureOfInterest/name eq 'Chỗ Bình'&$top=1", &[20]),
        ("Observations?$orderby=Datastream/name desc,result desc&$top=3", &[35, 34, 33]),
    ] {
        assert_eq!(results(&document(&city, request)), expected, "{request}");
    }
}

#[test]
fn expansions_stand_in_the_answer_with_options_of_their_own() {
    let city = city();
    let request = "Things?$filter=id eq 3&$select=name&$expand=Locations($select=name),\
                   Datastreams($select=id;$expand=Sensor($select=name),\
                   Observations($orderby=phenomenonTime desc;$top=1;$select=result))";
    let expected = json!({"value": [{
        "name": "Cẩm",
        "Locations": [{"name": "Chỗ Cẩm"}],
        "Datastreams": [{
            "@iot.id": 3,
            "Sensor": {"name": "Ra-đa"},
            "Observations": [{"result": 35}],
            "Observations@iot.nextLink": "https://x.example/v1.1/Datastreams(3)/Observations?\
                $select=result&$orderby=phenomenonTime%20desc&$top=1&$skip=1",
        }],
    }]});
    assert_eq!(document(&city, request), expected);
    let one = document(&city, "Observations(1)?$select=result&$expand=Datastream/Thing");
    assert_eq!(one["Datastream"]["Thing"]["name"], "An");
    let count = document(&city, "Things(1)?$expand=Datastreams($count=true;$top=0)");
    assert_eq!((&count["Datastreams@iot.count"], &count["Datastreams"]), (&json!(1), &json!([])));
    assert!(count.get("Datastreams@iot.navigationLink").is_none());
}

#[test]
fn an_answer_tells_how_many_there_are_and_where_it_goes_on() {
    let city = city();
    let first = document(&city, "Things?$top=3&$count=true&$filter=id gt 0&$select=id");
    assert_eq!(first["@iot.count"], 4);
    assert_eq!(
        first["@iot.nextLink"],
        "https://x.example/v1.1/Things?$filter=id%20gt%200&$select=id&$top=3&$skip=3&$count=true"
    );
    assert!(document(&city, "Things?$skip=3").get("@iot.nextLink").is_none());
    let all = document(&city, "Observations?$count=true&$top=1");
    assert_eq!(all["@iot.count"], 18);
}

#[test]
fn parts_of_entities_are_answered_as_the_standard_says() {
    let city = city();
    assert_eq!(document(&city, "Things(1)/name"), json!({"name": "An"}));
    assert_eq!(ask(&city, "Things(1)/name/$value"), Ok(Some(Answer::Text("An".to_owned()))));
    assert_eq!(document(&city, "Observations(2)/Datastream")["@iot.id"], 2);
    assert_eq!(document(&city, "Datastreams(3)/Observations(3)")["result"], 30);
    let links = document(&city, "Things(1)/Datastreams/$ref");
    let expected = json!({"value": [{"@iot.selfLink": "https://x.example/v1.1/Datastreams(1)"}]});
    assert_eq!(links, expected);
    for nothing in ["Things(9)", "Datastreams(3)/Observations(1)", "Observations(99)/Datastream"] {
        assert_eq!(ask(&city, nothing), Ok(None), "{nothing}");
    }
}

#[test]
fn observations_are_answered_as_tables_too() {
    let city = city();
    let request = "Observations?$resultFormat=dataArray&$top=4&$select=result,id";
    let table = document(&city, request);
    let expected = json!([
        {"Datastream@iot.navigationLink": "https://x.example/v1.1/Datastreams(1)",
         "components": ["result", "id"], "dataArray@iot.count": 2,
         "dataArray": [[10, 1], [11, 4]]},
        {"Datastream@iot.navigationLink": "https://x.example/v1.1/Datastreams(2)",
         "components": ["result", "id"], "dataArray@iot.count": 1, "dataArray": [[20, 2]]},
        {"Datastream@iot.navigationLink": "https://x.example/v1.1/Datastreams(3)",
         "components": ["result", "id"], "dataArray@iot.count": 1, "dataArray": [[30, 3]]},
    ]);
    assert_eq!(table["value"], expected);
    let default = document(&city, "Datastreams(2)/Observations?$resultFormat=dataArray&$top=1");
    let row = json!([[2, "2026-11-21T00:00:00Z", null, 20]]);
    assert_eq!(default["value"][0]["dataArray"], row);
    assert!(ask(&city, "Things?$resultFormat=dataArray").is_err());
}

#[test]
fn what_has_no_end_is_refused_with_what_to_ask_instead() {
    let city = city();
    let why = ask(&city, "Things?$filter=Datastreams/Observations/result gt 1").unwrap_err();
    assert!(why.contains("ask for Observations and filter by Datastream"), "{why}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever the order and the size of pages: together they are the whole, nothing twice.
    #[test]
    fn pages_put_together_are_the_whole(
        order in prop::sample::select(vec![
            "", "phenomenonTime", "phenomenonTime desc", "result desc", "Datastream/id,id desc",
        ]),
        size in 1..8_u64,
    ) {
        let city = city();
        let order = if order.is_empty() { String::new() } else { format!("&$orderby={order}") };
        let whole = ids(&document(&city, &format!("Observations?$top=100{order}")));
        let mut pages = Vec::new();
        let mut next = Some(format!("Observations?$top={size}{order}"));
        while let Some(request) = next {
            let page = document(&city, &request);
            pages.extend(ids(&page));
            let link = page["@iot.nextLink"].as_str();
            next = link.map(|link| link.trim_start_matches("https://x.example/v1.1/").to_owned());
        }
        prop_assert_eq!(pages, whole);
    }
}
