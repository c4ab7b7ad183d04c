//! Uplinks of LoRaWAN devices, as network servers pass them on: the envelopes of ChirpStack 4
//! (integration event `up`) and The Things Stack 3 (`as.up.data.forward`).
//!
//! The bytes of an uplink mean what a table says ([`UplinkConfig`]): fields at offsets, or Cayenne
//! LPP; or the network server has decoded them. The device is its EUI in lower case.

mod bytes;
mod fields;
mod lpp;

use serde::Deserialize;
use serde_json::Value;

pub use fields::{Endian, FieldConfig, Number};

use super::{
    AdapterConfig, AdapterError, Reading, TimeFormat,
    device::{DeviceSource, device_name},
    reading::{Decoded, Input},
};
use fields::Field;

/// `[adapter.lorawan]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LorawanConfig {
    /// What uplinks mean, the first that fits the port; uplinks that none fits are refused.
    pub uplink: Vec<UplinkConfig>,
}

/// `[[adapter.lorawan.uplink]]`: what the bytes of an uplink mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UplinkConfig {
    /// The port (FPort) that it is for; every port when absent.
    pub port: Option<u8>,
    /// How the bytes are read.
    pub codec: Codec,
    /// For the codec `fields`.
    #[serde(default)]
    pub fields: Vec<FieldConfig>,
}

/// How the bytes of an uplink are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Codec {
    /// Numbers and bits at offsets.
    Fields,
    /// Cayenne Low Power Payload; properties are named `temperature_1` by type and channel.
    CayenneLpp,
    /// As the network server decoded them: the members of `object` or `decoded_payload`.
    Decoded,
    /// They are left out.
    Ignore,
}

/// Reads uplinks.
#[derive(Debug)]
pub(super) struct Lorawan {
    device: DeviceSource,
    uplinks: Vec<Uplink>,
}

#[derive(Debug)]
struct Uplink {
    port: Option<u8>,
    codec: Codec,
    fields: Vec<Field>,
}

/// An envelope, opened.
struct Envelope<'a> {
    eui: Option<&'a Value>,
    name: Option<&'a Value>,
    time: Option<&'a Value>,
    port: Option<u64>,
    data: Option<&'a str>,
    decoded: Option<&'a Value>,
    signal: Vec<(&'static str, &'a Value)>,
}

impl Lorawan {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let table = config.lorawan.as_ref();
        let table = table.ok_or("format = \"lorawan\" needs [[adapter.lorawan.uplink]]")?;
        let device = DeviceSource::new(config)?;
        if !matches!(device.path(), None | Some("eui" | "name")) {
            return Err("device.from: write eui or name".to_owned());
        }
        let uplink = |config: &UplinkConfig| {
            if (config.codec == Codec::Fields) == config.fields.is_empty() {
                return Err("lorawan.uplink: fields go with codec = \"fields\"".to_owned());
            }
            let fields = config.fields.iter().map(Field::new).collect::<Result<_, _>>()?;
            Ok(Uplink { port: config.port, codec: config.codec, fields })
        };
        Ok(Self { device, uplinks: table.uplink.iter().map(uplink).collect::<Result<_, _>>()? })
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        let document = input.json()?;
        let envelope = open(&document)?;
        let device = match (self.device.outside(input.place)?, self.device.path()) {
            (Some(device), _) => device,
            (None, Some("name")) => device_name("device name", envelope.name)?,
            (None, _) => device_name("device EUI", envelope.eui)?.to_ascii_lowercase(),
        };
        let time = match envelope.time {
            None | Some(Value::Null) => None,
            Some(at) => {
                let read = TimeFormat::Iso.read(at, super::Zone::default());
                Some(read.map_err(|problem| AdapterError::at("time", problem))?)
            }
        };
        let mut readings = self.values(&device, &envelope)?;
        let signal = envelope.signal.iter();
        readings.extend(signal.map(|(name, value)| Reading::new(&device, *name, (*value).clone())));
        readings.iter_mut().for_each(|reading| reading.time = time);
        Ok(Decoded { readings, ..Decoded::default() })
    }

    fn values(&self, device: &str, envelope: &Envelope<'_>) -> Result<Vec<Reading>, AdapterError> {
        let Some(port) = envelope.port.filter(|port| *port > 0) else {
            return Ok(Vec::new()); // Port 0 carries commands of the network.
        };
        let fits = |uplink: &&Uplink| uplink.port.is_none_or(|own| u64::from(own) == port);
        let uplink = self.uplinks.iter().find(fits).ok_or_else(|| {
            AdapterError::at("port", format!("{port} is in no [[adapter.lorawan.uplink]]"))
        })?;
        let bytes = || match envelope.data {
            Some(text) => bytes::from_base64(text).map_err(|why| AdapterError::at("data", why)),
            None => Ok(Vec::new()),
        };
        let values: Vec<(String, Value)> = match uplink.codec {
            Codec::Ignore => Vec::new(),
            Codec::CayenneLpp => lpp::read(&bytes()?)?,
            Codec::Fields => {
                let bytes = bytes()?;
                let read = uplink.fields.iter().map(|field| field.read(&bytes));
                read.filter_map(Result::transpose).collect::<Result<_, _>>()?
            }
            Codec::Decoded => {
                let problem = "is missing: let the network server decode, or choose a codec";
                let members = envelope.decoded.and_then(Value::as_object);
                let members = members.ok_or_else(|| AdapterError::at("object", problem))?;
                members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
            }
        };
        let reading = |(name, value)| Reading::new(device, name, value);
        Ok(values.into_iter().map(reading).collect())
    }
}

/// Opens the envelope of whichever network server.
fn open(document: &Value) -> Result<Envelope<'_>, AdapterError> {
    if let (Some(ids), Some(message)) =
        (document.get("end_device_ids"), document.get("uplink_message"))
    {
        let radio = message.pointer("/rx_metadata/0");
        return Ok(Envelope {
            eui: ids.get("dev_eui"),
            name: ids.get("device_id"),
            time: message.get("received_at").or_else(|| document.get("received_at")),
            port: message.get("f_port").and_then(Value::as_u64),
            data: message.get("frm_payload").and_then(Value::as_str),
            decoded: message.get("decoded_payload"),
            signal: signal(radio),
        });
    }
    if let Some(info) = document.get("deviceInfo") {
        let radio = document.pointer("/rxInfo/0");
        return Ok(Envelope {
            eui: info.get("devEui"),
            name: info.get("deviceName"),
            time: document.get("time"),
            port: document.get("fPort").and_then(Value::as_u64),
            data: document.get("data").and_then(Value::as_str),
            decoded: document.get("object"),
            signal: signal(radio),
        });
    }
    let problem = "is none of ChirpStack 4 (deviceInfo) or The Things Stack 3 (end_device_ids): \
                   have the network server send its uplinks as JSON";
    Err(AdapterError::at("envelope", problem))
}

/// How well the first gateway heard it: `rssi` in dBm, `snr` in dB.
fn signal(radio: Option<&Value>) -> Vec<(&'static str, &Value)> {
    let heard = ["rssi", "snr"].into_iter();
    heard.filter_map(|name| Some((name, radio?.get(name)?))).collect()
}
