//! Drains of a scenario: from layers or a SWMM 5 file to a network that meets the cells of a plane; and
//! what they did.

use city::{
    Crs, Role, Title,
    drainage::{
        Network, NodeKind, Stage,
        assemble::{DrainFeature, ManholeFeature, Settings, Treated, assemble},
        swmm,
    },
    scenario::{DrainLayers, DrainSource, Drains, FloodScenario, ScenarioError, SwmmFile},
};
use datasets::crs::Transformer;
use geo::Centroid;
use geo_types::Geometry;
use sim::{
    coupled::{self, InletAt, Meetings, OutfallAt},
    drainage::{self, Inlet, Params},
    flood::Engine,
};

use super::{
    error::FloodError,
    feature::Reader,
    forcing::Datum,
    kernel::{Drained, Running},
    model::{Site, Sources, visit},
    summary::{DrainsNote, ManholeNote},
    works::nearest_open,
};

/// Inlets on blocked cells move to an open one within so many cells.
const NEAR: usize = 2;
/// Features that the assumptions name at most.
const MOST_NAMED: usize = 5;
/// Steps in which a tide outside of the area is told to outfalls, h.
const TIDE_STEP_H: f64 = 0.25;
/// Manholes that a summary names at most.
const MOST_TOLD: usize = 500;

/// The kernel with the drains of a scenario below it.
///
/// # Errors
/// [`FloodError::Refused`] names what of the drains makes no network; [`FloodError::Coupled`].
pub(super) fn below(
    surface: Engine<f32>,
    asked: &Drains,
    scenario: &FloodScenario,
    (site, datum): (&mut Site, &Datum),
    sources: &Sources<'_>,
) -> Result<Drained, FloodError> {
    let mut network = match &asked.from {
        DrainSource::Layers(layers) => of_layers(*layers, site, sources)?,
        DrainSource::Swmm(file) => of_file(file, site)?,
    };
    let meetings = meet(&mut network, asked, scenario, site, datum);
    let drains = drainage::Engine::new(&network, Params::default()).map_err(|error| {
        let (place, why) = ("drains", error.to_string());
        ScenarioError::new(place, format!("mạng thoát nước không tính được: {why}"), why)
    })?;
    let places = network.nodes.iter().filter_map(|it| Some((it.name.clone(), it.position?)));
    Ok(Drained {
        places: places.collect(),
        engine: coupled::Engine::new(surface, drains, meetings)?,
    })
}

/// A network of the layers of drains, manholes and outfalls.
fn of_layers(
    layers: DrainLayers,
    site: &mut Site,
    sources: &Sources<'_>,
) -> Result<Network, FloodError> {
    let plane = &site.plane;
    let (mut manholes, mut drains) = (Vec::new(), Vec::new());
    for (role, is_outfall) in [(Role::Manholes, false), (Role::Outfalls, true)] {
        visit(plane, sources, role, |view, feature, geometry| {
            let Some(at) = geometry.centroid() else { return };
            let reader = Reader { view, feature };
            let kind = reader.text("kind");
            manholes.push(ManholeFeature {
                ground_m: reader.number("ground"),
                invert_m: reader.number("invert"),
                depth_m: reader.number("depth"),
                is_outfall: is_outfall || kind.as_deref() == Some("outfall"),
                ..ManholeFeature::new(&reader.code(), (at.x(), at.y()))
            });
        })?;
    }
    visit(plane, sources, Role::Drains, |view, feature, geometry| {
        let reader = Reader { view, feature };
        let lines = match geometry {
            Geometry::LineString(line) => vec![line],
            Geometry::MultiLineString(lines) => lines.0.iter().collect(),
            _ => return,
        };
        let is_one = lines.len() == 1;
        for (number, line) in lines.into_iter().enumerate() {
            let id = if is_one { reader.code() } else { format!("{}.{number}", reader.code()) };
            let line = line.coords().map(|at| (at.x, at.y)).collect();
            drains.push(reader.drain(&id, line, is_one));
        }
    })?;
    if drains.is_empty() {
        return Err(ScenarioError::new(
            "drains.from.layers",
            "vùng này không có cống nào (vai trò drains): nhập lớp cống, hoặc dùng tệp SWMM",
            "there are no drains here (role drains): import a layer of them, or use a SWMM file",
        )
        .into());
    }
    let settings = Settings {
        tolerance_m: layers.tolerance_m,
        diameter_m: layers.diameter_m,
        ..Settings::default()
    };
    let made = assemble(&manholes, &drains, &settings).map_err(|error| {
        ScenarioError::new("drains.from.layers", error.why.vi.clone(), error.why.en.clone())
    })?;
    for treated in [Treated::Assumed, Treated::Joined, Treated::Made, Treated::LeftOut] {
        let of = made.notes.iter().filter(|note| note.treated == treated);
        let notes: Vec<_> = of.collect();
        if let Some(first) = notes.first() {
            let names: Vec<&str> =
                notes.iter().take(MOST_NAMED).map(|note| note.id.as_str()).collect();
            let (vi, en) = said(treated);
            site.assumptions.push(Title::new(
                format!(
                    "Thoát nước: {} đối tượng {vi} ({}…). Ví dụ: {}",
                    notes.len(),
                    names.join(", "),
                    first.why.vi
                ),
                format!(
                    "Drains: {} features {en} ({}…). For one: {}",
                    notes.len(),
                    names.join(", "),
                    first.why.en
                ),
            ));
        }
    }
    Ok(made.network)
}

