//! The flood that is played: what is placed by clicks, what is set, what comes of it, and comparing.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

use super::tools::{TOP, ToolLines, WARNING, row};
use crate::{
    axes,
    camera::Rig,
    flood::{
        FloodRun, FloodView, Opposite,
        play::{Breach, Kept, Player, PumpSite, Source, Wall},
    },
    ground::Ground,
    scene::{Buildings, City},
    words::Language,
};

/// What the next click places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placing {
    Source,
    Wall,
    Breach,
    Pump,
}

impl Placing {
    const ALL: [Self; 4] = [Self::Source, Self::Wall, Self::Breach, Self::Pump];

    fn title(self, language: Language) -> &'static str {
        match self {
            Self::Source => language.of("Nguồn nước", "Source"),
            Self::Wall => language.of("Tường, đê", "Wall, levee"),
            Self::Breach => language.of("Vỡ đê", "Breach"),
            Self::Pump => language.of("Máy bơm", "Pump"),
        }
    }

    fn advice(self, language: Language) -> &'static str {
        match self {
            Self::Source => language.of("Bấm vào nơi nước tràn vào", "Click where water comes in"),
            Self::Wall => language
                .of("Bấm từng điểm của tường, rồi Xong", "Click the wall's points, then Done"),
            Self::Breach => {
                language.of("Bấm vào tường, nơi vỡ", "Click on a wall, where it gives way")
            }
            Self::Pump => language.of(
                "Bấm nơi hút, rồi nơi xả (Xong: bơm ra ngoài vùng)",
                "Click where it takes from, then where it lifts to (Done: out of the area)",
            ),
        }
    }
}

/// The hand that places, and its numbers.
#[derive(Debug, Resource)]
pub(super) struct Hand {
    holds: Option<Placing>,
    /// Longitude and latitude of what was clicked.
    points: Vec<[f64; 2]>,
    discharge_m3_s: f64,
    height_m: f64,
    width_m: f64,
    capacity_m3_s: f64,
}

impl Default for Hand {
    fn default() -> Self {
        Self {
            holds: None,
            points: Vec::new(),
            discharge_m3_s: 20.0,
            height_m: 1.5,
            width_m: 20.0,
            capacity_m3_s: 2.0,
        }
    }
}

impl Hand {
    /// Takes a click, if something is to be placed.
    pub(super) fn click(&mut self, at: Option<[f64; 2]>, player: &mut Player) -> bool {
        let Some(placing) = self.holds else { return false };
        let Some(at) = at else { return true };
        self.points.push(at);
        let is_whole = match placing {
            Placing::Source | Placing::Breach => true,
            Placing::Pump => self.points.len() == 2,
            Placing::Wall => false,
        };
        if is_whole {
            self.place(player);
        }
        true
    }

    /// Places what was clicked.
    fn place(&mut self, player: &mut Player) {
        let points = std::mem::take(&mut self.points);
        let now_s = player.time_s();
        let measures = &mut player.measures;
        match (self.holds, points.as_slice()) {
            (Some(Placing::Source), [at, ..]) => {
                measures.sources.push(Source { at: *at, discharge_m3_s: self.discharge_m3_s });
            }
            (Some(Placing::Wall), [_, _, ..]) => {
                let (line, height_m) = (points, self.height_m);
                measures.walls.push(Wall { line, height_m, breaches: Vec::new() });
            }
            (Some(Placing::Pump), [from, rest @ ..]) => {
                let to = rest.first().copied();
                let capacity_m3_s = self.capacity_m3_s;
                measures.pumps.push(PumpSite { from: *from, to, capacity_m3_s });
            }
            (Some(Placing::Breach), [at, ..]) => {
                let breach = Breach { at: *at, width_m: self.width_m, from_s: now_s };
                match nearest(&mut measures.walls, *at) {
                    Some(wall) => wall.breaches.push(breach),
                    None => return,
                }
            }
            _ => return,
        }
        player.change();
    }
}

