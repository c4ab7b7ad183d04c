//! The formats, as one.

use super::{
    AdapterConfig, AdapterError, FormatName,
    csv::Csv,
    json::Json,
    lorawan::Lorawan,
    ngsi::Ngsi,
    reading::{Decoded, Input},
    sensorthings,
    station::StationFile,
    talq::Talq,
};

/// A format with its configuration.
#[derive(Debug)]
pub(super) enum Format {
    SensorThings,
    Ngsi(Ngsi),
    Talq(Talq),
    Lorawan(Lorawan),
    Csv(Box<Csv>),
    Json(Box<Json>),
    StationFile(StationFile),
}

impl Format {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        Ok(match config.format {
            FormatName::SensorThings => Self::SensorThings,
            FormatName::Ngsi => Self::Ngsi(Ngsi::new(config)?),
            FormatName::Talq => Self::Talq(Talq::new(config)?),
            FormatName::Lorawan => Self::Lorawan(Lorawan::new(config)?),
            FormatName::Csv => Self::Csv(Csv::new(config)?.into()),
            FormatName::Json => Self::Json(Json::new(config)?.into()),
            FormatName::StationFile => Self::StationFile(StationFile::new(config)?),
        })
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        match self {
            Self::SensorThings => sensorthings::decode(input),
            Self::Ngsi(format) => format.decode(input),
            Self::Talq(format) => format.decode(input),
            Self::Lorawan(format) => format.decode(input),
            Self::Csv(format) => format.decode(input),
            Self::Json(format) => format.decode(input),
            Self::StationFile(format) => format.decode(input),
        }
    }
}
