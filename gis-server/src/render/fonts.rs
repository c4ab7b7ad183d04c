//! Letters to write names with, from the fonts of the system.

use std::{
    collections::HashMap,
    fs,
    path::Path as FilePath,
    sync::{Arc, OnceLock},
};

use fontdb::{Database, Source, Style, Weight};
use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{Path, PathBuilder, Transform};
use unicode_normalization::UnicodeNormalization;

/// Families without serifs that have the letters of Vietnamese, best first: that of the web map, then
/// what Debian and Ubuntu have. `fonts-croscore`, which `make run` installs, has Arimo.
const FAMILIES: [&str; 6] =
    ["Be Vietnam Pro", "Noto Sans", "Arimo", "Liberation Sans", "DejaVu Sans", "FreeSans"];

/// Letters that a font for Vietnamese has.
const LETTERS: &str = "ăâđêôơưĂÂĐÊÔƠƯắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựýỳỷỹỵØ";

/// Units of the outlines that are kept, in an em.
const EM: f32 = 1000.0;

/// No font on this system has the letters of Vietnamese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no font without serifs and with Vietnamese letters is installed: names are left out of maps; install fonts-noto-core or fonts-croscore"
)]
pub struct NoFont;

/// The faces of one family.
pub struct Fonts {
    /// Upright, bold, slanted, both; what a family lacks is its upright face.
    faces: [Face; 4],
}

/// One face.
#[derive(Clone)]
struct Face {
    file: Arc<Vec<u8>>,
    index: u32,
}

/// The system's fonts, looked for when they are first needed; again, where there were none.
#[derive(Default)]
pub struct SystemLetters(OnceLock<Fonts>);

impl SystemLetters {
    /// The fonts.
    ///
    /// # Errors
    /// [`NoFont`], also written to the log.
    pub fn get(&self) -> Result<&Fonts, NoFont> {
        if let Some(found) = self.0.get() {
            return Ok(found);
        }
        let mut database = Database::new();
        database.load_system_fonts();
        let found = Fonts::choose(&database).inspect_err(|error| tracing::warn!(%error))?;
        Ok(self.0.get_or_init(|| found))
    }
}

impl Fonts {
    /// The best family among the fonts of a folder and those under it.
    ///
    /// # Errors
    /// [`NoFont`].
    pub fn of_folder(folder: &FilePath) -> Result<Self, NoFont> {
        let mut database = Database::new();
        database.load_fonts_dir(folder);
        Self::choose(&database)
    }

    fn choose(database: &Database) -> Result<Self, NoFont> {
        FAMILIES.iter().find_map(|family| Self::of_family(database, family)).ok_or(NoFont)
    }

    fn of_family(database: &Database, family: &str) -> Option<Self> {
        let face = |weights: &[Weight], style| {
            weights.iter().find_map(|weight| Face::find(database, family, *weight, style))
        };
        let bold = [Weight::SEMIBOLD, Weight::BOLD];
        let plain = face(&[Weight::NORMAL, Weight::MEDIUM], Style::Normal)?;
        let or_plain = |found: Option<Face>| found.unwrap_or_else(|| plain.clone());
        let faces = [
            plain.clone(),
            or_plain(face(&bold, Style::Normal)),
            or_plain(face(&[Weight::NORMAL], Style::Italic)),
            or_plain(face(&bold, Style::Italic)),
        ];
        Some(Self { faces })
    }

    fn face(&self, (bold, slanted): (bool, bool)) -> &Face {
        &self.faces[usize::from(bold) + 2 * usize::from(slanted)]
    }
}

impl Face {
    fn find(database: &Database, family: &str, weight: Weight, style: Style) -> Option<Self> {
        let mut files: Vec<_> = database
            .faces()
            .filter(|face| face.families.iter().any(|(name, _)| name == family))
            .filter(|face| (face.weight, face.style) == (weight, style))
            .filter(|face| face.stretch == fontdb::Stretch::Normal)
            .filter_map(|face| match &face.source {
                Source::File(path) => Some((path.clone(), face.index)),
                _ => None,
            })
            .collect();
        // An old and a new version of a family may both be installed.
        files.sort();
        files.into_iter().find_map(|(path, index)| {
            let file = fs::read(path).ok()?;
            let letters = FontRef::from_index(&file, index).ok()?.charmap();
            let has_all = LETTERS.chars().all(|letter| letters.map(letter).is_some());
            has_all.then(|| Self { file: Arc::new(file), index })
        })
    }
}

/// A letter: how wide it is, and its outline; in thousandths of an em, y down.
#[derive(Debug, Clone)]
struct Letter {
    advance: f32,
    outline: Option<Path>,
}

