//! From a model's own coordinates into the city's local frame.

use std::str::FromStr;

use city::frame::LocalFrame;

use super::{Model, ModelError, Object, Origin, Paint, Picture, Sheet, Soup, Why, earth, limits};
use crate::{axes, error::Note, model::CityModel};

/// Where somebody puts a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Longitude of its origin (glTF), or of its middle (others), degrees.
    pub lon: f64,
    /// Its latitude, degrees.
    pub lat: f64,
    /// Elevation of its origin or its lowest point in the terrain's datum, m; `None` stands it on the ground.
    pub up_m: Option<f64>,
    /// How far it is turned clockwise seen from above, degrees.
    pub heading_deg: f64,
    /// How many times as large it is.
    pub scale: f64,
}

impl Placement {
    /// On the ground at a place, as it is.
    pub fn at(lon: f64, lat: f64) -> Self {
        Self { lon, lat, up_m: None, heading_deg: 0.0, scale: 1.0 }
    }
}

impl FromStr for Placement {
    type Err = String;

    /// Reads `LON,LAT[,UP_M[,HEADING_DEG[,SCALE]]]`; an elevation that is left out (`LON,LAT,,90`) is the ground's.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is no place of a model: write LON,LAT[,UP_M[,HEADING_DEG[,SCALE]]], such as 108.474,15.5736,,90"
            )
        };
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let number = |k: usize| match parts.get(k) {
            None | Some(&"") => Ok(None),
            Some(text) => text.parse::<f64>().ok().filter(|it| it.is_finite()).map(Some).ok_or(()),
        };
        let read = || -> Result<Self, ()> {
            Ok(Self {
                lon: number(0)?.filter(|it| it.abs() <= 180.0).ok_or(())?,
                lat: number(1)?.filter(|it| it.abs() <= 90.0).ok_or(())?,
                up_m: number(2)?,
                heading_deg: number(3)?.unwrap_or(0.0),
                scale: number(4)?.unwrap_or(1.0),
            })
        };
        let placed = read().map_err(|()| wrong())?;
        let is_sound = parts.len() <= 5
            && (1e-4..=1e4).contains(&placed.scale)
            && placed.up_m.is_none_or(|up_m| (-12_000.0..=10_000.0).contains(&up_m));
        if is_sound { Ok(placed) } else { Err(wrong()) }
    }
}

/// A model where it stands.
#[derive(Debug, Clone)]
pub struct PlacedModel {
    /// What it is called.
    pub name: String,
    /// From where its corners are counted: east, north, up, m.
    pub origin: [f64; 3],
    /// Its triangles by paint.
    pub sheets: Vec<PlacedSheet>,
    /// What they are painted with.
    pub paints: Vec<Paint>,
    /// The pictures of the paints.
    pub pictures: Vec<Picture>,
    /// What can be pointed at.
    pub objects: Vec<Object>,
    /// Its triangles, to be asked what they hide.
    pub soup: Soup,
    /// What people should know of it.
    pub notes: Vec<Note>,
    /// As [`Model::is_scenery`].
    pub is_scenery: bool,
}

/// Objects that lie on the ground: they hide nothing.
const FLAT: [&str; 9] = [
    "LandUse",
    "PlantCover",
    "Road",
    "Railway",
    "TransportSquare",
    "Waterway",
    "WaterBody",
    "TINRelief",
    "CityObjectGroup",
];

impl PlacedModel {
    /// Whether an object of it is in anybody's way.
    pub fn hides(&self, object: u32) -> bool {
        let kind = self.objects.get(object as usize).map(|it| it.kind.as_str());
        !self.is_scenery && !kind.is_some_and(|kind| FLAT.contains(&kind))
    }
}

/// Triangles with one paint, in Bevy's axes from the model's origin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlacedSheet {
    /// Which of the model's paints.
    pub paint: usize,
    /// Corners, m.
    pub positions: Vec<[f32; 3]>,
    /// Outwards.
    pub normals: Vec<[f32; 3]>,
    /// As [`Sheet::uvs`].
    pub uvs: Vec<[f32; 2]>,
    /// As [`Sheet::colours`].
    pub colours: Vec<[f32; 4]>,
    /// Triangles.
    pub indices: Vec<u32>,
}

/// Brings a model into a city: where its own coordinates say, or where somebody puts it.
///
/// # Errors
/// [`Why::Nowhere`], [`Why::System`], [`Why::Far`] where it cannot be placed without a [`Placement`].
pub fn place(
    model: Model,
    city: &CityModel,
    placement: Option<&Placement>,
) -> Result<PlacedModel, ModelError> {
    let name = model.name.clone();
    placed(model, city, placement).map_err(|why| why.of(&name))
}

