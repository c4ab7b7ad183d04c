// Water: small waves, the sky by Fresnel's law (Schlick), silt below. uv_b.x > 0: depth of a flood, m.
// state.w: of two floods that are compared, each is seen on its own side of the picture.

#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    mesh_view_bindings::view,
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::alpha_discard,
}
#import dothi::noise::value
#import dothi::light::{light_of, hazed}
#import dothi::cut::{Cut, is_cut, is_beyond, is_let_through}

struct City {
    state: vec4<f32>,
    zenith: vec4<f32>,
    horizon: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(100) var<uniform> city: City;

fn height(p: vec2<f32>) -> f32 {
    let t = city.state.z;
    return value(p * 0.23 + vec2(t * 0.11, t * 0.05)) * 1.0
        + value(p * 0.71 - vec2(t * 0.13, t * 0.21)) * 0.38
        + value(p * 2.3 + vec2(t * 0.4, -t * 0.3)) * 0.12;
}

@group(#{MATERIAL_BIND_GROUP}) @binding(101) var<uniform> cut: Cut;

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
#ifdef LEAVES_OUT
    let across = (in.position.x - view.viewport.x) / view.viewport.z;
    if is_beyond(city.state.w, across) || is_cut(cut, in.world_position.xyz) || is_let_through(cut, in.position.xy) {
        discard;
    }
#endif
    var pbr = pbr_input_from_standard_material(in, is_front);
    let place = in.world_position.xz;
    let wide = max(fwidth(place.x), fwidth(place.y));
    let calm = 1.0 - smoothstep(0.6, 6.0, wide);
    let e = 0.25;
    let h = height(place);
    let slope = vec2(height(place + vec2(e, 0.0)) - h, height(place + vec2(0.0, e)) - h) / e;
    let normal = normalize(vec3(-slope.x * 0.10 * calm, 1.0, -slope.y * 0.10 * calm));
    pbr.N = normal;
    var base = pbr.material.base_color.rgb;
    var alpha = pbr.material.base_color.a;
    if in.uv_b.x > 0.0 {
        // Deeper water hides more of what lies below.
        alpha = mix(0.45, 0.93, smoothstep(0.0, 2.0, in.uv_b.x));
        base = in.color.rgb;
    }
    pbr.material.base_color = vec4(base, alpha);
    pbr.material.perceptual_roughness = 0.16;
    var out: FragmentOutput;
    let below = light_of(pbr);
    let toward = normalize(view.world_position.xyz - in.world_position.xyz);
    let facing = clamp(dot(normal, toward), 0.0, 1.0);
    let fresnel = 0.02 + 0.98 * pow(1.0 - facing, 5.0);
    let mirror = reflect(-toward, normal);
    let sky = mix(city.horizon.rgb, city.zenith.rgb, pow(clamp(mirror.y, 0.0, 1.0), 0.42)) * view.exposure;
    let colour = mix(below.rgb, sky, fresnel * 0.85);
    out.color = vec4(colour, clamp(alpha + fresnel, 0.0, 1.0));
    out.color = hazed(pbr, out.color);
    return out;
}
