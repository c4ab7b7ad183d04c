//! The outlines of cross sections, integrated to area, width and hydraulic radius by depth.

use city::drainage::{Section, Transect};

use super::powers::two_thirds;

/// Pieces that a cell of a table is integrated in.
const PIECES: usize = 64;
/// From this part of its area on, the flat lid of a box gets wet.
const LID: f64 = 0.97;

/// A size that means nothing: what, value, what would be right.
pub(super) type Refusal = (&'static str, f64, &'static str);

/// Full depth, m, and whether the section is open above.
pub(super) fn size(section: &Section) -> (f64, bool) {
    match section {
        Section::Circular { diameter_m } => (*diameter_m, false),
        Section::RectClosed { height_m, .. }
        | Section::Egg { height_m }
        | Section::Horseshoe { height_m }
        | Section::Ellipse { height_m, .. } => (*height_m, false),
        Section::RectOpen { height_m, .. }
        | Section::Trapezoidal { height_m, .. }
        | Section::Triangular { height_m, .. }
        | Section::Parabolic { height_m, .. } => (*height_m, true),
        Section::Custom(widths) => (widths.last().map_or(0.0, |(depth, _)| *depth), false),
        Section::Irregular(transect) => {
            let (low, high) = span(transect);
            (high - low, true)
        }
    }
}

/// Sizes that must be positive, and those that must not be negative.
pub(super) fn check(section: &Section) -> Result<(), Refusal> {
    let (depth_m, _) = size(section);
    let (positive, not_negative) = match section {
        Section::RectClosed { width_m, .. }
        | Section::RectOpen { width_m, .. }
        | Section::Ellipse { width_m, .. } => (*width_m, [0.0; 3]),
        Section::Trapezoidal { width_m, left_slope, right_slope, .. } => {
            (width_m + left_slope + right_slope, [*width_m, *left_slope, *right_slope])
        }
        Section::Triangular { top_width_m, .. } | Section::Parabolic { top_width_m, .. } => {
            (*top_width_m, [0.0; 3])
        }
        Section::Irregular(transect) => return check_transect(transect),
        Section::Custom(widths) => return check_widths(widths),
        Section::Circular { .. } | Section::Egg { .. } | Section::Horseshoe { .. } => {
            (1.0, [0.0; 3])
        }
    };
    if !(depth_m > 0.0 && depth_m.is_finite()) {
        return Err(("the height of the section", depth_m, "positive and finite"));
    }
    if !(positive > 0.0 && positive.is_finite()) {
        return Err(("the width of the section", positive, "positive and finite"));
    }
    match not_negative.into_iter().find(|value| !(*value >= 0.0 && value.is_finite())) {
        Some(value) => Err(("the width or a slope of the section", value, "0 or more, and finite")),
        None => Ok(()),
    }
}

fn check_transect(transect: &Transect) -> Result<(), Refusal> {
    let stations = &transect.stations;
    if stations.len() < 3 {
        let found = stations.len() as f64;
        return Err(("the number of stations of the transect", found, "3 or more"));
    }
    for pair in stations.windows(2) {
        if !(pair[1].across_m >= pair[0].across_m && pair[1].across_m.is_finite()) {
            let value = pair[1].across_m;
            return Err((
                "a station of the transect",
                value,
                "finite and not left of the one before",
            ));
        }
    }
    let (low, high) = span(transect);
    if !(high > low && (high - low).is_finite()) {
        return Err(("the height of the transect", high - low, "positive and finite"));
    }
    for n in [transect.left_manning, transect.channel_manning, transect.right_manning] {
        if !(n > 0.0 && n.is_finite()) {
            return Err(("Manning's n of the transect", n, "positive and finite"));
        }
    }
    Ok(())
}

fn check_widths(widths: &[(f64, f64)]) -> Result<(), Refusal> {
    let mut last_m = -1.0;
    for (depth_m, width_m) in widths {
        if !(*depth_m > last_m && depth_m.is_finite()) {
            return Err(("a depth of the section", *depth_m, "finite and above the one before"));
        }
        if !(*width_m >= 0.0 && width_m.is_finite()) {
            return Err(("a width of the section", *width_m, "0 or more, and finite"));
        }
        last_m = *depth_m;
    }
    let widest = widths.iter().map(|(_, width)| *width).fold(0.0, f64::max);
    if widths.len() < 2 || widest <= 0.0 {
        return Err((
            "the greatest width of the section",
            widest,
            "positive, over two depths or more",
        ));
    }
    Ok(())
}

fn span(transect: &Transect) -> (f64, f64) {
    transect.stations.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), station| {
        (low.min(station.level_m), high.max(station.level_m))
    })
}

/// Area, m², width, m, and hydraulic radius, m, at `cells` + 1 depths from 0 to the full.
pub(super) fn rows(section: &Section, cells: usize) -> Vec<[f64; 3]> {
    let (height_m, is_open) = size(section);
    if let Section::Irregular(transect) = section {
        let low = span(transect).0;
        let at = |cell: usize| wetted(transect, low + height_m * cell as f64 / cells as f64);
        return (0..=cells).map(at).collect();
    }
    let (mut left, mut right) = sides(section, 0.0);
    let (mut area, mut perimeter) = (0.0, left + right);
    let mut rows = vec![[0.0, left + right, 0.0]];
    let piece_m = height_m / (cells * PIECES) as f64;
    for cell in 1..=cells {
        for piece in 1..=PIECES {
            let depth_m = ((cell - 1) * PIECES + piece) as f64 * piece_m;
            let (l, r) = sides(section, depth_m);
            area += 0.5 * (left + right + l + r) * piece_m;
            let slant = |d: f64| (piece_m * piece_m + d * d).sqrt();
            perimeter += slant(l - left) + slant(r - right);
            (left, right) = (l, r);
        }
        rows.push([area, left + right, area / perimeter]);
    }
    if !is_open {
        wet_the_lid(&mut rows, left + right);
    }
    rows
}

