//! Finding features: by region, time and values, page by page.

use std::ops::Range;

use city::{Bbox, FeatureId, Interval, Value};

use super::{
    error::StoreError,
    overlay::Record,
    region::{Prepared, Region},
    rtree::Relation,
    value,
    view::{FeatureRef, LayerView},
    world::WorldBox,
};

/// Which features are wanted.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Where; `None` is everywhere, features without geometry among them.
    pub region: Option<Region>,
    /// When they must hold in the world; `None` is whenever. A feature that says no time holds
    /// always.
    pub datetime: Option<Interval>,
    /// Properties and the texts of the values that they must have.
    pub equals: Vec<(String, String)>,
    /// The last identifier of the page before.
    pub after: Option<FeatureId>,
    /// How many features a page has at most.
    pub limit: usize,
}

impl Query {
    /// The first features of all.
    pub fn first(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The query, inside a box.
    #[must_use]
    pub fn within(self, bbox: Bbox) -> Self {
        Self { region: Some(Region::Boxes(vec![bbox])), ..self }
    }

    /// The query, for features whose property has a value.
    #[must_use]
    pub fn whose(mut self, property: &str, value: &str) -> Self {
        self.equals.push((property.into(), value.into()));
        self
    }

    /// The query, for the page after a feature.
    #[must_use]
    pub fn after(self, id: FeatureId) -> Self {
        Self { after: Some(id), ..self }
    }
}

/// Some of the features that a query finds, in the order of their identifiers.
///
/// Pages go by identifier, so that walking them neither loses nor repeats a feature that is there
/// all the while, whatever is edited, deleted or reloaded in between.
#[derive(Debug)]
pub struct Page<'a> {
    /// The features.
    pub features: Vec<FeatureRef<'a>>,
    /// How many features the query finds on all pages.
    pub matched: usize,
    /// What [`Query::after`] is for the next page; `None` on the last.
    pub next: Option<FeatureId>,
}

