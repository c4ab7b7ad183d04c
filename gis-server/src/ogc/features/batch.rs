//! `/edits`: several edits of several layers, all or none.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, rejection::BytesRejection},
    http::header,
    response::{IntoResponse, Response},
};
use city::{Crs, FeatureId, Title};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{
    draft,
    editing::{content_crs, may_edit, reason, sent},
    faults::Faults,
    item, patch, properties, tags,
};
use crate::{
    error::Problem,
    http::{ask::Ask, etag::ETag, format::Format, work::blocking},
    ogc::refusals::{Changed, NotEdited},
    store::{Applied, Edit, LayerView},
};

/// Edits of one batch at most.
const MOST_EDITS: usize = 10_000;

/// Characters that a reason has at most.
const LONGEST_REASON: usize = 500;

/// Edits that were made together.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// When they were recorded: none of them is there before, all of them are from then on.
    pub recorded: String,
    /// What became of each, in the order in which they were sent.
    pub changes: Vec<MadeChange>,
    /// Where a POST takes all of them back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
}

/// What became of one edit.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeChange {
    /// Identifier of the collection.
    pub collection: String,
    /// Identifier of the feature: a number or a text.
    #[schema(value_type = serde_json::Value)]
    pub id: Json,
    /// `create`, `replace` or `delete`.
    pub operation: &'static str,
    /// Number of the version, as …/versions has it.
    pub version: u64,
    /// The tag of the feature, for If-Match; none where it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Where the feature is.
    pub href: String,
}

/// Makes several edits of any collections, in their order, all or none.
#[utoipa::path(
    post, path = "/edits", tag = "Features", operation_id = "edit",
    params(("Content-Crs" = Option<String>, Header, description = "System of all coordinates, as <URI>; CRS84 where not given")),
    request_body(content = Object, content_type = "application/json", description = "{\"reason\": TEXT, \"edits\": [{\"op\": \"create\", \"collection\": ID, \"feature\": GEOJSON}, {\"op\": \"replace\", \"collection\": ID, \"id\": ID, \"ifMatch\": ETAG, \"feature\": GEOJSON}, {\"op\": \"update\", \"collection\": ID, \"id\": ID, \"patch\": MERGE-PATCH}, {\"op\": \"delete\", \"collection\": ID, \"id\": ID}]}"),
    responses(
        (status = 200, description = "All are made", body = Made),
        NotEdited,
        Changed,
    )
)]
pub async fn make(ask: Ask, body: Result<Bytes, BytesRejection>) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    may_edit(&ask)?;
    let crs = content_crs(&ask.headers)?;
    let body = sent(&ask.headers, body)?;
    let ask = Arc::new(ask);
    let own = Arc::clone(&ask);
    let made = blocking(move || {
        let document = draft::parse(&body)?;
        let (edits, reason) = read(&own, &document, crs)?;
        let applied = own.app.store.apply_for(&own.caller.viewer, &edits, reason);
        let applied = applied.map_err(|refused| {
            let problem = Problem::from(&refused.error);
            match refused.entry {
                Some(entry) => problem.of_entry(entry, format!("/edits/{entry}")),
                None => problem,
            }
        })?;
        Ok(document_of(&own, &applied))
    });
    answer(&ask, &made.await?)
}

/// Takes back all changes that were recorded together: all of them, or none.
///
/// Each of their features is what it was before them; none of them may have been changed since. An undo is a batch
/// like any other, and can be undone.
#[utoipa::path(
    post, path = "/edits/{version}/undo", tag = "Features", operation_id = "undoEdits",
    params(
        ("version" = u64, Path, description = "Number of one of the changes, as 'version' in the answer to POST /edits, and in …/versions"),
        ("reason" = Option<String>, Query, description = "Why, for the change log"),
    ),
    responses(
        (status = 200, description = "All are undone, by changes of their own", body = Made),
        NotEdited,
    )
)]
pub async fn undo(Path(version): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["reason"])?;
    may_edit(&ask)?;
    let unknown = |_| {
        let shown: String = version.chars().take(40).collect();
        Problem::not_found(
            format!("Không có thay đổi '{shown}'; /collections/ID/changes kể các thay đổi."),
            format!("There is no change '{shown}'; /collections/ID/changes lists them."),
        )
    };
    let seq: u64 = version.parse().map_err(unknown)?;
    let usual = || {
        format!("Hoàn tác các thay đổi cùng lúc với {seq} · Undo of the changes made with {seq}")
    };
    let why = reason(&ask.query)?.unwrap_or_else(usual);
    let ask = Arc::new(ask);
    let own = Arc::clone(&ask);
    let made = blocking(move || {
        let undone = own.app.store.undo_together(&own.caller.viewer, seq, Some(&why));
        Ok(document_of(&own, &undone.map_err(|error| Problem::from(&error))?))
    });
    answer(&ask, &made.await?)
}

