//! A file that an editor sent becomes a layer.
//!
//! The program that reads it is confined and sees neither the data folder nor the network: it makes a data
//! folder of its own, with one layer. The server checks that, as it checks any, and publishes the layer.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use city::{Access, Layer, LayerId, Role, Title, layer::Content};
use datasets::{Catalog, NewLayer, Writer, report::Report};
use serde::{Deserialize, Serialize};

use super::{
    Exchange, ExchangeError, child,
    uploads::{self, Upload},
};
use crate::viewer::Viewer;

/// How long another program that writes into the data folder is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(60);
/// Folder of the upload in that of the job.
const UPLOAD: &str = "upload";

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wanted {
    /// Identifier of an upload.
    pub upload: String,
    /// Identifier of the layer to make.
    pub layer: LayerId,
    /// What it is for.
    pub role: Role,
    /// Whether a layer of this identifier is replaced.
    #[serde(default)]
    pub replace: bool,
    /// Its names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Who may see it; everybody where it is left out, and who saw the layer that is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Columns by the attributes of the role that they play.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
    /// Whether the file's x is north.
    #[serde(default)]
    pub swap_axes: bool,
    /// Whether it is not, although it looks so.
    #[serde(default)]
    pub keep_axes: bool,
    /// System of the coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// Where the origin of an IFC model stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// File in an archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Layer in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_layer: Option<String>,
    /// Column of identifiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Code page of texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Where the data came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The line that maps show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// When the content was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Height datum of a terrain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vertical_datum: Option<String>,
}

impl Wanted {
    /// Flags of `datasets import` with a value each.
    fn flags(&self) -> [(&'static str, Option<&String>); 11] {
        [
            ("crs", self.crs.as_ref()),
            ("place", self.place.as_ref()),
            ("member", self.member.as_ref()),
            ("source-layer", self.source_layer.as_ref()),
            ("key", self.key.as_ref()),
            ("encoding", self.encoding.as_ref()),
            ("source-name", self.source_name.as_ref()),
            ("licence", self.licence.as_ref()),
            ("attribution", self.attribution.as_ref()),
            ("date", self.date.as_ref()),
            ("vertical-datum", self.vertical_datum.as_ref()),
        ]
    }
}

/// An import of a job.
pub struct Import<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The folder of the job.
    pub folder: &'a Path,
    /// Who asked.
    pub viewer: &'a Viewer,
    /// For what.
    pub wanted: &'a Wanted,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    /// The layer that was published.
    pub layer: LayerId,
    /// The report of the importer.
    pub report: Report,
}

impl Wanted {
    /// Whether somebody may put a layer in the place of one that is there, if any is.
    ///
    /// # Errors
    /// What stands against it.
    pub fn may_publish(&self, there: Option<&Layer>, viewer: &Viewer) -> Result<(), Title> {
        if self.access.is_some_and(|access| !viewer.sees(access)) {
            return Err(Title::new(
                "Bạn không được cấp quyền xem mức truy cập này (access).",
                "You may not see data of this class yourself (access).",
            ));
        }
        let Some(layer) = there else { return Ok(()) };
        if !self.replace {
            return Err(Title::new(
                format!(
                    "Đã có lớp '{}' hoặc mã này đang được giữ; đặt replace để thay thế.",
                    self.layer
                ),
                format!(
                    "The identifier '{}' is taken; say replace to put this in its place.",
                    self.layer
                ),
            ));
        }
        if !classes_of(layer).all(|class| viewer.sees(class)) {
            return Err(Title::new(
                format!("Bạn không thấy hết lớp '{}', nên không thay thế được.", self.layer),
                format!("You do not see all of '{}', so you cannot replace it.", self.layer),
            ));
        }
        Ok(())
    }
}

/// The classes of a layer, its columns and its rows.
fn classes_of(layer: &Layer) -> impl Iterator<Item = Access> {
    let columns = layer.schema().into_iter().flat_map(|schema| &schema.properties);
    let rows = match &layer.content {
        Content::Vector { row_rules, .. } => row_rules.as_slice(),
        Content::Raster { .. } => &[],
    };
    let columns = columns.map(|property| property.access);
    std::iter::once(layer.access).chain(columns).chain(rows.iter().map(|rule| rule.access))
}

/// Where a job's files lie is nobody's business.
fn without_places(error: ExchangeError, places: &[Option<&Path>]) -> ExchangeError {
    let ExchangeError::Refused(said) = error else { return error };
    let places = places.iter().flatten().map(|place| format!("{}/", place.display()));
    let plain = |text: String| places.clone().fold(text, |text, place| text.replace(&place, ""));
    ExchangeError::Refused(Title::new(plain(said.vi), plain(said.en)))
}

