//! What features were: `…/items/{featureId}/versions`, the changes of a collection, and the way back, which
//! is an edit like any other.

use std::sync::Arc;

use axum::{extract::Path, response::Response};
use city::{FeatureId, Instant};
use serde_json::{Map, Value as Json, json};

use super::{
    batch::{self, Made, id_json},
    editing::{self, editable, reason},
    item, tags,
};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format, link::Link, work::blocking},
    ogc::{
        collections::seen_features,
        refusals::{BadParameter, Changed, NoCollection, NoFeature, NotEdited},
    },
    store::{Back, Change, Changes, Edit, LayerView, Operation, State, geometry_to_json},
};

/// Versions on a page where it is not said, and at most.
const PAGE: (usize, usize) = (100, 1000);

/// What a feature was, the latest first.
#[utoipa::path(
    get, path = "/collections/{collectionId}/items/{featureId}/versions", tag = "Features", operation_id = "getVersions",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature, which may be deleted"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Versions on a page, 100 where not given, at most 1000"),
        ("before" = Option<u64>, Query, description = "Only versions with a lower number, from the 'next' link of the page before"),
        ("f" = Option<String>, Query, description = "geojson (or json)"),
    ),
    responses(
        (status = 200, description = "A FeatureCollection of its states; 'version' of each tells number, operation, when it was recorded, when it held in the world, and to officers who and why; a deletion has neither geometry nor properties", content_type = "application/geo+json", body = Object),
        BadParameter,
        NoFeature,
    )
)]
pub async fn list(
    Path((collection, id)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let format = ask.format_besides(&["limit", "before"], &[Format::GeoJson])?;
    let limit = limit(&ask)?;
    let before = number(&ask, "before")?.unwrap_or(u64::MAX);
    let history = History::of(&ask, &collection, &id).await?;
    let numbers: Vec<u64> =
        history.numbers().into_iter().filter(|number| *number < before).collect();
    let page = &numbers[..numbers.len().min(limit)];
    let path = format!("{}/versions", item::path(&collection, &history.id));
    let mut links = ask.own_links(&path, format, &[Format::GeoJson]);
    let latest = ask.base.url(&item::path(&collection, &history.id));
    links.push(Link::new("latest-version", latest).of_type(Format::GeoJson.essence()));
    if let (Some(last), true) = (page.last(), numbers.len() > limit) {
        let query = ask.query.with(&[("before", Some(&last.to_string()))]);
        let next = Link::new("next", format!("{}?{query}", ask.base.url(&path)));
        links.push(next.of_type(format.essence()).titled("Các phiên bản trước · Earlier versions"));
    }
    let features: Vec<Json> =
        page.iter().filter_map(|number| history.document(&ask, *number)).collect();
    let document = json!({
        "type": "FeatureCollection",
        "numberMatched": history.numbers().len(),
        "numberReturned": features.len(),
        "features": features,
        "links": links,
    });
    ask.json(format, &document)
}

/// One version of a feature.
#[utoipa::path(
    get, path = "/collections/{collectionId}/items/{featureId}/versions/{version}", tag = "Features", operation_id = "getVersion",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature, which may be deleted"),
        ("version" = u64, Path, description = "Number of a version; 0 is the feature as it was imported"),
        ("f" = Option<String>, Query, description = "geojson (or json)"),
    ),
    responses(
        (status = 200, description = "The feature as it was then", content_type = "application/geo+json", body = Object),
        NoFeature,
    )
)]
pub async fn show(
    Path((collection, id, version)): Path<(String, String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let format = ask.format(&[Format::GeoJson])?;
    let number = version_number(&version)?;
    let history = History::of(&ask, &collection, &id).await?;
    let document = history.document(&ask, number).ok_or_else(|| no_version(&version))?;
    ask.json(format, &document)
}

/// Takes a change back: the feature is what it was before it. It must be the feature's last.
#[utoipa::path(
    post, path = "/collections/{collectionId}/items/{featureId}/versions/{version}/undo", tag = "Features", operation_id = "undoVersion",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature, which may be deleted"),
        ("version" = u64, Path, description = "Number of the change"),
        ("reason" = Option<String>, Query, description = "Why, for the change log"),
        ("If-Match" = Option<String>, Header, description = "ETag under which it was read: only if it is still so"),
    ),
    responses(
        (status = 200, description = "It is undone, by a change of its own", body = Made),
        NotEdited,
        Changed,
    )
)]
pub async fn undo(Path(of): Path<(String, String, String)>, ask: Ask) -> Result<Response, Problem> {
    back(of, ask, Back::Before).await
}

