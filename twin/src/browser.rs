//! The twin on a page: it reads the server that the page came from, and keeps the page's address in step
//! with what is shown, so that a link opens the same view here and on the web map.

mod opening;

use bevy::{
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
};

use crate::{
    app::{self, Stage},
    camera::{Link, Rig},
    clock::{Pace, VirtualClock, parse_time, wall_now},
    error::TwinError,
    flood::{self, FloodRun, FloodView},
    inspect::Picked,
    live::{Archive, Estimator, LiveFeed},
    panel::Selected,
    remote::{Client, listen},
    scene::City,
    source::Source,
    words::Language,
};

/// The element that the scene is drawn into, as a selector.
const CANVAS: &str = "#twin";
/// The address is written at most so often: browsers slow down pages that write it more.
const PAUSE_S: f64 = 0.4;

/// Reads the city and opens it on the page; what goes wrong is written on the page.
pub fn open() {
    std::panic::set_hook(Box::new(|info| page::fail(&info.to_string())));
    wasm_bindgen_futures::spawn_local(async {
        if let Err(error) = run().await {
            page::fail(&error.to_string());
        }
    });
}

async fn run() -> Result<(), TwinError> {
    let link = Link::parse(&page::hash());
    let client = Client::new(&page::server())?;
    let model = Source::Server(client.clone()).read().await?;
    let language = if link.is_english { Language::En } else { Language::Vi };
    let view = |framing| Ok(link.view(framing, page::height_px()));
    let mut stage = Stage::new(model, view, link.time.as_deref())?;
    stage.language = language;
    if let Some((run, minutes)) = &link.flood {
        // A run that cannot be had is no reason to show no city.
        match FloodRun::of_server(&client, run).await {
            Ok(run) => stage.flood = Some(at_minutes(run, *minutes)),
            Err(error) => page::warn(&error.to_string()),
        }
    }
    if let Some(source) = &link.proposal {
        let whole = if source.starts_with('/') { client.url(source) } else { source.clone() };
        match crate::proposals::open(&whole, &stage.model).await {
            Ok((proposals, troubles)) => {
                stage.proposals = proposals;
                troubles.iter().for_each(|it| page::warn(&it.to_string()));
            }
            Err(error) => page::warn(&error.to_string()),
        }
    }
    let mut app = App::new();
    let window = Window {
        canvas: Some(CANVAS.to_owned()),
        fit_canvas_to_parent: true,
        title: format!("Dothi 3D · {}", language.title(&stage.model.title)),
        ..Window::default()
    };
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: Some(window), ..WindowPlugin::default() })
            .set(app::quiet_log()),
    );
    app.add_plugins(bevy_egui::EguiPlugin::default());
    let view = stage.view.clone();
    stage.into_world(&mut app, true, true);
    app.insert_resource(LiveFeed::new(listen(client.clone())))
        .insert_resource(Archive(client.clone()))
        .insert_resource(Estimator(client.clone()))
        .insert_resource(Address { client, link, written: String::new(), next_s: 0.0 })
        .init_resource::<Coming>();
    app::add_drawing(&mut app, true);
    app.add_plugins(opening::OpeningPlugin);
    app.add_systems(Startup, move |mut commands: Commands<'_, '_>| {
        let hidden = Camera { is_active: false, ..Camera::default() };
        commands.spawn((app::camera(view.clone(), 8.0), hidden));
    });
    app.add_systems(PostStartup, take_feature)
        .add_systems(First, (take_run, read_address).chain())
        .add_systems(Last, write_address);
    app.run();
    Ok(())
}

/// A run at a minute; without one, at the middle of its time.
fn at_minutes(run: FloodRun, minutes: Option<u32>) -> (FloodRun, f64) {
    let hours = minutes.map_or(run.hours() / 2.0, |minutes| f64::from(minutes) / 60.0);
    (run, hours)
}

/// The page's address, as it was read or written last.
#[derive(Resource)]
struct Address {
    client: Client,
    link: Link,
    written: String,
    next_s: f64,
}

/// A run that an address named and that is being read, and the minute of it that is wanted.
#[derive(Default, Resource)]
struct Coming(Option<(Task<Result<FloodRun, TwinError>>, Option<u32>)>);

/// Selects the feature that the first address names.
fn take_feature(
    address: Res<'_, Address>,
    city: Res<'_, City>,
    mut selected: ResMut<'_, Selected>,
) {
    if let Some((layer, id)) = &address.link.feature {
        selected.0 = city.find(layer, id);
    }
}

fn take_run(mut commands: Commands<'_, '_>, mut coming: ResMut<'_, Coming>) {
    let Some((task, minutes)) = &mut coming.0 else { return };
    let Some(outcome) = check_ready(task) else { return };
    match outcome {
        Ok(run) => {
            let (run, hours) = at_minutes(run, *minutes);
            commands.insert_resource(FloodView::new(run, hours));
        }
        Err(error) => page::warn(&error.to_string()),
    }
    coming.0 = None;
}

