//! Answers as documents: tables of units, and features for the map. Hours are those of the scenario.

use geo_types::{Coord, Geometry, MultiPolygon};
use serde_json::{Value as Json, json};
use sim::impact::{
    BuildingImpact, Closure, Danger, Isolation, Reason, Spell, UnitImpact, Vehicle, Water,
};

use super::{super::town::Place, Found, file_of};
use crate::flood::{error::FloodError, folder::RunFolder, model::Model, plane::Plane};

/// Writes every answer.
pub(super) fn write(found: &Found, model: &Model, folder: &RunFolder) -> Result<(), FloodError> {
    let plane = &model.plane;
    for (name, document) in [
        ("units", units(found, plane)),
        ("buildings", buildings(found, plane)),
        ("roads", roads(found, plane)),
        ("facilities", facilities(found, plane)),
        ("evacuation", evacuation(found, plane)),
    ] {
        folder.write_json(&file_of(name), &document)?;
    }
    Ok(())
}

fn hours(seconds: f64) -> f64 {
    rounded(seconds / 3600.0, 2)
}

fn rounded(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}

/// From when to when; null at the end where it lasts beyond the run.
fn spell(spell: &Spell) -> Json {
    json!([hours(spell.from_s), spell.to_s.map(hours)])
}

fn units(found: &Found, plane: &Plane) -> Json {
    let table = |places: &[Place], hits: &[UnitImpact], cut: &[Isolation]| -> Json {
        let rows = places.iter().zip(hits).enumerate();
        rows.map(|(row, (place, hit))| unit(place, hit, cut.get(row), plane)).collect()
    };
    json!({
        "communes": table(&found.town.communes, &found.communes, &[]),
        "villages": table(&found.town.villages, &found.villages, &found.isolation),
    })
}

fn unit(place: &Place, hit: &UnitImpact, cut: Option<&Isolation>, plane: &Plane) -> Json {
    let deepest = hit.deepest.as_ref().and_then(|it| {
        let at = position(plane, it.at)?;
        Some(json!({ "at": at, "depth_m": rounded(it.depth_m, 2), "level_m": it.level_m.map(|it| rounded(it, 2)) }))
    });
    let cut_off: Option<Vec<Json>> = cut.map(|it| it.cut_off.iter().map(spell).collect());
    json!({
        "code": place.label.code,
        "name": place.label.name,
        "people_total": place.unit.people,
        "people": rounded(hit.people, 0),
        "households": rounded(hit.households, 0),
        "vulnerable": rounded(hit.vulnerable, 0),
        "buildings": hit.tally.buildings,
        "buildings_flooded": hit.tally.affected,
        "floors_flooded": hit.tally.floor_flooded,
        "buildings_by_depth": hit.tally.by_depth,
        "flooded_ha": rounded(hit.flooded.flooded_m2() / 1e4, 2),
        "land_ha": rounded(hit.flooded.land_m2 / 1e4, 2),
        "deepest": deepest,
        "first_h": hit.water.map(|it| hours(it.from_s)),
        "last_h": hit.water.and_then(|it| it.to_s).map(hours),
        "peak_h": hit.deepest.as_ref().and_then(|it| it.peak_s).map(hours),
        "cut_off": cut_off,
    })
}

fn water(water: &Water) -> Json {
    json!({
        "depth_m": rounded(water.depth_m, 2),
        "level_m": water.level_m.map(|it| rounded(it, 2)),
        "speed_m_s": rounded(water.speed_m_s, 2),
        "arrival_h": water.arrival_s().map(hours),
        "peak_h": water.peak_s.map(hours),
        "duration_h": hours(water.duration_s[1]),
        "hazard": water.danger.map(Danger::class),
        "arr": water.arr.map(|class| class.number()),
    })
}

fn buildings(found: &Found, plane: &Plane) -> Json {
    let town = &found.town;
    let all = found.buildings.impacts.iter().zip(&town.buildings).zip(&town.building_labels);
    let hit = all.filter(|((hit, _), _)| hit.is_affected);
    let features = hit.filter_map(|((hit, building), label)| {
        let BuildingImpact { people, households, over_floor_m, .. } = hit;
        let mut properties = hit.water.as_ref().map(water)?;
        properties["name"] = label.name.as_str().into();
        properties["address"] = label.note.as_str().into();
        properties["people"] = json!(rounded(*people, 1));
        properties["households"] = json!(rounded(*households, 1));
        properties["floor_flooded"] = hit.is_floor_flooded().into();
        properties["over_floor_m"] = json!(rounded(*over_floor_m, 2));
        feature(&label.id, area(plane, &building.footprint)?, properties)
    });
    collection(features)
}

