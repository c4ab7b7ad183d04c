//! Photometric files written: LM-63-2002, type C, absolute.

use std::fmt::Write;

use crate::photometry::Distribution;

/// Numbers on a line: shorter than the 256 characters that the standard allows.
const ON_A_LINE: usize = 16;

/// The text of a file of a distribution: intensities to a tenth of a candela.
pub fn write(keywords: &[(&str, &str)], distribution: &Distribution, power_w: f64) -> String {
    let (vertical, horizontal) = (distribution.vertical_deg(), distribution.horizontal_deg());
    let mut text = String::from("IESNA:LM-63-2002\n");
    for (name, told) in keywords {
        let _ = writeln!(text, "[{name}] {told}");
    }
    text.push_str("TILT=NONE\n");
    let _ = writeln!(text, "1 -1 1 {} {} 1 2 0 0 0", vertical.len(), horizontal.len());
    let _ = writeln!(text, "1 1 {power_w}");
    row(&mut text, vertical.iter().map(f64::to_string));
    row(&mut text, horizontal.iter().map(f64::to_string));
    for plane in 0..horizontal.len() {
        row(&mut text, distribution.plane(plane).iter().map(|it| tenths(*it)));
    }
    text
}

fn tenths(candela: f64) -> String {
    let text = format!("{candela:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn row(text: &mut String, numbers: impl Iterator<Item = String>) {
    let numbers: Vec<String> = numbers.collect();
    for line in numbers.chunks(ON_A_LINE) {
        text.push_str(&line.join(" "));
        text.push('\n');
    }
}
