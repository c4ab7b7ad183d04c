//! Reports as PDF: pages are laid out here, and written by krilla, tagged and in one piece.

mod blocks;
mod flow;
mod fonts;
mod head;
mod page;
mod paint;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use fonts::Fonts;

use super::{document::Document, error::Error};

/// A document as PDF, with tags, outline, title and language.
///
/// # Errors
///
/// What [`Document::check`] refuses; figures that cannot be decoded.
pub fn pdf(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, Error> {
    document.check()?;
    let mut flow = flow::Flow::new(fonts);
    head::letterhead(&mut flow, &document.letterhead);
    head::title(&mut flow, document);
    let figures = blocks::all(&mut flow, &document.blocks);
    head::closing(&mut flow, document);
    head::number_pages(&mut flow, document);
    paint::paint(flow, document, &figures)
}
