//! Shapefiles in a ZIP archive, a table for each kind of geometry, with a page that tells what the format did.

use std::{fmt::Write, fs, path::PathBuf};

use city::{Property, PropertyType, Title, Value};
use datasets::exchange::Done;
use gdal::vector::{Defn, Feature, LayerOptions, OGRwkbGeometryType};

use super::{
    ExportError, Order, done, names,
    ogr::{self, NO_GEOMETRY, OutColumn},
    pack,
    source::{Shape, Source},
    tell,
};

/// Longest name of a column, in bytes.
const NAME: usize = 10;
/// Longest text, in bytes (dBASE III).
const TEXT: usize = 254;
/// Name of the page in the archive.
const PAGE: &str = "DOC-TRUOC.txt";

/// What the features are, read once before they are written.
struct Census {
    shapes: Vec<Shape>,
    has_none: bool,
    /// The longest text of each column, in bytes, and how many are cut.
    widest: Vec<usize>,
    cut: Vec<u64>,
}

impl Census {
    fn of(source: &Source) -> Result<Self, ExportError> {
        let none = source.columns.len();
        let mut census =
            Self { shapes: Vec::new(), has_none: false, widest: vec![1; none], cut: vec![0; none] };
        source.each(|row| {
            match row.shape() {
                None => census.has_none = true,
                Some(shape) if census.shapes.contains(&shape) => {}
                Some(shape) => census.shapes.push(shape),
            }
            for (column, value) in row.values.iter().enumerate() {
                let length = match value {
                    Value::Text(text) => text.len(),
                    Value::Instant(at) => at.to_string().len(),
                    _ => continue,
                };
                census.widest[column] = census.widest[column].max(length);
                census.cut[column] += u64::from(length > TEXT);
            }
            Ok(())
        })?;
        Ok(census)
    }

    /// The tables that are written: of a kind of geometry, or of none. Features without geometry stand in
    /// the first one.
    fn tables(&self) -> Vec<Option<Shape>> {
        match self.shapes.is_empty() {
            true => vec![None],
            false => self.shapes.iter().copied().map(Some).collect(),
        }
    }
}

pub(super) fn write(order: &Order<'_>, source: &Source) -> Result<Done, ExportError> {
    let census = Census::of(source)?;
    let columns = columns(source, &census);
    let folder = order.scratch.join("shp");
    fs::create_dir(&folder)?;
    let tables = census.tables();
    let mut features = 0;
    for (number, table) in tables.iter().enumerate() {
        let name = table_name(order.name, *table, tables.len());
        let path = folder.join(format!("{name}.shp"));
        features = put_table(source, &columns, (&name, path), (*table, number == 0), features)?;
    }
    let mut told = ogr::with_renamed(done(features, Vec::new()), source, &columns);
    told.notes = notes(source, &columns, &census);
    fs::write(folder.join(PAGE), page(order, source, &columns, &told))?;
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        files.push((entry.path(), entry.file_name().to_string_lossy().into_owned()));
    }
    files.sort();
    pack::zip(order.out, &files)?;
    Ok(told)
}

fn table_name(name: &str, table: Option<Shape>, of: usize) -> String {
    let end = match table {
        _ if of == 1 => "",
        Some(Shape::Points) => "-diem",
        Some(Shape::Lines) => "-duong",
        Some(Shape::Areas) | None => "-vung",
    };
    format!("{name}{end}")
}

fn columns(source: &Source, census: &Census) -> Vec<OutColumn> {
    let short = names::short(source.columns.iter().map(|column| column.name.as_str()), NAME);
    let pairs = source.columns.iter().zip(short).zip(&census.widest);
    let made = pairs.map(|((column, name), widest)| {
        let room = i32::try_from((*widest).min(TEXT)).unwrap_or(i32::MAX);
        let (width, precision) = match column.kind {
            PropertyType::Bool => (1, 0),
            PropertyType::Integer => (18, 0),
            PropertyType::Real => (24, 15),
            PropertyType::Text | PropertyType::Instant => (room, 0),
            PropertyType::Date => (0, 0),
        };
        OutColumn {
            width,
            precision,
            has_truth: false,
            has_instants: false,
            ..OutColumn::of(column, name)
        }
    });
    made.collect()
}

