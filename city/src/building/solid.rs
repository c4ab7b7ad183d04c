use super::{
    RoofForm,
    clip::{between, where_not_positive},
    footprint::Footprint,
    roof::Plane,
};

/// Heights nearer to each other are one, m.
const LEVEL_M: f64 = 1e-7;

/// What a face is, in CityGML's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Surface {
    /// `GroundSurface`: what stands on the ground.
    Ground,
    /// `WallSurface`.
    Wall,
    /// `RoofSurface`.
    Roof,
}

/// A plane face: rings of corners, no ring repeating its first. Seen from outside of the building the first
/// ring runs counter-clockwise, the others, around its holes, clockwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// What it is.
    pub surface: Surface,
    /// Its rings, metres east, north and up.
    pub rings: Vec<Vec<[f64; 3]>>,
}

impl Face {
    /// Its unit normal, outwards (Newell's method: Sutherland, Sproull & Schumacker, ACM Computing Surveys
    /// 6(1), 1974).
    pub fn normal(&self) -> [f64; 3] {
        let mut sum = [0.0; 3];
        if let Some(ring) = self.rings.first() {
            for (p, q) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                sum[0] += (p[1] - q[1]) * (p[2] + q[2]);
                sum[1] += (p[2] - q[2]) * (p[0] + q[0]);
                sum[2] += (p[0] - q[0]) * (p[1] + q[1]);
            }
        }
        let length = sum.iter().map(|part| part * part).sum::<f64>().sqrt();
        if length > 0.0 { sum.map(|part| part / length) } else { [0.0, 0.0, 1.0] }
    }

    /// The triangles that it falls into, each counter-clockwise seen from outside.
    pub fn triangles(&self) -> Vec<[[f64; 3]; 3]> {
        match self.surface {
            // Under a roof of planes of which the lowest counts, every wall is convex.
            Surface::Wall => fan(self.rings.first().map_or(&[], Vec::as_slice)),
            Surface::Ground => by_ears(&self.rings, true),
            Surface::Roof => by_ears(&self.rings, false),
        }
    }
}

fn fan(ring: &[[f64; 3]]) -> Vec<[[f64; 3]; 3]> {
    let Some((first, rest)) = ring.split_first() else { return Vec::new() };
    rest.windows(2).map(|pair| [*first, pair[0], pair[1]]).collect()
}

/// Triangles of a face that is not upright, by its shape on the map.
fn by_ears(rings: &[Vec<[f64; 3]>], looks_down: bool) -> Vec<[[f64; 3]; 3]> {
    let corners: Vec<[f64; 3]> = rings.iter().flatten().copied().collect();
    let mut holes = Vec::new();
    let mut length = 0;
    for ring in rings.iter().take(rings.len().saturating_sub(1)) {
        length += ring.len();
        holes.push(length);
    }
    let mut indices: Vec<usize> = Vec::new();
    let plan = corners.iter().map(|corner| [corner[0], corner[1]]);
    earcut::Earcut::new().earcut(plan, &holes, &mut indices);
    let triangles = indices
        .chunks_exact(3)
        .map(|three| [corners[three[0]], corners[three[1]], corners[three[2]]]);
    triangles
        .map(|[a, b, c]| {
            let turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            if (turn < 0.0) == looks_down { [a, b, c] } else { [a, c, b] }
        })
        .collect()
}

/// A closed surface around a building.
#[derive(Debug, Clone, PartialEq)]
pub struct Solid {
    /// Its faces: the ground, the walls, the roof.
    pub faces: Vec<Face>,
}

impl Solid {
    /// A prism, LoD1: walls from the base to the top, m, and a level roof.
    pub fn prism(footprint: &Footprint, base_m: f64, height_m: f64) -> Self {
        Self::roofed(footprint, base_m, height_m, RoofForm::Flat)
    }

