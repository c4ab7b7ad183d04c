//! Reports as official documents: one model of what is said, and the files it is handed out as.
//!
//! [`document::Document`] is content without looks. [`html`], [`docx`] and [`pdf`] lay it out as
//! Decree 30/2020/NĐ-CP, Appendix I, asks of documents of state organs; [`xlsx`] gives its tables
//! as real numbers; an [`sheet::Atlas`] is maps to be printed. The room knows nothing of HTTP, floods or layers: who has something to say
//! builds a document and calls the renderers. The same document gives the same bytes: dates are
//! the document's own, never the clock's.

pub mod document;
mod docx;
pub mod error;
mod html;
mod layout;
pub mod number;
mod pdf;
#[cfg(test)]
pub(crate) mod samples;
pub mod sheet;
mod xlsx;

pub use docx::docx;
pub use html::html;
pub use pdf::{Fonts, SystemFonts, atlas, pdf};
pub use xlsx::xlsx;
