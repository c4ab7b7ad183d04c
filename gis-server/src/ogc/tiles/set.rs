//! Tile sets as documents (OGC 17-083r4, 6.2).

use city::{Layer, layer::GeometryKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::{TILING_SCHEME, tilejson, vector::selected};
use crate::{
    error::Problem,
    http::{ask::Ask, base::Base, format::Format, link::Link, query::Query},
    ogc::{
        collections,
        filtering::{Asked, PARAMETERS},
    },
    store::LayerView,
    styles,
    tiles::{TileMatrixSet, raster, simplify::LAST_ZOOM},
};

/// The tile sets of something.
#[derive(Debug, Serialize, ToSchema)]
pub struct TileSets {
    /// One for each grid.
    pub tilesets: Vec<TileSet>,
    /// Where this document is.
    pub links: Vec<Link>,
}

/// A tile set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TileSet {
    /// Name for people.
    pub title: String,
    /// `vector`, `map` or `coverage`.
    pub data_type: &'static str,
    /// URI of the grid's frame.
    pub crs: String,
    /// Identifier of the grid, or its registered definition.
    #[serde(rename = "tileMatrixSetURI", skip_serializing_if = "Option::is_none")]
    pub tile_matrix_set_uri: Option<String>,
    /// Its outer edges in longitude and latitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounding_box: Option<BoundingBox>,
    /// What it holds.
    pub layers: Vec<SetLayer>,
    /// The lines that a map shows.
    pub attribution: String,
    /// The tiles, the grid, this document.
    pub links: Vec<Link>,
}

/// A box in longitude and latitude.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoundingBox {
    /// West, south.
    pub lower_left: [f64; 2],
    /// East, north.
    pub upper_right: [f64; 2],
    /// URI of the frame.
    pub crs: String,
}

/// A layer of a tile set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetLayer {
    /// Identifier, which is the layer's name in vector tiles.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// `vector`, `map` or `coverage`.
    pub data_type: &'static str,
    /// 0 points, 1 lines, 2 polygons; absent for rasters and mixed layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geometry_dimension: Option<u8>,
    /// First matrix that holds it.
    pub min_tile_matrix: String,
    /// Last matrix that shows more than the one before.
    pub max_tile_matrix: String,
}

/// What tiles are of.
#[derive(Clone, Copy)]
pub(crate) enum Of<'a> {
    /// Several collections; the query as it was asked.
    Dataset(&'a Query),
    /// One collection's features; the query as it was asked.
    Collection(&'a str, &'a Query),
    /// One raster.
    Raster(&'a str, raster::Kind),
}

impl Of<'_> {
    /// Path of the tile sets.
    pub(crate) fn path(self) -> String {
        match self {
            Of::Dataset(_) => "/tiles".into(),
            Of::Collection(id, _) => format!("/collections/{id}/tiles"),
            Of::Raster(id, kind) => format!("/collections/{id}/{}/tiles", kind.name()),
        }
    }

    /// The parameters of its documents besides `f`.
    pub(super) fn parameters(self) -> &'static [&'static str] {
        match self {
            Of::Dataset(_) => &["collections", "filter", "filter-lang", "filter-crs"],
            Of::Collection(..) => &PARAMETERS,
            Of::Raster(..) => &[],
        }
    }

    /// What follows `?` in the address of a tile, with the question mark.
    pub(super) fn query(self) -> String {
        let (Of::Dataset(query) | Of::Collection(_, query)) = self else { return String::new() };
        let kept = query.with(&[("f", None)]);
        if kept.is_empty() { kept } else { format!("?{kept}") }
    }

    /// The address of one of its documents in a format.
    fn document_url(self, base: &Base, set: TileMatrixSet, format: Format) -> String {
        let query = match self.query() {
            query if query.is_empty() => "?".to_owned(),
            query => format!("{query}&"),
        };
        base.url(&format!("{}/{}{query}f={}", self.path(), set.id(), format.name()))
    }

    fn data_type(self) -> &'static str {
        match self {
            Of::Raster(_, raster::Kind::Map) => "map",
            Of::Raster(_, raster::Kind::TerrainRgb) => "coverage",
            _ => "vector",
        }
    }

    fn format(self) -> Format {
        match self {
            Of::Raster(..) => Format::Png,
            _ => Format::Mvt,
        }
    }

    /// The layers that it holds.
    ///
    /// # Errors
    /// 404 or 400, naming the collection that is not there.
    pub(super) fn views(self, ask: &Ask) -> Result<Vec<LayerView>, Problem> {
        match self {
            Of::Dataset(query) => filtered(query, selected(ask, query.get("collections"))?),
            Of::Collection(id, query) => {
                filtered(query, vec![collections::seen_features(ask, id)?])
            }
            Of::Raster(id, _) => Ok(vec![collections::seen_raster(ask, id)?]),
        }
    }
}

