//! Evaluates a filter, feature by feature.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use super::{
    Bounds, Cells, Filter, Stop,
    kind::Kind,
    shapes::Prepared,
    times::{Ticks, Unit, holds},
    truth::{Any, List, Moments, Span, Truth},
    values::Val,
};
use crate::{
    cql2::ArrayRelation,
    store::{ValueRef, WorldBox},
};

pub(super) use super::values::known_text;

/// Steps after which it is asked whether somebody still waits.
const LOOK: u64 = 1 << 14;

/// One use of a filter, with what is worth keeping from feature to feature. It stays on its thread.
pub(crate) struct Run<'f> {
    filter: &'f Filter,
    bounds: Bounds,
    spent: Cell<u64>,
    look_at: Cell<u64>,
    stop: Cell<Option<Stop>>,
    /// For each slot and each different text of its column: not known yet, or a truth.
    memos: Vec<RefCell<Vec<Memo>>>,
    /// Geometries of the filter made ready, by where they lie.
    pub(super) prepared: RefCell<HashMap<usize, Rc<Prepared<'f>>>>,
}

#[derive(Clone, Copy, Default)]
enum Memo {
    #[default]
    Open,
    Is(Option<bool>),
}

impl<'f> Run<'f> {
    pub(crate) fn new(filter: &'f Filter, bounds: &Bounds) -> Self {
        Self {
            filter,
            bounds: bounds.clone(),
            spent: Cell::new(0),
            look_at: Cell::new(LOOK),
            stop: Cell::new(None),
            memos: (0..filter.memos()).map(|_| RefCell::default()).collect(),
            prepared: RefCell::default(),
        }
    }

    /// Whether the filter is true of a feature; no longer once the run was stopped.
    pub(crate) fn finds(&self, cells: &impl Cells) -> bool {
        self.stop.get().is_none()
            && self.truth(self.filter.truth(), cells) == Some(true)
            && self.stop.get().is_none()
    }

