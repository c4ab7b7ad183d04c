//! Formats that GDAL writes as one table: GeoPackage, KML, KMZ.

use std::{
    ffi::CString,
    path::{Path, PathBuf},
};

use city::{Property, PropertyType, Title, Value};
use datasets::exchange::{Done, Kind};
use gdal::{
    Dataset, DriverManager,
    vector::{Defn, Feature, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType},
};
use gdal_sys::OGRFieldSubType;

use super::{ExportError, Order, done, names, pack, source::Source, tell};

/// A column of the file that is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OutColumn {
    /// Its name there.
    pub(super) name: String,
    pub(super) kind: PropertyType,
    /// Widest value, where the format keeps room for it: bytes of texts, digits of numbers.
    pub(super) width: i32,
    /// Digits after the comma.
    pub(super) precision: i32,
    /// Whether yes and no are a type of their own there.
    pub(super) has_truth: bool,
    /// Whether an instant is a type of its own there.
    pub(super) has_instants: bool,
}

impl OutColumn {
    pub(super) fn of(column: &Property, name: String) -> Self {
        let kind = column.kind;
        Self { name, kind, width: 0, precision: 0, has_truth: true, has_instants: true }
    }

    fn ogr(&self) -> (OGRFieldType::Type, OGRFieldSubType::Type) {
        let plain = OGRFieldSubType::OFSTNone;
        match self.kind {
            PropertyType::Bool if self.has_truth => {
                (OGRFieldType::OFTInteger, OGRFieldSubType::OFSTBoolean)
            }
            PropertyType::Bool => (OGRFieldType::OFTInteger, plain),
            PropertyType::Integer => (OGRFieldType::OFTInteger64, plain),
            PropertyType::Real => (OGRFieldType::OFTReal, plain),
            PropertyType::Date => (OGRFieldType::OFTDate, plain),
            PropertyType::Instant if self.has_instants => (OGRFieldType::OFTDateTime, plain),
            PropertyType::Text | PropertyType::Instant => (OGRFieldType::OFTString, plain),
        }
    }
}

pub(super) fn write(order: &Order<'_>, source: &Source) -> Result<Done, ExportError> {
    match order.kind {
        Kind::Kml => kml(order, source, order.out),
        Kind::Kmz => {
            let whole = order.scratch.join("doc.kml");
            let written = kml(order, source, &whole)?;
            pack::zip(order.out, &[(whole, "doc.kml".to_owned())])?;
            Ok(written)
        }
        _ => geopackage(order, source),
    }
}

fn geopackage(order: &Order<'_>, source: &Source) -> Result<Done, ExportError> {
    let taken = ["fid", "geom"];
    let columns = columns(source, &taken);
    let identifier = format!("IDENTIFIER={}", order.about.title.vi);
    let description = format!("DESCRIPTION={}", order.about.credits);
    let options = ["FID=fid", "GEOMETRY_NAME=geom", "SPATIAL_INDEX=YES", &identifier, &description];
    // Many small transactions would take the disk's time.
    gdal::config::set_config_option("OGR_SQLITE_SYNCHRONOUS", "OFF")?;
    let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(order.out)?;
    let mut all = dataset.start_transaction()?;
    let features = {
        let layer = all.create_layer(LayerOptions {
            name: order.name,
            srs: source.srs.as_ref(),
            ty: source.geometry,
            options: Some(&options),
        })?;
        put_all(&layer, source, &columns, None)?
    };
    all.commit()?;
    dataset.close()?;
    Ok(with_renamed(done(features, Vec::new()), source, &columns))
}

/// KML knows longitude and latitude alone; what comes in another system is brought there by GDAL.
fn kml(order: &Order<'_>, source: &Source, out: &Path) -> Result<Done, ExportError> {
    // Name and description are the file's own.
    let columns = columns(source, &[]);
    let mut dataset = DriverManager::get_driver_by_name("KML")?.create_vector_only(out)?;
    let features = {
        let layer = dataset.create_layer(LayerOptions {
            name: order.name,
            srs: source.srs.as_ref(),
            ty: source.geometry,
            options: None,
        })?;
        let label = order.about.label.as_ref();
        let label = label.and_then(|name| source.columns.iter().position(|c| c.name == *name));
        put_all(&layer, source, &columns, label)?
    };
    dataset.close()?;
    let note = Title::new(
        "KML chỉ có kinh độ, vĩ độ WGS 84; mọi giá trị là văn bản trong ExtendedData",
        "KML has longitude and latitude of WGS 84 alone; values stand in ExtendedData",
    );
    Ok(with_renamed(done(features, vec![note]), source, &columns))
}

