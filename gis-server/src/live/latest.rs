//! `/live/latest`: every Thing with its latest values.

use axum::{extract::State, response::Response};

use super::{census::latest_document, fresh, sensing};
use crate::{
    error::Problem,
    http::{format::Format, query::Query, work::blocking},
    ogc::refusals::BadParameter,
    state::App,
};

/// Every Thing that has a place, with its latest values.
#[utoipa::path(
    get, path = "/live/latest", tag = "Live", operation_id = "getLatestValues",
    params(
        ("roles" = Option<String>, Query, description = "Only Things of these roles, separated by commas: gauges, stations, lamps, vehicles, …"),
        ("bbox" = Option<String>, Query, description = "Only inside this box: west,south,east,north in longitude and latitude"),
    ),
    responses(
        (status = 200, description = "Points with values, their quality and alarm level; `seq` is where events go on from", content_type = "application/geo+json", body = Object),
        BadParameter,
    )
)]
pub async fn show(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["roles", "bbox", "f"])?;
    let roles = query.names("roles");
    let bbox = query.lon_lat_box()?;
    sensing(&app)?;
    let work = move || {
        let sensing = sensing(&app)?;
        let roll = sensing.live.census.roll();
        latest_document(&sensing.service.latest, &roll, roles.as_deref(), bbox)
            .map_err(|error| Problem::internal(&error))
    };
    let made = blocking(work).await?;
    Ok(fresh(Format::GeoJson.media_type(), made))
}
