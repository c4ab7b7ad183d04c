//! The panel of what is proposed: place, move, turn, scale, swap, its numbers, and its file.

mod sheet;

use std::sync::Arc;

use bevy::{
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};
use bevy_egui::egui;

use super::{Desk, Tool, Toolbox, measuring::WARNING};
use crate::{
    inspect::Picked,
    models::{self, Model},
    panel::Selected,
    proposals::{self, Proposals, Proposed, Shape},
    scene::City,
};

/// What a click on the map does.
#[derive(Debug, Clone, Default, PartialEq)]
enum Mode {
    /// It selects.
    #[default]
    Select,
    /// It sets a box.
    Box,
    /// It is a corner of an outline.
    Outline,
    /// It sets a model that was read.
    Model(String),
}

/// What comes.
enum Coming {
    Proposal(Task<Result<(Proposals, Vec<proposals::ProposalError>), crate::TwinError>>),
    Model(Task<Result<(String, Model), models::ModelError>>),
}

/// The panel's own state.
#[derive(Default, Resource)]
pub(super) struct Drafting {
    mode: Mode,
    /// The model or proposal that is to be read.
    source: String,
    /// Where the proposal is kept.
    file: String,
    said: Option<(String, bool)>,
    coming: Option<Coming>,
}

/// An address as somebody types it: on a page a path is its server's.
fn address(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    if text.starts_with('/') {
        return format!("{}{text}", crate::browser::page::server());
    }
    text.trim().to_owned()
}

/// Takes what clicks set, and what was read.
pub(super) fn take(
    mut drafting: ResMut<'_, Drafting>,
    mut toolbox: ResMut<'_, Toolbox>,
    mut proposals: ResMut<'_, Proposals>,
    selected: Res<'_, Selected>,
    city: Res<'_, City>,
) {
    if toolbox.tool != Tool::Proposal {
        if drafting.mode != Mode::Select {
            drafting.mode = Mode::Select;
            toolbox.is_drawing = false;
        }
        return;
    }
    if selected.is_changed()
        && let Some(pick) = selected.0
        && let Picked::Feature(layer, place) = pick.what
        && Some(layer) == proposals.layer
    {
        proposals.bypass_change_detection().chosen = Some(place);
    }
    come(&mut drafting, &mut toolbox, &mut proposals);
    let Some(at) = toolbox.points().first().copied() else { return };
    let (lon, lat) = city.frame.to_lon_lat(at[0], at[1]);
    let set = Proposed::new(proposals.document.free_id(), lon, lat);
    match drafting.mode.clone() {
        Mode::Select | Mode::Outline => return,
        Mode::Box => add(&mut proposals, set),
        Mode::Model(name) => add(&mut proposals, Proposed { shape: Shape::Model(name), ..set }),
    }
    drafting.mode = Mode::Select;
    toolbox.is_drawing = false;
    toolbox.clear();
}

fn add(proposals: &mut Proposals, proposed: Proposed) {
    proposals.chosen = Some(proposals.document.buildings.len());
    proposals.is_shown = true;
    proposals.document.buildings.push(proposed);
}

/// Takes what was read beside the drawing.
fn come(drafting: &mut Drafting, toolbox: &mut Toolbox, proposals: &mut ResMut<'_, Proposals>) {
    match &mut drafting.coming {
        Some(Coming::Proposal(task)) => {
            let Some(read) = check_ready(task) else { return };
            drafting.said = match read {
                Ok((read, troubles)) => {
                    let layer = proposals.layer;
                    drafting.file = read.source.clone().unwrap_or_default();
                    **proposals = Proposals { layer, ..read };
                    troubles.first().map(|it| (it.to_string(), false))
                }
                Err(error) => Some((error.to_string(), false)),
            };
        }
        Some(Coming::Model(task)) => {
            let Some(read) = check_ready(task) else { return };
            match read {
                Ok((name, model)) => {
                    proposals.models.insert(name.clone(), Arc::new(model));
                    drafting.mode = Mode::Model(name);
                    toolbox.is_drawing = true;
                    drafting.said =
                        Some(("Bấm nơi đặt mô hình · Click where it stands".into(), true));
                }
                Err(error) => drafting.said = Some((error.to_string(), false)),
            }
        }
        None => return,
    }
    drafting.coming = None;
}

/// The panel.
pub(super) fn show(
    ui: &mut egui::Ui,
    toolbox: &mut Toolbox,
    desk: &Desk<'_>,
    proposals: &mut ResMut<'_, Proposals>,
    drafting: &mut Drafting,
) {
    let language = desk.language;
    begin(ui, toolbox, desk, proposals, drafting);
    let names: Vec<String> = proposals.document.buildings.iter().map(title).collect();
    let mut chosen = proposals.chosen;
    for (number, name) in names.iter().enumerate() {
        if ui.selectable_label(chosen == Some(number), name).clicked() {
            chosen = (chosen != Some(number)).then_some(number);
        }
    }
    if chosen != proposals.chosen {
        proposals.bypass_change_detection().chosen = chosen;
    }
    if !names.is_empty() {
        let mut is_shown = proposals.is_shown;
        let text =
            language.of("Hiện phương án (bỏ: hiện trạng)", "Show the proposal (off: as it is)");
        if ui.checkbox(&mut is_shown, text).changed() {
            proposals.is_shown = is_shown;
        }
    }
    if let Some(number) = chosen {
        sheet::one(ui, number, proposals, language);
    }
    if names.len() > 1 && proposals.is_shown {
        ui.separator();
        ui.strong(language.of("Toàn phương án", "All of it"));
        sheet::numbers(ui, "proposal-all", &proposals.total(), language);
    }
    ui.separator();
    file(ui, desk, proposals, drafting);
}