impl Import<'_> {
    /// Reads, checks and publishes.
    ///
    /// # Errors
    /// [`ExchangeError`]; the data folder is then as it was.
    pub fn run(
        &self,
        exchange: &Exchange,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<Imported, ExchangeError> {
        let (upload, source) = self.upload()?;
        let imported = self.read(exchange, &upload, &source, is_over, tell);
        if !matches!(imported, Err(ExchangeError::LeftOff)) {
            // One that is left off may go on.
            let _ = fs::remove_dir_all(self.folder.join(UPLOAD));
        }
        imported
    }

    /// The upload, which the job takes to itself.
    fn upload(&self) -> Result<(Upload, PathBuf), ExchangeError> {
        let own = self.folder.join(UPLOAD);
        if let Some(upload) = uploads::about_in(&own) {
            let file = uploads::file_in(&own, &upload);
            return Ok((upload, file));
        }
        let gone = || {
            ExchangeError::Refused(Title::new(
                "Tệp tải lên không còn: đã hết hạn hoặc đã được nhập.",
                "The upload is not there any more: its time is over, or it was imported.",
            ))
        };
        let upload =
            uploads::find(self.data, &self.wanted.upload, &self.viewer.name).ok_or_else(gone)?;
        let file = uploads::take(self.data, &upload, &own)?;
        Ok((upload, file))
    }

    fn read(
        &self,
        exchange: &Exchange,
        upload: &Upload,
        source: &Path,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(f64),
    ) -> Result<Imported, ExchangeError> {
        let scratch = tempfile::TempDir::with_prefix_in("import-", self.folder)?;
        let scratch = scratch.path().canonicalize().map(|path| (scratch, path))?;
        let (city, report) = (scratch.1.join("city"), scratch.1.join("report.json"));
        let mut command = exchange.command("import", &scratch.1)?;
        let source = source.canonicalize()?;
        command.arg(&source).arg("--into").arg(&city).arg("--report").arg(&report);
        let wanted = self.wanted;
        command.args(["--layer", wanted.layer.as_str(), "--role", wanted.role.name()]);
        // Joined to its flag, a value is never one itself.
        let flags = wanted.flags().into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        for (flag, value) in flags {
            command.arg(format!("--{flag}={value}"));
        }
        for (attribute, column) in &wanted.map {
            command.arg(format!("--map={attribute}={column}"));
        }
        if let Some(title) = &wanted.title {
            command.arg(format!("--title-vi={}", title.vi)).arg(format!("--title-en={}", title.en));
        }
        if wanted.source_name.is_none() {
            command.arg(format!("--source-name={}", upload.name));
        }
        for (flag, is_set) in [("--swap-axes", wanted.swap_axes), ("--keep-axes", wanted.keep_axes)]
        {
            if is_set {
                command.arg(flag);
            }
        }
        tell(0.1);
        let ran = child::run(&mut command, is_over, exchange.patience(), |line| {
            tracing::trace!(line, "datasets");
        });
        ran.map_err(|error| without_places(error, &[source.parent(), Some(&scratch.1)]))?;
        tell(0.8);
        let report: Report = serde_json::from_slice(&fs::read(&report)?)?;
        let layer = self.publish(&city)?;
        tell(1.0);
        Ok(Imported { layer, report })
    }

    /// Publishes the one layer of a folder that the importer made.
    fn publish(&self, city: &Path) -> Result<LayerId, ExchangeError> {
        let refused = |text: String| {
            ExchangeError::Refused(Title::new(format!("Dữ liệu nhập không đạt: {text}"), text))
        };
        let checked = datasets::check::check(city, |_| {})?;
        if !checked.is_good() {
            let found: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
            return Err(refused(found.join("; ")));
        }
        let made = Catalog::load(city)?;
        let missing = || refused(format!("there is no layer '{}'", self.wanted.layer));
        let mut layer = made.layer(self.wanted.layer.as_str()).cloned().ok_or_else(missing)?;
        let file = city.join(&layer.file);
        let mut writer = Writer::lock_within(self.data, LOCK_PATIENCE)?;
        let there = writer.published().and_then(|all| all.layer(layer.id.as_str())).cloned();
        self.wanted.may_publish(there.as_ref(), self.viewer).map_err(ExchangeError::Refused)?;
        layer.access = self.wanted.access.unwrap_or(Access::Public);
        if let Some(before) = &there {
            self.keep_rights(&mut layer, before)?;
        }
        let staged = writer.staging().join("layer");
        fs::rename(&file, &staged).or_else(|_| fs::copy(&file, &staged).map(drop))?;
        let id = layer.id.clone();
        writer.publish(vec![NewLayer { layer, staged }])?;
        Ok(id)
    }

    /// What an administrator decided on a layer holds for what takes its place.
    fn keep_rights(&self, layer: &mut Layer, before: &Layer) -> Result<(), ExchangeError> {
        layer.access = self.wanted.access.unwrap_or(before.access);
        layer.style = before.style.clone();
        layer.theme = before.theme;
        if self.wanted.title.is_none() {
            layer.title = before.title.clone();
            layer.description = before.description.clone();
        }
        let (
            Content::Vector { schema, row_rules, .. },
            Content::Vector { schema: old, row_rules: rules, .. },
        ) = (&mut layer.content, &before.content)
        else {
            return Ok(());
        };
        for property in &mut schema.properties {
            let same = old.properties.iter().find(|other| other.name == property.name);
            if let Some(same) = same.filter(|_| property.access == Access::Public) {
                property.access = same.access;
            }
        }
        for rule in rules {
            let is_there = schema.properties.iter().any(|property| property.name == rule.column);
            if !is_there {
                return Err(ExchangeError::Refused(Title::new(
                    format!(
                        "Lớp cũ che các dòng theo cột '{}', tệp mới không có cột đó.",
                        rule.column
                    ),
                    format!(
                        "Rows of the layer are hidden by its column '{}', which the file lacks.",
                        rule.column
                    ),
                )));
            }
            if !row_rules.contains(rule) {
                row_rules.push(rule.clone());
            }
        }
        Ok(())
    }
}
