//! A map from the paper up.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use city::Interval;
use datasets::read::Cog;
use tiny_skia::{PathBuilder, Pixmap};

use super::{
    canvas::{Canvas, Nib, add_ring},
    colour::Colour,
    expression::{Expression, Scene, Value},
    fonts::{Fonts, Writer},
    frame::Frame,
    labels::Labels,
    relief,
    shapes::{Kind, Shape, Shapes},
    style::{Circle, Fill, Icon, Line, Look, StyleLayer, Valued},
};
use crate::{
    filter::{Bounds, Filter},
    http::work::Stop,
    sprites,
    store::{LayerView, StoreError},
    tiles::{pyramid::Pyramid, raster::RasterError},
};

/// Shapes between two looks at whether somebody still waits.
const LOOK_EVERY: usize = 512;

/// Why a map could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// More features than one picture draws.
    #[error("more than {most} features lie in the picture; ask for fewer layers or a smaller area")]
    TooMany {
        /// How many are drawn at most.
        most: usize,
    },
    /// Nobody waits for it any more.
    #[error("nobody waits for the picture any more")]
    Stopped,
    /// There is no memory for so many pixels.
    #[error("a picture of this size cannot be held")]
    NoRoom,
    /// A raster could not be read.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// The picture's frame could not be related to longitude and latitude.
    #[error(transparent)]
    Crs(#[from] datasets::crs::CrsError),
    /// A filter was stopped.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A layer that may be drawn, as a viewer sees it.
pub struct Source {
    /// The layer.
    pub view: LayerView,
    /// What it is drawn from.
    pub matter: Matter,
    /// What must be true of its features, and how long that may be worked out.
    pub filter: Option<(Arc<Filter>, Bounds)>,
}

/// What a layer is drawn from.
pub enum Matter {
    /// Features, with what is known of how they are thinned.
    Features(Arc<Pyramid>),
    /// A raster's file.
    Raster(Arc<Cog>),
}

impl Source {
    /// Features.
    pub(crate) fn features(view: LayerView, pyramid: Arc<Pyramid>) -> Self {
        Self { view, matter: Matter::Features(pyramid), filter: None }
    }
}

/// What is drawn.
pub struct Drawing<'a> {
    /// Where.
    pub frame: &'a Frame,
    /// The paper.
    pub paper: Colour,
    /// How, the lowest first.
    pub layers: &'a [StyleLayer],
    /// What.
    pub sources: &'a [Source],
    /// When features must hold; whenever, where it is left out.
    pub time: Option<Interval>,
    /// Fonts for names; without them there are none.
    pub fonts: Option<&'a Fonts>,
    /// Whether the picture is looked at by itself: what of an area is seen is then named, and a name at the
    /// edge put inwards. On a tile of several it would stand there twice.
    pub is_alone: bool,
}

/// Draws a map.
///
/// # Errors
/// [`RenderError`].
pub fn draw(drawing: &Drawing<'_>, stop: &Stop) -> Result<Canvas, RenderError> {
    let frame = drawing.frame;
    let mut canvas =
        Canvas::new(frame.width, frame.height, drawing.paper).ok_or(RenderError::NoRoom)?;
    let drawn = drawing.layers.iter().filter(|layer| layer.is_drawn_at(frame.zoom));
    let layers: Vec<StyleLayer> = drawn.map(|layer| layer.at_zoom(frame.zoom)).collect();
    let gathered = gather(drawing, &layers, stop)?;
    let mut writer = drawing.fonts.map(Writer::new);
    let mut labels = writer.as_mut().map(|writer| Labels::new(writer, frame, drawing.is_alone));
    for (place, layer) in layers.iter().enumerate() {
        if stop.is_set() {
            return Err(RenderError::Stopped);
        }
        match (&layer.look, source_of(drawing, layer)) {
            (Look::Background(colour), _) => canvas.flood(colour.paint(&Scene::bare(frame.zoom))),
            (Look::Raster(opacity), Some(source)) => {
                raster(&mut canvas, &drawing.sources[source], opacity, frame)?;
            }
            (_, Some(source)) => {
                let Some(shapes) = &gathered[source] else { continue };
                let taken = taken(layer, shapes, frame.zoom);
                if let Look::Text(text) = &layer.look {
                    if let Some(labels) = &mut labels {
                        labels.take(place, text, shapes, taken.into_iter());
                    }
                } else {
                    Brush { canvas: &mut canvas, shapes, ratio: frame.ratio, stop }
                        .layer(layer, taken)?;
                }
            }
            (_, None) => {}
        }
    }
    if let Some(labels) = labels {
        labels.write(&mut canvas);
    }
    Ok(canvas)
}

