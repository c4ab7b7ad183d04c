//! The flood that is played: what is placed by clicks, what is set, what comes of it, and comparing.

mod compare;
mod hand;
mod placed;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

use super::tools::{TOP, ToolLines, WARNING, row};
use crate::{
    axes,
    camera::Rig,
    flood::{
        self, FloodView, Opposite,
        play::{Kept, Player},
    },
    ground::Ground,
    scene::{Buildings, City},
    words::Language,
};
pub(super) use hand::Hand;

/// Adds the play to the panel.
pub(super) fn add(app: &mut App) {
    app.init_resource::<Hand>()
        .add_systems(Update, lines)
        .add_systems(EguiPrimaryContextPass, show.after(super::show));
}

const WATER: Color = Color::srgb(0.3, 0.75, 1.0);
const WORKS: Color = Color::srgb(1.0, 0.75, 0.3);
const AREA: Color = Color::srgb(0.75, 0.8, 0.9);

/// Lines of what is placed, and around the area.
fn lines(
    player: Res<'_, Player>,
    hand: Res<'_, Hand>,
    ground: Res<'_, Ground>,
    mut gizmos: Gizmos<'_, '_, ToolLines>,
) {
    let at = |[lon, lat]: [f64; 2], up_m: f64| {
        let (east, north) = ground.frame.from_lon_lat(lon, lat);
        axes::to_scene(east, north, ground.heights.at(east, north) + up_m)
    };
    for source in &player.measures.sources {
        gizmos.line(at(source.at, 0.0), at(source.at, 12.0), WATER);
        gizmos.sphere(at(source.at, 12.0), 1.2, WATER);
    }
    for pump in &player.measures.pumps {
        let over = |place| [at(place, 0.0), at(place, 4.0)];
        let mut way = over(pump.from).to_vec();
        way.extend(pump.to.into_iter().flat_map(|to| {
            let [foot, top] = over(to);
            [top, foot]
        }));
        gizmos.linestrip(way, WORKS);
    }
    gizmos.linestrip(hand.points.iter().map(|place| at(*place, 0.6)), WORKS);
    if let Some(area) = player.area() {
        let edges = area.edges_m();
        let (w, s, e, n) = (edges.min_x, edges.min_y, edges.max_x, edges.max_y);
        let ring = [(w, s), (e, s), (e, n), (w, n), (w, s)];
        let ring = ring
            .map(|(east, north)| axes::to_scene(east, north, ground.heights.at(east, north) + 1.0));
        gizmos.linestrip(ring, AREA);
    }
}

#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn show(
    mut contexts: EguiContexts<'_, '_>,
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    buildings: Res<'_, Buildings>,
    language: Res<'_, Language>,
    rigs: Query<'_, '_, &Rig>,
    mut player: ResMut<'_, Player>,
    mut hand: ResMut<'_, Hand>,
    mut kept: ResMut<'_, Kept>,
    flood: Option<Res<'_, FloodView>>,
    opposite: Option<ResMut<'_, Opposite>>,
    mut frames: Local<'_, u32>,
) -> Result {
    *frames += 1;
    if *frames < 3 {
        return Ok(());
    }
    let context = contexts.ctx_mut()?;
    let language = *language;
    let window = egui::Window::new(language.of("Thử nghiệm ngập", "Flood play"))
        .id(egui::Id::new("dothi-play"))
        .default_pos(match context.content_rect().max.x {
            wide if wide > 1020.0 => [wide - 690.0, TOP],
            narrow => [narrow - 230.0, TOP + 46.0],
        })
        .default_open(false)
        .default_width(300.0);
    let most = context.content_rect().height() - 100.0;
    super::tall(window, context, most, |ui| {
        settings(ui, &mut player, language);
        placed::place(ui, &mut player, &mut hand, language);
        ui.separator();
        let looked_at = rigs.iter().next().map(|rig| &rig.view);
        let middle = looked_at.map(|view| city.frame.from_lon_lat(view.lon, view.lat).into());
        let is_begun = control(ui, &mut player, language, |player| {
            player.begin(&city, &buildings, middle.unwrap_or_default());
        });
        if is_begun {
            flood::close(&mut commands);
        }
        figures(ui, &player, language);
        keep(ui, &mut commands, &mut player, &mut kept, language);
        compare::compare(ui, &mut commands, &kept, flood.as_deref(), opposite, language);
    });
    Ok(())
}