/// Follows an address that somebody else has changed: the page's own buttons, or a link within it.
#[expect(clippy::too_many_arguments, reason = "a system names what it changes")]
fn read_address(
    mut commands: Commands<'_, '_>,
    mut address: ResMut<'_, Address>,
    mut coming: ResMut<'_, Coming>,
    mut clock: ResMut<'_, VirtualClock>,
    mut language: ResMut<'_, Language>,
    mut selected: ResMut<'_, Selected>,
    city: Res<'_, City>,
    flood: Option<ResMut<'_, FloodView>>,
    mut rigs: Query<'_, '_, &mut Rig>,
) {
    let hash = page::hash();
    if address.written.is_empty() || hash == address.written {
        return;
    }
    let link = Link::parse(&hash);
    if link.camera.is_some() && link.camera != address.link.camera {
        for mut rig in &mut rigs {
            rig.view = link.view(rig.view.clone(), page::height_px());
        }
    }
    if link.time != address.link.time {
        match link.time.as_deref().map(parse_time) {
            Some(Ok(instant)) => *clock = VirtualClock::paused(instant),
            Some(Err(error)) => page::warn(&error.to_string()),
            None => *clock = VirtualClock::live(wall_now()),
        }
    }
    if link.is_english != address.link.is_english {
        *language = if link.is_english { Language::En } else { Language::Vi };
    }
    if link.feature != address.link.feature {
        selected.0 = link.feature.as_ref().and_then(|(layer, id)| city.find(layer, id));
    }
    match (&link.flood, flood) {
        (Some((run, minutes)), Some(mut shown)) if shown.run.name == *run => {
            if let Some(minutes) = minutes {
                shown.hours = f64::from(*minutes) / 60.0;
            }
        }
        (Some((run, minutes)), _) => {
            let (client, run) = (address.client.clone(), run.clone());
            let task = async move { FloodRun::of_server(&client, &run).await };
            coming.0 = Some((AsyncComputeTaskPool::get().spawn(task), *minutes));
        }
        (None, Some(_)) => flood::close(&mut commands),
        (None, None) => {}
    }
    address.written = hash;
    address.link = link;
}

/// Writes what is shown into the address.
#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn write_address(
    time: Res<'_, Time<Real>>,
    mut address: ResMut<'_, Address>,
    coming: Res<'_, Coming>,
    clock: Res<'_, VirtualClock>,
    language: Res<'_, Language>,
    selected: Res<'_, Selected>,
    city: Res<'_, City>,
    flood: Option<Res<'_, FloodView>>,
    rigs: Query<'_, '_, &Rig>,
) {
    let now_s = time.elapsed_secs_f64();
    if now_s < address.next_s || coming.0.is_some() {
        return;
    }
    address.next_s = now_s + PAUSE_S;
    let mut link = address.link.clone();
    if let Some(rig) = rigs.iter().next() {
        link.set_view(&rig.view, page::height_px());
    }
    let is_live = clock.pace() == Pace::Live;
    link.time = (!is_live).then(|| clock.local().strftime("%Y-%m-%dT%H:%M:%S").to_string());
    link.is_english = *language == Language::En;
    link.feature = selected.0.and_then(|pick| match pick.what {
        Picked::Feature(layer, feature) => {
            let layer = city.layers.get(layer)?;
            Some((layer.id.clone(), layer.features.get(feature)?.id.to_string()))
        }
        Picked::Ground => None,
    });
    link.flood = flood.map(|flood| {
        let minutes = (flood.hours * 60.0).round().max(0.0) as u32;
        (flood.run.name.clone(), Some(minutes))
    });
    let text = link.text();
    if text != address.written {
        page::set_hash(&text);
        // As the browser gives it back.
        address.written = page::hash();
    }
    address.link = link;
}

/// The page around the scene: `twin/page/index.html`.
pub(crate) mod page {
    use web_sys::{Document, Element, Window};

    fn window() -> Option<Window> {
        web_sys::window()
    }

    fn document() -> Option<Document> {
        window()?.document()
    }

    fn element(id: &str) -> Option<Element> {
        document()?.get_element_by_id(id)
    }

    /// The address's part from `#` on; empty without one.
    pub(super) fn hash() -> String {
        window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
    }

    pub(super) fn set_hash(hash: &str) {
        let history = window().and_then(|window| window.history().ok());
        if let Some(history) = history {
            // Refused only to pages that write too often; the next one stands for it.
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(hash));
        }
    }

    /// Where the server is: the page's address up to its last part.
    pub(crate) fn server() -> String {
        let location = window().map(|window| window.location());
        let part = |part: Option<Result<String, _>>| part.and_then(Result::ok).unwrap_or_default();
        let origin = part(location.as_ref().map(web_sys::Location::origin));
        let path = part(location.as_ref().map(web_sys::Location::pathname));
        let above = path.trim_end_matches('/').trim_end_matches("/index.html");
        format!("{origin}{}", above.strip_suffix("/3d").unwrap_or_default())
    }

    /// Height of the scene in the page's pixels.
    pub(super) fn height_px() -> f64 {
        let height = element("twin").map(|canvas| canvas.client_height());
        height.filter(|height| *height > 0).map_or(720.0, f64::from)
    }

    /// How much of the city has been read: so many of so many parts.
    pub(crate) fn progress(done: usize, of: usize) {
        if let Some(bar) = element("bar") {
            let part = done as f64 / of.max(1) as f64;
            // Half of the bar is the program's own way here.
            let style = format!("width:{:.0}%", 50.0 + 50.0 * part);
            let _ = bar.set_attribute("style", &style);
        }
    }

    fn state(state: &str) {
        if let Some(body) = document().and_then(|document| document.body()) {
            let _ = body.set_attribute("data-state", state);
        }
    }

    /// The city stands there.
    pub(super) fn ready() {
        state("ready");
    }

    /// Something cannot be shown; the rest can.
    pub(super) fn warn(why: &str) {
        if let Some(line) = element("warning") {
            line.set_text_content(Some(why));
        }
    }

    /// Nothing can be shown.
    pub(super) fn fail(why: &str) {
        if let Some(line) = element("why") {
            line.set_text_content(Some(why));
        }
        state("failed");
    }
}
