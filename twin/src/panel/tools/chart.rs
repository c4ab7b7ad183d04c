//! Charts: the ground along a line, the sun by the hour.

use bevy_egui::egui;

use crate::{tools::Profile, words::Language};

const GROUND: egui::Color32 = egui::Color32::from_rgb(196, 164, 108);
const EARTH: egui::Color32 = egui::Color32::from_rgba_premultiplied(84, 68, 42, 150);
const ROOF: egui::Color32 = egui::Color32::from_rgb(150, 160, 172);
const FAINT: egui::Color32 = egui::Color32::from_rgb(140, 146, 152);
const SUN: egui::Color32 = egui::Color32::from_rgb(250, 200, 80);
const SHADE: egui::Color32 = egui::Color32::from_rgb(62, 70, 84);

/// The ground and the roofs of a profile; the place that the pointer is over.
pub(super) fn profile(ui: &mut egui::Ui, made: &Profile, language: Language) -> Option<[f64; 2]> {
    let size = egui::vec2(ui.available_width().min(310.0), 120.0);
    let (response, painter) = ui.allocate_painter(size, egui::Sense::hover());
    let page = response.rect.shrink2(egui::vec2(4.0, 14.0));
    let roofs = made.points.iter().filter_map(|point| Some(point.roof?.0));
    let high = roofs.fold(made.range_m.1, f64::max);
    let low = made.range_m.0;
    let span = (high - low).max(1.0);
    let place = |along_m: f64, up_m: f64| {
        let right = (along_m / made.length_m) as f32 * page.width();
        let up = ((up_m - low) / span) as f32 * page.height();
        egui::pos2(page.min.x + right, page.max.y - up)
    };
    painter.rect_filled(response.rect, 2.0, egui::Color32::from_black_alpha(60));
    for pair in made.points.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let foot = |along_m: f64| egui::pos2(place(along_m, low).x, response.rect.max.y);
        if let (Some((left, _)), Some((right, _))) = (a.roof, b.roof) {
            let solid = vec![
                place(a.along_m, a.ground_m),
                place(a.along_m, left),
                place(b.along_m, right),
                place(b.along_m, b.ground_m),
            ];
            painter.add(egui::Shape::convex_polygon(solid, ROOF, egui::Stroke::NONE));
        }
        let earth = vec![
            foot(a.along_m),
            place(a.along_m, a.ground_m),
            place(b.along_m, b.ground_m),
            foot(b.along_m),
        ];
        painter.add(egui::Shape::convex_polygon(earth, EARTH, egui::Stroke::NONE));
    }
    let ground = made.points.iter().map(|point| place(point.along_m, point.ground_m));
    painter.add(egui::Shape::line(ground.collect(), egui::Stroke::new(1.5, GROUND)));
    let font = egui::FontId::proportional(10.0);
    let write = |at: egui::Pos2, align: egui::Align2, text: String| {
        painter.text(at, align, text, font.clone(), FAINT);
    };
    let rect = response.rect.shrink(3.0);
    write(rect.left_top(), egui::Align2::LEFT_TOP, format!("{} m", language.number(high, 1)));
    write(rect.left_bottom(), egui::Align2::LEFT_BOTTOM, format!("{} m", language.number(low, 1)));
    let length = format!("{} m", language.number(made.length_m, 0));
    write(rect.right_bottom(), egui::Align2::RIGHT_BOTTOM, length);
    let pointer = response.hover_pos()?;
    let part = f64::from(((pointer.x - page.min.x) / page.width()).clamp(0.0, 1.0));
    let near = made.points.partition_point(|point| point.along_m < part * made.length_m);
    let point = made.points.get(near.min(made.points.len().saturating_sub(1)))?;
    let x = place(point.along_m, low).x;
    painter.vline(x, response.rect.y_range(), egui::Stroke::new(1.0, FAINT));
    let (along, up) = (language.number(point.along_m, 0), language.number(point.ground_m, 2));
    write(rect.right_top(), egui::Align2::RIGHT_TOP, format!("{along} m: {up} m"));
    Some(point.at)
}

/// Minutes of sun in each hour from 5 to 18, each bar as high as an hour.
pub(super) fn hours(ui: &mut egui::Ui, by_hour: &[f64; 24]) {
    const FIRST: usize = 5;
    const LAST: usize = 18;
    let size = egui::vec2(ui.available_width().min(310.0), 64.0);
    let (response, painter) = ui.allocate_painter(size, egui::Sense::hover());
    let wide = response.rect.width() / (LAST - FIRST + 1) as f32;
    let (top, foot) = (response.rect.min.y, response.rect.max.y - 13.0);
    for (hour, minutes) in by_hour.iter().enumerate().take(LAST + 1).skip(FIRST) {
        let left = response.rect.min.x + wide * (hour - FIRST) as f32;
        let bar = |from: f32, to: f32, colour: egui::Color32| {
            let corners = [egui::pos2(left + 1.0, from), egui::pos2(left + wide - 1.0, to)];
            painter.rect_filled(egui::Rect::from_min_max(corners[0], corners[1]), 1.0, colour);
        };
        let share = (minutes / 60.0).clamp(0.0, 1.0) as f32;
        bar(top, foot, SHADE);
        bar(foot - (foot - top) * share, foot, SUN);
        let at = egui::pos2(left + wide / 2.0, response.rect.max.y);
        painter.text(
            at,
            egui::Align2::CENTER_BOTTOM,
            hour.to_string(),
            egui::FontId::proportional(9.5),
            FAINT,
        );
    }
}
