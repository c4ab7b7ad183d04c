//! Literals that both encodings write as texts: dates and timestamps.

use city::{Instant, time::Date};

use super::{Cql2Error, End, Expr, Node, Place, error::shown};

/// Reads `2025-10-29`.
pub(super) fn date(text: &str, place: &Place) -> Result<Date, Cql2Error> {
    let good = is_date(text).then(|| city::time::parse_date(text).ok()).flatten();
    good.ok_or_else(|| {
        let text = shown(text);
        Cql2Error::new(
            place.clone(),
            format!("'{text}' không phải là ngày; hãy viết như 2025-10-29"),
            format!("'{text}' is no date; write it as 2025-10-29"),
        )
    })
}

/// Reads `2025-10-29T18:00:00Z`; other offsets pass too.
pub(super) fn timestamp(text: &str, place: &Place) -> Result<Instant, Cql2Error> {
    let is_one = text.get(..10).is_some_and(is_date) && text[10..].starts_with('T');
    let good = is_one.then(|| text.parse().ok()).flatten();
    good.ok_or_else(|| {
        let text = shown(text);
        Cql2Error::new(
            place.clone(),
            format!("'{text}' không phải là thời điểm; hãy viết như 2025-10-29T18:00:00Z"),
            format!("'{text}' is no timestamp; write it as 2025-10-29T18:00:00Z"),
        )
    })
}

/// Reads an end of an interval that is written as a text.
pub(super) fn end(text: &str, place: Place) -> Result<End, Cql2Error> {
    if text == ".." {
        return Ok(End::Open);
    }
    let expr = if text.contains('T') {
        Expr::Timestamp(timestamp(text, &place)?)
    } else {
        Expr::Date(date(text, &place)?)
    };
    Ok(End::At(Node::new(expr, place)?))
}

fn is_date(text: &str) -> bool {
    let form = b"dddd-dd-dd";
    text.len() == form.len()
        && text.bytes().zip(form).all(|(byte, want)| match want {
            b'd' => byte.is_ascii_digit(),
            want => byte == *want,
        })
}
