//! Cayenne Low Power Payload: channel, type and value, one after the other (myDevices, "Cayenne LPP"
//! 2.0, with the types that ElectronicCats' CayenneLPP adds). Numbers are big-endian.

use serde_json::Value;

use super::super::{AdapterError, value::scaled};

/// A type of value: its number, name, bytes of each part, scale, and whether it has a sign.
struct Kind {
    number: u8,
    name: &'static str,
    bytes: usize,
    scale: f64,
    is_signed: bool,
    /// The names of its parts, where it has several.
    parts: &'static [&'static str],
}

const fn kind(number: u8, name: &'static str, bytes: usize, scale: f64, is_signed: bool) -> Kind {
    Kind { number, name, bytes, scale, is_signed, parts: &[] }
}

const XYZ: &[&str] = &["x", "y", "z"];

const KINDS: &[Kind] = &[
    kind(0, "digital_in", 1, 1.0, false),
    kind(1, "digital_out", 1, 1.0, false),
    kind(2, "analog_in", 2, 0.01, true),
    kind(3, "analog_out", 2, 0.01, true),
    kind(100, "generic", 4, 1.0, false),
    kind(101, "luminosity", 2, 1.0, false),
    kind(102, "presence", 1, 1.0, false),
    kind(103, "temperature", 2, 0.1, true),
    kind(104, "relative_humidity", 1, 0.5, false),
    Kind {
        number: 113,
        name: "accelerometer",
        bytes: 2,
        scale: 0.001,
        is_signed: true,
        parts: XYZ,
    },
    kind(115, "barometric_pressure", 2, 0.1, false),
    kind(116, "voltage", 2, 0.01, false),
    kind(117, "current", 2, 0.001, false),
    kind(118, "frequency", 4, 1.0, false),
    kind(120, "percentage", 1, 1.0, false),
    kind(121, "altitude", 2, 1.0, true),
    kind(125, "concentration", 2, 1.0, false),
    kind(128, "power", 2, 1.0, false),
    kind(130, "distance", 4, 0.001, false),
    kind(131, "energy", 4, 0.001, false),
    kind(132, "direction", 2, 1.0, false),
    kind(133, "time", 4, 1.0, false),
    Kind { number: 134, name: "gyrometer", bytes: 2, scale: 0.01, is_signed: true, parts: XYZ },
    kind(142, "switch", 1, 1.0, false),
];

/// Position: latitude and longitude in 1/10 000°, altitude in cm, of three bytes each.
const GPS: u8 = 136;

/// Reads the values of an uplink, named by type and channel (`temperature_1`).
pub(super) fn read(uplink: &[u8]) -> Result<Vec<(String, Value)>, AdapterError> {
    let mut values = Vec::new();
    let mut rest = uplink;
    while !rest.is_empty() {
        let at = uplink.len() - rest.len();
        let cut = || AdapterError::at(format!("byte {at}"), "the uplink ends within a value");
        let [channel, number, bytes @ ..] = rest else { return Err(cut()) };
        let mut take = |name: String, length: usize, scale: f64, is_signed: bool, from: usize| {
            let bytes = bytes.get(from..from + length).ok_or_else(cut)?;
            values.push((name, scaled(whole(bytes, is_signed), scale).into()));
            Ok::<_, AdapterError>(())
        };
        let length = if *number == GPS {
            let parts = [("latitude", 1e-4), ("longitude", 1e-4), ("altitude", 0.01)];
            for (part, (name, scale)) in parts.into_iter().enumerate() {
                take(format!("{name}_{channel}"), 3, scale, true, part * 3)?;
            }
            9
        } else {
            let kind = KINDS.iter().find(|kind| kind.number == *number).ok_or_else(|| {
                let problem = format!("type {number} is none of Cayenne LPP: read it as fields");
                AdapterError::at(format!("byte {}", at + 1), problem)
            })?;
            let Kind { name, bytes, scale, is_signed, parts, .. } = kind;
            for (part, own) in parts.iter().enumerate() {
                take(format!("{name}_{channel}_{own}"), *bytes, *scale, *is_signed, part * bytes)?;
            }
            if parts.is_empty() {
                take(format!("{name}_{channel}"), *bytes, *scale, *is_signed, 0)?;
            }
            bytes * parts.len().max(1)
        };
        rest = &bytes[length..];
    }
    Ok(values)
}

fn whole(bytes: &[u8], is_signed: bool) -> f64 {
    let whole = bytes.iter().fold(0_i64, |whole, byte| whole << 8 | i64::from(*byte));
    let width = bytes.len() * 8;
    let is_negative = is_signed && whole >> (width - 1) & 1 == 1;
    (if is_negative { whole - (1 << width) } else { whole }) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_description_are_read() {
        // Two temperatures; a temperature below zero with an accelerometer; a position.
        for (uplink, expected) in [
            (
                &[0x03, 0x67, 0x01, 0x10, 0x05, 0x67, 0x00, 0xff][..],
                &[("temperature_3", 27.2), ("temperature_5", 25.5)][..],
            ),
            (
                &[0x01, 0x67, 0xff, 0xd7, 0x06, 0x71, 0x04, 0xd2, 0xfb, 0x2e, 0x00, 0x00],
                &[
                    ("temperature_1", -4.1),
                    ("accelerometer_6_x", 1.234),
                    ("accelerometer_6_y", -1.234),
                    ("accelerometer_6_z", 0.0),
                ],
            ),
            (
                &[0x01, 0x88, 0x06, 0x76, 0x5f, 0xf2, 0x96, 0x0a, 0x00, 0x03, 0xe8],
                &[("latitude_1", 42.3519), ("longitude_1", -87.9094), ("altitude_1", 10.0)],
            ),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect();
            assert_eq!(read(uplink).unwrap(), expected);
        }
        let error = read(&[1, 103, 0]).unwrap_err().to_string();
        assert_eq!(error, "byte 0: the uplink ends within a value");
        let error = read(&[1, 99, 0]).unwrap_err().to_string();
        assert!(error.starts_with("byte 1: type 99 is none of Cayenne LPP"), "{error}");
    }
}
