// Local inertia; see inertia.rs for equations and sources. Discharges are those of the cell's western
// and southern faces. Fluxes: both of them after the step.

fn outside(before: vec4<f32>, depth: f32, flow: vec2<f32>) -> vec4<f32> {
    return vec4(depth, 0.0, before.z, before.w);
}

// Through the western, eastern, southern and northern face.
fn masses(at: u32) -> vec4<f32> {
    let own = fluxes[at];
    return vec4(own.x, fluxes[at + 1u].x, own.y, fluxes[at + numbers.width].y);
}

// A face's discharge in x or y, 0 through a closed one; `own` beside an edge's face where `cell` is outside.
fn beside(at: u32, cell: u32, is_y: bool, own: f32) -> f32 {
    let is_outside = (flags_of(cell) & FIXED) != 0u;
    return select(select(cells[at].z, cells[at].w, is_y), own, is_outside);
}

// Mean of the four faces that stand across the face before a cell.
fn aside(at: u32, before: u32, is_y: bool) -> f32 {
    if is_y {
        return 0.25 * ((cells[before].z + cells[at].z) + (cells[before + 1u].z + cells[at + 1u].z));
    }
    let up = numbers.width;
    return 0.25 * ((cells[before].w + cells[at].w) + (cells[before + up].w + cells[at + up].w));
}

fn discharge(at: u32, is_y: bool, dt: f32) -> f32 {
    let flags = flags_of(at);
    if (flags & select(WEST_CLOSED, SOUTH_CLOSED, is_y)) != 0u {
        return 0.0;
    }
    let stride = select(1u, numbers.width, is_y);
    let before = at - stride;
    let step = select(land[at].x, land[at].y, is_y);
    let hl = cells[before].x;
    let hr = cells[at].x;
    let depth = max(hl - max(step, 0.0), hr + min(step, 0.0));
    if depth <= numbers.dry {
        return 0.0;
    }
    let rise = (hr - hl) + step;
    let q = select(cells[at].z, cells[at].w, is_y);
    let mean = 0.5 * (beside(before, before, is_y, q) + beside(at + stride, at, is_y, q));
    let across = aside(at, before, is_y);
    let theta = select(numbers.theta, 1.0, mean * rise > 0.0);
    let push = GRAVITY * dt / numbers.cell_m;
    let free = (mean + theta * (q - mean)) - depth * push * rise;
    let own = max(abs(q), 1e-12);
    let square = across * across;
    let norm = sqrt(own * own + square);
    let drag = (2.0 * dt * (land[before].z + land[at].z)) * inverses(depth).y;
    let slow = norm + 0.25 * drag * square;
    let root = sqrt(slow * slow + (drag * norm) * (own * abs(free)));
    let after = (free + free) * norm / (slow + root);
    let goes_in = ((flags & select(X_OUT_HIGH, Y_OUT_HIGH, is_y)) != 0u && after <= 0.0)
        || ((flags & select(X_OUT_LOW, Y_OUT_LOW, is_y)) != 0u && after > 0.0);
    return select(after, 0.0, goes_in);
}

fn find_fluxes(at: u32, dt: f32) {
    fluxes[at] = vec4(discharge(at, false, dt), discharge(at, true, dt), 0.0, 0.0);
}

fn cut_fluxes(at: u32) {
    let m = fluxes[at];
    let x = keeps[select(at, at - 1u, m.x > 0.0)].x;
    let y = keeps[select(at, at - numbers.width, m.y > 0.0)].x;
    fluxes[at] = vec4(m.x * x, m.y * y, 0.0, 0.0);
}

fn change(at: u32, is_fixed: bool, dt: f32) -> After {
    let m = masses(at);
    let now = cells[at];
    if is_fixed {
        return After(vec4(now.xy, m.x, m.z), 0.0);
    }
    let water = (m.x - m.y) + (m.z - m.w);
    let moved = add(now.xy, dt / numbers.cell_m * water);
    let depth = add(moved, keeps[at].y * dt);
    return After(vec4(depth, m.x, m.z), sqrt(GRAVITY * depth.x));
}

// Speed at a face: q/h_f.
fn at_face(at: u32, is_y: bool) -> f32 {
    let step = select(land[at].x, land[at].y, is_y);
    let before = cells[at - select(1u, numbers.width, is_y)].x;
    let depth = max(before, cells[at].x + step) - max(step, 0.0);
    let q = select(cells[at].z, cells[at].w, is_y);
    return select(0.0, q / max(depth, numbers.dry), depth > numbers.dry);
}

fn speed(at: u32) -> f32 {
    let x = 0.5 * (at_face(at, false) + at_face(at + 1u, false));
    let y = 0.5 * (at_face(at, true) + at_face(at + numbers.width, true));
    return sqrt(x * x + y * y);
}
