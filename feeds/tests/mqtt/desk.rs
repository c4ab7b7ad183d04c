//! An application to test with: it notes what it is handed and settles it when the test says so.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use feeds::mqtt::{
    Application, Endpoint, Grant, Introduction, Limits, Listener, Message, Publication, Refusal,
    Relay, TopicFilter, Verdict, Why, codec::Qos,
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use tokio::sync::watch;

/// Notes publications; "durable" is when the gate is open.
pub(crate) struct Desk {
    taken: Mutex<Vec<Publication>>,
    gate: watch::Sender<bool>,
    /// The value that live streams show.
    live: watch::Sender<u64>,
}

impl Desk {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            taken: Mutex::new(Vec::new()),
            gate: watch::Sender::new(true),
            live: watch::Sender::new(0),
        })
    }

    /// From now on nothing becomes durable.
    pub(crate) fn close_gate(&self) {
        self.gate.send_replace(false);
    }

    /// From now on everything is durable.
    pub(crate) fn open_gate(&self) {
        self.gate.send_replace(true);
    }

    /// Shows a value in every live stream.
    pub(crate) fn show(&self, value: u64) {
        self.live.send_replace(value);
    }

    /// Topic and payload of what came, in order.
    pub(crate) fn taken(&self) -> Vec<(String, String)> {
        let text = |one: &Publication| {
            let payload = String::from_utf8_lossy(&one.message.payload).into_owned();
            (one.message.topic.to_string(), payload)
        };
        self.taken.lock().expect("no panic").iter().map(text).collect()
    }

    /// Payloads of what came under a topic.
    pub(crate) fn payloads(&self, topic: &str) -> Vec<String> {
        let mine = self.taken().into_iter().filter(|(one, _)| one == topic);
        mine.map(|(_, payload)| payload).collect()
    }
}

impl Application for Desk {
    type Principal = String;

    fn authenticate(&self, client: Introduction) -> BoxFuture<'_, Result<String, Refusal>> {
        let verdict = match (client.username, client.password.as_deref()) {
            (None, _) => Ok("anonymous".to_owned()),
            (Some(user), Some(b"right")) => Ok(user),
            _ => Err(Refusal::new(Why::BadCredentials, "sai mật khẩu / wrong password")),
        };
        async { verdict }.boxed()
    }

    fn account<'a>(&self, principal: &'a String) -> &'a str {
        principal
    }

    fn publish(&self, _: &String, publication: Publication) -> BoxFuture<'static, Verdict> {
        let topic = publication.message.topic.clone();
        self.taken.lock().expect("no panic").push(publication);
        let mut gate = self.gate.subscribe();
        async move {
            gate.wait_for(|is_open| *is_open).await.expect("the desk lives");
            match topic.split('/').next() {
                Some("refused") => {
                    Verdict::Refused(Refusal::new(Why::BadPayload, "không đọc được / unreadable"))
                }
                Some("busy") => Verdict::Busy,
                Some("v1.1") => Verdict::Accepted(Relay::Nobody),
                _ => Verdict::Accepted(Relay::Subscribers),
            }
        }
        .boxed()
    }

    fn subscribe<'a>(
        &'a self,
        _: &'a String,
        filter: &'a TopicFilter,
        _: Qos,
    ) -> BoxFuture<'a, Result<Grant, Refusal>> {
        let topic = filter.as_str().to_owned();
        let grant = match topic.split('/').next() {
            Some("secret") => Err(Refusal::new(Why::NotAllowed, "không được phép / not allowed")),
            Some("v1.1") => {
                let mut live = self.live.subscribe();
                live.mark_unchanged();
                // The latest value: what a slow subscriber misses is overwritten.
                let messages = stream::unfold((live, topic), |(mut live, topic)| async move {
                    live.changed().await.ok()?;
                    let value = *live.borrow_and_update();
                    let payload = format!("{{\"result\":{value}}}");
                    let message = Message::new(topic.as_str(), payload, Qos::AtLeastOnce);
                    Some((message, (live, topic)))
                });
                Ok(Grant::Stream { max_qos: Qos::AtLeastOnce, messages: messages.boxed() })
            }
            _ => Ok(Grant::Relayed { max_qos: Qos::ExactlyOnce }),
        };
        async { grant }.boxed()
    }
}

/// An application with a listener of default limits, and its address.
pub(crate) async fn house() -> (Arc<Desk>, Listener, SocketAddr) {
    let desk = Desk::new();
    let listener = listen(&desk, Limits::default()).await;
    let address = listener.addresses()[0];
    (desk, listener, address)
}

/// A listener on a free port of this machine.
pub(crate) async fn listen<A: Application>(app: &Arc<A>, limits: Limits) -> Listener {
    let address = "127.0.0.1:0".parse().expect("an address");
    let endpoint = Endpoint { address, tls: None };
    Listener::start(app.clone(), vec![endpoint], limits).await.expect("a free port")
}
