//! What every request may use. It is passed, never ambient.

use std::{
    ops::Deref,
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwapOption;
use datasets::codelists::CodeListError;
use feeds::SystemClock;
use tokio::sync::Semaphore;

use crate::{
    city3d::Volumes,
    codelists::LiveCodeLists,
    config::Config,
    error::chain,
    exchange::Exchange,
    flood::Devices,
    http::{metrics::Metrics, stream::TURNS},
    jobs::Jobs,
    maps::Maps,
    ogc::collections::Extents,
    report::SystemFonts,
    search::Searcher,
    sensing::Sensing,
    stills::Stills,
    store::{Store, StoreError},
    tiles::{Tiles, raster::Rasters},
    tokens::{self, Tokens, TokensError},
    viewer::Viewer,
};

/// How often `tokens.toml` is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Why a data folder could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The layers.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tokens.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The code lists.
    #[error(transparent)]
    CodeLists(#[from] CodeListError),
}

/// The running server's state; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the state is made of.
pub struct Parts {
    /// How the server was asked to run.
    pub config: Config,
    /// The layers.
    pub store: Store,
    /// Who holds which token; none where the folder has no such file.
    pub tokens: ArcSwapOption<Tokens>,
    /// What codes mean.
    pub codelists: LiveCodeLists,
    /// Names, addresses and parcels, ready to be found.
    pub searcher: Searcher,
    /// From when to when features hold.
    pub extents: Extents,
    /// Tiles, made and kept.
    pub tiles: Tiles,
    /// Raster files that were opened.
    pub rasters: Rasters,
    /// Fonts that reports and their maps are written with.
    pub fonts: SystemFonts,
    /// What maps as pictures are drawn with.
    pub maps: Maps,
    /// Where pictures in 3-D are taken.
    pub stills: Stills,
    /// Files in and out.
    pub exchange: Exchange,
    /// Buildings and terrain in three dimensions, made and kept.
    pub volumes: Volumes,
    /// What floods run on.
    pub devices: Devices,
    /// Why the nowcast makes no forecast, while it makes none.
    pub nowcast_problem: ArcSwapOption<String>,
    /// What the city senses; why not, where that cannot be opened.
    pub sensing: Result<Sensing, String>,
    /// Jobs; why not, where their folder cannot be written.
    pub jobs: Result<Arc<Jobs>, String>,
    /// Turns of streamed bodies.
    pub streams: Arc<Semaphore>,
    /// What it counts.
    pub metrics: Metrics,
}

impl App {
    /// Opens the configured data folder.
    ///
    /// # Errors
    /// [`OpenError`], naming what cannot be read.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let store = Store::open(&config.data)?;
        let tokens = Tokens::load(&config.data)?;
        let codelists = LiveCodeLists::open(&config.data)?;
        // A folder that cannot be written, or that another server writes, is still a map.
        let sensing = Sensing::open(&config, &store).map_err(|error| {
            let why = chain(&error);
            tracing::warn!(why, "observations are not served");
            why
        });
        let jobs = Jobs::open(&config.data, Arc::new(SystemClock)).map(Arc::new);
        let jobs = jobs.map_err(|error| {
            tracing::warn!(%error, "nothing can be simulated");
            error.to_string()
        });
        Ok(Self::of(config, store, tokens, codelists, sensing, jobs))
    }

    /// The state over a store that is open already.
    pub fn of(
        config: Config,
        store: Store,
        tokens: Option<Tokens>,
        codelists: LiveCodeLists,
        sensing: Result<Sensing, String>,
        jobs: Result<Arc<Jobs>, String>,
    ) -> Self {
        Self(Arc::new(Parts {
            tiles: Tiles::new(config.cache.tiles_mib),
            stills: Stills::with(&config.twin.program),
            exchange: Exchange::with(&config.exchange),
            devices: Devices::of(config.floods.device),
            rasters: Rasters::default(),
            fonts: SystemFonts::default(),
            maps: Maps::default(),
            volumes: Volumes::default(),
            nowcast_problem: ArcSwapOption::empty(),
            config,
            store,
            tokens: ArcSwapOption::from_pointee(tokens),
            codelists,
            sensing,
            jobs,
            searcher: Searcher::default(),
            extents: Extents::default(),
            streams: Arc::new(Semaphore::new(TURNS)),
            metrics: Metrics::new(),
        }))
    }

    /// Follows `tokens.toml` and `codelists/`, and keeps the search and the generalisation of tiles
    /// ready, until the server stops.
    pub async fn keep_up(self) {
        let file = self.config.data.join(tokens::FILE_NAME);
        let stamp = || std::fs::metadata(&file).and_then(|found| found.modified()).ok();
        let mut seen: Option<SystemTime> = stamp();
        loop {
            let app = self.clone();
            let prepared = tokio::task::spawn_blocking(move || {
                app.codelists.refresh();
                app.searcher.prepare(&app.store.city());
            });
            if let Err(error) = prepared.await {
                tracing::error!(%error, "the search could not be made ready");
            }
            for view in self.store.city().layers(&Viewer::public()) {
                self.tiles.prepare(&view).await;
            }
            tokio::time::sleep(LOOK).await;
            let found = stamp();
            if found != seen {
                seen = found;
                self.reload_tokens();
            }
        }
    }

    fn reload_tokens(&self) {
        match Tokens::load(&self.config.data) {
            Ok(tokens) => {
                tracing::info!(there = tokens.is_some(), "read the tokens anew");
                self.tokens.store(tokens.map(Arc::new));
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "the tokens stay as they were");
            }
        }
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
