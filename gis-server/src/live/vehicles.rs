//! `/live/vehicles`: moving things, in an index that follows them.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{extract::State, response::Response};
use city::{Bbox, Instant};
use feeds::{
    model::{Id, Observation, ResultValue},
    service::Service,
};
use rstar::{AABB, RTree, primitives::GeomWithData};
use serde::Serialize;

use super::{
    census::{Roll, Stream, Thing, point_of},
    fresh, sensing,
};
use crate::{
    error::Problem,
    http::{format::Format, query::Query, work::blocking},
    ogc::refusals::BadParameter,
    state::App,
};

/// Metres of a degree of latitude (mean radius 6 371 008.8 m).
const METRES_PER_DEG: f64 = 111_195.08;
/// A step shorter than this, in metres, says nothing about where a vehicle heads.
const LEAST_STEP_M: f64 = 3.0;

/// Where a vehicle is.
#[derive(Debug, Clone, PartialEq)]
struct Vehicle {
    at: [f64; 2],
    time: Instant,
    /// Degrees from north, clockwise; `None` before it moved.
    heading: Option<f64>,
    /// Metres a second, from its last two positions.
    speed: Option<f64>,
}

impl Vehicle {
    /// The vehicle at its next position.
    fn moved(&self, to: [f64; 2], time: Instant) -> Self {
        let east = (to[0] - self.at[0]) * METRES_PER_DEG * to[1].to_radians().cos();
        let north = (to[1] - self.at[1]) * METRES_PER_DEG;
        let step = east.hypot(north);
        let seconds = (time.as_micros() - self.time.as_micros()) as f64 / 1e6;
        let heading = match step >= LEAST_STEP_M {
            true => Some(east.atan2(north).to_degrees().rem_euclid(360.0)),
            false => self.heading,
        };
        Self { at: to, time, heading, speed: (seconds > 0.0).then(|| step / seconds) }
    }
}

/// A position as events have it.
#[derive(Debug, Serialize)]
pub(super) struct Position {
    seq: i64,
    thing: i64,
    at: [f64; 2],
    time: String,
    heading: Option<f64>,
    speed: Option<f64>,
}

impl Position {
    /// Where an observation of the past says that a Thing was.
    pub(super) fn of(observation: &Observation, thing: &Thing, stream: &Stream) -> Option<Self> {
        let ResultValue::Json(document) = &observation.result else { return None };
        Some(Self {
            seq: observation.seq.get(),
            thing: thing.id.get(),
            at: point_of(document).filter(|_| stream.is_position())?,
            time: observation.time.to_string(),
            heading: None,
            speed: None,
        })
    }
}

type Leaf = GeomWithData<[f64; 2], Id>;

#[derive(Default)]
struct Index {
    vehicles: HashMap<Id, Vehicle>,
    tree: RTree<Leaf>,
}

impl Index {
    /// Puts a vehicle where it is now; what is older than what is known changes nothing.
    fn put(&mut self, thing: Id, at: [f64; 2], time: Instant) -> Option<&Vehicle> {
        let known = self.vehicles.get(&thing);
        if known.is_some_and(|known| known.time >= time) {
            return None;
        }
        let next = match known {
            Some(known) => {
                self.tree.remove(&Leaf::new(known.at, thing));
                known.moved(at, time)
            }
            None => Vehicle { at, time, heading: None, speed: None },
        };
        self.tree.insert(Leaf::new(at, thing));
        self.vehicles.insert(thing, next);
        self.vehicles.get(&thing)
    }
}

/// Where all moving things are.
pub(super) struct Fleet {
    service: Arc<Service>,
    index: RwLock<Index>,
}

impl Fleet {
    pub(super) fn new(service: Arc<Service>) -> Self {
        Self { service, index: RwLock::default() }
    }

    /// Takes the last known positions, as after a start.
    pub(super) fn restore(&self, roll: &Roll) {
        for thing in &roll.things {
            for stream in thing.streams.iter().filter(|stream| stream.is_position()) {
                if let Some(latest) = self.service.latest.get(stream.id) {
                    self.follow(&latest, thing, stream);
                }
            }
        }
    }

    /// Follows an observation, if it is a position that is news.
    pub(super) fn follow(
        &self,
        observation: &Observation,
        thing: &Thing,
        stream: &Stream,
    ) -> Option<Position> {
        let ResultValue::Json(document) = &observation.result else { return None };
        let at = point_of(document).filter(|_| stream.is_position())?;
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        let vehicle = index.put(thing.id, at, observation.time)?;
        Some(Position {
            seq: observation.seq.get(),
            thing: thing.id.get(),
            at,
            time: vehicle.time.to_string(),
            heading: vehicle.heading.map(round),
            speed: vehicle.speed.map(round),
        })
    }

