//! How observations come in besides SensorThings: adapters for payloads of other systems, at
//! `/ingest/{adapter}` and over MQTT; pollers; bridges. `feeds.toml` of the data folder says which.

use std::{
    path::Path as FilePath,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use city::{Layer, Title};
use feeds::{
    Clock,
    adapters::{Adapters, AdaptersError, Delivery, Taken},
    bridge::{BridgeParts, BridgeStatus, Bridges, BridgesError},
    egress::{Egress, EgressError},
    inlets::{InletsConfig, InletsError},
    log::{AppendError, Outcome},
    pollers::{PollerParts, PollerStatus, Pollers, PollersError},
    service::{MayPublish, Service},
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{
    caller::Caller,
    error::Problem,
    http::{base::Base, link::Link},
    live::sensing,
    ogc::Part,
    state::App,
};

/// Name of the file in the data folder.
const FILE_NAME: &str = "feeds.toml";

/// Ways in.
pub const PART: Part = Part {
    name: "Ingest",
    conformance: &[],
    landing_links: |_: &Base| Vec::<Link>::new(),
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(take))]
struct Document;

/// Why `feeds.toml` cannot be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file.
    #[error(transparent)]
    File(#[from] InletsError),
    /// An adapter.
    #[error("{FILE_NAME}: {0}")]
    Adapters(#[from] AdaptersError),
    /// A poller.
    #[error("{FILE_NAME}: {0}")]
    Pollers(#[from] PollersError),
    /// A bridge.
    #[error("{FILE_NAME}: {0}")]
    Bridges(#[from] BridgesError),
    /// The way out.
    #[error("{FILE_NAME}: {0}")]
    Egress(#[from] EgressError),
}

/// The ways in of a data folder.
pub struct Inlets {
    /// Who reads payloads of other systems.
    pub adapters: Arc<Adapters>,
    config: InletsConfig,
    running: Mutex<Option<(Pollers, Bridges)>>,
}

impl Inlets {
    /// Reads `feeds.toml`; a folder without it has no other ways in.
    ///
    /// # Errors
    /// [`OpenError`], which names the table and key.
    pub fn open(data: &FilePath, service: &Service) -> Result<Self, OpenError> {
        let config = InletsConfig::read(&data.join(FILE_NAME))?;
        let adapters = Arc::new(Adapters::new(&config.adapters, service)?);
        service.set_letter_decoder(adapters.clone());
        Ok(Self { adapters, config, running: Mutex::default() })
    }

    /// Starts pollers and bridges, on the present runtime.
    ///
    /// # Errors
    /// [`OpenError`]; then none runs.
    pub fn start(
        &self,
        folder: &FilePath,
        service: &Arc<Service>,
        clock: &Arc<dyn Clock>,
    ) -> Result<(), OpenError> {
        let (service, adapters) = (service.clone(), self.adapters.clone());
        let pollers = PollerParts {
            service: service.clone(),
            adapters: adapters.clone(),
            egress: Arc::new(Egress::new(&self.config.egress)?),
            clock: clock.clone(),
            dir: folder.join("pollers"),
        };
        let bridges =
            BridgeParts { service, adapters, clock: clock.clone(), dir: folder.join("bridges") };
        let pollers = Pollers::start(&self.config.pollers, &pollers)?;
        let bridges = Bridges::start(&self.config.bridges, &bridges)?;
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some((pollers, bridges));
        Ok(())
    }

    /// How pollers and bridges do.
    pub(crate) fn status(&self) -> (Vec<PollerStatus>, Vec<BridgeStatus>) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let running = running.as_ref();
        running.map(|(pollers, bridges)| (pollers.status(), bridges.status())).unwrap_or_default()
    }
}

/// What became of a payload; all of it is on the disk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// Observations that were recorded.
    recorded: usize,
    /// Observations that had been recorded before.
    known: usize,
    /// Readings that the adapter's map leaves out.
    ignored: usize,
    /// What was refused, as dead letters: their numbers and why.
    refused: Vec<Refused>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Refused {
    letter: i64,
    why: String,
}

impl Receipt {
    fn of(taken: Taken) -> Self {
        let letters = taken.refused.into_iter();
        let mut receipt = Self {
            recorded: 0,
            known: 0,
            ignored: taken.ignored,
            refused: letters.map(|(letter, why)| Refused { letter: letter.0, why }).collect(),
        };
        for outcome in taken.outcomes {
            match outcome {
                Outcome::Stored { .. } | Outcome::Revised { .. } => receipt.recorded += 1,
                Outcome::Duplicate { .. } => receipt.known += 1,
                Outcome::Refused { refusal, letter } => {
                    receipt.refused.push(Refused { letter: letter.0, why: refusal.to_string() });
                }
            }
        }
        receipt
    }
}

/// Takes a payload of another system through an adapter of `feeds.toml`.
#[utoipa::path(
    post, path = "/ingest/{adapter}", tag = "Ingest", operation_id = "ingest",
    params(("adapter" = String, Path, description = "Its name")),
    request_body(content = String, description = "A payload in the adapter's format"),
    responses(
        (status = 200, description = "All of it is on the disk", body = Receipt),
        (status = 400, description = "Nothing of it could be recorded; the dead letters have it", body = Receipt),
        (status = 403, description = "The caller may not send observations", content_type = "application/problem+json"),
        (status = 404, description = "There is no such adapter", content_type = "application/problem+json"),
        (status = 503, description = "The queue is full: send again", content_type = "application/problem+json"),
    )
)]
pub async fn take(
    State(app): State<App>,
    caller: Caller,
    Path(adapter): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let sensing = sensing(&app)?;
    let inlets = sensing.inlets.as_ref().map_err(|_| {
        Problem::unavailable(
            "Tệp feeds.toml của máy chủ có lỗi; nhật ký máy chủ nêu lý do.",
            "The server's feeds.toml is wrong; its log says why.",
            60,
        )
    })?;
    if !inlets.adapters.names().any(|name| name == adapter) {
        return Err(unknown(&adapter));
    }
    let viewer = &caller.viewer;
    if viewer.may_observe == MayPublish::Nothing {
        return Err(Problem::forbidden(
            "Chỉ thiết bị có mã (vai trò device) gửi được số liệu.",
            "Only devices with a token (role device) send observations.",
        ));
    }
    let delivery = Delivery {
        adapter: &adapter,
        place: "",
        source: format!("http:{}/ingest/{adapter}", viewer.name).into(),
        payload: &body,
        may_publish: &viewer.may_observe,
    };
    let taken = inlets.adapters.take(&sensing.service, &delivery).map_err(|error| busy(&error))?;
    let receipt = Receipt::of(taken.await.map_err(|error| busy(&error))?);
    let is_lost = receipt.recorded + receipt.known == 0 && !receipt.refused.is_empty();
    let status = if is_lost { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, Json(receipt)).into_response())
}

fn busy(error: &AppendError) -> Problem {
    let en = error.to_string();
    if let AppendError::TooLarge { .. } = error {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            Title::new("Nội dung quá lớn", "Body too large"),
            Title::new(format!("Hãy chia thành nhiều yêu cầu: {en}"), en),
        );
    }
    Problem::unavailable(format!("Chưa ghi được số liệu: {en}"), en, 1)
}

fn unknown(adapter: &str) -> Problem {
    let adapter: String = adapter.chars().take(80).collect();
    Problem::not_found(
        format!("Không có bộ chuyển đổi '{adapter}' trong feeds.toml."),
        format!("There is no adapter '{adapter}' in feeds.toml."),
    )
}
