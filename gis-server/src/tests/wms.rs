//! WMS and WMTS, asked as clients do.

use super::{
    fixture::{OWNER, Service},
    maps::{Picture, WELL},
};

pub(super) fn assert_well_formed(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return,
            Ok(_) => {}
            Err(error) => panic!("{error} at {}:\n{text}", reader.buffer_position()),
        }
    }
}

const MAP: &str = "/wms?service=WMS&version=1.3.0&request=GetMap&layers=wells&styles=&format=image/png&width=400&height=400&transparent=TRUE";

#[tokio::test]
async fn axes_have_the_order_of_the_version_and_the_system() {
    let service = Service::start();
    let degrees = Picture::of(
        &service.get(&format!("{MAP}&crs=CRS:84&bbox=108.470,15.570,108.478,15.5772")).await,
    );
    assert_eq!(degrees.at(200, 200), WELL);
    assert_eq!(degrees.at(5, 5), [0; 4]);
    for other in [
        "crs=EPSG:4326&bbox=15.570,108.470,15.5772,108.478",
        // Before 1.3 east came first in every system.
        "version=1.1.1&srs=EPSG:4326&bbox=108.470,15.570,108.478,15.5772",
    ] {
        let path = if other.starts_with("version") {
            format!("{}&{other}", MAP.replace("&version=1.3.0", ""))
        } else {
            format!("{MAP}&{other}")
        };
        assert_eq!(Picture::of(&service.get(&path).await).difference(&degrees), 0.0, "{other}");
    }
    let zone = format!("{MAP}&crs=EPSG:5899&bbox=577053.963,1722131.703,577853.963,1722931.703");
    assert_eq!(Picture::of(&service.get(&zone).await).at(200, 200), WELL);
    // Names of parameters have no case, those of values neither where the standard says so.
    let loud =
        zone.replace("layers", "LAYERS").replace("request", "Request").replace("bbox", "BBOX");
    assert_eq!(Picture::of(&service.get(&loud).await).at(200, 200), WELL);
}

#[tokio::test]
async fn paper_is_white_unless_it_is_clear_or_of_a_colour() {
    let service = Service::start();
    let map = format!("{MAP}&crs=CRS:84&bbox=108.470,15.570,108.478,15.5772");
    let white = map.replace("&transparent=TRUE", "");
    assert_eq!(Picture::of(&service.get(&white).await).at(5, 5), [255; 4]);
    let green = format!("{white}&bgcolor=0x00FF00");
    assert_eq!(Picture::of(&service.get(&green).await).at(5, 5), [0, 255, 0, 255]);
    let sharp = Picture::of(&service.get(&format!("{map}&dpi=192")).await);
    let plain = Picture::of(&service.get(&map).await);
    assert!(sharp.count(WELL) > 2 * plain.count(WELL), "signs grow with the dots per inch");
}

#[tokio::test]
async fn refusals_are_xml_or_in_the_picture() {
    let service = Service::start();
    let map = format!("{MAP}&crs=CRS:84&bbox=108.470,15.570,108.478,15.5772");
    for (change, with, code) in [
        ("layers=wells", "layers=none", "LayerNotDefined"),
        ("styles=", "styles=bright", "StyleNotDefined"),
        ("image/png", "image/tiff", "InvalidFormat"),
        ("CRS:84", "EPSG:27700", "InvalidCRS"),
        ("width=400", "width=100000", "8192"),
        ("108.478,15.5772", "108.470,15.5772", "bbox"),
        ("&width=400", "", "width"),
        ("request=GetMap", "request=GetNothing", "OperationNotSupported"),
        ("service=WMS", "service=WCS", "WCS"),
        ("&styles=", "&styles=&featureid=wells.1", "featureid"),
    ] {
        let answer = service.get(&map.replace(change, with)).await;
        assert_eq!(answer.status, 400, "{with}");
        assert!(answer.header("content-type").starts_with("text/xml"));
        assert_well_formed(&answer.text());
        assert!(
            answer.text().contains("ServiceException") && answer.text().contains(code),
            "{with}: {}",
            answer.text()
        );
    }
    let wrong = map.replace("layers=wells", "layers=none");
    let said = Picture::of(&service.get(&format!("{wrong}&exceptions=INIMAGE")).await);
    assert!(said.count([0xb0, 0x20, 0x20, 255]) > 50, "red words");
    let blank = Picture::of(&service.get(&format!("{wrong}&exceptions=BLANK")).await);
    assert_eq!(blank.count([0; 4]), 400 * 400);
}

#[tokio::test]
async fn capabilities_list_what_the_viewer_sees() {
    let service = Service::start();
    for (version, root) in [("1.3.0", "WMS_Capabilities"), ("1.1.1", "WMT_MS_Capabilities")] {
        let answer = service
            .get(&format!("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}"))
            .await;
        let text = answer.text();
        assert_well_formed(&text);
        for part in [
            root,
            "<Name>wells</Name>",
            "<Name>parcels</Name>",
            "EPSG:5899",
            "GetLegendGraphic",
            "name=\"time\"",
        ] {
            assert!(text.contains(part), "{version}: {part}");
        }
    }
    let text = service.get("/wms?request=GetCapabilities").await.text();
    // Latitude first, as the authority has it.
    assert!(text.contains("CRS=\"EPSG:4326\" minx=\"15.57"), "{text}");
    // Parcels come at zoom 14: 40 075 016.69 / 512 / 2¹⁴ / 0.00028.
    assert!(text.contains("<MaxScaleDenominator>17061.8</MaxScaleDenominator>"), "{text}");
}

