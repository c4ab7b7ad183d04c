//! What is written over the picture: gauges with their values, what is missing, where data come from.

use std::sync::Arc;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use city::{Instant, Role};

use crate::{
    axes,
    camera::Rig,
    clock::VirtualClock,
    flood::{FloodView, Opposite, RightPicture},
    live::{
        Estimates, Link, LiveState, Provenance, Quality, Reading, Thing,
        estimates::{GaugeEstimate, State},
        is_over,
    },
    panel::estimate::{banded, hour},
    scene::City,
    words::Language,
};

/// Writes over the picture.
#[derive(Debug, Default)]
pub struct OverlayPlugin;

impl Plugin for OverlayPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Language>()
            .add_systems(EguiPrimaryContextPass, (letters, right_half, labels, edges).chain());
    }
}

const PAPER: egui::Color32 = egui::Color32::from_rgba_premultiplied(10, 14, 18, 190);
const INK: egui::Color32 = egui::Color32::from_rgb(240, 243, 245);
const FAINT: egui::Color32 = egui::Color32::from_rgb(150, 156, 162);

/// Be Vietnam Pro in place of egui's own letters, which have no Vietnamese.
fn letters(mut contexts: EguiContexts<'_, '_>, mut is_done: Local<'_, bool>) -> Result {
    if *is_done {
        return Ok(());
    }
    let mut fonts = egui::FontDefinitions::empty();
    let regular = include_bytes!("../../assets/fonts/BeVietnamPro-Regular.ttf");
    let name = "Be Vietnam Pro".to_owned();
    fonts.font_data.insert(name.clone(), Arc::new(egui::FontData::from_static(regular)));
    for family in [egui::FontFamily::Proportional, egui::FontFamily::Monospace] {
        fonts.families.entry(family).or_default().insert(0, name.clone());
    }
    contexts.ctx_mut()?.set_fonts(fonts);
    *is_done = true;
    Ok(())
}

/// Names and values at gauges and stations.
fn labels(
    mut contexts: EguiContexts<'_, '_>,
    city: Res<'_, City>,
    clock: Res<'_, VirtualClock>,
    language: Res<'_, Language>,
    (state, estimates): (Res<'_, LiveState>, Res<'_, Estimates>),
    cameras: Query<'_, '_, (&Camera, &GlobalTransform), With<Rig>>,
    mut frames: Local<'_, u32>,
) -> Result {
    // Letters are there from the frame after they were given.
    *frames += 1;
    let Some((camera, place)) = cameras.iter().next().filter(|_| *frames > 1) else {
        return Ok(());
    };
    let context = contexts.ctx_mut()?;
    let painter = context.layer_painter(egui::LayerId::background());
    let eye = place.translation();
    // What is foreseen is of now.
    let foresees = !is_over(&clock, crate::clock::wall_now());
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for layer in &city.layers {
        if !matches!(layer.role, Role::Gauges | Role::RainGauges | Role::Stations) {
            continue;
        }
        for feature in &layer.features {
            let Some((east, north)) = feature.place() else { continue };
            let at = axes::to_scene(east, north, city.heights.at(east, north) + 6.0);
            let Ok(spot) = camera.world_to_viewport(place, at) else { continue };
            let thing = state.of_feature(&layer.id, &feature.id.to_string());
            let mut told: Vec<Line> = thing
                .and_then(|thing| told(thing, clock.now(), *language, &state.link))
                .into_iter()
                .collect();
            if foresees && let Some(thing) = thing {
                let gauge = estimates.of_thing(thing);
                told.extend(gauge.into_iter().flat_map(|gauge| {
                    foreseen(gauge, &estimates, clock.now(), *language, &state.link)
                }));
            }
            let away = eye.distance(at);
            if away < if told.is_empty() { NAMES_M } else { VALUES_M } {
                let name = layer.text(feature, "name").unwrap_or_default();
                wanted.push(Wanted { away, at: egui::pos2(spot.x, spot.y), name, told });
            }
        }
    }
    // Nearer ones first; one that would cover another is left out.
    wanted.sort_by(|a, b| a.away.total_cmp(&b.away));
    let page = context.content_rect();
    let mut taken: Vec<egui::Rect> = Vec::new();
    for Wanted { at, name, told, .. } in wanted {
        let label = Label::new(&painter, at, name, told);
        let is_free = page.contains_rect(label.paper)
            && taken.iter().all(|other| !other.intersects(label.paper));
        if is_free && taken.len() < MOST_LABELS {
            taken.push(label.paper);
            label.draw(&painter);
        }
    }
    Ok(())
}

/// A label that has a place in the picture, if it is free.
struct Wanted<'a> {
    /// From the eye, m.
    away: f32,
    at: egui::Pos2,
    name: &'a str,
    told: Vec<Line>,
}

/// A line of a label, and its colour.
type Line = (String, egui::Color32);

