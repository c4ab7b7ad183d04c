//! What stands before and behind the text: letterhead, title, signer, recipients; page numbers.

use super::{
    flow::{self, Flow, Setting},
    fonts::Fonts,
    page::{Ink, Mark, Page, PartId, Role},
    text::{self, Line, Span},
};
use crate::report::{
    document::{Align, Document, Letterhead, Signature},
    layout::{
        self, MOTTO, NATION, ORGAN_SHARE, PAGE_NUMBER_MM, RECIPIENTS, RULE_SHARE, points, size,
    },
};

/// Room for a signature and a seal, in points.
const SIGNING: f32 = 70.0;
/// Between a text and the line under it, in points.
const RULE_GAP: f32 = 2.0;

/// Organ and national name side by side, and under them number and date.
pub(super) fn letterhead(flow: &mut Flow<'_>, letterhead: &Letterhead) {
    let (left, right) = halves(flow);
    let top = flow.y;
    let (superior, organ) = layout::organs(letterhead);
    let mut y = top;
    if let Some(superior) = superior {
        y = one(flow, Span::new(superior, size::NATION), left, y);
    }
    y = ruled(flow, Span::new(organ, size::NATION).bold(), left, y, RULE_SHARE);
    let number_y = y;
    y = one(flow, Span::new(NATION, size::NATION).bold(), right, top);
    y = ruled(flow, Span::new(MOTTO, size::HEAD).bold(), right, y, 1.0);

    let y = number_y.max(y) + 6.0;
    let number_y = one(flow, Span::new(letterhead.number_line(), size::HEAD), left, y);
    let date_y = one(flow, Span::new(letterhead.place_line(), size::HEAD).italic(), right, y);
    flow.y = number_y.max(date_y);
}

/// Kind and abstract, and how the document stands.
pub(super) fn title(flow: &mut Flow<'_>, document: &Document) {
    flow.y += 16.0;
    let whole = flow.across(Align::Centre);
    let margin = whole.width * 0.08;
    let at = Setting { x: whole.x + margin, width: whole.width - 2.0 * margin, ..whole };
    let text = layout::file_title(&document.kind, &document.title);
    flow.paragraph(&[Span::new(document.kind.vi.to_uppercase(), size::HEAD).bold()], at);
    let part = flow.parts.add(Role::Heading { level: 1, text });
    let abstracted = Span::new(document.title.vi.as_str(), size::HEAD).bold();
    let lines = balanced(flow, &[abstracted], at);
    let y = flow.y;
    flow.y = stack_ruled(flow, lines, y, at, part, RULE_SHARE);
    for english in [&document.kind.en, &document.title.en] {
        flow.english(english, at);
    }
    if let Some(standing) = &document.standing {
        flow.y += 4.0;
        let text = format!("({})", layout::standing(standing));
        flow.paragraph(&[Span::new(text, size::MINOR).italic()], at);
    }
    flow.y += 8.0;
}

/// Recipients at the left and the signer at the right, together on one page.
pub(super) fn closing(flow: &mut Flow<'_>, document: &Document) {
    let signature = document.signature.as_ref();
    if signature.is_none() && document.recipients.is_empty() {
        return;
    }
    let (left, right) = halves(flow);
    let left = Setting { align: Align::Left, ..left };
    let names: Vec<_> = layout::recipients(&document.recipients)
        .iter()
        .map(|name| text::lines(flow.fonts, &[Span::new(name, size::RECIPIENT)], left.width, 0.0))
        .collect();
    let names_height: f32 = names.iter().map(|lines| flow::height(lines)).sum();
    let capacity = signature.map_or(0, |signature| signature.capacity.len() + 1);
    #[expect(clippy::cast_precision_loss, reason = "a signer has few lines")]
    let signer_height = 1.3 * size::HEAD * capacity as f32 + SIGNING;
    flow.need(12.0 + signer_height.max(names_height + 20.0));
    flow.gap(12.0);

    let top = flow.y;
    let mut y = top;
    if !names.is_empty() {
        y = one(flow, Span::new(RECIPIENTS, size::RECIPIENTS).bold().italic(), left, y);
        let list = flow.parts.add(Role::List { numbered: false });
        for lines in names {
            let item = flow.parts.add_in(list, Role::Item);
            y = flow.stack(lines, y, left, item);
        }
    }
    let signed = signature.map_or(top, |signature| signer(flow, signature, right, top));
    flow.y = y.max(signed);
}

