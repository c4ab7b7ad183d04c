//! Style layers out of style documents.

use serde_json::{Map, Value as Json, json};

use super::{
    super::expression::{Columns, Expression, parse},
    Circle, Fill, Icon, Line, Look, Placement, StyleError, StyleLayer, Text,
};

/// Properties that change nothing on a flat picture that stands still.
const WITHOUT_EFFECT: [&str; 14] = [
    "visibility",
    "circle-pitch-alignment",
    "circle-pitch-scale",
    "fill-antialias",
    "line-miter-limit",
    "line-round-limit",
    "raster-fade-duration",
    "raster-resampling",
    "text-keep-upright",
    "text-optional",
    "text-pitch-alignment",
    "text-rotation-alignment",
    "symbol-avoid-edges",
    "symbol-z-order",
];

/// The style layers of a document that are to be drawn: visible ones that stand on the ground.
pub fn visible_layers(document: &Json) -> impl Iterator<Item = &Json> {
    let layers = document["layers"].as_array().map(Vec::as_slice).unwrap_or_default();
    layers.iter().filter(|layer| {
        let is_hidden = layer["layout"]["visibility"] == "none";
        !is_hidden && layer["type"] != "fill-extrusion"
    })
}

/// Reads the style layers of a document; `columns` gives, for a collection, the positions of its
/// columns.
///
/// # Errors
/// [`StyleError`], naming the style layer and what is unknown in it.
pub fn layers_of<'c>(
    document: &Json,
    columns: impl Fn(&str, &str) -> Option<usize> + 'c,
) -> Result<Vec<StyleLayer>, StyleError> {
    visible_layers(document).map(|layer| read(layer, &columns)).collect()
}

fn read(
    layer: &Json,
    columns: &dyn Fn(&str, &str) -> Option<usize>,
) -> Result<StyleLayer, StyleError> {
    let text = |key: &str| layer[key].as_str().map(str::to_owned);
    let (Some(id), Some(kind)) = (text("id"), text("type")) else { return Err(StyleError::Shape) };
    let collection = layer["metadata"]["dothi:collection"].as_str().map(str::to_owned);
    let own = |name: &str| columns(collection.as_deref()?, name);
    let mut members = Members { id: id.clone(), left: Map::new(), columns: &own };
    for part in ["layout", "paint"] {
        match layer.get(part) {
            None | Some(Json::Null) => {}
            Some(Json::Object(found)) => members.left.extend(found.clone()),
            Some(_) => return Err(StyleError::Shape),
        }
    }
    let look = members.look(&kind)?;
    members.finish()?;
    let filter = layer.get("filter").map(|filter| members.parse("filter", filter)).transpose()?;
    let zoom = |key: &str, otherwise: f64| layer[key].as_f64().unwrap_or(otherwise);
    let zooms = (zoom("minzoom", f64::NEG_INFINITY), zoom("maxzoom", f64::INFINITY));
    Ok(StyleLayer { id, collection, zooms, filter, look })
}

/// The properties of a style layer that have not been read yet.
struct Members<'a> {
    id: String,
    left: Map<String, Json>,
    columns: Columns<'a>,
}

