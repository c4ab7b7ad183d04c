//! What can be simulated.

use axum::{extract::Path, response::Response};
use serde_json::{Value as Json, json};

use super::{example, export, import, still, tiles};
use crate::{
    error::Problem,
    flood::Output,
    http::{ask::Ask, base::Base, format::Format, link::Link, work},
    jobs::{EXPORT, IMPORT, TILES},
    ogc::{coverages::TIFF, refusals::BadParameter},
};

/// The one kind of scenario there is so far.
pub(super) const FLOOD: &str = "flood";

fn short(base: &Base) -> Json {
    json!({
        "id": FLOOD,
        "title": "Ngập lụt / Flood",
        "description": "Mưa, triều và sông trên địa hình của thành phố: độ sâu, vận tốc, giờ nước tới. / Rain, tide and rivers over the city's terrain: depth, speed, when water comes.",
        "version": "1.0.0",
        "keywords": ["flood", "ngập lụt"],
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            Link::new("self", base.url("/processes/flood")).of_type("application/json"),
        ],
    })
}

/// What can be simulated.
#[utoipa::path(
    get, path = "/processes", tag = "Processes", operation_id = "getProcesses",
    responses((status = 200, description = "Processes", body = Object), BadParameter)
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f", "limit"])?;
    let own = Link::new("self", ask.base.url("/processes")).of_type("application/json");
    ask.json(
        Format::Json,
        &json!({ "processes": [
            short(&ask.base), still::short(&ask.base), export::short(&ask.base), import::short(&ask.base),
            tiles::short(&ask.base),
        ], "links": [own] }),
    )
}

/// One process: its inputs with their schema, its outputs, and under `example` a whole request that
/// this city can run.
#[utoipa::path(
    get, path = "/processes/{processId}", tag = "Processes", operation_id = "getProcess",
    params(("processId" = String, Path, description = "flood, still, export, import, tiles")),
    responses(
        (status = 200, description = "The process", body = Object),
        (status = 404, description = "No such process", content_type = "application/problem+json"),
        BadParameter,
    )
)]
pub async fn show(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    known(&id)?;
    match id.as_str() {
        still::STILL => return ask.json(Format::Json, &still::whole(&ask.base)),
        EXPORT => return ask.json(Format::Json, &export::whole(&ask.base)),
        IMPORT => return ask.json(Format::Json, &import::whole(&ask.base)),
        TILES => return ask.json(Format::Json, &tiles::whole(&ask.base)),
        _ => {}
    }
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    let example = work::blocking(move || Ok(example::of(&app, &viewer))).await?;
    let mut document = short(&ask.base);
    let schema: Json = serde_json::from_str(SCHEMA).map_err(|error| Problem::internal(&error))?;
    document["inputs"] = json!({ "scenario": {
        "title": "Kịch bản / Scenario",
        "description": "Vùng, thời gian, mưa, triều, sông / Area, time, rain, tide, rivers",
        "schema": schema,
        "minOccurs": 1,
        "maxOccurs": 1,
    }});
    let mut outputs = serde_json::Map::new();
    let summary = json!({ "title": "Tóm tắt / Summary", "schema": { "type": "object" } });
    outputs.insert("summary".into(), summary);
    for output in Output::WORST {
        let title = output.title();
        let schema = json!({ "type": "string", "format": "binary", "contentMediaType": TIFF });
        let described =
            json!({ "title": format!("{} / {}", title.vi, title.en), "schema": schema });
        outputs.insert(output.name().into(), described);
    }
    let execute = "http://www.opengis.net/def/rel/ogc/1.0/execute";
    let execute = Link::new(execute, ask.base.url("/processes/flood/execution"));
    if let Some(links) = document["links"].as_array_mut() {
        links.push(json!(execute.of_type("application/json")));
    }
    document["outputs"] = outputs.into();
    if let Some(scenario) = example {
        document["example"] = json!({ "inputs": { "scenario": scenario } });
    }
    ask.json(Format::Json, &document)
}

