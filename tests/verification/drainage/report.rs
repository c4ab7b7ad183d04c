//! The tables of a SWMM 5 report.

use std::{collections::HashMap, path::Path};

/// What a report says of peaks, in SI units.
pub(crate) struct Report {
    /// Greatest depth by node, m.
    pub(crate) depths_m: HashMap<String, f64>,
    /// Greatest flow by link, m³/s.
    pub(crate) flows_m3_s: HashMap<String, f64>,
}

impl Report {
    /// Reads a report.
    pub(crate) fn read(path: &Path) -> Self {
        let bytes =
            std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let units = text.split("Flow Units ...............").nth(1).expect("units are told");
        let foot = 0.3048_f64;
        let (length, flow) = match units.split_whitespace().next() {
            Some("CFS") => (foot, foot.powi(3)),
            Some("GPM") => (foot, 231.0 * (foot / 12.0).powi(3) / 60.0),
            Some("MGD") => (foot, 231e6 * (foot / 12.0).powi(3) / 86_400.0),
            Some("LPS") => (1.0, 1e-3),
            Some("MLD") => (1.0, 1e3 / 86_400.0),
            _ => (1.0, 1.0),
        };
        Self {
            depths_m: column(&text, "Node Depth Summary", 3, length),
            flows_m3_s: column(&text, "Link Flow Summary", 2, flow),
        }
    }
}

/// A column of a table by the names in its first.
fn column(text: &str, title: &str, at: usize, unit: f64) -> HashMap<String, f64> {
    let Some((_, after)) = text.split_once(title) else { return HashMap::new() };
    let is_rule = |line: &&str| line.trim_start().starts_with("-----");
    let rows = after.lines().skip_while(|line| !is_rule(line)).skip(1);
    let rows = rows.skip_while(|line| !is_rule(line)).skip(1);
    rows.take_while(|line| !line.trim().is_empty())
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let value = words.get(at)?.parse::<f64>().ok()?;
            Some(((*words.first()?).to_owned(), value * unit))
        })
        .collect()
}
