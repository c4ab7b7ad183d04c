//! A layer as a collection: its links, extent, systems, and the `dothi` member that the web map
//! lives on.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use city::{
    Access, Crs, Instant, Interval, Layer, LayerId, PropertyType, Title,
    layer::{Content, GeometryKind, Theme},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{base::Base, format::Format, link::Link},
    ogc::{PARTS, features::downloads},
    state::App,
    store::{LayerView, Query},
};

/// A collection (OGC 17-069r4, 7.13; OGC 18-058r1, 6.2), with what Dothi knows of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    /// Identifier.
    pub id: String,
    /// Name, in Vietnamese.
    pub title: String,
    /// What it is, in Vietnamese.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The line that every map and export shows.
    pub attribution: String,
    /// Where and when it is.
    pub extent: Extent,
    /// `feature`; rasters have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_type: Option<&'static str>,
    /// Systems in which features are offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crs: Vec<String>,
    /// The system in which features are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_crs: Option<String>,
    /// Where everything about it is.
    pub links: Vec<Link>,
    /// What Dothi knows besides.
    pub dothi: Dothi,
}

/// Where and when a collection is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Extent {
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spatial: Option<Spatial>,
    /// When.
    pub temporal: Temporal,
}

/// Outer edges in longitude and latitude.
#[derive(Debug, Serialize, ToSchema)]
pub struct Spatial {
    /// West, south, east, north.
    pub bbox: Vec<[f64; 4]>,
    /// CRS84.
    pub crs: String,
}

/// From when to when; null is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct Temporal {
    /// Begin and end.
    pub interval: Vec<[Option<String>; 2]>,
    /// The Gregorian calendar in UTC.
    pub trs: &'static str,
}

/// A text in two languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bilingual {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl From<&Title> for Bilingual {
    fn from(title: &Title) -> Self {
        Self { vi: title.vi.clone(), en: title.en.clone() }
    }
}

impl From<Title> for Bilingual {
    fn from(title: Title) -> Self {
        Self { vi: title.vi, en: title.en }
    }
}

/// What Dothi knows of a collection beyond the standards: the web map is made from it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dothi {
    /// Room of the map.
    #[schema(value_type = String)]
    pub theme: Theme,
    /// Its name.
    pub theme_title: Bilingual,
    /// The role that the layer plays.
    pub role: &'static str,
    /// Its name.
    pub role_title: Bilingual,
    /// Name of the layer.
    pub title: Bilingual,
    /// What it is.
    pub description: Bilingual,
    /// First and last zoom at which a map draws it.
    pub zoom: [u8; 2],
    /// Shape of the features; `raster` for grids.
    pub geometry: &'static str,
    /// How many features the caller may see; null for rasters.
    pub features: Option<u64>,
    /// Whether it was generated and describes no real place.
    pub synthetic: bool,
    /// The line that every map and export shows.
    pub attribution: String,
    /// Where the data came from.
    pub source: String,
    /// Under which licence.
    pub licence: String,
    /// How it was made from its source.
    pub lineage: String,
    /// Who may see it.
    #[schema(value_type = String)]
    pub access: Access,
    /// System of the source.
    pub source_crs: String,
    /// When it was published here.
    #[schema(value_type = String)]
    pub published: Instant,
    /// When the source says its content was true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_date: Option<String>,
    /// Style document that draws it instead of its role's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// Role attribute → the column that plays it, of those that the caller may see.
    pub columns: BTreeMap<String, String>,
    /// The columns that the caller may see, in order.
    pub properties: Vec<PropertyInfo>,
    /// What the numbers of a raster mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raster: Option<RasterInfo>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub struct PropertyInfo {
    /// Its name, as the source calls it.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: PropertyType,
    /// Its name for people.
    pub title: Bilingual,
    /// The role's attribute that it plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Unit of its numbers, in UCUM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    /// How people write the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_display: Option<&'static str>,
    /// The code list that its values come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_list: Option<String>,
}

/// The numbers of a raster.
#[derive(Debug, Serialize, ToSchema)]
pub struct RasterInfo {
    /// Smallest value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
    /// Unit, in UCUM.
    pub unit: &'static str,
    /// How people write the unit.
    pub unit_display: &'static str,
    /// The height datum of an elevation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical_datum: Option<String>,
    /// Root mean square error of its heights against surveyed points, m
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_error_m: Option<f64>,
    /// System of the grid.
    pub crs: String,
    /// Size of a cell, in the system's unit: east, north.
    pub cell: [f64; 2],
}

/// Describes layers under one address.
pub struct Describer<'a> {
    /// The server's state.
    pub app: &'a App,
    /// The address.
    pub base: &'a Base,
}

impl Describer<'_> {
    /// A layer as its viewer sees it.
    pub fn describe(&self, view: &LayerView) -> Collection {
        let layer = view.layer();
        let is_vector = layer.schema().is_some();
        Collection {
            id: layer.id.to_string(),
            title: layer.title.vi.clone(),
            description: layer.description.vi.clone(),
            attribution: layer.attribution.clone(),
            extent: extent(view, self.app.extents.of(view)),
            item_type: is_vector.then_some("feature"),
            crs: if is_vector { offered_crs(layer).map(Crs::uri).collect() } else { Vec::new() },
            storage_crs: is_vector.then(|| Crs::CRS84.uri()),
            links: self.links(layer),
            dothi: dothi(view),
        }
    }

    fn links(&self, layer: &Layer) -> Vec<Link> {
        let own = self.base.url(&format!("/collections/{}", layer.id));
        let links = [
            Link::new("self", format!("{own}?f=json")).of_type(Format::Json.media_type()),
            Link::new("alternate", format!("{own}?f=html")).of_type("text/html"),
        ];
        let parts = PARTS.iter().flat_map(|part| (part.collection_links)(self.base, layer));
        let is_offered = self.app.exchange.is_there() && layer.schema().is_some();
        let files = downloads::FORMATS.iter().filter(|_| is_offered).map(|format| {
            let name = format.name();
            Link::new("enclosure", format!("{own}/items?f={name}"))
                .of_type(format.essence())
                .titled(format!("Tải về · Download ({name})"))
        });
        links.into_iter().chain(parts).chain(files).collect()
    }
}

