//! Learns from a running server what there is: Things over SensorThings, features over OGC API.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::things::{Device, DeviceKind, Features, LearnError, devices_of, mqtt_endpoint};

/// Where the service's root stands below the server's address.
const SERVICE: &str = "sensorthings/v1.1/";
/// Things of a page.
const PAGE: usize = 500;
/// Pages of one set at most: a server whose pages never end is no server.
const MOST_PAGES: usize = 20_000;
/// What is asked of Things, with and without what they can be told to do.
const EXPAND: &str = "Locations($select=location),Datastreams($expand=ObservedProperty)";
const EXPAND_TASKING: &str = ",TaskingCapabilities";

/// What the fleet knows of a server.
#[derive(Debug)]
pub(crate) struct Learned {
    /// The service's root, which ends in `/v1.1/`.
    pub(crate) root: Url,
    /// Where MQTT is spoken, as `host:port`, where the server says so.
    pub(crate) mqtt: Option<String>,
    pub(crate) devices: Vec<Device>,
    pub(crate) features: Features,
    /// Things that are not made up; the fleet does not act for them.
    pub(crate) real: usize,
}

/// Why nothing can be learned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("{0} is no address of a server: write it as http://127.0.0.1:8080")]
    Address(String),
    #[error("cannot ask {url}: {source}")]
    Unreachable { url: Url, source: reqwest::Error },
    #[error("{url} answers {status}: {text}")]
    Status { url: Url, status: StatusCode, text: String },
    #[error("the answer of {url} cannot be used: {source}")]
    Document { url: Url, source: LearnError },
    #[error("{0} has more than {MOST_PAGES} pages")]
    Endless(Url),
}

/// Asks a server.
#[derive(Debug)]
pub(crate) struct Asker {
    client: Client,
    server: Url,
    root: Url,
    token: Option<String>,
}

impl Asker {
    /// Asks the server at an address, with or without the path of its service.
    pub(crate) fn new(
        client: Client,
        address: &str,
        token: Option<String>,
    ) -> Result<Self, AskError> {
        let wrong = || AskError::Address(address.to_owned());
        let plain = address.trim_end_matches('/');
        let plain = plain.strip_suffix(SERVICE.trim_end_matches('/')).unwrap_or(plain);
        let server =
            Url::parse(&format!("{}/", plain.trim_end_matches('/'))).map_err(|_| wrong())?;
        if !server.has_host() {
            return Err(wrong());
        }
        let root = server.join(SERVICE).map_err(|_| wrong())?;
        Ok(Self { client, server, root, token })
    }

    /// Learns everything; waits for a server that is not there yet.
    pub(crate) async fn learn(&self, patience: Duration) -> Result<Learned, AskError> {
        let document = self.wait_for_root(patience).await?;
        let (mut devices, real) = self.settled_things(patience).await?;
        let features = self.features(&devices).await;
        devices.iter_mut().for_each(|device| features.tell(device));
        let mqtt = mqtt_endpoint(&document).map(|it| self.reachable(it));
        Ok(Learned { root: self.root.clone(), mqtt, devices, features, real })
    }

