//! The file of the ledger: orders, their commands and every step, only ever added to.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use city::Instant;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params, params_from_iter};

use super::{Command, CommandError, Order, OrderId, State, Step};
use crate::{
    model::Id,
    sqlite::{FileError, RetryingFile, Schema},
};

/// Name of the file in its folder.
const FILE_NAME: &str = "commands.sqlite";

const SCHEMA: Schema = Schema {
    application_id: 0x4463_6d64, // "Dcmd"
    format: 1,
    tables: "
    CREATE TABLE orders (
        id        INTEGER PRIMARY KEY,
        requester TEXT NOT NULL,
        key       TEXT,
        content   TEXT NOT NULL,     -- what was asked for, as canonical JSON
        reason    TEXT NOT NULL,
        is_group  INTEGER NOT NULL,
        requested INTEGER NOT NULL,  -- microseconds since 1970, as all times here
        UNIQUE (requester, key)
    );
    CREATE TABLE command (
        id         INTEGER PRIMARY KEY,
        in_order   INTEGER NOT NULL,
        capability INTEGER NOT NULL,
        parameters TEXT NOT NULL,    -- JSON
        requested  INTEGER NOT NULL,
        expires    INTEGER NOT NULL,
        wanted     TEXT              -- JSON
    );
    CREATE INDEX command_by_order ON command (in_order);
    CREATE TABLE step (
        number  INTEGER PRIMARY KEY,
        command INTEGER NOT NULL,
        at      INTEGER NOT NULL,
        state   TEXT NOT NULL,
        by      TEXT,
        note    TEXT
    );
    CREATE INDEX step_by_command ON step (command, number);
    -- Which commands something is still to come of; follows from the steps.
    CREATE TABLE open (command INTEGER PRIMARY KEY);
",
};

/// What one commit adds.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) order: Option<Order>,
    /// New ones, without their steps.
    pub(super) commands: Vec<Command>,
    pub(super) steps: Vec<(Id, Step)>,
    /// Commands that nothing is to come of any more.
    pub(super) closed: Vec<Id>,
}

/// The numbers that were given last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Last {
    pub(super) order: i64,
    pub(super) command: i64,
    pub(super) step: i64,
}

/// The file.
#[derive(Debug)]
pub(super) struct LedgerFile(RetryingFile);

impl LedgerFile {
    pub(super) fn new(dir: &Path) -> Self {
        Self(RetryingFile::new(dir.join(FILE_NAME), &SCHEMA))
    }

    /// Whether what is known is what the disk holds: it was read, and no error came since.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// Adds a change and waits until the disk has it.
    pub(super) fn commit(&mut self, change: &Change) -> Result<(), FileError> {
        self.0.run(|connection| insert(connection, change))
    }

    pub(super) fn last(&mut self) -> Result<Last, FileError> {
        self.0.run(|connection| {
            let highest = |column: &str, table: &str| {
                let sql = format!("SELECT coalesce(max({column}), 0) FROM {table}");
                connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
            };
            Ok(Last {
                order: highest("id", "orders")?,
                command: highest("id", "command")?,
                step: highest("number", "step")?,
            })
        })
    }

    /// Commands that something is still to come of.
    pub(super) fn open_commands(&mut self) -> Result<Vec<Command>, CommandError> {
        self.commands("c.id IN (SELECT command FROM open)", &[])
    }

    /// Commands from a number on.
    pub(super) fn commands_from(&mut self, first: i64) -> Result<Vec<Command>, CommandError> {
        self.commands("c.id >= ?1", &[first])
    }

    pub(super) fn command(&mut self, id: Id) -> Result<Option<Command>, CommandError> {
        Ok(self.commands("c.id = ?1", &[id.get()])?.pop())
    }

    pub(super) fn commands_of(&mut self, order: OrderId) -> Result<Vec<Command>, CommandError> {
        self.commands("c.in_order = ?1", &[order.0.get()])
    }

    pub(super) fn order(&mut self, id: OrderId) -> Result<Option<Order>, CommandError> {
        let found = self.0.run(|connection| {
            let sql = format!("{ORDERS} WHERE id = ?1");
            connection.query_row(&sql, [id.0.get()], order_of).optional()
        })?;
        found.transpose().map_err(|why| self.row(why))
    }

    /// The order that a person made under a key.
    pub(super) fn order_by_key(
        &mut self,
        requester: &str,
        key: &str,
    ) -> Result<Option<Order>, CommandError> {
        let found = self.0.run(|connection| {
            let sql = format!("{ORDERS} WHERE requester = ?1 AND key = ?2");
            connection.query_row(&sql, [requester, key], order_of).optional()
        })?;
        found.transpose().map_err(|why| self.row(why))
    }

