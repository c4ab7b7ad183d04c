//! Tile matrix sets (OGC 17-083r4): how the plane is cut into tiles.
//!
//! Both sets are quadtrees whose root is one square tile, so a zoom, a row and a column name a
//! tile, and a side of the root in metres says everything else.

use std::fmt;

use city::{Bbox, Crs, Title};

/// Half the side of the Web Mercator square, in metres: π × 6 378 137.
pub const MERCATOR_HALF_M: f64 = 20_037_508.342_789_244;

/// A set of tile matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileMatrixSet {
    /// The grid of web maps, in Web Mercator.
    WebMercatorQuad,
    /// A grid in VN-2000 / TM-3 107°45′ (EPSG:5899), the zone of Quảng Nam, Đà Nẵng and the new
    /// Lâm Đồng.
    ///
    /// The root tile is 2²⁰ m wide with its north-west corner at E 0, N 2 048 576, so a pixel is
    /// 4096 m at zoom 0 and a power of two of a metre everywhere: 1 m at zoom 12. The square spans
    /// about 103°–113° E and 9.0°–18.5° N, with the zone's provinces in its middle and Hoàng Sa
    /// inside.
    Vn2000,
}

/// A tile of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    /// The set.
    pub set: TileMatrixSet,
    /// The matrix, which is the zoom.
    pub z: u8,
    /// Column from the west.
    pub col: u32,
    /// Row from the north.
    pub row: u32,
}

/// Why a tile's address names no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No such set.
    #[error("there is no tile matrix set '{0}'; /tileMatrixSets lists those there are")]
    UnknownSet(String),
    /// A part of the address that is no number of this kind.
    #[error("{what} '{text}' is no whole number from 0 to {max}")]
    NotANumber {
        /// `zoom`, `row` or `column`.
        what: &'static str,
        /// What was written.
        text: String,
        /// The largest that the matrix has.
        max: u32,
    },
    /// A row or column beyond the matrix.
    #[error("{what} {number} lies outside matrix {z}, whose last is {max}")]
    Outside {
        /// `row` or `column`.
        what: &'static str,
        /// What was asked.
        number: u32,
        /// The matrix.
        z: u8,
        /// The largest that the matrix has.
        max: u32,
    },
}

impl TileMatrixSet {
    /// Every set, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::WebMercatorQuad, Self::Vn2000];

    /// The set with this identifier.
    ///
    /// # Errors
    /// [`AddressError::UnknownSet`].
    pub fn from_id(id: &str) -> Result<Self, AddressError> {
        let found = Self::ALL.into_iter().find(|set| set.id() == id);
        found.ok_or_else(|| AddressError::UnknownSet(id.chars().take(80).collect()))
    }

    /// Its identifier in URLs.
    pub fn id(self) -> &'static str {
        match self {
            Self::WebMercatorQuad => "WebMercatorQuad",
            Self::Vn2000 => "VN2000-TM3-10745",
        }
    }

    /// Its name for people.
    pub fn title(self) -> Title {
        match self {
            Self::WebMercatorQuad => {
                Title::new("Lưới ô Web Mercator của bản đồ mạng", "Google Maps compatible tiles")
            }
            Self::Vn2000 => {
                Title::new("Lưới ô VN-2000, kinh tuyến trục 107°45′", "VN-2000 TM-3 107°45′ tiles")
            }
        }
    }

    /// The registered definition, where there is one.
    pub fn uri(self) -> Option<&'static str> {
        match self {
            Self::WebMercatorQuad => {
                Some("http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad")
            }
            Self::Vn2000 => None,
        }
    }

    /// Frame of its coordinates.
    pub fn crs(self) -> Crs {
        match self {
            Self::WebMercatorQuad => Crs::WEB_MERCATOR,
            Self::Vn2000 => Crs::QUANG_NAM,
        }
    }

    /// North-west corner of the root tile (x = east, y = north), in metres.
    pub fn origin_m(self) -> (f64, f64) {
        match self {
            Self::WebMercatorQuad => (-MERCATOR_HALF_M, MERCATOR_HALF_M),
            Self::Vn2000 => (0.0, 2_048_576.0),
        }
    }

    /// Side of the root tile in metres.
    pub fn root_m(self) -> f64 {
        match self {
            Self::WebMercatorQuad => 2.0 * MERCATOR_HALF_M,
            Self::Vn2000 => 1_048_576.0,
        }
    }

    /// The deepest matrix.
    pub fn max_zoom(self) -> u8 {
        match self {
            Self::WebMercatorQuad => 22,
            Self::Vn2000 => 17,
        }
    }

    /// Side of a pixel in metres, for tiles of 256 pixels.
    pub fn cell_m(self, z: u8) -> f64 {
        self.root_m() / 256.0 / f64::from(1u32 << z)
    }

    /// Scale denominator of a matrix for a pixel of 0.28 mm (OGC 17-083r4, 6.1.1).
    pub fn scale_denominator(self, z: u8) -> f64 {
        self.cell_m(z) / 0.28e-3
    }

    /// The zoom of web maps that shows as much: generalisation goes by it in every set.
    pub fn web_zoom(self, z: u8) -> u8 {
        match self {
            Self::WebMercatorQuad => z,
            // 4096 m a pixel is between web zooms 5 (4.7 km at 16° N) and 6; the coarser is safe.
            Self::Vn2000 => z + 5,
        }
    }

    /// The tile that a URL names as zoom, row and column.
    ///
    /// # Errors
    /// [`AddressError::NotANumber`] for what is no number, or a zoom that does not exist;
    /// [`AddressError::Outside`] for a row or column outside the matrix.
    pub fn tile(self, z: &str, row: &str, col: &str) -> Result<Tile, AddressError> {
        let number =
            |what, text: &str, max: u32| {
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                text.parse::<u32>().ok().filter(|_| digits).ok_or_else(|| {
                    AddressError::NotANumber { what, text: text.chars().take(40).collect(), max }
                })
            };
        let deepest = u32::from(self.max_zoom());
        let zoom = number("zoom", z, deepest)?;
        if zoom > deepest {
            return Err(AddressError::NotANumber { what: "zoom", text: z.into(), max: deepest });
        }
        let z = zoom as u8;
        let max = (1u32 << z) - 1;
        let inside = |what, number: u32| {
            if number <= max {
                Ok(number)
            } else {
                Err(AddressError::Outside { what, number, z, max })
            }
        };
        let row = inside("row", number("row", row, max)?)?;
        let col = inside("column", number("column", col, max)?)?;
        Ok(Tile { set: self, z, col, row })
    }
}