/// Makes a feature what it was at a version, whatever was changed since.
#[utoipa::path(
    post, path = "/collections/{collectionId}/items/{featureId}/versions/{version}/restore", tag = "Features", operation_id = "restoreVersion",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("featureId" = String, Path, description = "Identifier of a feature, which may be deleted"),
        ("version" = u64, Path, description = "Number of a version; 0 is the feature as it was imported"),
        ("reason" = Option<String>, Query, description = "Why, for the change log"),
        ("If-Match" = Option<String>, Header, description = "ETag under which it was read: only if it is still so"),
    ),
    responses(
        (status = 200, description = "It is restored, by a change of its own", body = Made),
        NotEdited,
        Changed,
    )
)]
pub async fn restore(
    Path(of): Path<(String, String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    back(of, ask, Back::To).await
}

/// The changes of a collection's features, the first first: what a copy elsewhere follows.
#[utoipa::path(
    get, path = "/collections/{collectionId}/changes", tag = "Features", operation_id = "getChanges",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("after" = Option<u64>, Query, description = "Only changes with a higher number"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Changes on a page, 100 where not given, at most 1000"),
        ("f" = Option<String>, Query, description = "json"),
    ),
    responses(
        (status = 200, description = "Changes with their numbers, operations, times, and to officers who and why; deletions among them", content_type = "application/json", body = Object),
        BadParameter,
        NoCollection,
    )
)]
pub async fn changes(Path(collection): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format_besides(&["after", "limit"], &[Format::Json])?;
    let (after, limit) = (number(&ask, "after")?.unwrap_or(0), limit(&ask)?);
    let view = seen_features(&ask, &collection)?;
    let Changes { changes, next } =
        blocking(move || view.changes(after, limit).map_err(|error| Problem::from(&error))).await?;
    let path = format!("/collections/{collection}/changes");
    let mut links = ask.own_links(&path, format, &[Format::Json]);
    if let Some(next) = next {
        let query = ask.query.with(&[("after", Some(&next.to_string()))]);
        let next = Link::new("next", format!("{}?{query}", ask.base.url(&path)));
        links.push(next.of_type(format.essence()).titled("Các thay đổi sau · Later changes"));
    }
    let told = changes.iter().map(|(id, change)| {
        let mut said = said(change, None);
        said.insert("id".into(), id_json(id));
        said.insert("href".into(), json!(ask.base.url(&version_path(&collection, id, change.seq))));
        Json::Object(said)
    });
    let document = json!({ "changes": told.collect::<Vec<_>>(), "links": links });
    ask.json(format, &document)
}

async fn back(
    (collection, id, version): (String, String, String),
    ask: Ask,
    to: fn(u64) -> Back,
) -> Result<Response, Problem> {
    let layer = editable(&ask, &collection)?.layer().id.clone();
    let id = item::identifier(&collection, &id)?;
    let number = version_number(&version)?;
    let back = to(number);
    let why = reason(&ask.query)?.unwrap_or_else(|| match back {
        Back::Before(_) | Back::BeforeAll { .. } => {
            format!("Hoàn tác thay đổi {number} · Undo of change {number}")
        }
        Back::To(_) => format!("Khôi phục phiên bản {number} · Version {number} restored"),
    });
    let if_match = tags::expected_version(&ask.headers);
    let ask = Arc::new(ask);
    let own = Arc::clone(&ask);
    let made = blocking(move || {
        let edit = Edit::Restore { layer, id, back, if_match };
        let applied = editing::apply(&own, edit, Some(&why))?;
        Ok(batch::document_of(&own, &[applied]))
    });
    batch::answer(&ask, &made.await?)
}

/// A feature's changes as who asks sees them.
struct History {
    view: LayerView,
    id: FeatureId,
    /// The first first.
    changes: Vec<Change>,
}

impl History {
    async fn of(ask: &Ask, collection: &str, id: &str) -> Result<Self, Problem> {
        let view = seen_features(ask, collection)?;
        let id = item::identifier(collection, id)?;
        blocking(move || {
            let changes = view.history(&id).map_err(|error| Problem::from(&error))?;
            Ok(Self { view, id, changes })
        })
        .await
    }

