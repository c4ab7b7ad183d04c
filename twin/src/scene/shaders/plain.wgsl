// Models, trees, pipes and walls: Bevy's own material, cut open.

#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    mesh_view_bindings::view,
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::alpha_discard,
    pbr_types::STANDARD_MATERIAL_FLAGS_UNLIT_BIT,
}
#import dothi::light::{light_of, hazed}
#import dothi::cut::{Cut, is_beyond, is_cut, is_section}

@group(#{MATERIAL_BIND_GROUP}) @binding(101) var<uniform> cut: Cut;

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
#ifdef LEAVES_OUT
    let across = (in.position.x - view.viewport.x) / view.viewport.z;
    if is_beyond(cut.turn.w, across) || is_cut(cut, in.world_position.xyz) {
        discard;
    }
#endif
    var pbr = pbr_input_from_standard_material(in, is_front);
    pbr.material.base_color = alpha_discard(pbr.material, pbr.material.base_color);
    var out: FragmentOutput;
    if (pbr.material.flags & STANDARD_MATERIAL_FLAGS_UNLIT_BIT) == 0u {
        out.color = light_of(pbr);
    } else {
        out.color = pbr.material.base_color;
    }
#ifdef LEAVES_OUT
    if !is_front && is_section(cut, in.world_position.xyz, view.world_position.xyz) {
        out.color = vec4(0.15, 0.07, 0.05, 1.0);
    }
#endif
    out.color = hazed(pbr, out.color);
    return out;
}
