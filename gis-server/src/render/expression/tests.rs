use serde_json::{Value as Json, json};

use super::*;

fn at(zoom: f64, json: Json) -> Value<'static> {
    let parsed = parse(&json, &|_| None).unwrap();
    let (plain, scene) = (parsed.value(&Scene::bare(zoom)).owned(), Scene::bare(zoom));
    // Whatever is made simpler has the same value.
    assert_eq!(parsed.at_zoom(zoom).value(&scene).owned(), plain, "{json}");
    plain
}

fn refused(json: Json) -> String {
    parse(&json, &|_| None).unwrap_err().to_string()
}

#[test]
fn widths_grow_with_the_zoom_as_the_specification_says() {
    let linear = json!(["interpolate", ["linear"], ["zoom"], 10, 1.0, 20, 3.0]);
    assert_eq!(at(8.0, linear.clone()), Value::Number(1.0));
    assert_eq!(at(15.0, linear.clone()), Value::Number(2.0));
    assert_eq!(at(21.0, linear), Value::Number(3.0));
    // With base 2 half the way between 0 and 2 is a third: (2¹ − 1) / (2² − 1).
    let doubling = json!(["interpolate", ["exponential", 2], ["zoom"], 0, 0.0, 2, 3.0]);
    assert_eq!(at(1.0, doubling), Value::Number(1.0));
    let colours = json!(["interpolate", ["linear"], ["zoom"], 0, "#000000", 2, "#ffffff"]);
    assert_eq!(at(1.0, colours).to_colour().unwrap().bytes(), [128, 128, 128, 255]);
}

#[test]
fn classes_fall_back_where_nothing_is_known() {
    let width =
        json!(["match", ["coalesce", ["get", "class"], "local"], ["a", "b"], 2, "local", 1, 0]);
    assert_eq!(at(0.0, width), Value::Number(1.0));
    let stepped =
        json!(["step", ["coalesce", ["get", "voltage"], 0.4], "low", 22, "middle", 110, "high"]);
    assert_eq!(at(0.0, stepped), Value::Text("low".into()));
    let case = json!(["case", ["has", "diameter"], "there", "absent"]);
    assert_eq!(at(0.0, case), Value::Text("absent".into()));
    assert_eq!(at(0.0, json!(["<", ["get", "x"], 3])), Value::Null);
    assert_eq!(at(0.0, json!(["/", 1, 0])), Value::Null);
}

#[test]
fn numbers_are_written_with_the_comma_of_vietnamese() {
    let written = |number: f64, most: u32| {
        at(0.0, json!(["number-format", number, {"max-fraction-digits": most}]))
            .to_text()
            .into_owned()
    };
    assert_eq!(written(600.0, 0), "600");
    assert_eq!(written(0.25, 1), "0,2");
    assert_eq!(written(1.5, 3), "1,5");
    assert_eq!(written(-0.01, 1), "0");
}

#[test]
fn pieces_of_text_have_their_own_size() {
    let text = json!(["format", "12", {}, "\n", {}, "ODT", {"font-scale": 0.8}]);
    let Value::Pieces(pieces) = at(0.0, text) else { panic!() };
    assert_eq!(pieces[2], ("ODT".into(), 0.8));
    assert_eq!(pieces.len(), 3);
}

#[test]
fn what_is_not_known_is_refused_by_its_name() {
    assert!(refused(json!(["heatmap-density"])).contains("'heatmap-density'"));
    assert!(refused(json!(["case", true, ["within", {}], 1])).contains("'within'"));
    assert!(refused(json!(["format", "a", {"text-color": "#fff"}])).contains("text-color"));
    for json in [
        json!(["get"]),
        json!(["match", 1]),
        json!(["step", ["zoom"], 1, 5, 2, 4, 3]),
        json!(["interpolate", ["cubic-bezier", 0, 0, 1, 1], ["zoom"], 0, 1]),
        json!({"stops": []}),
        json!([["zoom"]]),
    ] {
        assert!(parse(&json, &|_| None).is_err(), "{json}");
    }
    let deep = (0..100).fold(json!(1), |inner, _| json!(["!", inner]));
    assert_eq!(parse(&deep, &|_| None), Err(ExpressionError::TooDeep));
}
