//! Style documents put together from fragments: one layer's, and the whole city's.

use std::collections::BTreeSet;

use city::{Bbox, Layer, Role, Title};
use datasets::codelists::CodeLists;
use serde_json::{Map, Value, json};

use super::{
    codes,
    fragment::{Fragment, Group},
    names,
};
use crate::{sprites, tiles::simplify::LAST_ZOOM};

/// The source that holds every layer of the ground.
const BASE_SOURCE: &str = "base";

/// What a style layer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Vector tiles.
    Vector,
    /// A raster as coloured pictures.
    Map,
    /// A raster as heights.
    Dem,
}

/// Puts style documents together.
pub struct Composer<'a> {
    /// The absolute address of the server, without a slash at its end.
    pub base: &'a str,
    /// The code lists that fragments may name.
    pub code_lists: &'a CodeLists,
}

/// A style layer with where it stands in the stack.
struct Placed {
    slot: u8,
    layer: Value,
}

/// The first zoom at which tiles of the whole map carry a layer.
///
/// Buildings come two zooms before they can be told apart, so that a town shows as a town.
pub fn first_zoom(layer: &Layer) -> u8 {
    match layer.role {
        Role::Buildings => layer.zoom.0.saturating_sub(2),
        _ => layer.zoom.0,
    }
}