/// Values are written this far from the eye, and bare names this far, m.
const VALUES_M: f32 = 6_000.0;
const NAMES_M: f32 = 1_500.0;
/// Labels of a picture: more would hide the city.
const MOST_LABELS: usize = 14;

/// What a Thing says, and in which colour.
fn told(thing: &Thing, now: Instant, language: Language, link: &Link) -> Option<Line> {
    let reading = thing.readings.values().find(|reading| reading.number().is_some())?;
    let number = reading.number()?;
    let age = reading.age_s(now).map(|age| language.age(age)).unwrap_or_default();
    let (vi, en) = Provenance::of(thing).words();
    let from = language.of(vi, en);
    let mut text = format!("{} {} · {from} · {age}", language.number(number, 2), reading.unit);
    match reading.quality {
        Quality::Good => {}
        Quality::Suspect => text.push_str(language.of(" · nghi ngờ", " · suspect")),
        Quality::Bad => text.push_str(language.of(" · sai", " · bad")),
    }
    if let Some((_, title)) = &reading.alarm {
        text.push_str(" · ");
        text.push_str(language.title(title));
    }
    Some((text, tone(reading, now, link)))
}

/// What is estimated of a gauge and foreseen, and whether its readings are doubted.
fn foreseen(
    gauge: &GaugeEstimate,
    estimates: &Estimates,
    now: Instant,
    language: Language,
    link: &Link,
) -> Vec<Line> {
    let is_faint = estimates.is_old(now) || *link != Link::Live;
    let tone = |tone| if is_faint { FAINT } else { tone };
    let mut lines = Vec::new();
    if let Some(level) = gauge.now() {
        let (vi, en) = estimates.by.words();
        lines.push((format!("{} {}", language.of(vi, en), banded(level, language)), tone(INK)));
    }
    if let Some(level) = gauge.peak() {
        let word = language.of("dự báo", "forecast");
        let mut text = format!("{word} {} · {}", banded(level, language), hour(level.time));
        let alarm = gauge.likely_alarm();
        if let Some((_, chance)) = alarm {
            let percent = language.number(chance.probability * 100.0, 0);
            text.push_str(&format!(" · {} {percent} %", language.title(&chance.title)));
        }
        lines.push((text, tone(alarm.map_or(INK, |(level, _)| alarm_tone(level)))));
    }
    if let Some(state) = gauge.state.as_ref().filter(|it: &&State| it.is_flag()) {
        lines.push((language.title(&state.title).to_owned(), tone(alarm_tone(2))));
    }
    lines
}

fn tone(reading: &Reading, now: Instant, link: &Link) -> egui::Color32 {
    if !matches!(link, Link::Live | Link::Past) || reading.is_stale(now) {
        return FAINT;
    }
    alarm_tone(reading.alarm.as_ref().map_or(0, |alarm| alarm.0))
}

/// The colour of an alarm level.
pub(crate) fn alarm_tone(level: u8) -> egui::Color32 {
    match level {
        0 => egui::Color32::from_rgb(130, 225, 165),
        1 => egui::Color32::from_rgb(255, 214, 90),
        2 => egui::Color32::from_rgb(255, 150, 60),
        _ => egui::Color32::from_rgb(255, 90, 80),
    }
}

/// A name with its value, above the place that it belongs to.
struct Label {
    at: egui::Pos2,
    paper: egui::Rect,
    name: Arc<egui::Galley>,
    values: Vec<Arc<egui::Galley>>,
}

impl Label {
    fn new(painter: &egui::Painter, at: egui::Pos2, name: &str, told: Vec<Line>) -> Self {
        let font = egui::FontId::proportional(11.0);
        let name = painter.layout_no_wrap(name.to_owned(), font.clone(), INK);
        let lay = |(text, colour)| painter.layout_no_wrap(text, font.clone(), colour);
        let values: Vec<_> = told.into_iter().map(lay).collect();
        let all = || std::iter::once(&name).chain(&values);
        let width = all().map(|it| it.size().x).fold(0.0, f32::max);
        let height: f32 = all().map(|it| it.size().y).sum();
        let corner = at - egui::vec2(width / 2.0, height + 14.0);
        let paper = egui::Rect::from_min_size(corner, egui::vec2(width, height)).expand(4.0);
        Self { at, paper, name, values }
    }

    fn draw(self, painter: &egui::Painter) {
        painter.rect_filled(self.paper, 3.0, PAPER);
        let foot = egui::pos2(self.at.x, self.paper.max.y);
        painter.line_segment([self.at, foot], egui::Stroke::new(1.0, INK));
        let mut corner = self.paper.min + egui::vec2(4.0, 4.0);
        for line in std::iter::once(self.name).chain(self.values) {
            let high = line.size().y;
            painter.galley(corner, line, INK);
            corner.y += high;
        }
    }
}

