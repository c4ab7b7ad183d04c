//! Each format, with a payload as its senders write it.

use serde_json::{Value, json};

use super::city::{City, NOW, row, stream, thing};
use crate::model::DeviceStatus;

const AT: &str = "2026-11-21T04:50:00Z";

#[test]
fn concise_entities_in_a_notification_each_stand_for_themselves() {
    let config = "[[adapter]]\nname = 'gauges'\nformat = 'ngsi'\n\
        device = { strip = 'urn:ngsi-ld:WaterObserved:' }\n\
        ngsi = { time = ['dateObserved'], types = ['WaterObserved'] }\n\
        map = { waterLevel = { observed = 'level', unit = 'MTR' }, 'flow.mean' = 'flow' }\n";
    let city = City::new(&[thing("G1", &["level", "flow"])], config);
    let payload = json!({
        "id": "urn:ngsi-ld:Notification:1",
        "type": "Notification",
        "subscriptionId": "urn:ngsi-ld:Subscription:1",
        "data": [
            {
                "id": "urn:ngsi-ld:WaterObserved:G1",
                "type": "WaterObserved",
                "waterLevel": [
                    {"value": 1.25, "unitCode": "MTR", "observedAt": AT, "datasetId": "urn:a"},
                    {"value": "urn:ngsi-ld:null", "observedAt": NOW, "datasetId": "urn:b"},
                ],
                "flow": {"value": {"mean": 12, "max": 20}, "observedAt": AT},
                "name": {"value": "Cầu Tam Kỳ"},
            },
            {"id": "urn:ngsi-ld:WaterObserved:G1", "type": "WaterObserved", "dateObserved": "?"},
            {"type": "WaterObserved"},
            {"id": "urn:ngsi-ld:Road:1", "type": "Road", "waterLevel": 5},
        ],
    });
    let taken = city.send("gauges", "", payload.to_string().as_bytes());
    let expected =
        [row("G1: flow", AT, 12), row("G1: level", AT, 1.25), row("G1: level", NOW, Value::Null)];
    assert_eq!(city.recorded(), expected);
    assert_eq!(taken.refused.len(), 1, "those that cannot be read are one letter");
    let letter = &city.letters()[0].content;
    assert!(letter.message.starts_with("entity \"urn:ngsi-ld:WaterObserved:G1\", dateObserved:"));
    let kept: Value = serde_json::from_slice(&letter.payload).unwrap();
    assert_eq!(kept, json!([payload["data"][1], payload["data"][2]]));
}

#[test]
fn a_unit_that_is_not_expected_is_refused() {
    let config = "[[adapter]]\nname = 'air'\nformat = 'ngsi'\n\
        map = { co = { observed = 'co', unit = 'GQ' } }\n";
    let city = City::new(&[thing("S1", &["co"])], config);
    let payload = json!({"id": "S1", "type": "Air", "co": {"value": 500, "unitCode": "GP"}});
    let taken = city.send("air", "", payload.to_string().as_bytes());
    let expected = "\"co\" is told in \"GP\", and [adapter.map] expects \"GQ\": mend one";
    assert_eq!(taken.refusal().as_deref(), Some(expected));
}

