//! Things with their datastreams, ready to be looked through: who is where, and observes what; and their latest
//! values as one document, which maps and twins draw from.

mod document;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant as Moment},
};

use serde_json::Value as Json;

use crate::{
    model::{Body, EntityKey, EntityKind, FeatureLink, Id, Relation, StreamId, StreamRules},
    service::Service,
};

pub use document::{Value, latest_document};

/// While entities keep changing, the census is taken anew so often at most.
const REST: Duration = Duration::from_secs(1);

/// What observes a position.
pub const POSITION: &str = "urn:dothi:observed-property:position";

/// A Thing.
#[derive(Debug)]
pub struct Thing {
    /// Its number.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// What it is for: the role of its layer, or `vehicles`.
    pub role: Arc<str>,
    /// The feature that it is.
    pub feature: Option<FeatureLink>,
    /// Whether it is played.
    pub is_simulated: bool,
    /// Longitude and latitude.
    pub place: Option<[f64; 2]>,
    /// What it observes.
    pub streams: Vec<Stream>,
}

/// A datastream of a Thing.
#[derive(Debug)]
pub struct Stream {
    /// Its number.
    pub id: StreamId,
    /// What it observes, for people.
    pub property: Arc<str>,
    /// The definition of that.
    pub definition: Arc<str>,
    /// What is written after its numbers.
    pub unit: Option<String>,
    /// How its observations are judged.
    pub rules: Arc<StreamRules>,
}

impl Stream {
    /// Whether its results are positions of the Thing.
    pub fn is_position(&self) -> bool {
        &*self.definition == POSITION
    }
}

/// All Things at one moment.
#[derive(Debug, Default)]
pub struct Roll {
    /// The version of the entities that it is as of.
    version: i64,
    /// All of them.
    pub things: Vec<Thing>,
    /// Where each datastream is: its Thing, and its place there.
    by_stream: HashMap<StreamId, (usize, usize)>,
}

impl Roll {
    /// A datastream with its Thing.
    pub fn stream(&self, id: StreamId) -> Option<(&Thing, &Stream)> {
        let (thing, stream) = *self.by_stream.get(&id)?;
        let thing = self.things.get(thing)?;
        Some((thing, thing.streams.get(stream)?))
    }
}

/// Keeps the roll.
#[derive(Debug)]
pub struct Census {
    service: Arc<Service>,
    roll: Mutex<(Arc<Roll>, Option<Moment>)>,
}

impl Census {
    /// Of a service.
    pub fn new(service: Arc<Service>) -> Self {
        Self { service, roll: Mutex::new((Arc::new(Roll::default()), None)) }
    }

    /// The roll, taken anew where entities have changed. It takes some ten milliseconds for
    /// thousands of Things: not for asynchronous tasks.
    pub fn roll(&self) -> Arc<Roll> {
        let mut kept = self.roll.lock().unwrap_or_else(PoisonError::into_inner);
        let (roll, taken) = &mut *kept;
        let version = self.service.entities.last_version();
        let is_due = taken.is_none_or(|taken| taken.elapsed() >= REST);
        if roll.version != version && is_due {
            *roll = Arc::new(take(&self.service, version));
            *taken = Some(Moment::now());
        }
        roll.clone()
    }
}

fn take(service: &Service, version: i64) -> Roll {
    let mut roll = Roll { version, ..Roll::default() };
    let mut names = Names::default();
    for id in service.entities.ids(EntityKind::Thing) {
        let key = EntityKey::new(EntityKind::Thing, id);
        let Some(thing) = thing(service, key, &mut names) else { continue };
        let place = roll.things.len();
        let streams = thing.streams.iter().zip(0..);
        roll.by_stream.extend(streams.map(|(stream, at)| (stream.id, (place, at))));
        roll.things.push(thing);
    }
    roll
}

/// Texts that many share: names and definitions of observed properties, and roles.
#[derive(Default)]
struct Names {
    observed: HashMap<Id, (Arc<str>, Arc<str>)>,
    roles: HashMap<String, Arc<str>>,
}

fn thing(service: &Service, key: EntityKey, names: &mut Names) -> Option<Thing> {
    let entities = &service.entities;
    let entity = entities.entity(key)?;
    let Body::Thing(body) = &entity.body else { return None };
    let role = body.about.properties.get("role").and_then(Json::as_str).unwrap_or("other");
    let role = names.roles.entry(role.to_owned()).or_insert_with(|| role.into()).clone();
    let place = entity.links(Relation::ThingLocations).iter().find_map(|id| {
        let location = entities.entity(EntityKey::new(EntityKind::Location, *id))?;
        let Body::Location(location) = &location.body else { return None };
        point_of(&location.document)
    });
    let streams = EntityKind::Thing.navigation("Datastreams");
    let streams = streams.map_or_else(Vec::new, |way| entities.related(key, &way));
    Some(Thing {
        id: key.id,
        name: body.about.name.clone(),
        role,
        feature: body.feature.clone(),
        is_simulated: body.is_simulated,
        place,
        streams: streams.into_iter().filter_map(|id| stream(service, id, names)).collect(),
    })
}

fn stream(service: &Service, id: Id, names: &mut Names) -> Option<Stream> {
    let entities = &service.entities;
    let entity = entities.entity(EntityKey::new(EntityKind::Datastream, id))?;
    let Body::Datastream(body) = &entity.body else { return None };
    let observed = *entity.links(Relation::DatastreamObservedProperty).first()?;
    let (property, definition) = match names.observed.get(&observed) {
        Some(known) => known.clone(),
        None => {
            let found = entities.entity(EntityKey::new(EntityKind::ObservedProperty, observed))?;
            let Body::ObservedProperty(found) = &found.body else { return None };
            let texts: (Arc<str>, Arc<str>) =
                (found.about.name.as_str().into(), found.definition.as_str().into());
            names.observed.insert(observed, texts.clone());
            texts
        }
    };
    let (unit, rules) = (body.unit.symbol.clone(), body.rules.clone());
    Some(Stream { id: StreamId(id), property, definition, unit, rules })
}

/// The point of a GeoJSON geometry or feature; of others, their first position.
pub fn point_of(document: &Json) -> Option<[f64; 2]> {
    let geometry = document.get("geometry").unwrap_or(document);
    let mut at = geometry.get("coordinates")?;
    while let Some(first) = at.get(0).filter(|first| first.is_array()) {
        at = first;
    }
    let (lon, lat) = (at.get(0)?.as_f64()?, at.get(1)?.as_f64()?);
    ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some([lon, lat])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_the_point_of_a_geometry_or_its_first_position() {
        for (document, expected) in [
            (json!({"type": "Point", "coordinates": [108.5, 15.6, 3.0]}), Some([108.5, 15.6])),
            (
                json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}),
                Some([1.0, 2.0]),
            ),
            (
                json!({"type": "Polygon", "coordinates": [[[5, 6], [7, 8], [9, 9], [5, 6]]]}),
                Some([5.0, 6.0]),
            ),
            (json!({"type": "Point", "coordinates": [500, 6]}), None),
            (json!({"type": "Point", "coordinates": []}), None),
            (json!("nowhere"), None),
        ] {
            assert_eq!(point_of(&document), expected, "{document}");
        }
    }
}
