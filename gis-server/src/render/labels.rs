//! Names on a map: set in type, and placed so that none lies over another or is cut by the edge.
//!
//! As in MapLibre, names of upper style layers are placed first, within a layer those with the lower
//! sort key; what finds no room is left out.

mod along;
mod block;
mod room;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use tiny_skia::PathBuilder;

use super::{
    canvas::{Canvas, Nib},
    colour::Colour,
    expression::{Scene, Value},
    fonts::{Weight4, Writer},
    frame::Frame,
    shapes::{Kind, Shape, Shapes},
    style::{Placement, Text, Valued},
};
use room::{Room, Span};

/// A size in pixels that names have at most.
const LARGEST: f32 = 200.0;

/// Letters that a name has at most; what is longer is no name.
const LONGEST: usize = 200;

/// A name that asks for a place.
struct Label {
    /// Which style layer, counted from below.
    layer: usize,
    sort_key: f64,
    ink: Ink,
    /// Letters with where they begin on the base line and how they are turned.
    letters: Vec<(char, [f32; 2], f32)>,
    /// Sizes of letters beside the ink's, as shares; of one line of text all are the same.
    scales: Vec<f32>,
    /// What it covers.
    spans: Vec<Span>,
    overlaps: bool,
    /// Not again within so many pixels.
    again: Option<(String, [f32; 2], f32)>,
}

/// How a name is written.
#[derive(Debug, Clone, Copy)]
struct Ink {
    weight: Weight4,
    size: f32,
    colour: Colour,
    halo: Colour,
    halo_width: f32,
}

/// A name of a line, waiting for the other pieces of the line.
struct Waiting {
    ink: Ink,
    sort_key: f64,
    lines: Vec<Vec<[f32; 2]>>,
}

/// Gathers names and writes them.
pub struct Labels<'w, 'f> {
    writer: &'w mut Writer<'f>,
    size: (u32, u32),
    ratio: f32,
    is_alone: bool,
    all: Vec<Label>,
}

impl<'w, 'f> Labels<'w, 'f> {
    /// Names of a frame; `is_alone` says that the picture is looked at by itself and is no tile of several.
    pub fn new(writer: &'w mut Writer<'f>, frame: &Frame, is_alone: bool) -> Self {
        let size = (frame.width, frame.height);
        Self { writer, size, ratio: frame.ratio, is_alone, all: Vec::new() }
    }

    /// Takes the names of a style layer's features: `layer` is its place in the stack.
    pub fn take<'v>(
        &mut self,
        layer: usize,
        text: &Text,
        shapes: &Shapes<'v>,
        named: impl Iterator<Item = (&'v Shape<'v>, Scene<'v>)>,
    ) {
        let mut waiting: BTreeMap<String, Waiting> = BTreeMap::new();
        for (shape, scene) in named {
            let lines = block::lines_of(&text.field.value(&scene));
            if lines.is_empty() {
                continue;
            }
            let ink = self.ink(text, &scene);
            let sort_key = text.sort_key.as_ref().and_then(|key| key.number(&scene)).unwrap_or(0.0);
            if text.placement == Placement::Point {
                for place in self.places(shapes, shape) {
                    let label = self.at_point(layer, text, &scene, &lines, (ink, sort_key), place);
                    self.all.extend(label);
                }
            } else if shape.kind != Kind::Point {
                let name =
                    lines.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>().join(" ");
                let entry = waiting.entry(name);
                let waits = entry.or_insert(Waiting { ink, sort_key, lines: Vec::new() });
                waits.sort_key = waits.sort_key.min(sort_key);
                waits.lines.extend(shapes.rings(shape).map(<[_]>::to_vec));
            }
        }
        for (name, waits) in waiting {
            self.along_lines(layer, text, &name, waits);
        }
    }

