//! Messages with observations, as SensorThings JSON.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::{faults::Note, world::Reading};

/// Where observations go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    /// `Datastreams(7)/Observations`.
    Stream(i64),
    /// `CreateObservations`.
    Table,
    /// `Tasks(7)`: what a device says of a command.
    Task(i64),
}

impl Address {
    /// Its path below the service's root.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Stream(id) => format!("Datastreams({id})/Observations"),
            Self::Table => "CreateObservations".to_owned(),
            Self::Task(id) => format!("Tasks({id})"),
        }
    }
}

/// One message with observations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) address: Address,
    pub(crate) payload: Bytes,
    /// How many observations it holds.
    pub(crate) count: u64,
}

impl Parcel {
    /// Observations as SensorThings JSON: one by itself, more as a data array.
    pub(crate) fn of(notes: &[Note]) -> Self {
        let mut text = String::with_capacity(80 + 64 * notes.len());
        let address = match notes {
            [note] => {
                text.push_str(r#"{"phenomenonTime":"#);
                put_time(&mut text, note.at_us);
                text.push_str(r#","result":"#);
                put_reading(&mut text, &note.reading);
                text.push('}');
                Address::Stream(note.stream)
            }
            notes => {
                put_table(&mut text, notes);
                Address::Table
            }
        };
        Self { address, payload: text.into(), count: notes.len() as u64 }
    }
}

impl Parcel {
    /// What a device says of a command; no observation.
    pub(crate) fn answer(task: i64, payload: String) -> Self {
        Self { address: Address::Task(task), payload: payload.into(), count: 0 }
    }
}

/// The data array extension (OGC 18-088, section 12): a group for each run of one datastream.
fn put_table(text: &mut String, notes: &[Note]) {
    text.push('[');
    for (index, group) in notes.chunk_by(|a, b| a.stream == b.stream).enumerate() {
        let Some(first) = group.first() else { continue };
        let comma = if index > 0 { "," } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            r#"{comma}{{"Datastream":{{"@iot.id":{}}},"components":["phenomenonTime","result"],"dataArray":["#,
            first.stream
        );
        for (row, note) in group.iter().enumerate() {
            text.push_str(if row > 0 { ",[" } else { "[" });
            put_time(text, note.at_us);
            text.push(',');
            put_reading(text, &note.reading);
            text.push(']');
        }
        text.push_str("]}");
    }
    text.push(']');
}

fn put_time(text: &mut String, at_us: i64) {
    let _ = write!(text, "\"{}\"", city::Instant::from_micros(at_us));
}

fn put_reading(text: &mut String, reading: &Reading) {
    let _ = match reading {
        Reading::Number(value, decimals) => {
            let scale = 10_f64.powi(*decimals);
            let rounded = (value * scale).round() / scale;
            match rounded.is_finite() {
                // Zero without a sign: a tide of −0.00 m looks like a mistake.
                true => write!(text, "{}", rounded + 0.0),
                false => write!(text, "null"),
            }
        }
        Reading::Whole(value) => write!(text, "{value}"),
        Reading::Truth(truth) => write!(text, "{truth}"),
        // Words of our own, without quotes.
        Reading::Text(word) => write!(text, "\"{word}\""),
        Reading::Point([lon, lat]) => {
            write!(text, r#"{{"type":"Point","coordinates":[{lon},{lat}]}}"#)
        }
    };
}

#[cfg(test)]
mod tests {
    use feeds::model::wire;
    use serde_json::Value;

    use super::*;

    fn note(stream: i64, reading: Reading) -> Note {
        Note { stream, reading, at_us: 1_795_237_200_500_000 }
    }

    #[test]
    fn the_server_reads_what_is_written() {
        let parcel = Parcel::of(&[note(7, Reading::Number(1.2345, 2))]);
        assert_eq!(
            (parcel.address.path().as_str(), parcel.count),
            ("Datastreams(7)/Observations", 1)
        );
        let text = std::str::from_utf8(&parcel.payload).unwrap();
        assert_eq!(text, r#"{"phenomenonTime":"2026-11-21T05:00:00.5Z","result":1.23}"#);

        let all = [
            note(7, Reading::Number(-0.001, 2)),
            note(7, Reading::Number(f64::NAN, 2)),
            note(8, Reading::Truth(true)),
            note(9, Reading::Text("ok")),
            note(10, Reading::Point([108.48, 15.57])),
            note(11, Reading::Whole(-3)),
        ];
        let parcel = Parcel::of(&all);
        let document: Value = serde_json::from_slice(&parcel.payload).unwrap();
        let read = wire::data_array(&document).unwrap();
        let streams: Vec<i64> = read.iter().map(|new| new.stream.get()).collect();
        assert_eq!(streams, [7, 7, 8, 9, 10, 11]);
        let results: Vec<Value> =
            read.iter().map(|new| wire::observation_body(new)["result"].clone()).collect();
        let expected = serde_json::json!([0, null, true, "ok", {"type": "Point", "coordinates": [108.48, 15.57]}, -3]);
        assert_eq!(Value::from(results), expected);
    }
}
