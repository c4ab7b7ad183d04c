//! What is wrong with what an editor sent: all of it at once, each fault with its place.

use city::Title;

use crate::error::{Fault, Problem};

/// The faults of one document, or of one entry of a batch.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Where the feature stands in the document.
    base: String,
    entry: Option<usize>,
    found: Vec<Fault>,
}

impl Faults {
    /// The faults of an entry of a batch, whose feature stands at a place.
    pub(super) fn of_entry(entry: usize, base: String) -> Self {
        Self { base, entry: Some(entry), found: Vec::new() }
    }

    /// A fault at a place below the feature's own.
    pub(super) fn at(&mut self, pointer: &str, vi: impl Into<String>, en: impl Into<String>) {
        self.found.push(Fault {
            pointer: format!("{}{pointer}", self.base),
            property: None,
            entry: self.entry,
            said: Title::new(vi, en),
        });
    }

    /// A fault of a property.
    pub(super) fn property(&mut self, name: &str, said: Title) {
        let member = name.replace('~', "~0").replace('/', "~1");
        self.found.push(Fault {
            pointer: format!("{}/properties/{member}", self.base),
            property: Some(name.chars().take(80).collect()),
            entry: self.entry,
            said,
        });
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes over the faults of another entry.
    pub(super) fn append(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// 400 with all faults, where there are any.
    ///
    /// # Errors
    /// That problem.
    pub(super) fn none(self) -> Result<(), Problem> {
        if self.found.is_empty() {
            return Ok(());
        }
        // Who sends thousands of features sees the first ones in words, and every one in `errors`.
        const IN_WORDS: usize = 20;
        let words = |text: fn(&Title) -> &str| {
            let each = self.found.iter().take(IN_WORDS).map(|fault| match fault.entry {
                Some(entry) => format!("edits[{entry}]: {}", text(&fault.said)),
                None => text(&fault.said).to_owned(),
            });
            each.collect::<Vec<_>>().join("; ")
        };
        let (vi, en) = (words(|said| &said.vi), words(|said| &said.en));
        let problem = Problem::bad_request(
            format!("Đối tượng gửi lên không hợp lệ: {vi}."),
            format!("The feature is not valid: {en}."),
        );
        Err(problem.with_faults(self.found))
    }
}
