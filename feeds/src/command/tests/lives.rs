//! Lives of commands.

use super::*;

#[test]
fn a_command_goes_from_order_to_what_is_seen() {
    let bench = Bench::new();
    let ordered = bench.ledger.request(dim(1, 40.0), &operator()).unwrap();
    assert!(ordered.is_new && ordered.is_authorised);
    assert_eq!(bench.task(1)["properties"]["status"], "authorised");
    bench.tick();
    let sent = bench.wire.take();
    let [(number, topic, payload, receipt)] = &sent[..] else { panic!("one, not {}", sent.len()) };
    assert_eq!((number.get(), topic.as_str()), (1, "v1.1/TaskingCapabilities(1)/Tasks"));
    assert_eq!(payload["taskingParameters"], json!({"dim": 40.0}));
    assert_eq!(payload["@iot.id"], 1);
    assert_eq!(payload["properties"]["expires"], "2026-11-21T11:02:00Z");
    assert!(!payload.to_string().contains("\"an\""), "who wanted it is not told");
    receipt.received();
    bench.tick();
    assert_eq!(bench.state(1), State::Sent);
    bench.answer(1, "acknowledged").unwrap();
    bench.answer(1, "acknowledged").unwrap();
    bench.observe(1, 90.0, None);
    bench.tick();
    assert_eq!(bench.state(1), State::Acknowledged, "it still burns as before");
    bench.observe(1, 41.5, None);
    bench.tick();
    use State as S;
    let whole = [S::Requested, S::Authorised, S::Sent, S::Acknowledged, S::Verified];
    assert_eq!(bench.states(1), whole);
    assert_eq!(bench.task(1)["properties"]["status"], "verified");
    let command = bench.ledger.command(id(1)).unwrap().unwrap();
    let by: Vec<_> = command.steps.iter().map(|step| step.by.as_deref()).collect();
    assert_eq!(by, [Some("an"), Some("an"), None, Some("lamp"), Some("Datastreams(1)")]);
    assert_eq!(bench.ledger.open_count().unwrap(), 0);
}

#[test]
fn an_observation_that_names_the_command_acknowledges_it_and_one_from_before_shows_nothing() {
    let bench = Bench::new();
    bench.observe(1, 40.0, None);
    bench.pass(10);
    bench.ledger.request(dim(1, 40.0), &operator()).unwrap();
    bench.tick();
    bench.tick();
    assert_eq!(bench.state(1), State::Authorised);
    bench.observe(1, 70.0, Some(1));
    bench.tick();
    assert_eq!(bench.states(1)[2..], [State::Sent, State::Acknowledged]);
    bench.observe(1, 40.0, Some(1));
    bench.tick();
    assert_eq!(bench.state(1), State::Verified);
}

#[test]
fn a_device_whose_clock_is_a_little_behind_shows_what_it_did_and_what_it_kept_shows_nothing() {
    let bench = Bench::new();
    bench.ledger.request(dim(1, 40.0), &operator()).unwrap();
    bench.tick();
    bench.wire.receive();
    bench.answer(1, "acknowledged").unwrap();
    let tell = |seconds_ago: i64| {
        let observation = bench.entries(1, 40.0, None)[0].observation.as_ref().clone();
        let time = Instant::from_micros(observation.time.as_micros() - seconds_ago * 1_000_000);
        let observation = Arc::new(Observation { time, ..observation });
        let entries = vec![Entry { observation, kind: EntryKind::Value }];
        bench.ledger.follower().committed(&entries.into());
        bench.tick();
        bench.state(1)
    };
    assert_eq!(tell(60), State::Acknowledged, "it burnt so before, and says it late");
    assert_eq!(tell(3), State::Verified);
}

#[test]
fn what_is_not_done_in_its_time_expires_and_what_is_not_seen_has_failed() {
    let bench = Bench::new();
    for target in [1, 2, 3] {
        bench.ledger.request(dim(target, 40.0), &operator()).unwrap();
    }
    bench.ledger.request(dim(1, 50.0), &person("bình", Role::Requester)).unwrap();
    bench.tick();
    let sent = bench.wire.take();
    assert_eq!(sent.len(), 3, "one waits for a second person");
    sent[1].3.received();
    bench.tick();
    bench.answer(3, "acknowledged").unwrap();
    bench.pass(59);
    bench.tick();
    assert_eq!(bench.state(3), State::Acknowledged);
    bench.pass(1);
    bench.tick();
    assert_eq!(bench.state(3), State::Failed);
    assert_eq!(bench.note(3), "Datastreams(3) did not show 40.0 within 60 s");
    bench.pass(59);
    bench.tick();
    assert_eq!(bench.state(1), State::Authorised);
    bench.wire.take();
    bench.pass(1);
    bench.tick();
    assert!(bench.wire.sent().is_empty(), "nothing is sent whose time is over");
    let ends: Vec<_> = [1, 2, 4].map(|it| (bench.state(it), bench.note(it))).into();
    let expired = |note: &str| (State::Expired, note.to_owned());
    let expected = [
        expired("the device's side did not take it"),
        expired("the device did not answer"),
        expired("nobody approved it"),
    ];
    assert_eq!(ends, expected);
    let error = refused(bench.answer(1, "acknowledged"));
    assert_eq!(error, "Tasks(1) is expired and cannot become acknowledged");
}

