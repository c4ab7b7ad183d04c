//! The panel of what is proposed: place, move, turn, scale, swap, its numbers, and its file.

use std::sync::Arc;

use bevy::{
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};
use bevy_egui::egui;

use super::{
    Desk, Tool, Toolbox,
    measuring::{WARNING, area_text, metres, row, table},
};
use crate::{
    inspect::Picked,
    models::{self, Model},
    panel::{Selected, drag},
    proposals::{self, Metrics, Proposals, Proposed, Shape},
    scene::City,
    words::Language,
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
        one(ui, number, proposals, language);
    }
    if names.len() > 1 && proposals.is_shown {
        ui.separator();
        ui.strong(language.of("Toàn phương án", "All of it"));
        numbers(ui, "proposal-all", &proposals.total(), language);
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

/// The building in hand, by numbers.
fn one(
    ui: &mut egui::Ui,
    number: usize,
    proposals: &mut ResMut<'_, Proposals>,
    language: Language,
) {
    let Some(before) = proposals.document.buildings.get(number).cloned() else { return };
    let stood = proposals.stood.get(number);
    let (metrics, trouble) = (stood.map(|it| it.metrics), stood.and_then(|it| it.trouble.clone()));
    let mut now = before.clone();
    let mut is_removed = false;
    ui.separator();
    egui::Grid::new("proposal-one").num_columns(2).show(ui, |ui| {
        ui.label(language.of("Tên", "Name"));
        ui.add(egui::TextEdit::singleline(&mut now.name).desired_width(150.0));
        ui.end_row();
        let mut number = |vi: &str,
                          en: &str,
                          value: &mut f64,
                          range: std::ops::RangeInclusive<f64>,
                          unit: &str| {
            ui.label(language.of(vi, en));
            let decimals = if unit.is_empty() || unit == "°" { 0 } else { 2 };
            ui.add(drag(value, language, decimals).range(range).speed(0.1).suffix(unit));
            ui.end_row();
        };
        if let Shape::Box { width_m, depth_m } = &mut now.shape {
            number("Rộng", "Width", width_m, 0.5..=2_000.0, " m");
            number("Sâu", "Depth", depth_m, 0.5..=2_000.0, " m");
        }
        number("Hướng", "Heading", &mut now.heading_deg, -360.0..=360.0, "°");
        number("Tỷ lệ", "Scale", &mut now.scale, 0.01..=100.0, " ×");
        number("Số tầng", "Storeys", &mut now.storeys, 1.0..=180.0, "");
        if !matches!(now.shape, Shape::Model(_)) {
            number("Cao tầng", "Storey height", &mut now.storey_m, 2.0..=20.0, " m");
        }
        let mut has_ground = now.ground_m.is_some();
        ui.checkbox(&mut has_ground, language.of("Cao độ nền", "Ground level"));
        let usual = now.ground_m.unwrap_or(0.0);
        now.ground_m = has_ground.then_some(usual);
        if let Some(ground_m) = &mut now.ground_m {
            let number = drag(ground_m, language, 2).range(-500.0..=9_000.0);
            ui.add(number.speed(0.05).suffix(" m"));
        } else {
            ui.weak(language.of("theo địa hình", "as the terrain"));
        }
        ui.end_row();
        if !matches!(now.shape, Shape::Model(_)) {
            ui.label(language.of("Mái", "Roof"));
            egui::ComboBox::from_id_salt("proposal-roof")
                .selected_text(roof_name(&now.roof, language))
                .show_ui(ui, |ui| {
                    for code in ["flat", "gable", "hip", "shed"] {
                        ui.selectable_value(
                            &mut now.roof,
                            code.to_owned(),
                            roof_name(code, language),
                        );
                    }
                });
            ui.end_row();
        }
    });
    ui.checkbox(&mut now.swaps, language.of("Thay công trình bên dưới", "Swap what stands there"));
    ui.weak(language.of(
        "Kéo chấm: dời, xoay, phóng. Phím: I J K L dời, [ ] xoay, − = phóng, Shift nhanh hơn",
        "Drag the dots: move, turn, scale. Keys: I J K L move, [ ] turn, − = scale, Shift faster",
    ));
    if let Some(trouble) = trouble {
        ui.colored_label(WARNING, language.of(&trouble.vi, &trouble.en));
    }
    if let Some(metrics) = metrics {
        numbers(ui, "proposal-numbers", &metrics, language);
    }
    is_removed |= ui.button(language.of("Bỏ công trình này", "Remove this building")).clicked();
    if is_removed {
        proposals.document.buildings.remove(number);
        proposals.chosen = None;
    } else if now != before {
        proposals.document.buildings[number] = now;
    }
}

fn roof_name(code: &str, language: Language) -> &str {
    match code {
        "gable" => language.of("hai dốc", "gable"),
        "hip" => language.of("bốn dốc", "hip"),
        "shed" => language.of("một dốc", "shed"),
        "flat" => language.of("bằng", "flat"),
        other => other,
    }
}

fn numbers(ui: &mut egui::Ui, id: &str, metrics: &Metrics, language: Language) {
    table(ui, id, |ui| {
        row(
            ui,
            language.of("Diện tích xây dựng", "Footprint"),
            area_text(language, metrics.footprint_m2),
        );
        row(ui, language.of("Chiều cao", "Height"), metres(language, metrics.height_m));
        row(ui, language.of("Số tầng", "Storeys"), language.number(metrics.storeys, 0));
        row(
            ui,
            language.of("Tổng diện tích sàn", "Gross floor area"),
            area_text(language, metrics.floor_area_m2),
        );
        row(
            ui,
            language.of("Công trình thay thế", "Buildings replaced"),
            metrics.replaced.to_string(),
        );
        row(
            ui,
            language.of("Sàn bị thay thế", "Their floor area"),
            area_text(language, metrics.replaced_floor_area_m2),
        );
    });
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
