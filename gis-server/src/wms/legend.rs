//! GetLegendGraphic and GetStyles (OGC 05-078r4, 12 and 13).

use axum::response::Response;

use super::{
    map::format,
    request::{composition, ratio},
};
use crate::{
    http::work::in_turn,
    maps::{self, Composition},
    ows::{self, Exception, OwsAsk},
    render::{Colour, legend::Language},
    sld,
    store::LayerView,
};

pub(super) async fn answer(ask: &OwsAsk) -> Result<Response, Exception> {
    let kvp = &ask.kvp;
    // `LAYER` in its own standard; clients send `LAYERS` as well.
    let name = if kvp.has("layer") { "layer" } else { "layers" };
    let composition = composition(ask, name)?;
    let format = format(kvp)?;
    let language = match kvp.get("language") {
        Some(language) if language.to_ascii_lowercase().starts_with("en") => Language::En,
        _ => Language::Vi,
    };
    let is_clear = kvp.get("transparent").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let paper = if is_clear && format.is_clear() { Colour::CLEAR } else { Colour::WHITE };
    let (app, ratio) = (ask.app.clone(), ratio(kvp));
    let drawn = in_turn(&ask.app.maps.turns, move |_| {
        maps::legend_picture(&app, &composition, language, ratio, (paper, format))
    });
    Ok(ows::answer(format.content_type(), drawn.await?))
}

/// The styles of layers as SLD.
pub(super) async fn styles(ask: &OwsAsk) -> Result<Response, Exception> {
    let composition = composition(ask, "layers")?;
    let (app, base) = (ask.app.clone(), ask.base.as_str().to_owned());
    let document = in_turn(&ask.app.maps.turns, move |_| {
        let views: Vec<LayerView> = match &composition {
            Composition::City(_, views) | Composition::Stack(views) => views.clone(),
        };
        sld::document(&app, &base, &Composition::Stack(views))
    });
    Ok(ows::answer("application/vnd.ogc.sld+xml", document.await?))
}
