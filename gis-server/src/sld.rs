//! Styled Layer Descriptor 1.1 with Symbology Encoding 1.1 (OGC 05-078r4, 05-077r4) out of the MapLibre
//! styles, for QGIS and others that read no MapLibre styles.
//!
//! A MapLibre value changes with the zoom and with the feature; a rule of SE has fixed values, a range of
//! scales and a filter. So each style layer becomes rules: one for each span of zooms in which its values
//! are drawn as in the middle of the span, and in it one for each class of features that its values tell
//! apart. What depends on a feature in another way is drawn as for a feature that says nothing.

mod classes;
mod symbol;

use crate::{
    error::Problem,
    maps::{self, Composition},
    ows::Xml,
    render::{StyleLayer, expression::Expression, style::Look},
    state::App,
    store::LayerView,
};

/// Metres in a pixel at zoom 0 on the equator, and in one of a screen.
const ZOOM_0_M: f64 = 40_075_016.685_578_49 / 512.0;
const PIXEL_M: f64 = 0.28e-3;

/// Classes of one style layer at most.
const MOST_CLASSES: usize = 200;

/// The styles of a map's layers as one document; `base` is the address under which their signs are found.
///
/// # Errors
/// 501 for a style that cannot be read.
pub fn document(app: &App, base: &str, composition: &Composition) -> Result<Vec<u8>, Problem> {
    let style = maps::compose(app, composition)?;
    let mut xml = Xml::document();
    xml.open(
        "StyledLayerDescriptor",
        &[
            ("version", "1.1.0"),
            ("xmlns", "http://www.opengis.net/sld"),
            ("xmlns:se", "http://www.opengis.net/se"),
            ("xmlns:ogc", "http://www.opengis.net/ogc"),
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd",
            ),
        ],
    );
    for view in composition.views() {
        let own = style
            .layers
            .iter()
            .filter(|layer| layer.collection.as_deref() == Some(view.layer().id.as_str()));
        let own: Vec<&StyleLayer> = own.collect();
        if !own.is_empty() {
            layer((&mut xml, base), view, &own);
        }
    }
    xml.close("StyledLayerDescriptor");
    Ok(xml.finish())
}

fn layer((xml, base): (&mut Xml, &str), view: &LayerView, layers: &[&StyleLayer]) {
    let about = view.layer();
    xml.open("NamedLayer", &[]);
    xml.leaf("se:Name", &[], &about.id);
    xml.open("UserStyle", &[]);
    xml.leaf("se:Name", &[], "default");
    xml.open("se:Description", &[]);
    xml.leaf("se:Title", &[], &about.title.vi);
    xml.close("se:Description");
    xml.leaf("IsDefault", &[], &1);
    for layer in layers {
        xml.open("se:FeatureTypeStyle", &[]);
        xml.leaf("se:Name", &[], &layer.id);
        for span in spans(layer) {
            rules((xml, base), view, layer, span);
        }
        xml.close("se:FeatureTypeStyle");
    }
    xml.close("UserStyle");
    xml.close("NamedLayer");
}

/// Spans of zooms: whole ones where something grows with the zoom, else all at once.
fn spans(layer: &StyleLayer) -> Vec<(f64, f64)> {
    /// Zooms between which maps are looked at.
    const RANGE: (f64, f64) = (5.0, 20.0);
    let grows = values_of(layer).into_iter().any(hangs_on_zoom);
    if !grows {
        return vec![layer.zooms];
    }
    let (first, last) = (layer.zooms.0.max(RANGE.0), layer.zooms.1.min(RANGE.1));
    let mut edges = vec![layer.zooms.0];
    let mut zoom = first.floor() + 1.0;
    // Two zooms in one: a width is then off by a quarter at most.
    while zoom < last {
        edges.push(zoom);
        zoom += 2.0;
    }
    edges.push(layer.zooms.1);
    edges.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The zoom at which a span is drawn.
fn middle((first, last): (f64, f64)) -> f64 {
    match (first.is_finite(), last.is_finite()) {
        (true, true) => (first + last) / 2.0,
        (true, false) => first + 1.0,
        (false, true) => last - 1.0,
        _ => 14.0,
    }
}

/// The values of a style layer that hang on zoom or feature.
fn values_of(layer: &StyleLayer) -> Vec<&Expression> {
    let mut values: Vec<&Expression> = layer.filter.iter().collect();
    match &layer.look {
        Look::Fill(fill) => values.extend([&fill.colour, &fill.opacity]),
        Look::Line(line) => values.extend([&line.colour, &line.opacity, &line.width]),
        Look::Circle(circle) => values.extend([
            &circle.colour,
            &circle.opacity,
            &circle.radius,
            &circle.stroke_colour,
            &circle.stroke_width,
        ]),
        Look::Icon(icon) => values.extend([&icon.image, &icon.size]),
        Look::Text(text) => values.extend([&text.size, &text.colour]),
        Look::Background(_) | Look::Raster(_) => {}
    }
    values
}

fn hangs_on_zoom(expression: &Expression) -> bool {
    matches!(expression, Expression::Zoom) || expression.parts().into_iter().any(hangs_on_zoom)
}

fn rules((xml, base): (&mut Xml, &str), view: &LayerView, layer: &StyleLayer, span: (f64, f64)) {
    let zoom = middle(span);
    let at_zoom = layer.at_zoom(zoom);
    let mut classes = classes::of(&values_of(&at_zoom));
    classes.truncate(MOST_CLASSES);
    for class in &classes {
        // A class that the filter leaves out is drawn by no rule.
        let filter = at_zoom.filter.as_ref().map(|filter| class.known(filter));
        if filter.as_ref().is_some_and(is_literal_false) {
            continue;
        }
        let body = symbol::of(base, view, &at_zoom, class);
        if body.is_empty() {
            continue;
        }
        xml.open("se:Rule", &[]);
        if let Some(name) = class.name() {
            xml.leaf("se:Name", &[], &name);
        }
        classes::write_filter(xml, class, &classes, filter.as_ref());
        scales(xml, span);
        xml.raw(&body);
        xml.close("se:Rule");
    }
}

fn is_literal_false(filter: &Expression) -> bool {
    use crate::render::expression::Value;
    matches!(filter, Expression::Literal(value) if *value != Value::Bool(true))
}

fn scales(xml: &mut Xml, (first, last): (f64, f64)) {
    let scale = |zoom: f64| format!("{:.0}", ZOOM_0_M / zoom.exp2() / PIXEL_M);
    if last.is_finite() {
        xml.leaf("se:MinScaleDenominator", &[], &scale(last));
    }
    if first.is_finite() && first > 0.0 {
        xml.leaf("se:MaxScaleDenominator", &[], &scale(first));
    }
}