    /// Orders of which a command waits for a second person, the oldest first.
    pub(super) fn waiting_orders(&mut self) -> Result<Vec<Order>, CommandError> {
        let rows = self.0.run(|connection| {
            let sql = format!(
                "{ORDERS} WHERE id IN (SELECT c.in_order FROM open JOIN command c ON c.id = \
                 open.command WHERE (SELECT count(*) FROM step WHERE step.command = c.id) = 1) \
                 ORDER BY id"
            );
            connection.prepare(&sql)?.query_map([], order_of)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let read: Result<Vec<_>, _> = rows.into_iter().collect();
        read.map_err(|why| self.row(why))
    }

    /// Orders with lower numbers than one, the latest first.
    pub(super) fn orders_before(
        &mut self,
        before: Option<OrderId>,
        limit: u32,
    ) -> Result<Vec<Order>, CommandError> {
        let before = before.map_or(i64::MAX, |order| order.0.get());
        let rows = self.0.run(|connection| {
            let sql = format!("{ORDERS} WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params![before, limit], order_of)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let read: Result<Vec<_>, _> = rows.into_iter().collect();
        read.map_err(|why| self.row(why))
    }

    fn commands(&mut self, which: &str, bounds: &[i64]) -> Result<Vec<Command>, CommandError> {
        let rows = self.0.run(|connection| select(connection, which, bounds))?;
        rows.map_err(|why| self.row(why))
    }

    fn row(&self, why: String) -> CommandError {
        CommandError::Row { path: self.0.path().to_owned(), why }
    }
}

fn insert(connection: &mut Connection, change: &Change) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let add = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        transaction.prepare_cached(sql)?.execute(values).map(drop)
    };
    if let Some(Order { id, requester, key, content, reason, is_group, requested }) = &change.order
    {
        add(
            "INSERT INTO orders (id, requester, key, content, reason, is_group, requested) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id.0.get(),
                requester.as_ref(),
                key,
                content,
                reason,
                is_group,
                requested.as_micros()
            ],
        )?;
    }
    for command in &change.commands {
        let id = command.id.get();
        let parameters = serde_json::to_string(&*command.parameters).unwrap_or_default();
        let wanted = command.wanted.as_ref().and_then(|it| serde_json::to_string(it).ok());
        let (requested, expires) = (command.requested.as_micros(), command.expires.as_micros());
        add(
            "INSERT INTO command (id, in_order, capability, parameters, requested, expires, \
             wanted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id,
                command.order.0.get(),
                command.capability.get(),
                parameters,
                requested,
                expires,
                wanted
            ],
        )?;
        add("INSERT INTO open (command) VALUES (?1)", params![id])?;
    }
    for (command, Step { number, at, state, by, note }) in &change.steps {
        add(
            "INSERT INTO step (number, command, at, state, by, note) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![number, command.get(), at.as_micros(), state.name(), by.as_deref(), note],
        )?;
    }
    for command in &change.closed {
        add("DELETE FROM open WHERE command = ?1", params![command.get()])?;
    }
    transaction.commit()
}

/// What [`order_of`] reads.
const ORDERS: &str = "SELECT id, requester, key, content, reason, is_group, requested FROM orders";

/// What was read, or why a row cannot be understood.
type Understood<T> = Result<T, String>;

fn order_of(row: &Row<'_>) -> rusqlite::Result<Understood<Order>> {
    let requester: String = row.get(1)?;
    let order = Order {
        id: OrderId(Id::FIRST),
        requester: requester.into(),
        key: row.get(2)?,
        content: row.get(3)?,
        reason: row.get(4)?,
        is_group: row.get(5)?,
        requested: Instant::from_micros(row.get(6)?),
    };
    let id = row.get(0)?;
    Ok(id_of(id).map(|id| Order { id: OrderId(id), ..order }))
}

/// Commands with their steps, in the order of their numbers.
fn select(
    connection: &Connection,
    which: &str,
    bounds: &[i64],
) -> rusqlite::Result<Understood<Vec<Command>>> {
    let sql = format!(
        "SELECT c.id, c.in_order, c.capability, c.parameters, c.requested, c.expires, c.wanted, \
         o.is_group FROM command c JOIN orders o ON o.id = c.in_order \
         WHERE {which} ORDER BY c.id"
    );
    let mut commands = BTreeMap::new();
    for command in connection.prepare(&sql)?.query_map(params_from_iter(bounds), command_of)? {
        match command? {
            Ok(command) => drop(commands.insert(command.id.get(), command)),
            Err(why) => return Ok(Err(why)),
        }
    }
    let sql = format!(
        "SELECT s.command, s.number, s.at, s.state, s.by, s.note FROM command c \
         JOIN step s ON s.command = c.id WHERE {which} ORDER BY s.number"
    );
    for step in connection.prepare(&sql)?.query_map(params_from_iter(bounds), step_of)? {
        match step? {
            Ok((command, step)) => {
                if let Some(command) = commands.get_mut(&command) {
                    command.steps.push(step);
                }
            }
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(commands.into_values().collect()))
}

fn command_of(row: &Row<'_>) -> rusqlite::Result<Understood<Command>> {
    let (id, order, capability): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (parameters, wanted): (String, Option<String>) = (row.get(3)?, row.get(6)?);
    let (requested, expires) = (row.get(4)?, row.get(5)?);
    let is_group = row.get(7)?;
    let read = || -> Understood<Command> {
        let because = |why: serde_json::Error| format!("command {id}: {why}");
        let wanted = wanted.as_deref().map(serde_json::from_str).transpose().map_err(because)?;
        Ok(Command {
            id: id_of(id)?,
            order: OrderId(id_of(order)?),
            is_group,
            capability: id_of(capability)?,
            parameters: Arc::new(serde_json::from_str(&parameters).map_err(because)?),
            requested: Instant::from_micros(requested),
            expires: Instant::from_micros(expires),
            wanted,
            steps: Vec::new(),
        })
    };
    Ok(read())
}

fn step_of(row: &Row<'_>) -> rusqlite::Result<Understood<(i64, Step)>> {
    let (number, state): (i64, String) = (row.get(1)?, row.get(3)?);
    let Some(state) = State::from_name(&state) else {
        return Ok(Err(format!("step {number}: there is no state {state:?}")));
    };
    let by: Option<String> = row.get(4)?;
    let at = Instant::from_micros(row.get(2)?);
    let step = Step { number, at, state, by: by.map(Arc::from), note: row.get(5)? };
    Ok(Ok((row.get(0)?, step)))
}

fn id_of(number: i64) -> Understood<Id> {
    Id::new(number).ok_or_else(|| format!("{number} is no number of a row"))
}
