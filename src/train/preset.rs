//! Named configurations that are known to learn; each is a file under `assets/presets/`.

use super::run::RunConfig;

/// The presets, smallest first: name and file.
pub const PRESETS: &[(&str, &str)] = &[
    ("sudoku-4x4", include_str!("../../assets/presets/sudoku-4x4.json")),
    ("sudoku-6x6", include_str!("../../assets/presets/sudoku-6x6.json")),
    ("sudoku-9x9", include_str!("../../assets/presets/sudoku-9x9.json")),
];

/// The preset of this name, with every seed derived from `seed`; None when there is none, or its file is damaged (a test
/// reads them all).
pub fn named(name: &str, seed: u64) -> Option<RunConfig> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    let mut config: RunConfig = serde_json::from_str(text).ok()?;
    config.initializer.seed = seed;
    config.train.seed = seed;
    Some(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_read() {
        for (name, text) in PRESETS {
            let config =
                named(name, 1).unwrap_or_else(|| panic!("{name}: {:?}", serde_json::from_str::<RunConfig>(text)));
            config.model.validate().unwrap();
            assert!(config.model.h_cycles >= 2 && config.model.l_cycles >= 2, "the clock is what is shown");
        }
        assert!(named("nothing", 1).is_none());
    }
}
