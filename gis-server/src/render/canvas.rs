//! The paper that maps are drawn on, over `tiny-skia`.

use tiny_skia::{
    BlendMode, Color, FillRule, FilterQuality, GradientStop, LineCap, LineJoin, Paint, Path,
    PathBuilder, Pixmap, PixmapPaint, PixmapRef, Point, RadialGradient, Shader, SpreadMode, Stroke,
    StrokeDash, Transform,
};

use super::colour::Colour;

/// A line's look; sizes in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Nib {
    /// Width.
    pub width: f32,
    /// Lengths of dashes and gaps; none for a line without.
    pub dash: Vec<f32>,
    /// `butt`, `round` or `square`.
    pub cap: LineCap,
    /// `miter`, `round` or `bevel`.
    pub join: LineJoin,
}

impl Nib {
    /// A line without dashes that is round wherever it bends or ends.
    pub fn round(width: f32) -> Self {
        Self { width, dash: Vec::new(), cap: LineCap::Round, join: LineJoin::Round }
    }

    /// The cap that a style names.
    pub fn cap_of(name: &str) -> LineCap {
        match name {
            "round" => LineCap::Round,
            "square" => LineCap::Square,
            _ => LineCap::Butt,
        }
    }

    /// The join that a style names.
    pub fn join_of(name: &str) -> LineJoin {
        match name {
            "round" => LineJoin::Round,
            "bevel" => LineJoin::Bevel,
            _ => LineJoin::Miter,
        }
    }
}

/// A picture that is drawn on.
pub struct Canvas(Pixmap);

impl Canvas {
    /// A picture of one colour; `None` where there is no room for it.
    pub fn new(width: u32, height: u32, paper: Colour) -> Option<Self> {
        let mut canvas = Self(Pixmap::new(width, height)?);
        canvas.flood(paper);
        Some(canvas)
    }

    /// Lays a colour over everything.
    pub fn flood(&mut self, colour: Colour) {
        if colour.a >= 1.0 {
            self.0.fill(of(colour));
        } else if colour.a > 0.0 {
            let whole =
                tiny_skia::Rect::from_xywh(0.0, 0.0, self.0.width() as f32, self.0.height() as f32);
            if let Some(whole) = whole {
                self.0.fill_rect(whole, &paint(colour), Transform::identity(), None);
            }
        }
    }

    /// Fills a path; inner rings are left out.
    pub fn fill(&mut self, path: &Path, colour: Colour) {
        if colour.a > 0.0 {
            self.0.fill_path(path, &paint(colour), FillRule::EvenOdd, Transform::identity(), None);
        }
    }

