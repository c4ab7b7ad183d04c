//! A data folder, read by its catalogue.

use std::path::Path;

use city::{Access, Bbox, Crs, Layer, Role, frame::LocalFrame, layer::Content};
use datasets::{
    DataFolder,
    crs::Transformer,
    read::{Cog, LayerReader},
};

use super::{Framing, LayerFacts, MOST_NODES, read_layer};
use crate::{
    error::{Note, TwinError},
    model::{CityModel, Heights, is_shown},
};

/// Reads what the twin draws of a data folder: its public layers, columns and rows.
///
/// # Errors
/// [`TwinError::Folder`] without a catalogue that holds, [`TwinError::Empty`] where nothing has a
/// place.
pub fn read_folder(dir: &Path) -> Result<CityModel, TwinError> {
    let folder = DataFolder::open(dir)?;
    let catalog = folder.catalog();
    let shown: Vec<&Layer> = catalog
        .layers
        .iter()
        .filter(|layer| layer.access == Access::Public && is_shown(layer.role))
        .collect();
    let around = |role: Option<Role>| {
        let boxes = shown.iter().filter(|layer| role.is_none_or(|role| layer.role == role));
        boxes.filter_map(|layer| layer.bbox).reduce(|a, b| a.union(&b))
    };
    let framing = Framing::of(around(Some(Role::Buildings)), around(None))
        .ok_or_else(|| TwinError::Empty { of: dir.display().to_string() })?;
    let mut model = CityModel {
        title: catalog.title.clone(),
        is_synthetic: catalog.synthetic || shown.iter().any(|layer| layer.synthetic),
        frame: framing.frame,
        bbox: framing.bbox,
        heights: Heights::level(&Bbox { min_x: 0.0, min_y: 0.0, max_x: 1.0, max_y: 1.0 }),
        layers: Vec::new(),
        attributions: Vec::new(),
        notes: Vec::new(),
    };
    model.heights = Heights::level(&model.edges_m());
    for layer in shown {
        read_one(&folder, layer, &framing, &mut model);
        if !layer.attribution.is_empty() && !model.attributions.contains(&layer.attribution) {
            model.attributions.push(layer.attribution.clone());
        }
    }
    model.leave_out_doubles();
    model.shape_ground();
    model.note_missing();
    Ok(model)
}

/// Reads a layer into the model; a broken one becomes a note.
fn read_one(folder: &DataFolder, layer: &Layer, framing: &Framing, model: &mut CityModel) {
    let path = folder.path_of(layer);
    let outcome = match &layer.content {
        Content::Vector { id_column, schema, columns, row_rules, .. } => {
            let facts = LayerFacts {
                id: layer.id.as_str(),
                role: layer.role,
                title: layer.title.clone(),
                schema,
                id_column,
                columns,
                row_rules,
            };
            let read = LayerReader::open(&path).and_then(|it| read_layer(&it, &facts, framing));
            read.map_err(|error| error.to_string()).map(|(layer, note)| {
                model.layers.push(layer);
                model.notes.extend(note);
            })
        }
        Content::Raster { .. } if layer.role == Role::Terrain => {
            read_heights(&path, &model.edges_m(), framing).map(|heights| model.heights = heights)
        }
        Content::Raster { .. } => Ok(()),
    };
    if let Err(why) = outcome {
        model.notes.push(Note::new(
            format!("Không đọc được lớp “{}”: {why}", layer.title.vi),
            format!("Layer “{}” cannot be read: {why}", layer.title.en),
        ));
    }
}

/// Heights out of a raster in any frame, at the nodes of a grid in the local one.
pub(crate) fn read_heights(
    path: &Path,
    edges: &Bbox,
    framing: &Framing,
) -> Result<Heights, String> {
    let cog = Cog::open(path).map_err(|error| error.to_string())?;
    let crs = cog.grid().crs;
    let way = Transformer::between(Crs::CRS84, crs).map_err(|error| error.to_string())?;
    let metres = match crs.kind() {
        city::frame::CrsKind::Geographic => cog.grid().cell_y * 110_600.0,
        city::frame::CrsKind::Projected => cog.grid().cell_y,
    };
    let step_m = metres.max(edges.width().max(edges.height()) / MOST_NODES as f64);
    let level = cog.level_for(cog.grid().cell_y * step_m / metres);
    let raster = cog.read_level(level).map_err(|error| error.to_string())?;
    let frame = framing.frame;
    Ok(Heights::sample(edges, step_m, MOST_NODES, |places| {
        let Some(points) = along_a_row(places, &frame, &way) else {
            return vec![None; places.len()];
        };
        points.into_iter().map(|(x, y)| raster.bilinear(x, y)).collect()
    }))
}

/// Places of a row in another frame. Every sixteenth is transformed and those between lie evenly: over a
/// few hundred metres that is off by a millimetre, and it takes a sixteenth of the time.
pub(crate) fn along_a_row(
    places: &[(f64, f64)],
    frame: &LocalFrame,
    way: &Transformer,
) -> Option<Vec<(f64, f64)>> {
    const EVERY: usize = 16;
    let last = places.len().checked_sub(1)?;
    let posts: Vec<usize> = (0..last).step_by(EVERY).chain([last]).collect();
    let mut known: Vec<(f64, f64)> =
        posts.iter().map(|&k| frame.to_lon_lat(places[k].0, places[k].1)).collect();
    way.convert_all(&mut known).ok()?;
    let place = |k: usize| {
        let before = (k / EVERY).min(posts.len().saturating_sub(2));
        let (from, to) = (posts[before], posts[(before + 1).min(posts.len() - 1)]);
        let part = (k - from) as f64 / (to - from).max(1) as f64;
        let ((x0, y0), (x1, y1)) = (known[before], known[(before + 1).min(known.len() - 1)]);
        (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
    };
    Some((0..places.len()).map(place).collect())
}
