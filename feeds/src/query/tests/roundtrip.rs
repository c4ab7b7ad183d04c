//! Whatever tree there is: it prints itself as text that is read as the same tree. Whatever text
//! comes: it is read or refused, and nothing else.

use city::Instant;
use geo_types::{Geometry, LineString, Point, Polygon};
use proptest::prelude::*;

use super::*;
use crate::model::Navigation;

fn property(kind: EntityKind, wanted: Type) -> BoxedStrategy<Expression> {
    let keys = prop::collection::vec("[a-zđ_][a-z0-9_]{0,4}", 0..3);
    let mut ways: Vec<(Vec<Navigation>, EntityKind)> = vec![(Vec::new(), kind)];
    for way in kind.navigations() {
        ways.push((vec![way], way.target));
        ways.extend(way.target.navigations().map(|next| (vec![way, next], next.target)));
    }
    let known: Vec<_> = ways
        .into_iter()
        .flat_map(|(ways, kind)| {
            let named = kind.properties().iter().map(|name| Property::Named(name));
            let all = named.chain([Property::Id]);
            all.filter(move |it| it.type_of() == wanted).map(move |it| (ways.clone(), it))
        })
        .collect();
    if known.is_empty() {
        return Just(Expression::Literal(Literal::Null)).boxed();
    }
    (prop::sample::select(known), keys)
        .prop_map(move |((ways, property), keys)| {
            let keys = if wanted == Type::Json { keys } else { Vec::new() };
            Expression::Property(PropertyPath { ways, property, keys })
        })
        .boxed()
}

fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let coord = || (-180.0..180.0_f64, -90.0..90.0_f64);
    let line = prop::collection::vec(coord(), 2..5).prop_map(LineString::from);
    let ring = prop::collection::vec(coord(), 3..6).prop_map(LineString::from);
    prop_oneof![
        coord().prop_map(|coord| Geometry::Point(Point::from(coord))),
        line.prop_map(Geometry::LineString),
        ring.prop_map(|ring| Geometry::Polygon(Polygon::new(ring, Vec::new()))),
    ]
}

fn literal(wanted: Type) -> BoxedStrategy<Expression> {
    let literal = match wanted {
        Type::Truth => any::<bool>().prop_map(Literal::Truth).boxed(),
        Type::Number => prop_oneof![
            (i64::MIN + 1..=i64::MAX).prop_map(Literal::Integer),
            (-1e12..1e12_f64).prop_map(Literal::Double),
            any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Literal::Double),
        ]
        .boxed(),
        Type::Text => any::<String>().prop_map(Literal::Text).boxed(),
        Type::Instant => (-60_000_000_000_000_000_i64..250_000_000_000_000_000)
            .prop_map(|micros| Literal::Instant(Instant::from_micros(micros)))
            .boxed(),
        Type::Date => (1..=9999_i16, 1..=12_i8, 1..=28_i8)
            .prop_map(|(y, m, d)| Literal::Date(jiff::civil::date(y, m, d)))
            .boxed(),
        Type::Time => (0..24_i8, 0..60_i8, 0..60_i8, 0..1_000_000)
            .prop_map(|(h, m, s, us)| Literal::Time(jiff::civil::time(h, m, s, us * 1000)))
            .boxed(),
        Type::Duration => {
            (-1_000_000_000_000_000..1_000_000_000_000_000_i64).prop_map(Literal::Duration).boxed()
        }
        Type::Geometry => geometry().prop_map(Literal::Geometry).boxed(),
        Type::Json | Type::Null => Just(Literal::Null).boxed(),
    };
    literal.prop_map(Expression::Literal).boxed()
}

