//! The shader on whatever draws here, pixel by pixel.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use burn::tensor::wgpu::WgpuSetup;
use burn::tensor::{Tensor, TensorData};
use eframe::egui::{Rect, pos2, vec2};
use wgpu::naga::front::wgsl::parse_str;
use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};

use super::super::events::receive;
use super::super::persist::Settings;
use super::super::state::State;
use super::super::widgets::heatmap::color;
use super::*;
use crate::engine::{Event, Halting, JobId, Limits, Thought, open_shared, think};
use crate::model::{Initializer, tiny_config};

/// A device that draws.
struct Window {
    graphics: Graphics,
    queue: Queue,
}

/// Opens one, and what burn needs to compute there too.
fn open() -> (Window, WgpuSetup) {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter =
        pollster::block_on(instance.request_adapter(&Default::default())).expect("a driver, as ./check installs");
    let descriptor = wgpu::DeviceDescriptor {
        required_features: adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
        required_limits: adapter.limits(),
        ..Default::default()
    };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
    let window =
        Window { graphics: Graphics { instance: instance.clone(), device: device.clone() }, queue: queue.clone() };
    let backend = adapter.get_info().backend;
    (window, WgpuSetup { instance, adapter, device, queue, backend })
}

/// One that computes too, and burn's name for it.
static SHARED: LazyLock<(Window, burn::tensor::Device)> = LazyLock::new(|| {
    let (window, setup) = open();
    (window, open_shared(setup).unwrap())
});

const SIZE: [u32; 2] = [64, 48];

/// The painting in a target of [`SIZE`], row by row.
fn drawn(window: &Window, maps: &mut HeatMaps, painting: &Painting, target: TextureFormat) -> Vec<[u8; 4]> {
    let Window { graphics, queue } = window;
    let device = &graphics.device;
    let [width, height] = SIZE;
    let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: target,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let view = texture.create_view(&Default::default());
    let mut encoder = device.create_command_encoder(&Default::default());
    maps.prepare(queue, painting, 1.0);
    {
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            resolve_target: None,
            ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT), store: wgpu::StoreOp::Store },
            depth_slice: None,
        };
        let descriptor = wgpu::RenderPassDescriptor { color_attachments: &[Some(attachment)], ..Default::default() };
        let mut pass = encoder.begin_render_pass(&descriptor).forget_lifetime();
        let Rect { min, .. } = painting.rect;
        let size = painting.rect.size();
        pass.set_viewport(min.x, min.y, size.x, size.y, 0.0, 1.0);
        let info = PaintCallbackInfo {
            viewport: painting.rect,
            clip_rect: painting.rect,
            pixels_per_point: 1.0,
            screen_size_px: SIZE,
        };
        let mut resources = CallbackResources::default();
        resources.insert(std::mem::replace(maps, HeatMaps::new(graphics.clone(), target)));
        painting.paint(info, &mut pass, &resources);
        *maps = resources.remove::<HeatMaps>().unwrap();
    }
    let read = device.create_buffer(&BufferDescriptor {
        label: None,
        size: u64::from(width * height * 4),
        usage: BufferUsages::COPY_DST | BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 4), rows_per_image: None };
    encoder.copy_texture_to_buffer(texture.as_image_copy(), wgpu::TexelCopyBufferInfo { buffer: &read, layout }, size);
    queue.submit([encoder.finish()]);
    read.map_async(wgpu::MapMode::Read, .., Result::unwrap);
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    let bytes = read.get_mapped_range(..).unwrap().to_vec();
    bytes.as_chunks::<4>().0.to_vec()
}

/// A painting of numbers over the whole target.
fn painting(now: &[f32], hidden: usize) -> Painting {
    Painting {
        module: Module::H,
        rect: Rect::from_min_size(pos2(0.0, 0.0), vec2(64.0, 48.0)),
        now: Numbers { copy: now.into(), resident: None },
        less: None,
        channels: None,
        table: [hidden, now.len() / hidden],
        view: View::default(),
        range: 3.0,
        theme: Theme::DARK,
    }
}

