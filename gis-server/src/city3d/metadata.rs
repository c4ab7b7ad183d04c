//! Features' properties as a property table of `EXT_structural_metadata` (3D Metadata 1.0).

use city::{Layer, PropertyType, layer::Content, text::fold};
use serde_json::{Map, Value as Json, json};

use crate::store::{FeatureRef, LayerView, ValueRef};

/// Where a number is not known: the lowest of all, which no property has.
const NO_NUMBER: f64 = f64::MIN;

/// Where it is not known whether something holds.
const UNKNOWN: u8 = 2;

/// A table: a row for each feature, in the order of their numbers in the mesh.
#[derive(Debug)]
pub struct Table {
    /// How many rows there are.
    pub rows: usize,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    id: String,
    schema: Json,
    cells: Cells,
}

#[derive(Debug)]
enum Cells {
    Texts(Vec<String>),
    Numbers(Vec<f64>),
    Flags(Vec<u8>),
}

/// How a building was drawn, beside what its layer says of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// From its foot to its highest point, m.
    pub height_m: f64,
    /// Whether that height is a guess.
    pub is_assumed: bool,
    /// Elevation of its foot, m.
    pub base_m: f64,
}

impl Table {
    /// The table of features of a layer: their identifier, what the viewer sees of their columns, and how they
    /// were drawn.
    pub fn of(view: &LayerView, features: &[FeatureRef<'_>], drawn: &[Drawn]) -> Self {
        let ids = features.iter().map(|feature| feature.id().to_string()).collect();
        let schema = json!({ "name": "id", "type": "STRING", "semantic": "ID", "required": true });
        let mut columns = vec![Column { id: "id".into(), schema, cells: Cells::Texts(ids) }];
        let mut taken = vec!["id".to_owned()];
        for (position, property) in view.properties().enumerate() {
            let attribute = attribute_of(view.layer(), &property.name);
            let id = name_for(attribute.unwrap_or(&property.name), &mut taken);
            let cells = features.iter().map(|feature| feature.value(position));
            let cells = match property.kind {
                PropertyType::Bool => Cells::Flags(cells.map(flag).collect()),
                PropertyType::Integer | PropertyType::Real => Cells::Numbers(
                    cells.map(|cell| cell.as_number().unwrap_or(NO_NUMBER)).collect(),
                ),
                _ => Cells::Texts(cells.map(text).collect()),
            };
            let mut schema = cells.schema();
            schema["name"] = property.title.vi.clone().into();
            let unit = property.unit.map(|unit| format!(" ({})", unit.display()));
            let english = format!("{}{}", property.title.en, unit.unwrap_or_default());
            schema["description"] = english.into();
            if attribute == Some("name") {
                schema["semantic"] = "NAME".into();
            }
            columns.push(Column { id, schema, cells });
        }
        let number = |of: fn(&Drawn) -> f64| Cells::Numbers(drawn.iter().map(of).collect());
        let flags = drawn.iter().map(|drawn| u8::from(drawn.is_assumed)).collect();
        for (name, cells, vi, en) in [
            ("drawn_height", number(|d| d.height_m), "Chiều cao đã vẽ", "Height as drawn (m)"),
            (
                "drawn_base",
                number(|d| d.base_m),
                "Cao độ chân công trình đã vẽ",
                "Elevation of its foot as drawn (m)",
            ),
            (
                "drawn_assumed",
                Cells::Flags(flags),
                "Chiều cao đã vẽ là giả định",
                "Whether the height as drawn is assumed",
            ),
        ] {
            let mut schema = cells.schema();
            schema["name"] = vi.into();
            schema["description"] = en.into();
            columns.push(Column { id: name_for(name, &mut taken), schema, cells });
        }
        Self { rows: features.len(), columns }
    }

    /// The extension at the root of a glTF. `view` takes the bytes of a buffer view and gives its number.
    pub(super) fn document(&self, mut view: impl FnMut(&[u8]) -> usize) -> Json {
        let mut class = Map::new();
        let mut table = Map::new();
        for column in &self.columns {
            class.insert(column.id.clone(), column.schema.clone());
            // A column without any value is left out: its noData says so.
            if let Some(property) = column.cells.written(&mut view) {
                table.insert(column.id.clone(), property);
            }
        }
        json!({
            "schema": {
                "id": "dothi",
                "version": "1",
                "classes": { "feature": { "name": "Đối tượng · Feature", "properties": class } },
                "enums": { "truth": {
                    "valueType": "UINT8",
                    "values": [
                        { "name": "false", "value": 0 },
                        { "name": "true", "value": 1 },
                        { "name": "unknown", "value": UNKNOWN },
                    ],
                } },
            },
            "propertyTables": [{ "class": "feature", "count": self.rows, "properties": table }],
        })
    }
}

impl Cells {
    fn schema(&self) -> Json {
        match self {
            Self::Texts(_) => json!({ "type": "STRING", "noData": "" }),
            Self::Numbers(_) => {
                json!({ "type": "SCALAR", "componentType": "FLOAT64", "noData": NO_NUMBER })
            }
            Self::Flags(_) => json!({ "type": "ENUM", "enumType": "truth", "noData": "unknown" }),
        }
    }

