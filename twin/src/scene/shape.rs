//! Triangles in the making, before they are Bevy's.

use std::mem;

use bevy::mesh::{
    Indices, Mesh, MeshVertexAttribute, PrimitiveTopology, VertexAttributeValues, VertexFormat,
};
use half::{f16, slice::HalfFloatSliceExt};

use crate::app::KEPT;

/// Triangles with all that the city's materials read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    /// Bevy's axes, m.
    pub positions: Vec<[f32; 3]>,
    /// Unit vectors.
    pub normals: Vec<[f32; 3]>,
    /// Metres along and up a façade; metres across and along a road; the drape's picture.
    pub uvs: Vec<[f32; 2]>,
    /// What the material makes of it: see each shader.
    pub marks: Vec<[f32; 2]>,
    /// Linear colour.
    pub colours: Vec<[f32; 4]>,
    /// Triangles, counter-clockwise seen from outside.
    pub indices: Vec<u32>,
}

/// A corner.
#[derive(Debug, Clone, Copy)]
pub struct Corner {
    /// Where, in Bevy's axes.
    pub at: [f32; 3],
    /// Outwards.
    pub normal: [f32; 3],
    /// As [`Shape::uvs`].
    pub uv: [f32; 2],
    /// As [`Shape::marks`].
    pub mark: [f32; 2],
    /// As [`Shape::colours`].
    pub colour: [f32; 4],
}

impl Shape {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Adds a corner, and says which it is.
    pub fn corner(&mut self, corner: Corner) -> u32 {
        let index = self.positions.len() as u32;
        self.positions.push(corner.at);
        self.normals.push(corner.normal);
        self.uvs.push(corner.uv);
        self.marks.push(corner.mark);
        self.colours.push(corner.colour);
        index
    }

    /// Adds a triangle of three corners.
    pub fn triangle(&mut self, corners: [Corner; 3]) {
        for corner in corners {
            let index = self.corner(corner);
            self.indices.push(index);
        }
    }

    /// Adds a quadrangle, its corners counter-clockwise from outside.
    pub fn quad(&mut self, corners: [Corner; 4]) {
        let [a, b, c, d] = corners.map(|corner| self.corner(corner));
        self.indices.extend([a, b, c, a, c, d]);
    }

    /// Adds corners and the triangles between them, by the corners' positions among them.
    pub fn sheet(&mut self, corners: impl IntoIterator<Item = Corner>, triangles: &[[u32; 3]]) {
        let first = self.positions.len() as u32;
        for corner in corners {
            self.corner(corner);
        }
        self.indices.extend(triangles.as_flattened().iter().map(|index| index + first));
    }

    /// Adds all of another shape.
    pub fn append(&mut self, other: &Self) {
        let first = self.positions.len() as u32;
        self.positions.extend_from_slice(&other.positions);
        self.normals.extend_from_slice(&other.normals);
        self.uvs.extend_from_slice(&other.uvs);
        self.marks.extend_from_slice(&other.marks);
        self.colours.extend_from_slice(&other.colours);
        self.indices.extend(other.indices.iter().map(|index| index + first));
    }

    /// As Bevy has it.
    pub fn into_mesh(mut self) -> Mesh {
        let marks = halves(&mem::take(&mut self.marks));
        let colours = halves(&mem::take(&mut self.colours));
        self.into_ground_mesh()
            .with_inserted_attribute(MARK, VertexAttributeValues::Float16x2(marks))
            .with_inserted_attribute(COLOUR, VertexAttributeValues::Float16x4(colours))
    }

    /// Without marks and colours, which the ground's material does not read: two thirds of the memory.
    pub fn into_ground_mesh(mut self) -> Mesh {
        // Meshes are kept: room for corners that never came is not.
        self.positions.shrink_to_fit();
        self.uvs.shrink_to_fit();
        let normals: Vec<_> = self.normals.into_iter().map(direction).collect();
        let indices = match self.positions.len() {
            0..=0xffff => Indices::U16(self.indices.into_iter().map(|it| it as u16).collect()),
            _ => Indices::U32(self.indices),
        };
        Mesh::new(PrimitiveTopology::TriangleList, KEPT)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(NORMAL, VertexAttributeValues::Snorm8x4(normals))
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.uvs)
            .with_inserted_indices(indices)
    }
}

