//! Reports as one HTML file: its style and figures inside, no script, nothing asked of any host.

use std::fmt::{self, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use city::Title;

use super::{
    document::{
        Align, Block, Cell, Column, Document, Figure, List, Paragraph, Run, Signature, Table,
    },
    layout::{self, MOTTO, NATION, RECIPIENTS},
    number,
};

const STYLE: &str = include_str!("html/report.css");

/// A document as an HTML file that a browser shows as pages on paper and prints as such.
///
/// Nothing is refused: a table's row is shown with the cells that it has.
pub fn html(document: &Document) -> String {
    let mut page = String::new();
    // Writing into a string does not fail.
    let _ = write_page(&mut page, document);
    page
}

fn write_page(out: &mut String, document: &Document) -> fmt::Result {
    let title = layout::file_title(&document.kind, &document.title);
    let standing = document.standing.as_ref().map(layout::standing);
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>\n{STYLE}",
        Escaped(&title)
    )?;
    if let Some(standing) = &standing {
        writeln!(out, "@page {{ @bottom-center {{ content: {} }} }}", CssText(standing))?;
    }
    out.write_str("</style>\n</head>\n<body>\n<main>\n")?;
    write_head(out, document, standing.as_deref())?;
    write_blocks(out, &document.blocks, &mut Numbers::default())?;
    write_closing(out, document)?;
    out.write_str("</main>\n</body>\n</html>\n")
}

fn write_head(out: &mut String, document: &Document, standing: Option<&str>) -> fmt::Result {
    let head = &document.letterhead;
    let (superior, organ) = layout::organs(head);
    out.write_str("<header>\n<div class=\"organ\">")?;
    if let Some(superior) = superior {
        write!(out, "<p>{}</p>", Escaped(&superior))?;
    }
    writeln!(out, "<p class=\"own\"><b>{}</b></p></div>", Escaped(&organ))?;
    write!(
        out,
        "<div class=\"nation\"><p><b>{NATION}</b></p><p><b class=\"motto\">{MOTTO}</b></p></div>\n\
         <p class=\"number\">{}</p>\n<p class=\"date\"><i>{}</i></p>\n</header>\n",
        Escaped(&head.number_line()),
        Escaped(&head.place_line())
    )?;
    writeln!(
        out,
        "<h1>{}<span>{}</span></h1>",
        Escaped(&document.kind.vi.to_uppercase()),
        Escaped(&document.title.vi)
    )?;
    for english in [&document.kind.en, &document.title.en] {
        write_english(out, english, "centred")?;
    }
    match standing {
        Some(standing) => writeln!(out, "<p class=\"standing\">({})</p>", Escaped(standing)),
        None => Ok(()),
    }
}

/// How many tables and figures were written.
#[derive(Default)]
struct Numbers {
    tables: usize,
    figures: usize,
}

fn write_blocks(out: &mut String, blocks: &[Block], numbers: &mut Numbers) -> fmt::Result {
    for block in blocks {
        match block {
            Block::Heading { level, text } => write_heading(out, *level, text)?,
            Block::Paragraph(paragraph) => write_paragraph(out, paragraph)?,
            Block::List(list) => write_list(out, list)?,
            Block::Table(table) => {
                numbers.tables += 1;
                write_table(out, table, numbers.tables)?;
            }
            Block::Figure(figure) => {
                numbers.figures += 1;
                write_figure(out, figure, numbers.figures)?;
            }
            Block::PageBreak => out.write_str("<div class=\"break\"></div>\n")?,
            Block::Landscape(inner) => {
                out.write_str("<section class=\"lying\">\n")?;
                write_blocks(out, inner, numbers)?;
                out.write_str("</section>\n")?;
            }
        }
    }
    Ok(())
}

fn write_heading(out: &mut String, level: u8, text: &Title) -> fmt::Result {
    // The document's title is the file's first heading.
    let level = level.clamp(1, 5) + 1;
    writeln!(out, "<h{level}>{}</h{level}>", Escaped(&text.vi))?;
    write_english(out, &text.en, "heading")
}

fn write_paragraph(out: &mut String, paragraph: &Paragraph) -> fmt::Result {
    out.write_str("<p>")?;
    write_runs(out, &paragraph.runs)?;
    out.write_str("</p>\n")?;
    write_english(out, &paragraph.en, "")
}

fn write_runs(out: &mut String, runs: &[Run]) -> fmt::Result {
    for run in runs {
        let (open, close) = match (run.bold, run.italic) {
            (false, false) => ("", ""),
            (true, false) => ("<b>", "</b>"),
            (false, true) => ("<i>", "</i>"),
            (true, true) => ("<b><i>", "</i></b>"),
        };
        write!(out, "{open}{}{close}", Escaped(&run.text))?;
    }
    Ok(())
}

fn write_english(out: &mut String, text: &str, class: &str) -> fmt::Result {
    match text {
        "" => Ok(()),
        text => writeln!(out, "<p class=\"en {class}\" lang=\"en\">{}</p>", Escaped(text)),
    }
}

fn write_list(out: &mut String, list: &List) -> fmt::Result {
    let tag = if list.numbered { "ol" } else { "ul" };
    writeln!(out, "<{tag}>")?;
    for item in &list.items {
        out.write_str("<li>")?;
        write_runs(out, &item.runs)?;
        write_english(out, &item.en, "")?;
        out.write_str("</li>\n")?;
    }
    writeln!(out, "</{tag}>")
}

