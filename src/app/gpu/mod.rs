//! The heat maps on the graphics device: one shader colours numbers that lie in device memory, whether they were computed
//! there or copied from the trace.

use std::sync::Arc;

use bytemuck::NoUninit;
use eframe::egui::{PaintCallback, PaintCallbackInfo, Rect, Rgba};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindingResource, Buffer, BufferBinding, BufferDescriptor,
    BufferSize, BufferUsages, CommandBuffer, CommandEncoder, Device, Queue, RenderPass, RenderPipeline, TextureFormat,
};

use super::heat::View;
use super::theme::Theme;
use crate::engine::{Graphics, Place, Resident};
use crate::trace::Module;

const SHADER: &str = include_str!("heatmap.wgsl");
/// The colours of the map, and behind them the one of what is no number.
const COLOURS: usize = 257;
/// What the last word of a [`Look`] is the sum of, as in the shader.
const LESS: u32 = 1;
const ORDERED: u32 = 2;

/// Numbers `[tokens, hidden]`.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// In the host's memory.
    pub copy: Arc<[f32]>,
    /// The same in device memory, where they are still held there.
    pub resident: Option<Resident>,
}

impl Numbers {
    /// Where they lie in a buffer that this device reaches.
    fn lie(&self, graphics: &Graphics) -> Option<(&Buffer, &Place)> {
        self.resident.as_ref()?.lies(graphics)
    }
}

/// A heat map to be drawn.
#[derive(Debug, Clone)]
pub struct Painting {
    /// Whose state: each module has its own buffers.
    pub module: Module,
    /// Where, points.
    pub rect: Rect,
    /// The numbers, none of them empty.
    pub now: Numbers,
    /// What is subtracted from them.
    pub less: Option<Numbers>,
    /// Which channel stands at each place across; as they are, if none.
    pub channels: Option<Arc<[u32]>>,
    /// Columns and rows.
    pub table: [usize; 2],
    /// The part that is seen.
    pub view: View,
    /// The colours are those of `-range` to `range`.
    pub range: f32,
    /// Whose colours.
    pub theme: Theme,
}

impl Painting {
    /// The painting as a shape.
    pub fn shape(self) -> PaintCallback {
        Callback::new_paint_callback(self.rect, self)
    }

    /// What the shader is told: also where numbers begin, and how far it is from row to row.
    fn look(&self, pixels_per_point: f32, [now, less]: [[u32; 2]; 2]) -> Look {
        let (corner, size) = (self.rect.min * pixels_per_point, self.rect.size() * pixels_per_point);
        let [cols, rows] = self.table.map(|count| count as f32);
        let ([left, right], [top, bottom]) = (self.view.x, self.view.y);
        let [x, y, width, height] = [corner.x, corner.y, size.x, size.y].map(f32::to_bits);
        let [col, row] = [left * cols, top * rows].map(f32::to_bits);
        let [across, down] = [(right - left) * cols, (bottom - top) * rows].map(f32::to_bits);
        let [cols, rows] = self.table.map(|count| count as u32);
        let parts = u32::from(self.less.is_some()) * LESS + u32::from(self.channels.is_some()) * ORDERED;
        let [[a, b], [c, d]] = [now, less];
        [x, y, width, height, col, row, across, down, cols, rows, a, b, c, d, self.range.to_bits(), parts]
    }
}

