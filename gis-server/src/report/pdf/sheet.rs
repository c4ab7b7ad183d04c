//! Sheets of A3: a map that fills the left, and a column of words at its right.

use super::{
    blocks,
    flow::{Flow, Signpost},
    head,
    page::{Frame, Ink, Role},
    text::Span,
};
use crate::report::{
    document::{Align, Document, Figure},
    layout::{self, Margins, RULE_SHARE, points, size},
    sheet::{Atlas, MAP_MM, Sheet},
};

/// Long and short side of A3, in millimetres.
const A3_MM: (f32, f32) = (420.0, 297.0);
/// White at the edges, in millimetres; at the foot there is room for the standing.
const MARGIN_MM: f32 = 10.0;
const FOOT_MM: f32 = 18.0;
/// Between the map and the words, in millimetres.
const GUTTER_MM: f32 = 7.0;

/// Where words stand on a sheet.
pub(super) fn frame() -> Frame {
    let left = MARGIN_MM + MAP_MM.0 + GUTTER_MM;
    let margins = Margins { top: MARGIN_MM, right: MARGIN_MM, bottom: FOOT_MM, left };
    Frame::new(A3_MM.0, A3_MM.1, margins)
}

/// Sets all sheets; gives their maps in order.
pub(super) fn all<'d>(flow: &mut Flow<'_>, atlas: &'d Atlas) -> Vec<&'d Figure> {
    for (index, sheet) in atlas.sheets.iter().enumerate() {
        if !flow.is_at_top() {
            flow.new_page();
        }
        map(flow, &sheet.map, index);
        title(flow, &atlas.front, sheet);
        blocks::all(flow, &sheet.aside);
    }
    atlas.sheets.iter().map(|sheet| &sheet.map).collect()
}

#[expect(clippy::cast_precision_loss, reason = "pixels are far fewer than 2^24")]
fn map(flow: &mut Flow<'_>, map: &Figure, figure: usize) {
    let (left, top) = (points(MARGIN_MM), points(MARGIN_MM));
    let (most_width, most_height) = (points(MAP_MM.0), points(MAP_MM.1));
    let aspect = map.height_px as f32 / map.width_px as f32;
    let width = most_width.min(most_height / aspect);
    let height = width * aspect;
    let (x, y) = (left + (most_width - width) / 2.0, top + (most_height - height) / 2.0);
    let part = flow.parts.add(Role::Figure { text: map.caption.vi.clone() });
    flow.draw(Ink::Picture { x, y, width, height, figure }, Some(part));
    let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)];
    for side in corners.windows(2) {
        flow.rule(side[0], side[1]);
    }
}

/// Who issues the map, what it shows and how it stands.
fn title(flow: &mut Flow<'_>, front: &Document, sheet: &Sheet) {
    let at = flow.across(Align::Centre);
    let mut y = flow.frame.top;
    let (superior, organ) = layout::organs(&front.letterhead);
    if let Some(superior) = superior {
        y = head::one(flow, Span::new(superior, size::NATION), at, y);
    }
    y = head::ruled(flow, Span::new(organ, size::NATION).bold(), at, y, RULE_SHARE);
    y += 10.0;
    y = head::one(flow, Span::new(front.kind.vi.to_uppercase(), size::HEAD).bold(), at, y);
    let page = flow.pages.len() - 1;
    flow.signposts.push(Signpost { level: 1, text: sheet.title.vi.clone(), page, y });
    y = head::one(flow, Span::new(sheet.title.vi.as_str(), size::HEAD).bold(), at, y);
    for english in [&front.kind.en, &sheet.title.en] {
        if !english.is_empty() {
            y = head::one(flow, Span::new(english.as_str(), size::MINOR).italic(), at, y);
        }
    }
    if let Some(standing) = &front.standing {
        let text = format!("({})", layout::standing(standing));
        y = head::one(flow, Span::new(text, size::MINOR).italic(), at, y + 4.0);
    }
    y = head::one(
        flow,
        Span::new(front.letterhead.place_line(), size::MINOR).italic(),
        at,
        y + 4.0,
    );
    flow.y = y + 8.0;
}
