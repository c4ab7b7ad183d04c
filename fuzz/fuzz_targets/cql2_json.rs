//! CQL2 JSON: whatever is read is written as JSON that is read as the same, and as text where that has a
//! way to say it.
#![no_main]

// The parser alone, without the server around it.
#[allow(dead_code, reason = "the fuzz targets use a part of it")]
#[path = "../../gis-server/src/cql2/mod.rs"]
mod cql2;

use cql2::{Language, parse};

libfuzzer_sys::fuzz_target!(|json: &str| {
    let Ok(tree) = parse(Language::Json, json) else { return };
    let written = tree.to_json().to_string();
    if written.len() <= cql2::MAX_BYTES {
        assert_eq!(parse(Language::Json, &written).as_ref(), Ok(&tree), "{written}");
    }
    if let Some(text) = tree.to_text().filter(|text| text.len() <= cql2::MAX_BYTES) {
        assert_eq!(parse(Language::Text, &text).as_ref(), Ok(&tree), "{text}");
    }
});
