//! What is estimated of a gauge and foreseen, in the panel: numbers, a chart of the band, and who says so.

use bevy_egui::egui;
use city::Instant;

use crate::{
    live::{
        Estimates, Provenance,
        estimates::{GaugeEstimate, Level},
    },
    overlay::alarm_tone,
    words::Language,
};

const BAND: egui::Color32 = egui::Color32::from_rgba_premultiplied(40, 78, 110, 130);
const MIDDLE: egui::Color32 = egui::Color32::from_rgb(120, 190, 250);
const FAINT: egui::Color32 = egui::Color32::from_rgb(150, 156, 162);
const ODD: egui::Color32 = egui::Color32::from_rgb(255, 160, 110);

/// What is known of a gauge; of one that nothing is estimated of, why.
pub(super) fn estimate(
    ui: &mut egui::Ui,
    estimates: &Estimates,
    gauge: Option<&GaugeEstimate>,
    now: Instant,
    language: Language,
) {
    ui.separator();
    let Some(gauge) = gauge else {
        if let Some(why) = &estimates.trouble {
            ui.weak(language.title(why));
        } else if estimates.issued.is_some() {
            ui.weak(language.of("Trạm ngoài vùng dự báo", "The gauge is outside of the forecast"));
        }
        return;
    };
    let (vi, en) = estimates.by.words();
    let age = estimates.age_s(now).map(|age_s| language.age(age_s)).unwrap_or_default();
    let (made, ago) = (language.of("dự báo lập", "forecast made"), language.of("trước", "ago"));
    let tone = if estimates.is_old(now) { ODD } else { FAINT };
    ui.colored_label(tone, format!("{} · {made} {age} {ago}", language.of(vi, en)));
    if let Some(level) = gauge.now() {
        let word = language.of("Hiện tại", "Now");
        ui.label(format!("{word}: {}", banded(level, language)));
    }
    if let Some(level) = gauge.peak() {
        let word = language.of("Cao nhất", "Highest");
        ui.label(format!("{word}: {} · {}", banded(level, language), hour(level.time)));
    }
    chart(ui, gauge, language);
    for (chance, level) in gauge.alarms.iter().zip(1u8..) {
        let percent = language.number(chance.probability * 100.0, 0);
        let when =
            chance.reached.map(|[early, _, late]| format!(" · {}–{}", hour(early), hour(late)));
        let text = format!(
            "{} ({} m): {percent} %{}",
            language.title(&chance.title),
            language.number(chance.level_m, 2),
            when.unwrap_or_default()
        );
        let tone = if chance.probability >= 0.05 { alarm_tone(level) } else { FAINT };
        ui.colored_label(tone, text);
    }
    if let Some(state) = &gauge.state {
        let tone = if state.is_flag() || gauge.left_out { ODD } else { FAINT };
        let word = language.of("Số đo của trạm", "The gauge's readings");
        ui.colored_label(tone, format!("{word}: {}", language.title(&state.title)));
    }
    for told in estimates.trouble.iter().chain(&estimates.assumptions) {
        ui.weak(language.title(told));
    }
    let mut basis = "P10–P90".to_owned();
    if estimates.by == Provenance::ServerEstimate {
        let members = language.of("thành viên", "members");
        basis.push_str(&format!(" · {} {members}", estimates.members));
    }
    if estimates.is_simulated {
        basis.push_str(language.of(" · có trạm mô phỏng", " · with simulated gauges"));
    }
    if estimates.is_synthetic {
        basis.push_str(language.of(" · địa hình tổng hợp", " · synthetic terrain"));
    }
    basis.push_str(language.of(" · nội bộ, tham khảo", " · internal, for reference"));
    ui.weak(basis);
}

/// A level with its band.
pub(crate) fn banded(level: &Level, language: Language) -> String {
    let number = |metres: f64| language.number(metres, 2);
    format!("{} m ({}–{})", number(level.p50_m), number(level.p10_m), number(level.p90_m))
}

/// The hour and minute of the province's clock.
pub(crate) fn hour(at: Instant) -> String {
    crate::clock::local_time(at).strftime("%H:%M").to_string()
}

/// The band and its middle over time, with the alarm levels that lie near.
fn chart(ui: &mut egui::Ui, gauge: &GaugeEstimate, language: Language) {
    let (Some(first), Some(last)) = (gauge.levels.first(), gauge.levels.last()) else { return };
    let span_s = (last.time.as_micros() - first.time.as_micros()) as f64;
    if span_s <= 0.0 {
        return;
    }
    let low = gauge.levels.iter().map(|it| it.p10_m).fold(f64::MAX, f64::min);
    let high = gauge.levels.iter().map(|it| it.p90_m).fold(f64::MIN, f64::max);
    let margin = (high - low).max(0.2) * 0.15;
    let (low, high) = (low - margin, high + margin);
    let size = egui::vec2(ui.available_width().min(310.0), 84.0);
    let (response, painter) = ui.allocate_painter(size, egui::Sense::hover());
    let page = response.rect.shrink2(egui::vec2(4.0, 12.0));
    painter.rect_filled(response.rect, 2.0, egui::Color32::from_black_alpha(60));
    let place = |time: Instant, level_m: f64| {
        let right = (time.as_micros() - first.time.as_micros()) as f64 / span_s;
        let up = (level_m - low) / (high - low);
        egui::pos2(page.min.x + right as f32 * page.width(), page.max.y - up as f32 * page.height())
    };
    for pair in gauge.levels.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let corners = vec![
            place(a.time, a.p10_m),
            place(a.time, a.p90_m),
            place(b.time, b.p90_m),
            place(b.time, b.p10_m),
        ];
        painter.add(egui::Shape::convex_polygon(corners, BAND, egui::Stroke::NONE));
    }
    let middle = gauge.levels.iter().map(|it| place(it.time, it.p50_m)).collect();
    painter.add(egui::Shape::line(middle, egui::Stroke::new(1.5, MIDDLE)));
    for (chance, level) in gauge.alarms.iter().zip(1u8..) {
        if (low..=high).contains(&chance.level_m) {
            let y = place(first.time, chance.level_m).y;
            painter.hline(page.x_range(), y, egui::Stroke::new(1.0, alarm_tone(level)));
        }
    }
    let font = egui::FontId::proportional(10.0);
    let rect = response.rect.shrink(3.0);
    let write = |at: egui::Pos2, align: egui::Align2, text: String| {
        painter.text(at, align, text, font.clone(), FAINT);
    };
    let metres = |metres: f64| format!("{} m", language.number(metres, 2));
    write(rect.left_top(), egui::Align2::LEFT_TOP, metres(high));
    write(rect.left_bottom(), egui::Align2::LEFT_BOTTOM, hour(first.time));
    write(rect.right_bottom(), egui::Align2::RIGHT_BOTTOM, hour(last.time));
}
