//! From a scenario and the city's layers to what the kernel takes.

use std::ops::Deref;

use city::{
    Bbox, Layer, Role, Title,
    layer::Content,
    raster::Raster,
    scenario::{Buildings, FloodScenario, Infiltration, Method, ScenarioError},
};
use sim::flood::{Engine, Forcing, Ground, Maxima, Params, Soil, State};

use super::{
    cover::Cover,
    device::Devices,
    drains,
    error::FloodError,
    fine, forcing,
    kernel::{Kernel, Running},
    plane::Plane,
    works,
};
use crate::{
    state::App,
    store::{City, LayerView, WorldBox},
    tiles::raster::{Rasters, window},
    viewer::Viewer,
};

/// Buildings are blocked where cells are no larger than this, m; on larger ones whole streets would
/// be.
const LARGEST_BLOCKING_M: f64 = 5.0;

/// What is known of the city while a model is made.
pub struct Sources<'a> {
    /// The layers.
    pub city: &'a City,
    /// Whose eyes they are seen with.
    pub viewer: &'a Viewer,
    /// The data folder.
    pub data: &'a std::path::Path,
    /// Raster files that were opened.
    pub rasters: &'a Rasters,
    /// What floods run on.
    pub devices: &'a Devices,
}

impl Sources<'_> {
    /// The sources of a server, in the eyes of somebody.
    pub fn of<'a>(app: &'a App, city: &'a City, viewer: &'a Viewer) -> Sources<'a> {
        Sources {
            city,
            viewer,
            data: &app.config.data,
            rasters: &app.rasters,
            devices: &app.devices,
        }
    }

    /// The layers that play a role.
    pub fn layers(&self, role: Role) -> Vec<LayerView> {
        let all = self.city.layers(self.viewer).into_iter();
        all.filter(|view| view.layer().role == role).collect()
    }
}

/// What a run is made of.
pub struct Model {
    /// Where its cells lie, and what stands on them.
    pub site: Site,
    /// The kernel, with land and forcing.
    pub kernel: Kernel,
    /// How many cells of the plane lie along a side of the kernel's.
    pub subgrid: usize,
}

/// What a kernel is made of.
pub struct Parts {
    /// Where its cells lie, and what stands on them.
    pub site: Site,
    /// The ground.
    pub ground: Ground,
    /// Rain, rivers and edges.
    pub forcing: Forcing,
    /// The method.
    pub params: Params,
}

/// Where the cells of a model lie, and what stands on them.
pub struct Site {
    /// Where its cells lie.
    pub plane: Plane,
    /// Depth in each cell in the beginning, m.
    pub depth_m: Vec<f64>,
    /// Level of the ground, m.
    pub bed_m: Vec<f64>,
    /// Cells that water cannot enter: buildings, and what lies outside of the area.
    pub blocked: Vec<bool>,
    /// Cells of rivers, lakes and the sea, which are wet without a flood.
    pub is_water: Vec<bool>,
    /// The terrain's layer.
    pub terrain: Layer,
    /// What was assumed, for everyone who reads the results.
    pub assumptions: Vec<Title>,
}

impl Deref for Model {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Model {
    /// Makes the model of a scenario, which has been checked.
    ///
    /// # Errors
    /// As [`Parts::assemble`].
    pub fn assemble(scenario: &FloodScenario, sources: &Sources<'_>) -> Result<Self, FloodError> {
        let Parts { mut site, ground, forcing, params } = Parts::assemble(scenario, sources)?;
        let subgrid = scenario.subgrid;
        if subgrid > 1 {
            let engine = Engine::subgrid(&ground, subgrid, forcing, params)?;
            return Ok(Self { kernel: Kernel::Alone(Box::new(engine)), site, subgrid });
        }
        let surface = Engine::new(&ground, forcing, params)?;
        let kernel = match &scenario.drains {
            None => sources.devices.kernel(surface),
            Some(drains) => {
                let datum = forcing::Datum::of(&site.terrain, scenario)?;
                let at = (&mut site, &datum);
                Kernel::Drained(Box::new(drains::below(surface, drains, scenario, at, sources)?))
            }
        };
        Ok(Self { kernel, site, subgrid })
    }