/// Rain, tide, size.
fn settings(ui: &mut egui::Ui, player: &mut Player, language: Language) {
    let mut is_changed = false;
    let measures = &mut player.measures;
    egui::Grid::new("play-settings").num_columns(2).show(ui, |ui| {
        let mut number =
            |title: &str, value: &mut f64, range: std::ops::RangeInclusive<f64>, unit: &str| {
                ui.label(title);
                let drag = super::drag(value, language, 1).range(range).speed(0.1).suffix(unit);
                is_changed |= ui.add(drag).changed();
                ui.end_row();
            };
        number(language.of("Mưa", "Rain"), &mut measures.rain_mm_h, 0.0..=500.0, " mm/h");
        number(
            language.of("Triều dâng thêm", "Tide rises by"),
            &mut measures.tide_m,
            -5.0..=10.0,
            " m",
        );
        number(language.of("trong", "within"), &mut measures.tide_hours, 0.0..=48.0, " h");
    });
    if is_changed {
        player.change();
    }
}

/// Begin, pause, again, end; whether it was begun now.
fn control(
    ui: &mut egui::Ui,
    player: &mut Player,
    language: Language,
    begin: impl FnOnce(&mut Player),
) -> bool {
    let is_begun = player.is_begun();
    let title = match is_begun {
        true => language.of("Chạy lại từ đầu", "Run again"),
        false => language.of("Bắt đầu", "Begin"),
    };
    let mut is_pressed = false;
    ui.horizontal(|ui| {
        is_pressed = ui.button(title).clicked();
        if is_begun {
            let title = match player.is_running {
                true => language.of("Dừng", "Pause"),
                false => language.of("Tiếp", "Go on"),
            };
            if ui.button(title).clicked() {
                player.is_running = !player.is_running;
            }
            if ui.button(language.of("Kết thúc", "End")).clicked() {
                player.end();
            }
        }
    });
    ui.horizontal(|ui| {
        for pace in [1.0, 10.0, 60.0, 300.0] {
            let is_chosen = player.pace == pace;
            if ui.selectable_label(is_chosen, format!("×{pace}")).clicked() {
                player.pace = pace;
            }
        }
    });
    if is_pressed {
        begin(player);
    }
    if let Some(why) = &player.trouble {
        ui.colored_label(WARNING, why);
    }
    is_pressed && player.is_begun()
}

/// What it has come to.
fn figures(ui: &mut egui::Ui, player: &Player, language: Language) {
    if !player.is_begun() {
        return;
    }
    let figures = player.figures();
    let hectares = |m2: f64| format!("{} ha", language.number(m2 / 10_000.0, 2));
    let minutes = (player.time_s() / 60.0) as u32;
    egui::Grid::new("play-figures").num_columns(2).striped(true).show(ui, |ui| {
        let time = format!("{}:{:02} h", minutes / 60, minutes % 60);
        row(ui, language.of("Đã chạy", "Played"), time);
        row(ui, language.of("Ngập trên 0,15 m", "Over 0.15 m"), hectares(figures.flooded_m2));
        row(ui, language.of("Ngập trên 0,5 m", "Over 0.5 m"), hectares(figures.deep_m2));
        let deepest = format!("{} m", language.number(figures.deepest_m, 2));
        row(ui, language.of("Sâu nhất", "Deepest"), deepest);
        let volume = format!("{} m³", language.number(figures.volume_m3, 0));
        row(ui, language.of("Lượng nước thêm", "Water added"), volume);
    });
    if let Some(area) = player.area() {
        let cells =
            format!("{} × {} × {} m", area.cells, area.cells, language.number(area.cell_m, 1));
        ui.weak(format!("{} {cells}", language.of("Lưới", "Grid")));
    }
}

/// Keeps what was played.
fn keep(
    ui: &mut egui::Ui,
    commands: &mut Commands<'_, '_>,
    player: &mut Player,
    kept: &mut Kept,
    language: Language,
) {
    if !player.is_begun() {
        return;
    }
    let title = language.of("Giữ làm kịch bản", "Keep as a scenario");
    if ui.button(title).clicked() {
        let word = language.of("Thử nghiệm", "Play");
        let name = format!("{word} {}", kept.0.len() + 1);
        if let Some(run) = player.keep(name) {
            let hours = run.hours();
            kept.0.push(run.clone());
            commands.insert_resource(FloodView::new(run, hours));
            player.end();
        }
    }
}
