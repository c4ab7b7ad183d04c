//! Exceptions as WMS says them: XML, or in the picture itself (OGC 06-042, 6.11 and 7.3.3.11).

use axum::response::Response;
use tiny_skia::PathBuilder;

use super::{
    map::{format, paper},
    request::Version,
};
use crate::{
    maps::{Paper, check_size},
    ows::{self, Exception, OwsAsk, Xml},
    render::{
        Colour, PictureFormat,
        canvas::Canvas,
        fonts::{Fonts, Writer},
    },
};

/// A refusal in the form that was asked for.
pub(super) fn answer(ask: &OwsAsk, version: Version, exception: &Exception) -> Response {
    let kvp = &ask.kvp;
    let wanted = kvp.get("exceptions").unwrap_or_default().to_ascii_lowercase();
    let is_map = kvp.get("request").is_some_and(|it| it.eq_ignore_ascii_case("getmap"));
    let in_picture = match wanted.rsplit(['.', '_', '/']).next() {
        Some("inimage") => Some(true),
        Some("blank") => Some(false),
        _ => None,
    };
    let picture = in_picture.filter(|_| is_map).and_then(|has_words| {
        let words = has_words.then(|| format!("{}: {}", exception.code, exception.text()));
        picture(ask, words.as_deref())
    });
    match picture {
        // Who shows pictures looks at no status.
        Some((format, bytes)) => ows::answer(format.content_type(), bytes),
        None => {
            let (media_type, bytes) = document(version, exception);
            let mut response = ows::answer(media_type, bytes);
            *response.status_mut() = exception.status;
            response
        }
    }
}

fn document(version: Version, exception: &Exception) -> (&'static str, Vec<u8>) {
    // What the older standard does not know goes without a code.
    let known_to_wms = [
        "InvalidFormat",
        "InvalidCRS",
        "InvalidSRS",
        "LayerNotDefined",
        "StyleNotDefined",
        "LayerNotQueryable",
        "InvalidPoint",
        "CurrentUpdateSequence",
        "InvalidUpdateSequence",
        "MissingDimensionValue",
        "InvalidDimensionValue",
        "OperationNotSupported",
    ];
    let code = known_to_wms.contains(&exception.code).then_some(("code", exception.code));
    let locator = exception.locator.as_deref().map(|locator| ("locator", locator));
    let mut xml = Xml::document();
    match version {
        Version::V130 => xml.open(
            "ServiceExceptionReport",
            &[
                ("version", "1.3.0"),
                ("xmlns", "http://www.opengis.net/ogc"),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                (
                    "xsi:schemaLocation",
                    "http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd",
                ),
            ],
        ),
        Version::V111 => xml.open("ServiceExceptionReport", &[("version", "1.1.1")]),
    }
    let locator = locator.filter(|_| version == Version::V130);
    let attributes: Vec<(&str, &str)> = code.into_iter().chain(locator).collect();
    xml.leaf("ServiceException", &attributes, &exception.text());
    xml.close("ServiceExceptionReport");
    let media_type = match version {
        Version::V130 => ows::TEXT_XML,
        Version::V111 => "application/vnd.ogc.se_xml",
    };
    (media_type, xml.finish())
}

/// A picture of the size that was asked for, with words or without; `None` where nothing can be drawn.
fn picture(ask: &OwsAsk, words: Option<&str>) -> Option<(PictureFormat, Vec<u8>)> {
    let kvp = &ask.kvp;
    let side = |name: &'static str| u32::try_from(kvp.whole(name).ok()??).ok();
    let size = (side("width")?, side("height")?);
    check_size(size).ok()?;
    let format = format(kvp).unwrap_or(PictureFormat::Png);
    let paper = match paper(kvp, format) {
        Ok(Paper::Plain(colour)) => colour,
        _ => Colour::WHITE,
    };
    let mut canvas = Canvas::new(size.0, size.1, paper)?;
    if let (Some(words), Ok(fonts)) = (words, ask.app.maps.letters.get()) {
        write(&mut canvas, words, fonts);
    }
    let bytes = format.encode(canvas, &[]).ok()?;
    Some((format, bytes))
}

fn write(canvas: &mut Canvas, words: &str, fonts: &Fonts) {
    /// Size of letters, and of lines, in pixels.
    const SIZES: (f32, f32) = (12.0, 16.0);
    let mut writer = Writer::new(fonts);
    let widest = (canvas.size().0 as f32 - 12.0) / SIZES.0;
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let Some(last) = lines.last_mut() else { return };
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if !last.is_empty() && writer.line(&longer, (false, false), 0.0).1 > widest {
            lines.push(word.to_owned());
        } else {
            *last = longer;
        }
    }
    let mut path = PathBuilder::new();
    for (n, line) in lines.iter().enumerate() {
        let base = 6.0 + SIZES.1 * (n as f32 + 0.8);
        for placed in writer.line(line, (false, false), 0.0).0 {
            let at = [6.0 + placed.at * SIZES.0, base];
            writer.draw(&mut path, ((false, false), placed.letter), SIZES.0, at, 0.0);
        }
    }
    if let Some(path) = path.finish() {
        canvas.letters(&path, Colour::rgb(0xb0, 0x20, 0x20));
    }
}