fn columns(source: &Source, taken: &[&str]) -> Vec<OutColumn> {
    let names = names::once(source.columns.iter().map(|column| column.name.as_str()), taken);
    let pairs = source.columns.iter().zip(names);
    pairs.map(|(column, name)| OutColumn::of(column, name)).collect()
}

/// Says which columns have another name in the file.
pub(super) fn with_renamed(done: Done, source: &Source, columns: &[OutColumn]) -> Done {
    let pairs = source.columns.iter().zip(columns);
    let renamed = pairs.filter(|(own, there)| own.name != there.name);
    let renamed = renamed.map(|(own, there)| (own.name.clone(), there.name.clone())).collect();
    Done { renamed, ..done }
}

fn put_all(
    layer: &Layer<'_>,
    source: &Source,
    columns: &[OutColumn],
    label: Option<usize>,
) -> Result<u64, ExportError> {
    // KML has fields of its own before ours, the name that maps show first.
    let first = layer.defn().fields().count();
    add_fields(layer, columns)?;
    let mut count = 0;
    let definition = Defn::from_layer(layer);
    source.each(|row| {
        let mut feature = Feature::new(&definition)?;
        for (field, (value, column)) in row.values.iter().zip(columns).enumerate() {
            put(&mut feature, first + field, value, column)?;
        }
        if let Some(Value::Text(text)) =
            label.filter(|_| first > 0).and_then(|at| row.values.get(at))
        {
            feature.set_field_string(0, text)?;
        }
        if let Some(geometry) = row.geometry {
            feature.set_geometry(geometry)?;
        }
        feature.create(layer)?;
        count += 1;
        tell(count, source.count);
        Ok(())
    })?;
    Ok(count)
}

/// Puts a value into a field.
pub(super) fn put(
    feature: &mut Feature<'_>,
    field: usize,
    value: &Value,
    column: &OutColumn,
) -> Result<(), ExportError> {
    match value {
        Value::Null => {}
        Value::Bool(flag) => feature.set_field_integer(field, i32::from(*flag))?,
        Value::Integer(number) => feature.set_field_integer64(field, *number)?,
        Value::Real(number) => feature.set_field_double(field, *number)?,
        Value::Text(text) if column.width > 0 => {
            let most = usize::try_from(column.width).unwrap_or(usize::MAX);
            feature.set_field_string(field, names::cut(text, most))?;
        }
        Value::Text(text) => feature.set_field_string(field, text)?,
        Value::Date(date) => {
            feature.set_field_string(field, &date.strftime("%Y/%m/%d").to_string())?
        }
        // GDAL reads ISO 8601 with its zone.
        Value::Instant(at) => feature.set_field_string(field, &at.to_string())?,
    }
    Ok(())
}

/// Defines the fields of a layer.
pub(super) fn add_fields(layer: &Layer<'_>, columns: &[OutColumn]) -> Result<(), ExportError> {
    for column in columns {
        let refused =
            |_| ExportError::Format(format!("column '{}': its name holds a NUL", column.name));
        let name = CString::new(column.name.as_str()).map_err(refused)?;
        let (kind, subtype) = column.ogr();
        #[expect(unsafe_code, reason = "the gdal crate gives fields no subtype")]
        // SAFETY: the layer is alive, the name outlives the calls, and the definition, which GDAL copies, is
        // destroyed once.
        let made = unsafe {
            let field = gdal_sys::OGR_Fld_Create(name.as_ptr(), kind);
            gdal_sys::OGR_Fld_SetSubType(field, subtype);
            gdal_sys::OGR_Fld_SetWidth(field, column.width);
            gdal_sys::OGR_Fld_SetPrecision(field, column.precision);
            let made = gdal_sys::OGR_L_CreateField(layer.c_layer(), field, 1);
            gdal_sys::OGR_Fld_Destroy(field);
            made
        };
        if made != gdal_sys::OGRErr::OGRERR_NONE {
            return Err(ExportError::Format(format!("column '{}' cannot be made", column.name)));
        }
    }
    Ok(())
}

/// A new file of a driver below a folder.
pub(super) fn create(driver: &str, path: &PathBuf) -> Result<Dataset, ExportError> {
    Ok(DriverManager::get_driver_by_name(driver)?.create_vector_only(path)?)
}

/// A table without geometries.
pub(super) const NO_GEOMETRY: OGRwkbGeometryType::Type = OGRwkbGeometryType::wkbNone;