    /// Numbers of the versions, the latest first.
    fn numbers(&self) -> Vec<u64> {
        let changed = self.changes.iter().rev().map(|change| change.seq);
        changed.chain(self.imported().map(|_| 0)).collect()
    }

    /// The feature as it was before its first change.
    fn imported(&self) -> Option<State> {
        match self.changes.first() {
            Some(first) => first.before.clone(),
            None => self.view.get(&self.id).map(|feature| State {
                geometry: feature.geometry().to_geo(),
                values: feature.properties().map(|(_, value)| value.to_value()).collect(),
            }),
        }
    }

    /// A version as a GeoJSON feature.
    fn document(&self, ask: &Ask, number: u64) -> Option<Json> {
        let (state, version) = if number == 0 {
            let next = self.changes.first().map(|change| change.recorded);
            let since = self.view.recorded_since();
            // What a later import brought anew was recorded before the first change of it.
            let since = Some(since).filter(|since| next.is_none_or(|next| *since <= next));
            let mut version = Map::new();
            version.insert("number".into(), json!(0));
            version.insert("operation".into(), json!("import"));
            version.insert("recorded".into(), json!(since));
            version.insert("until".into(), json!(next));
            (Some(self.imported()?), version)
        } else {
            let at = self.changes.iter().position(|change| change.seq == number)?;
            let until = self.changes.get(at + 1).map(|change| change.recorded);
            let change = &self.changes[at];
            (change.after.clone(), said(change, Some(until)))
        };
        let collection = self.view.layer().id.as_str();
        let own = ask.base.url(&version_path(collection, &self.id, number));
        let latest = ask.base.url(&item::path(collection, &self.id));
        let links = [
            Link::new("self", own).of_type(Format::GeoJson.essence()),
            Link::new("latest-version", latest.clone()).of_type(Format::GeoJson.essence()),
            Link::new("version-history", format!("{latest}/versions"))
                .of_type(Format::GeoJson.essence()),
        ];
        Some(json!({
            "type": "Feature",
            "id": id_json(&self.id),
            "geometry": state.as_ref().map(|state| geometry_to_json(&state.geometry)),
            "properties": state.as_ref().map(|state| self.properties(state)),
            "version": version,
            "links": links,
        }))
    }

    fn properties(&self, state: &State) -> Map<String, Json> {
        let names = self.view.properties().map(|property| property.name.clone());
        names.zip(state.values.iter().map(|value| json!(value))).collect()
    }
}

/// What a change says of itself; `until` is when the next one was recorded, where that is told.
fn said(change: &Change, until: Option<Option<Instant>>) -> Map<String, Json> {
    let mut said = Map::new();
    let mut put = |name: &str, value: Json| said.insert(name.to_owned(), value);
    // What is hidden from now on is gone for who may not see it.
    let operation = if change.after.is_none() { Operation::Delete } else { change.operation };
    put("number", json!(change.seq));
    put("operation", json!(operation.name()));
    put("recorded", json!(change.recorded));
    if let Some(until) = until {
        put("until", json!(until));
    }
    put("validFrom", json!(change.valid.start));
    put("validTo", json!(change.valid.end));
    if let Some(who) = &change.who {
        put("who", json!(who));
    }
    if let Some(reason) = &change.reason {
        put("reason", json!(reason));
    }
    if let Some(undoes) = change.undoes {
        put("undoes", json!(undoes));
    }
    said
}

fn version_path(collection: &str, id: &FeatureId, number: u64) -> String {
    format!("{}/versions/{number}", item::path(collection, id))
}

fn version_number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| no_version(text))
}

fn no_version(text: &str) -> Problem {
    let text: String = text.chars().take(40).collect();
    Problem::not_found(
        format!("Không có phiên bản '{text}'; …/versions kể các phiên bản."),
        format!("There is no version '{text}'; …/versions lists them."),
    )
}

fn limit(ask: &Ask) -> Result<usize, Problem> {
    let asked = ask.query.positive("limit")?;
    let asked = asked.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(asked.unwrap_or(PAGE.0).min(PAGE.1))
}

fn number(ask: &Ask, name: &str) -> Result<Option<u64>, Problem> {
    let wrong =
        |_| Problem::parameter(name, "phải là số nguyên không âm", "must be a whole number");
    ask.query.get(name).map(|text| text.parse().map_err(wrong)).transpose()
}
