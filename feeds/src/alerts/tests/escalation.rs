//! Alerts that nobody answers.

use super::*;

const TO: &str = "Trưởng ban Chỉ huy";

fn with_escalation() -> (TempDir, House) {
    let (dir, house) = house();
    let rules = RULES.replace(
        "threshold = { own = true }",
        &format!("threshold = {{ own = true }}\nescalate = {{ after_s = 900, to = \"{TO}\" }}"),
    );
    house.alerts.set_rules(RuleSet::from_toml(&rules).unwrap()).unwrap();
    house.alerts.settle().unwrap();
    (dir, house)
}

#[test]
fn an_alert_that_nobody_answers_in_time_is_passed_on_once() {
    let (dir, house) = with_escalation();
    house.observe(1, 1.2);
    house.alerts.settle().unwrap();
    house.clock.set(at(899));
    house.alerts.settle().unwrap();
    assert_eq!(house.steps(1), ["raised"]);
    // Nobody forgets it over a restart.
    drop(house);
    let house = House::open(dir.path());
    house.clock.set(at(900));
    house.alerts.settle().unwrap();
    house.clock.set(at(9000));
    house.alerts.settle().unwrap();
    assert_eq!(house.steps(1), ["raised", "escalated"]);
    let alert = house.alerts.alert(id(1)).unwrap();
    let step = alert.steps.last().unwrap();
    assert_eq!((step.by.as_deref(), step.at), (None, at(900)));
    assert_eq!(step.kind, StepKind::Escalated { to: TO.to_owned() });
    // Whom it went to takes it on.
    house.alerts.acknowledge(id(1), TO, None).unwrap();
    assert_eq!(house.steps(1), ["raised", "escalated", "acknowledged"]);
}

#[test]
fn an_alert_that_was_answered_stays_where_it_is() {
    let (_dir, house) = with_escalation();
    house.observe(1, 1.2);
    house.alerts.settle().unwrap();
    house.alerts.acknowledge(id(1), "trực ban A", None).unwrap();
    house.clock.set(at(9000));
    house.alerts.settle().unwrap();
    assert_eq!(house.steps(1), ["raised", "acknowledged"]);
}

#[test]
fn an_escalation_says_after_what_time_and_to_whom() {
    for (escalate, expected) in [
        (r#"{ after_s = 0, to = "A" }"#, "escalate.after_s: leave at least a second"),
        (r#"{ after_s = 60, to = " " }"#, "escalate.to: say to whom"),
        (r#"{ after_s = 60 }"#, "missing field `to`"),
    ] {
        let rules = RULES.replace(
            "threshold = { own = true }",
            &format!("threshold = {{ own = true }}\nescalate = {escalate}"),
        );
        let error = RuleSet::from_toml(&rules).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
