//! The tables of a report: what was asked, the water, structures and marks; whom it hits stands in
//! [`impact`].

mod impact;
mod short;

use city::{
    Title,
    scenario::{DrainSource, FloodScenario, Infiltration, Rain, TideCurve},
};

use crate::{
    flood::{
        marks::MarksNote,
        summary::{DrainsNote, StructureNote, Summary},
    },
    report::{
        document::{Cell, Column, Table},
        number,
    },
};

pub(super) use impact::{affected, communes, evacuation, facilities, left_behind, roads, villages};
pub(super) use short::{commune_in_words, villages_in_short, ways_in_short};

/// A number the Vietnamese way.
pub(super) fn told(value: f64, decimals: u8) -> String {
    number::vietnamese(value, decimals)
}

fn title(vi: &str, en: &str) -> Title {
    Title::new(vi, en)
}

fn text(vi: &str, en: &str, share: f32) -> Column {
    Column::text(title(vi, en), share)
}

fn number_of(vi: &str, en: &str, unit: &str, share: f32) -> Column {
    Column::number(title(vi, en), unit, share)
}

pub(super) fn scenario(scenario: &FloodScenario, summary: &Summary) -> Table {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let grid = &summary.grid;
    rows.push((
        "Vùng tính",
        format!(
            "kinh độ {:.4} – {:.4}, vĩ độ {:.4} – {:.4}; {} × {} ô, mỗi ô {} m",
            grid.bbox[0],
            grid.bbox[2],
            grid.bbox[1],
            grid.bbox[3],
            grid.columns,
            grid.rows,
            told(grid.cell_m, 1)
        ),
    ));
    if let Some(start) = scenario.start {
        rows.push(("Bắt đầu", format!("{start} (UTC)")));
    }
    rows.push(("Thời gian", format!("{} giờ", told(scenario.duration_h, 1))));
    rows.push(("Mưa", rain(scenario.rain.as_ref())));
    if let Some(tide) = &scenario.tide {
        let levels = match &tide.levels {
            TideCurve::Wave { mean_m, amplitude_m, period_h, .. } => format!(
                "trung bình {} m, biên độ {} m, chu kỳ {} giờ",
                told(*mean_m, 2),
                told(*amplitude_m, 2),
                told(*period_h, 2)
            ),
            TideCurve::Series(series) => {
                let highest = series.level_m.iter().copied().fold(f64::MIN, f64::max);
                format!("{} trị số, cao nhất {} m", series.level_m.len(), told(highest, 2))
            }
        };
        rows.push(("Mực nước biên", format!("{levels}; hệ cao độ {}", tide.datum)));
    }
    for inflow in &scenario.inflows {
        let greatest = inflow.m3_s.iter().copied().fold(0.0, f64::max);
        rows.push((
            "Lưu lượng vào",
            format!("{}: lớn nhất {} m³/s", inflow.name, told(greatest, 1)),
        ));
    }
    let soil = match scenario.infiltration {
        Infiltration::None => "không thấm (đất đã no nước)".to_owned(),
        Infiltration::CurveNumber(number) => format!("SCS-CN, CN = {}", told(number, 0)),
        Infiltration::GreenAmpt { conductivity_mm_h, .. } => {
            format!("Green–Ampt, K = {} mm/giờ", told(conductivity_mm_h, 1))
        }
    };
    rows.push(("Thấm", soil));
    if let Some(drains) = &scenario.drains {
        let source = match drains.from {
            DrainSource::Layers(_) => "theo các lớp cống, hố ga, cửa xả",
            DrainSource::Swmm(_) => "theo tệp SWMM",
        };
        rows.push(("Thoát nước", source.to_owned()));
    }
    for structure in &scenario.structures {
        rows.push(("Công trình", structure.name.clone()));
    }
    if summary.members > 0 {
        rows.push(("Tổ hợp", format!("{} phương án khác", summary.members)));
    }
    rows.push(("Phương pháp", summary.method.clone()));
    let columns = vec![text("Nội dung", "Item", 1.0), text("Giá trị", "Value", 3.0)];
    let table = Table::new(title("Kịch bản", "The scenario"), columns);
    rows.into_iter()
        .fold(table, |table, (name, value)| table.row([Cell::text(name), Cell::text(value)]))
}

