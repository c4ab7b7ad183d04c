//! The document's blocks, one after the other.

use super::{
    flow::{self, Flow, Setting, Signpost},
    page::{Ink, PartId, Role},
    table,
    text::Span,
};
use crate::report::{
    document::{Align, Block, Figure, List, Paragraph},
    layout::{self, INDENT_MM, PARAGRAPH_GAP, points, size},
};

/// Sets all blocks; gives the figures in their order.
pub(super) fn all<'d>(flow: &mut Flow<'_>, blocks: &'d [Block]) -> Vec<&'d Figure> {
    let mut numbers = Numbers::default();
    each(flow, blocks, &mut numbers);
    numbers.figures
}

/// How many tables and which figures were set.
#[derive(Default)]
struct Numbers<'d> {
    tables: usize,
    figures: Vec<&'d Figure>,
}

fn each<'d>(flow: &mut Flow<'_>, blocks: &'d [Block], numbers: &mut Numbers<'d>) {
    for block in blocks {
        if let Block::Landscape(inner) = block {
            flow.turn(true);
            each(flow, inner, numbers);
            flow.turn(false);
        } else {
            one(flow, block, numbers);
        }
    }
}

fn one<'d>(flow: &mut Flow<'_>, block: &'d Block, numbers: &mut Numbers<'d>) {
    match block {
        Block::Heading { level, text } => heading(flow, *level, &text.vi, &text.en),
        Block::Paragraph(text) => paragraph(flow, text),
        Block::List(items) => list(flow, items),
        Block::Table(rows) => {
            numbers.tables += 1;
            table::set(flow, rows, numbers.tables);
        }
        Block::Figure(picture) => {
            numbers.figures.push(picture);
            figure(flow, picture, numbers.figures.len());
        }
        Block::PageBreak if !flow.is_at_top() => flow.new_page(),
        Block::PageBreak | Block::Landscape(_) => {}
    }
}

fn heading(flow: &mut Flow<'_>, level: u8, vi: &str, en: &str) {
    // A heading stays with the first lines under it.
    flow.need(size::TEXT * layout::LEADING * 4.0);
    flow.gap(PARAGRAPH_GAP);
    // The title of the document is the first level of its outline.
    let level = level.clamp(1, 5) + 1;
    let text = vi.to_owned();
    let (page, y) = (flow.pages.len() - 1, flow.y);
    flow.signposts.push(Signpost { level, text: text.clone(), page, y });
    let mut span = Span::new(vi, size::TEXT).bold();
    span.look.italic = level > 3;
    let at = Setting { indent: points(INDENT_MM), ..flow.across(Align::Left) };
    let part = flow.parts.add(Role::Heading { level, text });
    flow.set(&[span], at, part);
    flow.english(en, at);
    flow.gap(PARAGRAPH_GAP);
}

fn paragraph(flow: &mut Flow<'_>, paragraph: &Paragraph) {
    let part = flow.parts.add(Role::Paragraph);
    flowing(flow, Span::of_paragraph(paragraph, size::TEXT), &paragraph.en, part);
}

fn list(flow: &mut Flow<'_>, list: &List) {
    let part = flow.parts.add(Role::List { numbered: list.numbered });
    for (index, item) in list.items.iter().enumerate() {
        let label = if list.numbered { format!("{}. ", index + 1) } else { "- ".to_owned() };
        let mut spans = vec![Span::new(label, size::TEXT)];
        spans.extend(Span::of_paragraph(item, size::TEXT));
        let item_part = flow.parts.add_in(part, Role::Item);
        flowing(flow, spans, &item.en, item_part);
    }
}

fn flowing(flow: &mut Flow<'_>, spans: Vec<Span>, en: &str, part: PartId) {
    let across = flow.across(Align::Left);
    let at = Setting { justify: true, indent: points(INDENT_MM), ..across };
    flow.set(&spans, at, part);
    flow.english(en, at);
    flow.gap(PARAGRAPH_GAP);
}

#[expect(clippy::cast_precision_loss, reason = "pixels are far fewer than 2^24")]
fn figure(flow: &mut Flow<'_>, figure: &Figure, number: usize) {
    let at = flow.across(Align::Centre);
    let caption = Span::new(layout::figure_caption(number, &figure.caption), size::MINOR).bold();
    let english = Span::new(&figure.caption.en, size::MINOR).italic();
    let under = flow::height(&flow.lines(std::slice::from_ref(&caption), &at))
        + flow::height(&flow.lines(std::slice::from_ref(&english), &at))
        + 8.0;

    let aspect = figure.height_px as f32 / figure.width_px as f32;
    let width = (at.width * figure.share).min((flow.frame.text_height - under) / aspect);
    let height = width * aspect;
    flow.gap(6.0);
    flow.need(height + under);

    let part = flow.parts.add(Role::Figure { text: figure.caption.vi.clone() });
    let x = at.x + (at.width - width) / 2.0;
    flow.draw(Ink::Picture { x, y: flow.y, width, height, figure: number - 1 }, Some(part));
    flow.y += height + 4.0;
    let caption_part = flow.parts.add_in(part, Role::Caption);
    flow.set(&[caption], at, caption_part);
    if !figure.caption.en.is_empty() {
        flow.set(&[english], at, caption_part);
    }
    flow.gap(8.0);
}
