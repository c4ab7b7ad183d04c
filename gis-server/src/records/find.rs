//! Which records are wanted.

use city::{Bbox, Interval, text::fold};

use crate::{error::Problem, http::query::Query, state::App, store::LayerView};

/// The parameters of a search.
pub(super) const PARAMETERS: [&str; 8] =
    ["q", "type", "theme", "ids", "bbox", "datetime", "limit", "offset"];

/// Records on a page where nothing is said, and at most.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// What is asked.
#[derive(Debug)]
pub(super) struct Wish {
    /// Folded; one is enough.
    words: Vec<String>,
    types: Option<Vec<String>>,
    themes: Option<Vec<String>>,
    ids: Option<Vec<String>>,
    bbox: Option<Bbox>,
    time: Option<Interval>,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

impl Wish {
    /// Reads the parameters.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let words = query.get("q").unwrap_or_default().split(',').map(fold);
        let limit = query.positive("limit")?.map_or(USUAL, |n| usize::try_from(n).unwrap_or(MOST));
        let offset = match query.get("offset") {
            None => 0,
            Some(text) => text.parse().map_err(|_| {
                Problem::parameter(
                    "offset",
                    "phải là số nguyên từ 0",
                    "must be a whole number from 0",
                )
            })?,
        };
        // A form that is sent with nothing in a field wants nothing of it.
        let names = |name: &str| query.names(name).filter(|names| !names.is_empty());
        Ok(Self {
            words: words
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect(),
            types: names("type"),
            themes: names("theme"),
            ids: names("ids"),
            bbox: query.lon_lat_box()?,
            time: query.datetime()?,
            limit: limit.min(MOST),
            offset,
        })
    }

    /// Whether a layer's record is wanted.
    pub(super) fn takes(&self, app: &App, view: &LayerView) -> bool {
        let layer = view.layer();
        let among = |wanted: &Option<Vec<String>>, own: &[&str]| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|one| own.contains(&one.as_str())))
        };
        let theme = serde_json::to_value(layer.theme).ok();
        let theme = theme.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        let is_there = |bbox: &Bbox| layer.bbox.is_some_and(|own| own.intersects(bbox));
        among(&self.ids, &[layer.id.as_str()])
            && among(&self.types, &["dataset"])
            && among(&self.themes, &[theme, layer.role.name()])
            && self.bbox.as_ref().is_none_or(is_there)
            && self.time.is_none_or(|time| app.extents.of(view).intersects(&time))
            && self.speaks_of(view)
    }

    fn speaks_of(&self, view: &LayerView) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let layer = view.layer();
        let mut texts = vec![layer.id.as_str(), &layer.source, &layer.attribution];
        let titles = [layer.role.title(), layer.theme.title()];
        let own = [&layer.title, &layer.description, &titles[0], &titles[1]];
        texts.extend(own.iter().flat_map(|title| [title.vi.as_str(), title.en.as_str()]));
        texts.extend(view.properties().flat_map(|p| [p.title.vi.as_str(), p.title.en.as_str()]));
        let folded = fold(&texts.join("\n"));
        self.words.iter().any(|word| folded.contains(word.as_str()))
    }
}
