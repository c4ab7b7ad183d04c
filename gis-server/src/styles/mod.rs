//! Cartography: the style of each role and of the whole city, as MapLibre documents.

mod codes;
mod compose;
mod fragment;
mod names;

pub use compose::{Composer, SourceKind, attribution, credits, first_zoom};
pub use fragment::{Fragment, FragmentError, Group, attributes_at, fragment_of, names_areas_at};
