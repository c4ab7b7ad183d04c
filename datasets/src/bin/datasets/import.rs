//! `datasets import`: a file that GDAL reads becomes a published layer.
//!
//! Open, choose the system, read, reproject, repair, map columns, check, publish. Until the publish
//! nothing that a reader sees changes, and the publish is all or nothing: a failed import leaves the
//! folder as it was, also beside a running server.

mod archive;
mod args;
mod cityjson;
mod crs_choice;
mod dwg;
mod entry;
mod error;
pub(crate) mod fields;
pub(crate) mod gdal_env;
mod gdal_read;
mod heights;
mod ifc;
mod islands;
mod labels;
mod osm;
mod places;
mod plan;
mod raster;
mod template;
mod vector;
mod wkb;

use std::{io::IsTerminal, path::Path, time::Duration};

use city::{Layer, Property, Role, Schema};
use datasets::{NewLayer, Writer, repair::Fit, report::Report, write::LayerWriter};
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) use args::ImportArgs;
pub(crate) use error::ImportError;

use gdal_env::Messages;
use gdal_read::{VectorSource, kind_for};
use plan::Plan;
use template::Template;

/// Subfolder of the data folder in which reports stand.
const REPORTS: &str = "reports";

/// Imports one layer.
///
/// # Errors
/// [`ImportError`], whose [`exit_code`](ImportError::exit_code) the program ends with. The data
/// folder is then as it was.
pub(crate) fn run(args: &ImportArgs) -> Result<(), ImportError> {
    let mut report = Report::new(args.layer.as_str(), args.role.name(), args.report_limit);
    report.source = entry::file_name(&args.source);
    let imported = import(args, &mut report);
    if let Some(path) = &args.report {
        report.write(path).map_err(io_error("write", path))?;
    }
    // A report of what was read so far helps to understand a failure; it goes where errors go.
    if imported.is_err() && report.read > 0 {
        eprintln!("{report}");
    }
    imported?;
    println!("{report}");
    Ok(())
}

fn import(args: &ImportArgs, report: &mut Report) -> Result<(), ImportError> {
    check_arguments(args)?;
    confine(args)?;
    let mut writer = Writer::lock_within(&args.into, Duration::from_secs(args.wait))?;
    let messages = gdal_env::set_up(writer.staging())?;
    let unpacked = archive::opened(&args.source, writer.staging(), args.member.as_deref())?;
    let of_archive = unpacked.map(|source| ImportArgs { source, ..args.clone() });
    let args = of_archive.as_ref().unwrap_or(args);
    let (layer, staged) = if args.role.is_raster() {
        raster::import(args, writer.staging(), report)?
    } else {
        import_vector(args, writer.staging(), &messages, report)?
    };
    for warning in messages.take_warnings() {
        report.note(format!("GDAL: {warning}"), format!("GDAL: {warning}"));
    }
    if args.dry_run {
        report.note("Chạy thử: không công bố", "dry run: nothing was published");
        return Ok(());
    }
    writer.publish(vec![NewLayer { layer, staged }])?;
    let path = writer.dir().join(REPORTS).join(format!("{}.json", args.layer));
    report.write(&path).map_err(io_error("write", &path))
}

/// Leaves this process the source, what stands beside it, the data folder and the report.
fn confine(args: &ImportArgs) -> Result<(), ImportError> {
    if !args.confine.confined {
        return Ok(());
    }
    std::fs::create_dir_all(&args.into).map_err(io_error("make", &args.into))?;
    let beside = args.source.parent().filter(|folder| !folder.as_os_str().is_empty());
    let report = args.report.as_deref().and_then(Path::parent);
    let writable: Vec<&Path> = std::iter::once(args.into.as_path()).chain(report).collect();
    Ok(args.confine.apply(&[beside.unwrap_or_else(|| Path::new("."))], &writable)?)
}

