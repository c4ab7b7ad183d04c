//! The style layers of a map, out of the styles of its layers.

use city::{Layer, Title};
use serde_json::{Value as Json, json};

use crate::{
    error::Problem,
    http::etag::ETag,
    ogc::styles::fragment,
    render::{
        StyleError, StyleLayer,
        style::{Look, layers_of},
    },
    state::App,
    store::LayerView,
    styles::{Composer, Fragment},
};

/// Which layers a map shows, and how.
#[derive(Debug, Clone)]
pub enum Composition {
    /// The whole city: ground and labels in the order of roles, what is laid over it left out.
    City(Title, Vec<LayerView>),
    /// Layers on top of each other, each in its own style and all of it visible; the first is the
    /// lowest.
    Stack(Vec<LayerView>),
}

impl Composition {
    /// The layers.
    pub fn views(&self) -> &[LayerView] {
        match self {
            Self::City(_, views) | Self::Stack(views) => views,
        }
    }
}

/// A style ready to be drawn.
#[derive(Debug, Clone)]
pub struct Style {
    /// Its layers, the lowest first.
    pub layers: Vec<StyleLayer>,
    /// Other styles and other data, other tag.
    pub tag: ETag,
}

/// The style documents of a map, whose layers are one stack.
pub(super) fn documents(app: &App, composition: &Composition) -> Vec<Json> {
    let shelf = app.codelists.now();
    let composer = Composer { base: "", code_lists: &shelf.lists };
    let drawn: Vec<(&Layer, Fragment)> = composition
        .views()
        .iter()
        .filter_map(|view| Some((view.layer(), fragment(app, view.layer())?)))
        .collect();
    let pairs: Vec<(&Layer, &Fragment)> = drawn.iter().map(|(l, f)| (*l, f)).collect();
    match composition {
        Composition::City(title, _) => vec![composer.city(title, &pairs)],
        Composition::Stack(_) => {
            pairs.iter().map(|(layer, fragment)| composer.layer(layer, fragment)).collect()
        }
    }
}

/// Composes the style of a map. Takes some milliseconds: not for a thread that serves requests.
///
/// # Errors
/// 501 for a style of the data folder that cannot be drawn, naming what is unknown in it.
pub fn compose(app: &App, composition: &Composition) -> Result<Style, Problem> {
    let documents = documents(app, composition);
    let views = composition.views();
    let columns = |collection: &str, name: &str| {
        views.iter().find(|view| view.layer().id.as_str() == collection)?.column(name)
    };
    let mut layers = Vec::new();
    for document in &documents {
        layers.extend(layers_of(document, columns).map_err(|error| not_drawable(&error))?);
    }
    // Only the city has a paper of its own: layers lie on what somebody else has drawn.
    if matches!(composition, Composition::Stack(_)) {
        layers.retain(|layer| !matches!(layer.look, Look::Background(_)));
    }
    let mut said: Vec<String> = documents.iter().map(|it| it["layers"].to_string()).collect();
    said.extend(views.iter().map(|view| format!("{} {}", view.layer().id, view.version())));
    let tag = ETag::of(&said.iter().map(String::as_str).collect::<Vec<_>>());
    Ok(Style { layers, tag })
}

fn not_drawable(error: &StyleError) -> Problem {
    Problem::new(
        axum::http::StatusCode::NOT_IMPLEMENTED,
        "style-not-drawn",
        Title::new("Không vẽ được kiểu bản đồ này", "This style cannot be drawn"),
        Title::new(
            format!("Máy chủ chưa vẽ được kiểu bản đồ này thành ảnh: {error}."),
            format!("The server cannot draw this style as a picture: {error}."),
        ),
    )
}

/// What the legends of a map's layers say: each layer's title with its rows; of layers that have some.
pub fn legend_of(app: &App, composition: &Composition) -> Vec<(Title, Vec<Json>)> {
    let documents = documents(app, composition);
    let layers = documents.iter().filter_map(|document| document["layers"].as_array()).flatten();
    let with_legend = layers.filter_map(|layer| {
        let metadata = &layer["metadata"];
        let rows = metadata["dothi:legend"].as_array()?;
        let is_hidden = layer["layout"]["visibility"] == json!("none")
            && layer["type"] != json!("fill-extrusion");
        if rows.is_empty() || is_hidden {
            return None;
        }
        let title = &metadata["dothi:title"];
        let text = |key: &str| title[key].as_str().unwrap_or_default().to_owned();
        Some((Title::new(text("vi"), text("en")), rows.clone()))
    });
    with_legend.collect()
}