/// Links a process to where it is executed.
pub(super) fn executed(base: &Base, document: &mut Json, id: &str) {
    let execute = "http://www.opengis.net/def/rel/ogc/1.0/execute";
    let execute = Link::new(execute, base.url(&format!("/processes/{id}/execution")));
    if let Some(links) = document["links"].as_array_mut() {
        links.push(json!(execute.of_type("application/json")));
    }
}

/// The JSON Schema of a flood's scenario.
const SCHEMA: &str = include_str!("../../../../assets/scenarios/flood.schema.json");

/// # Errors
/// 404 for a process that is not there.
pub(super) fn known(id: &str) -> Result<(), Problem> {
    if [FLOOD, still::STILL, EXPORT, IMPORT, TILES].contains(&id) {
        return Ok(());
    }
    let id: String = id.chars().take(40).collect();
    Err(Problem::new(
        axum::http::StatusCode::NOT_FOUND,
        "no-such-process",
        city::Title::new("Không có mô phỏng này", "No such process"),
        city::Title::new(
            format!("Không có mô phỏng '{id}'; xem /processes."),
            format!("There is no process '{id}'; /processes lists them."),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use city::scenario::Scenario;

    use super::*;

    /// A scenario with every member that there is, and with one alternative of each kind.
    fn whole(rain: Json, levels: Json, infiltration: Json, area: Json) -> Json {
        let from = match rain["design"].is_object() {
            true => json!({ "layers": { "tolerance_m": 1.0, "diameter_m": 0.6 } }),
            false => json!({ "swmm": { "inp": "[OPTIONS]", "crs": "EPSG:5899" } }),
        };
        let drains = json!({ "from": from, "rim_m": 1.6, "area_m2": 0.16 });
        json!({
            "kind": "flood",
            "title": { "vi": "Mưa", "en": "Rain" },
            "area": area,
            "resolution_m": 10.0,
            "start": "2026-11-01T00:00:00Z",
            "duration_h": 6.0,
            "method": "local-inertia", "subgrid": 1,
            "rain": rain,
            "tide": { "datum": "Hòn Dấu", "offset_m": 0.1, "levels": levels },
            "initial_level_m": 0.5,
            "inflows": [{ "name": "s", "at": [108.0, 15.0], "radius_m": 9.0, "times_h": [0.0], "m3_s": [1.0] }],
            "infiltration": infiltration,
            "buildings": "ignored",
            "roughness": 1.5,
            "structures": structures(),
            "drains": drains,
            "marks": [
                { "name": "m", "at": [108.0, 15.0], "height": { "depth_m": 0.5 }, "source": "xã" },
                { "name": "n", "at": [108.0, 15.0], "height": { "level_m": 2.5 }, "source": "xã" },
            ],
            "ensemble": [{ "name": "e", "rain": 1.2, "inflow": 0.9, "manning": 1.1, "tide_m": 0.1, "weight": 2.0 }],
            "stage": { "station": "s", "datastream": 4, "level_m": 1.7, "name": { "vi": "I", "en": "I" } },
            "frames_min": 10.0,
        })
    }

    /// Structures of every kind.
    fn structures() -> Json {
        let [from, to] = [[108.0, 15.0], [108.01, 15.0]];
        let built = |works: Json| json!({ "name": "s", "works": works });
        let culvert = |section: Json| {
            built(json!({ "culvert": {
                "from": from, "to": to, "section": section, "count": 2, "from_invert_m": 1.0,
                "to_invert_m": 0.9, "manning": 0.015, "has_flap": true,
            }}))
        };
        json!([
            built(json!({ "levee": {
                "line": [[108.0, 15.0, 3.0], [108.01, 15.0, 3.0]],
                "breach": { "at": from, "begins_h": 1.0, "grows_h": 0.5, "width_m": 20.0, "bottom_m": 1.0 },
            }})),
            built(
                json!({ "weir": { "from": from, "to": to, "crest_m": 2.0, "width_m": 5.0, "coefficient": 0.9 } })
            ),
            culvert(json!({ "circular": { "diameter_m": 1.0 } })),
            culvert(json!({ "box": { "width_m": 2.0, "height_m": 1.5 } })),
            built(json!({ "gate": {
                "from": from, "to": to, "sill_m": 0.0, "width_m": 4.0, "times_h": [0.0], "opening_m": [1.0],
                "is_one_way": true,
            }})),
            built(
                json!({ "pump": { "from": from, "to": to, "m3_s": 2.0, "starts_at_m": 1.0, "stops_at_m": 0.5 } })
            ),
        ])
    }

    /// Whether a value has just the members that a schema says, and is of one of its alternatives.
    fn fits(value: &Json, schema: &Json, root: &Json) -> bool {
        if let Some(name) = schema["$ref"].as_str() {
            let pointer = name.strip_prefix('#').unwrap();
            return fits(value, root.pointer(pointer).unwrap(), root);
        }
        let alternatives = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        if let Some(alternatives) = alternatives {
            return alternatives.iter().any(|schema| fits(value, schema, root));
        }
        if let Some(known) = schema.get("const") {
            return value == known;
        }
        if let Some(known) = schema["enum"].as_array() {
            return known.contains(value);
        }
        match (value, schema["properties"].as_object()) {
            (Json::Object(members), Some(known)) => {
                members.len() == known.len()
                    && members.iter().all(|(name, value)| {
                        known.get(name).is_some_and(|schema| fits(value, schema, root))
                    })
            }
            (Json::Array(items), _) => items.iter().all(|item| fits(item, &schema["items"], root)),
            (value, None) => {
                schema["type"] != "object" && schema["type"] != "null" && !value.is_object()
            }
            _ => false,
        }
    }

    #[test]
    fn the_schema_names_just_the_members_that_a_scenario_has() {
        let design = json!({ "design": { "total_mm": 9.0, "duration_h": 1.0, "begin_h": 0.0, "shape": "uniform" } });
        let wave = json!({ "wave": { "mean_m": 0.0, "amplitude_m": 1.0, "period_h": 12.0, "high_water_h": 1.0 } });
        let soil = json!({ "green-ampt": { "conductivity_mm_h": 3.0, "suction_mm": 90.0, "moisture_deficit": 0.3 } });
        let ring = json!({ "polygon": [[108.0, 15.0], [108.1, 15.0], [108.0, 15.1]] });
        let intensities = json!({ "series": { "times_h": [0.0, 1.0], "mm_per_h": [5.0] } });
        let levels = json!({ "series": { "times_h": [0.0], "level_m": [0.5] } });
        let gauges = json!({ "gauges": {
            "times_h": [0.0, 1.0, 2.0],
            "gauges": [{ "name": "g", "at": [108.0, 15.0], "mm_per_h": [5.0, null] },
                { "name": "h", "at": [108.1, 15.0], "mm_per_h": [null, 7.5] }],
            "between": "nearest",
        }});
        let around = json!({ "bbox": [108.0, 15.0, 108.1, 15.1] });
        let schema: Json = serde_json::from_str(SCHEMA).unwrap();
        for document in [
            whole(design, wave, soil, ring),
            whole(intensities, levels.clone(), json!({ "curve-number": 80.0 }), around.clone()),
            whole(gauges, levels, json!("none"), around),
        ] {
            let scenario: Scenario = serde_json::from_value(document.clone()).unwrap();
            assert_eq!(scenario.check(), Ok(()));
            // Nothing that it has is left out of the document, or would be read as nothing.
            assert_eq!(serde_json::to_value(&scenario).unwrap(), document);
            assert!(fits(&document, &schema, &schema), "{document}");
            let mut other = document;
            other["stage"] = json!({ "station": "s", "datastream": 4, "discharge_m3_s": 9.0, "name": { "vi": "I", "en": "I" } });
            assert!(fits(&other, &schema, &schema), "{other}");
            serde_json::from_value::<Scenario>(other.clone()).unwrap();
            other["colour"] = "blue".into();
            assert!(serde_json::from_value::<Scenario>(other.clone()).is_err());
            assert!(!fits(&other, &schema, &schema));
        }
    }
}
