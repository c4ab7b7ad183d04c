mod roundtrip;

use super::*;
use crate::model::EntityKind;

fn filter(kind: EntityKind, text: &str) -> Result<Expression, String> {
    parse::filter(kind, text).map_err(|why| why.to_string())
}

fn query(kind: EntityKind, text: &str) -> Result<Query, String> {
    Query::parse(kind, text).map_err(|why| why.to_string())
}

#[test]
fn filters_of_the_standard_are_understood() {
    use EntityKind::{Datastream, Location, Observation, Thing};
    // As written, and as understood: what binds more tightly stands in parentheses.
    for (kind, text, expected) in [
        (Observation, "result lt 10.00", "result lt 10.0"),
        (
            Observation,
            "result gt 1 and result lt 3 or result eq 7",
            "((result gt 1) and (result lt 3)) or (result eq 7)",
        ),
        (Observation, "result add 5 mul 2 gt 10", "(result add (5 mul 2)) gt 10"),
        (Observation, "(result add 5) mul 2 gt 10", "((result add 5) mul 2) gt 10"),
        (Observation, "result sub 5 sub -2 eq -result", "((result sub 5) sub -2) eq (-result)"),
        (Observation, "not (result eq null)", "not (result eq null)"),
        (
            Observation,
            "phenomenonTime ge 2026-11-21T05:00:00Z",
            "phenomenonTime ge 2026-11-21T05:00:00Z",
        ),
        (
            Observation,
            "phenomenonTime gt 2026-11-21T12:00:00+07:00",
            "phenomenonTime gt 2026-11-21T05:00:00Z",
        ),
        (
            Observation,
            "phenomenonTime gt now() sub duration'PT1H'",
            "phenomenonTime gt (now() sub duration'PT3600.000000S')",
        ),
        (Observation, "date(phenomenonTime) eq 2026-11-21", "date(phenomenonTime) eq 2026-11-21"),
        (Observation, "time(resultTime) lt 12:30:00", "time(resultTime) lt 12:30:00"),
        (
            Observation,
            "Datastream/Thing/properties/maker eq 'O''Neill'",
            "Datastream/Thing/properties/maker eq 'O''Neill'",
        ),
        (Observation, "FeatureOfInterest/@iot.id eq 7", "FeatureOfInterest/id eq 7"),
        (Observation, "result/level gt 2", "result/level gt 2"),
        (
            Thing,
            "substringof('đèn',tolower(name)) or endswith(name, 'cột')",
            "substringof('đèn',tolower(name)) or endswith(name,'cột')",
        ),
        (
            Thing,
            "Datastreams/ObservedProperty/name eq 'Mực nước'",
            "Datastreams/ObservedProperty/name eq 'Mực nước'",
        ),
        (
            Datastream,
            "unitOfMeasurement/symbol eq 'm' and length(name) le 10",
            "(unitOfMeasurement/symbol eq 'm') and (length(name) le 10)",
        ),
        (
            Location,
            "st_within(location, geography'POLYGON ((0 0, 4 0, 4 4, 0 0))')",
            "st_within(location,geography'POLYGON((0 0,4 0,4 4,0 0))')",
        ),
        (
            Location,
            "geo.distance(location,geography'POINT(108.5 15.5)') lt 1e3",
            "geo.distance(location,geography'POINT(108.5 15.5)') lt 1000.0",
        ),
    ] {
        let read = filter(kind, text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(read.to_string(), expected, "{text}");
        assert_eq!(filter(kind, expected).as_ref(), Ok(&read), "{text}");
    }
}

#[test]
fn every_function_is_known_with_what_it_takes() {
    let value = |wanted: &Type| match wanted {
        Type::Number => "result",
        Type::Text => "'a'",
        Type::Instant => "phenomenonTime",
        _ => "geography'POINT(1 2)'",
    };
    for function in Function::all() {
        let arguments: Vec<_> = function.takes().iter().map(value).collect();
        let call = format!("{}({})", function.name(), arguments.join(","));
        let text =
            if function.gives() == Type::Truth { call.clone() } else { format!("{call} ne null") };
        assert!(filter(EntityKind::Observation, &text).is_ok(), "{text}");
        let text = format!("{}({},1,1,1) ne null", function.name(), arguments.join(","));
        assert!(filter(EntityKind::Observation, &text).is_err(), "{text}");
    }
    assert!(filter(EntityKind::Thing, "substring(name,1) eq 'a'").is_ok(), "to the end");
}

#[test]
fn filters_that_cannot_be_say_where_and_why() {
    for (text, expected) in [
        ("", "$filter, character 1: ends where a value is wanted"),
        ("resultat gt 1", "$filter, character 1: Observation has no \"resultat\"; it has id"),
        ("result gt", "$filter, character 10: ends where a value is wanted"),
        ("result gt 1 1", "$filter, character 13: nothing is wanted here any more"),
        ("(result gt 1", "$filter, character 13: close the parenthesis"),
        ("result gt 'a' add 1", "$filter, character 15: \"add\" does not take a text and a number"),
        ("result gt 1 gt 2", "$filter, character 13: \"gt\" does not take"),
        (
            "phenomenonTime gt '2026-11-21T05:00:00Z'",
            "$filter, character 16: an instant is written without quotes",
        ),
        (
            "phenomenonTime gt 2026-13-21T05:00:00Z",
            "$filter, character 19: \"2026-13-21T05:00:00Z\" is no number and no instant",
        ),
        ("result", "fine"),
        ("length(result)", "$filter, character 1: is a number, not a condition"),
        ("year('a') eq 1", "$filter, character 1: year takes (an instant), not this"),
        ("system('rm') eq 1", "$filter, character 1: there is no function \"system\"; there are"),
        ("Datastream eq 1", "$filter, character 12: name a property of it, after a slash"),
        ("phenomenonTime/x eq 1", "$filter, character 16: phenomenonTime has no parts"),
        ("result eq 'a", "$filter, character 11: a text begins here and does not end"),
        ("result eq #", "$filter, character 11: '#' means nothing here"),
        ("result eq geography'POINT(1)'", "$filter, character 28: is no well-known text"),
        ("result eq duration'P1M'", "$filter, character 19: \"P1M\" is no duration"),
        ("true gt false", "$filter, character 6: \"gt\" does not take"),
    ] {
        match filter(EntityKind::Observation, text) {
            Ok(_) => assert_eq!(expected, "fine", "{text}"),
            Err(why) => assert!(why.starts_with(expected), "{text}: {why}"),
        }
    }
}

#[test]
fn what_could_be_endless_is_bounded() {
    let nested = |open: &str, close: &str| {
        format!("{}result eq 1{}", open.repeat(10_000), close.repeat(10_000))
    };
    for text in [
        nested("(", ")"),
        nested("not ", ""),
        nested("-", ""),
        nested("length(", ")"),
        "result eq 1 and ".repeat(10_000) + "result eq 1",
        format!("{}id eq 1", "Datastream/Observations/".repeat(100)),
    ] {
        assert!(filter(EntityKind::Observation, &text).is_err(), "{}", &text[..40]);
    }
    let deep = "Datastreams($expand=Thing($expand=".repeat(2000);
    assert!(query(EntityKind::Thing, &format!("$expand={deep}")).is_err());
    let deep = format!(
        "$expand={}Datastreams{}",
        "Datastreams($expand=Thing($expand=".repeat(9),
        "))".repeat(9)
    );
    assert!(query(EntityKind::Thing, &deep).unwrap_err().contains("nested deeper than 6"));
    let wide = vec!["Datastreams/Thing"; 100].join(",");
    assert!(
        query(EntityKind::Thing, &format!("$expand={wide}")).unwrap_err().contains("more than 50")
    );
}

#[test]
fn options_of_the_standard_are_understood() {
    let text = "$filter=name%20eq%20%27L%C3%BD%27&$select=id,name&$orderby=name+desc,id&$top=5\
                &$skip=10&$count=true&$expand=Datastreams($select=name;$orderby=id;\
                $expand=Observations($top=1;$orderby=phenomenonTime%20desc),Sensor),Locations&token=x";
    let read = query(EntityKind::Thing, text).unwrap();
    assert_eq!(read.filter.as_ref().map(ToString::to_string).as_deref(), Some("name eq 'Lý'"));
    assert_eq!((read.top, read.skip, read.count), (Some(5), 10, true));
    assert_eq!(read.order.len(), 2);
    assert!(read.order[0].is_descending && !read.order[1].is_descending);
    let streams = &read.expand[0];
    assert_eq!(streams.navigation.name, "Datastreams");
    let observations = &streams.query.expand[0];
    assert_eq!(
        (observations.query.top, observations.query.order[0].is_descending),
        (Some(1), true)
    );
    assert_eq!(streams.query.expand[1].navigation.name, "Sensor");
    assert_eq!(read.expand[1].navigation.name, "Locations");
    assert_eq!(query(EntityKind::Thing, &read.encoded()).unwrap(), read);

    let paths = query(EntityKind::Thing, "$expand=Datastreams/Sensor,Datastreams/Thing").unwrap();
    assert_eq!(paths.expand.len(), 1);
    assert_eq!(paths.expand[0].query.expand.len(), 2);
    let table = query(EntityKind::Observation, "$resultFormat=dataArray").unwrap();
    assert_eq!(table.format, ResultFormat::DataArray);
    assert_eq!(query(EntityKind::Thing, ""), Ok(Query::default()));
}

#[test]
fn options_that_cannot_be_say_why() {
    for (text, expected) in [
        ("$top=-1", "$top, character 1: \"-1\" is no whole number"),
        ("$top=1&$top=2", "query, character 1: $top stands twice"),
        ("$skip=x", "$skip, character 1: \"x\" is no whole number"),
        ("$count=yes", "$count, character 1: \"yes\" is none of true, false"),
        ("$search=x", "query, character 1: there is no $search here"),
        ("$resultFormat=dataArray", "query, character 1: there is no $resultFormat here"),
        ("$filter=%FF", "query, character 1: \"%FF\" is no percent-encoded UTF-8"),
        ("$orderby=name,location", "$orderby, character 6: Thing has no \"location\""),
        ("$expand=Sensors", "$expand, character 1: Thing leads to no \"Sensors\"; it leads to"),
        ("$expand=Datastreams(", "$expand, character 13: a parenthesis is not closed"),
        ("$expand=Datastreams)", "$expand, character 12: closes what was not opened"),
        (
            "$expand=Datastreams($top=1),Datastreams($top=2)",
            "$expand, character 21: Datastreams stands twice",
        ),
        ("$expand=Datastreams($top=x)", "$top, character 1: \"x\" is no whole number"),
    ] {
        let why = query(EntityKind::Thing, text).unwrap_err();
        assert!(why.starts_with(expected), "{text}: {why}");
    }
    let why = query(EntityKind::Location, "$orderby=location").unwrap_err();
    assert_eq!(why, "$orderby, character 1: a geometry has no order");
}