/// The picture of the opposite run over the right half of the window, below everything that is written.
fn right_half(
    mut contexts: EguiContexts<'_, '_>,
    picture: Option<Res<'_, RightPicture>>,
) -> Result {
    let Some(picture) = picture else { return Ok(()) };
    let context = contexts.ctx_mut()?;
    let mut half = context.content_rect();
    half.min.x = half.center().x;
    let whole = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    let painter = context.layer_painter(egui::LayerId::background());
    painter.image(picture.texture, half, whole, egui::Color32::WHITE);
    Ok(())
}

/// The line between two runs that are compared, and which is which.
fn divide(context: &egui::Context, first: &FloodView, opposite: &Opposite, language: Language) {
    let screen = context.content_rect();
    let painter = context.layer_painter(egui::LayerId::background());
    let part = if opposite.is_parted { 0.5 } else { opposite.part };
    let x = screen.min.x + screen.width() * part;
    painter.vline(x, screen.y_range(), egui::Stroke::new(2.0, INK));
    let font = egui::FontId::proportional(11.0);
    for (view, is_left) in [(first, true), (&opposite.view, false)] {
        let text = format!("{} · {} h", view.run.name, language.number(view.hours, 1));
        let galley = painter.layout_no_wrap(text, font.clone(), INK);
        let width = galley.size().x;
        let corner = if is_left { x - width - 12.0 } else { x + 12.0 };
        let corner = egui::pos2(corner, screen.max.y - 62.0);
        let paper = egui::Rect::from_min_size(corner, galley.size()).expand(4.0);
        painter.rect_filled(paper, 3.0, PAPER);
        painter.galley(corner, galley, INK);
    }
}

/// Attribution and time at the foot; what is missing and the state of the connection at the head.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn edges(
    mut contexts: EguiContexts<'_, '_>,
    city: Res<'_, City>,
    clock: Res<'_, VirtualClock>,
    language: Res<'_, Language>,
    state: Res<'_, LiveState>,
    flood: Option<Res<'_, FloodView>>,
    opposite: Option<Res<'_, Opposite>>,
    mut frames: Local<'_, u32>,
) -> Result {
    *frames += 1;
    if *frames < 2 {
        return Ok(());
    }
    let context = contexts.ctx_mut()?;
    if let (Some(first), Some(opposite)) = (&flood, &opposite) {
        divide(context, first, opposite, *language);
    }
    let screen = context.content_rect();
    let painter = context.layer_painter(egui::LayerId::background());
    let font = egui::FontId::proportional(10.5);
    let strip = |lines: Vec<(String, egui::Color32)>, at_foot: bool| {
        let wrap = screen.width() - 16.0;
        let galleys =
            lines.into_iter().map(|(text, ink)| painter.layout(text, font.clone(), ink, wrap));
        let galleys: Vec<_> = galleys.collect();
        let height: f32 = galleys.iter().map(|it| it.size().y).sum();
        let width = galleys.iter().map(|it| it.size().x).fold(0.0, f32::max);
        if galleys.is_empty() {
            return;
        }
        let corner = if at_foot {
            egui::pos2(screen.max.x - width - 8.0, screen.max.y - height - 5.0)
        } else {
            egui::pos2(screen.max.x - width - 8.0, screen.min.y + 6.0)
        };
        let paper = egui::Rect::from_min_size(corner, egui::vec2(width, height)).expand(4.0);
        painter.rect_filled(paper, 3.0, PAPER);
        let mut down = corner;
        for galley in galleys {
            let step = galley.size().y;
            painter.galley(down, galley, INK);
            down.y += step;
        }
    };
    let mut sources = city.attributions.join(" · ");
    if city.is_synthetic {
        let word = language.of("dữ liệu tổng hợp", "synthetic data");
        sources = if sources.is_empty() { word.to_owned() } else { format!("{sources} · {word}") };
    }
    let time = clock.local().strftime("%H:%M %d/%m/%Y").to_string();
    let mut foot = format!("{} · {time}", language.title(&city.title));
    if let Some(flood) = flood {
        foot.push_str(&flood.caption(*language));
    }
    strip(vec![(foot, INK), (sources, FAINT)], true);
    let mut head: Vec<(String, egui::Color32)> = Vec::new();
    if let Link::Lost(why) = &state.link {
        let word = language
            .of("Mất kết nối trực tuyến, đang thử lại", "Live connection lost, trying again");
        head.push((format!("{word}: {why}"), egui::Color32::from_rgb(255, 170, 120)));
    }
    let mut alerts: Vec<_> = state.alerts.values().collect();
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.level));
    for alert in alerts.into_iter().take(3) {
        let text = |title: &Option<city::Title>| {
            title.as_ref().map(|title| language.title(title).to_owned()).unwrap_or_default()
        };
        let tone = alarm_tone(alert.level.unwrap_or(1));
        head.push((format!("{} · {}", text(&alert.headline), text(&alert.place)), tone));
    }
    head.extend(city.notes.iter().map(|note| (language.title(&note.0).to_owned(), FAINT)));
    head.truncate(12);
    strip(head, false);
    Ok(())
}
