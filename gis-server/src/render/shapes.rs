//! What lies in a picture: features with their outlines in pixels, cut and thinned once for all of
//! the style layers that draw them.

use std::ops::Range;

use city::Interval;

use super::{
    expression::Scene,
    frame::Frame,
    map::{RenderError, Source},
};
use crate::{
    http::work::Stop,
    store::{FeatureRef, Shape as GeometryShape, geometries::FeatureGeometry},
    tiles::{
        clip::{self, Overlap, Point, Rect},
        frame::wide,
        generalise::Fate,
        pyramid::Pyramid,
    },
};

/// Features that one picture draws at most.
pub const MOST_FEATURES: usize = 500_000;

/// Features between two looks at whether somebody still waits.
const LOOK_EVERY: usize = 256;

/// Tile units in a pixel.
const UNITS: f32 = 8.0;

/// What a shape is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Positions.
    Point,
    /// Lines.
    Line,
    /// Rings, the inner ones left out by the even-odd rule.
    Polygon,
}

impl Kind {
    /// What expressions call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::Line => "LineString",
            Self::Polygon => "Polygon",
        }
    }
}

/// A feature in the picture.
#[derive(Debug, Clone)]
pub struct Shape<'v> {
    /// The feature.
    pub feature: FeatureRef<'v>,
    /// What it is drawn as.
    pub kind: Kind,
    /// Its rings among all.
    rings: Range<u32>,
}

impl<'v> Shape<'v> {
    /// What expressions are asked of.
    pub fn scene(&self, zoom: f64) -> Scene<'v> {
        Scene { feature: Some(self.feature), geometry: self.kind.name(), zoom }
    }
}

/// The features of a layer in a picture.
#[derive(Debug, Default)]
pub struct Shapes<'v> {
    /// Each feature.
    pub all: Vec<Shape<'v>>,
    points: Vec<[f32; 2]>,
    /// Where each ring's points begin, and at last where they end.
    starts: Vec<u32>,
}

impl<'v> Shapes<'v> {
    /// Gathers what a viewer sees of a layer in a frame at a time, and its filter finds; `left` is how
    /// many features may still be drawn.
    ///
    /// # Errors
    /// [`RenderError::TooMany`], [`RenderError::Stopped`], [`RenderError::Store`].
    pub fn gather(
        source: &'v Source,
        pyramid: &Pyramid,
        frame: &Frame,
        time: Option<Interval>,
        (left, stop): (&mut usize, &Stop),
    ) -> Result<Self, RenderError> {
        let view = &source.view;
        let zoom = frame.zoom.floor().clamp(0.0, 30.0) as u8;
        let fates = pyramid.fates(view, zoom);
        let time = time.filter(|_| view.has_valid_time());
        let mut gatherer = Gatherer {
            frame,
            clip: frame.clip(),
            pyramid,
            zoom,
            finest: frame.zoom.ceil().clamp(0.0, 30.0) as u8,
            shapes: Self { starts: vec![0], ..Self::default() },
            ring: Vec::new(),
            spare: Vec::new(),
        };
        let (mut visited, mut failed) = (0usize, None);
        let visit = |feature: FeatureRef<'v>| {
            if failed.is_some() {
                return;
            }
            visited += 1;
            if visited % LOOK_EVERY == 0 && stop.is_set() {
                failed = Some(RenderError::Stopped);
                return;
            }
            if time.is_some_and(|time| !feature.valid_time().intersects(&time)) {
                return;
            }
            let fate = match (feature.row(), fates) {
                (Some(row), Some(fates)) => fates.of(row),
                _ => Fate::Drawn,
            };
            match fate {
                Fate::Dropped => return,
                Fate::Dotted => gatherer.dot(feature),
                Fate::Drawn => gatherer.draw(feature),
            }
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => failed = Some(RenderError::TooMany { most: MOST_FEATURES }),
            }
        };
        match &source.filter {
            Some((filter, bounds)) => {
                view.visit_filtered(frame.search(), filter, bounds, visit)?;
            }
            None => view.visit_tile(frame.search(), visit),
        }
        failed.map_or(Ok(gatherer.shapes), Err)
    }

    /// The rings of a shape; those of polygons are not closed by a point of their own.
    pub fn rings(&self, shape: &Shape<'_>) -> impl Iterator<Item = &[[f32; 2]]> {
        shape.rings.clone().map(|ring| {
            let ring = ring as usize;
            &self.points[self.starts[ring] as usize..self.starts[ring + 1] as usize]
        })
    }

    /// How many bytes it holds, roughly.
    pub fn points(&self) -> usize {
        self.points.len()
    }
}

struct Gatherer<'f, 'v> {
    frame: &'f Frame,
    clip: Rect,
    pyramid: &'f Pyramid,
    zoom: u8,
    /// Vertices that come in after this zoom are left out.
    finest: u8,
    shapes: Shapes<'v>,
    ring: Vec<Point>,
    spare: Vec<Point>,
}

