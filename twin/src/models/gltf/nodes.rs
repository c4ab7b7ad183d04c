//! The tree of nodes, and the triangles of its meshes.

use gltf::{Document, Primitive, Semantic, mesh::Mode};
use serde_json::Value as Json;

use super::{GLTF, check_triangles, data::Data, features::Features};
use crate::models::{
    Model, Object, Sheet, Why, cityjson, limits,
    trouble::{self, at_most},
};

/// Column by column.
type Matrix = [f64; 16];
const IDENTITY: Matrix =
    [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];

/// Adds what the document's scene shows.
pub(super) fn add(
    document: &Document,
    raw: &Json,
    data: &Data,
    model: &mut Model,
) -> Result<(), Why> {
    let scene = document.default_scene().or_else(|| document.scenes().next());
    let Some(scene) = scene else { return Ok(()) };
    let mut features = Features::of(raw, data);
    let mut open: Vec<(gltf::Node<'_>, Matrix, usize)> =
        scene.nodes().map(|node| (node, IDENTITY, 1)).collect();
    open.reverse();
    let mut visited = 0;
    while let Some((node, above, depth)) = open.pop() {
        visited += 1;
        at_most(visited, limits::NODES, trouble::NODES)?;
        // A node below itself comes here.
        at_most(depth, limits::DEPTH, trouble::NODES)?;
        let here = times(&above, &matrix_of(raw, node.index()));
        if let Some(mesh) = node.mesh() {
            let mut itself = None;
            for primitive in mesh.primitives() {
                let mut object_of_node = |model: &mut Model| {
                    *itself.get_or_insert_with(|| {
                        model.objects.push(object_of(&node, raw));
                        model.objects.len() as u32 - 1
                    })
                };
                let ids = features.of_primitive(&primitive, data, model)?;
                let fallback = match &ids {
                    Some(ids) if ids.is_complete() => 0,
                    _ => object_of_node(model),
                };
                let of_corner = |corner: usize| match &ids {
                    Some(ids) => ids.object(corner).unwrap_or(fallback),
                    None => fallback,
                };
                add_primitive(&primitive, data, &here, of_corner, model)?;
            }
            at_most(model.objects.len(), limits::OBJECTS, trouble::OBJECTS)?;
        }
        let mut below: Vec<_> = node.children().map(|it| (it, here, depth + 1)).collect();
        below.reverse();
        open.extend(below);
    }
    Ok(())
}

/// What a node says of itself.
fn object_of(node: &gltf::Node<'_>, raw: &Json) -> Object {
    let name = node.name().or_else(|| node.mesh().and_then(|mesh| mesh.name()));
    let id = name.map_or_else(|| format!("node-{}", node.index()), str::to_owned);
    let extras = raw["nodes"][node.index()]["extras"].as_object();
    let attributes = extras.into_iter().flatten().take(limits::ATTRIBUTES);
    let attributes =
        attributes.filter_map(|(name, value)| Some((name.clone(), cityjson::value_of(value)?)));
    Object { id, kind: String::new(), attributes: attributes.collect() }
}

/// A node's own matrix, in double precision.
fn matrix_of(raw: &Json, number: usize) -> Matrix {
    let node = &raw["nodes"][number];
    let numbers = |name: &str, usual: &[f64]| -> Vec<f64> {
        let told = node[name].as_array().map(|it| it.iter().filter_map(Json::as_f64).collect());
        told.filter(|it: &Vec<f64>| it.len() == usual.len()).unwrap_or_else(|| usual.to_vec())
    };
    if node["matrix"].is_array() {
        let numbers = numbers("matrix", &IDENTITY);
        return std::array::from_fn(|k| numbers[k]);
    }
    let move_by = numbers("translation", &[0.0; 3]);
    let scale = numbers("scale", &[1.0; 3]);
    let turn = numbers("rotation", &[0.0, 0.0, 0.0, 1.0]);
    let (x, y, z, w) = (turn[0], turn[1], turn[2], turn[3]);
    // Columns of the rotation of a unit quaternion.
    let columns = [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + z * w), 2.0 * (x * z - y * w)],
        [2.0 * (x * y - z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + x * w)],
        [2.0 * (x * z + y * w), 2.0 * (y * z - x * w), 1.0 - 2.0 * (x * x + y * y)],
    ];
    std::array::from_fn(|k| match (k / 4, k % 4) {
        (3, 3) => 1.0,
        (3, row) => move_by[row],
        (_, 3) => 0.0,
        (column, row) => columns[column][row] * scale[column],
    })
}

