//! CQL2 text: whatever is read is written as text that is read as the same, and as JSON.
#![no_main]

// The parser alone, without the server around it.
#[allow(dead_code, reason = "the fuzz targets use a part of it")]
#[path = "../../gis-server/src/cql2/mod.rs"]
mod cql2;

use cql2::{Language, parse};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(tree) = parse(Language::Text, text) else { return };
    if let Some(written) = tree.to_text().filter(|written| written.len() <= cql2::MAX_BYTES) {
        assert_eq!(parse(Language::Text, &written).as_ref(), Ok(&tree), "{written}");
    }
    let json = tree.to_json().to_string();
    if json.len() <= cql2::MAX_BYTES {
        assert_eq!(parse(Language::Json, &json).as_ref(), Ok(&tree), "{json}");
    }
});
