//! Reading vector sources with GDAL.

use std::{
    fs,
    path::{Path, PathBuf},
};

use city::{Bbox, Role, Value, layer::GeometryKind};
use datasets::encoding::Legacy;
use gdal::{
    Dataset, GdalOpenFlags,
    config::set_config_option,
    vector::{Feature, Layer, LayerAccess, sql::Dialect},
};

use super::{
    args::{Encoding, ImportArgs},
    cityjson,
    crs_choice::{self, Declared},
    dwg,
    error::ImportError,
    fields::{self, Column},
    gdal_env::{self, VECTOR_DRIVERS},
    ifc,
    osm::{self, Recipe},
};

/// A feature as the source has it.
#[derive(Debug)]
pub(crate) struct Raw {
    /// The source's number.
    pub(crate) fid: Option<u64>,
    /// The geometry in well-known binary; `None` when there is none.
    pub(crate) wkb: Option<Vec<u8>>,
    /// A value for each column.
    pub(crate) values: Vec<Value>,
}

/// An opened vector source, of which one layer (of OpenStreetMap: one or two) is read.
pub(crate) struct VectorSource {
    path: PathBuf,
    dataset: Dataset,
    /// Layers to read and the condition on each.
    parts: Vec<(String, Option<String>)>,
    /// Columns of the source that are published.
    pub(crate) columns: Vec<Column>,
    /// Columns that no table of ours can hold.
    pub(crate) left_out: Vec<String>,
    /// Name of GDAL's driver.
    pub(crate) driver: String,
    /// What of OpenStreetMap is read, if the source is that.
    pub(crate) recipe: Option<&'static Recipe>,
    legacy: Option<Legacy>,
    conf: Option<PathBuf>,
    /// What it declares of its system, where GDAL does not read that.
    own_declared: Option<Declared>,
    /// The column of identifiers of what was converted from solids.
    own_id: Option<&'static str>,
    /// What a person should know of it, in Vietnamese and English.
    pub(crate) notes: Vec<(String, String)>,
}

/// What a source is beside a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing besides.
    Table,
    /// OpenStreetMap: columns are tags.
    Osm,
    /// CityJSON or IFC: the column of its identifiers, which are texts.
    Solids(&'static str),
}

impl VectorSource {
    /// Opens a source for a role. `scratch` is for files that GDAL or a converter need.
    pub(crate) fn open(args: &ImportArgs, scratch: &Path) -> Result<Self, ImportError> {
        let given = gdal_env::local(&args.source)?;
        let solids = match cityjson::as_geojson(&given, args.role, scratch)? {
            None => ifc::as_geojson(&given, args.role, args.place, scratch)?,
            some => some,
        };
        if args.place.is_some() && solids.as_ref().is_none_or(|solids| solids.id != ifc::ID) {
            let why = "--place is for IFC models: other sources say where they lie, or --crs does";
            return Err(ImportError::Arguments(why.to_owned()));
        }
        let path = match &solids {
            Some(solids) => solids.path.clone(),
            None => dwg::as_dxf(&given, scratch)?,
        };
        let recipe = if is_osm(&path) {
            Some(Recipe::of(args.role).map_err(ImportError::Arguments)?)
        } else {
            None
        };
        let conf = recipe.map(|recipe| write_configuration(recipe, scratch)).transpose()?;
        let dataset = open_dataset(&path, args.encoding, conf.as_deref())?;
        let driver = solids.as_ref().map(|solids| solids.format.clone());
        let driver = driver.unwrap_or_else(|| dataset.driver().short_name());
        let condition = args.r#where.clone();
        let parts = match recipe {
            Some(recipe) => recipe
                .parts
                .iter()
                .map(|(layer, tags)| {
                    let both = condition.as_ref().map(|more| format!("({tags}) AND ({more})"));
                    ((*layer).to_owned(), Some(both.unwrap_or_else(|| (*tags).to_owned())))
                })
                .collect(),
            None => vec![(choose_layer(&dataset, args)?, condition)],
        };
        let legacy = match args.encoding {
            Some(Encoding::Tcvn3) => Some(Legacy::Tcvn3),
            Some(Encoding::Vni) => Some(Legacy::Vni),
            Some(Encoding::Utf8) | None => None,
        };
        let unreadable = |error: gdal::errors::GdalError| source_error(&path, error);
        let (columns, left_out) = {
            let layer = dataset.layer_by_name(&parts[0].0).map_err(unreadable)?;
            fields::columns_of(&layer)
        };
        let (own_declared, own_id, notes) = match solids {
            Some(solids) => (Some(solids.declared), Some(solids.id), solids.notes),
            None => (None, None, Vec::new()),
        };
        Ok(Self {
            path,
            dataset,
            parts,
            columns,
            left_out,
            driver,
            recipe,
            legacy,
            conf,
            own_declared,
            own_id,
            notes,
        })
    }

