//! What is wrong is told with its place, and what is too large is not read.

use crate::cql2::{Language, MAX_BYTES, MAX_DEPTH, Place, parse};

fn text_fails(text: &str, at: usize, named: &str) {
    let error = parse(Language::Text, text).expect_err(text);
    let said = error.message();
    assert_eq!(error.place, Place::Character(at), "{text}: {}", said.en);
    assert!(
        said.en.contains(named) && !error.what.vi.is_empty(),
        "{text}: {} / {}",
        said.en,
        said.vi
    );
}

#[test]
fn faults_of_a_text_are_told_at_their_character() {
    text_fails("", 1, "the filter ends");
    text_fails("name = ", 8, "the filter ends");
    text_fails("name = 'Trần", 8, "never closed");
    text_fails("\"name = 1", 1, "never closed");
    // Characters, not bytes.
    text_fails("đường = 'Trần Phú' AND", 23, "the filter ends");
    text_fails("đường = 'Trần Phú' XOR a = 1", 20, "XOR");
    text_fails("a == 1", 4, "'='");
    text_fails("a # 1", 3, "'#'");
    text_fails("a NOT = 1", 7, "LIKE, BETWEEN or IN");
    text_fails("a IN ()", 8, "at least one value");
    text_fails("a LIKE b", 8, "a pattern in single quotes");
    text_fails("a BETWEEN 1 OR 2", 13, "AND");
    text_fails("a IS 5", 6, "NULL");
    text_fails("date > 5", 1, "\"date\"");
    text_fails("a = DATE('2025-13-01')", 10, "2025-10-29");
    text_fails("a = TIMESTAMP('2025-01-01')", 15, "2025-10-29T18:00:00Z");
    text_fails("T_AFTER(a, INTERVAL('2025', '..'))", 21, "2025-10-29");
    text_fails("S_INTERSECTS(geometry)", 22, "','");
    text_fails("S_INTERSECTS(geometry, POINT(1))", 31, "a number");
    text_fails("S_INTERSECTS(geometry, LINESTRING(1 2))", 34, "two positions");
    text_fails("S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1)))", 32, "the last equal to the first");
    text_fails("S_INTERSECTS(geometry, BBOX(1,2,3))", 28, "4 or 6 numbers");
    text_fails("A_CONTAINS(1 + 1, (2))", 12, "an array");
    text_fails("2 ^ 3 ^ 4 = 1", 7, "parentheses");
    text_fails("a = 1e999", 5, "too large");
    text_fails("(a = 1", 7, "')'");
    text_fails("a = 1)", 6, "AND, OR");
}

fn json_fails(json: &str, at: &str, named: &str) {
    let error = parse(Language::Json, json).expect_err(json);
    let said = error.message();
    assert_eq!(error.place, Place::Pointer(at.into()), "{json}: {}", said.en);
    assert!(
        said.en.contains(named) && !error.what.vi.is_empty(),
        "{json}: {} / {}",
        said.en,
        said.vi
    );
}

#[test]
fn faults_of_json_are_told_at_their_member() {
    json_fails("null", "", "isNull");
    json_fails("{}", "", "none of CQL2");
    json_fails(r#"{"op":"="}"#, "", "'args'");
    json_fails(r#"{"op":7,"args":[]}"#, "/op", "a text");
    json_fails(r#"{"op":"=","args":[1]}"#, "/args", "2 arguments");
    json_fails(r#"{"op":"and","args":[true]}"#, "/args", "≥ 2");
    json_fails(r#"{"op":"=","args":[1,2],"extra":1}"#, "", "extra");
    json_fails(r#"{"op":"no such","args":[]}"#, "/args", "no such");
    json_fails(
        r#"{"op":"not","args":[{"op":"=","args":[{"prop":"a"},1]}]}"#,
        "/args/0/args/0",
        "none of CQL2",
    );
    json_fails(r#"{"op":"in","args":[{"property":"a"},[]]}"#, "/args/1", "at least one");
    json_fails(
        r#"{"op":"in","args":[{"property":"a"},[1,{"date":"x"}]]}"#,
        "/args/1/1/date",
        "2025-10-29",
    );
    json_fails(r#"{"op":"like","args":[{"property":"a"},{"property":"b"}]}"#, "/args/1", "pattern");
    json_fails(
        r#"{"op":"t_after","args":[{"property":"a"},{"interval":["2020-01-01",5]}]}"#,
        "/args/1/interval/1",
        "end of an interval",
    );
    json_fails(
        r#"{"op":"s_within","args":[{"property":"g"},{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}]}"#,
        "/args/1",
        "four positions",
    );
    json_fails(
        r#"{"op":"s_within","args":[{"property":"g"},{"bbox":[1,2]}]}"#,
        "/args/1/bbox",
        "4 or 6",
    );
}

#[test]
fn broken_json_is_told_at_its_character() {
    let error = parse(Language::Json, "{\"op\":\"đ\",\n\"args\":]}").unwrap_err();
    assert_eq!(error.place, Place::Character(19), "{error}");
    let text = parse(Language::Json, "name = 'x'").unwrap_err();
    assert!(text.message().en.contains("filter-lang=cql2-text"));
}

#[test]
fn what_is_too_long_or_too_deep_is_not_read() {
    let long = format!("a = '{}'", "x".repeat(MAX_BYTES));
    text_fails(&long, 1, "bytes");
    let deep = |open: &str, inner: &str, close: &str, many: usize| {
        format!("{}{inner}{}", open.repeat(many), close.repeat(many))
    };
    for (open, inner, close) in [
        ("(", "a", ")"),
        ("NOT (", "a", ")"),
        ("f(", "a", ")"),
        ("CASEI(", "a", ")"),
        ("A_EQUALS((", "a", "), b)"),
        ("S_EQUALS(", "a", ", b)"),
    ] {
        for many in [MAX_DEPTH + 1, 3000] {
            let error = parse(Language::Text, &deep(open, inner, close, many)).unwrap_err();
            assert!(error.what.en.contains("deeper"), "{open}: {error}");
        }
        let fits = deep(open, inner, close, MAX_DEPTH / 2 - 2);
        assert!(parse(Language::Text, &fits).is_ok(), "{fits}");
    }
    text_fails(
        &format!("a LIKE {}", deep("CASEI(", "'a'", ")", 5000)),
        8 + 6 * MAX_DEPTH,
        "deeper",
    );
    // A chain of operators is a tree that is as deep as it is long.
    assert!(parse(Language::Text, &format!("a = {}1", "1 + ".repeat(5000))).is_err());
    // A chain of AND is flat.
    assert!(parse(Language::Text, &format!("{}a", "a AND ".repeat(5000))).is_ok());
    let array = deep("[", "1", "]", MAX_DEPTH + 1);
    let error = parse(Language::Json, &array).unwrap_err();
    assert!(error.what.en.contains("deeper"), "{error}");
    assert!(parse(Language::Json, &deep("[", "1", "]", 5000)).is_err());
}
