//! Maps as pictures: what stands where, in which colour, in every system.

use axum::http::Method;

use city::{FeatureId, PropertyType, Role, layer::GeometryKind};
use geo_types::Point;

use super::{
    fixture::{Answer, Service, layer},
    publish::publish,
};

/// Colour of a well: layers without a role of their own are drawn by `other.json`.
pub(super) const WELL: [u8; 4] = [0x6a, 0x5d, 0xa0, 255];

/// A picture, decoded.
pub(super) struct Picture {
    pub(super) size: (u32, u32),
    rgba: Vec<u8>,
}

impl Picture {
    pub(super) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.header("content-type"), "image/png");
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&answer.body));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut rgba = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgba).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgba);
        Self { size: (info.width, info.height), rgba }
    }

    pub(super) fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let at = ((y * self.size.0 + x) * 4) as usize;
        [0, 1, 2, 3].map(|k| self.rgba[at + k])
    }

    /// How many pixels have about this colour.
    pub(super) fn count(&self, colour: [u8; 4]) -> usize {
        let is_close = |pixel: &&[u8]| (0..4).all(|k| pixel[k].abs_diff(colour[k]) <= 2);
        self.rgba.chunks_exact(4).filter(is_close).count()
    }

    /// The share of pixels that differ by more than a little in any channel.
    pub(super) fn difference(&self, other: &Self) -> f64 {
        assert_eq!(self.size, other.size);
        let pairs = self.rgba.chunks_exact(4).zip(other.rgba.chunks_exact(4));
        let apart = pairs.filter(|(a, b)| (0..4).any(|k| a[k].abs_diff(b[k]) > 48)).count();
        apart as f64 / (self.rgba.len() / 4) as f64
    }
}

/// A kilometre around well 1, which stands at Tam Kỳ's check point (vietnam.md), in several systems.
fn around_the_well() -> Vec<(&'static str, String)> {
    let web = |lon: f64, lat: f64| {
        let radius = 6_378_137.0;
        let y = (std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0).tan().ln();
        (radius * lon.to_radians(), radius * y)
    };
    let ((west, south), (east, north)) = (web(108.470, 15.570), web(108.478, 15.5772));
    vec![
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "108.470,15.570,108.478,15.5772".into()),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "15.570,108.470,15.5772,108.478".into()),
        ("http://www.opengis.net/def/crs/EPSG/0/3857", format!("{west},{south},{east},{north}")),
        (
            "http://www.opengis.net/def/crs/EPSG/0/5899",
            "577053.963,1722131.703,577853.963,1722931.703".into(),
        ),
    ]
}

fn path(crs: &str, bbox: &str, more: &str) -> String {
    format!(
        "/collections/wells/map?crs={crs}&bbox-crs={crs}&bbox={bbox}&width=400&height=400{more}"
    )
}

#[tokio::test]
async fn a_feature_stands_at_its_place_in_its_colour_in_every_system() {
    let service = Service::start();
    for (crs, bbox) in around_the_well() {
        let picture = Picture::of(&service.get(&path(crs, &bbox, "")).await);
        // The well is in the middle, but for the signature none is near the edge.
        assert_eq!(picture.at(200, 200), WELL, "{crs}");
        assert_eq!(picture.at(5, 5), [0; 4], "{crs}: nothing is there");
        // Well 2 stands 107 m to the east: 50 pixels in degrees, 53 in the zone.
        let second = (245..260).filter(|x| picture.at(*x, 200) == WELL).count();
        assert!(second > 4, "{crs}: {second}");
    }
}

#[tokio::test]
async fn a_zone_of_vn_2000_and_mercator_show_the_same_parcels() {
    let service = Service::start();
    let of = |crs: &str, bbox: &str| {
        format!(
            "/collections/parcels/map?crs={crs}&bbox-crs={crs}&bbox={bbox}&width=600&height=240&bgcolor=0xffffff"
        )
    };
    let boxes = [
        ("http://www.opengis.net/def/crs/EPSG/0/5899", "577000.0,1722080.0,578200.0,1722560.0"),
        // The same corners, by EPSG:6960 as PROJ 9.6 computes it, in Mercator: 1 m is 1.038 there.
        ("http://www.opengis.net/def/crs/EPSG/0/3857", ""),
    ];
    let to =
        datasets::crs::Transformer::between(city::Crs::QUANG_NAM, city::Crs::WEB_MERCATOR).unwrap();
    let (west, south) = to.convert(577_000.0, 1_722_080.0).unwrap();
    let (east, north) = to.convert(578_200.0, 1_722_560.0).unwrap();
    let mercator = format!("{west},{south},{east},{north}");
    let zone = Picture::of(&service.get(&of(boxes[0].0, boxes[0].1)).await);
    let web = Picture::of(&service.get(&of(boxes[1].0, &mercator)).await);
    // The zone is turned by a fifth of a degree against Mercator: 0.2° · 600 px / 2 is a pixel or two at
    // the ends of thin lines.
    let apart = zone.difference(&web);
    assert!(apart < 0.05, "{apart} of the pixels differ");
    assert!(zone.count([255; 4]) < 600 * 240, "something is drawn");
}

