//! WFS, asked as clients do.

use axum::http::Method;

use super::{
    fixture::{Answer, OWNER, Service},
    wms::assert_well_formed,
};

const GET: &str = "/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=dothi:wells";

async fn gml(service: &Service, more: &str) -> String {
    let answer = service.get(&format!("{GET}{more}")).await;
    assert_eq!(answer.status, 200, "{more}: {}", answer.text());
    assert!(answer.header("content-type").starts_with("application/gml+xml"));
    assert_well_formed(&answer.text());
    answer.text()
}

async fn names(service: &Service, more: &str) -> Vec<String> {
    let found = service.json(&format!("{GET}&outputFormat=application/json{more}")).await;
    let features = found["features"].as_array().unwrap().iter();
    features.map(|feature| feature["properties"]["name"].as_str().unwrap().to_owned()).collect()
}

/// The same in the order of the alphabet: features come as they are stored.
async fn sorted_names(service: &Service, more: &str) -> Vec<String> {
    let mut found = names(service, more).await;
    found.sort();
    found
}

fn filter(inner: &str) -> String {
    let text = format!(
        "<fes:Filter xmlns:fes=\"http://www.opengis.net/fes/2.0\" xmlns:gml=\"http://www.opengis.net/gml/3.2\">{inner}</fes:Filter>"
    );
    format!("&filter={}", crate::http::query::encode(&text))
}

#[tokio::test]
async fn features_come_in_the_order_of_axes_that_the_name_of_the_system_means() {
    let service = Service::start();
    let usual = gml(&service, "&resourceId=wells.1").await;
    assert!(usual.contains("srsName=\"urn:ogc:def:crs:EPSG::4326\""));
    assert!(usual.contains("<gml:pos>15.5736 108.474</gml:pos>"), "{usual}");
    let short = gml(&service, "&resourceId=wells.1&srsName=EPSG:4326").await;
    assert!(short.contains("<gml:pos>108.474 15.5736</gml:pos>"), "{short}");
    let zone = gml(&service, "&resourceId=wells.1&srsName=urn:ogc:def:crs:EPSG::5899").await;
    assert!(zone.contains("<gml:pos>577453.963 1722531.703</gml:pos>"), "{zone}");
    // GeoJSON is east first.
    let json =
        service.json(&format!("{GET}&resourceId=wells.1&outputFormat=application/json")).await;
    assert_eq!(json["features"][0]["geometry"]["coordinates"][0], 108.474);
}

#[tokio::test]
async fn pages_counts_and_hits_agree() {
    let service = Service::start();
    let page = gml(&service, "&count=2&startIndex=2").await;
    assert!(page.contains("numberMatched=\"5\" numberReturned=\"2\""), "{page}");
    assert!(page.contains("startIndex=4&amp;count=2") && page.contains("startIndex=0&amp;count=2"));
    let hits = gml(&service, "&resultType=hits").await;
    assert!(
        hits.contains("numberMatched=\"5\" numberReturned=\"0\"") && !hits.contains("wfs:member>")
    );
    let sorted = names(&service, "&sortBy=depth%20DESC&count=2").await;
    assert_eq!(sorted, ["Giếng 5", "Giếng 4"]);
    let some = gml(&service, "&count=1&propertyName=name").await;
    assert!(
        some.contains("<dothi:name>")
            && !some.contains("<dothi:depth>")
            && !some.contains("gml:pos")
    );
}

#[tokio::test]
async fn boxes_have_the_order_of_their_system() {
    let service = Service::start();
    for bbox in [
        "&bbox=15.57,108.4735,15.58,108.4755",
        "&bbox=15.57,108.4735,15.58,108.4755,urn:ogc:def:crs:EPSG::4326",
        "&bbox=108.4735,15.57,108.4755,15.58,EPSG:4326",
        "&bbox=108.4735,15.57,108.4755,15.58,urn:ogc:def:crs:OGC:1.3:CRS84",
        "&bbox=577400,1722500,577620,1722560,urn:ogc:def:crs:EPSG::5899",
    ] {
        assert_eq!(sorted_names(&service, bbox).await, ["Giếng 1", "Giếng 2"], "{bbox}");
    }
}

