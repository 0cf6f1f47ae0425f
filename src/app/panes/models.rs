//! The lists of models and devices, for the library and for menus.

use eframe::egui::Ui;
use lucide_icons::Icon;

use super::super::action::Action;
use super::super::command::{CommandId, command};
use super::super::widgets::Row;
use super::Cx;
use super::recent;
use crate::board::Board;
use crate::engine::{DeviceInfo, ModelSource, shipped_boards};
use crate::task::{Boards, fits};

/// The models to choose from: name, what it is, source.
fn choices(cx: &Cx<'_>) -> Vec<(String, String, ModelSource)> {
    let state = cx.state;
    let mut all: Vec<(String, String, ModelSource)> = state
        .shipped()
        .map(|name| (name.to_owned(), "shipped".to_owned(), ModelSource::Shipped(name.to_owned())))
        .collect();
    for path in &state.settings.recent {
        let name = path.file_stem().map_or_else(|| path.display().to_string(), |s| s.to_string_lossy().into_owned());
        all.push((name, "file".to_owned(), ModelSource::Path(path.clone())));
    }
    all.sort_by_key(|(_, _, source)| made_for(cx, source).map_or((0, 0), |boards| distance(state.board(), boards)));
    for (name, detail, source) in &mut all {
        if let Some(boards) = made_for(cx, source).filter(|boards| !fits(state.board(), *boards)) {
            *detail = reach(state.board(), boards);
        }
        if let Some(model) = state.model.as_ref().filter(|m| m.source == *source) {
            name.clone_from(&model.name);
            *detail = parameters(model.parameters);
        }
        if state.loading.as_ref() == Some(source) {
            "loading…".clone_into(detail);
        }
    }
    all
}

/// How far a model is from answering a board: those that fit come first, then those of its task by the difference in size,
/// then all others.
fn distance(board: &Board, boards: Boards) -> (u8, usize) {
    let (rows, cols) = board.size();
    match boards.kind() == board.kind() {
        _ if fits(board, boards) => (0, 0),
        true => (1, boards.side().abs_diff(rows.max(cols))),
        false => (2, 0),
    }
}

/// In two words, what a model answers that does not answer this board.
fn reach(board: &Board, boards: Boards) -> String {
    match boards {
        _ if boards.kind() != board.kind() => boards.kind().to_string(),
        Boards::Sudoku(shape) => format!("{shape} only"),
        Boards::Maze { side } | Boards::Arc { side } => format!("≤ {side}x{side}"),
    }
}

/// A number of weights, short: `27.3 M`.
pub fn parameters(count: usize) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{:.0} k", count as f64 / 1e3),
        _ => format!("{:.1} M", count as f64 / 1e6),
    }
}

/// What a model was made for, where it is known before it is loaded.
fn made_for(cx: &Cx<'_>, source: &ModelSource) -> Option<Boards> {
    match source {
        ModelSource::Shipped(name) => shipped_boards(name),
        ModelSource::Path(_) => cx.state.known.iter().find(|(known, _)| known == source).map(|(_, boards)| *boards),
    }
}

/// The list of models, those that fit the board first, then those of its task, for the library and for menus.
pub fn models(ui: &mut Ui, cx: &mut Cx<'_>) {
    for (name, detail, source) in choices(cx) {
        if let ModelSource::Path(path) = &source
            && let Some(trouble) = recent::trouble(cx, path)
        {
            recent::missing(ui, cx, trouble, &name, Action::UseModel(source.clone()));
            continue;
        }
        let active = cx.state.model.as_ref().is_some_and(|m| m.source == source);
        let mut tip = match &source {
            ModelSource::Shipped(_) => "A model that this program carries".to_owned(),
            ModelSource::Path(path) => path.display().to_string(),
        };
        if let Some(boards) = made_for(cx, &source) {
            tip += &format!("\nMade for {boards} boards");
        }
        let mark = if active { cx.theme.h } else { cx.theme.faint };
        let row = Row { icon: Icon::Diamond, mark, name: &name, detail: &detail, active, tip: &tip };
        if row.show(ui, cx.theme).clicked() {
            cx.actions.push(Action::UseModel(source));
            ui.close();
        }
    }
    let row = Row {
        icon: Icon::FolderOpen,
        mark: cx.theme.secondary,
        name: "Open a checkpoint…",
        detail: "",
        active: false,
        tip: command(CommandId::Open).tip,
    };
    if row.show(ui, cx.theme).clicked() {
        cx.actions.push(Action::Open);
        ui.close();
    }
}

/// The list of devices, for the library and for menus.
pub fn devices(ui: &mut Ui, cx: &mut Cx<'_>) {
    let known = cx.state.devices.clone();
    let here = cx.state.device.clone();
    for device in if known.is_empty() { vec![here.clone()] } else { known } {
        let active = device == here;
        let mark = if active { cx.theme.right } else { cx.theme.faint };
        let tip = format!("{}: {}, {} ({})", device.id, device.name, device.kind, device.api);
        let icon = if device.id == "cpu" { Icon::Cpu } else { Icon::Gpu };
        let row = Row { icon, mark, name: short(&device), detail: &device.api, active, tip: &tip };
        if row.show(ui, cx.theme).clicked() {
            cx.actions.push(Action::UseDevice(device.id.clone()));
            ui.close();
        }
    }
}

/// A device's name without what the driver adds in brackets.
pub fn short(device: &DeviceInfo) -> &str {
    device.name.split(" (").next().unwrap_or(&device.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::maze::Maze;
    use crate::board::sudoku::{Shape, Sudoku};

    #[test]
    fn models_of_the_boards_task_come_next_the_nearest_size_first() {
        let board = Board::from(Maze::blank(20).unwrap());
        let mut all = [
            Boards::Sudoku(Shape::ALL[2]),
            Boards::Maze { side: 9 },
            Boards::Maze { side: 30 },
            Boards::Arc { side: 20 },
            Boards::Maze { side: 15 },
        ];
        all.sort_by_key(|boards| distance(&board, *boards));
        let told: Vec<String> = all.iter().map(|boards| reach(&board, *boards)).collect();
        assert_eq!(told[1..], ["≤ 15x15", "≤ 9x9", "Sudoku", "ARC"]);
        assert_eq!(all[0], Boards::Maze { side: 30 }, "it fits");
        let board = Board::from(Sudoku::blank(Shape::ALL[0]));
        assert_eq!(reach(&board, Boards::Sudoku(Shape::ALL[2])), "9x9 only");
    }

    #[test]
    fn parameters_are_written_short() {
        assert_eq!(parameters(512), "512");
        assert_eq!(parameters(91_000), "91 k");
        assert_eq!(parameters(27_300_000), "27.3 M");
    }

    #[test]
    fn device_names_lose_their_brackets() {
        let device = DeviceInfo { name: "llvmpipe (LLVM 15.0.6, 256 bits)".into(), ..DeviceInfo::cpu() };
        assert_eq!(short(&device), "llvmpipe");
    }
}
