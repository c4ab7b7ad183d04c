//! TileJSON 3.0.0: what map programs want to know of a tile set.

use city::{Layer, PropertyType};
use serde_json::{Map, Value, json};

use super::set::{Of, zooms};
use crate::{
    http::base::Base,
    store::{City, LayerView},
    styles,
    tiles::TileMatrixSet,
};

/// The TileJSON of a tile set.
pub(super) fn document(base: &Base, of: Of<'_>, set: TileMatrixSet, views: &[LayerView]) -> Value {
    let template = format!("{}/{}/{{z}}/{{y}}/{{x}}{}", of.path(), set.id(), of.query());
    let shift = set.web_zoom(0);
    let of_set =
        |(first, last): (u8, u8)| (first.saturating_sub(shift), last.saturating_sub(shift));
    let ranges: Vec<(u8, u8)> = views.iter().map(|view| of_set(zooms(view.layer()))).collect();
    let name = match views {
        [view] => view.layer().title.vi.clone(),
        _ => "Dothi".into(),
    };
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": name,
        "attribution": attribution(views),
        "scheme": "xyz",
        "tiles": [base.url(&template)],
        "minzoom": ranges.iter().map(|range| range.0).min().unwrap_or(0),
        "maxzoom": ranges.iter().map(|range| range.1).max().unwrap_or(0),
    });
    if let [view] = views {
        document["description"] = json!(view.layer().description.vi);
    }
    let boxes = views.iter().filter_map(|view| view.layer().bbox);
    if let Some(b) = boxes.reduce(|all, one| all.union(&one)) {
        let (x, y) = b.centre();
        document["bounds"] = json!([b.min_x, b.min_y, b.max_x, b.max_y]);
        document["center"] = json!([x, y, document["maxzoom"].as_u64().unwrap_or(0).min(13)]);
    }
    if !matches!(of, Of::Raster(..)) {
        let layers = views.iter().zip(&ranges).map(|(view, range)| vector_layer(view, *range));
        document["vector_layers"] = layers.collect();
    } else {
        document["tileSize"] = json!(crate::tiles::raster::SIDE);
        document["encoding"] = json!("mapbox");
    }
    document
}

/// The TileJSON of a file of tiles of some layers, which has the zooms between two and no addresses.
pub(crate) fn of_file(city: &City, views: &[LayerView], (first, last): (u8, u8)) -> Value {
    let (name, description) = match views {
        [view] => (&view.layer().title, view.layer().description.vi.clone()),
        _ => (&city.title, String::new()),
    };
    let synthetic = match views.iter().any(|view| view.layer().synthetic) {
        true => "Dữ liệu tổng hợp · Synthetic data",
        false => "",
    };
    let layers = views.iter().map(|view| {
        let (from, to) = zooms(view.layer());
        vector_layer(view, (from.clamp(first, last), to.clamp(first, last)))
    });
    let said = [description.as_str(), synthetic].join(" ");
    json!({
        "name": name.vi,
        "description": said.trim(),
        "attribution": attribution(views),
        "vector_layers": layers.collect::<Value>(),
    })
}

fn vector_layer(view: &LayerView, (first, last): (u8, u8)) -> Value {
    let fields = view.properties().map(|property| {
        let kind = match property.kind {
            PropertyType::Bool => "Boolean",
            PropertyType::Integer | PropertyType::Real => "Number",
            PropertyType::Text | PropertyType::Date | PropertyType::Instant => "String",
        };
        (property.name.clone(), json!(kind))
    });
    json!({
        "id": view.layer().id,
        "description": view.layer().title.vi,
        "minzoom": first,
        "maxzoom": last,
        "fields": fields.collect::<Map<_, _>>(),
    })
}

/// The lines that a map of some layers shows.
pub(super) fn attribution(views: &[LayerView]) -> String {
    let layers: Vec<&Layer> = views.iter().map(LayerView::layer).collect();
    styles::attribution(&layers)
}
