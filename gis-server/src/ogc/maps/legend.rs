//! Legends, as pictures and as JSON.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{city, styled};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format, work::in_turn},
    maps::{self, Composition},
    ogc::{
        collections::Bilingual,
        refusals::{BadParameter, NoStyle},
        styles::{CITY_STYLE, no_style},
    },
    render::{Colour, PictureFormat, legend::Language},
};

/// What a legend says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Legend {
    /// Each layer with its signs.
    pub layers: Vec<LegendLayer>,
}

/// The signs of a layer.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegendLayer {
    /// Name of the layer.
    pub title: Bilingual,
    /// Signs: their words `vi` and `en`, and `color`, `line`, `circle`, `text` or `ramp`.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Json>,
}

/// The legend of the city's style.
#[utoipa::path(
    get, path = "/styles/{styleId}/legend", tag = "Styles", operation_id = "getStyleLegend",
    params(
        ("styleId" = String, Path, description = "Identifier of a style"),
        ("language" = Option<String>, Query, description = "vi or en"),
        ("f" = Option<String>, Query, description = "png, json, webp"),
    ),
    responses(
        (status = 200, description = "The legend", content((String = "image/png"), (Legend = "application/json"), (String = "image/webp"))),
        BadParameter, NoStyle,
    )
)]
pub async fn of_city(Path(style): Path<String>, ask: Ask) -> Result<Response, Problem> {
    if style != CITY_STYLE {
        return Err(no_style(&style, "/styles"));
    }
    let composition = city(&ask);
    respond(&ask, composition).await
}

/// The legend of a collection's style.
#[utoipa::path(
    get, path = "/collections/{collectionId}/styles/{styleId}/legend", tag = "Styles",
    operation_id = "getCollectionStyleLegend",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("styleId" = String, Path, description = "Identifier of a style"),
        ("language" = Option<String>, Query, description = "vi or en"),
        ("f" = Option<String>, Query, description = "png, json, webp"),
    ),
    responses(
        (status = 200, description = "The legend", content((String = "image/png"), (Legend = "application/json"), (String = "image/webp"))),
        BadParameter, NoStyle,
    )
)]
pub async fn of_collection(
    Path((id, style)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let view = styled(&ask, &id, &style)?;
    respond(&ask, Composition::Stack(vec![view])).await
}

async fn respond(ask: &Ask, composition: Composition) -> Result<Response, Problem> {
    let offered = [Format::Png, Format::Json, Format::Webp];
    // A browser that opens it gets the picture.
    let is_page = ask.query.get("f").is_none()
        && ask
            .headers
            .get(header::ACCEPT)
            .is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    ask.query.only(&["language", "f"])?;
    let format = if is_page { Format::Png } else { ask.format_besides(&["language"], &offered)? };
    let language = match ask.query.get("language") {
        None | Some("vi") => Language::Vi,
        Some("en") => Language::En,
        Some(_) => {
            return Err(Problem::parameter("language", "phải là vi hoặc en", "must be vi or en"));
        }
    };
    let app = ask.app.clone();
    if format == Format::Json {
        let layers = in_turn(&ask.app.maps.turns, move |_| {
            let all = maps::legend_of(&app, &composition).into_iter();
            Ok(all.map(|(title, rows)| LegendLayer { title: title.into(), rows }).collect())
        });
        return ask.json(format, &Legend { layers: layers.await? });
    }
    let picture = if format == Format::Webp { PictureFormat::Webp } else { PictureFormat::Png };
    let bytes = in_turn(&ask.app.maps.turns, move |_| {
        maps::legend_picture(&app, &composition, language, 1.0, (Colour::WHITE, picture))
    })
    .await?;
    let mut response = bytes.into_response();
    let media_type = HeaderValue::from_static(picture.content_type());
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(ask.marked(response))
}
