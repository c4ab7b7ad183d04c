use std::{
    io,
    path::{Path, PathBuf},
};

use city::{FeatureId, LayerId, layer::GeometryKind};

/// Why a vector layer could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The declared key is no column.
    #[error(
        "layer '{layer}' has no column '{column}' to take identifiers from: name one of its columns, or '_fid' for the source's own numbers"
    )]
    NoKey {
        /// The layer.
        layer: LayerId,
        /// The key that was declared.
        column: String,
    },
    /// A column stands in the schema twice, or is called `_fid`.
    #[error("layer '{layer}' has the column '{column}' twice: rename one")]
    ColumnTwice {
        /// The layer.
        layer: LayerId,
        /// The column.
        column: String,
    },
    /// Two features with one identifier.
    #[error("layer '{layer}' has two features with the identifier '{id}': declare another key")]
    IdTwice {
        /// The layer.
        layer: LayerId,
        /// The identifier.
        id: FeatureId,
    },
    /// A feature's identifier is not the value of its key column.
    #[error("feature '{id}' of layer '{layer}': {why}")]
    Id {
        /// The layer.
        layer: LayerId,
        /// The identifier.
        id: FeatureId,
        /// What does not fit.
        why: &'static str,
    },
    /// A feature with more or fewer values than the schema has columns.
    #[error("feature '{id}' of layer '{layer}' has {found} values for {expected} columns")]
    ValueCount {
        /// The layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// Columns of the schema.
        expected: usize,
        /// Values of the feature.
        found: usize,
    },
    /// A value of another type than its column.
    #[error("feature '{id}' of layer '{layer}', column '{column}': {why}")]
    Value {
        /// The layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// The column.
        column: String,
        /// What does not fit.
        why: String,
    },
    /// A geometry that the layer can't hold.
    #[error("feature '{id}' of layer '{layer}': {why}")]
    Geometry {
        /// The layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// What does not fit.
        why: &'static str,
    },
    /// A geometry of another kind than the layer's.
    #[error(
        "feature '{id}' of layer '{layer}' is a {found}, but the layer holds {expected:?} geometries"
    )]
    Kind {
        /// The layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// What the feature is.
        found: &'static str,
        /// What the layer holds.
        expected: GeometryKind,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl WriteError {
    /// For `map_err`: on which file.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
