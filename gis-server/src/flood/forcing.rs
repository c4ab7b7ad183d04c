//! Rain, tide and rivers of a scenario, on the cells of a plane.

use std::f64::consts::TAU;

use city::{
    Layer, Title,
    layer::Content,
    scenario::{
        Between, FloodScenario, Inflow as River, Rain as Storm, RainGauges, ScenarioError, Shape,
        Tide, TideCurve,
    },
    text::fold,
};
use sim::flood::{Edge, EdgeSpan, Forcing, Inflow, Rain, Series, Side, storm};

use super::{error::FloodError, plane::Plane};

const HOUR_S: f64 = 3600.0;
/// Fall of the land beyond the edge, over which water leaves.
const EDGE_SLOPE: f64 = 1e-3;
/// Between points of a tide that is a wave, h.
const TIDE_STEP_H: f64 = 0.1;
/// Side of the squares that have one rain each, m.
const ZONE_M: f64 = 1000.0;
/// Pieces of a triangular storm.
const PIECES: usize = 20;

/// The height datum of the terrain, and how the scenario's levels stand to it.
pub(super) struct Datum {
    name: String,
    offset_m: f64,
}

impl Datum {
    /// # Errors
    /// Where there are levels, and they or the terrain have no datum, or another one.
    pub(super) fn of(terrain: &Layer, scenario: &FloodScenario) -> Result<Self, ScenarioError> {
        let own = match &terrain.content {
            Content::Raster { vertical_datum, .. } => vertical_datum.clone(),
            Content::Vector { .. } => None,
        };
        let has_levels = scenario.tide.is_some() || scenario.initial_level_m.is_some();
        let Some(name) = own else {
            if !has_levels {
                return Ok(Self { name: String::new(), offset_m: 0.0 });
            }
            let id = &terrain.id;
            return Err(ScenarioError::new(
                "area",
                format!(
                    "địa hình '{id}' không ghi hệ cao độ nên không so được với mực nước: ghi vertical_datum khi nhập"
                ),
                format!(
                    "the terrain '{id}' names no height datum, so that levels cannot be compared with it: give its vertical_datum at import"
                ),
            ));
        };
        let offset_m = match &scenario.tide {
            Some(Tide { offset_m: Some(offset_m), .. }) => *offset_m,
            Some(Tide { datum, .. }) if !is_same(datum, &name) => {
                return Err(ScenarioError::new(
                    "tide.datum",
                    format!(
                        "mực nước theo '{datum}' nhưng địa hình theo '{name}': ghi offset_m, độ cao phải cộng thêm"
                    ),
                    format!(
                        "levels are in '{datum}', the terrain in '{name}': give offset_m, what must be added to them"
                    ),
                ));
            }
            _ => 0.0,
        };
        Ok(Self { name, offset_m })
    }

    /// The tide's level in the terrain's datum at a time, m.
    pub(super) fn tide_m(&self, tide: &Tide, time_h: f64) -> f64 {
        self.offset_m
            + match &tide.levels {
                TideCurve::Wave { mean_m, amplitude_m, period_h, high_water_h } => {
                    mean_m + amplitude_m * (TAU * (time_h - high_water_h) / period_h).cos()
                }
                TideCurve::Series(series) => {
                    let entries =
                        series.times_h.iter().copied().zip(series.level_m.iter().copied());
                    let entries: Vec<_> = entries.collect();
                    Series::new("the tide", entries).map_or(f64::NAN, |series| series.at(time_h))
                }
            }
    }

    fn tide(&self, tide: &Tide, duration_h: f64) -> Result<Series, FloodError> {
        let times: Vec<f64> = match &tide.levels {
            TideCurve::Wave { .. } => {
                let steps = (duration_h / TIDE_STEP_H).ceil() as usize;
                (0..=steps).map(|step| step as f64 * TIDE_STEP_H).collect()
            }
            TideCurve::Series(series) => series.times_h.clone(),
        };
        let entries = times.into_iter().map(|time| (time * HOUR_S, self.tide_m(tide, time)));
        Ok(Series::new("the tide", entries.collect())?)
    }

    /// States the datum and what was added.
    pub(super) fn note(&self, assumptions: &mut Vec<Title>) {
        let Self { name, offset_m } = self;
        if name.is_empty() {
            assumptions.push(Title::new(
                "Địa hình không ghi hệ cao độ.",
                "The terrain names no height datum.",
            ));
        } else if *offset_m == 0.0 {
            assumptions.push(Title::new(
                format!("Mọi cao độ theo hệ {name}."),
                format!("Every level is in the datum {name}."),
            ));
        } else {
            assumptions.push(Title::new(
                format!("Mọi cao độ theo hệ {name}; mực nước biên đã cộng {offset_m:+.2} m."),
                format!("Every level is in the datum {name}; {offset_m:+.2} m were added to those at the edge."),
            ));
        }
    }
}

