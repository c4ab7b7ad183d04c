//! A report's tables as a workbook: a first sheet that tells what they are, then a sheet for each.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{
    document::{Align, Cell, Column, Document, Table},
    error::Error,
    layout,
};

/// The most letters of a cell (Excel's limits), less a few for the mark that text was cut.
const CELL_LETTERS: usize = 32_700;
/// The width of a sheet's columns together, in letters.
const SHEET_WIDTH: f64 = 110.0;
const FONT: &str = "Times New Roman";

/// A document's tables as a workbook, numbers as numbers. Texts are texts: what begins like a
/// formula is marked as quoted, so that it stays text where somebody edits it.
///
/// # Errors
///
/// What [`Document::check`] refuses; tables beyond Excel's 1 048 576 rows or 16 384 columns.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, Error> {
    document.check()?;
    write(document).map_err(|error| Error::Xlsx(error.to_string()))
}

fn write(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document)?);
    let tables = document.tables();
    write_contents(workbook.add_worksheet(), document, &tables)?;
    for (index, table) in tables.iter().enumerate() {
        write_table(workbook.add_worksheet(), table, index + 1)?;
    }
    workbook.save_to_buffer()
}

/// The document's own day, or that of Excel's epoch: never the clock's.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let date = document.letterhead.date;
    let day = match date {
        Some(date) if (1900..=9999).contains(&date.year()) => ExcelDateTime::from_ymd(
            date.year().unsigned_abs(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )?,
        _ => ExcelDateTime::from_ymd(1900, 1, 1)?,
    };
    Ok(DocProperties::new()
        .set_title(layout::file_title(&document.kind, &document.title))
        .set_author(&document.letterhead.organ)
        .set_creation_datetime(&day))
}

fn write_contents(
    sheet: &mut Worksheet,
    document: &Document,
    tables: &[&Table],
) -> Result<(), XlsxError> {
    sheet.set_name(SHEET_OF_CONTENTS)?.set_column_width(0, SHEET_WIDTH)?;
    let head = &document.letterhead;
    let (superior, organ) = layout::organs(head);
    let mut lines: Vec<_> = superior.into_iter().map(|superior| (superior, base())).collect();
    lines.push((organ, base().set_bold()));
    lines.push((head.number_line(), base()));
    lines.push((head.place_line(), base().set_italic()));
    lines.push((layout::file_title(&document.kind, &document.title), base().set_bold()));
    lines.push((document.title.en.clone(), base().set_italic()));
    lines.extend(document.standing.as_ref().map(|s| (layout::standing(s), base().set_italic())));
    for (index, table) in tables.iter().enumerate() {
        lines.push((layout::table_caption(index + 1, &table.caption), base()));
    }
    let lines = lines.into_iter().filter(|(text, _)| !text.is_empty());
    for (row, (text, format)) in (0..).zip(lines) {
        write_text(sheet, (row, 0), &text, format.set_text_wrap())?;
    }
    Ok(())
}

const SHEET_OF_CONTENTS: &str = "Báo cáo";

fn write_table(sheet: &mut Worksheet, table: &Table, number: usize) -> Result<(), XlsxError> {
    sheet.set_name(format!("Bảng {number}"))?.set_landscape().set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    let shares: f32 = table.columns.iter().map(|column| column.share).sum();
    let caption = layout::table_caption(number, &table.caption);
    write_text(sheet, (0, 0), &caption, base().set_bold())?;
    write_text(sheet, (1, 0), &table.caption.en, base().set_italic())?;
    for (at, column) in (0..).zip(&table.columns) {
        let width = SHEET_WIDTH * f64::from(column.share / shares);
        sheet.set_column_width(at, width.clamp(6.0, 80.0))?;
        write_text(sheet, (HEAD_ROW, at), &head(column), head_format())?;
    }
    sheet.set_freeze_panes(HEAD_ROW + 1, 0)?;
    sheet.set_repeat_rows(HEAD_ROW, HEAD_ROW)?;

    let mut row = HEAD_ROW + 1;
    for line in &table.rows {
        for ((at, cell), column) in (0..).zip(&line.cells).zip(&table.columns) {
            let format = cell_format(column.align, line.bold);
            write_cell(sheet, (row, at), cell, format)?;
        }
        row += 1;
    }
    for note in [&table.note.vi, &table.note.en] {
        write_text(sheet, (row, 0), note, base().set_italic())?;
        row += 1;
    }
    Ok(())
}

