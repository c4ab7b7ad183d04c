//! The panel's parts.

use bevy::prelude::*;
use bevy_egui::egui;
use city::Role;
use datasets::codelists::CodeLists;

use crate::{
    clock::{Pace, VirtualClock, wall_now},
    field::{FieldView, LuxField, Worst, WorstField},
    flood::{self, FloodView},
    inspect::{Pick, Picked, rows},
    live::{Estimates, Link, LiveState, Provenance, is_over},
    model::CityModel,
    scene::Lamp,
    sky::Weather,
    words::Language,
};

/// Language and the state of the connection.
pub(super) fn head(ui: &mut egui::Ui, state: &LiveState, language: &mut Language) {
    ui.horizontal(|ui| {
        ui.selectable_value(language, Language::Vi, "Tiếng Việt");
        ui.selectable_value(language, Language::En, "English");
    });
    let (text, tone) = match &state.link {
        Link::Absent => {
            (language.of("Không có dữ liệu trực tuyến", "No live data"), egui::Color32::GRAY)
        }
        Link::Live => (language.of("Trực tuyến", "Live"), egui::Color32::from_rgb(110, 220, 150)),
        Link::Past => (
            language.of("Phát lại quá khứ theo nhật ký", "The past, played from the log"),
            egui::Color32::from_rgb(150, 190, 255),
        ),
        Link::Lost(_) => (
            language.of("Mất kết nối, đang thử lại", "Connection lost, trying again"),
            egui::Color32::from_rgb(255, 160, 110),
        ),
    };
    ui.colored_label(tone, text);
}

/// Time of day and pace.
pub(super) fn clock(ui: &mut egui::Ui, clock: &mut VirtualClock, language: Language) {
    ui.label(clock.local().strftime("%H:%M:%S %d/%m/%Y").to_string());
    let mut hours = clock.time_of_day_h();
    let slider = egui::Slider::new(&mut hours, 0.0..=23.99)
        .show_value(false)
        .text(language.of("giờ trong ngày", "time of day"));
    if ui.add(slider).changed() {
        clock.set_time_of_day(hours);
    }
    ui.horizontal(|ui| {
        let mut pace = |text: &str, pace: Pace| {
            if ui.selectable_label(clock.pace() == pace, text).clicked() {
                clock.set_pace(pace);
                if pace == Pace::Live {
                    clock.advance(0.0, wall_now());
                }
            }
        };
        pace(language.of("trực tiếp", "live"), Pace::Live);
        pace(language.of("dừng", "pause"), Pace::Rate(0.0));
        pace("×1", Pace::Rate(1.0));
        pace("×60", Pace::Rate(60.0));
        pace("×600", Pace::Rate(600.0));
        pace("×3600", Pace::Rate(3600.0));
    });
}

/// Clouds and rain.
pub(super) fn weather(ui: &mut egui::Ui, weather: &mut Weather, language: Language) {
    egui::CollapsingHeader::new(language.of("Thời tiết", "Weather")).show(ui, |ui| {
        let text = language.of("Theo trạm đo mưa", "As the rain gauges report");
        ui.checkbox(&mut weather.is_reported, text);
        ui.add_enabled_ui(!weather.is_reported, |ui| {
            let cloud = egui::Slider::new(&mut weather.cloud, 0.0..=1.0).show_value(false);
            ui.add(cloud.text(language.of("mây", "clouds")));
            let rain = egui::Slider::new(&mut weather.rain_mm_h, 0.0..=100.0)
                .custom_formatter(|it, _| language.number(it, 1))
                .custom_parser(Language::read);
            ui.add(rain.text(language.of("mưa, mm/h", "rain, mm/h")));
        });
    });
}