/// Whether two names mean one datum: one holds the other, whatever their accents and notes.
fn is_same(a: &str, b: &str) -> bool {
    let bare = |text: &str| fold(text.split('(').next().unwrap_or(text)).trim().to_owned();
    bare(a) == bare(b)
}

/// What forcing meets.
pub(super) struct Land<'a> {
    pub(super) plane: &'a Plane,
    pub(super) blocked: &'a [bool],
    pub(super) is_water: &'a [bool],
    pub(super) bed_m: &'a [f64],
}

/// The forcing of a scenario.
pub(super) fn of(
    scenario: &FloodScenario,
    datum: &Datum,
    land: &Land<'_>,
    assumptions: &mut Vec<Title>,
) -> Result<Forcing, FloodError> {
    let tide =
        scenario.tide.as_ref().map(|tide| datum.tide(tide, scenario.duration_h)).transpose()?;
    let edges = edges(land, tide.as_ref());
    let is_sea = edges.iter().any(|span| matches!(span.edge, Edge::Level(_)));
    if tide.is_some() && !is_sea {
        return Err(ScenarioError::new(
            "tide",
            "không có mặt nước (vai trò water) nào thấp hơn đỉnh triều chạm biên vùng, nên triều không vào được: mở rộng vùng tới sông hoặc biển, hoặc bỏ tide",
            "no water body (role water) with its bed below the highest tide meets the edge of the area, so that no tide comes in: reach to the river or sea, or leave tide out",
        )
        .into());
    }
    assumptions.push(match is_sea {
        true => Title::new(
            "Mực nước biên đặt ở mọi chỗ mặt nước có đáy thấp hơn đỉnh triều chạm biên vùng; nơi khác nước tự chảy ra.",
            "Levels hold wherever water bodies with beds below the highest tide meet the edge of the area; elsewhere water runs out freely.",
        ),
        false => Title::new(
            "Nước tự chảy ra qua biên vùng.",
            "Water runs out freely over the edge of the area.",
        ),
    });
    let rain = scenario.rain.as_ref().map(|storm| rain(storm, land.plane)).transpose()?;
    let rivers = scenario.inflows.iter().enumerate();
    let inflows = rivers.map(|(number, river)| inflow(number, river, land));
    Ok(Forcing { rain, inflows: inflows.collect::<Result<_, _>>()?, edges })
}

/// Pieces of the edge: at a level where a tide meets water, open elsewhere, none where blocked.
fn edges(land: &Land<'_>, tide: Option<&Series>) -> Vec<EdgeSpan> {
    let (columns, rows) = (land.plane.columns(), land.plane.rows());
    let sides =
        [(Side::West, rows), (Side::East, rows), (Side::South, columns), (Side::North, columns)];
    // Streams that come down above the highest tide are no arms of the sea.
    let levels = tide.into_iter().flat_map(Series::entries).map(|(_, level_m)| *level_m);
    let highest_m = levels.fold(f64::NEG_INFINITY, f64::max);
    let reaches = |cell: usize| land.is_water[cell] && land.bed_m[cell] < highest_m;
    let mut spans: Vec<EdgeSpan> = Vec::new();
    for (side, count) in sides {
        let cell = |i: usize| match side {
            Side::West => i * columns,
            Side::East => i * columns + columns - 1,
            Side::South => i,
            Side::North => (rows - 1) * columns + i,
        };
        let mut i = 0;
        while i < count {
            let is_sea = reaches(cell(i));
            let is_like = |i: usize| !land.blocked[cell(i)] && reaches(cell(i)) == is_sea;
            if land.blocked[cell(i)] {
                i += 1;
                continue;
            }
            let end = (i..count).find(|i| !is_like(*i)).unwrap_or(count);
            let edge = match tide.filter(|_| is_sea) {
                Some(series) => Edge::Level(series.clone()),
                None => Edge::Open { slope: EDGE_SLOPE },
            };
            spans.push(EdgeSpan { side, cells: i..end, edge });
            i = end;
        }
    }
    spans
}

fn rain(storm: &Storm, plane: &Plane) -> Result<Rain, FloodError> {
    let hours = |times: &[f64]| times.iter().map(|time| time * HOUR_S).collect();
    match storm {
        Storm::Series(series) => Ok(Rain::uniform(hours(&series.times_h), &series.mm_per_h)?),
        Storm::Gauges(gauges) => between(gauges, hours(&gauges.times_h), plane),
        Storm::Design(design) => {
            let end_h = design.begin_h + design.duration_h;
            let mean = design.total_mm / design.duration_h;
            if design.shape == Shape::Uniform {
                return Ok(Rain::uniform(hours(&[design.begin_h, end_h]), &[mean])?);
            }
            let at = |piece: usize| piece as f64 / PIECES as f64;
            let times = (0..=PIECES).map(|piece| design.begin_h + at(piece) * design.duration_h);
            let times: Vec<f64> = times.collect();
            // Depth until a share of the time, of a triangle whose peak lies at two fifths.
            let share = |t: f64| if t < 0.4 { t * t / 0.4 } else { 1.0 - (1.0 - t).powi(2) / 0.6 };
            let rates = (0..PIECES)
                .map(|piece| mean * (share(at(piece + 1)) - share(at(piece))) * PIECES as f64);
            Ok(Rain::uniform(hours(&times), &rates.collect::<Vec<_>>())?)
        }
    }
}

