//! Hours of sun, lines of sight, what is seen around a place.

use bevy_egui::egui;

use super::{
    Desk, Toolbox, chart,
    measuring::{WARNING, metres, row, table},
    toolbox::{Answer, Sunned},
};
use crate::{
    inspect::Picked,
    model::CityModel,
    panel::drag,
    tools::{By, Cell, FaceSun, Surface},
    words::Language,
};

/// Rows of a table of those who take the sun, at most.
const MOST_TAKERS: usize = 12;

pub(super) fn sight(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &Desk<'_>) {
    eye(ui, toolbox, desk.language);
    let language = desk.language;
    let Answer::Sight(seen) = &toolbox.answer else { return };
    ui.label(metres(language, seen.distance_m));
    match &seen.hidden_by {
        None => ui.colored_label(SEEN, language.of("Nhìn thấy", "Seen")),
        Some(hit) => {
            let text = language.of("Bị che bởi", "Hidden by");
            let free_m = metres(language, seen.distance_m * hit.part);
            let who = name(desk.city, hit.by, None, language);
            ui.colored_label(WARNING, format!("{text} {who} · {free_m}"))
        }
    };
}

const SEEN: egui::Color32 = egui::Color32::from_rgb(110, 220, 150);

pub(super) fn viewshed(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &Desk<'_>) {
    let language = desk.language;
    eye(ui, toolbox, language);
    let mut radius_m = toolbox.radius_m;
    let slider = egui::Slider::new(&mut radius_m, 50.0..=3_000.0).logarithmic(true).suffix(" m");
    let slider = slider.custom_formatter(|metres, _| language.number(metres, 0));
    let slider = slider.custom_parser(Language::read);
    ui.add(slider.text(language.of("bán kính", "radius")));
    if radius_m != toolbox.radius_m {
        toolbox.radius_m = radius_m;
        toolbox.ask();
    }
    busy(ui, toolbox, language);
    let Answer::Viewshed(seen) = &toolbox.answer else { return };
    let cell_m2 = seen.view.cell_m * seen.view.cell_m;
    let hectares =
        |kind: Cell| format!("{} ha", language.number(seen.count(kind) as f64 * cell_m2 / 1e4, 2));
    table(ui, "viewshed", |ui| {
        let share = format!("{} %", language.number(seen.share_seen() * 100.0, 1));
        row(ui, language.of("Nhìn thấy", "Seen"), share);
        row(ui, language.of("Đất nhìn thấy", "Ground seen"), hectares(Cell::Seen));
        row(ui, language.of("Đất bị che", "Ground hidden"), hectares(Cell::Hidden));
        row(ui, language.of("Đất có công trình", "Ground built on"), hectares(Cell::Built));
    });
    let stands = match seen.stands_on {
        By::Ground => language.of("Đứng trên mặt đất", "Standing on the ground").to_owned(),
        by => format!(
            "{} {}",
            language.of("Đứng trên", "Standing on"),
            name(desk.city, by, None, language)
        ),
    };
    ui.weak(stands);
    ui.weak(language.of("Không kể cây xanh", "Trees are left out"));
}

/// Height of the eye.
fn eye(ui: &mut egui::Ui, toolbox: &mut Toolbox, language: Language) {
    let mut eye_m = toolbox.eye_m;
    ui.horizontal(|ui| {
        ui.label(language.of("Tầm mắt", "Height of the eye"));
        ui.add(drag(&mut eye_m, language, 1).speed(0.05).suffix(" m").range(0.1..=200.0));
    });
    if eye_m != toolbox.eye_m {
        toolbox.eye_m = eye_m;
        toolbox.ask();
    }
}

fn busy(ui: &mut egui::Ui, toolbox: &Toolbox, language: Language) {
    if toolbox.is_busy() {
        ui.weak(language.of("Đang tính…", "Working it out…"));
    }
}

pub(super) fn shadows(ui: &mut egui::Ui, toolbox: &mut Toolbox, desk: &mut Desk<'_>) {
    let language = desk.language;
    let date = desk.clock.local().date();
    let picked = desk.selected.0.and_then(|pick| match pick.what {
        Picked::Feature(layer, feature) => Some((layer, feature)),
        Picked::Ground => None,
    });
    let Some(source) = picked else { return };
    ui.label(name(desk.city, By::Building(source.0, source.1), None, language));
    let day = date.strftime("%d/%m/%Y");
    let text = format!("{} {day}", language.of("Tính giờ nắng ngày", "Hours of sun on"));
    if ui.add_enabled(!toolbox.is_busy(), egui::Button::new(text)).clicked() {
        toolbox.sun(desk.city, desk.buildings, source, date);
    }
    busy(ui, toolbox, language);
    match &mut toolbox.answer {
        Answer::Sunned(found) if found.source == source => sunned(ui, found, desk),
        Answer::Trouble(vi, en) => {
            ui.colored_label(WARNING, language.of(vi, en));
        }
        _ => {}
    }
}

