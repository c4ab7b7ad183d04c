//! Two floods at once: which, how, and at what time.

use bevy::prelude::*;
use bevy_egui::egui;

use crate::{
    flood::{FloodRun, FloodView, Opposite, play::Kept},
    words::Language,
};

/// Two runs side by side, with a line between that is moved.
pub(super) fn compare(
    ui: &mut egui::Ui,
    commands: &mut Commands<'_, '_>,
    kept: &Kept,
    first: Option<&FloodView>,
    opposite: Option<ResMut<'_, Opposite>>,
    language: Language,
) {
    if kept.0.is_empty() && opposite.is_none() {
        return;
    }
    ui.separator();
    ui.strong(language.of("So sánh", "Compare"));
    let chosen = |ui: &mut egui::Ui, title: &str, now: Option<&FloodRun>| -> Option<FloodRun> {
        let mut chosen = None;
        ui.horizontal(|ui| {
            ui.label(title);
            let text = now.map_or("…", |run| run.name.as_str());
            egui::ComboBox::from_id_salt(title).selected_text(text).show_ui(ui, |ui| {
                for run in &kept.0 {
                    if ui
                        .selectable_label(now.is_some_and(|it| it.name == run.name), &run.name)
                        .clicked()
                    {
                        chosen = Some(run.clone());
                    }
                }
            });
        });
        chosen
    };
    if let Some(run) = chosen(ui, language.of("Bên trái", "Left"), first.map(|it| &it.run)) {
        let hours = run.hours();
        commands.insert_resource(FloodView::new(run, hours));
    }
    let right = opposite.as_ref().map(|it| &it.view.run);
    if let Some(run) = chosen(ui, language.of("Bên phải", "Right"), right) {
        let hours = first.map_or(run.hours(), |first| first.hours);
        commands.insert_resource(Opposite::new(FloodView::new(run, hours)));
    }
    let Some(mut opposite) = opposite else { return };
    let mut is_parted = opposite.is_parted;
    ui.horizontal(|ui| {
        ui.selectable_value(&mut is_parted, false, language.of("Vạch chia", "Line"));
        ui.selectable_value(&mut is_parted, true, language.of("Hai hình", "Side by side"));
    });
    if is_parted != opposite.is_parted {
        opposite.is_parted = is_parted;
    }
    let mut part = opposite.part;
    let slider = egui::Slider::new(&mut part, 0.02..=0.98).show_value(false);
    let slider = slider.text(language.of("vạch chia", "line between"));
    if !is_parted && ui.add(slider).changed() {
        opposite.part = part;
    }
    let mut is_together = opposite.is_together;
    if ui.checkbox(&mut is_together, language.of("Cùng giờ", "At the same time")).changed() {
        opposite.is_together = is_together;
    }
    if !opposite.is_together {
        let mut hours = opposite.view.hours;
        let slider = egui::Slider::new(&mut hours, 0.0..=opposite.view.run.hours().max(0.1))
            .custom_formatter(|hours, _| language.number(hours, 1))
            .custom_parser(Language::read);
        if ui.add(slider.text(language.of("giờ, bên phải", "hours, right"))).changed() {
            opposite.view.hours = hours;
        }
    }
    if ui.button(language.of("Thôi so sánh", "Stop comparing")).clicked() {
        commands.remove_resource::<Opposite>();
    }
}
