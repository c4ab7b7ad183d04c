/// Corners nearer to each other are one, m.
const SAME_M: f64 = 1e-3;

/// Less area is no building, m².
const LEAST_M2: f64 = 0.5;

/// The ground that a building covers: a shell and its courtyards, metres east and north. No ring repeats
/// its first corner; the shell runs counter-clockwise, courtyards clockwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Footprint {
    pub(super) rings: Vec<Vec<[f64; 2]>>,
}

impl Footprint {
    /// A footprint from its rings, the shell first, closed or not, either way round; `None` where there is
    /// no area of half a square metre, or a coordinate that is no number.
    pub fn new(rings: impl IntoIterator<Item = Vec<[f64; 2]>>) -> Option<Self> {
        let mut sound = Vec::new();
        for (order, ring) in rings.into_iter().enumerate() {
            if ring.iter().flatten().any(|number| !number.is_finite()) {
                return None;
            }
            let mut ring = without_repeats(ring);
            let area = area_of(&ring);
            if area.abs() < LEAST_M2 {
                // A courtyard so small is none; a shell so small is no building.
                if order == 0 { return None } else { continue }
            }
            if (area > 0.0) != (order == 0) {
                ring.reverse();
            }
            sound.push(ring);
        }
        (!sound.is_empty()).then_some(Self { rings: sound })
    }

    /// Its outer ring, counter-clockwise.
    pub fn shell(&self) -> &[[f64; 2]] {
        self.rings.first().map_or(&[], Vec::as_slice)
    }

    /// Whether it encloses ground that it does not cover.
    pub fn has_courtyards(&self) -> bool {
        self.rings.len() > 1
    }

    /// Its area without courtyards, m².
    pub fn area_m2(&self) -> f64 {
        self.rings.iter().map(|ring| area_of(ring)).sum()
    }

    /// Its sides, building on the left.
    pub(super) fn sides(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
        self.rings.iter().flat_map(|ring| {
            let next = ring.iter().cycle().skip(1);
            ring.iter().copied().zip(next.copied())
        })
    }
}

fn without_repeats(ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let near = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < SAME_M;
    let mut kept: Vec<[f64; 2]> = Vec::with_capacity(ring.len());
    for corner in ring {
        if kept.last().is_none_or(|last| !near(last, &corner)) {
            kept.push(corner);
        }
    }
    while kept.len() > 1 && kept.first().zip(kept.last()).is_some_and(|(a, b)| near(a, b)) {
        kept.pop();
    }
    kept
}

/// Twice the shoelace's half: positive counter-clockwise. Relative to the first corner, so that grid
/// coordinates of millions of metres cost no digits.
pub(super) fn area_of(ring: &[[f64; 2]]) -> f64 {
    let Some(origin) = ring.first() else { return 0.0 };
    let at = |p: &[f64; 2]| [p[0] - origin[0], p[1] - origin[1]];
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    let twice: f64 =
        pairs.map(|(p, q)| (at(p), at(q))).map(|(p, q)| p[0] * q[1] - q[0] * p[1]).sum();
    twice / 2.0
}