/// The faces of a feature, the hours of the chosen one, and who takes them.
fn sunned(ui: &mut egui::Ui, found: &mut Sunned, desk: &Desk<'_>) {
    let language = desk.language;
    let day = found.path.date.strftime("%d/%m/%Y").to_string();
    ui.weak(format!(
        "{day} · {} {}",
        language.of("ngày dài", "day of"),
        time(found.path.day_min())
    ));
    let mut shown = found.shown;
    let count = found.faces.len();
    egui::Grid::new("faces").num_columns(3).striped(true).show(ui, |ui| {
        ui.weak(language.of("Mặt", "Face"));
        ui.weak(language.of("Nắng", "Sun"));
        ui.weak(language.of("Bị che", "Taken"));
        ui.end_row();
        let whole = language.of("Toàn bộ", "All of it").to_owned();
        let titles = found.faces.iter().map(|face| face_title(face.surface, language));
        for (number, title) in titles.chain([whole]).enumerate() {
            let sun = found.suns.get(number).unwrap_or(&found.whole);
            ui.selectable_value(&mut shown, number, title);
            ui.label(time(sun.sun_min));
            ui.label(time(sun.facing_min - sun.sun_min));
            ui.end_row();
        }
    });
    found.shown = shown.min(count);
    let sun = found.suns.get(found.shown).unwrap_or(&found.whole);
    chart::hours(ui, &sun.by_hour);
    takers(ui, sun, found.source, desk);
}

fn takers(ui: &mut egui::Ui, sun: &FaceSun, source: (usize, usize), desk: &Desk<'_>) {
    let language = desk.language;
    if sun.takers.is_empty() {
        ui.label(language.of("Không bị che", "Nothing stands in the way"));
        return;
    }
    egui::Grid::new("takers").num_columns(3).striped(true).show(ui, |ui| {
        ui.weak(language.of("Che bởi", "Taken by"));
        ui.weak(language.of("Che", "Takes"));
        ui.weak(language.of("Riêng", "Alone"));
        ui.end_row();
        for taker in sun.takers.iter().take(MOST_TAKERS) {
            ui.add(egui::Label::new(name(desk.city, taker.by, Some(source), language)).truncate());
            ui.label(time(taker.min));
            ui.label(time(taker.alone_min));
            ui.end_row();
        }
    });
    if sun.takers.len() > MOST_TAKERS {
        ui.weak(format!("… +{}", sun.takers.len() - MOST_TAKERS));
    }
}

/// Minutes as hours and minutes.
fn time(min: f64) -> String {
    let min = min.max(0.0).round() as u64;
    format!("{}:{:02}", min / 60, min % 60)
}

fn face_title(surface: Surface, language: Language) -> String {
    match surface {
        Surface::Wall { heading_deg, length_m } => {
            let (vi, en) = compass(heading_deg);
            format!(
                "{} {} · {} m",
                language.of("Tường", "Wall"),
                language.of(vi, en),
                language.number(length_m, 1)
            )
        }
        Surface::Roof => language.of("Mái", "Roof").to_owned(),
        Surface::Plot => language.of("Mặt đất", "Ground").to_owned(),
    }
}

/// The point of the compass nearest to a heading.
fn compass(heading_deg: f64) -> (&'static str, &'static str) {
    const POINTS: [(&str, &str); 8] = [
        ("bắc", "N"),
        ("đông bắc", "NE"),
        ("đông", "E"),
        ("đông nam", "SE"),
        ("nam", "S"),
        ("tây nam", "SW"),
        ("tây", "W"),
        ("tây bắc", "NW"),
    ];
    POINTS[(heading_deg / 45.0).round() as usize % 8]
}

/// What is in the way, for people.
fn name(city: &CityModel, by: By, itself: Option<(usize, usize)>, language: Language) -> String {
    let By::Building(layer, feature) = by else {
        return language.of("địa hình", "the ground").to_owned();
    };
    if itself == Some((layer, feature)) {
        return language.of("chính nó", "itself").to_owned();
    }
    let Some(layer) = city.layers.get(layer) else { return String::new() };
    let Some(feature) = layer.features.get(feature) else { return String::new() };
    match layer.text(feature, "name") {
        Some(name) => format!("{name} ({})", feature.id),
        None => format!("{} {}", language.title(&layer.title), feature.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_names_and_minutes_are_hours() {
        assert_eq!(compass(0.0).0, "bắc");
        assert_eq!(compass(350.0).1, "N");
        assert_eq!(compass(136.0).0, "đông nam");
        assert_eq!(compass(292.0).1, "W");
        assert_eq!(
            (time(0.0), time(61.4), time(600.0)),
            ("0:00".into(), "1:01".into(), "10:00".into())
        );
    }
}
