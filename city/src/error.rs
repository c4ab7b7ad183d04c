/// Why a value could not be made from what was given.
///
/// Every message says what was wrong and what would be right, so that it can be shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A layer identifier that is not a slug.
    #[error(
        "'{0}' is no layer id: use 1 to 64 of a-z, 0-9 and '-', beginning with a letter, such as 'planning-zones'"
    )]
    LayerId(String),
    /// A feature identifier that is empty, too long or holds control characters.
    #[error("'{0}' is no feature id: use 1 to 200 printable characters")]
    FeatureId(String),
    /// A coordinate reference system that Dothi does not know.
    #[error(
        "EPSG:{0} is not a coordinate reference system known here; known: 4326, 3857, 4756, 3405, 3406, 5896-5899, 9205-9218, 32648, 32649"
    )]
    UnknownCrs(u32),
    /// A VN-2000 definition whose false easting and northing were swapped in the registry.
    #[error(
        "EPSG:{0} is deprecated (its false easting and northing were swapped): use EPSG:{1} instead"
    )]
    DeprecatedCrs(u32, u32),
    /// Text that names no coordinate reference system.
    #[error(
        "'{0}' names no coordinate reference system: write 'EPSG:5899', 'CRS84' or 'http://www.opengis.net/def/crs/EPSG/0/5899'"
    )]
    CrsName(String),
    /// A role that Dothi does not know.
    #[error("'{0}' is no layer role; `datasets roles` lists them")]
    UnknownRole(String),
    /// An instant that is not RFC 3339.
    #[error(
        "'{0}' is no instant: write it as 2025-10-29T18:00:00Z or with an offset such as +07:00"
    )]
    Instant(String),
    /// A civil date that is not ISO 8601.
    #[error("'{0}' is no date: write it as 2025-10-29")]
    Date(String),
    /// An interval whose text or order is wrong.
    #[error(
        "'{0}' is no time interval: write START/END, with '..' for an open end, START not after END"
    )]
    Interval(String),
    /// A bounding box that is not one.
    #[error("'{0}' is no bounding box: {1}")]
    Bbox(String, &'static str),
    /// A raster whose buffer does not fit its grid.
    #[error("a grid of {cols} x {rows} cells needs {expected} values, {found} were given")]
    RasterSize {
        /// Columns of the grid.
        cols: usize,
        /// Rows of the grid.
        rows: usize,
        /// `cols * rows`.
        expected: usize,
        /// Length of the buffer.
        found: usize,
    },
    /// A network edge that refers to a node which is not there.
    #[error("edge {edge} refers to node {node}, but the network has {nodes} nodes")]
    NetworkNode {
        /// Index of the edge.
        edge: usize,
        /// The node it names.
        node: usize,
        /// How many nodes there are.
        nodes: usize,
    },
}
