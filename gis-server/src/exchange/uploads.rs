//! Files that editors sent and that wait to be imported: each in a folder of its own, for a day.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

/// Name of the folder in the data folder.
const FOLDER: &str = "uploads";
/// Name of what is known of an upload.
const ABOUT: &str = "upload.json";
/// Folder of the file in that of its upload.
const FILE: &str = "file";
/// How long a file waits.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Files of one person that wait at most.
pub const MOST: usize = 5;
/// Letters of a name.
const LETTERS: usize = 80;

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Names it.
    pub id: String,
    /// Name of the file.
    pub name: String,
    /// Who sent it.
    pub owner: String,
    /// Its size.
    pub bytes: u64,
}

/// A file that is being received. Dropped before it is [`kept`](Self::keep), it is removed.
#[derive(Debug)]
pub struct Receiving {
    folder: tempfile::TempDir,
    about: Upload,
}

/// A name as a file of ours may have it; none where nothing is left of it, or it has no extension.
///
/// ```
/// use gis_server::exchange::uploads::plain_name;
/// assert_eq!(plain_name("../../Thửa đất.zip"), Some("Thửa đất.zip".to_owned()));
/// assert_eq!(plain_name(".hidden"), None);
/// ```
#[must_use]
pub fn plain_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_good = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')');
    let plain: String = last.chars().filter(is_good).collect();
    let plain = plain.trim().trim_start_matches(['.', '-']).to_owned();
    let (stem, extension) = plain.rsplit_once('.')?;
    let is_plain = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    let stem: String = stem.chars().take(LETTERS).collect();
    (is_plain && !stem.is_empty()).then(|| format!("{}.{extension}", stem.trim_end()))
}

/// Begins to receive a file.
///
/// # Errors
/// When its folder cannot be made; `Ok(None)` when enough files of its owner wait.
pub fn receive(data: &Path, name: String, owner: &str) -> io::Result<Option<Receiving>> {
    let root = data.join(FOLDER);
    fs::create_dir_all(&root)?;
    let mut own = 0;
    for entry in fs::read_dir(&root)?.flatten() {
        let path = entry.path();
        let changed = entry.metadata().and_then(|about| about.modified());
        let age = changed.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        if age.is_some_and(|age| age > KEPT) {
            // Another request may be removing it as well.
            let _ = fs::remove_dir_all(&path);
        } else if about_in(&path).is_some_and(|about| about.owner == owner) {
            own += 1;
        }
    }
    if own >= MOST {
        return Ok(None);
    }
    let folder = tempfile::Builder::new().prefix("u").rand_bytes(20).tempdir_in(&root)?;
    fs::create_dir(folder.path().join(FILE))?;
    let id = folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let about = Upload { id, name, owner: owner.to_owned(), bytes: 0 };
    Ok(Some(Receiving { folder, about }))
}

impl Receiving {
    /// Where its bytes go.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(FILE).join(&self.about.name)
    }

    /// The file is whole: it waits from now on.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn keep(mut self, bytes: u64) -> io::Result<Upload> {
        self.about.bytes = bytes;
        let text = serde_json::to_vec(&self.about)?;
        fs::write(self.folder.path().join(ABOUT), text)?;
        let _ = self.folder.keep();
        Ok(self.about)
    }
}

/// An upload of somebody.
#[must_use]
pub fn find(data: &Path, id: &str, owner: &str) -> Option<Upload> {
    let is_id = id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    let about = is_id.then(|| about_in(&data.join(FOLDER).join(id))).flatten();
    about.filter(|about| about.owner == owner && about.id == id)
}

/// Moves the folder of an upload to another place; the file in it.
///
/// # Errors
/// When it is not there any more.
pub fn take(data: &Path, upload: &Upload, to: &Path) -> io::Result<PathBuf> {
    fs::rename(data.join(FOLDER).join(&upload.id), to)?;
    Ok(file_in(to, upload))
}

/// The file in the folder of an upload.
#[must_use]
pub fn file_in(folder: &Path, upload: &Upload) -> PathBuf {
    folder.join(FILE).join(&upload.name)
}

/// Removes an upload.
///
/// # Errors
/// When it is not there any more.
pub fn remove(data: &Path, upload: &Upload) -> io::Result<()> {
    fs::remove_dir_all(data.join(FOLDER).join(&upload.id))
}

/// What is known of the upload in a folder.
pub(super) fn about_in(folder: &Path) -> Option<Upload> {
    serde_json::from_slice(&fs::read(folder.join(ABOUT)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_found_by_its_owner_alone_and_goes_when_it_is_taken() {
        let data = tempfile::tempdir().unwrap();
        let receiving = receive(data.path(), "a.gpkg".into(), "lan").unwrap().unwrap();
        fs::write(receiving.path(), "x").unwrap();
        let upload = receiving.keep(1).unwrap();
        assert_eq!(find(data.path(), &upload.id, "lan"), Some(upload.clone()));
        assert_eq!(find(data.path(), &upload.id, "minh"), None);
        assert_eq!(find(data.path(), "../uploads", "lan"), None);
        let file = take(data.path(), &upload, &data.path().join("job")).unwrap();
        assert_eq!(fs::read(file).unwrap(), b"x");
        assert_eq!(find(data.path(), &upload.id, "lan"), None);
    }

    #[test]
    fn what_was_not_received_whole_is_gone_and_nobody_has_many() {
        let data = tempfile::tempdir().unwrap();
        drop(receive(data.path(), "a.gpkg".into(), "lan").unwrap());
        assert_eq!(fs::read_dir(data.path().join(FOLDER)).unwrap().count(), 0);
        for _ in 0..MOST {
            let receiving = receive(data.path(), "a.gpkg".into(), "lan").unwrap().unwrap();
            receiving.keep(0).unwrap();
        }
        assert!(receive(data.path(), "a.gpkg".into(), "lan").unwrap().is_none());
        assert!(receive(data.path(), "a.gpkg".into(), "minh").unwrap().is_some());
    }
}
