//! A vector file against its entry in the catalogue, feature by feature.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use city::{Bbox, FeatureId, Layer, Value, layer::Content};
use rayon::prelude::*;

use super::Report;
use crate::{
    codelists::CodeLists,
    read::{FlatGeometry, LayerReader, ReadError, Record, fgb::Binding},
    repair::{self, Repair},
};

/// Features that are named for each kind of finding.
const NAMED: usize = 5;

/// One millimetre in degrees of latitude: boxes may differ by less.
const MILLIMETRE_DEG: f64 = 1e-8;

pub(super) fn check(path: &Path, layer: &Layer, lists: &CodeLists, report: &mut Report) {
    let Content::Vector { features, id_column, schema, geometry, .. } = &layer.content else {
        return;
    };
    let opened = LayerReader::open(path)
        .and_then(|reader| reader.bind(schema, id_column).map(|binding| (reader, binding)));
    let (reader, binding) = match opened {
        Ok(opened) => opened,
        Err(error) => return report.problem(&layer.id, error.to_string()),
    };
    report.features += reader.len() as u64;
    if reader.len() as u64 != *features {
        let text = format!("the catalogue says {features} features, its file has {}", reader.len());
        report.problem(&layer.id, text);
    }
    if reader.epsg() != Some(4326) {
        report.problem(&layer.id, "its file does not state longitude and latitude (EPSG:4326)");
    }
    let coded = coded_columns(layer, lists);
    let look = Look { reader: &reader, binding: &binding, coded: &coded, kind: *geometry };
    let tally = reader
        .par_records()
        .fold(Tally::default, |tally, record| look.at(tally, record))
        .reduce(Tally::default, Tally::join);
    tell(tally, layer, report);
}

/// Columns with a code list that is there: position, name, known codes.
type Coded<'a> = Vec<(usize, &'a str, BTreeSet<&'a str>)>;

fn coded_columns<'a>(layer: &'a Layer, lists: &'a CodeLists) -> Coded<'a> {
    let properties = layer.schema().into_iter().flat_map(|schema| &schema.properties);
    let coded = properties.enumerate().filter_map(|(i, property)| {
        let list = lists.get(property.code_list.as_deref()?)?;
        Some((i, property.name.as_str(), list.codes.iter().map(|row| row.code.as_str()).collect()))
    });
    coded.collect()
}

/// What the features of a layer were found to be.
#[derive(Debug, Default)]
struct Tally {
    ids: Vec<FeatureId>,
    bbox: Option<Bbox>,
    /// By what is wrong: how often, and the first few.
    wrong: BTreeMap<String, (usize, Vec<String>)>,
    /// By column and value: how often a code is not in its list.
    unknown: BTreeMap<(String, String), usize>,
}

impl Tally {
    fn wrong(&mut self, what: impl Into<String>, whom: String) {
        let (count, named) = self.wrong.entry(what.into()).or_default();
        *count += 1;
        if named.len() < NAMED {
            named.push(whom);
        }
    }

    fn join(mut self, other: Self) -> Self {
        self.ids.extend(other.ids);
        self.bbox = match (self.bbox, other.bbox) {
            (Some(a), Some(b)) => Some(a.union(&b)),
            (a, b) => a.or(b),
        };
        for (what, (count, named)) in other.wrong {
            let (all, first) = self.wrong.entry(what).or_default();
            *all += count;
            first.extend(named);
            first.truncate(NAMED);
        }
        for (code, count) in other.unknown {
            *self.unknown.entry(code).or_default() += count;
        }
        self
    }
}

/// How features are looked at.
struct Look<'a> {
    reader: &'a LayerReader,
    binding: &'a Binding,
    coded: &'a Coded<'a>,
    kind: city::layer::GeometryKind,
}

impl Look<'_> {
    fn at(&self, mut tally: Tally, record: Result<Record<'_>, ReadError>) -> Tally {
        let looked = record.and_then(|record| self.look(&mut tally, &record));
        match looked {
            Ok(()) => {}
            Err(ReadError::Record { position, what }) => {
                tally.wrong(format!("is damaged: {what}"), format!("no. {position}"));
            }
            Err(error) => tally.wrong(error.to_string(), String::new()),
        }
        tally
    }

    fn look(&self, tally: &mut Tally, record: &Record<'_>) -> Result<(), ReadError> {
        let (id, values) = record.read_values(self.binding)?;
        let mut flat = FlatGeometry::default();
        record.read_geometry(&mut flat)?;
        if let Some(bbox) = Bbox::around(flat.xy.chunks_exact(2).map(|xy| (xy[0], xy[1]))) {
            tally.bbox = Some(tally.bbox.map_or(bbox, |all| all.union(&bbox)));
            if self.reader.bbox(record.position()).is_some_and(|index| !index.covers(&bbox)) {
                tally.wrong("lies outside its box in the index", id.to_string());
            }
        }
        for (place, name, codes) in self.coded {
            if let Value::Text(code) = &values[*place]
                && !codes.contains(code.as_ref())
            {
                *tally.unknown.entry(((*name).to_owned(), code.to_string())).or_default() += 1;
            }
        }
        for what in wrong_with(&flat, self.kind) {
            tally.wrong(what, id.to_string());
        }
        tally.ids.push(id);
        Ok(())
    }
}

/// What an import would have repaired, but for what leaves the shape as it was.
fn wrong_with(flat: &FlatGeometry, kind: city::layer::GeometryKind) -> Vec<String> {
    match repair::repair(flat.to_geometry(), kind, repair::Fit::default()) {
        Err(unusable) => vec![format!("has no usable geometry ({unusable:?})")],
        Ok(repaired) => {
            let found = repaired.repairs.into_iter().filter(|repair| !repair.is_cosmetic());
            found
                .map(|repair| match repair {
                    Repair::Crossing => "has rings that cross or touch".to_owned(),
                    other => format!("has a geometry that an import would repair ({other:?})"),
                })
                .collect()
        }
    }
}

fn tell(mut tally: Tally, layer: &Layer, report: &mut Report) {
    tally.ids.par_sort_unstable();
    let twice: Vec<_> = tally.ids.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    if let Some(pair) = twice.first() {
        let text = format!("{} identifiers stand twice, such as '{}'", twice.len(), pair[0]);
        report.problem(&layer.id, text);
    }
    for (what, (count, named)) in tally.wrong {
        let features = if count == 1 { "feature" } else { "features" };
        let text = format!("{count} {features} {what}: {}", named.join(", "));
        report.problem(&layer.id, text);
    }
    let mut by_column: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for ((column, code), count) in tally.unknown {
        by_column.entry(column).or_default().push((code, count));
    }
    for (column, mut codes) in by_column {
        codes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let named: Vec<_> =
            codes.iter().take(NAMED).map(|(code, count)| format!("'{code}' ({count})")).collect();
        let text = format!(
            "its column '{column}' has {} values that are not in its code list: {}",
            codes.len(),
            named.join(", ")
        );
        report.warning(&layer.id, text);
    }
    let near = |a: &Bbox, b: &Bbox| {
        let (a, b) = (<[f64; 4]>::from(*a), <[f64; 4]>::from(*b));
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < MILLIMETRE_DEG)
    };
    match (&tally.bbox, &layer.bbox) {
        (None, None) => {}
        (Some(found), Some(stated)) if near(found, stated) => {}
        _ => report.problem(&layer.id, "its features lie elsewhere than the catalogue's bbox says"),
    }
}
