//! What a server and the program `datasets` say to each other when one writes or reads a file for the other.
//!
//! The program speaks on its standard output, a [`Said`] in JSON on each line.

use city::{Instant, Property, Title};
use serde::{Deserialize, Serialize};

/// A format that `datasets export` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// GeoPackage.
    Gpkg,
    /// Shapefiles in a ZIP archive.
    Shp,
    /// KML 2.2.
    Kml,
    /// KML 2.2 in a ZIP archive.
    Kmz,
    /// AutoCAD DXF.
    Dxf,
    /// A workbook.
    Xlsx,
}

impl Kind {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Gpkg, Self::Shp, Self::Kml, Self::Kmz, Self::Dxf, Self::Xlsx];

    /// Its name, on the command line and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gpkg => "gpkg",
            Self::Shp => "shp",
            Self::Kml => "kml",
            Self::Kmz => "kmz",
            Self::Dxf => "dxf",
            Self::Xlsx => "xlsx",
        }
    }

    /// How its files end.
    ///
    /// ```
    /// use datasets::exchange::Kind;
    /// assert_eq!(Kind::Shp.extension(), "shp.zip");
    /// ```
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Shp => "shp.zip",
            other => other.name(),
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a file says of the layer that it holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The layer's name for people.
    pub title: Title,
    /// Where the data came from, under which licence, and whether they are synthetic.
    pub credits: String,
    /// The columns; their types go before those of the file that is read.
    pub columns: Vec<Property>,
    /// The column whose texts a drawing shows.
    pub label: Option<String>,
}

/// The exit code of `datasets` where the GDAL that is installed cannot write a format.
pub const NO_DRIVER: u8 = 7;

/// What `datasets grids` writes: one parameter on one grid, at one time or at several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AboutGrids {
    /// Name of the variable.
    pub name: String,
    /// What it is, for people.
    pub title: Title,
    /// Its unit.
    pub unit: String,
    /// Where the data came from, under which licence, and whether they are synthetic.
    pub credits: String,
    /// Rasters as GeoTIFF, all on one grid, beside this document; by their times where there are several.
    pub sheets: Vec<Sheet>,
}

/// One raster of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Name of its file.
    pub file: String,
    /// When; none of what has no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Instant>,
}

/// One line of what the program says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Said {
    /// What share is done, 0 to 1.
    Progress(f64),
    /// It is done.
    Done(Done),
}

/// What an export wrote.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Features that were written.
    pub features: u64,
    /// Columns whose names the format cannot hold: the layer's, the file's.
    pub renamed: Vec<(String, String)>,
    /// What people must know of the file.
    pub notes: Vec<Title>,
}
