//! The symbolisers of a rule.

use super::classes::Class;
use crate::{
    ows::Xml,
    render::{
        StyleLayer,
        expression::{Expression, Scene, Value},
        style::{Circle, Fill, Icon, Line, Look, Placement, Text},
    },
    sprites,
    store::LayerView,
};

/// Millimetres of a pixel are not asked for: sizes are pixels.
const PIXELS: (&str, &str) = ("uom", "http://www.opengeospatial.org/se/units/pixel");

/// The symbolisers of a style layer at one zoom for a class; empty where nothing is drawn.
pub(super) fn of(base: &str, view: &LayerView, layer: &StyleLayer, class: &Class) -> Vec<u8> {
    let mut writer = Symbols { xml: Xml::part(), class };
    match &layer.look {
        Look::Fill(fill) => writer.fill(fill),
        Look::Line(line) => writer.line(line),
        Look::Circle(circle) => writer.circle(circle),
        Look::Icon(icon) => writer.icon(base, icon),
        Look::Text(text) => writer.text(view, text),
        Look::Raster(opacity) => writer.raster(opacity),
        Look::Background(_) => {}
    }
    writer.xml.finish()
}

struct Symbols<'a> {
    xml: Xml,
    class: &'a Class,
}

impl Symbols<'_> {
    fn value(&self, expression: &Expression) -> Value<'static> {
        let known = self.class.known(expression);
        known.value(&Scene::bare(14.0)).owned()
    }

    fn number(&self, expression: &Expression, otherwise: f64) -> f64 {
        match self.value(expression) {
            Value::Number(number) => number,
            _ => otherwise,
        }
    }

    /// A colour as `#rrggbb`, and its opacity.
    fn colour(&self, colour: &Expression, opacity: &Expression) -> (String, f64) {
        let colour = self.value(colour).to_colour().unwrap_or(crate::render::Colour::BLACK);
        (colour.hex(), f64::from(colour.a) * self.number(opacity, 1.0))
    }

    fn parameter(&mut self, name: &str, value: &str) {
        self.xml.leaf("se:SvgParameter", &[("name", name)], value);
    }

    fn fill(&mut self, fill: &Fill) {
        let (colour, opacity) = self.colour(&fill.colour, &fill.opacity);
        if opacity <= 0.0 {
            return;
        }
        self.xml.open("se:PolygonSymbolizer", &[PIXELS]);
        self.filled(&colour, opacity);
        self.xml.close("se:PolygonSymbolizer");
    }

    fn filled(&mut self, colour: &str, opacity: f64) {
        self.xml.open("se:Fill", &[]);
        self.parameter("fill", colour);
        if opacity < 1.0 {
            self.parameter("fill-opacity", &decimal(opacity));
        }
        self.xml.close("se:Fill");
    }

    fn line(&mut self, line: &Line) {
        let (colour, opacity) = self.colour(&line.colour, &line.opacity);
        let width = self.number(&line.width, 1.0);
        if opacity <= 0.0 || width <= 0.0 {
            return;
        }
        self.xml.open("se:LineSymbolizer", &[PIXELS]);
        self.xml.open("se:Stroke", &[]);
        self.parameter("stroke", &colour);
        if opacity < 1.0 {
            self.parameter("stroke-opacity", &decimal(opacity));
        }
        self.parameter("stroke-width", &decimal(width));
        let (join, cap) = (self.value(&line.join).to_text(), self.value(&line.cap).to_text());
        self.parameter("stroke-linejoin", if join == "miter" { "mitre" } else { &join });
        self.parameter("stroke-linecap", &cap);
        if let Some(Value::List(dash)) = line.dash.as_ref().map(|dash| self.value(dash)) {
            let lengths = dash.iter().filter_map(|length| match length {
                Value::Number(number) => Some(decimal(number * width)),
                _ => None,
            });
            let lengths: Vec<String> = lengths.collect();
            self.parameter("stroke-dasharray", &lengths.join(" "));
        }
        self.xml.close("se:Stroke");
        self.xml.close("se:LineSymbolizer");
    }

    fn circle(&mut self, circle: &Circle) {
        let (colour, opacity) = self.colour(&circle.colour, &circle.opacity);
        let (rim, rim_opacity) = self.colour(&circle.stroke_colour, &circle.stroke_opacity);
        let (radius, width) =
            (self.number(&circle.radius, 5.0), self.number(&circle.stroke_width, 0.0));
        self.xml.open("se:PointSymbolizer", &[PIXELS]);
        self.xml.open("se:Graphic", &[]);
        self.xml.open("se:Mark", &[]);
        self.xml.leaf("se:WellKnownName", &[], "circle");
        self.filled(&colour, opacity);
        if width > 0.0 && rim_opacity > 0.0 {
            self.xml.open("se:Stroke", &[]);
            self.parameter("stroke", &rim);
            self.parameter("stroke-width", &decimal(width));
            self.xml.close("se:Stroke");
        }
        self.xml.close("se:Mark");
        self.xml.leaf("se:Size", &[], &decimal(2.0 * radius + width));
        self.xml.close("se:Graphic");
        self.xml.close("se:PointSymbolizer");
    }

    fn icon(&mut self, base: &str, icon: &Icon) {
        let name = self.value(&icon.image).to_text().into_owned();
        if sprites::svg(&name).is_none() {
            return;
        }
        let href = format!("{base}/sprites/{}/{name}.svg", sprites::NAME);
        let size = f64::from(sprites::SIDE) * self.number(&icon.size, 1.0);
        self.xml.open("se:PointSymbolizer", &[PIXELS]);
        self.xml.open("se:Graphic", &[]);
        self.xml.open("se:ExternalGraphic", &[]);
        self.xml.empty("se:OnlineResource", &[("xlink:type", "simple"), ("xlink:href", &href)]);
        self.xml.leaf("se:Format", &[], "image/svg+xml");
        self.xml.close("se:ExternalGraphic");
        self.xml.leaf("se:Size", &[], &decimal(size));
        self.xml.close("se:Graphic");
        self.xml.close("se:PointSymbolizer");
    }

    fn text(&mut self, view: &LayerView, text: &Text) {
        let Some(name) = column_of(&text.field) else { return };
        if view.column(&name).is_none() {
            return;
        }
        let always = Expression::Literal(Value::Number(1.0));
        let (colour, _) = self.colour(&text.colour, &text.opacity);
        let (halo, halo_opacity) = self.colour(&text.halo_colour, &always);
        self.xml.open("se:TextSymbolizer", &[PIXELS]);
        self.xml.open("se:Label", &[]);
        self.xml.leaf("ogc:PropertyName", &[], &name);
        self.xml.close("se:Label");
        self.xml.open("se:Font", &[]);
        self.parameter("font-family", "Be Vietnam Pro");
        self.parameter("font-size", &decimal(self.number(&text.size, 12.0)));
        if text.weight.0 {
            self.parameter("font-weight", "bold");
        }
        if text.weight.1 {
            self.parameter("font-style", "italic");
        }
        self.xml.close("se:Font");
        self.xml.open("se:LabelPlacement", &[]);
        if text.placement == Placement::Point {
            self.point_placement(text);
        } else {
            self.xml.empty("se:LinePlacement", &[]);
        }
        self.xml.close("se:LabelPlacement");
        let width = self.number(&text.halo_width, 0.0);
        if width > 0.0 && halo_opacity > 0.0 {
            self.xml.open("se:Halo", &[]);
            self.xml.leaf("se:Radius", &[], &decimal(width));
            self.filled(&halo, halo_opacity);
            self.xml.close("se:Halo");
        }
        self.filled(&colour, 1.0);
        self.xml.close("se:TextSymbolizer");
    }

    fn point_placement(&mut self, text: &Text) {
        let anchor = self.value(&text.anchor).to_text().into_owned();
        // The part of the text that stands at the point, from its lower left corner.
        let x = if anchor.contains("left") {
            0.0
        } else if anchor.contains("right") {
            1.0
        } else {
            0.5
        };
        let y = if anchor.starts_with("top") {
            1.0
        } else if anchor.starts_with("bottom") {
            0.0
        } else {
            0.5
        };
        let size = self.number(&text.size, 12.0);
        let offset = match self.value(&text.offset) {
            Value::List(items) => items,
            _ => Vec::new(),
        };
        self.xml.open("se:PointPlacement", &[]);
        self.xml.open("se:AnchorPoint", &[]);
        self.xml.leaf("se:AnchorPointX", &[], &decimal(x));
        self.xml.leaf("se:AnchorPointY", &[], &decimal(y));
        self.xml.close("se:AnchorPoint");
        if let [Value::Number(right), Value::Number(down)] = offset[..]
            && (right, down) != (0.0, 0.0)
        {
            self.xml.open("se:Displacement", &[]);
            self.xml.leaf("se:DisplacementX", &[], &decimal(right * size));
            self.xml.leaf("se:DisplacementY", &[], &decimal(-down * size));
            self.xml.close("se:Displacement");
        }
        self.xml.close("se:PointPlacement");
    }

    fn raster(&mut self, opacity: &Expression) {
        let opacity = decimal(self.number(opacity, 1.0));
        self.xml.open("se:RasterSymbolizer", &[]);
        self.xml.leaf("se:Opacity", &[], &opacity);
        self.xml.close("se:RasterSymbolizer");
    }
}

/// The column that a text is of, where it is of one alone.
fn column_of(field: &Expression) -> Option<String> {
    match field {
        Expression::Get(column) => Some(column.name.clone()),
        other => other.parts().into_iter().find_map(column_of),
    }
}

fn decimal(number: f64) -> String {
    let rounded = (number * 100.0).round() / 100.0;
    rounded.to_string()
}
