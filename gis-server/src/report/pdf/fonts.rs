//! Faces to write Vietnamese with: found on the system, measured, and handed to the PDF.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use fontdb::{Database, Source, Style, Weight};
use krilla::text::Font;
use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
};

use crate::report::error::Error;

/// Families that the decree's Times New Roman may be set in, best first: itself and what has its
/// widths, then serifs that at least have the letters. Liberation Serif has those of Vietnamese
/// from version 2 on; Debian 12's package fonts-liberation is version 1.
const FAMILIES: [&str; 6] =
    ["Times New Roman", "Tinos", "Liberation Serif", "FreeSerif", "Noto Serif", "DejaVu Serif"];

/// Letters that a font for Vietnamese has: one of each mark and of each base.
const LETTERS: &str = "ăâđêôơưĂÂĐÊÔƠƯ ắằẳẵặ ấầẩẫậ ếềểễệ ốồổỗộ ớờởỡợ ứừửữự ýỳỷỹỵ – − “”";

/// What is written for a letter that a face lacks.
const UNKNOWN: char = '?';

/// The four faces of one serif family.
#[derive(Clone)]
pub struct Fonts {
    faces: [Face; 4],
}

/// The system's fonts, looked for when they are first needed; again, where there were none.
#[derive(Default)]
pub struct SystemFonts(OnceLock<Fonts>);

impl SystemFonts {
    /// The fonts.
    ///
    /// # Errors
    /// As [`Fonts::of_system`].
    pub fn get(&self) -> Result<&Fonts, Error> {
        match self.0.get() {
            Some(found) => Ok(found),
            None => {
                let found = Fonts::of_system()?;
                Ok(self.0.get_or_init(|| found))
            }
        }
    }
}

/// One face: what measures its letters and what writes them into a PDF.
#[derive(Clone)]
pub(super) struct Face {
    /// Each letter's glyph and its advance as a share of the size.
    letters: Arc<HashMap<char, (u32, f32)>>,
    /// The face as the PDF's.
    pub(super) font: Font,
    /// Its file.
    file: Arc<Vec<u8>>,
}

/// Which of the four faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) bold: bool,
    pub(super) italic: bool,
}

impl Look {
    fn index(self) -> usize {
        usize::from(self.bold) + 2 * usize::from(self.italic)
    }
}

impl Fonts {
    /// The best family of the system's fonts. Reads every font's names: keep what it gives.
    ///
    /// # Errors
    ///
    /// Where no serif family with Vietnamese letters is installed, or its files cannot be read.
    pub fn of_system() -> Result<Self, Error> {
        let mut database = Database::new();
        database.load_system_fonts();
        Self::choose(&database, "the system's fonts")
    }

    /// The best family among the fonts of a folder and those under it.
    ///
    /// # Errors
    ///
    /// Where no serif family with Vietnamese letters lies there, or its files cannot be read.
    pub fn of_folder(folder: &Path) -> Result<Self, Error> {
        let mut database = Database::new();
        database.load_fonts_dir(folder);
        Self::choose(&database, &folder.display().to_string())
    }

    fn choose(database: &Database, places: &str) -> Result<Self, Error> {
        let mut refused = None;
        for family in FAMILIES {
            match Self::of_family(database, family) {
                Ok(Some(fonts)) => return Ok(fonts),
                Ok(None) => {}
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| Error::NoFont { places: places.to_owned() }))
    }

    /// The four faces of a family, or `None` where it is not there or lacks letters.
    fn of_family(database: &Database, family: &str) -> Result<Option<Self>, Error> {
        let face = |bold, italic| Face::of_family(database, family, Look { bold, italic });
        let faces =
            (face(false, false)?, face(true, false)?, face(false, true)?, face(true, true)?);
        let (Some(plain), Some(bold), Some(italic), Some(both)) = faces else { return Ok(None) };
        Ok(Some(Self { faces: [plain, bold, italic, both] }))
    }

    /// The file of the upright face, for those who draw letters themselves.
    #[must_use]
    pub fn regular(&self) -> &[u8] {
        &self.faces[0].file
    }

    pub(super) fn face(&self, look: Look) -> &Face {
        &self.faces[look.index()]
    }
}

impl Face {
    /// The first of a family's files with that look that has the letters: an old and a new version
    /// of a family may both be installed.
    fn of_family(database: &Database, family: &str, look: Look) -> Result<Option<Self>, Error> {
        let weight = if look.bold { Weight::BOLD } else { Weight::NORMAL };
        let slant = if look.italic { Style::Italic } else { Style::Normal };
        let mut files: Vec<_> = database
            .faces()
            .filter(|face| face.families.iter().any(|(name, _)| name == family))
            .filter(|face| (face.weight, face.style) == (weight, slant))
            .filter_map(|face| match &face.source {
                Source::File(path) => Some((path.clone(), face.index)),
                _ => None,
            })
            .collect();
        files.sort();
        for (path, index) in files {
            let face = Self::read(path, index)?;
            if face.writes_vietnamese() {
                return Ok(Some(face));
            }
        }
        Ok(None)
    }

    fn read(path: PathBuf, index: u32) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Font { path: path.clone(), reason };
        let data = fs::read(&path).map_err(|error| refuse(error.to_string()))?;
        let letters = FontRef::from_index(&data, index)
            .map(|font| measure(&font))
            .map_err(|error| refuse(error.to_string()))?;
        let file = Arc::new(data.clone());
        let font = Font::new(data.into(), index)
            .ok_or_else(|| refuse("it holds no outlines of OpenType".to_owned()))?;
        Ok(Self { letters: Arc::new(letters), font, file })
    }

    fn writes_vietnamese(&self) -> bool {
        LETTERS.chars().all(|letter| self.letters.contains_key(&letter))
    }

    /// The letter that is written for one, with its glyph and advance: itself, or a mark of
    /// question where the face lacks it.
    pub(super) fn write(&self, letter: char) -> (char, u32, f32) {
        let (written, found) = match self.letters.get(&letter) {
            Some(found) => (letter, Some(found)),
            None => (UNKNOWN, self.letters.get(&UNKNOWN)),
        };
        let (glyph, advance) = found.copied().unwrap_or((0, 0.5));
        (written, glyph, advance)
    }
}

fn measure(font: &FontRef<'_>) -> HashMap<char, (u32, f32)> {
    let place = LocationRef::default();
    let em = f32::from(font.metrics(Size::unscaled(), place).units_per_em.max(1));
    let widths = font.glyph_metrics(Size::unscaled(), place);
    let letters = font.charmap();
    let letters = letters.mappings().filter(|(_, glyph)| glyph.to_u32() != 0);
    letters
        .filter_map(|(code, glyph)| {
            let advance = widths.advance_width(glyph).unwrap_or_default() / em;
            Some((char::from_u32(code)?, (glyph.to_u32(), advance)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_fonts_is_an_error_that_says_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let Err(error) = Fonts::of_folder(folder.path()) else { panic!("there is no font") };
        let message = error.to_string();
        assert!(message.contains("fonts-croscore"), "{message}");
        assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
    }

    #[test]
    fn a_file_that_is_no_font_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Broken.ttf"), b"\0\x01\0\0 not a font").unwrap();
        assert!(matches!(Fonts::of_folder(folder.path()), Err(Error::NoFont { .. })));
    }
}
