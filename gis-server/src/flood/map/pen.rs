//! Drawing on a picture: areas, lines and letters, over `tiny-skia` and `skrifa`.

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8,
    Stroke, StrokeDash, Transform,
};

use crate::encode::png;

/// A colour and its opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) r: u8,
    pub(super) g: u8,
    pub(super) b: u8,
    pub(super) a: u8,
}

impl Ink {
    pub(super) const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    fn paint(self) -> Paint<'static> {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(self.r, self.g, self.b, self.a);
        paint
    }
}

/// A picture that is drawn on.
pub(super) struct Pen(Pixmap);

impl Pen {
    /// A picture of one colour; `None` where there is no room for it.
    pub(super) fn new(width: u32, height: u32, paper: Ink) -> Option<Self> {
        let mut picture = Pixmap::new(width, height)?;
        picture.fill(Color::from_rgba8(paper.r, paper.g, paper.b, paper.a));
        Some(Self(picture))
    }

    /// Width and height, pixels.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.0.width() as f32, self.0.height() as f32)
    }

    /// Lays a colour over pixels, where there is one.
    pub(super) fn paint(&mut self, colour: impl Fn(u32, u32) -> Option<Ink>) {
        let width = self.0.width();
        for (at, pixel) in self.0.pixels_mut().iter_mut().enumerate() {
            let at = at as u32;
            let Some(ink) = colour(at % width, at / width) else { continue };
            let over = |above: u8, below: u8| {
                let (above, below, share) = (u32::from(above), u32::from(below), u32::from(ink.a));
                ((above * share + below * (255 - share) + 127) / 255) as u8
            };
            let [r, g, b] =
                [over(ink.r, pixel.red()), over(ink.g, pixel.green()), over(ink.b, pixel.blue())];
            // The paper is opaque, and so is what is laid over it.
            if let Some(mixed) = PremultipliedColorU8::from_rgba(r, g, b, 255) {
                *pixel = mixed;
            }
        }
    }

    /// Fills rings, the inner ones left out.
    pub(super) fn fill(&mut self, rings: &[Vec<(f32, f32)>], ink: Ink) {
        if let Some(path) = path_of(rings, true) {
            self.fill_path(&path, ink);
        }
    }

    fn fill_path(&mut self, path: &Path, ink: Ink) {
        let rule = FillRule::EvenOdd;
        self.0.fill_path(path, &ink.paint(), rule, Transform::identity(), None);
    }

    /// Draws lines, perhaps dashed.
    pub(super) fn stroke(
        &mut self,
        lines: &[Vec<(f32, f32)>],
        ink: Ink,
        width: f32,
        dash: Option<[f32; 2]>,
    ) {
        if let Some(path) = path_of(lines, false) {
            self.stroke_path(&path, ink, width, dash);
        }
    }

    fn stroke_path(&mut self, path: &Path, ink: Ink, width: f32, dash: Option<[f32; 2]>) {
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            dash: dash.and_then(|dash| StrokeDash::new(dash.to_vec(), 0.0)),
            ..Stroke::default()
        };
        self.0.stroke_path(path, &ink.paint(), &stroke, Transform::identity(), None);
    }

    /// A white panel with a thin frame.
    pub(super) fn panel(&mut self, at: (f32, f32), size: (f32, f32)) {
        let mut ring = super::rectangle(at, size);
        self.fill(&[ring.clone()], Ink { r: 255, g: 255, b: 255, a: 235 });
        ring.extend(ring.first().copied());
        self.stroke(&[ring], Ink::rgb(0x77, 0x77, 0x77), 1.0, None);
    }

    /// The picture as a PNG file.
    pub(super) fn png(&self) -> Option<Vec<u8>> {
        // The paper is opaque, so that what was multiplied with opacity is what is seen.
        let seen = self.0.pixels().iter().flat_map(|it| [it.red(), it.green(), it.blue()]);
        let seen: Vec<u8> = seen.collect();
        png::rectangle((self.0.width(), self.0.height()), &seen).ok()
    }
}

fn path_of(lines: &[Vec<(f32, f32)>], is_closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for line in lines {
        let mut points = line.iter();
        let Some((x, y)) = points.next() else { continue };
        path.move_to(*x, *y);
        points.for_each(|(x, y)| path.line_to(*x, *y));
        if is_closed {
            path.close();
        }
    }
    path.finish()
}

/// Writes with a font.
pub(super) struct Writer<'a>(FontRef<'a>);

impl<'a> Writer<'a> {
    /// `None` where the bytes are no font.
    pub(super) fn new(font: &'a [u8]) -> Option<Self> {
        FontRef::new(font).ok().map(Self)
    }

    /// The glyphs of a text, each with where it begins, and where the last ends; pixels.
    fn glyphs(&self, text: &str, size_px: f32) -> (Vec<(GlyphId, f32)>, f32) {
        let (letters, place) = (self.0.charmap(), LocationRef::default());
        let widths = self.0.glyph_metrics(Size::new(size_px), place);
        let mut end = 0.0;
        let mut placed = Vec::new();
        for letter in text.chars() {
            let glyph = letters.map(letter).unwrap_or_default();
            placed.push((glyph, end));
            end += widths.advance_width(glyph).unwrap_or_default();
        }
        (placed, end)
    }

    /// How wide a text is, pixels.
    pub(super) fn width(&self, text: &str, size_px: f32) -> f32 {
        self.glyphs(text, size_px).1
    }

    /// Writes a text with its middle at a place.
    pub(super) fn centred(
        &self,
        pen: &mut Pen,
        text: &str,
        at: (f32, f32),
        size_px: f32,
        ink: Ink,
    ) {
        let begin = at.0 - self.width(text, size_px) / 2.0;
        self.left(pen, text, (begin, at.1), size_px, ink);
    }

    /// Writes a text that begins at a place, at half its height, with a light rim.
    pub(super) fn left(
        &self,
        pen: &mut Pen,
        text: &str,
        (x, y): (f32, f32),
        size_px: f32,
        ink: Ink,
    ) {
        let outlines = self.0.outline_glyphs();
        let mut path = PathBuilder::new();
        for (glyph, begin) in self.glyphs(text, size_px).0 {
            let Some(outline) = outlines.get(glyph) else { continue };
            let how = DrawSettings::unhinted(Size::new(size_px), LocationRef::default());
            let mut letter = Letter { path: &mut path, x: x + begin, baseline: y + size_px * 0.33 };
            // A glyph that is broken leaves a gap.
            let _ = outline.draw(how, &mut letter);
        }
        if let Some(path) = path.finish() {
            let rim = Ink { r: 255, g: 255, b: 255, a: 220 };
            pen.stroke_path(&path, rim, size_px / 5.0, None);
            let rule = FillRule::Winding;
            pen.0.fill_path(&path, &ink.paint(), rule, Transform::identity(), None);
        }
    }
}

/// Puts a letter's outline on the picture, whose y goes down.
struct Letter<'a> {
    path: &'a mut PathBuilder,
    x: f32,
    baseline: f32,
}

impl OutlinePen for Letter<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.baseline - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.baseline - y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (left, base) = (self.x, self.baseline);
        self.path.quad_to(left + cx, base - cy, left + x, base - y);
    }

    fn curve_to(&mut self, cx: f32, cy: f32, dx: f32, dy: f32, x: f32, y: f32) {
        let (left, base) = (self.x, self.baseline);
        self.path.cubic_to(left + cx, base - cy, left + dx, base - dy, left + x, base - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