    async fn wait_for_root(&self, patience: Duration) -> Result<Value, AskError> {
        let until = Instant::now() + patience;
        // The root document stands at the root itself, not in a folder of that name.
        let mut root = self.root.clone();
        root.set_path(self.root.path().trim_end_matches('/'));
        loop {
            match self.get(&root).await {
                Ok(document) => return Ok(document),
                Err(AskError::Unreachable { .. }) if Instant::now() < until => {}
                Err(AskError::Status { status, .. })
                    if status.is_server_error() && Instant::now() < until => {}
                Err(error) => return Err(error),
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// An endpoint that names no host of its own is on the server's.
    fn reachable(&self, endpoint: String) -> String {
        match (endpoint.rsplit_once(':'), self.server.host_str()) {
            (Some(("0.0.0.0" | "[::]" | "", port)), Some(host)) => format!("{host}:{port}"),
            _ => endpoint,
        }
    }

    /// The Things once they are all there: a server that has just started may still be making them.
    async fn settled_things(&self, patience: Duration) -> Result<(Vec<Device>, usize), AskError> {
        let until = Instant::now() + patience;
        let mut before = 0;
        loop {
            let found = self.things().await?;
            let count = found.0.len() + found.1;
            if (count > 0 && count == before) || Instant::now() >= until {
                return Ok(found);
            }
            before = count;
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn things(&self) -> Result<(Vec<Device>, usize), AskError> {
        let (mut devices, mut real) = (Vec::new(), 0);
        let query = |more| format!("Things?$top={PAGE}&$expand={EXPAND}{more}");
        let mut url = self.below(&query(EXPAND_TASKING))?;
        for number in 0..MOST_PAGES {
            let page = match self.get(&url).await {
                // A server without Tasking does not know the navigation.
                Err(AskError::Status { status: StatusCode::BAD_REQUEST, .. }) if number == 0 => {
                    url = self.below(&query(""))?;
                    self.get(&url).await?
                }
                page => page?,
            };
            let (more, others) = devices_of(&page)
                .map_err(|source| AskError::Document { url: url.clone(), source })?;
            devices.extend(more);
            real += others;
            match page.get("@iot.nextLink").and_then(Value::as_str) {
                None => return Ok((devices, real)),
                Some(next) => url = self.below(next)?,
            }
        }
        Err(AskError::Endless(url))
    }

    /// An address below the service's root. What a server calls itself in links may be unreachable
    /// from here, so of a whole address only the part after the version counts.
    fn below(&self, link: &str) -> Result<Url, AskError> {
        let path = link.split_once("/v1.1/").map_or(link, |(_, path)| path);
        self.root.join(path).map_err(|_| AskError::Address(link.to_owned()))
    }

    /// What layers tell of devices. A layer that is not told of leaves its devices with what is
    /// usual.
    async fn features(&self, devices: &[Device]) -> Features {
        let mut layers: BTreeSet<&str> = BTreeSet::new();
        for device in devices.iter().filter(|device| wants_more(device)) {
            layers.extend(device.feature.as_ref().map(|(layer, _)| layer.as_str()));
        }
        if devices.iter().any(|device| device.kind == DeviceKind::Vehicle) {
            layers.extend([Features::LINES, Features::STOPS]);
        }
        let mut features = Features::default();
        for layer in layers {
            if let Err(why) = self.layer(layer, &mut features).await {
                eprintln!(
                    "fleet: layer {layer} is not told of, so its devices are as usual: {why}"
                );
            }
        }
        features
    }

    async fn layer(&self, layer: &str, features: &mut Features) -> Result<(), AskError> {
        let path = format!("collections/{layer}/items?f=json&limit=1000");
        let mut url = self.server.join(&path).map_err(|_| AskError::Address(path))?;
        for _ in 0..MOST_PAGES {
            let page = self.get(&url).await?;
            features.take(layer, &page);
            let links = page.get("links").and_then(Value::as_array).into_iter().flatten();
            let next =
                links.filter(|link| link["rel"] == "next").find_map(|link| link["href"].as_str());
            let Some(next) = next else { return Ok(()) };
            let next = next.find("/collections/").map_or(next, |at| &next[at + 1..]);
            url = self.server.join(next).map_err(|_| AskError::Address(next.to_owned()))?;
        }
        Err(AskError::Endless(url))
    }

    async fn get(&self, url: &Url) -> Result<Value, AskError> {
        let unreachable = |source| AskError::Unreachable { url: url.clone(), source };
        let mut request = self.client.get(url.clone());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        if !status.is_success() {
            let text = response.text().await.unwrap_or_default().chars().take(300).collect();
            return Err(AskError::Status { url: url.clone(), status, text });
        }
        response.json().await.map_err(unreachable)
    }
}

/// Whether a device's model asks for attributes that its Thing does not tell.
fn wants_more(device: &Device) -> bool {
    let wanted: &[&str] = match device.kind {
        DeviceKind::Gauge => &["alarm_1"],
        DeviceKind::Reservoir => &["capacity"],
        DeviceKind::Lamp => &["power", "cabinet"],
        DeviceKind::Cabinet => &["code"],
        DeviceKind::Detector => &["lanes"],
        DeviceKind::Signal => &["cycle"],
        DeviceKind::Vehicle => &["headway"],
        _ => &[],
    };
    wanted.iter().any(|name| !device.attributes.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_with_and_without_the_path_of_the_service() {
        let asker = |address| Asker::new(Client::new(), address, None);
        for address in ["http://x.example/dothi", "http://x.example/dothi/sensorthings/v1.1/"] {
            let asker = asker(address).unwrap();
            assert_eq!(asker.root.as_str(), "http://x.example/dothi/sensorthings/v1.1/");
            let far = asker.below("https://city.example/sensorthings/v1.1/Things?$skip=5").unwrap();
            assert_eq!(far.as_str(), "http://x.example/dothi/sensorthings/v1.1/Things?$skip=5");
            assert_eq!(asker.below("Things?$skip=5").unwrap(), far);
        }
        assert!(asker("không").is_err());
        let asker = asker("http://10.0.0.5:8080").unwrap();
        assert_eq!(asker.reachable("0.0.0.0:1883".into()), "10.0.0.5:1883");
        assert_eq!(asker.reachable("mqtt.example:1883".into()), "mqtt.example:1883");
    }
}
