//! Paragraphs and runs of WordprocessingML as text.

use std::fmt::Write;

use crate::report::layout::{LEADING, points};

/// Twentieths of a point, in which Word measures.
pub(super) fn twips(points: f32) -> i32 {
    (points * 20.0).round() as i32
}

/// The same of millimetres.
pub(super) fn mm(mm: f32) -> i32 {
    twips(points(mm))
}

/// English metric units, in which pictures are measured: 12 700 a point.
pub(super) fn emu(points: f32) -> i64 {
    (f64::from(points) * 12_700.0).round() as i64
}

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Look {
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) english: bool,
}

impl Look {
    pub(super) fn of(size: f32) -> Self {
        Self { size, ..Self::default() }
    }

    pub(super) fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    pub(super) fn italic(mut self) -> Self {
        self.italic = true;
        self
    }

    pub(super) fn english(mut self) -> Self {
        self.english = true;
        self.italic()
    }
}

/// How a paragraph stands. Measures in points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Shape {
    /// A style of styles.xml, or none.
    pub(super) style: &'static str,
    /// A value of `w:jc`; empty for the left.
    pub(super) align: &'static str,
    pub(super) before: f32,
    pub(super) after: f32,
    pub(super) indent: f32,
    pub(super) keep_next: bool,
    pub(super) page_break: bool,
}

impl Shape {
    pub(super) fn centred() -> Self {
        Self { align: "center", ..Self::default() }
    }
}

/// A paragraph of runs that are XML already.
pub(super) fn paragraph(shape: Shape, runs: &str) -> String {
    format!("<w:p>{}{runs}</w:p>", properties(shape, ""))
}

/// The properties of a paragraph, those of a section in the end (the schema's order).
pub(super) fn properties(shape: Shape, section: &str) -> String {
    let mut xml = "<w:pPr>".to_owned();
    // Writing into a string does not fail.
    if !shape.style.is_empty() {
        let _ = write!(xml, "<w:pStyle w:val=\"{}\"/>", shape.style);
    }
    if shape.keep_next {
        xml.push_str("<w:keepNext/>");
    }
    if shape.page_break {
        xml.push_str("<w:pageBreakBefore/>");
    }
    let line = (240.0 * LEADING / 1.15).round();
    let (before, after) = (twips(shape.before), twips(shape.after));
    let _ = write!(
        xml,
        "<w:spacing w:before=\"{before}\" w:after=\"{after}\" w:line=\"{line}\" \
         w:lineRule=\"auto\"/>"
    );
    if shape.indent > 0.0 {
        let _ = write!(xml, "<w:ind w:firstLine=\"{}\"/>", twips(shape.indent));
    }
    if !shape.align.is_empty() {
        let _ = write!(xml, "<w:jc w:val=\"{}\"/>", shape.align);
    }
    xml.push_str(section);
    xml.push_str("</w:pPr>");
    xml
}

/// A run; line feeds break lines.
pub(super) fn run(text: &str, look: Look) -> String {
    let mut xml = "<w:r><w:rPr>".to_owned();
    if look.bold {
        xml.push_str("<w:b/>");
    }
    if look.italic {
        xml.push_str("<w:i/>");
    }
    let half = (look.size * 2.0).round();
    let _ = write!(xml, "<w:sz w:val=\"{half}\"/><w:szCs w:val=\"{half}\"/>");
    if look.english {
        xml.push_str("<w:lang w:val=\"en-GB\"/>");
    }
    xml.push_str("</w:rPr>");
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            xml.push_str("<w:br/>");
        }
        let _ = write!(xml, "<w:t xml:space=\"preserve\">{}</w:t>", escaped(line));
    }
    xml.push_str("</w:r>");
    xml
}

/// Text in XML, also between quotes; characters that XML 1.0 forbids are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' => xml.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            char if char.is_control() => {}
            char => xml.push(char),
        }
    }
    xml
}
