//! The standard's own kinds of expressions in both encodings: they are read as the same tree.

use crate::cql2::{Language, parse};

fn same(text: &str, json: &str) {
    let from_text = parse(Language::Text, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let from_json = parse(Language::Json, json).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(from_text, from_json, "{text}");
    let written = from_text.to_text().unwrap_or_else(|| panic!("{text} cannot be written"));
    assert_eq!(parse(Language::Text, &written).as_ref(), Ok(&from_text), "{written}");
}

#[test]
fn comparisons_and_logic() {
    same("city='Toronto'", r#"{"op":"=","args":[{"property":"city"},"Toronto"]}"#);
    same(
        "balance-150.0 > 0",
        r#"{"op":">","args":[{"op":"-","args":[{"property":"balance"},150.0]},0]}"#,
    );
    same(
        "updated >= date('1970-01-01')",
        r#"{"op":">=","args":[{"property":"updated"},{"date":"1970-01-01"}]}"#,
    );
    same(
        "geometry IS NOT NULL",
        r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"geometry"}]}]}"#,
    );
    same(
        "a = 1 AND b <> 2 or not (c < 3 AND d)",
        r#"{"op":"or","args":[
            {"op":"and","args":[{"op":"=","args":[{"property":"a"},1]},{"op":"<>","args":[{"property":"b"},2]}]},
            {"op":"not","args":[{"op":"and","args":[{"op":"<","args":[{"property":"c"},3]},{"property":"d"}]}]}]}"#,
    );
    same("TRUE", "true");
    same(r"'Via dell''Avvento' = 'it\'s'", r#"{"op":"=","args":["Via dell'Avvento","it's"]}"#);
    same(
        r#""date" = DATE('2022-04-16') AND "Mã lô" = 'A'"#,
        r#"{"op":"and","args":[
            {"op":"=","args":[{"property":"date"},{"date":"2022-04-16"}]},
            {"op":"=","args":[{"property":"Mã lô"},"A"]}]}"#,
    );
}

#[test]
fn advanced_comparisons() {
    same("name LIKE 'Smith%'", r#"{"op":"like","args":[{"property":"name"},"Smith%"]}"#);
    same(
        "depth BETWEEN 100.0 and 150.0",
        r#"{"op":"between","args":[{"property":"depth"},100.0,150.0]}"#,
    );
    same(
        "category NOT IN (1,2,3,4)",
        r#"{"op":"not","args":[{"op":"in","args":[{"property":"category"},[1,2,3,4]]}]}"#,
    );
    same(
        "CASEI(road_class) IN (CASEI('Οδος'),CASEI('Straße'))",
        r#"{"op":"in","args":[{"op":"casei","args":[{"property":"road_class"}]},
            [{"op":"casei","args":["Οδος"]},{"op":"casei","args":["Straße"]}]]}"#,
    );
    same(
        "ACCENTI(CASEI(đường)) not like accenti(casei('%PHÚ'))",
        r#"{"op":"not","args":[{"op":"like","args":[
            {"op":"accenti","args":[{"op":"casei","args":[{"property":"đường"}]}]},
            {"op":"accenti","args":[{"op":"casei","args":["%PHÚ"]}]}]}]}"#,
    );
}

