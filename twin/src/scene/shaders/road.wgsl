// Roads: surfaces and painted lines after QCVN 41:2019 (yellow between directions, white at edges).
// uv: metres from the middle and along. uv_b: half the width, surface. colour.a: strength of paint.

#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::alpha_discard,
}
#import dothi::noise::{hash2, value, band}
#import dothi::light::{light_of, hazed}
#import dothi::cut::{Cut, is_cut, is_let_through}

@group(#{MATERIAL_BIND_GROUP}) @binding(101) var<uniform> cut: Cut;

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
#ifdef LEAVES_OUT
    if is_cut(cut, in.world_position.xyz) || is_let_through(cut, in.position.xy) {
        discard;
    }
#endif
    var pbr = pbr_input_from_standard_material(in, is_front);
    let surface = i32(round(in.uv_b.y));
    let half = in.uv_b.x;
    let across = in.uv.x;
    let along = in.uv.y;
    let w = fwidth(in.uv);
    let place = in.world_position.xz;
    let near = 1.0 - smoothstep(0.1, 0.6, max(w.x, w.y));
    let grain = (value(place * 9.0) - 0.5) * near;
    let patches = value(place * 0.35);
    var base = vec3(0.098, 0.098, 0.102) * (0.86 + 0.28 * patches + 0.30 * grain);
    var rough = 0.86;
    let yellow = vec3(0.62, 0.44, 0.06);
    let white = vec3(0.62, 0.62, 0.60);

    if surface <= 2 {
        // Tyres polish two tracks of each lane.
        base *= 1.0 - 0.10 * (0.5 + 0.5 * cos(across * 3.6));
        let paint = in.color.a;
        if surface == 0 {
            let dash = band(fract(along / 6.0), 0.0, 0.4, w.y / 6.0);
            base = mix(base, yellow, band(across, -0.075, 0.075, w.x) * dash * paint);
        } else if surface == 1 {
            let double = band(abs(across), 0.07, 0.22, w.x);
            base = mix(base, yellow, double * paint);
            let lanes = max(1.0, floor(half / 3.2));
            let lane = half / lanes;
            let inner = abs(fract(abs(across) / lane + 0.5) - 0.5) * lane;
            let is_between = step(lane * 0.5, abs(across)) * step(abs(across), half - lane * 0.5);
            let dash = band(fract(along / 8.0), 0.0, 0.35, w.y / 8.0);
            base = mix(base, white, band(inner, -1.0, 0.07, w.x) * dash * is_between * paint);
        }
        if surface < 2 {
            base = mix(base, white, band(half - abs(across), 0.20, 0.34, w.x) * 0.9 * paint);
        }
    } else if surface == 3 {
        base = vec3(0.34, 0.325, 0.30) * (0.86 + 0.2 * patches + 0.2 * grain);
        base *= 1.0 - 0.25 * band(fract(along / 4.0), 0.0, 0.012, w.y / 4.0);
    } else if surface == 4 {
        base = vec3(0.30, 0.235, 0.155) * (0.8 + 0.35 * patches + 0.25 * grain);
    } else if surface == 5 {
        let tile = floor(place / 0.4);
        base = mix(vec3(0.40, 0.36, 0.32), vec3(0.42, 0.30, 0.25), step(0.5, fract(patches * 3.0)));
        base *= 0.9 + 0.16 * (hash2(tile) - 0.5) * near + 0.1 * patches;
        // The kerb.
        base = mix(base, vec3(0.52), band(half - abs(across), 2.02, 2.25, w.x));
    } else {
        base = vec3(0.24, 0.215, 0.19) * (0.8 + 0.5 * grain + 0.2 * patches);
        base = mix(base, vec3(0.13, 0.11, 0.10), band(fract(along / 0.6), 0.0, 0.4, w.y / 0.6) * near);
        let rail = band(abs(abs(across) - 0.5), -1.0, 0.04, w.x);
        base = mix(base, vec3(0.36, 0.33, 0.31), rail);
        rough = mix(rough, 0.4, rail);
    }

    pbr.material.base_color = alpha_discard(pbr.material, vec4(base, 1.0));
    pbr.material.perceptual_roughness = rough;
    var out: FragmentOutput;
    out.color = light_of(pbr);
    out.color = hazed(pbr, out.color);
    return out;
}
