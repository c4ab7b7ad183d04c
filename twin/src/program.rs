//! What the program does with its arguments.

mod measure;
mod studies;

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use bevy::tasks::block_on;
use clap::Parser;
use twin::{
    Source, TwinError,
    app::Stage,
    camera::View,
    clock::VirtualClock,
    desktop::open_window,
    flood::{
        FloodRun,
        play::{Measures, play_out},
    },
    headless::{Studio, film},
    live::{
        Estimates, LiveState,
        alone::{self, Alone},
    },
    model::CityModel,
    models::{self, PlacedModel},
    proposals::Proposals,
    remote::{Client, LiveEvent},
    scene::{Buildings, Luminaires},
    words::Language,
};

use crate::args::{Args, Command, Describe, Film, Placed, Render, Shown, Whence};

pub(crate) fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command {
        None => window(&args.shown),
        Some(Command::Render(render)) => still(&render),
        Some(Command::Film(film)) => moving(&film),
        Some(Command::Describe(describe)) => said(&describe),
        Some(Command::Measure(args)) => measure::measure(&args).map(print),
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
        (None, Some(url)) => Ok(Source::Server(Client::new(url)?.with_token(&token(whence)?))),
        (None, None) => Err(TwinError::Picture(
            "say what to show: --data DIR or --server URL (twin --help tells more)".into(),
        )),
    }
}

/// The token of an operator; empty where there is none.
fn token(whence: &Whence) -> Result<String, TwinError> {
    match &whence.token_file {
        Some(path) => std::fs::read_to_string(path).map_err(TwinError::file(path)),
        None => Ok(std::env::var("DOTHI_TOKEN").unwrap_or_default()),
    }
}

/// The city and what is shown of it; a play reaches as far as it is shown, and at least so many hours.
fn stage(shown: &Shown, until_h: f64) -> Result<(Stage, Source), TwinError> {
    let source = source(&shown.whence)?;
    let model = block_on(source.read())?;
    let view = |framing: View| match &shown.view {
        Some(path) => View::read_over(path, &framing),
        None => Ok(framing),
    };
    let mut stage = Stage::new(model, view, shown.time.as_deref())?;
    stage.language = shown.language;
    stage.lux = shown.lux;
    stage.luminaires = luminaires(shown, &source, Arc::make_mut(&mut stage.model))?;
    for placed in &shown.standing.models {
        stage.stand(block_on(read_placed(placed, &stage.model))?);
    }
    if let Some(source) = &shown.standing.proposal {
        stage.proposals = read_proposal(source, &stage.model)?;
    }
    tell(&stage.model, stage.language);
    floods(shown, until_h, &source, &mut stage)?;
    Ok((stage, source))
}

/// Says on standard error what a city lacks, and what is wrong with its files.
fn tell(model: &CityModel, language: Language) {
    for note in &model.notes {
        eprintln!("twin: {}", language.title(&note.0));
    }
}

/// How lamps throw their light: by our own files, the folder's, and those that were named. What is wrong with a file of
/// the folder is noted; one that was named must hold.
fn luminaires(
    shown: &Shown,
    source: &Source,
    model: &mut CityModel,
) -> Result<Luminaires, TwinError> {
    let mut luminaires = Luminaires::default();
    if let Source::Folder(dir) = source {
        model.notes.extend(luminaires.add_folder(&dir.join("photometry")));
    }
    for named in &shown.luminaires {
        luminaires.add_file(named.code.as_deref(), &named.file)?;
    }
    Ok(luminaires)
}

/// The run or the play that is asked for, and the one that it is compared with.
fn floods(
    shown: &Shown,
    until_h: f64,
    source: &Source,
    stage: &mut Stage,
) -> Result<(), TwinError> {
    let run_of = |run: &str| match source {
        Source::Folder(dir) => FloodRun::open(&dir.join("runs").join(run)),
        Source::Server(client) => block_on(FloodRun::of_server(client, run)),
    };
    let hours = shown.at.unwrap_or(if shown.play.is_some() { 1.0 } else { 0.0 });
    if let Some(run) = &shown.run {
        stage.flood = Some((run_of(run)?, hours));
    } else if let Some(file) = &shown.play {
        let (run, measures) = played(file, hours.max(until_h), stage)?;
        (stage.flood, stage.measures) = (Some((run, hours)), measures);
    }
    stage.worst = shown.worst;
    stage.versus = match &shown.versus {
        None => None,
        Some(_) if stage.flood.is_none() => {
            let what = "--versus compares with --run or --play: give one of them";
            return Err(TwinError::Picture(what.into()));
        }
        Some(file) if file.ends_with(".json") => {
            Some(played(Path::new(file), hours.max(until_h), stage)?.0)
        }
        Some(run) => Some(run_of(run)?),
    };
    Ok(())
}