const TARGET: TextureFormat = TextureFormat::Rgba8Unorm;

fn maps(target: TextureFormat) -> HeatMaps {
    HeatMaps::new(SHARED.0.graphics.clone(), target)
}

/// What a painting looks like in a window that shows nothing else.
fn alone(painting: Painting) -> Vec<[u8; 4]> {
    drawn(&SHARED.0, &mut maps(TARGET), &painting, TARGET)
}

/// What a target of [`SIZE`] looks like where a table fills it, with cells of whole pixels.
fn cells(theme: &Theme, [cols, rows]: [usize; 2], value: impl Fn(usize, usize) -> f32) -> Vec<[u8; 4]> {
    let [width, height] = SIZE.map(|size| size as usize);
    let at = |pixel| (pixel / width * rows / height, pixel % width * cols / width);
    let colour = |(row, col)| color(theme, theme.diverging(), value(row, col) / 3.0).to_array();
    (0..width * height).map(|pixel| colour(at(pixel))).collect()
}

const STATE: [f32; 12] = [-9.0, -3.0, -1.7, -0.4, 0.0, 0.3, 1.1, 3.0, f32::INFINITY, f32::NAN, f32::NEG_INFINITY, 2.2];

#[test]
fn every_shader_is_valid() {
    fn shaders(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let all = entries.flat_map(|path| if path.is_dir() { shaders(&path) } else { vec![path] });
        all.filter(|path| path.extension().is_some_and(|ending| ending == "wgsl")).collect()
    }
    let all = shaders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(!all.is_empty());
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        let module = parse_str(&text).unwrap_or_else(|e| panic!("{}: {}", path.display(), e.emit_to_string(&text)));
        // Nothing beyond what every device can do.
        let valid = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
        valid.unwrap_or_else(|e| panic!("{}: {}", path.display(), e.emit_to_string(&text)));
    }
}

#[test]
fn every_pixel_has_the_colour_of_its_number() {
    for theme in [Theme::DARK, Theme::LIGHT, Theme::DARK_CONTRAST, Theme::LIGHT_CONTRAST] {
        let plain = alone(Painting { theme, ..painting(&STATE, 4) });
        assert!(plain == cells(&theme, [4, 3], |row, col| STATE[row * 4 + col]));
        assert_eq!(plain[40 * 64 + 20], theme.wrong.to_array(), "what is no number");
    }
}

#[test]
fn differences_orders_and_parts_are_drawn() {
    let less = [1.0, -3.0, -1.7, 0.4, f32::NAN, 0.2, 1.0, -3.0, f32::INFINITY, 0.0, 5.0, 2.0];
    let order = [2, 0, 3, 1];
    let both = Painting {
        less: Some(Numbers { copy: less.into(), resident: None }),
        channels: Some(order.into()),
        ..painting(&STATE, 4)
    };
    let value = |row: usize, col: usize| {
        let at = row * 4 + order[col] as usize;
        STATE[at] - less[at]
    };
    assert!(alone(both.clone()) == cells(&Theme::DARK, [4, 3], value));
    // The right half of the lower two rows.
    let third = 1.0 / 3.0;
    let part = Painting { view: View { x: [0.5, 1.0], y: [third, 1.0] }, ..both };
    assert!(alone(part) == cells(&Theme::DARK, [2, 2], |row, col| value(row + 1, col + 2)));
}