fn source_of(drawing: &Drawing<'_>, layer: &StyleLayer) -> Option<usize> {
    let collection = layer.collection.as_deref()?;
    drawing.sources.iter().position(|source| source.view.layer().id.as_str() == collection)
}

/// The features of every source that a style layer draws.
fn gather<'v>(
    drawing: &'v Drawing<'_>,
    layers: &[StyleLayer],
    stop: &Stop,
) -> Result<Vec<Option<Shapes<'v>>>, RenderError> {
    let needed: BTreeSet<usize> =
        layers.iter().filter_map(|layer| source_of(drawing, layer)).collect();
    let mut left = super::shapes::MOST_FEATURES;
    let mut gathered = Vec::with_capacity(drawing.sources.len());
    for (n, source) in drawing.sources.iter().enumerate() {
        gathered.push(match &source.matter {
            Matter::Features(pyramid) if needed.contains(&n) && drawing.frame.is_somewhere() => {
                let (frame, how) = (drawing.frame, (&mut left, stop));
                Some(Shapes::gather(source, pyramid, frame, drawing.time, how)?)
            }
            _ => None,
        });
    }
    Ok(gathered)
}

/// The shapes that a style layer draws, in the order in which it does.
fn taken<'v>(
    layer: &StyleLayer,
    shapes: &'v Shapes<'v>,
    zoom: f64,
) -> Vec<(&'v Shape<'v>, Scene<'v>)> {
    let all = shapes.all.iter().map(|shape| (shape, shape.scene(zoom)));
    let mut taken: Vec<_> = all.filter(|(_, scene)| takes(layer.filter.as_ref(), scene)).collect();
    // Names are put in order when they are placed.
    if let Some(key) = layer.sort_key().filter(|_| !matches!(layer.look, Look::Text(_))) {
        let key_of = |scene: &Scene<'_>| number(key, scene).unwrap_or(0.0);
        taken.sort_by(|a, b| key_of(&a.1).total_cmp(&key_of(&b.1)));
    }
    taken
}

fn takes(filter: Option<&Expression>, scene: &Scene<'_>) -> bool {
    filter.is_none_or(|filter| filter.value(scene) == Value::Bool(true))
}

fn number(expression: &Expression, scene: &Scene<'_>) -> Option<f64> {
    expression.number(scene)
}

fn raster(
    canvas: &mut Canvas,
    source: &Source,
    opacity: &Expression,
    frame: &Frame,
) -> Result<(), RenderError> {
    let Matter::Raster(cog) = &source.matter else { return Ok(()) };
    if let Some(pixels) = relief::shaded(cog, frame)? {
        canvas.overlay(pixels, opacity.share(&Scene::bare(frame.zoom)));
    }
    Ok(())
}

/// Draws the shapes of one style layer.
struct Brush<'c, 'v> {
    canvas: &'c mut Canvas,
    shapes: &'v Shapes<'v>,
    ratio: f32,
    stop: &'c Stop,
}

