use crate::engine::list;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON array on standard output.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let devices = list();
    if arguments.json {
        println!("{}", serde_json::to_string(&devices)?);
    } else {
        for device in devices {
            println!("{:8} {} ({}, {})", device.id, device.name, device.kind, device.api);
        }
    }
    Ok(())
}
