//! `datasets restore`.

use std::path::PathBuf;

use datasets::backup::restore;

use crate::{Failure, Outcome};

/// What to restore, and where to.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Makes a data folder from a backup. Every file is checked against its checksum \
before the folder appears; a damaged backup restores nothing. A folder that is there is never \
overwritten: stop the server, move the old folder away, restore, start the server."
)]
pub(crate) struct Args {
    /// The backup
    file: PathBuf,
    /// The folder to make
    dir: PathBuf,
}

/// Makes the folder and says what is in it.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let restored = restore(&args.file, &args.dir)?;
    println!("{}: {} files, {} bytes", args.dir.display(), restored.files, restored.bytes);
    Ok(Outcome::Good)
}
