//! A scenario that the city at hand can run in a few minutes: 100 mm in six hours, with a tide where
//! there is water to let it in.

use std::collections::BTreeMap;

use city::{
    Role, Title,
    layer::Content,
    scenario::{
        Area, Buildings, Design, FloodScenario, Infiltration, Method, Rain, Scenario, Shape, Tide,
        TideCurve,
    },
};

use crate::{
    flood::{Model, Sources},
    state::App,
    store::LayerView,
    viewer::Viewer,
};

/// Side of the example's area, degrees of latitude: some three kilometres.
const SIDE_DEG: f64 = 0.027;
/// Side of its cells, m.
const CELL_M: f64 = 20.0;
/// Side of the cells with which a place is tried, m.
const PROBE_M: f64 = 60.0;
/// How far apart places are that are tried, and how many each way.
const SHIFT_DEG: f64 = 0.01;
const REACH: i32 = 3;

/// The example; `None` where the city has no terrain.
pub(super) fn of(app: &App, viewer: &Viewer) -> Option<Scenario> {
    let city = app.store.city();
    let sources = Sources::of(app, &city, viewer);
    let terrain = sources.layers(Role::Terrain).into_iter().next()?;
    let within = terrain.layer().bbox?;
    let middle = sources.layers(Role::Buildings).iter().find_map(busiest);
    let (lon, lat) = middle.filter(|(x, y)| within.contains(*x, *y)).unwrap_or(within.centre());
    let area = |east: i32, north: i32| {
        let (lon, lat) = (lon + f64::from(east) * SHIFT_DEG, lat + f64::from(north) * SHIFT_DEG);
        let half = SIDE_DEG / 2.0;
        // A little inside of the terrain, whose edges bend in another frame.
        let inset = 0.002;
        let clamp = |value: f64, low: f64, high: f64| value.max(low + inset).min(high - inset);
        Area::Bbox([
            clamp(lon - half, within.min_x, within.max_x),
            clamp(lat - half, within.min_y, within.max_y),
            clamp(lon + half, within.min_x, within.max_x),
            clamp(lat + half, within.min_y, within.max_y),
        ])
    };
    let datum = match &terrain.layer().content {
        Content::Raster { vertical_datum, .. } => vertical_datum.clone(),
        Content::Vector { .. } => None,
    };
    let mut scenario = FloodScenario {
        title: Title::new(
            "Mưa 100 mm trong 6 giờ gặp triều cường",
            "100 mm in six hours on a spring tide",
        ),
        area: area(0, 0),
        resolution_m: PROBE_M,
        start: None,
        duration_h: 8.0,
        method: Method::Hllc,
        rain: Some(Rain::Design(Design {
            total_mm: 100.0,
            duration_h: 6.0,
            begin_h: 0.0,
            shape: Shape::Triangular,
        })),
        tide: datum.map(|datum| Tide {
            datum,
            offset_m: None,
            levels: TideCurve::Wave {
                mean_m: 0.1,
                amplitude_m: 0.6,
                period_h: 12.42,
                high_water_h: 4.0,
            },
        }),
        initial_level_m: None,
        inflows: Vec::new(),
        infiltration: Infiltration::None,
        buildings: Buildings::Blocked,
        roughness: 1.0,
        structures: Vec::new(),
        drains: None,
        marks: Vec::new(),
        ensemble: Vec::new(),
        stage: None,
        subgrid: 1,
        frames_min: 15.0,
    };
    // The place nearest to where most people live that the tide reaches.
    let reach = -REACH..=REACH;
    let mut shifts: Vec<(i32, i32)> =
        reach.clone().flat_map(|east| reach.clone().map(move |north| (east, north))).collect();
    shifts.sort_by_key(|(east, north)| east * east + north * north);
    let is_tidal = shifts.into_iter().any(|(east, north)| {
        scenario.area = area(east, north);
        scenario.tide.is_some() && Model::assemble(&scenario, &sources).is_ok()
    });
    if !is_tidal {
        scenario.title = Title::new("Mưa 100 mm trong 6 giờ", "100 mm in six hours");
        (scenario.tide, scenario.area) = (None, area(0, 0));
    }
    scenario.resolution_m = CELL_M;
    Model::assemble(&scenario, &sources).ok().map(|_| Scenario::Flood(scenario))
}

/// The middle of the square of the example's size, on a lattice of thirds of it, in which most
/// buildings stand.
fn busiest(view: &LayerView) -> Option<(f64, f64)> {
    const THIRD_DEG: f64 = SIDE_DEG / 3.0;
    let boxes = view.features().filter_map(|feature| feature.world_box().to_bbox());
    let mut counts: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    for (lon, lat) in boxes.map(|bbox| bbox.centre()) {
        let third = |degrees: f64| (degrees / THIRD_DEG).floor() as i32;
        *counts.entry((third(lon), third(lat))).or_default() += 1;
    }
    let around = |&(east, north): &(i32, i32)| -> usize {
        let square = (-1..=1).flat_map(|de| (-1..=1).map(move |dn| (east + de, north + dn)));
        square.filter_map(|third| counts.get(&third)).sum()
    };
    let (east, north) = counts.keys().max_by_key(|third| around(third))?;
    let middle = |third: i32| (f64::from(third) + 0.5) * THIRD_DEG;
    Some((middle(*east), middle(*north)))
}
