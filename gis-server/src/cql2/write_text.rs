//! Writes a filter as CQL2 text.

use geo_types::{Coord, Geometry, LineString, Polygon};

use super::{
    Arithmetic, End, Expr, Node, Number,
    names::{is_identifier, is_keyword},
};

/// How tightly the parts of an expression hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Predicate,
    Sum,
    Product,
    Power,
    Operand,
}

impl Node {
    /// The filter as CQL2 text; `None` where that has no way to say it: a text that ends in a
    /// backslash or holds one before a quote, or an array of one element within another.
    pub fn to_text(&self) -> Option<String> {
        let mut writer = Writer { out: String::new(), fits: true };
        writer.node(self, Level::Or);
        writer.fits.then_some(writer.out)
    }

    fn level(&self) -> Level {
        match &self.expr {
            Expr::Or(_) => Level::Or,
            Expr::And(_) => Level::And,
            Expr::Not(_) => Level::Not,
            Expr::Compare(..) | Expr::Like(_) | Expr::Between(_) | Expr::In(..) => Level::Predicate,
            Expr::IsNull(_) => Level::Predicate,
            Expr::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, _) => Level::Sum,
            Expr::Arithmetic(Arithmetic::Power, _) => Level::Power,
            Expr::Arithmetic(..) => Level::Product,
            _ => Level::Operand,
        }
    }
}

struct Writer {
    out: String,
    fits: bool,
}

impl Writer {
    fn node(&mut self, node: &Node, least: Level) {
        let is_bare = node.level() >= least;
        if !is_bare {
            self.out.push('(');
        }
        self.expr(&node.expr);
        if !is_bare {
            self.out.push(')');
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Or(nodes) => self.joined(nodes, " OR ", Level::And),
            Expr::And(nodes) => self.joined(nodes, " AND ", Level::Not),
            Expr::Not(node) => {
                self.out.push_str("NOT ");
                self.node(node, Level::Predicate);
            }
            Expr::Compare(comparison, two) => {
                self.infix(comparison.name(), two, Level::Sum, Level::Sum);
            }
            Expr::Like(two) => self.infix("LIKE", two, Level::Sum, Level::Operand),
            Expr::Between(three) => {
                self.node(&three[0], Level::Sum);
                self.out.push_str(" BETWEEN ");
                self.node(&three[1], Level::Sum);
                self.out.push_str(" AND ");
                self.node(&three[2], Level::Sum);
            }
            Expr::In(node, list) => {
                self.node(node, Level::Sum);
                self.out.push_str(" IN ");
                self.arguments(list);
            }
            Expr::IsNull(node) => {
                self.node(node, Level::Sum);
                self.out.push_str(" IS NULL");
            }
            Expr::Spatial(relation, two) => self.call(relation.name(), &two[..]),
            Expr::Temporal(relation, two) => self.call(relation.name(), &two[..]),
            Expr::Arrays(relation, two) => {
                self.out.push_str(&relation.name().to_ascii_uppercase());
                self.out.push('(');
                self.array(&two[0]);
                self.out.push_str(", ");
                self.array(&two[1]);
                self.out.push(')');
            }
            Expr::Folded(folding, node) => self.call(folding.name(), std::slice::from_ref(&**node)),
            Expr::Arithmetic(operator, two) => {
                let (left, right) = match operator {
                    Arithmetic::Add | Arithmetic::Subtract => (Level::Sum, Level::Product),
                    Arithmetic::Power => (Level::Operand, Level::Operand),
                    _ => (Level::Product, Level::Power),
                };
                self.infix(operator.name(), two, left, right);
            }
            Expr::Function(name, args) => {
                self.out.push_str(name);
                self.arguments(args);
            }
            Expr::Array(nodes) => {
                self.fits &= nodes.len() != 1;
                self.arguments(nodes);
            }
            Expr::Property(name) => self.property(name),
            literal => self.literal(literal),
        }
    }

    fn literal(&mut self, literal: &Expr) {
        match literal {
            Expr::Bool(flag) => self.out.push_str(if *flag { "TRUE" } else { "FALSE" }),
            Expr::Number(Number::Integer(number)) => self.out.push_str(&number.to_string()),
            Expr::Number(Number::Real(number)) => self.number(*number),
            Expr::Text(text) => self.text(text),
            Expr::Date(date) => self.out.push_str(&format!("DATE('{date}')")),
            Expr::Timestamp(at) => self.out.push_str(&format!("TIMESTAMP('{at}')")),
            Expr::Interval(ends) => {
                self.out.push_str("INTERVAL(");
                self.end(&ends[0]);
                self.out.push_str(", ");
                self.end(&ends[1]);
                self.out.push(')');
            }
            Expr::Geometry(geometry) => self.geometry(geometry),
            Expr::Bbox(numbers) => {
                self.out.push_str("BBOX");
                self.listed(numbers, |writer, number| writer.number(*number));
            }
            _ => self.fits = false,
        }
    }

