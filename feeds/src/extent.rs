//! When and where each series of observations was observed, in memory: `phenomenonTime`,
//! `resultTime` and `observedArea` of Datastreams (OGC 18-088, tables 10 and 11).
//!
//! Extents follow the log as the latest values do. They only grow: an observation that is removed at
//! an end stays in, as do those that retention takes away.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use city::Instant;
use serde_json::{Value, json};

use crate::{
    entities::EntityStore,
    log::{Entry, EntryKind, Follower, LogError, ObservationLog},
    model::{Body, EntityKey, EntityKind, Id, Observation, Seq, StreamId},
};

/// Entries that are read at a time when the table is rebuilt.
const CHUNK: usize = 10_000;

/// When and where a series was observed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// From the first to the last phenomenon time.
    pub time: (Instant, Instant),
    /// From the first to the last result time, where any was given.
    pub result_time: Option<(Instant, Instant)>,
    /// What encloses the features of interest: west, south, east, north, in degrees.
    pub area: Option<[f64; 4]>,
    /// The feature that was looked at last.
    feature: Option<Id>,
}

#[derive(Debug, Default)]
struct Table {
    extents: HashMap<StreamId, Extent>,
    /// Everything up to this number is in.
    seq: Seq,
}

/// The extents of every series; one for each, so that it is bounded by their number.
#[derive(Debug)]
pub struct ExtentTable {
    entities: Arc<EntityStore>,
    table: RwLock<Table>,
}

impl ExtentTable {
    /// An empty table; entities tell where features are.
    pub fn new(entities: Arc<EntityStore>) -> Self {
        Self { entities, table: RwLock::default() }
    }

    /// The extent of a series; `None` when nothing was observed yet.
    pub fn get(&self, stream: StreamId) -> Option<Extent> {
        self.read().extents.get(&stream).copied()
    }

