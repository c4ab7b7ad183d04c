//! The arguments of `datasets import`.

use std::path::PathBuf;

use city::{Access, LayerId, Role, layer::Theme};
use clap::{Args, ValueEnum};

use super::ifc::Place;
use crate::confine::Confine;

/// Read a file, repair it, reproject it and publish it as a layer.
///
/// Nhập dữ liệu: đọc, sửa, chuyển hệ tọa độ và công bố thành một lớp.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXIT_CODES, after_long_help = AFTER)]
pub(crate) struct ImportArgs {
    /// File or folder to read: Shapefile, GeoPackage, FileGDB, GeoJSON, FlatGeobuf, DXF, DGN, DWG,
    /// MapInfo TAB, KML, CSV, GeoTIFF, ASCII grid, OSM (.osm, .osm.pbf), CityJSON, IFC and more
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// Identifier of the layer to make or to replace: a-z, 0-9 and '-'
    #[arg(long, value_name = "ID")]
    pub(crate) layer: LayerId,
    /// What the layer is for; `datasets roles` lists them
    #[arg(long, value_parser = |text: &str| Role::from_name(text))]
    pub(crate) role: Role,
    /// Data folder; made when it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,

    /// System of the source's coordinates, such as EPSG:5899, where the file declares none or the
    /// wrong one
    #[arg(long, value_name = "CRS", help_heading = "Coordinates")]
    pub(crate) crs: Option<String>,
    /// The file's x is north and its y is east, as in corner lists printed in Vietnam
    #[arg(long, conflicts_with = "keep_axes", help_heading = "Coordinates")]
    pub(crate) swap_axes: bool,
    /// The file's x is east although its coordinates look swapped
    #[arg(long, help_heading = "Coordinates")]
    pub(crate) keep_axes: bool,

    /// Where the origin of an IFC model stands: longitude, latitude, and degrees from north to its y, clockwise
    #[arg(
        long,
        value_name = "LON,LAT[,DEGREES]",
        allow_hyphen_values = true,
        help_heading = "Coordinates"
    )]
    pub(crate) place: Option<Place>,

    /// Layer inside the source, where it holds several
    #[arg(long, value_name = "NAME", help_heading = "What to read")]
    pub(crate) source_layer: Option<String>,
    /// File inside an archive, where it holds several
    #[arg(long, value_name = "NAME", help_heading = "What to read")]
    pub(crate) member: Option<String>,
    /// Only features for which this holds (OGR SQL), such as "loai = 'ODT'"
    #[arg(long, value_name = "CONDITION", help_heading = "What to read")]
    pub(crate) r#where: Option<String>,
    /// Template that tells features by their columns: a file, or one of: cad-planning, osm-land-use
    #[arg(long, value_name = "FILE|NAME", help_heading = "What to read")]
    pub(crate) template: Option<String>,
    /// Code page of the text
    #[arg(long, value_enum, help_heading = "What to read")]
    pub(crate) encoding: Option<Encoding>,

    /// Band of a raster, counted from 1
    #[arg(long, value_name = "N", help_heading = "What to read")]
    pub(crate) band: Option<usize>,
    /// Value of a raster that means no data, beside what the file says
    #[arg(
        long,
        value_name = "NUMBER",
        allow_negative_numbers = true,
        help_heading = "What to read"
    )]
    pub(crate) nodata: Option<f64>,

    /// Column whose values are the features' identifiers; without it the source's numbers are
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) key: Option<String>,
    /// Column that plays an attribute of the role; "attribute=" takes a guess away
    #[arg(long, value_name = "ATTRIBUTE=COLUMN", value_parser = pair, help_heading = "Columns")]
    pub(crate) map: Vec<(String, String)>,
    /// Column that everyone may see although its name says that it holds personal data
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) public_column: Vec<String>,

    /// Vietnamese title
    #[arg(long, value_name = "TEXT", help_heading = "Catalogue")]
    pub(crate) title_vi: Option<String>,
    /// English title
    #[arg(long, value_name = "TEXT", help_heading = "Catalogue")]
    pub(crate) title_en: Option<String>,
    /// Room of the map: base, planning, land, infrastructure, environment, transport, live
    #[arg(long, value_parser = named::<Theme>, help_heading = "Catalogue")]
    pub(crate) theme: Option<Theme>,
    /// Who may see the layer: public, internal, personal, defence
    #[arg(long, value_parser = named::<Access>, default_value = "public", help_heading = "Catalogue")]
    pub(crate) access: Access,
    /// Where the data came from
    #[arg(long, value_name = "TEXT", help_heading = "Catalogue")]
    pub(crate) source_name: Option<String>,
    /// Licence of the data
    #[arg(long, value_name = "TEXT", help_heading = "Catalogue")]
    pub(crate) licence: Option<String>,
    /// Line that every map and export shows
    #[arg(long, value_name = "TEXT", help_heading = "Catalogue")]
    pub(crate) attribution: Option<String>,
    /// Date at which the content was true, such as 2025-07-01
    #[arg(long, value_name = "DATE", help_heading = "Catalogue")]
    pub(crate) date: Option<String>,
    /// Height datum of a terrain, such as "Hòn Dấu (EPSG:5727)" or "EGM96"
    #[arg(long, value_name = "TEXT", help_heading = "Catalogue")]
    pub(crate) vertical_datum: Option<String>,
    /// Root mean square error of a terrain's heights against surveyed points, in metres
    #[arg(long, value_name = "METRES", value_parser = height_error, help_heading = "Catalogue")]
    pub(crate) height_error: Option<f64>,

    /// Do everything but publish
    #[arg(long, help_heading = "Running")]
    pub(crate) dry_run: bool,
    /// Write the report here too, also when the import fails
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    pub(crate) report: Option<PathBuf>,
    /// Features that the report lists at most
    #[arg(long, value_name = "N", default_value_t = datasets::report::LIMIT, help_heading = "Running")]
    pub(crate) report_limit: usize,
    /// Seconds to wait for another program that writes into the folder
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Running")]
    pub(crate) wait: u64,
    #[command(flatten)]
    pub(crate) confine: Confine,
}

