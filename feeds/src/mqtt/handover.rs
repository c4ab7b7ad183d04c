//! QoS 2 messages of a client: each is handed to the application once, until it is released.

use std::collections::HashMap;

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The application has it and has not settled it.
    Pending,
    /// It is durable; waits for PUBREL.
    Taken,
}

/// What to do with a QoS 2 PUBLISH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Hand it to the application.
    New,
    /// The application has it; wait for the outcome.
    Pending,
    /// It was taken; only the acknowledgement was lost.
    Taken,
}

/// The messages of one client that are not released, by packet identifier.
#[derive(Debug, Default)]
pub(super) struct Handovers(HashMap<u16, Stage>);

impl Handovers {
    /// As many as there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// PUBLISH.
    pub(super) fn arrive(&mut self, packet_id: u16) -> Arrival {
        match self.0.get(&packet_id) {
            Some(Stage::Pending) => Arrival::Pending,
            Some(Stage::Taken) => Arrival::Taken,
            None => {
                self.0.insert(packet_id, Stage::Pending);
                Arrival::New
            }
        }
    }

    /// The application has settled it.
    pub(super) fn settle(&mut self, packet_id: u16, is_taken: bool) {
        match is_taken {
            true => self.0.insert(packet_id, Stage::Taken),
            false => self.0.remove(&packet_id),
        };
    }

    /// Whether the message was taken; `None` while the application has it.
    pub(super) fn outcome(&self, packet_id: u16) -> Option<bool> {
        match self.0.get(&packet_id) {
            Some(Stage::Pending) => None,
            Some(Stage::Taken) => Some(true),
            None => Some(false),
        }
    }

    /// PUBREL; false when there is no such message.
    pub(super) fn release(&mut self, packet_id: u16) -> bool {
        let is_taken = self.0.get(&packet_id) == Some(&Stage::Taken);
        if is_taken {
            self.0.remove(&packet_id);
        }
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qos_2_message_is_handed_over_once_until_it_is_released() {
        let mut handovers = Handovers::default();
        assert_eq!(handovers.arrive(7), Arrival::New);
        assert_eq!(handovers.arrive(7), Arrival::Pending);
        assert!(!handovers.release(7), "not before it is durable");
        handovers.settle(7, true);
        assert_eq!(handovers.arrive(7), Arrival::Taken);
        assert!(handovers.release(7) && !handovers.release(7));
        assert_eq!(handovers.arrive(7), Arrival::New);
        handovers.settle(7, false);
        assert_eq!(handovers.arrive(7), Arrival::New, "one that was not taken may come again");
    }
}
