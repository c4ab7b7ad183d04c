//! Triangles in the making, before they are Bevy's.

use std::mem;

use bevy::{
    asset::RenderAssetUsages,
    mesh::{Indices, Mesh, PrimitiveTopology},
};

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

    /// As Bevy has it; kept by the renderer alone.
    pub fn into_mesh(mut self) -> Mesh {
        let (marks, colours) = (mem::take(&mut self.marks), mem::take(&mut self.colours));
        self.into_ground_mesh()
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_1, marks)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
    }

    /// Without marks and colours, which the ground's material does not read: two thirds of the memory.
    pub fn into_ground_mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.uvs)
            .with_inserted_indices(Indices::U32(self.indices))
    }
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
