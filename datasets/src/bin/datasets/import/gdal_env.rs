//! GDAL, kept on a short leash.
//!
//! Sources are files that somebody sent. GDAL opens them with a list of drivers that read plain
//! local files; virtual file systems, drivers that follow references (VRT, WMS, databases) and the
//! network are out of reach.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use gdal::{
    Dataset, DatasetOptions, GdalOpenFlags,
    config::{set_config_option, set_error_handler},
    errors::CplErrType,
};

use super::error::ImportError;

/// Vector drivers that a source may be opened with.
pub(crate) const VECTOR_DRIVERS: &[&str] = &[
    "ESRI Shapefile",
    "GPKG",
    "OpenFileGDB",
    "GeoJSON",
    "GeoJSONSeq",
    "TopoJSON",
    "ESRIJSON",
    "FlatGeobuf",
    "DXF",
    "DGN",
    "MapInfo File",
    "OSM",
    "KML",
    "LIBKML",
    "GML",
    "GPX",
    "CSV",
    "JML",
    "S57",
    "XLSX",
    "ODS",
];

/// Raster drivers that a source may be opened with.
pub(crate) const RASTER_DRIVERS: &[&str] = &[
    "GTiff",
    "AAIGrid",
    "GRASSASCIIGrid",
    "HFA",
    "SRTMHGT",
    "USGSDEM",
    "XYZ",
    "EHdr",
    "ENVI",
    "GSAG",
    "GSBG",
    "GS7BG",
    "BIL",
    "RST",
    "ISG",
    "SAGA",
    "GPKG",
    "netCDF",
    "JP2OpenJPEG",
    "PNG",
    "JPEG",
];

/// What GDAL said while a source was read, without repetition, up to a limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Messages(Arc<Mutex<Vec<Message>>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    is_error: bool,
    text: String,
}

impl Messages {
    /// Takes warnings out: what people should know of the source.
    pub(crate) fn take_warnings(&self) -> Vec<String> {
        self.take(|message| !message.is_error)
    }

    /// Takes errors out: after reading, there should be none.
    pub(crate) fn take_errors(&self) -> Vec<String> {
        self.take(|message| message.is_error)
    }

    fn take(&self, wanted: impl Fn(&Message) -> bool) -> Vec<String> {
        let Ok(mut all) = self.0.lock() else { return Vec::new() };
        let (taken, kept) = std::mem::take(&mut *all).into_iter().partition(wanted);
        *all = kept;
        let taken: Vec<Message> = taken;
        taken.into_iter().map(|message| message.text).collect()
    }

    fn add(&self, is_error: bool, text: &str) {
        const LIMIT: usize = 50;
        let message = Message { is_error, text: text.trim().to_owned() };
        if let Ok(mut all) = self.0.lock()
            && all.len() < LIMIT
            && !all.contains(&message)
        {
            all.push(message);
        }
    }
}

/// Sets GDAL up; once, before anything is opened.
pub(crate) fn set_up(scratch: &Path) -> Result<Messages, ImportError> {
    let scratch = scratch.to_string_lossy();
    let options: &[(&str, &str)] = &[
        ("GDAL_HTTP_TIMEOUT", "1"),
        ("GDAL_HTTP_MAX_RETRY", "0"),
        ("GDAL_HTTP_PROXY", "127.0.0.1:9"),
        ("GDAL_HTTPS_PROXY", "127.0.0.1:9"),
        ("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", "{none}"),
        ("PROJ_NETWORK", "OFF"),
        ("GDAL_DRIVER_PATH", "disable"),
        ("GDAL_PAM_ENABLED", "NO"),
        ("GDAL_GEOREF_SOURCES", "INTERNAL,WORLDFILE"),
        ("OGR_SQLITE_LOAD_EXTENSIONS", ""),
        ("SQLITE_LIST_ALL_TABLES", "NO"),
        ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
        ("GDAL_GML_REGISTRY", ""),
        ("OGR_GEOJSON_MAX_OBJ_SIZE", "0"),
        ("DXF_FEATURE_LIMIT_PER_BLOCK", "20000"),
        ("CPL_TMPDIR", &scratch),
    ];
    for (key, value) in options {
        set_config_option(key, value)
            .map_err(|error| ImportError::Arguments(format!("GDAL option {key}: {error}")))?;
    }
    let messages = Messages::default();
    let heard = messages.clone();
    set_error_handler(move |class, _, text| match class {
        CplErrType::Warning => heard.add(false, text),
        CplErrType::Failure | CplErrType::Fatal => heard.add(true, text),
        CplErrType::None | CplErrType::Debug => {}
    });
    Ok(messages)
}

/// A source as a path that GDAL can't take for anything but a file.
///
/// GDAL reads names such as `/vsicurl/http://…`, `PG:host=…` or `<VRT…>` as more than a file; a
/// path that is there, made absolute, is none of these.
pub(crate) fn local(source: &Path) -> Result<PathBuf, ImportError> {
    let wrong = |why: &str| ImportError::Source { path: source.to_owned(), why: why.to_owned() };
    if source.starts_with("/vsi") || source.to_string_lossy().starts_with("/vsi") {
        return Err(wrong("virtual file systems are not read: unpack or copy the file first"));
    }
    let path = source.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => wrong("there is no such file"),
        _ => wrong(&error.to_string()),
    })?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "vrt" => Err(wrong("a VRT only refers to other files: import those")),
        "rar" | "7z" | "gz" | "tar" => Err(wrong("it is packed: unpack it first")),
        _ => Ok(path),
    }
}

/// Opens a source with the drivers of one kind.
pub(crate) fn open(
    path: &Path,
    drivers: &[&str],
    kind: GdalOpenFlags,
    options: &[&str],
) -> gdal::errors::Result<Dataset> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_READONLY | kind,
        allowed_drivers: Some(drivers),
        open_options: Some(options),
        sibling_files: None,
    };
    Dataset::open_ex(path, options)
}
