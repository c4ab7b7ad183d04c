//! What is in the hand, and what stands already.

use bevy_egui::egui;

use super::hand::{Hand, Placing};
use crate::{flood::play::Player, panel::drag, words::Language};

/// What is in the hand, and what stands.
pub(super) fn place(ui: &mut egui::Ui, player: &mut Player, hand: &mut Hand, language: Language) {
    ui.horizontal_wrapped(|ui| {
        for placing in Placing::ALL {
            let is_held = hand.holds == Some(placing);
            if ui.selectable_label(is_held, placing.title(language)).clicked() {
                hand.holds = (!is_held).then_some(placing);
                hand.points.clear();
            }
        }
    });
    let Some(holds) = hand.holds else { return standing(ui, player, language) };
    ui.weak(holds.advice(language));
    ui.horizontal(|ui| {
        let (value, range, unit) = match holds {
            Placing::Source => (&mut hand.discharge_m3_s, 0.1..=10_000.0, " m³/s"),
            Placing::Wall => (&mut hand.height_m, 0.1..=20.0, " m"),
            Placing::Breach => (&mut hand.width_m, 1.0..=500.0, " m"),
            Placing::Pump => (&mut hand.capacity_m3_s, 0.01..=100.0, " m³/s"),
        };
        let decimals = if holds == Placing::Pump { 2 } else { 1 };
        ui.add(drag(value, language, decimals).range(range).speed(0.1).suffix(unit));
        let is_enough = match holds {
            Placing::Wall => hand.points.len() > 1,
            Placing::Pump => hand.points.len() == 1,
            Placing::Source | Placing::Breach => false,
        };
        if ui.add_enabled(is_enough, egui::Button::new(language.of("Xong", "Done"))).clicked() {
            hand.place(player);
        }
    });
    standing(ui, player, language);
}

/// What stands, each with a way to take it away.
fn standing(ui: &mut egui::Ui, player: &mut Player, language: Language) {
    let mut is_changed = false;
    let number = |value: f64, decimals: usize| language.number(value, decimals);
    let measures = &mut player.measures;
    let mut line = |ui: &mut egui::Ui, text: String| {
        let is_gone = ui.horizontal(|ui| {
            let is_gone =
                ui.small_button("×").on_hover_text(language.of("Xoá", "Remove")).clicked();
            ui.label(text);
            is_gone
        });
        is_changed |= is_gone.inner;
        !is_gone.inner
    };
    measures.sources.retain(|it| {
        let title = language.of("Nguồn nước", "Source");
        line(ui, format!("{title} {} m³/s", number(it.discharge_m3_s, 1)))
    });
    measures.walls.retain(|it| {
        let title = language.of("Tường, đê", "Wall, levee");
        let gaps = match it.breaches.len() {
            0 => String::new(),
            many => format!(" · {many} {}", language.of("chỗ vỡ", "breaches")),
        };
        line(ui, format!("{title} {} m{gaps}", number(it.height_m, 1)))
    });
    measures.pumps.retain(|it| {
        let title = language.of("Máy bơm", "Pump");
        line(ui, format!("{title} {} m³/s", number(it.capacity_m3_s, 2)))
    });
    if is_changed {
        player.change();
    }
}
