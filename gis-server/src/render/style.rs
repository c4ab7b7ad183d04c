//! Style layers, ready to be drawn.

mod read;
#[cfg(test)]
mod tests;

use super::{
    colour::Colour,
    expression::{Expression, ExpressionError, Scene, Value},
};

pub use read::{layers_of, visible_layers};

/// Why a style cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StyleError {
    /// An expression.
    #[error("style layer '{layer}', {property}: {source}")]
    Expression {
        /// The style layer.
        layer: String,
        /// The property that it is the value of.
        property: String,
        /// What is wrong.
        source: ExpressionError,
    },
    /// A property that changes the picture and is not known here.
    #[error("style layer '{layer}': the property '{property}' is not known here")]
    Property {
        /// The style layer.
        layer: String,
        /// The property.
        property: String,
    },
    /// A kind of style layer that is not known here.
    #[error("style layer '{layer}': layers of the type '{kind}' are not drawn here")]
    Kind {
        /// The style layer.
        layer: String,
        /// Its type.
        kind: String,
    },
    /// A style layer that is no object, or lacks its name.
    #[error("a style layer has no id, no type or no object of properties")]
    Shape,
}

/// One layer of a style.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleLayer {
    /// Its name.
    pub id: String,
    /// The collection that it draws; none for a background.
    pub collection: Option<String>,
    /// The zooms at which it is drawn, the second left out.
    pub zooms: (f64, f64),
    /// Which features.
    pub filter: Option<Expression>,
    /// How.
    pub look: Look,
}

/// How a style layer looks.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// The paper.
    Background(Expression),
    /// Areas.
    Fill(Fill),
    /// Lines.
    Line(Box<Line>),
    /// Discs.
    Circle(Box<Circle>),
    /// Signs.
    Icon(Box<Icon>),
    /// Names.
    Text(Box<Text>),
    /// Heights, shaded; its opacity.
    Raster(Expression),
}

/// Areas.
#[derive(Debug, Clone, PartialEq)]
pub struct Fill {
    /// Colour.
    pub colour: Expression,
    /// Opacity.
    pub opacity: Expression,
    /// Outline of a pixel, where the style names one.
    pub outline: Option<Expression>,
}

/// Lines; sizes in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Colour.
    pub colour: Expression,
    /// Opacity.
    pub opacity: Expression,
    /// Width.
    pub width: Expression,
    /// Lengths of dashes and gaps, in widths.
    pub dash: Option<Expression>,
    /// `butt`, `round` or `square`.
    pub cap: Expression,
    /// `miter`, `round` or `bevel`.
    pub join: Expression,
    /// The lower is drawn first.
    pub sort_key: Option<Expression>,
}

/// Discs; sizes in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Circle {
    /// Colour.
    pub colour: Expression,
    /// Opacity.
    pub opacity: Expression,
    /// Radius without the stroke.
    pub radius: Expression,
    /// Share of the radius over which it fades.
    pub blur: Expression,
    /// Colour of the stroke.
    pub stroke_colour: Expression,
    /// Width of the stroke.
    pub stroke_width: Expression,
    /// Opacity of the stroke.
    pub stroke_opacity: Expression,
    /// The lower is drawn first.
    pub sort_key: Option<Expression>,
}

/// Signs, which lie over each other where they must and keep nothing away; sizes are shares of the drawing's.
#[derive(Debug, Clone, PartialEq)]
pub struct Icon {
    /// Name of the sign.
    pub image: Expression,
    /// Size.
    pub size: Expression,
    /// Opacity.
    pub opacity: Expression,
}

/// Where names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// At a point of the feature.
    Point,
    /// Along its line, again and again.
    Line,
    /// Along its line, once in its middle.
    LineCenter,
}

/// Names; sizes in pixels, lengths of text in ems.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What is written.
    pub field: Expression,
    /// Whether it is bold and whether it is slanted.
    pub weight: (bool, bool),
    /// Size.
    pub size: Expression,
    /// Colour.
    pub colour: Expression,
    /// Opacity.
    pub opacity: Expression,
    /// Colour of the halo.
    pub halo_colour: Expression,
    /// Width of the halo.
    pub halo_width: Expression,
    /// Where.
    pub placement: Placement,
    /// Which part of the text is at the point.
    pub anchor: Expression,
    /// How far from the point, in ems: right and down.
    pub offset: Expression,
    /// Width at which lines break, in ems.
    pub max_width: Expression,
    /// Height of a line, in ems.
    pub line_height: Expression,
    /// Space between letters, in ems.
    pub letter_spacing: Expression,
    /// Room that is kept around it.
    pub padding: Expression,
    /// Distance between two on a line.
    pub spacing: Expression,
    /// Degrees by which neighbouring letters may turn.
    pub max_angle: Expression,
    /// The lower is placed first.
    pub sort_key: Option<Expression>,
    /// Whether it may lie over others.
    pub overlaps: bool,
}

