//! Heights as a picture: tints by height under the light of a low sun.

/// Colours by height in metres, between which the tint is linear. The steps are fine near sea
/// level, where Vietnamese towns stand, and coarse in the mountains.
const TINTS: [(f32, [u8; 3]); 13] = [
    (-30.0, [0x8d, 0xb8, 0xd4]),
    (-0.5, [0xb5, 0xd4, 0xe6]),
    (0.0, [0xa9, 0xcb, 0xa4]),
    (2.0, [0xb3, 0xd1, 0xa5]),
    (5.0, [0xc0, 0xd7, 0xa5]),
    (12.0, [0xcf, 0xdd, 0xa8]),
    (30.0, [0xde, 0xdf, 0xac]),
    (80.0, [0xe6, 0xd9, 0xa8]),
    (200.0, [0xdd, 0xc4, 0x96]),
    (500.0, [0xcb, 0xac, 0x82]),
    (1000.0, [0xb9, 0x9b, 0x7b]),
    (1800.0, [0xc9, 0xbd, 0xb0]),
    (2800.0, [0xf3, 0xf0, 0xec]),
];

/// Suns of a shaded map: azimuth in degrees, share of the light. One sun in the north-west alone
/// leaves the slopes that face it flat.
const SUNS: [(f32, f32); 3] = [(315.0, 0.6), (270.0, 0.2), (0.0, 0.2)];

/// Height of the suns above the horizon, in degrees.
const SUN_HEIGHT: f32 = 45.0;

/// A picture of heights in metres with a rim of one pixel, row by row from the north-west; NaN where
/// nothing is known.
pub struct Heights {
    /// Pixels from west to east, without the rim.
    pub cols: usize,
    /// Pixels from north to south, without the rim.
    pub rows: usize,
    /// `(cols + 2) × (rows + 2)` values.
    pub values: Vec<f32>,
    /// Side of a pixel on the ground, in metres.
    pub pixel_m: f32,
}

impl Heights {
    /// The height of a pixel; what is −1, `cols` or `rows` is the rim.
    fn at(&self, col: isize, row: isize) -> f32 {
        let width = self.cols as isize + 2;
        self.values.get(((row + 1) * width + col + 1) as usize).copied().unwrap_or(f32::NAN)
    }

    /// Slopes to the east and to the north, by Horn's third-order differences (*Proc. IEEE* 69(1),
    /// 1981); a neighbour that is not known counts as level with the pixel.
    fn slopes(&self, col: isize, row: isize) -> (f32, f32) {
        let own = self.at(col, row);
        let z = |dc: isize, dr: isize| {
            let height = self.at(col + dc, row + dr);
            if height.is_nan() { own } else { height }
        };
        let east = (z(1, -1) + 2.0 * z(1, 0) + z(1, 1)) - (z(-1, -1) + 2.0 * z(-1, 0) + z(-1, 1));
        let north = (z(-1, -1) + 2.0 * z(0, -1) + z(1, -1)) - (z(-1, 1) + 2.0 * z(0, 1) + z(1, 1));
        (east / (8.0 * self.pixel_m), north / (8.0 * self.pixel_m))
    }

    /// The picture as red, green, blue, opacity.
    pub fn to_rgba(&self) -> Vec<u8> {
        // Wide pixels flatten slopes (they fall as the half power, roughly), so they are raised.
        let exaggeration = 1.6 * (self.pixel_m / 5.0).max(1.0).powf(0.35);
        let mut pixels = Vec::with_capacity(4 * self.cols * self.rows);
        for row in 0..self.rows as isize {
            for col in 0..self.cols as isize {
                let height = self.at(col, row);
                if height.is_nan() {
                    pixels.extend_from_slice(&[0; 4]);
                    continue;
                }
                let (east, north) = self.slopes(col, row);
                let light = light(east * exaggeration, north * exaggeration);
                let tint = tint(height);
                pixels.extend(tint.map(|channel| lit(channel, light)));
                pixels.push(255);
            }
        }
        pixels
    }

