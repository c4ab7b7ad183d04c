//! A service of its own for a case.

use std::sync::Arc;

use feeds::{
    ManualClock,
    service::{
        Service, ServiceConfig,
        requests::{Method, Request, Response, Rights},
    },
};
use serde_json::Value;
use tempfile::TempDir;

use crate::case::Ask;

/// What links begin with.
pub(crate) const ROOT: &str = "https://x.example/v1.1/";
/// When everything happens.
const NOW: &str = "2026-11-21T10:00:00Z";

/// A service in a folder of its own; its clock stands still.
pub(crate) struct House {
    service: Arc<Service>,
    _dir: TempDir,
}

impl House {
    /// A service in which these requests were done.
    pub(crate) async fn new(seed: &[Ask]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(NOW.parse().expect("an instant")));
        let config = ServiceConfig { root: ROOT.to_owned(), ..ServiceConfig::default() };
        let (service, _) = Service::open(dir.path(), config, clock).expect("a folder of our own");
        let house = Self { service: Arc::new(service), _dir: dir };
        for ask in seed {
            let made = house.ask(ask).await;
            assert_eq!(made.status, 201, "{}: {}", ask.ask, text(&made));
        }
        house
    }

    /// The answer to a request.
    pub(crate) async fn ask(&self, ask: &Ask) -> Response {
        let (method, address) = ask.ask.split_once(' ').expect("a method and an address");
        let address = address.strip_prefix(ROOT).unwrap_or(address);
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let request = Request {
            method: Method::from_name(method).expect("a method"),
            path: path.to_owned(),
            query: query.replace(' ', "%20"),
            root: String::new(),
            content_type: ask.content_type.clone(),
            prefer: ask.prefer.clone(),
            body: ask.bytes().into(),
        };
        self.service.respond(request, &Rights::everything("suite")).await
    }

    /// The document that a request is answered with.
    pub(crate) async fn document(&self, ask: &str) -> Value {
        let answer = self.ask(&Ask::plain(ask)).await;
        serde_json::from_slice(&answer.body).expect("JSON")
    }
}

/// A body as text.
pub(crate) fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}
