//! Checking a data folder: what is wrong, and where.

mod raster;
mod schema;
mod vector;

use std::{collections::BTreeSet, fmt, fs, path::Path};

use city::{Layer, layer::Content};

use crate::{
    Catalog, DataFolder,
    catalog::CatalogError,
    codelists::CodeLists,
    folder::{LAYERS, STAGING, STYLES},
    sha256_of,
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The folder can't be served as it says.
    Problem,
    /// It can, but something is probably not meant.
    Warning,
    /// Good to know.
    Note,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A layer's id, or a file in the folder.
    pub place: String,
    /// What is wrong, and what to do.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Problem => "problem",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        write!(f, "{severity}: {}: {}", self.place, self.text)
    }
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Everything that was found, in the order of the catalogue.
    pub findings: Vec<Finding>,
    /// Layers that were looked at.
    pub layers: usize,
    /// Features that were looked at.
    pub features: u64,
}

impl Report {
    /// How many findings are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether the folder can be served as it says.
    pub fn is_good(&self) -> bool {
        self.count(Severity::Problem) == 0
    }

    fn add(&mut self, severity: Severity, place: impl fmt::Display, text: impl Into<String>) {
        let place = place.to_string();
        self.findings.push(Finding { severity, place, text: text.into() });
    }

    fn problem(&mut self, place: impl fmt::Display, text: impl Into<String>) {
        self.add(Severity::Problem, place, text);
    }

    fn warning(&mut self, place: impl fmt::Display, text: impl Into<String>) {
        self.add(Severity::Warning, place, text);
    }
}

/// Checks a whole folder, file by file and feature by feature; `progress` hears of each layer
/// before it is looked at.
///
/// # Errors
/// [`CatalogError::Missing`] and [`CatalogError::Read`]: then there is nothing to check. A
/// catalogue that does not hold is a finding.
pub fn check(dir: &Path, mut progress: impl FnMut(&Layer)) -> Result<Report, CatalogError> {
    let mut report = Report::default();
    let folder = match DataFolder::open(dir) {
        Ok(folder) => folder,
        Err(error @ (CatalogError::Missing { .. } | CatalogError::Read { .. })) => {
            return Err(error);
        }
        Err(error) => {
            report.problem(crate::catalog::FILE_NAME, error.to_string());
            return Ok(report);
        }
    };
    let lists = CodeLists::load(dir).unwrap_or_else(|error| {
        report.problem("codelists", error.to_string());
        CodeLists::default()
    });
    for layer in &folder.catalog().layers {
        progress(layer);
        report.layers += 1;
        schema::check(layer, &lists, &mut report);
        check_style(dir, layer, &mut report);
        check_file(&folder, layer, &lists, &mut report);
    }
    check_unnamed(dir, folder.catalog(), &mut report);
    Ok(report)
}

fn check_style(dir: &Path, layer: &Layer, report: &mut Report) {
    let Some(style) = &layer.style else { return };
    let path = dir.join(STYLES).join(format!("{style}.json"));
    match fs::read(&path).map(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes)) {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => report.problem(&layer.id, format!("its style {style}.json: {error}")),
        Err(error) => report.problem(&layer.id, format!("its style {}: {error}", path.display())),
    }
}

fn check_file(folder: &DataFolder, layer: &Layer, lists: &CodeLists, report: &mut Report) {
    let path = folder.path_of(layer);
    match sha256_of(&path) {
        Err(error) => {
            report.problem(&layer.id, format!("its file {}: {error}", layer.file));
            return;
        }
        Ok(found) if found != layer.checksum => {
            let text = "its file is not the one that was published (the checksums differ): import it \
                        again, or restore it from a backup";
            report.problem(&layer.id, text);
        }
        Ok(_) => {}
    }
    match &layer.content {
        Content::Vector { .. } => vector::check(&path, layer, lists, report),
        Content::Raster { .. } => raster::check(&path, layer, report),
    }
}

/// Files that the catalogue does not name: those of the publish before, and forgotten ones.
fn check_unnamed(dir: &Path, catalog: &Catalog, report: &mut Report) {
    let named: BTreeSet<_> = catalog.layers.iter().map(|layer| dir.join(&layer.file)).collect();
    let entries = |name| fs::read_dir(dir.join(name)).into_iter().flatten().flatten();
    let mut unnamed: Vec<_> = entries(LAYERS).map(|entry| entry.path()).collect();
    unnamed.retain(|path| !named.contains(path));
    unnamed.sort();
    for path in unnamed {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = "the catalogue does not name it; it stays for servers that are still loading, and \
                    goes with the next publish";
        report.add(Severity::Note, format!("{LAYERS}/{name}"), text);
    }
    if entries(STAGING).next().is_some() {
        let text =
            "files of an import that is running or was broken off; the next import clears them";
        report.add(Severity::Note, STAGING, text);
    }
}

#[cfg(test)]
mod tests;
