//! Cells of rasters as answers, of layers and of what runs left.

use std::{ops::Deref, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use datasets::read::Cog;
use serde_json::Value as Json;
use tempfile::TempDir;

use super::{NETCDF, TIFF, subset};
use crate::{
    coverage::{self, CoverageError, Moment, Most, Parameter, Part, Scale},
    edr::{COVERAGE_JSON, line_of},
    error::{Problem, chain},
    exchange::{self, ExchangeError},
    http::{
        ask::Ask,
        query::Query,
        work::{self, Stop},
    },
    ogc::features::downloads::no_file,
};

/// Cells a side that may become one.
const MOST_FACTOR: usize = 1024;

/// How fine the cells are asked for.
///
/// # Errors
/// 400 that names the parameter.
pub(crate) fn scale(query: &Query) -> Result<Scale, Problem> {
    let size =
        ["scale-size", "scaleSize"].into_iter().find_map(|name| Some((name, query.get(name)?)));
    let factor = query.positive("scale-factor")?;
    let Some((name, text)) = size else {
        let factor = factor.map_or(1, |it| usize::try_from(it).unwrap_or(usize::MAX));
        let (vi, en) = (format!("tối đa {MOST_FACTOR}"), format!("must be {MOST_FACTOR} at most"));
        return match factor > MOST_FACTOR {
            true => Err(Problem::parameter("scale-factor", vi, en)),
            false => Ok(Scale::Factor(factor)),
        };
    };
    let wrong = || {
        Problem::parameter(
            name,
            "hãy ghi Lon(số-cột),Lat(số-hàng), không đi cùng scale-factor",
            "write Lon(columns),Lat(rows), not with scale-factor",
        )
    };
    let (cols, rows) = subset::size(text).filter(|_| factor.is_none()).ok_or_else(wrong)?;
    Ok(Scale::Size(cols, rows))
}

/// A form in which cells are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A CoverageJSON document.
    Document,
    /// A GeoTIFF.
    Tiff,
    /// A NetCDF file.
    NetCdf,
}

impl Form {
    const ALL: [(&'static str, Self); 3] =
        [("covjson", Self::Document), ("tiff", Self::Tiff), ("netcdf", Self::NetCdf)];

    /// The one that `f` names of those that are offered; a document where it is left out.
    ///
    /// # Errors
    /// 400 that lists them.
    pub(crate) fn read(query: &Query, offered: &[Self]) -> Result<Self, Problem> {
        let offered = Self::ALL.into_iter().filter(|(_, form)| offered.contains(form));
        let Some(text) = query.get("f") else { return Ok(Self::Document) };
        // Clients of EDR write names of formats as `CoverageJSON`, `NetCDF`.
        let text = text.to_ascii_lowercase().replace("coveragejson", "covjson");
        let found = offered.clone().find(|(name, _)| *name == text);
        found.map(|(_, form)| form).ok_or_else(|| {
            let names = offered.map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            let (vi, en) =
                (format!("phải là một trong: {names}"), format!("must be one of {names}"));
            Problem::parameter("f", vi, en)
        })
    }
}

/// Cells as CoverageJSON, GeoTIFF or NetCDF, as `f` says.
///
/// # Errors
/// 400 where there are too many, or none; 500 where the file cannot be read; 501 where no NetCDF is written.
pub(crate) async fn cells(
    ask: &Ask,
    cog: impl Deref<Target = Cog> + Send + 'static,
    parameter: Parameter,
    part: Part,
    scale: Scale,
) -> Result<Response, Problem> {
    let form = Form::read(&ask.query, &[Form::Document, Form::Tiff, Form::NetCdf])?;
    if form == Form::NetCdf {
        let read = move |_: &Stop| {
            let raster = coverage::part(&cog, &part, scale, Most::Written);
            let raster = raster.map_err(|error| refused(&error))?;
            Ok(vec![Moment { time: None, raster }])
        };
        return netcdf(ask, parameter, read).await;
    }
    if form == Form::Tiff {
        let file = work::blocking(move || {
            let raster = coverage::part(&cog, &part, scale, Most::Written);
            raster.and_then(|raster| coverage::tiff(&raster)).map_err(|error| refused(&error))
        });
        let fields = [(header::CONTENT_TYPE, HeaderValue::from_static(TIFF))];
        return Ok(ask.marked((fields, Body::from(file.await?)).into_response()));
    }
    let document = work::blocking(move || {
        let raster =
            coverage::part(&cog, &part, scale, Most::Told).map_err(|error| refused(&error))?;
        Ok(coverage::grid(&raster, &parameter))
    });
    told(ask, &document.await?)
}

/// Cells as a NetCDF file, which the program `datasets` writes while the caller waits; `read` gives them.
///
/// # Errors
/// Those of `read`; 501 where the program, or GDAL's driver, is not here.
pub(crate) async fn netcdf(
    ask: &Ask,
    parameter: Parameter,
    read: impl FnOnce(&Stop) -> Result<Vec<Moment>, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let app = ask.app.clone();
    if !app.exchange.is_there() {
        return Err(no_file(&ExchangeError::NoProgram));
    }
    let name = format!("attachment; filename=\"{}.nc\"", parameter.key);
    let turns = Arc::clone(&app.exchange.turns);
    let made = work::in_turn(&turns, move |stop| {
        let moments = read(stop)?;
        let scratch = TempDir::with_prefix("dothi-").map_err(|error| Problem::internal(&error))?;
        let is_over = || stop.is_set();
        exchange::netcdf(&app.exchange, scratch.path(), &moments, &parameter, &is_over)
            .map_err(|error| no_file(&error))
    });
    let mut fields = HeaderMap::new();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(NETCDF));
    if let Ok(name) = HeaderValue::from_str(&name) {
        fields.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(ask.marked((fields, Body::from(made.await?)).into_response()))
}

/// The values along the line that `coords` names, as CoverageJSON.
///
/// # Errors
/// 400 where it is no line, or lies outside; 500 where the file cannot be read.
pub(crate) async fn profile(
    ask: &Ask,
    cog: impl Deref<Target = Cog> + Send + 'static,
    parameter: Parameter,
) -> Result<Response, Problem> {
    let line = line_of(&ask.query)?;
    let document = work::blocking(move || {
        let places = coverage::along_line(&cog, &line).map_err(|error| refused(&error))?;
        Ok(coverage::along(&places, &parameter))
    });
    told(ask, &document.await?)
}

/// A CoverageJSON document.
///
/// # Errors
/// 500.
pub(crate) fn told(ask: &Ask, document: &Json) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(document).map_err(|error| Problem::internal(&error))?;
    let fields = [(header::CONTENT_TYPE, HeaderValue::from_static(COVERAGE_JSON))];
    Ok(ask.marked((fields, Body::from(bytes)).into_response()))
}

/// Why cells are not given.
pub(crate) fn refused(error: &CoverageError) -> Problem {
    match error {
        CoverageError::Outside(covers) => Problem::bad_request(
            format!("Nằm ngoài raster, vốn phủ {covers} (tây, nam, đông, bắc)."),
            format!(
                "It lies outside of the raster, which covers {covers} (west, south, east, north)."
            ),
        ),
        CoverageError::TooMany { cells, most, factor } => Problem::bad_request(
            format!(
                "{cells} ô, nhiều hơn {most}: hỏi vùng nhỏ hơn, hoặc thêm scale-factor={factor}."
            ),
            chain(error),
        ),
        other => Problem::internal(other),
    }
}
