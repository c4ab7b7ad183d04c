//! Photometric files of the Illuminating Engineering Society: ANSI/IESNA LM-63 of 1986, 1991, 1995, 2002 and 2019,
//! type C, with lamps' tilt in the file or none.

mod error;
mod words;
mod write;

use super::{Distribution, GridError};

pub use error::{IesError, Why};
pub use write::write;

use words::Words;

/// A larger file is none of a luminaire, bytes.
pub const MOST_BYTES: usize = 8 << 20;
/// Angles of one kind, at most.
const MOST_ANGLES: f64 = 2_000.0;
/// Directions, at most.
const MOST_DIRECTIONS: usize = 500_000;
/// Lines before the numbers, at most.
const MOST_LINES: usize = 5_000;

/// Which edition a file follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// LM-63-1986, which names itself nowhere.
    Of1986,
    /// LM-63-1991.
    Of1991,
    /// LM-63-1995.
    Of1995,
    /// LM-63-2002.
    Of2002,
    /// LM-63-2019.
    Of2019,
}

/// What a photometric file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Photometry {
    /// The edition that it follows.
    pub edition: Edition,
    /// Its keywords in their order, `TEST`, `MANUFAC`, `LUMCAT`…, with their text.
    pub keywords: Vec<(String, String)>,
    /// Flux of its lamps, lm; `None` where intensities were measured absolutely, as of LEDs.
    pub lamps_lm: Option<f64>,
    /// Input power, W.
    pub power_w: f64,
    /// Where the light goes, all factors applied.
    pub distribution: Distribution,
}

impl Photometry {
    /// The text of a keyword.
    pub fn keyword(&self, name: &str) -> Option<&str> {
        let found = self.keywords.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, text)| text.as_str()).filter(|text| !text.is_empty())
    }

    /// What people call it: catalogue number, else description, else test.
    pub fn name(&self) -> Option<&str> {
        ["LUMCAT", "LUMINAIRE", "TEST"].iter().find_map(|name| self.keyword(name))
    }
}

