//! What is drawn of proposals, and the city without what is gone for them.

use std::collections::{BTreeSet, HashSet};

use bevy::prelude::*;
use city::Role;
use geo::{BoundingRect, Contains};
use geo_types::{Point, Polygon};

use super::Proposals;
use crate::{
    axes,
    models::{image_of, material_of, mesh_of},
    scene::{
        BuildingTile, Buildings, CityMaterials, Drawn, Hidden, PlainMaterial, building, shape,
        tile_of,
    },
};

/// Draws what is proposed, and the buildings and trees that stay.
#[derive(Debug, Default)]
pub struct ProposalDrawingPlugin;

impl Plugin for ProposalDrawingPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(PostUpdate, (draw, take_buildings, take_trees));
    }
}

/// Marks what is drawn of a proposal.
#[derive(Debug, Component)]
struct OfProposal;

#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn draw(
    mut commands: Commands<'_, '_>,
    proposals: Res<'_, Proposals>,
    buildings: Res<'_, Buildings>,
    materials: Res<'_, CityMaterials>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut images: ResMut<'_, Assets<Image>>,
    mut plain: ResMut<'_, Assets<PlainMaterial>>,
    old: Query<'_, '_, Entity, With<OfProposal>>,
) {
    if !buildings.is_changed() {
        return;
    }
    old.iter().for_each(|entity| commands.entity(entity).despawn());
    for stood in &proposals.stood {
        if let Some(form) = &stood.form {
            let Some(first) = form.outline.exterior().0.first() else { continue };
            let origin = (first.x, first.y);
            let mut shape = shape::Shape::default();
            building::append_solid(form, origin, &mut shape);
            commands.spawn((
                OfProposal,
                Drawn(Role::Other),
                Mesh3d(meshes.add(shape.into_mesh())),
                MeshMaterial3d(materials.facade.clone()),
                Transform::from_translation(axes::to_scene(origin.0, origin.1, 0.0)),
            ));
        }
        let Some(model) = &stood.model else { continue };
        let pictures: Vec<Option<Handle<Image>>> =
            model.pictures.iter().map(|it| image_of(it).map(|it| images.add(it))).collect();
        let [east, north, up] = model.origin;
        for sheet in &model.sheets {
            let Some(paint) = model.paints.get(sheet.paint) else { continue };
            let picture = paint.picture.and_then(|number| pictures.get(number)?.clone());
            commands.spawn((
                OfProposal,
                Drawn(Role::Other),
                Mesh3d(meshes.add(mesh_of(sheet))),
                MeshMaterial3d(plain.add(material_of(paint, picture))),
                Transform::from_translation(axes::to_scene(east, north, up)),
            ));
        }
    }
}

/// Draws the tiles anew in which a building is gone or has come back.
fn take_buildings(
    buildings: Res<'_, Buildings>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut tiles: Query<'_, '_, (&BuildingTile, &mut Mesh3d)>,
    mut gone: Local<'_, Option<HashSet<(usize, usize)>>>,
) {
    if !buildings.is_changed() {
        return;
    }
    let now = &buildings.besides().gone;
    // The first tiles were drawn without what was gone at the start.
    let before = gone.replace(now.clone()).unwrap_or_else(|| now.clone());
    let changed: HashSet<&(usize, usize)> = before.symmetric_difference(now).collect();
    if changed.is_empty() {
        return;
    }
    let forms = buildings.forms.iter().filter(|form| changed.contains(&form.source));
    let keys: BTreeSet<(i64, i64)> = forms.filter_map(BuildingTile::key_of).collect();
    for (tile, mut mesh) in &mut tiles {
        if keys.contains(&tile.0) {
            mesh.0 = meshes.add(tile_of(&buildings, tile.0).into_mesh());
        }
    }
}

/// Trees under what is proposed are gone with the buildings.
fn take_trees(
    proposals: Res<'_, Proposals>,
    buildings: Res<'_, Buildings>,
    hidden: Res<'_, Hidden>,
    mut drawn: Query<'_, '_, (&Drawn, &Transform, &mut Visibility)>,
    mut had_any: Local<'_, bool>,
) {
    if !buildings.is_changed() && !hidden.is_changed() {
        return;
    }
    let pairs = proposals.document.buildings.iter().zip(&proposals.stood);
    let outlines: Vec<&Polygon<f64>> =
        pairs.filter(|(it, _)| it.swaps).filter_map(|(_, stood)| stood.outline.as_ref()).collect();
    if outlines.is_empty() && !*had_any {
        return;
    }
    *had_any = !outlines.is_empty();
    let is_hidden = hidden.0.contains(&Role::Trees);
    for (role, place, mut visibility) in &mut drawn {
        if role.0 != Role::Trees {
            continue;
        }
        let (east, north, _) = axes::to_local(place.translation);
        let at = Point::new(east, north);
        let is_under = outlines.iter().any(|outline| {
            let near = outline.bounding_rect().is_some_and(|edges| edges.contains(&at));
            near && outline.contains(&at)
        });
        let wanted = if is_hidden || is_under { Visibility::Hidden } else { Visibility::Inherited };
        if *visibility != wanted {
            *visibility = wanted;
        }
    }
}
