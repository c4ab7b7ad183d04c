//! A picture of a map, from asking to bytes.

use std::sync::Arc;

use city::Layer;
use tiny_skia::PathBuilder;

use super::{Composition, Wanted, compose::Style};
use crate::{
    error::{Problem, chain},
    http::work::{Stop, in_turn},
    render::{
        Colour, Drawing, Frame, PictureFormat, RenderError, Source,
        canvas::{Canvas, Nib, add_ring},
        fonts::Writer,
        legend::{self, Language},
        map::Matter,
        style::Look,
    },
    state::App,
    store::LayerView,
    styles::credits,
    tiles::pyramid::Pyramid,
};

/// What lies under a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Paper {
    /// The paper of the style, where it has one; else nothing.
    OfStyle,
    /// A colour, or nothing where it is wholly clear.
    Plain(Colour),
}

/// A picture that is asked for.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Which layers.
    pub composition: Composition,
    /// How they are drawn.
    pub style: Style,
    /// Where.
    pub frame: Frame,
    /// On what.
    pub paper: Paper,
    /// Which features.
    pub wanted: Wanted,
    /// Whether it is looked at by itself, and no tile of several.
    pub is_alone: bool,
}

impl Sheet {
    /// Whether a picture that is asked for by its edges is looked at by itself: who asks for small squares
    /// puts them side by side.
    pub fn is_alone(frame: &Frame) -> bool {
        /// The side of the largest tiles that clients ask for.
        const TILE_PX: u32 = 512;
        frame.width.max(frame.height) > TILE_PX
    }
}

/// Draws a sheet when it is its turn, and makes something of the picture on the same thread.
///
/// # Errors
/// 400 for too many features and for a filter that takes too much; 500 for a raster that cannot be read.
pub async fn draw<T: Send + 'static>(
    app: &App,
    sheet: Sheet,
    finish: impl FnOnce(&App, &Sheet, Canvas) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let mut pyramids: Vec<Option<Arc<Pyramid>>> = Vec::new();
    for view in sheet.composition.views() {
        let has_features = view.layer().schema().is_some();
        let is_drawn = has_features && shows(&sheet, view.layer());
        pyramids.push(if is_drawn { Some(app.tiles.pyramid(view).await) } else { None });
    }
    let own = app.clone();
    in_turn(&app.maps.turns, move |stop| {
        let canvas = drawn(&own, &sheet, pyramids, stop)?;
        finish(&own, &sheet, canvas)
    })
    .await
}

/// Whether a layer is drawn at the zoom of a sheet.
fn shows(sheet: &Sheet, layer: &Layer) -> bool {
    sheet.style.layers.iter().any(|style| {
        style.collection.as_deref() == Some(layer.id.as_str())
            && style.is_drawn_at(sheet.frame.zoom)
    })
}

fn drawn(
    app: &App,
    sheet: &Sheet,
    pyramids: Vec<Option<Arc<Pyramid>>>,
    stop: &Stop,
) -> Result<Canvas, Problem> {
    let mut sources = Vec::new();
    for (n, (view, pyramid)) in sheet.composition.views().iter().zip(pyramids).enumerate() {
        if let Some(mut source) = source(app, sheet, view, pyramid)? {
            let filter = sheet.wanted.of(n, stop);
            source.filter = filter.map(|(filter, bounds)| (Arc::clone(filter), bounds));
            sources.push(source);
        }
    }
    let (paper, has_own) = match sheet.paper {
        Paper::OfStyle => (Colour::CLEAR, true),
        Paper::Plain(colour) => (colour, false),
    };
    let layers: Vec<_> = sheet
        .style
        .layers
        .iter()
        .filter(|layer| has_own || !matches!(layer.look, Look::Background(_)))
        .cloned()
        .collect();
    let drawing = Drawing {
        frame: &sheet.frame,
        paper,
        layers: &layers,
        sources: &sources,
        time: sheet.wanted.time,
        // Without fonts the map is drawn without names; the log says so.
        fonts: app.maps.letters.get().ok(),
        is_alone: sheet.is_alone,
    };
    crate::render::draw(&drawing, stop).map_err(|error| to_problem(&error))
}

fn source(
    app: &App,
    sheet: &Sheet,
    view: &LayerView,
    pyramid: Option<Arc<Pyramid>>,
) -> Result<Option<Source>, Problem> {
    let layer = view.layer();
    if let Some(pyramid) = pyramid {
        return Ok(Some(Source::features(view.clone(), pyramid)));
    }
    if layer.schema().is_some() || !shows(sheet, layer) {
        return Ok(None);
    }
    let opened = app.rasters.open(&app.config.data, layer);
    let cog = opened.map_err(|error| Problem::internal(&error))?;
    Ok(Some(Source { view: view.clone(), matter: Matter::Raster(cog), filter: None }))
}

