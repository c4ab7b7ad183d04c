//! Stills on software Vulkan: 8 bits a channel, the same twice, and of what the hour says.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use tests::{program::ended, town};

use crate::{text, twin};

const SIZE: &str = "320x180";

pub(crate) struct Picture {
    width: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// Its columns from a part of its width to another.
    pub(crate) fn part(&self, from: f64, to: f64) -> Self {
        let column = |part: f64| (self.width as f64 * part) as usize;
        let (from, to) = (column(from), column(to));
        let rows = self.rgb.chunks(self.width * 3);
        Self {
            width: to - from,
            rgb: rows.flat_map(|row| row[from * 3..to * 3].to_vec()).collect(),
        }
    }
}

pub(crate) fn read(path: &Path) -> Picture {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().expect("a PNG");
    let mut rgb = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut rgb).expect("pixels");
    assert_eq!((info.bit_depth, info.color_type), (png::BitDepth::Eight, png::ColorType::Rgb));
    rgb.truncate(info.buffer_size());
    Picture { width: info.width as usize, rgb }
}

fn blocks(picture: &Picture) -> Vec<f64> {
    let row = picture.width * 3;
    let mut means = Vec::new();
    for rows in picture.rgb.chunks(row * 4) {
        for col in (0..picture.width).step_by(4) {
            for channel in 0..3 {
                let bytes = rows.chunks(row).flat_map(|line| {
                    (col..(col + 4).min(picture.width))
                        .map(move |c| f64::from(line[c * 3 + channel]))
                });
                let (sum, count) =
                    bytes.fold((0.0, 0.0), |(sum, count), it| (sum + it, count + 1.0));
                means.push(sum / count);
            }
        }
    }
    means
}

pub(crate) fn similarity(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width, a.rgb.len()), (b.width, b.rgb.len()), "pictures of one size");
    let (a, b) = (blocks(a), blocks(b));
    let difference: f64 = a.iter().zip(&b).map(|(x, y)| (x - y).abs()).sum();
    1.0 - difference / a.len() as f64 / 255.0
}

pub(crate) fn brightness(picture: &Picture) -> f64 {
    picture.rgb.iter().map(|it| f64::from(*it)).sum::<f64>() / picture.rgb.len() as f64
}

fn render(name: &str, time: &str, folder: &Path) -> PathBuf {
    let (town, out) = (town::demo(500), folder.join(format!("{name}.png")));
    let said = ended(&mut twin(&[
        "render",
        "--data",
        text(town.dir()),
        "--time",
        time,
        "--size",
        SIZE,
        "--out",
        text(&out),
    ]));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    out
}

#[test]
fn a_still_by_day_is_bright_and_one_by_night_is_dark() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let day = read(&render("day", "2026-06-21T15:30", folder.path()));
    let night = read(&render("night", "2026-06-21T20:00", folder.path()));
    assert!(brightness(&day) > 60.0, "the afternoon: {}", brightness(&day));
    assert!(brightness(&night) < brightness(&day) / 2.0, "the night: {}", brightness(&night));
    assert!(similarity(&day, &night) < 0.9, "day and night differ");
}

#[test]
fn one_scene_gives_the_same_picture_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = read(&render("first", "2026-03-01T08:00", folder.path()));
    let second = read(&render("second", "2026-03-01T08:00", folder.path()));
    assert_eq!(first.rgb, second.rgb);
}

#[test]
fn a_real_town_is_drawn_and_what_it_lacks_is_told() {
    let Some(town) = town::ninh_kieu() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("ninh-kieu.png");
    let (data, time) = (text(town.dir()), "2026-06-21T15:30");
    let said = ended(&mut twin(&[
        "render",
        "--data",
        data,
        "--time",
        time,
        "--size",
        SIZE,
        "--out",
        text(&out),
    ]));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("(lamps)"), "no layer plays lamps: {}", said.stderr);
    assert!(brightness(&read(&out)) > 60.0);
}