#[test]
fn a_command_is_sent_again_with_longer_pauses_until_the_device_answers() {
    let bench = Bench::new();
    let order = NewOrder { ttl_s: Some(400), ..dim(1, 40.0) };
    bench.ledger.request(order, &operator()).unwrap();
    let mut sent_at = Vec::new();
    for second in 0..200 {
        bench.tick();
        sent_at.extend(bench.wire.take().into_iter().map(|(.., receipt)| {
            receipt.received();
            second
        }));
        bench.pass(1);
    }
    assert_eq!(sent_at, [0, 5, 15, 35, 75, 135, 195]);
    assert_eq!(bench.state(1), State::Sent);
    bench.answer(1, "acknowledged").unwrap();
    bench.pass(10_000);
    bench.tick();
    assert!(bench.wire.sent().is_empty());
}

#[test]
fn a_device_that_begins_to_listen_hears_soon() {
    let bench = Bench::new();
    bench.wire.is_deaf.store(true, std::sync::atomic::Ordering::SeqCst);
    bench.ledger.request(dim(1, 40.0), &operator()).unwrap();
    for _ in 0..20 {
        bench.tick();
        bench.pass(1);
    }
    bench.wire.take();
    bench.ledger.listening(id(1));
    bench.pass(1);
    bench.tick();
    assert_eq!(bench.wire.sent(), [1]);
    bench.clock.set("2026-11-21T10:00:00Z".parse().unwrap());
    bench.tick();
    assert_eq!(bench.wire.sent(), [1], "a clock that was put back does not silence it");
}

#[test]
fn a_device_may_say_no() {
    let bench = Bench::new();
    for (target, status, expected) in [(1, "refused", State::Refused), (2, "failed", State::Failed)]
    {
        bench.ledger.request(dim(target, 40.0), &operator()).unwrap();
        bench.tick();
        bench.wire.receive();
        bench.tick();
        bench.answer(target, status).unwrap();
        assert_eq!((bench.state(target), bench.note(target)), (expected, "vì thế".to_owned()));
    }
    assert_eq!(refused(bench.answer(9, "refused")), "there is no Tasks(9)");
    bench.ledger.request(dim(3, 40.0), &person("bình", Role::Requester)).unwrap();
    let error = refused(bench.answer(3, "acknowledged"));
    assert_eq!(error, "Tasks(3) is requested and cannot become acknowledged");
}

#[test]
fn a_group_waits_for_a_second_person() {
    let bench = Bench::new();
    let chief = person("chi", Role::Supervisor);
    let ordered = bench.ledger.request(cabinet("T1"), &chief).unwrap();
    assert!(!ordered.is_authorised);
    assert_eq!(ordered.commands, [id(1), id(2)], "the lamps of the cabinet");
    bench.tick();
    assert!(bench.wire.sent().is_empty());
    let waiting: Vec<_> = bench.ledger.waiting().unwrap().iter().map(|it| it.id).collect();
    assert_eq!(waiting, [ordered.order]);
    let approve = |by: &Person| bench.ledger.approve(ordered.order, by);
    assert_eq!(refused(approve(&chief)), "who ordered 1 cannot approve it: ask a second person");
    let helper = person("dũng", Role::Requester);
    let error = refused(approve(&helper));
    assert_eq!(error, "a requester may not approve orders: ask somebody who may");
    assert_eq!(approve(&operator()).unwrap(), 2);
    assert!(refused(approve(&operator())).starts_with("no command of order 1 can be authorised"));
    assert!(bench.ledger.waiting().unwrap().is_empty());
    bench.tick();
    assert_eq!(bench.wire.sent(), [1, 2]);
    let error = refused(bench.ledger.refuse(ordered.order, &chief, "nhầm"));
    assert!(error.contains("on their way"), "{error}");
}