impl Tile {
    /// Side in metres.
    pub fn side_m(self) -> f64 {
        self.set.root_m() / f64::from(1u32 << self.z)
    }

    /// Edges in the set's frame, in metres.
    pub fn bbox(self) -> Bbox {
        let (west, north) = self.set.origin_m();
        let side = self.side_m();
        let (min_x, max_y) =
            (west + f64::from(self.col) * side, north - f64::from(self.row) * side);
        Bbox { min_x, min_y: max_y - side, max_x: min_x + side, max_y }
    }

    /// The zoom of web maps that shows as much.
    pub fn web_zoom(self) -> u8 {
        self.set.web_zoom(self.z)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.set.id(), self.z, self.row, self.col)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_mercator_has_the_scale_denominators_of_the_registered_set() {
        let set = TileMatrixSet::WebMercatorQuad;
        assert!((set.scale_denominator(0) - 559_082_264.028_717).abs() < 1e-3);
        assert!((set.scale_denominator(18) - 2_132.729_583_849_6).abs() < 1e-6);
    }

    #[test]
    fn the_vietnamese_grid_has_round_pixels_and_holds_tam_ky_and_hoang_sa() {
        let set = TileMatrixSet::Vn2000;
        assert_eq!(set.cell_m(12), 1.0);
        let root = Tile { set, z: 0, col: 0, row: 0 }.bbox();
        assert!(root.contains(577_453.963, 1_722_531.703), "Tam Kỳ (vietnam.md, check points)");
        // Đảo Hoàng Sa, about 111.61° E, 16.54° N, lies some 412 km east of the meridian.
        assert!(root.contains(912_000.0, 1_831_000.0));
    }

    #[test]
    fn an_address_is_refused_with_what_was_wrong() {
        let set = TileMatrixSet::WebMercatorQuad;
        assert!(set.tile("14", "7468", "13126").is_ok());
        for (z, row, col, part) in [
            ("23", "0", "0", "zoom '23'"),
            ("99999999999", "0", "0", "zoom"),
            ("-1", "0", "0", "zoom '-1'"),
            ("+1", "0", "0", "zoom"),
            ("1", "2", "0", "row 2"),
            ("1", "0", "4294967295", "column 4294967295"),
            ("1", "x", "0", "row 'x'"),
        ] {
            let error = set.tile(z, row, col).unwrap_err().to_string();
            assert!(error.contains(part), "{z}/{row}/{col}: {error}");
        }
    }

    #[test]
    fn the_four_children_of_a_tile_fill_it() {
        for set in TileMatrixSet::ALL {
            let parent = Tile { set, z: 9, col: 300, row: 211 };
            let child = |c: u32, r: u32| Tile { set, z: 10, col: 600 + c, row: 422 + r }.bbox();
            let all = child(0, 0).union(&child(1, 1));
            assert!((all.min_x - parent.bbox().min_x).abs() < 1e-6);
            assert!((all.min_y - parent.bbox().min_y).abs() < 1e-6);
        }
    }
}
