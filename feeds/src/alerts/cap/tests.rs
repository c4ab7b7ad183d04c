use std::{path::PathBuf, process::Command};

use city::{Instant, Title};
use proptest::prelude::*;

use super::*;
use crate::alerts::{
    alert::{Alert, AlertId, Ending, Finding, Released, Situation, Step, StepKind, Subject},
    risk::{Bulletin, DeclaredRisk, RiskLevel},
    text::Catalogue,
};
use crate::model::StreamId;

fn at(minutes: i64) -> Instant {
    let start: Instant = "2025-10-29T19:00:00Z".parse().unwrap();
    Instant::from_micros(start.as_micros() + minutes * 60_000_000)
}

fn situation(level: u8, value: f64) -> Situation {
    Situation {
        finding: Finding::Threshold,
        level,
        level_title: Some(Title::new("Báo động III", "Alarm level III")),
        limit: Some(2.0),
        limit_source: "QĐ 05/2020/QĐ-TTg".to_owned(),
        value: Some(value),
        unit: "m".to_owned(),
        property: "Mực nước".to_owned(),
        place: Title::new("Trạm Hội An", "Trạm Hội An"),
        time: at(0),
        seq: Some(7),
        streams: vec![1],
    }
}

fn alert(is_simulated: bool, kinds: Vec<StepKind>) -> Alert {
    let step = |(number, kind): (u32, StepKind)| {
        let at = at(i64::from(number) * 10 - 10);
        Step { number, at, by: None, note: None, kind }
    };
    Alert {
        id: AlertId::new(12).unwrap(),
        rule: "bao-dong-lu".parse().ok(),
        subject: Subject::Stream(StreamId::new(1).unwrap()),
        event: "flood".into(),
        is_simulated,
        is_released_at_once: false,
        steps: (1..).zip(kinds).map(step).collect(),
    }
}

fn composer() -> Composer {
    Composer {
        sender: "dothi@tinh.example".to_owned(),
        sender_name: Title::new("Ban Chỉ huy PTDS tỉnh <thử>", "Provincial command & control"),
        web: Some("https://x.example/alerts/".to_owned()),
        catalogue: Catalogue::built_in().unwrap(),
    }
}

fn areas() -> Vec<Area> {
    let ring = vec![(108.3, 15.8), (108.4, 15.8), (108.4, 15.9), (108.3, 15.8)];
    vec![Area {
        name: "Phường Hội An".to_owned(),
        polygons: vec![ring],
        circles: vec![((108.33, 15.88), 1.5)],
        geocodes: vec![("QĐ-19/2025".to_owned(), "20413".to_owned())],
    }]
}

fn bulletin() -> Bulletin {
    Bulletin::new("Đài KTTV khu vực", "LULU-05/06h00", at(-30)).unwrap()
}

fn life() -> Alert {
    let risk = DeclaredRisk::of(bulletin(), RiskLevel::try_from(3).unwrap());
    alert(
        false,
        vec![
            StepKind::Raised(situation(3, 2.1)),
            StepKind::Acknowledged,
            StepKind::Updated(situation(3, 3.39)),
            StepKind::Released(Released::default()),
            StepKind::RiskDeclared(risk),
            StepKind::Cleared(Ending::Over),
        ],
    )
}

#[test]
fn a_life_is_told_as_alert_update_and_cancel_of_each_status() {
    let told = telling_steps(&life());
    let told: Vec<_> = told.iter().map(|it| (it.step, it.status.name(), it.kind.name())).collect();
    let expected = [
        (1, "Draft", "Alert"),
        (3, "Draft", "Update"),
        (4, "Actual", "Alert"),
        (5, "Actual", "Update"),
        (6, "Actual", "Cancel"),
    ];
    assert_eq!(told, expected);
    let exercise =
        alert(true, vec![StepKind::Raised(situation(1, 1.0)), StepKind::Cleared(Ending::Over)]);
    let told = telling_steps(&exercise);
    assert!(told.iter().all(|it| it.status == Status::Exercise));
    let at_once = Alert { is_released_at_once: true, ..life() };
    assert_eq!(telling_steps(&at_once)[0].status, Status::Actual);
}

#[test]
fn a_message_refers_to_those_before_it_of_its_status() {
    let (life, composer) = (life(), composer());
    let named = |step| {
        let message = composer.message(&life, step, &[]).unwrap();
        message.references.into_iter().map(|it| it.identifier).collect::<Vec<_>>()
    };
    assert_eq!(named(3), ["dothi.alert.12.1"]);
    assert_eq!(named(4), [""; 0]);
    assert_eq!(named(6), ["dothi.alert.12.4", "dothi.alert.12.5"]);
    assert_eq!(composer.message(&life, 2, &[]), None, "acknowledging is not told");
}

