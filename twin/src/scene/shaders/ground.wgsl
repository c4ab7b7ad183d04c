// The ground: the drape's colours, broken up by what grows and lies there.

#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::alpha_discard,
}
#import dothi::noise::{hash2, value}
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
    let place = in.world_position.xz;
    let wide = max(fwidth(place.x), fwidth(place.y));
    let fine = (value(place * 2.7) - 0.5) * (1.0 - smoothstep(0.2, 0.8, wide));
    let middle = (value(place * 0.31) - 0.5) * (1.0 - smoothstep(2.0, 7.0, wide));
    let broad = value(place * 0.021) - 0.5;
    var base = pbr.material.base_color.rgb;
    base *= 1.0 + 0.34 * fine + 0.26 * middle + 0.18 * broad;
    // Fields dry out in patches.
    base = mix(base, base * vec3(1.12, 1.02, 0.82), clamp(broad + middle * 0.6 + 0.2, 0.0, 1.0) * 0.5);
    // Steep ground shows its rock.
    let steep = smoothstep(0.25, 0.55, 1.0 - in.world_normal.y);
    base = mix(base, vec3(0.24, 0.21, 0.17) * (0.8 + 0.5 * value(place * 0.6)), steep * 0.8);
    pbr.material.base_color = alpha_discard(pbr.material, vec4(base, 1.0));
    var out: FragmentOutput;
    out.color = light_of(pbr);
    out.color = hazed(pbr, out.color);
    return out;
}