#[test]
fn a_pixel_over_several_numbers_shows_their_mean() {
    // Two by three numbers in each pixel, all of them but one in the first.
    let (hidden, tokens) = (128, 144);
    let mut state = vec![1.5; hidden * tokens];
    for (token, channels) in state.chunks_mut(hidden).enumerate() {
        channels.iter_mut().step_by(2).for_each(|value| *value = if token % 3 == 0 { -1.5 } else { 1.5 });
    }
    let mean = color(&Theme::DARK, Theme::DARK.diverging(), 0.5 * 4.0 / 6.0).to_array();
    assert!(alone(painting(&state, hidden)).iter().all(|pixel| *pixel == mean));
    // A number that is none is never hidden by others.
    state[hidden + 3] = f32::NAN;
    let pixels = alone(painting(&state, hidden));
    assert_eq!((pixels[0], pixels[1]), (mean, Theme::DARK.wrong.to_array()));
    // What is beyond the range counts as its end: one number does not outshine all others.
    state.fill(0.0);
    state[0] = 1e30;
    let sixth = color(&Theme::DARK, Theme::DARK.diverging(), 1.0 / 6.0).to_array();
    assert_eq!(alone(painting(&state, hidden))[0], sixth);
}

#[test]
fn a_target_in_srgb_looks_the_same() {
    let target = TextureFormat::Rgba8UnormSrgb;
    let pixels = drawn(&SHARED.0, &mut maps(target), &painting(&STATE, 4), target);
    let wanted = cells(&Theme::DARK, [4, 3], |row, col| STATE[row * 4 + col]);
    let near = |(a, b): (&[u8; 4], &[u8; 4])| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1);
    assert!(pixels.iter().zip(&wanted).all(near));
}

#[test]
fn what_is_shown_changes_with_its_numbers() {
    let mut maps = maps(TARGET);
    let mut draw = |painting: Painting| {
        let pixels = drawn(&SHARED.0, &mut maps, &painting, TARGET);
        (pixels, maps.slots[0].numbers[1].buffer().is_some())
    };
    let states = [vec![0.5; 12], vec![-0.5; 12], vec![1.0; 24]];
    for state in &states {
        let (pixels, _) = draw(painting(state, 4));
        assert!(pixels == cells(&Theme::DARK, [4, state.len() / 4], |_, _| state[0]));
    }
    // What is not subtracted any more is not held any more.
    let zero = Numbers { copy: states[2].clone().into(), resident: None };
    let (pixels, held) = draw(Painting { less: Some(zero), ..painting(&states[2], 4) });
    assert!(pixels == cells(&Theme::DARK, [4, 6], |_, _| 0.0) && held);
    assert!(!draw(painting(&states[2], 4)).1);
}

/// A state that burn computes on the shared device, and its numbers.
fn computed(tokens: usize, hidden: usize) -> (Tensor<3>, Arc<[f32]>) {
    let numbers: Vec<f32> = (0..tokens * hidden).map(|i| (i as f32 * 0.37).sin()).collect();
    let state = Tensor::<3>::from_data(TensorData::new(numbers, [1, tokens, hidden]), &SHARED.1) * 3.3 + 0.1;
    let copy = state.try_to_vec_as::<f32>().unwrap().into();
    (state, copy)
}

#[test]
fn a_tensor_where_it_lies_gives_the_pixels_of_its_copy() {
    for (tokens, hidden) in [(17, 32), (916, 512)] {
        let (state, copy) = computed(tokens, hidden);
        let (before, less) = computed(tokens, hidden);
        let (before, less) = (before * 0.5, less.iter().map(|value| value * 0.5).collect::<Arc<[f32]>>());
        let copied = |subtracts: bool| Painting {
            less: subtracts.then(|| Numbers { copy: less.clone(), resident: None }),
            ..painting(&copy, hidden)
        };
        // Host memory that says something else shows that nothing of it is drawn.
        let lies = |state: &Tensor<3>| {
            let copy: Arc<[f32]> = vec![f32::NAN; tokens * hidden].into();
            let resident = Resident::of(state, &copy);
            assert!(resident.is_some());
            Numbers { copy, resident }
        };
        let resident = |subtracts: bool| Painting {
            now: lies(&state),
            less: subtracts.then(|| lies(&before)),
            ..painting(&copy, hidden)
        };
        for subtracts in [false, true] {
            let pixels = alone(resident(subtracts));
            assert!(pixels == alone(copied(subtracts)), "{tokens} x {hidden}, less another: {subtracts}");
            assert!(pixels.iter().any(|pixel| *pixel != pixels[0]));
        }
    }
}

