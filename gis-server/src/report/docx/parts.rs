//! The parts beside the text: types, relationships, styles, header and footer, properties.

use std::fmt::Write;

use super::xml::{Look, Shape, escaped, paragraph, run};
use crate::report::{
    document::Document,
    layout::{self, size},
};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// What the package's parts are (ECMA-376, part 2).
pub(super) fn content_types() -> String {
    let mut xml = format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Override PartName=\"/docProps/core.xml\" \
         ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    );
    for (part, kind) in [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("header", "header"),
        ("first", "header"),
        ("footer", "footer"),
    ] {
        let _ = write!(
            xml,
            "<Override PartName=\"/word/{part}.xml\" ContentType=\"{WORD}.{kind}+xml\"/>"
        );
    }
    xml.push_str("</Types>");
    xml
}

/// From the package to its main part and properties.
pub(super) const RELATIONSHIPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"word/document.xml\"/><Relationship Id=\"rId2\" \
    Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
    Target=\"docProps/core.xml\"/></Relationships>";

/// How a text processor treats the document: as one of Word 2013 and later.
pub(super) const SETTINGS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:compat>\
    <w:compatSetting w:name=\"compatibilityMode\" \
    w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>";

/// From the main part to the others and to its figures.
pub(super) fn document_relationships(figures: usize) -> String {
    let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut xml = format!(
        "{DECLARATION}<Relationships \
         xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    );
    let mut add = |id: &str, kind: &str, target: &str| {
        let _ =
            write!(xml, "<Relationship Id=\"{id}\" Type=\"{base}/{kind}\" Target=\"{target}\"/>");
    };
    add("rId1", "styles", "styles.xml");
    add("rId2", "settings", "settings.xml");
    add("rId3", "header", "header.xml");
    add("rId4", "header", "first.xml");
    add("rId5", "footer", "footer.xml");
    for number in 1..=figures {
        add(&format!("rIdFigure{number}"), "image", &format!("media/figure{number}.png"));
    }
    xml.push_str("</Relationships>");
    xml
}

/// The type that all text has, and the names that Word's outline goes by.
pub(super) fn styles() -> String {
    let mut xml = format!(
        "{DECLARATION}<w:styles xmlns:w=\"{MAIN}\"><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" \
         w:eastAsia=\"Times New Roman\" w:cs=\"Times New Roman\"/><w:color w:val=\"000000\"/>\
         <w:sz w:val=\"{0}\"/><w:szCs w:val=\"{0}\"/><w:lang w:val=\"vi-VN\"/></w:rPr>\
         </w:rPrDefault><w:pPrDefault/></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">\
         <w:name w:val=\"Normal\"/></w:style>",
        size::TEXT * 2.0
    );
    let names = [("Title", "Title"), ("Heading1", "heading 1"), ("Heading2", "heading 2")];
    for (id, name) in names.into_iter().chain([("Heading3", "heading 3")]) {
        let outline = match id.strip_prefix("Heading").and_then(|level| level.parse::<u8>().ok()) {
            Some(level) => format!("<w:pPr><w:outlineLvl w:val=\"{}\"/></w:pPr>", level - 1),
            None => String::new(),
        };
        let _ = write!(
            xml,
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"Normal\"/>{outline}</w:style>"
        );
    }
    xml.push_str("</w:styles>");
    xml
}

/// The page's number, centred.
pub(super) fn header() -> String {
    let look = Look::of(size::PAGE_NUMBER);
    let number = format!("<w:fldSimple w:instr=\" PAGE \">{}</w:fldSimple>", run("2", look));
    format!(
        "{DECLARATION}<w:hdr xmlns:w=\"{MAIN}\">{}</w:hdr>",
        paragraph(Shape::centred(), &number)
    )
}

/// The first page's header: it has no number.
pub(super) fn first_header() -> String {
    format!("{DECLARATION}<w:hdr xmlns:w=\"{MAIN}\">{}</w:hdr>", paragraph(Shape::default(), ""))
}

/// How the document stands, at the foot of every page.
pub(super) fn footer(document: &Document) -> String {
    let text = document.standing.as_ref().map(layout::standing);
    let runs = text.map_or(String::new(), |text| run(&text, Look::of(size::FOOT).italic()));
    format!("{DECLARATION}<w:ftr xmlns:w=\"{MAIN}\">{}</w:ftr>", paragraph(Shape::centred(), &runs))
}

/// Title, author and the document's own day.
pub(super) fn properties(document: &Document) -> String {
    let head = &document.letterhead;
    let created = head.date.map_or(String::new(), |date| {
        format!("<dcterms:created xsi:type=\"dcterms:W3CDTF\">{date}T00:00:00Z</dcterms:created>")
    });
    format!(
        "{DECLARATION}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title>\
         <dc:creator>{}</dc:creator><dc:language>vi-VN</dc:language>{created}\
         </cp:coreProperties>",
        escaped(&layout::file_title(&document.kind, &document.title)),
        escaped(&head.organ)
    )
}
