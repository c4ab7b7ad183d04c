//! The ledger: takes orders, has them authorised, and remembers.

mod inner;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use city::Instant;
use serde_json::Value;

use super::{
    Command, CommandError, NewOrder, Order, OrderId, Ordered, Person, Policy, State, Targets,
    check::check,
    evidence::Evidence,
    file::{Change, Last, LedgerFile},
    order::content,
    task,
};
pub(super) use inner::Inner;
use words::{LONGEST_REASON, check_words};

use crate::{
    clock::Clock, entities::EntityStore, latest::LatestTable, log::Follower, model::Id,
    service::Documents, sqlite::lock_folder,
};

/// Name of the file whose lock says that somebody writes the ledger.
const LOCK_NAME: &str = ".commands.lock";
/// How long a command lives where nothing says so, and how long at most, in seconds.
const TTL_S: u32 = 300;
const LONGEST_TTL_S: u32 = 7 * 86_400;
/// Something is still to come of so many commands at most.
const MOST_OPEN: usize = 100_000;
/// As many of the last commands are shown as Tasks; all of them stay in the file.
const MOST_SHOWN: usize = 20_000;

/// The ledger of commands of one folder.
#[derive(Debug)]
pub struct Ledger {
    pub(super) inner: Mutex<Inner>,
    pub(super) evidence: Arc<Evidence>,
    pub(super) entities: Arc<EntityStore>,
    pub(super) latest: Arc<LatestTable>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) documents: Documents,
    policy: Policy,
    /// Held as long as the ledger is open.
    _lock: File,
}

/// A step that a command is to take: where, by whom, and what else there is to say.
pub(super) type Wish = (State, Option<Arc<str>>, Option<String>);

impl Ledger {
    /// Opens a folder's ledger, making the file when it is not there. Commands in flight go on with
    /// the next [`tick`](Self::tick).
    ///
    /// # Errors
    /// [`CommandError::File`]: the folder cannot be written, or another process writes it;
    /// [`CommandError::Row`].
    pub fn open(
        dir: &Path,
        entities: Arc<EntityStore>,
        latest: Arc<LatestTable>,
        documents: Documents,
        clock: Arc<dyn Clock>,
        policy: Policy,
    ) -> Result<Self, CommandError> {
        let lock = lock_folder(dir, LOCK_NAME)?;
        let inner = Inner {
            file: LedgerFile::new(dir),
            open: BTreeMap::new(),
            attempts: HashMap::new(),
            shown: BTreeSet::new(),
            last: Last::default(),
        };
        let ledger = Self {
            inner: Mutex::new(inner),
            evidence: Arc::default(),
            entities,
            latest,
            clock,
            documents,
            policy,
            _lock: lock,
        };
        drop(ledger.lock()?);
        Ok(ledger)
    }

    /// Sees observations that show what commands did: a follower of the log.
    pub fn follower(&self) -> Arc<dyn Follower> {
        self.evidence.clone()
    }

    /// Records an order, durably. A single command is authorised at once where policy and
    /// capability allow it; everything else waits for a second person.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was recorded.
    pub fn request(&self, new: NewOrder, by: &Person) -> Result<Ordered, CommandError> {
        check_words(&new)?;
        let content = content(&new);
        let mut inner = self.lock()?;
        if let Some(key) = &new.key
            && let Some(known) = inner.file.order_by_key(&by.name, key)?
        {
            return repeated(&mut inner, known, &content);
        }
        let targets = self.targets(&new.targets)?;
        if inner.open.len() + targets.len() > MOST_OPEN {
            let what = "commands that are not done";
            return Err(CommandError::TooMany { what, most: MOST_OPEN });
        }
        let is_group = !matches!(new.targets, Targets::One(_));
        let now = self.clock.now();
        let order = Order {
            id: OrderId(next(inner.last.order)),
            requester: by.name.clone(),
            key: new.key,
            content,
            reason: new.reason,
            is_group,
            requested: now,
        };
        let may_alone = !is_group && by.role >= self.policy.alone;
        let mut change = Change::default();
        let mut is_authorised = true;
        for (number, (capability, rules)) in (inner.last.command + 1..).zip(&targets) {
            check(&rules.parameters, &new.parameters)
                .map_err(|why| why.within("taskingParameters"))?;
            let ttl_s = new.ttl_s.or(rules.rules.ttl_s).unwrap_or(TTL_S).min(LONGEST_TTL_S);
            let command = Command {
                id: next(number - 1),
                order: order.id,
                is_group,
                capability: *capability,
                parameters: Arc::new(new.parameters.clone()),
                requested: now,
                expires: after(now, ttl_s),
                wanted: self.wanted(*capability, rules, &new.parameters),
                steps: Vec::new(),
            };
            let mut wishes: Vec<Wish> = vec![(State::Requested, Some(by.name.clone()), None)];
            if may_alone && !rules.rules.needs_second_person {
                let note = format!("alone, as {}", by.role.name());
                wishes.push((State::Authorised, Some(by.name.clone()), Some(note)));
            } else {
                is_authorised = false;
            }
            inner.plan(&mut change, command.id, now, wishes);
            change.commands.push(command);
        }
        let commands = change.commands.iter().map(|command| command.id).collect();
        let order_id = order.id;
        change.order = Some(order);
        self.commit(&mut inner, change)?;
        Ok(Ordered { order: order_id, commands, is_new: true, is_authorised })
    }

