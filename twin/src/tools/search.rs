//! Finds features by what they are called, where they are, and what they are numbered.

use city::{Value, text::fold};
use rayon::prelude::*;

use crate::model::{CityFeature, CityLayer, CityModel};

/// A feature that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its layer by position in the model, and its position in the layer.
    pub source: (usize, usize),
    /// What it is called, else its identifier.
    pub title: String,
    /// Its other texts.
    pub detail: String,
}

/// What can be found: every feature's texts without accents and case.
#[derive(Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    source: (usize, usize),
    id: String,
    texts: String,
}

impl Index {
    /// The index of a city.
    pub fn of(model: &CityModel) -> Self {
        let layers = model.layers.iter().enumerate();
        let entries = layers.flat_map(|(number, layer)| {
            let features = layer.features.par_iter().enumerate();
            let entries = features.map(|(place, feature)| Entry {
                source: (number, place),
                id: fold(&feature.id.to_string()),
                texts: fold(&texts(layer, feature).join(" · ")),
            });
            entries.collect::<Vec<_>>()
        });
        Self { entries: entries.collect() }
    }

    /// Features that have every word of a question in their texts, or are numbered so; with and without
    /// accents. First who has that number or begins so, then by layers in the order of the model.
    pub fn find(&self, model: &CityModel, question: &str, at_most: usize) -> Vec<Found> {
        let question = fold(question);
        let words: Vec<&str> = question.split(' ').filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let scored = self.entries.iter().filter_map(|entry| {
            let score = if entry.id == question {
                0
            } else if !words.iter().all(|word| entry.texts.contains(word)) {
                return None;
            } else if entry.texts.starts_with(&question) {
                1
            } else if words.iter().all(|word| begins_a_word(&entry.texts, word)) {
                2
            } else {
                3
            };
            Some((score, entry))
        });
        let mut scored: Vec<(u8, &Entry)> = scored.collect();
        scored.sort_by_key(|(score, entry)| (*score, entry.source));
        scored.truncate(at_most);
        scored.into_iter().filter_map(|(_, entry)| found(model, entry.source)).collect()
    }
}

fn begins_a_word(texts: &str, word: &str) -> bool {
    texts.match_indices(word).any(|(at, _)| {
        texts[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    })
}

fn found(model: &CityModel, source: (usize, usize)) -> Option<Found> {
    let layer = model.layers.get(source.0)?;
    let feature = layer.features.get(source.1)?;
    let mut texts = texts(layer, feature).into_iter();
    let title = texts.next().map_or_else(|| feature.id.to_string(), str::to_owned);
    Some(Found { source, title, detail: texts.collect::<Vec<_>>().join(" · ") })
}

/// A feature's texts but its codes: its name first.
fn texts<'a>(layer: &CityLayer, feature: &'a CityFeature) -> Vec<&'a str> {
    let name = layer.text(feature, "name");
    let columns = layer.columns.iter().zip(&feature.values);
    let others = columns.filter(|(column, _)| column.code_list.is_none());
    let others = others.filter_map(|(_, value)| match value {
        Value::Text(text) => Some(&**text),
        _ => None,
    });
    let others = others.filter(|text| Some(*text) != name);
    name.into_iter().chain(others).filter(|text| !text.trim().is_empty()).collect()
}
