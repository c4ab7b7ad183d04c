//! How a feature stands in the scene, in words that other programs read.

use city::{Instant, Role};
use geo::Centroid;
use serde_json::{Value, json};

use crate::{
    live::{Estimates, LampLight, LiveState, Provenance, Thing, estimates::Level, lamp_light},
    model::{CityFeature, CityLayer, CityModel},
    scene::{BuildingForm, Luminaires, lamp::LampForm, optics::Origin},
    sky::{Observer, sun_position},
};

/// A building's or a lamp's place (degrees) and heights (m, in the terrain's datum) as they are drawn at
/// an instant, a lamp with what it does; any other feature's place. `None` where the scene has no such
/// feature.
pub fn describe(
    (model, luminaires): (&CityModel, &Luminaires),
    (layer, id): (&str, &str),
    (live, estimates): (&LiveState, &Estimates),
    now: Instant,
) -> Option<Value> {
    let (number, layer) = model.layers.iter().enumerate().find(|(_, it)| it.id == layer)?;
    let (place, feature) =
        layer.features.iter().enumerate().find(|(_, it)| it.id.to_string() == id)?;
    let source = (number, place);
    let (east, north) = feature.place()?;
    let (lon, lat) = model.frame.to_lon_lat(east, north);
    let mut said = json!({"layer": layer.id, "id": id, "role": layer.role, "lon": lon, "lat": lat});
    let form = match layer.role {
        Role::Buildings => {
            let forms = BuildingForm::of(layer, feature, source, &model.heights);
            forms.into_iter().next().map(|form| building(model, &form))
        }
        Role::Lamps => lamp(layer, feature, source, (model, luminaires)).map(|form| {
            let sun = sun_position(now, &Observer::at(lon, lat));
            let thing = live.of_feature(&layer.id, id);
            let readings = thing.iter().flat_map(|thing| thing.readings.values());
            let has_spoken = readings.clone().any(|it| it.time.is_some());
            let light = lamp_light(thing, form.is_broken, sun.elevation_deg());
            let does = match light {
                LampLight::On(_) => "on",
                LampLight::Off => "off",
                LampLight::Failed => "failed",
            };
            json!({
                "light": does, "share": light.share(), "by_controller": has_spoken,
                "foot_m": form.foot.2, "height_m": form.height_m, "flux_lm": form.flux_lm,
                "colour_temperature_k": form.temperature_k, "broken": form.is_broken,
                "distribution": distribution(&form),
            })
        }),
        _ => None,
    };
    let thing = live.of_feature(&layer.id, id);
    if let (Some(said), Some(thing)) = (said.as_object_mut(), thing) {
        said.insert("readings".into(), readings(thing, now));
        if layer.role == Role::Gauges {
            said.insert("estimate".into(), estimate(thing, estimates, now));
        }
    }
    if let (Some(said), Some(Value::Object(form))) = (said.as_object_mut(), form) {
        said.extend(form);
    }
    Some(said)
}

fn lamp(
    layer: &CityLayer,
    feature: &CityFeature,
    source: (usize, usize),
    (model, luminaires): (&CityModel, &Luminaires),
) -> Option<LampForm> {
    LampForm::of(layer, feature, source, &model.heights, luminaires)
}

/// What a Thing reports, and where that comes from.
fn readings(thing: &Thing, now: Instant) -> Value {
    let told = thing.readings.iter().filter(|(_, reading)| reading.time.is_some());
    let told = told.map(|(stream, reading)| {
        json!({
            "datastream": stream,
            "property": reading.property,
            "definition": reading.definition,
            "value": reading.result,
            "unit": reading.unit,
            "time": reading.time,
            "age_s": reading.age_s(now),
            "stale": reading.is_stale(now),
            "quality": reading.quality.name(),
            "alarm": reading.alarm.as_ref().map(|(level, title)| json!({ "level": level, "title": title })),
            "from": Provenance::of(thing).name(),
        })
    });
    told.collect()
}

/// What is estimated of a gauge and foreseen, in its own datum; `null` with the reason where nothing is.
fn estimate(thing: &Thing, estimates: &Estimates, now: Instant) -> Value {
    let Some(gauge) = estimates.of_thing(thing) else {
        return json!({ "issued": estimates.issued, "reason": estimates.trouble });
    };
    let level = |it: &Level| json!({ "time": it.time, "p10_m": it.p10_m, "p50_m": it.p50_m, "p90_m": it.p90_m });
    let alarms = gauge.alarms.iter().map(|it| {
        json!({ "title": it.title, "level_m": it.level_m, "probability": it.probability, "reached": it.reached })
    });
    json!({
        "from": estimates.by.name(),
        "issued": estimates.issued,
        "old": estimates.is_old(now),
        "datastream": gauge.datastream,
        "now": gauge.now().map(level),
        "peak": gauge.peak().map(level),
        "levels": gauge.levels.iter().map(level).collect::<Vec<_>>(),
        "alarms": alarms.collect::<Vec<_>>(),
        "state": gauge.state.as_ref().map(|it| json!({ "code": it.code, "title": it.title, "flag": it.is_flag() })),
        "left_out": gauge.left_out,
        "with_simulated_gauges": estimates.is_simulated,
        "synthetic_terrain": estimates.is_synthetic,
        "trouble": estimates.trouble,
    })
}

/// How a lamp throws its light.
fn distribution(form: &LampForm) -> Value {
    let optics = &form.optics;
    let peak = optics.distribution().peak();
    let scale = form.flux_lm / optics.flux_lm;
    json!({
        "code": optics.code,
        "assumed": form.optics_assumed,
        "from": match &optics.origin {
            Origin::BuiltIn => "dothi",
            Origin::File(name) => name.as_str(),
        },
        "name": optics.photometry.name(),
        "road_class": optics.class.map(|class| class.to_string()),
        "file_lm": optics.flux_lm,
        "azimuth_deg": form.azimuth_deg,
        "peak": {
            "candela": peak.candela * scale, "c_deg": peak.c_deg, "gamma_deg": peak.gamma_deg,
        },
        "lux_below": form.lux([0.0, 0.0], form.height_m),
    })
}

fn building(model: &CityModel, form: &BuildingForm) -> Value {
    let middle = form.outline.centroid();
    let (lon, lat) =
        middle.map_or((f64::NAN, f64::NAN), |at| model.frame.to_lon_lat(at.x(), at.y()));
    json!({
        "lon": lon, "lat": lat, "base_m": form.base_m, "height_m": form.height_m,
        "top_m": form.top_m(), "height_assumed": form.is_assumed, "roof": format!("{:?}", form.roof),
    })
}