fn rain(rain: Option<&Rain>) -> String {
    match rain {
        None => "không".into(),
        Some(Rain::Design(storm)) => {
            format!("{} mm trong {} giờ", told(storm.total_mm, 0), told(storm.duration_h, 1))
        }
        Some(Rain::Series(series)) => {
            let spans = series.times_h.windows(2).map(|pair| pair[1] - pair[0]);
            let total: f64 = spans.zip(&series.mm_per_h).map(|(span, rate)| span * rate).sum();
            format!("{} mm theo chuỗi số liệu", told(total, 0))
        }
        Some(Rain::Gauges(gauges)) => format!("theo số liệu của {} trạm", gauges.gauges.len()),
    }
}

/// Where the terrain comes from, and how far it can be trusted.
pub(super) fn terrain(summary: &Summary) -> String {
    let terrain = &summary.terrain;
    let datum = terrain.vertical_datum.as_deref().unwrap_or("không ghi");
    let known = terrain.height_error_m.map(|error_m| {
        format!("Sai số trung phương độ cao {} m so với điểm đo.", told(error_m, 2))
    });
    let trust = if terrain.synthetic {
        "Địa hình là dữ liệu tổng hợp, không mô tả nơi có thật: kết quả chỉ để minh họa."
    } else if terrain.source.to_lowercase().contains("srtm") {
        "SRTM có sai số độ cao tuyệt đối khoảng 6 m (90 %, lục địa Á–Âu; Farr và nnk. 2007): kết quả chỉ để minh họa."
    } else if let Some(known) = &known {
        known.as_str()
    } else {
        "Sai số độ cao không được ghi cùng dữ liệu; cần đối chiếu với mốc cao độ hoặc vết lũ trước khi sử dụng."
    };
    format!(
        "Mô hình số độ cao: {} (lớp “{}”), hệ cao độ {datum}. {trust}",
        terrain.source, terrain.layer
    )
}

pub(super) fn grounds(summary: &Summary) -> Table {
    let columns = vec![
        number_of("Ngập từ", "Depth from", "m", 1.0),
        number_of("Diện tích", "Area", "ha", 1.0),
    ];
    let caption =
        title("Diện tích đất ngập theo độ sâu lớn nhất", "Flooded ground by greatest depth");
    summary.flooded.iter().fold(Table::new(caption, columns), |table, it| {
        table.row([Cell::number(it.depth_m, 1), Cell::number(it.area_ha, 1)])
    })
}

pub(super) fn volumes(summary: &Summary) -> Table {
    let ledger = &summary.ledger;
    let rows = [
        ("Có lúc đầu", ledger.before_m3),
        ("Mưa", ledger.rain_m3),
        ("Sông, xả lũ", ledger.inflow_m3),
        ("Vào qua biên", ledger.boundary_in_m3),
        ("Ra qua biên", -ledger.boundary_out_m3),
        ("Thấm", -ledger.infiltrated_m3),
        ("Bơm ra ngoài", -ledger.pumped_out_m3),
        ("Vào cống", -ledger.drained_m3),
        ("Từ cống trào lên", ledger.surcharged_m3),
        ("Còn lại lúc cuối", ledger.stored_m3),
    ];
    let columns = vec![text("Khoản", "Item", 2.0), number_of("Thể tích", "Volume", "m³", 1.0)];
    let table = Table::new(title("Cân bằng nước", "Water balance"), columns);
    let table = rows
        .into_iter()
        .fold(table, |table, (name, m3)| table.row([Cell::text(name), Cell::number(m3, 0)]));
    let share = format!("{:.1e}", ledger.relative_error.abs());
    table.noted(Title::new(
        format!("Sai số cân bằng {} m³ ({share} tổng lượng nước).", told(ledger.error_m3, 3)),
        format!("The balance is off by {:.3} m³ ({share} of all the water).", ledger.error_m3),
    ))
}

