//! The tools of the twin for those without a window: answers as JSON.

use bevy::tasks::block_on;
use jiff::civil;
use serde_json::Value;
use twin::{
    SecondTerrain, TwinError,
    clock::{local_time, wall_now},
    inspect::Picked,
    model::CityModel,
    models::{self, Models},
    scene::{Added, Buildings},
    tools::{self, Obstacles, SunPath, View, wire},
    words::Language,
};

use super::source;
use crate::args::{Earthwork, Place, Profile, Shadows, Standing, Viewshed, Whence};

/// The sun of a day on a feature, and who takes it.
pub(crate) fn shadows(args: &Shadows) -> Result<Value, TwinError> {
    let date = date(args.date.as_deref())?;
    let (model, buildings) = city(&args.whence, &args.standing)?;
    let (layer, id) = args.feature.split_once('/').unwrap_or(("buildings", &args.feature));
    let found = model.find(layer, id).ok_or_else(|| {
        let known: Vec<&str> = model.layers.iter().map(|it| it.id.as_str()).collect();
        let known = known.join(", ");
        TwinError::Ask(format!(
            "the scene has no feature '{id}' of a layer '{layer}'; its layers are {known}"
        ))
    })?;
    let Picked::Feature(number, place) = found.what else {
        return Err(TwinError::Ask(format!("'{}' is no feature", args.feature)));
    };
    let feature = &model.layers[number].features[place];
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let faces = tools::faces_of(&obstacles, (number, place), feature);
    if faces.is_empty() {
        let what = "has no place that the sun could reach: all of it lies under roofs";
        return Err(TwinError::Ask(format!("{layer}/{id} {what}")));
    }
    let path = SunPath::over(model.frame.to_lon_lat(found.at[0], found.at[1]), date, args.step)?;
    let suns = tools::study(&obstacles, &faces, &path);
    Ok(wire::shadows(&model, (number, place), &path, (&faces, &suns)))
}

/// What is seen of the ground around a place.
pub(crate) fn viewshed(args: &Viewshed) -> Result<Value, TwinError> {
    let (model, buildings) = city(&args.whence, &args.standing)?;
    let usual = View::of_person(within(&model, &args.at)?, args.radius);
    let view = View {
        eye_m: args.at.up_m.unwrap_or(usual.eye_m),
        target_m: args.target,
        cell_m: args.cell.unwrap_or(usual.cell_m),
        ..usual
    };
    let seen = tools::viewshed(&Obstacles::new(&model.heights, &buildings), &view);
    Ok(wire::viewshed(&model, &seen))
}

/// The ground along a line.
pub(crate) fn profile(args: &Profile) -> Result<Value, TwinError> {
    let (model, buildings) = city(&args.whence, &args.standing)?;
    let line: Result<Vec<[f64; 2]>, _> =
        args.line.0.iter().map(|place| within(&model, place)).collect();
    let line = line?;
    let length_m: f64 = line.windows(2).map(|pair| tools::plan_distance_m(pair[0], pair[1])).sum();
    let obstacles = Obstacles::new(&model.heights, &buildings);
    let step_m = args.step.unwrap_or((length_m / 200.0).max(1.0));
    let made = tools::profile(&obstacles, &line, step_m).ok_or_else(|| {
        TwinError::Ask("the line has no length: name two places that differ".into())
    })?;
    Ok(wire::profile(&model, &made))
}

/// Earth between the ground and a level, a pad, or a second terrain.
pub(crate) fn earthwork(args: &Earthwork) -> Result<Value, TwinError> {
    let (model, _) = city(&args.whence, &Standing::default())?;
    let ring: Result<Vec<[f64; 2]>, _> =
        args.ring.0.iter().map(|place| within(&model, place)).collect();
    let ring = ring?;
    let wrong = || {
        let what = "the corners make no area, or their outline crosses itself: name three or more, in their order";
        TwinError::Ask(what.into())
    };
    if let Some(file) = &args.terrain {
        let second = SecondTerrain::open(file, &model)?;
        let finest_m = second.cell_m.max(0.1);
        let made = tools::between(&model.heights, &ring, finest_m, |row| second.heights(row));
        let made = made.ok_or_else(wrong)?;
        if made.unknown_m2 >= made.work.area_m2 {
            let what = "has no heights there";
            return Err(TwinError::Ask(format!("{} {what}", file.display())));
        }
        return Ok(wire::earthwork(&model, &made.work, Some(&made)));
    }
    let level_m = args.level.unwrap_or_default();
    match args.slope {
        Some(run) => {
            let (made, _) = tools::pad(&model.heights, &ring, level_m, run).ok_or_else(wrong)?;
            Ok(wire::earthwork(&model, &made.work, Some(&made)))
        }
        None => {
            let made = tools::earthwork(&model.heights, &ring, level_m).ok_or_else(wrong)?;
            Ok(wire::earthwork(&model, &made, None))
        }
    }
}

/// A city with all that stands in it.
fn city(whence: &Whence, standing: &Standing) -> Result<(CityModel, Buildings), TwinError> {
    let mut model = block_on(source(whence)?.read())?;
    let added = stand(standing, &mut model)?;
    super::tell(&model, Language::En);
    let buildings = Buildings::of(&model).with(added);
    Ok((model, buildings))
}

/// Stands in a city what somebody named.
pub(super) fn stand(standing: &Standing, model: &mut CityModel) -> Result<Added, TwinError> {
    let mut models = Models::default();
    for placed in &standing.models {
        let placed = block_on(super::read_placed(placed, model))?;
        models::stand(model, &mut models, placed);
    }
    let mut added = Added::of(&models);
    if let Some(source) = &standing.proposal {
        let mut proposals = super::read_proposal(source, model)?;
        proposals.stand(model, &Buildings::of(model));
        proposals.add_to(&mut added);
    }
    Ok(added)
}

/// A place in the local frame, which must lie in the city that is shown.
fn within(model: &CityModel, place: &Place) -> Result<[f64; 2], TwinError> {
    let edges = &model.bbox;
    if !edges.contains(place.lon, place.lat) {
        return Err(TwinError::Ask(format!(
            "{},{} lies outside of the city, which reaches from {:.5},{:.5} to {:.5},{:.5} (longitude,latitude)",
            place.lon, place.lat, edges.min_x, edges.min_y, edges.max_x, edges.max_y
        )));
    }
    let (east, north) = model.frame.from_lon_lat(place.lon, place.lat);
    Ok([east, north])
}

/// A day of the province's clock; without one, today.
fn date(text: Option<&str>) -> Result<civil::Date, TwinError> {
    match text {
        None => Ok(local_time(wall_now()).date()),
        Some(text) => text.parse().map_err(|_| {
            TwinError::Ask(format!("'{text}' is no day: write it as 2026-12-22 (--date)"))
        }),
    }
}