fn said(treated: Treated) -> (&'static str, &'static str) {
    match treated {
        Treated::Assumed => ("được giả định một trị số", "have a value that was assumed"),
        Treated::Joined => ("được nối vào hố ga gần nhất", "were joined to the nearest manhole"),
        Treated::Made => ("được thêm làm nút hoặc cửa xả", "were made into nodes or outfalls"),
        Treated::LeftOut => ("bị bỏ ra", "were left out"),
    }
}

/// The network of a SWMM 5 file, its nodes in the frame of the plane.
fn of_file(file: &SwmmFile, site: &mut Site) -> Result<Network, FloodError> {
    let place = "drains.from.swmm";
    let model = swmm::read(&file.inp).map_err(|error| {
        let why = error.to_string();
        ScenarioError::new(format!("{place}.inp"), format!("không đọc được: {why}"), why)
    })?;
    let crs: Crs = file.crs.parse().map_err(|_| {
        ScenarioError::new(
            format!("{place}.crs"),
            format!("không biết hệ tọa độ '{}'; ví dụ EPSG:5899", file.crs),
            format!("the frame '{}' is not known; EPSG:5899 for one", file.crs),
        )
    })?;
    let to_plane = Transformer::between(crs, site.plane.grid.crs)?;
    let mut network = model.network;
    for node in &mut network.nodes {
        node.position = node.position.and_then(|(x, y)| to_plane.convert(x, y).ok());
    }
    for left in &model.left_out {
        let why = format!("[{}] {}", left.section, left.why);
        site.assumptions.push(Title::new(
            format!("Tệp SWMM: phần không dùng: {why}"),
            format!("SWMM file: not used: {why}"),
        ));
    }
    Ok(network)
}