    /// The picture in Mapbox's coding: height = −10 000 m + 0.1 m × (65 536 R + 256 G + B), sea
    /// level where nothing is known.
    pub fn to_terrain_rgb(&self) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(3 * self.cols * self.rows);
        for row in 0..self.rows as isize {
            for col in 0..self.cols as isize {
                let height = self.at(col, row);
                let known = if height.is_nan() { 0.0 } else { f64::from(height) };
                let steps = ((known + 10_000.0) * 10.0).round().clamp(0.0, 16_777_215.0) as u32;
                let [_, r, g, b] = steps.to_be_bytes();
                pixels.extend_from_slice(&[r, g, b]);
            }
        }
        pixels
    }

    /// Whether nothing is known of any pixel.
    pub fn is_blank(&self) -> bool {
        self.values.iter().all(|height| height.is_nan())
    }
}

/// How bright a slope is beside level ground, which is 1 (Lambert's cosine law).
fn light(east: f32, north: f32) -> f32 {
    let (sin, cos) = SUN_HEIGHT.to_radians().sin_cos();
    let norm = (1.0 + east * east + north * north).sqrt();
    SUNS.iter()
        .map(|&(azimuth, share)| {
            let (sun_east, sun_north) = azimuth.to_radians().sin_cos();
            let towards = (sin - cos * (east * sun_east + north * sun_north)) / norm;
            share * towards.max(0.0) / sin
        })
        .sum()
}

/// A colour under a light: shadows keep half their colour, bright slopes lean to white.
fn lit(channel: u8, light: f32) -> u8 {
    let channel = f32::from(channel);
    let bright = if light < 1.0 {
        channel * (0.45 + 0.55 * light)
    } else {
        channel + (255.0 - channel) * (0.6 * (light - 1.0)).min(0.7)
    };
    bright.round().clamp(0.0, 255.0) as u8
}

/// The colour of a height in metres.
pub(crate) fn tint(height: f32) -> [u8; 3] {
    let above = TINTS.iter().position(|tint| height < tint.0);
    match above {
        None => TINTS[TINTS.len() - 1].1,
        Some(0) => TINTS[0].1,
        Some(n) => {
            let ((low, from), (high, to)) = (TINTS[n - 1], TINTS[n]);
            let t = (height - low) / (high - low);
            let mix = |k: usize| f32::from(from[k]) + t * (f32::from(to[k]) - f32::from(from[k]));
            [0, 1, 2].map(|k| mix(k).round() as u8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(rise_m_per_pixel: f32) -> Heights {
        let side = 4;
        let width = side + 2;
        let values = (0..width * width).map(|i| (i % width) as f32 * rise_m_per_pixel).collect();
        Heights { cols: side, rows: side, values, pixel_m: 10.0 }
    }

    #[test]
    fn a_plane_has_its_own_slope_everywhere() {
        let plane = plane(2.5);
        for row in 0..4 {
            for col in 0..4 {
                let (east, north) = plane.slopes(col, row);
                // Sums of a few f32 of size 15.
                assert!((east - 0.25).abs() < 1e-6 && north.abs() < 1e-6);
            }
        }
    }

    #[test]
    fn slopes_towards_the_sun_are_brighter_than_level_ground_and_others_darker() {
        assert!((light(0.0, 0.0) - 1.0).abs() < 1e-6);
        assert!(light(0.3, -0.3) > 1.0, "it falls to the north-west");
        assert!(light(-0.3, 0.3) < 1.0, "it falls to the south-east");
    }

    #[test]
    fn terrain_rgb_gives_heights_back_to_a_decimetre() {
        for height in [-12.3_f32, 0.0, 4.56, 2598.0] {
            let one = Heights { cols: 1, rows: 1, values: vec![height; 9], pixel_m: 10.0 };
            let [r, g, b] = one.to_terrain_rgb()[..] else { panic!("one pixel") };
            let steps = f32::from(r) * 65_536.0 + f32::from(g) * 256.0 + f32::from(b);
            assert!((steps * 0.1 - 10_000.0 - height).abs() <= 0.051, "{height}");
        }
        let unknown = Heights { cols: 1, rows: 1, values: vec![f32::NAN; 9], pixel_m: 10.0 };
        assert_eq!(unknown.to_terrain_rgb(), [1, 134, 160], "sea level");
        assert_eq!(unknown.to_rgba(), [0; 4], "nothing to see");
    }
}