    fn written(&self, view: &mut impl FnMut(&[u8]) -> usize) -> Option<Json> {
        match self {
            Self::Texts(texts) => {
                let joined = texts.concat();
                if joined.is_empty() {
                    return None;
                }
                let mut offsets = 0u32.to_le_bytes().to_vec();
                let mut end = 0u32;
                for text in texts {
                    end += text.len() as u32;
                    offsets.extend(end.to_le_bytes());
                }
                let values = view(joined.as_bytes());
                Some(
                    json!({ "values": values, "stringOffsets": view(&offsets), "stringOffsetType": "UINT32" }),
                )
            }
            Self::Numbers(numbers) => {
                let bytes: Vec<u8> =
                    numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                (!bytes.is_empty()).then(|| json!({ "values": view(&bytes) }))
            }
            Self::Flags(flags) => (!flags.is_empty()).then(|| json!({ "values": view(flags) })),
        }
    }
}

/// The attribute of its role that a column plays.
fn attribute_of<'a>(layer: &'a Layer, column: &str) -> Option<&'a str> {
    let Content::Vector { columns, .. } = &layer.content else { return None };
    columns.iter().find(|(_, name)| *name == column).map(|(attribute, _)| attribute.as_str())
}

/// An identifier as 3D Metadata takes it (`[a-zA-Z_][a-zA-Z0-9_]*`), that no other column has.
fn name_for(name: &str, taken: &mut Vec<String>) -> String {
    let plain = fold(name);
    let kept = plain.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let mut id: String = kept.collect();
    if id.starts_with(|c: char| c.is_ascii_digit()) || id.is_empty() {
        id.insert(0, '_');
    }
    let mut own = id.clone();
    let mut number = 2;
    while taken.contains(&own) {
        own = format!("{id}_{number}");
        number += 1;
    }
    taken.push(own.clone());
    own
}

fn flag(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Bool(flag) => u8::from(flag),
        _ => UNKNOWN,
    }
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Bool(flag) => flag.to_string(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => text.to_owned(),
        ValueRef::Date(date) => date.to_string(),
        ValueRef::Instant(at) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers_that_no_other_column_has() {
        let mut taken = vec!["id".to_owned()];
        for (name, id) in [
            ("height", "height"),
            ("Chiều cao", "chieu_cao"),
            ("building:levels", "building_levels"),
            ("Id", "id_2"),
            ("3D", "_3d"),
            ("tầng.1", "tang_1"),
            ("tầng 1", "tang_1_2"),
        ] {
            assert_eq!(name_for(name, &mut taken), id);
        }
    }
}
