//! Filters against an evaluator that reads the tree itself, value by value.

use std::cmp::Ordering;

use city::{Crs, FeatureId, PropertyType, Value};
use datasets::Feature;
use geo::Intersects;
use geo_types::{Coord, Geometry, LineString, Point, Rect};
use proptest::{prelude::*, sample::select};

use super::data::{found, layer, nowhere, view_of};
use crate::{
    cql2::{Arithmetic, End, Expr, Folding, Language, Node, Number, SpatialRelation, parse},
    filter::{Filter, fold, times},
};

pub(super) const COLUMNS: [(&str, PropertyType); 5] = [
    ("n", PropertyType::Integer),
    ("r", PropertyType::Real),
    ("t", PropertyType::Text),
    ("d", PropertyType::Date),
    ("b", PropertyType::Bool),
];

/// A value as the naive evaluator has it.
#[derive(Debug, Clone, PartialEq)]
enum Plain {
    Bool(bool),
    Number(f64),
    Text(String),
    Day(i64),
    Span(i64, i64),
    Shape(Geometry<f64>),
}

fn eval(node: &Node, row: &Feature) -> Option<Plain> {
    let of = |node: &Node| eval(node, row);
    let truth = |node: &Node| match of(node) {
        Some(Plain::Bool(flag)) => Some(flag),
        None => None,
        other => panic!("{other:?} is no truth"),
    };
    let bool = |flag: Option<bool>| flag.map(Plain::Bool);
    match &node.expr {
        Expr::Property(name) if name == "geometry" => {
            (row.geometry != nowhere()).then(|| Plain::Shape(row.geometry.clone()))
        }
        Expr::Property(name) => {
            let column = COLUMNS.iter().position(|(own, _)| own == name).unwrap();
            match &row.values[column] {
                Value::Null => None,
                Value::Bool(flag) => Some(Plain::Bool(*flag)),
                Value::Integer(number) => Some(Plain::Number(*number as f64)),
                Value::Real(number) => Some(Plain::Number(*number)),
                Value::Text(text) => Some(Plain::Text(text.to_string())),
                Value::Date(date) => Some(Plain::Day(day(*date))),
                Value::Instant(_) => unreachable!(),
            }
        }
        Expr::Bool(flag) => Some(Plain::Bool(*flag)),
        Expr::Number(Number::Integer(number)) => Some(Plain::Number(*number as f64)),
        Expr::Number(Number::Real(number)) => Some(Plain::Number(*number)),
        Expr::Text(text) => Some(Plain::Text(text.clone())),
        Expr::Date(date) => Some(Plain::Day(day(*date))),
        Expr::Bbox([a, b, c, d]) => {
            let rect = Rect::new((*a, *b), (*c, *d));
            Some(Plain::Shape(rect.to_polygon().into()))
        }
        Expr::Interval(ends) => {
            let end = |end: &End, open: i64| match end {
                End::Open => Some(open),
                End::At(node) => match of(node)? {
                    Plain::Day(day) => Some(day),
                    other => panic!("{other:?}"),
                },
            };
            let (start, end) = (end(&ends[0], i64::MIN)?, end(&ends[1], i64::MAX)?);
            (start <= end).then_some(Plain::Span(start, end))
        }
        Expr::Folded(folding, inner) => match of(inner)? {
            Plain::Text(text) => Some(Plain::Text(match folding {
                Folding::Case => fold::fold_case(&text),
                Folding::Accents => fold::strip_accents(&text),
            })),
            other => panic!("{other:?}"),
        },
        Expr::Arithmetic(operator, two) => {
            let (Plain::Number(a), Plain::Number(b)) = (of(&two[0])?, of(&two[1])?) else {
                panic!("numbers")
            };
            let result = match operator {
                Arithmetic::Add => a + b,
                Arithmetic::Subtract => a - b,
                Arithmetic::Multiply => a * b,
                Arithmetic::Divide => a / b,
                Arithmetic::Modulo => a % b,
                Arithmetic::IntegerDivide => (a / b).trunc(),
                Arithmetic::Power => a.powf(b),
            };
            result.is_finite().then_some(Plain::Number(result))
        }
        Expr::And(all) => {
            let all: Vec<_> = all.iter().map(truth).collect();
            let unknown = all.contains(&None);
            bool(if all.contains(&Some(false)) { Some(false) } else { (!unknown).then_some(true) })
        }
        Expr::Or(all) => {
            let all: Vec<_> = all.iter().map(truth).collect();
            let unknown = all.contains(&None);
            bool(if all.contains(&Some(true)) { Some(true) } else { (!unknown).then_some(false) })
        }
        Expr::Not(inner) => bool(truth(inner).map(|flag| !flag)),
        Expr::Compare(how, two) => {
            let (a, b) = (of(&two[0])?, of(&two[1])?);
            Some(Plain::Bool(how.holds(order(&a, &b))))
        }
        Expr::Between(three) => {
            let (what, low, high) = (of(&three[0]), of(&three[1]), of(&three[2]));
            let at_least = what.as_ref().zip(low).map(|(a, b)| order(a, &b).is_ge());
            let at_most = what.as_ref().zip(high).map(|(a, b)| order(a, &b).is_le());
            bool(match (at_least, at_most) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            })
        }
        Expr::In(what, list) => {
            let what = of(what)?;
            let same: Vec<_> =
                list.iter().map(|one| of(one).map(|one| order(&what, &one).is_eq())).collect();
            bool(match (same.contains(&Some(true)), same.contains(&None)) {
                (true, _) => Some(true),
                (false, true) => None,
                (false, false) => Some(false),
            })
        }
        Expr::Like(two) => {
            let (Plain::Text(text), Plain::Text(pattern)) = (of(&two[0])?, of(&two[1])?) else {
                panic!("texts")
            };
            let letters: Vec<char> = pattern.chars().collect();
            Some(Plain::Bool(like(&text.chars().collect::<Vec<_>>(), &letters)))
        }
        Expr::IsNull(inner) => Some(Plain::Bool(of(inner).is_none())),
        Expr::Spatial(relation, two) => {
            let (Plain::Shape(a), Plain::Shape(b)) = (of(&two[0])?, of(&two[1])?) else {
                panic!("shapes")
            };
            let meets = a.intersects(&b);
            Some(Plain::Bool(meets == (*relation == SpatialRelation::Intersects)))
        }
        Expr::Temporal(relation, two) => {
            let span = |plain: Plain| match plain {
                Plain::Day(day) => times::Ticks { start: day, end: day },
                Plain::Span(start, end) => times::Ticks { start, end },
                other => panic!("{other:?}"),
            };
            let (a, b) = (span(of(&two[0])?), span(of(&two[1])?));
            Some(Plain::Bool(times::holds(*relation, a, b)))
        }
        other => panic!("{other:?} is not made here"),
    }
}

