//! Earth that is cut and filled: to a level, or to a second terrain.

use bevy_egui::egui;

use super::{
    Desk, Toolbox,
    measuring::{WARNING, area_text, metres, row, table},
    toolbox::Answer,
};
use crate::{panel::drag, tools::Earthwork, words::Language};

/// The panel.
pub(super) fn show(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &Desk<'_>) {
    let language = desk.language;
    #[cfg(not(target_arch = "wasm32"))]
    let is_between = second::choose(ui, toolbox, desk);
    #[cfg(target_arch = "wasm32")]
    let is_between = false;
    if !is_between {
        goal(ui, toolbox, language);
    }
    match &toolbox.answer {
        Answer::Earthwork(made) => {
            let balance_m = made.balance_m;
            volumes(ui, made, language);
            let title = language.of("Lấy cao độ cân bằng", "Take the level of balance");
            if ui.button(title).clicked() {
                toolbox.level_m = balance_m;
                toolbox.ask();
            }
        }
        #[cfg(not(target_arch = "wasm32"))]
        Answer::Between(made) => second::volumes(ui, made, language),
        Answer::Trouble(vi, en) => {
            ui.colored_label(WARNING, language.of(vi, en));
        }
        _ => {}
    }
}

/// The level that ground is brought to, and its side slopes.
fn goal(ui: &mut egui::Ui, toolbox: &mut Toolbox, language: Language) {
    let (mut level_m, mut run) = (toolbox.level_m, toolbox.slope_run);
    ui.horizontal(|ui| {
        ui.label(language.of("Cao độ thiết kế", "Level"));
        let number =
            drag(&mut level_m, language, 2).speed(0.05).suffix(" m").range(-100.0..=4_000.0);
        ui.add(number);
    });
    ui.horizontal(|ui| {
        ui.label(language.of("Mái dốc 1 :", "Side slopes 1 :"));
        ui.add(drag(&mut run, language, 2).speed(0.05).range(0.0..=20.0));
        if run == 0.0 {
            ui.weak(language.of("không có", "none"));
        }
    });
    if (level_m, run) != (toolbox.level_m, toolbox.slope_run) {
        (toolbox.level_m, toolbox.slope_run) = (level_m, run);
        toolbox.ask();
    }
}

fn cubic(m3: f64, language: Language) -> String {
    format!("{} m³", language.number(m3, 0))
}

fn volumes(ui: &mut egui::Ui, made: &Earthwork, language: Language) {
    let net_m3 = made.fill_m3 - made.cut_m3;
    table(ui, "earthwork", |ui| {
        row(ui, language.of("Đào", "Cut"), cubic(made.cut_m3, language));
        row(ui, language.of("Đắp", "Fill"), cubic(made.fill_m3, language));
        row(ui, language.of("Đắp trừ đào", "Fill less cut"), cubic(net_m3, language));
        row(ui, language.of("Diện tích", "Area"), area_text(language, made.area_m2));
        let title = language.of("Cao độ cân bằng", "Level of balance");
        row(ui, title, metres(language, made.balance_m));
    });
}

/// A second terrain: a file that a window can read.
#[cfg(not(target_arch = "wasm32"))]
mod second {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::{SecondTerrain, tools::Between};

    /// A file and what came of it. Whether volumes are those against it.
    pub(super) fn choose(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &Desk<'_>) -> bool {
        let language = desk.language;
        let is_open = toolbox.second.terrain.is_some();
        ui.label(
            language.of("Địa hình thứ hai (tệp GeoTIFF)", "A second terrain (a GeoTIFF file)"),
        );
        let mut is_wanted = false;
        ui.horizontal(|ui| {
            let text = egui::TextEdit::singleline(&mut toolbox.second.file);
            let entered = ui.add_enabled(!is_open, text.desired_width(180.0));
            let is_entered =
                entered.lost_focus() && ui.input(|it| it.key_pressed(egui::Key::Enter));
            let title = match is_open {
                true => language.of("Bỏ", "Leave"),
                false => language.of("Mở", "Open"),
            };
            is_wanted = ui.button(title).clicked() || is_entered;
        });
        if is_wanted && is_open {
            toolbox.second.terrain = None;
            toolbox.ask();
        } else if is_wanted {
            let path = toolbox.second.file.trim();
            match SecondTerrain::open(Path::new(path), desk.city) {
                Ok(terrain) => {
                    toolbox.second.terrain = Some(Arc::new(terrain));
                    toolbox.second.trouble = None;
                    toolbox.ask();
                }
                Err(why) => toolbox.second.trouble = Some(why.to_string()),
            }
        }
        if let Some(why) = &toolbox.second.trouble {
            ui.colored_label(WARNING, why);
        }
        toolbox.second.terrain.is_some()
    }

    pub(super) fn volumes(ui: &mut egui::Ui, made: &Between, language: Language) {
        let work = &made.work;
        table(ui, "between", |ui| {
            row(ui, language.of("Đào", "Cut"), cubic(work.cut_m3, language));
            row(ui, language.of("Đắp", "Fill"), cubic(work.fill_m3, language));
            let net_m3 = work.fill_m3 - work.cut_m3;
            row(ui, language.of("Đắp trừ đào", "Fill less cut"), cubic(net_m3, language));
            row(ui, language.of("Diện tích", "Area"), area_text(language, work.area_m2));
            let title =
                language.of("Hiện trạng cao hơn, trung bình", "The ground is higher by, mean");
            row(ui, title, metres(language, work.balance_m));
            if made.unknown_m2 > 0.0 {
                let title = language.of("Ngoài tệp, không tính", "Beyond the file, left out");
                row(ui, title, area_text(language, made.unknown_m2));
            }
        });
    }
}