/// Rain between gauges, in squares of about a kilometre.
fn between(rain: &RainGauges, times_s: Vec<f64>, plane: &Plane) -> Result<Rain, FloodError> {
    let corner = plane.grid.bbox();
    let mut gauges = Vec::with_capacity(rain.gauges.len());
    for (number, gauge) in rain.gauges.iter().enumerate() {
        let [lon, lat] = gauge.at;
        let at = plane.to_plane(lon, lat).ok_or_else(|| {
            ScenarioError::new(
                format!("rain.gauges.gauges[{number}].at"),
                "không chiếu được vị trí này",
                "this position cannot be projected",
            )
        })?;
        let (x_m, y_m) = (at.x - corner.min_x, at.y - corner.min_y);
        gauges.push(storm::Gauge { x_m, y_m, mm_per_h: gauge.mm_per_h.clone() });
    }
    let grid = storm::ZoneGrid {
        columns: plane.columns(),
        rows: plane.rows(),
        cell_m: plane.cell_m(),
        cells_per_zone: (ZONE_M / plane.cell_m()).ceil() as usize,
    };
    let between = match rain.between {
        Between::Nearest => storm::Between::Nearest,
        Between::InverseDistance => storm::Between::InverseDistance { power: 2.0 },
    };
    Ok(storm::rain_between(&gauges, times_s, grid, between)?)
}

fn inflow(number: usize, river: &River, land: &Land<'_>) -> Result<Inflow, FloodError> {
    let place = format!("inflows[{number}].at");
    let [lon, lat] = river.at;
    let Some((column, row)) = land.plane.cell_at(lon, lat) else {
        return Err(ScenarioError::new(
            place,
            format!("'{}' tại {lon:.5}, {lat:.5} nằm ngoài vùng", river.name),
            format!("'{}' at {lon:.5}, {lat:.5} lies outside of the area", river.name),
        )
        .into());
    };
    let columns = land.plane.columns();
    let reach = (river.radius_m / land.plane.cell_m()).floor() as usize;
    let around =
        |middle: usize, most: usize| middle.saturating_sub(reach)..=(middle + reach).min(most - 1);
    let within = |(c, r): &(usize, usize)| {
        c.abs_diff(column).pow(2) + r.abs_diff(row).pow(2) <= reach * reach
    };
    let cells = around(row, land.plane.rows())
        .flat_map(|row| around(column, columns).map(move |column| (column, row)));
    let cells: Vec<_> = cells
        .filter(within)
        .filter(|(column, row)| !land.blocked[row * columns + column])
        .collect();
    if cells.is_empty() {
        return Err(ScenarioError::new(
            place,
            format!("'{}' rơi vào công trình hoặc ngoài vùng: chọn chỗ khác", river.name),
            format!(
                "'{}' comes in at a building or outside of the area: choose another place",
                river.name
            ),
        )
        .into());
    }
    let entries = river.times_h.iter().zip(&river.m3_s).map(|(time, m3_s)| (time * HOUR_S, *m3_s));
    let discharge_m3_s = Series::new("an inflow", entries.collect())?;
    Ok(Inflow { cells, discharge_m3_s })
}

#[cfg(test)]
mod tests {
    use city::{
        Crs,
        scenario::{Area, Design},
    };

    use super::*;

    #[test]
    fn a_triangular_storm_brings_all_its_rain_and_twice_the_mean_at_its_peak() {
        let design =
            Design { total_mm: 100.0, duration_h: 5.0, begin_h: 1.0, shape: Shape::Triangular };
        let plane =
            Plane::over(&Area::Bbox([108.47, 15.56, 108.48, 15.57]), Crs::QUANG_NAM, (20.0, 1));
        let rain = rain(&Storm::Design(design), &plane.unwrap()).unwrap();
        let mm = |time_h: f64| 1e3 * rain.depth_m(0, time_h * HOUR_S);
        assert_eq!((mm(1.0), (mm(6.0) * 1e9).round() / 1e9), (0.0, 100.0));
        // The quarter of an hour around the peak, at hour 3: 40 mm/h less what the pieces cut off.
        let peak = (mm(3.125) - mm(2.875)) / 0.25;
        assert!((37.0..40.0).contains(&peak), "{peak}");
        assert!((mm(3.0) - 40.0).abs() < 1e-9, "two fifths have fallen at the peak");
    }

    #[test]
    fn a_datum_is_known_without_its_accents_and_notes() {
        assert!(is_same("Hòn Dấu", "Hòn Dấu (giả định, tổng hợp)"));
        assert!(is_same("hon dau", "Hòn Dấu (EPSG:5727)"));
        assert!(!is_same("EGM96", "Hòn Dấu"));
    }
}