/// Alerts that are active; a click goes there.
pub(super) fn alerts(ui: &mut egui::Ui, state: &LiveState, language: Language) -> Option<[f64; 2]> {
    if state.alerts.is_empty() {
        return None;
    }
    let mut chosen = None;
    let title = format!("{} ({})", language.of("Cảnh báo", "Alerts"), state.alerts.len());
    egui::CollapsingHeader::new(title).id_salt("alerts").show(ui, |ui| {
        for alert in state.alerts.values().rev().take(20) {
            let text = |title: &Option<city::Title>| {
                title.as_ref().map(|it| language.title(it).to_owned()).unwrap_or_default()
            };
            let line = format!("{} · {}", text(&alert.headline), text(&alert.place));
            let tone = crate::overlay::alarm_tone(alert.level.unwrap_or(1));
            let button =
                egui::Button::new(egui::RichText::new(line).color(tone)).wrap().frame(false);
            let mut hover = alert.since.clone().unwrap_or_default();
            if alert.simulated {
                hover.push_str(language.of(" · thiết bị mô phỏng", " · simulated device"));
            }
            if ui.add(button).on_hover_text(hover).clicked() {
                let thing = alert.datastream.and_then(|stream| state.of_datastream(stream));
                chosen = thing.map(|thing| thing.place);
            }
        }
    });
    chosen
}

/// What is drawn, and what cannot be.
pub(super) fn layers(
    ui: &mut egui::Ui,
    city: &CityModel,
    hidden: &mut Vec<Role>,
    language: Language,
) {
    egui::CollapsingHeader::new(language.of("Lớp dữ liệu", "Layers")).show(ui, |ui| {
        for layer in &city.layers {
            let mut is_shown = !hidden.contains(&layer.role);
            let text = format!("{} ({})", language.title(&layer.title), layer.features.len());
            if ui.checkbox(&mut is_shown, text).changed() {
                match is_shown {
                    true => hidden.retain(|role| *role != layer.role),
                    false => hidden.push(layer.role),
                }
            }
        }
        for note in &city.notes {
            ui.weak(language.title(&note.0));
        }
    });
}

/// A menu of the runs in a folder; the one that somebody chose.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn choose_run(
    ui: &mut egui::Ui,
    runs: Option<&crate::flood::RunsFolder>,
    language: Language,
) -> Option<FloodView> {
    let entries = std::fs::read_dir(&runs?.0).into_iter().flatten().flatten();
    let mut found: Vec<_> =
        entries.map(|it| it.path()).filter(|it| it.join("frames").is_dir()).collect();
    found.sort();
    if found.is_empty() {
        return None;
    }
    let mut chosen = None;
    ui.separator();
    ui.menu_button(language.of("Kịch bản ngập…", "Flood runs…"), |ui| {
        for dir in found {
            let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if ui.button(name).clicked() {
                let run = crate::flood::FloodRun::open(&dir).ok();
                chosen = run.map(|run| FloodView::new(run, 0.0));
                ui.close();
            }
        }
    });
    chosen
}

/// What is painted on the ground: the worst of the run, or the light of the lamps around what is looked at.
pub(super) fn fields(
    ui: &mut egui::Ui,
    commands: &mut Commands<'_, '_>,
    flood: Option<&FloodView>,
    shown: Option<&FieldView>,
    lamps: &Query<'_, '_, &Lamp>,
    around: Option<city::Bbox>,
    language: Language,
) {
    let title = language.of("Tô màu mặt đất…", "Paint the ground…");
    ui.horizontal(|ui| {
        ui.menu_button(title, |ui| {
            for what in flood.map(|_| Worst::ALL).into_iter().flatten() {
                let run = flood.map(|flood| flood.run.clone());
                if ui.button(language.title(&what.title())).clicked()
                    && let Some(run) = run
                {
                    commands.insert_resource(FieldView::new(WorstField { run, what }));
                    ui.close();
                }
            }
            if ui.button(language.of("Độ rọi của đèn (lx)", "Light of the lamps (lx)")).clicked()
                && let Some(edges) = around
            {
                commands.insert_resource(FieldView::new(LuxField::of(lamps.iter(), edges)));
                ui.close();
            }
        });
        if shown.is_some() && ui.small_button("×").clicked() {
            commands.remove_resource::<FieldView>();
        }
    });
}