fn placed(
    mut model: Model,
    city: &CityModel,
    placement: Option<&Placement>,
) -> Result<PlacedModel, Why> {
    let mut sheets = std::mem::take(&mut model.sheets);
    match (placement, &model.origin) {
        (Some(placement), Origin::Own) => moved(&mut sheets, [0.0; 3], city, placement),
        (Some(placement), origin) => {
            if *origin == Origin::Earth {
                // Upright first, where it stands on the globe.
                let first = sheets.iter().find_map(|it| it.positions.first()).copied();
                let [lon, lat, _] = earth::to_degrees(first.ok_or(Why::Empty)?);
                by_way(&mut sheets, |at| from_earth(at, &LocalFrame::at(lon, lat)));
            }
            let (low, high) = edges(&sheets).ok_or(Why::Empty)?;
            let foot = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, low[2]];
            moved(&mut sheets, foot, city, placement);
        }
        (None, Origin::Own | Origin::Unnamed) => return Err(Why::Nowhere),
        (None, Origin::Earth) => by_way(&mut sheets, |at| from_earth(at, &city.frame)),
        (None, Origin::System(system)) => from_system(&mut sheets, system, &city.frame)?,
    }
    let (low, high) = edges(&sheets).ok_or(Why::Empty)?;
    let near = city.edges_m();
    let is_near = low[0] < near.max_x + limits::BEYOND_M
        && high[0] > near.min_x - limits::BEYOND_M
        && low[1] < near.max_y + limits::BEYOND_M
        && high[1] > near.min_y - limits::BEYOND_M;
    if !is_near {
        let (lon, lat) = city.frame.to_lon_lat((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0);
        return Err(Why::Far { lon, lat });
    }
    let origin = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, low[2]];
    let soup = soup_of(&sheets);
    Ok(PlacedModel {
        name: model.name,
        origin,
        sheets: sheets.into_iter().map(|sheet| drawn(sheet, origin)).collect(),
        paints: model.paints,
        pictures: model.pictures,
        objects: model.objects,
        soup,
        notes: model.notes,
        is_scenery: model.is_scenery,
    })
}

fn edges(sheets: &[Sheet]) -> Option<([f64; 3], [f64; 3])> {
    let mut corners = sheets.iter().flat_map(|sheet| &sheet.positions);
    let first = *corners.next()?;
    Some(corners.fold((first, first), |(low, high), at| {
        (std::array::from_fn(|k| low[k].min(at[k])), std::array::from_fn(|k| high[k].max(at[k])))
    }))
}

/// Brings corners, and the normals at them, along a way that is smooth.
fn by_way(sheets: &mut [Sheet], way: impl Fn([f64; 3]) -> [f64; 3]) {
    for sheet in sheets {
        for (normal, at) in sheet.normals.iter_mut().zip(&sheet.positions) {
            let (from, to) = (way(*at), way(std::array::from_fn(|k| at[k] + f64::from(normal[k]))));
            *normal = std::array::from_fn(|k| (to[k] - from[k]) as f32);
        }
        sheet.positions.iter_mut().for_each(|at| *at = way(*at));
    }
}

/// Turned, made larger and moved: `foot` goes to the place.
fn moved(sheets: &mut [Sheet], foot: [f64; 3], city: &CityModel, to: &Placement) {
    let (east, north) = city.frame.from_lon_lat(to.lon, to.lat);
    let up = to.up_m.unwrap_or_else(|| city.heights.at(east, north));
    let (sin, cos) = to.heading_deg.to_radians().sin_cos();
    by_way(sheets, |at| {
        let [x, y, z] = std::array::from_fn(|k| (at[k] - foot[k]) * to.scale);
        [east + x * cos + y * sin, north - x * sin + y * cos, up + z]
    });
}

fn from_earth(at: [f64; 3], frame: &LocalFrame) -> [f64; 3] {
    let [lon, lat, up] = earth::to_degrees(at);
    let (east, north) = frame.from_lon_lat(lon, lat);
    [east, north, up]
}