#[test]
fn spatial_functions() {
    same(
        "S_INTERSECTS(geometry,POINT(36.319836 32.288087))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[36.319836,32.288087]}]}"#,
    );
    same(
        "s_within(geometry, BBOX(160.6,-55.95,-170,-25.89))",
        r#"{"op":"s_within","args":[{"property":"geometry"},{"bbox":[160.6,-55.95,-170,-25.89]}]}"#,
    );
    same(
        "S_TOUCHES(geometry,POLYGON Z ((0 0 5,4 0 5,4 4 5,0 0 5),(1 0.5 5,2 0.5 5,2 1 5,1 0.5 5)))",
        r#"{"op":"s_touches","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[
            [[0,0],[4,0],[4,4],[0,0]],[[1,0.5],[2,0.5],[2,1],[1,0.5]]]}]}"#,
    );
    same(
        "S_EQUALS(MULTIPOINT((1 2),(3 4)), MULTIPOINT(1 2, 3 4))",
        r#"{"op":"s_equals","args":[{"type":"MultiPoint","coordinates":[[1,2],[3,4]]},
            {"type":"MultiPoint","coordinates":[[1,2,9],[3,4,9]],"bbox":[1,2,3,4]}]}"#,
    );
    same(
        "S_DISJOINT(geometry, GEOMETRYCOLLECTION(POINT(1 2), MULTILINESTRING((0 0,1 1),(2 2,3 -3.5e0))))",
        r#"{"op":"s_disjoint","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[
            {"type":"Point","coordinates":[1,2]},
            {"type":"MultiLineString","coordinates":[[[0,0],[1,1]],[[2,2],[3,-3.5]]]}]}]}"#,
    );
    same(
        "S_CROSSES(geometry, MULTIPOLYGON(((0 0,1 0,1 1,0 0))))",
        r#"{"op":"s_crosses","args":[{"property":"geometry"},
            {"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}]}"#,
    );
}

#[test]
fn temporal_functions() {
    same(
        "T_INTERSECTS(event_date, INTERVAL('1969-07-16T05:32:00Z', '1969-07-24T16:50:35Z'))",
        r#"{"op":"t_intersects","args":[{"property":"event_date"},
            {"interval":["1969-07-16T05:32:00Z","1969-07-24T16:50:35Z"]}]}"#,
    );
    same(
        "T_FINISHEDBY(INTERVAL(starts_at, ends_at), interval('2019-09-09', '..'))",
        r#"{"op":"t_finishedBy","args":[{"interval":[{"property":"starts_at"},{"property":"ends_at"}]},
            {"interval":["2019-09-09",".."]}]}"#,
    );
    same(
        "T_AFTER(updated, TIMESTAMP('2020-12-31T23:59:59.5Z'))",
        r#"{"op":"t_after","args":[{"property":"updated"},{"timestamp":"2020-12-31T23:59:59.5Z"}]}"#,
    );
}

#[test]
fn arrays_functions_and_arithmetic() {
    same(
        "A_CONTAINS(layer:ids, ('layers-ca','layers-us'))",
        r#"{"op":"a_contains","args":[{"property":"layer:ids"},["layers-ca","layers-us"]]}"#,
    );
    same(
        "A_CONTAINEDBY(('a'), split(codes, ';')) AND a_overlaps((), (1, true, ('x', 'y')))",
        r#"{"op":"and","args":[
            {"op":"a_containedBy","args":[["a"],{"op":"split","args":[{"property":"codes"},";"]}]},
            {"op":"a_overlaps","args":[[],[1,true,["x","y"]]]}]}"#,
    );
    same(
        "vehicle_height > (bridge_clearance-1)",
        r#"{"op":">","args":[{"property":"vehicle_height"},{"op":"-","args":[{"property":"bridge_clearance"},1]}]}"#,
    );
    same(
        "1 + 2 * 3 ^ 2 % 4 div -x = -(y - 2) / .5e-1",
        r#"{"op":"=","args":[
            {"op":"+","args":[1,{"op":"div","args":[
                {"op":"%","args":[{"op":"*","args":[2,{"op":"^","args":[3,2]}]},4]},
                {"op":"*","args":[-1,{"property":"x"}]}]}]},
            {"op":"/","args":[{"op":"*","args":[-1,{"op":"-","args":[{"property":"y"},2]}]},0.05]}]}"#,
    );
    same(
        "area(geometry) >= 100 and now2()",
        r#"{"op":"and","args":[{"op":">=","args":[{"op":"area","args":[{"property":"geometry"}]},100]},{"op":"now2","args":[]}]}"#,
    );
}

#[test]
fn a_text_that_holds_a_backslash_before_a_quote_is_written_as_json_alone() {
    let json = r#"{"op":"=","args":[{"property":"a"},"C:\\"]}"#;
    let tree = parse(Language::Json, json).unwrap();
    assert_eq!(tree.to_text(), None);
    assert_eq!(parse(Language::Json, &tree.to_json().to_string()), Ok(tree));
}
