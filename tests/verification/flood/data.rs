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

/// An ESRI ASCII grid.
pub(crate) struct Grid {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) cell_m: f64,
    /// Outer corner of the south-western cell.
    pub(crate) corner_m: (f64, f64),
    /// What stands where nothing is known.
    pub(crate) hole: f64,
    /// Row by row from the south.
    pub(crate) values: Vec<f64>,
}

impl Grid {
    pub(crate) fn read(text: &str) -> Self {
        let head = |key: &str| -> Option<f64> {
            let line = text.lines().take(6).find(|line| line.to_lowercase().starts_with(key))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        let number = |key: &str| head(key).unwrap_or_else(|| panic!("a grid has {key}"));
        let (columns, rows) = (number("ncols") as usize, number("nrows") as usize);
        let cell_m = number("cellsize");
        let corner = |axis: &str| {
            let centre = head(&format!("{axis}llcenter")).map(|centre| centre - 0.5 * cell_m);
            head(&format!("{axis}llcorner")).or(centre).unwrap_or(0.0)
        };
        let lines: Vec<Vec<f64>> = self::rows(text);
        let mut values: Vec<f64> = Vec::with_capacity(columns * rows);
        for line in lines.iter().filter(|line| line.len() == columns).rev() {
            values.extend(line);
        }
        assert_eq!(values.len(), columns * rows, "rows of a grid");
        let corner_m = (corner("x"), corner("y"));
        let hole = head("nodata_value").unwrap_or(f64::NEG_INFINITY);
        Self { columns, rows, cell_m, corner_m, hole, values }
    }

    /// Column and row of the cell at a place.
    pub(crate) fn cell(&self, x: f64, y: f64) -> (usize, usize) {
        let along = |place: f64, corner: f64| ((place - corner) / self.cell_m) as usize;
        (along(x, self.corner_m.0), along(y, self.corner_m.1))
    }
}
