//! What stands beside the city's own buildings, and which of these are gone.

use std::{collections::HashSet, sync::Arc};

use super::BuildingForm;
use crate::models::{Models, PlacedModel};

/// What somebody added to a city's buildings, and took from them.
#[derive(Debug, Clone, Default)]
pub struct Added {
    /// Buildings that are proposed.
    pub forms: Vec<BuildingForm>,
    /// Models of others.
    pub models: Vec<Standing>,
    /// Buildings that are gone: layer and feature by position.
    pub gone: HashSet<(usize, usize)>,
}

/// A model that is in the way.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its layer, by position in the city's model.
    pub layer: usize,
    /// The feature that all of it is; `None` where each of its objects is one.
    pub feature: Option<usize>,
    /// The model.
    pub model: Arc<PlacedModel>,
}

impl Added {
    /// The models that stand in a city.
    pub fn of(models: &Models) -> Self {
        let standing = models.0.iter().map(|(layer, model)| Standing {
            layer: *layer,
            feature: None,
            model: model.clone(),
        });
        Self { models: standing.collect(), ..Self::default() }
    }
}

impl Standing {
    fn source(&self, object: u32) -> (usize, usize) {
        (self.layer, self.feature.unwrap_or(object as usize))
    }

    /// What a line meets of it that hides: the part of the line, and the feature; in no order.
    pub fn met(&self, from: [f64; 3], to: [f64; 3]) -> impl Iterator<Item = (f64, (usize, usize))> {
        let met = self.model.soup.met(from, to).filter(|(_, object)| self.model.hides(*object));
        met.map(|(part, object)| (part, self.source(object)))
    }

    /// What a line meets first of it, hiding or not.
    pub fn first(&self, from: [f64; 3], to: [f64; 3]) -> Option<(f64, (usize, usize))> {
        let (part, object) = self.model.soup.first(from, to)?;
        Some((part, self.source(object)))
    }

    /// The highest place of it over a place of the map, and the feature.
    pub fn top(&self, at: [f64; 2]) -> Option<(f64, (usize, usize))> {
        let (up, object) = self.model.soup.top(at)?;
        self.model.hides(object).then(|| (up, self.source(object)))
    }
}