pub(super) fn structures(structures: &[StructureNote]) -> Table {
    let columns = vec![
        text("Công trình", "Structure", 2.5),
        number_of("Lưu lượng lớn nhất", "Greatest discharge", "m³/s", 1.5),
        number_of("Lúc", "At", "h", 1.0),
        number_of("Tổng lượng", "Volume", "m³", 1.3),
    ];
    let caption = title("Nước qua công trình", "Water through structures");
    structures.iter().fold(Table::new(caption, columns), |table, it| {
        table.row([
            Cell::text(it.name.as_str()),
            Cell::number(it.greatest_m3_s, 2),
            Cell::number(it.greatest_at_h, 1),
            Cell::number(it.volume_m3, 0),
        ])
    })
}

pub(super) fn drains(drains: &DrainsNote) -> Table {
    const MOST: usize = 40;
    let columns = vec![
        text("Hố ga", "Manhole", 2.0),
        number_of("Trào từ", "From", "h", 1.0),
        number_of("Trong", "For", "h", 1.0),
        number_of("Cao hơn nắp", "Above rim", "m", 1.2),
        number_of("Lượng trào", "Volume", "m³", 1.2),
    ];
    let caption = title("Hố ga trào nước", "Manholes that water rose out of");
    let table =
        drains.surcharged.iter().take(MOST).fold(Table::new(caption, columns), |table, it| {
            table.row([
                Cell::text(it.name.as_str()),
                Cell::number(it.from_h, 1),
                Cell::number(it.hours, 1),
                Cell::number(it.above_rim_m, 2),
                Cell::number(it.returned_m3, 1),
            ])
        });
    let more = drains.surcharged.len().saturating_sub(MOST);
    table.noted(Title::new(
        format!(
            "{} hố ga, {} đoạn cống; thu {} m³, trào lại {} m³, ra cửa xả {} m³; sai số {} m³. Còn {more} hố ga không ghi ở đây.",
            drains.nodes,
            drains.links,
            told(drains.taken_m3, 0),
            told(drains.returned_m3, 0),
            told(drains.outfall_m3, 0),
            told(drains.error_m3, 1),
        ),
        format!(
            "{} nodes, {} links; {:.0} m³ taken, {:.0} m³ given back, {:.0} m³ out; off by {:.1} m³. {more} more manholes.",
            drains.nodes, drains.links, drains.taken_m3, drains.returned_m3, drains.outfall_m3, drains.error_m3,
        ),
    ))
}

pub(super) fn marks(marks: &MarksNote) -> Table {
    let columns = vec![
        text("Vết lũ", "Mark", 2.5),
        number_of("Đo", "Measured", "m", 1.0),
        number_of("Mô hình", "Model", "m", 1.0),
        number_of("Chênh", "Difference", "m", 1.0),
        text("Nguồn", "Source", 2.0),
    ];
    let caption = title("So với vết lũ", "Against flood marks");
    let optional = |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::number(value, 2));
    let table = marks.marks.iter().fold(Table::new(caption, columns), |table, it| {
        table.row([
            Cell::text(it.name.as_str()),
            optional(it.marked_m),
            optional(it.modelled_m),
            optional(it.error_m),
            Cell::text(it.source.as_str()),
        ])
    });
    table.noted(Title::new(
        format!(
            "{} vết lũ trong vùng: lệch trung bình {} m, căn quân phương {} m.",
            marks.counted,
            told(marks.bias_m, 2),
            told(marks.rmse_m, 2)
        ),
        format!(
            "{} marks in the area: bias {:.2} m, root mean square {:.2} m.",
            marks.counted, marks.bias_m, marks.rmse_m
        ),
    ))
}
