// The dome of the sky: colours by height and by the way to the sun, clouds, stars, the sun's disc.

#import bevy_pbr::{forward_io::VertexOutput, mesh_view_bindings::view}
#import dothi::noise::{hash2, value}

struct Sky {
    zenith: vec4<f32>,
    horizon: vec4<f32>,
    glow: vec4<f32>,
    sun: vec4<f32>,
    moon: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> sky: Sky;

fn clouds(p: vec2<f32>) -> f32 {
    var total = 0.0;
    var share = 0.5;
    var q = p;
    for (var k = 0; k < 5; k++) {
        total += share * value(q);
        q = mat2x2(1.6, 1.2, -1.2, 1.6) * q + vec2(17.3, 9.1);
        share *= 0.5;
    }
    return total;
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let way = normalize(in.world_position.xyz - view.world_position.xyz);
    let up = max(way.y, 0.0);
    let night = sky.horizon.w;
    var colour = mix(sky.horizon.rgb, sky.zenith.rgb, pow(up, 0.42));
    let beside = clamp(dot(way, sky.sun.xyz), 0.0, 1.0);
    let low = 1.0 - smoothstep(0.0, 0.55, up);
    colour = mix(colour, sky.glow.rgb, clamp(pow(beside, 5.0) * 0.55 * low + pow(beside, 40.0) * 0.35, 0.0, 1.0));

    // Clouds on a level layer; thinner to the horizon, where they would only flicker.
    if way.y > 0.015 {
        let at = way.xz / (way.y + 0.12) * 1.15 + vec2(sky.glow.w * 0.0004, 0.0);
        let thick = smoothstep(1.0 - sky.zenith.w - 0.02, 1.0 - sky.zenith.w + 0.30, clouds(at));
        let lit = mix(sky.horizon.rgb * 1.12, sky.glow.rgb * 1.2, 0.35 + 0.4 * pow(beside, 3.0));
        let shade = mix(lit, mix(sky.zenith.rgb, sky.horizon.rgb, 0.7) * 0.85, thick * 0.55);
        colour = mix(colour, shade, thick * smoothstep(0.015, 0.16, way.y) * mix(0.78, 0.35, night));
    }
    let disc = smoothstep(0.99992, 0.99997, dot(way, sky.sun.xyz));
    colour += vec3(1.0, 0.93, 0.8) * sky.sun.w * disc;
    if night > 0.7 && way.y > 0.06 {
        let cell = floor(way.xz / (way.y + 0.3) * 260.0);
        let star = step(0.9975, hash2(cell)) * (night - 0.7) * 2.5 * smoothstep(0.06, 0.4, way.y);
        colour += vec3(0.9, 0.95, 1.0) * star * 1.6;
    }
    // The moon, half a degree wide, lit from where the sun stands; by day as pale as the sky lets it be.
    let beside_moon = way - sky.moon.xyz * dot(way, sky.moon.xyz);
    let radius = 0.0047;
    let off = length(beside_moon) / radius;
    if dot(way, sky.moon.xyz) > 0.0 && off < 1.0 {
        let bulge = sqrt(1.0 - off * off);
        let normal = normalize(beside_moon / radius - sky.moon.xyz * bulge);
        let lit = smoothstep(-0.02, 0.12, dot(normal, sky.sun.xyz));
        let seas = 0.72 + 0.28 * value(normal.xy * 3.1 + normal.z * 1.7);
        let edge = 1.0 - smoothstep(0.90, 1.0, off);
        colour += vec3(1.0, 0.98, 0.92) * sky.moon.w * lit * seas * edge * smoothstep(-0.005, 0.02, way.y);
    }
    // Below the horizon: haze over what lies beyond the city.
    colour = mix(colour, sky.horizon.rgb * 0.72, smoothstep(0.0, -0.06, way.y));
    return vec4(colour * view.exposure, 1.0);
}