    /// What it is beside a table.
    pub(crate) fn kind(&self) -> Kind {
        match (&self.recipe, self.own_id) {
            (Some(_), _) => Kind::Osm,
            (None, Some(id)) => Kind::Solids(id),
            (None, None) => Kind::Table,
        }
    }

    /// Whether it is a drawing, in which areas are closed lines.
    pub(crate) fn is_drawing(&self) -> bool {
        matches!(self.driver.as_str(), "DXF" | "DGN")
    }

    /// The layer inside, for people.
    pub(crate) fn layer_name(&self) -> String {
        self.parts.iter().map(|part| part.0.as_str()).collect::<Vec<_>>().join(" + ")
    }

    /// What it declares of its coordinates' system.
    pub(crate) fn declared(&self) -> Declared {
        if let Some(own) = &self.own_declared {
            return own.clone();
        }
        let layer = self.dataset.layer_by_name(&self.parts[0].0);
        crs_choice::declared_by(layer.ok().and_then(|layer| layer.spatial_ref()))
    }

    /// The extent of what is read, where it can be told without reading everything twice.
    pub(crate) fn extent(&self) -> Option<Bbox> {
        // The driver for OpenStreetMap would have to read everything; its system is known.
        if self.recipe.is_some() {
            return None;
        }
        let layer = self.dataset.layer_by_name(&self.parts[0].0).ok()?;
        let envelope = layer.get_extent().ok()?;
        Bbox::new(envelope.MinX, envelope.MinY, envelope.MaxX, envelope.MaxY).ok()
    }

    /// How many features there are, where the source knows.
    pub(crate) fn count(&self) -> Option<u64> {
        let layer = self.dataset.layer_by_name(&self.parts[0].0).ok()?;
        if self.recipe.is_some() { None } else { layer.try_feature_count() }
    }

    /// The first features' values, to look at before everything is read.
    pub(crate) fn sample(&self, count: usize) -> Vec<Vec<Value>> {
        if self.recipe.is_some() {
            return Vec::new();
        }
        let Ok(mut layer) = self.dataset.layer_by_name(&self.parts[0].0) else {
            return Vec::new();
        };
        layer.features().take(count).map(|feature| self.values(&feature)).collect()
    }