impl Composer<'_> {
    /// The style of the whole city: every layer with its fragment, in the order of roles.
    pub fn city(&self, title: &Title, layers: &[(&Layer, &Fragment)]) -> Value {
        let mut in_order: Vec<_> = layers.to_vec();
        in_order.sort_by_key(|(layer, _)| layer.role);
        let mut sources = Map::new();
        let base: Vec<&Layer> = in_order
            .iter()
            .filter(|(layer, fragment)| !layer.role.is_raster() && has_ground(fragment))
            .map(|(layer, _)| *layer)
            .collect();
        if !base.is_empty() {
            sources.insert(BASE_SOURCE.into(), self.vector_source(&base));
        }
        let mut placed = Vec::new();
        for (layer, fragment) in &in_order {
            let in_base = !layer.role.is_raster() && has_ground(fragment);
            self.add_sources(layer, fragment, in_base, &mut sources);
            self.place(layer, fragment, in_base, false, &mut placed);
        }
        self.document(title, &in_order, sources, placed)
    }

    /// The style of one layer alone, all of it visible.
    pub fn layer(&self, layer: &Layer, fragment: &Fragment) -> Value {
        let mut sources = Map::new();
        let mut placed = Vec::new();
        self.add_sources(layer, fragment, false, &mut sources);
        self.place(layer, fragment, false, true, &mut placed);
        self.document(&layer.title, &[(layer, fragment)], sources, placed)
    }

    fn document(
        &self,
        title: &Title,
        layers: &[(&Layer, &Fragment)],
        sources: Map<String, Value>,
        mut placed: Vec<Placed>,
    ) -> Value {
        placed.sort_by_key(|placed| placed.slot);
        let background = json!({
            "id": "background",
            "type": "background",
            "paint": {"background-color": "#f4f0e7"}
        });
        let stack = std::iter::once(background).chain(placed.into_iter().map(|p| p.layer));
        let mut document = json!({
            "version": 8,
            "name": title.vi,
            "metadata": {
                "dothi:title": {"vi": title.vi, "en": title.en},
                "dothi:synthetic": layers.iter().any(|(layer, _)| layer.synthetic),
            },
            "light": {"anchor": "map", "position": [1.3, 210, 35], "intensity": 0.32},
            "sky": {
                "sky-color": "#a9cbe3", "horizon-color": "#f1ede3", "fog-color": "#f4f0e7",
                "sky-horizon-blend": 0.7, "horizon-fog-blend": 0.6, "fog-ground-blend": 0.6
            },
            "sources": sources,
            "layers": stack.collect::<Vec<_>>(),
        });
        let has_signs = |layer: &Value| !layer["layout"]["icon-image"].is_null();
        if document["layers"].as_array().is_some_and(|layers| layers.iter().any(has_signs)) {
            document["sprite"] = json!(format!("{}/sprites/{}", self.base, sprites::NAME));
        }
        if let Some(bbox) = union(layers.iter().map(|(layer, _)| *layer)) {
            let (x, y) = bbox.centre();
            document["center"] = json!([rounded(x), rounded(y)]);
            document["zoom"] = json!(zoom_to_fit(&bbox));
        }
        document
    }

    fn add_sources(
        &self,
        layer: &Layer,
        fragment: &Fragment,
        in_base: bool,
        sources: &mut Map<String, Value>,
    ) {
        for kind in fragment.layers.iter().map(source_kind) {
            let source = match kind {
                SourceKind::Vector if in_base => continue,
                SourceKind::Vector => self.vector_source(&[layer]),
                SourceKind::Map => self.raster_source(layer, "map", "raster"),
                SourceKind::Dem => self.raster_source(layer, "coverage", "raster-dem"),
            };
            sources.insert(source_id(layer, kind), source);
        }
        if layer.role == Role::Terrain {
            // For whoever lets the ground stand up; it costs nothing until then.
            let dem = self.raster_source(layer, "coverage", "raster-dem");
            sources.insert(source_id(layer, SourceKind::Dem), dem);
        }
    }

    fn vector_source(&self, layers: &[&Layer]) -> Value {
        let ids: Vec<&str> = layers.iter().map(|layer| layer.id.as_str()).collect();
        let tiles = match ids[..] {
            [id] => {
                format!("{}/collections/{id}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}", self.base)
            }
            _ => format!(
                "{}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?collections={}",
                self.base,
                ids.join(",")
            ),
        };
        let first = layers.iter().map(|layer| first_zoom(layer)).min().unwrap_or(0);
        let mut source = json!({
            "type": "vector",
            "tiles": [tiles],
            "minzoom": first.min(LAST_ZOOM),
            "maxzoom": LAST_ZOOM,
            "attribution": attribution(layers),
        });
        if let Some(bbox) = union(layers.iter().copied()) {
            source["bounds"] = json!([bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y]);
        }
        source
    }

    fn raster_source(&self, layer: &Layer, path: &str, kind: &str) -> Value {
        let tiles = format!(
            "{}/collections/{}/{path}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}",
            self.base, layer.id
        );
        let mut source = json!({
            "type": kind,
            "tiles": [tiles],
            "tileSize": 512,
            "minzoom": layer.zoom.0,
            "maxzoom": crate::tiles::raster::last_zoom(layer),
            "attribution": attribution(&[layer]),
        });
        if kind == "raster-dem" {
            source["encoding"] = json!("mapbox");
        }
        if let Some(bbox) = layer.bbox {
            source["bounds"] = json!([bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y]);
        }
        source
    }

    fn place(
        &self,
        layer: &Layer,
        fragment: &Fragment,
        in_base: bool,
        alone: bool,
        placed: &mut Vec<Placed>,
    ) {
        let has_overlay = fragment.layers.iter().any(|l| group_of(fragment, l) == Group::Overlay);
        // The legend stands once, with what is listed: the overlay, where there is one.
        let mut legend = Some(self.legend(&fragment.legend));
        for template in &fragment.layers {
            let group = group_of(fragment, template);
            let is_listed = group == Group::Overlay || !has_overlay;
            if (alone && !is_listed) || names::are_missing(layer, template) {
                continue;
            }
            let is_3d = template.get("type").is_some_and(|kind| kind == "fill-extrusion");
            let shown = !is_3d && (alone || group == Group::Basemap);
            let mut style = self.bind(layer, template);
            style.insert("id".into(), json!(format!("{}.{}", layer.id, text(template, "id"))));
            let kind = source_kind(template);
            let source = if in_base && kind == SourceKind::Vector {
                BASE_SOURCE.to_owned()
            } else {
                source_id(layer, kind)
            };
            style.insert("source".into(), json!(source));
            if kind == SourceKind::Vector {
                style.insert("source-layer".into(), json!(layer.id));
            }
            limit_zooms(layer, &mut style);
            names::write_once(layer, &mut style);
            let visibility = if shown { "visible" } else { "none" };
            let layout = style.entry("layout").or_insert_with(|| json!({}));
            layout["visibility"] = json!(visibility);
            let mut metadata = json!({
                "dothi:collection": layer.id,
                "dothi:role": layer.role,
                "dothi:theme": layer.theme,
                "dothi:group": group.name(),
                "dothi:title": {"vi": layer.title.vi, "en": layer.title.en},
            });
            if is_3d {
                metadata["dothi:3d"] = json!(true);
            }
            if is_listed && let Some(legend) = legend.take() {
                metadata["dothi:legend"] = legend;
            }
            style.insert("metadata".into(), metadata);
            placed.push(Placed { slot: slot_of(template, group), layer: in_usual_order(style) });
        }
    }

    fn legend(&self, legend: &Value) -> Value {
        match legend.as_object() {
            Some(request) => codes::legend(request, self.code_lists),
            None => legend.clone(),
        }
    }

    /// The style layer with code lists put in and attributes replaced by the layer's own columns.
    fn bind(&self, layer: &Layer, template: &Map<String, Value>) -> Map<String, Value> {
        let members = template.iter().filter(|(key, _)| key.as_str() != "metadata");
        members.map(|(key, value)| (key.clone(), self.bind_value(layer, value))).collect()
    }

    fn bind_value(&self, layer: &Layer, value: &Value) -> Value {
        match value {
            Value::Object(members) if members.contains_key("dothi:codes") => {
                self.bind_value(layer, &codes::colour(members, self.code_lists))
            }
            Value::Object(members) => {
                let bound = members.iter().map(|(k, v)| (k.clone(), self.bind_value(layer, v)));
                Value::Object(bound.collect())
            }
            Value::Array(items) => match &items[..] {
                [Value::String(operator), Value::String(name)]
                    if matches!(operator.as_str(), "get" | "has") =>
                {
                    json!([operator, layer.column_of(name).unwrap_or(name)])
                }
                _ => items.iter().map(|item| self.bind_value(layer, item)).collect(),
            },
            other => other.clone(),
        }
    }
}