/// Reads a file. Text that is no UTF-8 is taken as Latin-1, as older programs wrote it.
///
/// # Errors
/// [`IesError`]: the line, what is wrong with it and what to do.
pub fn read(bytes: &[u8]) -> Result<Photometry, IesError> {
    if bytes.len() > MOST_BYTES {
        return Err(IesError::at(0, Why::TooLarge));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    // Files of DOS end with a control character.
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\u{1a}', '\0']);
    let lines: Vec<&str> = text.lines().collect();
    let tilt_line = lines
        .iter()
        .take(MOST_LINES)
        .position(|line| line.trim_start().to_ascii_uppercase().starts_with("TILT="))
        .ok_or_else(|| IesError::at(lines.len().min(MOST_LINES), Why::NoTilt))?;
    let head = &lines[..tilt_line];
    let mut words = Words::of(&lines[tilt_line + 1..], tilt_line + 2);
    let tilt = tilt(lines[tilt_line], tilt_line + 1, &mut words)?;
    let edition = head.first().map_or(Edition::Of1986, |line| edition(line));
    numbers(edition, keywords(head), tilt, words)
}

fn edition(first: &str) -> Edition {
    let first: String = first.to_ascii_uppercase().split_whitespace().collect();
    match first.as_str() {
        it if it.contains("LM-63-2019") => Edition::Of2019,
        it if it.contains("LM-63-2002") => Edition::Of2002,
        it if it.contains("LM-63-1995") => Edition::Of1995,
        it if it.starts_with("IESNA91") || it.contains("LM-63-1991") => Edition::Of1991,
        // A later edition than is known counts fields as the latest known does.
        it if it.starts_with("IESNA:") || it.starts_with("IES:") => Edition::Of2019,
        _ => Edition::Of1986,
    }
}

/// `[NAME] text`, gone on with by `[MORE] text`.
fn keywords(head: &[&str]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in head {
        let Some((name, text)) =
            line.trim_start().strip_prefix('[').and_then(|it| it.split_once(']'))
        else {
            continue;
        };
        let (name, text) = (name.trim(), text.trim());
        match all.last_mut() {
            Some((_, told)) if name.eq_ignore_ascii_case("MORE") => {
                told.push(' ');
                told.push_str(text);
            }
            _ => all.push((name.to_owned(), text.to_owned())),
        }
    }
    all
}

/// What is left of a lamp's flux where the luminaire hangs level: tables of tilt are of how lamps suffer when they do
/// not burn upright.
fn tilt(line: &str, number: usize, words: &mut Words<'_>) -> Result<f64, IesError> {
    let which = line.split_once('=').map(|(_, it)| it.trim()).unwrap_or_default();
    match which.to_ascii_uppercase().as_str() {
        "NONE" => Ok(1.0),
        "INCLUDE" => {
            words.number("lamp-to-luminaire geometry")?;
            let pairs = words.count("number of tilt angles", MOST_ANGLES)?;
            let angles = words.numbers("tilt angles", pairs)?;
            let factors = words.numbers("tilt factors", pairs)?;
            let level = angles.iter().position(|angle| *angle == 0.0);
            let factor = level.and_then(|at| factors.get(at)).copied().unwrap_or(1.0);
            if factor > 0.0 && factor.is_finite() {
                Ok(factor)
            } else {
                Err(IesError::at(
                    words.line(),
                    Why::OutOfRange { what: "tilt factors", value: factor },
                ))
            }
        }
        _ => Err(IesError::at(number, Why::TiltFile { file: which.to_owned() })),
    }
}

/// From the number of lamps to the last intensity (LM-63-2002, 5.5 to 5.14).
fn numbers(
    edition: Edition,
    keywords: Vec<(String, String)>,
    tilt: f64,
    mut words: Words<'_>,
) -> Result<Photometry, IesError> {
    let lamps = words.within("number of lamps", 1.0, 1e6)?;
    let lumens = words.number("lumens per lamp")?;
    let multiplier = words.within("candela multiplier", 1e-9, 1e9)?;
    let angles = words.count("number of vertical angles", MOST_ANGLES)?;
    let planes = words.count("number of horizontal angles", MOST_ANGLES)?;
    if angles * planes > MOST_DIRECTIONS {
        return Err(IesError::at(words.line(), Why::TooMany { directions: angles * planes }));
    }
    let kind = words.number("photometric type")?;
    if kind != 1.0 {
        return Err(IesError::at(words.line(), Why::Type { number: kind }));
    }
    for what in ["units type", "width", "length", "height"] {
        words.number(what)?;
    }
    let ballast = words.within("ballast factor", 1e-6, 1e3)?;
    // Up to 1991 a factor of ballast and lamp together; then left for future use; since 2019 how the file was made.
    let further = words.number("ballast-lamp photometric factor, or 1")?;
    let power_w = words.number("input watts")?;
    let vertical = words.numbers("vertical angles", angles)?;
    let at_vertical = words.line();
    let horizontal = words.numbers("horizontal angles", planes)?;
    let at_horizontal = words.line();
    let mut candela = words.numbers("candela values", angles * planes)?;
    words.end()?;
    let is_older = edition <= Edition::Of1991 && further > 0.0;
    let factor = multiplier * ballast * if is_older { further } else { 1.0 } * tilt;
    candela.iter_mut().for_each(|it| *it *= factor);
    let distribution = Distribution::new(vertical, horizontal, candela).map_err(|why| {
        let line = match why {
            GridError::Vertical(_) => at_vertical,
            GridError::Horizontal(_) | GridError::Planes { .. } => at_horizontal,
            _ => words.line(),
        };
        IesError::at(line, Why::Grid(why))
    })?;
    let lamps_lm = (lumens > 0.0).then_some(lamps * lumens);
    Ok(Photometry { edition, keywords, lamps_lm, power_w, distribution })
}
