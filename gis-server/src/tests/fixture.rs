//! A folder with three small layers, and a service over it.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use city::{
    Access, FeatureId, Layer, Property, PropertyType, Role, Schema, Title, Value,
    layer::{Content, GeometryKind},
};
use geo_types::{LineString, Point, Rect};
use serde_json::Value as Json;
use tower::ServiceExt;

use super::publish::publish;
use crate::{config::Config, routes, state::App};

pub(super) const OWNER: &str = "Nguyễn Thị Kiểm Thử";

/// A service over a folder of its own.
pub(super) struct Service {
    pub(super) app: App,
    router: Router,
    _dir: tempfile::TempDir,
}

/// An answer, whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(super) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Service {
    pub(super) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(configure: impl FnOnce(&mut Config)) -> Self {
        Self::over(configure, None, false)
    }

    /// A service whose folder has this `tokens.toml`.
    pub(super) fn with_tokens(tokens: &str) -> Self {
        Self::over(|_| {}, Some(tokens), false)
    }

    /// A service with a layer of gauges more.
    pub(super) fn with_gauges() -> Self {
        Self::over(|_| {}, None, true)
    }

    /// As [`with_gauges`](Self::with_gauges), with a file more in the folder.
    pub(super) fn with_gauges_and_file(name: &str, text: &str) -> Self {
        Self::over(|config| std::fs::write(config.data.join(name), text).unwrap(), None, true)
    }

    /// Waits until alerts have seen every observation.
    pub(super) fn settle_alerts(&self) {
        let sensing = self.app.sensing.as_ref().unwrap();
        sensing.warnings.as_ref().unwrap().alerts.settle().unwrap();
    }

    /// As [`with_gauges`](Self::with_gauges), with these files in the folder.
    pub(super) fn with_gauges_and_files(files: &[(&str, &str)]) -> Self {
        let write = |config: &mut Config| {
            for (name, text) in files {
                std::fs::write(config.data.join(name), text).unwrap();
            }
        };
        Self::over(write, None, true)
    }

    /// As [`with_gauges`](Self::with_gauges), with this `tokens.toml`.
    pub(super) fn with_gauges_and_tokens(tokens: &str) -> Self {
        Self::over(|_| {}, Some(tokens), true)
    }

    /// A service with lamps of two cabinets, and this `tokens.toml`.
    pub(super) fn with_lamps_and_tokens(tokens: &str) -> Self {
        Self::over(|config| publish_lamps(&config.data), Some(tokens), false)
    }

    fn over(configure: impl FnOnce(&mut Config), tokens: Option<&str>, has_gauges: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        publish_all(dir.path());
        if has_gauges {
            publish_gauges(dir.path());
        }
        if let Some(tokens) = tokens {
            std::fs::write(dir.path().join("tokens.toml"), tokens).unwrap();
        }
        let mut config = Config::defaults(dir.path()).unwrap();
        configure(&mut config);
        let app = App::open(config).unwrap();
        app.jobs.as_ref().unwrap().own().unwrap();
        app.searcher.prepare(&app.store.city());
        Self { router: routes::service(&app), app, _dir: dir }
    }

    /// Makes the Things of devices that are missing.
    pub(super) fn make_things(&self) {
        let entities = &self.app.sensing.as_ref().unwrap().service.entities;
        crate::devices::make_things(&self.app.store.city(), entities, 100).unwrap();
    }

    /// Sends a request from this machine, as a program does.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Answer {
        let peer: SocketAddr = "127.0.0.1:50000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, "127.0.0.1:8080".parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    pub(super) async fn json(&self, path: &str) -> Json {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }
}

