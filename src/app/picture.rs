//! A picture that is becoming a maze: how it is read stands to be changed until the maze is taken.

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
}

/// Begins with the reading that the picture suggests.
pub fn begin(state: &mut State, name: String, picture: Arc<Picture>) {
    let reading = picture.guess();
    let maze = picture.read(reading).map_err(|e| e.to_string());
    state.picture = Some(PictureDraft { name, picture, reading, maze });
}

/// Applies an action.
pub fn apply(state: &mut State, action: PictureAction, effects: &mut Vec<Effect>) {
    let Some(draft) = state.picture.take() else { return };
    match (action, draft) {
        (PictureAction::Read(reading), draft) => {
            let maze = draft.picture.read(reading).map_err(|e| e.to_string());
            state.picture = Some(PictureDraft { reading, maze, ..draft });
        }
        (PictureAction::Take, PictureDraft { name, maze: Ok(maze), .. }) => {
            let whole = maze.check().map_err(|e| e.to_string());
            put(state, maze.into(), name, effects);
            if let Err(why) = whole {
                state.say(
                    false,
                    format!("{why}."),
                    Some(("Put the start", Action::TakeTool(super::hand::Tool::Start))),
                );
            }
        }
        (PictureAction::Take, draft) => state.picture = Some(draft),
        (PictureAction::Leave, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::persist::Settings;
    use super::*;
    use crate::board::Kind;

    #[test]
    fn a_picture_is_read_again_until_it_is_taken() {
        let mut state = State::new(Settings::default());
        // Five by five black and white columns, the first cell green.
        let mut rgba: Vec<u8> = (0..25).flat_map(|i| if i % 2 == 0 { [0, 0, 0, 255] } else { [255; 4] }).collect();
        rgba[..4].copy_from_slice(&[0, 200, 0, 255]);
        let picture = Arc::new(Picture::new(5, 5, &rgba).unwrap());
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
}
