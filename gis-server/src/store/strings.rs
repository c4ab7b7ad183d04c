//! Many strings in one buffer.

/// Strings one after the other in one buffer, each told by its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strings {
    ends: Vec<u32>,
    text: String,
}

impl Strings {
    /// Adds a string; its number is the count before.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    /// A string.
    pub(crate) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many bytes they have together; beyond 4 GiB [`get`](Self::get) is wrong, so a layer of
    /// such is refused.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Takes over the strings of another list, after its own.
    pub(crate) fn append(&mut self, other: &Self) {
        let base = self.text.len() as u32;
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| base + end));
    }

    /// Gives back memory that was reserved in vain.
    pub(crate) fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.text.shrink_to_fit();
    }
}

/// The first 16 bytes as one number: where those of two texts differ, it is ordered as they are.
pub(crate) fn prefix(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let many = text.len().min(bytes.len());
    bytes[..many].copy_from_slice(&text.as_bytes()[..many]);
    u128::from_be_bytes(bytes)
}