    /// Places the names and writes them on a picture; gives how many were written.
    pub fn write(mut self, canvas: &mut Canvas) -> usize {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.all[*a], &self.all[*b]);
            b.layer.cmp(&a.layer).then(a.sort_key.total_cmp(&b.sort_key))
        });
        let mut room = Room::new(self.size);
        let mut written: HashMap<&str, Vec<[f32; 2]>> = HashMap::new();
        let mut placed = Vec::new();
        for index in order {
            let label = &self.all[index];
            if !label.spans.iter().all(|span| room.holds(span)) {
                continue;
            }
            if let Some((name, [x, y], least)) = &label.again {
                let before = written.entry(name).or_default();
                if before.iter().any(|[bx, by]| (bx - x).hypot(by - y) < *least) {
                    continue;
                }
                if !room.is_free(&label.spans) && !label.overlaps {
                    continue;
                }
                before.push([*x, *y]);
            } else if !room.is_free(&label.spans) && !label.overlaps {
                continue;
            }
            room.take(&label.spans);
            placed.push(index);
        }
        // The upper ones are written last.
        placed.sort_by_key(|index| self.all[*index].layer);
        let all = std::mem::take(&mut self.all);
        placed.iter().for_each(|index| self.draw(canvas, &all[*index]));
        placed.len()
    }

    fn draw(&mut self, canvas: &mut Canvas, label: &Label) {
        let mut path = PathBuilder::new();
        let ink = label.ink;
        for (n, (letter, at, angle)) in label.letters.iter().enumerate() {
            let scale = label.scales.get(n).copied().unwrap_or(1.0);
            self.writer.draw(&mut path, (ink.weight, *letter), ink.size * scale, *at, *angle);
        }
        let Some(path) = path.finish() else { return };
        canvas.stroke(&path, &Nib::round(2.0 * ink.halo_width), ink.halo);
        canvas.letters(&path, ink.colour);
    }

    fn ink(&self, text: &Text, scene: &Scene<'_>) -> Ink {
        let opacity = text.opacity.share(scene);
        Ink {
            weight: text.weight,
            size: text.size.length(scene, 16.0).min(LARGEST) * self.ratio,
            colour: text.colour.paint(scene).faded(opacity),
            halo: text.halo_colour.colour(scene).unwrap_or(Colour::CLEAR).faded(opacity),
            halo_width: text.halo_width.length(scene, 0.0) * self.ratio,
        }
    }

    /// Where a feature is named: at each of its points, in the middle of its longest line, or at one
    /// place inside of its area.
    fn places(&self, shapes: &Shapes<'_>, shape: &Shape<'_>) -> Vec<[f32; 2]> {
        match shape.kind {
            Kind::Point => shapes.rings(shape).filter_map(|ring| ring.first().copied()).collect(),
            Kind::Line => {
                let lines = shapes.rings(shape).map(|line| (along::length(line), line));
                let longest = lines.max_by(|a, b| a.0.total_cmp(&b.0));
                longest
                    .and_then(|(length, line)| along::at(line, length / 2.0))
                    .into_iter()
                    .collect()
            }
            Kind::Polygon => {
                // What of an area is seen may be named in each picture, but not in each tile.
                let rings: Vec<&[[f32; 2]]> = shapes.rings(shape).collect();
                let whole = block::inside(&rings, None);
                let (width, height) = (self.size.0 as f32, self.size.1 as f32);
                let is_seen =
                    |p: &[f32; 2]| (0.0..=width).contains(&p[0]) && (0.0..=height).contains(&p[1]);
                match whole.filter(is_seen) {
                    Some(place) => vec![place],
                    None if self.is_alone => {
                        block::inside(&rings, Some([width, height])).into_iter().collect()
                    }
                    None => Vec::new(),
                }
            }
        }
    }

    fn at_point(
        &mut self,
        layer: usize,
        text: &Text,
        scene: &Scene<'_>,
        lines: &[(String, f64)],
        (ink, sort_key): (Ink, f64),
        [x, y]: [f32; 2],
    ) -> Option<Label> {
        let how = block::How {
            max_width: text.max_width.length(scene, 10.0),
            line_height: text.line_height.length(scene, 1.2),
            spacing: text.letter_spacing.number(scene).unwrap_or(0.0) as f32,
            anchor: text.anchor.word(scene),
            offset: text.offset.pair(scene),
        };
        let set = block::set(self.writer, ink.weight, lines, &how);
        let padding = text.padding.length(scene, 2.0) * self.ratio;
        let [left, top, right, bottom] = set.edges.map(|edge| edge * ink.size);
        let (x, y) =
            (self.inwards(x, left, right, self.size.0), self.inwards(y, top, bottom, self.size.1));
        let span = Span {
            min: [x + left, y + top],
            max: [x + right, y + bottom],
            padding: padding + ink.halo_width * 0.5,
        };
        let place = |(letter, [dx, dy], scale): &(char, [f32; 2], f32)| {
            ((*letter, [x + dx * ink.size, y + dy * ink.size], 0.0), *scale)
        };
        let (letters, scales): (Vec<_>, Vec<f32>) = set.letters.iter().map(place).unzip();
        let is_name = !letters.is_empty() && letters.len() <= LONGEST;
        is_name.then_some(Label {
            layer,
            sort_key,
            ink,
            letters,
            scales,
            spans: vec![span],
            overlaps: text.overlaps,
            again: None,
        })
    }

    /// Where a name is put that its own place would let reach beyond the edge: a picture by itself names
    /// whatever place it shows (Hoàng Sa and Trường Sa often lie at an overview's edge); on a tile it would
    /// then stand apart from its other part.
    fn inwards(&self, at: f32, before: f32, after: f32, side: u32) -> f32 {
        let side = side as f32;
        let is_shown = self.is_alone && (0.0..=side).contains(&at);
        if is_shown && after - before <= side { at.clamp(-before, side - after) } else { at }
    }

    fn along_lines(&mut self, layer: usize, text: &Text, name: &str, waits: Waiting) {
        let scene = Scene::bare(0.0);
        let ink = waits.ink;
        let spacing = text.letter_spacing.number(&scene).unwrap_or(0.0) as f32;
        let (letters, width) = self.writer.line(name, ink.weight, spacing);
        if letters.is_empty() || letters.len() > LONGEST {
            return;
        }
        let every = text.spacing.length(&scene, 250.0).max(1.0) * self.ratio;
        let sharpest = text.max_angle.length(&scene, 45.0).to_radians();
        let padding = text.padding.length(&scene, 2.0) * self.ratio;
        for line in along::joined(waits.lines) {
            let length = along::length(&line);
            let needed = width * ink.size;
            if length < needed {
                continue;
            }
            for middle in along::middles(length, every, text.placement == Placement::LineCenter) {
                let placed = along::place(&line, &letters, (middle, needed), ink.size, sharpest);
                let Some(placed) = placed else { continue };
                let half = ink.size * 0.5;
                let spans = placed.centres.iter().map(|[x, y]| Span {
                    min: [x - half, y - half],
                    max: [x + half, y + half],
                    padding,
                });
                self.all.push(Label {
                    layer,
                    sort_key: waits.sort_key,
                    ink,
                    spans: spans.collect(),
                    letters: placed.letters,
                    scales: Vec::new(),
                    overlaps: text.overlaps,
                    again: Some((name.to_owned(), placed.middle, every * 0.5)),
                });
            }
        }
    }
}

/// Whether a value writes anything.
pub fn writes(value: &Value<'_>) -> bool {
    !block::lines_of(value).is_empty()
}
