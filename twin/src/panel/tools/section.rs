//! The box that cuts, and what lies below.

use bevy::prelude::*;
use bevy_egui::egui;

use super::{Desk, Tool, Toolbox};
use crate::{
    panel::drag,
    scene::{Buildings, City},
    section::{Cutting, Section, pipes::BURIED},
    words::Language,
};

/// A box reaches so far below the lowest ground, and above the highest roof in it, m.
const BELOW_M: f64 = 6.0;
const ABOVE_M: f64 = 20.0;

/// Two clicks on the map make a box.
pub(super) fn take(
    mut toolbox: ResMut<'_, Toolbox>,
    mut cutting: ResMut<'_, Cutting>,
    city: Res<'_, City>,
    buildings: Res<'_, Buildings>,
) {
    if toolbox.tool != Tool::Section {
        return;
    }
    let [a, b] = toolbox.points() else { return };
    let (a, b) = ([a[0], a[1]], [b[0], b[1]]);
    let (low, high) = heights_of(a, b, &city, &buildings);
    cutting.section = Section::between(a, b, &city.frame, low, high);
    toolbox.clear();
}

/// From below the ground of a box on the map to above what stands in it, m.
fn heights_of(a: [f64; 2], b: [f64; 2], city: &City, buildings: &Buildings) -> (f64, f64) {
    let (low, high) = ([a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])]);
    let places =
        (0..=10).flat_map(|i| (0..=10).map(move |k| (f64::from(i) / 10.0, f64::from(k) / 10.0)));
    let ground = places.map(|(u, v)| {
        city.heights.at(low[0] + (high[0] - low[0]) * u, low[1] + (high[1] - low[1]) * v)
    });
    let (least, most) = ground.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), it| {
        (least.min(it), most.max(it))
    });
    let top = buildings.within(low, high).map(|form| form.top_m()).fold(most, f64::max);
    let round = |it: f64| (it * 10.0).round() / 10.0;
    (round(least - BELOW_M), round(top + ABOVE_M))
}

/// The panel.
pub(super) fn show(ui: &mut egui::Ui, desk: &Desk<'_>, cutting: &mut ResMut<'_, Cutting>) {
    let language = desk.language;
    let mut now = (**cutting).clone();
    let text = language.of("nhìn xuyên mặt đất", "see through the ground");
    let slider = egui::Slider::new(&mut now.see_through, 0.0..=0.95);
    let slider = slider.custom_formatter(|it, _| format!("{:.0} %", it * 100.0));
    ui.add(slider.custom_parser(|it| Some(Language::read(it)? / 100.0)).text(text));
    if let Some(section) = &mut now.section {
        numbers(ui, section, language);
    }
    if now.section.is_some() && ui.button(language.of("Bỏ hộp cắt", "Remove the box")).clicked()
    {
        now.section = None;
    }
    now.section = now.section.and_then(Section::bounded);
    if now != **cutting {
        **cutting = now;
    }
    let layers = desk.city.layers.iter().filter(|layer| BURIED.contains(&layer.role));
    let shown: Vec<&str> = layers.map(|layer| language.title(&layer.title)).collect();
    ui.weak(match shown.is_empty() {
        true => {
            language.of("Không có lớp công trình ngầm", "No layer of what lies below").to_owned()
        }
        false => format!("{}: {}", language.of("Bên dưới", "Below"), shown.join(", ")),
    });
    ui.weak(language.of(
        "Độ sâu không có trong dữ liệu là độ sâu thường dùng. Các phép phân tích vẫn tính cả thành phố.",
        "Depths that the data do not tell are usual ones. Studies reckon with the whole city.",
    ));
}

fn numbers(ui: &mut egui::Ui, section: &mut Section, language: Language) {
    egui::Grid::new("section").num_columns(2).show(ui, |ui| {
        let mut number = |vi: &str, en: &str, value: &mut f64, unit: &str| {
            ui.label(language.of(vi, en));
            ui.add(drag(value, language, 1).speed(0.2).suffix(unit));
            ui.end_row();
        };
        number("Rộng", "Width", &mut section.width_m, " m");
        number("Sâu", "Depth", &mut section.depth_m, " m");
        number("Hướng", "Heading", &mut section.heading_deg, "°");
        number("Đáy", "Floor", &mut section.low_m, " m");
        number("Đỉnh", "Top", &mut section.high_m, " m");
    });
    // Moved by a metre at a time, along its own sides.
    ui.horizontal(|ui| {
        ui.label(language.of("Dời", "Move"));
        for (sign, x, y) in [("←", -1.0, 0.0), ("→", 1.0, 0.0), ("↓", 0.0, -1.0), ("↑", 0.0, 1.0)]
        {
            if ui.button(sign).clicked() {
                let (sin, cos) = section.heading_deg.to_radians().sin_cos();
                let step = (section.width_m.min(section.depth_m) / 10.0).clamp(1.0, 50.0);
                let frame = city::frame::LocalFrame::at(section.lon, section.lat);
                let (east, north) = ((x * cos + y * sin) * step, (y * cos - x * sin) * step);
                (section.lon, section.lat) = frame.to_lon_lat(east, north);
            }
        }
    });
    let (out, keep) =
        (language.of("cắt bỏ hộp", "take it out"), language.of("chỉ giữ hộp", "keep it alone"));
    ui.horizontal(|ui| {
        ui.selectable_value(&mut section.keeps, false, out);
        ui.selectable_value(&mut section.keeps, true, keep);
    });
}
