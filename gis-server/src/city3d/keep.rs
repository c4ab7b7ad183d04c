//! What was made, kept by version: grounds and trees for as long as they are asked for, tiles as they are sent.

use std::{future::Future, hash::Hash, sync::Arc};

use bytes::Bytes;
use city::{Role, layer::Content};
use moka::future::Cache;
use tokio::sync::Semaphore;

use super::{
    buildings,
    glb::{self, About},
    ground::Ground,
    shape::ShapeReader,
    terrain, tileset,
    tree::Tree,
};
use crate::{error::Problem, http::work::in_turn, state::App, store::LayerView, viewer::Viewer};

/// Grounds and trees that are kept at most: those of the layers and viewers of a day.
const KEPT: u64 = 8;

/// Memory for tiles, bytes.
const TILE_BYTES: u64 = 96 << 20;

/// What a tile set shows, of what a viewer sees.
#[derive(Clone)]
pub enum Subject {
    /// A raster of the role `terrain`.
    Terrain(LayerView),
    /// A layer of the role `buildings`, and the terrain that it stands on.
    Buildings(LayerView, Option<LayerView>),
}

impl Subject {
    /// What a layer is shown as; `None` for one that stays flat.
    pub fn of(app: &App, viewer: &Viewer, view: LayerView) -> Option<Self> {
        let layer = view.layer();
        match (layer.role, &layer.content) {
            (Role::Terrain, Content::Raster { .. }) => Some(Self::Terrain(view)),
            (Role::Buildings, Content::Vector { .. }) => {
                let terrain = terrain_of(app, viewer);
                Some(Self::Buildings(view, terrain))
            }
            _ => None,
        }
    }

    /// Its layer.
    pub fn view(&self) -> &LayerView {
        match self {
            Self::Terrain(view) | Self::Buildings(view, _) => view,
        }
    }

    /// Tells two states of it apart.
    pub fn version(&self) -> String {
        let key = |view: &LayerView| format!("{}/{}", view.layer().id, view.version());
        match self {
            Self::Terrain(view) => key(view),
            Self::Buildings(view, None) => key(view),
            Self::Buildings(view, Some(terrain)) => format!("{}+{}", key(view), key(terrain)),
        }
    }
}

/// The terrain that a viewer's buildings stand on: the first in the catalogue.
pub fn terrain_of(app: &App, viewer: &Viewer) -> Option<LayerView> {
    let layers = app.store.city().layers(viewer);
    layers.into_iter().find(|view| {
        let layer = view.layer();
        layer.role == Role::Terrain && matches!(layer.content, Content::Raster { .. })
    })
}

/// What was made.
pub struct Volumes {
    grounds: Cache<String, Option<Arc<Ground>>>,
    trees: Cache<String, Arc<Tree>>,
    tiles: Cache<(String, (u8, u32, u32)), Bytes>,
    turns: Arc<Semaphore>,
}

impl Default for Volumes {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let weigher = |_: &(String, (u8, u32, u32)), bytes: &Bytes| {
            u32::try_from(bytes.len() + 128).unwrap_or(u32::MAX)
        };
        Self {
            grounds: Cache::new(KEPT),
            trees: Cache::new(KEPT),
            tiles: Cache::builder().max_capacity(TILE_BYTES).weigher(weigher).build(),
            turns: Arc::new(Semaphore::new(processors)),
        }
    }
}

impl Volumes {
    /// The ground of a terrain layer; `None` where it has no extent.
    ///
    /// # Errors
    /// 500 when its file cannot be read.
    pub async fn ground(
        &self,
        app: &App,
        view: &LayerView,
    ) -> Result<Option<Arc<Ground>>, Problem> {
        let key = format!("{}/{}", view.layer().id, view.version());
        let (app, layer) = (app.clone(), view.layer().clone());
        let make = self.make(move || {
            let broken = |error: crate::tiles::raster::RasterError| Problem::internal(&error);
            let cog = app.rasters.open(&app.config.data, &layer).map_err(broken)?;
            Ok(Ground::read(&cog, &layer).map_err(broken)?.map(Arc::new))
        });
        kept(&self.grounds, key, make).await
    }

    /// The ground that a subject stands on.
    ///
    /// # Errors
    /// As [`ground`](Self::ground).
    pub async fn ground_of(
        &self,
        app: &App,
        terrain: Option<&LayerView>,
    ) -> Result<Option<Arc<Ground>>, Problem> {
        match terrain {
            Some(view) => self.ground(app, view).await,
            None => Ok(None),
        }
    }

    /// The tiles of a layer of buildings.
    ///
    /// # Errors
    /// As [`ground`](Self::ground).
    pub async fn tree(&self, app: &App, subject: &Subject) -> Result<Arc<Tree>, Problem> {
        let Subject::Buildings(view, terrain) = subject else {
            return Ok(Arc::new(Tree { root: None, largest_m: 0.0 }));
        };
        let ground = self.ground_of(app, terrain.as_ref()).await?;
        let view = view.clone();
        let make = self.make(move || Ok(Arc::new(Tree::of(&view, ground.as_deref()))));
        kept(&self.trees, subject.version(), make).await
    }

