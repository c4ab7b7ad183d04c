//! Signs of places: what styles name is on the sheets, and pictures show it.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{
    server::{Reply, Server},
    town,
};

/// Red, green, blue of each pixel of a PNG, with its width.
fn pixels(reply: &Reply) -> (usize, Vec<[u8; 3]>) {
    assert_eq!(reply.header("content-type"), "image/png", "{}", reply.url);
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&reply.body));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut rgba = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut rgba).expect("a picture");
    let pixels = rgba.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    (info.width as usize, pixels.collect())
}

fn count(pixels: &[[u8; 3]], colour: [u8; 3]) -> usize {
    let is_close = |pixel: &&[u8; 3]| (0..3).all(|k| pixel[k].abs_diff(colour[k]) <= 6);
    pixels.iter().filter(is_close).count()
}

/// Names that an expression may come to: texts that are signs.
fn named(value: &Value, signs: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if signs.contains(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, signs, found)),
        _ => {}
    }
}

#[test]
fn the_style_of_the_city_leads_to_its_signs_in_both_sizes() {
    let server = Server::start(&town::demo(500));
    let style = server.json("/styles/dothi");
    let sprite = style["sprite"].as_str().expect("a sprite").to_owned();
    let path = sprite.strip_prefix(server.address()).expect("of this server").to_owned();
    for (suffix, ratio) in [("", 1), ("@2x", 2)] {
        let places = server.json(&format!("{path}{suffix}.json"));
        let signs: BTreeSet<String> = places.as_object().expect("places").keys().cloned().collect();
        let picture = server.get(&format!("{path}{suffix}.png")).expect(200);
        assert_eq!(picture.header("content-type"), "image/png");
        let (width, pixels) = pixels(&picture);
        for (name, place) in places.as_object().expect("places") {
            let number = |key: &str| place[key].as_u64().expect("a number") as usize;
            assert_eq!((number("width"), number("pixelRatio")), (20 * ratio, ratio), "{name}");
            assert!(number("x") + number("width") <= width, "{name}");
            let last_row = number("y") + number("height");
            assert!(last_row <= pixels.len() / width, "{name}");
        }
        let mut used = BTreeSet::new();
        for layer in style["layers"].as_array().expect("layers") {
            named(&layer["layout"]["icon-image"], &signs, &mut used);
        }
        for sign in ["school", "hospital", "market", "gauge", "bus-stop", "camera"] {
            assert!(used.contains(sign), "{sign}: {used:?}");
        }
    }
    let svg = server.get(&format!("{path}/school.svg")).expect(200);
    assert!(
        svg.header("content-type").starts_with("image/svg+xml"),
        "{}",
        svg.header("content-type")
    );
    for gone in [
        "/sprites/other.json",
        "/sprites/dothi.gif",
        "/sprites/dothi@3x.png",
        "/sprites/dothi/dragon.svg",
    ] {
        server.get(gone).expect(404);
    }
    server.get("/sprites/dothi.json?x=1").expect(400);
}

#[test]
fn a_picture_a_legend_and_sld_show_the_sign_of_a_place() {
    let server = Server::start(&town::demo(500));
    let found = server.json("/collections/facilities/items?filter=kind='hospital'&limit=1");
    let at = &found["features"][0]["geometry"]["coordinates"];
    let [lon, lat] = [0, 1].map(|k| at[k].as_f64().expect("a point"));
    // 300 m a side in 400 pixels: about zoom 17, where signs are 18 pixels wide.
    let (dx, dy) = (0.0014, 0.00135);
    let bbox = format!("{},{},{},{}", lon - dx, lat - dy, lon + dx, lat + dy);
    let path = "/collections/facilities";
    let picture = server.get(&format!("{path}/map?bbox={bbox}&width=400&height=400")).expect(200);
    let (width, all) = pixels(&picture);
    let middle: Vec<[u8; 3]> =
        (190..210).flat_map(|row| all[row * width + 190..row * width + 210].to_vec()).collect();
    let (disc, white) = (count(&middle, [0xcf, 0x5b, 0x62]), count(&middle, [255, 255, 255]));
    assert!(disc > 50 && white > 20, "a disc with a white drawing: {disc} {white}");

    let legend = server.get(&format!("{path}/styles/default/legend?f=png")).expect(200);
    let (_, all) = pixels(&legend);
    assert!(count(&all, [0xcf, 0x5b, 0x62]) > 60, "the hospital's disc");
    let sld = server.get(&format!("{path}/styles/default?f=sld")).expect(200).text();
    let href = format!("{}/sprites/dothi/school.svg", server.address());
    assert!(sld.contains(&format!("xlink:href=\"{href}\"")), "{sld}");
    assert!(sld.contains("<se:Format>image/svg+xml</se:Format>"));
}
