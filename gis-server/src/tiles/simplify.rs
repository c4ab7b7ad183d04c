//! At which zoom each vertex of a shape is first drawn.
//!
//! Douglas & Peucker (*Cartographica* 10(2), 1973) ranks the vertices of a whole shape once: a
//! vertex matters at a zoom when leaving it out would move the outline by more than a tenth of a
//! pixel there. Whoever draws a tile then only compares a byte for each vertex, and since the rank
//! belongs to the shape and not to the tile, neighbouring tiles draw the same outline.

/// Position in the Web Mercator square: 2³² units a side, x east, y south.
pub type World = [u32; 2];

/// The last zoom that is offered to maps; beyond it they enlarge its tiles, so it is drawn finer.
pub const LAST_ZOOM: u8 = 16;

/// Units of the Web Mercator square in a pixel of a 512-pixel tile at zoom 0.
const PIXEL_AT_0: f64 = (1u64 << 23) as f64;

/// Share of a pixel by which an outline may move.
const TOLERANCE_PX: f64 = 0.1;
/// The same at [`LAST_ZOOM`].
const LAST_TOLERANCE_PX: f64 = 1.0 / 16.0;

/// The first zoom that needs a vertex which lies `distance` off the outline without it.
fn first_zoom(distance: f64) -> u8 {
    if distance <= 0.0 {
        return u8::MAX;
    }
    let zoom = (PIXEL_AT_0 * TOLERANCE_PX / distance).log2().ceil().clamp(0.0, 254.0) as u8;
    let last = PIXEL_AT_0 * LAST_TOLERANCE_PX / f64::from(1u32 << LAST_ZOOM);
    if zoom > LAST_ZOOM && distance >= last { LAST_ZOOM } else { zoom }
}

/// Ranks the vertices of a line whose ends always stay.
///
/// ```
/// use gis_server::tiles::simplify::rank_line;
/// let mut zooms = [0; 3];
/// rank_line(&[[0, 0], [500_000, 20_000], [1_000_000, 0]], &mut zooms);
/// assert_eq!(zooms, [0, 6, 0], "20 000 units are a tenth of a pixel between zooms 5 and 6");
/// ```
pub fn rank_line(points: &[World], zooms: &mut [u8]) {
    let Some(last) = points.len().min(zooms.len()).checked_sub(1) else { return };
    if points[0] == points[last] && last > 2 {
        rank_ring(&points[..last], &mut zooms[..last]);
        zooms[0] = 0;
        zooms[last] = 0;
        return;
    }
    zooms[0] = 0;
    zooms[last] = 0;
    rank_between(points, zooms, 0, last);
}

/// Ranks the vertices of a ring, whose first point is not repeated.
///
/// The ring is anchored at its westernmost vertex and the one farthest from that, so that the
/// result does not hang on where the ring begins.
pub fn rank_ring(points: &[World], zooms: &mut [u8]) {
    let count = points.len().min(zooms.len());
    if count < 4 {
        zooms.fill(0);
        return;
    }
    let west = (0..count).min_by_key(|&i| points[i]).unwrap_or(0);
    let mut turned = Vec::with_capacity(count + 1);
    turned.extend_from_slice(&points[west..count]);
    turned.extend_from_slice(&points[..=west]);
    let far = (0..count).max_by_key(|&i| squared(turned[0], turned[i])).unwrap_or(0);
    let mut ranks = vec![0; count + 1];
    rank_between(&turned, &mut ranks, 0, far);
    rank_between(&turned, &mut ranks, far, count);
    for (offset, &rank) in ranks[..count].iter().enumerate() {
        zooms[(west + offset) % count] = rank;
    }
}

/// Ranks the vertices strictly between two that stay.
fn rank_between(points: &[World], zooms: &mut [u8], first: usize, last: usize) {
    let mut open = vec![(first, last, f64::INFINITY)];
    while let Some((first, last, cap)) = open.pop() {
        if last < first + 2 {
            continue;
        }
        let (a, b) = (points[first], points[last]);
        let (mut farthest, mut greatest) = (first + 1, -1.0);
        for (index, &point) in points.iter().enumerate().take(last).skip(first + 1) {
            let distance = squared_to_segment(point, a, b);
            if distance > greatest {
                (farthest, greatest) = (index, distance);
            }
        }
        // A vertex never comes in before the one that its own distance was measured from.
        let distance = greatest.sqrt().min(cap);
        zooms[farthest] = first_zoom(distance);
        open.push((first, farthest, distance));
        open.push((farthest, last, distance));
    }
}

fn squared(a: World, b: World) -> u128 {
    let [dx, dy] = [0, 1].map(|k| u128::from(a[k].abs_diff(b[k])));
    dx * dx + dy * dy
}

/// Squared distance of a point from a segment.
fn squared_to_segment(p: World, a: World, b: World) -> f64 {
    let from_a = |q: World| [0, 1].map(|k| f64::from(q[k]) - f64::from(a[k]));
    let ([px, py], [bx, by]) = (from_a(p), from_a(b));
    let length = bx * bx + by * by;
    let along = if length > 0.0 { ((px * bx + py * by) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (dx, dy) = (px - along * bx, py - along * by);
    dx * dx + dy * dy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(count: usize) -> Vec<World> {
        let at = |i: usize| (i as f64 / count as f64) * std::f64::consts::TAU;
        (0..count)
            .map(|i| [at(i).cos(), at(i).sin()].map(|v| (1e9 + 1e6 * v).round() as u32))
            .collect()
    }

    #[test]
    fn a_ring_is_ranked_alike_wherever_it_begins() {
        let ring = circle(97);
        let mut zooms = vec![0; ring.len()];
        rank_ring(&ring, &mut zooms);
        let mut turned = ring.clone();
        turned.rotate_left(31);
        let mut turned_zooms = vec![0; ring.len()];
        rank_ring(&turned, &mut turned_zooms);
        zooms.rotate_left(31);
        assert_eq!(zooms, turned_zooms);
    }

    #[test]
    fn what_is_left_at_a_zoom_stays_within_a_tenth_of_a_pixel() {
        let ring = circle(2000);
        let mut zooms = vec![0; ring.len()];
        rank_ring(&ring, &mut zooms);
        for z in 4..15u8 {
            let left: Vec<World> =
                ring.iter().zip(&zooms).filter(|p| *p.1 <= z).map(|p| *p.0).collect();
            let worst = ring
                .iter()
                .map(|&p| {
                    (0..left.len())
                        .map(|i| squared_to_segment(p, left[i], left[(i + 1) % left.len()]))
                        .fold(f64::INFINITY, f64::min)
                        .sqrt()
                })
                .fold(0.0, f64::max);
            assert!(worst <= 0.1 * PIXEL_AT_0 / f64::from(1u32 << z), "zoom {z}: {worst}");
        }
        let at = |z| zooms.iter().filter(|&&zoom| zoom <= z).count();
        assert!(at(6) < at(10) && at(10) < at(16), "{} {} {}", at(6), at(10), at(16));
    }

    #[test]
    fn repeated_and_collinear_points_are_never_drawn() {
        let mut zooms = [9; 5];
        rank_line(&[[0, 0], [100, 0], [100, 0], [200, 0], [300, 0]], &mut zooms);
        assert_eq!(zooms, [0, 255, 255, 255, 0]);
    }
}
