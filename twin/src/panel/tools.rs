//! The tools beside the picture: what is measured by clicks, how the sun shines, what is seen, which earth is
//! moved, where one has been and where one wants to go.

mod chart;
mod drawn;
mod earth;
mod handles;
mod light;
mod measuring;
mod places;
mod proposal;
mod section;
mod toolbox;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

use super::{Selected, tall};
use crate::{
    camera::{Hands, Rig},
    clock::VirtualClock,
    proposals::Proposals,
    scene::{Buildings, City},
    words::Language,
};
pub(super) use drawn::ToolLines;
pub(super) use measuring::{WARNING, row};
pub(super) use places::Places;
pub use toolbox::{Tool, Toolbox};

/// Where windows at the right begin: on a page below the link to the map.
pub(super) const TOP: f32 = if cfg!(target_arch = "wasm32") { 52.0 } else { 8.0 };

/// The tools of a window or a page. They draw nothing until somebody uses them.
#[derive(Debug, Default)]
pub struct ToolsPlugin;

impl Plugin for ToolsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Toolbox>()
            .init_resource::<proposal::Drafting>()
            .insert_resource(Places::of_person())
            .init_gizmo_group::<drawn::ToolLines>()
            .add_systems(Startup, drawn::set_lines)
            .add_systems(
                PreUpdate,
                handles::drag.after(super::hands).after(bevy::input::InputSystems),
            )
            .add_systems(Update, (give_up, answer, drawn::lines, drawn::patch).chain())
            .add_systems(
                Update,
                (proposal::take, section::take, handles::press, handles::draw).chain(),
            )
            .add_systems(EguiPrimaryContextPass, (drawn::labels, show).chain());
    }
}

/// Escape takes the last click back, then the tool.
fn give_up(
    keys: Res<'_, ButtonInput<KeyCode>>,
    hands: Res<'_, Hands>,
    mut toolbox: ResMut<'_, Toolbox>,
) {
    if keys.just_pressed(KeyCode::Escape) && !hands.keys_are_taken {
        toolbox.step_back();
    }
}

/// Works out what was asked, beside the drawing where it takes long.
fn answer(city: Res<'_, City>, buildings: Res<'_, Buildings>, mut toolbox: ResMut<'_, Toolbox>) {
    if toolbox.is_waiting() {
        toolbox.answer(&city, &buildings);
    }
}

/// What the panel reads and changes.
struct Desk<'a> {
    city: &'a City,
    buildings: &'a Buildings,
    selected: &'a mut Selected,
    clock: &'a mut VirtualClock,
    rig: Option<Mut<'a, Rig>>,
    language: Language,
}

#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn show(
    mut contexts: EguiContexts<'_, '_>,
    city: Res<'_, City>,
    buildings: Res<'_, Buildings>,
    language: Res<'_, Language>,
    mut selected: ResMut<'_, Selected>,
    mut clock: ResMut<'_, VirtualClock>,
    mut rigs: Query<'_, '_, &mut Rig>,
    mut toolbox: ResMut<'_, Toolbox>,
    mut places: ResMut<'_, Places>,
    (mut proposals, mut drafting): (ResMut<'_, Proposals>, ResMut<'_, proposal::Drafting>),
    mut stage: places::Stage<'_, '_>,
    mut frames: Local<'_, u32>,
) -> Result {
    *frames += 1;
    if *frames < 3 {
        return Ok(());
    }
    let context = contexts.ctx_mut()?;
    let mut desk = Desk {
        city: &city,
        buildings: &buildings,
        selected: &mut selected,
        clock: &mut clock,
        rig: rigs.iter_mut().next(),
        language: *language,
    };
    let window = egui::Window::new(desk.language.of("Công cụ", "Tools"))
        .id(egui::Id::new("dothi-tools"))
        .anchor(egui::Align2::RIGHT_TOP, [-8.0, TOP])
        .default_open(false)
        .default_width(300.0)
        .max_width(330.0);
    let most = context.content_rect().height() - TOP - 52.0;
    tall(window, context, most, |ui| {
        choose(ui, &mut toolbox, desk.language);
        used(ui, &mut toolbox, &mut desk);
        if toolbox.tool == Tool::Proposal {
            proposal::show(ui, &mut toolbox, &desk, &mut proposals, &mut drafting);
        }
        if toolbox.tool == Tool::Section {
            section::show(ui, &desk, &mut stage.cutting);
        }
        ui.separator();
        places::search(ui, &mut places, &mut desk);
        places::bookmarks(ui, &mut places, &mut desk, &mut stage);
    });
    places::story(context, &mut places, &mut desk, &mut stage);
    Ok(())
}

/// Which tool is in hand.
fn choose(ui: &mut egui::Ui, toolbox: &mut Toolbox, language: Language) {
    ui.horizontal_wrapped(|ui| {
        for tool in Tool::ALL {
            let (vi, en) = tool.title();
            let is_held = toolbox.tool == tool;
            if ui.selectable_label(is_held, language.of(vi, en)).clicked() {
                toolbox.take(if is_held { Tool::None } else { tool });
            }
        }
    });
}

/// What the tool in hand says.
fn used(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &mut Desk<'_>) {
    if toolbox.tool == Tool::None {
        return;
    }
    ui.separator();
    let (vi, en) = toolbox.tool.advice();
    ui.weak(desk.language.of(vi, en));
    match toolbox.tool {
        Tool::None | Tool::Proposal | Tool::Section => {}
        Tool::Distance => measuring::distance(ui, toolbox, desk),
        Tool::Height => measuring::height(ui, toolbox, desk),
        Tool::Area => measuring::area(ui, toolbox, desk),
        Tool::Profile => measuring::profile(ui, toolbox, desk),
        Tool::Earthwork => earth::show(ui, toolbox, desk),
        Tool::Sight => light::sight(ui, toolbox, desk),
        Tool::Viewshed => light::viewshed(ui, toolbox, desk),
        Tool::Shadows => light::shadows(ui, toolbox, desk),
    }
    if toolbox.points().is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        if ui.button(desk.language.of("Bỏ điểm cuối", "Undo point")).clicked() {
            toolbox.step_back();
        }
        if ui.button(desk.language.of("Xoá", "Clear")).clicked() {
            toolbox.clear();
        }
    });
}
