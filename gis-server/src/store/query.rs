//! Finding features: by region, time and values, page by page.

use std::{cell::OnceCell, ops::Range, sync::Arc};

use city::{Bbox, FeatureId, Interval, Value};

use super::{
    error::StoreError,
    lowest::Lowest,
    overlay::Record,
    region::{Prepared, Region},
    rtree::Relation,
    snapshot::Snapshot,
    sort::{Mark, Sort},
    value,
    view::{FeatureRef, LayerView},
    world::WorldBox,
};
use crate::filter::{Bounds, Filter, Run, Seeker, Sought, Stop};

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
    /// What must be true of them.
    pub filter: Option<Arc<Filter>>,
    /// How long the filter may work.
    pub bounds: Bounds,
    /// In which order pages go; without any by identifier.
    pub sort: Vec<Sort>,
    /// Where the page before ended, of pages in an order.
    pub mark: Option<Mark>,
    /// The last identifier of the page before, of pages by identifier.
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
    /// [`StoreError::UnknownProperty`], [`StoreError::BadValue`], [`StoreError::FilterTooCostly`],
    /// [`StoreError::NobodyWaits`].
    pub fn query<'a>(&'a self, query: &Query) -> Result<Page<'a>, StoreError> {
        let filter = self.filter_of(query)?;
        let plan = Plan::of(self, query, filter.as_ref());
        if !query.sort.is_empty() {
            let records = plan.records().into_iter().filter_map(|record| self.see_record(record));
            let page = self.sorted_page(query, |each| plan.rows(each), records);
            return plan.ended().map(|()| page);
        }
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
        plan.ended()?;
        records.retain(|record| query.after.as_ref().is_none_or(|after| record.id > *after));
        Ok(self.page_of(rows, records, query.limit, matched))
    }

    /// How many features a query finds on all pages.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn count(&self, query: &Query) -> Result<usize, StoreError> {
        let filter = self.filter_of(query)?;
        let plan = Plan::of(self, query, filter.as_ref());
        let mut matched = plan.records().len();
        match plan.counted() {
            Some(rows) => matched += rows,
            None => plan.rows(&mut |rows| matched += self.visible_rows(rows)),
        }
        plan.ended()?;
        Ok(matched)
    }

    /// All features that a query finds, in storage order, edited ones last; its page is ignored. They
    /// are found before the first is given; a copy gives them again.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn stream<'v>(
        &'v self,
        query: &Query,
    ) -> Result<impl Iterator<Item = FeatureRef<'v>> + Clone + use<'v>, StoreError> {
        let filter = self.filter_of(query)?;
        let plan = Plan::of(self, query, filter.as_ref());
        let mut ranges: Vec<Range<usize>> = Vec::new();
        plan.rows(&mut |rows| match ranges.last_mut() {
            Some(last) if last.end == rows.start => last.end = rows.end,
            _ => ranges.push(rows),
        });
        let records = plan.records();
        plan.ended()?;
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

    /// The filter of a query: its own and the values that are asked for, as one.
    pub(crate) fn filter_of(&self, query: &Query) -> Result<Option<Arc<Filter>>, StoreError> {
        let equals = query.equals.iter().map(|(name, text)| self.parse_filter(name, text));
        let equals = Filter::equals(&equals.collect::<Result<Vec<_>, _>>()?);
        Ok(match (equals, &query.filter) {
            (None, own) => own.clone(),
            (Some(equals), None) => Some(Arc::new(equals)),
            (Some(equals), Some(own)) => Some(Arc::new(equals.and(Filter::clone(own)))),
        })
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

/// Why a run of a filter ended, if not at its end.
pub(super) fn ended(run: &Run<'_>, bounds: &Bounds) -> Result<(), StoreError> {
    match run.stopped() {
        None => Ok(()),
        Some(Stop::Gone) => Err(StoreError::NobodyWaits),
        Some(Stop::TooManySteps) => Err(StoreError::FilterTooCostly { steps: bounds.steps }),
    }
}

/// From so many rows on it is asked of the orders of columns which to look at.
const MANY: usize = if cfg!(test) { 1 } else { 4096 };

/// What the orders of columns tell of a filter, where that spares most of the rows that would be looked at.
pub(super) fn seek(run: &Run<'_>, snapshot: &Snapshot, otherwise: usize) -> Option<Sought> {
    let seeker = (otherwise >= MANY).then(|| Seeker::new(snapshot, Some(run), otherwise))?;
    seeker.by_filter().filter(|sought| spares_most(sought, otherwise))
}

/// Rows that are looked up lie here and there, those that are looked at side by side.
fn spares_most(sought: &Sought, otherwise: usize) -> bool {
    sought.len() <= otherwise / 4
}

/// A query made ready for one layer.
struct Plan<'v, 'q> {
    view: &'v LayerView,
    region: Option<(&'q Region, Prepared<'q>)>,
    datetime: Option<Interval>,
    run: Option<Run<'q>>,
    /// Outside of these nothing is found by the filter.
    reach: Option<Vec<WorldBox>>,
    bounds: &'q Bounds,
    /// The records, since they are asked for twice.
    records: OnceCell<Vec<&'v Record>>,
    sought: OnceCell<Option<Sought>>,
}

impl<'v, 'q> Plan<'v, 'q> {
    fn of(view: &'v LayerView, query: &'q Query, filter: Option<&'q Arc<Filter>>) -> Self {
        let region = query.region.as_ref().map(|region| (region, region.prepare()));
        let datetime = query.datetime.filter(|_| view.has_valid_time());
        let run = filter.map(|filter| Run::new(filter, &query.bounds));
        let reach = run.as_ref().and_then(Run::reach);
        let (bounds, records, sought) = (&query.bounds, OnceCell::new(), OnceCell::new());
        Self { view, region, datetime, run, reach, bounds, records, sought }
    }

    /// Whether every row that the viewer sees is found.
    fn takes_all_rows(&self) -> bool {
        self.region.is_none() && !self.tests_rows()
    }

    fn tests_rows(&self) -> bool {
        self.datetime.is_some() || self.run.is_some()
    }

    fn is_everywhere(&self) -> bool {
        self.region.is_none() && self.reach.is_none()
    }

    /// The rows to look at, where the orders of columns tell them and that is less work.
    fn sought(&self) -> Option<&Sought> {
        self.sought.get_or_init(|| self.seek()).as_ref()
    }

    fn seek(&self) -> Option<Sought> {
        if !self.tests_rows() {
            return None;
        }
        let snapshot = &self.view.state.snapshot;
        let otherwise = match self.is_everywhere() {
            true => snapshot.len(),
            false => snapshot.tree.at_most(&mut |node| self.relate(node)),
        };
        if otherwise < MANY {
            return None;
        }
        let seeker = Seeker::new(snapshot, self.run.as_ref(), otherwise);
        let by_filter = seeker.by_filter();
        let by_time = self.datetime.as_ref().and_then(|wanted| {
            seeker.by_time(self.view.state.valid_columns(&self.view.scope), wanted)
        });
        let sought = match (by_filter, by_time) {
            (Some(one), Some(other)) => Some(one.or_better(other)),
            (one, other) => one.or(other),
        };
        sought.filter(|sought| self.is_told_by(sought) || spares_most(sought, otherwise))
    }

    /// Whether rows that were sought are those that are found, with nothing to look at.
    fn is_told_by(&self, sought: &Sought) -> bool {
        sought.is_exact && self.is_everywhere() && self.datetime.is_none()
    }

    /// How many rows are found and seen, where that is known without visiting them.
    fn counted(&self) -> Option<usize> {
        let is_seen_whole = self.view.scope.hidden.len() == 0;
        let sought = self.sought().filter(|sought| is_seen_whole && self.is_told_by(sought))?;
        sought.count()
    }

    /// Whether a row lies in the region and in the reach of the filter.
    fn is_within(&self, row: usize) -> bool {
        if self.is_everywhere() {
            return true;
        }
        let here = &self.view.state.snapshot.geometries.boxes()[row];
        !here.is_empty()
            && match self.relate(here) {
                Relation::Outside => false,
                Relation::Inside => true,
                Relation::Crossing => self.touches(row),
            }
    }

    fn touches(&self, row: usize) -> bool {
        let geometry = || self.view.state.snapshot.geometries.get(row);
        self.region.as_ref().is_none_or(|(region, _)| region.touches(geometry()))
    }

    /// Visits the snapshot's rows that are found, in storage order, as ranges: those that the
    /// viewer may not see are still among them.
    fn rows(&self, each: &mut dyn FnMut(Range<usize>)) {
        let snapshot = &self.view.state.snapshot;
        if let Some(sought) = self.sought() {
            let is_found = sought.is_exact && self.datetime.is_none();
            return sought.visit(snapshot.len(), &mut |row| {
                if self.is_within(row) && (is_found || self.finds_row(row)) {
                    each(row..row + 1);
                }
            });
        }
        let mut sift = |rows: Range<usize>| {
            if self.tests_rows() {
                rows.filter(|row| self.finds_row(*row)).for_each(|row| each(row..row + 1));
            } else {
                each(rows);
            }
        };
        if self.is_everywhere() {
            return sift(0..snapshot.len());
        }
        snapshot.tree.visit(
            snapshot.geometries.boxes(),
            &mut |node| self.relate(node),
            &mut |rows, relation| {
                if relation == Relation::Inside || self.touches(rows.start) {
                    sift(rows);
                }
            },
        );
    }

    /// How a box of the index lies to the region and to the reach of the filter.
    fn relate(&self, node: &WorldBox) -> Relation {
        let far = |all: &Vec<WorldBox>| !all.iter().any(|one| one.intersects(node));
        if self.reach.as_ref().is_some_and(far) {
            return Relation::Outside;
        }
        // Within the reach the filter tells the rest, so that nothing more is known of the box.
        self.region.as_ref().map_or(Relation::Crossing, |(_, prepared)| prepared.relate(node))
    }

    fn finds_row(&self, row: usize) -> bool {
        let view = self.view;
        let holds =
            |wanted: &Interval| view.state.valid_of_row(&view.scope, row).intersects(wanted);
        let fits = |run: &Run<'_>| view.see_row(row).is_some_and(|feature| run.finds(&feature));
        self.datetime.as_ref().is_none_or(holds) && self.run.as_ref().is_none_or(fits)
    }

    /// The edited features that are found and seen, in the order of identifiers.
    fn records(&self) -> Vec<&'v Record> {
        self.records.get_or_init(|| self.find_records()).clone()
    }

    fn find_records(&self) -> Vec<&'v Record> {
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
        let fits = |run: &Run<'_>| run.finds(record);
        state.sees_record(scope, record)
            && self.datetime.as_ref().is_none_or(holds)
            && self.region.as_ref().is_none_or(touches)
            && self.run.as_ref().is_none_or(fits)
    }

    /// That the filter came to its end.
    fn ended(&self) -> Result<(), StoreError> {
        self.run.as_ref().map_or(Ok(()), |run| ended(run, self.bounds))
    }
}

impl LayerView {
    /// The column in the schema and the value that a filter names.
    fn parse_filter(&self, name: &str, text: &str) -> Result<(usize, Value), StoreError> {
        let Some((column, kind)) = self.schema_column(name) else {
            return Err(StoreError::UnknownProperty {
                layer: self.layer().id.clone(),
                property: name.chars().take(80).collect(),
            });
        };
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
