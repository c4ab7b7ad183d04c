//! What the service adds to a change of its own (OGC 18-088, 8.2.2, 8.2.3 and 10.2): where a Thing
//! was, and the feature of interest that a place is.

use std::collections::BTreeSet;

use super::plan::Plan;
use crate::model::{Body, Entity, EntityKey, EntityKind, Id, Relation};

/// From series of observations to the Thing that they are of.
const OF_THINGS: [Relation; 2] = [Relation::DatastreamThing, Relation::MultiDatastreamThing];

impl Plan<'_> {
    /// Completes a change.
    pub(super) fn settle(&mut self) {
        for past in self.added_since(EntityKind::HistoricalLocation) {
            self.move_thing(&past);
        }
        for thing in self.touched(EntityKind::Thing) {
            self.remember_place(&thing);
        }
        for location in self.touched(EntityKind::Location) {
            self.leave_old_feature(&location);
        }
        for thing in self.things_to_look_at() {
            self.make_feature(thing);
        }
        self.note_settled();
    }

    /// A HistoricalLocation that is told is where its Thing is, when none is later (OGC 18-088,
    /// historical-location-manual-creation).
    fn move_thing(&mut self, past: &Entity) {
        let since = |entity: &Entity| match entity.body {
            Body::HistoricalLocation(at) => Some(at),
            _ => None,
        };
        let places = past.links(Relation::HistoricalLocationLocations).to_vec();
        let Some(thing) = past.links(Relation::HistoricalLocationThing).first().copied() else {
            return;
        };
        let others = self.owners(Relation::HistoricalLocationThing, thing).into_iter();
        let others = others.filter(|id| *id != past.key.id);
        let mut others = others.map(|id| EntityKey::new(EntityKind::HistoricalLocation, id));
        let is_latest =
            others.all(|key| self.get(key).is_none_or(|other| since(other) < since(past)));
        if let (true, Ok(mut thing)) =
            (is_latest, self.copy(EntityKey::new(EntityKind::Thing, thing)))
        {
            thing.set_links(Relation::ThingLocations, places);
            self.put(thing);
        }
    }

    /// A Thing that is somewhere else than before gets a HistoricalLocation.
    fn remember_place(&mut self, thing: &Entity) {
        let places = thing.links(Relation::ThingLocations);
        let before =
            self.state.get(thing.key).map_or(&[][..], |it| it.links(Relation::ThingLocations));
        let is_told = || {
            let pasts = self.owners(Relation::HistoricalLocationThing, thing.key.id).into_iter();
            let pasts = pasts.map(|id| EntityKey::new(EntityKind::HistoricalLocation, id));
            let mut told = pasts.filter(|key| self.changes(*key)).filter_map(|key| self.get(key));
            told.any(|it| it.links(Relation::HistoricalLocationLocations) == places)
        };
        if places.is_empty() || places == before || is_told() {
            return;
        }
        let mut past = self.add(Body::HistoricalLocation(self.now));
        past.set_links(Relation::HistoricalLocationThing, vec![thing.key.id]);
        past.set_links(Relation::HistoricalLocationLocations, places.to_vec());
        self.put(past);
    }

    /// A Location that says something else is another feature: observations made before keep theirs.
    fn leave_old_feature(&mut self, location: &Entity) {
        let feature = location.links(Relation::LocationFeature);
        let is_another = |before: &Entity| {
            before.body != location.body && before.links(Relation::LocationFeature) == feature
        };
        if !feature.is_empty() && self.state.get(location.key).is_some_and(|it| is_another(it)) {
            let mut location = location.clone();
            location.set_links(Relation::LocationFeature, Vec::new());
            self.put(location);
        }
    }

    fn things_to_look_at(&self) -> BTreeSet<Id> {
        let things = self.touched(EntityKind::Thing).into_iter().map(|it| it.key.id);
        let streams = [EntityKind::Datastream, EntityKind::MultiDatastream];
        let streams: Vec<_> = streams.into_iter().flat_map(|kind| self.touched(kind)).collect();
        let of_streams = streams.iter().flat_map(|it| {
            OF_THINGS.into_iter().flat_map(|relation| it.links(relation).iter().copied())
        });
        let places = self.touched(EntityKind::Location);
        let of_places =
            places.iter().flat_map(|it| self.owners(Relation::ThingLocations, it.key.id));
        things.chain(of_streams).chain(of_places).collect()
    }

    /// The place of a Thing that is observed is a feature of interest; it is made here, so that an
    /// observation which names none needs no other write than its own.
    fn make_feature(&mut self, thing: Id) {
        let Some(entity) = self.get(EntityKey::new(EntityKind::Thing, thing)).cloned() else {
            return;
        };
        let places = entity.links(Relation::ThingLocations).iter();
        let place = places
            .filter_map(|id| self.get(EntityKey::new(EntityKind::Location, *id)))
            .find(|place| matches!(&place.body, Body::Location(it) if it.is_geojson()));
        let Some(place) = place.cloned() else { return };
        let has_feature = !place.links(Relation::LocationFeature).is_empty();
        let is_observed = OF_THINGS.iter().any(|of| !self.owners(*of, thing).is_empty());
        if has_feature || !is_observed {
            return;
        }
        let Body::Location(encoded) = &place.body else { return };
        let feature = self.add(Body::FeatureOfInterest(encoded.clone()));
        let mut place = place.as_ref().clone();
        place.set_links(Relation::LocationFeature, vec![feature.key.id]);
        self.put(place);
        self.put(feature);
    }
}
