// A heat map: numbers [tokens, hidden], tokens down, channels across, each a colour of the theme's diverging map. A pixel in
// one cell has the colour of its number; a pixel over several has that of their mean, by the area of each, so that nothing
// flickers while the numbers change or the picture is zoomed.

struct Look {
    // The left top and the size of the whole picture, pixels of the target.
    corner: vec2f,
    size: vec2f,
    // The part of the table that is seen, in columns and rows: its left top, and how much of it.
    start: vec2f,
    seen: vec2f,
    // Columns and rows.
    table: vec2u,
    // Where the numbers begin in their buffer, and how far it is from one token to the next.
    now: vec2u,
    less: vec2u,
    // The colours are those of -range to range.
    range: f32,
    // A sum of LESS and ORDERED.
    parts: u32,
}

// The numbers of `less` are subtracted.
const LESS = 1u;
// Columns are in the order of `channels`.
const ORDERED = 2u;
// A share that none can have: there is no number. Its colour stands behind those of the map.
const NONE = 2.0;
const COLOURS = 256u;

@group(0) @binding(0) var<uniform> look: Look;
@group(0) @binding(1) var<uniform> colours: array<vec4f, 257>;
// Numbers as bits: a shader may take for granted that no f32 is a NaN.
@group(0) @binding(2) var<storage, read> now: array<u32>;
@group(0) @binding(3) var<storage, read> less: array<u32>;
@group(0) @binding(4) var<storage, read> channels: array<u32>;

// One triangle over the whole viewport.
@vertex
fn cover(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

// Cells in a row or a column: the first and the last, and where in them a pixel begins and ends.
struct Span {
    first: u32,
    last: u32,
    start: f32,
    end: f32,
}

// What a pixel covers of `count` cells: the one under its middle where it is no wider than a cell.
fn covered(middle: f32, width: f32, count: u32) -> Span {
    if width < 1.001 {
        // A border through the middle of a pixel: the cell behind it has the pixel, whichever way numbers are rounded.
        let cell = min(u32(max(middle + width / 512.0, 0.0)), count - 1u);
        return Span(cell, cell, f32(cell), f32(cell + 1u));
    }
    let start = clamp(middle - width / 2.0, 0.0, f32(count));
    let end = clamp(middle + width / 2.0, start, f32(count));
    let first = min(u32(start), count - 1u);
    return Span(first, clamp(u32(ceil(end)), first + 1u, count) - 1u, start, end);
}

// How much of a cell a pixel covers.
fn part(span: Span, cell: u32) -> f32 {
    return max(min(span.end, f32(cell + 1u)) - max(span.start, f32(cell)), 0.0);
}

fn is_nan(bits: u32) -> bool {
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

// The number in a cell as a share of the range, -1 to 1, or NONE.
fn share(row: u32, col: u32) -> f32 {
    var channel = col;
    if (look.parts & ORDERED) != 0u {
        channel = channels[col];
    }
    let bits = now[look.now.x + row * look.now.y + channel];
    var value = bitcast<f32>(bits);
    var none = is_nan(bits);
    if (look.parts & LESS) != 0u {
        let other = less[look.less.x + row * look.less.y + channel];
        value -= bitcast<f32>(other);
        // Infinity less itself is no number.
        none = none || is_nan(other) || (bits == other && (bits & 0x7fffffffu) == 0x7f800000u);
    }
    return select(clamp(value / look.range, -1.0, 1.0), NONE, none);
}

@fragment
fn paint(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let each = look.seen / look.size;
    let middle = look.start + (at.xy - look.corner) * each;
    let across = covered(middle.x, each.x, look.table.x);
    let down = covered(middle.y, each.y, look.table.y);
    var sum = 0.0;
    var area = 0.0;
    for (var row = down.first; row <= down.last; row++) {
        for (var col = across.first; col <= across.last; col++) {
            let share = share(row, col);
            if share == NONE {
                return colours[COLOURS];
            }
            let weight = part(down, row) * part(across, col);
            sum += share * weight;
            area += weight;
        }
    }
    let mean = clamp(sum / max(area, 1e-9), -1.0, 1.0);
    return colours[u32((mean + 1.0) * 127.5 + 0.5)];
}
