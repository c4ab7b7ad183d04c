//! Fields of an uplink: numbers and bits at offsets, as the maker's table gives them.

use serde::Deserialize;
use serde_json::Value;

use super::super::{AdapterError, value::scaled};

/// One field of an uplink.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldConfig {
    /// What it is called in the map.
    pub name: String,
    /// Its first byte, counted from 0.
    pub offset: usize,
    /// Its bytes, 1 to 8.
    #[serde(default = "one")]
    pub length: usize,
    /// What its bytes are.
    #[serde(default)]
    pub number: Number,
    /// Which byte comes first.
    #[serde(default)]
    pub endian: Endian,
    /// A single bit of it, 0 the least: then it is true or false.
    pub bit: Option<u32>,
    /// Some bits of it: the least of them, and how many.
    pub bits: Option<(u32, u32)>,
    /// What the number is multiplied by.
    pub scale: Option<f64>,
    /// What is added then.
    #[serde(default)]
    pub add: f64,
    /// The raw number that says that there is no value.
    pub missing: Option<i64>,
    /// Whether an uplink may end before it.
    #[serde(default)]
    pub optional: bool,
}

fn one() -> usize {
    1
}

/// What the bytes of a field are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// A whole number without a sign.
    #[default]
    Unsigned,
    /// A whole number in two's complement.
    Signed,
    /// IEEE 754, of 4 or 8 bytes.
    Float,
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endian {
    /// The most significant.
    #[default]
    Big,
    /// The least significant.
    Little,
}

/// A field that can be read.
#[derive(Debug)]
pub(super) struct Field(FieldConfig);

impl Field {
    pub(super) fn new(config: &FieldConfig) -> Result<Self, String> {
        let FieldConfig { name, length, number, bit, bits, .. } = config;
        let most = *length as u32 * 8;
        let fits = |(from, count): (u32, u32)| count > 0 && from.saturating_add(count) <= most;
        let is_part = bit.is_some() || bits.is_some();
        let problem = match number {
            _ if !(1..=8).contains(length) => "length must be 1 to 8",
            Number::Float if ![4, 8].contains(length) => "a float has 4 or 8 bytes",
            Number::Signed | Number::Float if is_part => "bits are taken of unsigned numbers",
            _ if bit.is_some() && bits.is_some() => "give bit or bits",
            _ if !bit.is_none_or(|bit| bit < most) => "the bit lies outside",
            _ if !bits.is_none_or(fits) => "the bits lie outside",
            _ => return Ok(Self(config.clone())),
        };
        Err(format!("lorawan field {name:?}: {problem}"))
    }

    /// The field's value in an uplink; `None` where that ends before it and may.
    pub(super) fn read(&self, uplink: &[u8]) -> Result<Option<(String, Value)>, AdapterError> {
        let FieldConfig { name, offset, length, .. } = &self.0;
        let Some(bytes) = uplink.get(*offset..offset.saturating_add(*length)) else {
            if self.0.optional {
                return Ok(None);
            }
            let problem =
                format!("lies beyond the {} bytes of the uplink: see its offset", uplink.len());
            return Err(AdapterError::at(format!("field {name:?}"), problem));
        };
        Ok(Some((name.clone(), self.value(bytes))))
    }

    fn value(&self, bytes: &[u8]) -> Value {
        let join = |whole: u64, byte: &u8| whole << 8 | u64::from(*byte);
        let whole = match self.0.endian {
            Endian::Big => bytes.iter().fold(0, join),
            Endian::Little => bytes.iter().rev().fold(0, join),
        };
        if let Some(bit) = self.0.bit {
            return Value::Bool(whole >> bit & 1 == 1);
        }
        let width = bytes.len() as u32 * 8;
        let (raw, number) = match (self.0.number, self.0.bits) {
            (_, Some((from, count))) => {
                let part = whole >> from & (u64::MAX >> (64 - count));
                (part as i64, part as f64)
            }
            (Number::Unsigned, None) => (whole as i64, whole as f64),
            (Number::Signed, None) => {
                let signed = (whole << (64 - width)) as i64 >> (64 - width);
                (signed, signed as f64)
            }
            (Number::Float, None) if width == 32 => {
                (whole as i64, f64::from(f32::from_bits(whole as u32)))
            }
            (Number::Float, None) => (whole as i64, f64::from_bits(whole)),
        };
        if self.0.missing == Some(raw) {
            return Value::Null;
        }
        // A float that is no number says that there is none.
        Value::from(scaled(number, self.0.scale.unwrap_or(1.0)) + self.0.add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &str, uplink: &[u8]) -> Result<Value, String> {
        let config: FieldConfig = toml::from_str(&format!("name = 'x'\n{config}")).unwrap();
        let read = Field::new(&config)?.read(uplink).map_err(|why| why.to_string())?;
        Ok(read.map_or("left out".into(), |(_, value)| value))
    }

    #[test]
    fn numbers_and_bits_are_read_as_the_table_says() {
        let uplink = [0x01, 0x10, 0xff, 0x9c, 0b1010_0101, 0x41, 0x48, 0, 0, 0xff, 0xff];
        let whole = i64::from_be_bytes([0x9c, 0b1010_0101, 0x41, 0x48, 0, 0, 0xff, 0xff]);
        for (config, expected) in [
            ("offset = 0", Value::from(1.0)),
            ("offset = 0\nlength = 2", Value::from(272.0)),
            ("offset = 0\nlength = 2\nendian = 'little'", Value::from(4097.0)),
            ("offset = 2\nlength = 2\nnumber = 'signed'\nscale = 0.1", Value::from(-10.0)),
            ("offset = 2\nlength = 2\nscale = 0.01\nadd = -5.0", Value::from(649.36)),
            ("offset = 4\nbit = 0", Value::from(true)),
            ("offset = 4\nbit = 1", Value::from(false)),
            ("offset = 4\nbits = [4, 4]", Value::from(10.0)),
            ("offset = 5\nlength = 4\nnumber = 'float'", Value::from(12.5)),
            ("offset = 9\nlength = 2\nmissing = 65535", Value::Null),
            ("offset = 11\noptional = true", Value::from("left out")),
            ("offset = 3\nlength = 8\nnumber = 'signed'", Value::from(whole as f64)),
        ] {
            assert_eq!(read(config, &uplink), Ok(expected), "{config}");
        }
        for (config, expected) in [
            ("offset = 11", "field \"x\": lies beyond the 11 bytes of the uplink"),
            ("offset = 10\nlength = 2", "field \"x\": lies beyond"),
            ("offset = 18446744073709551615", "field \"x\": lies beyond"),
            ("offset = 0\nlength = 9", "lorawan field \"x\": length must be 1 to 8"),
            ("offset = 0\nlength = 3\nnumber = 'float'", "lorawan field \"x\": a float has 4 or 8"),
            ("offset = 0\nbit = 8", "lorawan field \"x\": the bit lies outside"),
            ("offset = 0\nbits = [4, 5]", "lorawan field \"x\": the bits lie outside"),
        ] {
            let config = config.replace("18446744073709551615", "9223372036854775807");
            let error = read(&config, &uplink).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