#[tokio::test]
async fn filters_of_fes_find_what_they_say() {
    let service = Service::start();
    let equal = |name: &str, value: &str| {
        format!(
            "<fes:PropertyIsEqualTo><fes:ValueReference>{name}</fes:ValueReference><fes:Literal>{value}</fes:Literal></fes:PropertyIsEqualTo>"
        )
    };
    let below = "<fes:PropertyIsLessThan><fes:ValueReference>dothi:depth</fes:ValueReference><fes:Literal>3</fes:Literal></fes:PropertyIsLessThan>";
    let near = "<gml:Polygon srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:exterior><gml:LinearRing><gml:posList>15.5735 108.4749 15.5735 108.4751 15.5737 108.4751 15.5737 108.4749 15.5735 108.4749</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>";
    for (inner, expected) in [
        (equal("name", "Giếng 2"), vec!["Giếng 2"]),
        (below.to_owned(), vec!["Giếng 1", "Giếng 2"]),
        (format!("<fes:And>{below}<fes:Not>{}</fes:Not></fes:And>", equal("name", "Giếng 1")), vec!["Giếng 2"]),
        (format!("<fes:Or>{}{}</fes:Or>", equal("name", "Giếng 1"), equal("loai", "XXX")), vec!["Giếng 1", "Giếng 5"]),
        ("<fes:PropertyIsLike wildCard=\"*\" singleChar=\"?\" escapeChar=\"!\" matchCase=\"false\"><fes:ValueReference>name</fes:ValueReference><fes:Literal>GIẾNG ?</fes:Literal></fes:PropertyIsLike>".to_owned(), vec!["Giếng 1", "Giếng 2", "Giếng 3", "Giếng 4", "Giếng 5"]),
        ("<fes:PropertyIsBetween><fes:ValueReference>depth</fes:ValueReference><fes:LowerBoundary><fes:Literal>2.5</fes:Literal></fes:LowerBoundary><fes:UpperBoundary><fes:Literal>3.5</fes:Literal></fes:UpperBoundary></fes:PropertyIsBetween>".to_owned(), vec!["Giếng 2", "Giếng 3"]),
        ("<fes:PropertyIsNull><fes:ValueReference>name</fes:ValueReference></fes:PropertyIsNull>".to_owned(), vec![]),
        ("<fes:PropertyIsGreaterThanOrEqualTo><fes:ValueReference>from</fes:ValueReference><fes:Literal>2025-05-01</fes:Literal></fes:PropertyIsGreaterThanOrEqualTo>".to_owned(), vec!["Giếng 5"]),
        ("<fes:ResourceId rid=\"wells.3\"/><fes:ResourceId rid=\"roads.1\"/>".to_owned(), vec!["Giếng 3"]),
        ("<fes:BBOX><gml:Envelope srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:lowerCorner>15.57 108.4735</gml:lowerCorner><gml:upperCorner>15.58 108.4745</gml:upperCorner></gml:Envelope></fes:BBOX>".to_owned(), vec!["Giếng 1"]),
        (format!("<fes:Intersects><fes:ValueReference>geometry</fes:ValueReference>{near}</fes:Intersects>"), vec!["Giếng 2"]),
        (format!("<fes:And><fes:Disjoint><fes:ValueReference>geometry</fes:ValueReference>{near}</fes:Disjoint>{below}</fes:And>"), vec!["Giếng 1"]),
    ] {
        assert_eq!(sorted_names(&service, &filter(&inner)).await, expected, "{inner}");
    }
}

#[tokio::test]
async fn requests_may_be_posted_as_xml() {
    let service = Service::start();
    let body = "<?xml version=\"1.0\"?><wfs:GetFeature service=\"WFS\" version=\"2.0.0\" count=\"10\" outputFormat=\"application/json\" xmlns:wfs=\"http://www.opengis.net/wfs/2.0\" xmlns:fes=\"http://www.opengis.net/fes/2.0\" xmlns:dothi=\"urn:dothi:wfs\"><wfs:Query typeNames=\"dothi:wells\" srsName=\"urn:ogc:def:crs:EPSG::4326\"><wfs:PropertyName>dothi:name</wfs:PropertyName><fes:Filter><fes:PropertyIsGreaterThan><fes:ValueReference>dothi:depth</fes:ValueReference><fes:Literal>4</fes:Literal></fes:PropertyIsGreaterThan></fes:Filter><fes:SortBy><fes:SortProperty><fes:ValueReference>dothi:depth</fes:ValueReference><fes:SortOrder>DESC</fes:SortOrder></fes:SortProperty></fes:SortBy></wfs:Query></wfs:GetFeature>";
    let answer = service.ask(Method::POST, "/wfs", &[("content-type", "text/xml")], body).await;
    let found = answer.json();
    assert_eq!(found["numberMatched"], 2);
    assert_eq!(found["features"][0]["properties"]["name"], "Giếng 5");
    let form = "service=WFS&version=2.0.0&request=GetFeature&typeNames=wells&resultType=hits";
    let answer = service.ask(Method::POST, "/wfs", &[], form).await;
    assert!(answer.text().contains("numberMatched=\"5\""));
}

