//! Text into lines: words are measured, lines are broken at blanks, blanks are stretched.

use unicode_normalization::UnicodeNormalization;

use super::fonts::{Face, Fonts, Look};
use crate::report::document::{Align, Paragraph, Run};

/// A text of one look and size, to be set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) look: Look,
    pub(super) size: f32,
}

impl Span {
    pub(super) fn new(text: impl Into<String>, size: f32) -> Self {
        Self { text: text.into(), look: Look::default(), size }
    }

    pub(super) fn bold(mut self) -> Self {
        self.look.bold = true;
        self
    }

    pub(super) fn italic(mut self) -> Self {
        self.look.italic = true;
        self
    }

    pub(super) fn of_run(run: &Run, size: f32) -> Self {
        Self { text: run.text.clone(), look: Look { bold: run.bold, italic: run.italic }, size }
    }

    pub(super) fn of_paragraph(paragraph: &Paragraph, size: f32) -> Vec<Self> {
        paragraph.runs.iter().map(|run| Self::of_run(run, size)).collect()
    }
}

/// A letter with its glyph and advance, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Letter {
    pub(super) char: char,
    pub(super) glyph: u32,
    pub(super) advance: f32,
}

/// Letters of one look and size on one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) letters: Vec<Letter>,
    pub(super) look: Look,
    pub(super) size: f32,
}

impl Piece {
    pub(super) fn width(&self) -> f32 {
        self.letters.iter().map(|letter| letter.advance).sum()
    }
}

/// One line of text. Its last one ends a paragraph, or stands before a line feed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    pub(super) pieces: Vec<Piece>,
    pub(super) is_last: bool,
    /// The blank that it was broken at. It takes no room, but keeps the words of two lines apart
    /// where the text is read out or copied.
    pub(super) blank: Option<Letter>,
}

impl Line {
    pub(super) fn width(&self) -> f32 {
        self.pieces.iter().map(Piece::width).sum()
    }

    /// The greatest size on it.
    pub(super) fn size(&self) -> f32 {
        self.pieces.iter().map(|piece| piece.size).fold(0.0, f32::max)
    }

    /// Where it begins in a width.
    pub(super) fn offset(&self, width: f32, align: Align) -> f32 {
        let room = (width - self.width()).max(0.0);
        match align {
            Align::Left => 0.0,
            Align::Centre => room / 2.0,
            Align::Right => room,
        }
    }

    /// Widens its blanks to fill a width, unless it ends a paragraph.
    pub(super) fn justify(&mut self, width: f32) {
        let room = width - self.width();
        let is_blank = |letter: &&mut Letter| letter.char == ' ';
        let letters = || self.pieces.iter().flat_map(|piece| &piece.letters);
        let blanks = letters().filter(|letter| letter.char == ' ').count();
        if self.is_last || blanks == 0 || room <= 0.0 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a line has few blanks")]
        let more = room / blanks as f32;
        let letters = self.pieces.iter_mut().flat_map(|piece| &mut piece.letters);
        letters.filter(is_blank).for_each(|blank| blank.advance += more);
    }

    fn push(&mut self, letter: Letter, look: Look, size: f32) {
        match self.pieces.last_mut() {
            Some(piece) if piece.look == look && piece.size == size => piece.letters.push(letter),
            _ => self.pieces.push(Piece { letters: vec![letter], look, size }),
        }
    }

    /// Takes the blanks off its end, which would stand in the margin.
    fn trim(&mut self) {
        while let Some(piece) = self.pieces.last_mut() {
            while let Some(blank) = piece.letters.pop_if(|letter| letter.char == ' ') {
                self.blank = Some(blank);
            }
            if !piece.letters.is_empty() {
                break;
            }
            self.pieces.pop();
        }
    }
}

/// Breaks text into lines of a width; the first line is shorter by `indent`. An empty text has no lines.
pub(super) fn lines(fonts: &Fonts, spans: &[Span], width: f32, indent: f32) -> Vec<Line> {
    let mut breaker = Breaker { width, indent, ..Breaker::default() };
    for span in spans {
        let face = fonts.face(span.look);
        for char in span.text.nfc() {
            breaker.take(char, span, face);
        }
    }
    breaker.finish()
}

/// The state while lines are broken: the line so far, and the word that may still go on it.
#[derive(Default)]
struct Breaker {
    width: f32,
    indent: f32,
    done: Vec<Line>,
    line: Line,
    line_width: f32,
    word: Vec<(Letter, Look, f32)>,
    word_width: f32,
}

impl Breaker {
    fn take(&mut self, char: char, span: &Span, face: &Face) {
        match char {
            '\n' => self.end_line(true),
            ' ' | '\t' => {
                self.end_word();
                let letter = measure(' ', span, face);
                // A blank at the head of a line would only move it.
                if !self.line.pieces.is_empty() {
                    self.line_width += letter.advance;
                    self.line.push(letter, span.look, span.size);
                }
            }
            char if char.is_control() => {}
            char => {
                let letter = measure(char, span, face);
                // A word that is wider than a line is broken where the line ends.
                if self.word_width + letter.advance > self.room() && !self.word.is_empty() {
                    if !self.line.pieces.is_empty() {
                        self.break_line();
                    }
                    if self.word_width + letter.advance > self.room() {
                        self.end_word();
                        self.break_line();
                    }
                }
                self.word_width += letter.advance;
                self.word.push((letter, span.look, span.size));
            }
        }
    }

    /// The width of the line that is being filled.
    fn room(&self) -> f32 {
        if self.done.is_empty() { self.width - self.indent } else { self.width }
    }

    fn end_word(&mut self) {
        let fits = self.line_width + self.word_width <= self.room() + 0.01;
        if !fits && !self.line.pieces.is_empty() {
            self.break_line();
        }
        self.line_width += std::mem::take(&mut self.word_width);
        for (letter, look, size) in self.word.drain(..) {
            self.line.push(letter, look, size);
        }
    }

    fn break_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        line.trim();
        self.line_width = 0.0;
        self.done.push(line);
    }

    fn end_line(&mut self, keeps_empty: bool) {
        self.end_word();
        self.line.is_last = true;
        if keeps_empty || !self.line.pieces.is_empty() {
            self.break_line();
        }
    }

    fn finish(mut self) -> Vec<Line> {
        self.end_line(false);
        self.done
    }
}

fn measure(char: char, span: &Span, face: &Face) -> Letter {
    let (char, glyph, advance) = face.write(char);
    Letter { char, glyph, advance: advance * span.size }
}
