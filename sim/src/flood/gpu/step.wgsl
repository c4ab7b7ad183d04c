// A step of a flood on a graphics processor: what both schemes share. The scheme's file follows and
// says what `velocity`, `find_fluxes`, `cut_fluxes`, `change` and `speed` are.
//
// The grid is padded by two cells on each side, row by row from the south; a workgroup does a block of
// 16 × 16. Numbers are named as in the kernels for the processor.

struct Numbers {
    width: u32,
    height: u32,
    block_columns: u32,
    block_rows: u32,
    ghosts: u32,
    cells: u32,
    dry: f32,
    courant: f32,
    cell_m: f32,
    theta: f32,
    max_step_s: f32,
    record_interval_s: f32,
}

// What leads from a step to the next; read back after some steps.
struct Control {
    wave: atomic<u32>,      // bits of the fastest wave, m/s: positive floats are ordered as their bits
    bad: atomic<u32>,       // the first cell that is not finite
    runs_away: u32,
    steps: u32,
    dt_s: f32,
    span_s: f32,
    passed_s: f32,          // of the span, in two parts
    passed_low_s: f32,
    most_step_s: f32,
    since_record_s: f32,
    record_s: f32,          // what the record is to be given in this step; negative for no record
    time_s: f32,            // where the span begins
}

struct Ghost {
    cell: u32,
    inner: u32,
    face: u32,              // the cell to the east or north of the face
    bits: u32,              // 1: across rows, 2: outwards is towards larger numbers, 4: has a level
    from_m: f32,            // level over the inner bed at the span's beginning
    to_m: f32,
    came_m: f32,            // depth of a cell that has come, in two parts, and gone
    came_low_m: f32,
    gone_m: f32,
    gone_low_m: f32,
    unused_0: f32,
    unused_1: f32,
}

const WEST_CLOSED = 1u;
const SOUTH_CLOSED = 2u;
const FIXED = 4u;
const X_OUT_HIGH = 8u;
const X_OUT_LOW = 16u;
const Y_OUT_HIGH = 32u;
const Y_OUT_LOW = 64u;
const GRAVITY = 9.81;
const EPSILON = 1.1920929e-7;
const SHORTEST_STEP_S = 1e-6;
const NOWHERE = 0xffffffffu;

@group(0) @binding(0) var<uniform> numbers: Numbers;
// Depth, its excess, discharges in x and y.
@group(0) @binding(1) var<storage, read_write> cells: array<vec4<f32>>;
// Rise of the bed from the west and the south, g·n², flags.
@group(0) @binding(2) var<storage, read> land: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> fluxes: array<vec4<f32>>;
// Factor of the limiter; rain and inflow, m/s.
@group(0) @binding(4) var<storage, read_write> keeps: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> control: Control;
// For each block: wet, awake (2: changes, 1: its fluxes are asked for), gets water from above.
@group(0) @binding(6) var<storage, read_write> blocks: array<u32>;
@group(0) @binding(7) var<storage, read_write> ghosts: array<Ghost>;
// Twelve fields: depth, speed, their product, Froude number, four arrivals, four durations.
@group(0) @binding(8) var<storage, read_write> record: array<f32>;

var<workgroup> fastest: atomic<u32>;
var<workgroup> wet: atomic<u32>;

fn flags_of(at: u32) -> u32 {
    return bitcast<u32>(land[at].w);
}

