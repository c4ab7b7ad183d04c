//! How a feature stands in the scene, in words that other programs read.

use city::{Instant, Role};
use geo::Centroid;
use serde_json::{Value, json};

use crate::{
    live::{LampLight, LiveState, lamp_light},
    model::CityModel,
    scene::{BuildingForm, lamp::LampForm},
    sky::{Observer, sun_position},
};

/// A building's or a lamp's place (degrees) and heights (m, in the terrain's datum) as they are drawn at
/// an instant, a lamp with what it does; any other feature's place. `None` where the scene has no such
/// feature.
pub fn describe(
    model: &CityModel,
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
        Role::Lamps => LampForm::of(layer, feature, source, &model.heights).map(|form| {
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
            })
        }),
        _ => None,
    };
    if let (Some(said), Some(Value::Object(form))) = (said.as_object_mut(), form) {
        said.extend(form);
    }
    Some(said)
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