/// One matrix after another, column by column.
pub(in crate::models) fn times(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|k| (0..4).map(|m| a[m * 4 + k % 4] * b[k / 4 * 4 + m]).sum())
}

/// Where a matrix takes a place, or, with `weight` 0, a direction.
pub(in crate::models) fn apply(matrix: &Matrix, at: [f64; 3], weight: f64) -> [f64; 3] {
    std::array::from_fn(|row| {
        (0..3).map(|column| matrix[column * 4 + row] * at[column]).sum::<f64>()
            + matrix[12 + row] * weight
    })
}

/// The determinant of a matrix's turning part: negative where it mirrors.
fn handedness(m: &Matrix) -> f64 {
    m[0] * (m[5] * m[10] - m[9] * m[6]) - m[4] * (m[1] * m[10] - m[9] * m[2])
        + m[8] * (m[1] * m[6] - m[5] * m[2])
}

/// Y up to Z up.
fn upright([x, y, z]: [f64; 3]) -> [f64; 3] {
    [x, -z, y]
}

fn add_primitive(
    primitive: &Primitive<'_>,
    data: &Data,
    here: &Matrix,
    object: impl Fn(usize) -> u32,
    model: &mut Model,
) -> Result<(), Why> {
    let Some(positions) = primitive.get(&Semantic::Positions) else { return Ok(()) };
    let positions = data.rows::<3>(&positions)?;
    let indices = match primitive.indices() {
        Some(accessor) => data.wholes(&accessor)?,
        None => (0..positions.len() as u32).collect(),
    };
    if indices.iter().any(|index| *index as usize >= positions.len()) {
        return Err(Why::broken(GLTF, "a triangle names a corner that is not there"));
    }
    let mut triangles = triangles(&indices, primitive.mode());
    check_triangles(model.triangle_count() + triangles.len())?;
    if triangles.is_empty() {
        return Ok(());
    }
    if handedness(here) < 0.0 {
        triangles.iter_mut().for_each(|three| three.swap(1, 2));
    }
    let count = positions.len();
    let fits = |found: usize| {
        if found == count {
            Ok(())
        } else {
            Err(Why::broken(GLTF, "attributes of different lengths"))
        }
    };
    let mut sheet = Sheet {
        paint: primitive.material().index().unwrap_or(model.paints.len() - 1),
        positions: positions.iter().map(|at| upright(apply(here, *at, 1.0))).collect(),
        ..Sheet::default()
    };
    if let Some(accessor) = primitive.get(&Semantic::Normals) {
        let normals = data.rows::<3>(&accessor)?;
        fits(normals.len())?;
        let turned = normals.into_iter().map(|it| turned(here, it));
        sheet.normals = turned.map(|it| upright(it).map(|it| it as f32)).collect();
    }
    let texture = primitive.material().pbr_metallic_roughness().base_color_texture();
    if let Some(texture) = texture {
        let moved = texture.texture_transform();
        let set = moved.as_ref().and_then(gltf::texture::TextureTransform::tex_coord);
        let set = set.unwrap_or_else(|| texture.tex_coord());
        if let Some(accessor) = primitive.get(&Semantic::TexCoords(set)) {
            let uvs = data.rows::<2>(&accessor)?;
            fits(uvs.len())?;
            sheet.uvs = uvs.into_iter().map(|uv| uv_of(uv, moved.as_ref())).collect();
        }
    }
    if let Some(accessor) = primitive.get(&Semantic::Colors(0)) {
        sheet.colours = match accessor.dimensions() {
            gltf::accessor::Dimensions::Vec3 => {
                let rows = data.rows::<3>(&accessor)?.into_iter();
                rows.map(|it| [it[0] as f32, it[1] as f32, it[2] as f32, 1.0]).collect()
            }
            _ => data.rows::<4>(&accessor)?.into_iter().map(|it| it.map(|it| it as f32)).collect(),
        };
        fits(sheet.colours.len())?;
    }
    sheet.objects = triangles.iter().map(|three| object(three[0] as usize)).collect();
    sheet.indices = triangles.into_iter().flatten().collect();
    model.sheets.push(sheet);
    Ok(())
}

