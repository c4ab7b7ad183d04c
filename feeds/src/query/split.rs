//! Cutting lists at signs that stand neither in parentheses nor in texts.

use super::QueryError;

/// The parts between separators, and the character at which each begins.
pub(super) fn split<'t>(
    part: &'static str,
    text: &'t str,
    separator: char,
) -> Result<Vec<(usize, &'t str)>, QueryError> {
    let mut parts = Vec::new();
    let (mut depth, mut is_quoted) = (0_usize, false);
    let (mut first_byte, mut first) = (0, 0);
    for (number, (byte, c)) in text.char_indices().enumerate() {
        match c {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth += 1,
            ')' if depth == 0 => {
                return Err(QueryError::new(part, number, "closes what was not opened"));
            }
            ')' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push((first, &text[first_byte..byte]));
                (first_byte, first) = (byte + c.len_utf8(), number + 1);
            }
            _ => {}
        }
    }
    if depth > 0 || is_quoted {
        let open = if is_quoted { "a text" } else { "a parenthesis" };
        let problem = format!("{open} is not closed");
        return Err(QueryError::new(part, text.chars().count(), problem));
    }
    parts.push((first, &text[first_byte..]));
    Ok(parts)
}

/// A part without blanks around it.
pub(super) fn trimmed(at: usize, text: &str) -> (usize, &str) {
    let trimmed = text.trim_start();
    (at + (text.chars().count() - trimmed.chars().count()), trimmed.trim_end())
}
