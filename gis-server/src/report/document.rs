//! What a report says, without its looks.
//!
//! Texts are Vietnamese. An English text is set as a second, lesser line where one is given; an
//! empty one leaves no trace.
//!
//! ```
//! use gis_server::report::document::{Align, Block, Cell, Column, Document, Letterhead, Table};
//! use city::Title;
//!
//! let table = Table::new(
//!     Title::new("Diện tích ngập theo độ sâu", "Flooded area by depth"),
//!     vec![Column::text(Title::new("Độ sâu", "Depth"), 2.0), Column::number(Title::new("Diện tích", "Area"), "ha", 1.0)],
//! )
//! .row([Cell::text("0,2 – 0,5 m"), Cell::number(1234.5, 1)])
//! .total([Cell::text("Cộng"), Cell::number(1234.5, 1)]);
//!
//! let document = Document::new(
//!     Title::new("Báo cáo", "Report"),
//!     Title::new("Tình hình ngập lụt phường Bàn Thạch", ""),
//!     Letterhead::new("Ủy ban nhân dân phường Bàn Thạch", "BC-UBND", "Tam Kỳ"),
//! )
//! .with(Block::heading(1, Title::new("I. TÌNH HÌNH CHUNG", "")))
//! .with(Block::paragraph("Lúc 02 giờ ngày 30 tháng 10 …"))
//! .with(table);
//! document.check()?;
//! # Ok::<(), gis_server::report::error::Error>(())
//! ```

mod check;
mod make;

use city::{Title, time::Date};

use super::error::Error;

/// A document of an organ: letterhead, kind and abstract, what it says, who signs and who gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The kind of document (*tên loại*), as "Báo cáo"; set in capitals.
    pub kind: Title,
    /// What it is about (*trích yếu*): the line under the kind, and the title in the file's metadata.
    pub title: Title,
    /// Who issues it, where and when.
    pub letterhead: Letterhead,
    /// How it stands, as "Nội bộ, tham khảo": under the title and at the foot of every page.
    pub standing: Option<Title>,
    /// What it says, in order.
    pub blocks: Vec<Block>,
    /// Who signs. Without one, nobody's place is kept.
    pub signature: Option<Signature>,
    /// Who gets it (*Nơi nhận*): names without dash and stop, as "Lưu: VT". None: the part is left out.
    pub recipients: Vec<String>,
}

/// Who issues a document, under which number, where and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Letterhead {
    /// The organ above the one that issues, where there is one; set in capitals.
    pub superior: Option<String>,
    /// The organ that issues; set in capitals. A line feed breaks a long name where it reads best.
    pub organ: String,
    /// The number of the year's register. `None` leaves room to write it: "Số:        /BC-UBND".
    pub number: Option<u32>,
    /// The symbol behind the number, as "BC-UBND".
    pub symbol: String,
    /// Where the organ has its seat, as "Tam Kỳ".
    pub place: String,
    /// The day of signing, which also dates the file's metadata. `None` leaves room to write it.
    pub date: Option<Date>,
}

/// The block of the signer, at the right of the end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signature {
    /// Authority and title (*quyền hạn, chức vụ*), a line each: "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH".
    pub capacity: Vec<String>,
    /// The signer's name. `None`: room is kept for it.
    pub name: Option<String>,
}

/// One part of what a document says.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading with its number written out by the caller ("I. …", "1. …", "a) …").
    Heading {
        /// 1 is the highest; below 3 they look alike.
        level: u8,
        /// What it says.
        text: Title,
    },
    /// Justified, first line indented.
    Paragraph(Paragraph),
    /// Items behind dashes or numbers.
    List(List),
    /// Numbered through the document by the renderers: "Bảng 1. …".
    Table(Table),
    /// Numbered through the document by the renderers: "Hình 1. …".
    Figure(Figure),
    /// What follows begins on a new page.
    PageBreak,
    /// Blocks on pages that lie (297 mm × 210 mm), for wide tables and maps. Not in one another.
    Landscape(Vec<Block>),
}

/// Text of one look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The text. A line feed breaks the line.
    pub text: String,
    /// In bold.
    pub bold: bool,
    /// In italics.
    pub italic: bool,
}

/// A paragraph in Vietnamese, and perhaps its English under it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paragraph {
    /// The text, in runs that follow each other without blanks of their own.
    pub runs: Vec<Run>,
    /// The same in English; empty for none.
    pub en: String,
}

/// A list of paragraphs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// "1. 2. 3." instead of dashes.
    pub numbered: bool,
    /// The items.
    pub items: Vec<Paragraph>,
}

