//! Triangles that can be asked what they hide.

use rstar::{
    AABB, RTree, RTreeObject, SelectionFunction,
    primitives::{GeomWithData, Rectangle},
};

type Leaf = GeomWithData<Rectangle<[f64; 3]>, u32>;

/// The triangles of a model where it stands: east, north, up, m.
#[derive(Debug, Clone, Default)]
pub struct Soup {
    triangles: Vec<[[f64; 3]; 3]>,
    objects: Vec<u32>,
    tree: RTree<Leaf>,
    low: [f64; 3],
    high: [f64; 3],
}

impl Soup {
    /// Triangles, each with the object that it belongs to.
    pub fn of(triangles: Vec<[[f64; 3]; 3]>, objects: Vec<u32>) -> Self {
        let mut low = [f64::INFINITY; 3];
        let mut high = [f64::NEG_INFINITY; 3];
        let boxes = triangles.iter().enumerate().map(|(number, corners)| {
            let pick = |by: fn(f64, f64) -> f64| {
                std::array::from_fn(|k| by(by(corners[0][k], corners[1][k]), corners[2][k]))
            };
            let (least, most): ([f64; 3], [f64; 3]) = (pick(f64::min), pick(f64::max));
            for k in 0..3 {
                low[k] = low[k].min(least[k]);
                high[k] = high[k].max(most[k]);
            }
            Leaf::new(Rectangle::from_corners(least, most), number as u32)
        });
        let tree = RTree::bulk_load(boxes.collect());
        Self { triangles, objects, tree, low, high }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.triangles.is_empty()
    }

    /// The box around it: its lowest and its highest corner.
    pub fn edges(&self) -> ([f64; 3], [f64; 3]) {
        (self.low, self.high)
    }

    /// The triangles, each with the object that it belongs to.
    pub fn triangles(&self) -> impl Iterator<Item = (&[[f64; 3]; 3], u32)> {
        self.triangles.iter().zip(self.objects.iter().copied())
    }

    /// Every triangle that a line from one place to another meets: the part of the line, and the object; in no
    /// order.
    pub fn met(&self, from: [f64; 3], to: [f64; 3]) -> impl Iterator<Item = (f64, u32)> {
        let way: [f64; 3] = std::array::from_fn(|k| to[k] - from[k]);
        let found = self.tree.locate_with_selection_function(Beside { from, way });
        found.filter_map(move |leaf| {
            let number = leaf.data as usize;
            let part = meet(from, way, &self.triangles[number])?;
            Some((part, self.objects[number]))
        })
    }

    /// What a line from one place to another meets first.
    pub fn first(&self, from: [f64; 3], to: [f64; 3]) -> Option<(f64, u32)> {
        self.met(from, to).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
    }

    /// Whether a line from one place to another meets nothing.
    pub fn is_free(&self, from: [f64; 3], to: [f64; 3]) -> bool {
        self.met(from, to).next().is_none()
    }

    /// The highest place over a place of the map, and the object.
    pub fn top(&self, at: [f64; 2]) -> Option<(f64, u32)> {
        if self.is_empty() {
            return None;
        }
        let (from, to) = (self.high[2] + 1.0, self.low[2] - 1.0);
        let (part, object) = self.first([at[0], at[1], from], [at[0], at[1], to])?;
        Some((from + (to - from) * part, object))
    }

    /// Whether a place is within closed solids: an odd number of faces is above it.
    pub fn holds(&self, at: [f64; 3]) -> bool {
        if self.is_empty() || at[2] >= self.high[2] {
            return false;
        }
        // Off the corners, where faces meet and would be counted twice.
        let up = [at[0] + 3.1e-5, at[1] + 1.7e-5, self.high[2] + 1.0];
        let mut parts: Vec<f64> = self.met(at, up).map(|(part, _)| part).collect();
        parts.sort_by(f64::total_cmp);
        // Two triangles of one face are met in their common side together.
        parts.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
        parts.len() % 2 == 1
    }
}