impl CallbackTrait for Painting {
    fn prepare(
        &self,
        _device: &Device,
        queue: &Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<CommandBuffer> {
        if let Some(maps) = resources.get_mut::<HeatMaps>() {
            maps.prepare(queue, self, screen.pixels_per_point);
        }
        Vec::new()
    }

    fn paint(&self, _info: PaintCallbackInfo, pass: &mut RenderPass<'static>, resources: &CallbackResources) {
        let Some(maps) = resources.get::<HeatMaps>() else { return };
        if let Some(bound) = &maps.slots[slot(self.module)].bound {
            pass.set_pipeline(&maps.pipeline);
            pass.set_bind_group(0, bound, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

/// What the shader is told beside the numbers, its `Look`: words of 32 bits.
type Look = [u32; 16];

fn slot(module: Module) -> usize {
    usize::from(module == Module::L)
}

/// What all heat maps of a window are drawn with.
pub struct HeatMaps {
    graphics: Graphics,
    pipeline: RenderPipeline,
    /// The target turns what it is given into sRGB.
    linear: bool,
    colours: Buffer,
    worn: Option<Theme>,
    /// Bound in place of numbers that there are none of.
    nothing: Buffer,
    slots: [Slot; 2],
}

/// The buffers of one heat map.
struct Slot {
    look: Buffer,
    /// The numbers, and what is subtracted from them.
    numbers: [Held<f32>; 2],
    channels: Held<u32>,
    bound: Option<BindGroup>,
}

/// What was copied to the device.
struct Held<T>(Option<(Arc<[T]>, Buffer)>);

fn buffer(device: &Device, label: &str, size: usize, usage: BufferUsages) -> Buffer {
    let usage = usage | BufferUsages::COPY_DST;
    device.create_buffer(&BufferDescriptor { label: Some(label), size: size as u64, usage, mapped_at_creation: false })
}

impl<T: NoUninit> Held<T> {
    /// Copies what is not there yet, into the same buffer where it has the size; frees it where there is nothing to copy.
    fn hold(&mut self, device: &Device, queue: &Queue, what: Option<&Arc<[T]>>) {
        let before = self.0.take();
        let Some(what) = what else { return };
        let size = size_of_val::<[T]>(what);
        let there = match before {
            Some((held, there)) if Arc::ptr_eq(&held, what) => {
                self.0 = Some((held, there));
                return;
            }
            Some((_, there)) if there.size() == size as u64 => there,
            _ => buffer(device, "numbers", size, BufferUsages::STORAGE),
        };
        queue.write_buffer(&there, 0, bytemuck::cast_slice(what));
        self.0 = Some((what.clone(), there));
    }

    fn buffer(&self) -> Option<&Buffer> {
        self.0.as_ref().map(|(_, buffer)| buffer)
    }
}

impl HeatMaps {
    /// Makes a window ready to draw heat maps.
    pub fn install(window: &RenderState) {
        let graphics = Graphics { instance: window.instance.clone(), device: window.device.clone() };
        let maps = Self::new(graphics, window.target_format);
        window.renderer.write().callback_resources.insert(maps);
    }

    fn new(graphics: Graphics, target: TextureFormat) -> Self {
        let device = &graphics.device;
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("heat map"),
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("heat map"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("cover"),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("paint"),
                compilation_options: Default::default(),
                targets: &[Some(target.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let slot = || Slot {
            look: buffer(device, "heat map", size_of::<Look>(), BufferUsages::UNIFORM),
            numbers: [Held(None), Held(None)],
            channels: Held(None),
            bound: None,
        };
        Self {
            pipeline,
            linear: target.is_srgb(),
            colours: buffer(device, "colours", COLOURS * size_of::<[f32; 4]>(), BufferUsages::UNIFORM),
            worn: None,
            nothing: buffer(device, "nothing", 4, BufferUsages::STORAGE),
            slots: [slot(), slot()],
            graphics,
        }
    }

    /// Brings to the device what a painting needs and is not there.
    fn prepare(&mut self, queue: &Queue, painting: &Painting, pixels_per_point: f32) {
        let Self { graphics, pipeline, linear, colours, worn, nothing, slots } = self;
        let device = &graphics.device;
        if *worn != Some(painting.theme) {
            queue.write_buffer(colours, 0, bytemuck::cast_slice(&table(&painting.theme, *linear)));
            *worn = Some(painting.theme);
        }
        let slot = &mut slots[slot(painting.module)];
        let sources = [Some(&painting.now), painting.less.as_ref()];
        for (held, numbers) in slot.numbers.iter_mut().zip(sources) {
            let copied = numbers.filter(|numbers| numbers.lie(graphics).is_none());
            held.hold(device, queue, copied.map(|numbers| &numbers.copy));
        }
        slot.channels.hold(device, queue, painting.channels.as_ref());
        let nothing = &*nothing;
        let [now, less] = [0, 1].map(|i| match sources[i].and_then(|numbers| numbers.lie(graphics)) {
            Some((buffer, Place { bytes, first, stride })) => {
                let size = BufferSize::new(bytes.end - bytes.start);
                (BufferBinding { buffer, offset: bytes.start, size }, [*first, *stride])
            }
            None => (whole(slot.numbers[i].buffer().unwrap_or(nothing)), [0, painting.table[0] as u32]),
        });
        let look = painting.look(pixels_per_point, [now.1, less.1]);
        queue.write_buffer(&slot.look, 0, bytemuck::cast_slice(&look));
        let channels = whole(slot.channels.buffer().unwrap_or(nothing));
        let all = [whole(&slot.look), whole(colours), now.0, less.0, channels];
        let entry = |(binding, buffer)| BindGroupEntry { binding, resource: BindingResource::Buffer(buffer) };
        slot.bound = Some(device.create_bind_group(&BindGroupDescriptor {
            label: Some("heat map"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &(0..).zip(all).map(entry).collect::<Vec<_>>(),
        }));
    }
}

fn whole(buffer: &Buffer) -> BufferBinding<'_> {
    BufferBinding { buffer, offset: 0, size: None }
}

/// The colours of a theme as the shader takes them.
fn table(theme: &Theme, linear: bool) -> Vec<[f32; 4]> {
    let all = theme.diverging().iter().chain([&theme.wrong]);
    all.map(|colour| if linear { Rgba::from(*colour).to_array() } else { colour.to_normalized_gamma_f32() }).collect()
}

#[cfg(test)]
mod tests;
