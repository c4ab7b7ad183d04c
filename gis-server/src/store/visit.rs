//! Visiting what lies in a box: for tiles and maps.

use super::{
    error::StoreError,
    query::{ended, seek},
    rtree::Relation,
    view::{FeatureRef, LayerView},
    world::WorldBox,
};
use crate::filter::{Bounds, Filter, Run};

impl LayerView {
    /// Visits the features whose box meets a world box, in storage order, edited ones last.
    pub fn visit_tile<'a>(&'a self, tile: WorldBox, each: impl FnMut(FeatureRef<'a>)) {
        self.visit_box(tile, None, each);
    }

    /// As [`visit_tile`](Self::visit_tile), of features for which a filter is true.
    ///
    /// # Errors
    /// [`StoreError::FilterTooCostly`], [`StoreError::NobodyWaits`]; some have then been visited.
    pub fn visit_filtered<'a>(
        &'a self,
        tile: WorldBox,
        filter: &Filter,
        bounds: &Bounds,
        each: impl FnMut(FeatureRef<'a>),
    ) -> Result<(), StoreError> {
        let run = Run::new(filter, bounds);
        self.visit_box(tile, Some(&run), each);
        ended(&run, bounds)
    }

    /// Whether no feature is near a world box, hidden ones counted too: told by boxes of many features, so that
    /// one that is nearly empty may be taken for one that is not.
    pub(crate) fn is_empty_in(&self, here: &WorldBox) -> bool {
        let mut relate = |node: &WorldBox| match here.intersects(node) {
            true => Relation::Crossing,
            false => Relation::Outside,
        };
        self.state.snapshot.tree.at_most(&mut relate) == 0
            && self.state.overlay.records_in(&[*here]).is_empty()
    }

    fn visit_box<'a>(
        &'a self,
        tile: WorldBox,
        run: Option<&Run<'_>>,
        mut each: impl FnMut(FeatureRef<'a>),
    ) {
        let snapshot = &self.state.snapshot;
        let boxes = snapshot.geometries.boxes();
        let reach = run.and_then(Run::reach);
        let mut relate = |node: &WorldBox| {
            let far = reach.as_ref().is_some_and(|all| !all.iter().any(|b| b.intersects(node)));
            match (tile.covers(node), tile.intersects(node) && !far) {
                (_, false) => Relation::Outside,
                (true, _) if reach.is_none() => Relation::Inside,
                _ => Relation::Crossing,
            }
        };
        let found = |feature: &FeatureRef<'_>| run.is_none_or(|run| run.finds(feature));
        let sought = run.and_then(|run| seek(run, snapshot, snapshot.tree.at_most(&mut relate)));
        match sought {
            Some(sought) => sought.visit(snapshot.len(), &mut |row| {
                if !boxes[row].is_empty()
                    && relate(&boxes[row]) != Relation::Outside
                    && let Some(feature) = self.see_row(row)
                    && (sought.is_exact || found(&feature))
                {
                    each(feature);
                }
            }),
            None => snapshot.tree.visit(boxes, &mut relate, &mut |rows, _| {
                rows.filter_map(|row| self.see_row(row)).filter(found).for_each(&mut each);
            }),
        }
        let records = self.state.overlay.records_in(&[tile]);
        let records = records.into_iter().filter_map(|record| self.see_record(record));
        records.filter(found).for_each(each);
    }
}