fn roads(found: &Found, plane: &Plane) -> Json {
    let one = |(vehicle, closure): (Vehicle, &Closure)| {
        let label = &found.town.road_labels[closure.road];
        let line: Option<Vec<_>> = closure.line.coords().map(|c| position(plane, *c)).collect();
        let spells: Vec<Json> = closure.spells.iter().map(spell).collect();
        let (vi, en) = vehicle.title();
        let properties = json!({
            "name": label.name,
            "class": label.note,
            "vehicle": vehicle.id(),
            "vehicle_title": { "vi": vi, "en": en },
            "closed": spells,
            "closed_from_h": closure.hull().map(|it| hours(it.from_s)),
            "closed_to_h": closure.hull().and_then(|it| it.to_s).map(hours),
            "depth_m": rounded(closure.depth_m, 2),
            "length_m": rounded(closure.length_m(), 0),
        });
        feature(&label.id, json!({ "type": "LineString", "coordinates": line? }), properties)
    };
    let all =
        found.closures.iter().flat_map(|(vehicle, list)| list.iter().map(|it| (*vehicle, it)));
    collection(all.filter_map(one))
}

fn facilities(found: &Found, plane: &Plane) -> Json {
    let one = |(site, hit): (&super::super::town::Site, &sim::impact::FacilityImpact)| {
        let at = position(plane, site.at)?;
        let mut properties = hit.water.as_ref().map_or(json!({}), water);
        properties["name"] = site.label.name.as_str().into();
        properties["kind"] = site.label.note.as_str().into();
        properties["shelter"] = site.is_shelter.into();
        properties["capacity"] = json!(site.capacity);
        properties["wet"] = hit.is_wet.into();
        properties["fails"] = hit.fails.into();
        properties["outage"] = hit.outage.as_ref().map_or(Json::Null, spell);
        feature(&site.label.id, json!({ "type": "Point", "coordinates": at }), properties)
    };
    collection(found.town.sites.iter().zip(&found.facilities).filter_map(one))
}

/// Ways to shelters, and who is left without one (at the middle of their village, without geometry).
fn evacuation(found: &Found, plane: &Plane) -> Json {
    let (villages, sites) = (&found.town.villages, &found.town.sites);
    let groups = found.evacuation.groups.iter().filter_map(|group| {
        let line: Option<Vec<_>> = group.way.coords().map(|c| position(plane, *c)).collect();
        let shelter = &sites[*found.shelters.get(group.shelter)?];
        let properties = json!({
            "village": villages[group.origin].label.name,
            "shelter": shelter.label.name,
            "people": rounded(group.people, 0),
            "way_m": rounded(group.way_m, 0),
            "arrive_h": hours(group.arrive_s),
            "leave_by_h": group.leave_by_s.map(hours),
            "last_chance_h": group.last_chance_s.map(hours),
        });
        let geometry = json!({ "type": "LineString", "coordinates": line? });
        feature(&villages[group.origin].label.code, geometry, properties)
    });
    let left = found.evacuation.left.iter().filter_map(|left| {
        let reason = match left.reason {
            Reason::NoRoad => "no-road",
            Reason::TooLate => "too-late",
            Reason::NoWay => "no-way",
            Reason::Full => "full",
        };
        let label = &villages[left.origin].label;
        let properties =
            json!({ "village": label.name, "people": rounded(left.people, 0), "left": reason });
        feature(&label.code, Json::Null, properties)
    });
    collection(groups.chain(left))
}

fn collection(features: impl Iterator<Item = Json>) -> Json {
    json!({ "type": "FeatureCollection", "features": features.collect::<Vec<_>>() })
}

fn feature(id: &str, geometry: Json, properties: Json) -> Option<Json> {
    Some(json!({ "type": "Feature", "id": id, "geometry": geometry, "properties": properties }))
}

/// A place in longitude and latitude, to a centimetre.
fn position(plane: &Plane, at: Coord<f64>) -> Option<[f64; 2]> {
    plane.to_lon_lat(at).map(|[lon, lat]| [rounded(lon, 7), rounded(lat, 7)])
}

fn area(plane: &Plane, polygons: &MultiPolygon<f64>) -> Option<Json> {
    let Geometry::MultiPolygon(polygons) = plane.unproject(polygons.clone().into())? else {
        return None;
    };
    let ring = |ring: &geo_types::LineString<f64>| -> Json {
        ring.coords().map(|c| json!([rounded(c.x, 7), rounded(c.y, 7)])).collect()
    };
    let polygon = |polygon: &geo_types::Polygon<f64>| -> Json {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()
    };
    let coordinates: Json = polygons.0.iter().map(polygon).collect();
    Some(json!({ "type": "MultiPolygon", "coordinates": coordinates }))
}
