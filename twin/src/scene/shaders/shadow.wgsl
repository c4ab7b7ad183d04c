// The shadows' pictures: what the box has cut throws none.

#import bevy_pbr::{
    pbr_prepass_functions::prepass_alpha_discard,
    prepass_io,
}
#import dothi::cut::{Cut, is_cut}

@group(#{MATERIAL_BIND_GROUP}) @binding(101) var<uniform> cut: Cut;

#ifdef PREPASS_FRAGMENT
@fragment
fn fragment(in: prepass_io::VertexOutput) -> prepass_io::FragmentOutput {
    if is_cut(cut, in.world_position.xyz) {
        discard;
    }
    prepass_alpha_discard(in);
    var out: prepass_io::FragmentOutput;
#ifdef UNCLIPPED_DEPTH_ORTHO_EMULATION
    out.frag_depth = in.unclipped_depth;
#endif
    return out;
}
#else
@fragment
fn fragment(in: prepass_io::VertexOutput) {
    if is_cut(cut, in.world_position.xyz) {
        discard;
    }
    prepass_alpha_discard(in);
}
#endif
