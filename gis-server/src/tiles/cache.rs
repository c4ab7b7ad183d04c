//! Encoded tiles: made once, by one core at a time each, and kept as the bytes that are sent.

use std::{
    collections::HashMap,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use city::LayerId;
use moka::future::Cache;
use tokio::sync::{OnceCell, oneshot};

use super::{frame::Frame, grid::Tile, layer, pyramid::Pyramid};
use crate::{
    filter::{Bounds, Filter, Waiting},
    http::etag::ETag,
    store::{LayerView, StoreError},
    viewer::Clearances,
};

/// Told apart in entity tags: raise it when the same features are to give other bytes.
const GENERATION: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// Share of the memory that tiles for cleared viewers may take.
const RESTRICTED_SHARE: u64 = 8;

/// How a tile's bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    /// Its name in `Content-Encoding`; `None` without one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The best of those that an `Accept-Encoding` names: the quickest to make that is small.
    ///
    /// ```
    /// use gis_server::tiles::cache::Coding;
    /// assert_eq!(Coding::accepted("gzip, deflate, br, zstd"), Coding::Zstd);
    /// assert_eq!(Coding::accepted("gzip;q=0.8, zstd;q=0"), Coding::Gzip);
    /// assert_eq!(Coding::accepted("br"), Coding::Identity);
    /// ```
    pub fn accepted(header: &str) -> Self {
        let takes = |name: &str| {
            header.split(',').any(|part| {
                let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
                let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
                coding.trim().eq_ignore_ascii_case(name)
                    && weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0)
            })
        };
        match (takes("zstd"), takes("gzip")) {
            (true, _) => Self::Zstd,
            (_, true) => Self::Gzip,
            _ => Self::Identity,
        }
    }
}

/// A tile as it is sent.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The bytes; none when there is nothing on the tile.
    pub body: Bytes,
    /// How they are compressed.
    pub coding: Coding,
}

/// Why a tile could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// The tile's frame could not be related to longitude and latitude.
    #[error("cannot place tile {tile}")]
    Frame {
        /// The tile.
        tile: Tile,
        /// Why.
        source: datasets::crs::CrsError,
    },
    /// The bytes could not be compressed.
    #[error("cannot compress tile {tile}")]
    Compress {
        /// The tile.
        tile: Tile,
        /// Why.
        source: std::io::Error,
    },
    /// A raster could not be read.
    #[error("cannot read the raster of tile {tile}: {why}")]
    Raster {
        /// The tile.
        tile: Tile,
        /// Why.
        why: String,
    },
    /// A filter could not be evaluated to its end.
    #[error("cannot filter tile {tile}")]
    Filter {
        /// The tile.
        tile: Tile,
        /// Why.
        source: StoreError,
    },
    /// The work broke off.
    #[error("making tile {0} broke off; the log of the server says where")]
    BrokeOff(Tile),
}

/// How hard tiles are compressed, as levels of each coding.
#[derive(Debug, Clone, Copy)]
struct Effort {
    gzip: u32,
    zstd: i32,
}

impl Effort {
    /// For tiles that are kept and sent many times.
    const KEPT: Self = Self { gzip: 5, zstd: 6 };
    /// For tiles that are made anew for each caller, where time is worth more than a tenth of the
    /// size.
    const SENT_ONCE: Self = Self { gzip: 1, zstd: 1 };
}

/// What tells one encoded tile from all others. What a viewer may see is part of the version of
/// each layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// The kind of tile, the layers and their versions.
    content: Arc<str>,
    tile: Tile,
    coding: Coding,
}

/// What tiles show of their layers.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// One for each layer, in their order; none where everything is shown.
    pub each: Vec<Arc<Filter>>,
    /// Steps that one tile may take.
    pub steps: u64,
}

impl Filters {
    /// What follows the layers and their versions in keys and tags.
    fn key(&self) -> String {
        if self.each.is_empty() {
            return String::new();
        }
        let keys: Vec<&str> = self.each.iter().map(|filter| filter.key()).collect();
        format!(" ?{}", ETag::of(&keys).as_str())
    }
}

/// Makes tiles and keeps them.
pub struct Tiles {
    /// Whole tiles of what everyone may see. Nothing else ever gets in.
    public: Cache<Key, Encoded>,
    /// Tiles for cleared viewers, and filtered ones, which few ask for.
    restricted: Cache<Key, Encoded>,
    is_kept: bool,
    pyramids: Mutex<HashMap<LayerId, Growing>>,
}

/// A pyramid that is there or being made, for one published file.
struct Growing {
    checksum: String,
    pyramid: Arc<OnceCell<Arc<Pyramid>>>,
}