#[test]
fn what_waits_can_be_refused_or_taken_back() {
    let bench = Bench::new();
    let helper = person("dũng", Role::Requester);
    let ordered = bench.ledger.request(dim(1, 1.0), &helper).unwrap();
    let stranger = person("em", Role::Requester);
    let error = refused(bench.ledger.refuse(ordered.order, &stranger, "không"));
    assert!(error.starts_with("a requester may not refuse"), "{error}");
    assert_eq!(bench.ledger.refuse(ordered.order, &helper, "nhầm đèn").unwrap(), 1);
    assert_eq!((bench.state(1), bench.note(1)), (State::Refused, "nhầm đèn".to_owned()));
    bench.tick();
    assert!(bench.wire.sent().is_empty());
    assert!(refused(bench.ledger.approve(ordered.order, &operator())).starts_with("no command"));
    let nobody = bench.ledger.approve(OrderId(id(9)), &operator());
    assert_eq!(refused(nobody), "there is no order 9");
}

#[test]
fn a_capability_may_ask_for_a_second_person_and_name_its_topic() {
    let bench = Bench::new();
    let order = NewOrder { parameters: parameters(json!({"open": true})), ..dim(4, 0.0) };
    let ordered = bench.ledger.request(order, &person("chi", Role::Supervisor)).unwrap();
    assert!(!ordered.is_authorised);
    bench.ledger.approve(ordered.order, &operator()).unwrap();
    bench.tick();
    assert_eq!(bench.wire.take()[0].1, "gates/1/commands");
    bench.answer(1, "acknowledged").unwrap();
    assert_eq!(bench.ledger.open_count().unwrap(), 0, "nothing can verify it: it is done");
}

#[test]
fn the_same_key_is_the_same_order_and_never_another() {
    let bench = Bench::new();
    let keyed = |percent| NewOrder { key: Some("k1".into()), ..dim(1, percent) };
    let first = bench.ledger.request(keyed(40.0), &operator()).unwrap();
    let again = bench.ledger.request(keyed(40.0), &operator()).unwrap();
    assert_eq!(again, Ordered { is_new: false, ..first.clone() });
    let error = refused(bench.ledger.request(keyed(50.0), &operator()));
    assert!(error.starts_with("the key \"k1\" stands for order 1"), "{error}");
    let other = bench.ledger.request(keyed(50.0), &person("chi", Role::Supervisor)).unwrap();
    assert!(other.is_new, "keys are each person's own");
    let bench = bench.restart();
    assert!(!bench.ledger.request(keyed(40.0), &operator()).unwrap().is_new);
    bench.tick();
    assert_eq!(bench.wire.sent(), [1, 2]);
}