/// Out of a coordinate reference system. Normals are left to the triangles: only CityJSON names one, which has none.
fn from_system(sheets: &mut [Sheet], system: &str, frame: &LocalFrame) -> Result<(), Why> {
    let refused = |what: String| Why::System { system: system.chars().take(120).collect(), what };
    let code = system.rsplit([':', '/']).next().unwrap_or_default();
    // Longitude first, as CityJSON is written, whatever the registry says.
    if matches!(code, "4326" | "4979" | "CRS84" | "CRS84h") {
        by_way(sheets, |at| {
            let (east, north) = frame.from_lon_lat(at[0], at[1]);
            [east, north, at[2]]
        });
        return Ok(());
    }
    if code == "4978" {
        by_way(sheets, |at| from_earth(at, frame));
        return Ok(());
    }
    to_degrees(sheets, system).map_err(refused)?;
    by_way(sheets, |at| {
        let (east, north) = frame.from_lon_lat(at[0], at[1]);
        [east, north, at[2]]
    });
    Ok(())
}

#[cfg(not(target_arch = "wasm32"))]
fn to_degrees(sheets: &mut [Sheet], system: &str) -> Result<(), String> {
    use datasets::crs::{SourceCrs, Transformer};
    let source: SourceCrs = system.parse().map_err(|error| format!("{error}"))?;
    let way = Transformer::new(&source, city::Crs::CRS84).map_err(|error| error.to_string())?;
    for sheet in sheets {
        let mut plan: Vec<(f64, f64)> = sheet.positions.iter().map(|at| (at[0], at[1])).collect();
        way.convert_all(&mut plan).map_err(|error| error.to_string())?;
        for (at, (lon, lat)) in sheet.positions.iter_mut().zip(plan) {
            (at[0], at[1]) = (lon, lat);
        }
    }
    Ok(())
}

/// A page has no PROJ.
#[cfg(target_arch = "wasm32")]
fn to_degrees(_: &mut [Sheet], _: &str) -> Result<(), String> {
    Err("trên trang web chỉ dùng được EPSG:4979, EPSG:4978 / a page knows EPSG:4979 and EPSG:4978"
        .into())
}

fn soup_of(sheets: &[Sheet]) -> Soup {
    let count: usize = sheets.iter().map(|sheet| sheet.indices.len() / 3).sum();
    let (mut triangles, mut objects) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for sheet in sheets {
        for (three, object) in sheet.indices.chunks_exact(3).zip(&sheet.objects) {
            triangles.push(std::array::from_fn(|k| sheet.positions[three[k] as usize]));
            objects.push(*object);
        }
    }
    Soup::of(triangles, objects)
}

/// A sheet as it is drawn; triangles without normals are flat, each with corners of its own.
fn drawn(sheet: Sheet, origin: [f64; 3]) -> PlacedSheet {
    let place = |at: [f64; 3]| {
        axes::to_scene(at[0] - origin[0], at[1] - origin[1], at[2] - origin[2]).to_array()
    };
    let positions: Vec<[f32; 3]> = sheet.positions.into_iter().map(place).collect();
    let count = positions.len();
    let whole = |of: usize| of == count;
    let mut made = PlacedSheet { paint: sheet.paint, ..PlacedSheet::default() };
    if whole(sheet.normals.len()) {
        let turn = |[x, y, z]: [f32; 3]| {
            bevy::math::Vec3::new(x, z, -y).normalize_or(bevy::math::Vec3::Y).to_array()
        };
        made.normals = sheet.normals.into_iter().map(turn).collect();
        made.positions = positions;
        made.uvs = if whole(sheet.uvs.len()) { sheet.uvs } else { vec![[0.0; 2]; count] };
        made.colours =
            if whole(sheet.colours.len()) { sheet.colours } else { vec![[1.0; 4]; count] };
        made.indices = sheet.indices;
        return made;
    }
    for three in sheet.indices.chunks_exact(3) {
        let corners = [three[0], three[1], three[2]].map(|index| index as usize);
        let [a, b, c] = corners.map(|index| positions[index]);
        let normal = crate::scene::shape::normal_of(a, b, c);
        for index in corners {
            made.indices.push(made.positions.len() as u32);
            made.positions.push(positions[index]);
            made.normals.push(normal);
            made.uvs.push(sheet.uvs.get(index).copied().unwrap_or_default());
            made.colours.push(sheet.colours.get(index).copied().unwrap_or([1.0; 4]));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_a_model_is_read_and_others_are_told_of() {
        let place: Placement = "108.474,15.5736".parse().unwrap();
        assert_eq!(place, Placement::at(108.474, 15.5736));
        let place: Placement = "108.474,15.5736,,90,2".parse().unwrap();
        assert_eq!((place.up_m, place.heading_deg, place.scale), (None, 90.0, 2.0));
        for wrong in ["", "1", "1,2,x", "1,95", "1,2,3,4,0", "1,2,3,4,5,6", "NaN,1", ",1"] {
            assert!(wrong.parse::<Placement>().is_err(), "{wrong}");
        }
    }
}