/// What a map that could not be drawn is answered with.
pub fn to_problem(error: &RenderError) -> Problem {
    match error {
        RenderError::TooMany { most } => Problem::bad_request(
            format!(
                "Trong khung ảnh có hơn {most} đối tượng; hãy hỏi ít lớp hơn hoặc vùng nhỏ hơn."
            ),
            error.to_string(),
        ),
        RenderError::Store(error) => Problem::from(error),
        RenderError::NoRoom => Problem::bad_request(
            "Không đủ bộ nhớ cho ảnh lớn như vậy.",
            "A picture of this size cannot be held.",
        ),
        RenderError::Stopped => Problem::unavailable(
            "Việc vẽ đã dừng vì không còn ai chờ.",
            "Drawing stopped since nobody waited.",
            1,
        ),
        other => {
            tracing::error!(error = %chain(other), "a map could not be drawn");
            Problem::fault()
        }
    }
}

/// Writes a picture as a file that says where its data came from.
///
/// # Errors
/// 500 when it cannot be written.
pub fn encode(sheet: &Sheet, canvas: Canvas, format: PictureFormat) -> Result<Vec<u8>, Problem> {
    let layers: Vec<&Layer> = sheet.composition.views().iter().map(LayerView::layer).collect();
    let mut notes = vec![("Software", format!("Dothi {}", env!("CARGO_PKG_VERSION")))];
    let credits = credits(&layers);
    if !credits.is_empty() {
        notes.push(("Copyright", credits));
    }
    format.encode(canvas, &notes).map_err(|error| Problem::internal(&error))
}

/// Writes in a corner where the data came from, and whether it is made up.
pub fn sign(app: &App, sheet: &Sheet, canvas: &mut Canvas) {
    /// Size of its letters, in pixels of the styles.
    const SIZE: f32 = 10.0;
    let shown = sheet.composition.views().iter().map(LayerView::layer);
    let layers: Vec<&Layer> = shown.filter(|layer| shows(sheet, layer)).collect();
    let text = credits(&layers);
    let (Ok(fonts), false) = (app.maps.letters.get(), text.is_empty()) else { return };
    let mut writer = Writer::new(fonts);
    let (width, height) = (canvas.size().0 as f32, canvas.size().1 as f32);
    let (letters, length) = writer.line(&text, (false, false), 0.0);
    // A narrow picture has it smaller, so that all of it is read.
    let size = (SIZE * sheet.frame.ratio).min((width - 8.0) / length.max(1.0));
    let left = width - length * size - 4.0;
    let (top, base) = (height - size * 1.5, height - size * 0.42);
    let mut panel = PathBuilder::new();
    let corners = [[left - 4.0, top], [width, top], [width, height], [left - 4.0, height]];
    add_ring(&mut panel, &corners, true);
    if let Some(panel) = panel.finish() {
        canvas.fill(&panel, Colour::WHITE.faded(0.78));
    }
    let mut path = PathBuilder::new();
    for placed in letters {
        let at = [left + placed.at * size, base];
        writer.draw(&mut path, ((false, false), placed.letter), size, at, 0.0);
    }
    if let Some(path) = path.finish() {
        canvas.stroke(&path, &Nib::round(0.01), Colour::CLEAR);
        canvas.letters(&path, Colour::rgb(0x44, 0x40, 0x3a));
    }
}

/// The legend of a map as a picture.
///
/// # Errors
/// 503 where no font is installed; 500 when it cannot be written.
pub fn legend_picture(
    app: &App,
    composition: &Composition,
    language: Language,
    ratio: f32,
    (paper, format): (Colour, PictureFormat),
) -> Result<Vec<u8>, Problem> {
    let fonts = app.maps.letters.get().map_err(|error| {
        Problem::unavailable(
            "Máy chủ chưa có phông chữ tiếng Việt nên không vẽ được chú giải; hãy cài fonts-noto-core hoặc fonts-croscore.",
            error.to_string(),
            60,
        )
    })?;
    let groups = super::legend_of(app, composition).into_iter().map(|(title, rows)| {
        let name = match language {
            Language::Vi => title.vi,
            Language::En => title.en,
        };
        (name, rows)
    });
    let groups: Vec<_> = groups.collect();
    let canvas = legend::draw(&groups, fonts, language, ratio, paper);
    let canvas = canvas.ok_or_else(Problem::fault)?;
    format.encode(canvas, &[]).map_err(|error| Problem::internal(&error))
}
