// Rain: each drop has a place in a box that repeats itself in all directions; it is drawn where that comes nearest to
// the camera, as a streak along its fall.

#import bevy_pbr::mesh_view_bindings::view

struct Rain {
    // The part of the drops that falls, seconds, luminance in cd/m².
    state: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> rain: Rain;

struct Vertex {
    @location(0) position: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) uv: vec2<f32>,
}

struct Drop {
    @builtin(position) clip: vec4<f32>,
    @location(0) across: f32,
    @location(1) shine: f32,
}

const BOX: vec3<f32> = vec3(36.0, 26.0, 36.0);
// A drop of 2 mm falls with 6.5 m/s; the wind takes it along a little.
const WAY: vec3<f32> = vec3(0.7, -6.5, 0.45);
// What is seen of its way in a thirteenth of a second, m.
const STREAK: f32 = 0.5;

@vertex
fn vertex(in: Vertex) -> Drop {
    let eye = view.world_position.xyz;
    // The way of a whole box in each direction looks as none at all.
    let gone = WAY * rain.state.y / BOX;
    let cell = fract(in.position + gone - eye / BOX);
    let middle = eye + (cell - 0.5) * BOX;
    let away = distance(middle, eye);
    let along = normalize(WAY);
    let aside = normalize(cross(along, normalize(eye - middle)) + vec3(1e-6, 0.0, 0.0));
    // Never thinner than a pixel's part, or it would flicker.
    let wide = max(0.006, away * 0.0008);
    let at = middle + aside * in.uv.x * wide + along * (in.uv.y - 0.5) * STREAK;
    var out: Drop;
    let is_there = in.normal.x < rain.state.x && away > 1.0;
    out.clip = select(vec4(0.0, 0.0, -2.0, 1.0), view.clip_from_world * vec4(at, 1.0), is_there);
    out.across = in.uv.x;
    out.shine = 0.6 * (1.0 - smoothstep(8.0, 18.0, away)) * smoothstep(1.0, 2.5, away);
    return out;
}

@fragment
fn fragment(in: Drop) -> @location(0) vec4<f32> {
    // Samples beside the edge lie beyond it.
    let alpha = in.shine * max(0.0, 1.0 - in.across * in.across);
    return vec4(vec3(0.92, 0.97, 1.0) * rain.state.z * view.exposure, alpha);
}
