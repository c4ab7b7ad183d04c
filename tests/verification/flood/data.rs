//! Reading of the reference data beside the project, where it is there.

use std::{fs, io::Read, ops::Range, path::PathBuf};

use flate2::read::GzDecoder;

/// A file of the reference data for floods as text, unpacked if it is packed; none where it is absent,
/// which is said.
pub(crate) fn text(name: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/flood");
    let Ok(bytes) = fs::read(root.join(name)) else {
        println!("skipped: ../shared/data/flood/{name} is not there");
        return None;
    };
    let mut text = Vec::new();
    if name.ends_with(".gz") {
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut text).expect("it is packed by gzip");
    } else {
        text = bytes;
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// The rows of numbers of a text; other lines are left out, and NaN reads as a number.
pub(crate) fn rows(text: &str) -> Vec<Vec<f64>> {
    let numbers = |line: &str| -> Option<Vec<f64>> {
        let columns = line.split([' ', '\t', ',']).map(str::trim).filter(|part| !part.is_empty());
        let row: Vec<f64> = columns.map(|part| part.parse().ok()).collect::<Option<_>>()?;
        (!row.is_empty()).then_some(row)
    };
    text.lines().filter_map(numbers).collect()
}

/// Holds our own formula for a depth against SWASHES' table of the same case (x, h, …), within
/// `allowed_m`: the tables have seven digits.
pub(crate) fn is_as_in_swashes(name: &str, allowed_m: f64, depth_m: impl Fn(f64) -> f64) {
    is_as_in_swashes_within(name, allowed_m, f64::NEG_INFINITY..f64::INFINITY, depth_m);
}

/// As [`is_as_in_swashes`], of a part of the table.
pub(crate) fn is_as_in_swashes_within(
    name: &str,
    allowed_m: f64,
    seen_m: Range<f64>,
    depth_m: impl Fn(f64) -> f64,
) {
    let Some(text) = text(&format!("swashes/{name}")) else { return };
    let rows = rows(&text);
    assert!(rows.len() >= 400, "{name} has {} rows", rows.len());
    let seen = rows.iter().filter(|row| seen_m.contains(&row[0]));
    let is_off = |row: &&Vec<f64>| (depth_m(row[0]) - row[1]).abs() > allowed_m;
    let off: Vec<_> = seen.filter(is_off).map(|row| (row[0], row[1], depth_m(row[0]))).collect();
    // Where the depth jumps, the two may set the jump on different sides of one point.
    assert!(off.len() <= 1, "{name}: {} rows differ (x, theirs, ours): {:?}", off.len(), &off[..2]);
}
