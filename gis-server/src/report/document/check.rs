//! What cannot be laid out is refused before anything is written.

use super::{Block, Figure, Table};
use crate::report::error::Error;

/// Whether blocks can be laid out.
pub(super) fn blocks(all: &[Block], in_landscape: bool) -> Result<(), Error> {
    for block in all {
        match block {
            Block::Table(block) => table(block)?,
            Block::Figure(block) => figure(block)?,
            Block::Landscape(_) if in_landscape => return Err(Error::Nested),
            Block::Landscape(inner) => blocks(inner, true)?,
            Block::Heading { .. } | Block::Paragraph(_) | Block::List(_) | Block::PageBreak => {}
        }
    }
    Ok(())
}

fn table(table: &Table) -> Result<(), Error> {
    let caption = || table.caption.vi.clone();
    if table.columns.is_empty() {
        return Err(Error::NoColumns { caption: caption() });
    }
    if let Some(index) = table.columns.iter().position(|c| !(c.share.is_finite() && c.share > 0.0))
    {
        return Err(Error::Share { caption: caption(), column: index + 1 });
    }
    let columns = table.columns.len();
    match table.rows.iter().position(|row| row.cells.len() != columns) {
        Some(index) => Err(Error::Row {
            caption: caption(),
            row: index + 1,
            cells: table.rows[index].cells.len(),
            columns,
        }),
        None => Ok(()),
    }
}

fn figure(figure: &Figure) -> Result<(), Error> {
    let caption = || figure.caption.vi.clone();
    if png_size(&figure.png) != Some((figure.width_px, figure.height_px)) {
        return Err(Error::Picture { caption: caption() });
    }
    if !(figure.share > 0.0 && figure.share <= 1.0) {
        return Err(Error::FigureShare { caption: caption() });
    }
    Ok(())
}

/// Width and height of a PNG file: its signature, then the chunk IHDR (PNG third edition, 5.2 and 11.2.1).
pub(super) fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let width = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
    let height = u32::from_be_bytes(rest.get(4..8)?.try_into().ok()?);
    (width > 0 && height > 0).then_some((width, height))
}
