//! Buildings as triangles.

use city::{
    FeatureId,
    building::{Face, Surface},
};

use super::{
    glb::Mesh,
    metadata::{Drawn, Table},
    place::Upright,
    shape::{Shape, ShapeReader},
};
use crate::store::{FeatureRef, LayerView};

/// Walls go so deep below the foot, m: where the ground falls off no gap is seen.
pub const FOUNDATION_M: f64 = 1.5;

/// Plaster and paint of the towns of central Vietnam, in sRGB.
const WALLS: [[u8; 3]; 6] = [
    [0xef, 0xe3, 0xc6],
    [0xf3, 0xee, 0xe1],
    [0xe9, 0xd7, 0xa8],
    [0xd8, 0xdc, 0xc8],
    [0xeb, 0xc9, 0xb4],
    [0xcf, 0xda, 0xdf],
];
/// Tiles and sheet metal of sloped roofs.
const SLOPES: [[u8; 3]; 4] =
    [[0xa5, 0x51, 0x2f], [0xb0, 0x5a, 0x36], [0x8e, 0x3b, 0x32], [0x6f, 0x8f, 0x86]];
/// Concrete of level ones.
const LEVELS: [[u8; 3]; 3] = [[0xb9, 0xb4, 0xaa], [0xa9, 0xa6, 0x9f], [0xc4, 0xbe, 0xb1]];

/// Buildings of a layer as triangles in a frame, with their table. Features that are gone, or that have no area,
/// are left out.
pub fn mesh(
    view: &LayerView,
    ids: &[FeatureId],
    reader: &ShapeReader<'_>,
    frame: &Upright,
) -> (Mesh, Table) {
    let mut mesh = Mesh::default();
    let (mut features, mut drawn): (Vec<FeatureRef<'_>>, Vec<Drawn>) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(feature) = view.get(id) else { continue };
        let Some(shape) = reader.read(feature) else { continue };
        let Ok(row) = u16::try_from(features.len()) else { break };
        append(&shape, seed_of(id), row, frame, &mut mesh);
        features.push(feature);
        drawn.push(shape.drawn);
    }
    let table = Table::of(view, &features, &drawn);
    (mesh, table)
}

fn append(shape: &Shape, seed: usize, row: u16, frame: &Upright, mesh: &mut Mesh) {
    for face in shape.roofed(FOUNDATION_M).iter().flat_map(|solid| &solid.faces) {
        // Nobody sees a building from below.
        if face.surface == Surface::Ground {
            continue;
        }
        let normal = face.normal();
        let colour = colour(face, normal, seed);
        for triangle in face.triangles() {
            let corners = triangle.map(|[east, north, up]| {
                let (lon, lat) = shape.lon_lat(east, north);
                mesh.corner(frame.see(lon, lat, up), normal, colour, row)
            });
            mesh.triangle(corners);
        }
    }
}

fn colour(face: &Face, normal: [f64; 3], seed: usize) -> [u8; 3] {
    match face.surface {
        Surface::Wall | Surface::Ground => WALLS[seed % WALLS.len()],
        Surface::Roof if normal[2] > 0.999 => LEVELS[seed % LEVELS.len()],
        Surface::Roof => SLOPES[seed % SLOPES.len()],
    }
}

/// A number that belongs to a feature for ever (FNV-1a).
fn seed_of(id: &FeatureId) -> usize {
    let hash = id
        .to_string()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // The low digits of neighbours differ little.
    (hash >> 7) as usize
}