/// Where a line meets a triangle, from either side (Möller & Trumbore, Journal of Graphics Tools 2(1), 1997).
fn meet(from: [f64; 3], way: [f64; 3], [a, b, c]: &[[f64; 3]; 3]) -> Option<f64> {
    let less = |p: &[f64; 3], q: &[f64; 3]| -> [f64; 3] { std::array::from_fn(|k| p[k] - q[k]) };
    let cross = |p: [f64; 3], q: [f64; 3]| {
        [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]]
    };
    let dot = |p: [f64; 3], q: [f64; 3]| p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    let (ab, ac) = (less(b, a), less(c, a));
    let across = cross(way, ac);
    let det = dot(ab, across);
    if det.abs() < 1e-12 {
        return None;
    }
    let to = less(&from, a);
    let u = dot(to, across) / det;
    let turned = cross(to, ab);
    let v = dot(way, turned) / det;
    let part = dot(ac, turned) / det;
    // A hair beyond the sides, so that no line slips between two triangles of one face.
    const EDGE: f64 = 1e-9;
    let is_within = u >= -EDGE && v >= -EDGE && u + v <= 1.0 + EDGE;
    (is_within && (0.0..=1.0).contains(&part)).then_some(part)
}

/// Chooses the boxes that a line meets.
struct Beside {
    from: [f64; 3],
    way: [f64; 3],
}

impl Beside {
    fn meets(&self, edges: &AABB<[f64; 3]>) -> bool {
        let (mut enters, mut leaves) = (0.0f64, 1.0f64);
        for k in 0..3 {
            let (low, high) = (edges.lower()[k] - self.from[k], edges.upper()[k] - self.from[k]);
            if self.way[k].abs() < 1e-12 {
                if low > 0.0 || high < 0.0 {
                    return false;
                }
                continue;
            }
            let (a, b) = (low / self.way[k], high / self.way[k]);
            enters = enters.max(a.min(b));
            leaves = leaves.min(a.max(b));
        }
        enters <= leaves + 1e-12
    }
}

impl SelectionFunction<Leaf> for Beside {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 3]>) -> bool {
        self.meets(envelope)
    }

    fn should_unpack_leaf(&self, leaf: &Leaf) -> bool {
        self.meets(&leaf.envelope())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cube of 10 m from the origin.
    fn cube() -> Soup {
        let at =
            |k: usize| [(k & 1) as f64 * 10.0, (k >> 1 & 1) as f64 * 10.0, (k >> 2) as f64 * 10.0];
        let faces =
            [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        let mut triangles = Vec::new();
        for [a, b, c, d] in faces {
            triangles.push([at(a), at(b), at(c)]);
            triangles.push([at(a), at(c), at(d)]);
        }
        Soup::of(triangles, vec![7; 12])
    }

    #[test]
    fn lines_through_a_cube_meet_it_and_those_beside_it_do_not() {
        let cube = cube();
        assert_eq!(cube.first([-10.0, 5.0, 5.0], [20.0, 5.0, 5.0]).unwrap(), (1.0 / 3.0, 7));
        assert!(cube.is_free([-10.0, 5.0, 11.0], [20.0, 5.0, 11.0]));
        assert!(cube.is_free([-10.0, 5.0, 5.0], [-1.0, 5.0, 5.0]), "it ends before");
        assert_eq!(cube.top([3.0, 8.0]), Some((10.0, 7)));
        assert_eq!(cube.top([30.0, 8.0]), None);
        assert!(cube.holds([5.0, 5.0, 5.0]) && !cube.holds([5.0, 5.0, 11.0]));
        assert!(!cube.holds([5.0, 5.0, -1.0]) && !cube.holds([15.0, 5.0, 5.0]));
        assert!(
            Soup::default().is_free([0.0; 3], [1.0; 3]) && Soup::default().top([0.0; 2]).is_none()
        );
    }
}