/// The wall one of whose sides is nearest to a place.
fn nearest(walls: &mut [Wall], at: [f64; 2]) -> Option<&mut Wall> {
    use geo::{Distance, Euclidean};
    use geo_types::{LineString, Point};
    // Degrees of longitude are shorter; within a town the same everywhere.
    let squeeze = at[1].to_radians().cos();
    let flat = |[lon, lat]: [f64; 2]| (lon * squeeze, lat);
    let away = |wall: &Wall| {
        let line: LineString<f64> = wall.line.iter().map(|place| flat(*place)).collect();
        Euclidean.distance(&Point::from(flat(at)), &line)
    };
    walls.iter_mut().min_by(|a, b| away(a).total_cmp(&away(b)))
}

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
    egui::Window::new(language.of("Thử nghiệm ngập", "Flood play"))
        .id(egui::Id::new("dothi-play"))
        .default_pos([(context.content_rect().max.x - 690.0).max(8.0), TOP])
        .default_open(false)
        .default_width(300.0)
        .max_height(context.content_rect().height() - 100.0)
        .vscroll(true)
        .resizable(false)
        .show(context, |ui| {
            settings(ui, &mut player, language);
            place(ui, &mut player, &mut hand, language);
            ui.separator();
            let looked_at = rigs.iter().next().map(|rig| &rig.view);
            let middle = looked_at.map(|view| city.frame.from_lon_lat(view.lon, view.lat).into());
            let is_begun = control(ui, &mut player, language, |player| {
                player.begin(&city, &buildings, middle.unwrap_or_default());
            });
            if is_begun {
                commands.remove_resource::<FloodView>();
                commands.remove_resource::<Opposite>();
            }
            figures(ui, &player, language);
            keep(ui, &mut commands, &mut player, &mut kept, language);
            compare(ui, &mut commands, &kept, flood.as_deref(), opposite, language);
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
                let drag = egui::DragValue::new(value).range(range).speed(0.1).suffix(unit);
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

/// What is in the hand, and what stands.
fn place(ui: &mut egui::Ui, player: &mut Player, hand: &mut Hand, language: Language) {
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
        ui.add(egui::DragValue::new(value).range(range).speed(0.1).suffix(unit));
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

/// Two runs side by side, with a line between that is moved.
fn compare(
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
        let slider = egui::Slider::new(&mut hours, 0.0..=opposite.view.run.hours().max(0.1));
        if ui.add(slider.text(language.of("giờ, bên phải", "hours, right"))).changed() {
            opposite.view.hours = hours;
        }
    }
    if ui.button(language.of("Thôi so sánh", "Stop comparing")).clicked() {
        commands.remove_resource::<Opposite>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flood::play::Measures;

    #[test]
    fn clicks_place_what_is_in_the_hand() {
        let (mut hand, mut player) = (Hand::default(), Player::default());
        assert!(!hand.click(Some([108.0, 15.0]), &mut player), "an empty hand takes no click");
        hand.holds = Some(Placing::Source);
        assert!(hand.click(Some([108.0, 15.0]), &mut player));
        hand.holds = Some(Placing::Wall);
        for lon in [108.0, 108.001, 108.002] {
            assert!(hand.click(Some([lon, 15.0]), &mut player));
        }
        hand.place(&mut player);
        for lat in [15.0, 15.01] {
            hand.holds = Some(Placing::Wall);
            hand.points = vec![[108.0, lat + 0.02], [108.002, lat + 0.02]];
            hand.place(&mut player);
        }
        hand.holds = Some(Placing::Breach);
        assert!(hand.click(Some([108.0011, 15.0201]), &mut player));
        hand.holds = Some(Placing::Pump);
        hand.click(Some([108.0, 15.0]), &mut player);
        hand.click(Some([108.001, 15.0]), &mut player);
        let Measures { sources, walls, pumps, .. } = &player.measures;
        assert_eq!((sources.len(), walls.len(), pumps.len()), (1, 3, 1));
        assert_eq!(walls[0].line.len(), 3);
        let breaches: Vec<usize> = walls.iter().map(|wall| wall.breaches.len()).collect();
        assert_eq!(breaches, [0, 1, 0], "the wall that is nearest to the click");
        assert!(player.measures.check().is_ok());
    }
}
