//! One layer of a vector tile.

use std::collections::BTreeSet;

use city::FeatureId;

use super::{
    frame::Frame,
    generalise::{Fate, Fates},
    grid::Tile,
    label::{self, LABEL_PROPERTY},
    pen::Pen,
    pyramid::Pyramid,
};
use crate::{
    encode::mvt::{GeometryType, LayerEncoder, Scalar},
    filter::{Bounds, Filter},
    store::{FeatureRef, LayerView, StoreError, ValueRef},
    styles,
};

/// From this zoom on tiles carry every property; before it, what the map's style reads. A tile of
/// zoom 14 holds thousands of houses and one of zoom 16 some hundreds, whose addresses would be
/// three quarters of its bytes; who wants them asks for the feature.
pub const ALL_PROPERTIES_ZOOM: u8 = 17;

/// The property that holds an identifier that is no number, which is all that tiles take as one.
pub const ID_PROPERTY: &str = "_id";

/// Appends what a viewer sees of a layer on a tile, and a filter finds.
///
/// # Errors
/// That the filter was stopped.
pub(crate) fn encode(
    view: &LayerView,
    filter: Option<(&Filter, &Bounds)>,
    pyramid: &Pyramid,
    tile: Tile,
    frame: &Frame,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let zoom = tile.web_zoom();
    let columns = columns(view, zoom);
    let mut names: Vec<&str> = columns.iter().map(|column| column.1).collect();
    names.extend([ID_PROPERTY, LABEL_PROPERTY]);
    let is_labelled = label::is_labelled(view, zoom);
    let mut drawing = Drawing {
        pyramid,
        fates: pyramid.fates(view, zoom),
        zoom,
        pen: Pen::new(frame, zoom),
        all_zooms: Vec::new(),
        layer: LayerEncoder::new(view.layer().id.as_str(), &names),
    };
    let mut draw = |feature| {
        if let Some(kind) = drawing.geometry(feature) {
            let id = drawing.tags(feature, &columns);
            let geometry = feature.geometry();
            if is_labelled && label::is_here(geometry, frame, tile, drawing.pen.has_filled()) {
                drawing.layer.tag(columns.len() + 1, Scalar::Bool(true));
            }
            drawing.layer.end_feature(id, kind);
        }
    };
    match filter {
        Some((filter, bounds)) => {
            view.visit_filtered(frame.search(), filter, bounds, &mut draw)?;
        }
        None => view.visit_tile(frame.search(), &mut draw),
    }
    drawing.layer.finish(out);
    Ok(())
}

/// The columns that a tile of a zoom carries: their position in the view, and their name.
pub fn columns(view: &LayerView, zoom: u8) -> Vec<(usize, &str)> {
    let all = view.properties().enumerate().map(|(n, property)| (n, property.name.as_str()));
    let layer = view.layer();
    if zoom >= ALL_PROPERTIES_ZOOM || layer.style.is_some() {
        return all.collect();
    }
    let attributes = styles::attributes_at(layer.role, zoom);
    let wanted: BTreeSet<usize> =
        attributes.iter().filter_map(|attribute| view.attribute(attribute)).collect();
    all.filter(|column| wanted.contains(&column.0)).collect()
}

/// A layer on its way to a tile.
struct Drawing<'a, 'v> {
    pyramid: &'v Pyramid,
    fates: Option<&'v Fates>,
    zoom: u8,
    pen: Pen<'v>,
    /// Zooms for an edited feature, all of whose positions are drawn.
    all_zooms: Vec<u8>,
    layer: LayerEncoder<'a>,
}

impl<'a> Drawing<'a, '_> {
    fn geometry(&mut self, feature: FeatureRef<'_>) -> Option<GeometryType> {
        let geometry = feature.geometry();
        let out = self.layer.geometry();
        let fate = match (feature.row(), self.fates) {
            (Some(row), Some(fates)) => fates.of(row),
            _ => Fate::Drawn,
        };
        match fate {
            Fate::Dropped => None,
            Fate::Dotted => self.pen.dot(&geometry.world_box(), self.pyramid.tiny(self.zoom), out),
            Fate::Drawn => {
                let zooms = feature.row().and_then(|_| self.pyramid.zooms(geometry));
                let zooms = zooms.unwrap_or_else(|| {
                    self.all_zooms.clear();
                    self.all_zooms.resize(geometry.world().len(), 0);
                    &self.all_zooms
                });
                self.pen.draw(geometry, zooms, out)
            }
        }
    }

    /// Gives the feature its values, and says its identifier where it is a number.
    fn tags(&mut self, feature: FeatureRef<'a>, columns: &[(usize, &str)]) -> Option<u64> {
        for (index, (column, _)) in columns.iter().enumerate() {
            match feature.value(*column) {
                ValueRef::Null => {}
                ValueRef::Bool(flag) => self.layer.tag(index, Scalar::Bool(flag)),
                ValueRef::Integer(number) => self.layer.tag(index, Scalar::Integer(number)),
                ValueRef::Real(number) => self.layer.tag(index, Scalar::Real(number)),
                ValueRef::Text(text) => self.layer.tag(index, Scalar::Text(text)),
                ValueRef::Date(date) => self.layer.tag_text(index, date.to_string()),
                ValueRef::Instant(at) => self.layer.tag_text(index, at.to_string()),
            }
        }
        match feature.id() {
            FeatureId::Number(number) => Some(number),
            FeatureId::Text(text) => {
                self.layer.tag_text(columns.len(), text.to_string());
                None
            }
        }
    }
}
