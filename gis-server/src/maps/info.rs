//! What lies at a pixel of a map.

use std::sync::Arc;

use city::layer::Content;

use super::{Composition, Wanted, to_problem};
use crate::{
    error::Problem,
    http::work::in_turn,
    render::{Frame, RenderError, relief},
    state::App,
    store::{LayerView, Query},
};

/// How far from the pixel a feature may lie, in pixels of the styles: about a finger's tip.
const REACH_PX: f64 = 5.0;

/// Features of a layer that are told of at most.
pub(crate) const MOST_FOUND: usize = 1000;

/// What was found in one layer.
pub struct Found {
    /// The layer.
    pub view: LayerView,
    /// What.
    pub hits: Hits,
}

/// What lies at a pixel.
pub enum Hits {
    /// Features, by their identifiers.
    Features(Vec<city::FeatureId>),
    /// The value of a raster; none where it has none.
    Value(Option<f32>),
}

/// Finds what lies at a pixel of a map, at most `count` features of each layer, the upper layers
/// first.
///
/// # Errors
/// 400 for a filter that takes too much; 500 for a raster that cannot be read.
pub async fn find(
    app: &App,
    composition: &Composition,
    (frame, pixel): (Frame, [f64; 2]),
    wanted: Wanted,
    count: usize,
) -> Result<Vec<Found>, Problem> {
    let views: Vec<LayerView> = composition.views().to_vec();
    let own = app.clone();
    in_turn(&app.maps.turns, move |stop| {
        let mut found = Vec::new();
        for (n, view) in views.into_iter().enumerate().rev() {
            if stop.is_set() {
                return Err(to_problem(&RenderError::Stopped));
            }
            let hits = match &view.layer().content {
                Content::Raster { .. } => Hits::Value(value(&own, &view, &frame, pixel)?),
                Content::Vector { .. } => {
                    let mut query = Query { datetime: wanted.time, ..Query::default() };
                    if let Some((filter, bounds)) = wanted.of(n, stop) {
                        (query.filter, query.bounds) = (Some(Arc::clone(filter)), bounds);
                    }
                    Hits::Features(features(&view, &frame, pixel, query, count)?)
                }
            };
            found.push(Found { view, hits });
        }
        Ok(found)
    })
    .await
}

fn features(
    view: &LayerView,
    frame: &Frame,
    pixel: [f64; 2],
    query: Query,
    count: usize,
) -> Result<Vec<city::FeatureId>, Problem> {
    let reach = REACH_PX * f64::from(frame.ratio);
    let around = frame.around(pixel, reach).map_err(|error| Problem::internal(&error))?;
    let Some(region) = around else { return Ok(Vec::new()) };
    let query = Query { region: Some(region), ..query };
    let found = view.stream(&query).map_err(|error| Problem::from(&error))?;
    Ok(found.take(count.min(MOST_FOUND)).map(|feature| feature.id()).collect())
}

fn value(
    app: &App,
    view: &LayerView,
    frame: &Frame,
    pixel: [f64; 2],
) -> Result<Option<f32>, Problem> {
    let cog = app.rasters.open(&app.config.data, view.layer());
    let cog = cog.map_err(|error| Problem::internal(&error))?;
    relief::value_at(&cog, frame, pixel).map_err(|error| Problem::internal(&error))
}
