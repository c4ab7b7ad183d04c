//! `FILTER` and `CQL_FILTER`: CQL2 as on items, for all layers of a map or for each of them.

use std::sync::Arc;

use city::Crs;

use super::request::CITY;
use crate::{
    cql2::Language,
    filter::Filter,
    ogc::{features::params::crs_of, filtering::Asked},
    ows::{Exception, Kvp, kvp::shown},
    store::LayerView,
};

/// The filters of a request, read and not yet resolved against its layers.
pub(super) enum Filters<'q> {
    /// None.
    Nothing,
    /// One for every layer.
    All(&'static str, Asked),
    /// One for each name in `LAYERS`, as GeoServer's clients send them: separated by semicolons, `INCLUDE` or
    /// nothing for a layer that is shown whole.
    Each(Vec<(&'q str, Option<Asked>)>),
}

impl<'q> Filters<'q> {
    /// Reads the filters of a request.
    pub(super) fn read(kvp: &'q Kvp) -> Result<Self, Exception> {
        let filter = kvp.text("filter");
        let Some(text) = kvp.text("cql_filter") else {
            let Some(text) = filter else { return Ok(Self::Nothing) };
            if text.trim_start().trim_start_matches('(').starts_with('<') {
                return Err(Exception::new(
                    "OptionNotSupported",
                    "filter ở đây là CQL2, không phải XML; /wfs nhận bộ lọc FES",
                    "filter is CQL2 here, not XML; /wfs takes filters of FES",
                )
                .about("filter"));
            }
            return Ok(Self::All("filter", one(kvp, "filter", text)?));
        };
        if filter.is_some() {
            return Err(Exception::invalid(
                "cql_filter",
                "hãy dùng filter hoặc cql_filter, không cùng lúc cả hai",
                "give filter or cql_filter, not both",
            ));
        }
        let parts = parts(text);
        if let [text] = parts[..] {
            return Ok(match is_whole(text) {
                true => Self::Nothing,
                false => Self::All("cql_filter", one(kvp, "cql_filter", text)?),
            });
        }
        let layers = kvp.list("layers").unwrap_or_default();
        if parts.len() != layers.len() {
            let (filters, layers) = (parts.len(), layers.len());
            return Err(Exception::invalid(
                "cql_filter",
                format!("có {filters} bộ lọc cho {layers} lớp; hãy ghi một, hoặc một cho mỗi lớp"),
                format!("{filters} filters for {layers} layers; give one, or one for each"),
            ));
        }
        let each = layers.into_iter().zip(parts).enumerate().map(|(n, (layer, text))| {
            let asked = match is_whole(text) {
                true => None,
                false => Some(one(kvp, &format!("cql_filter[{}]", n + 1), text)?),
            };
            Ok((layer, asked))
        });
        Ok(Self::Each(each.collect::<Result<_, Exception>>()?))
    }

    /// What must be true of the features of each view, by the name under which it was asked for.
    pub(super) fn bind(
        &self,
        views: &[LayerView],
        names: &[String],
    ) -> Result<Vec<Option<Arc<Filter>>>, Exception> {
        match self {
            Self::Nothing => Ok(Vec::new()),
            Self::All(parameter, asked) => {
                asked.bind_all(views).map_err(|problem| Exception::from(problem).about(*parameter))
            }
            Self::Each(each) => {
                let bind = |(view, name): (&LayerView, &String)| {
                    let Some((_, asked)) = each.iter().find(|(layer, _)| layer == name) else {
                        return Err(not_among(name));
                    };
                    let Some(asked) = asked else { return Ok(None) };
                    // Of the whole city, rasters stay as they are.
                    if name == CITY && view.layer().schema().is_none() {
                        return Ok(None);
                    }
                    let bound = asked.bind_all(std::slice::from_ref(view));
                    let bound = bound.map_err(|problem| wrong(problem.into()))?;
                    Ok(bound.into_iter().next().flatten())
                };
                views.iter().zip(names).map(bind).collect()
            }
        }
    }
}

fn wrong(exception: Exception) -> Exception {
    exception.about("cql_filter")
}

fn not_among(name: &str) -> Exception {
    let name = shown(name);
    Exception::invalid(
        "query_layers",
        format!("'{name}' không có trong layers, nên không rõ bộ lọc nào là của nó"),
        format!("'{name}' is not among layers, so that it is not known which filter is its own"),
    )
}

fn one(kvp: &Kvp, parameter: &str, text: &str) -> Result<Asked, Exception> {
    let language = match kvp.get("filter-lang") {
        None => Language::default(),
        Some(name) => Language::from_name(name).ok_or_else(|| {
            Exception::invalid(
                "filter-lang",
                "phải là cql2-text hoặc cql2-json",
                "must be cql2-text or cql2-json",
            )
        })?,
    };
    let crs: Result<Crs, _> = crs_of(kvp.get("filter-crs"), "filter-crs");
    let crs = crs.map_err(|problem| Exception::from(problem).about("filter-crs"))?;
    let asked = Asked::parsed(parameter, language, crs, text);
    asked.map_err(|problem| Exception::from(problem).about(parameter))
}

fn is_whole(text: &str) -> bool {
    text.trim().is_empty() || text.trim().eq_ignore_ascii_case("include")
}

/// The parts of a list, which semicolons in texts and names do not separate.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let mut quote = None;
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match quote {
            _ if is_escaped => is_escaped = false,
            Some(_) if letter == '\\' => is_escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None if letter == ';' => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            None => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_texts_and_names_separate_nothing() {
        assert_eq!(parts("a = 1"), ["a = 1"]);
        assert_eq!(parts("a = 1;INCLUDE;"), ["a = 1", "INCLUDE", ""]);
        assert_eq!(parts("a = 'x;y';\"b;c\" = 2"), ["a = 'x;y'", "\"b;c\" = 2"]);
        assert_eq!(parts(r"a = 'it''s;1';b = 'o\';2'"), [r"a = 'it''s;1'", r"b = 'o\';2'"]);
    }
}