fn refused(answer: &Answer, status: u16, code: &str, locator: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert_well_formed(&text);
    assert!(text.contains(&format!("exceptionCode=\"{code}\"")), "{code}: {text}");
    assert!(text.contains(&format!("locator=\"{locator}\"")), "{locator}: {text}");
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    let service = Service::start();
    for (path, code, locator) in [
        ("/wfs?service=WFS", "MissingParameterValue", "request"),
        ("/wfs?service=WMS&request=GetCapabilities", "InvalidParameterValue", "service"),
        ("/wfs?request=Transaction", "OperationNotSupported", "Transaction"),
        ("/wfs?request=GetFeature", "MissingParameterValue", "typeNames"),
        ("/wfs?request=GetFeature&typeNames=none", "InvalidParameterValue", "typeNames"),
        (
            "/wfs?request=GetFeature&typeNames=wells&version=1.0.0",
            "InvalidParameterValue",
            "version",
        ),
        (
            "/wfs?request=GetFeature&typeNames=wells&srsName=EPSG:27700",
            "InvalidParameterValue",
            "srsName",
        ),
        ("/wfs?request=GetFeature&typeNames=wells&count=x", "InvalidParameterValue", "count"),
        ("/wfs?request=GetFeature&typeNames=wells&bbox=1,2,3", "InvalidParameterValue", "bbox"),
        ("/wfs?request=GetFeature&typeNames=wells&sortBy=none", "InvalidParameterValue", "none"),
        (
            "/wfs?request=GetFeature&typeNames=wells&outputFormat=shape-zip",
            "InvalidParameterValue",
            "outputFormat",
        ),
        (
            "/wfs?request=GetFeature&storedQuery_Id=urn:x&id=wells.1",
            "InvalidParameterValue",
            "storedQuery_Id",
        ),
    ] {
        refused(&service.get(path).await, 400, code, locator);
    }
    let number = filter(
        "<fes:PropertyIsEqualTo><fes:ValueReference>depth</fes:ValueReference><fes:Literal>deep</fes:Literal></fes:PropertyIsEqualTo>",
    );
    refused(&service.get(&format!("{GET}{number}")).await, 400, "InvalidParameterValue", "depth");
    let unknown = filter("<fes:DWithin/>");
    refused(&service.get(&format!("{GET}{unknown}")).await, 400, "OptionNotSupported", "DWithin");
}

#[tokio::test]
async fn hostile_documents_are_refused_and_cost_little() {
    let service = Service::start();
    let bomb = "<!DOCTYPE a [<!ENTITY b \"&c;&c;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]><wfs:GetFeature>&b;</wfs:GetFeature>";
    let deep = format!("<a>{}</a>", "<b>".repeat(5000) + &"</b>".repeat(5000));
    for body in [bomb, &deep, "<a", "<a></b>", "<a/><b/>", "\u{feff}<", "<a>&nope;</a>"] {
        let answer = service.ask(Method::POST, "/wfs", &[], body).await;
        assert_eq!(answer.status, 400, "{}", &body[..body.len().min(40)]);
        assert!(
            answer.text().contains("OperationParsingFailed")
                || answer.text().contains("MissingParameterValue"),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("root:"));
    }
}

#[tokio::test]
async fn a_feature_comes_alone_by_its_identifier() {
    let service = Service::start();
    let path = "/wfs?service=WFS&version=2.0.0&request=GetFeature&storedQuery_Id=urn:ogc:def:query:OGC-WFS::GetFeatureById&id=";
    let text = service.get(&format!("{path}wells.3")).await.text();
    assert_well_formed(&text);
    assert!(
        text.contains("?><dothi:wells ")
            && text.contains("gml:id=\"wells.3\"")
            && text.contains("Giếng 3")
    );
    refused(&service.get(&format!("{path}wells.99")).await, 404, "NotFound", "resourceId");
    refused(&service.get(&format!("{path}none.1")).await, 404, "NotFound", "resourceId");
    assert_eq!(names(&service, "&resourceId=wells.4,wells.2").await, ["Giếng 4", "Giếng 2"]);
    for operation in ["ListStoredQueries", "DescribeStoredQueries"] {
        let text = service
            .get(&format!("/wfs?service=WFS&version=2.0.0&request={operation}"))
            .await
            .text();
        assert_well_formed(&text);
        assert!(text.contains("GetFeatureById"));
    }
}

#[tokio::test]
async fn capabilities_and_schemas_tell_what_the_viewer_sees() {
    let service = Service::start();
    let capabilities = service.get("/wfs?service=WFS&request=GetCapabilities").await.text();
    assert_well_formed(&capabilities);
    for part in [
        "<wfs:Name>dothi:wells</wfs:Name>",
        "urn:ogc:def:crs:EPSG::5899",
        "fes:ResourceId",
        "ImplementsResultPaging",
    ] {
        assert!(capabilities.contains(part), "{part}");
    }
    let schema = service
        .get("/wfs?service=WFS&version=2.0.0&request=DescribeFeatureType&typeNames=dothi:parcels")
        .await
        .text();
    assert_well_formed(&schema);
    assert!(
        schema.contains("name=\"to_bd\" type=\"xsd:string\"")
            && schema.contains("gml:SurfacePropertyType")
    );
    // The owner's column is not there, and asking for it says the same as for one that never was.
    assert!(!schema.contains("\"chu\""));
    let parcels = "/wfs?request=GetFeature&typeNames=parcels";
    assert!(!service.get(parcels).await.text().contains(OWNER));
    let by_owner = filter(
        "<fes:PropertyIsEqualTo><fes:ValueReference>chu</fes:ValueReference><fes:Literal>x</fes:Literal></fes:PropertyIsEqualTo>",
    );
    refused(
        &service.get(&format!("{parcels}{by_owner}")).await,
        400,
        "InvalidParameterValue",
        "chu",
    );
    refused(
        &service.get(&format!("{parcels}&sortBy=chu")).await,
        400,
        "InvalidParameterValue",
        "chu",
    );
}