impl Tiles {
    /// A maker of tiles that keeps so many MiB of them; 0 keeps none.
    pub fn new(keep_mib: u64) -> Self {
        let cache = |bytes: u64| {
            Cache::builder()
                .max_capacity(bytes)
                .weigher(|key: &Key, tile: &Encoded| {
                    // What an entry costs besides its bytes, roughly.
                    const ENTRY: usize = 200;
                    (tile.body.len() + key.content.len() + ENTRY) as u32
                })
                .build()
        };
        let all = keep_mib << 20;
        Self {
            public: cache(all - all / RESTRICTED_SHARE),
            restricted: cache(all / RESTRICTED_SHARE),
            is_kept: keep_mib > 0,
            pyramids: Mutex::default(),
        }
    }

    /// The entity tag of a vector tile, known without making it.
    pub fn tag(&self, views: &[LayerView], tile: Tile) -> ETag {
        self.tag_of("mvt", views, tile)
    }

    /// The entity tag of a vector tile with what filters show.
    pub fn filtered_tag(&self, views: &[LayerView], filters: &Filters, tile: Tile) -> ETag {
        ETag::of(&[GENERATION, &content("mvt", views), &filters.key(), &tile.to_string()])
    }

    /// The entity tag of a tile of some kind, known without making it.
    pub fn tag_of(&self, kind: &str, views: &[LayerView], tile: Tile) -> ETag {
        ETag::of(&[GENERATION, &content(kind, views), &tile.to_string()])
    }

    /// The vector tile with what views show.
    ///
    /// # Errors
    /// [`TileError`], shared by all who waited for the tile.
    pub async fn vector(
        &self,
        views: Vec<LayerView>,
        tile: Tile,
        coding: Coding,
    ) -> Result<Encoded, Arc<TileError>> {
        self.filtered(views, Filters::default(), tile, coding).await
    }

    /// The vector tile with what views show and filters find.
    ///
    /// # Errors
    /// As [`vector`](Self::vector); [`TileError::Filter`].
    pub async fn filtered(
        &self,
        views: Vec<LayerView>,
        filters: Filters,
        tile: Tile,
        coding: Coding,
    ) -> Result<Encoded, Arc<TileError>> {
        let key = Key { content: (content("mvt", &views) + &filters.key()).into(), tile, coding };
        let is_public = filters.each.is_empty()
            && views.iter().all(|view| view.clearances() == Clearances::PUBLIC);
        let make = async {
            let mut layers = Vec::with_capacity(views.len());
            for view in views {
                layers.push((self.pyramid(&view).await, view));
            }
            let effort = if self.is_kept { Effort::KEPT } else { Effort::SENT_ONCE };
            // When nobody waits for the tile any more, this is dropped, and the filter stops.
            let waiting = Waiting::default();
            let bounds = Bounds { steps: filters.steps, gone: waiting.gone() };
            let job = move || {
                let bytes = filtered_bytes(&layers, &filters.each, &bounds, tile)?;
                pack(bytes, coding, effort, tile)
            };
            let made = work(tile, job).await;
            waiting.done();
            made
        };
        self.kept(key, is_public, make).await
    }

    /// A tile that something else makes from the version of a layer.
    ///
    /// # Errors
    /// [`TileError`], shared by all who waited for the tile.
    pub async fn other(
        &self,
        kind: &str,
        view: &LayerView,
        tile: Tile,
        make: impl FnOnce() -> Result<Bytes, TileError> + Send + 'static,
    ) -> Result<Encoded, Arc<TileError>> {
        let coding = Coding::Identity;
        let content = content(kind, std::slice::from_ref(view)).into();
        let is_public = view.clearances() == Clearances::PUBLIC;
        let made = work(tile, move || Ok(Encoded { body: make()?, coding }));
        self.kept(Key { content, tile, coding }, is_public, made).await
    }

    /// The vector tile of what filters, one for each layer if there are any, find in some layers: by the thread
    /// that asks, and kept nowhere.
    ///
    /// # Errors
    /// [`TileError`].
    pub fn at_once(
        layers: &[(Arc<Pyramid>, LayerView)],
        filters: &[Arc<Filter>],
        bounds: &Bounds,
        tile: Tile,
        coding: Coding,
    ) -> Result<Encoded, TileError> {
        pack(filtered_bytes(layers, filters, bounds, tile)?, coding, Effort::KEPT, tile)
    }

    /// A layer's generalisation: the one that is known, else worked out by the thread that asks.
    pub fn pyramid_at_once(&self, view: &LayerView) -> Arc<Pyramid> {
        let layer = view.layer();
        let all = self.pyramids.lock().unwrap_or_else(PoisonError::into_inner);
        let growing = all.get(&layer.id).filter(|growing| growing.checksum == layer.checksum);
        let known = growing.and_then(|growing| growing.pyramid.get().cloned());
        drop(all);
        known.unwrap_or_else(|| Arc::new(Pyramid::of(view)))
    }

