//! Maps as pictures: the MapLibre style documents drawn over the layer store, in any frame.
//!
//! The way of a map: [`style`] reads the style layers, whose values are [`expression`]s; [`frame`]
//! says where a picture lies on the Earth and how positions get into it; [`shapes`] gathers what
//! lies in the frame, cut and thinned; [`canvas`] draws it, [`labels`] writes names that do not
//! overlap with [`fonts`] of the system, and [`relief`] shades heights; [`picture`] encodes.
//! [`legend`] draws what a style's legend says.
//!
//! What must stay true:
//! - Nothing is read but through a [`LayerView`](crate::store::LayerView).
//! - A style that cannot be drawn is refused by the name of what is unknown, and never drawn wrongly.
//! - Work looks at its [`Stop`](crate::http::work::Stop) often, so that nobody draws for who has gone.

pub mod canvas;
pub mod colour;
pub mod expression;
pub mod fonts;
pub mod frame;
pub mod labels;
pub mod legend;
pub mod map;
pub mod picture;
pub mod relief;
pub mod shapes;
pub mod style;

pub use colour::Colour;
pub use frame::Frame;
pub use map::{Drawing, RenderError, Source, draw};
pub use picture::PictureFormat;
pub use style::{StyleError, StyleLayer};