fn title(proposed: &Proposed) -> String {
    match proposed.name.is_empty() {
        true => proposed.id.clone(),
        false => format!("{} · {}", proposed.id, proposed.name),
    }
}

/// Buttons that set something new.
fn begin(
    ui: &mut egui::Ui,
    toolbox: &mut Toolbox,
    desk: &Desk<'_>,
    proposals: &mut ResMut<'_, Proposals>,
    drafting: &mut Drafting,
) {
    let language = desk.language;
    ui.horizontal_wrapped(|ui| {
        for (mode, vi, en) in
            [(Mode::Box, "Đặt khối", "Place a box"), (Mode::Outline, "Vẽ ranh", "Draw an outline")]
        {
            let is_held = drafting.mode == mode;
            if ui.selectable_label(is_held, language.of(vi, en)).clicked() {
                drafting.mode = if is_held { Mode::Select } else { mode };
                toolbox.clear();
                toolbox.is_drawing = !is_held;
            }
        }
        if drafting.mode == Mode::Outline && toolbox.points().len() >= 3 {
            let ring: Vec<[f64; 2]> = toolbox.points().iter().map(|at| [at[0], at[1]]).collect();
            if crate::tools::crosses_itself(&ring) {
                ui.colored_label(WARNING, language.of("Ranh tự cắt", "The outline crosses itself"));
            } else if ui.button(language.of("Xong", "Done")).clicked() {
                let mut proposed = Proposed::new(proposals.document.free_id(), 0.0, 0.0);
                proposed.take_ring(&ring, &desk.city.frame);
                add(proposals, proposed);
                drafting.mode = Mode::Select;
                toolbox.is_drawing = false;
                toolbox.clear();
            }
        }
    });
    match drafting.mode {
        Mode::Box | Mode::Model(_) => {
            ui.weak(language.of("Bấm nơi đặt", "Click where it stands"));
        }
        Mode::Outline => {
            ui.weak(language.of("Bấm từng góc, rồi “Xong”", "Click its corners, then “Done”"));
        }
        Mode::Select => {}
    }
}

/// Reading and keeping.
fn file(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    proposals: &mut ResMut<'_, Proposals>,
    drafting: &mut Drafting,
) {
    let language = desk.language;
    let hint = language
        .of("tệp hay địa chỉ (.json, .glb, CityJSON…)", "file or address (.json, .glb, CityJSON…)");
    ui.add(
        egui::TextEdit::singleline(&mut drafting.source)
            .hint_text(hint)
            .desired_width(f32::INFINITY),
    );
    let is_free = drafting.coming.is_none() && !drafting.source.trim().is_empty();
    ui.horizontal(|ui| {
        if ui
            .add_enabled(is_free, egui::Button::new(language.of("Mở phương án", "Open proposal")))
            .clicked()
        {
            let (source, city) = (address(&drafting.source), desk.city.0.clone());
            let task = async move { proposals::open(&source, &city).await };
            drafting.coming = Some(Coming::Proposal(AsyncComputeTaskPool::get().spawn(task)));
            drafting.said = None;
        }
        if ui
            .add_enabled(is_free, egui::Button::new(language.of("Đặt mô hình", "Place model")))
            .clicked()
        {
            let (source, city) = (address(&drafting.source), desk.city.0.clone());
            let task =
                async move { models::read(&source, &city).await.map(|model| (source, model)) };
            drafting.coming = Some(Coming::Model(AsyncComputeTaskPool::get().spawn(task)));
            drafting.said = None;
        }
    });
    if drafting.coming.is_some() {
        ui.weak(language.of("Đang đọc…", "Reading…"));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if !proposals.document.buildings.is_empty() {
        if drafting.file.is_empty() {
            drafting.file =
                proposals.source.clone().filter(|it| !it.contains("://")).unwrap_or_else(|| {
                    let folder = crate::tools::file_of_person();
                    let beside = folder.map(|it| it.with_file_name("phuong-an.json"));
                    beside.map_or_else(|| "phuong-an.json".into(), |it| it.display().to_string())
                });
        }
        ui.horizontal(|ui| {
            ui.add(egui::TextEdit::singleline(&mut drafting.file).desired_width(190.0));
            if ui.button(language.of("Lưu", "Save")).clicked() {
                let file = std::path::PathBuf::from(drafting.file.trim());
                drafting.said = Some(match proposals::save(&proposals.document, &file) {
                    Ok(()) => {
                        (format!("{} {}", language.of("Đã lưu", "Saved"), file.display()), true)
                    }
                    Err(error) => (error.to_string(), false),
                });
            }
        });
    }
    #[cfg(target_arch = "wasm32")]
    if !proposals.document.buildings.is_empty() {
        let _ = &proposals;
        ui.weak(language.of("Giữ đến khi đóng trang", "Kept as long as the page is open"));
    }
    match &drafting.said {
        Some((text, true)) => drop(ui.weak(text)),
        Some((text, false)) => drop(ui.colored_label(WARNING, text)),
        None => {}
    }
}