/// Edits that were made, as a document that nobody keeps.
///
/// # Errors
/// 500 when it cannot be serialised.
pub(super) fn answer(ask: &Ask, made: &Made) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(made).map_err(|error| Problem::internal(&error))?;
    let fields =
        [(header::CONTENT_TYPE, Format::Json.media_type()), (header::CACHE_CONTROL, "no-store")];
    Ok(ask.marked((fields, bytes).into_response()))
}

/// What became of edits.
pub(super) fn document_of(ask: &Ask, applied: &[Applied]) -> Made {
    let city = ask.app.store.city();
    let change = |one: &Applied| {
        let view = city.layer(one.layer.as_str(), &ask.caller.viewer);
        let feature = view.as_ref().and_then(|view| Some((view, view.get(&one.id)?)));
        let tag = feature
            .map(|(view, feature)| tags::of(ask, view, feature, Crs::CRS84, Format::GeoJson));
        MadeChange {
            collection: one.layer.to_string(),
            id: id_json(&one.id),
            operation: one.operation.name(),
            version: one.seq,
            etag: tag.map(|tag| tag.as_str().to_owned()),
            href: item::address(&ask.base, one.layer.as_str(), &one.id),
        }
    };
    Made {
        recorded: applied.first().map(|one| one.recorded.to_string()).unwrap_or_default(),
        changes: applied.iter().map(change).collect(),
        undo: applied.first().map(|one| ask.base.url(&format!("/edits/{}/undo", one.seq))),
    }
}

/// An identifier as JSON has it.
pub(super) fn id_json(id: &FeatureId) -> Json {
    match id {
        FeatureId::Number(number) => Json::from(*number),
        FeatureId::Text(text) => Json::from(&**text),
    }
}

/// The edits that a document asks for, and why.
fn read<'d>(
    ask: &Ask,
    document: &'d Json,
    crs: Crs,
) -> Result<(Vec<Edit>, Option<&'d str>), Problem> {
    let mut faults = Faults::default();
    only(document, &["reason", "edits"], &mut faults);
    let reason = match &document["reason"] {
        Json::Null => None,
        Json::String(text) if text.chars().count() <= LONGEST_REASON => Some(text.as_str()),
        _ => {
            faults.at(
                "/reason",
                format!("'reason' phải là văn bản, không quá {LONGEST_REASON} ký tự"),
                format!("'reason' must be a text of at most {LONGEST_REASON} characters"),
            );
            None
        }
    };
    let entries = document["edits"].as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() || entries.len() > MOST_EDITS {
        faults.at(
            "/edits",
            format!("'edits' phải là danh sách có từ 1 đến {MOST_EDITS} chỉnh sửa"),
            format!("'edits' must be a list of 1 to {MOST_EDITS} edits"),
        );
        return faults.none().and(Err(Problem::fault()));
    }
    let mut edits = Vec::with_capacity(entries.len());
    for (n, entry) in entries.iter().enumerate() {
        edits.extend(Entry { ask, json: entry, n, crs }.read(&mut faults)?);
    }
    faults.none()?;
    Ok((edits, reason.map(str::trim).filter(|text| !text.is_empty())))
}

/// Names members that are not known.
fn only(json: &Json, known: &[&str], faults: &mut Faults) {
    let members = json.as_object().into_iter().flatten();
    for (name, _) in members.filter(|(name, _)| !known.contains(&name.as_str())) {
        let (shown, known): (String, _) = (name.chars().take(80).collect(), known.join(", "));
        faults.at(
            "",
            format!("không có thành phần '{shown}' ở đây; các thành phần: {known}"),
            format!("there is no member '{shown}' here; there are {known}"),
        );
    }
}

/// One entry of a batch.
struct Entry<'a> {
    ask: &'a Ask,
    json: &'a Json,
    n: usize,
    crs: Crs,
}

