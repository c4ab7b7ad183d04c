//! Geometries of features and filters, and how they lie to each other.
//!
//! Relations are those of DE-9IM on the plane of longitude and latitude, by `geo::Relate`; distances
//! and areas are in metres.

use std::{borrow::Cow, cell::OnceCell, rc::Rc};

use city::Bbox;
use geo::{
    BoundingRect, Centroid, CoordsIter, Distance, Euclidean, GeodesicArea, Intersects, Length,
    MapCoords, PreparedGeometry, Relate, algorithm::line_measures::metric_spaces::Geodesic,
    relate::IntersectionMatrix,
};
use geo_types::{Coord, Geometry, LineString};

use super::{
    Cells, Run,
    truth::{Literal, Shape},
};
use crate::{
    cql2::SpatialRelation,
    store::{FeatureGeometry, PreparedRegion, Region, Relation, Shape as Form, WorldBox},
};

/// A geometry of a filter, ready to be compared with many.
pub(super) struct Prepared<'f> {
    literal: &'f Literal,
    boxes: Vec<WorldBox>,
    region: Option<Region>,
    /// What tells of whole boxes whether they lie inside; `None` for what has no inside.
    inside: Option<PreparedRegion<'f>>,
    graph: OnceCell<PreparedGeometry<'f, &'f Geometry<f64>>>,
}

/// From so many positions on, a filter's geometry is compared by its index.
const MANY: usize = 64;

impl<'f> Prepared<'f> {
    fn new(literal: &'f Literal) -> Self {
        let boxes: Vec<WorldBox> = literal.boxes.iter().map(WorldBox::around).collect();
        let region = literal.is_boxes.then(|| Region::Boxes(literal.boxes.clone()));
        let inside = match &literal.geometry {
            _ if literal.is_boxes => Some(PreparedRegion::Boxes(boxes.clone())),
            Geometry::Polygon(polygon) => Some(PreparedRegion::of_polygon(polygon)),
            _ => None,
        };
        Self { literal, boxes, region, inside, graph: OnceCell::new() }
    }

    fn graph(&self) -> &PreparedGeometry<'f, &'f Geometry<f64>> {
        self.graph.get_or_init(|| PreparedGeometry::from(&self.literal.geometry))
    }
}

impl<'f> Run<'f> {
    fn prepare(&self, literal: &'f Literal) -> Rc<Prepared<'f>> {
        let at = std::ptr::from_ref(literal).addr();
        let mut known = self.prepared.borrow_mut();
        Rc::clone(known.entry(at).or_insert_with(|| Rc::new(Prepared::new(literal))))
    }

    /// A geometry as a value; unknown where there is none.
    pub(super) fn geometry<'x>(
        &self,
        shape: &'f Shape,
        cells: &'x impl Cells,
    ) -> Option<Cow<'x, Geometry<f64>>>
    where
        'f: 'x,
    {
        match shape {
            Shape::Own => {
                let own = cells.geometry();
                self.spend(own.lon_lat().len());
                (own.shape() != Form::Empty).then(|| Cow::Owned(own.to_geo()))
            }
            Shape::Known(literal) => Some(Cow::Borrowed(&literal.geometry)),
            Shape::Centroid(inner) => {
                let inner = self.geometry(inner, cells)?;
                self.spend(positions(&inner));
                Some(Cow::Owned(inner.centroid()?.into()))
            }
            Shape::Envelope(inner) => {
                let inner = self.geometry(inner, cells)?;
                self.spend(positions(&inner));
                Some(Cow::Owned(inner.bounding_rect()?.to_polygon().into()))
            }
        }
    }

    pub(super) fn has_no_shape(&self, shape: &'f Shape, cells: &impl Cells) -> bool {
        match shape {
            Shape::Own => cells.geometry().shape() == Form::Empty,
            _ => self.geometry(shape, cells).is_none(),
        }
    }