    /// A tile as it is sent; `None` where there is none.
    ///
    /// # Errors
    /// As [`ground`](Self::ground).
    pub async fn tile(
        &self,
        app: &App,
        subject: &Subject,
        address: (u8, u32, u32),
    ) -> Result<Option<Bytes>, Problem> {
        let key = (subject.version(), address);
        if let Some(bytes) = self.tiles.get(&key).await {
            return Ok(Some(bytes));
        }
        match subject {
            Subject::Terrain(view) => {
                let Some(ground) = self.ground(app, view).await? else { return Ok(None) };
                if ground.facts(address.0, address.1, address.2).is_none() {
                    return Ok(None);
                }
                let view = view.clone();
                let make = self.make(move || Ok(ground_tile(&view, &ground, address)));
                kept(&self.tiles, key, make).await.map(Some)
            }
            Subject::Buildings(view, terrain) => {
                let ground = self.ground_of(app, terrain.as_ref()).await?;
                let tree = self.tree(app, subject).await?;
                if tree.find(address).is_none() {
                    return Ok(None);
                }
                let view = view.clone();
                let make =
                    self.make(move || Ok(building_tile(&view, &tree, ground.as_deref(), address)));
                kept(&self.tiles, key, make).await.map(Some)
            }
        }
    }

    /// Work that waits for its turn on its own, whoever waits for it.
    fn make<V: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<V, Problem> + Send + 'static,
    ) -> impl Future<Output = Result<V, Problem>> + Send + 'static {
        let turns = Arc::clone(&self.turns);
        async move { in_turn(&turns, move |_| work()).await }
    }

    /// How many tiles are kept.
    pub fn kept(&self) -> u64 {
        self.tiles.entry_count()
    }
}

fn about(view: &LayerView) -> About {
    let layer = view.layer();
    About {
        name: layer.title.vi.clone(),
        copyright: layer.attribution.clone(),
        extras: serde_json::json!({ "collection": layer.id.as_str(), "synthetic": layer.synthetic }),
        table: None,
    }
}

fn ground_tile(view: &LayerView, ground: &Ground, address: (u8, u32, u32)) -> Bytes {
    let Some(region) = tileset::ground_region(ground, address) else { return Bytes::new() };
    let frame = tileset::frame_of(&region, 0.0);
    // Neighbours may be of any coarser level, the first one's error is the most.
    let crack_m = ground.facts(0, 0, 0).map_or(0.0, |facts| f64::from(facts.error_m));
    let own = ground.facts(address.0, address.1, address.2).map_or(0.0, |f| f64::from(f.error_m));
    let parent =
        address.0.checked_sub(1).and_then(|up| ground.facts(up, address.1 / 2, address.2 / 2));
    let crack_m = parent.map_or(own, |facts| f64::from(facts.error_m)).min(crack_m);
    let mesh = terrain::mesh(ground, address, crack_m, &frame);
    glb::write(&mesh, about(view)).into()
}

fn building_tile(
    view: &LayerView,
    tree: &Tree,
    ground: Option<&Ground>,
    address: (u8, u32, u32),
) -> Bytes {
    let Some(node) = tree.find(address) else { return Bytes::new() };
    let frame = tileset::frame_of(&node.region, 0.0);
    let reader = ShapeReader::of(view, ground);
    let (mesh, table) = buildings::mesh(view, &node.own, &reader, &frame);
    glb::write(&mesh, About { table: Some(table), ..about(view) }).into()
}

/// What is kept under a key, else what is made now, once for all who ask. It is made in a task of its own:
/// a request that gives up does not undo what the next one will want.
async fn kept<K, V>(
    cache: &Cache<K, V>,
    key: K,
    make: impl Future<Output = Result<V, Problem>> + Send + 'static,
) -> Result<V, Problem>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    if let Some(found) = cache.get(&key).await {
        return Ok(found);
    }
    let cache = cache.clone();
    let made = tokio::spawn(async move { cache.try_get_with(key, make).await }).await;
    let made = made.map_err(|error| Problem::internal(&error))?;
    made.map_err(|problem| (*problem).clone())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn what_is_begun_is_finished_though_the_first_who_asked_has_gone() {
        let cache: Cache<u8, u8> = Cache::new(4);
        let (open, opened) = tokio::sync::oneshot::channel::<u8>();
        let first =
            kept(&cache, 1, async { opened.await.map_err(|error| Problem::internal(&error)) });
        let gave_up = tokio::time::timeout(Duration::from_millis(20), first).await;
        assert!(gave_up.is_err(), "it waits");
        open.send(7).expect("the work goes on");
        let second = kept(&cache, 1, async { Err(Problem::fault()) });
        assert_eq!(second.await.ok(), Some(7));
    }
}
