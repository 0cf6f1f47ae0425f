use serde_json::json;

use crate::checkpoint::open_for;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A checkpoint file or run folder.
    checkpoint: String,
    /// Board cells, for a rotary model without `dataset.json`.
    #[arg(long, value_name = "N")]
    cells: Option<usize>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let checkpoint = open_for(&arguments.checkpoint, arguments.cells)?;
    let report = checkpoint.report();
    let parameters: usize = checkpoint.state.values().map(|raw| raw.shape.iter().product::<usize>()).sum();
    if arguments.json {
        let tensors: Vec<_> = checkpoint
            .state
            .iter()
            .map(|(name, raw)| json!({"name": name, "shape": raw.shape, "dtype": raw.dtype}))
            .collect();
        let object = json!({
            "architecture": "hrm", "config": checkpoint.config, "parameters": parameters, "tensors": tensors,
            "missing": report.missing, "unexpected": report.unexpected, "misshapen": report.misshapen,
            "sha256": checkpoint.hash,
        });
        println!("{object}");
    } else {
        println!("{}: HRM, {parameters} parameters, sha256 {}", checkpoint.name(), &checkpoint.hash[..12]);
        println!("{}", serde_json::to_string_pretty(&checkpoint.config)?);
        for (name, raw) in &checkpoint.state {
            println!("{name:48} {:6} {:?}", raw.dtype, raw.shape);
        }
        for problem in report.problems() {
            println!("does not fit: {problem}");
        }
        for name in &report.unexpected {
            println!("left over: {name}");
        }
    }
    let problems = report.problems();
    anyhow::ensure!(problems.is_empty(), "{} cannot be run: {}", checkpoint.path.display(), problems.join("; "));
    Ok(())
}