#[test]
fn words_are_vietnamese_first_and_tell_value_threshold_and_time() {
    let message = composer().message(&life(), 3, &areas()).unwrap();
    let [vi, en] = &message.infos[..] else { panic!("two languages") };
    assert_eq!((vi.language.as_str(), en.language.as_str()), ("vi-VN", "en-US"));
    assert_eq!(vi.headline.as_deref(), Some("Lũ: Trạm Hội An, Báo động III"));
    let description =
        "Mực nước tại Trạm Hội An là 3,39 m lúc 02:00 ngày 30/10/2025, đạt Báo động III (2 m).";
    assert_eq!(vi.description.as_deref(), Some(description));
    let description = "Mực nước at Trạm Hội An was 3.39 m at 02:00 on 30/10/2025 (UTC+7), reaching Alarm level III (2 m).";
    assert_eq!(en.description.as_deref(), Some(description));
    assert_eq!(
        (vi.urgency, vi.severity, vi.certainty),
        (Urgency::Immediate, Severity::Severe, Certainty::Observed)
    );
    assert_eq!(vi.parameter("threshold-source"), Some("QĐ 05/2020/QĐ-TTg"));
    assert_eq!(message.restriction.as_deref(), Some("Nội bộ, tham khảo / Internal, for reference"));
}

#[test]
fn an_official_risk_is_told_with_its_bulletin_and_an_end_as_all_clear() {
    let (life, composer) = (life(), composer());
    let message = composer.message(&life, 5, &[]).unwrap();
    let description = message.infos[0].description.as_deref().unwrap();
    let expected =
        "cấp 3 theo bản tin LULU-05/06h00 của Đài KTTV khu vực, phát lúc 01:30 ngày 30/10/2025.";
    assert!(description.ends_with(expected), "{description}");
    assert_eq!(message.infos[0].parameter("disaster-risk-level"), Some("3"));
    let end = composer.last_message(&life, &[]).unwrap();
    assert_eq!(end.infos[0].responses, [ResponseType::AllClear]);
    assert_eq!(end.infos[0].urgency, Urgency::Past);
    assert_eq!(end.infos[1].headline.as_deref(), Some("All clear: Flood, Trạm Hội An"));
}

#[test]
fn what_is_simulated_says_so_in_status_note_and_headline() {
    let exercise = alert(true, vec![StepKind::Raised(situation(1, 1.0))]);
    let message = composer().last_message(&exercise, &[]).unwrap();
    assert_eq!(message.status, Status::Exercise);
    assert!(message.note.unwrap().starts_with("Diễn tập"));
    assert!(message.infos[0].headline.as_deref().unwrap().starts_with("DIỄN TẬP – "));
    assert!(message.infos[1].headline.as_deref().unwrap().starts_with("EXERCISE – "));
}

#[test]
fn a_forecast_is_expected_within_the_hour_and_future_beyond() {
    let check = |minutes, expected| {
        let finding =
            Finding::Forecast { source: "mô hình".into(), issued: at(0), onset: at(minutes) };
        let forecast = Situation { finding, ..situation(2, 1.7) };
        let message = composer().last_message(&alert(false, vec![StepKind::Raised(forecast)]), &[]);
        let info = message.unwrap().infos.remove(0);
        assert_eq!((info.urgency, info.certainty), (expected, Certainty::Possible));
    };
    check(-1, Urgency::Immediate);
    check(60, Urgency::Expected);
    check(61, Urgency::Future);
}

/// The schema of the standard, where the shared data lies beside the checkout.
fn schema() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/sensors/cap12");
    let schema = folder.join("resources/CAP-v1.2.xsd");
    if !schema.exists() {
        println!("SKIP: {} is not there", schema.display());
        return None;
    }
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("SKIP: xmllint is not there (Debian package libxml2-utils)");
        return None;
    }
    Some(schema)
}

/// Checks documents against the schema with xmllint.
fn validate(schema: &PathBuf, documents: &[String]) {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..)
        .zip(documents)
        .map(|(n, text)| {
            let path = dir.path().join(format!("{n}.xml"));
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    let mut lint = Command::new("xmllint");
    let output =
        lint.args(["--noout", "--nonet", "--schema"]).arg(schema).args(paths).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}\n{}", documents.join("\n"));
}

#[test]
fn every_message_is_valid_against_the_schema_of_the_standard() {
    let Some(schema) = schema() else { return };
    let composer = composer();
    let findings = [
        Finding::Rate { change: 0.7, window_s: 3600.0 },
        Finding::Missing { since: None, interval_s: 600.0 },
        Finding::Forecast { source: "mô hình <1>".into(), issued: at(-5), onset: at(90) },
        Finding::Area { count: 3, of: 5 },
    ];
    let of_findings = findings.into_iter().map(|finding| {
        alert(true, vec![StepKind::Raised(Situation { finding, ..situation(1, 1.7) })])
    });
    let alerts: Vec<_> = of_findings.chain([life()]).collect();
    let documents: Vec<_> = alerts
        .iter()
        .flat_map(|alert| telling_steps(alert).into_iter().map(move |told| (alert, told.step)))
        .map(|(alert, step)| write(&composer.message(alert, step, &areas()).unwrap()).unwrap())
        .collect();
    assert_eq!(documents.len(), 9);
    validate(&schema, &documents);
}

