//! Reading expressions: precedence climbing over words, with names resolved on the way.

use super::{
    QueryError,
    expression::{Expression, Operator, Property, PropertyPath},
    function::{Function, Type},
    lexer::{Lexer, Token},
};
use crate::model::EntityKind;

/// Expressions are nested this deep at most.
const MOST_DEPTH: usize = 64;
/// An expression has as many parts at most.
const MOST_PARTS: usize = 1000;
/// A property path has as many steps at most.
const MOST_STEPS: usize = 12;

/// Reads a filter over entities of a kind.
pub(super) fn filter(kind: EntityKind, text: &str) -> Result<Expression, QueryError> {
    let mut parser = Parser::new(kind, "$filter", text)?;
    let filter = parser.expression(0)?;
    parser.expect_end()?;
    match filter.type_of().fits(Type::Truth) {
        true => Ok(filter),
        false => {
            let problem = format!("is {}, not a condition: compare it", filter.type_of());
            Err(QueryError::new("$filter", 0, problem))
        }
    }
}

/// Reads an expression that an order goes by, and whether it is descending.
pub(super) fn order(kind: EntityKind, text: &str) -> Result<(Expression, bool), QueryError> {
    let mut parser = Parser::new(kind, "$orderby", text)?;
    let by = parser.expression(0)?;
    let is_descending = match &parser.token {
        // As clients write it (OData 4.01, part 2, 5.1.5).
        Token::Name(name) if name.eq_ignore_ascii_case("desc") => true,
        Token::Name(name) if name.eq_ignore_ascii_case("asc") => false,
        _ => {
            parser.expect_end()?;
            return ordered(by, false);
        }
    };
    parser.advance()?;
    parser.expect_end()?;
    ordered(by, is_descending)
}

fn ordered(by: Expression, is_descending: bool) -> Result<(Expression, bool), QueryError> {
    match by.type_of() {
        it if it.is_ordered() => Ok((by, is_descending)),
        it => Err(QueryError::new("$orderby", 0, format!("{it} has no order"))),
    }
}

struct Parser<'a> {
    kind: EntityKind,
    lexer: Lexer<'a>,
    token: Token,
    at: usize,
    depth: usize,
    parts: usize,
}

impl<'a> Parser<'a> {
    fn new(kind: EntityKind, part: &'static str, text: &'a str) -> Result<Self, QueryError> {
        let mut lexer = Lexer::new(part, text);
        let (token, at) = lexer.next()?;
        Ok(Self { kind, lexer, token, at, depth: 0, parts: 0 })
    }

    /// An expression whose operators have at least a rank.
    fn expression(&mut self, least: u8) -> Result<Expression, QueryError> {
        self.descend()?;
        let mut left = self.operand()?;
        while let Some(operator) = self.operator().filter(|operator| operator.rank() >= least) {
            let at = self.at;
            self.advance()?;
            self.count()?;
            let right = self.expression(operator.rank() + 1)?;
            left = Expression::operation(operator, left, right).map_err(|why| self.no(at, why))?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<Operator> {
        match &self.token {
            Token::Name(name) => Operator::from_name(name),
            _ => None,
        }
    }

    fn operand(&mut self) -> Result<Expression, QueryError> {
        self.count()?;
        let at = self.at;
        match self.advance()? {
            Token::Literal(literal) => Ok(Expression::Literal(literal)),
            Token::Open => {
                let inner = self.expression(0)?;
                self.expect(&Token::Close, "close the parenthesis")?;
                Ok(inner)
            }
            Token::Minus => {
                self.descend()?;
                let number = self.operand()?;
                self.depth -= 1;
                Expression::negative(number).map_err(|why| self.no(at, why))
            }
            Token::Name(name) if name == "not" => {
                self.descend()?;
                let truth = self.operand()?;
                self.depth -= 1;
                Expression::negation(truth).map_err(|why| self.no(at, why))
            }
            Token::Name(name) if self.token == Token::Open => self.call(&name, at),
            Token::Name(name) => self.property(name, at).map(Expression::Property),
            Token::End => Err(self.no(at, "ends where a value is wanted")),
            Token::Close | Token::Comma | Token::Slash => {
                Err(self.no(at, "a value is wanted here: a property, a number, a text in quotes"))
            }
        }
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Expression, QueryError> {
        let Some(function) = Function::from_name(name) else {
            let known: Vec<_> = Function::all().map(Function::name).collect();
            let problem = format!("there is no function {name:?}; there are {}", known.join(", "));
            return Err(self.no(at, problem));
        };
        self.advance()?;
        let mut arguments = Vec::new();
        while self.token != Token::Close {
            if !arguments.is_empty() {
                self.expect(&Token::Comma, "separate arguments by commas")?;
            }
            arguments.push(self.expression(0)?);
        }
        self.advance()?;
        Expression::call(function, arguments).map_err(|why| self.no(at, why))
    }

    fn property(&mut self, first: String, at: usize) -> Result<PropertyPath, QueryError> {
        let (mut kind, mut ways) = (self.kind, Vec::new());
        let (mut name, mut at) = (first, at);
        let property = loop {
            if let Some(property) = Property::of(kind, &name) {
                break property;
            }
            let Some(way) = kind.navigation(&name) else {
                let ways = kind.navigations().map(|way| way.name);
                let known: Vec<_> = kind.properties().iter().copied().chain(ways).collect();
                let known = known.join(", ");
                return Err(self.no(at, format!("{kind} has no {name:?}; it has id, {known}")));
            };
            ways.push(way);
            kind = way.target;
            if ways.len() > MOST_STEPS {
                return Err(self.no(at, format!("has more than {MOST_STEPS} steps")));
            }
            self.expect(&Token::Slash, "name a property of it, after a slash")?;
            (name, at) = self.name()?;
        };
        let mut keys = Vec::new();
        while self.token == Token::Slash {
            self.advance()?;
            let (key, at) = self.name()?;
            if property.type_of() != Type::Json || keys.len() >= MOST_STEPS {
                return Err(self.no(at, format!("{name} has no parts such as {key:?}")));
            }
            keys.push(key);
        }
        Ok(PropertyPath { ways, property, keys })
    }

    fn name(&mut self) -> Result<(String, usize), QueryError> {
        let at = self.at;
        match self.advance()? {
            Token::Name(name) => Ok((name, at)),
            _ => Err(self.no(at, "a name is wanted here")),
        }
    }

    /// The present word; the next one takes its place.
    fn advance(&mut self) -> Result<Token, QueryError> {
        let (token, at) = self.lexer.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn expect(&mut self, wanted: &Token, what: &str) -> Result<(), QueryError> {
        match self.token == *wanted {
            true => self.advance().map(drop),
            false => Err(self.no(self.at, what)),
        }
    }

    fn expect_end(&self) -> Result<(), QueryError> {
        match self.token == Token::End {
            true => Ok(()),
            false => {
                Err(self.no(self.at, "nothing is wanted here any more: join by and, or, eq …"))
            }
        }
    }

    fn descend(&mut self) -> Result<(), QueryError> {
        self.depth += 1;
        match self.depth > MOST_DEPTH {
            true => Err(self.no(self.at, format!("is nested deeper than {MOST_DEPTH}"))),
            false => Ok(()),
        }
    }

    fn count(&mut self) -> Result<(), QueryError> {
        self.parts += 1;
        match self.parts > MOST_PARTS {
            true => Err(self.no(self.at, format!("has more than {MOST_PARTS} parts"))),
            false => Ok(()),
        }
    }

    fn no(&self, at: usize, problem: impl Into<String>) -> QueryError {
        self.lexer.refuse(at, problem)
    }
}