/// Layers whose tiles may be asked for with the filter of a query, so that what is wrong with it is
/// told before there are tiles.
fn filtered(query: &Query, views: Vec<LayerView>) -> Result<Vec<LayerView>, Problem> {
    if let Some(asked) = Asked::read(query)? {
        views.iter().try_for_each(|view| asked.bind(view).map(|_| ()))?;
    }
    Ok(views)
}

/// First and last zoom of web maps at which a layer's tiles are of use.
pub(super) fn zooms(layer: &Layer) -> (u8, u8) {
    if layer.role.is_raster() {
        return (layer.zoom.0, raster::last_zoom(layer).max(layer.zoom.0));
    }
    (styles::first_zoom(layer).min(LAST_ZOOM), LAST_ZOOM)
}

/// The document of a tile set.
pub(super) fn describe(
    base: &Base,
    of: Of<'_>,
    set: TileMatrixSet,
    views: &[LayerView],
) -> TileSet {
    // Zooms of web maps, as zooms of this grid.
    let shift = set.web_zoom(0);
    let layer = |view: &LayerView| {
        let layer = view.layer();
        let (first, last) = zooms(layer);
        SetLayer {
            id: layer.id.to_string(),
            title: layer.title.vi.clone(),
            data_type: of.data_type(),
            geometry_dimension: match layer.role.geometry() {
                Some(GeometryKind::Point) => Some(0),
                Some(GeometryKind::Line) => Some(1),
                Some(GeometryKind::Polygon) => Some(2),
                _ => None,
            },
            min_tile_matrix: first.saturating_sub(shift).to_string(),
            max_tile_matrix: last.saturating_sub(shift).to_string(),
        }
    };
    let bounds = views.iter().filter_map(|v| v.layer().bbox).reduce(|all, one| all.union(&one));
    TileSet {
        title: match views {
            [view] => format!("{} – {}", view.layer().title.vi, set.title().vi),
            _ => set.title().vi,
        },
        data_type: of.data_type(),
        crs: set.crs().uri(),
        tile_matrix_set_uri: set.uri().map(Into::into),
        bounding_box: bounds.map(|b| BoundingBox {
            lower_left: [b.min_x, b.min_y],
            upper_right: [b.max_x, b.max_y],
            crs: city::Crs::CRS84.uri(),
        }),
        layers: views.iter().map(layer).collect(),
        attribution: tilejson::attribution(views),
        links: links(base, of, set),
    }
}

fn links(base: &Base, of: Of<'_>, set: TileMatrixSet) -> Vec<Link> {
    let document = |rel: &str, format: Format| {
        Link::new(rel, of.document_url(base, set, format)).of_type(format.essence())
    };
    let tile = format!("{}/{}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", of.path(), set.id());
    vec![
        document("self", Format::Json),
        document("alternate", Format::Html),
        document("describedby", Format::TileJson).titled("TileJSON"),
        Link::new(TILING_SCHEME, base.url(&format!("/tileMatrixSets/{}", set.id())))
            .of_type(Format::Json.media_type()),
        Link::new("item", format!("{}{}", base.url(&tile), of.query()))
            .of_type(of.format().media_type())
            .as_template(),
    ]
}
