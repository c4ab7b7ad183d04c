//! PROJ objects, which belong to one thread each: made once per thread, used again and again.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use proj::Proj;

use super::{CrsError, Leg};

/// Objects that one thread keeps at most; imports use one or two, a server two dozen.
const KEPT: usize = 64;

type Key = (Arc<str>, Arc<str>);

thread_local! {
    static POOL: RefCell<HashMap<Key, Rc<Proj>>> = RefCell::new(HashMap::new());
}

/// Runs with this thread's object for a leg.
pub(super) fn with<T>(
    leg: &Leg,
    run: impl FnOnce(&Proj) -> Result<T, CrsError>,
) -> Result<T, CrsError> {
    let key = (leg.from.clone(), leg.to.clone());
    let present = POOL.with_borrow(|pool| pool.get(&key).cloned());
    let proj = match present {
        Some(proj) => proj,
        None => {
            let fresh = Rc::new(make(leg)?);
            POOL.with_borrow_mut(|pool| {
                if pool.len() >= KEPT {
                    pool.clear();
                }
                pool.insert(key, fresh.clone());
            });
            fresh
        }
    };
    run(&proj)
}

/// Holds that PROJ knows a datum shift for a source of which only a definition is known.
///
/// PROJ falls back on a "ballpark" step when it knows none, and says so only in the description of
/// the step it took last: so a place in Vietnam is taken into the source's system and back.
pub(super) fn probe(leg: &Leg) -> Result<(), CrsError> {
    with(leg, |proj| {
        let there = Proj::new_known_crs(&leg.to, &leg.from, None)
            .map_err(|error| not_understood(leg, &error))?;
        let place = there.convert((108.0_f64, 16.0_f64));
        let back = place.and_then(|place| proj.convert(place));
        let guesses = |proj: &Proj| {
            proj.proj_info().description.is_some_and(|text| text.contains("Ballpark"))
        };
        match back {
            Ok(_) if guesses(&there) || guesses(proj) => {
                Err(CrsError::NoDatumShift(leg.from.chars().take(120).collect()))
            }
            // A system that does not reach Vietnam can't be probed here.
            _ => Ok(()),
        }
    })
}

fn make(leg: &Leg) -> Result<Proj, CrsError> {
    let made = match &leg.pipeline {
        Some(pipeline) => Proj::new(pipeline),
        None => Proj::new_known_crs(&leg.from, &leg.to, None),
    };
    made.map_err(|error| not_understood(leg, &error))
}

fn not_understood(leg: &Leg, error: &proj::ProjCreateError) -> CrsError {
    let definition = leg.from.chars().take(120).collect();
    CrsError::Definition { definition, message: error.to_string() }
}