    fn end(&mut self, end: &End) {
        match end {
            End::Open => self.out.push_str("'..'"),
            End::At(node) => match &node.expr {
                Expr::Date(date) => self.out.push_str(&format!("'{date}'")),
                Expr::Timestamp(at) => self.out.push_str(&format!("'{at}'")),
                _ => self.node(node, Level::Sum),
            },
        }
    }

    fn joined(&mut self, nodes: &[Node], word: &str, least: Level) {
        for (order, node) in nodes.iter().enumerate() {
            if order > 0 {
                self.out.push_str(word);
            }
            self.node(node, least);
        }
    }

    fn infix(&mut self, sign: &str, two: &[Node; 2], left: Level, right: Level) {
        self.node(&two[0], left);
        self.out.push(' ');
        self.out.push_str(sign);
        self.out.push(' ');
        self.node(&two[1], right);
    }

    fn call(&mut self, name: &str, args: &[Node]) {
        self.out.push_str(&name.to_ascii_uppercase());
        self.arguments(args);
    }

    fn arguments(&mut self, args: &[Node]) {
        self.listed(args, |writer, node| writer.node(node, Level::Or));
    }

    fn array(&mut self, node: &Node) {
        match &node.expr {
            Expr::Array(nodes) => self.arguments(nodes),
            _ => self.node(node, Level::Or),
        }
    }

    fn listed<T>(&mut self, all: &[T], write: impl Fn(&mut Self, &T)) {
        self.out.push('(');
        for (order, one) in all.iter().enumerate() {
            if order > 0 {
                self.out.push_str(", ");
            }
            write(self, one);
        }
        self.out.push(')');
    }

    fn property(&mut self, name: &str) {
        if is_identifier(name) && !is_keyword(name) {
            self.out.push_str(name);
        } else {
            self.out.push('"');
            self.out.push_str(&name.replace('"', "\"\""));
            self.out.push('"');
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('\'');
        let mut letters = text.chars();
        while let Some(c) = letters.next() {
            match c {
                '\'' => self.out.push_str("''"),
                '\\' => {
                    self.out.push('\\');
                    match letters.clone().next() {
                        None | Some('\'') => self.fits = false,
                        Some('\\') => {
                            letters.next();
                            self.out.push('\\');
                        }
                        Some(_) => {}
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('\'');
    }

    /// With a point or an exponent, so that it is read as a real number again.
    fn number(&mut self, number: f64) {
        self.out.push_str(&format!("{number:?}"));
    }

    fn geometry(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => {
                self.out.push_str("POINT");
                self.listed(&[point.0], Self::position);
            }
            Geometry::LineString(line) => {
                self.out.push_str("LINESTRING");
                self.line(line);
            }
            Geometry::Polygon(polygon) => {
                self.out.push_str("POLYGON");
                self.polygon(polygon);
            }
            Geometry::MultiPoint(points) => {
                self.out.push_str("MULTIPOINT");
                self.listed(&points.0, |writer, point| writer.listed(&[point.0], Self::position));
            }
            Geometry::MultiLineString(lines) => {
                self.out.push_str("MULTILINESTRING");
                self.listed(&lines.0, Self::line);
            }
            Geometry::MultiPolygon(polygons) => {
                self.out.push_str("MULTIPOLYGON");
                self.listed(&polygons.0, Self::polygon);
            }
            Geometry::GeometryCollection(all) if !all.0.is_empty() => {
                self.out.push_str("GEOMETRYCOLLECTION");
                self.listed(&all.0, Self::geometry);
            }
            _ => self.fits = false,
        }
    }

    fn position(&mut self, at: &Coord<f64>) {
        self.number(at.x);
        self.out.push(' ');
        self.number(at.y);
    }

    fn line(&mut self, line: &LineString<f64>) {
        self.listed(&line.0, Self::position);
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        let rings: Vec<&LineString<f64>> =
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
        self.listed(&rings, |writer, ring| writer.line(ring));
    }
}
