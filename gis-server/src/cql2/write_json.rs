//! Writes a filter as CQL2 JSON.

use serde_json::{Value, json};

use super::{End, Expr, Node, Number, geojson};

impl Node {
    /// The filter as CQL2 JSON.
    pub fn to_json(&self) -> Value {
        let op = |name: &str, args: Vec<Value>| json!({"op": name, "args": args});
        let all = |nodes: &[Self]| nodes.iter().map(Self::to_json).collect::<Vec<_>>();
        match &self.expr {
            Expr::And(nodes) => op("and", all(nodes)),
            Expr::Or(nodes) => op("or", all(nodes)),
            Expr::Not(node) => op("not", vec![node.to_json()]),
            Expr::Compare(comparison, two) => op(comparison.name(), all(&two[..])),
            Expr::Like(two) => op("like", all(&two[..])),
            Expr::Between(three) => op("between", all(&three[..])),
            Expr::In(node, list) => op("in", vec![node.to_json(), all(list).into()]),
            Expr::IsNull(node) => op("isNull", vec![node.to_json()]),
            Expr::Spatial(relation, two) => op(relation.name(), all(&two[..])),
            Expr::Temporal(relation, two) => op(relation.name(), all(&two[..])),
            Expr::Arrays(relation, two) => op(relation.name(), all(&two[..])),
            Expr::Bool(flag) => json!(flag),
            Expr::Number(Number::Integer(number)) => json!(number),
            Expr::Number(Number::Real(number)) => json!(number),
            Expr::Text(text) => json!(text),
            Expr::Date(date) => json!({"date": date.to_string()}),
            Expr::Timestamp(at) => json!({"timestamp": at.to_string()}),
            Expr::Interval(ends) => json!({"interval": [end(&ends[0]), end(&ends[1])]}),
            Expr::Geometry(geometry) => geojson::write(geometry),
            Expr::Bbox(numbers) => json!({"bbox": numbers}),
            Expr::Array(nodes) => all(nodes).into(),
            Expr::Property(name) => json!({"property": name}),
            Expr::Function(name, args) => op(name, all(args)),
            Expr::Folded(folding, node) => op(folding.name(), vec![node.to_json()]),
            Expr::Arithmetic(operator, two) => op(operator.name(), all(&two[..])),
        }
    }
}

fn end(end: &End) -> Value {
    match end {
        End::Open => json!(".."),
        End::At(node) => match &node.expr {
            Expr::Date(date) => json!(date.to_string()),
            Expr::Timestamp(at) => json!(at.to_string()),
            _ => node.to_json(),
        },
    }
}