    /// Works out a layer's generalisation before somebody waits for it.
    pub async fn prepare(&self, view: &LayerView) {
        self.pyramid(view).await;
    }

    /// How many tiles are kept: for everyone, and for cleared viewers.
    pub async fn counts(&self) -> (u64, u64) {
        self.public.run_pending_tasks().await;
        self.restricted.run_pending_tasks().await;
        (self.public.entry_count(), self.restricted.entry_count())
    }

    async fn kept(
        &self,
        key: Key,
        is_public: bool,
        make: impl Future<Output = Result<Encoded, TileError>>,
    ) -> Result<Encoded, Arc<TileError>> {
        if !self.is_kept {
            return make.await.map_err(Arc::new);
        }
        let cache = if is_public { &self.public } else { &self.restricted };
        cache.try_get_with(key, make).await
    }

    /// A layer's generalisation, worked out where it is not known yet.
    pub(crate) async fn pyramid(&self, view: &LayerView) -> Arc<Pyramid> {
        let layer = view.layer();
        let cell = {
            let mut all = self.pyramids.lock().unwrap_or_else(PoisonError::into_inner);
            let growing = all.get(&layer.id).filter(|growing| growing.checksum == layer.checksum);
            match growing {
                Some(growing) => Arc::clone(&growing.pyramid),
                None => {
                    let pyramid = Arc::new(OnceCell::new());
                    let checksum = layer.checksum.clone();
                    let growing = Growing { checksum, pyramid: Arc::clone(&pyramid) };
                    all.insert(layer.id.clone(), growing);
                    pyramid
                }
            }
        };
        // Not on a rayon thread: one that waits inside may be given a tile that waits for this.
        let view = view.clone();
        let make = async || {
            let made = tokio::task::spawn_blocking(move || Arc::new(Pyramid::of(&view)));
            made.await.unwrap_or_else(|_| Arc::new(Pyramid::empty()))
        };
        Arc::clone(cell.get_or_init(make).await)
    }
}

/// The layers of a tile and their versions as one text.
fn content(kind: &str, views: &[LayerView]) -> String {
    let mut content = String::with_capacity(64 * views.len());
    content.push_str(kind);
    for view in views {
        content.push(' ');
        content.push_str(view.layer().id.as_str());
        content.push(':');
        content.push_str(&view.version());
    }
    content
}

/// Runs work on the pool of cores, never on the threads that answer requests.
async fn work<T: Send + 'static>(
    tile: Tile,
    job: impl FnOnce() -> Result<T, TileError> + Send + 'static,
) -> Result<T, TileError> {
    let (done, result) = oneshot::channel();
    rayon::spawn(move || {
        // Whoever waits may have gone; a panic must not take the pool down.
        if let Ok(made) = catch_unwind(AssertUnwindSafe(job)) {
            let _ = done.send(made);
        }
    });
    result.await.unwrap_or(Err(TileError::BrokeOff(tile)))
}

/// The vector tile of some layers, not compressed.
#[cfg(test)]
pub(crate) fn vector_bytes(
    layers: &[(Arc<Pyramid>, LayerView)],
    tile: Tile,
) -> Result<Vec<u8>, TileError> {
    filtered_bytes(layers, &[], &Bounds::default(), tile)
}

/// The vector tile of what filters, one for each layer if there are any, find in some layers, not
/// compressed.
fn filtered_bytes(
    layers: &[(Arc<Pyramid>, LayerView)],
    filters: &[Arc<Filter>],
    bounds: &Bounds,
    tile: Tile,
) -> Result<Vec<u8>, TileError> {
    let frame = Frame::of(tile).map_err(|source| TileError::Frame { tile, source })?;
    let mut bytes = Vec::new();
    for (order, (pyramid, view)) in layers.iter().enumerate() {
        let filter = filters.get(order).map(|filter| (&**filter, bounds));
        layer::encode(view, filter, pyramid, tile, &frame, &mut bytes)
            .map_err(|source| TileError::Filter { tile, source })?;
    }
    Ok(bytes)
}

fn pack(bytes: Vec<u8>, coding: Coding, effort: Effort, tile: Tile) -> Result<Encoded, TileError> {
    let failed = |source| TileError::Compress { tile, source };
    let body = match coding {
        Coding::Identity => bytes,
        _ if bytes.is_empty() => bytes,
        Coding::Gzip => {
            let out = Vec::with_capacity(bytes.len() / 2);
            let mut gzip =
                flate2::write::GzEncoder::new(out, flate2::Compression::new(effort.gzip));
            gzip.write_all(&bytes).and_then(|()| gzip.finish()).map_err(failed)?
        }
        Coding::Zstd => zstd::bulk::compress(&bytes, effort.zstd).map_err(failed)?,
    };
    Ok(Encoded { body: body.into(), coding })
}
