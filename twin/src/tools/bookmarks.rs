//! Views that somebody wants to come back to, by name; one after the other, with a text each, they tell a story.

use serde::{Deserialize, Serialize};

use crate::{TwinError, camera};

/// A view by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bookmark {
    /// What it is called.
    pub name: String,
    /// What is to be told there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// From where one looks, and when; the weather, what is hidden, and what is cut.
    pub view: camera::View,
    /// The flood run that is shown, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flood: Option<RunHour>,
}

/// A flood run at one of its hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunHour {
    /// Its name: the folder's, or the job's number.
    pub run: String,
    /// Hours since it began.
    pub hours: f64,
}

/// Bookmarks, kept in a file or by the browser, where there is one:
/// `{"bookmarks": [{"name": "Cầu", "text": "…", "view": {…}}]}`.
#[derive(Debug, Default)]
pub struct Bookmarks {
    all: Vec<Bookmark>,
    keeper: Option<Keeper>,
}

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

    /// Adds one, or puts it in the place of the one of its name, and keeps it.
    ///
    /// # Errors
    /// Where it cannot be kept; then nothing is added.
    pub fn add(&mut self, mut bookmark: Bookmark) -> Result<(), TwinError> {
        let before = self.all.clone();
        bookmark.name = bookmark.name.trim().to_owned();
        bookmark.text = bookmark.text.trim().to_owned();
        match self.all.iter_mut().find(|it| it.name == bookmark.name) {
            Some(known) => *known = bookmark,
            None => self.all.push(bookmark),
        }
        self.keep_or(before)
    }

    /// Removes one, and keeps the others.
    ///
    /// # Errors
    /// Where they cannot be kept; then nothing is removed.
    pub fn remove(&mut self, name: &str) -> Result<(), TwinError> {
        let before = self.all.clone();
        self.all.retain(|it| it.name != name);
        self.keep_or(before)
    }

    fn keep_or(&mut self, before: Vec<Bookmark>) -> Result<(), TwinError> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let document = Document { bookmarks: self.all.clone() };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| TwinError::Ask(error.to_string()));
        let kept = text.and_then(|text| keeper.write(&text));
        if kept.is_err() {
            self.all = before;
        }
        kept
    }

    /// Reads what was kept; none yet where nothing was.
    fn of(keeper: Keeper) -> Result<Self, TwinError> {
        let all = match keeper.read()? {
            Some(text) => {
                let read = &mut serde_json::Deserializer::from_str(&text);
                let document: Result<Document, _> = serde_path_to_error::deserialize(read);
                let wrong = |error| {
                    let what = format!("{}: no bookmarks ({error})", keeper.name());
                    TwinError::Ask(format!("{what}; mend the file, or move it away"))
                };
                document.map_err(wrong)?.bookmarks
            }
            None => Vec::new(),
        };
        Ok(Self { all, keeper: Some(keeper) })
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod keeper {
    use std::{
        env, fs, io,
        path::{Path, PathBuf},
    };

    use super::Bookmarks;
    use crate::TwinError;

    /// A file.
    #[derive(Debug)]
    pub(super) struct Keeper(PathBuf);

    impl Keeper {
        pub(super) fn name(&self) -> String {
            self.0.display().to_string()
        }

        pub(super) fn read(&self) -> Result<Option<String>, TwinError> {
            match fs::read_to_string(&self.0) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(TwinError::file(&self.0)(error)),
            }
        }

        /// Writes a new file and puts it in the old one's place, so that none is ever half written.
        pub(super) fn write(&self, text: &str) -> Result<(), TwinError> {
            if let Some(folder) = self.0.parent() {
                fs::create_dir_all(folder).map_err(TwinError::file(folder))?;
            }
            let new = self.0.with_extension("json.new");
            fs::write(&new, text).map_err(TwinError::file(&new))?;
            fs::rename(&new, &self.0).map_err(TwinError::file(&self.0))
        }
    }

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
            Self::of(Keeper(file.to_owned()))
        }

        /// A person's own; kept nowhere where the system names no place.
        ///
        /// # Errors
        /// As [`Self::open`].
        pub fn of_person() -> Result<Self, TwinError> {
            file_of_person().map_or_else(|| Ok(Self::default()), |file| Self::open(&file))
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod keeper {
    use super::Bookmarks;
    use crate::TwinError;

    /// Under this key a browser keeps them for the page's origin.
    const KEY: &str = "dothi.bookmarks";

    /// The browser.
    #[derive(Debug)]
    pub(super) struct Keeper;

    fn storage() -> Option<web_sys::Storage> {
        web_sys::window()?.local_storage().ok()?
    }

    impl Keeper {
        pub(super) fn name(&self) -> String {
            KEY.to_owned()
        }

        pub(super) fn read(&self) -> Result<Option<String>, TwinError> {
            Ok(storage().and_then(|storage| storage.get_item(KEY).ok()?))
        }

        pub(super) fn write(&self, text: &str) -> Result<(), TwinError> {
            let kept = storage().and_then(|storage| storage.set_item(KEY, text).ok());
            let full = "the browser keeps nothing for this page: let it store data, or make room";
            kept.ok_or_else(|| TwinError::Ask(full.into()))
        }
    }

    impl Bookmarks {
        /// A person's own, as the browser keeps them for this page.
        ///
        /// # Errors
        /// [`TwinError::Ask`] where what is kept reads otherwise.
        pub fn of_person() -> Result<Self, TwinError> {
            Self::of(Keeper)
        }
    }
}

use keeper::Keeper;
#[cfg(not(target_arch = "wasm32"))]
pub use keeper::file_of_person;