fn publish_all(dir: &std::path::Path) {
    let wells = (1..=5u64).map(|n| {
        let geometry = Point::new(108.474 + 0.001 * (n as f64 - 1.0), 15.5736).into();
        let day = city::time::parse_date(&format!("2025-0{n}-01")).unwrap();
        (
            FeatureId::Number(n),
            geometry,
            vec![
                Value::from(format!("Giếng {n}")),
                Value::Real(n as f64 + 0.5),
                Value::Date(day),
                // The last came with a code that no list knows, as imports do.
                Value::from(if n == 5 { "XXX" } else { "ODT" }),
            ],
        )
    });
    let wells_schema = [
        ("name", PropertyType::Text),
        ("depth", PropertyType::Real),
        ("from", PropertyType::Date),
        ("loai", PropertyType::Text),
    ];
    publish(
        dir,
        layer(
            "wells",
            Role::Other,
            GeometryKind::Point,
            &wells_schema,
            &[("name", "name"), ("valid_from", "from")],
        ),
        wells.collect(),
    );

    let parcels = (0..10u64).map(|n| {
        let west = 108.47 + n as f64 * 0.001;
        let square = Rect::new((west, 15.57), (west + 0.0008, 15.5708)).to_polygon();
        let values = vec!["12".into(), (n + 1).to_string().into(), format!("{OWNER} {n}").into()];
        (FeatureId::Number(n), square.into(), values)
    });
    let parcels_schema =
        [("to_bd", PropertyType::Text), ("thua", PropertyType::Text), ("chu", PropertyType::Text)];
    let columns = [("sheet", "to_bd"), ("parcel", "thua"), ("owner_name", "chu")];
    publish(
        dir,
        layer("parcels", Role::Parcels, GeometryKind::Polygon, &parcels_schema, &columns),
        parcels.collect(),
    );

    let roads = ["Đường Trần Phú", "Đường Trần Phú", "Lê Lợi", "=Bẫy"].iter().zip(0u64..).map(
        |(name, n)| {
            let south = 15.56 + n as f64 * 0.001;
            let line = LineString::from(vec![(108.46, south), (108.47, south)]);
            (FeatureId::Number(n), line.into(), vec![Value::from(*name)])
        },
    );
    publish(
        dir,
        layer(
            "roads",
            Role::Roads,
            GeometryKind::Line,
            &[("ten", PropertyType::Text)],
            &[("name", "ten")],
        ),
        roads.collect(),
    );
}

fn publish_gauges(dir: &std::path::Path) {
    let columns = [
        ("ten", PropertyType::Text),
        ("bd1", PropertyType::Real),
        ("bd2", PropertyType::Real),
        ("bd3", PropertyType::Real),
        ("nguon", PropertyType::Text),
    ];
    let plays = [
        ("name", "ten"),
        ("alarm_1", "bd1"),
        ("alarm_2", "bd2"),
        ("alarm_3", "bd3"),
        ("alarm_source", "nguon"),
    ];
    let gauges = ["Tam Kỳ", "Bàn Thạch"].iter().zip(1u64..).map(|(name, n)| {
        let mut values = vec![Value::from(*name)];
        values.extend([1.7, 2.2, 2.7].map(Value::Real));
        values.push("QĐ 05/2020/QĐ-TTg".into());
        (FeatureId::Number(n), Point::new(108.48 + 0.01 * n as f64, 15.57).into(), values)
    });
    let layer = layer("gauges", Role::Gauges, GeometryKind::Point, &columns, &plays);
    publish(dir, layer, gauges.collect());
}

fn publish_lamps(dir: &std::path::Path) {
    let columns = [("so", PropertyType::Text), ("tu", PropertyType::Text)];
    let plays = [("code", "so"), ("cabinet", "tu")];
    let lamps = (1..=3u64).map(|n| {
        let cabinet = if n < 3 { "T1" } else { "T2" };
        let values = vec![format!("D{n}").into(), cabinet.into()];
        (FeatureId::Number(n), Point::new(108.48 + 0.001 * n as f64, 15.57).into(), values)
    });
    let layer = layer("lamps", Role::Lamps, GeometryKind::Point, &columns, &plays);
    publish(dir, layer, lamps.collect());
}

pub(crate) fn layer(
    id: &str,
    role: Role,
    geometry: GeometryKind,
    columns: &[(&str, PropertyType)],
    plays: &[(&str, &str)],
) -> Layer {
    let property = |(name, kind): &(&str, PropertyType)| {
        let personal =
            plays.iter().any(|(attribute, column)| *attribute == "owner_name" && column == name);
        let access = if personal { Access::Personal } else { Access::Public };
        let code_list = (*name == "loai").then(|| "land-use".to_owned());
        Property { access, code_list, ..Property::new(*name, *kind) }
    };
    Layer {
        id: id.parse().unwrap(),
        title: role.title(),
        description: Title::default(),
        theme: role.theme(),
        role,
        access: Access::Public,
        zoom: (0, 22),
        style: None,
        file: String::new(),
        checksum: String::new(),
        bbox: None,
        source_crs: "EPSG:5899".into(),
        source: "test".into(),
        licence: "CC0".into(),
        attribution: "© thử nghiệm".into(),
        lineage: String::new(),
        synthetic: true,
        published: "2026-01-01T00:00:00Z".parse().unwrap(),
        content_date: None,
        content: Content::Vector {
            geometry,
            features: 0,
            id_column: "_fid".into(),
            schema: Schema { properties: columns.iter().map(property).collect() },
            columns: plays
                .iter()
                .map(|(a, c)| ((*a).to_owned(), (*c).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            row_rules: Vec::new(),
        },
    }
}
