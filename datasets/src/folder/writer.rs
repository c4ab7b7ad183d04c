//! The writer: stages files, publishes them all or none.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use city::{Layer, LayerId, Title, layer::Content};
use tempfile::TempDir;

use super::{FolderError, LAYERS, Lock, STAGING, lock};
use crate::{Catalog, catalog::CatalogError, fsync, sha256_of};

/// A layer to publish: its description, and the staged file that becomes its own.
#[derive(Debug, Clone)]
pub struct NewLayer {
    /// The description. [`Layer::file`] and [`Layer::checksum`] are filled in by the publish.
    pub layer: Layer,
    /// The finished file, on the folder's file system: write it into [`Writer::staging`].
    pub staged: PathBuf,
}

/// The one writer of a data folder.
///
/// Nothing that a reader sees changes before [`publish`](Self::publish), and a publish that fails
/// undoes itself. A writer that is dropped leaves no staged file behind, nor a folder that it made
/// and published nothing into.
///
/// ```no_run
/// use city::Title;
/// use datasets::Writer;
/// # fn layers(staging: &std::path::Path) -> Vec<datasets::NewLayer> { vec![] }
/// let mut writer = Writer::lock("data".as_ref())?;
/// writer.describe(Title::new("Tam Kỳ (dữ liệu tổng hợp)", "Tam Ky (synthetic)"), true);
/// let layers = layers(writer.staging());
/// writer.publish(layers)?;
/// # Ok::<(), datasets::folder::FolderError>(())
/// ```
#[derive(Debug)]
pub struct Writer {
    dir: PathBuf,
    /// What the folder says now; `None` before its first publish.
    published: Option<Catalog>,
    /// What it is to say next, apart from the layers of the publish itself.
    draft: Catalog,
    made_dir: bool,
    staging: Option<TempDir>,
    lock: Option<Lock>,
}

impl Writer {
    /// Takes a folder for writing, making it when it is not there.
    ///
    /// # Errors
    /// [`FolderError::Lock`] when somebody else writes; [`FolderError::Catalog`] when the folder's
    /// catalogue does not hold.
    pub fn lock(dir: &Path) -> Result<Self, FolderError> {
        Self::lock_within(dir, Duration::ZERO)
    }

