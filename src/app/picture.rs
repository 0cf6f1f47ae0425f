//! Pictures that are becoming mazes, one after the other: how the first is read stands to be changed until the maze is taken.

use std::collections::VecDeque;
use std::sync::Arc;

use super::action::{Action, Effect};
use super::document::put;
use super::state::State;
use crate::board::maze::{Maze, Picture, Reading};

/// A picture, how it is read, and what that gives.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureDraft {
    /// What the maze will be called.
    pub name: String,
    /// The picture.
    pub picture: Arc<Picture>,
    /// How it is read.
    pub reading: Reading,
    /// The maze, or why there is none.
    pub maze: Result<Maze, String>,
    /// How many pictures were asked about before it.
    pub before: usize,
    /// Those that come after it, each with its name.
    pub waiting: VecDeque<(String, Arc<Picture>)>,
}

/// What a person does with it.
#[derive(Debug, Clone, PartialEq)]
pub enum PictureAction {
    /// Read it otherwise.
    Read(Reading),
    /// Put the maze on the board.
    Take,
    /// Leave it.
    Leave,
    /// Leave it, and all that wait.
    LeaveAll,
}

impl PictureDraft {
    /// A picture alone, read as it suggests.
    fn new(name: String, picture: Arc<Picture>) -> Self {
        let reading = picture.guess();
        let maze = picture.read(reading).map_err(|e| e.to_string());
        Self { name, picture, reading, maze, before: 0, waiting: VecDeque::new() }
    }

    /// How many pictures there are, those before it among them.
    pub fn all(&self) -> usize {
        self.before + 1 + self.waiting.len()
    }

    fn read(self, reading: Reading) -> Self {
        let maze = self.picture.read(reading).map_err(|e| e.to_string());
        Self { reading, maze, ..self }
    }

    /// The picture that comes after it.
    fn after(mut self) -> Option<Self> {
        let (name, picture) = self.waiting.pop_front()?;
        Some(Self { before: self.before + 1, waiting: self.waiting, ..Self::new(name, picture) })
    }
}

/// Begins with the reading that the picture suggests, or, where another is being looked at, later.
pub fn begin(state: &mut State, name: String, picture: Arc<Picture>) {
    match &mut state.picture {
        Some(draft) => draft.waiting.push_back((name, picture)),
        None => state.picture = Some(PictureDraft::new(name, picture)),
    }
}

/// Applies an action.
pub fn apply(state: &mut State, action: PictureAction, effects: &mut Vec<Effect>) {
    let Some(draft) = state.picture.take() else { return };
    state.picture = match (action, draft.maze.clone()) {
        (PictureAction::Read(reading), _) => Some(draft.read(reading)),
        (PictureAction::Take, Ok(maze)) => {
            take(state, maze, draft.name.clone(), effects);
            draft.after()
        }
        (PictureAction::Take, Err(_)) => Some(draft),
        (PictureAction::Leave, _) => draft.after(),
        (PictureAction::LeaveAll, _) => None,
    };
}

/// Puts a maze on the board, where the next one does not take its place.
fn take(state: &mut State, maze: Maze, name: String, effects: &mut Vec<Effect>) {
    let whole = maze.check().map_err(|e| e.to_string());
    put(state, maze.into(), name, effects);
    state.doc.spare = false;
    if let Err(why) = whole {
        state.say(false, format!("{why}."), Some(("Put the start", Action::TakeTool(super::hand::Tool::Start))));
    }
}

#[cfg(test)]
mod tests {
    use super::super::persist::Settings;
    use super::*;
    use crate::board::Kind;

    /// Five by five black and white cells, this one green.
    fn chequered(start: usize) -> Arc<Picture> {
        let colour = |i: usize| match i {
            _ if i == start => [0, 200, 0, 255],
            _ if i.is_multiple_of(2) => [0, 0, 0, 255],
            _ => [255; 4],
        };
        let rgba: Vec<u8> = (0..25).flat_map(colour).collect();
        Arc::new(Picture::new(5, 5, &rgba).unwrap())
    }

    #[test]
    fn a_picture_is_read_again_until_it_is_taken() {
        let mut state = State::new(Settings::default());
        let picture = chequered(0);
        begin(&mut state, "drawn".into(), picture.clone());
        let reading = state.picture.as_ref().unwrap().reading;
        let mut effects = Vec::new();
        apply(&mut state, PictureAction::Read(Reading { side: 50, ..reading }), &mut effects);
        apply(&mut state, PictureAction::Take, &mut effects);
        assert!(state.picture.as_ref().unwrap().maze.as_ref().unwrap_err().contains("50 x 50"));
        apply(&mut state, PictureAction::Read(Reading { side: 5, ..reading }), &mut effects);
        apply(&mut state, PictureAction::Take, &mut effects);
        assert_eq!(state.kind(), Kind::Maze);
        assert_eq!(state.board().maze().unwrap().start(), Some(0));
        assert!(state.picture.is_none() && state.toasts.iter().any(|toast| toast.text.contains("goal")));
        begin(&mut state, "drawn".into(), picture);
        apply(&mut state, PictureAction::Leave, &mut effects);
        assert!(state.picture.is_none());
    }

    #[test]
    fn pictures_opened_together_are_asked_about_one_after_the_other() {
        let mut state = State::new(Settings::default());
        let mut effects = Vec::new();
        for (name, start) in [("a", 1), ("b", 3), ("c", 5), ("d", 7), ("e", 9)] {
            begin(&mut state, name.into(), chequered(start));
        }
        let shown = |state: &State| state.picture.as_ref().map(|draft| (draft.name.clone(), draft.before, draft.all()));
        let whole = |state: &State| {
            let reading = Reading { side: 5, ..state.picture.as_ref().unwrap().reading };
            PictureAction::Read(reading)
        };
        assert_eq!(shown(&state), Some(("a".into(), 0, 5)));
        for _ in 0..2 {
            let read = whole(&state);
            apply(&mut state, read, &mut effects);
            apply(&mut state, PictureAction::Take, &mut effects);
        }
        assert_eq!(shown(&state), Some(("c".into(), 2, 5)));
        apply(&mut state, PictureAction::Leave, &mut effects);
        assert_eq!(shown(&state), Some(("d".into(), 3, 5)));
        let starts = |name: &str| {
            let doc = state.documents().find(|doc| doc.title == name)?;
            doc.board().maze()?.start()
        };
        assert_eq!((starts("a"), starts("b"), starts("c")), (Some(1), Some(3), None), "each in a tab of its own");
        apply(&mut state, PictureAction::LeaveAll, &mut effects);
        assert_eq!(shown(&state), None);
        begin(&mut state, "f".into(), chequered(1));
        assert_eq!(shown(&state), Some(("f".into(), 0, 1)));
    }
}
