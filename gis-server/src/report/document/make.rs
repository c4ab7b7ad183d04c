//! Short ways to make the parts of a document.

use city::Title;

use super::{
    Align, Block, Cell, Column, Figure, List, Paragraph, Row, Run, Table, check::png_size,
};
use crate::report::error::Error;

impl Block {
    /// A heading; 1 is the highest level.
    pub fn heading(level: u8, text: Title) -> Self {
        Self::Heading { level, text }
    }

    /// A paragraph of one look.
    pub fn paragraph(text: impl Into<Paragraph>) -> Self {
        Self::Paragraph(text.into())
    }

    /// A list behind dashes.
    pub fn list<I, P>(items: I) -> Self
    where
        I: IntoIterator<Item = P>,
        P: Into<Paragraph>,
    {
        let items = items.into_iter().map(Into::into).collect();
        Self::List(List { numbered: false, items })
    }

    /// A list behind numbers.
    pub fn numbered_list<I, P>(items: I) -> Self
    where
        I: IntoIterator<Item = P>,
        P: Into<Paragraph>,
    {
        let items = items.into_iter().map(Into::into).collect();
        Self::List(List { numbered: true, items })
    }
}

impl Run {
    /// Upright.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// In bold.
    pub fn bold(text: impl Into<String>) -> Self {
        Self { text: text.into(), bold: true, italic: false }
    }

    /// In italics.
    pub fn italic(text: impl Into<String>) -> Self {
        Self { text: text.into(), bold: false, italic: true }
    }
}

impl Paragraph {
    /// With its English.
    #[must_use]
    pub fn english(mut self, en: impl Into<String>) -> Self {
        self.en = en.into();
        self
    }
}

impl Table {
    /// A table without rows.
    pub fn new(caption: Title, columns: Vec<Column>) -> Self {
        Self { caption, columns, rows: Vec::new(), note: Title::default() }
    }

    /// Adds a row.
    #[must_use]
    pub fn row(mut self, cells: impl Into<Vec<Cell>>) -> Self {
        self.rows.push(Row { cells: cells.into(), bold: false });
        self
    }

    /// Adds a row in bold: a sum, or the head of a group.
    #[must_use]
    pub fn total(mut self, cells: impl Into<Vec<Cell>>) -> Self {
        self.rows.push(Row { cells: cells.into(), bold: true });
        self
    }

    /// With a note under it.
    #[must_use]
    pub fn noted(mut self, note: Title) -> Self {
        self.note = note;
        self
    }
}

impl Column {
    /// A column of texts.
    pub fn text(title: Title, share: f32) -> Self {
        Self { title, align: Align::Left, unit: String::new(), share }
    }

    /// A column of ordinals or codes, in the middle.
    pub fn centred(title: Title, share: f32) -> Self {
        Self { title, align: Align::Centre, unit: String::new(), share }
    }

    /// A column of numbers in a unit.
    pub fn number(title: Title, unit: impl Into<String>, share: f32) -> Self {
        Self { title, align: Align::Right, unit: unit.into(), share }
    }
}

impl Cell {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number with so many digits behind the comma.
    pub fn number(value: f64, decimals: u8) -> Self {
        Self::Number { value, decimals }
    }

    /// A whole number.
    #[expect(clippy::cast_precision_loss, reason = "counts of a city stay far below 2^53")]
    pub fn count(value: u64) -> Self {
        Self::Number { value: value as f64, decimals: 0 }
    }
}

impl Figure {
    /// A picture of the whole text's width, with its sizes from the PNG file.
    ///
    /// # Errors
    ///
    /// Where the bytes do not begin as a PNG file with a size.
    pub fn from_png(png: Vec<u8>, caption: Title) -> Result<Self, Error> {
        let (width_px, height_px) =
            png_size(&png).ok_or_else(|| Error::Picture { caption: caption.vi.clone() })?;
        Ok(Self { png, width_px, height_px, caption, share: 1.0 })
    }

    /// With another share of the text's width.
    #[must_use]
    pub fn share(mut self, share: f32) -> Self {
        self.share = share;
        self
    }
}

impl From<&str> for Run {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<&str> for Paragraph {
    fn from(text: &str) -> Self {
        Self { runs: vec![Run::plain(text)], en: String::new() }
    }
}

impl From<String> for Paragraph {
    fn from(text: String) -> Self {
        Self { runs: vec![Run::plain(text)], en: String::new() }
    }
}

impl From<Vec<Run>> for Paragraph {
    fn from(runs: Vec<Run>) -> Self {
        Self { runs, en: String::new() }
    }
}

impl From<Title> for Paragraph {
    fn from(text: Title) -> Self {
        Self { runs: vec![Run::plain(text.vi)], en: text.en }
    }
}

impl From<Paragraph> for Block {
    fn from(paragraph: Paragraph) -> Self {
        Self::Paragraph(paragraph)
    }
}

impl From<List> for Block {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl From<Figure> for Block {
    fn from(figure: Figure) -> Self {
        Self::Figure(figure)
    }
}