#[test]
fn a_talq_gateway_reports_of_lamps_and_cabinets() {
    let config = "[[adapter]]\nname = 'talq'\nformat = 'talq'\ntopics = ['talq/+/log-reports']\n\
        device = { find = 'feature', layer = 'lamps' }\n\
        [adapter.map]\nactualLightState = 'dim'\nlightStateChange = 'dim'\n\
        'meter-2/activePower' = { observed = 'power', scale = 0.001 }\n\
        totalActiveEnergy = 'energy'\nlampFailure = 'failure'\n";
    let mut lamp = thing("Đèn 17", &["dim", "power", "energy", "failure"]);
    lamp["properties"] = json!({"feature": {"layer": "lamps", "id": 17}});
    let city = City::new(&[lamp], config);
    assert_eq!(city.adapters.of_topic("talq/gw1/log-reports"), Some("talq"));
    assert_eq!(city.adapters.of_topic("talq/gw1/devices"), None);

    let attribute = |function: &str, name: &str, value: Value| {
        json!({"cmsRefId": "x", "data": {
            "type": "AttributeLogData",
            "srcAddress": format!("17/{function}"),
            "timestamp": "2026-11-21T11:50:00+07:00",
            "attributeName": name,
            "attributeValue": value,
        }})
    };
    let event = |kind: &str, more: Value| {
        let mut data = json!({
            "type": "EventLogData", "srcAddress": "17/lamp", "timestamp": AT, "eventType": kind,
        });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"data": data})
    };
    let report = json!([{"address": "logger-1", "entries": [
        attribute("lamp", "actualLightState", json!({"value": {"level": 80}})),
        attribute("meter-2", "activePower", json!({"value": 61_500})),
        attribute("meter-1", "activePower", json!({"value": 1})),
        event("lampFailure", json!({"startEndFlag": true, "attributes": [
            {"tag": "totalActiveEnergy", "value": {"value": 12.5}, "srcAddress": "17/meter-2"},
        ]})),
        event("lampFailure", json!({"startEndFlag": false})),
        {"data": {"type": "StateChangeEventLogData", "srcAddress": "17/lamp", "timestamp": AT,
            "eventType": "lightStateChange", "command": {"state": {"level": 50}}}},
        {"data": {"type": "Unknown", "srcAddress": "17"}},
    ]}]);
    let taken = city.send("talq", "talq/gw1/log-reports", report.to_string().as_bytes());
    let expected = [
        row("Đèn 17: dim", AT, 80),
        row("Đèn 17: power", AT, 61.5),
        row("Đèn 17: failure", AT, true),
        row("Đèn 17: energy", AT, 12.5),
        row("Đèn 17: failure", AT, false),
        row("Đèn 17: dim", AT, 50),
    ];
    assert_eq!(city.recorded(), expected);
    assert_eq!(taken.ignored, 1, "the other meter");
    let why = "report 0, entry 6, type: must be AttributeLogData, EventLogData or \
               StateChangeEventLogData";
    assert_eq!(taken.refusal().as_deref(), Some(why));
}

#[test]
fn uplinks_are_read_from_either_network_server() {
    let config = "[[adapter]]\nname = 'lora'\nformat = 'lorawan'\n\
        [adapter.map]\nlevel = 'level'\nopen = 'door'\nrssi = 'rssi'\ntemperature_1 = 'heat'\n\
        [[adapter.lorawan.uplink]]\nport = 2\ncodec = 'fields'\nfields = [\n\
        { name = 'level', offset = 0, length = 2, number = 'signed', scale = 0.01 },\n\
        { name = 'open', offset = 2, bit = 0 } ]\n\
        [[adapter.lorawan.uplink]]\nport = 3\ncodec = 'cayenne-lpp'\n\
        [[adapter.lorawan.uplink]]\nport = 4\ncodec = 'decoded'\n";
    let sensor = thing("a84041000181c061", &["level", "door", "rssi", "heat"]);
    let city = City::new(&[sensor], config);
    let chirpstack = |port: u8, data: &str, object: Value| {
        json!({
            "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
            "time": "2026-11-21T04:50:00.000000+00:00",
            "deviceInfo": {"deviceName": "Hố ga 4", "devEui": "A84041000181C061"},
            "fCnt": 10, "fPort": port, "data": data, "object": object,
            "rxInfo": [{"gatewayId": "1", "rssi": -57, "snr": 10.0}],
        })
    };
    let things_stack = json!({
        "end_device_ids": {"device_id": "ho-ga-4", "dev_eui": "A84041000181C061"},
        "received_at": "2026-11-21T04:50:00.125Z",
        "uplink_message": {
            "f_port": 2, "f_cnt": 11, "frm_payload": "/5wA", "received_at": NOW,
            "rx_metadata": [{"rssi": -60}],
        },
    });
    let send = |payload: &Value| city.send("lora", "", payload.to_string().as_bytes());
    for payload in [
        chirpstack(2, "AGQB", Value::Null),
        things_stack,
        chirpstack(3, "AWcBEA==", Value::Null),
        chirpstack(4, "", json!({"level": 7})),
        chirpstack(0, "AA==", Value::Null),
    ] {
        assert_eq!(send(&payload).refusal(), None);
    }
    let name = |name: &str| format!("a84041000181c061: {name}");
    let expected = [
        row(&name("level"), AT, 1),
        row(&name("door"), AT, true),
        row(&name("rssi"), AT, -57),
        row(&name("level"), NOW, -1),
        row(&name("door"), NOW, false),
        row(&name("rssi"), NOW, -60),
        row(&name("heat"), AT, 27.2),
        row(&name("rssi"), AT, -57),
        row(&name("level"), AT, 7),
        row(&name("rssi"), AT, -57),
        row(&name("rssi"), AT, -57),
    ];
    assert_eq!(city.recorded(), expected);
    for (payload, expected) in [
        (chirpstack(9, "AA==", Value::Null), "port: 9 is in no [[adapter.lorawan.uplink]]"),
        (
            chirpstack(2, "AA==", Value::Null),
            "field \"level\": lies beyond the 1 bytes of the uplink",
        ),
        (chirpstack(2, "A", Value::Null), "data: ends in the middle of a byte"),
        (json!({"devEUI": "x"}), "envelope: is none of ChirpStack 4"),
    ] {
        let refusal = send(&payload).refusal().unwrap();
        assert!(refusal.starts_with(expected), "{refusal}");
    }
}

