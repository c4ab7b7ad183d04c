use super::*;
use crate::{
    alerts::streams::{Commune, PropertyFacts},
    model::{Direction, StreamRules},
};

const RULES: &str = r#"
# Cảnh báo của tỉnh
[[rule]]
id = "bao-dong-lu"
title = { vi = "Mực nước vượt báo động", en = "Water level above alarm" }
event = "flood"
streams = { role = "gauges", property = "water-level" }
threshold = { own = true, hysteresis = 0.05, hold_s = 600, clear_hold_s = 1800 }

[[rule]]
id = "mua-lon-dien-rong"
title = { vi = "Mưa lớn diện rộng", en = "Widespread heavy rain" }
event = "heavy-rain"
release = "actual"
quality = "suspect"
streams = { property = "rain", polygon = [[108.3, 15.4], [108.6, 15.4], [108.6, 15.7]] }
area = { at_least = 3, by = "commune" }
[rule.threshold]
levels = [
    { level = 1, value = 50, source = "nội bộ" },
    { level = 2, value = 100, title = { vi = "rất to", en = "very heavy" } },
]

[[rule]]
id = "lu-len-nhanh"
title = { vi = "Lũ lên nhanh", en = "Rapid rise" }
event = "flood"
streams = { datastreams = [7, 8] }
rate = { rise = 0.5, window_s = 3600, hysteresis = 0.1, level = 2 }

[[rule]]
id = "mat-tin-hieu"
title = { vi = "Mất tín hiệu", en = "No signal" }
event = "missing-data"
streams = { communes = ["20335"] }
missing = { intervals = 3, interval_s = 600 }

[[rule]]
id = "du-bao-lu"
title = { vi = "Dự báo lũ", en = "Flood forecast" }
event = "flood"
forecast = { own = true, horizon_s = 21600 }

[sender]
id = "dothi@tinh.example"
"#;

#[test]
fn rules_come_back_from_json_and_toml_as_they_were() {
    let rules = RuleSet::from_toml(RULES).unwrap();
    assert_eq!(rules.len(), 5);
    let json = rules.to_json().to_string();
    assert_eq!(RuleSet::from_json(json.as_bytes()).unwrap(), rules);
    let mut table = toml::Table::new();
    table.insert("rule".to_owned(), rules.to_toml().unwrap());
    let text = toml::to_string(&table).unwrap();
    assert_eq!(RuleSet::from_toml(&text).unwrap(), rules, "{text}");
}

#[test]
fn the_rules_to_begin_with_are_right_and_speak_of_events_of_the_catalogue() {
    let rules = RuleSet::from_toml(RuleSet::TO_BEGIN_WITH).unwrap();
    assert_eq!(rules.len(), 6);
    let catalogue = crate::alerts::Catalogue::built_in().unwrap();
    for rule in rules.iter() {
        assert!(catalogue.knows(&rule.event), "{}: {}", rule.id, rule.event);
    }
}

#[test]
fn a_wrong_rule_is_told_with_line_and_key() {
    let check = |from: &str, to: &str, expected: &[&str]| {
        assert!(RULES.contains(from), "{from}");
        let error = RuleSet::from_toml(&RULES.replacen(from, to, 1)).unwrap_err().to_string();
        for part in expected {
            assert!(error.contains(part), "{error}\n{part}");
        }
    };
    check("hold_s", "hold_m", &["line 8, column", "unknown field `hold_m`", "`hold_s`"]);
    check("event = \"flood\"", "colour = 1", &["line 6, column 1", "unknown field `colour`"]);
    check("own = true, ", "", &["rule \"bao-dong-lu\" (line 3): threshold.levels: write either"]);
    check("0.05", "-1", &["(line 3): threshold.hysteresis: must be 0 or more"]);
    check("gauges", "gages", &["streams.role", "gages"]);
    check("value = 100", "value = 10", &["(line 10): threshold.levels: every level needs"]);
    check("at_least = 3", "at_least = 0", &["area.at_least: must be at least 1"]);
    check("rise = 0.5", "rise = 0.5, fall = 1", &["rate.rise: write one of rise and fall"]);
    check("lu-len-nhanh", "bao-dong-lu", &["(line 24): id: another rule has this name"]);
    check("id = \"du-bao-lu\"", "id = \"Lũ\"", &["rule \"Lũ\"", "id: write 1 to 64"]);
    check("streams = { datastreams = [7, 8] }\n", "", &["streams: say whose observations"]);
    let forecast = "release = \"actual\"\nforecast";
    check("\nforecast", &format!("\n{forecast}"), &["release: a forecast is internal until"]);
    let error = RuleSet::from_json(b"{\n \"rules\": [{\"id\": 7}]}").unwrap_err().to_string();
    assert!(error.contains("line 2 column 19"), "{error}");
}

#[test]
fn a_rule_looks_at_what_its_selector_names() {
    let rules = RuleSet::from_toml(RULES).unwrap();
    let named: Vec<_> = rules.iter().collect();
    let threshold = Threshold {
        level: 1,
        title: Title::new("Báo động I", "Alarm I"),
        value: 1.7,
        direction: Direction::Above,
        source: String::new(),
    };
    let gauge = StreamFacts {
        stream: StreamId::new(7).unwrap(),
        thing: "Trạm Tam Kỳ".to_owned(),
        property: PropertyFacts {
            name: "Mực nước".to_owned(),
            definition: "https://x.example/def/water-level/".to_owned(),
        },
        unit: "m".to_owned(),
        feature: None,
        role: Some(Role::Gauges),
        place: Some((108.5, 15.45)),
        commune: Some(Commune { code: "20335".to_owned(), name: "Phường Tam Kỳ".to_owned() }),
        rules: StreamRules { thresholds: vec![threshold], ..Default::default() }.into(),
        is_simulated: false,
    };
    let admitted =
        |facts: &StreamFacts| named.iter().map(|rule| rule.admits(facts)).collect::<Vec<_>>();
    assert_eq!(admitted(&gauge), [true, false, true, true, true]);
    let elsewhere = StreamFacts {
        stream: StreamId::new(9).unwrap(),
        property: PropertyFacts { name: "rain".to_owned(), definition: String::new() },
        commune: None,
        rules: StreamRules::default().into(),
        ..gauge.clone()
    };
    assert_eq!(admitted(&elsewhere), [false, true, false, false, false]);
    let outside = StreamFacts { place: Some((108.31, 15.69)), ..elsewhere };
    assert_eq!(admitted(&outside), [false; 5]);
}
