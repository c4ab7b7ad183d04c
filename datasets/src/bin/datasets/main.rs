//! The program `datasets`: makes, checks, lists, backs up and restores data folders.
//!
//! One file a subcommand, in `commands/`: its `Args`, and `run`.

mod commands;
mod confine;
mod export;
mod grids;
mod import;

use std::{error::Error, process::ExitCode};

use clap::{Parser, Subcommand};
use commands::{backup, check, crs, generate, list, restore, roles};

/// How a run that came to its end ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything is as it should be.
    Good,
    /// The data has problems, which have been told.
    Problems,
    /// The GDAL that is installed cannot do it, which has been told.
    NoDriver,
}

/// What stopped a run: anything that can be told to a person.
type Failure = Box<dyn Error + Send + Sync>;

const LONG_ABOUT: &str = "Makes, checks, lists, backs up and restores the data folders that gis-server serves.\n\n\
A data folder (DIR) is a catalogue, DIR/catalog.toml, and the layers it names. One program writes \
into it at a time; a server that runs meanwhile keeps serving, and takes up what was published.";

const EXIT_CODES: &str = "Exit codes:\n  \
0  done, and the data is good\n  \
1  the data has problems, which were printed\n  \
2  the command line is wrong, or a file could not be read or written; the folder is as it was\n  \
7  the GDAL that is installed has no driver for the format";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "datasets", version, about = "Data folders for gis-server", long_about = LONG_ABOUT, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a file that GDAL reads, repair and reproject it, and publish it as a layer
    Import(Box<import::ImportArgs>),
    /// Write a FlatGeobuf file as GeoPackage, Shapefile, KML, KMZ, DXF or a workbook
    Export(Box<export::ExportArgs>),
    /// Write rasters on one grid as one NetCDF file
    Grids(grids::GridsArgs),
    /// Make the demo city, Tam Kỳ (dữ liệu tổng hợp), from a seed
    Generate(generate::Args),
    /// List the layers of a data folder
    List(list::Args),
    /// Check a data folder and say what is wrong
    Check(check::Args),
    /// Copy a data folder, edits included, into one file
    Backup(backup::Args),
    /// Make a data folder from a backup
    Restore(restore::Args),
    /// List the roles that a layer may play, with their attributes
    Roles(roles::Args),
    /// List the coordinate reference systems, or convert a point
    Crs(crs::Args),
}

fn main() -> ExitCode {
    let run = match Cli::parse().command {
        Command::Import(args) => return end_of_import(&args),
        Command::Export(args) => export::run(&args),
        Command::Grids(args) => grids::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::List(args) => list::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Roles(args) => roles::run(&args),
        Command::Crs(args) => crs::run(&args),
    };
    match run {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Problems) => ExitCode::from(1),
        Ok(Outcome::NoDriver) => ExitCode::from(datasets::exchange::NO_DRIVER),
        Err(failure) => {
            eprintln!("datasets: {}", told(failure.as_ref()));
            ExitCode::from(2)
        }
    }
}

/// Imports have exit codes of their own, which their `--help` lists.
fn end_of_import(args: &import::ImportArgs) -> ExitCode {
    match import::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("datasets import: {}", told(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

/// An error with its causes, each once.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