/// A normal under a matrix: by its inverse transposed, which the cross products of its columns are but for a factor.
fn turned(m: &Matrix, n: [f64; 3]) -> [f64; 3] {
    let column = |k: usize| [m[k * 4], m[k * 4 + 1], m[k * 4 + 2]];
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let (x, y, z) = (column(0), column(1), column(2));
    let (yz, zx, xy) = (cross(y, z), cross(z, x), cross(x, y));
    let sign = handedness(m).signum();
    let sum: [f64; 3] =
        std::array::from_fn(|k| sign * (yz[k] * n[0] + zx[k] * n[1] + xy[k] * n[2]));
    let length = sum.iter().map(|it| it * it).sum::<f64>().sqrt();
    if length > 0.0 { sum.map(|it| it / length) } else { [0.0, 1.0, 0.0] }
}

/// A place in a picture, moved as `KHR_texture_transform` says.
fn uv_of(uv: [f64; 2], moved: Option<&gltf::texture::TextureTransform<'_>>) -> [f32; 2] {
    let [u, v] = uv.map(|it| it as f32);
    let Some(moved) = moved else { return [u, v] };
    let ([sx, sy], [ox, oy]) = (moved.scale(), moved.offset());
    let (sin, cos) = moved.rotation().sin_cos();
    let (u, v) = (u * sx, v * sy);
    [u * cos + v * sin + ox, v * cos - u * sin + oy]
}

fn triangles(indices: &[u32], mode: Mode) -> Vec<[u32; 3]> {
    match mode {
        Mode::Triangles => indices.chunks_exact(3).map(|it| [it[0], it[1], it[2]]).collect(),
        Mode::TriangleStrip => {
            let threes = indices.windows(3).enumerate();
            threes
                .map(
                    |(k, it)| {
                        if k % 2 == 0 { [it[0], it[1], it[2]] } else { [it[1], it[0], it[2]] }
                    },
                )
                .collect()
        }
        Mode::TriangleFan => match indices.split_first() {
            Some((first, rest)) => rest.windows(2).map(|it| [*first, it[0], it[1]]).collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_node_scales_then_turns_then_moves() {
        // A quarter turn about Y takes X to −Z.
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let raw = json!({"nodes": [{"translation": [10.0, 0.0, 0.0],
            "rotation": [0.0, half, 0.0, half], "scale": [2.0, 1.0, 1.0]}]});
        let matrix = matrix_of(&raw, 0);
        let at = apply(&matrix, [1.0, 0.0, 0.0], 1.0);
        for (found, expected) in at.into_iter().zip([10.0, 0.0, -2.0]) {
            assert!((found - expected).abs() < 1e-12, "{at:?}");
        }
        let twice = times(&matrix, &matrix);
        let direct = apply(&matrix, at, 1.0);
        for (found, expected) in apply(&twice, [1.0, 0.0, 0.0], 1.0).into_iter().zip(direct) {
            assert!((found - expected).abs() < 1e-12);
        }
        // The face that looks along X looks along −Z, whatever the scale.
        let normal = turned(&matrix, [1.0, 0.0, 0.0]);
        assert!((normal[2] + 1.0).abs() < 1e-12, "{normal:?}");
    }

    #[test]
    fn strips_and_fans_keep_their_side() {
        assert_eq!(triangles(&[0, 1, 2, 3], Mode::TriangleStrip), [[0, 1, 2], [2, 1, 3]]);
        assert_eq!(triangles(&[0, 1, 2, 3], Mode::TriangleFan), [[0, 1, 2], [0, 2, 3]]);
        assert!(triangles(&[0, 1], Mode::Triangles).is_empty());
        assert!(triangles(&[0, 1, 2], Mode::Lines).is_empty());
    }
}
