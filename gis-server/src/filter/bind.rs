//! Names into columns, literals into values, types checked.

use std::sync::Arc;

use city::Crs;

use super::{
    frame::{self, FrameError},
    functions,
    kind::Kind,
    like::Pattern,
    times::{Moment, Unit},
    truth::{Any, List, Literal, Moments, Number, Shape, Span, Text, Truth, unit_of},
};
use crate::{
    cql2::{Comparison, Cql2Error, End, Expr, Folding, Node, Place, TemporalRelation},
    store::LayerView,
};

/// The name under which a filter knows the geometry, as `…/queryables` tells.
pub(crate) const GEOMETRY: &str = "geometry";

/// What names and coordinates are read against.
pub(super) struct Binder<'v> {
    pub(super) view: &'v LayerView,
    pub(super) crs: Crs,
}

type Bound<T> = Result<T, Cql2Error>;

impl Binder<'_> {
    pub(super) fn truth(&self, node: &Node) -> Bound<Truth> {
        match self.any(node)? {
            Any::Truth(truth) => Ok(truth),
            other => Err(wrong_kind(node, &[Kind::Boolean], other.kind())),
        }
    }

    pub(super) fn any(&self, node: &Node) -> Bound<Any> {
        Ok(match &node.expr {
            Expr::Property(name) => self.property(name, &node.place)?,
            Expr::Number(number) => Any::Number(Number::Known((*number).into())),
            Expr::Text(text) => Any::Text(Text::Known(text.as_str().into())),
            Expr::Date(date) => Any::Moment(Moments::Known(Moment::Date(*date)), Kind::Date),
            Expr::Timestamp(at) => Any::Moment(Moments::Known(Moment::At(*at)), Kind::Timestamp),
            Expr::Interval(ends) => self.interval(ends, &node.place)?.0,
            Expr::Geometry(_) | Expr::Bbox(_) => Any::Shape(self.literal(node)?),
            Expr::Array(all) => {
                Any::List(List::Of(all.iter().map(|one| self.any(one)).collect::<Bound<_>>()?))
            }
            Expr::Folded(folding, inner) => Any::Text(self.folded(*folding, inner)?),
            Expr::Arithmetic(operator, two) => {
                let [a, b] = &**two;
                let operands = Box::new([self.number(a)?, self.number(b)?]);
                Any::Number(Number::Operation(*operator, operands))
            }
            Expr::Function(name, args) => functions::bind(self, name, args, &node.place)?,
            _ => Any::Truth(self.predicate(node)?),
        })
    }

    fn predicate(&self, node: &Node) -> Bound<Truth> {
        let all = |nodes: &[Node]| nodes.iter().map(|one| self.truth(one)).collect::<Bound<_>>();
        Ok(match &node.expr {
            Expr::Bool(flag) => Truth::Known(Some(*flag)),
            Expr::And(nodes) => Truth::And(all(nodes)?),
            Expr::Or(nodes) => Truth::Or(all(nodes)?),
            Expr::Not(inner) => Truth::Not(Box::new(self.truth(inner)?)),
            Expr::Compare(how, two) => self.compare(*how, &two[0], &two[1])?,
            Expr::Like(two) => self.like(&two[0], &two[1])?,
            Expr::Between(three) => {
                let [what, low, high] = &**three;
                Truth::And(vec![
                    self.compare(Comparison::GreaterOrEqual, what, low)?,
                    self.compare(Comparison::LessOrEqual, what, high)?,
                ])
            }
            Expr::In(what, list) => self.is_in(what, list)?,
            Expr::IsNull(inner) => Truth::IsNull(Box::new(self.any(inner)?)),
            Expr::Spatial(relation, two) => {
                Truth::Spatial(*relation, Box::new([self.shape(&two[0])?, self.shape(&two[1])?]))
            }
            Expr::Temporal(relation, two) => self.temporal(*relation, &two[0], &two[1])?,
            Expr::Arrays(relation, two) => {
                Truth::Arrays(*relation, Box::new([self.list(&two[0])?, self.list(&two[1])?]))
            }
            // Every other expression is a value, and was one in `any`.
            _ => return Err(wrong_kind(node, &[Kind::Boolean], Kind::Array)),
        })
    }

    fn property(&self, name: &str, place: &Place) -> Bound<Any> {
        if name == GEOMETRY {
            return Ok(Any::Shape(Shape::Own));
        }
        let found = self.view.schema_column(name);
        let bound = found.and_then(|(column, kind)| Any::of_kind(column, Kind::of(kind)));
        bound.ok_or_else(|| {
            let id = &self.view.layer().id;
            let name: String = name.chars().take(80).collect();
            let names: Vec<&str> = std::iter::once(GEOMETRY)
                .chain(self.view.properties().map(|property| property.name.as_str()))
                .collect();
            let names = names.join(", ");
            Cql2Error::new(
                place.clone(),
                format!("lớp '{id}' không có thuộc tính '{name}'; các thuộc tính: {names}"),
                format!("collection '{id}' has no property '{name}'; its properties: {names}"),
            )
        })
    }

    fn compare(&self, how: Comparison, a: &Node, b: &Node) -> Bound<Truth> {
        let (left, right) = (self.any(a)?, self.any(b)?);
        let kinds = (left.kind(), right.kind());
        for (node, kind) in [(a, kinds.0), (b, kinds.1)] {
            if matches!(kind, Kind::Geometry | Kind::Interval | Kind::Array) {
                return Err(wrong_kind(node, &SCALARS, kind));
            }
        }
        Truth::compare(how, left, right).ok_or_else(|| wrong_kind(b, &[kinds.0], kinds.1))
    }

    fn like(&self, what: &Node, pattern: &Node) -> Bound<Truth> {
        let (text, pattern) = (self.text(what)?, self.text(pattern)?);
        let known = super::evaluate::known_text(&pattern).map(|text| Pattern::new(&text));
        Ok(Truth::Like(Box::new(text), Box::new(pattern), known))
    }

    fn is_in(&self, what: &Node, list: &[Node]) -> Bound<Truth> {
        let equal = |one: &Node| self.compare(Comparison::Equal, what, one);
        if let (Any::Text(text), true) = (self.any(what)?, list.len() > 3) {
            let known: Option<_> = list
                .iter()
                .map(|one| match self.any(one) {
                    Ok(Any::Text(text)) => super::evaluate::known_text(&text).map(Box::from),
                    _ => None,
                })
                .collect();
            if let Some(known) = known {
                return Ok(Truth::TextIn(Box::new(text), known));
            }
        }
        Ok(Truth::Or(list.iter().map(equal).collect::<Bound<_>>()?))
    }

    fn temporal(&self, relation: TemporalRelation, a: &Node, b: &Node) -> Bound<Truth> {
        let (first, one) = self.span(a, relation)?;
        let (second, other) = self.span(b, relation)?;
        let unit = if one == Unit::Day { one } else { other };
        Ok(Truth::Temporal(relation, Box::new([first, second]), unit))
    }

    fn span(&self, node: &Node, relation: TemporalRelation) -> Bound<(Span, Unit)> {
        let read = match &node.expr {
            Expr::Interval(ends) => self.interval(ends, &node.place)?,
            _ => {
                let any = self.any(node)?;
                let unit = unit_of([any.kind()]);
                (any, unit)
            }
        };
        match read {
            (Any::Interval(ends), unit) => Ok((Span::Interval(ends), unit)),
            (Any::Moment(moment, _), unit) if relation.takes_instants() => {
                Ok((Span::Moment(moment), unit))
            }
            (Any::Moment(_, kind), _) => Err(wrong_kind(node, &[Kind::Interval], kind)),
            (other, _) => {
                let kinds = [Kind::Timestamp, Kind::Date, Kind::Interval];
                Err(wrong_kind(node, &kinds, other.kind()))
            }
        }
    }

    fn interval(&self, ends: &[End; 2], place: &Place) -> Bound<(Any, Unit)> {
        let mut kinds = Vec::new();
        let mut read = |end: &End| match end {
            End::Open => Ok(None),
            End::At(node) => match self.any(node)? {
                Any::Moment(moment, kind) => {
                    kinds.push(kind);
                    Ok(Some(moment))
                }
                other => Err(wrong_kind(node, &[Kind::Timestamp, Kind::Date], other.kind())),
            },
        };
        let ends = [read(&ends[0])?, read(&ends[1])?];
        let unit = unit_of(kinds);
        if let [Some(Moments::Known(start)), Some(Moments::Known(end))] = &ends
            && start.ticks(unit) > end.ticks(unit)
        {
            return Err(Cql2Error::new(
                place.clone(),
                "khoảng thời gian kết thúc trước khi bắt đầu; hãy đổi chỗ hai đầu",
                "the interval ends before it begins; swap its ends",
            ));
        }
        Ok((Any::Interval(ends), unit))
    }

    fn literal(&self, node: &Node) -> Bound<Shape> {
        let placed: Result<Literal, FrameError> = match &node.expr {
            Expr::Bbox(numbers) => frame::of_box(*numbers, self.crs),
            Expr::Geometry(geometry) => frame::of_geometry(geometry, self.crs),
            _ => return Err(wrong_kind(node, &[Kind::Geometry], Kind::Array)),
        };
        match placed {
            Ok(literal) => Ok(Shape::Known(Arc::new(literal))),
            Err(error) => {
                let said = error.said();
                Err(Cql2Error::new(node.place.clone(), said.vi, said.en))
            }
        }
    }

    fn folded(&self, folding: Folding, inner: &Node) -> Bound<Text> {
        Ok(Text::Folded(folding, Box::new(self.text(inner)?)))
    }

    pub(super) fn number(&self, node: &Node) -> Bound<Number> {
        match self.any(node)? {
            Any::Number(number) => Ok(number),
            other => Err(wrong_kind(node, &[Kind::Number], other.kind())),
        }
    }

    pub(super) fn text(&self, node: &Node) -> Bound<Text> {
        match self.any(node)? {
            Any::Text(text) => Ok(text),
            other => Err(wrong_kind(node, &[Kind::Text], other.kind())),
        }
    }

    pub(super) fn moment(&self, node: &Node) -> Bound<Moments> {
        match self.any(node)? {
            Any::Moment(moment, _) => Ok(moment),
            other => Err(wrong_kind(node, &[Kind::Date, Kind::Timestamp], other.kind())),
        }
    }

    pub(super) fn shape(&self, node: &Node) -> Bound<Shape> {
        match self.any(node)? {
            Any::Shape(shape) => Ok(shape),
            other => Err(wrong_kind(node, &[Kind::Geometry], other.kind())),
        }
    }

    fn list(&self, node: &Node) -> Bound<List> {
        match self.any(node)? {
            Any::List(list) => Ok(list),
            Any::Text(Text::Column(_)) => {
                let text = Kind::Text.title();
                Err(Cql2Error::new(
                    node.place.clone(),
                    format!(
                        "ở đây cần một mảng mà có {}; split(thuộc_tính, ';') tách văn bản thành mảng",
                        text.vi
                    ),
                    format!(
                        "an array is needed here, not {}; split(property, ';') makes an array of a text",
                        text.en
                    ),
                ))
            }
            other => Err(wrong_kind(node, &[Kind::Array], other.kind())),
        }
    }
}

const SCALARS: [Kind; 5] = [Kind::Text, Kind::Number, Kind::Boolean, Kind::Date, Kind::Timestamp];

/// The error of an expression whose type does not fit.
pub(super) fn wrong_kind(node: &Node, wanted: &[Kind], got: Kind) -> Cql2Error {
    let all = |join: &str, of: fn(Kind) -> String| {
        wanted.iter().map(|kind| of(*kind)).collect::<Vec<_>>().join(join)
    };
    let (vi, en) = (all(" hoặc ", |kind| kind.title().vi), all(" or ", |kind| kind.title().en));
    let got = got.title();
    Cql2Error::new(
        node.place.clone(),
        format!("ở đây cần {vi} mà có {}", got.vi),
        format!("{en} is needed here, not {}", got.en),
    )
}
