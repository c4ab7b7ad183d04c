//! `datasets list`.

use std::path::PathBuf;

use city::{Layer, layer::Content};
use datasets::DataFolder;

use crate::{Failure, Outcome};

/// What to list.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The data folder
    dir: PathBuf,
    /// Print the catalogue as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Prints a line a layer, or the whole catalogue as JSON.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let folder = DataFolder::open(&args.dir)?;
    let catalog = folder.catalog();
    if args.json {
        println!("{}", serde_json::to_string_pretty(catalog)?);
        return Ok(Outcome::Good);
    }
    let synthetic =
        if catalog.synthetic { "  [dữ liệu tổng hợp · synthetic]" } else { "" };
    println!("{} · {}{synthetic}", catalog.title.vi, catalog.title.en);
    let width = catalog.layers.iter().map(|layer| layer.id.as_str().len()).max().unwrap_or(0);
    for layer in &catalog.layers {
        println!("{:width$}  {}", layer.id.as_str(), line(layer));
    }
    Ok(Outcome::Good)
}

fn line(layer: &Layer) -> String {
    let what = match &layer.content {
        Content::Vector { features, geometry, .. } => {
            format!("{features} × {}", format!("{geometry:?}").to_lowercase())
        }
        Content::Raster { grid, unit, .. } => {
            format!("{} × {} cells, {} {}", grid.cols, grid.rows, grid.crs, unit.symbol())
        }
    };
    let access = match layer.access {
        city::Access::Public => String::new(),
        other => format!(", {other:?}").to_lowercase(),
    };
    format!("{} · {} ({}, {what}{access})", layer.title.vi, layer.title.en, layer.role)
}
