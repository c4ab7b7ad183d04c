//! Why the store could not do what was asked.

use std::{io, path::PathBuf};

use city::{FeatureId, LayerId, PropertyType};

/// Why the store could not do what was asked.
///
/// Every message can be shown to whoever asked: it names nothing that they may not see.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No such layer, or none that the viewer may see.
    #[error("there is no layer '{0}'")]
    UnknownLayer(String),
    /// No such feature, or none that the viewer may see.
    #[error("layer '{layer}' has no feature '{id}'")]
    UnknownFeature {
        /// The layer.
        layer: LayerId,
        /// The identifier asked for.
        id: FeatureId,
    },
    /// No such property, or none that the viewer may see.
    #[error("layer '{layer}' has no property '{property}'")]
    UnknownProperty {
        /// The layer.
        layer: LayerId,
        /// The property, as asked for.
        property: String,
    },
    /// A value that a property's type does not have.
    #[error("'{value}' is no value of '{property}', which is {}", kind_name(*kind))]
    BadValue {
        /// The property.
        property: String,
        /// Its type.
        kind: PropertyType,
        /// The text that was given.
        value: String,
    },
    /// A filter that looks at more than one request may.
    #[error(
        "the filter takes more than {steps} steps: narrow the request by bbox, or the filter by S_INTERSECTS or DWITHIN with a geometry"
    )]
    FilterTooCostly {
        /// How many steps are taken.
        steps: u64,
    },
    /// Whoever asked has gone, and the work was stopped.
    #[error("nobody waits for the answer any more")]
    NobodyWaits,
    /// The layer holds a grid, not features.
    #[error("layer '{0}' is a raster: it has no features to edit")]
    NotVector(LayerId),
    /// The viewer may read, not write.
    #[error("'{0}' may not edit: use a token with the role 'editor'")]
    MayNotWrite(String),
    /// A geometry that the layer does not take.
    #[error("the geometry does not fit layer '{layer}': {why}")]
    BadGeometry {
        /// The layer.
        layer: LayerId,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// A created feature whose identifier is taken, missing or contradicts its key column.
    #[error("'{id}' cannot be the new feature's id: {why}")]
    BadId {
        /// The identifier.
        id: String,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// Valid time that ends before it begins.
    #[error("valid time must begin before it ends")]
    BadValidTime,
    /// An edit that would put a feature out of its editor's own sight.
    #[error("with these values the feature would be of a class that you may not see")]
    OutOfSight,
    /// The feature is no longer what the editor saw.
    #[error("feature '{id}' has changed since: it is at version {current}")]
    Changed {
        /// The feature.
        id: FeatureId,
        /// Its present version.
        current: String,
    },
    /// No such change of a feature, or none that the viewer may see.
    #[error("feature '{id}' has no version {seq}")]
    UnknownVersion {
        /// The feature.
        id: FeatureId,
        /// The number asked for.
        seq: u64,
    },
    /// A change that is to be undone, and is not the feature's last.
    #[error("feature '{id}' was changed again since version {seq}: its last one is {last}")]
    NotTheLast {
        /// The feature.
        id: FeatureId,
        /// The change.
        seq: u64,
        /// The last one.
        last: u64,
    },
    /// No change of this number, or none that the viewer may see.
    #[error("there is no change {0}")]
    UnknownChange(u64),
    /// Changes that are to be undone together, of which the viewer may not see all.
    #[error("changes that were made together with it are of features that the caller may not see")]
    BatchOutOfSight,
    /// Changes that are to be undone together, where features were changed again since: which, and by which
    /// change last.
    #[error("{} feature(s) were changed again since: the first is '{}' of '{}', by change {}", .0.len(), .0[0].1, .0[0].0, .0[0].2)]
    ChangedSince(Vec<(LayerId, FeatureId, u64)>),
    /// A feature that is to be taken away, and is not there.
    #[error("feature '{0}' is deleted already")]
    DeletedAlready(FeatureId),
    /// A time before the store's own memory.
    #[error("layer '{layer}' was imported at {since}: what it held before is not recorded here")]
    BeforeRecords {
        /// The layer.
        layer: LayerId,
        /// When it was imported.
        since: city::Instant,
    },
    /// The store was opened in memory, or another server writes into its folder.
    #[error("this server cannot write edits: {0}")]
    ReadOnly(String),
    /// Edits that an import contradicts stand in the way of folding edits in.
    #[error(
        "layer '{layer}' has {count} edits that its last import contradicts: settle them first"
    )]
    Conflicts {
        /// The layer.
        layer: LayerId,
        /// How many.
        count: usize,
    },
    /// The layer was published anew while its edits were being folded in.
    #[error("layer '{0}' was published anew in the meantime: try again")]
    PublishedMeanwhile(LayerId),
    /// The folded layer could not be written.
    #[error("cannot write layer '{layer}': {source}")]
    Write {
        /// The layer.
        layer: LayerId,
        /// What was wrong.
        source: datasets::write::WriteError,
    },
    /// The catalogue could not be read.
    #[error(transparent)]
    Catalog(#[from] datasets::catalog::CatalogError),
    /// The folder could not be published into.
    #[error(transparent)]
    Folder(#[from] datasets::folder::FolderError),
    /// A published file could not be read.
    #[error("cannot load layer '{layer}' from {}: {why}", path.display())]
    Load {
        /// The layer.
        layer: LayerId,
        /// Its file.
        path: PathBuf,
        /// What was wrong.
        why: String,
    },
    /// The change log could not be read or written.
    #[error("the change log {}: {source}", path.display())]
    Log {
        /// The log's file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The change log is not what this program writes.
    #[error("the change log {}: {why}", path.display())]
    LogFormat {
        /// The log's file.
        path: PathBuf,
        /// What was found, and what to do.
        why: String,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn kind_name(kind: PropertyType) -> &'static str {
    match kind {
        PropertyType::Bool => "true or false",
        PropertyType::Integer => "a whole number",
        PropertyType::Real => "a number",
        PropertyType::Text => "a text",
        PropertyType::Date => "a date such as 2025-10-29",
        PropertyType::Instant => "an instant such as 2025-10-29T18:00:00Z",
    }
}
