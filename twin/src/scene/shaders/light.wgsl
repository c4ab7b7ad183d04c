// How what the city is made of is lit: by Bevy's physical lighting; or, where a page has no graphics processor, by the sun
// and a sky that fades downwards, without shadows, lamps and mirrors (SIMPLE_LIGHT): SwiftShader needs minutes else.

#define_import_path dothi::light

#import bevy_pbr::{
    mesh_view_bindings::{lights, view},
    mesh_view_bindings as view_bindings,
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
    pbr_types::{
        PbrInput, STANDARD_MATERIAL_FLAGS_ALPHA_MODE_ADD, STANDARD_MATERIAL_FLAGS_ALPHA_MODE_RESERVED_BITS,
        STANDARD_MATERIAL_FLAGS_FOG_ENABLED_BIT,
    },
}

// What a surface sends to the eye.
fn light_of(pbr: PbrInput) -> vec4<f32> {
#ifdef SIMPLE_LIGHT
    let base = pbr.material.base_color;
    // The sky's luminance, as the haze before the horizon has it; walls see half of it, and the ground's for the rest.
    var light = lights.ambient_color.rgb;
#ifdef DISTANCE_FOG
    light += view_bindings::fog.base_color.rgb * (0.75 + 0.35 * pbr.N.y);
#endif
    for (var k = 0u; k < lights.n_directional_lights; k++) {
        let facing = max(dot(pbr.N, lights.directional_lights[k].direction_to_light), 0.0);
        // Lambert: a matt surface sends a part of 1/π of what it receives to each side.
        light += lights.directional_lights[k].color.rgb * facing * 0.31830989 * view.exposure;
    }
    let glow = pbr.material.emissive;
    return vec4(base.rgb * light + glow.rgb * mix(1.0, view.exposure, glow.a), base.a);
#else
    return apply_pbr_lighting(pbr);
#endif
}

// What the air between adds.
fn hazed(pbr: PbrInput, colour: vec4<f32>) -> vec4<f32> {
    var seen = colour;
#ifdef SIMPLE_LIGHT
#ifdef DISTANCE_FOG
    if (pbr.material.flags & STANDARD_MATERIAL_FLAGS_FOG_ENABLED_BIT) != 0u {
        // exp(-x) by the first terms of its inverse: powers cost SwiftShader a hundred additions.
        let x = distance(pbr.world_position.xyz, view.world_position.xyz) * view_bindings::fog.be.x;
        let through = 1.0 / (1.0 + x * (1.0 + x * (0.5 + x / 6.0)));
        seen = vec4(mix(view_bindings::fog.base_color.rgb, colour.rgb, through), colour.a);
    }
#endif
#ifdef BLEND_PREMULTIPLIED_ALPHA
    // What is added to what lies behind leaves all of that.
    if (pbr.material.flags & STANDARD_MATERIAL_FLAGS_ALPHA_MODE_RESERVED_BITS) == STANDARD_MATERIAL_FLAGS_ALPHA_MODE_ADD {
        return vec4(seen.rgb * seen.a, 0.0);
    }
#endif
    return seen;
#else
    var rest = pbr;
#ifdef DISTANCE_FOG
    if (pbr.material.flags & STANDARD_MATERIAL_FLAGS_FOG_ENABLED_BIT) != 0u {
        // As Bevy has it, but for the sun's glow, which Bevy takes out of the haze before what lies in shadow: nine looks at
        // a shadow map for each pixel, though the air between stands in the sun.
        let way = pbr.world_position.xyz - view.world_position.xyz;
        let away = length(way);
        var glow = vec3(0.0);
        for (var k = 0u; k < lights.n_directional_lights; k++) {
            let facing = max(dot(way, lights.directional_lights[k].direction_to_light) / away, 0.0);
            let strength = pow(facing, view_bindings::fog.directional_light_exponent) * view.exposure;
            glow += lights.directional_lights[k].color.rgb * strength;
        }
        glow *= view_bindings::fog.directional_light_color.rgb * view_bindings::fog.directional_light_color.a;
        let x = away * view_bindings::fog.be.x;
        let veil = (1.0 - exp(-x)) * view_bindings::fog.base_color.a;
        seen = vec4(mix(colour.rgb, view_bindings::fog.base_color.rgb + glow, veil), colour.a);
        rest.material.flags &= ~STANDARD_MATERIAL_FLAGS_FOG_ENABLED_BIT;
    }
#endif
    return main_pass_post_lighting_processing(rest, seen);
#endif
}
