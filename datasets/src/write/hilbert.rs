//! Positions along a Hilbert curve, by which features are laid out on the disk.

use city::Bbox;

/// Levels of the curve: each axis is cut into 2¹⁶ cells.
const LEVELS: u32 = 16;

/// How far along the Hilbert curve over `extent` the centre of a box lies.
///
/// Boxes that follow each other on the curve are near each other on the map (Hilbert 1891; as in
/// "Packed Hilbert R-tree", Kamel & Faloutsos 1993).
pub(super) fn position(item: &Bbox, extent: &Bbox) -> u32 {
    let (x, y) = item.centre();
    let cell = |value: f64, low: f64, size: f64| -> u32 {
        let cells = f64::from((1_u32 << LEVELS) - 1);
        if size > 0.0 { ((value - low) / size * cells).floor() as u32 } else { 0 }
    };
    along(cell(x, extent.min_x, extent.width()), cell(y, extent.min_y, extent.height()))
}

/// Descends the curve level by level: the quadrant gives two bits, and turns the frame for the
/// levels below.
fn along(mut x: u32, mut y: u32) -> u32 {
    let mut distance = 0;
    for level in (0..LEVELS).rev() {
        let (right, upper) = ((x >> level) & 1, (y >> level) & 1);
        distance = (distance << 2) | ((3 * right) ^ upper);
        let below = (1 << level) - 1;
        x &= below;
        y &= below;
        if upper == 0 {
            if right == 1 {
                (x, y) = (below - x, below - y);
            }
            (x, y) = (y, x);
        }
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_curve_are_neighbours_on_the_grid() {
        // The first 64 positions fill the lower-left 8 × 8 cells, each one step from the last.
        let mut cells: Vec<(u32, u32, u32)> =
            (0..8).flat_map(|x| (0..8).map(move |y| (along(x, y), x, y))).collect();
        cells.sort_unstable();
        for (i, pair) in cells.windows(2).enumerate() {
            let [(d0, x0, y0), (d1, x1, y1)] = [pair[0], pair[1]];
            assert_eq!((d0, d1), (i as u32, i as u32 + 1));
            assert_eq!(x0.abs_diff(x1) + y0.abs_diff(y1), 1, "step {i}");
        }
    }

    #[test]
    fn a_degenerate_extent_is_one_position() {
        let point = Bbox::new(108.0, 15.0, 108.0, 15.0).unwrap();
        assert_eq!(position(&point, &point), 0);
    }
}
