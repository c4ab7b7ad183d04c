//! What is handed out of a job that has ended: documents and maps, with who issues them and how they
//! stand.

use std::{fs, path::PathBuf, sync::atomic::AtomicBool, sync::atomic::Ordering};

use city::scenario::Scenario;

use super::{Job, Jobs, SCENARIO};
use crate::{
    error::chain,
    flood::{Dossier, FloodError, House, Reader, Sources, Wet, sheets, wet_communes},
    report,
    state::App,
    viewer::{Clearances, Viewer},
};

/// Folder of the maps of a run in its folder.
const SHEETS: &str = "sheets";

/// Why something cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub enum HandoutError {
    /// A result of the run.
    #[error(transparent)]
    Flood(#[from] FloodError),
    /// There is no scenario in the folder of the run.
    #[error("the scenario of the run is missing")]
    NoScenario,
    /// `report.toml`.
    #[error("{0}")]
    House(String),
    /// The file cannot be written.
    #[error(transparent)]
    Report(#[from] report::error::Error),
    /// The jobs of the server.
    #[error("{0}")]
    Jobs(String),
}

impl Job {
    /// Who it runs for, as far as layers are concerned.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        Viewer {
            name: self.owner.as_str().into(),
            clearances: Clearances::of_scope(self.clearances),
            ..Viewer::public()
        }
    }
}

/// Hands something out of a job, as somebody sees it.
///
/// # Errors
/// [`HandoutError`], and what the writer gives.
pub fn hand_out<T>(
    app: &App,
    viewer: &Viewer,
    job: &Job,
    write: impl FnOnce(&Dossier<'_>, &Sources<'_>) -> Result<T, HandoutError>,
) -> Result<T, HandoutError> {
    let jobs = jobs_of(app)?;
    let folder = jobs.folder(job.id);
    let scenario = folder.read_json::<Scenario>(SCENARIO)?.ok_or(HandoutError::NoScenario)?;
    let Scenario::Flood(scenario) = scenario;
    let house = House::read(&app.config.data).map_err(HandoutError::House)?;
    let city = app.store.city();
    let sources = Sources::of(app, &city, viewer);
    let dossier = Dossier {
        folder: &folder,
        job: job.id,
        scenario: &scenario,
        standing: job.standing(),
        house: &house,
        now: jobs.now(),
        font: app.fonts.get().ok().map(report::Fonts::regular),
    };
    write(&dossier, &sources)
}

/// The communes of a job that have maps.
///
/// # Errors
/// [`HandoutError`].
pub fn communes(app: &App, job: &Job) -> Result<Vec<Wet>, HandoutError> {
    Ok(wet_communes(&jobs_of(app)?.folder(job.id))?)
}

/// The map of a commune of a job as PDF, `None` where it has none; made where it was not made before.
///
/// # Errors
/// [`HandoutError`].
pub fn sheet(app: &App, job: &Job, commune: &str) -> Result<Option<Vec<u8>>, HandoutError> {
    let communes = communes(app, job)?;
    let Some(at) = communes.iter().position(|it| it.code == commune) else { return Ok(None) };
    let kept = kept(app, job, at)?;
    if is_fresh(app, &kept)
        && let Ok(bytes) = fs::read(&kept)
    {
        return Ok(Some(bytes));
    }
    let bytes = atlas(app, job, &communes[at..=at])?;
    // Without room for it, it is made anew the next time.
    if let Err(error) = keep(&kept, &bytes) {
        tracing::warn!(path = %kept.display(), %error, "a map that was made is not kept");
    }
    Ok(Some(bytes))
}

/// Maps of communes of a job in one file.
///
/// # Errors
/// [`HandoutError`].
pub fn atlas(app: &App, job: &Job, communes: &[Wet]) -> Result<Vec<u8>, HandoutError> {
    // What is published is seen with everybody's eyes.
    let (viewer, reader) = match job.published.is_some() {
        true => (Viewer::public(), Reader::Anybody),
        false => (job.viewer(), Reader::OnDuty),
    };
    let fonts = app.fonts.get()?;
    hand_out(app, &viewer, job, |dossier, sources| {
        let atlas = sheets(communes, reader, dossier, sources)?;
        Ok(report::atlas(&atlas, fonts)?)
    })
}

/// Makes every map of a job, to be there when the water comes; what fails is left to when it is asked
/// for.
pub(super) fn print_beforehand(app: &App, job: &Job, is_over: &AtomicBool) {
    let communes = match communes(app, job) {
        Ok(communes) => communes,
        Err(error) => {
            tracing::warn!(job = job.id, error = %chain(&error), "no maps are made beforehand");
            return;
        }
    };
    for commune in communes.iter().take_while(|_| !is_over.load(Ordering::Relaxed)) {
        if let Err(error) = sheet(app, job, &commune.code) {
            let why = chain(&error);
            tracing::warn!(job = job.id, commune = commune.code, why, "a map is not made");
            return;
        }
    }
}

fn jobs_of(app: &App) -> Result<&Jobs, HandoutError> {
    app.jobs.as_deref().map_err(|why| HandoutError::Jobs(why.clone()))
}

/// Where the map of the commune that stands so in their order is kept. Its name says how the run
/// stands.
fn kept(app: &App, job: &Job, commune: usize) -> Result<PathBuf, HandoutError> {
    let standing = match &job.published {
        None => "internal".to_owned(),
        Some(published) => format!("published-{}", published.at.as_micros()),
    };
    let folder = jobs_of(app)?.folder(job.id);
    Ok(folder.file(SHEETS).join(format!("{commune:04}-{standing}.pdf")))
}

/// Whether a kept map is not older than who issues it.
fn is_fresh(app: &App, kept: &std::path::Path) -> bool {
    let modified = |path: &std::path::Path| fs::metadata(path).and_then(|it| it.modified()).ok();
    match (modified(kept), modified(&app.config.data.join(crate::flood::HOUSE))) {
        (Some(own), Some(house)) => own > house,
        (own, None) => own.is_some(),
        (None, _) => false,
    }
}

/// Writes a map whole or not at all.
fn keep(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}
