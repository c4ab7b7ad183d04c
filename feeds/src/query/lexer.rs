//! Words of a filter.

use super::{QueryError, literal::Literal, wkt};

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, a function's name, an operator.
    Name(String),
    /// A value.
    Literal(Literal),
    Open,
    Close,
    Comma,
    Slash,
    Minus,
    End,
}

/// Splits a text into words.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    part: &'static str,
    rest: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(part: &'static str, text: &'a str) -> Self {
        Self { part, rest: text, at: 0 }
    }

    /// An error at a character.
    pub(super) fn refuse(&self, at: usize, problem: impl Into<String>) -> QueryError {
        QueryError::new(self.part, at, problem)
    }

    /// The next word, and where it begins.
    pub(super) fn next(&mut self) -> Result<(Token, usize), QueryError> {
        let blanks = self.rest.len() - self.rest.trim_start().len();
        self.skip(blanks);
        let at = self.at;
        let Some(first) = self.rest.chars().next() else { return Ok((Token::End, at)) };
        let sign = match first {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            ',' => Some(Token::Comma),
            '/' => Some(Token::Slash),
            '-' => Some(Token::Minus),
            _ => None,
        };
        if let Some(token) = sign {
            self.skip(1);
            return Ok((token, at));
        }
        if first == '\'' {
            return Ok((Token::Literal(Literal::Text(self.quoted()?)), at));
        }
        if first.is_ascii_digit() {
            return self.digits().map(|literal| (Token::Literal(literal), at));
        }
        let is_first = |c: char| c.is_alphabetic() || c == '_' || c == '@';
        if !is_first(first) {
            return Err(self.refuse(at, format!("{first:?} means nothing here")));
        }
        let name = self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '.')).to_owned();
        let token = match (name.as_str(), self.rest.starts_with('\'')) {
            ("null", _) => Token::Literal(Literal::Null),
            ("true", _) => Token::Literal(Literal::Truth(true)),
            ("false", _) => Token::Literal(Literal::Truth(false)),
            ("duration", true) => Token::Literal(self.duration()?),
            ("geography" | "geometry", true) => Token::Literal(self.geometry()?),
            _ => Token::Name(name),
        };
        Ok((token, at))
    }

    fn digits(&mut self) -> Result<Literal, QueryError> {
        let at = self.at;
        let text = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '+' | '-'));
        Literal::from_digits(text).ok_or_else(|| {
            let problem = format!(
                "{text:?} is no number and no instant, such as 2026-11-21T05:00:00Z (write + as %2B)"
            );
            self.refuse(at, problem)
        })
    }

    /// A text between quotes; a quote in it is doubled.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let at = self.at;
        let mut text = String::new();
        self.skip(1);
        loop {
            let Some(end) = self.rest.find('\'') else {
                return Err(self.refuse(at, "a text begins here and does not end: close it with '"));
            };
            text.push_str(&self.rest[..end]);
            self.skip(end + 1);
            if !self.rest.starts_with('\'') {
                return Ok(text);
            }
            text.push('\'');
            self.skip(1);
        }
    }

    fn duration(&mut self) -> Result<Literal, QueryError> {
        let at = self.at;
        let text = self.quoted()?;
        Literal::duration(&text).ok_or_else(|| {
            let problem = format!("{text:?} is no duration of days and less, such as PT1H30M");
            self.refuse(at, problem)
        })
    }

    fn geometry(&mut self) -> Result<Literal, QueryError> {
        /// The only frame that there is may be named (OData 4.01, ABNF, sridLiteral).
        const FRAME: &str = "SRID=4326;";
        let at = self.at + 1;
        let text = self.quoted()?;
        let bare = text.strip_prefix(FRAME);
        let at = at + bare.map_or(0, |_| FRAME.len());
        let geometry = wkt::parse(bare.unwrap_or(&text));
        geometry.map(Literal::Geometry).map_err(|(inner, why)| self.refuse(at + inner, why))
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let text = &self.rest[..end];
        self.skip(end);
        text
    }

    fn skip(&mut self, bytes: usize) {
        self.at += self.rest[..bytes].chars().count();
        self.rest = &self.rest[bytes..];
    }
}