fn text<'a>(members: &'a Map<String, Value>, key: &str) -> &'a str {
    members.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn of_metadata<'a>(template: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    template.get("metadata")?.get(key)?.as_str()
}

fn group_of(fragment: &Fragment, template: &Map<String, Value>) -> Group {
    match of_metadata(template, "dothi:group") {
        Some("overlay") => Group::Overlay,
        Some("basemap") => Group::Basemap,
        _ => fragment.group,
    }
}

fn has_ground(fragment: &Fragment) -> bool {
    fragment.layers.iter().any(|template| group_of(fragment, template) == Group::Basemap)
}

fn source_kind(template: &Map<String, Value>) -> SourceKind {
    match of_metadata(template, "dothi:source") {
        Some("map") => SourceKind::Map,
        Some("dem") => SourceKind::Dem,
        _ => SourceKind::Vector,
    }
}

fn source_id(layer: &Layer, kind: SourceKind) -> String {
    match kind {
        SourceKind::Vector => layer.id.to_string(),
        SourceKind::Map => format!("{}-map", layer.id),
        SourceKind::Dem => format!("{}-dem", layer.id),
    }
}

/// Where a style layer stands: pictures, the ground, what lies over it, volumes, labels.
fn slot_of(template: &Map<String, Value>, group: Group) -> u8 {
    match (text(template, "type"), group) {
        ("raster", _) => 0,
        ("hillshade", _) => 2,
        ("fill-extrusion", _) => 4,
        ("symbol", _) => 5,
        (_, Group::Basemap) => 1,
        (_, Group::Overlay) => 3,
    }
}

/// Draws the layer at the zooms that the catalogue gives it.
fn limit_zooms(layer: &Layer, style: &mut Map<String, Value>) {
    let first = f64::from(first_zoom(layer));
    let own = style.get("minzoom").and_then(Value::as_f64).unwrap_or(0.0);
    if first > own {
        style.insert("minzoom".into(), json!(first));
    }
    let last = f64::from(layer.zoom.1) + 1.0;
    let own = style.get("maxzoom").and_then(Value::as_f64).unwrap_or(24.0);
    if last < own && last < 23.0 {
        style.insert("maxzoom".into(), json!(last));
    }
}

/// The members in the order in which people read them.
fn in_usual_order(mut style: Map<String, Value>) -> Value {
    let order = [
        "id",
        "type",
        "source",
        "source-layer",
        "metadata",
        "minzoom",
        "maxzoom",
        "filter",
        "layout",
        "paint",
    ];
    let known = order.into_iter().filter_map(|key| Some((key.to_owned(), style.remove(key)?)));
    let mut sorted: Map<String, Value> = known.collect();
    sorted.append(&mut style);
    Value::Object(sorted)
}

/// Where data came from, each line once, and whether any of it is made up; for a page.
pub fn attribution(layers: &[&Layer]) -> String {
    let safe = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    safe(&lines_of(layers).into_iter().collect::<Vec<_>>().join(" · "))
}

/// The same as plain text for a picture, on which nothing is said twice.
pub fn credits(layers: &[&Layer]) -> String {
    let mut lines = lines_of(layers);
    if lines.iter().any(|line| *line != SYNTHETIC && line.contains("(synthetic data)")) {
        lines.remove(SYNTHETIC);
    }
    lines.into_iter().collect::<Vec<_>>().join(" · ")
}

/// What is said of data that was made up.
const SYNTHETIC: &str = "Dữ liệu tổng hợp (synthetic data)";

fn lines_of<'a>(layers: &[&'a Layer]) -> BTreeSet<&'a str> {
    let mut lines: BTreeSet<&str> = layers.iter().map(|layer| layer.attribution.trim()).collect();
    lines.remove("");
    if layers.iter().any(|layer| layer.synthetic) {
        lines.insert(SYNTHETIC);
    }
    lines
}

fn union<'a>(layers: impl Iterator<Item = &'a Layer>) -> Option<Bbox> {
    layers.filter_map(|layer| layer.bbox).reduce(|all, one| all.union(&one))
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

/// The zoom at which a box fills a window of about 900 pixels.
fn zoom_to_fit(bbox: &Bbox) -> f64 {
    let span = bbox.width().max(bbox.height()).max(1e-4);
    ((360.0 / span * 900.0 / 512.0).log2() * 10.0).floor().clamp(0.0, 170.0) / 10.0
}