#[tokio::test]
async fn a_map_says_where_it_lies_and_is_not_sent_twice() {
    let service = Service::start();
    let (crs, bbox) = &around_the_well()[1];
    let answer = service.get(&path(crs, bbox, "")).await;
    assert_eq!(answer.header("content-crs"), format!("<{crs}>"));
    assert_eq!(answer.header("content-bbox"), "15.57,108.47,15.5772,108.478");
    let tag = answer.header("etag").to_owned();
    let again =
        service.ask(Method::GET, &path(crs, bbox, ""), &[("if-none-match", &tag)], "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let other = service.get(&path(crs, bbox, "&transparent=false")).await;
    assert_ne!(other.header("etag"), tag);
    assert_eq!(Picture::of(&other).at(5, 5), [255; 4]);
}

#[tokio::test]
async fn a_large_map_is_signed_and_every_png_says_where_its_data_came_from() {
    let service = Service::start();
    let (crs, bbox) = &around_the_well()[0];
    let answer = service.get(&path(crs, bbox, "")).await;
    let signed = Picture::of(&answer);
    let corner = |picture: &Picture| {
        let (width, height) = picture.size;
        (width / 2..width)
            .flat_map(|x| (height - 14..height).map(move |y| (x, y)))
            .filter(|(x, y)| picture.at(*x, *y)[3] > 0)
            .count()
    };
    assert!(corner(&signed) > 200, "the lower right corner is written on");
    let small = format!("/collections/wells/map?bbox={bbox}&width=256&height=256");
    assert_eq!(corner(&Picture::of(&service.get(&small).await)), 0, "a tile is not");
    let reader = png::Decoder::new(std::io::Cursor::new(&answer.body)).read_info().unwrap();
    let texts: Vec<String> =
        reader.info().utf8_text.iter().map(|text| text.get_text().unwrap()).collect();
    assert!(texts.iter().any(|text| text.contains("thử nghiệm") && text.contains("synthetic")));
}

#[tokio::test]
async fn the_city_is_drawn_on_its_paper_and_layers_on_top_of_each_other() {
    let service = Service::start();
    let bbox = "bbox=108.455,15.555,108.485,15.58&width=600&height=500";
    let city = Picture::of(&service.get(&format!("/map?{bbox}")).await);
    assert!(city.count([0xf4, 0xf0, 0xe7, 255]) > 100_000, "the paper of the style");
    let clear = Picture::of(&service.get(&format!("/map?{bbox}&transparent=true")).await);
    assert_eq!(clear.at(2, 2), [0; 4]);
    let both = Picture::of(&service.get(&format!("/map?collections=roads,wells&{bbox}")).await);
    assert!(both.count(WELL) > 20, "wells are laid over");
    let styled = service.get(&format!("/styles/dothi/map?{bbox}")).await;
    assert_eq!(Picture::of(&styled).difference(&city), 0.0);
    assert_eq!(service.get("/styles/none/map").await.status, 404);
    assert_eq!(service.get("/collections/wells/styles/default/map").await.status, 200);
}

#[tokio::test]
async fn what_holds_at_another_time_is_not_drawn() {
    let service = Service::start();
    let bbox = "/collections/wells/map?bbox=108.470,15.570,108.482,15.5772&width=256&height=154";
    let all = Picture::of(&service.get(bbox).await).count(WELL);
    // Well n holds from the first day of month n.
    let early = Picture::of(&service.get(&format!("{bbox}&datetime=2025-02-15")).await).count(WELL);
    assert!(early > 0 && early < all, "{early} of {all}");
}

#[tokio::test]
async fn pictures_come_in_the_format_that_is_asked_for() {
    let service = Service::start();
    let path = "/collections/wells/map?bbox=108.470,15.570,108.478,15.5772&width=64&height=64";
    for (format, media_type, magic) in [
        ("png", "image/png", &b"\x89PNG"[..]),
        ("jpeg", "image/jpeg", b"\xff\xd8\xff"),
        ("webp", "image/webp", b"RIFF"),
    ] {
        let answer = service.get(&format!("{path}&f={format}")).await;
        assert_eq!(answer.header("content-type"), media_type);
        assert!(answer.body.starts_with(magic), "{format}");
        let accepted = service.ask(Method::GET, path, &[("accept", media_type)], "").await;
        assert_eq!(accepted.header("content-type"), media_type);
    }
}

#[tokio::test]
async fn a_map_that_cannot_be_drawn_is_refused_with_what_would_be_right() {
    let service = Service::start();
    for (query, part) in [
        ("width=0", "width"),
        ("width=9000&height=10", "8192"),
        ("width=8000&height=8000", "million"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=109,15,108,16", "bbox"),
        ("bbox=108,15,108,16", "bbox"),
        ("bgcolor=reddish", "bgcolor"),
        ("transparent=maybe", "transparent"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/27700", "crs"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/5899&bbox=-10,-10,10,10", "5899"),
        ("datetime=yesterday", "datetime"),
        ("colour=red", "colour"),
        ("f=tiff", "tiff"),
    ] {
        let answer = service.get(&format!("/collections/wells/map?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.text().contains(part), "{query}: {}", answer.text());
    }
    assert_eq!(service.get("/collections/none/map").await.status, 404);
    assert_eq!(service.get("/map?collections=wells,none").await.status, 400);
}

#[tokio::test]
async fn legends_are_pictures_and_words() {
    let service = Service::start();
    let picture = Picture::of(&service.get("/collections/wells/styles/default/legend").await);
    assert!(picture.size.0 > 40 && picture.size.1 > 20);
    let words = service.json("/collections/wells/styles/default/legend?f=json").await;
    assert_eq!(words["layers"][0]["rows"][0]["en"], "Other layer");
    assert_eq!(service.get("/styles/dothi/legend?language=en").await.status, 200);
    assert_eq!(service.get("/styles/dothi/legend?language=fr").await.status, 400);
}

#[tokio::test]
async fn styles_are_sld_for_who_reads_no_maplibre() {
    let service = Service::start();
    let answer = service.get("/collections/roads/styles/default?f=sld").await;
    assert!(answer.header("content-type").starts_with("application/vnd.ogc.sld+xml"));
    let text = answer.text();
    super::wms::assert_well_formed(&text);
    for part in [
        "<se:Name>roads</se:Name>",
        "<se:LineSymbolizer",
        "<ogc:PropertyName>ten</ogc:PropertyName>",
        "<se:MaxScaleDenominator>",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    super::wms::assert_well_formed(&service.get("/styles/dothi?f=sld").await.text());
}

#[tokio::test]
async fn a_style_that_cannot_be_drawn_is_refused_by_what_is_unknown_in_it() {
    let service = Service::with(|config| {
        let columns = [("name", PropertyType::Text)];
        let mut spots = layer("spots", Role::Other, GeometryKind::Point, &columns, &[]);
        spots.style = Some("dense".into());
        let spot = (FeatureId::Number(1), Point::new(108.474, 15.5736).into(), vec!["a".into()]);
        publish(&config.data, spots, vec![spot]);
        let folder = config.data.join("styles");
        std::fs::create_dir_all(&folder).unwrap();
        let style = r#"{"group": "overlay", "legend": [], "layers": [
            {"id": "x", "type": "circle", "paint": {"circle-radius": ["heatmap-density"]}}]}"#;
        std::fs::write(folder.join("dense.json"), style).unwrap();
    });
    let answer = service.get("/collections/spots/map").await;
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains("heatmap-density") && answer.text().contains("circle-radius"));
    let map = "/wms?request=GetMap&version=1.3.0&layers=spots&styles=dense&crs=CRS:84&bbox=108,15,109,16&width=9&height=9";
    assert!(service.get(map).await.text().contains("heatmap-density"));
    // Others are told of and drawn as ever.
    let capabilities = service.get("/wms?request=GetCapabilities").await;
    assert!(capabilities.status == 200 && capabilities.text().contains("<Name>spots</Name>"));
    assert_eq!(service.get("/collections/wells/map").await.status, 200);
}

#[tokio::test]
async fn a_name_at_the_edge_is_put_inwards_but_on_a_tile_it_is_left_out() {
    let service = Service::start();
    // Well 1 stands two pixels from the lower edge, and its name below it.
    let map = |side: u32| {
        let span = 0.004 * f64::from(side) / 600.0;
        let (west, south) = (108.474 - span / 2.0, 15.5736 - 2.0 * span / f64::from(side));
        format!(
            "/wms?request=GetMap&version=1.3.0&layers=wells&styles=&crs=CRS:84&bbox={west},{south},{},{}&width={side}&height={side}",
            west + span,
            south + span
        )
    };
    let letters = |picture: &Picture| picture.count([0x4d, 0x42, 0x78, 255]);
    assert!(letters(&Picture::of(&service.get(&map(600)).await)) > 20);
    assert_eq!(letters(&Picture::of(&service.get(&map(256)).await)), 0);
}