    /// Writes the table, so that a restart need not read the whole log.
    ///
    /// # Errors
    /// [`LogError::Io`]; what was saved before is then still there.
    pub fn save(&self, path: &Path) -> Result<(), LogError> {
        let lines = {
            let table = self.read();
            let head = format!("{} {}", table.seq, table.extents.len());
            let lines = table.extents.iter().map(|(stream, extent)| line(*stream, extent));
            std::iter::once(head).chain(lines).collect::<Vec<_>>()
        };
        let beside = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = BufWriter::new(File::create(&beside)?);
            lines.iter().try_for_each(|line| writeln!(file, "{line}"))?;
            file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
            std::fs::rename(&beside, path)
        };
        write().map_err(|source| LogError::Io { action: "save", path: path.to_owned(), source })
    }

    /// Brings the empty table of a log that was just opened up to the log's end.
    ///
    /// # Errors
    /// [`LogError`] when the log cannot be read; a saved table that makes no sense is not used.
    pub fn restore(&self, path: &Path, log: &dyn ObservationLog) -> Result<(), LogError> {
        if let Some(saved) = saved(path).filter(|saved| saved.seq <= log.last_seq()) {
            *self.write() = saved;
        }
        loop {
            let entries = log.read(self.read().seq, CHUNK)?;
            if entries.is_empty() {
                return Ok(());
            }
            self.apply(&entries);
        }
    }

    fn apply(&self, entries: &[Entry]) {
        let mut table = self.write();
        for entry in entries {
            let observation = &entry.observation;
            table.seq = table.seq.max(observation.seq);
            if entry.kind == EntryKind::Value {
                let of_one = of_one(observation);
                let extent = table.extents.entry(observation.stream).or_insert(of_one);
                extent.join(&of_one);
                self.look_at_feature(extent, observation.feature);
            }
        }
    }

    /// Takes in where a feature is, when it is another than before.
    fn look_at_feature(&self, extent: &mut Extent, feature: Option<Id>) {
        let Some(id) = feature.filter(|id| extent.feature != Some(*id)) else { return };
        extent.feature = Some(id);
        let entity = self.entities.entity(EntityKey::new(EntityKind::FeatureOfInterest, id));
        let bounds = entity.and_then(|entity| match &entity.body {
            Body::FeatureOfInterest(it) if it.is_geojson() => bounds(&it.document),
            _ => None,
        });
        if let Some(new) = bounds {
            extent.area = Some(extent.area.map_or(new, |area| joined(area, new)));
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for ExtentTable {
    fn committed(&self, entries: &Arc<[Entry]>) {
        self.apply(entries);
    }
}

impl Extent {
    /// The area as the standard has it (an envelope, OGC 18-088, table 10): a GeoJSON rectangle,
    /// though all of it may be one point.
    pub fn envelope(&self) -> Option<Value> {
        let [west, south, east, north] = self.area?;
        let corners = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        Some(json!({ "type": "Polygon", "coordinates": [corners] }))
    }

    /// The area as the simplest GeoJSON geometry that it is: a point, a line or a rectangle.
    pub fn geometry(&self) -> Option<Value> {
        let [west, south, east, north] = self.area?;
        Some(match (west == east, south == north) {
            (true, true) => json!({ "type": "Point", "coordinates": [west, south] }),
            (true, false) | (false, true) => {
                json!({ "type": "LineString", "coordinates": [[west, south], [east, north]] })
            }
            (false, false) => self.envelope()?,
        })
    }

    fn join(&mut self, other: &Self) {
        let wider = |a: (Instant, Instant), b: (Instant, Instant)| (a.0.min(b.0), a.1.max(b.1));
        self.time = wider(self.time, other.time);
        self.result_time = match (self.result_time, other.result_time) {
            (Some(a), Some(b)) => Some(wider(a, b)),
            (a, b) => a.or(b),
        };
    }
}

fn of_one(observation: &Observation) -> Extent {
    let details = observation.details.as_deref();
    let end = details.and_then(|details| details.end).unwrap_or(observation.time);
    Extent {
        time: (observation.time, end.max(observation.time)),
        result_time: details.and_then(|details| details.result_time).map(|at| (at, at)),
        area: None,
        feature: None,
    }
}

fn joined(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// What encloses the coordinates of a GeoJSON geometry or feature.
fn bounds(document: &Value) -> Option<[f64; 4]> {
    match document {
        Value::Array(items) => match items.as_slice() {
            [Value::Number(x), Value::Number(y), ..] => {
                let (x, y) = (x.as_f64()?, y.as_f64()?);
                Some([x, y, x, y])
            }
            items => items.iter().filter_map(bounds).reduce(joined),
        },
        Value::Object(map) => {
            let inner = ["coordinates", "geometry", "geometries"].iter();
            inner.filter_map(|name| bounds(map.get(*name)?)).reduce(joined)
        }
        _ => None,
    }
}

fn line(stream: StreamId, extent: &Extent) -> String {
    let pair = |(from, to): (Instant, Instant)| json!([from.as_micros(), to.as_micros()]);
    let feature = extent.feature.map(Id::get);
    let result_time = extent.result_time.map(pair);
    json!([stream.get(), pair(extent.time), result_time, extent.area, feature]).to_string()
}

/// Reads a saved table; `None` when it is cut.
fn saved(path: &Path) -> Option<Table> {
    let mut lines = BufReader::new(File::open(path).ok()?).lines().map_while(Result::ok);
    let head = lines.next()?;
    let (seq, count) = head.split_once(' ')?;
    let (seq, count): (i64, usize) = (seq.parse().ok()?, count.parse().ok()?);
    type Line = (i64, (i64, i64), Option<(i64, i64)>, Option<[f64; 4]>, Option<i64>);
    let pair = |(from, to)| (Instant::from_micros(from), Instant::from_micros(to));
    let read = |line: String| {
        let (stream, time, result_time, area, feature): Line = serde_json::from_str(&line).ok()?;
        let feature = feature.and_then(Id::new);
        let extent = Extent { time: pair(time), result_time: result_time.map(pair), area, feature };
        Some((StreamId::new(stream)?, extent))
    };
    let extents: HashMap<_, _> = lines.map(read).collect::<Option<_>>()?;
    (extents.len() == count).then(|| Table { extents, seq: Seq::new(seq) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_extent_comes_back_and_a_cut_table_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("extents");
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let extent = Extent {
            time: (at("2026-11-21T00:00:00Z"), at("2026-11-22T00:00:00Z")),
            result_time: None,
            area: Some([108.1, 15.5, 108.25, 15.5]),
            feature: Id::new(7),
        };
        let stream = StreamId::new(3).unwrap();
        let text = format!("12 1\n{}\n", line(stream, &extent));
        std::fs::write(&path, &text).unwrap();
        let table = saved(&path).unwrap();
        assert_eq!((table.seq, table.extents[&stream]), (Seq::new(12), extent));
        for cut in ["", "12 1\n", &text[..text.len() - 4], "12 x\n"] {
            std::fs::write(&path, cut).unwrap();
            assert!(saved(&path).is_none(), "{cut:?}");
        }
    }

    #[test]
    fn what_encloses_a_geometry_is_a_point_a_line_or_a_rectangle() {
        let of = |document: Value| {
            let extent = Extent {
                time: (Instant::MIN, Instant::MAX),
                result_time: None,
                area: bounds(&document),
                feature: None,
            };
            extent.geometry().map(|geometry| geometry["type"].as_str().unwrap().to_owned())
        };
        for (document, expected) in [
            (json!({"type": "Point", "coordinates": [1, 2, 3]}), Some("Point")),
            (json!({"type": "LineString", "coordinates": [[1, 2], [1, 3]]}), Some("LineString")),
            (
                json!({"type": "Polygon", "coordinates": [[[1, 2], [4, 5], [1, 2]]]}),
                Some("Polygon"),
            ),
            (
                json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}),
                Some("Point"),
            ),
            (json!({"type": "Point", "coordinates": []}), None),
            (json!("đâu đó"), None),
        ] {
            assert_eq!(of(document.clone()).as_deref(), expected, "{document}");
        }
    }
}