#[test]
fn a_resident_state_stays_while_others_are_computed() {
    let (mut state, copy) = computed(40, 64);
    let resident = Resident::of(&state, &copy);
    // Without the handle these would be written into the same memory.
    for _ in 0..20 {
        state = state * 0.5;
    }
    state.try_to_vec_as::<f32>().unwrap();
    let now = Numbers { copy: vec![f32::NAN; copy.len()].into(), resident };
    assert!(alone(Painting { now, ..painting(&copy, 64) }) == alone(painting(&copy, 64)));
}

#[test]
fn what_does_not_lie_as_it_is_drawn_is_copied() {
    let (state, copy) = computed(17, 32);
    assert!(Resident::of(&state.clone().swap_dims(1, 2), &copy).is_none(), "turned");
    assert!(Resident::of(&state, &copy[1..].into()).is_none(), "another size");
    // A window on another device reaches nothing, and draws the copy.
    let (other, _) = open();
    let resident = Resident::of(&state, &copy);
    let painting = Painting { now: Numbers { copy: copy.clone(), resident }, ..painting(&copy, 32) };
    assert!(painting.now.lie(&other.graphics).is_none() && painting.now.lie(&SHARED.0.graphics).is_some());
    let mut maps = HeatMaps::new(other.graphics.clone(), TARGET);
    assert!(drawn(&other, &mut maps, &painting, TARGET) == alone(painting));
}

#[test]
fn a_run_on_the_shared_device_hands_its_newest_states_along() {
    let config = tiny_config();
    let model = Initializer::default().build(&config, &SHARED.1);
    let mut state = State::new(Settings::default());
    let job = JobId(7);
    state.doc.run.job = job;
    let (mut steps, mut pictures) = (0, Vec::new());
    let limits = Limits { halting: Halting::Fixed, max_segments: 1 };
    let told = think(&model, &vec![1; config.seq_len], 0, limits, &mut |thought| {
        let mut hear = |event| receive(&mut state, event, &mut Vec::new());
        match thought {
            Thought::Started { dimensions, z_h_init, z_l_init } => {
                hear(Event::ThinkStarted { job, dimensions, z_h_init, z_l_init });
            }
            Thought::Resident(module, newest) => {
                // News of another run are not taken.
                hear(Event::Resident { job: JobId(6), module, state: newest.clone() });
                assert!(state.residents.numbers(&newest.copy).resident.is_none());
                receive(&mut state, Event::Resident { job, module, state: newest }, &mut Vec::new());
            }
            Thought::Step(record) => {
                let copy = record.state.unwrap();
                let numbers = state.residents.numbers(&copy);
                assert!(numbers.resident.is_some(), "step {steps}");
                let hidden = config.hidden;
                let paint = |now| alone(Painting { now, ..painting(&copy, hidden) });
                assert!(paint(numbers.clone()) == paint(Numbers { resident: None, ..numbers.clone() }));
                pictures.push(copy);
                steps += 1;
            }
            Thought::SegmentEnded(_) => {}
        }
        ControlFlow::Continue(())
    });
    assert!(told.unwrap() && steps == config.dimensions(1).schedule.steps_per_segment());
    // One of each module is held, and none when the run has ended.
    let held = |state: &State| pictures.iter().filter(|copy| state.residents.numbers(copy).resident.is_some()).count();
    assert_eq!(held(&state), 2);
    receive(&mut state, Event::Cancelled(job), &mut Vec::new());
    assert_eq!(held(&state), 0);
}
