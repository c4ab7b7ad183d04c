//! The catalogue's entry of an imported layer.

use std::{collections::BTreeMap, path::Path};

use city::{
    Access, Bbox, Instant, Layer, Role, Title,
    access::RowRule,
    layer::{Content, GeometryKind},
};
use datasets::{report::Report, write::WrittenLayer};

use super::{args::ImportArgs, osm, plan::Plan};

/// Last zoom at which a map draws a layer.
const MAX_ZOOM: u8 = 22;

/// What is said of a layer whatever it holds.
pub(crate) struct Facts {
    /// `EPSG:5899`.
    pub(crate) source_crs: String,
    /// Outer edges in longitude and latitude.
    pub(crate) bbox: Option<Bbox>,
    /// Whether the source is OpenStreetMap.
    pub(crate) is_osm: bool,
}

/// The entry of a layer; file and checksum are the publish's.
pub(crate) fn layer(args: &ImportArgs, facts: Facts, report: &Report, content: Content) -> Layer {
    let name = title(args);
    let file = file_name(&args.source);
    let osm_or =
        |osm: &str, other: &str| if facts.is_osm { osm.to_owned() } else { other.to_owned() };
    let source = args.source_name.clone().unwrap_or_else(|| file.clone());
    let attribution = args.attribution.clone();
    let attribution = attribution.unwrap_or_else(|| osm_or(osm::ATTRIBUTION, &source));
    let licence = args.licence.clone();
    let licence = licence.unwrap_or_else(|| osm_or(osm::LICENCE, "chưa rõ / not stated"));
    Layer {
        id: args.layer.clone(),
        title: name,
        description: Title::default(),
        theme: args.theme.unwrap_or_else(|| args.role.theme()),
        role: args.role,
        access: args.access,
        zoom: (args.role.min_zoom(), MAX_ZOOM),
        style: None,
        file: String::new(),
        checksum: String::new(),
        bbox: facts.bbox,
        source_crs: facts.source_crs,
        source,
        licence,
        attribution,
        lineage: format!("imported from {file}: {}", report.lineage()),
        synthetic: false,
        published: now(),
        content_date: args.date.clone(),
        content,
    }
}

/// The content of a vector layer.
pub(crate) fn vector(plan: &Plan, role: Role, written: WrittenLayer) -> Content {
    let columns: BTreeMap<String, String> = plan.columns.clone();
    Content::Vector {
        geometry: geometry_of(role, written.geometry),
        features: written.features,
        id_column: written.id_column,
        row_rules: defence_rules(role, &columns),
        schema: written.schema,
        columns,
    }
}

fn geometry_of(role: Role, written: GeometryKind) -> GeometryKind {
    role.geometry().unwrap_or(written)
}

/// Land and buildings of defence and security are not for the public.
fn defence_rules(role: Role, columns: &BTreeMap<String, String>) -> Vec<RowRule> {
    let rule = |attribute: &str, values: &[&str]| {
        let column = columns.get(attribute)?.clone();
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Some(RowRule { column, values, access: Access::Defence })
    };
    let by_use = rule("use_code", &["CQP", "CAN", "CQA"]);
    let by_purpose = if role == Role::Buildings { rule("use", &["defence"]) } else { None };
    by_use.into_iter().chain(by_purpose).collect()
}

fn title(args: &ImportArgs) -> Title {
    let of_role = args.role.title();
    let vi = args.title_vi.clone().or_else(|| args.title_en.clone()).unwrap_or(of_role.vi);
    let en = args.title_en.clone().or_else(|| args.title_vi.clone()).unwrap_or(of_role.en);
    Title { vi, en }
}

/// The source's name, without the folders of the machine that imported it.
pub(crate) fn file_name(source: &Path) -> String {
    source.file_name().unwrap_or(source.as_os_str()).to_string_lossy().into_owned()
}

fn now() -> Instant {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = since_1970.map(|since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
    Instant::from_micros(micros.unwrap_or_default())
}
