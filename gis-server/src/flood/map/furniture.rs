//! What stands on a map besides the land: scale bar, north arrow and legend, on white.

use city::Title;

use super::{
    TEXT,
    pen::{Ink, Pen, Writer},
    rectangle,
    signs::{Sign, Signs},
};
use crate::flood::{
    folder::Output,
    picture::{Step, legend},
};

/// Where a panel stands and how large it is, pixels.
type Panel = ((f32, f32), (f32, f32));

/// Draws all of it; gives the panels that it takes.
pub(super) fn draw(
    pen: &mut Pen,
    writer: &Writer<'_>,
    output: Output,
    px_per_m: f64,
    size_px: f32,
    signs: Option<&Signs>,
) -> [Panel; 3] {
    let signs = signs.map(Signs::legend).unwrap_or_default();
    [
        scale_bar(pen, writer, px_per_m, size_px),
        north_arrow(pen, writer, size_px),
        key(pen, writer, output, size_px, &signs),
    ]
}

/// A bar of a round length, about a fifth of the width.
fn scale_bar(pen: &mut Pen, writer: &Writer<'_>, px_per_m: f64, size_px: f32) -> Panel {
    let (width, height) = pen.size();
    let margin = size_px * 0.8;
    let wanted_m = f64::from(width) / px_per_m / 5.0;
    let magnitude = 10f64.powf(wanted_m.log10().floor());
    let round = [5.0, 2.0, 1.0].into_iter().find(|times| times * magnitude <= wanted_m);
    let length_m = round.unwrap_or(1.0) * magnitude;
    let length_px = (length_m * px_per_m) as f32;
    let told = if length_m >= 1000.0 {
        format!("{} km", length_m / 1000.0)
    } else {
        format!("{length_m} m")
    };
    let box_px = (length_px + 2.0 * margin, 3.0 * size_px);
    let (x, y) = (margin, height - margin - box_px.1);
    pen.panel((x, y), box_px);
    writer.centred(pen, &told, (x + box_px.0 / 2.0, y + size_px), size_px * 0.85, TEXT);
    let bar = [(x + margin, y + 2.0 * size_px), (x + margin + length_px, y + 2.0 * size_px)];
    pen.stroke(&[bar.to_vec()], TEXT, size_px / 5.0, None);
    ((x, y), box_px)
}

fn north_arrow(pen: &mut Pen, writer: &Writer<'_>, size_px: f32) -> Panel {
    let margin = size_px * 0.8;
    let (x, y) = (pen.size().0 - margin - size_px, margin);
    let panel = ((x - size_px, y), (2.0 * size_px, 4.0 * size_px));
    pen.panel(panel.0, panel.1);
    let arrow = vec![
        (x, y + size_px * 0.4),
        (x + size_px * 0.6, y + size_px * 2.4),
        (x, y + size_px * 1.9),
        (x - size_px * 0.6, y + size_px * 2.4),
    ];
    pen.fill(&[arrow], TEXT);
    writer.centred(pen, "B", (x, y + size_px * 3.2), size_px, TEXT);
    panel
}

/// The legend, the greatest on top, signs under it.
fn key(pen: &mut Pen, writer: &Writer<'_>, output: Output, size_px: f32, signs: &[Sign]) -> Panel {
    let ((width, height), margin) = (pen.size(), size_px * 0.8);
    let Title { vi: title, .. } = output.title();
    let steps = legend(output);
    let names: Vec<String> =
        steps.iter().enumerate().map(|(at, step)| label(at, step.from, steps)).collect();
    let text_px = size_px * 0.85;
    let indent = 2.7 * size_px;
    let wide = |name: &str, indent: f32| writer.width(name, text_px) + indent;
    let widest = (names.iter().map(|name| wide(name, indent)))
        .chain(signs.iter().map(|sign| wide(sign.title(), indent)))
        .fold(wide(&title, size_px * 0.6), f32::max);
    let line_px = size_px * 1.35;
    let lines = names.len() + signs.len();
    let panel = (widest + 0.7 * size_px, line_px * (lines as f32 + 1.6));
    let (x, y) = (width - margin - panel.0, height - margin - panel.1);
    pen.panel((x, y), panel);
    writer.left(pen, &title, (x + size_px * 0.6, y + line_px * 0.75), text_px, TEXT);
    let top = |line: usize| y + line_px * (line as f32 + 1.3);
    for (line, (name, step)) in names.iter().zip(steps).rev().enumerate() {
        let [r, g, b, _] = step.rgba;
        let swatch = rectangle((x + size_px * 0.6, top(line)), (1.6 * size_px, line_px * 0.8));
        pen.fill(&[swatch], Ink::rgb(r, g, b));
        writer.left(pen, name, (x + indent, top(line) + line_px * 0.4), text_px, TEXT);
    }
    for (line, sign) in (names.len()..).zip(signs) {
        let middle = top(line) + line_px * 0.4;
        sign.draw(pen, (x + size_px * 1.4, middle), size_px * 1.1);
        writer.left(pen, sign.title(), (x + indent, middle), text_px, TEXT);
    }
    ((x, y), panel)
}

/// What a step of a legend stands for: from its value to the next one's.
fn label(at: usize, from: f32, steps: &[Step]) -> String {
    let told = |value: f32| value.to_string().replace('.', ",");
    match steps.get(at + 1) {
        Some(next) => format!("{} – {}", told(from), told(next.from)),
        None => format!("≥ {}", told(from)),
    }
}
