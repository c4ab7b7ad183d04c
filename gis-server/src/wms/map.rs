//! GetMap.

use axum::response::Response;

use super::{
    colour,
    request::{MapOf, Version},
};
use crate::{
    http::{etag::ETag, work::blocking},
    maps::{self, Paper, Sheet},
    ows::{self, Exception, Kvp, OwsAsk, kvp::shown},
    render::{Colour, PictureFormat},
};

pub(super) async fn answer(ask: &OwsAsk, version: Version) -> Result<Response, Exception> {
    let kvp = &ask.kvp;
    let format = format(kvp)?;
    let of = MapOf::read(ask, version, "layers")?;
    let paper = paper(kvp, format)?;
    let (app, composition) = (ask.app.clone(), of.composition.clone());
    let style = blocking(move || maps::compose(&app, &composition)).await?;
    let frame = &of.frame;
    let asked = format!("{:?}", (frame.crs, frame.bbox, frame.width, frame.height, frame.ratio));
    let how = format!("{:?} {}", (paper, format), of.wanted.key());
    let tag = ETag::of(&["wms", style.tag.as_str(), &asked, &how]);
    if tag.is_known_to(&ask.headers) {
        return Ok(tag.answer(&ask.headers, || ows::answer(format.content_type(), ())));
    }
    let MapOf { composition, frame, wanted } = of;
    let is_alone = Sheet::is_alone(&frame);
    let sheet = Sheet { composition, style, frame, paper, wanted, is_alone };
    let bytes =
        maps::draw(&ask.app, sheet, move |_, sheet, canvas| maps::encode(sheet, canvas, format));
    let mut response = ows::answer(format.content_type(), bytes.await?);
    tag.tag(&mut response);
    Ok(response)
}

/// The format of a picture; PNG where a client names none, which the standard does not let it.
pub(super) fn format(kvp: &Kvp) -> Result<PictureFormat, Exception> {
    let Some(text) = kvp.get("format") else { return Ok(PictureFormat::Png) };
    PictureFormat::named(text).ok_or_else(|| {
        let known = PictureFormat::ALL.map(PictureFormat::media_type).join(", ");
        let text = shown(text);
        Exception::new(
            "InvalidFormat",
            format!("không có định dạng '{text}'; các định dạng: {known}"),
            format!("there is no format '{text}'; there are {known}"),
        )
        .about("format")
    })
}

/// White where a client says neither `TRANSPARENT` nor `BGCOLOR` (OGC 06-042, 7.3.3.9 and 10).
pub(super) fn paper(kvp: &Kvp, format: PictureFormat) -> Result<Paper, Exception> {
    let is_clear = kvp.get("transparent").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    if is_clear && format.is_clear() {
        return Ok(Paper::Plain(Colour::CLEAR));
    }
    let Some(text) = kvp.get("bgcolor") else { return Ok(Paper::Plain(Colour::WHITE)) };
    colour(text).map(|colour| Paper::Plain(colour.faded(1.0))).ok_or_else(|| {
        Exception::invalid(
            "bgcolor",
            "phải là màu dạng 0xRRGGBB",
            "must be a colour such as 0xRRGGBB",
        )
    })
}
