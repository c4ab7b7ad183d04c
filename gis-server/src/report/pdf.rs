//! Reports as PDF: pages are laid out here, and written by krilla, tagged and in one piece.

mod blocks;
mod flow;
mod fonts;
mod head;
mod page;
mod paint;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use fonts::{Fonts, SystemFonts};

use super::{document::Document, error::Error, sheet::Atlas};

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
    head::number_pages(&mut flow);
    head::stand_at_feet(&mut flow, document);
    paint::paint(flow, document, &figures)
}

/// Sheets of A3 as PDF, a page each.
///
/// # Errors
///
/// What [`Atlas::check`] refuses; maps that cannot be decoded.
pub fn atlas(atlas: &Atlas, fonts: &Fonts) -> Result<Vec<u8>, Error> {
    atlas.check()?;
    let mut flow = flow::Flow::on(fonts, sheet::frame());
    let maps = sheet::all(&mut flow, atlas);
    head::stand_at_feet(&mut flow, &atlas.front);
    paint::paint(flow, &atlas.front, &maps)
}
