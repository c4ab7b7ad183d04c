//! GetTile and GetFeatureInfo.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use crate::{
    http::{etag::ETag, work::blocking},
    maps::{self, Composition, info::MOST_FOUND, tile::SIDE},
    ows::{self, Exception, Kvp, OwsAsk, kvp::shown},
    render::{Frame, PictureFormat},
    tiles::{AddressError, Tile, TileMatrixSet},
    wms::info,
};

/// How long others may keep a public tile without asking again.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// The name of the whole city as a layer.
pub(super) const CITY: &str = "dothi";

/// The formats of tiles.
pub(super) const FORMATS: [PictureFormat; 3] =
    [PictureFormat::Png, PictureFormat::Webp, PictureFormat::Jpeg];

/// A tile that is asked for, or asked about.
pub(super) struct TileAsk<'a> {
    kvp: &'a Kvp,
    composition: Composition,
    tile: Tile,
    format: PictureFormat,
}

impl<'a> TileAsk<'a> {
    pub(super) fn read(ask: &OwsAsk, kvp: &'a Kvp) -> Result<Self, Exception> {
        let composition = composition(ask, kvp)?;
        let address = TileMatrixSet::from_id(kvp.needed("tileMatrixSet")?).and_then(|set| {
            let part = |name: &str| kvp.get(name).unwrap_or_default();
            set.tile(part("tilematrix"), part("tilerow"), part("tilecol"))
        });
        let tile = address.map_err(|error| wrong_address(&error))?;
        let format = match kvp.get("format") {
            None => PictureFormat::Png,
            Some(text) => PictureFormat::named(text)
                .filter(|format| FORMATS.contains(format))
                .ok_or_else(|| no_format(text))?,
        };
        Ok(Self { kvp, composition, tile, format })
    }

    pub(super) async fn answer(self, ask: &OwsAsk) -> Result<Response, Exception> {
        let (app, composition) = (ask.app.clone(), self.composition.clone());
        let style = blocking(move || maps::compose(&app, &composition)).await?;
        let (tile, format) = (self.tile, self.format);
        let said = format!("{tile} {format:?}");
        let tag = ETag::of(&["wmts", style.tag.as_str(), &said]);
        let mut response = if tag.is_known_to(&ask.headers) {
            tag.answer(&ask.headers, || ows::answer(format.content_type(), ()))
        } else {
            let made = maps::tile::tile(&ask.app, self.composition, style, tile, format);
            ows::answer(format.content_type(), made.await?)
        };
        response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
        tag.tag(&mut response);
        Ok(response)
    }

    pub(super) async fn info(self, ask: &OwsAsk) -> Result<Response, Exception> {
        let format = info::format(&Kvp::of(
            self.kvp
                .get("infoformat")
                .map(|it| ("info_format".to_owned(), it.to_owned()))
                .into_iter()
                .collect(),
        ))?;
        let pixel = |name: &'static str| -> Result<f64, Exception> {
            let at = self.kvp.whole(name)?.ok_or_else(|| Exception::missing(name))?;
            if at >= u64::from(SIDE) {
                let (vi, en) = ("nằm ngoài ô 256 × 256", "lies outside the tile of 256 by 256");
                return Err(Exception::new("PointIJOutOfRange", vi, en).about(name));
            }
            Ok(at as f64 + 0.5)
        };
        let pixel = [pixel("i")?, pixel("j")?];
        let frame = Frame::new(self.tile.set.crs(), self.tile.bbox(), (SIDE, SIDE), 1.0)
            .map_err(|error| Exception::from(maps::frame_problem(&error)))?;
        let found = maps::find(
            &ask.app,
            &self.composition,
            (frame, pixel),
            maps::Wanted::default(),
            MOST_FOUND / 100,
        );
        info::render(ask, format, &found.await?)
    }
}

fn composition(ask: &OwsAsk, kvp: &Kvp) -> Result<Composition, Exception> {
    let name = kvp.needed("layer")?;
    let city = ask.app.store.city();
    let (composition, own) = if name == CITY {
        let views = city.layers(&ask.caller.viewer);
        (Composition::City(city.title.clone(), views), None)
    } else {
        let view = city.layer(name, &ask.caller.viewer).ok_or_else(|| {
            let name = shown(name);
            Exception {
                status: StatusCode::NOT_FOUND,
                ..Exception::invalid(
                    "Layer",
                    format!("không có lớp '{name}'; GetCapabilities kể các lớp"),
                    format!("there is no layer '{name}'; GetCapabilities lists them"),
                )
            }
        })?;
        let own = view.layer().style.clone();
        (Composition::Stack(vec![view]), own)
    };
    let style = kvp.get("style").unwrap_or("default");
    if matches!(style, "default" | CITY | "_null") || own.as_deref() == Some(style) {
        return Ok(composition);
    }
    let style = shown(style);
    Err(Exception::invalid(
        "Style",
        format!("không có kiểu '{style}'; hãy dùng default"),
        format!("there is no style '{style}'; use default"),
    ))
}

fn wrong_address(error: &AddressError) -> Exception {
    let (code, locator, status) = match error {
        AddressError::UnknownSet(_) => {
            ("InvalidParameterValue", "TileMatrixSet", StatusCode::NOT_FOUND)
        }
        AddressError::NotANumber { what: "zoom", .. } => {
            ("InvalidParameterValue", "TileMatrix", StatusCode::BAD_REQUEST)
        }
        AddressError::NotANumber { what: "row", .. } => {
            ("InvalidParameterValue", "TileRow", StatusCode::BAD_REQUEST)
        }
        AddressError::NotANumber { .. } => {
            ("InvalidParameterValue", "TileCol", StatusCode::BAD_REQUEST)
        }
        AddressError::Outside { what, .. } => {
            let locator = if *what == "row" { "TileRow" } else { "TileCol" };
            ("TileOutOfRange", locator, StatusCode::BAD_REQUEST)
        }
    };
    let vi = format!("địa chỉ ô không hợp lệ: {error}");
    Exception { status, ..Exception::new(code, vi, error.to_string()).about(locator) }
}

fn no_format(text: &str) -> Exception {
    let known = FORMATS.map(PictureFormat::media_type).join(", ");
    let text = shown(text);
    Exception::invalid(
        "Format",
        format!("không có định dạng '{text}'; các định dạng: {known}"),
        format!("there is no format '{text}'; there are {known}"),
    )
}