fn day(date: city::time::Date) -> i64 {
    times::Moment::Date(date).ticks(times::Unit::Day)
}

fn order(a: &Plain, b: &Plain) -> Ordering {
    match (a, b) {
        (Plain::Bool(a), Plain::Bool(b)) => a.cmp(b),
        (Plain::Number(a), Plain::Number(b)) => a.partial_cmp(b).unwrap(),
        (Plain::Text(a), Plain::Text(b)) => a.cmp(b),
        (Plain::Day(a), Plain::Day(b)) => a.cmp(b),
        other => panic!("{other:?} is not ordered"),
    }
}

fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('%', rest)) => (0..=text.len()).any(|skip| like(&text[skip..], rest)),
        Some(('_', rest)) => !text.is_empty() && like(&text[1..], rest),
        Some((c, rest)) => text.first() == Some(c) && like(&text[1..], rest),
    }
}

/// A feature on a lattice, with values that are often equal and often missing.
pub(super) fn row() -> impl Strategy<Value = (Geometry<f64>, Vec<Value>)> {
    let at = || (0i32..5, 0i32..5).prop_map(|(x, y)| Coord { x: x.into(), y: y.into() });
    let shape = prop_oneof![
        at().prop_map(|at| Point(at).into()),
        (at(), at())
            .prop_filter("a line", |(a, b)| a != b)
            .prop_map(|(a, b)| LineString(vec![a, b]).into()),
        (at(), 1i32..3, 1i32..3).prop_map(|(at, w, h)| {
            let far = Coord { x: at.x + f64::from(w), y: at.y + f64::from(h) };
            Geometry::Polygon(Rect::new(at, far).to_polygon())
        }),
        Just(nowhere()),
    ];
    let maybe = |some: BoxedStrategy<Value>| prop_oneof![3 => some, 1 => Just(Value::Null)];
    let texts = vec!["a", "A", "á", "đ", "Đá", "b%", "", "bá"];
    let values = (
        maybe((-3i64..5).prop_map(Value::Integer).boxed()),
        maybe((-6i32..10).prop_map(|n| Value::Real(f64::from(n) / 2.0)).boxed()),
        maybe(select(texts).prop_map(Value::from).boxed()),
        maybe((1i8..28).prop_map(|d| Value::Date(jiff::civil::date(2025, 1, d))).boxed()),
        maybe(any::<bool>().prop_map(Value::Bool).boxed()),
    );
    (shape, values).prop_map(|(shape, (n, r, t, d, b))| (shape, vec![n, r, t, d, b]))
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("n".to_owned()),
        Just("r".to_owned()),
        (-3i32..5).prop_map(|n| n.to_string()),
        select(vec!["0.5", "-1.5", "2.0"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), select(vec!["+", "-", "*", "/", "%", "div", "^"]), inner)
            .prop_map(|(a, op, b)| format!("({a} {op} {b})"))
    })
}

