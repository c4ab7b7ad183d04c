//! DXF: shapes on one layer, texts on another. Areas are closed lines, as drawings of parcels have them; other
//! columns have no place in a drawing.

use std::ffi::CString;

use city::{Title, Value};
use datasets::exchange::Done;
use gdal::vector::{Defn, Feature, Geometry, LayerAccess, LayerOptions, OGRwkbGeometryType};

use super::{
    ExportError, Order, done, ogr,
    source::{Row, Shape, Source},
    tell,
};

/// Height of texts in units of the drawing: metres.
const TEXT_HEIGHT_M: f64 = 2.0;

pub(super) fn write(order: &Order<'_>, source: &Source) -> Result<Done, ExportError> {
    let label = order.about.label.as_ref();
    let label =
        label.and_then(|name| source.columns.iter().position(|column| column.name == *name));
    let is_degrees = source.srs.as_ref().is_some_and(|srs| srs.is_geographic());
    let height = if is_degrees { TEXT_HEIGHT_M / 111_000.0 } else { TEXT_HEIGHT_M };
    let mut dataset = ogr::create("DXF", &order.out.to_path_buf())?;
    let mut count = 0;
    {
        // The format has no types of geometry, and fields of its own.
        let layer = dataset.create_layer(LayerOptions {
            name: "entities",
            ty: OGRwkbGeometryType::wkbUnknown,
            ..LayerOptions::default()
        })?;
        let definition = Defn::from_layer(&layer);
        let on = layer.defn().field_index("Layer")?;
        let texts = format!("{}-ten", order.name);
        source.each(|row| {
            for shape in entities(&row)? {
                let mut feature = Feature::new(&definition)?;
                feature.set_field_string(on, order.name)?;
                feature.set_geometry(shape)?;
                feature.create(&layer)?;
            }
            if let Some((text, at)) = label.and_then(|label| label_of(&row, label)) {
                let mut feature = Feature::new(&definition)?;
                feature.set_field_string(on, &texts)?;
                let mut point = Geometry::empty(OGRwkbGeometryType::wkbPoint)?;
                point.add_point_2d(at);
                feature.set_geometry(point)?;
                set_text(&feature, &text, height)?;
                feature.create(&layer)?;
            }
            count += 1;
            tell(count, source.count);
            Ok(())
        })?;
    }
    dataset.close()?;
    let mut notes = vec![Title::new(
        format!(
            "DXF không mang hệ tọa độ và bảng thuộc tính: tên nằm ở lớp '{}-ten', vùng là đường khép kín",
            order.name
        ),
        format!(
            "DXF holds neither a system nor a table: names stand on the layer '{}-ten', areas are closed lines",
            order.name
        ),
    )];
    if let Some(name) = source.srs.as_ref().and_then(|srs| srs.name()) {
        notes.push(Title::new(format!("Tọa độ: {name}"), format!("coordinates: {name}")));
    }
    Ok(done(count, notes))
}

/// What a drawing has in place of a geometry: points, and lines of which those of areas are closed.
fn entities(row: &Row) -> Result<Vec<Geometry>, ExportError> {
    let Some(geometry) = &row.geometry else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    match row.shape() {
        None => {}
        Some(Shape::Points | Shape::Lines) => match geometry.geometry_count() {
            0 => found.push(geometry.clone()),
            parts => found.extend((0..parts).map(|part| geometry.get_geometry(part).clone())),
        },
        Some(Shape::Areas) if geometry.geometry_type() == OGRwkbGeometryType::wkbPolygon => {
            rings(geometry, &mut found)?;
        }
        Some(Shape::Areas) => {
            for part in 0..geometry.geometry_count() {
                rings(&geometry.get_geometry(part), &mut found)?;
            }
        }
    }
    Ok(found)
}

fn rings(polygon: &Geometry, found: &mut Vec<Geometry>) -> Result<(), ExportError> {
    for number in 0..polygon.geometry_count() {
        let ring = polygon.get_geometry(number);
        let mut points = Vec::new();
        ring.get_points(&mut points);
        let mut line = Geometry::empty(OGRwkbGeometryType::wkbLineString)?;
        points.iter().for_each(|(x, y, _)| line.add_point_2d((*x, *y)));
        found.push(line);
    }
    Ok(())
}

/// The text of a feature and where it stands.
fn label_of(row: &Row, label: usize) -> Option<(String, (f64, f64))> {
    let Value::Text(text) = row.values.get(label)? else { return None };
    let edges = row.geometry.as_ref()?.envelope();
    Some((text.to_string(), ((edges.MinX + edges.MaxX) / 2.0, (edges.MinY + edges.MaxY) / 2.0)))
}

/// Lets a point be written as a text (MTEXT).
fn set_text(feature: &Feature<'_>, text: &str, height: f64) -> Result<(), ExportError> {
    // Within a style's text a quote is escaped, and a line ends it.
    let text: String = text.chars().filter(|c| !c.is_control() && *c != '\\').collect();
    let style = format!("LABEL(f:\"Arial\",t:\"{}\",s:{height}g,p:5)", text.replace('"', "'"));
    let style =
        CString::new(style).map_err(|_| ExportError::Format("a text holds a NUL".into()))?;
    #[expect(unsafe_code, reason = "the gdal crate sets no styles")]
    // SAFETY: the feature is alive, and GDAL copies the text.
    unsafe {
        gdal_sys::OGR_F_SetStyleString(feature.c_feature(), style.as_ptr());
    }
    Ok(())
}
