//! The document's blocks as WordprocessingML.

use super::{
    frame::{self, text_height, text_width},
    xml::{Look, Shape, emu, escaped, paragraph, run, twips},
};
use crate::report::{
    document::{Align, Block, Cell, Column, Document, Figure, List, Paragraph, Row, Run, Table},
    layout::{self, INDENT_MM, PARAGRAPH_GAP, points, size},
    number,
};

/// The main part and the figures that it names, in order.
pub(super) struct Body<'d> {
    pub(super) xml: String,
    pub(super) figures: Vec<&'d Figure>,
    tables: usize,
    lying: bool,
    breaks_page: bool,
    sections: usize,
}

/// The whole main part.
pub(super) fn body(document: &Document) -> Body<'_> {
    let mut body = Body {
        xml: OPENING.to_owned(),
        figures: Vec::new(),
        tables: 0,
        lying: false,
        breaks_page: false,
        sections: 0,
    };
    body.xml.push_str(&frame::letterhead(&document.letterhead));
    body.xml.push_str(&frame::title(document));
    body.add_all(&document.blocks);
    body.xml.push_str(&frame::closing(document));
    // Word wants a paragraph behind a table that ends the text.
    body.xml.push_str(&paragraph(Shape::default(), ""));
    body.xml.push_str(&frame::section(false, body.sections == 0));
    body.xml.push_str("</w:body></w:document>");
    body
}

const OPENING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>";

impl<'d> Body<'d> {
    fn add_all(&mut self, blocks: &'d [Block]) {
        for block in blocks {
            match block {
                Block::Heading { level, text } => self.heading(*level, &text.vi, &text.en),
                Block::Paragraph(text) => self.flowing("", text),
                Block::List(list) => self.list(list),
                Block::Table(table) => self.table(table),
                Block::Figure(figure) => self.figure(figure),
                Block::PageBreak => self.breaks_page = true,
                Block::Landscape(inner) => {
                    self.end_section(false);
                    self.lying = true;
                    self.add_all(inner);
                    self.end_section(true);
                    self.lying = false;
                }
            }
        }
    }

    /// A new section begins a new page by itself.
    fn end_section(&mut self, lying: bool) {
        self.xml.push_str(&frame::section_end(lying, self.sections == 0));
        self.sections += 1;
        self.breaks_page = false;
    }

    fn put(&mut self, shape: Shape, runs: &str) {
        let page_break = std::mem::take(&mut self.breaks_page);
        self.xml.push_str(&paragraph(Shape { page_break, ..shape }, runs));
    }

    fn english(&mut self, text: &str, shape: Shape) {
        if !text.is_empty() {
            self.put(shape, &run(text, Look::of(size::MINOR).english()));
        }
    }

    fn heading(&mut self, level: u8, vi: &str, en: &str) {
        let style = match level {
            0 | 1 => "Heading1",
            2 => "Heading2",
            _ => "Heading3",
        };
        let (before, after) = (PARAGRAPH_GAP, PARAGRAPH_GAP);
        let indent = points(INDENT_MM);
        let shape = Shape { style, before, after, indent, keep_next: true, ..Shape::default() };
        let mut look = Look::of(size::TEXT).bold();
        look.italic = level > 2;
        let under = if en.is_empty() { after } else { 0.0 };
        self.put(Shape { after: under, ..shape }, &run(vi, look));
        self.english(en, Shape { style: "", before: 0.0, ..shape });
    }

    fn flowing(&mut self, label: &str, text: &Paragraph) {
        let align = "both";
        let indent = points(INDENT_MM);
        let shape = Shape { align, indent, after: PARAGRAPH_GAP, ..Shape::default() };
        let mut runs = String::new();
        if !label.is_empty() {
            runs.push_str(&run(label, Look::of(size::TEXT)));
        }
        for Run { text, bold, italic } in &text.runs {
            let look = Look { bold: *bold, italic: *italic, ..Look::of(size::TEXT) };
            runs.push_str(&run(text, look));
        }
        // The English stays with the Vietnamese that it says again.
        let after = if text.en.is_empty() { PARAGRAPH_GAP } else { 0.0 };
        self.put(Shape { after, ..shape }, &runs);
        self.english(&text.en, shape);
    }

    fn list(&mut self, list: &List) {
        for (index, item) in list.items.iter().enumerate() {
            let label = if list.numbered { format!("{}. ", index + 1) } else { "- ".to_owned() };
            self.flowing(&label, item);
        }
    }

