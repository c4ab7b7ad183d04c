//! The catalogue of a data folder: `catalog.toml`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use city::{Layer, LayerId, Role, Title};
use serde::{Deserialize, Serialize};

use crate::fsync;

/// Name of the catalogue's file in its folder.
pub const FILE_NAME: &str = "catalog.toml";

/// The format that this program writes.
pub const FORMAT: u32 = 1;

/// Turns a document of one format into the next.
type Migration = fn(toml::Table) -> toml::Table;

/// Migrations, by position: the first turns format 1 into format 2. Format 1 is the present one,
/// so there is none yet.
const MIGRATIONS: &[Migration] = &[];

/// Why a catalogue could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The catalogue.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder has no catalogue.
    #[error(
        "{} has no {FILE_NAME}: it is no data folder yet. Make one with `datasets generate --into` or `datasets import --into`",
        dir.display()
    )]
    Missing {
        /// The folder.
        dir: PathBuf,
    },
    /// The text is no TOML, or a key is missing, unknown or of the wrong type.
    #[error("{} is not a valid catalogue: {message}", path.display())]
    Invalid {
        /// The catalogue.
        path: PathBuf,
        /// Line, key and what was expected.
        message: String,
    },
    /// A format of a later program.
    #[error(
        "{} has format {found}; this program reads formats 1 to {FORMAT}: use a newer program",
        path.display()
    )]
    Format {
        /// The catalogue.
        path: PathBuf,
        /// The format it states.
        found: i64,
    },
    /// Two layers with one identifier, or one file for two layers.
    #[error("{} names '{what}' twice", path.display())]
    Duplicate {
        /// The catalogue.
        path: PathBuf,
        /// The identifier or the file.
        what: String,
    },
    /// A published file outside the folder.
    #[error(
        "layer '{layer}' names the file '{file}': it must be a relative path inside the folder"
    )]
    FileName {
        /// The layer.
        layer: LayerId,
        /// Its file, as stated.
        file: String,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The catalogue.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Everything a data folder publishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Version of this document's shape.
    pub format: u32,
    /// Name of the city or province.
    pub title: Title,
    /// Whether the folder as a whole was generated and describes no real place.
    #[serde(default)]
    pub synthetic: bool,
    /// Code of the province in the code list `communes`, such as `48`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// The layers, in the order in which they were first published.
    #[serde(default, rename = "layer")]
    pub layers: Vec<Layer>,
}

impl Catalog {
    /// A catalogue without layers.
    pub fn new(title: Title) -> Self {
        Self { format: FORMAT, title, synthetic: false, province: None, layers: Vec::new() }
    }

