//! How a feature stands in the scene, in words that other programs read.

use city::{Instant, Role};
use geo::Centroid;
use serde_json::{Value, json};

use crate::{
    live::{LampLight, LiveState, lamp_light},
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
    live: &LiveState,
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