    /// A run from the beginning.
    ///
    /// # Errors
    /// [`FloodError::Kernel`], [`FloodError::Coupled`].
    pub fn start(&self) -> Result<Running<'_>, FloodError> {
        if self.subgrid == 1 {
            return self.kernel.start(&self.depth_m);
        }
        self.kernel.start(&fine::over_blocks(&self.plane, self.subgrid, &self.depth_m))
    }

    /// Depth of each cell of the plane, m.
    ///
    /// # Errors
    /// [`FloodError::Kernel`].
    pub fn depth_m(&self, state: &State<f32>) -> Result<Vec<f64>, FloodError> {
        let engine = self.kernel.surface();
        if self.subgrid == 1 {
            return Ok(engine.depth_m(state));
        }
        let fine = engine.downscale_m(&engine.level_m(state))?;
        Ok(fine.into_iter().map(f64::from).collect())
    }

    /// The worst that each cell of the plane has seen. With a subgrid nothing is known of when it came:
    /// [`fine::times`] finds that in the pictures.
    ///
    /// # Errors
    /// [`FloodError::Kernel`].
    pub fn maxima(&self, state: &State<f32>) -> Result<Maxima, FloodError> {
        let engine = self.kernel.surface();
        let worst = engine.maxima(state);
        if self.subgrid == 1 {
            return Ok(worst);
        }
        fine::maxima(engine, &self.plane, self.subgrid, &worst)
    }
}

impl Parts {
    /// Makes the parts of a scenario, which has been checked.
    ///
    /// # Errors
    /// [`FloodError::Refused`] names what does not fit the city's layers.
    pub fn assemble(scenario: &FloodScenario, sources: &Sources<'_>) -> Result<Self, FloodError> {
        let terrain = terrain(sources, &scenario.area.bbox())?;
        let layer = terrain.layer().clone();
        let Content::Raster { grid, .. } = &layer.content else {
            return Err(no_terrain().into());
        };
        let cells = (scenario.resolution_m, scenario.subgrid);
        let plane = Plane::over(&scenario.area, grid.crs, cells)?;
        let outside = plane.outside(&scenario.area);
        let bed_m = bed(&plane, sources, &layer, &outside)?;
        let mut assumptions = Vec::new();
        let cover = Cover::of(&plane, sources, &mut assumptions)?;
        let mut blocked = outside;
        block(scenario, &plane, sources, &mut blocked, &mut assumptions)?;
        let water = Water::of(&plane, sources)?;
        let soils = soils(scenario, &cover, &water.is_there);
        let datum = forcing::Datum::of(&layer, scenario)?;
        datum.note(&mut assumptions);
        if scenario.roughness != 1.0 {
            let times = scenario.roughness;
            assumptions.push(Title::new(
                format!("Hệ số nhám nhân {times}."),
                format!("Manning's n is multiplied by {times}."),
            ));
        }
        let depth_m = initial(scenario, &datum, &water, &bed_m, &blocked);
        let land = forcing::Land {
            plane: &plane,
            blocked: &blocked,
            is_water: &water.is_there,
            bed_m: &bed_m,
        };
        let forcing: Forcing = match scenario.subgrid {
            1 => forcing::of(scenario, &datum, &land, &mut assumptions)?,
            block => {
                let coarse = fine::Blocks::of(&land, block)?;
                assumptions.push(fine::note(&plane, block, scenario.frames_min));
                forcing::of(scenario, &datum, &coarse.land(), &mut assumptions)?
            }
        };
        let manning = cover.manning.iter().map(|n| n * scenario.roughness).collect();
        let structures = works::of(&scenario.structures, &plane, &blocked)?;
        let ground = Ground::new(plane.columns(), plane.rows(), plane.cell_m(), bed_m.clone())?
            .with_manning(manning)?
            .with_soils(soils.0, soils.1)?
            .with_blocked(blocked.clone())?
            .with_structures(structures)?;
        let params = match scenario.method {
            Method::Hllc => Params::hllc(),
            Method::LocalInertia => Params::local_inertia(),
            Method::Muscl => Params::muscl(),
        };
        let is_water = water.is_there;
        let site = Site { plane, depth_m, bed_m, blocked, is_water, terrain: layer, assumptions };
        Ok(Self { site, ground, forcing, params })
    }
}

