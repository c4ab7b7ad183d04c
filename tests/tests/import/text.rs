//! Text in code pages from before Unicode.

use city::Value;

use crate::sources::{Desk, houses};

/// A shapefile whose attribute table holds these bytes as the name of its first feature.
fn shapefile_with(desk: &Desk, name: &[u8]) -> std::path::PathBuf {
    let marker = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
    let sql = format!("SELECT geometry, '{marker}' AS ten FROM houses WHERE ma = 'N-01'");
    let path = desk.convert(
        &houses(desk),
        "old.shp",
        "ESRI Shapefile",
        &["-dialect", "sqlite", "-sql", &sql],
    );
    let table = path.with_extension("dbf");
    let mut bytes = std::fs::read(&table).expect("a table");
    let at = bytes.windows(marker.len()).position(|w| w == marker.as_bytes()).expect("the marker");
    bytes[at..at + marker.len()].fill(b' ');
    bytes[at..at + name.len()].copy_from_slice(name);
    std::fs::write(&table, bytes).expect("a table");
    let _ = std::fs::remove_file(path.with_extension("cpg"));
    path
}

/// The bytes of text whose characters are those of Latin-1.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).expect("a character of Latin-1")).collect()
}

#[test]
fn tcvn3_and_vni_become_unicode() {
    let desk = Desk::new();
    for (page, legacy, expected) in [
        ("tcvn3", "§\u{AD}êng TrÇn H\u{AD}ng §¹o", "Đường Trần Hưng Đạo"),
        ("vni", "Ñöôøng Traàn Höng Ñaïo", "Đường Trần Hưng Đạo"),
    ] {
        let source = shapefile_with(&desk, &latin1(legacy));
        let imported = desk.import(&source, "old", "buildings", &["--encoding", page]);
        assert_eq!(imported.value(0, "ten"), &Value::from(expected));
    }
}

#[test]
fn text_that_looks_old_is_pointed_out() {
    let desk = Desk::new();
    let source = shapefile_with(&desk, &latin1("§\u{AD}êng TrÇn H\u{AD}ng §¹o"));
    let imported = desk.import(&source, "old", "buildings", &[]);
    let notes = &imported.report.notes;
    assert!(notes.iter().any(|note| note.en.contains("--encoding tcvn3")), "{notes:?}");
}

#[test]
fn text_in_utf_8_stays() {
    let desk = Desk::new();
    let source = shapefile_with(&desk, "Đường Trần Hưng Đạo".as_bytes());
    let imported = desk.import(&source, "old", "buildings", &["--encoding", "utf-8"]);
    assert_eq!(imported.value(0, "ten"), &Value::from("Đường Trần Hưng Đạo"));
}
