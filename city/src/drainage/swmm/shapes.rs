//! [XSECTIONS] and [TRANSECTS]: cross sections of conduits.

use crate::drainage::{Section, Station, Transect};

use super::{
    Error,
    options::Frame,
    sections::{Line, Sections},
    times::Tables,
};

/// The section of a line: link shape measure measure measure measure
pub(super) fn section(
    line: &Line,
    sections: &Sections,
    tables: &Tables,
    frame: &Frame,
) -> Result<Section, Error> {
    let length = frame.units.length;
    let size = |at| line.number(at, "a size of the section").map(|size| size * length);
    let shape = line.needed(1, "the shape")?.to_ascii_uppercase();
    Ok(match shape.as_str() {
        "CIRCULAR" => Section::Circular { diameter_m: size(2)? },
        "RECT_CLOSED" => Section::RectClosed { height_m: size(2)?, width_m: size(3)? },
        "RECT_OPEN" => Section::RectOpen { height_m: size(2)?, width_m: size(3)? },
        "TRAPEZOIDAL" => Section::Trapezoidal {
            height_m: size(2)?,
            width_m: size(3)?,
            left_slope: line.number(4, "the left slope")?,
            right_slope: line.number(5, "the right slope")?,
        },
        "TRIANGULAR" => Section::Triangular { height_m: size(2)?, top_width_m: size(3)? },
        "PARABOLIC" => Section::Parabolic { height_m: size(2)?, top_width_m: size(3)? },
        "EGG" => Section::Egg { height_m: size(2)? },
        "HORSESHOE" => Section::Horseshoe { height_m: size(2)? },
        "HORIZ_ELLIPSE" | "VERT_ELLIPSE" => {
            Section::Ellipse { height_m: size(2)?, width_m: size(3)? }
        }
        "CUSTOM" => {
            let (_, entries) = tables.curve(line, line.needed(3, "the shape curve")?)?;
            let height_m = size(2)?;
            let scaled = |(depth, width): &(f64, f64)| (depth * height_m, width * height_m);
            Section::Custom(entries.iter().map(scaled).collect())
        }
        "IRREGULAR" => {
            let name = line.needed(2, "the transect")?;
            Section::Irregular(transect(line, name, sections, frame)?)
        }
        _ => {
            let known = "CIRCULAR, RECT_CLOSED, RECT_OPEN, TRAPEZOIDAL, TRIANGULAR, PARABOLIC, EGG, \
                         HORSESHOE, HORIZ_ELLIPSE, VERT_ELLIPSE, CUSTOM, IRREGULAR";
            return Err(
                line.refuse(format!("the shape '{shape}' is not known here; known: {known}"))
            );
        }
    })
}

/// HEC-2 cards: NC roughnesses, X1 header, GR heights and stations.
fn transect(
    wanted: &Line,
    name: &str,
    sections: &Sections,
    frame: &Frame,
) -> Result<Transect, Error> {
    let length = frame.units.length;
    let mut roughness = [0.0; 3];
    let mut found: Option<(Transect, f64, f64)> = None;
    let mut is_ours = false;
    for line in sections.lines("TRANSECTS") {
        match line.words[0].to_ascii_uppercase().as_str() {
            "NC" => {
                // A 0 keeps what the cards before said.
                for (i, slot) in roughness.iter_mut().enumerate() {
                    let n = line.number_or(1 + i, 0.0, "Manning's n")?;
                    *slot = if n > 0.0 { n } else { *slot };
                }
            }
            "X1" => {
                is_ours = line.word(1) == name;
                if is_ours {
                    let [left_manning, right_manning, channel_manning] = roughness;
                    let wide = line.number_or(8, 0.0, "the factor of widths")?;
                    let wide = if wide > 0.0 { wide } else { 1.0 };
                    let transect = Transect {
                        stations: Vec::new(),
                        left_bank_m: line.number_or(3, 0.0, "the left bank")? * length * wide,
                        right_bank_m: line.number_or(4, 0.0, "the right bank")? * length * wide,
                        left_manning,
                        channel_manning,
                        right_manning,
                    };
                    found = Some((transect, wide, line.number_or(9, 0.0, "the lift")? * length));
                }
            }
            "GR" if is_ours => {
                let Some((transect, wide, lift_m)) = &mut found else { continue };
                for at in (1..line.words.len()).step_by(2) {
                    transect.stations.push(Station {
                        across_m: line.number(at + 1, "a station")? * length * *wide,
                        level_m: line.number(at, "a height")? * length + *lift_m,
                    });
                }
            }
            _ => {}
        }
    }
    let missing = || wanted.refuse(format!("the transect '{name}' is not in [TRANSECTS]: add it"));
    found.map(|(transect, ..)| transect).ok_or_else(missing)
}