fn import_vector(
    args: &ImportArgs,
    staging: &Path,
    messages: &Messages,
    report: &mut Report,
) -> Result<(Layer, std::path::PathBuf), ImportError> {
    let source = VectorSource::open(args, staging)?;
    let template = load_template(args, &source, report)?;
    report.driver = source.driver.clone();
    report.source = format!("{} [{}]", report.source, source.layer_name());
    let crs = crs_choice::choose(args, &source.declared(), source.extent())?;
    report.source_crs = format!("{}, {}", crs.crs, crs.why);
    source.notes.iter().for_each(|(vi, en)| report.note(vi, en));
    if !source.left_out.is_empty() {
        let names = source.left_out.join(", ");
        report
            .note(format!("Bỏ cột nhị phân: {names}"), format!("binary columns left out: {names}"));
    }
    let columns = match source.recipe {
        Some(recipe) => recipe.columns(),
        None => source.columns.iter().map(|c| Property::new(c.name.as_str(), c.kind)).collect(),
    };
    let schema = Schema { properties: columns };
    let sample = source.sample(plan::SAMPLE);
    let is_osm = source.recipe.is_some();
    let plan = Plan::new(args, schema, &sample, template.as_ref(), source.kind(), report)?;
    report.columns = plan.columns.clone();

    let kind = kind_for(args.role);
    let file = LayerWriter::create(staging, &args.layer, &plan.schema, &plan.id_column, kind)?;
    // What GDAL said while looking for a driver that opens the file is no fault of the file.
    drop(messages.take_errors());
    let progress = progress_bar(source.count());
    let fit = Fit { close_lines: source.is_drawing() };
    let job = vector::Job {
        role: args.role,
        crs: &crs,
        plan: &plan,
        template: template.as_ref(),
        fit,
        progress: &progress,
    };
    let written = vector::run(&job, &source, file, report)?;
    progress.finish_and_clear();
    check(args, messages, report)?;
    let facts = entry::Facts { source_crs: crs.crs.to_string(), bbox: written.bbox, is_osm };
    let staged = written.path.clone();
    let content = entry::vector(&plan, args.role, written);
    Ok((entry::layer(args, facts, report, content), staged))
}

/// Holds that what was read is whole and that something is left of it.
fn check(args: &ImportArgs, messages: &Messages, report: &Report) -> Result<(), ImportError> {
    if let [first, ..] = &messages.take_errors()[..] {
        let why = format!("reading broke off or the file is damaged: {first}");
        return Err(ImportError::Source { path: args.source.clone(), why });
    }
    if report.published > 0 {
        return Ok(());
    }
    let reasons = report.dropped.iter().map(|(reason, count)| {
        let title = reason.title();
        format!("{count} × {} / {}", title.vi, title.en)
    });
    let reasons = reasons.collect::<Vec<_>>().join(", ");
    Err(ImportError::Check(format!(
        "nothing to publish: {} features read for role '{}' ({}) / không có gì để công bố. {reasons}",
        report.read,
        args.role,
        args.role.title().vi,
    )))
}

fn check_arguments(args: &ImportArgs) -> Result<(), ImportError> {
    if let Some(date) = &args.date {
        city::time::parse_date(date).map_err(|error| ImportError::Arguments(error.to_string()))?;
    }
    let vector_only = [
        ("--key", args.key.is_some()),
        ("--map", !args.map.is_empty()),
        ("--where", args.r#where.is_some()),
        ("--template", args.template.is_some()),
        ("--encoding", args.encoding.is_some()),
    ];
    let stray = vector_only.iter().find(|(_, given)| args.role.is_raster() && *given);
    if let Some((flag, _)) = stray {
        return Err(ImportError::Arguments(format!(
            "{flag} is for features; role '{}' is a raster",
            args.role
        )));
    }
    Ok(())
}

/// The template that was asked for; present land use told by OpenStreetMap's tags has one of its
/// own.
fn load_template(
    args: &ImportArgs,
    source: &VectorSource,
    report: &mut Report,
) -> Result<Option<Template>, ImportError> {
    let has_tags = || source.recipe.is_some() || source.columns.iter().any(|c| c.name == "landuse");
    let name = match &args.template {
        Some(name) => name.as_str(),
        None if args.role == Role::LandUse && has_tags() => {
            report.note(
                "Loại đất suy từ thẻ OpenStreetMap theo mẫu osm-land-use",
                "land-use codes follow from OpenStreetMap's tags by the template osm-land-use",
            );
            "osm-land-use"
        }
        None => return Ok(None),
    };
    let template = Template::load(name, args.role)?;
    if template.is_for_role() {
        return Ok(Some(template));
    }
    Err(ImportError::Arguments(format!("template {name} has no rule for role '{}'", args.role)))
}

/// A bar on standard error, where a person looks at it.
fn progress_bar(count: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = count.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} · {per_sec} · còn {eta}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn io_error<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> ImportError + 'a {
    move |source| ImportError::Io { action, path: path.to_owned(), source }
}
