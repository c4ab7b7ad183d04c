//! What the catalogue says of a layer, by itself.

use city::{
    Layer, PropertyType,
    layer::{Content, GeometryKind},
};

use super::Report;
use crate::{codelists::CodeLists, write::FID};

/// The deepest zoom of a map.
const MAX_ZOOM: u8 = 24;

pub(super) fn check(layer: &Layer, lists: &CodeLists, report: &mut Report) {
    if layer.title.vi.trim().is_empty() || layer.title.en.trim().is_empty() {
        report.warning(&layer.id, "its title lacks Vietnamese or English");
    }
    if layer.zoom.0 > layer.zoom.1 || layer.zoom.1 > MAX_ZOOM {
        let (first, last) = layer.zoom;
        report.problem(
            &layer.id,
            format!("its zooms {first} to {last} are not within 0 to {MAX_ZOOM}"),
        );
    }
    if layer.attribution.trim().is_empty() {
        report.warning(&layer.id, "it has no attribution, which every map and export must show");
    }
    match (&layer.content, layer.role.geometry()) {
        (Content::Vector { geometry, .. }, Some(wanted)) => {
            if *geometry != wanted && wanted != GeometryKind::Mixed {
                let text = format!(
                    "it holds {geometry:?} features, but its role '{}' is for {wanted:?}",
                    layer.role
                );
                report.warning(&layer.id, text);
            }
        }
        (Content::Raster { .. }, None) => {}
        _ => {
            let text = format!(
                "it is a raster and its role '{}' is not, or the other way round",
                layer.role
            );
            report.problem(&layer.id, text);
        }
    }
    check_columns(layer, report);
    check_lists(layer, lists, report);
}

/// Mapped columns, row rules and the key name columns that are there.
fn check_columns(layer: &Layer, report: &mut Report) {
    let Content::Vector { schema, columns, row_rules, id_column, .. } = &layer.content else {
        return;
    };
    if id_column != FID && schema.get(id_column).is_none() {
        report.problem(&layer.id, format!("its key column '{id_column}' is not in its schema"));
    }
    for (i, property) in schema.properties.iter().enumerate() {
        if schema.index_of(&property.name) != Some(i) {
            report
                .problem(&layer.id, format!("its schema has the column '{}' twice", property.name));
        }
    }
    for (name, column) in columns {
        let Some(attribute) = layer.role.attribute(name) else {
            let text =
                format!("it maps '{name}', which is no attribute of the role '{}'", layer.role);
            report.warning(&layer.id, text);
            continue;
        };
        match schema.get(column) {
            None => {
                let text = format!("it maps '{name}' to the column '{column}', which is not there");
                report.problem(&layer.id, text);
            }
            Some(property) if !can_play(property.kind, attribute.kind) => {
                let (found, wanted) = (property.kind, attribute.kind);
                let text =
                    format!("its column '{column}' is {found:?}, but '{name}' is {wanted:?}");
                report.warning(&layer.id, text);
            }
            Some(property) if property.access < attribute.access => {
                let text = format!(
                    "its column '{column}' is {:?}, but '{name}' is {:?}: the public would see it",
                    property.access, attribute.access
                );
                report.problem(&layer.id, text);
            }
            Some(_) => {}
        }
    }
    for rule in row_rules.iter().filter(|rule| schema.get(&rule.column).is_none()) {
        let text = format!("a row rule goes by the column '{}', which is not there", rule.column);
        report.problem(&layer.id, text);
    }
}

fn check_lists(layer: &Layer, lists: &CodeLists, report: &mut Report) {
    let properties = layer.schema().into_iter().flat_map(|schema| &schema.properties);
    for property in properties {
        if let Some(list) = property.code_list.as_deref().filter(|id| lists.get(id).is_none()) {
            let text = format!(
                "its column '{}' names the code list '{list}', which is not there",
                property.name
            );
            report.warning(&layer.id, text);
        }
    }
}

/// Whether a column of one type can be read as an attribute of another.
fn can_play(column: PropertyType, attribute: PropertyType) -> bool {
    use PropertyType as T;
    column == attribute
        || matches!(
            (column, attribute),
            (T::Integer, T::Real) | (T::Real, T::Integer) | (_, T::Text)
        )
}