    /// As [`lock`](Self::lock), waiting for another writer up to a time.
    ///
    /// # Errors
    /// As [`lock`](Self::lock).
    pub fn lock_within(dir: &Path, at_most: Duration) -> Result<Self, FolderError> {
        let made_dir = !dir.exists();
        fs::create_dir_all(dir).map_err(FolderError::io("make", dir))?;
        let lock = Lock::wait(dir, at_most)?;
        let published = match Catalog::load(dir) {
            Ok(catalog) => Some(catalog),
            Err(CatalogError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let staging = make_staging(&dir.join(STAGING))?;
        let draft = published.clone().unwrap_or_else(|| Catalog::new(title_of(dir)));
        let (staging, lock) = (Some(staging), Some(lock));
        Ok(Self { dir: dir.to_owned(), published, draft, made_dir, staging, lock })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the folder publishes now; `None` before its first publish.
    pub fn published(&self) -> Option<&Catalog> {
        self.published.as_ref()
    }

    /// A folder of this writer's own for files in the making.
    pub fn staging(&self) -> &Path {
        self.staging.as_ref().map_or(&self.dir, |staging| staging.path())
    }

    /// Names the folder, from the next publish on.
    pub fn describe(&mut self, title: Title, synthetic: bool) {
        self.draft.title = title;
        self.draft.synthetic = synthetic;
    }

    /// Says which province the folder describes (a code of `communes`), from the next publish on.
    pub fn set_province(&mut self, code: Option<String>) {
        self.draft.province = code;
    }

    /// Takes a layer out of the catalogue, from the next publish on.
    ///
    /// # Errors
    /// [`FolderError::NoLayer`].
    pub fn remove(&mut self, id: &LayerId) -> Result<(), FolderError> {
        let before = self.draft.layers.len();
        self.draft.layers.retain(|layer| layer.id != *id);
        if self.draft.layers.len() == before {
            return Err(FolderError::NoLayer(id.clone()));
        }
        Ok(())
    }

    /// Publishes layers, all or none, and returns the new catalogue.
    ///
    /// Each staged file moves to `layers/ID.CHECKSUM8.EXT`; the catalogue is replaced last. Then
    /// files go that neither this catalogue nor the one before names.
    ///
    /// # Errors
    /// [`FolderError`]; the folder is then as it was.
    pub fn publish(&mut self, new: Vec<NewLayer>) -> Result<&Catalog, FolderError> {
        let mut next = self.draft.clone();
        let mut ids = BTreeSet::new();
        let mut moved = Moved::default();
        for NewLayer { mut layer, staged } in new {
            if !ids.insert(layer.id.clone()) {
                return Err(FolderError::Twice(layer.id));
            }
            (layer.file, layer.checksum) = self.move_in(&layer, &staged, &mut moved)?;
            next.upsert(layer);
        }
        let layers = self.dir.join(LAYERS);
        if layers.exists() {
            fsync::sync_dir(&layers).map_err(FolderError::io("write", &layers))?;
        }
        next.save(&self.dir)?;
        moved.keep();
        self.draft = next.clone();
        let before = self.published.replace(next);
        // The publish is done; what can't be removed now is tried again by the next one.
        let _ = self.remove_unnamed(before.as_ref());
        Ok(&self.draft)
    }

    /// Moves one staged file to its published name; returns that name and the checksum.
    fn move_in(
        &self,
        layer: &Layer,
        staged: &Path,
        moved: &mut Moved,
    ) -> Result<(String, String), FolderError> {
        let checksum = sha256_of(staged).map_err(FolderError::io("read", staged))?;
        let extension = match layer.content {
            Content::Vector { .. } => "fgb",
            Content::Raster { .. } => "tif",
        };
        let name = format!("{LAYERS}/{}.{}.{extension}", layer.id, &checksum[..8]);
        let target = self.dir.join(&name);
        if sha256_of(&target).is_ok_and(|present| present == checksum) {
            return Ok((name, checksum));
        }
        let layers = self.dir.join(LAYERS);
        if !layers.exists() {
            fs::create_dir(&layers).map_err(FolderError::io("make", &layers))?;
            moved.made_dir = Some(layers);
        }
        fs::File::open(staged)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(staged, &target))
            .map_err(FolderError::io("publish", staged))?;
        moved.files.push(target);
        Ok((name, checksum))
    }

    /// Removes published files that no catalogue names: neither this one nor the one before.
    fn remove_unnamed(&self, before: Option<&Catalog>) -> io::Result<()> {
        let catalogs = self.published.iter().chain(before);
        let named: BTreeSet<PathBuf> = catalogs
            .flat_map(|catalog| &catalog.layers)
            .map(|layer| self.dir.join(&layer.file))
            .collect();
        for entry in fs::read_dir(self.dir.join(LAYERS))? {
            let path = entry?.path();
            if path.is_file() && !named.contains(&path) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.staging = None;
        // Each removal fails by itself when there is something left inside, which then stays.
        let _ = fs::remove_dir(self.dir.join(STAGING));
        if self.made_dir && self.published.is_none() {
            let _ = fs::remove_file(self.dir.join(lock::FILE_NAME));
            let _ = fs::remove_dir(&self.dir);
        }
        self.lock = None;
    }
}

/// Files that a publish has moved in; removed again unless the publish comes to its end.
#[derive(Debug, Default)]
struct Moved {
    files: Vec<PathBuf>,
    made_dir: Option<PathBuf>,
}

impl Moved {
    fn keep(mut self) {
        self.files.clear();
        self.made_dir = None;
    }
}

impl Drop for Moved {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        if let Some(dir) = &self.made_dir {
            let _ = fs::remove_dir(dir);
        }
    }
}

/// A fresh staging folder; what earlier writers left there is nobody's, since we hold the lock.
fn make_staging(dir: &Path) -> Result<TempDir, FolderError> {
    if dir.exists() {
        fs::remove_dir_all(dir).map_err(FolderError::io("clear", dir))?;
    }
    fs::create_dir_all(dir).map_err(FolderError::io("make", dir))?;
    TempDir::with_prefix_in("job-", dir).map_err(FolderError::io("make", dir))
}

/// A first title for a folder that nobody has named yet.
fn title_of(dir: &Path) -> Title {
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Title::new(name.clone(), name)
}

#[cfg(test)]
mod tests;