// What Bevy calls the same, in fewer bytes: a corner takes 36 in place of 56, and the shaders read the same numbers.
const NORMAL: MeshVertexAttribute =
    MeshVertexAttribute { format: VertexFormat::Snorm8x4, ..Mesh::ATTRIBUTE_NORMAL };
const MARK: MeshVertexAttribute =
    MeshVertexAttribute { format: VertexFormat::Float16x2, ..Mesh::ATTRIBUTE_UV_1 };
const COLOUR: MeshVertexAttribute =
    MeshVertexAttribute { format: VertexFormat::Float16x4, ..Mesh::ATTRIBUTE_COLOR };

fn halves<const N: usize>(of: &[[f32; N]]) -> Vec<[f16; N]> {
    let mut packed = vec![[f16::ZERO; N]; of.len()];
    packed.as_flattened_mut().convert_from_f32_slice(of.as_flattened());
    packed
}

/// A unit vector to within a quarter of a degree.
fn direction([x, y, z]: [f32; 3]) -> [i8; 4] {
    let part = |of: f32| (of * 127.0).round() as i8;
    [part(x), part(y), part(z), 0]
}

/// The unit normal of a triangle.
pub fn normal_of(a: [f32; 3], b: [f32; 3], c: [f32; 3]) -> [f32; 3] {
    use bevy::math::Vec3;
    let (a, b, c) = (Vec3::from(a), Vec3::from(b), Vec3::from(c));
    (b - a).cross(c - a).normalize_or(Vec3::Y).to_array()
}

/// sRGB bytes as the linear colour that corners carry.
pub fn linear(hex: u32) -> [f32; 4] {
    let channel = |shift: u32| {
        let byte = ((hex >> shift) & 0xff) as f32 / 255.0;
        if byte <= 0.04045 { byte / 12.92 } else { ((byte + 0.055) / 1.055).powf(2.4) }
    };
    [channel(16), channel(8), channel(0), 1.0]
}

/// A number in 0..1 that belongs to a seed and a salt, the same for ever (SplitMix64).
pub fn chance(seed: u64, salt: u64) -> f32 {
    let mut z = seed.wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// A seed of a feature's identifier.
pub fn seed_of(id: &city::FeatureId) -> u64 {
    let text = id.to_string();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bevy's shaders read what is packed as the same numbers.
    #[test]
    fn what_a_corner_carries_survives_its_packing() {
        let slope = [0.6, 0.8, 0.0];
        let corner = Corner {
            at: [1.0, 2.0, 3.0],
            normal: slope,
            uv: [12.3, 4.5],
            mark: [-3.0, 0.7],
            colour: [0.02, 0.4, 0.9, 31.7],
        };
        let mut shape = Shape::default();
        shape.sheet([corner; 4], &[[0, 1, 2], [0, 2, 3]]);
        let mesh = shape.into_mesh();
        assert_eq!(mesh.get_vertex_size(), 36);
        let Some(VertexAttributeValues::Snorm8x4(normals)) = mesh.attribute(NORMAL) else {
            panic!("no normals")
        };
        let cosine: f32 =
            normals[0].iter().zip(slope).map(|(part, of)| f32::from(*part) / 127.0 * of).sum();
        assert!(cosine > 0.25f32.to_radians().cos(), "{cosine}");
        let Some(VertexAttributeValues::Float16x4(colours)) = mesh.attribute(COLOUR) else {
            panic!("no colours")
        };
        for (packed, of) in colours[0].iter().zip(corner.colour) {
            assert!((packed.to_f32() / of - 1.0).abs() < 1e-3, "{packed} {of}");
        }
        assert_eq!(mesh.indices().unwrap().iter().collect::<Vec<_>>(), [0, 1, 2, 0, 2, 3]);
    }
}