fn put_table(
    source: &Source,
    columns: &[OutColumn],
    (name, path): (&str, PathBuf),
    (table, is_first): (Option<Shape>, bool),
    mut count: u64,
) -> Result<u64, ExportError> {
    let mut dataset = ogr::create("ESRI Shapefile", &path)?;
    let ty = match table {
        None => NO_GEOMETRY,
        Some(Shape::Points) if source.geometry == OGRwkbGeometryType::wkbPoint => {
            OGRwkbGeometryType::wkbPoint
        }
        Some(Shape::Points) => OGRwkbGeometryType::wkbMultiPoint,
        Some(Shape::Lines) => OGRwkbGeometryType::wkbLineString,
        Some(Shape::Areas) => OGRwkbGeometryType::wkbPolygon,
    };
    {
        let layer = dataset.create_layer(LayerOptions {
            name,
            srs: source.srs.as_ref().filter(|_| table.is_some()),
            ty,
            options: Some(&["ENCODING=UTF-8"]),
        })?;
        ogr::add_fields(&layer, columns)?;
        let definition = Defn::from_layer(&layer);
        source.each(|row| {
            let shape = row.shape();
            if shape != table && !(shape.is_none() && is_first) {
                return Ok(());
            }
            let mut feature = Feature::new(&definition)?;
            for (field, (value, column)) in row.values.iter().zip(columns).enumerate() {
                match value {
                    Value::Real(number) if number.abs() >= 1e8 => {
                        // Its digits after the comma would take the room of those before it.
                        feature.set_field_string(field, &format!("{number:e}"))?;
                    }
                    value => ogr::put(&mut feature, field, value, column)?,
                }
            }
            if let Some(geometry) = row.geometry {
                feature.set_geometry(as_multiple(geometry, ty)?)?;
            }
            feature.create(&layer)?;
            count += 1;
            tell(count, source.count);
            Ok(())
        })?;
    }
    dataset.close()?;
    Ok(count)
}

/// A point among points of several parts; lines and areas need not be told apart here.
fn as_multiple(
    geometry: gdal::vector::Geometry,
    ty: OGRwkbGeometryType::Type,
) -> Result<gdal::vector::Geometry, ExportError> {
    let is_single = geometry.geometry_type() == OGRwkbGeometryType::wkbPoint;
    if ty != OGRwkbGeometryType::wkbMultiPoint || !is_single {
        return Ok(geometry);
    }
    let mut all = gdal::vector::Geometry::empty(ty)?;
    all.add_geometry(geometry)?;
    Ok(all)
}

fn notes(source: &Source, columns: &[OutColumn], census: &Census) -> Vec<Title> {
    let mut notes = Vec::new();
    let pairs = || source.columns.iter().zip(columns).zip(&census.cut);
    let renamed = pairs().filter(|((own, there), _)| own.name != there.name).count();
    if renamed > 0 {
        notes.push(Title::new(
            format!("{renamed} tên cột được rút gọn còn {NAME} ký tự không dấu, xem {PAGE}"),
            format!(
                "{renamed} names of columns were cut to {NAME} letters without accents, see {PAGE}"
            ),
        ));
    }
    for ((own, _), cut) in pairs().filter(|(_, cut)| **cut > 0) {
        notes.push(Title::new(
            format!("Cột '{}': {cut} văn bản bị cắt còn {TEXT} byte", own.name),
            format!("column '{}': {cut} texts were cut to {TEXT} bytes", own.name),
        ));
    }
    if census.shapes.len() > 1 {
        notes.push(Title::new(
            "Điểm, đường và vùng nằm trong các tệp riêng",
            "Points, lines and areas stand in files of their own",
        ));
    }
    notes
}

/// The page in the archive: what the data are, and what became of the columns.
fn page(order: &Order<'_>, source: &Source, columns: &[OutColumn], told: &Done) -> String {
    // A byte-order mark tells editors of Windows that it is UTF-8.
    let mut page = format!("\u{feff}{}\r\n{}\r\n\r\n", order.about.title.vi, order.about.title.en);
    let _ = write!(page, "{}\r\n\r\n", order.about.credits);
    let _ = write!(page, "Bảng mã · Encoding: UTF-8 (.cpg)\r\nCột · Columns:\r\n");
    for (own, there) in source.columns.iter().zip(columns) {
        let _ = write!(page, "  {:<10}  {}{}\r\n", there.name, own.name, explained(own, there));
    }
    for note in &told.notes {
        let _ = write!(page, "- {}\r\n  {}\r\n", note.vi, note.en);
    }
    page
}

fn explained(own: &Property, there: &OutColumn) -> String {
    let mut text = String::new();
    if own.title.vi != own.name {
        let _ = write!(text, ": {} · {}", own.title.vi, own.title.en);
    }
    match own.kind {
        PropertyType::Bool => text.push_str(" (0/1)"),
        PropertyType::Text => {
            let _ = write!(text, " (rộng · width {})", there.width);
        }
        _ => {}
    }
    text
}
