//! The way of text down the pages.

use super::{
    fonts::Fonts,
    page::{Frame, Ink, Mark, Page, PartId, Parts, Role},
    text::{self, Line, Span},
};
use crate::report::{
    document::Align,
    layout::{A4_MM, LEADING, LYING_MM, UPRIGHT_MM, size},
};

/// Ascent and height of the faces as shares of their size: those of Times New Roman.
const ASCENT: f32 = 0.891;
const HEIGHT: f32 = 1.107;

/// How a text stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Setting {
    /// Left edge, in points from the page's.
    pub(super) x: f32,
    pub(super) width: f32,
    pub(super) align: Align,
    pub(super) justify: bool,
    /// Of the first line.
    pub(super) indent: f32,
}

/// A heading's place, for the outline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signpost {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) page: usize,
    pub(super) y: f32,
}

/// Pages that are being filled from above.
pub(super) struct Flow<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) pages: Vec<Page>,
    pub(super) parts: Parts,
    pub(super) signposts: Vec<Signpost>,
    pub(super) frame: Frame,
    /// Where the next line begins, in points from the page's upper edge.
    pub(super) y: f32,
}

impl<'a> Flow<'a> {
    /// Pages that stand, of A4.
    pub(super) fn new(fonts: &'a Fonts) -> Self {
        Self::on(fonts, upright())
    }

    /// Pages of a size.
    pub(super) fn on(fonts: &'a Fonts, frame: Frame) -> Self {
        let mut flow = Self {
            fonts,
            pages: Vec::new(),
            parts: Parts::default(),
            signposts: Vec::new(),
            frame,
            y: 0.0,
        };
        flow.new_page();
        flow
    }

    /// Pages that stand or lie from here on. An empty page is turned, not left behind.
    pub(super) fn turn(&mut self, lying: bool) {
        let frame = if lying { lying_frame() } else { upright() };
        if frame == self.frame {
            return;
        }
        self.frame = frame;
        if self.is_at_top() {
            self.pages.pop();
        }
        self.new_page();
    }

    pub(super) fn new_page(&mut self) {
        let Frame { width, height, top, .. } = self.frame;
        self.pages.push(Page { width, height, marks: Vec::new() });
        self.y = top;
    }

    pub(super) fn is_at_top(&self) -> bool {
        self.pages.last().is_some_and(|page| page.marks.is_empty())
    }

    /// The height that is left on the page.
    pub(super) fn room(&self) -> f32 {
        self.frame.bottom() - self.y
    }

    /// Goes to a new page where less than a height is left. A fresh page has to do.
    pub(super) fn need(&mut self, height: f32) {
        if self.room() < height && !self.is_at_top() {
            self.new_page();
        }
    }

    /// Leaves a gap, but for at the top of a page.
    pub(super) fn gap(&mut self, height: f32) {
        if !self.is_at_top() {
            self.y += height;
        }
    }

    /// Text over the whole width.
    pub(super) fn across(&self, align: Align) -> Setting {
        let Frame { left, text_width, .. } = self.frame;
        Setting { x: left, width: text_width, align, justify: false, indent: 0.0 }
    }

    pub(super) fn lines(&self, spans: &[Span], setting: &Setting) -> Vec<Line> {
        let mut lines = text::lines(self.fonts, spans, setting.width, setting.indent);
        if setting.justify {
            for (index, line) in lines.iter_mut().enumerate() {
                line.justify(setting.width - if index == 0 { setting.indent } else { 0.0 });
            }
        }
        lines
    }

    /// Sets text down the pages. A paragraph leaves no single line at a page's end or start.
    pub(super) fn set(&mut self, spans: &[Span], setting: Setting, part: PartId) {
        let lines = self.lines(spans, &setting);
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let keeps_next = (index == 0 && count > 1) || index + 2 == count;
            let height = line_height(&line);
            self.need(if keeps_next { 2.0 * height } else { height });
            let y = self.y;
            let indent = if index == 0 { setting.indent } else { 0.0 };
            self.draw_line(line, y, Setting { indent, ..setting }, Some(part));
            self.y += height;
        }
    }

    /// Sets text as a paragraph of its own.
    pub(super) fn paragraph(&mut self, spans: &[Span], setting: Setting) {
        let part = self.parts.add(Role::Paragraph);
        self.set(spans, setting, part);
    }

    /// Sets an English text, where there is one, in lesser italics.
    pub(super) fn english(&mut self, text: &str, setting: Setting) {
        if !text.is_empty() {
            let part = self.parts.add(Role::English);
            self.set(&[Span::new(text, size::MINOR).italic()], setting, part);
        }
    }

    /// Sets lines below each other from a height on, whatever the page's end; gives where they end.
    pub(super) fn stack(
        &mut self,
        lines: Vec<Line>,
        y: f32,
        setting: Setting,
        part: PartId,
    ) -> f32 {
        let mut y = y;
        for line in lines {
            let height = line_height(&line);
            self.draw_line(line, y, setting, Some(part));
            y += height;
        }
        y
    }

    /// A line whose upper edge lies at `y`.
    pub(super) fn draw_line(&mut self, line: Line, y: f32, at: Setting, part: Option<PartId>) {
        let size = line_size(&line);
        let baseline = y + size * ((LEADING - HEIGHT) / 2.0 + ASCENT);
        let x = at.x + at.indent + line.offset(at.width - at.indent, at.align);
        self.draw(Ink::Text { x, baseline, line }, part);
    }

    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32)) {
        self.draw(Ink::Rule { from, to }, None);
    }

    pub(super) fn draw(&mut self, ink: Ink, part: Option<PartId>) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(Mark { ink, part });
        }
    }
}

/// The height that a line takes.
pub(super) fn line_height(line: &Line) -> f32 {
    line_size(line) * LEADING
}

/// The height that lines take.
pub(super) fn height(lines: &[Line]) -> f32 {
    lines.iter().map(line_height).sum()
}

fn line_size(line: &Line) -> f32 {
    if line.pieces.is_empty() { size::TEXT } else { line.size() }
}

fn upright() -> Frame {
    Frame::new(A4_MM.0, A4_MM.1, UPRIGHT_MM)
}

fn lying_frame() -> Frame {
    Frame::new(A4_MM.1, A4_MM.0, LYING_MM)
}
