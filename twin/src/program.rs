//! What the program does with its arguments.

mod studies;

use std::{process::ExitCode, time::Duration};

use bevy::tasks::block_on;
use clap::Parser;
use twin::{
    Source, TwinError,
    app::Stage,
    camera::View,
    desktop::open_window,
    flood::FloodRun,
    headless::{Studio, film},
    live::LiveState,
    model::CityModel,
    models::{self, PlacedModel},
    proposals::Proposals,
    remote::{Client, LiveEvent},
};

use crate::args::{Args, Command, Describe, Film, Placed, Render, Shown, Whence};

pub(crate) fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command {
        None => window(&args.shown),
        Some(Command::Render(render)) => still(&render),
        Some(Command::Film(film)) => moving(&film),
        Some(Command::Describe(describe)) => said(&describe),
        Some(Command::Shadows(shadows)) => studies::shadows(&shadows).map(print),
        Some(Command::Viewshed(viewshed)) => studies::viewshed(&viewshed).map(print),
        Some(Command::Profile(profile)) => studies::profile(&profile).map(print),
        Some(Command::Earthwork(earth)) => studies::earthwork(&earth).map(print),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("twin: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(answer: serde_json::Value) {
    println!("{answer:#}");
}

fn source(whence: &Whence) -> Result<Source, TwinError> {
    match (&whence.data, &whence.server) {
        (Some(dir), _) => Ok(Source::Folder(dir.clone())),
        (None, Some(url)) => Ok(Source::Server(Client::new(url)?)),
        (None, None) => Err(TwinError::Picture(
            "say what to show: --data DIR or --server URL (twin --help tells more)".into(),
        )),
    }
}

fn stage(shown: &Shown) -> Result<(Stage, Source), TwinError> {
    let source = source(&shown.whence)?;
    let model = block_on(source.read())?;
    let view = |framing: View| match &shown.view {
        Some(path) => View::read_over(path, &framing),
        None => Ok(framing),
    };
    let mut stage = Stage::new(model, view, shown.time.as_deref())?;
    stage.language = shown.language;
    for placed in &shown.standing.models {
        stage.stand(block_on(read_placed(placed, &stage.model))?);
    }
    if let Some(source) = &shown.standing.proposal {
        stage.proposals = read_proposal(source, &stage.model)?;
    }
    for note in &stage.model.notes {
        eprintln!("twin: {}", stage.language.title(&note.0));
    }
    if let Some(run) = &shown.run {
        let run = match &source {
            Source::Folder(dir) => FloodRun::open(&dir.join("runs").join(run))?,
            Source::Server(client) => block_on(FloodRun::of_server(client, run))?,
        };
        stage.flood = Some((run, shown.at.unwrap_or(0.0)));
    }
    Ok((stage, source))
}

/// Reads a model, and finds where it stands.
async fn read_placed(placed: &Placed, city: &CityModel) -> Result<PlacedModel, TwinError> {
    let model = models::read(&placed.source, city).await?;
    Ok(models::place(model, city, placed.placement.as_ref())?)
}

/// Reads a proposal, with the models that it names.
fn read_proposal(source: &str, city: &CityModel) -> Result<Proposals, TwinError> {
    let (proposals, troubles) = block_on(twin::proposals::open(source, city))?;
    match troubles.into_iter().next() {
        Some(what) => Err(TwinError::Proposal { of: source.to_owned(), what }),
        None => Ok(proposals),
    }
}

fn window(shown: &Shown) -> Result<(), TwinError> {
    let (stage, source) = stage(shown)?;
    open_window(stage, &source)
}

fn studio(shown: &Shown, size: (u32, u32)) -> Result<Studio, TwinError> {
    let (stage, source) = stage(shown)?;
    let client = match &source {
        Source::Server(client) => Some(client),
        Source::Folder(_) => None,
    };
    let mut studio = Studio::open(stage, size, client)?;
    if client.is_some() {
        studio.wait_for_live(Duration::from_secs(5));
    }
    Ok(studio)
}

fn still(render: &Render) -> Result<(), TwinError> {
    let began = std::time::Instant::now();
    let mut studio = studio(&render.shown, render.size)?;
    let loaded = began.elapsed();
    studio.shoot()?.write(&render.out)?;
    println!(
        "{}: {} × {}, loaded in {:.1} s, drawn in {:.1} s",
        render.out.display(),
        render.size.0,
        render.size.1,
        loaded.as_secs_f64(),
        (began.elapsed() - loaded).as_secs_f64()
    );
    Ok(())
}

fn moving(args: &Film) -> Result<(), TwinError> {
    let mut studio = studio(&args.shown, args.size)?;
    let times = match (&args.from, &args.to) {
        (Some(from), Some(to)) => {
            Some((twin::clock::parse_time(from)?, twin::clock::parse_time(to)?))
        }
        _ => None,
    };
    let hours = args.hours.map(|to| (args.shown.at.unwrap_or(0.0), to));
    film(&mut studio, args.frames, times, hours, &args.out)?;
    println!("{}: {} frames", args.out.display(), args.frames);
    Ok(())
}

fn said(args: &Describe) -> Result<(), TwinError> {
    let source = source(&args.shown.whence)?;
    let mut model = block_on(source.read())?;
    studies::stand(&args.shown.standing, &mut model)?;
    let mut live = LiveState::default();
    if let Source::Server(client) = &source {
        // A server without feeds describes its buildings as well.
        match block_on(client.json("/live/latest")) {
            Ok(snapshot) => live.apply(LiveEvent::Snapshot(snapshot)),
            Err(error) => eprintln!("twin: {error}"),
        }
    }
    let now = match &args.shown.time {
        Some(time) => twin::clock::parse_time(time)?,
        None => twin::clock::wall_now(),
    };
    let (layer, id) = args.feature.split_once('/').unwrap_or(("buildings", &args.feature));
    let described = twin::inspect::describe(&model, (layer, id), &live, now);
    let described = described.ok_or_else(|| {
        TwinError::Picture(format!("the scene has no feature '{id}' of a layer '{layer}'"))
    })?;
    println!("{described:#}");
    Ok(())
}
