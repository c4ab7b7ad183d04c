//! Things with datastreams, made over SensorThings, and what is sent for them.

use std::{error::Error, fmt::Write as _, net::SocketAddr, time::Duration};

use city::Instant;
use serde_json::{Value, json};

/// Datastreams that one request makes.
const STREAMS_A_THING: usize = 100;

/// A SensorThings service on this machine.
#[derive(Debug)]
pub struct Service {
    http: reqwest::blocking::Client,
    root: String,
}

impl Service {
    /// The service of a gis-server.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn of(server: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let http =
            reqwest::blocking::Client::builder().timeout(Duration::from_secs(120)).build()?;
        Ok(Self { http, root: format!("http://{server}/sensorthings/v1.1") })
    }

    /// Where it takes MQTT.
    ///
    /// # Errors
    /// When it tells of no MQTT listener.
    pub fn mqtt(&self) -> Result<SocketAddr, Box<dyn Error>> {
        let root = self.get("")?.to_string();
        let address = root.split("mqtt://").nth(1).and_then(|rest| rest.split('"').next());
        Ok(address.ok_or("the server tells of no MQTT listener")?.parse()?)
    }

    /// Makes Things with so many datastreams together; the datastreams' numbers.
    ///
    /// # Errors
    /// When the server refuses one.
    pub fn make(&self, datastreams: usize) -> Result<Vec<i64>, Box<dyn Error>> {
        let about = |name: &str| json!({ "name": name, "description": "benches" });
        let mut sensor = about("Cảm biến thử tải");
        sensor["encodingType"] = "text/plain".into();
        sensor["metadata"] = "benches".into();
        let sensor = self.post("/Sensors", &sensor)?;
        let mut property = about("Mực nước");
        property["definition"] = "urn:dothi:benches:level".into();
        let property = self.post("/ObservedProperties", &property)?;
        let mut all = Vec::with_capacity(datastreams);
        for number in 0..datastreams.div_ceil(STREAMS_A_THING) {
            let count = STREAMS_A_THING.min(datastreams - all.len());
            let stream = json!({
                "name": "Mực nước", "description": "benches",
                "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "unitOfMeasurement": { "name": "mét", "symbol": "m", "definition": "ucum:m" },
                "Sensor": { "@iot.id": sensor }, "ObservedProperty": { "@iot.id": property },
            });
            let (x, y) = (number % 300, number / 300);
            let place = [108.4 + x as f64 * 0.001, 15.5 + y as f64 * 0.001];
            let thing = json!({
                "name": format!("Trạm {number}"), "description": "benches",
                "properties": { "role": "gauges", "simulated": true },
                "Locations": [{
                    "name": "Chỗ đặt", "description": "benches",
                    "encodingType": "application/geo+json",
                    "location": { "type": "Point", "coordinates": place },
                }],
                "Datastreams": vec![stream; count],
            });
            let thing = self.post("/Things", &thing)?;
            let page =
                self.get(&format!("/Things({thing})/Datastreams?$select=id&$top={count}"))?;
            let found = page["value"].as_array().into_iter().flatten();
            all.extend(found.filter_map(|it| it["@iot.id"].as_i64()));
        }
        Ok(all)
    }

    /// A document of the service.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        let answer = self.http.get(format!("{}{path}", self.root)).send()?.error_for_status()?;
        Ok(answer.json()?)
    }

    /// Posts; the number of what was made, 0 where it has none.
    ///
    /// # Errors
    /// When it is refused.
    pub fn post(&self, path: &str, body: &Value) -> Result<i64, Box<dyn Error>> {
        let answer = self.http.post(format!("{}{path}", self.root)).json(body).send()?;
        let status = answer.status();
        let made =
            answer.headers().get("location").and_then(|it| it.to_str().ok()).and_then(|it| {
                let number = it.rsplit_once('(')?.1;
                number.trim_end_matches(')').parse().ok()
            });
        if !status.is_success() {
            return Err(format!("{path}: {status}: {}", answer.text()?).into());
        }
        Ok(made.unwrap_or_default())
    }
}

/// A data array: for each datastream so many rows, the last of them now.
pub fn data_array(streams: &[i64], rows: usize, now: Instant, value: f64) -> String {
    const SECOND_US: i64 = 1_000_000;
    let times: Vec<String> = (0..rows as i64)
        .rev()
        .map(|ago| Instant::from_micros(now.as_micros() - ago * SECOND_US).to_string())
        .collect();
    let mut text = String::with_capacity(streams.len() * (rows * 48 + 128));
    for (number, stream) in streams.iter().enumerate() {
        let comma = if number == 0 { '[' } else { ',' };
        // Writing into a text cannot fail.
        let _ = write!(
            text,
            r#"{comma}{{"Datastream":{{"@iot.id":{stream}}},"components":["phenomenonTime","result"],"dataArray":["#
        );
        for (row, time) in times.iter().enumerate() {
            let comma = if row == 0 { "" } else { "," };
            let value = value + (number + row) as f64 * 0.001;
            let _ = write!(text, r#"{comma}["{time}",{value:.3}]"#);
        }
        text.push_str("]}");
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_array_has_every_row_of_every_datastream() {
        let text = data_array(&[3, 4], 2, Instant::from_micros(0), 1.0);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document[1]["Datastream"]["@iot.id"], 4);
        assert_eq!(document[0]["dataArray"][0][0], "1969-12-31T23:59:59Z");
        assert_eq!(document[1]["dataArray"][1], json!(["1970-01-01T00:00:00Z", 1.002]));
    }
}