/// Which of the four faces, as (bold, slanted).
pub type Weight4 = (bool, bool);

/// Writes names, and remembers the letters that it has drawn.
pub struct Writer<'f> {
    fonts: &'f Fonts,
    known: HashMap<(Weight4, char), Letter>,
}

/// A letter of a line of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// The letter.
    pub letter: char,
    /// Where it begins, from the line's begin, in ems.
    pub at: f32,
    /// How wide it is, in ems.
    pub advance: f32,
}

impl<'f> Writer<'f> {
    /// A writer with some fonts.
    pub fn new(fonts: &'f Fonts) -> Self {
        Self { fonts, known: HashMap::new() }
    }

    /// The letters of a line, composed where they were not, with `spacing` ems between them; and how
    /// wide it is, in ems.
    pub fn line(&mut self, text: &str, weight: Weight4, spacing: f32) -> (Vec<Placed>, f32) {
        let mut end = 0.0;
        let mut placed = Vec::with_capacity(text.len());
        for letter in text.nfc().filter(|letter| !letter.is_control()) {
            let advance = self.letter(weight, letter).advance / EM;
            placed.push(Placed { letter, at: end, advance });
            end += advance + spacing;
        }
        let width = if placed.is_empty() { 0.0 } else { end - spacing };
        (placed, width)
    }

    /// Adds a letter's outline to a path: its begin on the base line at a place, turned by an angle in
    /// radians.
    pub fn draw(
        &mut self,
        path: &mut PathBuilder,
        (weight, letter): (Weight4, char),
        size_px: f32,
        [x, y]: [f32; 2],
        angle: f32,
    ) {
        let Some(outline) = self.letter(weight, letter).outline.clone() else { return };
        let (sin, cos) = angle.sin_cos();
        let scale = size_px / EM;
        let transform =
            Transform::from_row(cos * scale, sin * scale, -sin * scale, cos * scale, x, y);
        if let Some(outline) = outline.transform(transform) {
            path.push_path(&outline);
        }
    }

    fn letter(&mut self, weight: Weight4, letter: char) -> &Letter {
        let fonts = self.fonts;
        self.known.entry((weight, letter)).or_insert_with(|| read(fonts.face(weight), letter))
    }
}

fn read(face: &Face, letter: char) -> Letter {
    let blank = Letter { advance: EM / 2.0, outline: None };
    let Ok(font) = FontRef::from_index(&face.file, face.index) else { return blank };
    let (size, place) = (Size::new(EM), LocationRef::default());
    let glyph = font.charmap().map(letter).unwrap_or_default();
    let advance = font.glyph_metrics(size, place).advance_width(glyph).unwrap_or(EM / 2.0);
    let mut pen = Outline(PathBuilder::new());
    let outline = font.outline_glyphs().get(glyph).and_then(|outline| {
        outline.draw(DrawSettings::unhinted(size, place), &mut pen).ok()?;
        pen.0.finish()
    });
    Letter { advance, outline }
}

/// Turns a glyph's outline, whose y goes up, into a path, whose y goes down.
struct Outline(PathBuilder);

impl OutlinePen for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, -y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to(cx, -cy, x, -y);
    }

    fn curve_to(&mut self, cx: f32, cy: f32, dx: f32, dy: f32, x: f32, y: f32) {
        self.0.cubic_to(cx, -cy, dx, -dy, x, -y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_fonts_is_said_so_with_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let Err(error) = Fonts::of_folder(folder.path()) else { panic!("there is no font") };
        assert!(error.to_string().contains("fonts-croscore"));
    }

    #[test]
    fn letters_with_marks_written_apart_are_one_letter() {
        let letters = SystemLetters::default();
        let mut writer = Writer::new(letters.get().unwrap());
        let (composed, width) = writer.line("Kỳ", (false, false), 0.0);
        let (apart, same) = writer.line("Ky\u{300}", (false, false), 0.0);
        assert_eq!((composed.len(), width), (2, same));
        assert_eq!(composed, apart);
        // Marks stand above and add no width.
        let (_, bare) = writer.line("Ky", (false, false), 0.0);
        assert!((bare - width).abs() < 1e-3);
    }

    #[test]
    fn every_letter_of_vietnamese_has_an_outline() {
        let letters = SystemLetters::default();
        let mut writer = Writer::new(letters.get().unwrap());
        for weight in [(false, false), (true, false), (false, true)] {
            for letter in LETTERS.chars() {
                assert!(writer.letter(weight, letter).outline.is_some(), "{letter}");
            }
        }
    }
}