/// A table with a caption. Its head is repeated where it breaks over pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it shows, without number.
    pub caption: Title,
    /// Its columns, at least one.
    pub columns: Vec<Column>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<Row>,
    /// A note under it, as on sources; empty for none.
    pub note: Title,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What stands in it.
    pub title: Title,
    /// Where its cells stand.
    pub align: Align,
    /// The unit of its numbers, shown in brackets under the title; empty for none.
    pub unit: String,
    /// Its share of the table's width, relative to the other columns' shares; above 0.
    pub share: f32,
}

/// Where text stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left, as names.
    #[default]
    Left,
    /// In the middle, as ordinals and codes.
    Centre,
    /// At the right, as numbers.
    Right,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// In bold: sums, and heads of groups.
    pub bold: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, and never a formula.
    Text(String),
    /// A number: written the Vietnamese way in text, a real number in a workbook. One that is not
    /// finite is set as a dash.
    Number {
        /// Its value.
        value: f64,
        /// Digits behind the comma.
        decimals: u8,
    },
    /// Nothing.
    Empty,
}

/// A picture with a caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// A PNG file.
    pub png: Vec<u8>,
    /// Its width in pixels.
    pub width_px: u32,
    /// Its height in pixels.
    pub height_px: u32,
    /// What it shows, without number; also its text for those who do not see it.
    pub caption: Title,
    /// The share of the text's width that it takes, above 0 and at most 1. It gets less where the
    /// page is not high enough.
    pub share: f32,
}

/// Whether blocks of a document can be laid out.
pub(super) fn check_blocks(blocks: &[Block]) -> Result<(), Error> {
    check::blocks(blocks, false)
}

impl Document {
    /// A document that says nothing yet.
    pub fn new(kind: Title, title: Title, letterhead: Letterhead) -> Self {
        Self {
            kind,
            title,
            letterhead,
            standing: None,
            blocks: Vec::new(),
            signature: None,
            recipients: Vec::new(),
        }
    }

    /// Adds a block at the end.
    #[must_use]
    pub fn with(mut self, block: impl Into<Block>) -> Self {
        self.push(block);
        self
    }

    /// Adds a block at the end.
    pub fn push(&mut self, block: impl Into<Block>) {
        self.blocks.push(block.into());
    }

    /// Whether it can be laid out; every renderer that can fail asks this first.
    ///
    /// # Errors
    ///
    /// A table without columns, with a row of another number of cells or with a share that is not
    /// above 0; a figure that is no PNG, has other sizes than it says or a share outside of (0, 1];
    /// landscape in landscape.
    pub fn check(&self) -> Result<(), Error> {
        check_blocks(&self.blocks)
    }

    /// Every table in order, those on pages that lie among them; the index is its number less 1.
    pub fn tables(&self) -> Vec<&Table> {
        fn collect<'a>(blocks: &'a [Block], into: &mut Vec<&'a Table>) {
            for block in blocks {
                match block {
                    Block::Table(table) => into.push(table),
                    Block::Landscape(inner) => collect(inner, into),
                    _ => {}
                }
            }
        }
        let mut tables = Vec::new();
        collect(&self.blocks, &mut tables);
        tables
    }
}

impl Letterhead {
    /// A letterhead without superior, number and date.
    pub fn new(
        organ: impl Into<String>,
        symbol: impl Into<String>,
        place: impl Into<String>,
    ) -> Self {
        Self {
            superior: None,
            organ: organ.into(),
            number: None,
            symbol: symbol.into(),
            place: place.into(),
            date: None,
        }
    }

    /// Number and symbol: "Số: 15/BC-UBND", or with room for the number. The decree writes numbers
    /// below 10 as they are.
    pub fn number_line(&self) -> String {
        let room = "\u{a0}".repeat(8);
        let number = self.number.map_or(room, |number| number.to_string());
        format!("Số: {number}/{}", self.symbol)
    }

    /// Place and day: "Tam Kỳ, ngày 05 tháng 02 năm 2026". Days below 10 and the months 1 and 2 get
    /// a nought before them (Decree 30/2020/NĐ-CP, Appendix I, part I, section II.4).
    pub fn place_line(&self) -> String {
        let Some(date) = self.date else {
            let room = "\u{a0}".repeat(5);
            return format!("{}, ngày{room}tháng{room}năm{room}", self.place);
        };
        let month = match date.month() {
            month @ 1..=2 => format!("0{month}"),
            month => month.to_string(),
        };
        format!("{}, ngày {:02} tháng {month} năm {}", self.place, date.day(), date.year())
    }
}