impl StyleLayer {
    /// Whether it is drawn at a zoom.
    pub fn is_drawn_at(&self, zoom: f64) -> bool {
        self.zooms.0 <= zoom && zoom < self.zooms.1
    }

    /// The style layer at one zoom: what hangs on no feature is a value.
    #[must_use]
    pub fn at_zoom(&self, zoom: f64) -> Self {
        let at = |expression: &Expression| expression.at_zoom(zoom);
        let maybe = |expression: &Option<Expression>| expression.as_ref().map(at);
        let look = match &self.look {
            Look::Background(colour) => Look::Background(at(colour)),
            Look::Raster(opacity) => Look::Raster(at(opacity)),
            Look::Fill(fill) => Look::Fill(Fill {
                colour: at(&fill.colour),
                opacity: at(&fill.opacity),
                outline: maybe(&fill.outline),
            }),
            Look::Line(line) => Look::Line(Box::new(Line {
                colour: at(&line.colour),
                opacity: at(&line.opacity),
                width: at(&line.width),
                dash: maybe(&line.dash),
                cap: at(&line.cap),
                join: at(&line.join),
                sort_key: maybe(&line.sort_key),
            })),
            Look::Circle(circle) => Look::Circle(Box::new(Circle {
                colour: at(&circle.colour),
                opacity: at(&circle.opacity),
                radius: at(&circle.radius),
                blur: at(&circle.blur),
                stroke_colour: at(&circle.stroke_colour),
                stroke_width: at(&circle.stroke_width),
                stroke_opacity: at(&circle.stroke_opacity),
                sort_key: maybe(&circle.sort_key),
            })),
            Look::Icon(icon) => Look::Icon(Box::new(Icon {
                image: at(&icon.image),
                size: at(&icon.size),
                opacity: at(&icon.opacity),
            })),
            Look::Text(text) => Look::Text(Box::new(Text {
                field: at(&text.field),
                size: at(&text.size),
                colour: at(&text.colour),
                opacity: at(&text.opacity),
                halo_colour: at(&text.halo_colour),
                halo_width: at(&text.halo_width),
                anchor: at(&text.anchor),
                offset: at(&text.offset),
                max_width: at(&text.max_width),
                line_height: at(&text.line_height),
                letter_spacing: at(&text.letter_spacing),
                padding: at(&text.padding),
                spacing: at(&text.spacing),
                max_angle: at(&text.max_angle),
                sort_key: maybe(&text.sort_key),
                weight: text.weight,
                placement: text.placement,
                overlaps: text.overlaps,
            })),
        };
        Self { filter: maybe(&self.filter), look, ..self.clone() }
    }

    /// Whether it draws a feature.
    pub fn takes<'a>(&'a self, scene: &Scene<'a>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.holds(scene))
    }

    /// What puts features in order, the lower first.
    pub fn sort_key(&self) -> Option<&Expression> {
        match &self.look {
            Look::Line(line) => line.sort_key.as_ref(),
            Look::Circle(circle) => circle.sort_key.as_ref(),
            Look::Text(text) => text.sort_key.as_ref(),
            Look::Background(_) | Look::Fill(_) | Look::Raster(_) | Look::Icon(_) => None,
        }
    }
}

/// Values of expressions with what stands for those that have none.
pub(super) trait Valued {
    /// A number, at least 0.
    fn length(&self, scene: &Scene<'_>, otherwise: f64) -> f32;
    /// A share between 0 and 1.
    fn share(&self, scene: &Scene<'_>) -> f64;
    /// A colour, black where there is none.
    fn paint(&self, scene: &Scene<'_>) -> Colour;
    /// Two numbers in a row.
    fn pair(&self, scene: &Scene<'_>) -> (f32, f32);
    /// A word.
    fn word(&self, scene: &Scene<'_>) -> String;
}

impl Valued for Expression {
    fn length(&self, scene: &Scene<'_>, otherwise: f64) -> f32 {
        self.number(scene).unwrap_or(otherwise).clamp(0.0, 4096.0) as f32
    }

    fn share(&self, scene: &Scene<'_>) -> f64 {
        self.number(scene).unwrap_or(1.0).clamp(0.0, 1.0)
    }

    fn paint(&self, scene: &Scene<'_>) -> Colour {
        self.colour(scene).unwrap_or(Colour::BLACK)
    }

    fn pair(&self, scene: &Scene<'_>) -> (f32, f32) {
        match self.value(scene) {
            Value::List(items) => match &items[..] {
                [Value::Number(x), Value::Number(y)] => (*x as f32, *y as f32),
                _ => (0.0, 0.0),
            },
            _ => (0.0, 0.0),
        }
    }

    fn word(&self, scene: &Scene<'_>) -> String {
        self.value(scene).to_text().into_owned()
    }
}
