//! What a style's legend says, drawn as a picture.

use serde_json::Value as Json;
use tiny_skia::PathBuilder;

use super::{
    canvas::{Canvas, Nib, add_ring},
    colour::Colour,
    fonts::{Fonts, Placed, Writer},
};
use crate::sprites;

/// Sides of a sign, in pixels of the styles.
const SIGN: [f32; 2] = [28.0, 16.0];
/// Size of a sign of a place, as a share of its drawing's.
const ICON_SIZE: f32 = 0.9;
/// Height of a row.
const ROW: f32 = 22.0;
/// Size of letters.
const LETTERS: f32 = 12.5;
/// Room around everything, and between a sign and its words.
const MARGIN: f32 = 8.0;
/// Rows that a legend shows at most; more are counted in its last line.
const MOST_ROWS: usize = 120;

/// A language of a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Language {
    /// The name of a text's member in this language.
    pub fn key(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// A row of a legend.
struct Row {
    words: Vec<Placed>,
    width: f32,
    sign: Json,
}

/// Draws a legend's rows under their titles; `None` where there is no room for it.
///
/// Each group is a title with the rows of a style's `dothi:legend`.
pub fn draw(
    groups: &[(String, Vec<Json>)],
    fonts: &Fonts,
    language: Language,
    ratio: f32,
    paper: Colour,
) -> Option<Canvas> {
    let mut writer = Writer::new(fonts);
    let mut rows: Vec<Row> = Vec::new();
    for (title, legend) in groups {
        if groups.len() > 1 || legend.is_empty() {
            rows.push(row(&mut writer, title, Json::Null, true));
        }
        for sign in legend {
            let words = sign[language.key()].as_str().or(sign["vi"].as_str()).unwrap_or_default();
            rows.push(row(&mut writer, words, sign.clone(), false));
        }
    }
    let hidden = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    if hidden > 0 {
        rows.push(row(&mut writer, &format!("… +{hidden}"), Json::Null, false));
    }
    let words = rows.iter().map(|row| row.width).fold(0.0, f32::max) * LETTERS;
    let size = [
        (3.0 * MARGIN + SIGN[0] + words) * ratio,
        (2.0 * MARGIN + ROW * rows.len() as f32) * ratio,
    ];
    let [width, height] = size.map(|side| side.ceil().max(1.0) as u32);
    let mut canvas = Canvas::new(width, height, paper)?;
    for (n, row) in rows.iter().enumerate() {
        let middle = (MARGIN + ROW * (n as f32 + 0.5)) * ratio;
        draw_row(&mut canvas, &mut writer, row, middle, ratio);
    }
    Some(canvas)
}

fn row(writer: &mut Writer<'_>, words: &str, sign: Json, is_title: bool) -> Row {
    let (words, width) = writer.line(words, (is_title, false), 0.0);
    Row { words, width, sign }
}

fn draw_row(canvas: &mut Canvas, writer: &mut Writer<'_>, row: &Row, middle: f32, ratio: f32) {
    let is_title = row.sign.is_null();
    let left = if is_title { MARGIN } else { 2.0 * MARGIN + SIGN[0] } * ratio;
    let mut path = PathBuilder::new();
    for placed in &row.words {
        let size = LETTERS * ratio;
        let at = [left + placed.at * size, middle + 0.35 * size];
        writer.draw(&mut path, ((is_title, false), placed.letter), size, at, 0.0);
    }
    if let Some(path) = path.finish() {
        canvas.letters(&path, Colour::rgb(0x33, 0x2e, 0x28));
    }
    if !is_title {
        draw_sign(canvas, writer, &row.sign, [MARGIN * ratio, middle], ratio);
    }
}

/// Draws a sign by the member that names its kind: `icon`, `color`, `line`, `circle`, `text` or `ramp`.
fn draw_sign(
    canvas: &mut Canvas,
    writer: &mut Writer<'_>,
    sign: &Json,
    [left, middle]: [f32; 2],
    ratio: f32,
) {
    let colour = |key: &str| sign[key].as_str().and_then(|text| text.parse::<Colour>().ok());
    let [width, height] = SIGN.map(|side| side * ratio);
    let icon = sign["icon"].as_str().and_then(|name| {
        let side = (sprites::SIDE as f32 * ratio * ICON_SIZE).round();
        sprites::picture(name, side as u32)
    });
    if let Some(icon) = icon {
        canvas.stamp(icon.as_ref(), [left + width / 2.0, middle], 1.0);
    } else if let Some(fill) = colour("color") {
        let (top, bottom) = (middle - height / 2.0, middle + height / 2.0);
        let ring = [[left, top], [left + width, top], [left + width, bottom], [left, bottom]];
        let mut path = PathBuilder::new();
        add_ring(&mut path, &ring, true);
        let outline = colour("outline").unwrap_or(Colour::rgb(0xa8, 0xa0, 0x94));
        if let Some(path) = path.finish() {
            canvas.fill(&path, fill);
            canvas.stroke(&path, &Nib::round(ratio), outline);
        }
    } else if let Some(line) = colour("line") {
        let mut path = PathBuilder::new();
        add_ring(&mut path, &[[left, middle], [left + width, middle]], false);
        let nib_width = sign["width"].as_f64().unwrap_or(2.0).clamp(0.5, 12.0) as f32 * ratio;
        let dash = if sign["dash"] == true { vec![5.0 * ratio, 3.0 * ratio] } else { Vec::new() };
        let nib = Nib { dash, ..Nib::round(nib_width) };
        if let Some(path) = path.finish() {
            if let Some(casing) = colour("casing") {
                canvas.stroke(&path, &Nib::round(nib_width + 2.0 * ratio), casing);
            }
            canvas.stroke(&path, &nib, line);
        }
    } else if let Some(ramp) = sign["ramp"].as_array() {
        let step = width / ramp.len().max(1) as f32;
        for (n, colour) in ramp.iter().enumerate() {
            let Some(Ok(colour)) = colour.as_str().map(str::parse::<Colour>) else { continue };
            let (from, to) = (left + n as f32 * step, left + (n as f32 + 1.0) * step);
            let (top, bottom) = (middle - height / 2.0, middle + height / 2.0);
            let mut path = PathBuilder::new();
            add_ring(&mut path, &[[from, top], [to, top], [to, bottom], [from, bottom]], true);
            if let Some(path) = path.finish() {
                canvas.fill(&path, colour);
            }
        }
    } else if let Some(circle) = colour("circle") {
        let at = [left + width / 2.0, middle];
        canvas.disc(at, 6.0 * ratio, 0.0, Colour::WHITE);
        canvas.disc(at, 5.0 * ratio, 0.0, circle);
    } else if let Some(text) = colour("text") {
        let mut path = PathBuilder::new();
        let size = 14.0 * ratio;
        let at = [left + 5.0 * ratio, middle + 0.35 * size];
        let (letters, _) = writer.line("Aă", (true, false), 0.0);
        for placed in letters {
            let at = [at[0] + placed.at * size, at[1]];
            writer.draw(&mut path, ((true, false), placed.letter), size, at, 0.0);
        }
        if let Some(path) = path.finish() {
            canvas.letters(&path, text);
        }
    }
}
