//! Text to sections, lines and words.

use std::collections::HashMap;

use super::Error;

/// A line's words, with its place.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) section: &'a str,
    pub(super) words: Vec<&'a str>,
}

/// The lines of a file by section.
pub(super) struct Sections<'a> {
    lines: HashMap<String, Vec<Line<'a>>>,
    title: Vec<String>,
}

impl<'a> Sections<'a> {
    pub(super) fn split(text: &'a str) -> Result<Self, Error> {
        let mut sections = Self { lines: HashMap::new(), title: Vec::new() };
        let mut section = "";
        for (at, line) in text.lines().enumerate() {
            let line = line.split(';').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let number = at + 1;
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end().trim_end_matches(']');
                continue;
            }
            if section.is_empty() {
                let what = "words before the first [SECTION]: is this a SWMM 5 file?".to_owned();
                return Err(Error { line: number, section: String::new(), what });
            }
            if section.eq_ignore_ascii_case("TITLE") {
                sections.title.push(line.to_owned());
                continue;
            }
            let words = words(line);
            let lines = sections.lines.entry(section.to_ascii_uppercase()).or_default();
            lines.push(Line { number, section, words });
        }
        Ok(sections)
    }

    pub(super) fn title(&self) -> Vec<String> {
        self.title.clone()
    }

    /// The lines of a section; none where it is not there.
    pub(super) fn lines(&self, section: &str) -> &[Line<'a>] {
        self.lines.get(section).map_or(&[], Vec::as_slice)
    }

    /// The first line of a section whose first word is a name.
    pub(super) fn line_of(&self, section: &str, name: &str) -> Option<&Line<'a>> {
        self.lines(section).iter().find(|line| line.words[0] == name)
    }
}

/// Words between blanks; those in quotes hold blanks, and may be empty.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}

impl<'a> Line<'a> {
    pub(super) fn refuse(&self, what: impl Into<String>) -> Error {
        Error { line: self.number, section: self.section.to_owned(), what: what.into() }
    }

    /// A word; empty where there is none.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.words.get(at).copied().unwrap_or_default()
    }

    /// A word that must be there.
    pub(super) fn needed(&self, at: usize, what: &str) -> Result<&'a str, Error> {
        let word = self.word(at);
        if word.is_empty() {
            return Err(self.refuse(format!("{what} is missing: add it as word {}", at + 1)));
        }
        Ok(word)
    }

    /// A number that must be there.
    pub(super) fn number(&self, at: usize, what: &str) -> Result<f64, Error> {
        let word = self.needed(at, what)?;
        self.parse(word, what)
    }

    /// A number, or another where there is none.
    pub(super) fn number_or(&self, at: usize, other: f64, what: &str) -> Result<f64, Error> {
        let word = self.word(at);
        if word.is_empty() || word == "*" { Ok(other) } else { self.parse(word, what) }
    }

    fn parse(&self, word: &str, what: &str) -> Result<f64, Error> {
        let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| self.refuse(format!("'{word}' is no number for {what}")))
    }

    /// Whether a word is YES.
    pub(super) fn is_yes(&self, at: usize) -> bool {
        self.word(at).eq_ignore_ascii_case("YES")
    }
}
