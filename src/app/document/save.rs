//! Saving documents in files, in their text forms.

use std::path::PathBuf;

use super::super::action::{Action, Effect};
use super::super::edit::end_stroke;
use super::super::figures::Judged;
use super::super::state::State;
use super::tabs::close;
use crate::board::maze::MazePuzzle;
use crate::board::sudoku::Solutions;
use crate::board::{Board, Kind};

/// A document on its way into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// The document.
    pub id: u64,
    /// The board as it is written.
    pub board: Board,
    /// The file; where a person is asked, the one to begin with.
    pub path: PathBuf,
}

impl Saving {
    /// What is written: by the file's ending a puzzle file (`.csv`), or the board's own text form.
    ///
    /// # Errors
    /// The board has no single answer, which a puzzle file needs.
    pub fn text(&self) -> Result<String, String> {
        let table = self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if let Board::Arc(sheet) = &self.board
            && !table
        {
            let before = std::fs::read_to_string(&self.path).unwrap_or_default();
            return Ok(sheet.task().to_json_in(&before));
        }
        if !table {
            return Ok(self.board.to_text());
        }
        let source = title_of(&self.path).replace([',', '"', '\n'], " ");
        let row = csv_row(&self.board, Some(&Judged::of(&self.board)))
            .map_err(|why| format!("cannot write {}: {why}", self.path.display()))?;
        Ok(format!("source,question,answer,rating\n{source},{row}\n"))
    }

    /// The forms that the board can be saved in: a name and its file endings, the usual one first.
    pub fn forms(&self) -> &'static [(&'static str, &'static [&'static str])] {
        match self.board.kind() {
            Kind::Arc => &[("ARC JSON", &["json"])],
            _ => &[("Text", &["txt"]), ("Puzzle CSV with the answer", &["csv"])],
        }
    }
}

/// `question,answer,rating`, as puzzle files have them.
///
/// # Errors
/// The board has no single answer.
pub(in super::super) fn csv_row(board: &Board, judged: Option<&Judged>) -> Result<String, String> {
    match (board, judged) {
        (Board::Sudoku(sheet), Some(Judged::Sudoku { solutions: Solutions::Unique(solution), rating })) => {
            Ok(format!("{},{},{rating}", sheet.board().to_text(), solution.to_text()))
        }
        (Board::Sudoku(_), Some(Judged::Sudoku { solutions, .. })) => {
            Err(format!("a puzzle file holds the answer, and this board has {solutions}: save it as text"))
        }
        (Board::Maze(maze), _) => MazePuzzle::solve(maze.clone())
            .map(|puzzle| format!("{},{},{}", maze.to_text(), puzzle.answer_text(), puzzle.steps()))
            .map_err(|why| format!("a puzzle file holds the answer, and {why}: save it as text")),
        (Board::Sudoku(_), _) => Err("the solver is still at it: try again".to_owned()),
        (Board::Arc(_), _) => Err("ARC tasks are saved as JSON: choose a name that ends in .json".to_owned()),
    }
}

/// Saves a document, or the one that is shown: into its own file, or, where it has none or `elsewhere` is wanted, where a
/// person says.
pub(in super::super) fn save(state: &mut State, id: Option<u64>, elsewhere: bool, effects: &mut Vec<Effect>) {
    end_stroke(state);
    let Some(doc) = state.document(id.unwrap_or(state.doc.id)) else { return };
    let (id, board) = (doc.id, doc.board().clone());
    effects.push(match doc.path.clone() {
        Some(path) if !elsewhere => Effect::Write(Saving { id, board, path }),
        path => {
            let name = match board.kind() {
                Kind::Sudoku => "puzzle.txt",
                Kind::Maze => "maze.txt",
                Kind::Arc => "task.json",
            };
            Effect::AskSave(Saving { id, board, path: path.unwrap_or_else(|| name.into()) })
        }
    });
}

/// It was written, or not.
pub(in super::super) fn saved(state: &mut State, saving: Saving, done: Result<(), String>, effects: &mut Vec<Effect>) {
    let Saving { id, board, path } = saving;
    if let Err(message) = done {
        not_saved(state, id);
        let text = format!("{message}. The board stays open and unsaved: save it elsewhere.");
        return state.say(true, text, Some(("Save elsewhere…", Action::SaveAs(Some(id)))));
    }
    state.say(false, format!("The board is saved as {}.", path.display()), None);
    state.settings.remember_board(path.clone());
    effects.push(Effect::FindMissing(state.settings.all_recent()));
    let Some(doc) = state.document_mut(id) else { return };
    if doc.path.as_ref() != Some(&path) {
        doc.title = title_of(&path);
    }
    (doc.path, doc.saved) = (Some(path), Some(board));
    doc.spare = false;
    // What was edited meanwhile is not in the file.
    if std::mem::take(&mut doc.closes) && !doc.unsaved() {
        close(state, id, effects);
    }
}

/// A person changed their mind, or the disk refused.
pub(in super::super) fn not_saved(state: &mut State, id: u64) {
    if let Some(doc) = state.document_mut(id) {
        doc.closes = false;
    }
}

/// What a file's board is called.
pub(in super::super) fn title_of(path: &std::path::Path) -> String {
    path.file_stem().map_or_else(|| "Board".into(), |stem| stem.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::arc::Sheet;
    use crate::board::maze::Maze;
    use crate::board::sudoku::Sudoku;
    use crate::dataset::browse;

    fn saving(board: impl Into<Board>, path: &str) -> Saving {
        Saving { id: 0, board: board.into(), path: path.into() }
    }

    #[test]
    fn the_ending_says_whether_a_puzzle_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.csv");
        let sudoku = Sudoku::parse("1.34341221434321", None).unwrap();
        let maze = Maze::parse("S #\n# #\n#G ").unwrap();
        for board in [Board::from(sudoku.clone()), Board::from(maze)] {
            let saving = Saving { id: 0, board, path: path.clone() };
            std::fs::write(&path, saving.text().unwrap()).unwrap();
            let found = browse(&path, 5).unwrap();
            assert!(found.specimens[0].board == saving.board && found.specimens[0].answer.is_some());
            assert_eq!(found.specimens[0].source, "one");
        }
        assert_eq!(saving(sudoku.clone(), "one.txt").text().unwrap(), sudoku.to_rows());
    }

    #[test]
    fn what_has_no_single_answer_is_no_puzzle_file() {
        let said = |board: Board| saving(board, "/a/one.CSV").text().unwrap_err();
        let several = said(Sudoku::parse("................", None).unwrap().into());
        assert!(several.contains("/a/one.CSV") && several.contains("several solutions"), "{several}");
        assert!(said(Maze::parse_draft("S##\n###\n##G").unwrap().into()).contains("no way leads"));
        assert!(said(Board::Arc(Sheet::default())).contains(".json"));
    }
}
