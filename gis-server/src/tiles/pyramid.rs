//! What is worked out once for a published layer so that each tile is quick to draw.

use std::sync::OnceLock;

use city::Role;
use rayon::prelude::*;

use super::{
    generalise::{FULL_ZOOM, Fates},
    simplify::{rank_line, rank_ring},
};
use crate::{
    store::{
        LayerView,
        geometries::{FeatureGeometry, Geometries, Shape},
        world::WorldPoint,
    },
    viewer::Clearances,
};

/// The generalisation of one published layer.
pub struct Pyramid {
    /// For each position of the layer: the zoom at which it comes in.
    first_zooms: Vec<u8>,
    /// For each feature: its area in square world steps; empty when the layer has no polygons.
    areas: Vec<f32>,
    /// For each feature: the zoom at which its class comes in; empty when there are no classes.
    class_zooms: Vec<u8>,
    /// What the features are.
    role: Role,
    /// For each kind of viewer and each zoom: what becomes of the features.
    fates: Vec<[OnceLock<Fates>; FULL_ZOOM as usize]>,
}

impl Pyramid {
    /// Works out what does not depend on the zoom. It takes all cores for some tenths of a second
    /// a million buildings.
    pub(crate) fn of(view: &LayerView) -> Self {
        let geometries = &view.state.snapshot.geometries;
        let rows = geometries.len();
        let chunk = |start: usize| start..(start + CHUNK).min(rows);
        let pieces: Vec<_> = (0..rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|n| rank(geometries, chunk(n * CHUNK)))
            .collect();
        let mut first_zooms = Vec::with_capacity(geometries.positions());
        let mut areas = Vec::with_capacity(rows);
        for (zooms, some_areas) in pieces {
            first_zooms.extend(zooms);
            areas.extend(some_areas);
        }
        if areas.iter().all(|area| *area == 0.0) {
            areas = Vec::new();
        }
        let fates = (0..Clearances::COUNT).map(|_| Default::default()).collect();
        let role = view.layer().role;
        Self { first_zooms, areas, class_zooms: class_zooms(view), role, fates }
    }

    /// A generalisation that knows nothing: whatever is drawn by it is drawn in full.
    pub(crate) fn empty() -> Self {
        Self {
            first_zooms: Vec::new(),
            areas: Vec::new(),
            class_zooms: Vec::new(),
            role: Role::Other,
            fates: Vec::new(),
        }
    }

    /// A polygon narrower than this both ways, in tile units, is tiny at a zoom; and the side of
    /// the squares that stand for such. Units are eighths of a pixel of tiles 512 pixels wide.
    ///
    /// Two pixels for buildings, each of which is a thing that people look for, and a little more
    /// than one where they look for it; 2½ for areas that fill the plane, where the mosaic as a
    /// whole is what is looked at.
    pub(crate) fn tiny(&self, zoom: u8) -> u32 {
        match (self.role, zoom) {
            (Role::Buildings, 14..) => 10,
            (Role::Buildings, _) => 16,
            _ => 20,
        }
    }

    /// For each position of a feature of the snapshot, in order: the zoom at which it comes in.
    pub(crate) fn zooms(&self, geometry: FeatureGeometry<'_>) -> Option<&[u8]> {
        let first = geometry.first_position();
        self.first_zooms.get(first..first + geometry.world().len())
    }

    /// What becomes of the features that a viewer sees; `None` where all are drawn.
    pub(crate) fn fates(&self, view: &LayerView, zoom: u8) -> Option<&Fates> {
        let clearances = view.clearances();
        let slot = self.fates.get(usize::from(clearances.scope()))?.get(usize::from(zoom))?;
        Some(slot.get_or_init(|| self.select(view, zoom)))
    }

    fn select(&self, view: &LayerView, zoom: u8) -> Fates {
        let geometries = &view.state.snapshot.geometries;
        let boxes = geometries.boxes();
        let closed = view.state.closed_rows(view.clearances());
        let counts = |row: usize| !closed.contains(row);
        let shape = (0..boxes.len()).map(|row| geometries.get(row).shape());
        match shape.into_iter().find(|shape| *shape != Shape::Empty) {
            Some(Shape::Point | Shape::MultiPoint) => Fates::of_points(boxes, counts, zoom),
            Some(Shape::Polygon | Shape::MultiPolygon) if !self.areas.is_empty() => {
                Fates::of_polygons(boxes, &self.areas, counts, (self.tiny(zoom), zoom))
            }
            _ => {
                let first_zoom = |row: usize| self.class_zooms.get(row).copied().unwrap_or(0);
                Fates::of_lines(boxes, counts, first_zoom, zoom)
            }
        }
    }
}

/// Features that one core ranks at a time.
const CHUNK: usize = 4096;

fn rank(geometries: &Geometries, rows: std::ops::Range<usize>) -> (Vec<u8>, Vec<f32>) {
    let (mut zooms, mut areas) = (Vec::new(), Vec::with_capacity(rows.len()));
    for row in rows {
        let feature = geometries.get(row);
        let mut start = zooms.len();
        zooms.resize(start + feature.world().len(), 0);
        let is_polygon = matches!(feature.shape(), Shape::Polygon | Shape::MultiPolygon);
        let mut area = 0.0;
        for part in feature.parts() {
            for (index, ring) in part.rings().enumerate() {
                let end = start + ring.world.len();
                if is_polygon {
                    let open = ring.world.len().saturating_sub(1);
                    rank_ring(&ring.world[..open], &mut zooms[start..start + open]);
                    let sign = if index == 0 { 1.0 } else { -1.0 };
                    area += sign * area_of(ring.world);
                } else {
                    rank_line(ring.world, &mut zooms[start..end]);
                }
                start = end;
            }
        }
        areas.push(area.max(0.0) as f32);
    }
    (zooms, areas)
}

/// Area of a closed ring in square world steps.
fn area_of(ring: &[WorldPoint]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let from_origin = |p: WorldPoint| [0, 1].map(|k| f64::from(p[k]) - f64::from(origin[k]));
    let twice: f64 = ring
        .windows(2)
        .map(|ends| (from_origin(ends[0]), from_origin(ends[1])))
        .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
        .sum();
    0.5 * twice.abs()
}

/// The zoom at which each road comes in, by its class; empty for layers without classes.
fn class_zooms(view: &LayerView) -> Vec<u8> {
    let layer = view.layer();
    let column = (layer.role == Role::Roads)
        .then(|| layer.schema()?.index_of(layer.column_of("class")?))
        .flatten();
    let Some(column) = column else { return Vec::new() };
    let snapshot = &view.state.snapshot;
    let classes = &snapshot.columns[column];
    (0..snapshot.len()).map(|row| zoom_of_class(classes.value(row).as_text())).collect()
}

/// First zoom of a class of the code list `road-class`.
fn zoom_of_class(class: Option<&str>) -> u8 {
    match class.map(|class| class.strip_suffix("_link").unwrap_or(class)) {
        Some("motorway" | "expressway" | "trunk" | "national") => 5,
        Some("primary" | "provincial") => 7,
        Some("secondary" | "arterial" | "rail") => 9,
        Some("tertiary" | "collector") => 11,
        None => 12,
        Some(
            "service" | "alley" | "path" | "footway" | "steps" | "track" | "cycleway" | "bridleway"
            | "pedestrian",
        ) => 14,
        _ => 13,
    }
}
