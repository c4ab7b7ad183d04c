//! Pages as lists of marks, and the parts of the document that the marks belong to.

use super::text::Line;
use crate::report::layout::{Margins, points};

/// A page with what is drawn on it, in points from its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
}

/// Something drawn, for a part of the document; without one it is mere ornament.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    pub(super) ink: Ink,
    pub(super) part: Option<PartId>,
}

/// What can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ink {
    /// A line of text that begins at a point of its baseline.
    Text { x: f32, baseline: f32, line: Line },
    /// A straight line.
    Rule { from: (f32, f32), to: (f32, f32) },
    /// A figure, by its place among the document's figures.
    Picture { x: f32, y: f32, width: f32, height: f32, figure: usize },
}

/// A page's size and where text stands on it, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) text_width: f32,
    pub(super) text_height: f32,
}

impl Frame {
    /// A page of a size in millimetres with its margins.
    pub(super) fn new(width_mm: f32, height_mm: f32, margins: Margins) -> Self {
        let Margins { top, right, bottom, left } = margins;
        Self {
            width: points(width_mm),
            height: points(height_mm),
            left: points(left),
            top: points(top),
            text_width: points(width_mm - left - right),
            text_height: points(height_mm - top - bottom),
        }
    }

    pub(super) fn bottom(&self) -> f32 {
        self.top + self.text_height
    }
}

/// What a part of the document is, for who has it read out or turned into other forms.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    Heading { level: u8, text: String },
    Paragraph,
    English,
    List { numbered: bool },
    Item,
    Table,
    Row,
    Head,
    Cell,
    Figure { text: String },
    Caption,
}

/// A part by its place in [`Parts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartId(pub(super) usize);

/// The document's parts in reading order, each after the one that holds it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Parts {
    pub(super) all: Vec<(Role, Option<PartId>)>,
}

impl Parts {
    /// Adds a part of the document itself.
    pub(super) fn add(&mut self, role: Role) -> PartId {
        self.all.push((role, None));
        PartId(self.all.len() - 1)
    }

    /// Adds a part of another part.
    pub(super) fn add_in(&mut self, holder: PartId, role: Role) -> PartId {
        self.all.push((role, Some(holder)));
        PartId(self.all.len() - 1)
    }
}
