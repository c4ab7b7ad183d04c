//! Reads CQL2 text, by recursive descent over the grammar of 21-065, annex B.
//!
//! Parentheses open an expression of any kind, or an array where a comma follows; whether the kinds
//! fit is told where names are resolved.

use super::{
    Arithmetic, ArrayRelation, Comparison, Cql2Error, End, Expr, Folding, Node, Number, Place,
    SpatialRelation, TemporalRelation,
    cursor::{Parser, Read},
    lexer::Token,
    literal,
    names::is_keyword,
};

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Node, Cql2Error> {
    let mut parser = Parser::of(text)?;
    let whole = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(whole),
        _ => Err(parser.unexpected(
            "AND, OR, một phép so sánh hoặc hết bộ lọc",
            "AND, OR, a comparison or the end",
        )),
    }
}

impl Parser {
    /// Rule `booleanExpression`.
    fn expression(&mut self) -> Read {
        self.enter()?;
        let read = self.chain("OR", Self::conjunction, Expr::Or);
        self.depth -= 1;
        read
    }

    /// Rule `booleanTerm`.
    fn conjunction(&mut self) -> Read {
        self.chain("AND", Self::negation, Expr::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Read,
        join: fn(Vec<Node>) -> Expr,
    ) -> Read {
        let place = self.place();
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.take_word(word) {
            all.push(part(self)?);
        }
        Node::new(join(all), place)
    }

    /// Rule `booleanFactor`.
    fn negation(&mut self) -> Read {
        let place = self.place();
        if !self.take_word("NOT") {
            return self.predicate();
        }
        let what = self.predicate()?;
        Node::new(Expr::Not(Box::new(what)), place)
    }

    /// A value, or a predicate that begins with one.
    fn predicate(&mut self) -> Read {
        let place = self.place();
        let left = self.sum()?;
        if let Token::Sign(sign) = self.peek()
            && let Some(comparison) = Comparison::from_name(sign)
        {
            self.next += 1;
            let right = self.sum()?;
            return Node::new(Expr::Compare(comparison, Box::new([left, right])), place);
        }
        if self.take_word("IS") {
            let negated = self.take_word("NOT");
            self.demand_word("NULL")?;
            return negate(negated, Expr::IsNull(Box::new(left)), place);
        }
        let negated = self.is_word("NOT");
        self.next += usize::from(negated);
        if self.take_word("LIKE") {
            let pattern = self.pattern()?;
            return negate(negated, Expr::Like(Box::new([left, pattern])), place);
        }
        if self.take_word("BETWEEN") {
            let low = self.sum()?;
            self.demand_word("AND")?;
            let high = self.sum()?;
            return negate(negated, Expr::Between(Box::new([left, low, high])), place);
        }
        if self.take_word("IN") {
            self.demand("(")?;
            let list = self.list_until_close()?;
            if list.is_empty() {
                return Err(self.unexpected("ít nhất một giá trị", "at least one value"));
            }
            return negate(negated, Expr::In(Box::new(left), list), place);
        }
        if negated {
            return Err(self.unexpected("LIKE, BETWEEN hoặc IN", "LIKE, BETWEEN or IN"));
        }
        Ok(left)
    }

    /// Rule `patternExpression`.
    fn pattern(&mut self) -> Read {
        let place = self.place();
        if let Some(folding) = self.word().and_then(Folding::from_name) {
            self.next += 1;
            self.demand("(")?;
            self.enter()?;
            let inner = self.pattern()?;
            self.depth -= 1;
            self.demand(")")?;
            return Node::new(Expr::Folded(folding, Box::new(inner)), place);
        }
        let text = self.text("một mẫu trong dấu nháy đơn", "a pattern in single quotes")?;
        Node::new(Expr::Text(text), place)
    }

    /// Rule `arithmeticExpression`.
    fn sum(&mut self) -> Read {
        let operator = |parser: &Self| match parser.peek() {
            Token::Sign("+") => Some(Arithmetic::Add),
            Token::Sign("-") => Some(Arithmetic::Subtract),
            _ => None,
        };
        self.operations(operator, Self::product)
    }

    /// Rule `arithmeticTerm`.
    fn product(&mut self) -> Read {
        let operator = |parser: &Self| match parser.peek() {
            Token::Sign("*") => Some(Arithmetic::Multiply),
            Token::Sign("/") => Some(Arithmetic::Divide),
            Token::Sign("%") => Some(Arithmetic::Modulo),
            Token::Word(word) if word.eq_ignore_ascii_case("div") => {
                Some(Arithmetic::IntegerDivide)
            }
            _ => None,
        };
        self.operations(operator, Self::power)
    }

    fn operations(
        &mut self,
        operator: impl Fn(&Self) -> Option<Arithmetic>,
        part: fn(&mut Self) -> Read,
    ) -> Read {
        let place = self.place();
        let mut left = part(self)?;
        while let Some(operator) = operator(self) {
            self.next += 1;
            let right = part(self)?;
            left = Node::new(Expr::Arithmetic(operator, Box::new([left, right])), place.clone())?;
        }
        Ok(left)
    }

    /// Rule `powerTerm`: one exponent, so that nobody has to know from which side powers count.
    fn power(&mut self) -> Read {
        let place = self.place();
        let base = self.factor()?;
        if !self.take("^") {
            return Ok(base);
        }
        let exponent = self.factor()?;
        if *self.peek() == Token::Sign("^") {
            return Err(self.unexpected(
                "dấu ngoặc quanh luỹ thừa thứ nhất hoặc thứ hai",
                "parentheses around the first or the second power",
            ));
        }
        Node::new(Expr::Arithmetic(Arithmetic::Power, Box::new([base, exponent])), place)
    }

    /// Rule `arithmeticFactor`. A minus binds closer than a power, as the grammar has it.
    fn factor(&mut self) -> Read {
        let place = self.place();
        let is_signed = matches!(self.peek(), Token::Sign("-" | "+"));
        if !is_signed {
            return self.operand();
        }
        if let Token::Number(_) = self.ahead(1) {
            let number = self.signed_number()?;
            return Node::new(Expr::Number(number), place);
        }
        if !self.take("-") {
            self.next += 1;
            return Err(self.unexpected("một số sau dấu cộng", "a number after the plus sign"));
        }
        let operand = self.operand()?;
        let minus = Node::new(Expr::Number(Number::Integer(-1)), place.clone())?;
        Node::new(Expr::Arithmetic(Arithmetic::Multiply, Box::new([minus, operand])), place)
    }

    fn operand(&mut self) -> Read {
        let place = self.place();
        match self.peek().clone() {
            Token::Number(number) => {
                self.next += 1;
                Node::new(Expr::Number(number), place)
            }
            Token::Text(text) => {
                self.next += 1;
                Node::new(Expr::Text(text), place)
            }
            Token::Quoted(name) => {
                self.next += 1;
                Node::new(Expr::Property(name), place)
            }
            Token::Sign("(") => self.parenthesis(),
            Token::Word(word) => self.word_operand(&word, place),
            _ => Err(self.unexpected(
                "một thuộc tính, một giá trị hoặc một hàm",
                "a property, a value or a function",
            )),
        }
    }

    /// An expression in parentheses, or an array where commas are in them.
    fn parenthesis(&mut self) -> Read {
        let place = self.place();
        self.demand("(")?;
        if self.take(")") {
            return Node::new(Expr::Array(Vec::new()), place);
        }
        let first = self.expression()?;
        if self.take(")") {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.take(",") {
            all.push(self.expression()?);
        }
        self.demand(")")?;
        Node::new(Expr::Array(all), place)
    }

    fn word_operand(&mut self, word: &str, place: Place) -> Read {
        if let Some(flag) = [("TRUE", true), ("FALSE", false)]
            .iter()
            .find_map(|(name, flag)| word.eq_ignore_ascii_case(name).then_some(*flag))
        {
            self.next += 1;
            return Node::new(Expr::Bool(flag), place);
        }
        if *self.ahead(1) != Token::Sign("(") && !self.is_geometry() {
            if is_keyword(word) {
                return Err(self.reserved(word));
            }
            self.next += 1;
            return Node::new(Expr::Property(word.to_owned()), place);
        }
        if let Some(geometry) = self.geometry()? {
            return Node::new(geometry, place);
        }
        self.next += 1;
        let expr = if let Some(relation) = SpatialRelation::from_name(word) {
            Expr::Spatial(relation, Box::new(self.two(Self::expression)?))
        } else if let Some(relation) = TemporalRelation::from_name(word) {
            Expr::Temporal(relation, Box::new(self.two(Self::expression)?))
        } else if let Some(relation) = ArrayRelation::from_name(word) {
            Expr::Arrays(relation, Box::new(self.two(Self::array)?))
        } else if let Some(folding) = Folding::from_name(word) {
            self.demand("(")?;
            let inner = self.expression()?;
            self.demand(")")?;
            Expr::Folded(folding, Box::new(inner))
        } else if word.eq_ignore_ascii_case("DATE") {
            let (text, at) = self.text_in_parentheses("DATE('2025-10-29')")?;
            Expr::Date(literal::date(&text, &at)?)
        } else if word.eq_ignore_ascii_case("TIMESTAMP") {
            let (text, at) = self.text_in_parentheses("TIMESTAMP('2025-10-29T18:00:00Z')")?;
            Expr::Timestamp(literal::timestamp(&text, &at)?)
        } else if word.eq_ignore_ascii_case("INTERVAL") {
            Expr::Interval(Box::new(self.two(Self::end)?))
        } else if is_keyword(word) {
            self.next -= 1;
            return Err(self.reserved(word));
        } else {
            self.demand("(")?;
            Expr::Function(word.to_owned(), self.list_until_close()?)
        };
        Node::new(expr, place)
    }

    fn two<T>(&mut self, part: fn(&mut Self) -> Read<T>) -> Read<[T; 2]> {
        self.demand("(")?;
        self.enter()?;
        let first = part(self)?;
        self.demand(",")?;
        let second = part(self)?;
        self.depth -= 1;
        self.demand(")")?;
        Ok([first, second])
    }

    /// Rule `arrayExpression`: here one element in parentheses is an array too.
    fn array(&mut self) -> Read {
        let place = self.place();
        if self.take("(") {
            let all = self.list_until_close()?;
            return Node::new(Expr::Array(all), place);
        }
        let node = self.expression()?;
        match node.expr {
            Expr::Property(_) | Expr::Function(..) => Ok(node),
            _ => Err(not_an_array(node.place)),
        }
    }

    /// Rule `instantParameter`.
    fn end(&mut self) -> Read<End> {
        let place = self.place();
        if let Token::Text(text) = self.peek().clone() {
            self.next += 1;
            return literal::end(&text, place);
        }
        Ok(End::At(self.sum()?))
    }

    fn list_until_close(&mut self) -> Read<Vec<Node>> {
        let mut all = Vec::new();
        if self.take(")") {
            return Ok(all);
        }
        loop {
            all.push(self.expression()?);
            if !self.take(",") {
                break;
            }
        }
        self.demand(")")?;
        Ok(all)
    }

    fn text_in_parentheses(&mut self, example: &str) -> Read<(String, Place)> {
        self.demand("(")?;
        let place = self.place();
        let wanted = format!("'…': {example}");
        let text = self.text(&wanted, &wanted)?;
        self.demand(")")?;
        Ok((text, place))
    }
}

fn negate(negated: bool, expr: Expr, place: Place) -> Read {
    let plain = Node::new(expr, place.clone())?;
    if negated { Node::new(Expr::Not(Box::new(plain)), place) } else { Ok(plain) }
}

/// The error of what stands for an array and is none.
pub(super) fn not_an_array(place: Place) -> Cql2Error {
    Cql2Error::new(
        place,
        "cần một mảng như ('a', 'b'), một thuộc tính hoặc một hàm",
        "an array such as ('a', 'b'), a property or a function is needed",
    )
}
