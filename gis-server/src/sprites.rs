//! Signs of places: the drawings of `assets/icons`, as sprites for MapLibre, for pictures and legends.

use std::{collections::BTreeMap, sync::OnceLock};

use resvg::{tiny_skia, usvg};
use serde_json::{Map, Value as Json, json};
use tiny_skia::{Pixmap, Transform};

/// The name of the one set of signs.
pub const NAME: &str = "dothi";

/// Sides of every drawing, in pixels of the styles.
pub const SIDE: u32 = 20;

/// Signs in a row of a sheet.
const COLUMNS: u32 = 8;

/// Pixels between signs, so that none bleeds into the next when it is scaled.
const GAP: u32 = 1;

macro_rules! icons {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../assets/icons/", $name, ".svg")))),*]
    };
}

/// Every sign with its drawing, by name.
const ICONS: &[(&str, &str)] = icons! {
    "bank" "bus-station" "bus-stop" "camera" "cemetery" "church" "culture" "fire-station" "flood-mark" "fuel"
    "gauge" "government" "hospital" "hotel" "market" "monument" "park" "pharmacy" "place" "police" "port" "post"
    "railway-station" "rain-gauge" "school" "shelter" "signal" "sport" "station" "temple" "traffic-detector"
    "works"
};

/// Signs on one picture, and where each is.
#[derive(Debug)]
pub struct Sheet {
    /// The picture.
    pub png: Vec<u8>,
    /// For each name its place, size and pixels for one of the styles, as MapLibre reads it.
    pub index: Json,
}

/// Names of all signs.
pub fn names() -> impl Iterator<Item = &'static str> {
    ICONS.iter().map(|(name, _)| *name)
}

/// The drawing of a sign.
#[must_use]
pub fn svg(name: &str) -> Option<&'static str> {
    ICONS.iter().find(|(known, _)| *known == name).map(|(_, svg)| *svg)
}

/// All signs with one pixel for each of the styles, or with two; `None` for another ratio.
#[must_use]
pub fn sheet(ratio: u32) -> Option<&'static Sheet> {
    static SHEETS: [OnceLock<Option<Sheet>>; 2] = [OnceLock::new(), OnceLock::new()];
    let at = usize::try_from(ratio.checked_sub(1)?).ok()?;
    SHEETS.get(at)?.get_or_init(|| drawn_sheet(ratio)).as_ref()
}

/// A sign with sides of so many pixels; `None` of one that is not known.
#[must_use]
pub fn picture(name: &str, side: u32) -> Option<Pixmap> {
    let mut picture = Pixmap::new(side, side)?;
    draw(&mut picture, name, (0.0, 0.0), side as f32)?;
    Some(picture)
}

fn drawn_sheet(ratio: u32) -> Option<Sheet> {
    let count = u32::try_from(ICONS.len()).ok()?;
    let (side, step) = (SIDE * ratio, SIDE * ratio + GAP);
    let mut picture = Pixmap::new(COLUMNS * step, count.div_ceil(COLUMNS) * step)?;
    let mut index = Map::new();
    for (n, name) in (0..).zip(names()) {
        let (x, y) = (n % COLUMNS * step, n / COLUMNS * step);
        draw(&mut picture, name, (x as f32, y as f32), side as f32)?;
        let place = json!({ "x": x, "y": y, "width": side, "height": side, "pixelRatio": ratio });
        index.insert(name.to_owned(), place);
    }
    Some(Sheet { png: picture.encode_png().ok()?, index: index.into() })
}

/// Draws a sign with its upper left corner at a place.
fn draw(picture: &mut Pixmap, name: &str, (x, y): (f32, f32), side: f32) -> Option<()> {
    let tree = trees().get(name)?;
    let scale = side / SIDE as f32;
    let place = Transform::from_scale(scale, scale).post_translate(x, y);
    resvg::render(tree, place, &mut picture.as_mut());
    Some(())
}

/// The drawings, read. A test reads every one, so none is passed over here.
fn trees() -> &'static BTreeMap<&'static str, usvg::Tree> {
    static TREES: OnceLock<BTreeMap<&'static str, usvg::Tree>> = OnceLock::new();
    TREES.get_or_init(|| {
        let options = usvg::Options::default();
        let read = |(name, svg): &(&'static str, &str)| {
            usvg::Tree::from_str(svg, &options).ok().map(|tree| (*name, tree))
        };
        ICONS.iter().filter_map(read).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;

    #[test]
    fn every_drawing_of_the_folder_is_a_sign_and_can_be_drawn() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/icons");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| {
            entry.unwrap().file_name().to_string_lossy().trim_end_matches(".svg").to_owned()
        });
        let files: BTreeSet<String> = files.collect();
        assert_eq!(files, names().map(str::to_owned).collect());
        for name in names() {
            let picture = picture(name, 40).unwrap_or_else(|| panic!("{name} cannot be drawn"));
            // A disc with its sign in white covers its middle and leaves the corners.
            let opacity = |x, y| picture.pixel(x, y).unwrap().alpha();
            assert_eq!((opacity(20, 4), opacity(0, 0)), (255, 0), "{name}");
            let white = picture.pixels().iter().filter(|it| it.red() > 250 && it.blue() > 250);
            assert!(white.count() > 60, "{name} shows nothing");
        }
        assert!(picture("dragon", 20).is_none());
    }

    /// Every text in the outputs of an expression that picks one.
    fn outputs(value: &Json, into: &mut BTreeSet<String>) {
        match value.as_array().map(Vec::as_slice) {
            Some([operator, _, arms @ ..]) if operator == "match" => {
                arms.chunks(2).for_each(|arm| outputs(arm.last().unwrap_or(&Json::Null), into));
            }
            Some(other) => panic!("{other:?} picks no sign by name"),
            None => {
                into.insert(value.as_str().unwrap_or_default().to_owned());
            }
        }
    }

    #[test]
    fn styles_and_legends_name_signs_that_there_are() {
        let mut named = BTreeSet::new();
        for role in city::Role::ALL {
            let Some(fragment) = crate::styles::fragment_of(*role) else { continue };
            for layer in &fragment.layers {
                let image = layer.get("layout").map(|layout| &layout["icon-image"]);
                if let Some(image) = image.filter(|image| !image.is_null()) {
                    outputs(image, &mut named);
                }
            }
            for row in fragment.legend.as_array().into_iter().flatten() {
                named.extend(row["icon"].as_str().map(str::to_owned));
            }
        }
        assert_eq!(named, names().map(str::to_owned).collect(), "and each is used");
    }

    #[test]
    fn a_sheet_has_every_sign_at_its_own_place() {
        for ratio in [1, 2] {
            let sheet = sheet(ratio).unwrap();
            let whole = Pixmap::decode_png(&sheet.png).unwrap();
            let places = sheet.index.as_object().unwrap();
            assert_eq!(places.len(), names().count());
            for (name, place) in places {
                let [x, y, side] =
                    ["x", "y", "width"].map(|key| place[key].as_u64().unwrap() as u32);
                assert_eq!(side, SIDE * ratio, "{name}");
                let alone = picture(name, side).unwrap();
                for at in [side / 2, side / 3] {
                    assert_eq!(whole.pixel(x + at, y + at), alone.pixel(at, at), "{name}");
                }
            }
        }
        assert!(sheet(0).is_none() && sheet(3).is_none());
    }
}