impl Members<'_> {
    fn look(&mut self, kind: &str) -> Result<Look, StyleError> {
        Ok(match kind {
            "background" => Look::Background(self.take("background-color", json!("#000000"))?),
            "raster" => Look::Raster(self.take("raster-opacity", json!(1))?),
            "fill" => Look::Fill(Fill {
                colour: self.take("fill-color", json!("#000000"))?,
                opacity: self.take("fill-opacity", json!(1))?,
                outline: self.maybe("fill-outline-color")?,
            }),
            "line" => Look::Line(Box::new(Line {
                colour: self.take("line-color", json!("#000000"))?,
                opacity: self.take("line-opacity", json!(1))?,
                width: self.take("line-width", json!(1))?,
                dash: self.maybe("line-dasharray")?,
                cap: self.take("line-cap", json!("butt"))?,
                join: self.take("line-join", json!("miter"))?,
                sort_key: self.maybe("line-sort-key")?,
            })),
            "circle" => Look::Circle(Box::new(Circle {
                colour: self.take("circle-color", json!("#000000"))?,
                opacity: self.take("circle-opacity", json!(1))?,
                radius: self.take("circle-radius", json!(5))?,
                blur: self.take("circle-blur", json!(0))?,
                stroke_colour: self.take("circle-stroke-color", json!("#000000"))?,
                stroke_width: self.take("circle-stroke-width", json!(0))?,
                stroke_opacity: self.take("circle-stroke-opacity", json!(1))?,
                sort_key: self.maybe("circle-sort-key")?,
            })),
            "symbol" if self.is_sign() => Look::Icon(Box::new(Icon {
                image: self.take("icon-image", json!(""))?,
                size: self.take("icon-size", json!(1))?,
                opacity: self.take("icon-opacity", json!(1))?,
            })),
            "symbol" => Look::Text(Box::new(self.text()?)),
            other => {
                return Err(StyleError::Kind { layer: self.id.clone(), kind: other.to_owned() });
            }
        })
    }

    /// Whether it shows signs alone, at points, that neither give way nor keep others away.
    fn is_sign(&mut self) -> bool {
        const FREE: [&str; 2] = ["icon-allow-overlap", "icon-ignore-placement"];
        let has = |name: &str| self.left.contains_key(name);
        let is_free = FREE.iter().all(|name| self.left.get(*name).is_some_and(|it| *it == true));
        let is_sign =
            has("icon-image") && !has("text-field") && !has("symbol-placement") && is_free;
        if is_sign {
            FREE.iter().for_each(|name| drop(self.left.remove(*name)));
        }
        is_sign
    }

    fn text(&mut self) -> Result<Text, StyleError> {
        let placement = match self.left.remove("symbol-placement") {
            None => Placement::Point,
            Some(name) => match name.as_str() {
                Some("point") => Placement::Point,
                Some("line") => Placement::Line,
                Some("line-center") => Placement::LineCenter,
                _ => return Err(self.unknown("symbol-placement")),
            },
        };
        let fonts = self.left.remove("text-font").unwrap_or_default();
        let overlaps = self.left.remove("text-allow-overlap").is_some_and(|flag| flag == true);
        Ok(Text {
            field: self.take("text-field", json!(""))?,
            weight: weight(&fonts),
            size: self.take("text-size", json!(16))?,
            colour: self.take("text-color", json!("#000000"))?,
            opacity: self.take("text-opacity", json!(1))?,
            halo_colour: self.take("text-halo-color", json!("rgba(0,0,0,0)"))?,
            halo_width: self.take("text-halo-width", json!(0))?,
            placement,
            anchor: self.take("text-anchor", json!("center"))?,
            offset: self.take("text-offset", json!([0, 0]))?,
            max_width: self.take("text-max-width", json!(10))?,
            line_height: self.take("text-line-height", json!(1.2))?,
            letter_spacing: self.take("text-letter-spacing", json!(0))?,
            padding: self.take("text-padding", json!(2))?,
            spacing: self.take("symbol-spacing", json!(250))?,
            max_angle: self.take("text-max-angle", json!(45))?,
            sort_key: self.maybe("symbol-sort-key")?,
            overlaps,
        })
    }

    fn take(&mut self, property: &str, otherwise: Json) -> Result<Expression, StyleError> {
        let value = self.left.remove(property).unwrap_or(otherwise);
        self.parse(property, &value)
    }

    fn maybe(&mut self, property: &str) -> Result<Option<Expression>, StyleError> {
        self.left.remove(property).map(|value| self.parse(property, &value)).transpose()
    }

    fn parse(&self, property: &str, value: &Json) -> Result<Expression, StyleError> {
        parse(value, self.columns).map_err(|source| StyleError::Expression {
            layer: self.id.clone(),
            property: property.to_owned(),
            source,
        })
    }

    /// Refuses what was not read, but for what changes nothing.
    fn finish(&self) -> Result<(), StyleError> {
        let mut left = self.left.keys();
        let unknown = left.find(|property| !WITHOUT_EFFECT.contains(&property.as_str()));
        unknown.map_or(Ok(()), |property| Err(self.unknown(property)))
    }

    fn unknown(&self, property: &str) -> StyleError {
        StyleError::Property { layer: self.id.clone(), property: property.to_owned() }
    }
}

/// Whether the first font of a list is bold and whether it is slanted, by its name.
fn weight(fonts: &Json) -> (bool, bool) {
    let name = fonts[0].as_str().unwrap_or_default();
    (name.contains("Bold") || name.contains("Black"), name.contains("Italic"))
}
