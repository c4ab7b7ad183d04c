//! The words and signs of CQL2 text.

use super::{
    Cql2Error, Number, Place,
    error::shown,
    names::{begins_identifier, continues_identifier, is_space},
};

/// What stands at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A keyword, a name or a function.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number without sign.
    Number(Number),
    /// An operator or a parenthesis.
    Sign(&'static str),
    /// There is no more.
    End,
}

impl Token {
    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(word) => format!("'{}'", shown(word)),
            Self::Quoted(name) => format!("\"{}\"", shown(name)),
            Self::Text(text) => format!("'{}'", shown(text)),
            Self::Number(Number::Integer(number)) => number.to_string(),
            Self::Number(Number::Real(number)) => format!("{number:?}"),
            Self::Sign(sign) => format!("'{sign}'"),
            Self::End => "…".into(),
        }
    }
}

/// The longer ones first.
const SIGNS: [&str; 14] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "%"];

/// Cuts a text into tokens, each with its place; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Cql2Error> {
    let letters: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { letters: &letters, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip(is_space);
        let place = lexer.at + 1;
        let token = lexer.token()?;
        let is_end = token == Token::End;
        tokens.push((token, place));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    letters: &'a [char],
    at: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Result<Token, Cql2Error> {
        let Some(first) = self.peek(0) else { return Ok(Token::End) };
        match first {
            '\'' => self.text(),
            '"' => self.quoted(),
            '0'..='9' => self.number(),
            '.' if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => self.number(),
            '^' => {
                self.at += 1;
                Ok(Token::Sign("^"))
            }
            c if begins_identifier(c) => Ok(Token::Word(self.take(continues_identifier))),
            _ => self.sign(),
        }
    }

    fn sign(&mut self) -> Result<Token, Cql2Error> {
        let rest = &self.letters[self.at..];
        let found = SIGNS.iter().find(|sign| {
            sign.chars().count() <= rest.len() && sign.chars().zip(rest).all(|(a, b)| a == *b)
        });
        match found {
            Some(sign) => {
                self.at += sign.chars().count();
                Ok(Token::Sign(sign))
            }
            None => Err(self.wrong(
                self.at,
                &format!("ký tự '{}' không có nghĩa ở đây", rest[0]),
                &format!("the character '{}' means nothing here", rest[0]),
            )),
        }
    }

    /// `''` and `\'` are a quote; `\\` stays as it is, for the patterns of LIKE, and its second half
    /// hides no quote.
    fn text(&mut self) -> Result<Token, Cql2Error> {
        let begin = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('\''), Some('\'')) | (Some('\\'), Some('\'')) => {
                    text.push('\'');
                    self.at += 2;
                }
                (Some('\\'), Some('\\')) => {
                    text.push_str("\\\\");
                    self.at += 2;
                }
                (Some('\''), _) => {
                    self.at += 1;
                    return Ok(Token::Text(text));
                }
                (Some(c), _) => {
                    text.push(c);
                    self.at += 1;
                }
                (None, _) => return Err(self.open(begin, '\'')),
            }
        }
    }

    fn quoted(&mut self) -> Result<Token, Cql2Error> {
        let begin = self.at;
        self.at += 1;
        let mut name = String::new();
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('"'), Some('"')) => {
                    name.push('"');
                    self.at += 2;
                }
                (Some('"'), _) => {
                    self.at += 1;
                    return Ok(Token::Quoted(name));
                }
                (Some(c), _) => {
                    name.push(c);
                    self.at += 1;
                }
                (None, _) => return Err(self.open(begin, '"')),
            }
        }
    }

    fn number(&mut self) -> Result<Token, Cql2Error> {
        let begin = self.at;
        self.skip(|c| c.is_ascii_digit());
        let mut is_whole = true;
        if self.peek(0) == Some('.') {
            is_whole = false;
            self.at += 1;
            self.skip(|c| c.is_ascii_digit());
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            let signed = usize::from(matches!(self.peek(1), Some('+' | '-')));
            if self.peek(1 + signed).is_some_and(|c| c.is_ascii_digit()) {
                is_whole = false;
                self.at += 1 + signed;
                self.skip(|c| c.is_ascii_digit());
            }
        }
        let written: String = self.letters[begin..self.at].iter().collect();
        if is_whole && let Ok(whole) = written.parse() {
            return Ok(Token::Number(Number::Integer(whole)));
        }
        match written.parse::<f64>() {
            Ok(real) if real.is_finite() => Ok(Token::Number(Number::Real(real))),
            _ => Err(self.wrong(
                begin,
                &format!("số '{}' quá lớn", shown(&written)),
                &format!("the number '{}' is too large", shown(&written)),
            )),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn skip(&mut self, test: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&test) {
            self.at += 1;
        }
    }

    fn take(&mut self, test: impl Fn(char) -> bool) -> String {
        let begin = self.at;
        self.skip(test);
        self.letters[begin..self.at].iter().collect()
    }

    fn open(&self, begin: usize, quote: char) -> Cql2Error {
        self.wrong(
            begin,
            &format!("dấu {quote} mở ở đây không được đóng; một dấu nháy bên trong viết hai lần"),
            &format!(
                "the {quote} that opens here is never closed; write a quote inside of it twice"
            ),
        )
    }

    fn wrong(&self, at: usize, vi: &str, en: &str) -> Cql2Error {
        Cql2Error::new(Place::Character(at + 1), vi, en)
    }
}
