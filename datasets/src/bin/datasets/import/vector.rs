//! A vector source to a layer's file: read on one thread, reprojected and repaired on all others.

use std::{
    collections::{BTreeMap, HashMap},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use city::{FeatureId, Role, Value, layer::GeometryKind};
use datasets::{
    Feature,
    repair::{self, Fit, Repair, Repaired, Unusable},
    report::{Dropped, Report},
    write::{LayerWriter, WrittenLayer},
};
use geo::{BoundingRect, CoordsIter, MapCoordsInPlace};
use geo_types::{Coord, Geometry};
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::{
    crs_choice::Chosen,
    error::ImportError,
    gdal_read::{Raw, VectorSource, kind_for},
    labels::Labels,
    plan::{Misread, Plan},
    template::{Template, Verdict},
    wkb,
};

/// Features that are handed on together.
const BATCH: usize = 2048;
/// Batches that may wait.
const WAITING: usize = 8;
/// Examples of a problem that a report tells.
const EXAMPLES: usize = 5;

/// Everything that decides what becomes of a feature.
pub(crate) struct Job<'a> {
    pub(crate) role: Role,
    pub(crate) crs: &'a Chosen,
    pub(crate) plan: &'a Plan,
    pub(crate) template: Option<&'a Template>,
    pub(crate) fit: Fit,
    pub(crate) progress: &'a ProgressBar,
}

/// A feature, published or not.
struct Outcome {
    name: String,
    result: Result<Kept, Dropped>,
    misread: Vec<Misread>,
}

struct Kept {
    feature: Feature,
    repairs: Vec<Repair>,
    at: Option<[f64; 2]>,
    /// A foreign name in Hoàng Sa or Trường Sa was left out.
    renamed: bool,
}

/// What goes on beside the features.
#[derive(Default)]
struct Tally {
    misread: BTreeMap<usize, (u64, Vec<String>)>,
    renamed: u64,
    keys: HashMap<FeatureId, String>,
    key_problems: Vec<String>,
}

/// Reads a source and writes a layer's file.
///
/// # Errors
/// [`ImportError`]; nothing but the writer's own staged file was made.
pub(crate) fn run(
    job: &Job,
    source: &VectorSource,
    writer: LayerWriter,
    report: &mut Report,
) -> Result<WrittenLayer, ImportError> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let worker = scope.spawn(move || work(job, receiver, writer, report));
        let read = read(source, sender);
        let written = worker
            .join()
            .map_err(|_| ImportError::Check("a thread of the import ended by itself".into()))?;
        // What stopped the worker is why reading stopped, so it is told first.
        let written = written?;
        read?;
        Ok(written)
    })
}

fn read(source: &VectorSource, sender: SyncSender<Vec<Raw>>) -> Result<(), ImportError> {
    let mut batch = Vec::with_capacity(BATCH);
    source.read(|raw| {
        batch.push(raw);
        if batch.len() < BATCH {
            return true;
        }
        sender.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_ok()
    })?;
    // A worker that has ended says why by itself.
    let _ = sender.send(batch);
    Ok(())
}

fn work(
    job: &Job,
    receiver: Receiver<Vec<Raw>>,
    mut writer: LayerWriter,
    report: &mut Report,
) -> Result<WrittenLayer, ImportError> {
    let mut tally = Tally::default();
    let mut labels = Labels::of(job.template);
    // With labels, every polygon must wait until the last label is read.
    let mut waiting = Vec::new();
    for batch in receiver {
        report.read += batch.len() as u64;
        if labels.any() {
            labels.collect(job, &batch);
        }
        let outcomes: Vec<Outcome> =
            batch.into_par_iter().map(|raw| job.outcome(raw)).collect::<Result<_, _>>()?;
        let features = tally.sift(job, outcomes, report);
        job.progress.set_position(report.read);
        if labels.any() {
            waiting.extend(features);
        } else {
            writer.write_all(&features)?;
        }
    }
    labels.put_into(job, &mut waiting);
    writer.write_all(&waiting)?;
    tally.tell(job, report)?;
    report.published = writer.features();
    Ok(writer.finish()?)
}

