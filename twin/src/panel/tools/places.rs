//! Where one has been and wants to go: bookmarks, and search.

use bevy::prelude::*;
use bevy_egui::egui;

use super::{Desk, measuring::WARNING};
use crate::{
    camera::View,
    clock::{Pace, parse_time},
    inspect::{Pick, Picked},
    tools::{Bookmark, Bookmarks, Found, Index},
};

/// Answers that are shown.
const MOST_FOUND: usize = 12;

/// Bookmarks and search, as they stand.
#[derive(Debug, Default, Resource)]
pub(crate) struct Places {
    bookmarks: Bookmarks,
    name: String,
    text: String,
    /// Which bookmark of a story is told, where one is.
    told: Option<usize>,
    /// Why bookmarks cannot be read or written.
    trouble: Option<String>,
    /// Made when somebody first asks.
    index: Option<Index>,
    question: String,
    found: Vec<Found>,
}

impl Places {
    /// A person's bookmarks, where there is something that keeps them.
    pub(crate) fn of_person() -> Self {
        match Bookmarks::of_person() {
            Ok(bookmarks) => Self { bookmarks, ..Self::default() },
            Err(why) => Self { trouble: Some(why.to_string()), ..Self::default() },
        }
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
                let button = ui.add(egui::Button::new(&bookmark.name).truncate());
                if button.on_hover_text(&bookmark.text).clicked() {
                    go_to(&bookmark.view, desk);
                }
            });
        }
        let mut outcome = removed.map(|name| places.bookmarks.remove(&name));
        let hint = language.of("Lời kể (không bắt buộc)", "What to tell (by choice)");
        let told = egui::TextEdit::multiline(&mut places.text).hint_text(hint).desired_rows(2);
        ui.add(told.desired_width(f32::INFINITY));
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
                let name = std::mem::take(&mut places.name);
                let text = std::mem::take(&mut places.text);
                outcome = Some(places.bookmarks.add(&name, &text, view));
            }
        });
        let title = language.of("Kể lần lượt", "Tell them in turn");
        if !places.bookmarks.all().is_empty() && ui.button(title).clicked() {
            tell(places, desk, 0);
        }
        if let Some(outcome) = outcome {
            places.trouble = outcome.err().map(|why| why.to_string());
        }
        if let Some(why) = &places.trouble {
            ui.colored_label(WARNING, why);
        }
    });
}

/// The bookmarks of this city, in turn.
fn chapters(places: &Places, desk: &Desk<'_>) -> Vec<Bookmark> {
    let is_here = |it: &&Bookmark| desk.city.bbox.contains(it.view.lon, it.view.lat);
    places.bookmarks.all().iter().filter(is_here).cloned().collect()
}

/// Goes to a chapter of the story, or ends it behind the last.
fn tell(places: &mut Places, desk: &mut Desk<'_>, number: usize) {
    let chapter = chapters(places, desk).into_iter().nth(number);
    places.told = chapter.as_ref().map(|_| number);
    if let Some(chapter) = chapter {
        go_to(&chapter.view, desk);
    }
}

/// The chapter that is told, at the foot of the picture, with ways back and on.
pub(super) fn story(context: &egui::Context, places: &mut Places, desk: &mut Desk<'_>) {
    let Some(number) = places.told else { return };
    let chapters = chapters(places, desk);
    let Some(chapter) = chapters.get(number) else {
        places.told = None;
        return;
    };
    let mut next = Some(number);
    egui::Window::new(format!("{} / {} · {}", number + 1, chapters.len(), chapter.name))
        .id(egui::Id::new("dothi-story"))
        .anchor(egui::Align2::CENTER_BOTTOM, [0.0, -48.0])
        .default_width(420.0)
        .resizable(false)
        .collapsible(false)
        .show(context, |ui| {
            if !chapter.text.is_empty() {
                ui.label(&chapter.text);
            }
            ui.horizontal(|ui| {
                let back = egui::Button::new(desk.language.of("Trước", "Back"));
                if ui.add_enabled(number > 0, back).clicked() {
                    next = number.checked_sub(1);
                }
                let on = egui::Button::new(desk.language.of("Sau", "Next"));
                if ui.add_enabled(number + 1 < chapters.len(), on).clicked() {
                    next = Some(number + 1);
                }
                if ui.button(desk.language.of("Kết thúc", "End")).clicked() {
                    next = None;
                }
            });
        });
    match next {
        Some(other) if other == number => {}
        Some(other) => tell(places, desk, other),
        None => places.told = None,
    }
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
