//! Alerts of the city: what raises them stands in the data folder's `alerts.toml`; who has seen them, who
//! was told, and the messages of CAP 1.2 and Atom that others read.

mod answers;
mod bulletins;
mod places;
mod reports;
mod requests;

use std::{fmt, path::Path, sync::Arc};

use city::{Layer, Title};
use feeds::{
    Clock,
    alerts::{
        Alert, AlertConfig, AlertError, AlertFollower, AlertIntake, AlertParts, Alerts, Catalogue,
        EntityStreams, RuleSet, Streams, Subject, TextError,
        cap::{Area, Composer, areas_of, geojson_of},
        deliver::{
            Channel, ChannelConfig, ChannelError, Deliveries, DeliveryBell, HttpGateway, Wiring,
        },
        wire::{Beside, alert_document},
    },
    entities::EntityStore,
    model::{EntityKey, EntityKind, Relation, StreamId},
    service::Service,
};
use serde::Deserialize;
use utoipa::OpenApi;

use crate::{
    http::{base::Base, link::Link},
    live::Live,
    ogc::Part,
    store::Store,
};
use places::LayerPlaces;

pub(crate) use answers::warnings;
pub use answers::{feed, list, message, show};
pub use bulletins::import;
pub use reports::report;
pub use requests::{act, put_rules, receipts, rules};

/// Name of the file of rules, channels and sender in the data folder.
const FILE_NAME: &str = "alerts.toml";
/// Alerts.
pub const PART: Part = Part {
    name: "Alerts",
    conformance: &[],
    landing_links: |base| {
        let list = Link::new("alerts", base.url("/alerts")).of_type("application/json");
        let feed = Link::new("alternate", base.url("/alerts/atom")).of_type("application/atom+xml");
        vec![
            list.titled("Cảnh báo · Alerts"),
            feed.titled("Cảnh báo theo CAP 1.2 · Alerts as CAP 1.2 (Atom)"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    answers::list,
    answers::show,
    answers::message,
    answers::feed,
    requests::act,
    requests::rules,
    requests::put_rules,
    requests::receipts,
    bulletins::import,
    reports::report
))]
struct Document;

/// Why alerts could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Rules, or the book of alerts.
    #[error(transparent)]
    Alerts(#[from] AlertError),
    /// Channels.
    #[error(transparent)]
    Channels(#[from] ChannelError),
    /// The texts of messages.
    #[error(transparent)]
    Texts(#[from] TextError),
    /// The file cannot be read or written, or its table `sender` is wrong.
    #[error("{FILE_NAME}: {0}")]
    File(String),
}

/// Who sends, as `alerts.toml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sender {
    id: String,
    name: Title,
}

impl Default for Sender {
    fn default() -> Self {
        Self { id: "dothi@localhost".into(), name: Title::new("Dothi", "Dothi") }
    }
}

/// The alerts of the data folder.
pub struct Warnings {
    /// Rules, and the life of alerts.
    pub alerts: Arc<Alerts>,
    /// Who was told.
    pub deliveries: Deliveries,
    catalogue: Catalogue,
    sender: Sender,
    entities: Arc<EntityStore>,
    streams: Arc<dyn Streams>,
    places: Arc<LayerPlaces>,
}

impl fmt::Debug for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Warnings").finish_non_exhaustive()
    }
}

