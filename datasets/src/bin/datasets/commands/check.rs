//! `datasets check`.

use std::path::PathBuf;

use datasets::check::{Severity, check};

use crate::{Failure, Outcome};

/// What to check.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Checks a data folder: the catalogue, every file against its checksum, every \
feature (identifiers, geometry, values against their code lists), every tile of every raster, mapped \
columns, access of columns, styles and code lists. Prints one line a finding; a problem makes the exit \
code 1, warnings and notes don't."
)]
pub(crate) struct Args {
    /// The data folder
    dir: PathBuf,
    /// Print problems alone
    #[arg(long)]
    problems: bool,
}

/// Prints what is wrong, then a line that sums up.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let bar = indicatif::ProgressBar::new_spinner();
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let report = check(&args.dir, |layer| bar.set_message(layer.id.to_string()))?;
    bar.finish_and_clear();
    for finding in &report.findings {
        if !args.problems || finding.severity == Severity::Problem {
            println!("{finding}");
        }
    }
    println!(
        "{} layers, {} features: {} problems, {} warnings",
        report.layers,
        report.features,
        report.count(Severity::Problem),
        report.count(Severity::Warning)
    );
    Ok(if report.is_good() { Outcome::Good } else { Outcome::Problems })
}