impl LayerView {
    /// One page of what a query finds.
    ///
    /// # Errors
    /// [`StoreError::UnknownProperty`], [`StoreError::BadValue`].
    pub fn query(&self, query: &Query) -> Result<Page<'_>, StoreError> {
        let plan = Plan::of(self, query)?;
        let ids = &self.state.snapshot.ids;
        let from = query.after.as_ref().map_or(0, |after| ids.first_after(after));
        let mut records = plan.records();
        let mut matched = records.len();
        let wanted = query.limit.saturating_add(1);
        let rows = if plan.takes_all_rows() {
            matched += self.visible_rows(0..ids.len());
            let rows = ids.by_id()[from..].iter().map(|row| *row as usize);
            rows.filter(|row| !self.scope.hidden.contains(*row)).take(wanted).collect()
        } else {
            let mut lowest = Lowest::new(wanted, from as u32);
            plan.rows(&mut |rows| {
                matched += self.visible_rows(rows.clone());
                self.offer(rows, &mut lowest);
            });
            lowest.finish().into_iter().map(|rank| ids.by_id()[rank as usize] as usize).collect()
        };
        records.retain(|record| query.after.as_ref().is_none_or(|after| record.id > *after));
        Ok(self.page_of(rows, records, query.limit, matched))
    }

    /// How many features a query finds on all pages.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn count(&self, query: &Query) -> Result<usize, StoreError> {
        let plan = Plan::of(self, query)?;
        let mut matched = plan.records().len();
        plan.rows(&mut |rows| matched += self.visible_rows(rows));
        Ok(matched)
    }

    /// All features that a query finds, in storage order, edited ones last; its page is ignored.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn stream<'v>(
        &'v self,
        query: &Query,
    ) -> Result<impl Iterator<Item = FeatureRef<'v>> + use<'v>, StoreError> {
        let plan = Plan::of(self, query)?;
        let mut ranges: Vec<Range<usize>> = Vec::new();
        plan.rows(&mut |rows| match ranges.last_mut() {
            Some(last) if last.end == rows.start => last.end = rows.end,
            _ => ranges.push(rows),
        });
        let records = plan.records();
        let rows = ranges.into_iter().flatten().filter_map(|row| self.see_row(row));
        Ok(rows.chain(records.into_iter().filter_map(|record| self.see_record(record))))
    }

    /// Every feature, in storage order, edited ones last.
    pub fn features(&self) -> impl Iterator<Item = FeatureRef<'_>> {
        let rows = (0..self.state.snapshot.len()).filter_map(|row| self.see_row(row));
        rows.chain(self.state.overlay.records().filter_map(|record| self.see_record(record)))
    }

    /// The features that were created or replaced here since the layer was published.
    pub fn edited(&self) -> impl Iterator<Item = FeatureRef<'_>> {
        self.state.overlay.records().filter_map(|record| self.see_record(record))
    }

    /// Visits the features whose box meets a world box, in storage order, edited ones last.
    pub fn visit_tile<'a>(&'a self, tile: WorldBox, mut each: impl FnMut(FeatureRef<'a>)) {
        let snapshot = &self.state.snapshot;
        let mut relate = |node: &WorldBox| match (tile.covers(node), tile.intersects(node)) {
            (true, _) => Relation::Inside,
            (_, true) => Relation::Crossing,
            _ => Relation::Outside,
        };
        snapshot.tree.visit(snapshot.geometries.boxes(), &mut relate, &mut |rows, _| {
            rows.filter_map(|row| self.see_row(row)).for_each(&mut each);
        });
        let records = self.state.overlay.records_in(&[tile]);
        records.into_iter().filter_map(|record| self.see_record(record)).for_each(each);
    }

    fn visible_rows(&self, rows: Range<usize>) -> usize {
        rows.len() - self.scope.hidden.count_in(rows)
    }

    fn offer(&self, rows: Range<usize>, lowest: &mut Lowest) {
        let ranks = self.state.snapshot.ids.ranks();
        for row in rows {
            if lowest.takes(ranks[row]) && !self.scope.hidden.contains(row) {
                lowest.put(ranks[row]);
            }
        }
    }

    /// Merges the first rows and the first edited features into one page.
    fn page_of<'a>(
        &'a self,
        rows: Vec<usize>,
        records: Vec<&'a Record>,
        limit: usize,
        matched: usize,
    ) -> Page<'a> {
        let rows = rows.into_iter().filter_map(|row| self.see_row(row));
        let records = records.into_iter().filter_map(|record| self.see_record(record));
        let mut features: Vec<FeatureRef<'a>> = rows.collect();
        if records.size_hint().1 != Some(0) {
            features.extend(records);
            features.sort_by_cached_key(|feature| feature.id());
        }
        let more = features.len() > limit;
        features.truncate(limit);
        let next = features.last().filter(|_| more).map(|last| last.id());
        Page { features, matched, next }
    }
}

type RowTest<'a> = Box<dyn Fn(usize) -> bool + 'a>;

/// A query made ready for one layer.
struct Plan<'v, 'q> {
    view: &'v LayerView,
    region: Option<(&'q Region, Prepared<'q>)>,
    datetime: Option<Interval>,
    /// Columns of the schema and the values that they must have.
    equals: Vec<(usize, Value)>,
}

impl<'v, 'q> Plan<'v, 'q> {
    fn of(view: &'v LayerView, query: &'q Query) -> Result<Self, StoreError> {
        let region = query.region.as_ref().map(|region| (region, region.prepare()));
        let equals = query.equals.iter().map(|(name, text)| view.parse_filter(name, text));
        let equals = equals.collect::<Result<_, _>>()?;
        Ok(Self { view, region, datetime: query.datetime, equals })
    }

    /// Whether every row that the viewer sees is found.
    fn takes_all_rows(&self) -> bool {
        self.region.is_none() && !self.tests_rows()
    }

    fn tests_rows(&self) -> bool {
        let by_time = self.datetime.is_some() && self.view.has_valid_time();
        by_time || !self.equals.is_empty()
    }