/// Plays a file of measures out, around what is looked at where it names no place.
fn played(file: &Path, hours: f64, stage: &Stage) -> Result<(FloodRun, Measures), TwinError> {
    let text = std::fs::read_to_string(file).map_err(TwinError::file(file))?;
    let measures = Measures::parse(&text)?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (view, model) = (&stage.view, &stage.model);
    let middle = model.frame.from_lon_lat(view.lon, view.lat).into();
    let city = (&**model, &Buildings::of(model));
    let (run, figures) = play_out(city, (&name, &measures), middle, hours)?;
    eprintln!(
        "twin: {name}: {:.0} m² flooded ({:.0} m² over 0.5 m), at most {:.2} m, {:.0} m³",
        figures.flooded_m2, figures.deep_m2, figures.deepest_m, figures.volume_m3
    );
    Ok((run, measures))
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
    let (stage, source) = stage(shown, 0.0)?;
    let alone = alone(shown)?;
    open_window(stage, &source, alone)
}

/// What is heard of the field's own broker, where one is named.
fn alone(shown: &Shown) -> Result<Option<Alone>, TwinError> {
    let (Some(broker), Some(dir)) = (&shown.field.mqtt, &shown.whence.data) else {
        return Ok(None);
    };
    let of = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
    let user = of("DOTHI_MQTT_USER");
    let account = user.map(|user| (user, of("DOTHI_MQTT_PASSWORD").unwrap_or_default()));
    let broker = broker.clone().with(shown.field.mqtt_ca.clone(), account);
    let broker = broker.map_err(|why| TwinError::Ask(why.to_string()))?;
    alone::listen(dir, &broker).map(Some)
}

fn patience(shown: &Shown) -> Duration {
    Duration::from_secs_f64(shown.field.listen)
}

fn studio(shown: &Shown, size: (u32, u32), until_h: f64) -> Result<Studio, TwinError> {
    let (stage, source) = stage(shown, until_h)?;
    let client = match &source {
        Source::Server(client) => Some(client),
        Source::Folder(_) => None,
    };
    let alone = alone(shown)?;
    let is_alone = alone.is_some();
    let mut studio = Studio::open(stage, size, client, alone)?;
    if client.is_some() {
        studio.wait_for_live(Duration::from_secs(5));
    } else if is_alone {
        studio.listen(patience(shown));
    }
    Ok(studio)
}

fn still(render: &Render) -> Result<(), TwinError> {
    let began = std::time::Instant::now();
    let mut studio = studio(&render.shown, render.size, 0.0)?;
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
    let mut studio = studio(&args.shown, args.size, args.hours.unwrap_or(0.0))?;
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
    let luminaires = luminaires(&args.shown, &source, &mut model)?;
    studies::stand(&args.shown.standing, &mut model)?;
    tell(&model, args.shown.language);
    let (mut live, mut estimates) = (LiveState::default(), Estimates::default());
    let wall = twin::clock::wall_now();
    let clock = match &args.shown.time {
        Some(time) => VirtualClock::paused(twin::clock::parse_time(time)?),
        None => VirtualClock::live(wall),
    };
    if let Source::Server(client) = &source {
        // A server without feeds describes its buildings as well.
        let known = match twin::live::is_over(&clock, wall) {
            true => block_on(client.past(clock.now())),
            false => block_on(client.latest()),
        };
        match known {
            Ok(snapshot) => live.apply(LiveEvent::Snapshot(snapshot)),
            Err(error) => eprintln!("twin: {error}"),
        }
        if !twin::live::is_over(&clock, wall) {
            estimates.take(block_on(client.nowcast()));
        }
    }
    if let Some(alone) = alone(&args.shown)? {
        alone.gather(patience(&args.shown), &mut live, &mut estimates);
    }
    let (layer, id) = args.feature.split_once('/').unwrap_or(("buildings", &args.feature));
    let described = twin::inspect::describe(
        (&model, &luminaires),
        (layer, id),
        (&live, &estimates),
        clock.now(),
    );
    let described = described.ok_or_else(|| {
        TwinError::Picture(format!("the scene has no feature '{id}' of a layer '{layer}'"))
    })?;
    println!("{described:#}");
    Ok(())
}