fn write_table(out: &mut String, table: &Table, number: usize) -> fmt::Result {
    let caption = layout::table_caption(number, &table.caption);
    write!(out, "<table>\n<caption>{}", Escaped(&caption))?;
    write_minor(out, &table.caption.en)?;
    out.write_str("</caption>\n<colgroup>")?;
    let shares: f32 = table.columns.iter().map(|column| column.share).sum();
    for column in &table.columns {
        write!(out, "<col style=\"width:{:.2}%\">", 100.0 * column.share / shares)?;
    }
    out.write_str("</colgroup>\n<thead><tr>")?;
    table.columns.iter().try_for_each(|column| write_head_cell(out, column))?;
    out.write_str("</tr></thead>\n<tbody>\n")?;
    for row in &table.rows {
        out.write_str(if row.bold { "<tr class=\"total\">" } else { "<tr>" })?;
        for (index, cell) in row.cells.iter().enumerate() {
            write_cell(out, cell, table.columns.get(index).map(|column| column.align))?;
        }
        out.write_str("</tr>\n")?;
    }
    out.write_str("</tbody>\n</table>\n")?;
    if !table.note.vi.is_empty() {
        writeln!(out, "<p class=\"note\">{}</p>", Escaped(&table.note.vi))?;
    }
    write_english(out, &table.note.en, "note")
}

fn write_head_cell(out: &mut String, column: &Column) -> fmt::Result {
    write!(out, "<th scope=\"col\">{}", Escaped(&column.title.vi))?;
    if !column.unit.is_empty() {
        write!(out, "<span>({})</span>", Escaped(&column.unit))?;
    }
    write_minor(out, &column.title.en)?;
    out.write_str("</th>")
}

fn write_minor(out: &mut String, english: &str) -> fmt::Result {
    match english {
        "" => Ok(()),
        text => write!(out, "<i lang=\"en\">{}</i>", Escaped(text)),
    }
}

fn write_cell(out: &mut String, cell: &Cell, align: Option<Align>) -> fmt::Result {
    let class = match align.unwrap_or_default() {
        Align::Left => "",
        Align::Centre => " class=\"centre\"",
        Align::Right => " class=\"right\"",
    };
    write!(out, "<td{class}>")?;
    match cell {
        Cell::Text(text) => write!(out, "{}", Escaped(text))?,
        Cell::Number { value, decimals } => {
            out.write_str(&number::vietnamese(*value, *decimals))?;
        }
        Cell::Empty => {}
    }
    out.write_str("</td>")
}

fn write_figure(out: &mut String, figure: &Figure, number: usize) -> fmt::Result {
    let caption = layout::figure_caption(number, &figure.caption);
    write!(
        out,
        "<figure><img src=\"data:image/png;base64,{}\" width=\"{}\" height=\"{}\" alt=\"{}\" \
         style=\"width:{:.1}%\"><figcaption>{}",
        STANDARD.encode(&figure.png),
        figure.width_px,
        figure.height_px,
        Escaped(&figure.caption.vi),
        100.0 * figure.share,
        Escaped(&caption)
    )?;
    write_minor(out, &figure.caption.en)?;
    out.write_str("</figcaption></figure>\n")
}

fn write_closing(out: &mut String, document: &Document) -> fmt::Result {
    let recipients = layout::recipients(&document.recipients);
    if recipients.is_empty() && document.signature.is_none() {
        return Ok(());
    }
    out.write_str("<footer>\n<div class=\"recipients\">")?;
    if !recipients.is_empty() {
        write!(out, "<p><b><i>{RECIPIENTS}</i></b></p>")?;
    }
    for name in &recipients {
        write!(out, "<p>{}</p>", Escaped(name))?;
    }
    out.write_str("</div>\n<div class=\"signer\">")?;
    if let Some(Signature { capacity, name }) = &document.signature {
        for line in capacity {
            write!(out, "<p>{}</p>", Escaped(&line.to_uppercase()))?;
        }
        let name = name.as_deref().unwrap_or_default();
        write!(out, "<p class=\"name\">{}</p>", Escaped(name))?;
    }
    out.write_str("</div>\n</footer>\n")
}

/// Text in HTML, also between quotes; line feeds break lines.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' => f.write_str("<br>")?,
                char if char.is_control() => {}
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

/// Text as a string of CSS: what could end the string or the style element is written by its code.
struct CssText<'a>(&'a str);

impl fmt::Display for CssText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for char in self.0.chars() {
            match char {
                '"' | '\\' | '<' | '>' => write!(f, "\\{:06x}", u32::from(char))?,
                char if char.is_control() => f.write_char(' ')?,
                char => f.write_char(char)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn no_text_becomes_markup() {
        let mut document = samples::everything();
        document.title.vi = "</title><script>alert(1)</script>".to_owned();
        document.standing = Some(Title::new("</style><script>alert(2)</script>\"}", ""));
        let page = html(&document);
        assert!(!page.contains("<script"), "a text became a script");
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;"));
    }

    #[test]
    fn one_file_asks_no_host_for_anything() {
        let page = html(&samples::everything());
        assert!(page.contains("src=\"data:image/png;base64,iVBOR"));
        for asks in ["src=\"http", "href=", "url(", "@import", "<script", "<link"] {
            assert!(!page.contains(asks), "{asks}");
        }
    }

    #[test]
    fn the_parts_of_an_official_document_are_there() {
        let page = html(&samples::everything());
        for words in [
            NATION,
            MOTTO,
            "Tam Kỳ, ngày 22 tháng 11 năm 2026",
            "BÁO CÁO",
            "Bảng 1. Các tuyến đường bị ngập",
            "1.234.567,8",
            "TM. ỦY BAN NHÂN DÂN",
            "- Lưu: VT, QLĐT.",
        ] {
            assert!(page.contains(words), "{words}");
        }
    }
}
