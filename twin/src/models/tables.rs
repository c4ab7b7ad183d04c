//! Property tables of `EXT_structural_metadata` (3D Metadata 1.0): texts, numbers, yes and no, and enumerations.
//! Arrays, vectors and matrices are left out.

use city::Value;
use serde_json::Value as Json;

use super::{Object, Why, gltf::GLTF, limits, trouble};

/// The rows of a table as objects.
pub(super) fn rows<'a>(
    extension: &Json,
    number: usize,
    view: impl Fn(usize) -> Result<&'a [u8], Why>,
) -> Result<Vec<Object>, Why> {
    let wrong = |what: &str| Why::broken(GLTF, format!("propertyTables[{number}] {what}"));
    let table = &extension["propertyTables"][number];
    let count = table["count"].as_u64().ok_or_else(|| wrong("is missing"))? as usize;
    trouble::at_most(count, limits::OBJECTS, trouble::OBJECTS)?;
    let class_name = table["class"].as_str().unwrap_or_default();
    let class = &extension["schema"]["classes"][class_name]["properties"];
    let mut objects: Vec<Object> = (0..count)
        .map(|row| Object {
            id: row.to_string(),
            kind: class_name.to_owned(),
            attributes: Vec::new(),
        })
        .collect();
    let columns = table["properties"].as_object();
    for (name, column) in columns.into_iter().flatten().take(limits::ATTRIBUTES) {
        let kind = &class[name.as_str()];
        let Some(cells) = cells(kind, column, &extension["schema"]["enums"], count, &view)? else {
            continue;
        };
        let is_id = kind["semantic"] == "ID" || name == "id";
        for (object, cell) in objects.iter_mut().zip(cells) {
            let Some(cell) = cell else { continue };
            if is_id {
                object.id = shown(&cell);
            } else {
                object.attributes.push((name.clone(), cell));
            }
        }
    }
    Ok(objects)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

type Cells = Vec<Option<Value>>;

/// The cells of a column; `None` where its kind is not read.
fn cells<'a>(
    kind: &Json,
    column: &Json,
    enums: &Json,
    count: usize,
    view: &impl Fn(usize) -> Result<&'a [u8], Why>,
) -> Result<Option<Cells>, Why> {
    if kind["array"] == true {
        return Ok(None);
    }
    let short = || Why::broken(GLTF, "a property is shorter than its table");
    let bytes_of =
        |name: &str| column[name].as_u64().map(|number| view(number as usize)).transpose();
    let Some(values) = bytes_of("values")? else { return Ok(None) };
    let absent = &kind["noData"];
    let known = |value: Value, raw: Json| (absent.is_null() || *absent != raw).then_some(value);
    let scalars = |component: &str| -> Result<Vec<Json>, Why> {
        let size = size_of(component).ok_or_else(short)?;
        let cells = values.chunks_exact(size).take(count).map(|bytes| scalar(bytes, component));
        let cells: Vec<Json> = cells.collect();
        if cells.len() == count { Ok(cells) } else { Err(short()) }
    };
    Ok(Some(match kind["type"].as_str() {
        Some("STRING") => {
            let offsets = bytes_of("stringOffsets")?.ok_or_else(short)?;
            let size = match column["stringOffsetType"].as_str() {
                Some("UINT8") => 1,
                Some("UINT16") => 2,
                Some("UINT64") => 8,
                _ => 4,
            };
            let offsets = offsets.chunks_exact(size).take(count + 1).map(|bytes| {
                bytes.iter().rev().fold(0u64, |number, byte| (number << 8) | u64::from(*byte))
                    as usize
            });
            let offsets: Vec<usize> = offsets.collect();
            if offsets.len() != count + 1 {
                return Err(short());
            }
            let texts = offsets.windows(2).map(|pair| {
                let bytes = values.get(pair[0]..pair[1]).ok_or_else(short)?;
                let text = String::from_utf8_lossy(bytes);
                Ok(known(Value::from(text.as_ref()), Json::from(text.as_ref())))
            });
            texts.collect::<Result<Cells, Why>>()?
        }
        Some("BOOLEAN") => {
            let bit = |row: usize| values.get(row / 8).map(|byte| byte >> (row % 8) & 1 == 1);
            (0..count).map(|row| bit(row).map(Value::Bool)).collect()
        }
        Some("SCALAR") => {
            let component = kind["componentType"].as_str().unwrap_or_default();
            let cells = scalars(component)?.into_iter();
            cells
                .map(|raw| {
                    let value = match raw.as_i64() {
                        Some(whole) if !component.starts_with("FLOAT") => Value::Integer(whole),
                        _ => Value::Real(raw.as_f64()?),
                    };
                    known(value, raw)
                })
                .collect()
        }
        Some("ENUM") => {
            let list = &enums[kind["enumType"].as_str().unwrap_or_default()];
            let component = list["valueType"].as_str().unwrap_or("UINT16");
            let names = list["values"].as_array();
            let cells = scalars(component)?.into_iter();
            cells
                .map(|raw| {
                    let told = names?.iter().find(|it| it["value"] == raw)?["name"].as_str()?;
                    known(Value::from(told), Json::from(told))
                })
                .collect()
        }
        _ => return Ok(None),
    }))
}

fn size_of(component: &str) -> Option<usize> {
    Some(match component {
        "INT8" | "UINT8" => 1,
        "INT16" | "UINT16" => 2,
        "INT32" | "UINT32" | "FLOAT32" => 4,
        "INT64" | "UINT64" | "FLOAT64" => 8,
        _ => return None,
    })
}

/// A number of so many bytes; `null` for one that is none.
fn scalar(bytes: &[u8], component: &str) -> Json {
    let mut eight = [0; 8];
    eight[..bytes.len()].copy_from_slice(bytes);
    let whole = u64::from_le_bytes(eight);
    match component {
        "FLOAT32" => f64::from(f32::from_bits(whole as u32)).into(),
        "FLOAT64" => f64::from_bits(whole).into(),
        "INT8" => (whole as i8).into(),
        "INT16" => (whole as i16).into(),
        "INT32" => (whole as i32).into(),
        "INT64" => (whole as i64).into(),
        _ => whole.into(),
    }
}