fn signer(flow: &mut Flow<'_>, signature: &Signature, at: Setting, top: f32) -> f32 {
    let mut y = top;
    for line in &signature.capacity {
        y = one(flow, Span::new(line.to_uppercase(), size::HEAD).bold(), at, y);
    }
    y += SIGNING;
    match &signature.name {
        Some(name) => one(flow, Span::new(name, size::HEAD).bold(), at, y),
        None => y,
    }
}

/// Numbers at the top of all pages but the first.
pub(super) fn number_pages(flow: &mut Flow<'_>) {
    let fonts = flow.fonts;
    for (index, page) in flow.pages.iter_mut().enumerate().skip(1) {
        let number = Span::new((index + 1).to_string(), size::PAGE_NUMBER);
        centred(fonts, page, number, points(PAGE_NUMBER_MM) + size::PAGE_NUMBER * 0.7);
    }
}

/// The standing at the foot of every page.
pub(super) fn stand_at_feet(flow: &mut Flow<'_>, document: &Document) {
    let Some(standing) = document.standing.as_ref().map(layout::standing) else { return };
    let fonts = flow.fonts;
    for page in &mut flow.pages {
        let baseline = page.height - points(10.0);
        centred(fonts, page, Span::new(standing.as_str(), size::FOOT).italic(), baseline);
    }
}

/// An ornament in the middle of a page's width.
fn centred(fonts: &Fonts, page: &mut Page, span: Span, baseline: f32) {
    for line in text::lines(fonts, &[span], page.width, 0.0) {
        let x = line.offset(page.width, Align::Centre);
        page.marks.push(Mark { ink: Ink::Text { x, baseline, line }, part: None });
    }
}

/// The organ's half of the width and the nation's.
fn halves(flow: &Flow<'_>) -> (Setting, Setting) {
    let whole = flow.across(Align::Centre);
    let width = whole.width * ORGAN_SHARE;
    // White between the two.
    let left = Setting { width: width - 6.0, ..whole };
    (left, Setting { x: whole.x + width, width: whole.width - width, ..whole })
}

/// Lines of about one width: as many as they have to be, in the narrowest column that has so many.
fn balanced(flow: &Flow<'_>, spans: &[Span], at: Setting) -> Vec<Line> {
    let mut best = flow.lines(spans, &at);
    for percent in (50..100_u8).rev() {
        let width = at.width * f32::from(percent) / 100.0;
        let lines = flow.lines(spans, &Setting { width, ..at });
        if lines.len() > best.len() || lines.iter().any(|line| line.width() > width) {
            break;
        }
        best = lines;
    }
    best
}

/// Sets one span as a paragraph from `y` on; gives where it ends.
pub(super) fn one(flow: &mut Flow<'_>, span: Span, at: Setting, y: f32) -> f32 {
    let lines = balanced(flow, &[span], at);
    let part = flow.parts.add(Role::Paragraph);
    flow.stack(lines, y, at, part)
}

/// The same with a line under it.
pub(super) fn ruled(flow: &mut Flow<'_>, span: Span, at: Setting, y: f32, share: f32) -> f32 {
    let lines = balanced(flow, &[span], at);
    let part = flow.parts.add(Role::Paragraph);
    stack_ruled(flow, lines, y, at, part, share)
}

/// Lines with a rule under them that is a share of the widest one; gives where they end.
fn stack_ruled(
    flow: &mut Flow<'_>,
    lines: Vec<Line>,
    y: f32,
    at: Setting,
    part: PartId,
    share: f32,
) -> f32 {
    let Some(widest) = lines.iter().map(Line::width).reduce(f32::max) else { return y };
    let y = flow.stack(lines, y, at, part) + RULE_GAP;
    let middle = at.x + at.width / 2.0;
    let half = widest * share / 2.0;
    flow.rule((middle - half, y), (middle + half, y));
    y + 2.0 * RULE_GAP
}
