//! Maps that are printed on a sheet of A3, with what is to be said of them at their side.

use city::Title;

use super::{
    document::{Block, Document, Figure},
    error::Error,
};

/// Width and height that a map gets on its sheet, in millimetres.
pub const MAP_MM: (f32, f32) = (288.0, 265.0);

/// A sheet of A3 that lies: the map at the left, words and tables at the right.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What the map shows.
    pub title: Title,
    /// The map. It is made as large as [`MAP_MM`] lets it be.
    pub map: Figure,
    /// What is said of it. What finds no room goes on a sheet of its own.
    pub aside: Vec<Block>,
}

/// Sheets in one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Atlas {
    /// Who issues it, how it stands and what it is called. Its blocks, signer and recipients are not set.
    pub front: Document,
    /// The sheets, in order.
    pub sheets: Vec<Sheet>,
}

impl Atlas {
    /// Whether it can be laid out.
    ///
    /// # Errors
    /// As [`Document::check`]; [`Error::AsideFigure`].
    pub fn check(&self) -> Result<(), Error> {
        for sheet in &self.sheets {
            let is_plain = |block: &Block| !matches!(block, Block::Figure(_) | Block::Landscape(_));
            if !sheet.aside.iter().all(is_plain) {
                return Err(Error::AsideFigure { title: sheet.title.vi.clone() });
            }
            let map = Block::Figure(sheet.map.clone());
            super::document::check_blocks(std::slice::from_ref(&map))?;
            super::document::check_blocks(&sheet.aside)?;
        }
        Ok(())
    }
}
