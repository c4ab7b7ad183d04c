//! What a ledger has in memory: commands that are open, and what is known of the file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use city::Instant;

use super::Wish;
use crate::{
    command::{
        Command, CommandError, State, Step,
        dispatch::Attempt,
        file::{Change, Last, LedgerFile},
    },
    model::Id,
};

/// What the lock guards.
#[derive(Debug)]
pub(in crate::command) struct Inner {
    pub(super) file: LedgerFile,
    /// Commands that something is still to come of.
    pub(in crate::command) open: BTreeMap<Id, Command>,
    pub(in crate::command) attempts: HashMap<Id, Attempt>,
    pub(super) shown: BTreeSet<Id>,
    pub(super) last: Last,
}

impl Inner {
    /// Adds steps to a change.
    pub(in crate::command) fn plan(
        &self,
        change: &mut Change,
        id: Id,
        now: Instant,
        wishes: Vec<Wish>,
    ) {
        for (state, by, note) in wishes {
            let number = self.last.step + 1 + change.steps.len() as i64;
            change.steps.push((id, Step { number, at: now, state, by, note }));
        }
    }

    /// Refuses a change with a step that is not next in its command's life, and finds what it closes.
    pub(super) fn check(&self, change: &mut Change) -> Result<(), CommandError> {
        let mut states: BTreeMap<Id, Option<State>> = BTreeMap::new();
        for (id, step) in &change.steps {
            let known = || self.open.get(id).map(Command::state);
            let from = states.entry(*id).or_insert_with(known);
            match *from {
                None if step.state == State::Requested => {}
                Some(from) if from.may_become(step.state) => {}
                Some(from) => {
                    return Err(CommandError::Step { command: *id, from, to: step.state });
                }
                None => return Err(CommandError::NoCommand(*id)),
            }
            *from = Some(step.state);
        }
        let is_new = |id: &Id| change.commands.iter().find(|command| command.id == *id);
        let is_over = |(id, state): (&Id, &Option<State>)| {
            let command = self.open.get(id).or_else(|| is_new(id))?;
            state.is_some_and(|state| !command.is_open_at(state)).then_some(*id)
        };
        change.closed = states.iter().filter_map(is_over).collect();
        Ok(())
    }

    /// Brings a change that is on the disk into memory; the commands that it is of.
    pub(super) fn apply(&mut self, change: Change) -> Vec<Command> {
        if let Some(order) = change.order {
            self.last.order = order.id.0.get();
        }
        for command in change.commands {
            self.last.command = command.id.get();
            self.open.insert(command.id, command);
        }
        let mut touched = BTreeSet::new();
        for (id, step) in change.steps {
            self.last.step = step.number;
            touched.insert(id);
            if let Some(command) = self.open.get_mut(&id) {
                command.steps.push(step);
            }
        }
        let touched: Vec<_> = touched.iter().filter_map(|id| self.open.get(id).cloned()).collect();
        for command in touched.iter().filter(|command| !command.is_open()) {
            self.open.remove(&command.id);
            self.attempts.remove(&command.id);
        }
        touched
    }
}
