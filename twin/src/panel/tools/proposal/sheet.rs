//! What is proposed in numbers: the building in hand, to be changed, and what it comes to.

use bevy::prelude::*;
use bevy_egui::egui;

use crate::{
    panel::{
        drag,
        tools::measuring::{WARNING, area_text, metres, row, table},
    },
    proposals::{Metrics, Proposals, Shape},
    words::Language,
};

/// The building in hand, by numbers.
pub(super) fn one(
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

/// What it comes to.
pub(super) fn numbers(ui: &mut egui::Ui, id: &str, metrics: &Metrics, language: Language) {
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
