//! Cross sections, lengths and roughness of drains.

use super::{DrainFeature, Settings, notes::Notes};
use crate::drainage::{Conduit, Section};

/// Manning's n that a conduit may have, s/m^⅓: smooth plastic to overgrown ditches.
const MANNING: std::ops::RangeInclusive<f64> = 0.005..=0.3;
/// Run over rise of the banks of a trapezoid, of which the role knows nothing.
const BANK_SLOPE: f64 = 1.0;
/// A line may be this much longer or shorter than the length that is given, in parts of it.
const LENGTH_APART: f64 = 0.5;

/// The conduit of a drain; none where it has no length or size.
pub(super) fn conduit(
    drain: &DrainFeature,
    settings: &Settings,
    notes: &mut Notes,
) -> Option<Conduit> {
    let line_m = drain.line_length_m();
    if line_m <= 0.0 {
        notes.left_out(
            &drain.id,
            "đường tim dài 0 m: hãy vẽ lại hoặc xoá",
            "its line is 0 m long: draw it anew or delete it",
        );
        return None;
    }
    let section = section(drain, settings, notes)?;
    let length_m = length_m(drain, line_m, notes);
    Some(Conduit::new(length_m, manning(drain, notes), section))
}

fn positive(value: Option<f64>) -> Option<f64> {
    value.filter(|value| *value > 0.0 && value.is_finite())
}

/// Its length as given, unless its line tells of another drain.
fn length_m(drain: &DrainFeature, line_m: f64, notes: &mut Notes) -> f64 {
    let Some(given_m) = positive(drain.length_m) else { return line_m };
    if (given_m - line_m).abs() <= LENGTH_APART * line_m.max(given_m) {
        return given_m;
    }
    notes.assumed(
        &drain.id,
        format!("chiều dài ghi {given_m:.1} m, đường tim dài {line_m:.1} m: lấy theo đường tim"),
        format!(
            "its length says {given_m:.1} m, its line is {line_m:.1} m: that of the line counts"
        ),
    );
    line_m
}

/// Manning's n: its own, else of its material (Chow 1959, table 5-6, usual values).
fn manning(drain: &DrainFeature, notes: &mut Notes) -> f64 {
    if let Some(manning) = drain.manning.filter(|manning| MANNING.contains(manning)) {
        return manning;
    }
    let (manning, of) = match drain.material.as_deref() {
        Some(code @ ("HDPE" | "uPVC" | "PVC")) => (0.010, code),
        Some(code @ ("AC" | "steel")) => (0.012, code),
        Some(code @ ("DI" | "CI" | "RC" | "concrete")) => (0.013, code),
        Some(code @ "GI") => (0.016, code),
        Some(code @ "brick") => (0.015, code),
        Some(code @ "stone") => (0.025, code),
        Some(code @ "earth") => (0.027, code),
        _ => (0.013, "RC"),
    };
    notes.assumed(
        &drain.id,
        format!("không có hệ số nhám Manning dùng được: lấy {manning} theo vật liệu {of}"),
        format!("has no Manning's n that can be used: {manning} was taken, of the material {of}"),
    );
    manning
}

fn section(drain: &DrainFeature, settings: &Settings, notes: &mut Notes) -> Option<Section> {
    let (diameter, width, height) =
        (positive(drain.diameter_m), positive(drain.width_m), positive(drain.height_m));
    let found = match (drain.shape.as_deref(), diameter, width, height) {
        (Some("box"), _, Some(width_m), Some(height_m)) => {
            Some(Section::RectClosed { height_m, width_m })
        }
        (Some("u-channel"), _, Some(width_m), Some(height_m)) => {
            Some(Section::RectOpen { height_m, width_m })
        }
        (Some("trapezoid"), _, Some(width_m), Some(height_m)) => {
            let slope = BANK_SLOPE;
            notes.assumed(
                &drain.id,
                format!("mái mương không rõ: lấy {slope}:1"),
                format!("the slope of its banks is not known: {slope}:1 was taken"),
            );
            let (left_slope, right_slope) = (slope, slope);
            Some(Section::Trapezoidal { height_m, width_m, left_slope, right_slope })
        }
        (Some("ditch"), _, Some(top_width_m), Some(height_m)) => {
            Some(Section::Parabolic { height_m, top_width_m })
        }
        (Some("egg"), _, _, Some(height_m)) => Some(Section::Egg { height_m }),
        (Some("arch"), _, Some(width_m), Some(height_m)) => {
            notes.assumed(
                &drain.id,
                "cống vòm được tính như cống hộp cùng rộng, cùng cao",
                "an arch is computed as a box of its width and height",
            );
            Some(Section::RectClosed { height_m, width_m })
        }
        (_, Some(diameter_m), ..) => Some(Section::Circular { diameter_m }),
        (None | Some("pipe"), None, Some(width_m), Some(height_m)) => {
            notes.assumed(
                &drain.id,
                "có rộng và cao mà không có đường kính: tính như cống hộp",
                "has a width and a height but no diameter: computed as a box",
            );
            Some(Section::RectClosed { height_m, width_m })
        }
        _ => None,
    };
    if found.is_some() {
        return found;
    }
    let Some(diameter_m) = settings.diameter_m else {
        notes.left_out(
            &drain.id,
            "không đủ kích thước cho loại cống của nó: hãy ghi đường kính, hoặc rộng và cao",
            "has not the sizes that its shape needs: give a diameter, or a width and a height",
        );
        return None;
    };
    notes.assumed(
        &drain.id,
        format!("không đủ kích thước: lấy cống tròn đường kính {diameter_m} m"),
        format!("has not the sizes that it needs: a pipe of {diameter_m} m was taken"),
    );
    Some(Section::Circular { diameter_m })
}
