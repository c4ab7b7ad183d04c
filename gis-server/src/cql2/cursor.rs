//! The tokens of a filter, one after the other, and what is said when one is not what is needed.

use super::{
    Cql2Error, MAX_DEPTH, Node, Number, Place,
    lexer::{Token, tokens},
    tree::too_deep,
};

/// Reads a filter from its tokens.
pub(super) struct Parser {
    tokens: Vec<(Token, usize)>,
    pub(super) next: usize,
    /// How many parentheses and calls are open.
    pub(super) depth: usize,
}

/// What reading a part of a filter gives.
pub(super) type Read<T = Node> = Result<T, Cql2Error>;

impl Parser {
    /// A parser at the first token of a text.
    pub(super) fn of(text: &str) -> Read<Self> {
        Ok(Self { tokens: tokens(text)?, next: 0, depth: 0 })
    }

    pub(super) fn text(&mut self, vi: &str, en: &str) -> Read<String> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.next += 1;
                Ok(text)
            }
            _ => Err(self.unexpected(vi, en)),
        }
    }

    /// A number with its sign.
    pub(super) fn signed_number(&mut self) -> Read<Number> {
        let minus = self.take("-");
        if !minus {
            self.take("+");
        }
        let Token::Number(number) = *self.peek() else {
            return Err(self.unexpected("một số", "a number"));
        };
        self.next += 1;
        Ok(match number {
            Number::Integer(number) if minus => Number::Integer(-number),
            Number::Real(number) if minus => Number::Real(-number),
            number => number,
        })
    }

    pub(super) fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(too_deep(self.place())) } else { Ok(()) }
    }

    pub(super) fn peek(&self) -> &Token {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, many: usize) -> &Token {
        self.tokens.get(self.next + many).map_or(&Token::End, |(token, _)| token)
    }

    pub(super) fn place(&self) -> Place {
        let last = self.tokens.last();
        let at = self.tokens.get(self.next).or(last).map_or(1, |(_, at)| *at);
        Place::Character(at)
    }

    pub(super) fn step(&mut self) {
        self.next += 1;
    }

    /// The word that stands here, if one does.
    pub(super) fn word(&self) -> Option<&str> {
        match self.peek() {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word().is_some_and(|here| here.eq_ignore_ascii_case(word))
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_here = self.is_word(word);
        self.next += usize::from(is_here);
        is_here
    }

    pub(super) fn demand_word(&mut self, word: &str) -> Read<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected(word, word)) }
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let is_here = matches!(self.peek(), Token::Sign(here) if *here == sign);
        self.next += usize::from(is_here);
        is_here
    }

    pub(super) fn demand(&mut self, sign: &str) -> Read<()> {
        let wanted = format!("'{sign}'");
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&wanted, &wanted)) }
    }

    pub(super) fn unexpected(&self, vi: &str, en: &str) -> Cql2Error {
        let (what_vi, what_en) = match self.peek() {
            Token::End => ("bộ lọc kết thúc".to_owned(), "the filter ends".to_owned()),
            token => (format!("có {}", token.shown()), format!("there is {}", token.shown())),
        };
        Cql2Error::new(
            self.place(),
            format!("{what_vi}, mà cần {vi}"),
            format!("{what_en} where {en} is needed"),
        )
    }

    pub(super) fn reserved(&self, word: &str) -> Cql2Error {
        Cql2Error::new(
            self.place(),
            format!(
                "'{word}' là từ khoá của CQL2 và không đứng ở đây được; nếu là tên thuộc tính, hãy viết \"{word}\""
            ),
            format!(
                "'{word}' is a keyword of CQL2 that cannot stand here; a property of that name is written \"{word}\""
            ),
        )
    }
}
