//! Views that somebody wants to come back to, by name.

use serde::{Deserialize, Serialize};

use crate::camera;

/// A view by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bookmark {
    /// What it is called.
    pub name: String,
    /// From where one looks, and when.
    pub view: camera::View,
}

/// Bookmarks, kept in a file where there is one: `{"bookmarks": [{"name": "Cầu", "view": {…}}]}`. On a page they
/// last as long as the page.
#[derive(Debug, Default)]
pub struct Bookmarks {
    all: Vec<Bookmark>,
    #[cfg(not(target_arch = "wasm32"))]
    file: Option<std::path::PathBuf>,
}

#[cfg(not(target_arch = "wasm32"))]
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    bookmarks: Vec<Bookmark>,
}

impl Bookmarks {
    /// All of them, in the order in which they were added.
    pub fn all(&self) -> &[Bookmark] {
        &self.all
    }

    fn put(&mut self, name: &str, view: camera::View) {
        let name = name.trim().to_owned();
        match self.all.iter_mut().find(|it| it.name == name) {
            Some(known) => known.view = view,
            None => self.all.push(Bookmark { name, view }),
        }
    }
}

#[cfg(target_arch = "wasm32")]
impl Bookmarks {
    /// Adds a view, or gives a known name another one.
    ///
    /// # Errors
    /// None on a page.
    pub fn add(&mut self, name: &str, view: camera::View) -> Result<(), crate::TwinError> {
        self.put(name, view);
        Ok(())
    }

    /// Removes one.
    ///
    /// # Errors
    /// None on a page.
    pub fn remove(&mut self, name: &str) -> Result<(), crate::TwinError> {
        self.all.retain(|it| it.name != name);
        Ok(())
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod kept {
    use std::{
        env, fs, io,
        path::{Path, PathBuf},
    };

    use super::{Bookmarks, Document};
    use crate::{TwinError, camera};

    /// Where a person's bookmarks lie: `dothi/bookmarks.json` in the folder for configurations; `None` where the
    /// system names none.
    pub fn file_of_person() -> Option<PathBuf> {
        let folder =
            |name: &str| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
        let config = folder("XDG_CONFIG_HOME")
            .or_else(|| folder("APPDATA"))
            .or_else(|| Some(folder("HOME")?.join(".config")))?;
        Some(config.join("dothi").join("bookmarks.json"))
    }

    impl Bookmarks {
        /// Those of a file; none yet where there is no such file.
        ///
        /// # Errors
        /// [`TwinError::File`], and [`TwinError::Ask`] where the file reads otherwise: it is left as it is.
        pub fn open(file: &Path) -> Result<Self, TwinError> {
            let all = match fs::read_to_string(file) {
                Ok(text) => {
                    let document: Result<Document, _> = serde_path_to_error::deserialize(
                        &mut serde_json::Deserializer::from_str(&text),
                    );
                    let document = document.map_err(|error| {
                        let advice = "mend the file, or move it away";
                        TwinError::Ask(format!(
                            "{}: no bookmarks ({error}); {advice}",
                            file.display()
                        ))
                    });
                    document?.bookmarks
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                Err(error) => return Err(TwinError::file(file)(error)),
            };
            Ok(Self { all, file: Some(file.to_owned()) })
        }

        /// Adds a view, or gives a known name another one, and writes the file.
        ///
        /// # Errors
        /// [`TwinError::File`]; then nothing is added.
        pub fn add(&mut self, name: &str, view: camera::View) -> Result<(), TwinError> {
            let before = self.all.clone();
            self.put(name, view);
            self.write_or(before)
        }

        /// Removes one, and writes the file.
        ///
        /// # Errors
        /// [`TwinError::File`]; then nothing is removed.
        pub fn remove(&mut self, name: &str) -> Result<(), TwinError> {
            let before = self.all.clone();
            self.all.retain(|it| it.name != name);
            self.write_or(before)
        }

        fn write_or(&mut self, before: Vec<super::Bookmark>) -> Result<(), TwinError> {
            let written = self.write();
            if written.is_err() {
                self.all = before;
            }
            written
        }

        /// Writes a new file and puts it in the old one's place, so that none is ever half written.
        fn write(&self) -> Result<(), TwinError> {
            let Some(file) = &self.file else { return Ok(()) };
            let document = Document { bookmarks: self.all.clone() };
            let text = serde_json::to_string_pretty(&document)
                .map_err(|error| TwinError::file(file)(io::Error::other(error)))?;
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).map_err(TwinError::file(folder))?;
            }
            let new = file.with_extension("json.new");
            fs::write(&new, text).map_err(TwinError::file(&new))?;
            fs::rename(&new, file).map_err(TwinError::file(file))
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use kept::file_of_person;