impl Job<'_> {
    /// The kind of geometry that the layer holds.
    pub(crate) fn kind(&self) -> GeometryKind {
        kind_for(self.role)
    }

    fn outcome(&self, raw: Raw) -> Result<Outcome, ImportError> {
        let (id, name) = self.identify(&raw)?;
        let mut misread = Vec::new();
        let result = self.keep(raw, id, &mut misread);
        Ok(Outcome { name, result, misread })
    }

    fn keep(&self, raw: Raw, id: FeatureId, misread: &mut Vec<Misread>) -> Result<Kept, Dropped> {
        let set: &[(String, Value)] = match self.template {
            None => &[],
            Some(template) => match template.judge(&self.plan.source, &raw.values) {
                Verdict::Belongs(set) => set,
                Verdict::Unmatched if template.drops_unmatched() => return Err(Dropped::NotAsked),
                Verdict::Unmatched => &[],
            },
        };
        let bytes = raw.wkb.as_deref().ok_or(Unusable::Missing)?;
        let Repaired { geometry, repairs } = self.place(bytes)?;
        let mut values = self.plan.values(self.role, &raw.values, set, misread);
        let at = geometry.bounding_rect().map(|rect| rect.center()).map(|c| [c.x, c.y]);
        let renamed = at.is_some_and(|at| self.plan.clean_names(&mut values, at));
        let repairs = repairs.into_iter().collect();
        Ok(Kept { feature: Feature { id, geometry, values }, repairs, at, renamed })
    }

    /// A geometry in longitude and latitude, repaired.
    pub(crate) fn place(&self, bytes: &[u8]) -> Result<Repaired, Unusable> {
        let (mut geometry, had_heights) = wkb::read(bytes)?;
        self.reproject(&mut geometry);
        let mut repaired = repair::repair(geometry, self.kind(), self.fit)?;
        if had_heights {
            repaired.repairs.insert(Repair::Heights);
        }
        Ok(repaired)
    }

    /// Points that were no numbers stay so; points that can't be transformed become infinite, which
    /// the repair takes for outside of the world.
    pub(crate) fn reproject(&self, geometry: &mut Geometry<f64>) {
        if self.crs.swap_axes {
            geometry.map_coords_in_place(|p| Coord { x: p.y, y: p.x });
        }
        if self.crs.to_lon_lat.convert_geometry(geometry).is_ok() {
            return;
        }
        let outside = Coord { x: f64::MAX, y: f64::MAX };
        geometry.map_coords_in_place(|p| {
            if !(p.x.is_finite() && p.y.is_finite()) {
                return Coord { x: f64::NAN, y: f64::NAN };
            }
            let converted = self.crs.to_lon_lat.convert(p.x, p.y);
            converted.map_or(outside, |(x, y)| Coord { x, y })
        });
    }

    /// A feature's identifier, and what the report calls it.
    fn identify(&self, raw: &Raw) -> Result<(FeatureId, String), ImportError> {
        let fid = raw.fid.unwrap_or_default();
        let Some(key) = self.plan.id else {
            return Ok((FeatureId::Number(fid), fid.to_string()));
        };
        let column = &self.plan.source.properties[key].name;
        let wrong = |why: &str| {
            ImportError::Check(format!(
                "feature {fid} of the source: column '{column}' {why}; a key must be there and unique: choose another --key, or none"
            ))
        };
        let id = match &raw.values[key] {
            Value::Integer(number) => {
                let number = u64::try_from(*number).map_err(|_| wrong("is negative"))?;
                FeatureId::Number(number)
            }
            Value::Text(text) => text.parse().map_err(|_| wrong("holds no identifier"))?,
            _ => return Err(wrong("is empty")),
        };
        let name = id.to_string();
        Ok((id, name))
    }
}

impl Tally {
    /// Counts outcomes, and returns the features to publish.
    fn sift(&mut self, job: &Job, outcomes: Vec<Outcome>, report: &mut Report) -> Vec<Feature> {
        let mut features = Vec::with_capacity(outcomes.len());
        for Outcome { name, result, misread } in outcomes {
            for (column, text) in misread {
                let (count, examples) = self.misread.entry(column).or_default();
                *count += 1;
                if examples.len() < EXAMPLES && !examples.contains(&text) {
                    examples.push(text);
                }
            }
            match result {
                Err(reason) => report.dropped(&name, reason),
                Ok(kept) if self.is_new(job, &kept.feature, &name) => {
                    report.repaired(&name, kept.repairs, kept.at);
                    self.renamed += u64::from(kept.renamed);
                    features.push(kept.feature);
                }
                Ok(_) => {}
            }
        }
        features
    }

    /// Holds that no identifier stands twice; the source's own numbers don't.
    fn is_new(&mut self, job: &Job, feature: &Feature, name: &str) -> bool {
        if job.plan.id.is_none() {
            return true;
        }
        let earlier = self.keys.insert(feature.id.clone(), name.to_owned());
        if earlier.is_some() && self.key_problems.len() < 10 {
            self.key_problems.push(name.to_owned());
        }
        earlier.is_none()
    }

    fn tell(self, job: &Job, report: &mut Report) -> Result<(), ImportError> {
        if !self.key_problems.is_empty() {
            let column = &job.plan.id_column;
            return Err(ImportError::Check(format!(
                "the key '{column}' is not unique: {} stand more than once; choose another --key, or none / khóa bị trùng",
                self.key_problems.join(", ")
            )));
        }
        for (column, (count, examples)) in self.misread {
            let name = &job.plan.schema.properties[column].name;
            let examples = examples.join("', '");
            report.note(
                format!("Cột '{name}': {count} giá trị không hiểu, để trống, ví dụ '{examples}'"),
                format!("column '{name}': {count} values not understood and left empty, such as '{examples}'"),
            );
        }
        if self.renamed > 0 {
            let count = self.renamed;
            report.note(
                format!("{count} đối tượng ở Hoàng Sa, Trường Sa: bỏ tên nước ngoài"),
                format!("{count} features in Hoàng Sa and Trường Sa: foreign names left out"),
            );
        }
        Ok(())
    }
}

/// Points of a geometry, for labels.
pub(crate) fn first_point(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    geometry.coords_iter().next()
}
