//! Who may see a layer, a property or a row.

use serde::{Deserialize, Serialize};

/// The access class of a layer, a property or a group of rows, from open to closed.
///
/// The order is the rule: a viewer cleared for a class sees that class and every one before it.
/// `Personal` is apart: it opens only to viewers whose role names it, never to the public.
///
/// ```
/// use city::Access;
/// assert!(Access::Public < Access::Internal);
/// ```
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everyone, without a name.
    #[default]
    Public,
    /// Officers of any department (nội bộ).
    Internal,
    /// Data about a person, such as a parcel owner's name (dữ liệu cá nhân).
    Personal,
    /// Defence and security land and objects (quốc phòng, an ninh).
    Defence,
}

/// Rows of a layer that are of a closer class than the layer itself.
///
/// A row is of class [`access`](Self::access) when its [`column`](Self::column) holds one of
/// [`values`](Self::values).
///
/// ```
/// use city::access::{Access, RowRule};
/// let rule = RowRule {
///     column: "use_code".into(),
///     values: vec!["CQP".into(), "CAN".into()],
///     access: Access::Defence,
/// };
/// assert!(rule.values.contains(&"CQP".to_string()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowRule {
    /// Name of the column that decides, as the source calls it.
    pub column: String,
    /// Values that put the row into the class.
    pub values: Vec<String>,
    /// The class of such rows.
    pub access: Access,
}
