//! IFC: buildings of models become footprints with heights and storeys, where the model says that it stands.

use city::Value;
use geo::{BoundingRect, Centroid, CoordsIter, GeodesicArea};
use geo_types::{Coord, Geometry};
use tests::town;

use crate::sources::{Desk, Imported};

/// East and north of the model's origin: Tam Kỳ in VN-2000 / TM-3 107°45′.
const ORIGIN: [f64; 2] = [577_453.963, 1_722_531.703];

/// A house of 12 m × 8 m with walls of 0.2 m, 6.4 m high, on a terrace that reaches 3 m further; a lone column in
/// its yard of 4 m × 3 m; storeys at −2.5 m (footings), 0, 3.2 m; in millimetres. `place` says where it stands.
fn house(place: &str) -> String {
    let mut text = String::from(
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('house.ifc','2026-11-23T00:00:00',(''),(''),'','','');\n\
         FILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n\
         #1=IFCPROJECT('0000000000000000000001',$,'P',$,$,$,$,(#7),#2);\n#2=IFCUNITASSIGNMENT((#3));\n\
         #3=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);\n#4=IFCCARTESIANPOINT((0.,0.,0.));\n\
         #5=IFCAXIS2PLACEMENT3D(#4,$,$);\n#6=IFCLOCALPLACEMENT($,#5);\n\
         #7=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#5,$);\n\
         #8=IFCDIRECTION((0.,0.,1.));\n\
         #11=IFCBUILDING('0000000000000000000011',$,'Nh\\X2\\00E0\\X0\\ A',$,$,#6,$,'Nh\\X2\\00E0\\X0\\ sinh ho\\X2\\1EA1\\X0\\t',.ELEMENT.,$,$,$);\n",
    );
    text.push_str(place);
    let mut next = 100;
    let mut storeys = Vec::new();
    for height in [-2500, 0, 3200] {
        let n = next;
        text.push_str(&format!(
            "#{n}=IFCCARTESIANPOINT((0.,0.,{height}.));\n#{}=IFCAXIS2PLACEMENT3D(#{n},$,$);\n\
             #{}=IFCLOCALPLACEMENT(#6,#{});\n\
             #{}=IFCBUILDINGSTOREY('0000000000000000000{n}',$,'T',$,$,#{},$,$,.ELEMENT.,{height}.);\n",
            n + 1, n + 2, n + 1, n + 3, n + 2,
        ));
        storeys.push(n + 3);
        next += 10;
    }
    // Middle, sides, foot and height of each part; mm.
    let parts = [
        ("IFCWALL", [6000, 100], [12_000, 200], 0, 6400),
        ("IFCWALL", [6000, 7900], [12_000, 200], 0, 6400),
        ("IFCWALL", [100, 4000], [200, 7600], 0, 6400),
        ("IFCWALL", [11_900, 4000], [200, 7600], 0, 6400),
        // The yard's walls: an open place of 4 m × 3 m within.
        ("IFCWALL", [6000, 2400], [4400, 200], 0, 6400),
        ("IFCWALL", [6000, 5600], [4400, 200], 0, 6400),
        ("IFCWALL", [3900, 4000], [200, 3000], 0, 6400),
        ("IFCWALL", [8100, 4000], [200, 3000], 0, 6400),
        // Floors on both sides of the yard, and a terrace before the house.
        ("IFCSLAB", [1950, 4000], [3700, 7600], -200, 200),
        ("IFCSLAB", [10_050, 4000], [3700, 7600], -200, 200),
        ("IFCSLAB", [6000, 1250], [4000, 2100], -200, 200),
        ("IFCSLAB", [6000, 6750], [4000, 2100], -200, 200),
        ("IFCSLAB", [6000, -1500], [12_000, 3000], -200, 200),
        ("IFCFURNITURE", [6000, -1500], [500, 500], 0, 9000),
    ];
    let mut placed = Vec::new();
    for (kind, [x, y], [wide, deep], foot, high) in parts {
        let n = next;
        text.push_str(&format!(
            "#{n}=IFCCARTESIANPOINT(({x}.,{y}.,{foot}.));\n#{}=IFCAXIS2PLACEMENT3D(#{n},$,$);\n\
             #{}=IFCLOCALPLACEMENT(#6,#{});\n#{}=IFCRECTANGLEPROFILEDEF(.AREA.,$,$,{wide}.,{deep}.);\n\
             #{}=IFCEXTRUDEDAREASOLID(#{},#5,#8,{high}.);\n\
             #{}=IFCSHAPEREPRESENTATION(#7,'Body','SweptSolid',(#{}));\n#{}=IFCPRODUCTDEFINITIONSHAPE($,$,(#{}));\n\
             #{}={kind}('0000000000000000000{n}',$,$,$,$,#{},#{},$,$);\n",
            n + 1, n + 2, n + 1, n + 3, n + 4, n + 3, n + 5, n + 4, n + 6, n + 5, n + 7, n + 2, n + 6,
        ));
        placed.push(format!("#{}", n + 7));
        next += 10;
    }
    let storey = |at: usize| storeys[at];
    text.push_str(&format!(
        "#50=IFCRELAGGREGATES('0000000000000000000050',$,$,$,#11,(#{},#{},#{}));\n\
         #51=IFCRELCONTAINEDINSPATIALSTRUCTURE('0000000000000000000051',$,$,$,({}),#{});\nENDSEC;\nEND-ISO-10303-21;\n",
        storey(0), storey(1), storey(2), placed.join(","), storey(1),
    ));
    text
}

