//! Layers: what the catalogue says of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Access, Bbox, Instant, LayerId, Role, Title, Unit, access::RowRule, raster::Grid};

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyType {
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// A text or a code.
    Text,
    /// A civil date.
    Date,
    /// An instant.
    Instant,
}

/// One column of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// The column's name, as the source calls it.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// Its name for people.
    pub title: Title,
    /// Unit of its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The code list that its values come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_list: Option<String>,
    /// Who may see it.
    #[serde(default, skip_serializing_if = "is_public")]
    pub access: Access,
}

impl Property {
    /// A public column without unit or code list, titled by its name.
    ///
    /// ```
    /// use city::{Property, PropertyType};
    /// assert_eq!(Property::new("osm_name", PropertyType::Text).title.vi, "osm_name");
    /// ```
    pub fn new(name: impl Into<String>, kind: PropertyType) -> Self {
        let name = name.into();
        let title = Title::new(name.clone(), name.clone());
        Self { name, kind, title, unit: None, code_list: None, access: Access::Public }
    }
}

/// The columns of a layer, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema {
    /// The columns.
    pub properties: Vec<Property>,
}

impl Schema {
    /// Position of a column.
    ///
    /// ```
    /// use city::{Property, PropertyType, Schema};
    /// let schema = Schema { properties: vec![Property::new("height", PropertyType::Real)] };
    /// assert_eq!(schema.index_of("height"), Some(0));
    /// ```
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.properties.iter().position(|property| property.name == name)
    }

    /// A column by its name.
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

/// The room of the map in which a layer is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Nền địa hình: terrain, water, buildings, administrative units.
    Base,
    /// Quy hoạch.
    Planning,
    /// Đất đai.
    Land,
    /// Hạ tầng kỹ thuật.
    Infrastructure,
    /// Môi trường.
    Environment,
    /// Giao thông.
    Transport,
    /// Trực tuyến: what sensors say now.
    Live,
}

impl Theme {
    /// Every theme, in the order in which people read them.
    pub const ALL: [Self; 7] = [
        Self::Planning,
        Self::Land,
        Self::Infrastructure,
        Self::Transport,
        Self::Environment,
        Self::Live,
        Self::Base,
    ];

    /// Its name for people.
    ///
    /// ```
    /// assert_eq!(city::layer::Theme::Land.title().vi, "Đất đai");
    /// ```
    pub fn title(self) -> Title {
        match self {
            Self::Base => Title::new("Nền địa lý", "Base map"),
            Self::Planning => Title::new("Quy hoạch", "Planning"),
            Self::Land => Title::new("Đất đai", "Land"),
            Self::Infrastructure => Title::new("Hạ tầng kỹ thuật", "Infrastructure"),
            Self::Environment => Title::new("Môi trường", "Environment"),
            Self::Transport => Title::new("Giao thông", "Transport"),
            Self::Live => Title::new("Trực tuyến", "Live"),
        }
    }
}

/// The shape of a vector layer's features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeometryKind {
    /// Points and multi-points.
    Point,
    /// Lines and multi-lines.
    Line,
    /// Polygons and multi-polygons.
    Polygon,
    /// More than one of these.
    Mixed,
}

/// What a layer holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// Features, in a FlatGeobuf file, in longitude and latitude (CRS84).
    Vector {
        /// Shape of the features.
        geometry: GeometryKind,
        /// How many there are.
        features: u64,
        /// The column that holds the feature's identifier. It is the source's declared key, or
        /// `_fid`, which the import adds and the schema leaves out.
        id_column: String,
        /// The columns, without `_fid`.
        schema: Schema,
        /// Role attribute → the source's column that plays it.
        #[serde(default)]
        columns: BTreeMap<String, String>,
        /// Rows that are of a closer class than the layer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        row_rules: Vec<RowRule>,
    },
    /// One band of numbers, in a Cloud-Optimised GeoTIFF.
    Raster {
        /// Where the cells lie.
        grid: Grid,
        /// Unit of the values.
        unit: Unit,
        /// Smallest value.
        min: f32,
        /// Largest value.
        max: f32,
        /// The height datum of an elevation ("Hòn Dấu (EPSG:5727)", "EGM96", "local").
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vertical_datum: Option<String>,
        /// Root mean square error of its heights against points that were surveyed, m, where somebody
        /// has found it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        height_error_m: Option<f64>,
    },
}

/// A layer, as the catalogue describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Identifier.
    pub id: LayerId,
    /// Name for people.
    pub title: Title,
    /// What it is, in a sentence or two.
    #[serde(default)]
    pub description: Title,
    /// Room of the map.
    pub theme: Theme,
    /// The role it plays.
    pub role: Role,
    /// Who may see it.
    #[serde(default)]
    pub access: Access,
    /// First and last zoom at which a map draws it.
    pub zoom: (u8, u8),
    /// Style document in `styles/`, without `.json`; absent: the role's own style.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// Published file, relative to the data folder.
    pub file: String,
    /// SHA-256 of that file, in hex.
    pub checksum: String,
    /// Outer edges in longitude and latitude; absent when there is nothing in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bbox: Option<Bbox>,
    /// System of the source: `EPSG:5899`, or the WKT of one without a code. Legal areas go by it.
    pub source_crs: String,
    /// Where the data came from.
    pub source: String,
    /// Under which licence.
    pub licence: String,
    /// The line that every map and export shows.
    pub attribution: String,
    /// How it was made from its source, step by step.
    pub lineage: String,
    /// Whether it was generated and describes no real place; shown wherever the layer is.
    #[serde(default)]
    pub synthetic: bool,
    /// When it was published here.
    pub published: Instant,
    /// When the source says its content was true; absent: not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_date: Option<String>,
    /// Features or grid.
    pub content: Content,
}

impl Layer {
    /// The source's column that plays a role attribute.
    pub fn column_of(&self, attribute: &str) -> Option<&str> {
        match &self.content {
            Content::Vector { columns, .. } => columns.get(attribute).map(String::as_str),
            Content::Raster { .. } => None,
        }
    }

    /// The columns, if the layer has features.
    pub fn schema(&self) -> Option<&Schema> {
        match &self.content {
            Content::Vector { schema, .. } => Some(schema),
            Content::Raster { .. } => None,
        }
    }
}

fn is_public(access: &Access) -> bool {
    *access == Access::Public
}
