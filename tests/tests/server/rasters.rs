//! Raster tiles, held against the source's own cells as GDAL's tools print them.

use std::{collections::HashMap, f64::consts::PI, process::Command};

use tests::{
    server::{Reply, Server},
    town,
};

/// Zoom at which a cell of one arc-second (31 m) covers several pixels.
const ZOOM: u32 = 14;

#[test]
fn terrain_rgb_gives_the_heights_of_the_source() {
    let Some(town) = town::da_nang() else { return };
    let path = "data/geo/danang-terrain-landuse/dem_1arcsec_danang_dienban.tif";
    let Some(cells) = cells(&town::shared(path).unwrap().to_string_lossy()) else { return };
    let server = Server::start(&town);
    let mut tiles = HashMap::new();
    let mut compared = 0;
    // A prime step, so that the samples don't stand in columns.
    for (lon, lat, _) in cells.list.iter().step_by(4001) {
        let (col, row) = (column(*lon), line(*lat));
        let key = (row.floor() as u32, col.floor() as u32);
        let image = tiles.entry(key).or_insert_with(|| {
            let path = format!(
                "/collections/terrain/coverage/tiles/WebMercatorQuad/{ZOOM}/{}/{}",
                key.0, key.1
            );
            Image::of(&server.get(&path).expect(200))
        });
        let height = image.height_m(col.fract(), row.fract());
        // A server may interpolate: the height lies between those of the nine cells around, give or
        // take the format's own step of 0.1 m.
        let Some((low, high)) = cells.around(*lon, *lat) else { continue };
        assert!(
            (low - 0.11..=high + 0.11).contains(&height),
            "{lon}, {lat}: {height} is not within {low}…{high}"
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared} heights were compared");
}

#[test]
fn a_coloured_map_tile_is_a_picture_and_not_one_colour() {
    let Some(town) = town::da_nang() else { return };
    let server = Server::start(&town);
    let (row, col) = (line(16.0).floor(), column(108.2).floor());
    let reply =
        server.get(&format!("/collections/terrain/map/tiles/WebMercatorQuad/{ZOOM}/{row}/{col}"));
    let image = Image::of(&reply.expect(200));
    let mut colours: Vec<_> = image.pixels.chunks(image.channels).collect();
    colours.sort_unstable();
    colours.dedup();
    assert!(colours.len() > 3, "{} colours", colours.len());
}

#[test]
fn outside_of_the_raster_the_land_is_flat() {
    let Some(town) = town::da_nang() else { return };
    let server = Server::start(&town);
    let reply = server.get("/collections/terrain/coverage/tiles/WebMercatorQuad/14/0/0");
    let image = Image::of(&reply.expect(200));
    let first = image.height_m(0.0, 0.0);
    let flat =
        image.pixels.chunks(image.channels).all(|pixel| pixel == &image.pixels[..image.channels]);
    assert!(flat, "a map drawn in 3-D must see no cliff where the data ends; {first} m");
}

#[test]
fn a_raster_has_a_tilejson_and_no_items() {
    let Some(town) = town::da_nang() else { return };
    let server = Server::start(&town);
    let tilejson = server.json("/collections/terrain/coverage/tiles/WebMercatorQuad?f=tilejson");
    let template = tilejson["tiles"][0].as_str().unwrap();
    let address = template.replace("{z}", "12").replace("{y}", "1865").replace("{x}", "3278");
    let reply = server.get(&address).expect(200);
    assert_eq!(reply.header("content-type"), "image/png");
    server.get("/collections/terrain/items").expect(404);
}

fn column(lon: f64) -> f64 {
    (lon + 180.0) / 360.0 * f64::from(1u32 << ZOOM)
}

fn line(lat: f64) -> f64 {
    (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * f64::from(1u32 << ZOOM)
}

/// The source's cells: middle and value.
struct Cells {
    list: Vec<(f64, f64, f64)>,
    by_place: HashMap<(i64, i64), f64>,
    step: f64,
}

/// Reads a raster with GDAL's own tool; `None` where that is not installed.
fn cells(path: &str) -> Option<Cells> {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("cells.xyz");
    let made = Command::new("gdal_translate").args(["-q", "-of", "XYZ", path]).arg(&text).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("SKIP: gdal_translate is not installed, so there is nothing to compare with");
        return None;
    }
    let text = std::fs::read_to_string(text).unwrap();
    let list: Vec<(f64, f64, f64)> = text
        .lines()
        .map(|line| {
            let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap());
            (numbers.next().unwrap(), numbers.next().unwrap(), numbers.next().unwrap())
        })
        .collect();
    let step = list[1].0 - list[0].0;
    let by_place = list.iter().map(|(x, y, height)| (place(*x, *y, step), *height)).collect();
    Some(Cells { list, by_place, step })
}

impl Cells {
    /// Lowest and highest of the nine cells around a place; `None` at the edge.
    fn around(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let (x, y) = place(lon, lat, self.step);
        let neighbours = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let heights: Option<Vec<f64>> =
            neighbours.map(|key| self.by_place.get(&key).copied()).collect();
        let heights = heights?;
        Some((heights.iter().copied().reduce(f64::min)?, heights.iter().copied().reduce(f64::max)?))
    }
}

fn place(lon: f64, lat: f64, step: f64) -> (i64, i64) {
    ((lon / step).floor() as i64, (lat / step).floor() as i64)
}

/// A decoded PNG of 8 bits a channel.
struct Image {
    width: usize,
    height: usize,
    channels: usize,
    pixels: Vec<u8>,
}

impl Image {
    fn of(reply: &Reply) -> Self {
        assert_eq!(reply.header("content-type"), "image/png");
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&reply.body));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size that fits")];
        let info = reader.next_frame(&mut pixels).expect("a whole PNG");
        assert_eq!(info.bit_depth, png::BitDepth::Eight);
        pixels.truncate(info.buffer_size());
        let (width, height) = (info.width as usize, info.height as usize);
        assert!(width == height && (width == 256 || width == 512), "{width} × {height}");
        Self { width, height, channels: info.color_type.samples(), pixels }
    }

    /// Height at a place within the tile: −10 000 m + (R·65536 + G·256 + B) · 0.1 m.
    fn height_m(&self, across: f64, down: f64) -> f64 {
        let (x, y) = ((across * self.width as f64) as usize, (down * self.height as f64) as usize);
        let at = (y * self.width + x) * self.channels;
        let [r, g, b] = [0, 1, 2].map(|channel| f64::from(self.pixels[at + channel]));
        -10_000.0 + (r * 65_536.0 + g * 256.0 + b) * 0.1
    }
}
