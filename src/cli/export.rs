//! `export`: the reasoning in a trace file as a moving picture.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::checkpoint::open_for;
use crate::export::{Animation, Format, TraceFile};
use crate::figure::png;
use crate::files;
use crate::model::Hrm;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A trace file, as `hrmscope trace` and `solve --trace` write it.
    #[arg(long, value_name = "T")]
    trace: PathBuf,
    /// What to write: X.gif, or X.png (X.apng): an animated PNG, whose still picture is the last moment.
    #[arg(long, value_name = "X")]
    out: PathBuf,
    /// The model, for the read-outs within segments; default: the one that the trace names. Without it the board changes at
    /// the segments' ends alone.
    #[arg(long)]
    checkpoint: Option<String>,
    /// Which board of the trace, counted from 0.
    #[arg(long, default_value_t = 0)]
    row: usize,
    /// One still PNG: the moment after so many micro-steps.
    #[arg(long, value_name = "N")]
    step: Option<usize>,
    /// Pixels along one side of the board.
    #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(u16).range(64..=4096))]
    size: u16,
    /// How long a picture stands, milliseconds.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u16).range(20..=10_000))]
    delay_ms: u16,
    /// Dark colours.
    #[arg(long)]
    dark: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let format = format(&arguments.out)?;
    let trace = TraceFile::open(&arguments.trace)?;
    let boards = trace.boards().with_context(|| {
        let (cells, tokens) = (trace.config.seq_len, trace.config.vocab);
        format!("no task here has boards of {cells} cells and {tokens} tokens, so they cannot be drawn")
    })?;
    let model = model(arguments.checkpoint.as_deref(), &trace)?;
    let recording = trace.recording(arguments.row, model.as_ref())?;
    let inputs = trace.inputs(arguments.row);
    if inputs.is_none() {
        eprintln!("the trace does not say which boards were asked: all cells are drawn as answers");
    }
    let (name, hash) = trace.checkpoint();
    let notes = [
        ("model", format!("{}, sha256 {}", name.unwrap_or("unknown"), hash.unwrap_or("unknown"))),
        ("trace", arguments.trace.display().to_string()),
        ("row", arguments.row.to_string()),
        ("program", concat!("hrmscope ", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    let animation = Animation {
        recording: &recording,
        boards,
        inputs: inputs.as_deref(),
        dark: arguments.dark,
        size: arguments.size,
        delay_ms: arguments.delay_ms,
        notes: notes.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    };
    let frames = match arguments.step {
        Some(step) => still(&animation, step, format, &arguments.out)?,
        None => moving(&animation, format, &arguments.out)?,
    };
    let bytes = std::fs::metadata(&arguments.out).map(|file| file.len())?;
    if arguments.json {
        let read_out = model.is_some();
        println!(
            "{}",
            json!({ "frames": frames, "bytes": bytes, "segments": trace.segments, "read_out": read_out, "out": arguments.out })
        );
    } else {
        eprintln!("{} written: {}, {} KiB", arguments.out.display(), pictures(frames), bytes.div_ceil(1024));
    }
    Ok(())
}

fn pictures(count: usize) -> String {
    if count == 1 { "1 picture".to_owned() } else { format!("{count} pictures") }
}

fn format(out: &Path) -> anyhow::Result<Format> {
    match out.extension().and_then(|e| e.to_str()).map(str::to_lowercase).as_deref() {
        Some("gif") => Ok(Format::Gif),
        Some("png" | "apng") => Ok(Format::Apng),
        _ => bail!("{} must end in .gif, .png or .apng, so that the format is known", out.display()),
    }
}

/// The model that was named, or that the trace names if it is still the same; None where that one is not at hand.
fn model(named: Option<&str>, trace: &TraceFile) -> anyhow::Result<Option<Hrm>> {
    let Some(name) = named else {
        return Ok(match trace.model() {
            Ok((model, _)) => Some(model),
            Err(why) => {
                eprintln!("{why}: the board changes at the segments' ends alone; --checkpoint names the model");
                None
            }
        });
    };
    let checkpoint = open_for(name, Some(trace.config.seq_len))?;
    if trace.checkpoint().1.is_some_and(|hash| hash != checkpoint.hash) {
        bail!("{name} is not the model of this trace: their SHA-256 differ");
    }
    Ok(Some(checkpoint.model(&Device::flex())?))
}

/// Writes one moment.
fn still(animation: &Animation<'_>, step: usize, format: Format, out: &Path) -> anyhow::Result<usize> {
    ensure!(format == Format::Apng, "--step writes a PNG: let --out end in .png");
    let last = animation.frames() - 1;
    ensure!(step <= last, "the trace has {last} micro-steps: --step {step} is beyond them");
    files::write_atomic(out, &png(&animation.pixels(step)?, &animation.notes)?)?;
    Ok(1)
}

/// Writes all moments under a progress bar.
fn moving(animation: &Animation<'_>, format: Format, out: &Path) -> anyhow::Result<usize> {
    let frames = animation.frames();
    eprintln!("{}, about {} KiB", pictures(frames), animation.estimate(format)?.div_ceil(1024));
    let bar = ProgressBar::new(frames as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} pictures, {eta} left")?);
    let mut watch = |done: usize| {
        bar.set_position(done as u64);
        ControlFlow::Continue(())
    };
    files::write_streamed(out, |to| animation.write(format, to, &mut watch))?;
    bar.finish_and_clear();
    Ok(frames)
}
