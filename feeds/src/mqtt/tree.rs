//! Who is subscribed to what: a tree of topic levels.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    TopicFilter,
    codec::Qos,
    session::{Session, SessionId},
};

/// How a subscriber wants its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    pub(super) max_qos: Qos,
    pub(super) no_local: bool,
    pub(super) retain_as_published: bool,
    /// The number that the subscriber gave the subscription.
    pub(super) identifier: Option<u32>,
}

/// One who receives a message.
pub(super) struct Subscriber {
    pub(super) session: Arc<Session>,
    pub(super) options: Options,
}

/// All relayed subscriptions.
#[derive(Default)]
pub(super) struct SubscriptionTree {
    root: Node,
}

#[derive(Default)]
struct Node {
    children: HashMap<Box<str>, Node>,
    /// Below `+`.
    any: Option<Box<Node>>,
    /// Those whose filter ends here.
    here: Members,
    /// Those whose filter ends with `#` here.
    below: Members,
}

#[derive(Default)]
struct Members {
    alone: HashMap<SessionId, Subscriber>,
    groups: HashMap<Box<str>, Group>,
}

/// The members of a shared subscription, who take turns.
#[derive(Default)]
struct Group {
    members: Vec<Subscriber>,
    turn: AtomicUsize,
}

impl SubscriptionTree {
    /// Adds a subscription, or replaces the session's one of the same filter.
    pub(super) fn insert(&mut self, filter: &TopicFilter, subscriber: Subscriber) {
        let mut node = &mut self.root;
        let mut is_below = false;
        for level in filter.as_str().split('/') {
            match level {
                "#" => is_below = true,
                "+" => node = node.any.get_or_insert_default(),
                _ => node = node.children.entry(level.into()).or_default(),
            }
        }
        let members = if is_below { &mut node.below } else { &mut node.here };
        members.insert(filter.group(), subscriber);
    }

    /// Removes a session's subscription.
    pub(super) fn remove(&mut self, filter: &TopicFilter, session: SessionId) {
        let levels: Vec<&str> = filter.as_str().split('/').collect();
        self.root.remove(&levels, filter.group(), session);
    }

    /// Hands every subscriber of the topic to `found`; one session can come more than once.
    pub(super) fn subscribers<'a>(&'a self, topic: &str, found: &mut Vec<&'a Subscriber>) {
        let levels: Vec<&str> = topic.split('/').collect();
        self.root.collect(&levels, topic.starts_with('$'), found);
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.root.is_empty()
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        self.children.is_empty()
            && self.any.is_none()
            && self.here.is_empty()
            && self.below.is_empty()
    }

    /// Removes below this node, with the nodes that are left empty.
    fn remove(&mut self, levels: &[&str], group: Option<&str>, session: SessionId) {
        match levels {
            [] => self.here.remove(group, session),
            ["#"] => self.below.remove(group, session),
            ["+", rest @ ..] => {
                if let Some(child) = &mut self.any {
                    child.remove(rest, group, session);
                    if child.is_empty() {
                        self.any = None;
                    }
                }
            }
            [level, rest @ ..] => {
                if let Some(child) = self.children.get_mut(*level) {
                    child.remove(rest, group, session);
                    if child.is_empty() {
                        self.children.remove(*level);
                    }
                }
            }
        }
    }

    /// `is_reserved`: the topic's first level begins with `$`, which a wildcard there does not match.
    fn collect<'a>(&'a self, levels: &[&str], is_reserved: bool, found: &mut Vec<&'a Subscriber>) {
        if !is_reserved {
            self.below.collect(found);
        }
        let [level, rest @ ..] = levels else { return self.here.collect(found) };
        if let Some(child) = self.children.get(*level) {
            child.collect(rest, false, found);
        }
        if let Some(child) = self.any.as_ref().filter(|_| !is_reserved) {
            child.collect(rest, false, found);
        }
    }
}

impl Members {
    fn is_empty(&self) -> bool {
        self.alone.is_empty() && self.groups.is_empty()
    }

    fn insert(&mut self, group: Option<&str>, subscriber: Subscriber) {
        let id = subscriber.session.id();
        let Some(group) = group else {
            self.alone.insert(id, subscriber);
            return;
        };
        let members = &mut self.groups.entry(group.into()).or_default().members;
        match members.iter_mut().find(|member| member.session.id() == id) {
            Some(member) => *member = subscriber,
            None => members.push(subscriber),
        }
    }

    fn remove(&mut self, group: Option<&str>, session: SessionId) {
        let Some(name) = group else {
            self.alone.remove(&session);
            return;
        };
        if let Some(group) = self.groups.get_mut(name) {
            group.members.retain(|member| member.session.id() != session);
            if group.members.is_empty() {
                self.groups.remove(name);
            }
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Subscriber>) {
        found.extend(self.alone.values());
        found.extend(self.groups.values().filter_map(Group::next));
    }
}

impl Group {
    /// Whose turn it is; a member that is connected comes before one that is away.
    fn next(&self) -> Option<&Subscriber> {
        let count = self.members.len();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = || (0..count).map(|step| &self.members[turn.wrapping_add(step) % count]);
        in_turn().find(|member| member.session.is_connected()).or_else(|| in_turn().next())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mqtt::{TopicLimits, limits::SessionLimits};

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::parse(text, TopicLimits::default()).expect("a valid filter")
    }

    fn session(id: u64) -> Arc<Session> {
        Arc::new(Session::new(id, "account", &format!("client{id}"), &SessionLimits::default()))
    }

    fn found(tree: &SubscriptionTree, topic: &str) -> Vec<SessionId> {
        let mut found = Vec::new();
        tree.subscribers(topic, &mut found);
        let mut ids: Vec<_> = found.iter().map(|one| one.session.id()).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn members_of_a_group_take_turns() {
        let mut tree = SubscriptionTree::default();
        for id in 0..3 {
            let subscriber = Subscriber { session: session(id), options: Options::default() };
            tree.insert(&filter("$share/pumps/a/+"), subscriber);
        }
        let turns: Vec<_> = (0..6).flat_map(|_| found(&tree, "a/b")).collect();
        assert_eq!(turns, [0, 1, 2, 0, 1, 2]);
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_each_filter_matches_and_forgets_what_is_removed(
            filters in proptest::collection::vec("(\\$|a|b|\\+)(/(a|b||\\+)){0,3}(/#)?", 1..12),
            topics in proptest::collection::vec("(\\$|a|b)(/(a|b|)){0,4}", 1..6),
            removed in proptest::collection::vec(any::<bool>(), 12),
        ) {
            let mut tree = SubscriptionTree::default();
            let filters: Vec<_> = filters.iter().map(|text| filter(text)).collect();
            for (id, filter) in filters.iter().enumerate() {
                let subscriber =
                    Subscriber { session: session(id as u64), options: Options::default() };
                tree.insert(filter, subscriber);
            }
            for (id, filter) in filters.iter().enumerate().filter(|(id, _)| removed[*id]) {
                tree.remove(filter, id as u64);
            }
            for topic in &topics {
                let expected: Vec<u64> = (0..filters.len())
                    .filter(|id| !removed[*id] && filters[*id].matches(topic))
                    .map(|id| id as u64)
                    .collect();
                prop_assert_eq!(found(&tree, topic), expected, "{}", topic);
            }
            for (id, filter) in filters.iter().enumerate() {
                tree.remove(filter, id as u64);
            }
            prop_assert!(tree.is_empty(), "nothing is left of removed filters");
        }
    }
}