    /// The name of a geometry's type.
    pub(super) fn type_of(&self, shape: &'f Shape, cells: &impl Cells) -> Option<&'static str> {
        if let Shape::Own = shape {
            return Some(match cells.geometry().shape() {
                Form::Empty => return None,
                Form::Point => "Point",
                Form::MultiPoint => "MultiPoint",
                Form::Line => "LineString",
                Form::MultiLine => "MultiLineString",
                Form::Polygon => "Polygon",
                Form::MultiPolygon => "MultiPolygon",
            });
        }
        Some(match &*self.geometry(shape, cells)? {
            Geometry::Point(_) => "Point",
            Geometry::MultiPoint(_) => "MultiPoint",
            Geometry::Line(_) | Geometry::LineString(_) => "LineString",
            Geometry::MultiLineString(_) => "MultiLineString",
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            Geometry::GeometryCollection(_) => "GeometryCollection",
        })
    }

    pub(super) fn distance_m(&self, a: &'f Shape, b: &'f Shape, cells: &impl Cells) -> Option<f64> {
        let (a, b) = (self.geometry(a, cells)?, self.geometry(b, cells)?);
        self.spend(positions(&a).saturating_mul(positions(&b)).saturating_add(8));
        distance_m(&a, &b)
    }

    pub(super) fn near(
        &self,
        a: &'f Shape,
        b: &'f Shape,
        metres: f64,
        cells: &impl Cells,
    ) -> Option<bool> {
        if let (Shape::Own, Shape::Known(literal)) | (Shape::Known(literal), Shape::Own) = (a, b) {
            let own = cells.geometry();
            let bbox = own.bbox()?;
            self.spend(8 + own.lon_lat().len());
            if !literal.boxes.iter().any(|one| widened(one, metres).intersects(&bbox)) {
                return Some(false);
            }
        }
        Some(self.distance_m(a, b, cells)? <= metres)
    }
}

impl<'f> Run<'f> {
    /// How two geometries lie; unknown where one is missing.
    pub(super) fn relate(
        &self,
        relation: SpatialRelation,
        a: &'f Shape,
        b: &'f Shape,
        cells: &impl Cells,
    ) -> Option<bool> {
        match (a, b) {
            (Shape::Own, Shape::Known(literal)) => {
                self.against(reversed(relation), literal, cells.geometry())
            }
            (Shape::Known(literal), Shape::Own) => {
                self.against(relation, literal, cells.geometry())
            }
            _ => {
                let (a, b) = (self.geometry(a, cells)?, self.geometry(b, cells)?);
                self.spend(relate_steps(positions(&a), positions(&b)));
                Some(match relation {
                    SpatialRelation::Intersects => a.intersects(&*b),
                    SpatialRelation::Disjoint => !a.intersects(&*b),
                    _ => is_so(relation, &a.relate(&*b)),
                })
            }
        }
    }

    /// How a filter's geometry lies to a feature's.
    fn against(
        &self,
        relation: SpatialRelation,
        literal: &'f Literal,
        own: FeatureGeometry<'_>,
    ) -> Option<bool> {
        if own.shape() == Form::Empty {
            return None;
        }
        self.spend(4);
        let prepared = self.prepare(literal);
        let bbox = own.world_box();
        if !prepared.boxes.iter().any(|one| one.intersects(&bbox)) {
            return Some(relation == SpatialRelation::Disjoint);
        }
        // What lies in the filter's geometry with its whole box needs no closer look.
        self.spend(if literal.is_boxes { 1 } else { positions(&literal.geometry) });
        let relate = |inside: &PreparedRegion<'_>| inside.relate(&bbox) == Relation::Inside;
        if prepared.inside.as_ref().is_some_and(relate) {
            let holds = [SpatialRelation::Intersects, SpatialRelation::Contains];
            return Some(holds.contains(&relation));
        }
        let touches = match relation {
            SpatialRelation::Intersects | SpatialRelation::Disjoint => self.touches(&prepared, own),
            _ => {
                let own = own.to_geo();
                self.spend(relate_steps(positions(&own), positions(&literal.geometry)));
                return Some(is_so(relation, &prepared.graph().relate(&own)));
            }
        };
        Some(touches == (relation == SpatialRelation::Intersects))
    }