#[test]
fn an_order_that_is_wrong_records_nothing() {
    let bench = Bench::new();
    let many = |targets| NewOrder { targets, reason: "thử".into(), ..dim(1, 5.0) };
    for (order, expected) in [
        (dim(9, 5.0), "there is no TaskingCapabilities(9)"),
        (dim(1, 101.0), "taskingParameters.dim: 101.0 is not allowed: give a number from 0 to 100"),
        (NewOrder { ttl_s: Some(0), ..dim(1, 5.0) }, "ttl: must be from 1 to"),
        (NewOrder { key: Some(String::new()), ..dim(1, 5.0) }, "key: must be a text"),
        (NewOrder { reason: " ".into(), ..cabinet("T1") }, "reason: is missing: say why"),
        (cabinet("T9"), "the order is for no device"),
        (many(Targets::Group(Vec::new())), "the order is for no device"),
        (many(Targets::Group(vec![id(1), id(4)])), "taskingParameters.dim: is no parameter here"),
        (many(Targets::Group((1..6000).map(id).collect())), "devices in one order: 5000 at most"),
    ] {
        let error = refused(bench.ledger.request(order, &operator()));
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(bench.ledger.open_count().unwrap(), 0);
    assert!(bench.ledger.command(id(1)).unwrap().is_none());
}

#[test]
fn a_task_that_is_posted_is_an_order() {
    let bench = Bench::new();
    let task = json!({
        "taskingParameters": {"dim": 40}, "TaskingCapability": {"@iot.id": 1},
        "properties": {"reason": "trời tối", "key": "k", "ttl": 30},
    });
    let ordered = bench.ledger.request_task(&task, None, &operator()).unwrap();
    let (order, commands) = bench.ledger.order(ordered.order).unwrap().unwrap();
    assert_eq!((order.reason.as_str(), order.key.as_deref()), ("trời tối", Some("k")));
    assert_eq!(commands[0].expires.to_string(), "2026-11-21T11:00:30Z");
    let short = json!({"taskingParameters": {"dim": 40}});
    bench.ledger.request_task(&short, Some(id(2)), &operator()).unwrap();
    for (document, at, expected) in [
        (json!([]), None, "Task: must be a JSON object"),
        (short.clone(), None, "TaskingCapability: is missing"),
        (task.clone(), Some(id(2)), "TaskingCapability: is another one than the address"),
        (json!({"TaskingCapability": {"@iot.id": 1}}), None, "taskingParameters: must be"),
        (json!({"taskingParametres": {}}), Some(id(1)), "taskingParametres: is no property"),
    ] {
        let error = refused(bench.ledger.request_task(&document, at, &operator()));
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn tasks_stand_among_the_entities_and_cannot_be_changed_there() {
    let bench = Bench::new();
    bench.ledger.request(dim(1, 40.0), &operator()).unwrap();
    bench.ledger.request(dim(1, 60.0), &operator()).unwrap();
    let entities = bench.ledger.entities.clone();
    let capability = EntityKey::new(EntityKind::TaskingCapability, id(1));
    let tasks = capability.kind.navigation("Tasks").unwrap();
    assert_eq!(entities.related(capability, &tasks), [id(1), id(2)]);
    let task = EntityKey::new(EntityKind::Task, id(1));
    assert!(entities.remove(task).unwrap_err().to_string().contains("ledger"));
    let document = json!({"taskingParameters": {"dim": 1}});
    let error = entities.create_at(capability, &tasks, &document).unwrap_err().to_string();
    assert!(error.starts_with("Task: is kept in the ledger of commands"), "{error}");
    let moved = json!({"Tasks": [{"@iot.id": 1}]});
    let update = crate::entities::Update::Merge(moved.as_object().unwrap());
    let other = EntityKey::new(EntityKind::TaskingCapability, id(2));
    let error = entities.update(other, update).unwrap_err().to_string();
    assert!(error.starts_with("Tasks: are commands"), "{error}");

    entities.remove(capability).unwrap();
    assert!(entities.ids(EntityKind::Task).is_empty(), "they are not shown without it");
    drop(entities);
    let bench = bench.restart();
    assert!(bench.ledger.entities.ids(EntityKind::Task).is_empty());
    bench.tick();
    assert!(bench.wire.sent().is_empty());
    assert_eq!(
        (bench.state(1), bench.note(1)),
        (State::Failed, "its capability was removed".into())
    );
}

#[test]
fn commands_in_flight_go_on_after_a_restart() {
    let bench = Bench::new();
    for target in [1, 2, 3] {
        bench.ledger.request(dim(target, 40.0), &operator()).unwrap();
    }
    let group = bench.ledger.request(cabinet("T1"), &operator()).unwrap();
    bench.tick();
    bench.wire.receive();
    bench.tick();
    bench.answer(2, "acknowledged").unwrap();
    bench.observe(3, 40.0, None);
    bench.tick();
    let bench = bench.restart();
    use State as S;
    let states: Vec<_> = (1..=5).map(|it| bench.state(it)).collect();
    assert_eq!(states, [S::Sent, S::Acknowledged, S::Verified, S::Requested, S::Requested]);
    bench.tick();
    assert_eq!(bench.wire.sent(), [1], "it has not answered");
    assert_eq!(bench.task(3)["properties"]["status"], "verified");
    // What came while it was away stands in the log, and so among the latest values.
    bench.ledger.latest.committed(&bench.entries(2, 40.0, None));
    bench.tick();
    assert_eq!(bench.state(2), S::Verified);
    bench.ledger.approve(group.order, &person("chi", Role::Supervisor)).unwrap();
    bench.tick();
    assert_eq!(bench.wire.sent(), [4, 5]);
    let one = bench.ledger.request(dim(1, 1.0), &operator()).unwrap();
    assert_eq!((one.order, one.commands), (OrderId(id(5)), vec![id(6)]), "numbers go on");
}

#[test]
fn one_folder_has_one_ledger() {
    let bench = Bench::new();
    let (entities, latest) = (bench.ledger.entities.clone(), bench.ledger.latest.clone());
    let clock = bench.clock.clone();
    let policy = Policy::default();
    let second =
        Ledger::open(bench.dir.path(), entities, latest, Documents::default(), clock, policy);
    assert!(matches!(second, Err(CommandError::File(crate::sqlite::FileError::InUse(_)))));
}
