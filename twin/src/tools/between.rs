//! Earth between the ground and another surface: a second terrain, or a level pad with its side slopes.

use geo::{Contains, Distance, Euclidean};
use geo_types::{LineString, Point, Polygon};

use super::{
    Earthwork,
    earthwork::earthwork,
    measure::{area_m2, crosses_itself},
};
use crate::model::Heights;

/// Nodes of the grid that volumes are reckoned on, at most.
const MOST_NODES: f64 = 1e6;

/// Less is rounding, m: nothing is moved.
const EVEN_M: f64 = 5e-4;

/// Volumes between the ground and another surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// The volumes; `level_m` and `balance_m` are differences of height here: 0, and how much higher the ground lies
    /// than the other surface on average.
    pub work: Earthwork,
    /// Where the other surface is not known, m²: nothing is cut or filled there.
    pub unknown_m2: f64,
    /// Metres between the nodes that volumes are reckoned on.
    pub cell_m: f64,
}

/// Volumes between the ground and a surface that is told in rows of places; `None` in place of a height is not known.
///
/// Both are taken as triangles over one grid, a whole part of the ground's own, so that the ground loses nothing; the
/// other surface is as true as `finest_m`. `None` where the ring crosses itself or has no area.
pub fn between(
    heights: &Heights,
    ring: &[[f64; 2]],
    finest_m: f64,
    surface: impl Fn(&[(f64, f64)]) -> Vec<Option<f32>> + Sync,
) -> Option<Between> {
    if ring.len() < 3 || crosses_itself(ring) || area_m2(ring) < 1e-6 {
        return None;
    }
    let around = |k: usize| {
        let low = ring.iter().map(|at| at[k]).fold(f64::INFINITY, f64::min);
        let high = ring.iter().map(|at| at[k]).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let ((west, east), (south, north)) = (around(0), around(1));
    let step_m = heights.step_m();
    let parts_of = |finest_m: f64| (step_m / finest_m.max(0.01)).ceil().max(1.0);
    let coarsest =
        (((east - west) + 2.0 * step_m) * ((north - south) + 2.0 * step_m) / MOST_NODES).sqrt();
    let cell_m = step_m / parts_of(finest_m.max(coarsest));
    // From a node of the ground on, so that its triangles fall into ours.
    let edges = heights.edges_m();
    let from = |low: f64, first: f64| first + ((low - first) / step_m).floor() * step_m;
    let (west, south) = (from(west, edges.min_x), from(south, edges.min_y));
    let cells = |low: f64, high: f64| ((high - low) / cell_m).ceil() + 1.0;
    let grid = city::Bbox {
        min_x: west,
        min_y: south,
        max_x: west + cells(west, east) * cell_m,
        max_y: south + cells(south, north) * cell_m,
    };
    let polygon = polygon_of(ring);
    let unknown = std::sync::atomic::AtomicUsize::new(0);
    let higher = Heights::sample(&grid, cell_m, 1 << 20, |places| {
        let told = surface(places);
        let pairs = places.iter().zip(told.into_iter().chain(std::iter::repeat(None)));
        pairs
            .map(|(at, told)| match told.filter(|it| it.is_finite()) {
                Some(told) => {
                    let higher = heights.at(at.0, at.1) - f64::from(told);
                    Some(if higher.abs() < EVEN_M { 0.0 } else { higher as f32 })
                }
                None => {
                    if polygon.contains(&Point::new(at.0, at.1)) {
                        unknown.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                    Some(0.0)
                }
            })
            .collect()
    });
    let work = earthwork(&higher, ring, 0.0)?;
    let unknown_m2 = unknown.into_inner() as f64 * cell_m * cell_m;
    Some(Between { work, unknown_m2: unknown_m2.min(work.area_m2), cell_m })
}

/// Volumes of a level pad with side slopes of 1 : `run` down to the ground in fill and up to it in cut, all around it;
/// and the ring around all that is moved. `None` as [`between`].
pub fn pad(
    heights: &Heights,
    ring: &[[f64; 2]],
    level_m: f64,
    run: f64,
) -> Option<(Between, Vec<[f64; 2]>)> {
    if ring.len() < 3
        || crosses_itself(ring)
        || !level_m.is_finite()
        || !(0.0..=50.0).contains(&run)
    {
        return None;
    }
    let polygon = polygon_of(ring);
    let (low, high) = heights.range();
    let deepest = (f64::from(high) - level_m).abs().max((level_m - f64::from(low)).abs());
    // No slope reaches farther.
    let reach_m = (deepest * run).min(2_000.0) + heights.step_m().min(1.0);
    let bound = |k: usize, pick: fn(f64, f64) -> f64, from: f64| {
        ring.iter().map(|at| at[k]).fold(from, pick)
    };
    let (west, east) = (
        bound(0, f64::min, f64::INFINITY) - reach_m,
        bound(0, f64::max, f64::NEG_INFINITY) + reach_m,
    );
    let (south, north) = (
        bound(1, f64::min, f64::INFINITY) - reach_m,
        bound(1, f64::max, f64::NEG_INFINITY) + reach_m,
    );
    let all = [[west, south], [east, south], [east, north], [west, north]];
    let design = |at: &(f64, f64)| {
        let ground = heights.at(at.0, at.1);
        let away = Euclidean.distance(&Point::new(at.0, at.1), &polygon);
        let rise = if run > 0.0 {
            away / run
        } else if away > 0.0 {
            f64::INFINITY
        } else {
            0.0
        };
        ground.clamp(level_m - rise, level_m + rise) as f32
    };
    let surface = |places: &[(f64, f64)]| places.iter().map(|at| Some(design(at))).collect();
    let mut made = between(heights, &all, 0.5, surface)?;
    // What is not moved is none of it.
    made.work.level_m = level_m;
    made.work.area_m2 = area_m2(ring);
    made.work.balance_m =
        level_m + (made.work.cut_m3 - made.work.fill_m3) / made.work.area_m2.max(1e-9);
    Some((made, all.to_vec()))
}

fn polygon_of(ring: &[[f64; 2]]) -> Polygon<f64> {
    let corners: Vec<(f64, f64)> = ring.iter().map(|at| (at[0], at[1])).collect();
    Polygon::new(LineString::from(corners), Vec::new())
}

#[cfg(test)]
mod tests {
    use city::Bbox;

    use super::*;

    fn ground(up: impl Fn(f64, f64) -> f64 + Sync) -> Heights {
        let edges = Bbox { min_x: -100.0, min_y: -100.0, max_x: 100.0, max_y: 100.0 };
        Heights::sample(&edges, 5.0, 1000, |row| {
            row.iter().map(|(x, y)| Some(up(*x, *y) as f32)).collect()
        })
    }

    fn square(half: f64) -> Vec<[f64; 2]> {
        vec![[-half, -half], [half, -half], [half, half], [-half, half]]
    }

    #[test]
    fn between_two_planes_volumes_are_those_of_wedges() {
        // The ground rises 1 : 10 to the east, the other surface lies level at 0: two wedges of 20 m × 20 m / 2 × 40 m / 10.
        let heights = ground(|x, _| x / 10.0);
        let made = between(&heights, &square(20.0), 1.0, |row| vec![Some(0.0); row.len()]).unwrap();
        for found in [made.work.cut_m3, made.work.fill_m3] {
            assert!((found - 800.0).abs() < 0.01, "{found}");
        }
        assert!((made.work.cut_area_m2 - 800.0).abs() < 0.1 && made.unknown_m2 == 0.0);
        assert_eq!(made.cell_m, 1.0);
        // The same as against a level.
        let level = earthwork(&heights, &square(20.0), 0.0).unwrap();
        assert!((made.work.cut_m3 - level.cut_m3).abs() < 0.01);
    }

    #[test]
    fn where_the_second_terrain_ends_nothing_is_moved_and_it_is_told() {
        let heights = ground(|_, _| 4.0);
        let east_half =
            |row: &[(f64, f64)]| row.iter().map(|(x, _)| (*x >= 0.0).then_some(2.0)).collect();
        let made = between(&heights, &square(20.0), 0.5, east_half).unwrap();
        // 20 m × 40 m × 2 m, and half a cell at its edge.
        assert!((made.work.cut_m3 - 1600.0).abs() < 0.5 * 40.0 * 2.0 + 1.0, "{}", made.work.cut_m3);
        assert_eq!(made.work.fill_m3, 0.0);
        assert!((made.unknown_m2 - 800.0).abs() < 40.0, "{}", made.unknown_m2);
        let bow = [[0.0, 0.0], [9.0, 9.0], [9.0, 0.0], [0.0, 9.0]];
        assert!(between(&heights, &bow, 1.0, |row| vec![None; row.len()]).is_none());
    }

    #[test]
    fn a_pad_has_slopes_all_around_it() {
        // Fill 2 m high over 40 m × 40 m, slopes 1 : 1.5: a frustum and its quarter cones.
        let heights = ground(|_, _| 3.0);
        let (made, around) = pad(&heights, &square(20.0), 5.0, 1.5).unwrap();
        assert!(made.work.cut_area_m2 < 1e-6, "nothing is cut: {}", made.work.cut_area_m2);
        let exact =
            1600.0 * 2.0 + 4.0 * 40.0 * 2.0 * 3.0 / 2.0 + std::f64::consts::PI * 9.0 * 2.0 / 3.0;
        assert!(
            (made.work.fill_m3 / exact - 1.0).abs() < 0.005,
            "{} of {exact}",
            made.work.fill_m3
        );
        assert!(made.work.cut_m3 < 1e-6 && around[0][0] <= -23.0);
        let (cut, _) = pad(&heights, &square(20.0), 1.0, 1.5).unwrap();
        assert!((cut.work.cut_m3 / exact - 1.0).abs() < 0.005, "{}", cut.work.cut_m3);
        assert!(pad(&heights, &square(20.0), 1.0, -1.0).is_none());
    }
}
