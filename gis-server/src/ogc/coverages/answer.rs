//! Cells of rasters as answers, of layers and of what runs left.

use std::ops::Deref;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use datasets::read::Cog;
use serde_json::Value as Json;

use super::{TIFF, subset};
use crate::{
    coverage::{self, CoverageError, Most, Parameter, Part, Scale},
    edr::{COVERAGE_JSON, line_of},
    error::{Problem, chain},
    http::{ask::Ask, query::Query, work},
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

/// Cells as CoverageJSON or as GeoTIFF, as `f` says.
///
/// # Errors
/// 400 where there are too many, or none; 500 where the file cannot be read.
pub(crate) async fn cells(
    ask: &Ask,
    cog: impl Deref<Target = Cog> + Send + 'static,
    parameter: Parameter,
    part: Part,
    scale: Scale,
) -> Result<Response, Problem> {
    let is_file = match ask.query.get("f") {
        None | Some("covjson") => false,
        Some("tiff") => true,
        Some(_) => {
            let (vi, en) = ("phải là một trong: covjson, tiff", "must be one of covjson, tiff");
            return Err(Problem::parameter("f", vi, en));
        }
    };
    if is_file {
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
