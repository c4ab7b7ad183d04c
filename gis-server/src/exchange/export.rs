//! What a viewer sees of a layer, in a format that the program `datasets` writes.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use city::Crs;
use datasets::exchange::{About, Done, Kind, Said};
use serde::{Deserialize, Serialize};

use super::{Exchange, ExchangeError, child};
use crate::{
    encode::{
        coordinates::Coordinates,
        fgb::{Census, FgbWriter},
    },
    http::stream::WriteError,
    store::{FeatureRef, LayerView, Query, Shape},
};

/// Bytes that are gathered before they are written.
const CHUNK: usize = 256 << 10;
/// Features between two looks at whether somebody still waits.
const LOOK_EVERY: usize = 1024;
/// The share of the work that is to hand the features over.
const HANDED: f64 = 0.4;

/// What is asked for: features of a view.
pub struct Export<'a> {
    /// What the caller sees.
    pub view: &'a LayerView,
    /// Which features.
    pub query: &'a Query,
    /// Whether all of them, or the page that the query is limited to.
    pub is_page: bool,
    /// In which system.
    pub crs: Crs,
    /// Whether with geometries.
    pub has_geometry: bool,
    /// In which format.
    pub kind: Kind,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exported {
    /// What the program says of it.
    pub done: Done,
    /// Its size.
    pub bytes: u64,
}

impl Exported {
    /// Where the file of an export is.
    #[must_use]
    pub fn path(folder: &Path, kind: Kind) -> PathBuf {
        folder.join(format!("data.{}", kind.extension()))
    }
}

impl Export<'_> {
    /// Writes the file into a folder; `is_over` says that nobody waits any more, `tell` hears what share is
    /// done.
    ///
    /// # Errors
    /// [`ExchangeError`]; nothing is left in the folder then.
    pub fn make(
        &self,
        exchange: &Exchange,
        folder: &Path,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<Exported, ExchangeError> {
        let out = Exported::path(folder, self.kind);
        let made = self.made(exchange, (folder, &out), is_over, tell);
        if made.is_err() {
            // It may not have been begun.
            let _ = std::fs::remove_file(&out);
        }
        made
    }

    fn made(
        &self,
        exchange: &Exchange,
        (folder, out): (&Path, &Path),
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<Exported, ExchangeError> {
        if !exchange.is_there() {
            return Err(ExchangeError::NoProgram);
        }
        let scratch = tempfile::TempDir::with_prefix_in("export-", folder)?;
        // The program sees this folder alone.
        let scratch = scratch.path().canonicalize().map(|path| (scratch, path))?;
        let (source, about) = (scratch.1.join("items.fgb"), scratch.1.join("about.json"));
        self.hand_over(&source, is_over, tell)?;
        std::fs::write(&about, serde_json::to_vec(&self.about())?)?;
        let made = scratch.1.join(format!("made.{}", self.kind.extension()));
        let mut command = exchange.command("export", &scratch.1)?;
        command.arg(&source).arg("--about").arg(&about).arg("--out").arg(&made);
        command.args(["--format", self.kind.name(), "--name", self.view.layer().id.as_str()]);
        let mut done = None;
        child::run(&mut command, is_over, exchange.patience(), |line| match serde_json::from_str(
            line,
        ) {
            Ok(Said::Progress(share)) => tell(HANDED + (1.0 - HANDED) * share),
            Ok(Said::Done(said)) => done = Some(said),
            Err(error) => tracing::debug!(%error, line, "a line of datasets"),
        })?;
        std::fs::rename(&made, out)?;
        let bytes = std::fs::metadata(out)?.len();
        tell(1.0);
        Ok(Exported { done: done.unwrap_or_default(), bytes })
    }

    /// Writes the features as FlatGeobuf.
    fn hand_over(
        &self,
        path: &Path,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<(), ExchangeError> {
        let mut file = File::create_new(path)?;
        if self.is_page {
            let page = self.view.query(self.query)?;
            return self.put(&mut file, page.features.iter().copied(), is_over, tell);
        }
        self.put(&mut file, self.view.stream(self.query)?, is_over, tell)
    }

    fn put<'v>(
        &self,
        file: &mut File,
        features: impl Iterator<Item = FeatureRef<'v>> + Clone,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<(), ExchangeError> {
        let mut census = Census::default();
        let mut count = 0_usize;
        for feature in features.clone() {
            census.count(if self.has_geometry { feature.geometry().shape() } else { Shape::Empty });
            count += 1;
        }
        let coordinates = Coordinates::new(self.crs).map_err(WriteError::Crs)?;
        let writer = FgbWriter::new(coordinates, self.crs, census);
        let mut writer = writer.with_geometry(self.has_geometry);
        let mut bytes = Vec::with_capacity(CHUNK);
        writer.head(&mut bytes, self.view);
        for (number, feature) in features.enumerate() {
            writer.feature(&mut bytes, feature).map_err(WriteError::Crs)?;
            if bytes.len() >= CHUNK {
                file.write_all(&bytes)?;
                bytes.clear();
            }
            if number % LOOK_EVERY == 0 {
                if is_over() {
                    return Err(ExchangeError::LeftOff);
                }
                tell(HANDED * number as f64 / count.max(1) as f64);
            }
        }
        file.write_all(&bytes)?;
        Ok(())
    }

    fn about(&self) -> About {
        let layer = self.view.layer();
        let synthetic =
            if layer.synthetic { " Dữ liệu tổng hợp · Synthetic data." } else { "" };
        let label = ["name", "label"].iter().find_map(|attribute| self.view.attribute(attribute));
        let label = label.and_then(|column| self.view.properties().nth(column));
        About {
            title: layer.title.clone(),
            credits: format!("{} · {}.{synthetic}", layer.attribution, layer.licence),
            columns: self.view.properties().cloned().collect(),
            label: label.map(|property| property.name.clone()),
        }
    }
}
