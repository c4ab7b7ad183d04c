//! The code lists as they stand in the data folder now.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use arc_swap::ArcSwap;
use datasets::codelists::{CodeListError, CodeLists};

use crate::{error::chain, http::etag::ETag};

/// The lists at one moment, with a tag of all that they say.
#[derive(Debug)]
pub struct Shelf {
    /// The lists.
    pub lists: CodeLists,
    /// Other lists, other tag: for answers that show what codes mean.
    pub tag: ETag,
}

impl Shelf {
    fn of(lists: CodeLists) -> Self {
        let texts = lists.iter().map(|list| serde_json::to_string(list).unwrap_or_default());
        let texts: Vec<String> = texts.collect();
        let tag = ETag::of(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        Self { lists, tag }
    }
}

/// What tells one state of the folder from the next: its files with their times and sizes.
type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Code lists that follow `codelists/*.toml` of the data folder.
#[derive(Debug)]
pub struct LiveCodeLists {
    data: PathBuf,
    now: ArcSwap<Shelf>,
    seen: Mutex<Stamp>,
}

impl LiveCodeLists {
    /// Reads the lists of a data folder.
    ///
    /// # Errors
    /// [`CodeListError`], naming file, line and key.
    pub fn open(data: &Path) -> Result<Self, CodeListError> {
        // Looked at first: what changes while it is read is read again.
        let seen = stamp(data);
        let now = ArcSwap::from_pointee(Shelf::of(CodeLists::load(data)?));
        Ok(Self { data: data.to_owned(), now, seen: Mutex::new(seen) })
    }

    /// The lists of the moment; what is answered from them is all of one moment.
    pub fn now(&self) -> Arc<Shelf> {
        self.now.load_full()
    }

    /// Reads the lists anew where their files have changed. Broken ones leave them as they were,
    /// and the log says why.
    pub fn refresh(&self) {
        let found = stamp(&self.data);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == found {
            return;
        }
        *seen = found;
        match CodeLists::load(&self.data) {
            Ok(lists) => {
                tracing::info!(lists = lists.iter().count(), "read the code lists anew");
                self.now.store(Arc::new(Shelf::of(lists)));
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "the code lists stay as they were");
            }
        }
    }
}

/// A folder that cannot be listed is one without lists, as for those who load it.
fn stamp(data: &Path) -> Stamp {
    let entries = fs::read_dir(data.join(datasets::folder::CODELISTS)).into_iter().flatten();
    let mut stamp: Stamp = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some((entry.path(), metadata.modified().ok(), metadata.len()))
        })
        .collect();
    stamp.sort();
    stamp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(data: &Path, text: &str) {
        let folder = data.join(datasets::folder::CODELISTS);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("colours.toml"), text).unwrap();
    }

    fn titles(live: &LiveCodeLists) -> Vec<String> {
        let shelf = live.now();
        let list = shelf.lists.get("colours");
        list.map(|list| list.codes.iter().map(|code| code.title.vi.clone()).collect())
            .unwrap_or_default()
    }

    const RED: &str = "id = \"colours\"\nsource = \"test\"\ntitle = {vi = \"Màu\", en = \"Colours\"}\n\
                       [[codes]]\ncode = \"R\"\ntitle = {vi = \"Đỏ\", en = \"Red\"}\n";

    #[test]
    fn lists_follow_their_files_and_broken_ones_leave_them_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let live = LiveCodeLists::open(dir.path()).unwrap();
        assert!(titles(&live).is_empty());
        let first = live.now().tag.clone();
        write(dir.path(), RED);
        live.refresh();
        assert_eq!(titles(&live), ["Đỏ"]);
        assert_ne!(live.now().tag, first);
        write(dir.path(), "id = ");
        live.refresh();
        assert_eq!(titles(&live), ["Đỏ"]);
        fs::remove_file(dir.path().join("codelists/colours.toml")).unwrap();
        live.refresh();
        assert!(titles(&live).is_empty());
        assert_eq!(live.now().tag, first);
    }
}
