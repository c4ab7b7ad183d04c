// First-order Godunov with HLLC; see hllc.rs for equations and sources. Fluxes: two for each cell, of its
// western and of its southern face: water, momentum as the lower and the higher cell see it, momentum
// along the face.

fn outside(before: vec4<f32>, depth: f32, flow: vec2<f32>) -> vec4<f32> {
    return vec4(depth, 0.0, flow);
}

fn masses(at: u32) -> vec4<f32> {
    return vec4(
        fluxes[2u * at].x,
        fluxes[2u * (at + 1u)].x,
        fluxes[2u * at + 1u].x,
        fluxes[2u * (at + numbers.width) + 1u].x,
    );
}

fn velocity(at: u32) -> vec2<f32> {
    let cell = cells[at];
    return cell.zw * per_depth(cell.x);
}

fn wall(h: f32, u: f32) -> f32 {
    return max(h * u * u + 0.5 * GRAVITY * h * h + (abs(u) + sqrt(GRAVITY * h)) * h * u, 0.0);
}

// Water and momentum through a face over which the bed rises by `step`: depth and velocity on both sides.
fn riemann(hl: f32, ul: f32, hr: f32, ur: f32, step: f32) -> vec3<f32> {
    let bed = min(max(step, 0.0), min(hl, hr + step));
    let shared_depth = min(hl, hr);
    let dl = max(min(hl - bed, hl), shared_depth);
    let dr = max(min(hr + (step - bed), hr), shared_depth);
    let cl = sqrt(GRAVITY * dl);
    let cr = sqrt(GRAVITY * dr);
    let u_star = 0.5 * (ul + ur) + cl - cr;
    let c_star = max(0.5 * (cl + cr) + 0.25 * (ul - ur), 0.0);
    let slow_wet = min(ul - cl, u_star - c_star);
    let fast_wet = max(ur + cr, u_star + c_star);
    let slow = min(select(ur - (cr + cr), slow_wet, dl > numbers.dry), 0.0);
    let fast = max(select(ul + (cl + cl), fast_wet, dr > numbers.dry), 0.0);
    let share = 1.0 / max(fast - slow, 1e-12);
    let ql = dl * ul;
    let qr = dr * ur;
    let pl = ql * ul + 0.5 * GRAVITY * dl * dl;
    let pr = qr * ur + 0.5 * GRAVITY * dr * dr;
    let water = (fast * ql - slow * qr + slow * fast * (dr - dl)) * share;
    let mass = select(0.0, water, max(hl, hr) > numbers.dry);
    let momentum = (fast * pl - slow * pr + slow * fast * (qr - ql)) * share;
    return vec3(
        mass,
        momentum + 0.5 * GRAVITY * (hl + dl) * bed,
        momentum + 0.5 * GRAVITY * (hr + dr) * (bed - step),
    );
}

// The flux through a cell's western or southern face.
fn through(at: u32, is_y: bool) -> vec4<f32> {
    let flags = flags_of(at);
    let before = at - select(1u, numbers.width, is_y);
    let low = velocity(before);
    let high = velocity(at);
    let ul = select(low.x, low.y, is_y);
    let ur = select(high.x, high.y, is_y);
    let hl = cells[before].x;
    let hr = cells[at].x;
    if (flags & select(WEST_CLOSED, SOUTH_CLOSED, is_y)) != 0u {
        return vec4(0.0, wall(hl, ul), wall(hr, -ur), 0.0);
    }
    let flux = riemann(hl, ul, hr, ur, select(land[at].x, land[at].y, is_y));
    let out_high = (flags & select(X_OUT_HIGH, Y_OUT_HIGH, is_y)) != 0u;
    let out_low = (flags & select(X_OUT_LOW, Y_OUT_LOW, is_y)) != 0u;
    if (out_high && flux.x <= 0.0) || (out_low && flux.x > 0.0) {
        let inner = select(hr, hl, out_high);
        let pressure = 0.5 * GRAVITY * inner * inner;
        return vec4(0.0, pressure, pressure, 0.0);
    }
    let giver = select(high, low, flux.x > 0.0);
    return vec4(flux, flux.x * select(giver.y, giver.x, is_y));
}

fn find_fluxes(at: u32, dt: f32) {
    fluxes[2u * at] = through(at, false);
    fluxes[2u * at + 1u] = through(at, true);
}

fn cut_face(at: u32, is_y: bool) {
    let index = 2u * at + select(0u, 1u, is_y);
    let flux = fluxes[index];
    let giver = select(at, at - select(1u, numbers.width, is_y), flux.x > 0.0);
    let keep = keeps[giver].x;
    if keep >= 1.0 {
        return;
    }
    let left = flux.x * keep;
    let v = velocity(giver);
    let carried = (flux.x - left) * select(v.x, v.y, is_y);
    fluxes[index] = vec4(left, flux.y - carried, flux.z - carried, flux.w * keep);
}

fn cut_fluxes(at: u32) {
    cut_face(at, false);
    cut_face(at, true);
}

fn change(at: u32, is_fixed: bool, dt: f32) -> After {
    let now = cells[at];
    if is_fixed {
        return After(now, 0.0);
    }
    let west = fluxes[2u * at];
    let east = fluxes[2u * (at + 1u)];
    let south = fluxes[2u * at + 1u];
    let north = fluxes[2u * (at + numbers.width) + 1u];
    let ratio = dt / numbers.cell_m;
    let water = (west.x - east.x) + (south.x - north.x);
    let push = vec2(
        (west.z - east.y) + (south.w - north.w),
        (west.w - east.w) + (south.z - north.y),
    );
    let moved = add(now.xy, ratio * water);
    let depth = add(moved, keeps[at].y * dt);
    if depth.x <= numbers.dry {
        return After(vec4(depth, 0.0, 0.0), 0.0);
    }
    let flow = now.zw + ratio * push;
    let powers = inverses(depth.x);
    let q = sqrt(flow.x * flow.x + flow.y * flow.y);
    let drag = (4.0 * dt * land[at].z * q) * powers.y;
    let slowed = flow * (2.0 / (1.0 + sqrt(1.0 + drag)));
    let fastest_way = max(abs(slowed.x), abs(slowed.y)) * powers.x;
    return After(vec4(depth, slowed), fastest_way + sqrt(GRAVITY * depth.x));
}

fn speed(at: u32) -> f32 {
    let v = velocity(at);
    return sqrt(v.x * v.x + v.y * v.y);
}
