//! Maps of a run by commune, to be printed on A3 before the water comes.

use city::{Bbox, Role, Title};
use datasets::read::Cog;
use geo::{BoundingRect, Contains, InteriorPoint};
use geo_types::{Coord, MultiPolygon};
use serde_json::Value as Json;

use super::{Dossier, Found, tables};
use crate::{
    flood::{
        error::FloodError,
        folder::Output,
        map::{Focus, MapAsk, Signs, map},
        model::Sources,
        plane::Plane,
        town::{Place, places},
    },
    report::{
        document::{Block, Document, Figure},
        sheet::{Atlas, MAP_MM, Sheet},
    },
    tiles::raster::RasterError,
};

/// Pixels of a map: 200 an inch.
const PX_PER_MM: f32 = 200.0 / 25.4;
/// Land around a commune on its map, as a share of its size.
const AROUND: f64 = 0.04;

/// A commune that a run wets.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Wet {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Whom a map is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everybody: nothing is told of single villages.
    Anybody,
    /// Who is on duty.
    OnDuty,
}

/// The communes that a run wets, as its table of units has them.
///
/// # Errors
/// [`FloodError::File`] and [`FloodError::Document`] where the table is missing or broken.
pub fn wet_communes(folder: &crate::flood::RunFolder) -> Result<Vec<Wet>, FloodError> {
    let units: Json = folder.read_json(&crate::flood::file_of("units"))?.unwrap_or_default();
    let all = units["communes"].as_array().cloned().unwrap_or_default();
    let is_wet = |unit: &&Json| unit["flooded_ha"].as_f64().is_some_and(|ha| ha > 0.0);
    let wet = |unit: &Json| {
        let text = |name: &str| unit[name].as_str().map(str::to_owned);
        Some(Wet { code: text("code")?, name: text("name")? })
    };
    Ok(all.iter().filter(is_wet).filter_map(wet).collect())
}

/// Sheets for the communes with the given codes, in their order.
///
/// # Errors
/// As [`compose`](super::compose).
pub fn sheets(
    communes: &[Wet],
    reader: Reader,
    dossier: &Dossier<'_>,
    sources: &Sources<'_>,
) -> Result<Atlas, FloodError> {
    let found = Found::read(dossier)?;
    let cog = Cog::open(&dossier.folder.raster(Output::MaxDepth, 0)).map_err(RasterError::from)?;
    let plane = Plane::around(cog.grid())?;
    let signs = Signs::read(dossier.folder, &plane)?;
    let land = Land::of(&plane, sources)?;
    let kind = Title::new("Bản đồ ngập lụt", "Flood map");
    let mut front =
        Document::new(kind, found.summary.title.clone(), dossier.house.letterhead(dossier.now));
    front.standing = Some(dossier.standing.clone());
    let maker = Maker { reader, dossier, sources, found: &found, plane: &plane, land: &land };
    let sheets = communes.iter().map(|commune| maker.sheet(commune, &signs));
    Ok(Atlas { front, sheets: sheets.collect::<Result<_, _>>()? })
}

struct Land {
    communes: Vec<Place>,
    villages: Vec<Place>,
}

impl Land {
    fn of(plane: &Plane, sources: &Sources<'_>) -> Result<Self, FloodError> {
        let places = |role: Role| places(plane, sources, role);
        Ok(Self { communes: places(Role::Communes)?, villages: places(Role::Villages)? })
    }

    /// The villages of a commune, each with a place within it.
    fn villages_in(&self, area: &MultiPolygon<f64>) -> Vec<(&Place, Coord<f64>)> {
        let within = |place: &Place| {
            let at = place.unit.area.interior_point()?;
            area.contains(&at).then_some(at.0)
        };
        self.villages.iter().filter_map(|place| within(place).map(|at| (place, at))).collect()
    }
}

struct Maker<'a> {
    reader: Reader,
    dossier: &'a Dossier<'a>,
    sources: &'a Sources<'a>,
    found: &'a Found,
    plane: &'a Plane,
    land: &'a Land,
}

impl Maker<'_> {
    fn sheet(&self, commune: &Wet, signs: &Signs) -> Result<Sheet, FloodError> {
        let own = self.land.communes.iter().filter(|it| it.label.code == commune.code);
        let area = MultiPolygon(own.flat_map(|it| it.unit.area.0.clone()).collect());
        let villages = self.land.villages_in(&area);
        let codes: Vec<&str> = villages.iter().map(|(it, _)| it.label.code.as_str()).collect();
        let names = villages.iter().map(|(it, at)| (it.label.name.clone(), *at)).collect();
        let within = self.around(&area);
        let focus = Focus { area, signs: signs.clone().with_villages(names) };
        let drawn = map(
            &MapAsk {
                folder: self.dossier.folder,
                output: Output::MaxDepth,
                minutes: 0,
                within,
                focus: Some(&focus),
                most_px: ((MAP_MM.0 * PX_PER_MM) as u32, (MAP_MM.1 * PX_PER_MM) as u32),
                font: self.dossier.font,
            },
            self.sources,
        )?;
        let title = &self.found.summary.title;
        let title = Title::new(
            format!("{}. {}", commune.name, title.vi),
            if title.en.is_empty() { String::new() } else { title.en.clone() },
        );
        let map = Figure {
            png: drawn.png,
            width_px: drawn.width_px,
            height_px: drawn.height_px,
            caption: title.clone(),
            share: 1.0,
        };
        Ok(Sheet { title, map, aside: self.aside(commune, &codes) })
    }

    /// A commune as far as the run reaches, with some land around it, in the shape of the map.
    fn around(&self, area: &MultiPolygon<f64>) -> Option<Bbox> {
        let (own, all) = (area.bounding_rect()?, self.plane.grid.bbox());
        let (west, east) = (own.min().x.max(all.min_x), own.max().x.min(all.max_x));
        let (south, north) = (own.min().y.max(all.min_y), own.max().y.min(all.max_y));
        let shape = f64::from(MAP_MM.0 / MAP_MM.1);
        let (width, height) =
            ((east - west) * (1.0 + 2.0 * AROUND), (north - south) * (1.0 + 2.0 * AROUND));
        let (width, height) = (width.max(height * shape), height.max(width / shape));
        let (x, y) = ((west + east) / 2.0, (south + north) / 2.0);
        let (half, rise) = (width / 2.0, height / 2.0);
        Bbox::new(x - half, y - rise, x + half, y + rise).ok()
    }

    /// What is said beside the map.
    fn aside(&self, commune: &Wet, villages: &[&str]) -> Vec<Block> {
        let units = self.found.units["communes"].as_array();
        let own = units.into_iter().flatten().find(|unit| unit["code"] == *commune.code);
        let mut blocks = Vec::new();
        blocks.extend(own.map(|unit| Block::paragraph(tables::commune_in_words(unit))));
        if self.reader == Reader::OnDuty {
            blocks.push(tables::villages_in_short(&self.found.units, villages).into());
            let ways = tables::ways_in_short(&self.found.evacuation, villages);
            blocks.extend(ways.map(Block::from));
        }
        blocks.push(Block::paragraph(tables::terrain(&self.found.summary)));
        blocks.push(Block::paragraph(format!(
            "Lượt mô phỏng số {}; không thay bản tin của cơ quan khí tượng thủy văn, không xác định cấp độ rủi ro thiên tai.",
            self.dossier.job
        )));
        blocks
    }
}