    /// A building under a roof, LoD2: `height_m` from the base to the highest point of the roof, which has to be
    /// [`fitted`](RoofForm::fitted) to the footprint.
    pub fn roofed(footprint: &Footprint, base_m: f64, height_m: f64, roof: RoofForm) -> Self {
        let planes = roof.planes(footprint, base_m + height_m);
        let mut faces = vec![ground(footprint, base_m)];
        faces.extend(footprint.sides().map(|(p, q)| wall(p, q, base_m, &planes)));
        if let [only] = planes[..] {
            let lifted = footprint.rings.iter().map(|ring| lift(ring, &only)).collect();
            faces.push(Face { surface: Surface::Roof, rings: lifted });
        } else {
            faces.extend(slopes(footprint.shell(), &planes));
        }
        Self { faces }
    }

    /// What it encloses, m³, by the divergence theorem.
    pub fn volume_m3(&self) -> f64 {
        let Some(o) = self.faces.first().and_then(|face| face.rings.first()?.first()).copied()
        else {
            return 0.0;
        };
        let triangles = self.faces.iter().flat_map(Face::triangles);
        let sixfold: f64 = triangles
            .map(|corners| corners.map(|c| [c[0] - o[0], c[1] - o[1], c[2] - o[2]]))
            .map(|[a, b, c]| {
                a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                    + a[2] * (b[0] * c[1] - b[1] * c[0])
            })
            .sum();
        sixfold / 6.0
    }
}

fn ground(footprint: &Footprint, base_m: f64) -> Face {
    // Seen from below.
    let turned = |ring: &Vec<[f64; 2]>| ring.iter().rev().map(|p| [p[0], p[1], base_m]).collect();
    Face { surface: Surface::Ground, rings: footprint.rings.iter().map(turned).collect() }
}

fn lift(ring: &[[f64; 2]], plane: &Plane) -> Vec<[f64; 3]> {
    ring.iter().map(|p| [p[0], p[1], plane.z(*p)]).collect()
}

fn lowest(planes: &[Plane], at: [f64; 2]) -> f64 {
    planes.iter().map(|plane| plane.z(at)).fold(f64::INFINITY, f64::min)
}

/// The wall of a side, the building on its left, up to the lowest of the planes.
fn wall(p: [f64; 2], q: [f64; 2], base_m: f64, planes: &[Plane]) -> Face {
    let mut ring =
        vec![[p[0], p[1], base_m], [q[0], q[1], base_m], [q[0], q[1], lowest(planes, q)]];
    let mut breaks: Vec<f64> = Vec::new();
    for (order, one) in planes.iter().enumerate() {
        for other in &planes[order + 1..] {
            let (a, b) = (one.z(p) - other.z(p), one.z(q) - other.z(q));
            if a.abs() < LEVEL_M || b.abs() < LEVEL_M || a * b >= 0.0 {
                continue;
            }
            let part = a / (a - b);
            let at = between(p, q, part);
            if one.z(at) - lowest(planes, at) < LEVEL_M {
                breaks.push(part);
            }
        }
    }
    breaks.sort_by(|a, b| b.total_cmp(a));
    breaks.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    for part in breaks {
        let at = between(p, q, part);
        ring.push([at[0], at[1], lowest(planes, at)]);
    }
    ring.push([p[0], p[1], lowest(planes, p)]);
    Face { surface: Surface::Wall, rings: vec![ring] }
}

/// The part of each plane where it is the lowest.
fn slopes(shell: &[[f64; 2]], planes: &[Plane]) -> Vec<Face> {
    let mut faces = Vec::new();
    for (order, plane) in planes.iter().enumerate() {
        let mut parts = vec![shell.to_vec()];
        for (_, other) in planes.iter().enumerate().filter(|(at, _)| *at != order) {
            let cut = |ring: &Vec<[f64; 2]>| where_not_positive(ring, |p| plane.z(p) - other.z(p));
            parts = parts.iter().flat_map(cut).collect();
        }
        let lifted = parts.iter().map(|ring| vec![lift(ring, plane)]);
        faces.extend(lifted.map(|rings| Face { surface: Surface::Roof, rings }));
    }
    faces
}
