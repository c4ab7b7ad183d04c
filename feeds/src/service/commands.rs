//! Commands over the service's MQTT listener: where devices listen, and what they say.
//!
//! A device subscribes to `v1.1/TaskingCapabilities(7)/Tasks`, or to the topic that its capability
//! names, and hears of what is authorised; it answers at `v1.1/Tasks(17)`. An account speaks for a
//! device when it may send observations of the device's Thing. For everybody else those paths are
//! what they are for any entity: what is there, and what becomes of it.

use std::sync::Arc;

use super::{MayPublish, Service, VERSION};
use crate::{
    command::{CommandError, Report, topic_of},
    model::{Body, EntityKey, EntityKind, Id, Relation, StreamId},
    mqtt::{Refusal, Relay, Verdict, Why},
    query::{ResourcePath, Tail},
};

impl Service {
    /// The capability whose commands are sent to a topic.
    pub(super) fn commands_at(&self, topic: &str) -> Option<Id> {
        let is_sent_there = |id: &Id| {
            let entity = self.entities.entity(EntityKey::new(EntityKind::TaskingCapability, *id));
            match entity.as_deref().map(|it| &it.body) {
                Some(Body::TaskingCapability(it)) => {
                    topic_of(*id, it.rules.topic.as_deref()) == topic
                }
                _ => false,
            }
        };
        if let Some(path) = topic.strip_prefix(VERSION) {
            let path = ResourcePath::parse(path).ok()?;
            let leads = path.kind == EntityKind::TaskingCapability && path.is_set();
            let leads = leads && path.target() == EntityKind::Task && path.steps.len() == 1;
            return path.id.filter(|_| leads).filter(is_sent_there);
        }
        self.entities.ids(EntityKind::TaskingCapability).into_iter().find(is_sent_there)
    }

    /// Whether an account speaks for the device of a capability.
    pub(super) fn speaks_for(&self, account: &MayPublish, capability: Id) -> bool {
        let key = EntityKey::new(EntityKind::TaskingCapability, capability);
        let (Some(entity), Some(way)) =
            (self.entities.entity(key), EntityKind::Thing.navigation("Datastreams"))
        else {
            return false;
        };
        let things = entity.links(Relation::TaskingCapabilityThing).iter();
        let mut streams = things
            .flat_map(|id| self.entities.related(EntityKey::new(EntityKind::Thing, *id), &way));
        *account == MayPublish::Everything || streams.any(|id| account.admits(StreamId(id)))
    }

    /// The command whose device answers at a topic.
    pub(super) fn answered_at(topic: &str) -> Option<Id> {
        let path = ResourcePath::parse(topic.strip_prefix(VERSION)?).ok()?;
        let is_task = path.kind == EntityKind::Task && path.steps.is_empty();
        path.id.filter(|_| is_task && path.tail == Tail::Whole)
    }

    /// Takes what a device says of a command; it is on the disk when this comes back. Blocks: not
    /// for asynchronous tasks.
    pub(super) fn take_answer(
        &self,
        command: Id,
        payload: &[u8],
        account: &Arc<str>,
        may_publish: &MayPublish,
    ) -> Verdict {
        let refused = |why, text: String| Verdict::Refused(Refusal::new(why, text));
        let task = self.entities.entity(EntityKey::new(EntityKind::Task, command));
        let capability =
            task.and_then(|it| it.links(Relation::TaskTaskingCapability).first().copied());
        let Some(capability) = capability else {
            return refused(Why::NoSuchTopic, CommandError::NoCommand(command).to_string());
        };
        if !self.speaks_for(may_publish, capability) {
            let text = format!("this account does not speak for the device of Tasks({command})");
            return refused(Why::NotAllowed, text);
        }
        let report = match Report::read(payload) {
            Ok(report) => report,
            Err(why) => return refused(Why::BadPayload, why.to_string()),
        };
        match self.commands.report(command, &report, account) {
            Ok(()) => Verdict::Accepted(Relay::Nobody),
            Err(why @ (CommandError::Step { .. } | CommandError::NoCommand(_))) => {
                refused(Why::Other, why.to_string())
            }
            Err(why) => {
                tracing::warn!(error = %why, "what a device said of a command cannot be recorded");
                Verdict::Busy
            }
        }
    }
}