    /// Fills letters, whose outlines may cross.
    pub fn letters(&mut self, path: &Path, colour: Colour) {
        if colour.a > 0.0 {
            self.0.fill_path(path, &paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }

    /// Draws along a path.
    pub fn stroke(&mut self, path: &Path, nib: &Nib, colour: Colour) {
        if colour.a <= 0.0 || nib.width <= 0.0 {
            return;
        }
        let has_dashes = nib.dash.len() > 1 && nib.dash.iter().sum::<f32>() > 0.5;
        let stroke = Stroke {
            width: nib.width,
            line_cap: nib.cap,
            line_join: nib.join,
            miter_limit: 2.0,
            // An odd number of lengths is gone through twice, as in SVG.
            dash: has_dashes
                .then(|| {
                    let twice = if nib.dash.len() % 2 == 1 { 2 } else { 1 };
                    StrokeDash::new(nib.dash.repeat(twice), 0.0)
                })
                .flatten(),
        };
        self.0.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
    }

    /// A disc that fades over the outer share `blur` of its radius.
    pub fn disc(&mut self, [x, y]: [f32; 2], radius: f32, blur: f32, colour: Colour) {
        let Some(path) = PathBuilder::from_circle(x, y, radius) else { return };
        if blur <= 0.0 {
            return self.fill(&path, colour);
        }
        let middle = Point::from_xy(x, y);
        let full = (1.0 - blur).clamp(0.0, 0.999);
        let stops = vec![
            GradientStop::new(0.0, of(colour)),
            GradientStop::new(full, of(colour)),
            GradientStop::new(1.0, of(colour.faded(0.0))),
        ];
        let identity = Transform::identity();
        let shader =
            RadialGradient::new(middle, 0.0, middle, radius, stops, SpreadMode::Pad, identity);
        let Some(shader) = shader else { return };
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.0.fill_path(&path, &paint, FillRule::Winding, identity, None);
    }

    /// Lays a picture of the same size over this one: red, green, blue and opacity of each pixel.
    pub fn overlay(&mut self, mut rgba: Vec<u8>, opacity: f64) {
        for pixel in rgba.chunks_exact_mut(4) {
            let share = u16::from(pixel[3]);
            for channel in &mut pixel[..3] {
                *channel = ((u16::from(*channel) * share + 127) / 255) as u8;
            }
        }
        let (width, height) = (self.0.width(), self.0.height());
        let Some(above) = PixmapRef::from_bytes(&rgba, width, height) else { return };
        let how = PixmapPaint {
            opacity: opacity as f32,
            blend_mode: BlendMode::SourceOver,
            quality: FilterQuality::Nearest,
        };
        self.0.draw_pixmap(0, 0, above, &how, Transform::identity(), None);
    }

    /// Lays a small picture over this one, its middle at a place; it stands on whole pixels, so that it stays sharp.
    pub fn stamp(&mut self, picture: PixmapRef<'_>, [x, y]: [f32; 2], opacity: f64) {
        let half = [picture.width(), picture.height()].map(|side| side as f32 / 2.0);
        let (left, top) = ((x - half[0]).round() as i32, (y - half[1]).round() as i32);
        let how = PixmapPaint {
            opacity: opacity as f32,
            blend_mode: BlendMode::SourceOver,
            quality: FilterQuality::Nearest,
        };
        self.0.draw_pixmap(left, top, picture, &how, Transform::identity(), None);
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    /// Red, green, blue and opacity of each pixel, row by row from the north-west.
    pub fn into_rgba(self) -> Vec<u8> {
        self.0.take_demultiplied()
    }

    /// A part of the picture.
    pub fn part(&self, (left, top): (u32, u32), (width, height): (u32, u32)) -> Option<Self> {
        let rect = tiny_skia::IntRect::from_xywh(left as i32, top as i32, width, height)?;
        self.0.clone_rect(rect).map(Self)
    }
}

fn of(colour: Colour) -> Color {
    Color::from_rgba(colour.r, colour.g, colour.b, colour.a).unwrap_or(Color::TRANSPARENT)
}

fn paint(colour: Colour) -> Paint<'static> {
    Paint { shader: Shader::SolidColor(of(colour)), anti_alias: true, ..Paint::default() }
}

/// Adds a ring or a line to a path; a single point becomes nothing.
pub fn add_ring(path: &mut PathBuilder, points: &[[f32; 2]], is_closed: bool) {
    let Some(([x, y], rest)) = points.split_first() else { return };
    if rest.is_empty() {
        return;
    }
    path.move_to(*x, *y);
    rest.iter().for_each(|[x, y]| path.line_to(*x, *y));
    if is_closed {
        path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(canvas: &Canvas, x: u32, y: u32) -> [u8; 4] {
        let pixel = canvas.0.pixel(x, y).unwrap().demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    }

    fn square(from: f32, to: f32) -> Path {
        let mut path = PathBuilder::new();
        add_ring(&mut path, &[[from, from], [to, from], [to, to], [from, to]], true);
        path.finish().unwrap()
    }

    #[test]
    fn half_a_colour_lets_the_paper_through() {
        let mut canvas = Canvas::new(20, 20, Colour::WHITE).unwrap();
        canvas.fill(&square(5.0, 15.0), Colour::BLACK.faded(0.5));
        // Rounding in the blend may go either way.
        assert!((127..=128).contains(&pixel(&canvas, 10, 10)[0]));
        assert_eq!(pixel(&canvas, 1, 1), [255; 4]);
        let mut clear = Canvas::new(20, 20, Colour::CLEAR).unwrap();
        clear.fill(&square(5.0, 15.0), Colour::rgb(200, 100, 50));
        assert_eq!(pixel(&clear, 10, 10), [200, 100, 50, 255]);
        assert_eq!(pixel(&clear, 1, 1), [0; 4]);
    }

    #[test]
    fn a_blurred_disc_fades_towards_its_edge() {
        let mut canvas = Canvas::new(41, 41, Colour::CLEAR).unwrap();
        canvas.disc([20.5, 20.5], 20.0, 1.0, Colour::rgb(255, 200, 0));
        let alpha = |x: u32| pixel(&canvas, x, 20)[3];
        assert!(alpha(20) > 240 && alpha(10) < alpha(15) && alpha(2) < 40);
    }

    #[test]
    fn a_picture_laid_over_keeps_what_it_does_not_cover() {
        let mut canvas = Canvas::new(2, 1, Colour::WHITE).unwrap();
        canvas.overlay(vec![255, 0, 0, 255, 0, 0, 0, 0], 1.0);
        assert_eq!(pixel(&canvas, 0, 0), [255, 0, 0, 255]);
        assert_eq!(pixel(&canvas, 1, 0), [255; 4]);
    }
}
