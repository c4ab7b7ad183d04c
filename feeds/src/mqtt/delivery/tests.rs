//! Order, bounds and expiry of what is sent.

use std::time::Duration;

use super::*;

fn delivery(qos: Qos, payload: &str) -> Delivery {
    Delivery {
        message: Arc::new(Message::new("a", payload.to_owned(), qos)),
        qos,
        retain: false,
        identifiers: Vec::new(),
        since: Instant::now(),
        packet_id: None,
        receipt: None,
    }
}

fn state(queue_messages: usize) -> SessionState {
    SessionState::new(&SessionLimits { queue_messages, ..SessionLimits::default() })
}

fn next(state: &mut SessionState, send_maximum: u16) -> Option<Delivery> {
    state.next(send_maximum, Instant::now())
}

#[test]
fn what_is_in_flight_is_sent_again_in_its_order_until_it_is_acknowledged() {
    let mut state = state(10);
    for payload in ["1", "2", "3", "4"] {
        let qos = if payload == "2" { Qos::ExactlyOnce } else { Qos::AtLeastOnce };
        assert_eq!(state.offer(delivery(qos, payload)), Offer::Queued);
    }
    let ids: Vec<_> = (0..3).filter_map(|_| next(&mut state, 3)?.packet_id).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert!(next(&mut state, 3).is_none(), "the window is full");
    assert!(state.done(1) && state.received(2) && !state.done(9));
    assert_eq!(next(&mut state, 3).and_then(|one| one.packet_id), Some(4));
    let again: Vec<_> = state
        .resend(Instant::now())
        .into_iter()
        .map(|one| match one {
            Resend::Publish(delivery) => format!("publish {:?}", delivery.packet_id),
            Resend::PubRel(id) => format!("release {id}"),
        })
        .collect();
    assert_eq!(again, ["release 2", "publish Some(3)", "publish Some(4)"]);
    assert!(state.done(3) && state.done(4) && state.completed(2) && !state.completed(2));
    assert_eq!(state.bytes, 0, "nothing is left");
}

#[test]
fn a_full_queue_takes_nothing_and_a_client_away_keeps_no_qos_0() {
    let mut state = state(2);
    assert_eq!(state.offer(delivery(Qos::AtMostOnce, "1")), Offer::Queued);
    assert_eq!(state.offer(delivery(Qos::AtLeastOnce, "2")), Offer::Queued);
    assert_eq!(state.offer(delivery(Qos::AtLeastOnce, "3")), Offer::Full);
    state.connection_lost();
    let kept = next(&mut state, 10).expect("the QoS 1 message");
    assert_eq!((&kept.message.payload[..], kept.packet_id), (&b"2"[..], Some(1)));
    assert!(next(&mut state, 10).is_none());
}

#[test]
fn a_queue_is_bounded_in_bytes() {
    let limits = SessionLimits { queue_bytes: 1000, ..SessionLimits::default() };
    let mut state = SessionState::new(&limits);
    let large = "x".repeat(2000);
    assert_eq!(state.offer(delivery(Qos::AtMostOnce, &large)), Offer::Queued, "alone");
    assert_eq!(state.offer(delivery(Qos::AtMostOnce, "1")), Offer::Full);
    assert!(next(&mut state, 1).is_some());
    assert_eq!(state.offer(delivery(Qos::AtMostOnce, "1")), Offer::Queued);
}

#[test]
fn a_message_that_expired_is_not_sent() {
    let mut state = state(10);
    let mut message = Message::new("a", "old", Qos::AtLeastOnce);
    message.properties = message.properties.with_number(Property::MessageExpiry, 5);
    let old = Delivery { message: Arc::new(message), ..delivery(Qos::AtLeastOnce, "") };
    assert_eq!(state.offer(old), Offer::Queued);
    assert_eq!(state.offer(delivery(Qos::AtLeastOnce, "new")), Offer::Queued);
    let later = Instant::now() + Duration::from_secs(6);
    let sent = state.next(10, later).expect("the new one");
    assert_eq!((&sent.message.payload[..], state.expired), (&b"new"[..], 1));
}

#[test]
fn identifiers_go_round_and_skip_what_is_in_flight() {
    let mut state = state(10);
    state.last_id = u16::MAX - 1;
    for _ in 0..3 {
        state.offer(delivery(Qos::AtLeastOnce, ""));
    }
    let ids: Vec<_> = (0..3).filter_map(|_| next(&mut state, 10)?.packet_id).collect();
    assert_eq!(ids, [u16::MAX, 1, 2]);
}

#[test]
fn a_receipt_is_told_once_and_a_command_is_not_sent_again_when_its_time_is_over() {
    let mut state = state(10);
    let told = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut command = |payload: &str| {
        let mut one = delivery(Qos::AtLeastOnce, payload);
        let mut message = Message::clone(&one.message);
        message.properties.push(Property::MessageExpiry, crate::mqtt::codec::Value::Number(60));
        one.message = Arc::new(message);
        let count = told.clone();
        let tell = move || {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        };
        one.receipt = Some(Receipt(Arc::new(tell)));
        assert_eq!(state.offer(one), Offer::Queued);
    };
    command("1");
    command("2");
    for _ in 0..2 {
        next(&mut state, 10).unwrap();
    }
    for _ in 0..2 {
        if let Some(receipt) = state.acknowledged(1) {
            (receipt.0)();
        }
    }
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 1);
    let now = Instant::now();
    assert_eq!(state.resend(now).len(), 1);
    assert!(state.resend(now + Duration::from_secs(61)).is_empty());
    assert_eq!(state.expired, 1);
    assert!(state.acknowledged(2).is_none(), "it is forgotten");
}
