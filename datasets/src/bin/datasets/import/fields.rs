//! The values of a feature's fields.
//!
//! The `gdal` crate reads a field that was never set as 0 or as empty text, and replaces text that
//! is no UTF-8; here a value that is not there is null, and text arrives in the bytes that the file
//! holds.

use std::ffi::{CStr, c_int};

use city::{Instant, PropertyType, Value};
use datasets::encoding::Legacy;
use gdal::vector::{Feature, FieldValue, LayerAccess, OGRFieldType};

/// A column of the source.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// Its name, as the source has it.
    pub(crate) name: String,
    /// What its values are.
    pub(crate) kind: PropertyType,
    field: usize,
    ogr: OGRFieldType::Type,
}

/// The columns of a layer that a table of ours can hold, and the names of those that it can't.
pub(crate) fn columns_of(layer: &impl LayerAccess) -> (Vec<Column>, Vec<String>) {
    let (mut columns, mut left_out) = (Vec::new(), Vec::new());
    for (field, definition) in layer.defn().fields().enumerate() {
        let (name, ogr) = (definition.name(), definition.field_type());
        let kind = match ogr {
            OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => PropertyType::Integer,
            OGRFieldType::OFTReal => PropertyType::Real,
            OGRFieldType::OFTDate => PropertyType::Date,
            OGRFieldType::OFTDateTime => PropertyType::Instant,
            OGRFieldType::OFTBinary => {
                left_out.push(name);
                continue;
            }
            _ => PropertyType::Text,
        };
        columns.push(Column { name, kind, field, ogr });
    }
    (columns, left_out)
}

impl Column {
    /// The value of a feature; null when there is none.
    pub(crate) fn value(&self, feature: &Feature, legacy: Option<Legacy>) -> Value {
        if !is_set(feature, self.field) {
            return Value::Null;
        }
        match self.ogr {
            OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => {
                feature.field_as_integer64(self.field).ok().flatten().into()
            }
            OGRFieldType::OFTReal => {
                let number = feature.field_as_double(self.field).ok().flatten();
                number.filter(|number| number.is_finite()).into()
            }
            OGRFieldType::OFTDate | OGRFieldType::OFTDateTime => self.time(feature),
            OGRFieldType::OFTString | OGRFieldType::OFTTime => {
                text_of(&bytes_of(feature, self.field), legacy)
            }
            _ => list(feature.field(self.field).ok().flatten(), legacy),
        }
    }

    /// Times without a zone are the province's, UTC+7.
    fn time(&self, feature: &Feature) -> Value {
        let Some(time) = time_of(feature, self.field) else { return Value::Null };
        if self.ogr == OGRFieldType::OFTDate {
            return city::time::Date::new(time.year, time.month, time.day)
                .map_or(Value::Null, Value::Date);
        }
        let Ok(date) = city::time::Date::new(time.year, time.month, time.day) else {
            return Value::Null;
        };
        let midnight = Instant::at_start_of(date).as_micros();
        let province_offset_s = 7.0 * 3600.0;
        let seconds = f64::from(time.hour) * 3600.0 + f64::from(time.minute) * 60.0 + time.second;
        let zone_s = time.offset_s.unwrap_or(province_offset_s);
        let micros = ((seconds + province_offset_s - zone_s) * 1e6).round() as i64;
        Value::Instant(Instant::from_micros(midnight + micros))
    }
}

/// Text in the bytes of a file: of an old code page, else UTF-8; what is neither reads as `�`.
fn text_of(bytes: &[u8], legacy: Option<Legacy>) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let text = match legacy {
        Some(page) => page.decode(&text),
        None => text.into_owned(),
    };
    // Padding of fixed-width tables, and bytes that no text should hold.
    let clean: String = text.trim_end().chars().filter(|c| !is_unwanted(*c)).collect();
    if clean.is_empty() { Value::Null } else { Value::from(clean) }
}

fn is_unwanted(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

fn list(value: Option<FieldValue>, legacy: Option<Legacy>) -> Value {
    let joined = |items: Vec<String>| text_of(items.join(";").as_bytes(), legacy);
    match value {
        Some(FieldValue::StringListValue(items)) => joined(items),
        Some(FieldValue::IntegerListValue(items)) => joined(texts(items)),
        Some(FieldValue::Integer64ListValue(items)) => joined(texts(items)),
        Some(FieldValue::RealListValue(items)) => joined(texts(items)),
        Some(other) => other.into_string().into(),
        None => Value::Null,
    }
}

fn texts<T: ToString>(items: Vec<T>) -> Vec<String> {
    items.iter().map(T::to_string).collect()
}

struct Time {
    year: i16,
    month: i8,
    day: i8,
    hour: i32,
    minute: i32,
    second: f64,
    /// Seconds east of UTC; `None` when the source does not say.
    offset_s: Option<f64>,
}

/// Whether a feature has a geometry.
pub(crate) fn has_geometry(feature: &Feature) -> bool {
    #[expect(unsafe_code, reason = "the gdal crate takes a geometry that is not there for one")]
    // SAFETY: the feature is alive; the pointer is only looked at.
    unsafe {
        !gdal_sys::OGR_F_GetGeometryRef(feature.c_feature()).is_null()
    }
}

fn is_set(feature: &Feature, field: usize) -> bool {
    #[expect(unsafe_code, reason = "the gdal crate does not tell null from unset")]
    // SAFETY: the feature is alive, and its columns were counted when it was defined.
    unsafe {
        gdal_sys::OGR_F_IsFieldSetAndNotNull(feature.c_feature(), field as c_int) != 0
    }
}

fn bytes_of(feature: &Feature, field: usize) -> Vec<u8> {
    #[expect(unsafe_code, reason = "the gdal crate replaces text that is no UTF-8")]
    // SAFETY: GDAL returns a null-terminated text that it owns until the feature's next change; it
    // is copied at once.
    unsafe {
        let text = gdal_sys::OGR_F_GetFieldAsString(feature.c_feature(), field as c_int);
        if text.is_null() { Vec::new() } else { CStr::from_ptr(text).to_bytes().to_vec() }
    }
}

fn time_of(feature: &Feature, field: usize) -> Option<Time> {
    let (mut year, mut month, mut day) = (0, 0, 0);
    let (mut hour, mut minute, mut second, mut zone) = (0, 0, 0.0_f32, 0);
    #[expect(unsafe_code, reason = "the gdal crate refuses times whose zone is not said")]
    // SAFETY: the feature is alive, and every pointer is to a number of this frame.
    let found = unsafe {
        gdal_sys::OGR_F_GetFieldAsDateTimeEx(
            feature.c_feature(),
            field as c_int,
            &mut year,
            &mut month,
            &mut day,
            &mut hour,
            &mut minute,
            &mut second,
            &mut zone,
        )
    };
    // GDAL's zones: 0 unknown, 1 local, 100 UTC, a quarter of an hour each step from there.
    let offset_s = (zone > 1).then(|| f64::from(zone - 100) * 900.0);
    (found != 0).then_some(Time {
        year: i16::try_from(year).ok()?,
        month: i8::try_from(month).ok()?,
        day: i8::try_from(day).ok()?,
        hour,
        minute,
        second: f64::from(second),
        offset_s,
    })
}