    /// Reads the catalogue of a folder, bringing an older format up to the present one.
    ///
    /// # Errors
    /// [`CatalogError`], naming file, line and key.
    pub fn load(dir: &Path) -> Result<Self, CatalogError> {
        let path = dir.join(FILE_NAME);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                Err(CatalogError::Missing { dir: dir.to_owned() })
            }
            Err(source) => Err(CatalogError::Read { path, source }),
        }
    }

    /// Reads a catalogue from its text; `path` serves messages alone.
    ///
    /// # Errors
    /// [`CatalogError`], naming file, line and key.
    pub fn parse(text: &str, path: &Path) -> Result<Self, CatalogError> {
        let invalid = |message: String| CatalogError::Invalid { path: path.to_owned(), message };
        let table: toml::Table = toml::from_str(text).map_err(|e| invalid(e.to_string()))?;
        let found = match table.get("format") {
            Some(toml::Value::Integer(format)) => *format,
            Some(_) => return Err(invalid("key 'format' must be a whole number".into())),
            None => return Err(invalid("key 'format' is missing: write `format = 1`".into())),
        };
        let format = u32::try_from(found).ok().filter(|f| (1..=FORMAT).contains(f));
        let format = format.ok_or(CatalogError::Format { path: path.to_owned(), found })?;
        let catalog: Self = if format == FORMAT {
            toml::from_str(text).map_err(|e| invalid(e.to_string()))?
        } else {
            let done = format as usize - 1;
            let table = MIGRATIONS.iter().skip(done).fold(table, |table, step| step(table));
            table.try_into().map_err(|e: toml::de::Error| invalid(e.to_string()))?
        };
        catalog.validate(path)?;
        Ok(catalog)
    }

    /// Writes the catalogue into a folder: a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn save(&self, dir: &Path) -> Result<(), CatalogError> {
        let path = dir.join(FILE_NAME);
        self.validate(&path)?;
        let text = self.to_toml(&path)?;
        fsync::replace(&path, text.as_bytes())
            .map_err(|source| CatalogError::Write { path, source })
    }

    /// The layer with this identifier.
    pub fn layer(&self, id: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.id.as_str() == id)
    }

    /// The layers that play a role.
    pub fn layers_of(&self, role: Role) -> impl Iterator<Item = &Layer> {
        self.layers.iter().filter(move |layer| layer.role == role)
    }

    /// Puts a layer in the place of the one with its identifier, or last.
    pub fn upsert(&mut self, layer: Layer) {
        match self.layers.iter_mut().find(|old| old.id == layer.id) {
            Some(old) => *old = layer,
            None => self.layers.push(layer),
        }
    }

    fn to_toml(&self, path: &Path) -> Result<String, CatalogError> {
        let head = "# Written by `datasets`. Titles, style, access and row rules may be edited by hand;\n\
                    # `datasets check` says whether the result holds.\n";
        let body = toml::to_string(self).map_err(|error| CatalogError::Invalid {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        Ok(format!("{head}{body}"))
    }

    fn validate(&self, path: &Path) -> Result<(), CatalogError> {
        for (i, layer) in self.layers.iter().enumerate() {
            let earlier = &self.layers[..i];
            let twice = |what: &str| CatalogError::Duplicate {
                path: path.to_owned(),
                what: what.to_owned(),
            };
            if earlier.iter().any(|other| other.id == layer.id) {
                return Err(twice(layer.id.as_str()));
            }
            if earlier.iter().any(|other| other.file == layer.file) {
                return Err(twice(&layer.file));
            }
            if !is_inside(&layer.file) {
                let (layer, file) = (layer.id.clone(), layer.file.clone());
                return Err(CatalogError::FileName { layer, file });
            }
        }
        Ok(())
    }
}

/// Whether a relative path stays inside the folder that it is joined to.
fn is_inside(file: &str) -> bool {
    let mut parts = Path::new(file).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, std::path::Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Catalog, String> {
        Catalog::parse(text, Path::new("catalog.toml")).map_err(|e| e.to_string())
    }

    const HEAD: &str = "format = 1\ntitle = { vi = \"Tam Kỳ\", en = \"Tam Ky\" }\n";
    const LAYER: &str = r#"
        [[layer]]
        id = "wells"
        title = { vi = "Giếng", en = "Wells" }
        theme = "base"
        role = "other"
        zoom = [10, 22]
        file = "layers/wells.0123abcd.fgb"
        checksum = "00"
        bbox = [108, 15.5, 108.5, 16]
        source_crs = "EPSG:5899"
        source = "Sở Xây dựng"
        licence = "nội bộ"
        attribution = "© Sở Xây dựng"
        lineage = ""
        published = "2026-01-01T00:00:00Z"
        [layer.content]
        kind = "vector"
        geometry = "point"
        features = 3
        id_column = "_fid"
        schema = [{ name = "depth", type = "real", title = { vi = "Sâu", en = "Depth" }, unit = "m" }]
    "#;

    #[test]
    fn a_catalogue_survives_writing_and_reading() {
        let dir = tempfile::tempdir().unwrap();
        let catalog = parse(&format!("{HEAD}{LAYER}")).unwrap();
        assert_eq!(catalog.layer("wells").unwrap().title.vi, "Giếng");
        catalog.save(dir.path()).unwrap();
        assert_eq!(Catalog::load(dir.path()).unwrap(), catalog);
    }

    #[test]
    fn a_later_format_is_refused_by_name() {
        let error = parse("format = 7\n").unwrap_err();
        assert!(error.contains("format 7") && error.contains("newer program"), "{error}");
        assert!(parse("title = 1").unwrap_err().contains("format = 1"));
    }

    #[test]
    fn an_unknown_key_is_reported_with_its_line() {
        let error = parse(&format!("{HEAD}colour = 3\n")).unwrap_err();
        assert!(error.contains("line 3") && error.contains("colour"), "{error}");
    }

    #[test]
    fn two_layers_with_one_id_are_refused() {
        let error = parse(&format!("{HEAD}{LAYER}{LAYER}")).unwrap_err();
        assert!(error.contains("'wells' twice"), "{error}");
    }

    #[test]
    fn a_file_outside_the_folder_is_refused() {
        for file in ["../wells.fgb", "/etc/passwd", ""] {
            let text = format!("{HEAD}{LAYER}").replace("layers/wells.0123abcd.fgb", file);
            assert!(parse(&text).unwrap_err().contains("inside the folder"), "{file}");
        }
    }
}
