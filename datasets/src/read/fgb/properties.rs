//! Property values as the file holds them.

use city::{FeatureId, Instant, PropertyType, Schema, Value, time::parse_date};
use flatgeobuf::ColumnType;

use super::{FileColumn, ReadError};

/// A value as it stands in the file. Every integer type is widened to `i64`, but for `ULong`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RawValue<'a> {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number of the type `ULong`.
    Unsigned(u64),
    /// A number.
    Real(f64),
    /// Text, JSON, or a date as ISO 8601 text.
    Text(&'a str),
}

impl RawValue<'_> {
    /// The value as a column of this type has it.
    ///
    /// # Errors
    /// What does not fit, when the file holds something else.
    pub fn to_value(self, kind: PropertyType) -> Result<Value, &'static str> {
        match (kind, self) {
            (PropertyType::Bool, Self::Bool(flag)) => Ok(Value::Bool(flag)),
            (PropertyType::Integer, Self::Integer(number)) => Ok(Value::Integer(number)),
            (PropertyType::Integer, Self::Unsigned(number)) => i64::try_from(number)
                .map(Value::Integer)
                .map_err(|_| "it has a whole number above 9 223 372 036 854 775 807"),
            (PropertyType::Real, Self::Real(number)) => Ok(Value::Real(number)),
            (PropertyType::Real, Self::Integer(number)) => Ok(Value::Real(number as f64)),
            (PropertyType::Text, Self::Text(text)) => Ok(Value::from(text)),
            (PropertyType::Date, Self::Text(text)) => {
                let day = text.split_once('T').map_or(text, |(day, _)| day);
                parse_date(day).map(Value::Date).map_err(|_| "it has a date that is none")
            }
            (PropertyType::Instant, Self::Text(text)) => text
                .parse::<Instant>()
                .map(Value::Instant)
                .map_err(|_| "it has an instant that is none"),
            _ => Err("it has a value of another type than its column"),
        }
    }

    /// The value as an identifier.
    pub fn to_id(self) -> Option<FeatureId> {
        match self {
            Self::Unsigned(number) => Some(FeatureId::Number(number)),
            Self::Integer(number) => u64::try_from(number).ok().map(FeatureId::Number),
            Self::Text(text) => text.parse().ok(),
            Self::Bool(_) | Self::Real(_) => None,
        }
    }
}

/// Which column of the file is which of the schema.
#[derive(Debug, Clone)]
pub struct Binding {
    id: usize,
    places: Vec<Option<(usize, PropertyType)>>,
    len: usize,
}

impl Binding {
    pub(super) fn new(
        columns: &[FileColumn],
        schema: &Schema,
        id_column: &str,
    ) -> Result<Self, ReadError> {
        let find = |name: &str| {
            columns.iter().position(|column| column.name == name).ok_or_else(|| {
                let present: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
                ReadError::NoColumn { column: name.to_owned(), present: present.join(", ") }
            })
        };
        let mut places = vec![None; columns.len()];
        for (place, property) in schema.properties.iter().enumerate() {
            let column = find(&property.name)?;
            if !fits(property.kind, columns[column].kind) {
                return Err(ReadError::ColumnType {
                    column: property.name.clone(),
                    stated: format!("{:?}", property.kind),
                    found: columns[column].kind.variant_name().unwrap_or("unknown").to_owned(),
                });
            }
            places[column] = Some((place, property.kind));
        }
        Ok(Self { id: find(id_column)?, places, len: schema.properties.len() })
    }

    /// Position in the file of the identifier's column.
    pub fn id_column(&self) -> usize {
        self.id
    }

    /// Position in the schema, and type, of a column of the file.
    pub fn place(&self, column: usize) -> Option<(usize, PropertyType)> {
        self.places.get(column).copied().flatten()
    }

    /// How many columns the schema has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the schema has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Whether values of a file's column can be read as a property of this type.
fn fits(kind: PropertyType, column: ColumnType) -> bool {
    use ColumnType as C;
    let whole = [C::Byte, C::UByte, C::Short, C::UShort, C::Int, C::UInt, C::Long, C::ULong]
        .contains(&column);
    match kind {
        PropertyType::Bool => column == C::Bool,
        PropertyType::Integer => whole,
        PropertyType::Real => {
            [C::Float, C::Double].contains(&column) || (whole && column != C::ULong)
        }
        PropertyType::Text => [C::String, C::Json].contains(&column),
        PropertyType::Date | PropertyType::Instant => [C::DateTime, C::String].contains(&column),
    }
}

/// Calls back for each property of a record: a column's position, then a value, and so on.
pub(super) fn visit<'a>(
    mut bytes: &'a [u8],
    columns: &[FileColumn],
    mut visit: impl FnMut(usize, RawValue<'a>),
) -> Result<(), &'static str> {
    // Some writers pad with a zero byte, which is too short to be a column's position.
    while bytes.len() > 1 {
        let column = usize::from(u16::from_le_bytes(take(&mut bytes)?));
        let kind = columns.get(column).ok_or("it has a value of a column that is not there")?.kind;
        if let Some(value) = read_value(&mut bytes, kind)? {
            visit(column, value);
        }
    }
    Ok(())
}

/// Reads one value; `None` for binary ones, which no property holds.
fn read_value<'a>(
    bytes: &mut &'a [u8],
    kind: ColumnType,
) -> Result<Option<RawValue<'a>>, &'static str> {
    use ColumnType as C;
    Ok(Some(match kind {
        C::Bool => RawValue::Bool(take::<1>(bytes)?[0] != 0),
        C::Byte => RawValue::Integer(i8::from_le_bytes(take(bytes)?).into()),
        C::UByte => RawValue::Integer(u8::from_le_bytes(take(bytes)?).into()),
        C::Short => RawValue::Integer(i16::from_le_bytes(take(bytes)?).into()),
        C::UShort => RawValue::Integer(u16::from_le_bytes(take(bytes)?).into()),
        C::Int => RawValue::Integer(i32::from_le_bytes(take(bytes)?).into()),
        C::UInt => RawValue::Integer(u32::from_le_bytes(take(bytes)?).into()),
        C::Long => RawValue::Integer(i64::from_le_bytes(take(bytes)?)),
        C::ULong => RawValue::Unsigned(u64::from_le_bytes(take(bytes)?)),
        C::Float => RawValue::Real(f32::from_le_bytes(take(bytes)?).into()),
        C::Double => RawValue::Real(f64::from_le_bytes(take(bytes)?)),
        C::String | C::Json | C::DateTime => {
            let text = std::str::from_utf8(take_sized(bytes)?);
            RawValue::Text(text.map_err(|_| "it has a text that is not UTF-8")?)
        }
        C::Binary => {
            take_sized(bytes)?;
            return Ok(None);
        }
        _ => return Err("it has a value of an unknown type"),
    }))
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], &'static str> {
    let (value, rest) = bytes.split_first_chunk::<N>().ok_or("its properties are cut off")?;
    *bytes = rest;
    Ok(*value)
}

fn take_sized<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], &'static str> {
    let size = u32::from_le_bytes(take(bytes)?) as usize;
    let (value, rest) = bytes.split_at_checked(size).ok_or("its properties are cut off")?;
    *bytes = rest;
    Ok(value)
}
