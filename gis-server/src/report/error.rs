//! Why a report cannot be made.

use std::path::PathBuf;

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A table without columns.
    #[error("the table \"{caption}\" has no columns")]
    NoColumns {
        /// The table's caption.
        caption: String,
    },
    /// A row with too few or too many cells.
    #[error("row {row} of the table \"{caption}\" has {cells} cells for {columns} columns")]
    Row {
        /// The table's caption.
        caption: String,
        /// The row, from 1.
        row: usize,
        /// How many cells it has.
        cells: usize,
        /// How many it should have.
        columns: usize,
    },
    /// A column whose share of the width is not above 0.
    #[error("column {column} of the table \"{caption}\" needs a share of its width above 0")]
    Share {
        /// The table's caption.
        caption: String,
        /// The column, from 1.
        column: usize,
    },
    /// A figure that is no PNG file, or has another size than it says.
    #[error("the figure \"{caption}\" is no PNG file of the size that is told")]
    Picture {
        /// The figure's caption.
        caption: String,
    },
    /// A figure whose share of the width is outside of (0, 1].
    #[error("the figure \"{caption}\" needs a share of the width above 0 and at most 1")]
    FigureShare {
        /// The figure's caption.
        caption: String,
    },
    /// A figure beside the map of a sheet, or a page that lies.
    #[error("beside the map \"{title}\" stand only words and tables")]
    AsideFigure {
        /// The sheet's title.
        title: String,
    },
    /// Pages that lie inside pages that lie.
    #[error("a landscape part cannot hold another one: end the first before the second")]
    Nested,
    /// No font that can write Vietnamese in a PDF.
    #[error(
        "no serif font with Vietnamese letters was found in {places}: install fonts-croscore \
         (Tinos), Liberation Serif 2 or Times New Roman"
    )]
    NoFont {
        /// Where fonts were looked for.
        places: String,
    },
    /// A font file that cannot be read.
    #[error("the font {path} cannot be used: {reason}", path = path.display())]
    Font {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The PDF could not be written.
    #[error("the report cannot be written as PDF: {0}")]
    Pdf(String),
    /// The Word document could not be written.
    #[error("the report cannot be written as DOCX")]
    Docx(#[source] std::io::Error),
    /// The workbook could not be written.
    #[error("the report cannot be written as XLSX: {0}")]
    Xlsx(String),
}
