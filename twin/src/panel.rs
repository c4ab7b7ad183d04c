//! The panel beside the picture: clock, layers, flood, what is under the pointer.

pub(crate) mod estimate;
mod play;
mod sections;
mod tools;

use bevy::{prelude::*, window::PrimaryWindow};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui, input::EguiWantsInput};
use city::Bbox;
use datasets::codelists::CodeLists;

use crate::{
    axes,
    camera::{Hands, Rig, View},
    clock::VirtualClock,
    field::FieldView,
    flood::{FloodView, play::Player},
    inspect::{Pick, Ray, pick_cut},
    live::{Estimates, LiveState},
    scene::{Buildings, City, Hidden, Lamp},
    section::{Cutting, Underground},
    sky::Weather,
    words::Language,
};
pub use tools::{Tool, Toolbox, ToolsPlugin};

/// The panel, and picking with the mouse.
#[derive(Debug, Default)]
pub struct PanelPlugin;

impl Plugin for PanelPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Selected>()
            .insert_resource(Meanings(CodeLists::built_in().ok()))
            .add_systems(PreUpdate, hands)
            .add_systems(Update, select)
            .add_systems(EguiPrimaryContextPass, show)
            .add_plugins(ToolsPlugin);
        play::add(app);
    }
}

/// What was clicked.
#[derive(Debug, Default, Resource)]
pub struct Selected(pub Option<Pick>);

/// What codes mean.
#[derive(Debug, Resource)]
struct Meanings(Option<CodeLists>);

/// What egui takes, the camera leaves.
fn hands(wants: Option<Res<'_, EguiWantsInput>>, mut hands: ResMut<'_, Hands>) {
    let Some(wants) = wants else { return };
    hands.mouse_is_taken = wants.wants_any_pointer_input();
    hands.keys_are_taken = wants.wants_any_keyboard_input();
}

/// A click that did not turn the camera selects, or is the tool's that is in hand.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn select(
    buttons: Res<'_, ButtonInput<MouseButton>>,
    windows: Query<'_, '_, &Window, With<PrimaryWindow>>,
    cameras: Query<'_, '_, (&Camera, &GlobalTransform), With<Rig>>,
    hands: Res<'_, Hands>,
    (city, buildings): (Res<'_, City>, Res<'_, Buildings>),
    (cutting, below): (Res<'_, Cutting>, Res<'_, Underground>),
    mut selected: ResMut<'_, Selected>,
    mut toolbox: ResMut<'_, Toolbox>,
    (mut hand, mut player): (ResMut<'_, play::Hand>, ResMut<'_, Player>),
    mut pressed: Local<'_, Option<Vec2>>,
) {
    let cursor = windows.iter().next().and_then(Window::cursor_position);
    if buttons.just_pressed(MouseButton::Left) && !hands.mouse_is_taken {
        *pressed = cursor;
    }
    if !buttons.just_released(MouseButton::Left) {
        return;
    }
    let (Some(down), Some(up)) = (pressed.take(), cursor) else { return };
    if down.distance(up) > 4.0 {
        return;
    }
    let Some((camera, place)) = cameras.iter().next() else { return };
    let Ok(ray) = camera.viewport_to_world(place, up) else { return };
    let met = pick_cut(&local_ray(ray), &city, &buildings, &cutting, &below.0);
    let place = met.as_ref().map(|met| city.frame.to_lon_lat(met.at[0], met.at[1]).into());
    if !hand.click(place, &mut player) && !toolbox.click(met.as_ref()) {
        selected.0 = met;
    }
}

/// A ray of Bevy's in the local frame.
pub fn local_ray(ray: Ray3d) -> Ray {
    let (east, north, up) = axes::to_local(ray.origin);
    let (de, dn, du) = axes::to_local(*ray.direction);
    Ray { from: [east, north, up], towards: [de, dn, du] }
}

/// A number that is dragged or typed, written as the language writes it.
fn drag(value: &mut f64, language: Language, decimals: usize) -> egui::DragValue<'_> {
    let number = egui::DragValue::new(value).max_decimals(decimals);
    number
        .custom_formatter(move |it, _| language.number(it, decimals))
        .custom_parser(Language::read)
}

/// A window as high as what is in it, up to so much, with a bar to scroll by beyond that.
fn tall(
    window: egui::Window<'_>,
    context: &egui::Context,
    most: f32,
    add: impl FnOnce(&mut egui::Ui),
) {
    // The title bar and the margins.
    const AROUND: f32 = 56.0;
    window.default_height(most).max_height(most).resizable(false).show(context, |ui| {
        let area = egui::ScrollArea::vertical().max_height(most - AROUND);
        area.auto_shrink([false, true]).show(ui, add);
    });
}

#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn show(
    mut contexts: EguiContexts<'_, '_>,
    city: Res<'_, City>,
    (state, estimates): (Res<'_, LiveState>, Res<'_, Estimates>),
    selected: Res<'_, Selected>,
    meanings: Res<'_, Meanings>,
    #[cfg(not(target_arch = "wasm32"))] runs: Option<Res<'_, crate::flood::RunsFolder>>,
    mut commands: Commands<'_, '_>,
    mut clock: ResMut<'_, VirtualClock>,
    mut hidden: ResMut<'_, Hidden>,
    mut language: ResMut<'_, Language>,
    flood: Option<ResMut<'_, FloodView>>,
    mut weather: ResMut<'_, Weather>,
    field: Option<Res<'_, FieldView>>,
    (mut rigs, lamps): (Query<'_, '_, &mut Rig>, Query<'_, '_, &Lamp>),
    mut frames: Local<'_, u32>,
) -> Result {
    *frames += 1;
    if *frames < 3 {
        return Ok(());
    }
    let context = contexts.ctx_mut()?;
    let (spoken, mut wanted) = (*language, hidden.0.clone());
    let window = egui::Window::new(spoken.title(&city.title))
        .id(egui::Id::new("dothi-panel"))
        .anchor(egui::Align2::LEFT_TOP, [8.0, 8.0])
        .default_width(290.0)
        .max_width(320.0);
    let most = context.content_rect().height() - 16.0;
    tall(window, context, most, |ui| {
        sections::head(ui, &state, &mut language);
        ui.separator();
        sections::clock(ui, &mut clock, spoken);
        let mut told = *weather;
        sections::weather(ui, &mut told, spoken);
        weather.set_if_neq(told);
        if let Some([lon, lat]) = sections::alerts(ui, &state, spoken) {
            for mut rig in &mut rigs {
                let distance_m = rig.view.distance_m.min(400.0);
                rig.view = View { lon, lat, distance_m, ..rig.view.clone() };
            }
        }
        ui.separator();
        sections::layers(ui, &city, &mut wanted, spoken);
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(chosen) = sections::choose_run(ui, runs.as_deref(), spoken) {
            commands.insert_resource(chosen);
        }
        let around = rigs.iter().next().map(|rig| {
            let (x, y) = city.frame.from_lon_lat(rig.view.lon, rig.view.lat);
            let half = 200.0;
            Bbox { min_x: x - half, min_y: y - half, max_x: x + half, max_y: y + half }
        });
        let (run, painted) = (flood.as_deref(), field.as_deref());
        sections::fields(ui, &mut commands, run, painted, &lamps, around, spoken);
        sections::flood(ui, &mut commands, flood, spoken);
        ui.separator();
        let live = (&*state, &*estimates);
        sections::selected(ui, &city, live, &clock, selected.0, meanings.0.as_ref(), spoken);
    });
    if hidden.0 != wanted {
        hidden.0 = wanted;
    }
    Ok(())
}
