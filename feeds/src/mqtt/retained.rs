//! The last message of each topic that said "retain".

use std::{collections::BTreeMap, ops::Bound, sync::Arc, time::Instant};

use super::{Message, TopicFilter, codec::Property, limits::RetainedLimits};

/// Retained messages by topic, in memory and bounded.
pub(super) struct Retained {
    limits: RetainedLimits,
    by_topic: BTreeMap<Arc<str>, Kept>,
    bytes: usize,
}

/// A retained message and when it came, for its expiry.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) message: Arc<Message>,
    pub(super) since: Instant,
}

/// There is no room for another retained message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Retained {
    pub(super) fn new(limits: RetainedLimits) -> Self {
        Self { limits, by_topic: BTreeMap::new(), bytes: 0 }
    }

    /// Keeps the message in place of the topic's earlier one; an empty payload only clears it.
    pub(super) fn keep(&mut self, message: &Arc<Message>, now: Instant) -> Result<(), Full> {
        if let Some(old) = self.by_topic.remove(&message.topic) {
            self.bytes -= size(&old.message);
        }
        if message.payload.is_empty() {
            return Ok(());
        }
        let bytes = self.bytes + size(message);
        if self.by_topic.len() >= self.limits.messages || bytes > self.limits.bytes {
            return Err(Full);
        }
        self.bytes = bytes;
        let kept = Kept { message: message.clone(), since: now };
        self.by_topic.insert(message.topic.clone(), kept);
        Ok(())
    }

    /// What a new subscriber is sent, in the order of topics; what has expired is forgotten.
    pub(super) fn matching(&mut self, filter: &TopicFilter, now: Instant) -> Vec<Kept> {
        let prefix = filter.literal_prefix();
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let in_range = self
            .by_topic
            .range::<str, _>(from)
            .take_while(|(topic, _)| topic.starts_with(prefix))
            .filter(|(topic, _)| filter.matches(topic));
        let (expired, fresh): (Vec<Kept>, Vec<Kept>) =
            in_range.map(|(_, kept)| kept.clone()).partition(|kept| kept.is_expired(now));
        for kept in expired {
            self.by_topic.remove(&kept.message.topic);
            self.bytes -= size(&kept.message);
        }
        fresh
    }
}

impl Kept {
    fn is_expired(&self, now: Instant) -> bool {
        let age_s = now.saturating_duration_since(self.since).as_secs();
        let expiry = self.message.properties.number(Property::MessageExpiry);
        expiry.is_some_and(|seconds| age_s >= u64::from(seconds))
    }
}

fn size(message: &Message) -> usize {
    message.topic.len() + message.payload.len()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mqtt::{TopicLimits, codec::Qos};

    fn message(topic: &str, payload: &'static str) -> Arc<Message> {
        Arc::new(Message { retain: true, ..Message::new(topic, payload, Qos::AtMostOnce) })
    }

    fn topics(retained: &mut Retained, filter: &str, now: Instant) -> Vec<String> {
        let filter = TopicFilter::parse(filter, TopicLimits::default()).expect("a valid filter");
        let found = retained.matching(&filter, now);
        found.iter().map(|kept| kept.message.topic.to_string()).collect()
    }

    #[test]
    fn the_last_message_of_each_topic_is_kept_until_an_empty_one_clears_it() {
        let now = Instant::now();
        let mut retained = Retained::new(RetainedLimits { messages: 3, bytes: 100 });
        for topic in ["a/x", "a", "a/y"] {
            assert_eq!(retained.keep(&message(topic, "1"), now), Ok(()));
        }
        assert_eq!(retained.keep(&message("ab", "1"), now), Err(Full));
        assert_eq!(retained.keep(&message("a/x", "2"), now), Ok(()));
        assert_eq!(topics(&mut retained, "a/#", now), ["a", "a/x", "a/y"]);
        assert_eq!(topics(&mut retained, "+/y", now), ["a/y"]);
        assert_eq!(retained.keep(&message("a/x", ""), now), Ok(()));
        assert_eq!(topics(&mut retained, "#", now), ["a", "a/y"]);
    }

    #[test]
    fn a_retained_message_expires() {
        let now = Instant::now();
        let mut retained = Retained::new(RetainedLimits::default());
        let mut short = Message::new("a", "1", Qos::AtMostOnce);
        short.properties = short.properties.with_number(Property::MessageExpiry, 10);
        assert_eq!(retained.keep(&Arc::new(short), now), Ok(()));
        assert_eq!(topics(&mut retained, "a", now + Duration::from_secs(9)), ["a"]);
        assert!(topics(&mut retained, "a", now + Duration::from_secs(10)).is_empty());
        assert_eq!(retained.bytes, 0);
    }
}
