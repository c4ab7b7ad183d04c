//! Proposals that are changed, and the city that follows; it draws nothing.

use std::sync::Arc;

use bevy::prelude::*;

use super::Proposals;
use crate::{
    models::Models,
    scene::{Added, Buildings, City},
};

/// Keeps the city in step with what is proposed.
#[derive(Debug, Default)]
pub struct ProposalsPlugin;

impl Plugin for ProposalsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Proposals>().init_resource::<Models>().add_systems(Update, settle);
    }
}

/// Stands anew what was changed.
fn settle(
    mut proposals: ResMut<'_, Proposals>,
    models: Res<'_, Models>,
    mut city: ResMut<'_, City>,
    mut buildings: ResMut<'_, Buildings>,
) {
    if !proposals.is_changed() && !models.is_changed() {
        return;
    }
    // A twin without a proposal has no layer of them.
    let has_any = proposals.layer.is_some() || !proposals.document.buildings.is_empty();
    if !has_any && !models.is_changed() {
        return;
    }
    if has_any {
        let proposals = proposals.bypass_change_detection();
        // A tool that works beside the drawing keeps the city as it was.
        proposals.stand(Arc::make_mut(&mut city.0), &buildings);
    }
    let mut added = Added::of(&models);
    proposals.add_to(&mut added);
    *buildings = buildings.with(added);
}
