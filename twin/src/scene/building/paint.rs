//! What walls and roofs are made of, by use: colours are those of the towns of central Vietnam.

use super::super::shape::{chance, linear};

/// What a façade is like; the number is what the shader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fabric {
    /// Walls without openings.
    Blank = 0,
    /// Tube houses and row houses: a shop or gate below, balconies above.
    TubeHouse = 1,
    /// Houses among trees.
    RuralHouse = 2,
    /// Flats.
    Apartment = 3,
    /// Offices with bands of glass.
    Office = 4,
    /// Shops and markets.
    Commerce = 5,
    /// Sheds of sheet metal.
    Works = 6,
    /// Schools, hospitals, offices of the state: long galleries.
    Public = 7,
    /// Temples and churches.
    Worship = 8,
}

impl Fabric {
    /// The fabric of a use (code list `building-use`), by size where the use says nothing.
    pub fn of(usage: &str, height_m: f64, area_m2: f64) -> Self {
        match usage {
            "tube-house" | "shop-house" | "house" | "terrace" | "residential" => Self::TubeHouse,
            "rural-house" | "villa" | "detached" | "hut" | "farm" | "bungalow" => Self::RuralHouse,
            "apartment" | "apartments" | "dormitory" => Self::Apartment,
            "office" | "hotel" => Self::Office,
            "commercial" | "shop" | "market" | "restaurant" | "retail" | "supermarket" => {
                Self::Commerce
            }
            "factory" | "warehouse" | "industrial" | "garage" | "garages" | "utility" | "shed" => {
                Self::Works
            }
            "school" | "kindergarten" | "university" | "hospital" | "clinic" | "government"
            | "culture" | "sport" | "public" | "civic" | "station" | "college" => Self::Public,
            "temple" | "church" | "pagoda" | "religious" | "heritage" => Self::Worship,
            "roof" | "greenhouse" | "construction" => Self::Blank,
            _ if height_m > 20.0 => Self::Office,
            _ if area_m2 > 600.0 => Self::Works,
            _ => Self::TubeHouse,
        }
    }

    /// The colour of a building's walls.
    pub(super) fn wall(self, seed: u64) -> [f32; 4] {
        let palette: &[u32] = match self {
            Self::TubeHouse => &[
                0xEFE3C6, 0xF3EEE1, 0xE9D7A8, 0xD8DCC8, 0xEBC9B4, 0xCFDADF, 0xE7E2D8, 0xF0DDA0,
                0xDDCBB2, 0xC9D6C2, 0xE3B79A, 0xF5F1E8,
            ],
            Self::RuralHouse => &[0xEDE3CB, 0xE6D2A5, 0xDDE0CF, 0xD7C6A8, 0xF0EADB, 0xCBD6C9],
            Self::Apartment => &[0xE8E4DA, 0xDED6C6, 0xD9DEE0, 0xE9D9BC, 0xF0ECE2],
            Self::Office => &[0xC9D2D8, 0xDADDDD, 0xB9C6CC, 0xE2DFD6],
            Self::Commerce => &[0xE5DCCB, 0xD9C9A9, 0xE9E5DC, 0xCFC6BA],
            Self::Works | Self::Blank => &[0xBFC7C9, 0xC9CCC6, 0xB6BFC6, 0xD3CFC2],
            Self::Public => &[0xEBD9A6, 0xEFE2BE, 0xE9D08E, 0xF0E9D6],
            Self::Worship => &[0xE4C98F, 0xDDB877, 0xEAD9B5],
        };
        pick(palette, seed, 11)
    }

    /// The colour of a roof, and which pattern it has: 0 concrete, 1 tiles, 2 sheet metal.
    pub(super) fn roof(self, seed: u64, is_sloped: bool) -> ([f32; 4], f32) {
        const TILES: &[u32] = &[0xA5512F, 0xB05A36, 0x96452B, 0x8C4A33];
        const METAL: &[u32] = &[0x8E3B32, 0x5C7E9C, 0x6F8F86, 0x9AA3A8, 0xA85B3A, 0x7C8B94];
        const CONCRETE: &[u32] = &[0xB9B4AA, 0xA9A69F, 0xC4BEB1, 0x9C9890];
        match self {
            Self::Works | Self::Commerce => (pick(METAL, seed, 12), 2.0),
            _ if !is_sloped => (pick(CONCRETE, seed, 13), 0.0),
            Self::Worship => (pick(TILES, seed, 14), 1.0),
            _ if chance(seed, 15) < 0.55 => (pick(TILES, seed, 16), 1.0),
            _ => (pick(METAL, seed, 17), 2.0),
        }
    }
}

fn pick(palette: &[u32], seed: u64, salt: u64) -> [f32; 4] {
    let place = (chance(seed, salt) * palette.len() as f32) as usize;
    let shade = 0.94 + 0.1 * chance(seed, salt + 100);
    let [r, g, b, a] = linear(palette[place.min(palette.len() - 1)]);
    [r * shade, g * shade, b * shade, a]
}
