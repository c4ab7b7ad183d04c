//! Where one has been and wants to go: bookmarks, and search.

use bevy::{ecs::system::SystemParam, prelude::*};
use bevy_egui::egui;
use city::Role;

use super::{Desk, measuring::WARNING};
use crate::{
    camera::View,
    clock::{Pace, parse_time},
    flood::{self, FloodView},
    inspect::{Pick, Picked},
    scene::Hidden,
    section::Cutting,
    sky::Weather,
    tools::{Bookmark, Bookmarks, Found, Index, RunHour},
    words::Language,
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

/// What a chapter sets besides the eye and the clock.
#[derive(SystemParam)]
pub(super) struct Stage<'w, 's> {
    weather: ResMut<'w, Weather>,
    hidden: ResMut<'w, Hidden>,
    pub(super) cutting: ResMut<'w, Cutting>,
    flood: Option<ResMut<'w, FloodView>>,
    #[cfg(not(target_arch = "wasm32"))]
    runs: Option<Res<'w, flood::RunsFolder>>,
    commands: Commands<'w, 's>,
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
pub(super) fn bookmarks(
    ui: &mut egui::Ui,
    places: &mut Places,
    desk: &mut Desk<'_>,
    stage: &mut Stage<'_, '_>,
) {
    let language = desk.language;
    egui::CollapsingHeader::new(language.of("Góc nhìn đã lưu", "Bookmarks")).show(ui, |ui| {
        let (mut removed, mut wanted) = (None, None);
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
                    wanted = Some(bookmark.clone());
                }
            });
        }
        let mut outcome = removed.map(|name| places.bookmarks.remove(&name));
        if let Some(bookmark) = wanted {
            places.trouble = go_to(&bookmark, desk, stage);
        }
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
                && let Some(view) = here(desk, stage)
            {
                let name = std::mem::take(&mut places.name);
                let text = std::mem::take(&mut places.text);
                let flood = stage.flood.as_ref();
                let flood = flood.map(|it| RunHour { run: it.run.name.clone(), hours: it.hours });
                outcome = Some(places.bookmarks.add(Bookmark { name, text, view, flood }));
            }
        });
        let title = language.of("Kể lần lượt", "Tell them in turn");
        if !places.bookmarks.all().is_empty() && ui.button(title).clicked() {
            tell(places, desk, stage, 0);
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
fn tell(places: &mut Places, desk: &mut Desk<'_>, stage: &mut Stage<'_, '_>, number: usize) {
    let chapter = chapters(places, desk).into_iter().nth(number);
    places.told = chapter.as_ref().map(|_| number);
    if let Some(chapter) = chapter {
        places.trouble = go_to(&chapter, desk, stage);
    }
}

/// The chapter that is told, at the foot of the picture, with ways back and on.
pub(super) fn story(
    context: &egui::Context,
    places: &mut Places,
    desk: &mut Desk<'_>,
    stage: &mut Stage<'_, '_>,
) {
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
            if let Some(why) = &places.trouble {
                ui.colored_label(WARNING, why);
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
        Some(other) => tell(places, desk, stage, other),
        None => places.told = None,
    }
}

/// What is looked at now, and how: with the time, where the clock does not go with the wall's, and with the weather,
/// where it is set by hand.
fn here(desk: &Desk<'_>, stage: &Stage<'_, '_>) -> Option<View> {
    let is_live = desk.clock.pace() == Pace::Live;
    let weather = Some(*stage.weather).filter(|it| !it.is_reported);
    Some(View {
        time: (!is_live).then(|| desk.clock.local().strftime("%Y-%m-%dT%H:%M:%S").to_string()),
        cloud: weather.map(|it| it.cloud.into()),
        rain_mm_h: weather.map(|it| it.rain_mm_h.into()),
        hidden: stage.hidden.0.iter().map(|role| role.name().to_owned()).collect(),
        section: stage.cutting.section,
        see_through: stage.cutting.see_through,
        ..desk.rig.as_ref()?.view.clone()
    })
}

/// Looks as a bookmark says; why its flood run cannot be shown, if so.
fn go_to(bookmark: &Bookmark, desk: &mut Desk<'_>, stage: &mut Stage<'_, '_>) -> Option<String> {
    let view = &bookmark.view;
    if let Some(rig) = &mut desk.rig {
        rig.view = view.clone().bounded();
    }
    if let Some(Ok(instant)) = view.time.as_deref().map(parse_time) {
        desk.clock.jump(instant);
    }
    stage.weather.set_if_neq(view.weather().unwrap_or_default());
    let hidden: Vec<Role> =
        view.hidden.iter().filter_map(|name| Role::from_name(name).ok()).collect();
    if stage.hidden.0 != hidden {
        stage.hidden.0 = hidden;
    }
    stage.cutting.set_if_neq(Cutting { section: view.section, see_through: view.see_through });
    let Some(wanted) = &bookmark.flood else {
        if stage.flood.is_some() {
            flood::close(&mut stage.commands);
        }
        return None;
    };
    match &mut stage.flood {
        Some(flood) if flood.run.name == wanted.run => {
            if flood.hours.to_bits() != wanted.hours.to_bits() {
                flood.hours = wanted.hours;
                flood.trouble = None;
            }
            None
        }
        _ => stage.open(wanted, desk.language),
    }
}

impl Stage<'_, '_> {
    /// Shows a run of the folder; why not, if so.
    #[cfg(not(target_arch = "wasm32"))]
    fn open(&mut self, wanted: &RunHour, language: Language) -> Option<String> {
        let name = std::path::Path::new(&wanted.run);
        // A name, and no way out of the folder.
        let is_name = name.file_name() == Some(name.as_os_str());
        let run = self
            .runs
            .as_ref()
            .filter(|_| is_name)
            .map(|runs| flood::FloodRun::open(&runs.0.join(name)));
        match run {
            Some(Ok(run)) => {
                self.commands.insert_resource(FloodView::new(run, wanted.hours));
                None
            }
            Some(Err(error)) => Some(error.to_string()),
            None => Some(not_here(wanted, language)),
        }
    }

    /// A page shows the run that its address names.
    #[cfg(target_arch = "wasm32")]
    fn open(&mut self, wanted: &RunHour, language: Language) -> Option<String> {
        Some(not_here(wanted, language))
    }
}

fn not_here(wanted: &RunHour, language: Language) -> String {
    format!(
        "{} {}",
        language.of("Không mở được kịch bản ngập", "Cannot open the flood run"),
        wanted.run
    )
}
