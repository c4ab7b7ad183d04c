//! Links between resources (RFC 8288), as OGC APIs write them.

use serde::Serialize;
use utoipa::ToSchema;

/// A link from one resource to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// Absolute address.
    pub href: String,
    /// What the other resource is to this one.
    pub rel: String,
    /// Its media type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether `href` is a URI template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub templated: Option<bool>,
    /// Its length in bytes, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
}

impl Link {
    /// A link to an absolute address.
    ///
    /// ```
    /// use gis_server::http::link::Link;
    /// let link = Link::new("self", "http://127.0.0.1/").of_type("application/json").titled("Dothi");
    /// assert_eq!(link.rel, "self");
    /// ```
    pub fn new(rel: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            rel: rel.into(),
            media_type: None,
            title: None,
            templated: None,
            length: None,
        }
    }

    /// The link with the other resource's media type.
    #[must_use]
    pub fn of_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// The link with a name for people.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The link as a URI template.
    #[must_use]
    pub fn as_template(mut self) -> Self {
        self.templated = Some(true);
        self
    }
}