    /// Reads every feature and hands it on, in the source's order. Stops when `each` says so.
    pub(crate) fn read(&self, mut each: impl FnMut(Raw) -> bool) -> Result<(), ImportError> {
        for (name, condition) in &self.parts {
            let again;
            let dataset = match self.conf.as_deref() {
                // The driver for OpenStreetMap reads a file once, for the layers of interest.
                Some(conf) => {
                    again = open_dataset(&self.path, None, Some(conf))?;
                    let interest = format!("SET interest_layers = {name}");
                    again
                        .execute_sql(interest, None, Dialect::DEFAULT)
                        .map_err(|error| source_error(&self.path, error))?;
                    &again
                }
                None => &self.dataset,
            };
            let mut layer =
                dataset.layer_by_name(name).map_err(|error| source_error(&self.path, error))?;
            if let Some(condition) = condition {
                layer.set_attribute_filter(condition).map_err(|error| {
                    ImportError::Arguments(format!("condition '{condition}': {error}"))
                })?;
            }
            if !self.read_layer(&mut layer, name, &mut each) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn read_layer(
        &self,
        layer: &mut Layer,
        name: &str,
        each: &mut impl FnMut(Raw) -> bool,
    ) -> bool {
        let columns = self.recipe.map(|_| fields::columns_of(layer).0);
        for feature in layer.features() {
            let values = match (&columns, self.recipe) {
                (Some(columns), Some(recipe)) => osm_values(&feature, columns, recipe, name),
                _ => self.values(&feature),
            };
            let geometry = feature.geometry().filter(|_| fields::has_geometry(&feature));
            // GDAL writes an empty point as one at 0, 0.
            let present = geometry.filter(|geometry| !geometry.is_empty());
            let wkb = present.and_then(|geometry| geometry.wkb().ok());
            let raw = Raw { fid: feature.fid(), wkb, values };
            if !each(raw) {
                return false;
            }
        }
        true
    }

    fn values(&self, feature: &Feature) -> Vec<Value> {
        self.columns.iter().map(|column| column.value(feature, self.legacy)).collect()
    }
}

/// The values of an element in the order of its recipe's columns.
fn osm_values(feature: &Feature, columns: &[Column], recipe: &Recipe, layer: &str) -> Vec<Value> {
    let tag = |name: &str| {
        let column = columns.iter().find(|column| column.name == name);
        column.map_or(Value::Null, |column| column.value(feature, None))
    };
    let (osm_id, way_id) = (tag("osm_id"), tag("osm_way_id"));
    let reference = osm::reference(layer, osm_id.as_text(), way_id.as_text());
    let tags = recipe.tags.iter().map(|name| osm::plain(name, tag(name)));
    std::iter::once(Value::from(reference)).chain(tags).collect()
}

/// An error of GDAL as one of the source.
pub(crate) fn source_error(path: &Path, error: gdal::errors::GdalError) -> ImportError {
    ImportError::Source { path: path.to_owned(), why: error.to_string() }
}

fn open_dataset(
    path: &Path,
    encoding: Option<Encoding>,
    conf: Option<&Path>,
) -> Result<Dataset, ImportError> {
    let configuration = conf.map(|conf| format!("CONFIG_FILE={}", conf.display()));
    let extension = extension_of(path);
    // Text of an old code page must arrive byte by byte: Windows-1252 maps bytes to characters one
    // to one where Vietnamese letters are.
    let page = match encoding {
        Some(Encoding::Tcvn3 | Encoding::Vni) => Some("CP1252"),
        Some(Encoding::Utf8) => Some("UTF-8"),
        None => None,
    };
    let mut options: Vec<String> = configuration.into_iter().collect();
    match (extension.as_str(), page) {
        ("shp" | "dbf" | "shx", Some(page)) => options.push(format!("ENCODING={page}")),
        ("dxf", Some(page)) => {
            set_config_option("DXF_ENCODING", page).map_err(|error| source_error(path, error))?;
        }
        ("csv", _) => options.extend(
            [
                "X_POSSIBLE_NAMES=lon,lng,long,longitude,x,easting,kinhdo,kinh_do,toado_y",
                "Y_POSSIBLE_NAMES=lat,latitude,y,northing,vido,vi_do,toado_x",
                "GEOM_POSSIBLE_NAMES=wkt,geom,geometry,the_geom",
                "AUTODETECT_TYPE=YES",
            ]
            .map(str::to_owned),
        ),
        _ => {}
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    gdal_env::open(path, VECTOR_DRIVERS, GdalOpenFlags::GDAL_OF_VECTOR, &options).map_err(|error| {
        let why = format!("no driver that is allowed here reads it as vector data ({error})");
        ImportError::Source { path: path.to_owned(), why }
    })
}

fn extension_of(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

fn is_osm(path: &Path) -> bool {
    matches!(extension_of(path).as_str(), "osm" | "pbf")
}

fn write_configuration(recipe: &Recipe, scratch: &Path) -> Result<PathBuf, ImportError> {
    let path = scratch.join("osmconf.ini");
    fs::write(&path, recipe.configuration()).map_err(|source| ImportError::Io {
        action: "write",
        path: path.clone(),
        source,
    })?;
    Ok(path)
}

/// Classes of Circular 16/2025/TT-BXD, Appendix II, by the role that they play.
const CLASSES: &[(Role, &str)] = &[
    (Role::PlanningBoundaries, "RanhGioiQuyHoach_A"),
    (Role::PlanningZones, "ChucNangSuDungDat_A"),
    (Role::Blocks, "PhanOQuyHoach_A"),
    (Role::RedLines, "ChiGioiDuongDo_L"),
    (Role::BuildingLines, "ChiGioiXayDung_L"),
    (Role::BoundaryMarkers, "MocGioiQuyHoach_P"),
    (Role::WaterSupply, "MangLuoiCapNuoc_L"),
    (Role::Drains, "MangLuoiThoatNuocMua_L"),
    (Role::LightingFeeders, "MangLuoiChieuSang_L"),
    (Role::Lamps, "CongTrinhChieuSang_P"),
    (Role::PowerLines, "MangLuoiPhanPhoiDien_L"),
    (Role::Telecom, "MangLuoiCapThongTin_L"),
    (Role::Trees, "CayXanh_P"),
];

/// The layer to read: named, or the only one, or the class that plays the role by Circular 16.
fn choose_layer(dataset: &Dataset, args: &ImportArgs) -> Result<String, ImportError> {
    let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    if let Some(wanted) = &args.source_layer {
        return names.iter().find(|name| *name == wanted).cloned().ok_or_else(|| {
            let known = describe_layers(dataset);
            ImportError::Arguments(format!(
                "the source has no layer '{wanted}'; it has / nguồn có các lớp:{known}"
            ))
        });
    }
    if let [only] = &names[..] {
        return Ok(only.clone());
    }
    let class = CLASSES.iter().find(|row| row.0 == args.role).map(|row| row.1);
    let by_class = names
        .iter()
        .find(|name| class.is_some_and(|class| name.strip_suffix("_1").unwrap_or(name) == class));
    by_class.cloned().ok_or_else(|| {
        let known = describe_layers(dataset);
        ImportError::Arguments(format!(
            "the source holds {} layers: choose one with --source-layer / chọn một lớp bằng --source-layer:{known}",
            names.len()
        ))
    })
}

fn describe_layers(dataset: &Dataset) -> String {
    let line = |layer: Layer| {
        let count = layer.try_feature_count().map_or("?".to_owned(), |count| count.to_string());
        format!("\n    {} ({count})", layer.name())
    };
    dataset.layers().take(200).map(line).collect()
}

/// The kind of geometry that a role's layer holds.
pub(crate) fn kind_for(role: Role) -> GeometryKind {
    role.geometry().unwrap_or(GeometryKind::Mixed)
}