impl<'v> Gatherer<'_, 'v> {
    fn draw(&mut self, feature: FeatureRef<'v>) {
        let geometry = feature.geometry();
        let kind = match geometry.shape() {
            GeometryShape::Empty => return,
            GeometryShape::Point | GeometryShape::MultiPoint => Kind::Point,
            GeometryShape::Line | GeometryShape::MultiLine => Kind::Line,
            GeometryShape::Polygon | GeometryShape::MultiPolygon => Kind::Polygon,
        };
        let first = self.ring_count();
        match kind {
            Kind::Point => self.positions(geometry),
            Kind::Line | Kind::Polygon => self.outlines(feature, geometry, kind),
        }
        self.finish(feature, kind, first);
    }

    /// A square for a feature too small to be seen and its small neighbours.
    fn dot(&mut self, feature: FeatureRef<'v>) {
        let bbox = feature.world_box();
        let middle = [bbox.min_x.midpoint(bbox.max_x), bbox.min_y.midpoint(bbox.max_y)];
        let middle = wide(middle);
        if !self.clip.contains(middle) {
            return;
        }
        let [x, y] = self.frame.pixel(middle);
        let half = self.pyramid.tiny(self.zoom) as f32 / UNITS / 2.0 * self.frame.ratio;
        let first = self.ring_count();
        let corners = [[-half, -half], [half, -half], [half, half], [-half, half]];
        self.shapes.points.extend(corners.map(|[dx, dy]| [x + dx, y + dy]));
        self.end_ring(1);
        self.finish(feature, Kind::Polygon, first);
    }

    fn positions(&mut self, geometry: FeatureGeometry<'_>) {
        for position in geometry.world() {
            let position = wide(*position);
            if self.clip.contains(position) {
                let pixel = self.frame.pixel(position);
                self.shapes.points.push(pixel);
                self.end_ring(1);
            }
        }
    }

    fn outlines(&mut self, feature: FeatureRef<'_>, geometry: FeatureGeometry<'_>, kind: Kind) {
        let bbox = feature.world_box();
        let bbox = Rect::new(
            [bbox.min_x.into(), bbox.min_y.into()],
            [bbox.max_x.into(), bbox.max_y.into()],
        );
        let overlap = self.clip.overlap(&bbox);
        if overlap == Overlap::Apart {
            return;
        }
        let zooms = feature.row().and_then(|_| self.pyramid.zooms(geometry));
        let mut at = 0;
        for ring in geometry.parts().flat_map(|part| part.rings()) {
            let zooms = zooms.and_then(|zooms| zooms.get(at..at + ring.world.len()));
            at += ring.world.len();
            self.ring.clear();
            let kept = ring
                .world
                .iter()
                .enumerate()
                .filter(|(index, _)| zooms.is_none_or(|zooms| zooms[*index] <= self.finest));
            self.ring.extend(kept.map(|(_, position)| wide(*position)));
            match kind {
                Kind::Polygon => self.polygon_ring(overlap),
                _ => self.line(overlap),
            }
        }
    }

    fn polygon_ring(&mut self, overlap: Overlap) {
        if self.ring.len() > 1 && self.ring.first() == self.ring.last() {
            self.ring.pop();
        }
        if overlap == Overlap::Partly {
            clip::ring(&mut self.ring, &mut self.spare, &self.clip);
        }
        let frame = self.frame;
        self.shapes.points.extend(self.ring.iter().map(|position| frame.pixel(*position)));
        self.end_ring(3);
    }

    fn line(&mut self, overlap: Overlap) {
        let (frame, shapes) = (self.frame, &mut self.shapes);
        let mut piece = |points: &[Point]| {
            shapes.points.extend(points.iter().map(|position| frame.pixel(*position)));
            shapes.starts.push(shapes.points.len() as u32);
        };
        if overlap == Overlap::Partly {
            clip::line(&self.ring, &mut self.spare, &self.clip, piece);
        } else if self.ring.len() > 1 {
            piece(&self.ring);
        }
    }

    fn ring_count(&self) -> u32 {
        self.shapes.starts.len() as u32 - 1
    }

    /// Ends a ring of at least so many points; one of fewer is taken back.
    fn end_ring(&mut self, least: usize) {
        let start = self.shapes.starts.last().map_or(0, |start| *start as usize);
        if self.shapes.points.len() - start < least {
            self.shapes.points.truncate(start);
        } else {
            self.shapes.starts.push(self.shapes.points.len() as u32);
        }
    }

    fn finish(&mut self, feature: FeatureRef<'v>, kind: Kind, first: u32) {
        let last = self.ring_count();
        if last > first {
            self.shapes.all.push(Shape { feature, kind, rings: first..last });
        }
    }
}
