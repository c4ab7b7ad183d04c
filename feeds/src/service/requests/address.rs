//! What a path addresses, and what can be done there.

use percent_encoding::percent_decode_str;

use super::{Request, problem::Problem};
use crate::{
    model::{EntityKind, Way},
    query::{ResourcePath, Tail},
};

/// What a path addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// The service itself.
    Root,
    /// Many requests as one.
    Batch,
    /// Observations as a table.
    CreateObservations,
    /// Entities, or a part of one.
    Resource(ResourcePath),
}

/// What a request's path addresses.
pub(super) fn of(request: &Request) -> Result<Address, Problem> {
    let path = request.path.trim_start_matches('/');
    let path = path.strip_suffix('/').unwrap_or(path);
    let decoded = percent_decode_str(path).decode_utf8();
    let decoded = decoded.map_err(|_| Problem::not_found(format!("{path:?}")))?;
    Ok(match decoded.as_ref() {
        "" => Address::Root,
        "$batch" => Address::Batch,
        "CreateObservations" => Address::CreateObservations,
        path => Address::Resource(ResourcePath::parse(path)?),
    })
}

impl Address {
    /// The methods that it takes, as in the header `Allow`.
    pub(super) fn allows(&self) -> &'static str {
        match self {
            Self::Root => "GET, HEAD, OPTIONS",
            Self::Batch | Self::CreateObservations => "POST, OPTIONS",
            Self::Resource(path) if path.tail != Tail::Whole => "GET, HEAD, OPTIONS",
            Self::Resource(path) if path.is_set() => "GET, HEAD, POST, OPTIONS",
            Self::Resource(path) if path.leads_to_tasks() => "GET, HEAD, OPTIONS",
            Self::Resource(_) => "GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
        }
    }
}

impl ResourcePath {
    /// Whether what it leads to is in the log.
    pub(super) fn leads_to_observations(&self) -> bool {
        self.target() == EntityKind::Observation
    }

    /// Whether what it leads to is in the ledger of commands.
    pub(super) fn leads_to_tasks(&self) -> bool {
        self.target() == EntityKind::Task
    }

    /// Whether it leads from observations to entities.
    pub(super) fn leads_over_observations(&self) -> bool {
        let leads = |step: &crate::query::Step| step.navigation.way == Way::Observed;
        !self.leads_to_observations()
            && (self.kind == EntityKind::Observation || self.steps.iter().any(leads))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_done_depends_on_where() {
        let at = |path: &str| {
            let request = Request { path: path.to_owned(), ..Request::default() };
            of(&request).map(|address| address.allows()).map_err(|it| it.into_response().status)
        };
        for (path, expected) in [
            ("", Ok("GET, HEAD, OPTIONS")),
            ("/", Ok("GET, HEAD, OPTIONS")),
            ("$batch", Ok("POST, OPTIONS")),
            ("%24batch", Ok("POST, OPTIONS")),
            ("CreateObservations", Ok("POST, OPTIONS")),
            ("Things", Ok("GET, HEAD, POST, OPTIONS")),
            ("Things/", Ok("GET, HEAD, POST, OPTIONS")),
            ("Things%281%29/Datastreams", Ok("GET, HEAD, POST, OPTIONS")),
            ("Things(1)", Ok("GET, HEAD, PUT, PATCH, DELETE, OPTIONS")),
            ("Datastreams(1)/Thing", Ok("GET, HEAD, PUT, PATCH, DELETE, OPTIONS")),
            ("Things(1)/name/$value", Ok("GET, HEAD, OPTIONS")),
            ("Things/$ref", Ok("GET, HEAD, OPTIONS")),
            ("TaskingCapabilities(1)/Tasks", Ok("GET, HEAD, POST, OPTIONS")),
            ("Tasks(1)", Ok("GET, HEAD, OPTIONS")),
            ("Lamps", Err(404)),
            ("Things(x)", Err(404)),
            ("%FF", Err(404)),
        ] {
            assert_eq!(at(path), expected, "{path}");
        }
    }
}