    /// Visits the snapshot's rows that are found, in storage order, as ranges: those that the
    /// viewer may not see are still among them.
    fn rows(&self, each: &mut dyn FnMut(Range<usize>)) {
        let snapshot = &self.view.state.snapshot;
        let tests = self.row_tests();
        let mut sift = |rows: Range<usize>| {
            if tests.is_empty() {
                each(rows);
            } else {
                rows.filter(|row| tests.iter().all(|test| test(*row)))
                    .for_each(|row| each(row..row + 1));
            }
        };
        let Some((region, prepared)) = &self.region else { return sift(0..snapshot.len()) };
        let touches = |row: usize| region.touches(snapshot.geometries.get(row));
        snapshot.tree.visit(
            snapshot.geometries.boxes(),
            &mut |node| prepared.relate(node),
            &mut |rows, relation| {
                if relation == Relation::Inside || touches(rows.start) {
                    sift(rows);
                }
            },
        );
    }

    fn row_tests(&self) -> Vec<RowTest<'_>> {
        let state = &self.view.state;
        let mut tests: Vec<RowTest<'_>> = Vec::new();
        for (column, value) in &self.equals {
            tests.push(state.snapshot.columns[*column].equals(value.into()));
        }
        if let Some(datetime) = self.datetime.filter(|_| self.view.has_valid_time()) {
            tests.push(Box::new(move |row| {
                state.valid_of_row(&self.view.scope, row).intersects(&datetime)
            }));
        }
        tests
    }

    /// The edited features that are found and seen, in the order of identifiers.
    fn records(&self) -> Vec<&'v Record> {
        let overlay = &self.view.state.overlay;
        let mut records = match &self.region {
            Some((_, prepared)) => overlay.records_in(prepared.outer()),
            None => overlay.records().collect(),
        };
        records.retain(|record| self.finds(record));
        records
    }

    fn finds(&self, record: &Record) -> bool {
        let (state, scope) = (&self.view.state, &self.view.scope);
        let touches = |(region, _): &(&Region, _)| region.touches(record.geometry());
        let holds =
            |wanted: &Interval| state.valid_of_values(scope, &record.values).intersects(wanted);
        state.sees_record(scope, record)
            && self.equals.iter().all(|(column, value)| record.values.get(*column) == Some(value))
            && self.datetime.as_ref().is_none_or(holds)
            && self.region.as_ref().is_none_or(touches)
    }
}

impl LayerView {
    /// The column in the schema and the value that a filter names.
    fn parse_filter(&self, name: &str, text: &str) -> Result<(usize, Value), StoreError> {
        let schema = self.state.schema();
        let column = self.scope.columns.iter().find(|c| schema.properties[**c].name == name);
        let Some(&column) = column else {
            return Err(StoreError::UnknownProperty {
                layer: self.layer().id.clone(),
                property: name.chars().take(80).collect(),
            });
        };
        let kind = schema.properties[column].kind;
        match value::parse(kind, text) {
            Some(value) => Ok((column, value)),
            None => Err(StoreError::BadValue {
                property: name.into(),
                kind,
                value: text.chars().take(80).collect(),
            }),
        }
    }
}

/// The lowest of many ranks, found without keeping them all.
struct Lowest {
    keep: usize,
    from: u32,
    /// No rank from here on can be among the lowest any more.
    below: u32,
    ranks: Vec<u32>,
}

impl Lowest {
    fn new(keep: usize, from: u32) -> Self {
        Self { keep, from, below: u32::MAX, ranks: Vec::new() }
    }

    fn takes(&self, rank: u32) -> bool {
        self.from <= rank && rank < self.below
    }

    fn put(&mut self, rank: u32) {
        self.ranks.push(rank);
        if self.ranks.len() >= self.keep.saturating_mul(2).max(1024) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.ranks.len() > self.keep {
            self.ranks.select_nth_unstable(self.keep);
            self.ranks.truncate(self.keep);
            self.below = self.ranks.iter().max().map_or(0, |highest| highest + 1);
        }
    }

    fn finish(mut self) -> Vec<u32> {
        self.ranks.sort_unstable();
        self.ranks.truncate(self.keep);
        self.ranks
    }
}
