//! Reports as Word files: WordprocessingML (ECMA-376, part 1, section 17), written here into a ZIP archive.

mod body;
mod frame;
mod parts;
mod xml;

use std::io::{Cursor, Error as IoError, Write};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{document::Document, error::Error};

/// A document as a Word file.
///
/// # Errors
///
/// What [`Document::check`] refuses.
pub fn docx(document: &Document) -> Result<Vec<u8>, Error> {
    document.check()?;
    let body = body::body(document);
    let mut files = vec![
        ("[Content_Types].xml".to_owned(), parts::content_types().into_bytes()),
        ("_rels/.rels".to_owned(), parts::RELATIONSHIPS.as_bytes().to_vec()),
        ("docProps/core.xml".to_owned(), parts::properties(document).into_bytes()),
        ("word/document.xml".to_owned(), body.xml.into_bytes()),
        (
            "word/_rels/document.xml.rels".to_owned(),
            parts::document_relationships(body.figures.len()).into_bytes(),
        ),
        ("word/styles.xml".to_owned(), parts::styles().into_bytes()),
        ("word/settings.xml".to_owned(), parts::SETTINGS.as_bytes().to_vec()),
        ("word/header.xml".to_owned(), parts::header().into_bytes()),
        ("word/first.xml".to_owned(), parts::first_header().into_bytes()),
        ("word/footer.xml".to_owned(), parts::footer(document).into_bytes()),
    ];
    for (index, figure) in body.figures.iter().enumerate() {
        files.push((format!("word/media/figure{}.png", index + 1), figure.png.clone()));
    }
    pack(&files).map_err(Error::Docx)
}

/// Files in a ZIP archive, all of the day that ZIP begins with: the clock would change the bytes.
fn pack(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, IoError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
    for (name, bytes) in files {
        // A PNG file is compressed in itself.
        let method = match name.ends_with(".png") {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        archive.start_file(name.as_str(), options.compression_method(method))?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, events::Event};

    use super::*;
    use crate::report::samples::{self, unzip};

    /// The text of a WordprocessingML part; every part has to be whole XML.
    fn text(xml: &str) -> String {
        let mut reader = Reader::from_str(xml);
        let mut text = String::new();
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(name) => {
                    text.push(match &*name {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        other => panic!("{other:?}"),
                    });
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        text
    }

    #[test]
    fn every_part_is_whole_and_the_text_is_there() {
        let files = unzip(&docx(&samples::everything()).unwrap());
        for (name, xml) in files.iter().filter(|(name, _)| name.ends_with("xml")) {
            assert!(xml.starts_with("<?xml"), "{name}");
            text(xml);
        }
        let body = text(&files["word/document.xml"]);
        for words in [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Tam Kỳ, ngày 22 tháng 11 năm 2026",
            "Bảng 1. Các tuyến đường bị ngập",
            "<script>alert('x')</script> & \"trích dẫn\"",
            "1.234.567,8",
            "- Lưu: VT, QLĐT.",
        ] {
            assert!(body.contains(words), "{words}\n{body}");
        }
    }

    #[test]
    fn pages_lie_where_the_document_says_so_and_heads_of_tables_are_repeated() {
        let files = unzip(&docx(&samples::everything()).unwrap());
        let xml = &files["word/document.xml"];
        assert_eq!(xml.matches("<w:sectPr>").count(), 3);
        assert_eq!(xml.matches("w:orient=\"landscape\"").count(), 1);
        assert_eq!(xml.matches("<w:tblHeader/>").count(), 2);
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let document = samples::everything();
        assert_eq!(docx(&document).unwrap(), docx(&document).unwrap());
    }
}
