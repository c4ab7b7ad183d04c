// Façades and roofs: windows, doors, balconies and galleries by fabric; tiles and sheet metal.
// uv: metres along, storeys up (roofs: metres). uv_b: fabric and seed. colour.a: length of the wall, m.

#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    mesh_view_bindings::view,
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::alpha_discard,
}
#import dothi::noise::{hash2, value, band}
#import dothi::light::{light_of, hazed}
#import dothi::cut::{Cut, is_cut, is_section}

struct City {
    // x: how many windows are lit; y: luminance of a lit window, cd/m²; z: seconds.
    state: vec4<f32>,
    zenith: vec4<f32>,
    horizon: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(100) var<uniform> city: City;

struct Opening {
    // Width of a bay, m; the window's left, right, foot and head as shares of bay and storey.
    bay: f32,
    rect: vec4<f32>,
    // How many are lit at most, and whether the ground floor is a shop.
    lit: f32,
    shop: f32,
    ledge: f32,
}

fn opening(fabric: i32) -> Opening {
    switch fabric {
        case 1: { return Opening(2.6, vec4(0.20, 0.80, 0.26, 0.82), 0.55, 1.0, 0.9); }
        case 2: { return Opening(3.4, vec4(0.30, 0.70, 0.32, 0.76), 0.50, 0.0, 0.2); }
        case 3: { return Opening(3.2, vec4(0.14, 0.86, 0.22, 0.84), 0.60, 0.0, 1.0); }
        case 4: { return Opening(1.8, vec4(0.04, 0.96, 0.20, 0.90), 0.35, 0.6, 0.3); }
        case 5: { return Opening(3.6, vec4(0.12, 0.88, 0.24, 0.80), 0.40, 1.0, 0.5); }
        case 6: { return Opening(6.0, vec4(0.25, 0.75, 0.62, 0.84), 0.20, 0.0, 0.0); }
        case 7: { return Opening(3.6, vec4(0.18, 0.82, 0.28, 0.80), 0.25, 0.0, 1.0); }
        case 8: { return Opening(3.0, vec4(0.32, 0.68, 0.10, 0.78), 0.30, 0.0, 0.2); }
        default: { return Opening(0.0, vec4(0.0), 0.0, 0.0, 0.0); }
    }
}

@group(#{MATERIAL_BIND_GROUP}) @binding(101) var<uniform> cut: Cut;

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
#ifdef LEAVES_OUT
    if is_cut(cut, in.world_position.xyz) {
        discard;
    }
#endif
    var pbr = pbr_input_from_standard_material(in, is_front);
    let fabric = i32(round(in.uv_b.x));
    let seed = in.uv_b.y;
    let wide = fwidth(in.uv);
    var base = in.color.rgb;
    var rough = 0.88;
    var glow = vec3(0.0);

    if in.uv_b.x < -0.5 {
        // A roof: 1 tiles, 2 sheet metal, 0 concrete.
        let pattern = i32(round(-in.uv_b.x)) - 1;
        let stain = value(in.uv * 0.9 + seed * 40.0) * 0.5 + value(in.uv * 0.23 + seed * 90.0) * 0.5;
        base *= 0.86 + 0.24 * stain;
        if pattern == 1 {
            let fade = 1.0 - smoothstep(0.08, 0.25, max(wide.x, wide.y));
            let course = band(fract(in.uv.y / 0.34), 0.0, 0.16, wide.y / 0.34);
            let joint = band(fract(in.uv.x / 0.26 + 0.5 * floor(in.uv.y / 0.34)), 0.0, 0.12, wide.x / 0.26);
            base *= 1.0 - 0.34 * fade * max(course, joint * 0.6);
            rough = 0.8;
        } else if pattern == 2 {
            let fade = 1.0 - smoothstep(0.10, 0.30, wide.x);
            base *= 1.0 + 0.16 * fade * sin(in.uv.x * 25.0);
            rough = 0.5;
        }
    } else {
        let look = opening(fabric);
        let storey = floor(in.uv.y);
        let up = fract(in.uv.y);
        // Rain and dust: darker at the foot and below the top.
        base *= 0.90 + 0.16 * value(vec2(in.uv.x * 0.35 + seed * 70.0, in.uv.y * 0.8));
        base *= 1.0 - 0.22 * (1.0 - smoothstep(-0.1, 0.28, in.uv.y));
        if look.bay > 0.0 && in.color.a > 1.5 && in.uv.y > 0.0 {
            let bays = max(1.0, round(in.color.a / look.bay));
            let bay = in.color.a / bays;
            let cell = floor(in.uv.x / bay);
            let across = fract(in.uv.x / bay);
            let w = vec2(wide.x / bay, wide.y);
            let face = round(in.world_normal.x * 3.0) * 7.0 + round(in.world_normal.z * 3.0);
            let dice = hash2(vec2(cell + seed * 311.0, storey + face * 5.0 + seed * 97.0));
            let is_ground = storey < 0.5;
            var rect = look.rect;
            let is_shop = is_ground && look.shop > 0.5;
            if is_shop { rect = vec4(0.06, 0.94, 0.02, 0.80); }
            // Some bays are wall.
            let is_blank = dice > 0.93 && !is_shop;
            let inside = band(across, rect.x, rect.y, w.x) * band(up, rect.z, rect.w, w.y);
            // Where windows are smaller than pixels only their share is left.
            let share = (rect.y - rect.x) * (rect.w - rect.z);
            let far = smoothstep(0.35, 0.9, max(w.x, w.y));
            var glass = mix(inside, share * 0.85, far);
            if is_blank { glass = 0.0; }
            let frame = (band(across, rect.x - 0.03, rect.y + 0.03, w.x)
                * band(up, rect.z - 0.03, rect.w + 0.03, w.y) - inside) * (1.0 - far);
            base = mix(base, base * 0.62, clamp(frame, 0.0, 1.0) * select(1.0, 0.0, is_blank));
            // A ledge or balcony at each storey, with its shadow below.
            let ledge = band(up, 0.0, 0.07, w.y) * look.ledge * select(1.0, 0.0, is_ground);
            base = mix(base, base * 1.10, ledge);
            base *= 1.0 - 0.30 * look.ledge * band(up, 0.90, 1.0, w.y) * (1.0 - far);
            if is_shop && dice < 0.6 {
                // Rolling shutters, and openings behind them.
                let slats = 0.5 + 0.5 * sin(up * 90.0) * (1.0 - smoothstep(0.006, 0.02, w.y));
                let tint = mix(vec3(0.42, 0.45, 0.47), vec3(0.26, 0.36, 0.42), step(0.3, dice));
                base = mix(base, tint * (0.86 + 0.14 * slats), glass);
                rough = mix(rough, 0.55, glass);
            } else {
                let mullion = band(fract(across * 2.0 + 0.5), 0.47, 0.53, w.x * 2.0) * (1.0 - far);
                let pane = mix(vec3(0.055, 0.075, 0.085), vec3(0.16, 0.20, 0.22), hash2(vec2(dice, cell)));
                base = mix(base, mix(pane, vec3(0.55), mullion * 0.5), glass);
                rough = mix(rough, 0.12, glass);
            }
            let wakeful = look.lit * select(1.0, 1.35, is_shop);
            if dice < wakeful * city.state.x && !is_blank {
                let warm = hash2(vec2(dice * 91.0, seed * 17.0));
                let lamp = mix(vec3(1.0, 0.72, 0.40), vec3(0.85, 0.93, 1.0), step(0.72, warm));
                let curtain = 0.55 + 0.45 * value(vec2(across * 5.0 + dice * 60.0, up * 2.0));
                let strength = (0.35 + 0.65 * hash2(vec2(dice, 3.0))) * curtain;
                glow = lamp * glass * strength * city.state.y;
            }
        }
    }

    pbr.material.base_color = alpha_discard(pbr.material, vec4(base, 1.0));
    pbr.material.perceptual_roughness = rough;
    var out: FragmentOutput;
    out.color = light_of(pbr);
    out.color = vec4(out.color.rgb + glow * view.exposure, 1.0);
#ifdef LEAVES_OUT
    if !is_front && is_section(cut, in.world_position.xyz, view.world_position.xyz) {
        out.color = vec4(0.15, 0.07, 0.05, 1.0);
    }
#endif
    out.color = hazed(pbr, out.color);
    return out;
}
