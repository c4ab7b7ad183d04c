//! MBTiles 1.3 (github.com/mapbox/mbtiles-spec): tiles in a database of SQLite, rows counted from the south.

use std::path::Path;

use city::Bbox;
use rusqlite::{Connection, params};
use serde_json::{Value as Json, json};

use crate::{exchange::ExchangeError, tiles::Tile};

/// Tiles between two commits.
const BATCH: usize = 4096;

/// The tables, as the specification has them; a tile is there once.
const SCHEMA: &str = "
    PRAGMA application_id = 0x4d504258;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE metadata (name text, value text);
    CREATE UNIQUE INDEX name ON metadata (name);
    CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
    CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
    BEGIN;";

/// A database while it is filled. A half of it is of no use to anybody, so that it is written without a journal.
pub(super) struct MbTiles {
    database: Connection,
    open: usize,
}

impl MbTiles {
    pub(super) fn create(
        path: &Path,
        about: &Json,
        (first, last): (u8, u8),
        bbox: &Bbox,
    ) -> Result<Self, ExchangeError> {
        let database = Connection::open(path).map_err(unwritten)?;
        database.execute_batch(SCHEMA).map_err(unwritten)?;
        let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
        let Bbox { min_x, min_y, max_x, max_y } = bbox;
        let (lon, lat) = bbox.centre();
        let metadata = [
            ("name", text("name")),
            ("format", "pbf".to_owned()),
            ("bounds", format!("{min_x},{min_y},{max_x},{max_y}")),
            ("center", format!("{lon},{lat},{}", super::first_view((first, last)))),
            ("minzoom", first.to_string()),
            ("maxzoom", last.to_string()),
            ("attribution", text("attribution")),
            ("description", text("description")),
            ("type", "overlay".to_owned()),
            ("version", "1".to_owned()),
            ("json", json!({ "vector_layers": about["vector_layers"] }).to_string()),
        ];
        for (name, value) in metadata {
            database
                .execute("INSERT INTO metadata VALUES (?1, ?2)", params![name, value])
                .map_err(unwritten)?;
        }
        Ok(Self { database, open: 0 })
    }

    pub(super) fn add(&mut self, tile: Tile, body: &[u8]) -> Result<(), ExchangeError> {
        let from_south = (1_u32 << tile.z) - 1 - tile.row;
        let mut insert = self
            .database
            .prepare_cached("INSERT INTO tiles VALUES (?1, ?2, ?3, ?4)")
            .map_err(unwritten)?;
        insert.execute(params![tile.z, tile.col, from_south, body]).map_err(unwritten)?;
        drop(insert);
        self.open += 1;
        if self.open >= BATCH {
            self.open = 0;
            self.database.execute_batch("COMMIT; BEGIN;").map_err(unwritten)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), ExchangeError> {
        self.database.execute_batch("COMMIT;").map_err(unwritten)?;
        self.database.close().map_err(|(_, error)| unwritten(error))
    }
}

fn unwritten(error: rusqlite::Error) -> ExchangeError {
    ExchangeError::Io(std::io::Error::other(error))
}
