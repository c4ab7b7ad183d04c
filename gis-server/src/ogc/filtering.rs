//! OGC API - Features, Part 3: Filtering (19-079r2) with CQL2 (21-065): the parameters `filter`,
//! `filter-lang` and `filter-crs` of whatever shows features, and `/functions`.

use std::sync::Arc;

use axum::response::Response;
use city::{Crs, Layer, Title};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{Part, features::params::crs_of};
use crate::{
    cql2::{self, Cql2Error, Language, Node},
    error::Problem,
    filter::{
        Filter,
        functions::{FUNCTIONS, Function},
    },
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        base::Base,
        format::Format,
        link::Link,
        query::Query,
    },
    store::LayerView,
};

/// Filters, and the functions that they may call.
pub const PART: Part = Part {
    name: "OGC API - Features - Part 3: Filtering",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
        "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
        "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
        "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
        "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
        "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
        "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
        "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
        "http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
        "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
        "http://www.opengis.net/spec/cql2/1.0/conf/functions",
        "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
    ],
    landing_links,
    collection_links: no_links,
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(functions))]
struct Document;

fn landing_links(base: &Base) -> Vec<Link> {
    let link =
        Link::new("http://www.opengis.net/def/rel/ogc/1.0/functions", base.url("/functions"));
    vec![link.of_type(Format::Json.media_type()).titled("Hàm của bộ lọc · Functions of filters")]
}

fn no_links(_: &Base, _: &Layer) -> Vec<Link> {
    Vec::new()
}

/// The parameters that ask for a filter.
pub const PARAMETERS: [&str; 3] = ["filter", "filter-lang", "filter-crs"];

/// A filter as it was asked for, read and not yet resolved against a layer.
pub struct Asked {
    /// The parameter that it came in.
    parameter: String,
    node: Node,
    crs: Crs,
}

impl Asked {
    /// The filter of a request; `None` without one.
    ///
    /// # Errors
    /// 400 that names the parameter and the place in the filter.
    pub fn read(query: &Query) -> Result<Option<Self>, Problem> {
        Self::of("filter", |name| query.get(name))
    }

    /// As [`read`](Self::read), of parameters that are looked up in another way; the filter itself is the
    /// one that is called `parameter`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn of<'q>(
        parameter: &str,
        get: impl Fn(&str) -> Option<&'q str>,
    ) -> Result<Option<Self>, Problem> {
        let language = match get("filter-lang") {
            None => Language::default(),
            Some(name) => Language::from_name(name).ok_or_else(|| {
                Problem::parameter(
                    "filter-lang",
                    "phải là cql2-text hoặc cql2-json",
                    "must be cql2-text or cql2-json",
                )
            })?,
        };
        let crs = crs_of(get("filter-crs"), "filter-crs")?;
        get(parameter).map(|text| Self::parsed(parameter, language, crs, text)).transpose()
    }

    /// A filter from its text.
    ///
    /// # Errors
    /// 400 with the place in the text.
    pub fn parsed(
        parameter: &str,
        language: Language,
        crs: Crs,
        text: &str,
    ) -> Result<Self, Problem> {
        let node = cql2::parse(language, text).map_err(|error| wrong(parameter, &error))?;
        Ok(Self { parameter: parameter.to_owned(), node, crs })
    }

    /// The filter over a layer, as the viewer sees it.
    ///
    /// # Errors
    /// 400 that says where names or types do not fit.
    pub fn bind(&self, view: &LayerView) -> Result<Arc<Filter>, Problem> {
        let bound = Filter::bind(&self.node, self.crs, view);
        bound.map(Arc::new).map_err(|error| wrong(&self.parameter, &error))
    }

    /// The filter over each of a map's layers; rasters have no features and stay as they are.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); 400 where no layer has features.
    pub fn bind_all(&self, views: &[LayerView]) -> Result<Vec<Option<Arc<Filter>>>, Problem> {
        let has_features = |view: &LayerView| view.layer().schema().is_some();
        if !views.is_empty() && !views.iter().any(has_features) {
            return Err(Problem::parameter(
                &self.parameter,
                "không lớp nào ở đây có đối tượng để lọc",
                "no layer here has features to be filtered",
            ));
        }
        let bind = |view| if has_features(view) { self.bind(view).map(Some) } else { Ok(None) };
        views.iter().map(bind).collect()
    }
}

fn wrong(parameter: &str, error: &Cql2Error) -> Problem {
    let said = error.message();
    Problem::parameter(parameter, said.vi, said.en)
}

/// The functions that filters may call (19-079r2, 8.7).
#[derive(Debug, Serialize, ToSchema)]
pub struct Functions {
    /// Each of them.
    pub functions: Vec<FunctionDocument>,
    /// Where this document is.
    pub links: Vec<Link>,
}

/// A function that filters may call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionDocument {
    /// Its name; case makes no difference.
    pub name: &'static str,
    /// What it does, in Vietnamese.
    pub description: String,
    /// What it does, in both languages.
    #[serde(rename = "x-dothi-description")]
    #[schema(value_type = Object)]
    pub both: Title,
    /// What it takes, in order.
    pub arguments: Vec<ArgumentDocument>,
    /// Whether the last argument may stand several times.
    #[serde(rename = "x-dothi-repeats")]
    pub repeats: bool,
    /// Types of what it gives.
    pub returns: Vec<&'static str>,
}

/// An argument of a function.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArgumentDocument {
    /// What it is called.
    pub title: &'static str,
    /// Types that it may have.
    #[serde(rename = "type")]
    pub kinds: Vec<&'static str>,
}

impl FunctionDocument {
    fn of(function: &Function) -> Self {
        let names = |kinds: &[crate::filter::Kind]| {
            let mut names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            names.dedup();
            names
        };
        let argument = |argument: &crate::filter::functions::Argument| ArgumentDocument {
            title: argument.name,
            kinds: names(argument.kinds),
        };
        let both = function.title();
        Self {
            name: function.name,
            description: both.vi.clone(),
            both,
            arguments: function.arguments.iter().map(argument).collect(),
            repeats: function.repeats,
            returns: names(function.returns),
        }
    }
}

/// The functions that filters may call.
#[utoipa::path(
    get, path = "/functions", tag = "Features", operation_id = "getFunctions",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "Functions, their arguments and what they give", body = Functions))
)]
pub async fn functions(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let document = Functions {
        functions: FUNCTIONS.iter().map(FunctionDocument::of).collect(),
        links: ask.own_links("/functions", format, &JSON_OR_PAGE),
    };
    ask.answer(format, &document, |document| html::collections::functions(&ask.base, document))
}
