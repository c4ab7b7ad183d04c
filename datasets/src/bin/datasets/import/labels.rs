//! Texts of a drawing that name the polygons in which they stand: lot symbols, parcel numbers.

use datasets::Feature;
use geo::{BoundingRect, Contains};
use geo_types::{Geometry, Point};
use rstar::{AABB, RTree, primitives::GeomWithData};

use super::{
    gdal_read::Raw,
    template::Template,
    vector::{Job, first_point},
    wkb,
};

/// The labels of a drawing.
pub(crate) struct Labels<'a> {
    template: Option<&'a Template>,
    found: Vec<Placed>,
}

/// A label: its place, its attribute (by position in the template), its text.
type Placed = GeomWithData<[f64; 2], (usize, String)>;

impl<'a> Labels<'a> {
    /// No labels yet, of a template.
    pub(crate) fn of(template: Option<&'a Template>) -> Self {
        let template = template.filter(|template| !template.labels().is_empty());
        Self { template, found: Vec::new() }
    }

    /// Whether the template has labels.
    pub(crate) fn any(&self) -> bool {
        self.template.is_some()
    }

    /// Takes the labels out of a batch.
    pub(crate) fn collect(&mut self, job: &Job, batch: &[Raw]) {
        let Some(template) = self.template else { return };
        for raw in batch {
            for (index, label) in template.labels().iter().enumerate() {
                let Some(text) = label.text_of(&job.plan.source, &raw.values) else { continue };
                let geometry = raw.wkb.as_deref().and_then(|bytes| wkb::read(bytes).ok());
                let Some((mut geometry, _)) = geometry else { continue };
                job.reproject(&mut geometry);
                if let Some(at) = first_point(&geometry) {
                    self.found.push(Placed::new([at.x, at.y], (index, text.to_owned())));
                }
            }
        }
    }

    /// Gives every polygon the first label of each attribute that stands in it.
    pub(crate) fn put_into(self, job: &Job, features: &mut [Feature]) {
        let Some(template) = self.template else { return };
        let slots: Vec<Option<usize>> =
            template.labels().iter().map(|label| job.plan.slot_of(&label.attribute)).collect();
        let tree = RTree::bulk_load(self.found);
        for feature in features {
            let Some(bounds) = feature.geometry.bounding_rect() else { continue };
            let (min, max) = (bounds.min(), bounds.max());
            let near = AABB::from_corners([min.x, min.y], [max.x, max.y]);
            let mut inside: Vec<&Placed> = tree
                .locate_in_envelope(near)
                .filter(|label| holds(&feature.geometry, *label.geom()))
                .collect();
            // The tree's order is its own; a drawing must give the same layer every time.
            inside.sort_by(|a, b| a.data.cmp(&b.data));
            for label in inside.into_iter().rev() {
                let (index, text) = &label.data;
                if let Some(slot) = slots[*index] {
                    feature.values[slot] = text.as_str().into();
                }
            }
        }
    }
}

fn holds(geometry: &Geometry<f64>, [x, y]: [f64; 2]) -> bool {
    geometry.contains(&Point::new(x, y))
}
