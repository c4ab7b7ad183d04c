//! What the city is like now: latest values, events as they come, moving things, charts.
//!
//! SensorThings has all of it as well; these are the answers that a map draws from, made once for
//! all who listen.

mod arrivals;
mod health;
mod hub;
mod latest;
mod message;
mod replay;
mod series;
mod stream;
mod vehicles;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use city::Layer;
use feeds::{Clock, service::Service};
use tokio::sync::Semaphore;
use utoipa::OpenApi;

use crate::{
    error::Problem,
    http::{base::Base, format::Format, link::Link},
    ogc::Part,
    sensing::Sensing,
    state::App,
};
pub(crate) use arrivals::Arrivals;
use census::Census;
pub(crate) use feeds::census::{self, Roll, Thing};
use hub::Hub;
use vehicles::Fleet;

pub use health::show as health;
pub use latest::show as latest;
pub use replay::{events as past_events, state as past_state};
pub use series::show as series;
pub use stream::{events, socket};
pub use vehicles::show as vehicles;

/// Live values.
pub const PART: Part = Part {
    name: "Live",
    conformance: &[],
    landing_links: |base| {
        let link = Link::new("latest-values", base.url("/live/latest"));
        let past = Link::new("past-values", base.url("/replay/state?at={at}")).as_template();
        vec![
            link.of_type(Format::GeoJson.media_type()).titled("Số liệu trực tuyến · Live values"),
            past.of_type(Format::GeoJson.media_type()).titled("Phát lại · Replay"),
        ]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    latest::show,
    replay::state,
    replay::events,
    stream::events,
    stream::socket,
    vehicles::show,
    health::show,
    series::show
))]
struct Document;

/// What is kept ready for those who look at the city now.
pub struct Live {
    pub(crate) census: Census,
    arrivals: Arc<Arrivals>,
    hub: Hub,
    fleet: Fleet,
    /// Turns of replays.
    replays: Arc<Semaphore>,
}

impl Live {
    /// Over a service whose log puts what comes into `arrivals`.
    pub(crate) fn new(
        service: Arc<Service>,
        arrivals: Arc<Arrivals>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            census: Census::new(service.clone()),
            arrivals,
            hub: Hub::new(clock),
            fleet: Fleet::new(service),
            replays: Arc::new(Semaphore::new(replay::MOST)),
        }
    }

    /// Tells subscribers of an alert that is new or changed; one that is not public, only who is on
    /// duty.
    pub(crate) fn tell_alert(&self, document: &serde_json::Value, is_public: bool) {
        self.hub.tell_alert(document, is_public);
    }

    /// Tells subscribers of what comes in, until the server stops.
    pub async fn keep_up(self: Arc<Self>, service: Arc<Service>) {
        self.hub.run(&self, service).await;
    }
}

/// The sensing part of the server.
///
/// # Errors
/// 503 where the observations of the data folder could not be opened.
pub(crate) fn sensing(app: &App) -> Result<&Sensing, Problem> {
    app.sensing.as_ref().map_err(|_| {
        Problem::unavailable(
            "Máy chủ này không mở được kho quan trắc của thư mục dữ liệu; nhật ký máy chủ nêu lý do.",
            "This server could not open the observations of its data folder; its log says why.",
            60,
        )
    })
}

/// An answer that holds at this moment only.
fn fresh(media_type: &'static str, body: impl Into<axum::body::Body>) -> Response {
    use axum::http::header;
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")];
    (headers, body.into()).into_response()
}