/// Expressions of a type, of some depth.
fn expression(kind: EntityKind, wanted: Type, depth: u32) -> BoxedStrategy<Expression> {
    let leaf = prop_oneof![literal(wanted), property(kind, wanted), property(kind, Type::Json)];
    if depth == 0 {
        return leaf.boxed();
    }
    let mut choices: Vec<BoxedStrategy<Expression>> = vec![leaf.boxed()];
    let inner = |wanted| expression(kind, wanted, depth - 1);
    let two = |operators: &'static [Operator], left: Type, right: Type| {
        (prop::sample::select(operators), inner(left), inner(right))
            .prop_filter_map("types", |(operator, left, right)| {
                Expression::operation(operator, left, right).ok()
            })
            .boxed()
    };
    const LOGIC: &[Operator] = &[Operator::And, Operator::Or];
    const ORDER: &[Operator] =
        &[Operator::Eq, Operator::Ne, Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le];
    const SUMS: &[Operator] =
        &[Operator::Add, Operator::Sub, Operator::Mul, Operator::Div, Operator::Mod];
    match wanted {
        Type::Truth => {
            choices.push(two(LOGIC, Type::Truth, Type::Truth));
            for compared in [Type::Number, Type::Text, Type::Instant, Type::Date, Type::Time] {
                choices.push(two(ORDER, compared, compared));
            }
            let not = |truth| Expression::negation(truth).ok();
            choices.push(inner(Type::Truth).prop_filter_map("truth", not).boxed());
        }
        Type::Number => {
            choices.push(two(SUMS, Type::Number, Type::Number));
            let minus = |number| Expression::negative(number).ok();
            choices.push(inner(Type::Number).prop_filter_map("number", minus).boxed());
        }
        Type::Instant => choices.push(two(&SUMS[..2], Type::Instant, Type::Duration)),
        Type::Duration => choices.push(two(&SUMS[1..2], Type::Instant, Type::Instant)),
        _ => {}
    }
    for function in Function::all().filter(|function| function.gives() == wanted) {
        let arguments: Vec<_> = function.takes().iter().map(|it| inner(*it)).collect();
        let call = arguments
            .prop_filter_map("types", move |arguments| Expression::call(function, arguments).ok());
        choices.push(call.boxed());
    }
    prop::strategy::Union::new(choices).boxed()
}

fn kind() -> impl Strategy<Value = EntityKind> {
    prop::sample::select(&EntityKind::ALL[..])
}

fn one_query(kind: EntityKind, depth: u32) -> BoxedStrategy<Query> {
    let names: Vec<_> = kind.properties().to_vec();
    let most = names.len().min(2);
    let selection = prop::sample::subsequence(names, 0..=most)
        .prop_map(|names| Selection(names.into_iter().map(Selected::Property).collect()));
    let order = (property(kind, Type::Text), any::<bool>())
        .prop_map(|(by, is_descending)| Order { by, is_descending });
    let ways: Vec<_> = kind.navigations().collect();
    let expand = if depth == 0 || ways.is_empty() {
        Just(Vec::new()).boxed()
    } else {
        prop::sample::subsequence(ways, 0..=1)
            .prop_flat_map(move |ways| {
                let expand = |way: Navigation| {
                    one_query(way.target, depth - 1)
                        .prop_map(move |query| Expansion { navigation: way, query })
                };
                ways.into_iter().map(expand).collect::<Vec<_>>()
            })
            .boxed()
    };
    let filter = prop::option::of(expression(kind, Type::Truth, 1));
    let page = (prop::option::of(any::<u64>()), any::<u64>(), any::<bool>());
    (filter, selection, expand, prop::collection::vec(order, 0..2), page)
        .prop_map(|(filter, selection, expand, order, (top, skip, count))| {
            let format = ResultFormat::Documents;
            Query { filter, selection, expand, order, top, skip, count, format }
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_filter_is_read_as_it_was_printed(
        (kind, tree) in kind().prop_flat_map(|kind| (Just(kind), expression(kind, Type::Truth, 3))),
    ) {
        let text = tree.to_string();
        prop_assert_eq!(filter(kind, &text), Ok(tree), "{}", text);
    }

    #[test]
    fn a_query_is_read_as_it_was_printed(
        (kind, tree) in kind().prop_flat_map(|kind| (Just(kind), one_query(kind, 2))),
    ) {
        let text = tree.encoded();
        prop_assert_eq!(query(kind, &text), Ok(tree), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(kind in kind(), text in any::<String>()) {
        // That it comes back at all is the test.
        let _ = filter(kind, &text);
        let _ = query(kind, &format!("$expand={text}"));
        let _ = query(kind, &text);
        let _ = ResourcePath::parse(&text);
    }

    #[test]
    fn a_filter_with_a_slip_of_the_pen_is_read_or_refused(
        tree in expression(EntityKind::Thing, Type::Truth, 2),
        at in any::<prop::sample::Index>(),
        slip in any::<char>(),
    ) {
        let mut text: Vec<char> = tree.to_string().chars().collect();
        let at = at.index(text.len());
        text[at] = slip;
        let text: String = text.into_iter().collect();
        if let Err(why) = parse::filter(EntityKind::Thing, &text) {
            prop_assert!(why.at <= text.chars().count() + 1, "{}", why);
        }
    }
}
