//! Decks above the ground, for what stands or drives on them.

use city::Bbox;

/// A deck: what carries a road over water or another road.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    /// East, north and up of its middle line, m.
    line: Vec<[f64; 3]>,
    /// From the middle line to what stands at its edge, m.
    reach_m: f64,
    edges: Bbox,
}

impl Span {
    /// A deck by its middle line; `None` of fewer than two points.
    pub(crate) fn new(line: Vec<[f64; 3]>, reach_m: f64) -> Option<Self> {
        let ([x, y, _], _) = line.split_first().filter(|(_, others)| !others.is_empty())?;
        let point = Bbox { min_x: *x, min_y: *y, max_x: *x, max_y: *y };
        let edges = line.iter().fold(point, |edges, [x, y, _]| Bbox {
            min_x: edges.min_x.min(x - reach_m),
            min_y: edges.min_y.min(y - reach_m),
            max_x: edges.max_x.max(x + reach_m),
            max_y: edges.max_y.max(y + reach_m),
        });
        Some(Self { line, reach_m, edges })
    }

    /// Its height at a place, m; `None` of a place beside it.
    pub(crate) fn at(&self, east_m: f64, north_m: f64) -> Option<f64> {
        if !self.edges.contains(east_m, north_m) {
            return None;
        }
        let to_piece = |pair: &[[f64; 3]]| {
            let ([x, y, up], [to_x, to_y, to_up]) = (pair[0], pair[1]);
            let (dx, dy) = (to_x - x, to_y - y);
            let square = dx * dx + dy * dy;
            let part = ((east_m - x) * dx + (north_m - y) * dy) / square.max(f64::MIN_POSITIVE);
            let part = part.clamp(0.0, 1.0);
            let beside_m = (x + dx * part - east_m).hypot(y + dy * part - north_m);
            (beside_m, up + (to_up - up) * part)
        };
        let nearest = self.line.windows(2).map(to_piece).min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.filter(|(beside_m, _)| *beside_m <= self.reach_m).map(|(_, up_m)| up_m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deck_has_its_height_up_to_its_edge_and_nothing_beside_it() {
        let span = Span::new(vec![[0.0, 0.0, 2.0], [40.0, 0.0, 6.0], [80.0, 0.0, 2.0]], 5.0);
        let span = span.unwrap();
        for ((x, y), up_m) in [
            ((0.0, 0.0), Some(2.0)),
            ((10.0, 4.9), Some(3.0)),
            ((40.0, -5.0), Some(6.0)),
            ((70.0, 0.0), Some(3.0)),
            ((10.0, 5.1), None),
            ((-4.0, 4.0), None),
            ((86.0, 0.0), None),
        ] {
            let found = span.at(x, y);
            assert_eq!(found.is_some(), up_m.is_some(), "{x}, {y}");
            assert!(
                (found.unwrap_or(0.0) - up_m.unwrap_or(0.0)).abs() < 1e-9,
                "{x}, {y}: {found:?}"
            );
        }
        assert_eq!(Span::new(vec![[0.0; 3]], 5.0), None);
    }
}