/// Where nodes meet the ground. Outfalls beyond it have the tide outside, where there is one.
fn meet(
    network: &mut Network,
    asked: &Drains,
    scenario: &FloodScenario,
    site: &mut Site,
    datum: &Datum,
) -> Meetings {
    let mut meetings = Meetings::default();
    let (mut beyond, mut no_room) = (0, 0);
    for node in &mut network.nodes {
        let cell = node.position.and_then(|(x, y)| site.plane.cell_of(x, y));
        let open = cell.and_then(|at| nearest_open(&site.plane, &site.blocked, at, NEAR));
        match (&mut node.kind, open) {
            (NodeKind::Outfall { .. }, Some(cell)) => {
                meetings.outfalls.push(OutfallAt { node: node.name.clone(), cells: vec![cell] });
            }
            (NodeKind::Outfall { stage, .. }, None) => {
                beyond += 1;
                if let Some(tide) = &scenario.tide {
                    let steps = (scenario.duration_h / TIDE_STEP_H).ceil() as usize;
                    let level = |step: usize| {
                        let hour = step as f64 * TIDE_STEP_H;
                        (hour * 3600.0, datum.tide_m(tide, hour))
                    };
                    *stage = Stage::Series((0..=steps).map(level).collect());
                }
            }
            (NodeKind::Junction, Some(cell)) => {
                // Below the bed: the rim lies on the terrain, whose heights and those of surveyed
                // covers differ by more than a kerb.
                let inlet = Inlet {
                    node: node.name.clone(),
                    crest_m: node.invert_m,
                    rim_m: asked.rim_m,
                    area_m2: asked.area_m2,
                };
                meetings.inlets.push(InletAt { inlet, cells: vec![cell] });
            }
            (NodeKind::Junction, None) => no_room += 1,
            (NodeKind::Storage(_), _) => {}
        }
    }
    let (inlets, outfalls) = (meetings.inlets.len(), meetings.outfalls.len());
    let (rim_m, area_m2) = (asked.rim_m, asked.area_m2);
    site.assumptions.push(Title::new(
        format!("Thoát nước: {inlets} hố ga thu nước mặt (chu vi miệng {rim_m} m, tiết diện {area_m2} m²), miệng ở mặt địa hình; {no_room} nút kín; {outfalls} cửa xả ra mặt đất, {beyond} ra ngoài vùng. Cao độ cống coi như cùng hệ với địa hình."),
        format!("Drains: {inlets} manholes take water from the ground (rim {rim_m} m, open area {area_m2} m²), their rims on the terrain; {no_room} nodes are closed; {outfalls} outfalls onto the ground, {beyond} beyond the area. Levels of drains are taken to be in the terrain's datum."),
    ));
    meetings
}

/// What the drains of a run did; nothing where it has none.
pub(super) fn told(run: &Running<'_>, site: &Site) -> Option<DrainsNote> {
    let Running::Drained(Drained { engine, places }, state) = run else { return None };
    let ledger = state.ledger().drains;
    let drains = engine.drains();
    let nodes = drains.node_names().zip(state.drains().node_maxima());
    let mut surcharged: Vec<ManholeNote> = nodes
        .filter(|(_, seen)| seen.given_m3 > 0.0)
        .filter_map(|(name, seen)| {
            let (x, y) = *places.get(name)?;
            Some(ManholeNote {
                name: name.to_owned(),
                at: site.plane.to_lon_lat((x, y).into())?,
                from_h: seen.surcharged_at_s.unwrap_or(0.0) / 3600.0,
                hours: seen.over_rim_s / 3600.0,
                above_rim_m: seen.over_rim_m,
                returned_m3: seen.given_m3,
            })
        })
        .collect();
    surcharged.sort_by(|a, b| b.returned_m3.total_cmp(&a.returned_m3));
    surcharged.truncate(MOST_TOLD);
    Some(DrainsNote {
        nodes: drains.node_names().count(),
        links: drains.link_names().count(),
        taken_m3: ledger.exchanged_in_m3,
        returned_m3: ledger.exchanged_out_m3,
        outfall_m3: ledger.outfall_out_m3 - ledger.outfall_in_m3,
        error_m3: ledger.error_m3(),
        surcharged,
    })
}

impl Reader<'_> {
    /// Its code, by which drains name their manholes; else its id.
    fn code(&self) -> String {
        let code = self.text("code").filter(|code| !code.is_empty());
        code.unwrap_or_else(|| self.feature.id().to_string())
    }

    fn drain(&self, id: &str, line: Vec<(f64, f64)>, is_whole: bool) -> DrainFeature {
        let end = |attribute: &str| self.text(attribute).filter(|_| is_whole);
        DrainFeature {
            from_node: end("from_node"),
            to_node: end("to_node"),
            shape: self.text("shape"),
            diameter_m: self.number("diameter").map(|mm| mm / 1000.0),
            width_m: self.number("width"),
            height_m: self.number("depth"),
            invert_from_m: self.number("invert_from").filter(|_| is_whole),
            invert_to_m: self.number("invert_to").filter(|_| is_whole),
            length_m: self.number("length").filter(|_| is_whole),
            manning: self.number("manning"),
            material: self.text("material"),
            ..DrainFeature::new(id, line)
        }
    }
}
