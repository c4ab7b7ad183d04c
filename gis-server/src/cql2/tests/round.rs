//! What is written is read as what it was, in both encodings; nothing that is read makes a panic.

use city::Instant;
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use proptest::{prelude::*, sample::select};

use crate::cql2::{
    Arithmetic, ArrayRelation, Comparison, End, Expr, Folding, Language, Node, Number, Place,
    SpatialRelation, TemporalRelation, parse,
};

fn node(expr: Expr) -> Node {
    Node::new(expr, Place::Character(1)).unwrap()
}

fn two(a: Node, b: Node) -> Box<[Node; 2]> {
    Box::new([a, b])
}

fn coord() -> impl Strategy<Value = Coord<f64>> {
    (-180.0..180.0, prop_oneof![Just(0.0), Just(-1e-7), Just(1e17), -90.0..90.0])
        .prop_map(|(x, y)| Coord { x, y })
}

fn line() -> impl Strategy<Value = LineString<f64>> {
    prop::collection::vec(coord(), 2..4).prop_map(LineString)
}

fn polygon() -> impl Strategy<Value = Polygon<f64>> {
    let ring = (coord(), coord(), coord()).prop_map(|(a, b, c)| LineString(vec![a, b, c, a]));
    prop::collection::vec(ring, 1..3).prop_map(|mut rings| {
        let shell = rings.remove(0);
        Polygon::new(shell, rings)
    })
}

fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let simple = || {
        prop_oneof![
            coord().prop_map(|at| Point(at).into()),
            line().prop_map(Geometry::from),
            polygon().prop_map(Geometry::from),
            prop::collection::vec(coord().prop_map(Point), 1..3)
                .prop_map(|all| MultiPoint(all).into()),
            prop::collection::vec(line(), 1..3).prop_map(|all| MultiLineString(all).into()),
            prop::collection::vec(polygon(), 1..3).prop_map(|all| MultiPolygon(all).into()),
        ]
    };
    prop_oneof![
        simple(),
        prop::collection::vec(simple(), 1..3)
            .prop_map(|all| Geometry::GeometryCollection(GeometryCollection(all))),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zđĐ' \\\\%_\"]{0,6}",
        select(vec!["Trần Phú", "it's", "a\\", "\\'", "100\\%", ""]).prop_map(str::to_owned),
    ]
}

fn name() -> impl Strategy<Value = String> {
    let names =
        vec!["a", "đường", "date", "Mã lô", "x\"y", "AND", "layer:ids", "z", "isnull", "div"];
    select(names).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::Integer),
        (-9i64..9).prop_map(Number::Integer),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Number::Real),
        select(vec![0.5, 100.0, 1e300, -2.5e-9]).prop_map(Number::Real),
    ]
}

fn moment() -> impl Strategy<Value = Expr> {
    let days = (0i64..40_000).prop_map(|days| {
        let at = Instant::from_micros(days * 86_400_000_000);
        Expr::Date(at.local_date())
    });
    let instants =
        (-1i64 << 50..1i64 << 50).prop_map(|micros| Expr::Timestamp(Instant::from_micros(micros)));
    prop_oneof![days, instants]
}

fn property() -> impl Strategy<Value = Node> {
    name().prop_map(|name| node(Expr::Property(name)))
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Open),
        moment().prop_map(|expr| End::At(node(expr))),
        property().prop_map(End::At),
    ]
}

fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        property(),
        number().prop_map(|number| node(Expr::Number(number))),
        text().prop_map(|text| node(Expr::Text(text))),
        any::<bool>().prop_map(|flag| node(Expr::Bool(flag))),
        moment().prop_map(node),
        (end(), end()).prop_map(|(a, b)| node(Expr::Interval(Box::new([a, b])))),
        geometry().prop_map(|geometry| node(Expr::Geometry(geometry))),
        (coord(), coord()).prop_map(|(a, b)| node(Expr::Bbox([a.x, a.y, b.x, b.y]))),
    ]
}