/// From when to when the features of each layer hold, kept until the layer changes.
#[derive(Debug, Default)]
pub struct Extents(Mutex<HashMap<LayerId, (String, Interval)>>);

impl Extents {
    /// From when to when the features that a viewer sees hold; an end that is `None` is open.
    pub fn of(&self, view: &LayerView) -> Interval {
        if !view.has_valid_time() {
            return Interval::default();
        }
        let version = view.version();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, extent)) = known.get(&view.layer().id).filter(|found| found.0 == version) {
            return *extent;
        }
        let extent = valid_extent(view);
        known.insert(view.layer().id.clone(), (version, extent));
        extent
    }
}

fn valid_extent(view: &LayerView) -> Interval {
    let mut times = view.features().map(|feature| feature.valid_time());
    let Some(first) = times.next() else { return Interval::default() };
    // None is open on its own side, and so wins on both.
    times.fold(first, |all, one| Interval {
        start: all.start.zip(one.start).map(|(a, b)| a.min(b)),
        end: all.end.zip(one.end).map(|(a, b)| a.max(b)),
    })
}

/// The systems in which a layer's features are offered: CRS84, the source's own, then all others.
pub fn offered_crs(layer: &Layer) -> impl Iterator<Item = Crs> + use<> {
    let own = layer.source_crs.parse::<Crs>().ok().filter(|crs| *crs != Crs::CRS84);
    let first = std::iter::once(Crs::CRS84).chain(own);
    first.chain(Crs::all().filter(move |crs| *crs != Crs::CRS84 && Some(*crs) != own))
}

fn extent(view: &LayerView, time: Interval) -> Extent {
    let bbox = view.layer().bbox;
    let spatial = bbox.map(|bbox| Spatial { bbox: vec![bbox.into()], crs: Crs::CRS84.uri() });
    let interval = [time.start.map(|at| at.to_string()), time.end.map(|at| at.to_string())];
    let trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
    Extent { spatial, temporal: Temporal { interval: vec![interval], trs } }
}

fn dothi(view: &LayerView) -> Dothi {
    let layer = view.layer();
    // A count fails only for a filter that does not fit, and there is none.
    let features = layer.schema().and_then(|_| view.count(&Query::default()).ok());
    Dothi {
        theme: layer.theme,
        theme_title: layer.theme.title().into(),
        role: layer.role.name(),
        role_title: layer.role.title().into(),
        title: (&layer.title).into(),
        description: (&layer.description).into(),
        zoom: [layer.zoom.0, layer.zoom.1],
        geometry: geometry_name(layer),
        features: features.map(|count| count as u64),
        synthetic: layer.synthetic,
        attribution: layer.attribution.clone(),
        source: layer.source.clone(),
        licence: layer.licence.clone(),
        lineage: layer.lineage.clone(),
        access: layer.access,
        source_crs: layer.source_crs.clone(),
        published: layer.published,
        content_date: layer.content_date.clone(),
        style: layer.style.clone(),
        columns: columns(view),
        properties: view.properties().map(|property| property_info(layer, property)).collect(),
        raster: raster_info(layer),
    }
}

fn columns(view: &LayerView) -> BTreeMap<String, String> {
    let Content::Vector { columns, .. } = &view.layer().content else { return BTreeMap::new() };
    let seen = columns.iter().filter(|(_, column)| view.column(column).is_some());
    seen.map(|(attribute, column)| (attribute.clone(), column.clone())).collect()
}

fn geometry_name(layer: &Layer) -> &'static str {
    match &layer.content {
        Content::Vector { geometry: GeometryKind::Point, .. } => "point",
        Content::Vector { geometry: GeometryKind::Line, .. } => "line",
        Content::Vector { geometry: GeometryKind::Polygon, .. } => "polygon",
        Content::Vector { geometry: GeometryKind::Mixed, .. } => "mixed",
        Content::Raster { .. } => "raster",
    }
}

fn property_info(layer: &Layer, property: &city::Property) -> PropertyInfo {
    let plays = |columns: &BTreeMap<String, String>| {
        columns.iter().find(|(_, column)| **column == property.name).map(|(name, _)| name.clone())
    };
    PropertyInfo {
        name: property.name.clone(),
        kind: property.kind,
        title: (&property.title).into(),
        attribute: match &layer.content {
            Content::Vector { columns, .. } => plays(columns),
            Content::Raster { .. } => None,
        },
        unit: property.unit.map(|unit| unit.symbol()),
        unit_display: property.unit.map(|unit| unit.display()),
        code_list: property.code_list.clone(),
    }
}

fn raster_info(layer: &Layer) -> Option<RasterInfo> {
    let Content::Raster { grid, unit, min, max, vertical_datum, height_error_m } = &layer.content
    else {
        return None;
    };
    Some(RasterInfo {
        min: *min,
        max: *max,
        unit: unit.symbol(),
        unit_display: unit.display(),
        vertical_datum: vertical_datum.clone(),
        height_error_m: *height_error_m,
        crs: grid.crs.uri(),
        cell: [grid.cell_x, grid.cell_y],
    })
}