/// A flat lid is wetted little by little, so that the radius does not jump.
fn wet_the_lid(rows: &mut [[f64; 3]], lid_m: f64) {
    let full = rows[rows.len() - 1][0];
    for [area, _, radius] in rows.iter_mut().filter(|row| row[0] > LID * full) {
        let share = (*area / full - LID) / (1.0 - LID);
        *radius = *area / (*area / *radius + share * lid_m);
    }
}

/// How far the section goes to the left and to the right of its middle at a depth, m.
fn sides(section: &Section, y: f64) -> (f64, f64) {
    let both = |half: f64| (half, half);
    let root = |square: f64| square.max(0.0).sqrt();
    match section {
        Section::Circular { diameter_m } => both(root(y * (diameter_m - y))),
        Section::RectClosed { width_m, .. } | Section::RectOpen { width_m, .. } => {
            both(0.5 * width_m)
        }
        Section::Trapezoidal { width_m, left_slope, right_slope, .. } => {
            (0.5 * width_m + left_slope * y, 0.5 * width_m + right_slope * y)
        }
        Section::Triangular { height_m, top_width_m } => both(0.5 * top_width_m * y / height_m),
        Section::Parabolic { height_m, top_width_m } => {
            both(0.5 * top_width_m * root(y / height_m))
        }
        Section::Ellipse { height_m, width_m } => {
            both(width_m * root(y / height_m * (1.0 - y / height_m)))
        }
        Section::Egg { height_m: h } => both(egg(*h, y)),
        Section::Horseshoe { height_m: h } => {
            // A half circle over flanks and floor of the full height's radius.
            let (flank, floor) =
                (root(h * h - (y - 0.5 * h) * (y - 0.5 * h)) - 0.5 * h, root(y * (2.0 * h - y)));
            both(if y >= 0.5 * h { root(y * (h - y)) } else { flank.min(floor) })
        }
        Section::Custom(widths) => {
            let above = widths.partition_point(|(depth, _)| *depth <= y).clamp(1, widths.len() - 1);
            let ((y0, w0), (y1, w1)) = (widths[above - 1], widths[above]);
            both(0.5 * (w0 + (w1 - w0) * ((y - y0) / (y1 - y0)).clamp(0.0, 1.0)))
        }
        Section::Irregular(_) => both(0.0),
    }
}

/// The 2:3 egg: a point of radius H/6, flanks of radius H about the height 2H/3, a crown of radius
/// H/3; point and flanks touch at H/15.
fn egg(h: f64, y: f64) -> f64 {
    let centre = 2.0 * h / 3.0;
    let over = y - centre;
    if y >= centre {
        (h * h / 9.0 - over * over).max(0.0).sqrt()
    } else if y > h / 15.0 {
        (h * h - over * over).sqrt() - centre
    } else {
        (y * (h / 3.0 - y)).max(0.0).sqrt()
    }
}

/// A transect filled to a level. Its radius is that which gives, with the channel's n, the sum of
/// the conveyances of channel and overbanks.
fn wetted(transect: &Transect, level_m: f64) -> [f64; 3] {
    // Left overbank, channel, right overbank: area and wetted perimeter.
    let mut parts = [(0.0, 0.0); 3];
    let mut width_m = 0.0;
    for pair in transect.stations.windows(2) {
        let (depth0, depth1) = (level_m - pair[0].level_m, level_m - pair[1].level_m);
        let run = pair[1].across_m - pair[0].across_m;
        let deepest = depth0.max(depth1);
        if deepest <= 0.0 {
            continue;
        }
        let shallowest = depth0.min(depth1);
        // The part of the piece that is under water.
        let share = if shallowest < 0.0 { deepest / (deepest - shallowest) } else { 1.0 };
        let (wet, rise) = (run * share, deepest - shallowest.max(0.0));
        let middle = 0.5 * (pair[0].across_m + pair[1].across_m);
        let part = usize::from(middle > transect.left_bank_m)
            + usize::from(middle > transect.right_bank_m);
        parts[part].0 += 0.5 * (deepest + shallowest.max(0.0)) * wet;
        parts[part].1 += (wet * wet + rise * rise).sqrt();
        width_m += wet;
    }
    let roughness = [transect.left_manning, transect.channel_manning, transect.right_manning];
    let conveyance: f64 = parts
        .iter()
        .zip(roughness)
        .filter(|((_, perimeter), _)| *perimeter > 0.0)
        .map(|((area, perimeter), n)| area * two_thirds(area / perimeter) / n)
        .sum();
    let area: f64 = parts.iter().map(|(area, _)| area).sum();
    if area <= 0.0 {
        return [0.0, width_m, 0.0];
    }
    let mean = conveyance * transect.channel_manning / area;
    [area, width_m, mean * mean.sqrt()]
}