/// Captions stand above it.
const HEAD_ROW: u32 = 2;

fn write_cell(
    sheet: &mut Worksheet,
    at: (u32, u16),
    cell: &Cell,
    format: Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Number { value, decimals } if value.is_finite() => {
            let format = format.set_num_format(number_format(*decimals));
            sheet.write_number_with_format(at.0, at.1, *value, &format)?;
        }
        Cell::Number { .. } => write_text(sheet, at, "–", format)?,
        Cell::Text(text) if !text.is_empty() => write_text(sheet, at, text, format)?,
        Cell::Text(_) | Cell::Empty => {
            sheet.write_blank(at.0, at.1, &format)?;
        }
    }
    Ok(())
}

/// Text as a string, never a formula; an empty one leaves the cell alone.
fn write_text(
    sheet: &mut Worksheet,
    at: (u32, u16),
    text: &str,
    format: Format,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let looks_like_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let format = if looks_like_formula { format.set_quote_prefix() } else { format };
    let text = match text.char_indices().nth(CELL_LETTERS) {
        Some((end, _)) => format!("{} […]", &text[..end]),
        None => text.to_owned(),
    };
    sheet.write_string_with_format(at.0, at.1, text, &format)?;
    Ok(())
}

fn head(column: &Column) -> String {
    let unit = match column.unit.as_str() {
        "" => String::new(),
        unit => format!("\n({unit})"),
    };
    let english = match column.title.en.as_str() {
        "" => String::new(),
        en => format!("\n{en}"),
    };
    format!("{}{unit}{english}", column.title.vi)
}

/// Thousands and decimals by the reader's own marks: the format names them the English way.
fn number_format(decimals: u8) -> String {
    match decimals {
        0 => "#,##0".to_owned(),
        decimals => format!("#,##0.{}", "0".repeat(usize::from(decimals.min(15)))),
    }
}

fn base() -> Format {
    Format::new().set_font_name(FONT).set_font_size(12)
}

fn head_format() -> Format {
    let format = base().set_bold().set_text_wrap().set_border(FormatBorder::Thin);
    format.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter)
}

fn cell_format(align: Align, bold: bool) -> Format {
    let format = base().set_text_wrap().set_border(FormatBorder::Thin);
    let format = format.set_align(FormatAlign::VerticalCenter).set_align(match align {
        Align::Left => FormatAlign::Left,
        Align::Centre => FormatAlign::Center,
        Align::Right => FormatAlign::Right,
    });
    if bold { format.set_bold() } else { format }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{self, unzip};

    #[test]
    fn numbers_are_numbers_and_texts_are_never_formulas() {
        let bytes = xlsx(&samples::everything()).unwrap();
        let files = unzip(&bytes);
        let first = &files["xl/worksheets/sheet2.xml"];
        assert!(first.contains("<v>1234567.8</v>"), "{first}");
        assert!(first.contains("state=\"frozen\""));
        let second = &files["xl/worksheets/sheet3.xml"];
        assert!(files.values().all(|file| !file.contains("<f>")), "{second}");
        assert!(files["xl/sharedStrings.xml"].contains("=HYPERLINK"));
        assert!(files["xl/styles.xml"].contains("quotePrefix=\"1\""));
        assert!(files["xl/styles.xml"].contains("#,##0.00") || second.contains("<v>1500</v>"));
        assert!(files["xl/workbook.xml"].contains("Bảng 2"));
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let mut document = samples::everything();
        assert_eq!(xlsx(&document).unwrap(), xlsx(&document).unwrap());
        document.letterhead.date = None;
        assert!(unzip(&xlsx(&document).unwrap())["docProps/core.xml"].contains("1900-01-01"));
    }

    #[test]
    fn a_row_of_another_length_is_refused_by_its_number() {
        let mut document = samples::everything();
        document.push(samples::roads(3).row([Cell::Empty]));
        let error = xlsx(&document).unwrap_err().to_string();
        assert!(error.starts_with("row 5 of the table"), "{error}");
    }
}