impl<'v> Brush<'_, 'v> {
    fn layer(
        &mut self,
        layer: &StyleLayer,
        taken: Vec<(&'v Shape<'v>, Scene<'v>)>,
    ) -> Result<(), RenderError> {
        let mut path = PathBuilder::new();
        let mut signs = Signs::new();
        for (n, (shape, scene)) in taken.into_iter().enumerate() {
            if n % LOOK_EVERY == 0 && self.stop.is_set() {
                return Err(RenderError::Stopped);
            }
            match &layer.look {
                Look::Fill(fill) if shape.kind == Kind::Polygon => {
                    path = self.fill(path, fill, shape, &scene);
                }
                Look::Line(line) if shape.kind != Kind::Point => {
                    path = self.line(path, line, shape, &scene);
                }
                Look::Circle(circle) => self.circle(circle, shape, &scene),
                Look::Icon(icon) => self.icon(icon, shape, &scene, &mut signs),
                _ => {}
            }
        }
        Ok(())
    }

    fn fill(
        &mut self,
        mut path: PathBuilder,
        fill: &Fill,
        shape: &Shape<'_>,
        scene: &Scene<'_>,
    ) -> PathBuilder {
        self.shapes.rings(shape).for_each(|ring| add_ring(&mut path, ring, true));
        let Some(path) = path.finish() else { return PathBuilder::new() };
        let opacity = fill.opacity.share(scene);
        self.canvas.fill(&path, fill.colour.paint(scene).faded(opacity));
        if let Some(outline) = &fill.outline {
            self.canvas.stroke(&path, &Nib::round(1.0), outline.paint(scene).faded(opacity));
        }
        path.clear()
    }

    fn line(
        &mut self,
        mut path: PathBuilder,
        line: &Line,
        shape: &Shape<'_>,
        scene: &Scene<'_>,
    ) -> PathBuilder {
        let width = line.width.length(scene, 1.0) * self.ratio;
        let colour = line.colour.paint(scene).faded(line.opacity.share(scene));
        if width <= 0.0 || colour.a <= 0.0 {
            return path;
        }
        let is_closed = shape.kind == Kind::Polygon;
        self.shapes.rings(shape).for_each(|ring| add_ring(&mut path, ring, is_closed));
        let Some(path) = path.finish() else { return PathBuilder::new() };
        let dash = line.dash.as_ref().map_or(Vec::new(), |dash| lengths(dash, scene, width));
        let nib = Nib {
            width,
            dash,
            cap: Nib::cap_of(&line.cap.word(scene)),
            join: Nib::join_of(&line.join.word(scene)),
        };
        self.canvas.stroke(&path, &nib, colour);
        path.clear()
    }

    fn icon(&mut self, icon: &Icon, shape: &Shape<'_>, scene: &Scene<'_>, signs: &mut Signs) {
        let (name, size) = (icon.image.word(scene), icon.size.length(scene, 1.0));
        let side = (sprites::SIDE as f32 * size * self.ratio).round().min(LARGEST_SIGN) as u32;
        let sign = signs.entry((name, side)).or_insert_with_key(|(name, side)| {
            // One without a size is none.
            sprites::picture(name, *side)
        });
        let (Some(sign), opacity) = (sign, icon.opacity.share(scene)) else { return };
        for at in self.shapes.rings(shape).filter_map(|ring| place_of(shape.kind, ring)) {
            self.canvas.stamp(sign.as_ref(), at, opacity);
        }
    }

    fn circle(&mut self, circle: &Circle, shape: &Shape<'_>, scene: &Scene<'_>) {
        let radius = circle.radius.length(scene, 5.0) * self.ratio;
        let stroke = circle.stroke_width.length(scene, 0.0) * self.ratio;
        let blur = circle.blur.number(scene).unwrap_or(0.0) as f32;
        let fill = circle.colour.paint(scene).faded(circle.opacity.share(scene));
        let rim = circle.stroke_colour.paint(scene).faded(circle.stroke_opacity.share(scene));
        // A disc stands at each position: of lines and areas at their corners, as in MapLibre.
        for at in self.shapes.rings(shape).flatten() {
            self.canvas.disc(*at, radius, blur, fill);
            if stroke > 0.0 {
                let outline = PathBuilder::from_circle(at[0], at[1], radius + stroke / 2.0);
                if let Some(outline) = outline {
                    self.canvas.stroke(&outline, &Nib::round(stroke), rim);
                }
            }
        }
    }
}

/// Signs by name and side, each drawn once for a style layer.
type Signs = HashMap<(String, u32), Option<Pixmap>>;

/// Sides of a sign at most, in pixels.
const LARGEST_SIGN: f32 = 256.0;

/// Where a sign stands: on a point; of a line or an area in the middle of its box.
fn place_of(kind: Kind, ring: &[[f32; 2]]) -> Option<[f32; 2]> {
    let (first, rest) = ring.split_first()?;
    if kind == Kind::Point {
        return Some(*first);
    }
    let least = rest.iter().fold(*first, |a, b| [a[0].min(b[0]), a[1].min(b[1])]);
    let most = rest.iter().fold(*first, |a, b| [a[0].max(b[0]), a[1].max(b[1])]);
    Some([(least[0] + most[0]) / 2.0, (least[1] + most[1]) / 2.0])
}

/// The lengths of dashes and gaps in pixels: the style counts them in widths.
fn lengths(dash: &Expression, scene: &Scene<'_>, width: f32) -> Vec<f32> {
    let Value::List(items) = dash.value(scene) else { return Vec::new() };
    let numbers = items.iter().filter_map(|item| match item {
        Value::Number(number) => Some(*number as f32 * width),
        _ => None,
    });
    numbers.collect()
}
