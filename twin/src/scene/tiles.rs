//! The city's solids merged by tile, so that a hundred thousand buildings are a few hundred drawings.

use std::collections::BTreeMap;

use bevy::mesh::Mesh;
use city::Role;
use rayon::prelude::*;

use super::{
    building::{BuildingForm, Buildings, append_solid},
    lamp::{LampForm, append_pole},
    road::{self, Junctions, RoadForm},
    shape::Shape,
};
use crate::model::CityModel;

/// Side of a tile, m.
const TILE_M: f64 = 500.0;

/// A tile's triangles, relative to its middle.
#[derive(Debug)]
pub(super) struct Tile {
    /// East and north of its middle, m.
    pub(super) origin: (f64, f64),
    pub(super) mesh: Mesh,
}

impl Tile {
    /// A tile as Bevy has it; `None` without triangles.
    fn of(origin: (f64, f64), shape: Shape) -> Option<Self> {
        (!shape.is_empty()).then(|| Self { origin, mesh: shape.into_mesh() })
    }
}

pub(super) type Key = (i64, i64);

pub(super) fn key(east: f64, north: f64) -> Key {
    ((east / TILE_M).floor() as i64, (north / TILE_M).floor() as i64)
}

/// East and north of a tile's middle, m.
pub(super) fn middle(key: Key) -> (f64, f64) {
    ((key.0 as f64 + 0.5) * TILE_M, (key.1 as f64 + 0.5) * TILE_M)
}

/// Tiles of things that each belong to one tile, filled on all threads.
fn tiles<T: Sync>(
    things: &[T],
    place: impl Fn(&T) -> Option<(f64, f64)>,
    fill: impl Fn(&T, (f64, f64), &mut Shape) + Sync,
) -> Vec<Tile> {
    let mut groups: BTreeMap<Key, Vec<&T>> = BTreeMap::new();
    for thing in things {
        if let Some((east, north)) = place(thing) {
            groups.entry(key(east, north)).or_default().push(thing);
        }
    }
    let filled = groups.into_par_iter().filter_map(|(key, things)| {
        let origin = middle(key);
        let mut shape = Shape::default();
        things.into_iter().for_each(|thing| fill(thing, origin, &mut shape));
        Tile::of(origin, shape)
    });
    filled.collect()
}

/// Where a building counts: its first corner.
pub(super) fn corner(form: &BuildingForm) -> Option<(f64, f64)> {
    let at = form.outline.exterior().0.first()?;
    Some((at.x, at.y))
}

/// A tile, and the buildings of it by their positions.
pub(super) type Group = (Key, Vec<usize>);

/// Which buildings stand in which tile.
pub(super) fn groups(buildings: &Buildings) -> Vec<Group> {
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (place, form) in buildings.forms.iter().enumerate() {
        if let Some((east, north)) = corner(form) {
            groups.entry(key(east, north)).or_default().push(place);
        }
    }
    groups.into_iter().collect()
}

/// The buildings of tiles, without those that are gone.
pub(super) fn of_groups(buildings: &Buildings, groups: &[Group]) -> Vec<Tile> {
    let filled = groups.par_iter().filter_map(|(key, places)| {
        let forms = places.iter().filter_map(|place| buildings.forms.get(*place));
        Tile::of(middle(*key), filled(buildings, *key, forms))
    });
    filled.collect()
}

/// The buildings of one tile that are not gone.
pub(crate) fn of_key(buildings: &Buildings, tile: Key) -> Shape {
    let here = |form: &&BuildingForm| corner(form).is_some_and(|at| key(at.0, at.1) == tile);
    filled(buildings, tile, buildings.forms.iter().filter(here))
}

fn filled<'a>(
    buildings: &Buildings,
    tile: Key,
    forms: impl Iterator<Item = &'a BuildingForm>,
) -> Shape {
    let mut shape = Shape::default();
    let standing = forms.filter(|form| !buildings.is_gone(form));
    standing.for_each(|form| append_solid(form, middle(tile), &mut shape));
    shape
}

/// Poles of lamps.
pub(super) fn of_poles(lamps: &[LampForm]) -> Vec<Tile> {
    tiles(lamps, |form| Some((form.foot.0, form.foot.1)), append_pole)
}

/// Roads and bridges: what is paved, and the concrete of bridges.
pub(super) fn of_roads(model: &CityModel) -> (Vec<Tile>, Vec<Tile>) {
    let junctions = Junctions::of(model);
    let decks = road::decks(model);
    let lines: Vec<_> = model
        .of(Role::Roads)
        .flat_map(|layer| {
            layer.features.iter().flat_map(move |feature| {
                let form = RoadForm::of(layer, feature);
                let is_bridge = layer.is(feature, "bridge");
                feature.lines().iter().map(move |line| (line, form, is_bridge))
            })
        })
        .collect();
    let (bridges, ways): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.2);
    let first = |line: &geo_types::LineString<f64>| line.0.first().map(|at| (at.x, at.y));
    let mut paved = tiles(
        &ways,
        |(line, ..)| first(line),
        |(line, form, _), origin, shape| {
            road::append_road(line, *form, &junctions, &model.heights, origin, shape);
        },
    );
    let mut concrete = Vec::new();
    for (line, form, _) in bridges {
        let Some((east, north)) = first(line) else { continue };
        let origin = middle(key(east, north));
        let (mut deck, mut body) = (Shape::default(), Shape::default());
        road::append_bridge(line, form, &decks, &model.heights, origin, (&mut deck, &mut body));
        paved.extend(Tile::of(origin, deck));
        concrete.extend(Tile::of(origin, body));
    }
    (paved, concrete)
}
