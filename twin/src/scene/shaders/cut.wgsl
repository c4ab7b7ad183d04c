// A box that cuts the city open: twin/src/section.rs.

#define_import_path dothi::cut

struct Cut {
    // w: how much is seen through the ground.
    middle: vec4<f32>,
    half: vec4<f32>,
    // Cosine and sine of its heading; 0 no box, 1 it is taken out, 2 all but it is; the part of the picture's width up
    // to which it is seen, or, below 0, from which it is.
    turn: vec4<f32>,
}

// A place or a way in the box's own axes: x to its right, y up, z to its back.
fn turned(cut: Cut, d: vec3<f32>) -> vec3<f32> {
    return vec3(d.x * cut.turn.x + d.z * cut.turn.y, d.y, d.z * cut.turn.x - d.x * cut.turn.y);
}

fn is_cut(cut: Cut, at: vec3<f32>) -> bool {
    if cut.turn.z < 0.5 {
        return false;
    }
    let p = abs(turned(cut, at - cut.middle.xyz));
    let is_inside = all(p <= cut.half.xyz);
    return is_inside == (cut.turn.z < 1.5);
}

// Whether something that stands on one side of the picture only would be drawn on the other.
fn is_beyond(part: f32, across: f32) -> bool {
    return (part > 0.0 && across > part) || (part < 0.0 && across <= -part);
}

// Whether what is seen from behind is the inside of something that the box has cut: the way from it to the eye goes
// through a side of the box.
fn is_section(cut: Cut, at: vec3<f32>, eye: vec3<f32>) -> bool {
    if cut.turn.z < 0.5 {
        return false;
    }
    let p = turned(cut, at - cut.middle.xyz);
    let way = turned(cut, eye - at);
    let safe = select(way, vec3(1e-6), abs(way) < vec3(1e-6));
    let a = (-cut.half.xyz - p) / safe;
    let b = (cut.half.xyz - p) / safe;
    let near = min(a, b);
    let far = max(a, b);
    let enters = max(near.x, max(near.y, near.z));
    let leaves = min(far.x, min(far.y, far.z));
    if cut.turn.z < 1.5 {
        let by_top = enters == near.y && way.y < 0.0;
        return enters > 0.0 && enters < min(leaves, 1.0) && !by_top;
    }
    return leaves > 0.0 && leaves < 1.0 && leaves != far.y;
}

// Whether a pixel is left out so that what lies below is seen: an ordered pattern of 4 × 4 (Bayer, 1973).
fn is_let_through(cut: Cut, pixel: vec2<f32>) -> bool {
    let x = u32(pixel.x) & 3u;
    let y = u32(pixel.y) & 3u;
    let m = x ^ y;
    let rank = ((m & 1u) << 3u) | ((y & 1u) << 2u) | ((m & 2u) << 0u) | ((y & 2u) >> 1u);
    return (f32(rank) + 0.5) / 16.0 < cut.middle.w;
}