/// What alerts look at.
pub(crate) struct Surroundings<'a> {
    pub(crate) data: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) store: &'a Store,
    pub(crate) service: &'a Arc<Service>,
    pub(crate) intake: Arc<AlertIntake>,
    pub(crate) live: &'a Arc<Live>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Warnings {
    /// Opens the alerts of a data folder; one without `alerts.toml` gets the rules to begin with.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(crate) fn open(around: Surroundings<'_>) -> Result<Self, OpenError> {
        let Surroundings { data, folder, store, service, intake, live, clock } = around;
        let path = data.join(FILE_NAME);
        let text = read_or_begin(&path)?;
        let catalogue = Catalogue::built_in()?;
        let sender = sender_of(&text)?;
        let places = Arc::new(LayerPlaces::new(store.clone()));
        let streams: Arc<dyn Streams> =
            Arc::new(EntityStreams::new(service.entities.clone(), places.clone()));
        let bell = Arc::new(DeliveryBell::default());
        let teller = Teller { live: live.clone(), catalogue: catalogue.clone() };
        let parts = AlertParts {
            intake,
            log: service.log.clone(),
            latest: service.latest.clone(),
            streams: streams.clone(),
            clock: clock.clone(),
            followers: vec![bell.clone(), Arc::new(teller)],
        };
        let alerts = Arc::new(Alerts::open(folder, AlertConfig::new(&path), parts)?);
        let mut channels: Vec<(ChannelConfig, Arc<dyn Channel>)> = Vec::new();
        for config in ChannelConfig::all_from_toml(&text)? {
            channels.push((config.clone(), Arc::new(HttpGateway::new(config, data)?)));
        }
        let wiring =
            Wiring { bell, alerts: alerts.clone(), catalogue: catalogue.clone(), channels, clock };
        let deliveries = Deliveries::open(folder, wiring)?;
        let entities = service.entities.clone();
        Ok(Self { alerts, deliveries, catalogue, sender, entities, streams, places })
    }

    /// Makes messages of alerts, for those who reach the server at an address.
    fn composer(&self, base: &Base) -> Composer {
        Composer {
            sender: self.sender.id.clone(),
            sender_name: self.sender.name.clone(),
            web: Some(base.url("/alerts/")),
            catalogue: self.catalogue.clone(),
        }
    }

    /// Who sends: identifier and name.
    pub(crate) fn sender(&self) -> (&str, &Title) {
        (&self.sender.id, &self.sender.name)
    }

    /// The area of a commune by its code.
    pub(crate) fn commune(&self, code: &str) -> Option<Area> {
        self.places.area_of(code)
    }

    /// Where an alert holds.
    fn areas(&self, alert: &Alert) -> Vec<Area> {
        let commune = |code: &str| self.places.area_of(code);
        areas_of(alert, &self.alerts.rules(), self.streams.as_ref(), commune)
    }

    /// An alert as a document.
    fn document(&self, alert: &Alert) -> serde_json::Value {
        let thing = match alert.subject {
            Subject::Stream(stream) => self.thing_of(stream),
            _ => None,
        };
        let beside = Beside { area: geojson_of(&self.areas(alert)), thing };
        alert_document(alert, &self.catalogue, &beside)
    }

    /// The Thing of a datastream.
    fn thing_of(&self, stream: StreamId) -> Option<i64> {
        let stream = self.entities.entity(EntityKey::new(EntityKind::Datastream, stream.0))?;
        stream.links(Relation::DatastreamThing).first().map(|thing| thing.get())
    }
}

fn read_or_begin(path: &Path) -> Result<String, OpenError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::write(path, RuleSet::TO_BEGIN_WITH)
                .map_err(|why| OpenError::File(why.to_string()))?;
            Ok(RuleSet::TO_BEGIN_WITH.to_owned())
        }
        Err(error) => Err(OpenError::File(error.to_string())),
    }
}

fn sender_of(text: &str) -> Result<Sender, OpenError> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        sender: Sender,
    }
    let file: File = toml::from_str(text).map_err(|why| OpenError::File(why.to_string()))?;
    Ok(file.sender)
}

/// Tells those who listen to events of alerts that changed.
struct Teller {
    live: Arc<Live>,
    catalogue: Catalogue,
}

impl fmt::Debug for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Teller").finish_non_exhaustive()
    }
}

impl AlertFollower for Teller {
    fn changed(&self, alert: &Arc<Alert>) {
        let document = alert_document(alert, &self.catalogue, &Beside::default());
        self.live.tell_alert(&document, alert.is_public());
    }
}