#[test]
fn a_message_is_read_as_it_was_written() {
    let (life, composer) = (life(), composer());
    for told in telling_steps(&life) {
        let message = composer.message(&life, told.step, &areas()).unwrap();
        assert_eq!(read(write(&message).unwrap().as_bytes()), Ok(message));
    }
}

#[test]
fn the_example_of_the_standard_is_read() {
    let Some(schema) = schema() else { return };
    let example = std::fs::read(schema.with_file_name("cap_amber_alert_example.xml")).unwrap();
    let message = read(&example).unwrap();
    assert_eq!(message.identifier, "KAR0-0306112239-SW");
    assert_eq!(message.sent, "2003-06-12T05:39:00Z".parse().unwrap());
    assert_eq!(message.infos.len(), 2);
    assert_eq!(message.infos[1].event, "Abducción de Niño");
    assert_eq!(message.infos[0].areas[0].geocodes, [("SAME".to_owned(), "006037".to_owned())]);
}

#[test]
fn what_is_no_cap_or_is_dangerous_is_refused_with_its_reason() {
    let good = write(&composer().message(&life(), 1, &areas()).unwrap()).unwrap();
    let check = |document: String, expected: &str| {
        let error = read(document.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\n{expected}");
    };
    let entity = "<!DOCTYPE a [<!ENTITY x \"y\">]>\n<alert";
    check(good.replacen("<alert", entity, 1), "document types, processing instructions");
    check(good.replacen("Lũ", "&lu;", 1), "entities are not read");
    check(good.replace("cap:1.2", "cap:1.1"), "the document is no alert of CAP 1.2");
    check(good.replacen("<status>Draft", "<status>Real", 1), "status cannot be \"Real\"");
    check(good.replacen("15.8,108.3", "95.8,108.3", 1), "polygon cannot be");
    check(good.replacen("+07:00</sent>", "</sent>", 1), "sent cannot be");
    check(good.replacen("identifier>", "identifies>", 2), "identifier is missing");
    check("x".repeat(1 << 21), "is too large");
    check("<a></a>".to_owned(), "no alert");
    let deep = format!("<alert xmlns=\"{}\">", super::write::NAMESPACE) + &"<info>".repeat(20);
    check(deep, "elements in each other");
    check(good.replacen("</alert>", "", 1), "no");
}

#[test]
fn a_signature_is_left_out() {
    let message = composer().message(&life(), 1, &areas()).unwrap();
    let signature = "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><identifier \
                     xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">x</identifier></Signature></alert>";
    let signed = write(&message).unwrap().replacen("</alert>", signature, 1);
    assert_eq!(read(signed.as_bytes()), Ok(message));
}

#[test]
fn a_feed_names_every_message_and_is_well_formed() {
    let (life, composer) = (life(), composer());
    let messages: Vec<_> =
        [4, 6].iter().map(|step| composer.message(&life, *step, &areas()).unwrap()).collect();
    let title = Title::new("Cảnh báo", "Alerts");
    let feed = atom::Feed {
        address: "https://x.example/alerts/atom",
        title: &title,
        author: "Dothi",
        updated: at(0),
    };
    let entries: Vec<_> = messages
        .iter()
        .map(|message| atom::Entry {
            message,
            address: format!("https://x.example/alerts/{}/cap?a=1&b=2", message.identifier),
        })
        .collect();
    let text = atom::write(&feed, &entries).unwrap();
    assert_eq!(text.matches("<entry>").count(), 2);
    assert!(text.contains("<updated>2025-10-30T02:50:00+07:00</updated>"), "{text}");
    assert!(text.contains("href=\"https://x.example/alerts/dothi.alert.12.4/cap?a=1&amp;b=2\""));
    assert!(text.contains("<name>Ban Chỉ huy PTDS tỉnh &lt;thử&gt;</name>"));
    let empty = atom::write(&feed, &[]).unwrap();
    assert!(empty.contains("<updated>2025-10-30T02:00:00+07:00</updated>"));
    if schema().is_some() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("feed.xml"), text).unwrap();
        let mut lint = Command::new("xmllint");
        let output =
            lint.args(["--noout", "--nonet"]).arg(dir.path().join("feed.xml")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

proptest! {
    /// Whatever a place is called, the document says it and nothing else.
    #[test]
    fn any_text_is_escaped(name in "\\PC{1,40}") {
        prop_assume!(!name.trim().is_empty());
        let area = Area { name: name.clone(), ..Area::default() };
        let message = composer().message(&life(), 1, &[area]).unwrap();
        let read = read(write(&message).unwrap().as_bytes()).unwrap();
        // White space around a text says nothing in CAP.
        prop_assert_eq!(&read.infos[0].areas[0].name, name.trim());
    }

    /// Nothing that is sent breaks the reader.
    #[test]
    fn reading_never_panics(cut in 0_usize..4000, noise in "[<>&;!\\[\\]a-z/ \"=]{0,12}") {
        let mut text = write(&composer().message(&life(), 1, &areas()).unwrap()).unwrap();
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(cut, &noise);
        let _ = read(text.as_bytes());
    }
}
