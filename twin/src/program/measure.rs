//! How fast the twin is here: `twin measure`.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use bevy::prelude::*;
use city::Role;
use serde_json::{Value, json};
use twin::{
    TwinError, clock::VirtualClock, headless::Studio, live::LiveFeed, model::CityModel,
    remote::LiveEvent,
};

use crate::args::Measure;

/// Frames of the schedule without drawing.
const TURNS: usize = 200;
/// Values that change at once.
const CHANGES: usize = 1000;

/// Load, frames, the schedule alone, and what changes cost, as JSON.
pub(crate) fn measure(args: &Measure) -> Result<Value, TwinError> {
    let began = Instant::now();
    let (stage, _) = super::stage(&args.shown, 0.0)?;
    let read_s = began.elapsed().as_secs_f64();
    let model = stage.model.clone();
    let drawing = Instant::now();
    let mut studio = Studio::open(stage, args.size, None, None)?;
    studio.shoot()?;
    let first_s = read_s + drawing.elapsed().as_secs_f64();
    let frames = studio.time_frames(args.frames as usize);
    let features = |role: Role| model.of(role).map(|layer| layer.features.len()).sum::<usize>();
    let (lit, device) = (studio.lit_lamps(), studio.device());
    // The city is read once more for what follows, which is not the program's to hold.
    let memory_mb = memory_mb();
    drop(studio);
    let (schedule, changed) = without_drawing(&args.shown)?;
    Ok(json!({
        "device": device,
        "size": format!("{} × {}", args.size.0, args.size.1),
        "buildings": features(Role::Buildings),
        "lamps": features(Role::Lamps),
        "lamps_that_cast_light": lit,
        "read_s": round(read_s),
        "first_picture_s": round(first_s),
        "frame_ms": spread(frames),
        "schedule_without_drawing_ms": spread(schedule),
        "per_1000_changes_ms": changed.map(round),
        "memory_mb": memory_mb,
    }))
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Median and ninth decile, ms.
fn spread(mut times: Vec<Duration>) -> Value {
    times.sort_unstable();
    let at = |part: f64| {
        let index = ((times.len().max(1) - 1) as f64 * part).round() as usize;
        times.get(index).map(|time| round(time.as_secs_f64() * 1000.0))
    };
    json!({ "median": at(0.5), "p90": at(0.9), "frames": times.len() })
}

/// Frames of everything that draws nothing, the clock sixty times as fast; and what a thousand changes of lamps add
/// to one, ms.
fn without_drawing(shown: &crate::args::Shown) -> Result<(Vec<Duration>, Option<f64>), TwinError> {
    let (stage, _) = super::stage(shown, 0.0)?;
    let model = stage.model.clone();
    let (sender, receiver) = mpsc::channel();
    let mut app = App::new();
    app.add_plugins(MinimalPlugins);
    stage.into_world(&mut app, false, false);
    app.insert_resource(LiveFeed::new(receiver));
    app.world_mut().resource_mut::<VirtualClock>().set_pace(twin::clock::Pace::Rate(60.0));
    let mut turn = || {
        let began = Instant::now();
        app.update();
        began.elapsed()
    };
    for _ in 0..10 {
        turn();
    }
    let turns: Vec<Duration> = (0..TURNS).map(|_| turn()).collect();
    let mut sorted = turns.clone();
    sorted.sort_unstable();
    let usual = sorted.get(TURNS / 2).copied().unwrap_or_default();
    let Some((snapshot, mut changes)) = changes(&model) else { return Ok((turns, None)) };
    let gone = |_| TwinError::Picture("the feed is gone".into());
    sender.send(snapshot).map_err(gone)?;
    turn();
    let mut costs = Vec::new();
    for _ in 0..11 {
        sender.send(changes()).map_err(gone)?;
        costs.push(turn().saturating_sub(usual));
    }
    costs.sort_unstable();
    Ok((turns, costs.get(5).map(|cost| cost.as_secs_f64() * 1000.0)))
}

/// A thousand lamps (or as many as there are, each as often as it takes) as Things, and their news, again and again
/// otherwise.
fn changes(model: &CityModel) -> Option<(LiveEvent, impl FnMut() -> LiveEvent)> {
    let lamps: Vec<_> = model
        .of(Role::Lamps)
        .flat_map(|layer| layer.features.iter().map(move |it| (layer, it)))
        .take(CHANGES)
        .collect();
    let things = lamps.iter().enumerate().map(|(k, (layer, feature))| {
        json!({
            "geometry": { "coordinates": [0.0, 0.0] },
            "properties": {
                "thing": k, "name": "", "role": "lamps", "layer": layer.id,
                "feature": feature.id.to_string(),
                "values": [{
                    "datastream": k, "property": "", "unit": "%",
                    "definition": "urn:dothi:observed-property:lamp-dim-level",
                    "time": "2026-01-01T00:00:00Z", "result": 100.0,
                }],
            },
        })
    });
    let document = json!({ "seq": 1, "features": things.collect::<Vec<_>>() });
    let snapshot = serde_json::from_value(document).ok().filter(|_| !lamps.is_empty())?;
    let (count, mut level) = (lamps.len(), 100.0);
    let news = move || {
        level = if level > 50.0 { 30.0 } else { 80.0 };
        let items = (0..CHANGES).map(|k| {
            let k = k % count;
            json!({ "thing": k, "datastream": k, "time": "2026-01-01T00:00:01Z", "result": level })
        });
        let items = Value::Array(items.collect());
        LiveEvent::Observations(serde_json::from_value(items).unwrap_or_default())
    };
    Some((LiveEvent::Snapshot(snapshot), news))
}

/// The most memory that the program has held, MB; `None` where the system does not say.
fn memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}
