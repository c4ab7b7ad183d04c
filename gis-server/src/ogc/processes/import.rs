//! The process `import`: a file that an editor sent becomes a layer, as a job.

use city::{Access, Role, Title};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::{
    error::Problem,
    exchange::{ExchangeError, Wanted, uploads},
    http::{ask::Ask, base::Base, link::Link, work},
    jobs::{IMPORT, Job},
    ogc::features::downloads,
};

/// The process in a list.
pub(super) fn short(base: &Base) -> Json {
    json!({
        "id": IMPORT,
        "title": "Nhập dữ liệu / Import",
        "description": "Tệp đã gửi lên (POST /uploads) thành một lớp: đọc, sửa, chuyển hệ tọa độ, công bố. / A file that was sent (POST /uploads) becomes a layer: read, repaired, reprojected, published.",
        "version": "1.0.0",
        "keywords": ["nhập", "import", "upload"],
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["value"],
        "links": [Link::new("self", base.url("/processes/import")).of_type("application/json")],
    })
}

/// The process with its inputs and its output.
pub(super) fn whole(base: &Base) -> Json {
    let mut document = short(base);
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let text = || json!({ "type": "string" });
    let title = json!({ "type": "object", "properties": { "vi": text(), "en": text() } });
    let classes = [Access::Public, Access::Internal, Access::Personal, Access::Defence];
    let mut inputs = Map::new();
    for (name, title, schema, least) in [
        ("upload", "Mã của tệp đã gửi / Identifier of an upload", text(), 1),
        ("layer", "Mã của lớp: a-z, 0-9, - / Identifier of the layer", text(), 1),
        ("role", "Vai trò / What it is for", json!({ "type": "string", "enum": roles }), 1),
        (
            "replace",
            "Thay lớp đang có / Put it in the place of a layer",
            json!({ "type": "boolean" }),
            0,
        ),
        ("title", "Tên / Its names", title, 0),
        ("access", "Ai được xem / Who may see it", json!({ "type": "string", "enum": classes }), 0),
        (
            "map",
            "Thuộc tính của vai trò: cột / Attribute of the role: column",
            json!({ "type": "object" }),
            0,
        ),
        ("crs", "Hệ tọa độ nếu tệp không ghi / System of the coordinates", text(), 0),
        (
            "place",
            "Vị trí gốc mô hình IFC: KINH-ĐỘ,VĨ-ĐỘ[,GÓC] / Where the origin of an IFC model stands: LON,LAT[,DEGREES]",
            text(),
            0,
        ),
        ("swapAxes", "x là hướng bắc / x is north", json!({ "type": "boolean" }), 0),
        ("keepAxes", "x là hướng đông / x is east", json!({ "type": "boolean" }), 0),
        ("member", "Tệp trong tệp nén / File in an archive", text(), 0),
        ("sourceLayer", "Lớp trong tệp / Layer in the file", text(), 0),
        ("key", "Cột mã / Column of identifiers", text(), 0),
        ("encoding", "Bảng mã: tcvn3, vni, utf-8 / Code page", text(), 0),
        ("sourceName", "Nguồn / Where it is from", text(), 0),
        ("licence", "Giấy phép / Licence", text(), 0),
        ("attribution", "Ghi công / Attribution", text(), 0),
        ("date", "Ngày của dữ liệu / When it was true", text(), 0),
        ("verticalDatum", "Hệ độ cao / Height datum", text(), 0),
    ] {
        let described = json!({ "title": title, "schema": schema, "minOccurs": least });
        inputs.insert(name.to_owned(), described);
    }
    document["inputs"] = inputs.into();
    let report = json!({ "type": "object" });
    document["outputs"] =
        json!({ "report": { "title": "Biên bản nhập / Report", "schema": report } });
    document["example"] =
        json!({ "inputs": { "upload": "u0a1B2c3", "layer": "wells", "role": "other" } });
    super::describe::executed(base, &mut document, IMPORT);
    document
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    inputs: Wanted,
}

/// Lets an import wait for its turn.
pub(super) async fn execute(ask: &Ask, body: &[u8]) -> Result<Job, Problem> {
    editor(ask)?;
    if !ask.app.exchange.is_there() {
        return Err(downloads::no_file(&ExchangeError::NoProgram));
    }
    let Body { inputs: wanted } = serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            format!("Không đọc được yêu cầu: {error}"),
            format!("The request: {error}"),
        )
    })?;
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    work::blocking(move || {
        let missing = || super::uploads::absent(&wanted.upload);
        let upload =
            uploads::find(&app.config.data, &wanted.upload, &viewer.name).ok_or_else(missing)?;
        let city = app.store.city();
        let there = city.layer(wanted.layer.as_str(), &crate::viewer::Viewer::admin("import"));
        let there = there.as_ref().map(|view| view.layer());
        wanted.may_publish(there, &viewer).map_err(|said| Problem::conflict(said.vi, said.en))?;
        let title = wanted.title.clone();
        let title = title.unwrap_or_else(|| Title::new(upload.name.clone(), upload.name.clone()));
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        let inputs = serde_json::to_value(&wanted).map_err(|error| Problem::internal(&error))?;
        let taken = jobs.submit_exchange(IMPORT, title, &inputs, &viewer);
        taken.map_err(|error| super::execute::not_taken(&error))
    })
    .await
}

/// Who may send files and make layers of them.
pub(super) fn editor(ask: &Ask) -> Result<(), Problem> {
    match ask.caller.viewer.may_write {
        true => Ok(()),
        false => Err(Problem::forbidden(
            "Chỉ người biên tập (vai trò editor hoặc admin) gửi và nhập tệp.",
            "Only editors (role editor or admin) send and import files.",
        )),
    }
}

/// The results: the report of the importer, and where the layer is.
pub(super) fn results(base: &Base, job: &Job, mut result: Json) -> Json {
    let own = base.url(&format!("/jobs/{}", job.id));
    let layer = result["layer"].as_str().unwrap_or_default();
    let collection = base.url(&format!("/collections/{layer}"));
    let links = [
        Link::new("self", format!("{own}/results")).of_type("application/json"),
        Link::new("up", own.clone()).of_type("application/json"),
        Link::new("collection", collection).of_type("application/json"),
    ];
    result["links"] = json!(links);
    result
}