impl Site {
    /// The forcing of another scenario over the same area.
    ///
    /// # Errors
    /// [`FloodError::Refused`].
    pub fn forcing_of(&self, scenario: &FloodScenario) -> Result<Forcing, FloodError> {
        let datum = forcing::Datum::of(&self.terrain, scenario)?;
        let land = forcing::Land {
            plane: &self.plane,
            blocked: &self.blocked,
            is_water: &self.is_water,
            bed_m: &self.bed_m,
        };
        forcing::of(scenario, &datum, &land, &mut Vec::new())
    }

    /// The cell whose water a gauge at a place reads: of those within so many cells the nearest of a water
    /// body, else the nearest that is open.
    pub fn cell_of_gauge(&self, [lon, lat]: [f64; 2], reach: usize) -> Option<(usize, usize)> {
        let at = self.plane.cell_at(lon, lat)?;
        let is_land: Vec<bool> = std::iter::zip(&self.is_water, &self.blocked)
            .map(|(water, blocked)| !water || *blocked)
            .collect();
        works::nearest_open(&self.plane, &is_land, at, reach)
            .or_else(|| works::nearest_open(&self.plane, &self.blocked, at, reach))
    }
}

fn no_terrain() -> ScenarioError {
    ScenarioError::new(
        "area",
        "không có lớp địa hình (vai trò terrain) ở đây: nhập một mô hình số độ cao bằng `datasets import --role terrain`",
        "no layer plays the role terrain here: import an elevation model by `datasets import --role terrain`",
    )
}

/// The terrain over an area: the finest of those that meet it.
fn terrain(sources: &Sources<'_>, bbox: &Bbox) -> Result<LayerView, ScenarioError> {
    let meets = |view: &LayerView| view.layer().bbox.is_some_and(|own| own.intersects(bbox));
    let cell = |view: &LayerView| match &view.layer().content {
        Content::Raster { grid, .. } => match grid.crs.kind() {
            city::frame::CrsKind::Geographic => grid.cell_x * 111_320.0,
            city::frame::CrsKind::Projected => grid.cell_x,
        },
        Content::Vector { .. } => f64::INFINITY,
    };
    let found = sources.layers(Role::Terrain).into_iter().filter(meets);
    found.min_by(|a, b| cell(a).total_cmp(&cell(b))).ok_or_else(no_terrain)
}

/// Level of the ground in each cell; 0 outside of the area.
fn bed(
    plane: &Plane,
    sources: &Sources<'_>,
    layer: &Layer,
    outside: &[bool],
) -> Result<Vec<f64>, FloodError> {
    let cog = sources.rasters.open(sources.data, layer)?;
    let grid = *cog.grid();
    let to_terrain = datasets::crs::Transformer::between(plane.grid.crs, grid.crs)?;
    let needed = to_terrain.convert_bbox(&plane.grid.bbox())?;
    let cell = match grid.crs.kind() {
        city::frame::CrsKind::Geographic => plane.cell_m() / 111_320.0,
        city::frame::CrsKind::Projected => plane.cell_m(),
    };
    let raster: Option<Raster> = window(&cog, cog.level_for(cell), &needed)?;
    let mut places: Vec<(f64, f64)> = (0..plane.cells()).map(|cell| plane.centre(cell)).collect();
    to_terrain.convert_all(&mut places)?;
    let height = |(x, y): &(f64, f64)| raster.as_ref().and_then(|raster| raster.bilinear(*x, *y));
    let heights: Vec<Option<f32>> = places.iter().map(height).collect();
    let is_hole = |cell: &usize| heights[*cell].is_none() && !outside[*cell];
    let holes = (0..heights.len()).filter(is_hole).count();
    if let Some(first) = (0..heights.len()).find(is_hole) {
        let [lon, lat] = plane.lon_lat(first).unwrap_or_default();
        return Err(ScenarioError::new(
            "area",
            format!("địa hình '{}' trống ở {holes} ô, đầu tiên tại {lon:.5}, {lat:.5}: chọn vùng nằm trong địa hình, hoặc lấp chỗ trống rồi nhập lại", layer.id),
            format!("the terrain '{}' has no height in {holes} cells, the first at {lon:.5}, {lat:.5}: choose an area within it, or fill its holes and import it again", layer.id),
        )
        .into());
    }
    Ok(heights.into_iter().map(|height| height.map_or(0.0, f64::from)).collect())
}