fn pattern() -> impl Strategy<Value = Node> {
    text().prop_map(|text| node(Expr::Text(text))).prop_recursive(2, 3, 1, |inner| {
        (select(Folding::ALL), inner)
            .prop_map(|(folding, inner)| node(Expr::Folded(folding, Box::new(inner))))
    })
}

fn array(inner: BoxedStrategy<Node>) -> impl Strategy<Value = Node> {
    prop_oneof![
        prop::collection::vec(inner, 0..3).prop_map(|all| node(Expr::Array(all))),
        property(),
    ]
}

fn tree() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(5, 40, 3, |inner| {
        let inner = inner.boxed();
        let many = |least: usize| prop::collection::vec(inner.clone(), least..4);
        let pair = || (inner.clone(), inner.clone());
        let junction = prop_oneof![
            many(2).prop_map(|all| node(Expr::And(all))),
            many(2).prop_map(|all| node(Expr::Or(all))),
            inner.clone().prop_map(|one| node(Expr::Not(Box::new(one)))),
            inner.clone().prop_map(|one| node(Expr::IsNull(Box::new(one)))),
        ];
        let comparison = prop_oneof![
            (select(Comparison::ALL), pair())
                .prop_map(|(how, (a, b))| node(Expr::Compare(how, two(a, b)))),
            (inner.clone(), pattern()).prop_map(|(a, b)| node(Expr::Like(two(a, b)))),
            (inner.clone(), pair())
                .prop_map(|(a, (b, c))| node(Expr::Between(Box::new([a, b, c])))),
            (inner.clone(), many(1)).prop_map(|(a, list)| node(Expr::In(Box::new(a), list))),
        ];
        let relation = prop_oneof![
            (select(SpatialRelation::ALL), pair())
                .prop_map(|(how, (a, b))| node(Expr::Spatial(how, two(a, b)))),
            (select(TemporalRelation::ALL), pair())
                .prop_map(|(how, (a, b))| node(Expr::Temporal(how, two(a, b)))),
            (select(ArrayRelation::ALL), array(inner.clone()), array(inner.clone()))
                .prop_map(|(how, a, b)| node(Expr::Arrays(how, two(a, b)))),
        ];
        let value = prop_oneof![
            (select(Arithmetic::ALL), pair())
                .prop_map(|(how, (a, b))| node(Expr::Arithmetic(how, two(a, b)))),
            (select(Folding::ALL), inner.clone())
                .prop_map(|(how, one)| node(Expr::Folded(how, Box::new(one)))),
            (select(vec!["area", "đo", "f.1"]), many(0))
                .prop_map(|(name, args)| node(Expr::Function(name.to_owned(), args))),
            many(0).prop_map(|all| node(Expr::Array(all))),
        ];
        prop_oneof![junction, comparison, relation, value]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_tree_comes_back_from_both_encodings(tree in tree()) {
        let json = tree.to_json().to_string();
        prop_assert_eq!(parse(Language::Json, &json), Ok(tree.clone()), "{}", json);
        if let Some(text) = tree.to_text() {
            prop_assert_eq!(parse(Language::Text, &text), Ok(tree.clone()), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = parse(Language::Text, &text);
        let _ = parse(Language::Json, &text);
    }

    /// Words of the language in any order come nearer to what the grammar takes.
    #[test]
    fn any_words_are_read_or_refused_and_what_is_read_can_be_written(
        words in prop::collection::vec(select(vec![
            "a", "\"b\"", "'c'", "1", "-", "2.5", "(", ")", ",", "=", "<>", "<", "AND", "OR",
            "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "CASEI", "POINT", "BBOX", "DATE",
            "INTERVAL", "S_INTERSECTS", "T_AFTER", "A_EQUALS", "f", "+", "*", "div", "^", "TRUE",
        ]), 0..14)
    ) {
        let text = words.join(" ");
        if let Ok(tree) = parse(Language::Text, &text)
            && let Some(written) = tree.to_text()
        {
            prop_assert_eq!(parse(Language::Text, &written), Ok(tree), "{}", written);
        }
    }
}
