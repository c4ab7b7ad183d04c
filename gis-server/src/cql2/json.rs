//! Reads CQL2 JSON (the schema of 21-065, annex C).

use serde_json::{Map, Value};

use super::{
    Arithmetic, ArrayRelation, Comparison, Cql2Error, End, Expr, Folding, MAX_DEPTH, Node, Number,
    Place, SpatialRelation, TemporalRelation,
    error::shown,
    geojson, literal,
    names::{is_identifier, is_keyword},
    text::not_an_array,
    tree::too_deep,
    wkt::bbox_of,
};

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Node, Cql2Error> {
    let value: Value = serde_json::from_str(text).map_err(|error| broken(text, &error))?;
    Reader { pointer: String::new(), depth: 0 }.node(&value)
}

/// The error of a text that is no JSON, at the character where that shows.
fn broken(text: &str, error: &serde_json::Error) -> Cql2Error {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let bytes = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let at = text.char_indices().take_while(|(byte, _)| *byte < bytes).count() + 1;
    Cql2Error::new(
        Place::Character(at),
        "không đọc được JSON ở đây (với cql2-text hãy ghi filter-lang=cql2-text)",
        format!("this is no JSON ({error}); for text say filter-lang=cql2-text"),
    )
}

struct Reader {
    pointer: String,
    depth: usize,
}

type Read<T = Node> = Result<T, Cql2Error>;

