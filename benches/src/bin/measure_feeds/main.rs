//! The feeds measured: what comes in and is on the disk, what goes out, and memory.
//!
//! Each case has a server of its own over a small demo city. Prints a table in Markdown for
//! `benches/RESULTS.md`. Nothing here fails for being slow.

mod house;
mod intake;
mod listen;
mod look;
mod steady;

use std::{error::Error, path::PathBuf};

use benches::programs::machine;
use clap::{Parser, ValueEnum};

use house::House;

/// Measures the feeds of gis-server and prints a table.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with the built programs (release)
    #[arg(long)]
    programs: PathBuf,
    /// What to measure; everything but `steady` where none is given
    #[arg(long = "case", value_enum)]
    cases: Vec<Case>,
    /// Seconds of each load
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// Of `steady`: observations a second
    #[arg(long, default_value_t = 20_000)]
    rate: u32,
    /// Of `listen`: subscribers; of `idle`: sockets; of `latest`: datastreams; a case's own number
    /// where none is given
    #[arg(long)]
    count: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Case {
    /// As many observations a second as go, in data arrays over MQTT
    Intake,
    /// As many as go, one a message, over MQTT
    Single,
    /// One observation a POST, from 64 connections
    Posts,
    /// From sending to WebSockets, 5000 observations a second
    Listen,
    /// Memory of WebSockets that hear nothing but how the feeds are
    Idle,
    /// The latest values of many datastreams
    Latest,
    /// A year of one datastream as a chart
    Chart,
    /// A rate that is held: latencies and memory over time
    Steady,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    println!("Machine: {}\n", machine());
    println!("| What | Figure | Aim |\n|---|---|---|");
    let is_wanted = |case| match arguments.cases.as_slice() {
        [] => case != Case::Steady,
        cases => cases.contains(&case),
    };
    for case in Case::value_variants().iter().filter(|case| is_wanted(**case)) {
        let house = House::open(&arguments.programs)?;
        let seconds = arguments.seconds;
        let count = |usual: usize| arguments.count.unwrap_or(usual);
        match case {
            Case::Intake => intake::batches(&house, seconds)?,
            Case::Single => intake::single(&house, seconds)?,
            Case::Posts => intake::posts(&house, seconds)?,
            Case::Listen => listen::to_all(&house, seconds, count(1000))?,
            Case::Idle => listen::idle(&house, count(10_000))?,
            Case::Latest => look::latest(&house, count(100_000))?,
            Case::Chart => look::year(&house)?,
            Case::Steady => steady::hold(&house, seconds, arguments.rate)?,
        }
    }
    Ok(())
}

/// Prints a row of the table.
fn row(what: &str, figure: &str, aim: &str) {
    println!("| {what} | {figure} | {aim} |");
}