fn is_finite(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

// Compensated addition (Kahan 1965): depth and excess.
fn add(depth: vec2<f32>, more: f32) -> vec2<f32> {
    let wanted = more - depth.y;
    let sum = depth.x + wanted;
    return vec2(sum, (sum - depth.x) - wanted);
}

// A sum in two parts (Knuth's two-sum) and something more.
fn add_exactly(sum: vec2<f32>, more: f32) -> vec2<f32> {
    let high = sum.x + more;
    let part = high - sum.x;
    let low = sum.y + ((sum.x - (high - part)) + (more - part));
    let both = high + low;
    return vec2(both, low - (both - high));
}

// 1/x and x^(−7/3), as real.rs finds them.
fn inverses(x: f32) -> vec2<f32> {
    let third = (bitcast<u32>(x) >> 16u) * 21845u;
    var y = bitcast<f32>(0x54a2fa8cu - third);
    let first = (x * y) * (y * y);
    y = y * ((14.0 / 9.0) - first * ((7.0 / 9.0) - first * (2.0 / 9.0)));
    let y2 = y * y;
    let y3 = y2 * y;
    let r = x * y3;
    return vec2(y3 * (2.0 - r), ((y2 * y2) * y3) * ((10.0 / 3.0) - r * (7.0 / 3.0)));
}

fn per_depth(depth: f32) -> f32 {
    let square = depth * depth;
    return (depth + depth) / (square + max(square, numbers.dry * numbers.dry));
}

fn blocks_in_all() -> u32 {
    return numbers.block_columns * numbers.block_rows;
}

fn awake(block: vec3<u32>) -> u32 {
    return blocks[blocks_in_all() + block.y * numbers.block_columns + block.x];
}

// Within the padding, so that neighbours on all sides are there.
fn is_inside(cell: vec3<u32>) -> bool {
    return cell.x >= 1u && cell.y >= 1u && cell.x + 1u < numbers.width && cell.y + 1u < numbers.height;
}

fn place(cell: vec3<u32>) -> u32 {
    return cell.y * numbers.width + cell.x;
}

// Sets the cells outside of open edges from inside and from the levels.
@compute @workgroup_size(64)
fn fill_ghosts(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= numbers.ghosts {
        return;
    }
    let ghost = ghosts[id.x];
    let inner = cells[ghost.inner];
    var scale = 1.0;
    var depth = inner.x;
    if (ghost.bits & 4u) != 0u {
        let part = (control.passed_s + control.passed_low_s) / control.span_s;
        depth = max(ghost.from_m + (ghost.to_m - ghost.from_m) * part, 0.0);
        scale = select(0.0, depth / inner.x, inner.x > numbers.dry);
        atomicMax(&control.wave, bitcast<u32>(sqrt(GRAVITY * depth)));
    }
    cells[ghost.cell] = outside(cells[ghost.cell], depth, inner.zw * scale);
    if depth > numbers.dry {
        let column = (ghost.cell % numbers.width) / 16u;
        let row = (ghost.cell / numbers.width) / 16u;
        blocks[row * numbers.block_columns + column] = 1u;
    }
}

// The longest step that is stable, and no further than the span.
@compute @workgroup_size(1)
fn choose_step() {
    control.dt_s = 0.0;
    control.record_s = -1.0;
    let left = (control.span_s - control.passed_s) - control.passed_low_s;
    if left <= 0.0 || control.runs_away != 0u || atomicLoad(&control.bad) != NOWHERE {
        return;
    }
    let wave = bitcast<f32>(atomicLoad(&control.wave));
    var stable = min(numbers.max_step_s, control.most_step_s);
    if wave > 0.0 {
        stable = min(stable, numbers.courant * numbers.cell_m / wave);
    }
    if stable < SHORTEST_STEP_S {
        control.runs_away = 1u;
        return;
    }
    if left <= stable {
        control.dt_s = left;
        control.passed_s = control.span_s;
        control.passed_low_s = 0.0;
    } else {
        control.dt_s = stable;
        let passed = add_exactly(vec2(control.passed_s, control.passed_low_s), stable);
        control.passed_s = passed.x;
        control.passed_low_s = passed.y;
    }
    atomicStore(&control.wave, 0u);
    control.steps += 1u;
    control.since_record_s += control.dt_s;
    if control.since_record_s >= numbers.record_interval_s {
        control.record_s = control.since_record_s;
        control.since_record_s = 0.0;
    }
}

// Wakes the blocks with water, beside one, or about to get some.
@compute @workgroup_size(64)
fn wake(@builtin(global_invocation_id) id: vec3<u32>) {
    let all = blocks_in_all();
    if id.x >= all {
        return;
    }
    let column = i32(id.x % numbers.block_columns);
    let row = i32(id.x / numbers.block_columns);
    var state = 0u;
    for (var dy = -2; dy <= 2; dy++) {
        for (var dx = -2; dx <= 2; dx++) {
            let c = column + dx;
            let r = row + dy;
            if c < 0 || r < 0 || c >= i32(numbers.block_columns) || r >= i32(numbers.block_rows) {
                continue;
            }
            let block = u32(r) * numbers.block_columns + u32(c);
            if (blocks[block] | blocks[2u * all + block]) != 0u {
                state = max(state, select(1u, 2u, max(abs(dx), abs(dy)) <= 1));
            }
        }
    }
    blocks[all + id.x] = select(0u, state, control.dt_s > 0.0);
}

@compute @workgroup_size(16, 16)
fn flux(@builtin(global_invocation_id) cell: vec3<u32>, @builtin(workgroup_id) block: vec3<u32>) {
    if awake(block) != 0u && is_inside(cell) {
        find_fluxes(place(cell), control.dt_s);
    }
}

// The factor by which a cell that would give more than it has scales its outflow.
@compute @workgroup_size(16, 16)
fn limit(@builtin(global_invocation_id) cell: vec3<u32>, @builtin(workgroup_id) block: vec3<u32>) {
    if awake(block) == 0u || !is_inside(cell) {
        return;
    }
    let at = place(cell);
    let m = masses(at);
    let ratio = control.dt_s / numbers.cell_m;
    let given = (max(m.y, 0.0) - min(m.x, 0.0)) + (max(m.w, 0.0) - min(m.z, 0.0));
    let out = ratio * given;
    let has = (1.0 - 16.0 * EPSILON) * cells[at].x;
    keeps[at].x = select(1.0, has / out, out > has && (flags_of(at) & FIXED) == 0u);
}

@compute @workgroup_size(16, 16)
fn cut(@builtin(global_invocation_id) cell: vec3<u32>, @builtin(workgroup_id) block: vec3<u32>) {
    if awake(block) != 0u && is_inside(cell) {
        cut_fluxes(place(cell));
    }
}

// Counts what passes the edges.
@compute @workgroup_size(64)
fn tally(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= numbers.ghosts || control.dt_s <= 0.0 {
        return;
    }
    let ghost = ghosts[id.x];
    let cell = vec3(ghost.face % numbers.width / 16u, ghost.face / numbers.width / 16u, 0u);
    if awake(cell) == 0u {
        return;
    }
    let m = masses(ghost.face);
    let depth = control.dt_s / numbers.cell_m * select(m.x, m.z, (ghost.bits & 1u) != 0u);
    let outwards = select(-depth, depth, (ghost.bits & 2u) != 0u);
    let came = add_exactly(vec2(ghost.came_m, ghost.came_low_m), max(-outwards, 0.0));
    let gone = add_exactly(vec2(ghost.gone_m, ghost.gone_low_m), max(outwards, 0.0));
    ghosts[id.x].came_m = came.x;
    ghosts[id.x].came_low_m = came.y;
    ghosts[id.x].gone_m = gone.x;
    ghosts[id.x].gone_low_m = gone.y;
}

// Water and momentum after the step, rain, inflow and friction; and what moves then.
@compute @workgroup_size(16, 16)
fn update(
    @builtin(global_invocation_id) cell: vec3<u32>,
    @builtin(workgroup_id) block: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    if index == 0u {
        atomicStore(&fastest, 0u);
        atomicStore(&wet, 0u);
    }
    workgroupBarrier();
    let is_awake = awake(block) == 2u;
    if is_awake && is_inside(cell) {
        let at = place(cell);
        let is_fixed = (flags_of(at) & FIXED) != 0u;
        let after = change(at, is_fixed, control.dt_s);
        cells[at] = after.cell;
        if !is_fixed {
            if !(is_finite(after.cell.x) && is_finite(after.cell.z) && is_finite(after.cell.w)) {
                atomicMin(&control.bad, at);
            } else if after.cell.x > numbers.dry {
                atomicMax(&fastest, bitcast<u32>(after.wave));
                atomicStore(&wet, 1u);
            }
        }
    }
    workgroupBarrier();
    if index == 0u && is_awake {
        atomicMax(&control.wave, atomicLoad(&fastest));
        blocks[block.y * numbers.block_columns + block.x] = atomicLoad(&wet);
    }
}

// Maxima, arrivals and durations, where it is time.
@compute @workgroup_size(16, 16)
fn see(@builtin(global_invocation_id) cell: vec3<u32>, @builtin(workgroup_id) block: vec3<u32>) {
    if control.record_s < 0.0 || awake(block) != 2u || !is_inside(cell) {
        return;
    }
    let at = place(cell);
    if (flags_of(at) & FIXED) != 0u {
        return;
    }
    let depth = cells[at].x;
    let all = numbers.cells;
    if depth > numbers.dry {
        let v = speed(at);
        record[at] = max(record[at], depth);
        record[all + at] = max(record[all + at], v);
        record[2u * all + at] = max(record[2u * all + at], depth * v);
        record[3u * all + at] = max(record[3u * all + at], v / sqrt(GRAVITY * depth));
    }
    var thresholds = array<f32, 4>(0.1, 0.3, 0.5, 1.0);
    for (var level = 0u; level < 4u; level++) {
        if depth >= max(thresholds[level], numbers.dry) {
            let arrival = (4u + level) * all + at;
            let duration = (8u + level) * all + at;
            if record[arrival] > 3.0e38 {
                record[arrival] = control.time_s + control.passed_s;
            } else {
                record[duration] += control.record_s;
            }
        }
    }
}

struct After {
    cell: vec4<f32>,
    wave: f32,
}
