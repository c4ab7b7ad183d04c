//! What is released to the public, and official bulletins.

use super::*;

#[test]
fn an_exercise_is_never_released_and_a_forecast_only_with_a_bulletin() {
    let (_dir, house) = house();
    house.observe(2, 1.2);
    house.alerts.settle().unwrap();
    let refused = house.alerts.release(id(1), "trực ban A", None, None).unwrap_err();
    assert!(matches!(refused, AlertError::IsExercise(_)));

    let rules =
        RULES.replace("threshold = { own = true }", "forecast = { own = true, horizon_s = 7200 }");
    house.alerts.set_rules(RuleSet::from_toml(&rules).unwrap()).unwrap();
    house.alerts.settle().unwrap();
    let forecast = Forecast {
        stream: StreamId::new(1).unwrap(),
        source: "mô hình lũ".to_owned(),
        issued: at(0),
        values: vec![(at(3600), 1.8)],
        is_simulated: false,
    };
    house.alerts.foresee(forecast).unwrap();
    house.alerts.settle().unwrap();
    let alert = house.alerts.active().pop().unwrap();
    assert!(!alert.is_released() && !alert.is_public(), "a forecast is internal");
    let refused = house.alerts.release(alert.id, "trực ban A", None, None).unwrap_err();
    assert!(matches!(refused, AlertError::NeedsBulletin(_)));
    let bulletin = Bulletin::new("Đài KTTV khu vực", "LULU-05/06h00", at(0)).unwrap();
    let released =
        house.alerts.release(alert.id, "trực ban A", Some(bulletin.clone()), None).unwrap();
    assert!(released.is_released());
    let risk = DeclaredRisk::of(bulletin, RiskLevel::try_from(3).unwrap());
    let declared = house.alerts.declare_risk(alert.id, "trực ban A", risk.clone(), None).unwrap();
    assert_eq!(declared.risk(), Some(&risk));
    let catalogue = Catalogue::built_in().unwrap();
    let beside = wire::Beside { thing: Some(1), ..Default::default() };
    let document = wire::alert_document(&declared, &catalogue, &beside);
    assert_eq!(document["risk"]["bulletin"]["number"], "LULU-05/06h00");
    assert_eq!(document["steps"][1]["state"], "released");
    assert_eq!((&document["severity"], &document["thing"]), (&json!("severe"), &json!(1)));
    assert_eq!(document["headline"]["vi"], "Dự báo Lũ: Trạm Hội An, Báo động II");
    assert_eq!(document["situation"]["finding"]["kind"], "forecast");
}

#[test]
fn an_official_bulletin_is_imported_updated_and_cancelled() {
    let (_dir, house) = house();
    let info = |language: &str, headline: &str| cap::Info {
        language: language.to_owned(),
        categories: vec![cap::Category::Met],
        event: "Lũ".to_owned(),
        responses: vec![cap::ResponseType::Prepare],
        urgency: cap::Urgency::Expected,
        severity: cap::Severity::Severe,
        certainty: cap::Certainty::Likely,
        effective: None,
        onset: None,
        expires: None,
        sender_name: None,
        headline: Some(headline.to_owned()),
        description: None,
        instruction: None,
        web: None,
        contact: None,
        parameters: Vec::new(),
        areas: Vec::new(),
    };
    let mut first = cap::Message {
        identifier: "LULU-05".to_owned(),
        sender: "kttv@x.example".to_owned(),
        sent: at(0),
        status: cap::Status::Actual,
        kind: cap::MessageType::Alert,
        scope: cap::Scope::Public,
        restriction: None,
        note: None,
        references: Vec::new(),
        infos: vec![info("vi", "Lũ trên các sông"), info("en-US", "Floods on the rivers")],
    };
    let parameters = [
        ("disaster-risk-level", "3"),
        ("bulletin-issuer", "Đài KTTV"),
        ("bulletin-number", "05"),
        ("bulletin-issued", "2025-10-30T06:00:00+07:00"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    first.infos[0].parameters = parameters.collect();
    let alert = house.alerts.import(&first, "flood", None, "trực ban A").unwrap();
    assert!(alert.is_released());
    assert_eq!(alert.risk().map(|risk| risk.level().get()), Some(3));
    let catalogue = Catalogue::built_in().unwrap();
    let words = catalogue.words(&alert, 2).unwrap();
    assert_eq!(
        (words.headline.vi.as_str(), words.headline.en.as_str()),
        ("Lũ trên các sông", "Floods on the rivers")
    );
    let again = house.alerts.import(&first, "flood", None, "trực ban A").unwrap_err();
    assert!(matches!(again, AlertError::ImportedBefore { alert: known, .. } if known == alert.id));

    let reference = cap::Reference {
        sender: first.sender.clone(),
        identifier: first.identifier.clone(),
        sent: first.sent,
    };
    let update = cap::Message {
        identifier: "LULU-06".to_owned(),
        kind: cap::MessageType::Update,
        references: vec![reference],
        ..first.clone()
    };
    house.alerts.import(&update, "flood", None, "trực ban A").unwrap();
    let reference = cap::Reference {
        sender: first.sender.clone(),
        identifier: "LULU-06".to_owned(),
        sent: first.sent,
    };
    let cancel = cap::Message {
        identifier: "LULU-07".to_owned(),
        kind: cap::MessageType::Cancel,
        references: vec![reference],
        ..first.clone()
    };
    house.alerts.import(&cancel, "flood", None, "trực ban A").unwrap();
    assert_eq!(house.steps(1), ["raised", "risk-declared", "updated", "risk-declared", "cleared"]);
    for known in [&first, &update, &cancel] {
        let again = house.alerts.import(known, "flood", None, "trực ban A").unwrap_err();
        assert!(matches!(again, AlertError::ImportedBefore { .. }), "{again}");
    }
    let late = cap::Message { identifier: "LULU-08".to_owned(), ..update.clone() };
    let late = house.alerts.import(&late, "flood", None, "trực ban A").unwrap_err();
    assert!(matches!(late, AlertError::IsOver(_)), "{late}");
    let lost = cap::Message { references: Vec::new(), identifier: "LULU-09".to_owned(), ..update };
    let lost = house.alerts.import(&lost, "flood", None, "trực ban A").unwrap_err();
    assert!(lost.to_string().contains("import that first"), "{lost}");
    let draft = cap::Message { status: cap::Status::Draft, ..first };
    assert!(house.alerts.import(&draft, "flood", None, "trực ban A").is_err());
}