    /// What is evaluated.
    pub(super) fn filter_truth(&self) -> &'f Truth {
        self.filter.truth()
    }

    /// World boxes outside of which nothing is found; `None` where that cannot be told.
    pub(crate) fn reach(&self) -> Option<Vec<WorldBox>> {
        self.filter.reach().map(|boxes| boxes.iter().map(WorldBox::around).collect())
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.stop.get()
    }

    /// Counts steps, and stops where they are too many or nobody waits any more.
    pub(super) fn spend(&self, steps: usize) {
        let spent = self.spent.get().saturating_add(steps as u64);
        self.spent.set(spent);
        if spent > self.bounds.steps {
            self.stop.set(Some(Stop::TooManySteps));
        } else if spent >= self.look_at.get() {
            self.look_at.set(spent + LOOK);
            if self.bounds.gone.is_so() {
                self.stop.set(Some(Stop::Gone));
            }
        }
    }

    pub(super) fn truth(&self, truth: &'f Truth, cells: &impl Cells) -> Option<bool> {
        self.spend(1);
        match truth {
            Truth::Known(known) => *known,
            Truth::Column(column) => match cells.value(*column) {
                ValueRef::Bool(flag) => Some(flag),
                _ => None,
            },
            Truth::And(all) => self.junction(all, false, cells),
            Truth::Or(all) => self.junction(all, true, cells),
            Truth::Not(inner) => self.truth(inner, cells).map(|flag| !flag),
            Truth::Truths(how, two) => {
                let (a, b) = (self.truth(&two[0], cells)?, self.truth(&two[1], cells)?);
                Some(how.holds(a.cmp(&b)))
            }
            Truth::Numbers(how, two) => {
                let (a, b) = (self.number(&two[0], cells)?, self.number(&two[1], cells)?);
                Some(how.holds(a.order(b)))
            }
            Truth::Texts(how, two) => {
                let (a, b) = (self.text(&two[0], cells)?, self.text(&two[1], cells)?);
                Some(how.holds(a.cmp(&b)))
            }
            Truth::Times(how, two, unit) => {
                let tick = |moments: &'f Moments| self.tick(moments, *unit, cells);
                Some(how.holds(tick(&two[0])?.cmp(&tick(&two[1])?)))
            }
            Truth::TextIn(text, known) => Some(known.contains(&*self.text(text, cells)?)),
            Truth::Like(text, pattern, known) => {
                let text = self.text(text, cells)?;
                let fits = |pattern: &super::like::Pattern| {
                    self.spend(pattern.len() + text.len() / 4);
                    pattern.fits(&text)
                };
                match known {
                    Some(pattern) => Some(fits(pattern)),
                    None => Some(fits(&super::like::Pattern::new(&self.text(pattern, cells)?))),
                }
            }
            Truth::IsNull(any) => Some(self.is_null(any, cells)),
            Truth::Spatial(relation, two) => self.relate(*relation, &two[0], &two[1], cells),
            Truth::Near(two, metres) => {
                let metres = self.number(metres, cells)?.as_f64();
                self.near(&two[0], &two[1], metres, cells)
            }
            Truth::Temporal(relation, two, unit) => {
                let (a, b) = (self.span(&two[0], *unit, cells)?, self.span(&two[1], *unit, cells)?);
                Some(holds(*relation, a, b))
            }
            Truth::Arrays(relation, two) => {
                let (a, b) = (self.list(&two[0], cells)?, self.list(&two[1], cells)?);
                self.spend(a.len().saturating_mul(b.len()));
                Some(compare_sets(*relation, &a, &b))
            }
            Truth::Memo { slot, column, inner } => self.memo(*slot, *column, inner, cells),
        }
    }

    /// Of AND, false decides; of OR, true does; else what is unknown leaves the whole unknown.
    fn junction(&self, all: &'f [Truth], decisive: bool, cells: &impl Cells) -> Option<bool> {
        let mut whole = Some(!decisive);
        for one in all {
            match self.truth(one, cells) {
                Some(flag) if flag == decisive => return Some(decisive),
                Some(_) => {}
                None => whole = None,
            }
        }
        whole
    }

    fn memo(
        &self,
        slot: usize,
        column: usize,
        inner: &'f Truth,
        cells: &impl Cells,
    ) -> Option<bool> {
        let Some(code) = cells.code(column) else { return self.truth(inner, cells) };
        let code = code as usize;
        if let Some(Memo::Is(truth)) = self.memos[slot].borrow().get(code) {
            return *truth;
        }
        let truth = self.truth(inner, cells);
        let mut known = self.memos[slot].borrow_mut();
        if known.len() <= code {
            known.resize((code + 1).next_power_of_two(), Memo::Open);
        }
        known[code] = Memo::Is(truth);
        truth
    }

    fn is_null(&self, any: &'f Any, cells: &impl Cells) -> bool {
        match any {
            Any::Truth(truth) => self.truth(truth, cells).is_none(),
            Any::Number(number) => self.number(number, cells).is_none(),
            Any::Text(text) => self.text(text, cells).is_none(),
            Any::Moment(moments, _) => self.moment(moments, cells).is_none(),
            Any::Interval(ends) => self.interval(ends, Unit::Microsecond, cells).is_none(),
            Any::Shape(shape) => self.has_no_shape(shape, cells),
            Any::List(list) => self.list(list, cells).is_none(),
        }
    }

    fn tick(&self, moments: &'f Moments, unit: Unit, cells: &impl Cells) -> Option<i64> {
        Some(self.moment(moments, cells)?.ticks(unit))
    }

    fn span(&self, span: &'f Span, unit: Unit, cells: &impl Cells) -> Option<Ticks> {
        match span {
            Span::Moment(moments) => {
                let at = self.tick(moments, unit, cells)?;
                Some(Ticks { start: at, end: at })
            }
            Span::Interval(ends) => self.interval(ends, unit, cells),
        }
    }

    /// Unknown where an end is missing, or comes before the begin.
    pub(super) fn interval(
        &self,
        [start, end]: &'f [Option<Moments>; 2],
        unit: Unit,
        cells: &impl Cells,
    ) -> Option<Ticks> {
        let tick = |end: &'f Option<Moments>, open: i64| match end {
            None => Some(open),
            Some(moments) => self.tick(moments, unit, cells),
        };
        let (start, end) = (tick(start, i64::MIN)?, tick(end, i64::MAX)?);
        (start <= end).then_some(Ticks { start, end })
    }

    /// Unknown where an element is.
    pub(super) fn list<'x>(&self, list: &'f List, cells: &'x impl Cells) -> Option<Vec<Val<'x>>>
    where
        'f: 'x,
    {
        match list {
            List::Of(all) => all.iter().map(|any| self.val(any, cells)).collect(),
            List::Split(two) => {
                let (text, separator) = (self.text(&two[0], cells)?, self.text(&two[1], cells)?);
                self.spend(text.len());
                let parts = match separator.is_empty() {
                    true => vec![text.trim()],
                    false => text.split(&*separator).map(str::trim).collect(),
                };
                let parts = parts.into_iter().filter(|part| !part.is_empty());
                Some(parts.map(|part| Val::Text(part.to_owned().into())).collect())
            }
        }
    }

    fn val<'x>(&self, any: &'f Any, cells: &'x impl Cells) -> Option<Val<'x>>
    where
        'f: 'x,
    {
        Some(match any {
            Any::Truth(truth) => Val::Bool(self.truth(truth, cells)?),
            Any::Number(number) => Val::Number(self.number(number, cells)?),
            Any::Text(text) => Val::Text(self.text(text, cells)?),
            Any::Moment(moments, Kind::Date) => Val::Date(self.tick(moments, Unit::Day, cells)?),
            Any::Moment(moments, _) => {
                Val::Instant(self.tick(moments, Unit::Microsecond, cells)?)
            }
            Any::Interval(ends) => Val::Interval(self.interval(ends, Unit::Microsecond, cells)?),
            Any::Shape(shape) => Val::Shape(self.geometry(shape, cells)?),
            Any::List(list) => Val::List(self.list(list, cells)?),
        })
    }
}

fn compare_sets(relation: ArrayRelation, a: &[Val<'_>], b: &[Val<'_>]) -> bool {
    let within = |these: &[Val<'_>], those: &[Val<'_>]| these.iter().all(|one| those.contains(one));
    match relation {
        ArrayRelation::Contains => within(b, a),
        ArrayRelation::ContainedBy => within(a, b),
        ArrayRelation::Equals => within(a, b) && within(b, a),
        ArrayRelation::Overlaps => a.iter().any(|one| b.contains(one)),
    }
}
