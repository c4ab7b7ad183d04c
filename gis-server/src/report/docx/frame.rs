//! What stands before and behind the text, in tables without lines, and the pages' measures.

use super::xml::{Look, Shape, mm, paragraph, properties, run, twips};
use crate::report::{
    document::{Document, Letterhead, Signature},
    layout::{
        self, A4_MM, LYING_MM, MOTTO, Margins, NATION, ORGAN_SHARE, PAGE_NUMBER_MM, RECIPIENTS,
        RULE_SHARE, UPRIGHT_MM, points, size,
    },
};

/// Room for a signature and a seal, in points.
const SIGNING: f32 = 70.0;

/// The width between the margins, in points.
pub(super) fn text_width(lying: bool) -> f32 {
    match lying {
        false => points(A4_MM.0 - UPRIGHT_MM.left - UPRIGHT_MM.right),
        true => points(A4_MM.1 - LYING_MM.left - LYING_MM.right),
    }
}

/// The height between the margins, in points.
pub(super) fn text_height(lying: bool) -> f32 {
    match lying {
        false => points(A4_MM.1 - UPRIGHT_MM.top - UPRIGHT_MM.bottom),
        true => points(A4_MM.0 - LYING_MM.top - LYING_MM.bottom),
    }
}

/// The properties of a section: size of pages, margins, header and footer. The first section's
/// first page has no number.
pub(super) fn section(lying: bool, is_first: bool) -> String {
    let (width, height, orient, margins) = match lying {
        false => (A4_MM.0, A4_MM.1, "", UPRIGHT_MM),
        true => (A4_MM.1, A4_MM.0, " w:orient=\"landscape\"", LYING_MM),
    };
    let Margins { top, right, bottom, left } = margins;
    let first = "<w:headerReference w:type=\"first\" r:id=\"rId4\"/>\
                 <w:footerReference w:type=\"first\" r:id=\"rId5\"/>";
    format!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId3\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId5\"/>{}\
         <w:pgSz w:w=\"{}\" w:h=\"{}\"{orient}/>\
         <w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" w:header=\"{}\" \
         w:footer=\"{}\" w:gutter=\"0\"/>{}</w:sectPr>",
        if is_first { first } else { "" },
        mm(width),
        mm(height),
        mm(top),
        mm(right),
        mm(bottom),
        mm(left),
        mm(PAGE_NUMBER_MM),
        mm(8.0),
        if is_first { "<w:titlePg/>" } else { "" },
    )
}

/// Organ and national name, number and date.
pub(super) fn letterhead(head: &Letterhead) -> String {
    let (superior, organ) = layout::organs(head);
    let name = Look::of(size::NATION);
    let mut left = String::new();
    if let Some(superior) = superior {
        left.push_str(&paragraph(Shape::centred(), &run(&superior, name)));
    }
    left.push_str(&paragraph(Shape::centred(), &run(&organ, name.bold())));
    left.push_str(&rule(text_width(false) * ORGAN_SHARE, RULE_SHARE));

    let mut right = paragraph(Shape::centred(), &run(NATION, name.bold()));
    right.push_str(&paragraph(Shape::centred(), &run(MOTTO, Look::of(size::HEAD).bold())));
    right.push_str(&rule(text_width(false) * (1.0 - ORGAN_SHARE), 0.62));

    let shape = Shape { before: 2.0, ..Shape::centred() };
    let look = Look::of(size::HEAD);
    let number = paragraph(shape, &run(&head.number_line(), look));
    let date = paragraph(shape, &run(&head.place_line(), look.italic()));
    halves(&[(left, right), (number, date)])
}

/// Kind, abstract and standing.
pub(super) fn title(document: &Document) -> String {
    let look = Look::of(size::HEAD).bold();
    let first = Shape { style: "Title", before: 16.0, ..Shape::centred() };
    let mut xml = paragraph(first, &run(&document.kind.vi.to_uppercase(), look));
    xml.push_str(&paragraph(Shape::centred(), &run(&document.title.vi, look)));
    xml.push_str(&rule(text_width(false), 0.25));
    let minor = Look::of(size::MINOR);
    for english in [&document.kind.en, &document.title.en] {
        if !english.is_empty() {
            xml.push_str(&paragraph(Shape::centred(), &run(english, minor.english())));
        }
    }
    if let Some(standing) = &document.standing {
        let text = format!("({})", layout::standing(standing));
        let shape = Shape { before: 4.0, after: 8.0, ..Shape::centred() };
        xml.push_str(&paragraph(shape, &run(&text, minor.italic())));
    }
    xml
}

/// Recipients and signer.
pub(super) fn closing(document: &Document) -> String {
    let recipients = layout::recipients(&document.recipients);
    if recipients.is_empty() && document.signature.is_none() {
        return String::new();
    }
    let mut left = String::new();
    if !recipients.is_empty() {
        let look = Look::of(size::RECIPIENTS).bold().italic();
        left.push_str(&paragraph(Shape::default(), &run(RECIPIENTS, look)));
    }
    for name in recipients {
        left.push_str(&paragraph(Shape::default(), &run(&name, Look::of(size::RECIPIENT))));
    }
    if left.is_empty() {
        left.push_str(&paragraph(Shape::default(), ""));
    }
    let mut right = String::new();
    let signature = document.signature.clone().unwrap_or_default();
    let Signature { capacity, name } = signature;
    let look = Look::of(size::HEAD).bold();
    for line in capacity {
        let shape = Shape { keep_next: true, ..Shape::centred() };
        right.push_str(&paragraph(shape, &run(&line.to_uppercase(), look)));
    }
    let shape = Shape { before: SIGNING, ..Shape::centred() };
    right.push_str(&paragraph(shape, &run(&name.unwrap_or_default(), look)));
    let gap = Shape { after: 6.0, ..Shape::default() };
    format!("{}{}", paragraph(gap, ""), halves(&[(left, right)]))
}

/// A line as wide as a share of a width, as the upper border of an empty paragraph between indents.
fn rule(width: f32, share: f32) -> String {
    let indent = twips(width * (1.0 - share) / 2.0);
    format!(
        "<w:p><w:pPr><w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"000000\"/>\
         </w:pBdr><w:spacing w:before=\"40\" w:after=\"0\" w:line=\"80\" w:lineRule=\"exact\"/>\
         <w:ind w:left=\"{indent}\" w:right=\"{indent}\"/></w:pPr></w:p>"
    )
}

/// Two columns without lines, whose rows do not break over pages.
fn halves(rows: &[(String, String)]) -> String {
    let whole = text_width(false);
    let (first, second) = (twips(whole * ORGAN_SHARE), twips(whole * (1.0 - ORGAN_SHARE)));
    let cell = |width: i32, text: &str| {
        format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{text}</w:tc>")
    };
    let row = |(left, right): &(String, String)| {
        let (left, right) = (cell(first, left), cell(second, right));
        format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{left}{right}</w:tr>")
    };
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"60\" w:type=\"dxa\"/><w:right w:w=\"60\" w:type=\"dxa\"/>\
         </w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w=\"{first}\"/>\
         <w:gridCol w:w=\"{second}\"/></w:tblGrid>{}</w:tbl>",
        first + second,
        rows.iter().map(row).collect::<String>()
    )
}

/// An empty paragraph that ends a section.
pub(super) fn section_end(lying: bool, is_first: bool) -> String {
    format!("<w:p>{}</w:p>", properties(Shape::default(), &section(lying, is_first)))
}