/// Visits the features of the layers of a role that meet the plane, in its coordinates.
pub(super) fn visit(
    plane: &Plane,
    sources: &Sources<'_>,
    role: Role,
    mut each: impl FnMut(&LayerView, crate::store::FeatureRef<'_>, &geo_types::Geometry<f64>),
) -> Result<usize, FloodError> {
    let here = WorldBox::around(&plane.lon_lat_box()?);
    let layers = sources.layers(role);
    for view in &layers {
        view.visit_tile(here, |feature| {
            if let Some(geometry) = plane.project(feature.geometry().to_geo()) {
                each(view, feature, &geometry);
            }
        });
    }
    Ok(layers.len())
}

/// Blocks the cells of buildings.
fn block(
    scenario: &FloodScenario,
    plane: &Plane,
    sources: &Sources<'_>,
    blocked: &mut [bool],
    assumptions: &mut Vec<Title>,
) -> Result<(), FloodError> {
    if scenario.buildings == Buildings::Ignored {
        assumptions.push(Title::new(
            "Không xét công trình: nước chảy qua chỗ có nhà.",
            "Buildings are not there: water runs where houses stand.",
        ));
        return Ok(());
    }
    if plane.cell_m() > LARGEST_BLOCKING_M {
        assumptions.push(Title::new(
            format!("Ô {} m to hơn nhà: cản trở của nhà nằm trong hệ số nhám của lớp phủ.", plane.cell_m()),
            format!("Cells of {} m are larger than houses: the roughness of land cover stands for what they hold up.", plane.cell_m()),
        ));
        return Ok(());
    }
    visit(plane, sources, Role::Buildings, |_, _, geometry| {
        plane.burn(geometry, |cell| blocked[cell] = true);
    })?;
    Ok(())
}

/// Water bodies.
struct Water {
    is_there: Vec<bool>,
    /// The level that its layer gives it, m; not a number where it gives none.
    level_m: Vec<f64>,
}

impl Water {
    fn of(plane: &Plane, sources: &Sources<'_>) -> Result<Self, FloodError> {
        let mut water =
            Self { is_there: vec![false; plane.cells()], level_m: vec![f64::NAN; plane.cells()] };
        visit(plane, sources, Role::Water, |view, feature, geometry| {
            let level =
                view.attribute("level").and_then(|column| feature.value(column).as_number());
            plane.burn(geometry, |cell| {
                water.is_there[cell] = true;
                if let Some(level_m) = level {
                    water.level_m[cell] = level_m;
                }
            });
        })?;
        Ok(water)
    }
}

/// Soils and the soil of each cell.
fn soils(scenario: &FloodScenario, cover: &Cover, is_water: &[bool]) -> (Vec<Soil>, Vec<u8>) {
    let soil = match scenario.infiltration {
        Infiltration::None => Soil::Sealed,
        Infiltration::CurveNumber(number) => Soil::CurveNumber { number },
        Infiltration::GreenAmpt { conductivity_mm_h, suction_mm, moisture_deficit } => {
            Soil::GreenAmpt {
                conductivity_m_s: conductivity_mm_h / 3.6e6,
                suction_m: suction_mm / 1e3,
                moisture_deficit,
            }
        }
    };
    let is_open = cover.is_sealed.iter().zip(is_water).map(|(sealed, water)| !sealed && !water);
    (vec![Soil::Sealed, soil], is_open.map(u8::from).collect())
}

/// Depth in the beginning: water bodies stand at the level that the scenario gives, else that of
/// their layer, else at the tide's first.
fn initial(
    scenario: &FloodScenario,
    datum: &forcing::Datum,
    water: &Water,
    bed_m: &[f64],
    blocked: &[bool],
) -> Vec<f64> {
    let tide_m = scenario.tide.as_ref().map(|tide| datum.tide_m(tide, 0.0));
    let depth = |cell: usize| {
        if !water.is_there[cell] || blocked[cell] {
            return 0.0;
        }
        let own = Some(water.level_m[cell]).filter(|level| level.is_finite());
        let level_m = scenario.initial_level_m.or(own).or(tide_m);
        level_m.map_or(0.0, |level_m| (level_m - bed_m[cell]).max(0.0))
    };
    (0..bed_m.len()).map(depth).collect()
}
