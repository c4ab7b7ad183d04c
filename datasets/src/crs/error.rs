/// Why coordinates could not be transformed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CrsError {
    /// A code that the catalogue of systems refuses.
    #[error(transparent)]
    Refused(#[from] city::Error),
    /// A compound of a horizontal and a vertical system.
    #[error(
        "'{0}' joins a horizontal and a vertical system, which PROJ turns into no transformation at all for VN-2000: name the horizontal one alone, such as EPSG:5899"
    )]
    Compound(String),
    /// Text that PROJ does not understand.
    #[error("PROJ does not understand the coordinate reference system '{definition}': {message}")]
    Definition {
        /// The text.
        definition: String,
        /// What PROJ said.
        message: String,
    },
    /// A system whose datum is not said.
    #[error(
        "the coordinate reference system '{0}' does not say how its datum lies to WGS 84, so places could be off by hundreds of metres: name it by its EPSG code, such as --crs EPSG:5899"
    )]
    NoDatumShift(String),
    /// A coordinate that is infinite or not a number.
    #[error("({x}, {y}) is no point: both coordinates must be finite numbers")]
    NotFinite {
        /// East or longitude.
        x: f64,
        /// North or latitude.
        y: f64,
    },
    /// A point where the transformation does not hold.
    #[error(
        "({x}, {y}) lies outside the area in which {from} can be turned into {to}: are the axes exchanged, or is it another zone?"
    )]
    Outside {
        /// The source.
        from: String,
        /// The target.
        to: String,
        /// East or longitude.
        x: f64,
        /// North or latitude.
        y: f64,
    },
}
