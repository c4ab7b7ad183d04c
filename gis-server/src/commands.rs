//! `/commands`: orders to devices, for those who work them. Who asks for something of a group of
//! devices does not approve it: a second person does, or refuses it.
//!
//! A command is also a Task of SensorThings, which says where it stands and not who wanted it.

mod answers;
mod requests;

use city::Layer;
use utoipa::OpenApi;

use crate::{
    http::{base::Base, link::Link},
    ogc::Part,
};

pub use answers::{list, show};
pub use requests::{approve, order, refuse};

/// Where orders are.
const ROOT: &str = "/commands/orders";

/// Commands.
pub const PART: Part = Part {
    name: "Commands",
    conformance: &[],
    landing_links: |_: &Base| Vec::<Link>::new(),
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    answers::list,
    answers::show,
    requests::order,
    requests::approve,
    requests::refuse
))]
struct Document;
