//! The file that keeps every version.

use std::{path::Path, sync::Arc};

use city::Instant;
use rusqlite::{Connection, Row, TransactionBehavior, params};
use serde_json::{Map, Value};

use super::{EntityError, Version};
use crate::{
    model::{Entity, EntityKey, EntityKind, Id, Relation, wire},
    sqlite::{FileError, RetryingFile, Schema, failed, open_reader},
};

/// Name of the file in its folder.
const FILE_NAME: &str = "entities.sqlite";

const SCHEMA: Schema = Schema {
    application_id: 0x446e_7479, // "Dnty"
    format: 1,
    tables: "
    CREATE TABLE version (
        number   INTEGER PRIMARY KEY,
        recorded INTEGER NOT NULL,  -- microseconds since 1970
        kind     TEXT NOT NULL,     -- such as Thing
        id       INTEGER NOT NULL,
        body     TEXT,              -- SensorThings JSON without links; null: removed
        links    TEXT               -- JSON, such as {\"Locations\": [3]}
    );
    CREATE INDEX version_by_entity ON version (kind, id, number);
",
};

/// The columns that [`version_of`] reads, in its order.
const COLUMNS: &str = "number, recorded, kind, id, body, links";

/// The file.
#[derive(Debug)]
pub(super) struct EntityFile(RetryingFile);

impl EntityFile {
    pub(super) fn new(dir: &Path) -> Self {
        Self(RetryingFile::new(dir.join(FILE_NAME), &SCHEMA))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Whether what is known is what the disk holds: it was read, and no error came since.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// Versions that it holds after a number.
    pub(super) fn read_after(&mut self, number: i64) -> Result<Vec<Version>, EntityError> {
        let sql = format!("SELECT {COLUMNS} FROM version WHERE number > ?1 ORDER BY number");
        let rows = self.0.run(|connection| read(connection, &sql, params![number]))?;
        understood(self.path(), rows)
    }

    /// Writes versions and waits until the disk has them.
    pub(super) fn commit(&mut self, versions: &[Version]) -> Result<(), FileError> {
        self.0.run(|connection| insert(connection, versions))
    }
}

fn insert(connection: &mut Connection, versions: &[Version]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO version (number, recorded, kind, id, body, links) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for Version { number, recorded, key, entity } in versions {
            let entity = entity.as_deref();
            let body = entity.map(|it| Value::Object(wire::body_document(&it.body)).to_string());
            let links = entity.map(links_text);
            let (kind, id) = (key.kind.name(), key.id.get());
            insert.execute(params![number, recorded.as_micros(), kind, id, body, links])?;
        }
    }
    transaction.commit()
}

/// Every version of an entity, read beside the writer.
pub(super) fn versions(path: &Path, key: EntityKey) -> Result<Vec<Version>, EntityError> {
    let connection = open_reader(path)?;
    let sql = format!("SELECT {COLUMNS} FROM version WHERE kind = ?1 AND id = ?2 ORDER BY number");
    let rows = read(&connection, &sql, params![key.kind.name(), key.id.get()]);
    understood(path, rows.map_err(failed(path))?)
}

/// Copies every version of a folder's entities into a new file of another folder, and says how many there are. The first
/// folder is only read, whoever writes it meanwhile.
pub(super) fn copy(from: &Path, to: &Path) -> Result<usize, EntityError> {
    let path = from.join(FILE_NAME);
    let connection = open_reader(&path)?;
    let sql = format!("SELECT {COLUMNS} FROM version ORDER BY number");
    let rows = read(&connection, &sql, &[]);
    let versions = understood(&path, rows.map_err(failed(&path))?)?;
    EntityFile::new(to).commit(&versions)?;
    Ok(versions.len())
}

/// A version, or the number of a row that cannot be understood, and why.
type Understood = Result<Version, (i64, String)>;

fn read(
    connection: &Connection,
    sql: &str,
    bounds: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Vec<Understood>> {
    connection.prepare(sql)?.query_map(bounds, version_of)?.collect()
}

fn understood(path: &Path, rows: Vec<Understood>) -> Result<Vec<Version>, EntityError> {
    let because = |(number, why)| EntityError::Row { path: path.to_owned(), number, why };
    rows.into_iter().map(|row| row.map_err(because)).collect()
}

fn version_of(row: &Row<'_>) -> rusqlite::Result<Understood> {
    let number = row.get(0)?;
    let recorded = Instant::from_micros(row.get(1)?);
    let (kind, id): (String, i64) = (row.get(2)?, row.get(3)?);
    let (body, links): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
    let entity = EntityKind::from_name(&kind).zip(Id::new(id)).ok_or("no kind or no id".to_owned());
    let version = entity.and_then(|(kind, id)| {
        let read = |body: &str| entity_of(kind, id, body, links.as_deref().unwrap_or("{}"));
        let entity = body.as_deref().map(read).transpose()?.map(Arc::new);
        Ok(Version { number, recorded, key: EntityKey::new(kind, id), entity })
    });
    Ok(version.map_err(|why| (number, why)))
}

fn entity_of(kind: EntityKind, id: Id, body: &str, links: &str) -> Result<Entity, String> {
    let body: Map<String, Value> = serde_json::from_str(body).map_err(|why| why.to_string())?;
    let links: Map<String, Value> = serde_json::from_str(links).map_err(|why| why.to_string())?;
    let body = wire::read_body(kind, &body).map_err(|why| why.to_string())?;
    let mut entity = Entity::new(id, body);
    for relation in Relation::owned_by(kind) {
        let ids = links.get(relation.key()).and_then(Value::as_array);
        let ids = ids.into_iter().flatten().filter_map(wire::id_of).collect();
        entity.set_links(relation, ids);
    }
    Ok(entity)
}

fn links_text(entity: &Entity) -> String {
    let mut links = Map::new();
    for (relation, id) in entity.every_link() {
        let ids = links.entry(relation.key()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(ids) = ids {
            ids.push(id.get().into());
        }
    }
    Value::Object(links).to_string()
}
