use std::process::Command;

use city::Title;

use super::{Fonts, pdf};
use crate::report::{
    document::{Block, Cell, Column, Document, Letterhead, Table},
    samples,
};

/// The system's fonts, or nothing and a reason on a machine without any.
fn fonts() -> Option<Fonts> {
    Fonts::of_system().inspect_err(|error| eprintln!("SKIP: {error}")).ok()
}

/// The text of each page as poppler reads it, or nothing where poppler is not installed.
fn pages(bytes: &[u8]) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    std::fs::write(&path, bytes).unwrap();
    let Ok(output) = Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output() else {
        eprintln!("SKIP: pdftotext is not installed (poppler-utils)");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect())
}

fn plain() -> Document {
    Document::new(
        Title::new("Báo cáo", ""),
        Title::new("Thử", ""),
        Letterhead::new("Phường Bàn Thạch", "BC-UBND", "Tam Kỳ"),
    )
}

#[test]
fn the_text_comes_out_of_the_file_with_its_diacritics() {
    let Some(fonts) = fonts() else { return };
    let bytes = pdf(&samples::everything(), &fonts).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let Some(pages) = pages(&bytes) else { return };
    let text = pages.concat();
    for words in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN",
        "Tam Kỳ, ngày 22 tháng 11 năm 2026",
        "BÁO CÁO",
        "Bảng 1. Các tuyến đường bị ngập",
        "Hình 1. Độ sâu ngập lớn nhất",
        "1.234.567,8",
        "Nơi nhận:",
        "- Lưu: VT, QLĐT.",
        "Nguyễn Văn Ước",
    ] {
        assert!(text.contains(words), "\"{words}\" is missing in\n{text}");
    }
    assert!(!pages[0].trim_start().starts_with('1'), "the first page has no number");
    assert_eq!(pages[1].trim_start().chars().next(), Some('2'));
}

#[test]
fn lines_of_a_paragraph_are_kept_apart_and_names_break_where_they_read_best() {
    let Some(fonts) = fonts() else { return };
    let lines = |text: &str, width| {
        let spans = [super::text::Span::new(text, 13.0)];
        super::text::lines(&fonts, &spans, width, 0.0)
    };
    let broken = lines("Ủy ban nhân dân thành phố", 80.0);
    assert!(broken.len() > 1);
    assert!(broken[0].blank.is_some() && broken.last().unwrap().blank.is_none());
    assert!(broken.iter().all(|line| line.width() <= 80.0));
    assert_eq!(lines("Một\nHai\n", 400.0).len(), 2);
    assert_eq!(lines("Một\u{a0}hai", 30.0).len(), 2, "a word too wide is broken in itself");
}

#[test]
fn a_table_of_200_rows_has_its_head_on_every_page() {
    let Some(fonts) = fonts() else { return };
    let bytes = pdf(&plain().with(samples::roads(200)), &fonts).unwrap();
    let Some(pages) = pages(&bytes) else { return };
    assert!(pages.len() > 5, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate().filter(|(_, page)| page.contains("(đoạn ")) {
        assert!(page.contains("Tên đường"), "page {} lacks the head:\n{page}", index + 1);
    }
    let all = pages.concat();
    for row in 1..=200 {
        assert_eq!(all.matches(&format!("(đoạn {row})")).count(), 1, "row {row}");
    }
}

#[test]
fn a_row_higher_than_a_page_is_broken_and_loses_nothing() {
    let Some(fonts) = fonts() else { return };
    let text: String = (0..900).map(|word| format!("từ{word} ")).collect();
    let columns =
        vec![Column::text(Title::new("Một", ""), 1.0), Column::text(Title::default(), 2.0)];
    let table = Table::new(Title::new("Dài", ""), columns).row([Cell::text(text), Cell::Empty]);
    let bytes = pdf(&plain().with(table), &fonts).unwrap();
    let Some(pages) = pages(&bytes) else { return };
    assert!(pages.len() > 2);
    let all = pages.concat();
    assert!((0..900).all(|word| all.contains(&format!("từ{word}"))));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let Some(fonts) = fonts() else { return };
    let document = samples::everything();
    assert_eq!(pdf(&document, &fonts).unwrap(), pdf(&document, &fonts).unwrap());
}

#[test]
fn letters_that_no_face_has_and_words_wider_than_a_line_are_set() {
    let Some(fonts) = fonts() else { return };
    let document = plain()
        .with(Block::paragraph(format!("漢字 😀 \u{7} {}", "dài".repeat(200))))
        .with(Block::paragraph(""))
        .with(Block::list(Vec::<&str>::new()));
    let bytes = pdf(&document, &fonts).unwrap();
    let Some(pages) = pages(&bytes) else { return };
    assert!(pages[0].contains("??"), "{}", pages[0]);
}

#[test]
fn a_broken_picture_is_an_error() {
    let Some(fonts) = fonts() else { return };
    let mut png = samples::picture(8, 8);
    png.truncate(40);
    let figure = crate::report::document::Figure::from_png(png, Title::new("Hỏng", "")).unwrap();
    let error = pdf(&plain().with(figure), &fonts).unwrap_err().to_string();
    assert!(error.contains("Hỏng"), "{error}");
}
