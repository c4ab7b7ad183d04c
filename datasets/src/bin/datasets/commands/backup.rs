//! `datasets backup`.

use std::path::PathBuf;

use datasets::backup::backup;

use crate::{Failure, Outcome};

/// What to copy, and where to.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Copies a data folder into one file: the catalogue, its layers, styles, code \
lists, tokens and the change log of edits, as they are at one moment. A server may run meanwhile; \
imports wait. The file may hold personal data and secrets: only you can read it, so keep it that way. \
It is a tar archive compressed by Zstandard, whose SHA256SUMS lists every file."
)]
pub(crate) struct Args {
    /// The data folder
    dir: PathBuf,
    /// The file to make, such as data-2026-01-01.tar.zst
    file: PathBuf,
}

/// Makes the file and says what is in it.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let saved = backup(&args.dir, &args.file)?;
    println!("{}: {} files, {} bytes", args.file.display(), saved.files, saved.bytes);
    Ok(Outcome::Good)
}
