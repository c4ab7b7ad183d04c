// Noise and soft steps that the city's materials share.

#define_import_path dothi::noise

fn hash2(p: vec2<f32>) -> f32 {
    var q = fract(vec3(p.xyx) * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

fn value(p: vec2<f32>) -> f32 {
    let i = floor(p);
    let f = fract(p);
    let u = f * f * (3.0 - 2.0 * f);
    let low = mix(hash2(i), hash2(i + vec2(1.0, 0.0)), u.x);
    let high = mix(hash2(i + vec2(0.0, 1.0)), hash2(i + vec2(1.0, 1.0)), u.x);
    return mix(low, high, u.y);
}

// How much of a pixel of width `wide` lies between `low` and `high`, around x.
fn band(x: f32, low: f32, high: f32, wide: f32) -> f32 {
    let w = max(wide, 1e-5);
    return clamp((x - low) / w + 0.5, 0.0, 1.0) * clamp((high - x) / w + 0.5, 0.0, 1.0);
}