    /// Those inside a box, by their Thing.
    fn within(&self, bbox: Option<&Bbox>) -> Vec<(Id, Vehicle)> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = match bbox {
            Some(bbox) => {
                let envelope =
                    AABB::from_corners([bbox.min_x, bbox.min_y], [bbox.max_x, bbox.max_y]);
                let leaves = index.tree.locate_in_envelope(envelope);
                leaves
                    .filter_map(|leaf| Some((leaf.data, index.vehicles.get(&leaf.data)?.clone())))
                    .collect()
            }
            None => index.vehicles.iter().map(|(id, vehicle)| (*id, vehicle.clone())).collect(),
        };
        found.sort_by_key(|(id, _)| *id);
        found
    }
}

/// To a tenth.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Moving things.
#[utoipa::path(
    get, path = "/live/vehicles", tag = "Live", operation_id = "getVehicles",
    params(("bbox" = Option<String>, Query, description = "Only inside this box: west,south,east,north in longitude and latitude")),
    responses(
        (status = 200, description = "Points with heading, speed and time", content_type = "application/geo+json", body = Object),
        BadParameter,
    )
)]
pub async fn show(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["bbox", "f"])?;
    let bbox = query.lon_lat_box()?;
    sensing(&app)?;
    let work = move || {
        let live = &sensing(&app)?.live;
        let roll = live.census.roll();
        let names: HashMap<Id, &Thing> =
            roll.things.iter().map(|thing| (thing.id, thing)).collect();
        let features = live.fleet.within(bbox.as_ref()).into_iter().filter_map(|(id, vehicle)| {
            let thing = names.get(&id)?;
            Some(serde_json::json!({
                "type": "Feature",
                "id": format!("Things({id})"),
                "geometry": { "type": "Point", "coordinates": vehicle.at },
                "properties": {
                    "thing": id.get(), "name": thing.name, "role": &*thing.role,
                    "simulated": thing.is_simulated, "time": vehicle.time.to_string(),
                    "heading": vehicle.heading.map(round), "speed": vehicle.speed.map(round),
                },
            }))
        });
        let features: Vec<_> = features.collect();
        let document = serde_json::json!({ "type": "FeatureCollection", "features": features });
        Ok::<_, Problem>(document.to_string())
    };
    let made = blocking(work).await?;
    Ok(fresh(Format::GeoJson.media_type(), made))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_bus_that_drives_east_heads_east() {
        let mut index = Index::default();
        let bus = Id::new(7).unwrap();
        assert_eq!(index.put(bus, [108.5, 15.5], at(0)).unwrap().heading, None);
        let moved = index.put(bus, [108.501, 15.5], at(10)).unwrap();
        // A thousandth of a degree of longitude at 15.5° is 107.15 m.
        assert!((moved.heading.unwrap() - 90.0).abs() < 1e-9);
        assert!((moved.speed.unwrap() - 10.715).abs() < 0.001);
        let waiting = index.put(bus, [108.501, 15.5], at(20)).unwrap();
        assert_eq!((waiting.heading, waiting.speed), (Some(90.0), Some(0.0)));
        assert!(index.put(bus, [108.0, 15.0], at(15)).is_none(), "older than what is known");
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_look_at_all_finds(
            moves in prop::collection::vec((1i64..6, 0.0f64..1.0, 0.0f64..1.0), 1..60),
            west in 0.0f64..1.0, south in 0.0f64..1.0, size in 0.0f64..1.0,
        ) {
            let mut index = Index::default();
            for (step, (thing, x, y)) in (0..).zip(&moves) {
                index.put(Id::new(*thing).unwrap(), [*x, *y], at(step));
            }
            prop_assert_eq!(index.tree.size(), index.vehicles.len());
            let envelope = AABB::from_corners([west, south], [west + size, south + size]);
            let mut found: Vec<Id> =
                index.tree.locate_in_envelope(envelope).map(|leaf| leaf.data).collect();
            found.sort_unstable();
            let inside = |[x, y]: [f64; 2]| {
                (west..=west + size).contains(&x) && (south..=south + size).contains(&y)
            };
            let all = index.vehicles.iter().filter(|(_, vehicle)| inside(vehicle.at));
            let mut expected: Vec<Id> = all.map(|(id, _)| *id).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