/// Turned by 90° against the map: its x axis goes north.
fn on_the_map() -> String {
    format!(
        "#20=IFCPROJECTEDCRS('EPSG:5899',$,$,$,$,$,#21);\n#21=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);\n\
         #22=IFCMAPCONVERSION(#7,#20,{},{},4.2,0.,1.,0.001);\n",
        ORIGIN[0], ORIGIN[1]
    )
}

fn area_m2(geometry: &Geometry<f64>) -> f64 {
    match geometry {
        Geometry::MultiPolygon(polygons) => polygons.geodesic_area_unsigned(),
        Geometry::Polygon(polygon) => polygon.geodesic_area_unsigned(),
        other => panic!("no area: {other:?}"),
    }
}

fn number(imported: &Imported, name: &str) -> f64 {
    imported.value(0, name).as_number().unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn a_model_stands_where_its_conversion_says_with_its_yard_and_without_its_terrace() {
    let desk = Desk::new();
    let imported =
        desk.import(&desk.write("nha.ifc", house(&on_the_map())), "nha", "buildings", &[]);
    assert_eq!(imported.features.len(), 1);
    assert_eq!(imported.layer.source_crs, "EPSG:5899");
    assert_eq!(imported.value(0, "name"), &Value::from("Nhà sinh hoạt"));
    assert_eq!(imported.value(0, "height"), &Value::Real(6.4));
    assert_eq!(imported.value(0, "ground"), &Value::Real(4.2));
    assert_eq!(imported.value(0, "storeys"), &Value::Integer(2));
    let geometry = &imported.features[0].geometry;
    // 12 m × 8 m less the yard of 4 m × 3 m, to the grid's own scale.
    let area = area_m2(geometry);
    assert!((area - 84.0).abs() < 0.2, "{area} m²");
    let holes: usize = match geometry {
        Geometry::MultiPolygon(all) => all.iter().map(|one| one.interiors().len()).sum(),
        Geometry::Polygon(one) => one.interiors().len(),
        _ => 0,
    };
    assert_eq!(holes, 1);
    // Turned: 8 m west of the origin, 12 m north of it; a degree of latitude is 110.65 km here.
    let extent = geometry.bounding_rect().expect("an extent");
    assert!((extent.height() * 110_650.0 - 12.0).abs() < 0.1, "{extent:?}");
    assert!(
        (extent.max().x - 108.4740).abs() < 1e-6 && (extent.min().y - 15.5736).abs() < 1e-6,
        "{extent:?}"
    );
}

#[test]
fn a_model_without_a_place_asks_for_one_and_stands_there() {
    let desk = Desk::new();
    let file = desk.write("nha.ifc", house(""));
    desk.refuses(&file, "buildings", &[], 3, &["--place"]);
    let imported = desk.import(&file, "nha", "buildings", &["--place", "108.49,15.57,90"]);
    let extent = imported.features[0].geometry.bounding_rect().expect("an extent");
    // Its y looks east: 12 m lie to the south of the origin.
    assert!(
        (extent.max().y - 15.57).abs() < 1e-7 && (extent.min().x - 108.49).abs() < 1e-7,
        "{extent:?}"
    );
    assert!((extent.height() * 110_650.0 - 12.0).abs() < 0.1, "{extent:?}");
    assert!((area_m2(&imported.features[0].geometry) - 84.0).abs() < 0.1);
    for place in ["108.49", "200,15", "108,15,north"] {
        desk.refuses(&file, "buildings", &["--place", place], 2, &["LON,LAT"]);
    }
    desk.refuses(&file, "roads", &["--place", "108.49,15.57"], 2, &["IFC"]);
}

#[test]
fn what_is_no_model_of_a_building_is_refused_in_words() {
    let desk = Desk::new();
    let place = ["--place", "108.49,15.57"];
    let other = house("").replace("'IFC4'", "'AUTOMOTIVE_DESIGN'");
    desk.refuses(&desk.write("a.ifc", &other), "buildings", &place, 4, &["AUTOMOTIVE_DESIGN"]);
    let none = house("").replace("=IFCBUILDING(", "=IFCFACILITY(");
    desk.refuses(&desk.write("b.ifc", &none), "buildings", &place, 4, &["IfcBuilding"]);
    let whole = house("");
    let cut = &whole[..whole.len() / 2];
    // Half a model has no walls left that belong to its building.
    desk.refuses(&desk.write("c.ifc", cut), "buildings", &place, 5, &["nothing to publish"]);
    let text = desk.write("d.ifc", "no STEP file at all");
    desk.refuses(&text, "buildings", &place, 4, &[]);
}

#[test]
fn models_of_others_are_imported_with_their_walls_storeys_and_names() {
    let Some(samples) = town::shared("data/geo/ifc-samples") else { return };
    let desk = Desk::new();
    // Walls and levels as their authors tell: the FZK-Haus is 12 m × 10 m with a ground floor and an attic, the Duplex
    // 8.8 m × 17.8 m with two storeys over footings under a flat roof.
    let haus = desk.import(&samples.join("AC20-FZK-Haus.ifc"), "haus", "buildings", &[]);
    assert_eq!(haus.value(0, "name"), &Value::from("FZK-Haus"));
    assert!(
        (area_m2(&haus.features[0].geometry) - 120.0).abs() < 0.5,
        "{}",
        area_m2(&haus.features[0].geometry)
    );
    assert!((number(&haus, "height") - 6.3).abs() < 0.1 && number(&haus, "ground") == 110.0);
    assert_eq!(haus.value(0, "storeys"), &Value::Integer(2));
    // One of its corners is its site's position, 49° 6′ 1.566″ N, 8° 26′ 11.54″ E; its north is not the model's y.
    let at_site =
        |at: &Coord<f64>| (at.x - 8.436_539).abs() < 1e-6 && (at.y - 49.100_435).abs() < 1e-6;
    assert!(haus.features[0].geometry.coords_iter().any(|at| at_site(&at)));

    let duplex =
        desk.import(&samples.join("Ifc2x3_Duplex_Architecture.ifc"), "duplex", "buildings", &[]);
    assert!(
        (area_m2(&duplex.features[0].geometry) - 156.64).abs() < 1.0,
        "{}",
        area_m2(&duplex.features[0].geometry)
    );
    assert!((number(&duplex, "height") - 6.6).abs() < 0.1, "{}", number(&duplex, "height"));
    assert_eq!(duplex.value(0, "storeys"), &Value::Integer(2));
    let middle = duplex.features[0].geometry.centroid().expect("a middle");
    assert!(
        (middle.x() + 87.639).abs() < 0.001 && (middle.y() - 41.874).abs() < 0.001,
        "{middle:?}"
    );

    let open = samples.join("IfcOpenHouse_IFC4.ifc");
    let open = desk.import(&open, "open", "buildings", &["--place", "10.4,63.43"]);
    let area = area_m2(&open.features[0].geometry);
    assert!((area - 53.6).abs() < 0.5, "10 m × 5.36 m: {area}");
    desk.refuses(
        &samples.join("Ifc4_WallElementedCase.ifc"),
        "buildings",
        &[],
        4,
        &["IfcBuilding"],
    );
}