#[test]
fn a_table_of_a_reservoir_is_read_with_decimal_commas_and_civil_times() {
    let config = "[[adapter]]\nname = 'ho'\nformat = 'csv'\ntime_format = '%d/%m/%Y %H:%M'\n\
        device = { from = 'Hồ' }\n\
        status = { from = 'TT', codes = { T = 'ok', H = 'fault' } }\n\
        csv = { delimiter = ';', decimal = ',', skip_lines = 1, time = ['Ngày', 'Giờ'] }\n\
        map = { 'Mực nước (m)' = 'level', 'Q về' = 'inflow' }\n";
    let city = City::new(&[thing("Phú Ninh", &["level", "inflow"])], config);
    let table = "\u{feff}Báo cáo ngày\r\nHồ;Ngày;Giờ;Mực nước (m);Q về;TT\r\n\
        Phú Ninh;21/11/2026;11:50;31,25;1.204,5;T\r\n\
        Phú Ninh;21/11/2026;12:00;31,30;-;H\r\n\
        \"Phú Ninh\";31/11/2026;12:00;31,30;1;T\r\n";
    let taken = city.send("ho", "", table.as_bytes());
    let expected = [
        row("Phú Ninh: level", AT, 31.25),
        // A point among digits is no number here: the text is kept as it came.
        row("Phú Ninh: inflow", AT, "1.204,5"),
        row("Phú Ninh: level", NOW, 31.3),
        row("Phú Ninh: inflow", NOW, Value::Null),
    ];
    assert_eq!(city.recorded(), expected);
    let status: Vec<_> = city.observations().iter().map(|it| it.status()).collect();
    let fault = DeviceStatus::Fault;
    assert_eq!(status, [DeviceStatus::Ok, DeviceStatus::Ok, fault, fault]);
    let refusal = taken.refusal().unwrap();
    assert!(refusal.starts_with("line 5, time: \"31/11/2026 12:00\" is no time"), "{refusal}");
    let kept = String::from_utf8(city.letters()[0].content.payload.clone()).unwrap();
    let expected = "\nHồ;Ngày;Giờ;Mực nước (m);Q về;TT\n\"Phú Ninh\";31/11/2026;12:00;31,30;1;T\n";
    assert_eq!(kept, expected, "the row with the names of its columns");
}

#[test]
fn a_table_with_a_row_for_each_value_takes_its_device_from_the_topic() {
    let config = "[[adapter]]\nname = 'logger'\nformat = 'csv'\ntopics = ['logger/+/csv']\n\
        time_format = 'unix'\nunmapped = 'same-name'\ndevice = { topic_level = 2 }\n\
        csv = { columns = ['t', 'what', 'v'], time = ['t'], property = 'what', value = 'v' }\n";
    let city = City::new(&[thing("R7", &["rain"])], config);
    let taken = city.send("logger", "logger/R7/csv", b"1795236600,rain,0.5\n1795237200,rain,\n");
    assert_eq!(taken.refusal(), None);
    assert_eq!(city.recorded(), [row("R7: rain", AT, 0.5), row("R7: rain", NOW, Value::Null)]);
    let refusal = city.send("logger", "logger", b"1795236600,rain,0.5\n").refusal().unwrap();
    assert!(refusal.starts_with("topic \"logger\": has no level 2"), "{refusal}");
}