impl Reader {
    fn node(&mut self, value: &Value) -> Read {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.place()));
        }
        let expr = self.expr(value)?;
        self.depth -= 1;
        Node::new(expr, self.place())
    }

    fn expr(&mut self, value: &Value) -> Read<Expr> {
        Ok(match value {
            Value::Null => {
                return Err(self.wrong(
                    "null không phải là giá trị của CQL2; hãy dùng isNull",
                    "null is no value of CQL2; use isNull",
                ));
            }
            Value::Bool(flag) => Expr::Bool(*flag),
            Value::Number(number) => Expr::Number(match number.as_i64() {
                Some(whole) => Number::Integer(whole),
                None => Number::Real(number.as_f64().unwrap_or(0.0)),
            }),
            Value::String(text) => Expr::Text(text.clone()),
            Value::Array(all) => Expr::Array(self.all(all)?),
            Value::Object(members) => return self.object(members, value),
        })
    }

    fn object(&mut self, members: &Map<String, Value>, whole: &Value) -> Read<Expr> {
        if members.contains_key("type") {
            return Ok(Expr::Geometry(geojson::read(whole, &self.place())?));
        }
        if let Some(name) = members.get("op") {
            self.only(members, &["op", "args"])?;
            let Some(name) = name.as_str() else {
                return self.within("op", |reader| {
                    Err(reader.wrong("'op' phải là văn bản", "'op' must be a text"))
                });
            };
            let Some(args) = members.get("args").and_then(Value::as_array) else {
                return Err(self.wrong("'args' phải là một mảng", "'args' must be an array"));
            };
            return self.within("args", |reader| reader.operation(name, args));
        }
        let Some((name, value)) = members.iter().next() else { return Err(self.unknown()) };
        if !matches!(name.as_str(), "property" | "date" | "timestamp" | "interval" | "bbox") {
            return Err(self.unknown());
        }
        self.only(members, &[name])?;
        self.within(name, |reader| match (name.as_str(), value) {
            ("property", Value::String(name)) => Ok(Expr::Property(name.clone())),
            ("date", Value::String(text)) => Ok(Expr::Date(literal::date(text, &reader.place())?)),
            ("timestamp", Value::String(text)) => {
                Ok(Expr::Timestamp(literal::timestamp(text, &reader.place())?))
            }
            ("interval", Value::Array(ends)) => reader.interval(ends),
            ("bbox", Value::Array(numbers)) => {
                let read: Option<Vec<f64>> = numbers.iter().map(Value::as_f64).collect();
                bbox_of(&read.unwrap_or_default(), &reader.place())
            }
            ("interval" | "bbox", _) => {
                Err(reader.wrong("ở đây cần một mảng", "an array is needed here"))
            }
            _ => Err(reader.wrong("ở đây cần một văn bản", "a text is needed here")),
        })
    }

    fn interval(&mut self, ends: &[Value]) -> Read<Expr> {
        let [first, last] = ends else {
            return Err(self.wrong("một khoảng cần hai đầu", "an interval needs two ends"));
        };
        let first = self.within("0", |reader| reader.end(first))?;
        let last = self.within("1", |reader| reader.end(last))?;
        Ok(Expr::Interval(Box::new([first, last])))
    }

    fn end(&mut self, value: &Value) -> Read<End> {
        match value {
            Value::String(text) => literal::end(text, self.place()),
            Value::Object(_) => Ok(End::At(self.node(value)?)),
            _ => Err(self.wrong(
                "đầu của khoảng phải là ngày, thời điểm, '..', thuộc tính hoặc hàm",
                "the end of an interval must be a date, a timestamp, '..', a property or a function",
            )),
        }
    }

    fn operation(&mut self, name: &str, args: &[Value]) -> Read<Expr> {
        let junction: Option<fn(Vec<Node>) -> Expr> = match name {
            _ if name.eq_ignore_ascii_case("and") => Some(Expr::And),
            _ if name.eq_ignore_ascii_case("or") => Some(Expr::Or),
            _ => None,
        };
        if let Some(join) = junction {
            if args.len() < 2 {
                return Err(self.wrong_count("≥ 2", args.len()));
            }
            return Ok(join(self.all(args)?));
        }
        if let Some(comparison) = Comparison::from_name(name) {
            return Ok(Expr::Compare(comparison, self.exactly(args)?));
        }
        if let Some(operator) = Arithmetic::from_name(name) {
            return Ok(Expr::Arithmetic(operator, self.exactly(args)?));
        }
        if let Some(relation) = SpatialRelation::from_name(name) {
            return Ok(Expr::Spatial(relation, self.exactly(args)?));
        }
        if let Some(relation) = TemporalRelation::from_name(name) {
            return Ok(Expr::Temporal(relation, self.exactly(args)?));
        }
        if let Some(relation) = ArrayRelation::from_name(name) {
            let two = self.exactly(args)?;
            let odd = two.iter().find(|node: &&Node| {
                !matches!(node.expr, Expr::Array(_) | Expr::Property(_) | Expr::Function(..))
            });
            return match odd {
                Some(node) => Err(not_an_array(node.place.clone())),
                None => Ok(Expr::Arrays(relation, two)),
            };
        }
        if let Some(folding) = Folding::from_name(name) {
            let [inner] = *self.exactly(args)?;
            return Ok(Expr::Folded(folding, Box::new(inner)));
        }
        match name.to_ascii_lowercase().as_str() {
            "not" => {
                let [inner] = *self.exactly(args)?;
                Ok(Expr::Not(Box::new(inner)))
            }
            "isnull" => {
                let [inner] = *self.exactly(args)?;
                Ok(Expr::IsNull(Box::new(inner)))
            }
            "like" => self.like(args),
            "between" => Ok(Expr::Between(self.exactly(args)?)),
            "in" => self.is_in(args),
            _ if is_identifier(name) && !is_keyword(name) => {
                Ok(Expr::Function(name.to_owned(), self.all(args)?))
            }
            _ => {
                let name = shown(name);
                Err(self.wrong(
                    format!("không có toán tử hay hàm '{name}'"),
                    format!("there is no operator or function '{name}'"),
                ))
            }
        }
    }

    fn like(&mut self, args: &[Value]) -> Read<Expr> {
        let two: Box<[Node; 2]> = self.exactly(args)?;
        let mut pattern = &two[1];
        while let Expr::Folded(_, inner) = &pattern.expr {
            pattern = inner;
        }
        match pattern.expr {
            Expr::Text(_) => Ok(Expr::Like(two)),
            _ => Err(Cql2Error::new(
                pattern.place.clone(),
                "mẫu của like phải là văn bản, có thể trong casei hoặc accenti",
                "the pattern of like must be a text, in casei or accenti if need be",
            )),
        }
    }

    fn is_in(&mut self, args: &[Value]) -> Read<Expr> {
        let [what, list] = args else { return Err(self.wrong_count("2", args.len())) };
        let what = self.within("0", |reader| reader.node(what))?;
        let list = self.within("1", |reader| match list {
            Value::Array(all) if !all.is_empty() => reader.all(all),
            _ => Err(reader.wrong(
                "ở đây cần một mảng có ít nhất một giá trị",
                "an array with at least one value is needed here",
            )),
        })?;
        Ok(Expr::In(Box::new(what), list))
    }

    fn all(&mut self, values: &[Value]) -> Read<Vec<Node>> {
        let read = |(index, value): (usize, &Value)| {
            self.within(&index.to_string(), |reader| reader.node(value))
        };
        values.iter().enumerate().map(read).collect()
    }

    fn exactly<const N: usize>(&mut self, args: &[Value]) -> Read<Box<[Node; N]>> {
        let all = if args.len() == N { self.all(args)? } else { Vec::new() };
        all.try_into().map_err(|_| self.wrong_count(&N.to_string(), args.len()))
    }

    /// Reads what stands under a member or an index.
    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(name);
        let got = read(self);
        self.pointer.truncate(length);
        got
    }

    fn only(&self, members: &Map<String, Value>, known: &[&str]) -> Read<()> {
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let (name, known) = (shown(name), known.join(", "));
                Err(self.wrong(
                    format!("thành phần '{name}' không thuộc về đây (chỉ có: {known})"),
                    format!("the member '{name}' does not belong here (only: {known})"),
                ))
            }
        }
    }

    fn place(&self) -> Place {
        Place::Pointer(self.pointer.as_str().into())
    }

    fn wrong(&self, vi: impl Into<String>, en: impl Into<String>) -> Cql2Error {
        Cql2Error::new(self.place(), vi, en)
    }

    fn wrong_count(&self, wanted: &str, got: usize) -> Cql2Error {
        self.wrong(
            format!("cần {wanted} đối số, ở đây có {got}"),
            format!("{wanted} arguments are needed, here are {got}"),
        )
    }

    fn unknown(&self) -> Cql2Error {
        self.wrong(
            "đối tượng này không thuộc CQL2: cần 'op' với 'args', 'property', 'date', 'timestamp', 'interval', 'bbox' hoặc một hình học GeoJSON",
            "this object is none of CQL2: 'op' with 'args', 'property', 'date', 'timestamp', 'interval', 'bbox' or a GeoJSON geometry is needed",
        )
    }
}