fn text() -> impl Strategy<Value = String> {
    let leaf = select(vec!["t", "t", "'a'", "'Á'", "'đá'", "''"]).prop_map(str::to_owned);
    leaf.prop_recursive(2, 3, 1, |inner| {
        (select(vec!["CASEI", "ACCENTI"]), inner).prop_map(|(f, inner)| format!("{f}({inner})"))
    })
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof![Just("d".to_owned()), (1..28).prop_map(|d| format!("DATE('2025-01-{d:02}')"))]
}

pub(super) fn truth() -> impl Strategy<Value = String> {
    let comparison = || select(vec!["=", "<>", "<", ">", "<=", ">="]);
    let end = || {
        prop_oneof![
            Just("'..'".to_owned()),
            Just("d".to_owned()),
            (1..28).prop_map(|d| format!("'2025-01-{d:02}'")),
        ]
    };
    let bbox = (0i32..5, 0i32..5, 1i32..4, 1i32..4)
        .prop_map(|(x, y, w, h)| format!("BBOX({x},{y},{},{})", x + w, y + h));
    let relations = ["T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS"];
    let of_intervals = ["T_DURING", "T_STARTS", "T_FINISHEDBY", "T_MEETS", "T_OVERLAPS"];
    let interval = move || (end(), end()).prop_map(|(a, b)| format!("INTERVAL({a}, {b})"));
    let leaf = prop_oneof![
        (number(), comparison(), number()).prop_map(|(a, how, b)| format!("{a} {how} {b}")),
        (text(), comparison(), text()).prop_map(|(a, how, b)| format!("{a} {how} {b}")),
        (date(), comparison(), date()).prop_map(|(a, how, b)| format!("{a} {how} {b}")),
        (number(), number(), number()).prop_map(|(a, b, c)| format!("{a} BETWEEN {b} AND {c}")),
        (number(), prop::collection::vec(number(), 1..6))
            .prop_map(|(a, all)| format!("{a} IN ({})", all.join(", "))),
        (text(), prop::collection::vec(text(), 1..6))
            .prop_map(|(a, all)| format!("{a} NOT IN ({})", all.join(", "))),
        (text(), select(vec!["'%a%'", "'_'", "CASEI('Đ%')", "ACCENTI('%á')", "''"]))
            .prop_map(|(a, pattern)| format!("{a} LIKE {pattern}")),
        select(vec!["b", "TRUE", "FALSE", "n IS NULL", "t IS NOT NULL", "geometry IS NULL"])
            .prop_map(str::to_owned),
        (select(vec!["S_INTERSECTS", "S_DISJOINT"]), bbox)
            .prop_map(|(how, bbox)| format!("{how}(geometry, {bbox})")),
        (select(relations.to_vec()), date(), interval())
            .prop_map(|(how, a, b)| format!("{how}({a}, {b})")),
        (select(of_intervals.to_vec()), interval(), interval())
            .prop_map(|(how, a, b)| format!("{how}({a}, {b})")),
    ];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" AND "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" OR "))),
            inner.clone().prop_map(|one| format!("NOT ({one})")),
            inner.clone().prop_map(|one| format!("(({one}) IS NULL)")),
            (inner.clone(), comparison(), inner)
                .prop_map(|(a, how, b)| format!("({a}) {how} ({b})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_filter_finds_what_the_naive_evaluator_finds(
        rows in prop::collection::vec(row(), 0..30),
        edits in prop::collection::vec((0usize..30, row()), 0..6),
        text in truth(),
    ) {
        let feature = |(id, (geometry, values)): (usize, (Geometry<f64>, Vec<Value>))| {
            Feature { id: FeatureId::Number(id as u64), geometry, values }
        };
        let mut expected: std::collections::BTreeMap<usize, Feature> =
            rows.into_iter().enumerate().map(|pair| (pair.0, feature(pair))).collect();
        let view = view_of(layer(&COLUMNS), expected.values().cloned().collect());
        let edits: Vec<(usize, Feature)> =
            edits.into_iter().map(|pair| (pair.0, feature(pair))).collect();
        let edits: std::collections::BTreeMap<usize, Feature> = edits.into_iter().collect();
        let view = view.edited_to(edits.values().cloned().collect());
        expected.extend(edits);

        let Ok(node) = parse(Language::Text, &text) else {
            return Err(TestCaseError::fail(format!("cannot read {text}")));
        };
        let filter = match Filter::bind(&node, Crs::CRS84, &view) {
            Ok(filter) => filter,
            // An interval of two known ends in the wrong order.
            Err(error) => {
                prop_assert!(error.what.en.contains("swap"), "{}: {}", text, error);
                return Ok(());
            }
        };
        let wanted: Vec<u64> = expected
            .iter()
            .filter(|(_, row)| eval(&node, row) == Some(Plain::Bool(true)))
            .map(|(id, _)| *id as u64)
            .collect();
        prop_assert_eq!(found(&view, filter).unwrap(), wanted, "{}", text);
    }
}
