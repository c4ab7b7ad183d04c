//! Lengths, heights, areas and profiles.

use bevy_egui::egui;

use super::{Desk, Toolbox, chart, toolbox::Answer};
use crate::{tools, words::Language};

/// A line of a table: what, and how much.
pub(in crate::panel) fn row(ui: &mut egui::Ui, title: &str, value: impl Into<String>) {
    ui.label(title);
    ui.strong(value.into());
    ui.end_row();
}

pub(super) fn table(ui: &mut egui::Ui, name: &str, add: impl FnOnce(&mut egui::Ui)) {
    egui::Grid::new(name).num_columns(2).striped(true).show(ui, add);
}

/// Metres, or kilometres where they are many.
pub(super) fn metres(language: Language, metres: f64) -> String {
    match metres.abs() {
        0.0..10_000.0 => format!("{} m", language.number(metres, 2)),
        _ => format!("{} km", language.number(metres / 1000.0, 3)),
    }
}

/// Square metres, or hectares where they are many.
pub(super) fn area_text(language: Language, area_m2: f64) -> String {
    match area_m2 {
        0.0..10_000.0 => format!("{} m²", language.number(area_m2, 1)),
        _ => format!("{} ha", language.number(area_m2 / 10_000.0, 3)),
    }
}

fn plan(toolbox: &Toolbox) -> Vec<[f64; 2]> {
    toolbox.points().iter().map(|at| [at[0], at[1]]).collect()
}

pub(super) fn distance(ui: &mut egui::Ui, toolbox: &Toolbox, desk: &Desk<'_>) {
    let (language, points) = (desk.language, toolbox.points());
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    if points.len() < 2 {
        return;
    }
    let plan = plan(toolbox);
    let through_air: f64 = points.windows(2).map(|it| tools::distance_m(it[0], it[1])).sum();
    let on_map: f64 = plan.windows(2).map(|it| tools::plan_distance_m(it[0], it[1])).sum();
    let heights = &desk.city.heights;
    let on_ground: f64 =
        plan.windows(2).map(|it| tools::along_ground_m(heights, it[0], it[1])).sum();
    table(ui, "distance", |ui| {
        row(ui, language.of("Trong không gian", "Through the air"), metres(language, through_air));
        row(ui, language.of("Trên bản đồ", "On the map"), metres(language, on_map));
        row(ui, language.of("Theo mặt đất", "Along the ground"), metres(language, on_ground));
        row(
            ui,
            language.of("Chênh cao", "Difference of height"),
            metres(language, last[2] - first[2]),
        );
    });
}

pub(super) fn height(ui: &mut egui::Ui, toolbox: &Toolbox, desk: &Desk<'_>) {
    let language = desk.language;
    let ground = |at: &[f64; 3]| desk.city.heights.at(at[0], at[1]);
    table(ui, "height", |ui| match toolbox.points() {
        [] => {}
        [at] => {
            row(ui, language.of("Cao độ", "Elevation"), metres(language, at[2]));
            row(ui, language.of("Mặt đất", "Ground"), metres(language, ground(at)));
            row(
                ui,
                language.of("Trên mặt đất", "Above the ground"),
                metres(language, at[2] - ground(at)),
            );
        }
        [from, .., to] => {
            row(
                ui,
                language.of("Chênh cao", "Difference of height"),
                metres(language, to[2] - from[2]),
            );
            let flat_m = tools::plan_distance_m([from[0], from[1]], [to[0], to[1]]);
            row(ui, language.of("Khoảng cách ngang", "On the map"), metres(language, flat_m));
            if flat_m > 0.01 {
                let percent = (to[2] - from[2]) / flat_m * 100.0;
                row(
                    ui,
                    language.of("Độ dốc", "Slope"),
                    format!("{} %", language.number(percent, 1)),
                );
            }
        }
    });
}

pub(super) fn area(ui: &mut egui::Ui, toolbox: &Toolbox, desk: &Desk<'_>) {
    let (language, ring) = (desk.language, plan(toolbox));
    if ring.len() < 3 {
        return;
    }
    if tools::crosses_itself(&ring) {
        ui.colored_label(WARNING, language.of("Ranh tự cắt", "The outline crosses itself"));
        return;
    }
    let around: f64 = ring
        .iter()
        .zip(ring.iter().cycle().skip(1))
        .map(|(from, to)| tools::plan_distance_m(*from, *to))
        .sum();
    table(ui, "area", |ui| {
        row(ui, language.of("Diện tích", "Area"), area_text(language, tools::area_m2(&ring)));
        row(ui, language.of("Chu vi", "Around it"), metres(language, around));
    });
}

/// What is wrong.
pub(in crate::panel) const WARNING: egui::Color32 = egui::Color32::from_rgb(255, 160, 110);

pub(super) fn profile(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &Desk<'_>) {
    let language = desk.language;
    let Answer::Profile(made) = &toolbox.answer else { return };
    let pointed = chart::profile(ui, made, language);
    table(ui, "profile", |ui| {
        row(
            ui,
            language.of("Dài trên bản đồ", "Length on the map"),
            metres(language, made.length_m),
        );
        row(
            ui,
            language.of("Dài theo mặt đất", "Along the ground"),
            metres(language, made.ground_length_m),
        );
        let (low, high) = made.range_m;
        let text = format!("{} – {} m", language.number(low, 2), language.number(high, 2));
        row(ui, language.of("Cao độ mặt đất", "Elevation"), text);
        let text = format!(
            "+{} / −{} m",
            language.number(made.climb_m, 2),
            language.number(made.descent_m, 2)
        );
        row(ui, language.of("Lên / xuống", "Up and down"), text);
        let text = format!("{} %", language.number(made.steepest * 100.0, 1));
        row(ui, language.of("Dốc nhất", "Steepest"), text);
    });
    toolbox.pointed = pointed;
}