/// Code page of a source's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// TCVN 5712:1993 VN3 ("ABC", fonts such as .VnTime)
    Tcvn3,
    /// VNI-Windows (fonts such as VNI-Times)
    Vni,
    /// Unicode, where the file says otherwise
    #[value(name = "utf-8")]
    Utf8,
}

const EXIT_CODES: &str = "\
Exit codes / mã kết thúc:
  0  published / đã công bố
  1  the data folder or the disk / lỗi thư mục dữ liệu hoặc đĩa
  2  arguments / sai tham số
  3  coordinate system unknown, refused or swapped / hệ tọa độ chưa rõ, bị từ chối hoặc đảo trục
  4  the source can't be read / không đọc được nguồn
  5  nothing to publish, or a check failed / không có gì để công bố, hoặc kiểm tra không đạt
  6  another program writes into the folder / thư mục đang được ghi";

const AFTER: &str = "\
Exit codes / mã kết thúc:
  0  published / đã công bố
  1  the data folder or the disk / lỗi thư mục dữ liệu hoặc đĩa
  2  arguments / sai tham số
  3  coordinate system unknown, refused or swapped / hệ tọa độ chưa rõ, bị từ chối hoặc đảo trục
  4  the source can't be read / không đọc được nguồn
  5  nothing to publish, or a check failed / không có gì để công bố, hoặc kiểm tra không đạt
  6  another program writes into the folder / thư mục đang được ghi

Examples / ví dụ:
  datasets import nha.shp --layer buildings --role buildings --crs EPSG:5899 --into data
  datasets import can-tho.osm.pbf --layer roads --role roads --into data
  datasets import quyhoach.dxf --layer red-lines --role red-lines --crs EPSG:5899 \\
      --template cad-planning --encoding tcvn3 --into data
  datasets import dem.tif --layer terrain --role terrain --vertical-datum EGM96 --into data

Importing while gis-server runs is safe: the server takes the new layer over when it is complete.
The report stands in DIR/reports/ID.json.";

fn pair(text: &str) -> Result<(String, String), String> {
    let (attribute, column) =
        text.split_once('=').ok_or("write ATTRIBUTE=COLUMN, such as name=ten_duong")?;
    Ok((attribute.trim().to_owned(), column.trim().to_owned()))
}

/// A value by the name that the catalogue gives it.
fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = serde_json::Value::from(text);
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// An error of heights is a positive number of metres.
fn height_error(text: &str) -> Result<f64, String> {
    let metres: f64 = text.parse().map_err(|_| format!("'{text}' is not a number"))?;
    match metres.is_finite() && metres > 0.0 && metres < 1000.0 {
        true => Ok(metres),
        false => Err(format!("{metres} is no error of heights: give metres above 0")),
    }
}