/// The run that is shown, and its time.
pub(super) fn flood(
    ui: &mut egui::Ui,
    commands: &mut Commands<'_, '_>,
    flood: Option<ResMut<'_, FloodView>>,
    language: Language,
) {
    let Some(mut flood) = flood else { return };
    let mut hours = flood.hours;
    let last = flood.run.hours().max(0.1);
    let slider = egui::Slider::new(&mut hours, 0.0..=last)
        .custom_formatter(|hours, _| format!("{} h", language.number(hours, 1)))
        .custom_parser(Language::read);
    let row = ui.horizontal(|ui| {
        let slid = ui.add(slider.text(language.of("giờ kịch bản", "hours of the run")));
        let hint = language.of("Thôi xem kịch bản", "Show this run no more");
        if ui.small_button("×").on_hover_text(hint).clicked() {
            flood::close(commands);
        }
        slid.changed()
    });
    if row.inner {
        flood.hours = hours;
        flood.trouble = None;
    }
    if let Some(why) = &flood.trouble {
        ui.colored_label(egui::Color32::from_rgb(255, 160, 110), why);
    }
}

/// What was clicked: its attributes, and what it says live.
pub(super) fn selected(
    ui: &mut egui::Ui,
    city: &CityModel,
    (state, estimates): (&LiveState, &Estimates),
    clock: &VirtualClock,
    pick: Option<Pick>,
    lists: Option<&CodeLists>,
    language: Language,
) {
    let Some(pick) = pick else {
        ui.weak(
            language
                .of("Bấm vào một đối tượng để xem thông tin", "Click something to read about it"),
        );
        return;
    };
    let [east, north, up] = pick.at;
    let (lon, lat) = city.frame.to_lon_lat(east, north);
    ui.weak(format!("{lon:.6}, {lat:.6} · {} m", language.number(up, 2)));
    let Picked::Feature(layer, feature) = pick.what else {
        ui.label(language.of("Mặt đất", "Ground"));
        return;
    };
    let Some(layer) = city.layers.get(layer) else { return };
    let Some(feature) = layer.features.get(feature) else { return };
    ui.strong(format!("{} · {}", language.title(&layer.title), feature.id));
    egui::Grid::new("attributes").num_columns(2).striped(true).max_col_width(170.0).show(
        ui,
        |ui| {
            for row in rows(layer, feature, lists) {
                ui.label(language.title(&row.title));
                ui.add(egui::Label::new(language.title(&row.value)).wrap());
                ui.end_row();
            }
        },
    );
    if let Some(thing) = state.of_feature(&layer.id, &feature.id.to_string()) {
        ui.separator();
        for reading in thing.readings.values() {
            if reading.time.is_none() {
                let nothing = language.of("chưa có số liệu", "no value yet");
                ui.weak(format!("{}: {nothing}", reading.property));
                continue;
            }
            let value = match reading.number() {
                Some(number) => language.number(number, 2),
                None => reading.result.to_string(),
            };
            let age = reading.age_s(clock.now()).map(|age| language.age(age)).unwrap_or_default();
            let ((vi, en), quality) = (Provenance::of(thing).words(), reading.quality.words());
            ui.label(format!(
                "{}: {value} {} · {age} · {} · {}",
                reading.property,
                reading.unit,
                language.of(vi, en),
                language.of(quality.0, quality.1)
            ));
        }
        let is_asked = estimates.issued.is_some() || estimates.trouble.is_some();
        if layer.role == Role::Gauges && is_asked && !is_over(clock, wall_now()) {
            let gauge = estimates.of_thing(thing);
            super::estimate::estimate(ui, estimates, gauge, clock.now(), language);
        }
    }
}