    fn table(&mut self, table: &Table) {
        self.tables += 1;
        let caption = layout::table_caption(self.tables, &table.caption);
        let shape = Shape { before: 8.0, after: 3.0, keep_next: true, ..Shape::centred() };
        self.put(shape, &run(&caption, Look::of(size::MINOR).bold()));
        self.english(&table.caption.en, Shape { before: 0.0, ..shape });
        let widths = widths(&table.columns, text_width(self.lying));
        self.xml.push_str(&table_head(table, &widths));
        for row in &table.rows {
            self.xml.push_str(&table_row(row, &table.columns, &widths));
        }
        self.xml.push_str("</w:tbl>");
        let note = Look::of(size::FOOT).italic();
        let shape = Shape { before: 3.0, ..Shape::default() };
        if !table.note.vi.is_empty() {
            self.put(shape, &run(&table.note.vi, note));
        }
        if !table.note.en.is_empty() {
            self.put(Shape::default(), &run(&table.note.en, note.english()));
        }
        // Keeps two tables apart.
        self.put(Shape { after: 2.0, ..Shape::default() }, &run("", Look::of(6.0)));
    }

    #[expect(clippy::cast_precision_loss, reason = "pixels are far fewer than 2^24")]
    fn figure(&mut self, figure: &'d Figure) {
        self.figures.push(figure);
        let number = self.figures.len();
        let aspect = figure.height_px as f32 / figure.width_px as f32;
        // Captions take the rest of the page.
        let highest = text_height(self.lying) - 60.0;
        let width = (text_width(self.lying) * figure.share).min(highest / aspect);
        let drawing = drawing(figure, number, width, width * aspect);
        let shape = Shape { before: 6.0, keep_next: true, ..Shape::centred() };
        self.put(shape, &drawing);
        let caption = layout::figure_caption(number, &figure.caption);
        let after = if figure.caption.en.is_empty() { 8.0 } else { 0.0 };
        let shape = Shape { before: 4.0, after, ..Shape::centred() };
        self.put(shape, &run(&caption, Look::of(size::MINOR).bold()));
        self.english(&figure.caption.en, Shape { after: 8.0, ..Shape::centred() });
    }
}

fn widths(columns: &[Column], width: f32) -> Vec<i32> {
    let shares: f32 = columns.iter().map(|column| column.share).sum();
    columns.iter().map(|column| twips(width * column.share / shares)).collect()
}

fn table_head(table: &Table, widths: &[i32]) -> String {
    let border = |side: &str| {
        format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>")
    };
    let borders: String =
        ["top", "left", "bottom", "right", "insideH", "insideV"].map(border).concat();
    let grid: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    let cells: String = table.columns.iter().zip(widths).map(head_cell).collect();
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblBorders>{borders}\
         </w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar>\
         <w:left w:w=\"80\" w:type=\"dxa\"/><w:right w:w=\"80\" w:type=\"dxa\"/></w:tblCellMar>\
         </w:tblPr><w:tblGrid>{grid}</w:tblGrid>\
         <w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>",
        widths.iter().sum::<i32>()
    )
}

fn head_cell((column, width): (&Column, &i32)) -> String {
    let mut runs = run(&column.title.vi, Look::of(size::CELL).bold());
    if !column.unit.is_empty() {
        runs.push_str(&run(&format!("\n({})", column.unit), Look::of(size::CELL)));
    }
    if !column.title.en.is_empty() {
        let look = Look::of(size::FOOT).english();
        runs.push_str(&run(&format!("\n{}", column.title.en), look));
    }
    cell(&runs, "center", *width)
}

fn table_row(row: &Row, columns: &[Column], widths: &[i32]) -> String {
    let look = Look { bold: row.bold, ..Look::of(size::CELL) };
    let cells = row.cells.iter().zip(columns).zip(widths).map(|((value, column), width)| {
        let text = match value {
            Cell::Text(text) => text.clone(),
            Cell::Number { value, decimals } => number::vietnamese(*value, *decimals),
            Cell::Empty => String::new(),
        };
        let align = match column.align {
            Align::Left => "",
            Align::Centre => "center",
            Align::Right => "right",
        };
        cell(&run(&text, look), align, *width)
    });
    format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>", cells.collect::<String>())
}

fn cell(runs: &str, align: &'static str, width: i32) -> String {
    let shape = Shape { align, before: 2.0, after: 2.0, ..Shape::default() };
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/>\
         </w:tcPr>{}</w:tc>",
        paragraph(shape, runs)
    )
}

/// A picture in the line (ECMA-376, part 1, section 20.4).
fn drawing(figure: &Figure, number: usize, width: f32, height: f32) -> String {
    let (width, height) = (emu(width), emu(height));
    let text = escaped(&figure.caption.vi);
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{width}\" cy=\"{height}\"/>\
         <wp:docPr id=\"{number}\" name=\"Hình {number}\" descr=\"{text}\"/><a:graphic>\
         <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
         <pic:nvPicPr><pic:cNvPr id=\"{number}\" name=\"figure{number}.png\"/><pic:cNvPicPr/>\
         </pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rIdFigure{number}\"/><a:stretch>\
         <a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/>\
         <a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/>\
         </a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
}