const INFO: &str = "/wms?service=WMS&version=1.3.0&request=GetFeatureInfo&layers=wells&query_layers=wells&styles=&crs=EPSG:4326&bbox=15.570,108.470,15.5772,108.478&width=400&height=400&feature_count=10";

#[tokio::test]
async fn what_lies_at_a_pixel_is_told_in_the_format_that_is_asked_for() {
    let service = Service::start();
    let found = service.json(&format!("{INFO}&i=201&j=198&info_format=application/json")).await;
    assert_eq!(found["features"].as_array().unwrap().len(), 1);
    assert_eq!(found["features"][0]["properties"]["name"], "Giếng 1");
    assert_eq!(
        (&found["features"][0]["layer"], &found["synthetic"]),
        (&"wells".into(), &true.into())
    );
    let nothing = service.json(&format!("{INFO}&i=50&j=50")).await;
    assert_eq!(nothing["features"].as_array().unwrap().len(), 0);
    for (format, part) in [
        ("text/plain", "ODT – Đất ở tại đô thị"),
        ("text/html", "<td>Giếng 1</td>"),
        ("application/vnd.ogc.gml", "<dothi:name>Giếng 1</dothi:name>"),
    ] {
        let answer = service.get(&format!("{INFO}&i=200&j=200&info_format={format}")).await;
        assert!(answer.text().contains(part), "{format}: {}", answer.text());
    }
    let outside = service.get(&format!("{INFO}&i=400&j=1")).await;
    assert!(outside.text().contains("InvalidPoint"));
    let unknown = service.get(&format!("{INFO}&i=1&j=1&info_format=image/gif")).await;
    assert!(unknown.text().contains("InvalidFormat"));
}

#[tokio::test]
async fn an_owner_is_told_by_no_service() {
    let service = Service::start();
    let info = INFO
        .replace("wells", "parcels")
        .replace("15.570,108.470,15.5772,108.478", "15.57,108.47,15.5708,108.4708");
    for format in ["application/json", "text/plain", "text/html", "application/vnd.ogc.gml"] {
        let text = service.get(&format!("{info}&i=200&j=200&info_format={format}")).await.text();
        assert!(text.contains("12") && !text.contains(OWNER), "{format}: {text}");
    }
}

#[tokio::test]
async fn tiles_are_the_same_by_parameters_and_by_address() {
    let service = Service::start();
    // Column and row of Tam Kỳ at zoom 16 by the slippy-map formula.
    let n = f64::from(1 << 16);
    let col = ((108.474 + 180.0) / 360.0 * n) as u32;
    let lat = 15.5736f64.to_radians();
    let row = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;
    let kvp = service.get(&format!("/wmts?service=WMTS&request=GetTile&version=1.0.0&layer=wells&style=default&format=image/png&tileMatrixSet=WebMercatorQuad&tileMatrix=16&tileRow={row}&tileCol={col}")).await;
    let picture = Picture::of(&kvp);
    assert_eq!(picture.size, (256, 256));
    assert!(picture.count(WELL) > 10);
    let rest =
        service.get(&format!("/wmts/1.0.0/wells/default/WebMercatorQuad/16/{row}/{col}.png")).await;
    assert_eq!(rest.body, kvp.body);
    let zone = service.get("/wmts/1.0.0/dothi/default/VN2000-TM3-10745/9/159/282.png").await;
    assert_eq!(Picture::of(&zone).size, (256, 256));
    let info = service.json(&format!("/wmts?request=GetFeatureInfo&layer=wells&tileMatrixSet=WebMercatorQuad&tileMatrix=10&tileRow={}&tileCol={}&i=1&j=1&infoFormat=application/json", row >> 6, col >> 6)).await;
    assert_eq!(info["type"], "FeatureCollection");
    for (path, status, code) in [
        ("/wmts/1.0.0/wells/default/WebMercatorQuad/2/9/0.png", 400, "TileOutOfRange"),
        ("/wmts/1.0.0/none/default/WebMercatorQuad/2/0/0.png", 404, "InvalidParameterValue"),
        ("/wmts/1.0.0/wells/default/None/2/0/0.png", 404, "TileMatrixSet"),
        ("/wmts/1.0.0/wells/bright/WebMercatorQuad/2/0/0.png", 400, "Style"),
        ("/wmts?request=GetTile", 400, "MissingParameterValue"),
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(code), "{path}: {}", answer.text());
    }
    let text = service.get("/wmts/1.0.0/WMTSCapabilities.xml").await.text();
    assert_well_formed(&text);
    assert!(text.contains("urn:ogc:def:crs:EPSG::5899") && text.contains("ResourceURL"));
}
