// How what the city is made of is lit: by Bevy's physical lighting; or, where a page has no graphics processor, by the sun
// and a sky that fades downwards, without shadows, lamps and mirrors (SIMPLE_LIGHT): SwiftShader needs minutes else.

#define_import_path dothi::light

#import bevy_pbr::{
    mesh_view_bindings::{lights, view},
    mesh_view_bindings as view_bindings,
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
    pbr_types::PbrInput,
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
    return vec4(base.rgb * light, base.a);
#else
    return apply_pbr_lighting(pbr);
#endif
}

// What the air between adds.
fn hazed(pbr: PbrInput, colour: vec4<f32>) -> vec4<f32> {
#ifdef SIMPLE_LIGHT
#ifdef DISTANCE_FOG
    // exp(-x²) by the first terms of its inverse: powers cost SwiftShader a hundred additions.
    let x = distance(pbr.world_position.xyz, view.world_position.xyz) * view_bindings::fog.be.x;
    let square = x * x;
    let through = 1.0 / (1.0 + square + 0.5 * square * square);
    return vec4(mix(view_bindings::fog.base_color.rgb, colour.rgb, through), colour.a);
#else
    return colour;
#endif
#else
    return main_pass_post_lighting_processing(pbr, colour);
#endif
}