    fn touches(&self, prepared: &Prepared<'_>, own: FeatureGeometry<'_>) -> bool {
        let many = own.lon_lat().len();
        if let Some(region) = &prepared.region {
            self.spend(many);
            return region.touches(own);
        }
        let here = positions(&prepared.literal.geometry);
        if here <= MANY || many == 1 {
            self.spend(8 + here.saturating_mul(many));
            return prepared.literal.geometry.intersects(&own.to_geo());
        }
        self.spend(relate_steps(many, here));
        prepared.graph().relate(&own.to_geo()).is_intersects()
    }
}

/// Steps of a comparison by graphs: each edge of one is looked up among those of the other.
fn relate_steps(a: usize, b: usize) -> usize {
    let (few, many) = (a.min(b), a.max(b));
    64 + few.saturating_mul(16).saturating_add(many.saturating_mul(4))
}

fn reversed(relation: SpatialRelation) -> SpatialRelation {
    match relation {
        SpatialRelation::Contains => SpatialRelation::Within,
        SpatialRelation::Within => SpatialRelation::Contains,
        symmetric => symmetric,
    }
}

fn is_so(relation: SpatialRelation, matrix: &IntersectionMatrix) -> bool {
    match relation {
        SpatialRelation::Contains => matrix.is_contains(),
        SpatialRelation::Crosses => matrix.is_crosses(),
        SpatialRelation::Disjoint => matrix.is_disjoint(),
        SpatialRelation::Equals => matrix.is_equal_topo(),
        SpatialRelation::Intersects => matrix.is_intersects(),
        SpatialRelation::Overlaps => matrix.is_overlaps(),
        SpatialRelation::Touches => matrix.is_touches(),
        SpatialRelation::Within => matrix.is_within(),
    }
}

pub(super) fn positions(geometry: &Geometry<f64>) -> usize {
    geometry.coords_count()
}

/// The area on the ellipsoid (Karney 2013).
pub(super) fn area_m2(geometry: &Geometry<f64>) -> f64 {
    geometry.geodesic_area_unsigned()
}

/// The length on the ellipsoid; of polygons, of their outlines.
pub(super) fn length_m(geometry: &Geometry<f64>) -> f64 {
    let ring = |line: &LineString<f64>| Geodesic.length(line);
    match geometry {
        Geometry::LineString(line) => ring(line),
        Geometry::MultiLineString(lines) => lines.iter().map(ring).sum(),
        Geometry::Polygon(polygon) => {
            ring(polygon.exterior()) + polygon.interiors().iter().map(ring).sum::<f64>()
        }
        Geometry::MultiPolygon(polygons) => {
            polygons.iter().map(|one| length_m(&one.clone().into())).sum()
        }
        Geometry::GeometryCollection(all) => all.iter().map(length_m).sum(),
        _ => 0.0,
    }
}

/// Semi-major axis of WGS 84 in metres, and the square of its first eccentricity.
const WGS84: (f64, f64) = (6_378_137.0, 0.006_694_379_990_141_3);

/// Metres of a degree of longitude and of latitude (Snyder, USGS PP 1395, eq. 4-20, 4-18).
fn degree_m(lat_deg: f64) -> (f64, f64) {
    let (a, e2) = WGS84;
    let (sin, cos) = lat_deg.to_radians().sin_cos();
    let w = 1.0 - e2 * sin * sin;
    let across = a / w.sqrt();
    let along = a * (1.0 - e2) / (w * w.sqrt());
    ((across * cos).to_radians(), along.to_radians())
}

/// The shortest distance on the plane that touches the ellipsoid at the middle latitude: exact to a
/// thousandth within a hundred kilometres.
pub(super) fn distance_m(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<f64> {
    let (one, other) = (a.bounding_rect()?, b.bounding_rect()?);
    let middle = (one.center().y + other.center().y) / 2.0;
    let (east_m, north_m) = degree_m(middle);
    let plane =
        |g: &Geometry<f64>| g.map_coords(|at| Coord { x: at.x * east_m, y: at.y * north_m });
    Some(Euclidean.distance(&plane(a), &plane(b)))
}

/// A box that holds all that is no further from a box than so many metres, and somewhat more.
pub(super) fn widened(bbox: &Bbox, metres: f64) -> Bbox {
    let farthest = bbox.min_y.abs().max(bbox.max_y.abs()).min(89.0);
    let (_, north_m) = degree_m(0.0);
    let dy = metres.max(0.0) * 1.01 / north_m;
    let (east_m, _) = degree_m((farthest + dy).min(89.9));
    let dx = metres.max(0.0) * 1.01 / east_m;
    Bbox {
        min_x: bbox.min_x - dx,
        min_y: bbox.min_y - dy,
        max_x: bbox.max_x + dx,
        max_y: bbox.max_y + dy,
    }
}