    /// Records the order in a Task as it is posted to `Tasks`, or to the Tasks of a capability.
    /// What is not of the standard stands in `properties`: `reason`, `key` (for idempotency) and
    /// `ttl` in seconds.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn request_task(
        &self,
        document: &Value,
        at: Option<Id>,
        by: &Person,
    ) -> Result<Ordered, CommandError> {
        self.request(task::read_order(document, at)?, by)
    }

    /// Authorises every command of an order that waits for a second person, durably and together;
    /// as many as there were.
    ///
    /// # Errors
    /// [`CommandError::OwnOrder`], [`CommandError::NotAllowed`], [`CommandError::NoOrder`],
    /// [`CommandError::TooLate`], [`CommandError::File`]: nothing was authorised.
    pub fn approve(&self, order: OrderId, by: &Person) -> Result<usize, CommandError> {
        let (mut inner, order) = self.find(order)?;
        self.may_decide(by, "approve orders")?;
        if order.requester == by.name {
            return Err(CommandError::OwnOrder(order.id.0));
        }
        let now = self.clock.now();
        let waits = |it: &Command| it.state() == State::Requested && now < it.expires;
        let wish = (State::Authorised, Some(by.name.clone()), None);
        self.decide(&mut inner, &order, wish, waits)
    }

    /// Refuses every command of an order that is not on its way yet, durably; who ordered may
    /// always do so. As many as there were.
    ///
    /// # Errors
    /// [`CommandError::NotAllowed`], [`CommandError::NoOrder`], [`CommandError::TooLate`],
    /// [`CommandError::File`]: nothing was refused.
    pub fn refuse(&self, order: OrderId, by: &Person, why: &str) -> Result<usize, CommandError> {
        let (mut inner, order) = self.find(order)?;
        if order.requester != by.name {
            self.may_decide(by, "refuse what others ordered")?;
        }
        let on_their_way: BTreeSet<_> =
            inner.attempts.iter().filter(|(_, it)| it.is_queued).map(|(id, _)| *id).collect();
        let waits = |it: &Command| match it.state() {
            State::Requested => true,
            State::Authorised => !on_their_way.contains(&it.id),
            _ => false,
        };
        let note = Some(why.chars().take(LONGEST_REASON).collect());
        let wish = (State::Refused, Some(by.name.clone()), note);
        self.decide(&mut inner, &order, wish, waits)
    }

    /// A command with everything that became of it.
    ///
    /// # Errors
    /// [`CommandError::File`], [`CommandError::Row`].
    pub fn command(&self, id: Id) -> Result<Option<Command>, CommandError> {
        self.lock()?.file.command(id)
    }

    /// An order with its commands.
    ///
    /// # Errors
    /// [`CommandError::File`], [`CommandError::Row`].
    pub fn order(&self, id: OrderId) -> Result<Option<(Order, Vec<Command>)>, CommandError> {
        let mut inner = self.lock()?;
        let Some(order) = inner.file.order(id)? else { return Ok(None) };
        let commands = inner.file.commands_of(id)?;
        Ok(Some((order, commands)))
    }

    /// Orders that wait for a second person, the oldest first.
    ///
    /// # Errors
    /// [`CommandError::File`], [`CommandError::Row`].
    pub fn waiting(&self) -> Result<Vec<Order>, CommandError> {
        self.lock()?.file.waiting_orders()
    }

    /// Orders whatever became of them, the latest first, with lower numbers than `before`; `limit`
    /// at most.
    ///
    /// # Errors
    /// [`CommandError::File`], [`CommandError::Row`].
    pub fn orders(&self, before: Option<OrderId>, limit: u32) -> Result<Vec<Order>, CommandError> {
        self.lock()?.file.orders_before(before, limit)
    }

    /// How many commands something is still to come of.
    ///
    /// # Errors
    /// [`CommandError::File`], [`CommandError::Row`].
    pub fn open_count(&self) -> Result<usize, CommandError> {
        Ok(self.lock()?.open.len())
    }

    fn find(&self, id: OrderId) -> Result<(MutexGuard<'_, Inner>, Order), CommandError> {
        let mut inner = self.lock()?;
        let order = inner.file.order(id)?.ok_or(CommandError::NoOrder(id.0))?;
        Ok((inner, order))
    }

    fn may_decide(&self, by: &Person, what: &'static str) -> Result<(), CommandError> {
        let role = by.role.name();
        if by.role >= self.policy.approves {
            return Ok(());
        }
        Err(CommandError::NotAllowed { what, role })
    }

    /// Has those commands of an order take a step that wait for it.
    fn decide(
        &self,
        inner: &mut Inner,
        order: &Order,
        wish: Wish,
        waits: impl Fn(&Command) -> bool,
    ) -> Result<usize, CommandError> {
        let now = self.clock.now();
        let of_order = inner.open.values().filter(|it| it.order == order.id && waits(it));
        let ids: Vec<_> = of_order.map(|command| command.id).collect();
        if ids.is_empty() {
            return Err(CommandError::TooLate { order: order.id.0, state: wish.0 });
        }
        let mut change = Change::default();
        for id in &ids {
            inner.plan(&mut change, *id, now, vec![wish.clone()]);
        }
        self.commit(inner, change)?;
        Ok(ids.len())
    }

    /// The state, read anew from the disk where an error came before.
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, Inner>, CommandError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.file.is_open() {
            self.reload(&mut inner)?;
        }
        Ok(inner)
    }

    fn reload(&self, inner: &mut Inner) -> Result<(), CommandError> {
        inner.last = inner.file.last()?;
        let before: Vec<_> = inner.open.keys().copied().collect();
        let open = inner.file.open_commands()?;
        inner.open = open.into_iter().map(|command| (command.id, command)).collect();
        let first_shown = inner.last.command - MOST_SHOWN as i64 + 1;
        let oldest = before.first().or(inner.open.keys().next()).map_or(i64::MAX, |id| id.get());
        let commands = inner.file.commands_from(first_shown.min(oldest).max(1))?;
        inner.attempts.clear();
        self.watch(inner);
        self.show(inner, commands.iter());
        Ok(())
    }

    /// Writes a change and waits until the disk has it; then it is shown.
    pub(super) fn commit(&self, inner: &mut Inner, mut change: Change) -> Result<(), CommandError> {
        inner.check(&mut change)?;
        inner.file.commit(&change)?;
        let touched = inner.apply(change);
        self.watch(inner);
        self.show(inner, touched.iter());
        self.evidence.wake();
        Ok(())
    }

    /// Shows commands as Tasks, and takes the oldest away that are done.
    fn show<'c>(&self, inner: &mut Inner, commands: impl Iterator<Item = &'c Command>) {
        let mut tasks = Vec::new();
        for command in commands {
            inner.shown.insert(command.id);
            tasks.push((command.id, Some(task::task_of(command))));
        }
        let excess = inner.shown.len().saturating_sub(MOST_SHOWN);
        let is_done = |id: &&Id| !inner.open.contains_key(id);
        let gone: Vec<_> = inner.shown.iter().filter(is_done).take(excess).copied().collect();
        for id in gone {
            inner.shown.remove(&id);
            tasks.push((id, None));
        }
        self.entities.show_tasks(tasks);
    }

    fn watch(&self, inner: &Inner) {
        let wanted = inner.open.values().filter_map(|it| it.wanted.as_ref()?.stream());
        self.evidence.watch(wanted.collect());
    }
}

/// The number after one.
fn next(last: i64) -> Id {
    Id::new(last + 1).unwrap_or(Id::FIRST)
}

/// An instant so many seconds later.
pub(super) fn after(at: Instant, seconds: u32) -> Instant {
    Instant::from_micros(at.as_micros().saturating_add(i64::from(seconds) * 1_000_000))
}

/// The order that was made before under the same key.
fn repeated(inner: &mut Inner, known: Order, content: &str) -> Result<Ordered, CommandError> {
    if known.content != content {
        let key = known.key.unwrap_or_default();
        return Err(CommandError::KeyUsed { key, order: known.id.0 });
    }
    let commands = inner.file.commands_of(known.id)?;
    let is_authorised = commands.iter().all(|it| it.reached(State::Authorised).is_some());
    let commands = commands.iter().map(|command| command.id).collect();
    Ok(Ordered { order: known.id, commands, is_new: false, is_authorised })
}
