//! Text files of monitoring stations: each line a parameter, value, unit, time and state of the
//! instrument, with tabs between them, in a file `TINH_COSO_TRAM_yyyyMMddHHmmss.txt` (Circular
//! 10/2021/TT-BTNMT on environmental monitoring, article 39 and the layout for sending data; before it
//! Circular 24/2017).

use city::Instant;
use serde_json::Value;

use super::{
    AdapterConfig, AdapterError, Reading, TimeFormat, Zone,
    device::{DeviceSource, StatusRule},
    reading::{Decoded, Input},
};
use crate::model::DeviceStatus;

/// How the circular writes times.
const TIME_PATTERN: &str = "%Y%m%d%H%M%S";
/// What the circular writes of an instrument: measuring, being calibrated, at fault.
const STATES: &[(&str, DeviceStatus)] =
    &[("00", DeviceStatus::Ok), ("01", DeviceStatus::Maintenance), ("02", DeviceStatus::Fault)];

/// The name of a station's file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationFileName {
    /// Province, establishment and station, as `TINH_COSO_TRAM`.
    pub station: String,
    /// When it was sent.
    pub time: Instant,
}

/// Why a name is none of a station's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file {0:?} is not named TINH_COSO_TRAM_yyyyMMddHHmmss.txt")]
pub struct StationNameError(String);

impl StationFileName {
    /// Reads a file's name; what stands before its last slash does not matter.
    ///
    /// # Errors
    /// [`StationNameError`].
    pub fn parse(path: &str, zone: Zone) -> Result<Self, StationNameError> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let read = || {
            let (stem, ending) = name.rsplit_once('.')?;
            let (station, time) = stem.rsplit_once('_')?;
            let is_sound = ending.eq_ignore_ascii_case("txt")
                && time.len() == 14
                && station.split('_').count() >= 3
                && station.split('_').all(|part| !part.is_empty());
            let time = pattern().read(&time.into(), zone).ok().filter(|_| is_sound)?;
            Some(Self { station: station.to_owned(), time })
        };
        read().ok_or_else(|| StationNameError(name.chars().take(120).collect()))
    }
}

fn pattern() -> TimeFormat {
    TimeFormat::Pattern(TIME_PATTERN.to_owned())
}

/// Reads station files.
#[derive(Debug)]
pub(super) struct StationFile {
    device: DeviceSource,
    status: StatusRule,
    zone: Zone,
}

impl StationFile {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let device = DeviceSource::new(config)?;
        if device.path().is_some() {
            return Err("device.from: the name of a station's file says whose it is".to_owned());
        }
        let status = StatusRule::new(&config.status)?.or_words(STATES);
        Ok(Self { device, status, zone: config.zone })
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        let device = match self.device.outside(input.place)? {
            Some(device) => device,
            None => {
                StationFileName::parse(input.place, self.zone)
                    .map_err(|why| AdapterError::at("file name", why.to_string()))?
                    .station
            }
        };
        let mut decoded = Decoded::default();
        for (number, line) in input.text()?.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match self.line(&device, line) {
                Ok(reading) => decoded.readings.push(reading),
                Err((at, problem)) => {
                    let error = AdapterError::at(format!("line {}, {at}", number + 1), problem);
                    decoded.note_line(error, "", line);
                }
            }
        }
        Ok(decoded)
    }

    fn line(&self, device: &str, line: &str) -> Result<Reading, (&'static str, String)> {
        let cells: Vec<_> = line.split('\t').map(str::trim).collect();
        let [name, value, unit, time, state] = *cells.as_slice() else {
            let problem = "must be parameter, value, unit, time and state with tabs between them";
            return Err(("cells", problem.to_owned()));
        };
        let mut reading =
            Reading::new(device, name, value_of(value).map_err(|why| ("value", why))?);
        reading.unit = (!unit.is_empty()).then(|| unit.to_owned());
        let at = pattern().read(&time.into(), self.zone);
        reading.time = Some(at.map_err(|problem| ("time", problem))?);
        reading.status = self.status.read(state).map_err(|why| ("state", why.to_string()))?;
        Ok(reading)
    }
}

/// A number, whose fraction stands after a point or a comma; nothing where there is none.
fn value_of(text: &str) -> Result<Value, String> {
    if text.is_empty() || text == "-" {
        return Ok(Value::Null);
    }
    let number = text.replace(',', ".").parse().ok().and_then(serde_json::Number::from_f64);
    number.map(Value::Number).ok_or_else(|| format!("{text:?} is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_station_and_time() {
        let read = |name: &str| StationFileName::parse(name, Zone::default());
        let name = read("2026/11/21/QNAM_BACCHULAI_NUOCTHAI1_20261121120500.txt").unwrap();
        assert_eq!(name.station, "QNAM_BACCHULAI_NUOCTHAI1");
        assert_eq!(name.time.to_string(), "2026-11-21T05:05:00Z");
        for bad in [
            "QNAM_NUOCTHAI1_20261121120500.txt",
            "QNAM_A_B_202611211205.txt",
            "QNAM_A_B_20261321120500.txt",
            "QNAM_A_B_20261121120500.csv",
            "QNAM__B_20261121120500.txt",
            "",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