impl Entry<'_> {
    /// The edit of the entry; `None` where it has faults, which are added to the list.
    fn read(&self, all: &mut Faults) -> Result<Option<Edit>, Problem> {
        let mut faults = self.faults("");
        let edit = self.edit(&mut faults)?;
        let is_sound = faults.is_empty();
        all.append(faults);
        Ok(edit.filter(|_| is_sound))
    }

    /// A list for faults below a member of the entry.
    fn faults(&self, member: &str) -> Faults {
        Faults::of_entry(self.n, format!("/edits/{}{member}", self.n))
    }

    fn edit(&self, faults: &mut Faults) -> Result<Option<Edit>, Problem> {
        let operation = self.json["op"].as_str().unwrap_or_default();
        let known: &[&str] = match operation {
            "create" => &["op", "collection", "feature"],
            "replace" => &["op", "collection", "id", "ifMatch", "feature"],
            "update" => &["op", "collection", "id", "ifMatch", "patch"],
            "delete" => &["op", "collection", "id", "ifMatch"],
            _ => {
                faults.at(
                    "/op",
                    "'op' phải là create, replace, update hoặc delete",
                    "'op' must be create, replace, update or delete",
                );
                return Ok(None);
            }
        };
        only(self.json, known, faults);
        let Some(view) = self.view(faults) else { return Ok(None) };
        let layer = view.layer().id.clone();
        if operation == "create" {
            let read = self.feature(&view, None, faults)?;
            return Ok(read.map(|(id, draft)| Edit::Create { layer, id, draft }));
        }
        let Some(id) = self.id(faults) else { return Ok(None) };
        let if_match = self.if_match(faults);
        Ok(match operation {
            "replace" => {
                let read = self.feature(&view, Some(&id), faults)?;
                read.map(|(_, draft)| Edit::Replace { layer, id, draft, if_match })
            }
            "update" => self.update(&view, &id, if_match, faults)?,
            _ => Some(Edit::Delete { layer, id, if_match }),
        })
    }

    fn view(&self, faults: &mut Faults) -> Option<LayerView> {
        let name = self.json["collection"].as_str().unwrap_or_default();
        let city = self.ask.app.store.city();
        let view = city.layer(name, &self.ask.caller.viewer);
        let view = view.filter(|view| view.layer().schema().is_some());
        if view.is_none() {
            let name: String = name.chars().take(80).collect();
            faults.at(
                "/collection",
                format!("không có lớp véc-tơ '{name}'; danh sách ở /collections"),
                format!("there is no collection with features '{name}'; /collections lists them"),
            );
        }
        view
    }

    fn id(&self, faults: &mut Faults) -> Option<FeatureId> {
        if self.json["id"].is_null() {
            faults.at("/id", "thiếu 'id' của đối tượng", "the feature's 'id' is missing");
            return None;
        }
        draft::identifier(&self.json["id"], faults)
    }

    fn if_match(&self, faults: &mut Faults) -> Option<String> {
        match &self.json["ifMatch"] {
            Json::Null => None,
            Json::String(tag) => (tag != "*").then(|| ETag::version_in(tag)),
            _ => {
                faults.at(
                    "/ifMatch",
                    "'ifMatch' phải là ETag của đối tượng",
                    "'ifMatch' must be the ETag of the feature",
                );
                None
            }
        }
    }

    fn feature(
        &self,
        view: &LayerView,
        id: Option<&FeatureId>,
        faults: &mut Faults,
    ) -> Result<Option<(Option<FeatureId>, crate::store::Draft)>, Problem> {
        let mut own = self.faults("/feature");
        let before = id.and_then(|id| view.get(id));
        let read = draft::feature(&self.json["feature"], self.crs, &mut own, |given, own| {
            properties::check(self.ask, view, given, before, own);
        })?;
        if let (Some((named, _)), Some(id)) = (&read, id) {
            super::editing::same_id(named.as_ref(), id, &mut own);
        }
        faults.append(own);
        Ok(read)
    }

    fn update(
        &self,
        view: &LayerView,
        id: &FeatureId,
        if_match: Option<String>,
        faults: &mut Faults,
    ) -> Result<Option<Edit>, Problem> {
        let Some(feature) = view.get(id) else {
            let said = Title::new(
                format!("lớp '{}' không có đối tượng '{id}'", view.layer().id),
                format!("collection '{}' has no feature '{id}'", view.layer().id),
            );
            faults.at("/id", said.vi, said.en);
            return Ok(None);
        };
        let mut own = self.faults("/patch");
        let document = (&self.json["patch"], self.crs);
        let edit = patch::edit(self.ask, view, feature, document, if_match, &mut own)?;
        faults.append(own);
        Ok(Some(edit))
    }
}