#[test]
fn the_answer_of_a_service_is_read_by_paths() {
    let stations = json!({"code": 200, "data": {
        "R1": {"name": "A Vương", "series": [
            {"t": "2026-11-21 11:50:00", "rain": {"h1": 4.5}, "ok": 1},
            {"t": "2026-11-21 12:00:00", "rain": {"h1": null}, "ok": 0},
        ]},
        "R2": {"name": "Trà My", "series": []},
    }});
    let config = |device: &str| {
        format!(
            "[[adapter]]\nname = 'vrain'\nformat = 'json'\ndevice = {{ find = 'name', from = \
             '{device}' }}\nstatus = {{ from = 'ok', codes = {{ '1' = 'ok', '0' = 'no-power' }} }}\n\
             json = {{ items = '/data/*/series/*', time = 't' }}\nmap = {{ 'rain/h1' = 'rain' }}\n"
        )
    };
    let mut gauge = thing("A Vương", &["rain"]);
    gauge["properties"] = json!({});
    let city = City::new(&[gauge], &config("/data/*/name"));
    let taken = city.send("vrain", "", stations.to_string().as_bytes());
    assert_eq!(taken.refusal(), None);
    let expected = [row("A Vương: rain", AT, 4.5), row("A Vương: rain", NOW, Value::Null)];
    assert_eq!(city.recorded(), expected);
    assert_eq!(city.observations()[1].status(), DeviceStatus::NoPower);

    let by_key = "[[adapter]]\nname = 'k'\nformat = 'json'\ndevice = { from = '@key' }\n\
        json = { items = '/*' }\nmap = { v = 'level' }\n";
    let city = City::new(&[thing("G2", &["level"])], by_key);
    assert_eq!(city.send("k", "", br#"{"G2": {"v": 2}}"#).refusal(), None);
    assert_eq!(city.recorded(), [row("G2: level", NOW, 2)]);

    let long = "[[adapter]]\nname = 'l'\nformat = 'json'\ndevice = { is = 'G2' }\n\
        json = { items = '*', property = 'p', value = 'v', unit = 'u' }\n\
        map = { H = { observed = 'level', unit = 'm' } }\n";
    let city = City::new(&[thing("G2", &["level"])], long);
    let payload = br#"[{"p": "H", "v": 3, "u": "m"}, {"p": "Q", "v": 9}]"#;
    assert_eq!(city.send("l", "", payload).ignored, 1);
    assert_eq!(city.recorded(), [row("G2: level", NOW, 3)]);
}

#[test]
fn a_file_of_a_station_is_read_with_the_state_of_its_instruments() {
    let config = "[[adapter]]\nname = 'tt10'\nformat = 'station-file'\n\
        map = { pH = 'ph', COD = { observed = 'cod', unit = 'mg/L' } }\n";
    let station = "QNAM_BACCHULAI_NUOCTHAI1";
    let city = City::new(&[thing(station, &["ph", "cod"])], config);
    let file = "pH\t7.21\t-\t20261121115000\t00\r\n\
        COD\t35,5\tmg/L\t20261121115000\t01\r\n\
        TSS\t20\tmg/L\t20261121115000\t00\r\n\
        COD\t\tmg/L\t20261121120000\t02\r\n\
        COD\t35\tmg/L\t20261121120000\t07\r\n\
        COD 35 mg/L 20261121120000 00\r\n";
    let name = "2026/11/QNAM_BACCHULAI_NUOCTHAI1_20261121120000.txt";
    let taken = city.send("tt10", name, file.as_bytes());
    let title = |name: &str| format!("{station}: {name}");
    let expected = [
        row(&title("ph"), AT, 7.21),
        row(&title("cod"), AT, 35.5),
        row(&title("cod"), NOW, Value::Null),
    ];
    assert_eq!(city.recorded(), expected);
    let status: Vec<_> = city.observations().iter().map(|it| it.status()).collect();
    assert_eq!(status, [DeviceStatus::Ok, DeviceStatus::Maintenance, DeviceStatus::Fault]);
    let refusal = taken.refusal().unwrap();
    assert!(
        refusal.starts_with("line 5, state: status: \"07\" is none of 00, 01, 02"),
        "{refusal}"
    );
    let kept = String::from_utf8(city.letters()[0].content.payload.clone()).unwrap();
    assert_eq!(kept.lines().count(), 2);
}

#[test]
fn sensorthings_is_taken_as_it_is() {
    let config = "[[adapter]]\nname = 'sta'\nformat = 'sensorthings'\n";
    let city = City::new(&[thing("G1", &["level"])], config);
    let one = json!({"result": 1, "phenomenonTime": AT, "Datastream": {"@iot.id": 1}});
    let table = json!([{
        "Datastream": {"@iot.id": 1},
        "components": ["phenomenonTime", "result"],
        "dataArray": [[NOW, 3]],
    }]);
    for payload in [&one, &json!([{"result": 2, "Datastream": {"@iot.id": 1}}]), &table] {
        assert_eq!(city.send("sta", "", payload.to_string().as_bytes()).refusal(), None);
    }
    let expected = [row("G1: level", AT, 1), row("G1: level", NOW, 2), row("G1: level", NOW, 3)];
    assert_eq!(city.recorded(), expected);
    assert_eq!(city.adapters.streams("sta", "G1"), [], "it has no map");
    assert_eq!(city.observations()[0].stream, stream(1));
}
