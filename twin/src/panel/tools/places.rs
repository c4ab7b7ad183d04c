//! Where one has been and wants to go: bookmarks, and search.

use bevy::prelude::*;
use bevy_egui::egui;

use super::{Desk, measuring::WARNING};
use crate::{
    camera::View,
    clock::{Pace, parse_time},
    inspect::{Pick, Picked},
    tools::{Bookmarks, Found, Index},
};

/// Answers that are shown.
const MOST_FOUND: usize = 12;

/// Bookmarks and search, as they stand.
#[derive(Debug, Default, Resource)]
pub(crate) struct Places {
    bookmarks: Bookmarks,
    name: String,
    /// Why bookmarks cannot be read or written.
    trouble: Option<String>,
    /// Made when somebody first asks.
    index: Option<Index>,
    question: String,
    found: Vec<Found>,
}

impl Places {
    /// A person's bookmarks, out of their file where the system has one.
    pub(crate) fn of_person() -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(file) = crate::tools::file_of_person() {
            return match Bookmarks::open(&file) {
                Ok(bookmarks) => Self { bookmarks, ..Self::default() },
                Err(why) => Self { trouble: Some(why.to_string()), ..Self::default() },
            };
        }
        Self::default()
    }
}

/// A line to write into, and what it finds.
pub(super) fn search(ui: &mut egui::Ui, places: &mut Places, desk: &mut Desk<'_>) {
    let language = desk.language;
    let hint = language.of("Tìm tên, địa chỉ, mã số…", "Find a name, an address, a number…");
    let line = egui::TextEdit::singleline(&mut places.question).hint_text(hint);
    if ui.add(line.desired_width(f32::INFINITY)).changed() {
        let index = places.index.get_or_insert_with(|| Index::of(desk.city));
        places.found = index.find(desk.city, &places.question, MOST_FOUND);
    }
    if places.found.is_empty() && !places.question.trim().is_empty() {
        ui.weak(language.of("Không tìm thấy", "Nothing found"));
    }
    for found in &places.found {
        let layer = desk.city.layers.get(found.source.0);
        let layer = layer.map(|layer| language.title(&layer.title)).unwrap_or_default();
        let text = egui::RichText::new(&found.title);
        let button = ui.add(egui::Button::new(text).truncate().frame(false));
        if button.on_hover_text(format!("{layer} · {}", found.detail)).clicked() {
            fly_to(found.source, desk);
        }
    }
}

/// Looks at a feature from near by, and selects it.
fn fly_to(source: (usize, usize), desk: &mut Desk<'_>) {
    let layer = desk.city.layers.get(source.0);
    let feature = layer.and_then(|layer| layer.features.get(source.1));
    let Some((east, north)) = feature.and_then(|feature| feature.place()) else { return };
    let at = [east, north, desk.city.heights.at(east, north)];
    desk.selected.0 = Some(Pick { what: Picked::Feature(source.0, source.1), at, distance_m: 0.0 });
    let (lon, lat) = desk.city.frame.to_lon_lat(east, north);
    if let Some(rig) = &mut desk.rig {
        let distance_m = rig.view.distance_m.clamp(60.0, 220.0);
        rig.view = View { lon, lat, height_m: 4.0, distance_m, ..rig.view.clone() };
    }
}

/// Views by name: to add, to go to, to remove.
pub(super) fn bookmarks(ui: &mut egui::Ui, places: &mut Places, desk: &mut Desk<'_>) {
    let language = desk.language;
    egui::CollapsingHeader::new(language.of("Góc nhìn đã lưu", "Bookmarks")).show(ui, |ui| {
        let mut removed = None;
        for bookmark in places.bookmarks.all() {
            // Those of other cities stay in the file.
            if !desk.city.bbox.contains(bookmark.view.lon, bookmark.view.lat) {
                continue;
            }
            ui.horizontal(|ui| {
                if ui.small_button("×").on_hover_text(language.of("Xoá", "Remove")).clicked() {
                    removed = Some(bookmark.name.clone());
                }
                if ui.add(egui::Button::new(&bookmark.name).truncate()).clicked() {
                    go_to(&bookmark.view, desk);
                }
            });
        }
        let mut outcome = removed.map(|name| places.bookmarks.remove(&name));
        ui.horizontal(|ui| {
            let hint = language.of("Tên góc nhìn", "Name of this view");
            ui.add(
                egui::TextEdit::singleline(&mut places.name).hint_text(hint).desired_width(180.0),
            );
            let is_named = !places.name.trim().is_empty();
            let button = egui::Button::new(language.of("Lưu", "Keep"));
            if ui.add_enabled(is_named, button).clicked()
                && let Some(view) = here(desk)
            {
                outcome = Some(places.bookmarks.add(&std::mem::take(&mut places.name), view));
            }
        });
        if let Some(outcome) = outcome {
            places.trouble = outcome.err().map(|why| why.to_string());
        }
        if let Some(why) = &places.trouble {
            ui.colored_label(WARNING, why);
        }
    });
}

/// What is looked at now; with the time, where the clock does not go with the wall's.
fn here(desk: &Desk<'_>) -> Option<View> {
    let mut view = desk.rig.as_ref()?.view.clone();
    let is_live = desk.clock.pace() == Pace::Live;
    view.time = (!is_live).then(|| desk.clock.local().strftime("%Y-%m-%dT%H:%M:%S").to_string());
    Some(view)
}

fn go_to(view: &View, desk: &mut Desk<'_>) {
    if let Some(rig) = &mut desk.rig {
        rig.view = view.clone().bounded();
    }
    if let Some(Ok(instant)) = view.time.as_deref().map(parse_time) {
        desk.clock.jump(instant);
    }
}
