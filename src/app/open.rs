//! What an opened or dropped file is: decided by its content, never by its name.

mod folder;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::trace::Traced;
use crate::board::maze::Picture;
use crate::board::{Found, read};
use crate::dataset::{Collection, DataError, Specimen, browse};
use crate::export::is_trace;
use crate::figure::Pixels;

/// The most bytes that are read as text at once; longer files are read as sets, up to [`MOST_PUZZLES`].
const LARGEST_TEXT: u64 = 16 * 1024 * 1024;
/// The most puzzles of a set that are shown.
const MOST_PUZZLES: usize = 5000;
/// How a picture begins.
const PNG: &[u8] = b"\x89PNG";
/// What people may open.
const FORMS: &str = "a Sudoku of 16, 36 or 81 cells (`.` for a blank), a maze of `# SG` or as PNG, an ARC task as JSON";

/// A file that was recognised.
#[derive(Debug, Clone)]
pub enum Opened {
    /// Boards in their text forms; of [`look`] one alone.
    Boards(Found),
    /// Many puzzles.
    Set(Collection),
    /// A picture of a maze.
    Picture(Arc<Picture>),
    /// A run folder, to be watched.
    Run(PathBuf),
    /// Runs that were recorded.
    Trace(Traced),
    /// A checkpoint, or a folder of them, for the engine to load.
    Checkpoint(PathBuf),
}

/// A file that cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The disk refused.
    #[error("{path} cannot be read: {why}. Check that it exists and that you may read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// A set that is damaged.
    #[error("{path} is a set of puzzles that cannot be read: {why}")]
    Set {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and where.
        why: String,
    },
    /// A trace file that is damaged, or of boards that are not known here.
    #[error("{path} is a trace file that cannot be opened: {why}")]
    Trace {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A picture that is no maze.
    #[error("{path} is a picture, but shows no maze: {why}")]
    NoMaze {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A text that is no board.
    #[error("{path} holds no puzzle that can be read: {why}. What can be opened: {}", FORMS)]
    NoPuzzle {
        /// The file.
        path: PathBuf,
        /// Why it is no board.
        why: String,
    },
    /// Neither a text nor a checkpoint.
    #[error(
        "{path} is neither a puzzle nor a checkpoint: it is not text, and starts like neither a PyTorch nor a safetensors file. What can be opened: {}, or a checkpoint",
        FORMS
    )]
    Neither {
        /// The file.
        path: PathBuf,
    },
    /// A folder without anything to open.
    #[error(
        "{path} holds neither puzzles nor a checkpoint: {why}. A folder of puzzles has files of them in it ({}), a checkpoint's a `step_N` file or a run's `checkpoints`",
        FORMS
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        why: String,
    },
}

impl OpenError {
    /// The reason, without what could be opened instead.
    fn why(&self) -> String {
        match self {
            Self::Unreadable { why, .. } => why.to_string(),
            Self::Set { why, .. }
            | Self::Trace { why, .. }
            | Self::NoMaze { why, .. }
            | Self::NoPuzzle { why, .. }
            | Self::Nothing { why, .. } => why.clone(),
            Self::Neither { .. } => "it is not text".to_owned(),
        }
    }
}

/// Looks into a file or folder.
///
/// # Errors
/// [`OpenError`] says which file, what it is not, and what would be.
pub fn look(path: &Path) -> Result<Opened, OpenError> {
    if crate::train::watch::is_run(path) {
        return Ok(Opened::Run(path.to_owned()));
    }
    if path.is_dir() {
        return folder::look(path);
    }
    look_at_file(path).map(|opened| match opened {
        Opened::Boards(found) => gathered(found),
        other => other,
    })
}

/// Looks into a file, whose boards may be several.
fn look_at_file(path: &Path) -> Result<Opened, OpenError> {
    let unreadable = |why| OpenError::Unreadable { path: path.to_owned(), why };
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(unreadable)?;
    file.by_ref().take(LARGEST_TEXT).read_to_end(&mut bytes).map_err(unreadable)?;
    if is_trace(&bytes) {
        drop(bytes);
        let refused = |why| OpenError::Trace { path: path.to_owned(), why };
        return super::trace::read(path).map(Opened::Trace).map_err(refused);
    }
    let (table, long) = (is_table(&bytes), bytes.len() as u64 == LARGEST_TEXT);
    let several = || browse(path, MOST_PUZZLES).map(|set| Some(set).filter(|set| set.specimens.len() > 1));
    // With its answers, where it has any that can be read.
    if table && let Ok(Some(set)) = several() {
        return Ok(Opened::Set(set));
    }
    match recognise(path, bytes) {
        Ok(Opened::Boards(found)) if !found.plain && !table => Ok(match several() {
            Ok(Some(set)) => Opened::Set(set),
            _ => Opened::Boards(found),
        }),
        // Solutions, say, with their challenges beside them.
        Err(no_board @ OpenError::NoPuzzle { .. }) => match several() {
            Ok(Some(set)) => Ok(Opened::Set(set)),
            Err(why) if table || long => Err(damaged(path, &why)),
            _ => Err(no_board),
        },
        other => other,
    }
}

fn damaged(path: &Path, why: &DataError) -> OpenError {
    OpenError::Set { path: path.to_owned(), why: why.to_string() }
}

/// Whether a file begins with the header of a puzzle file.
fn is_table(bytes: &[u8]) -> bool {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let header = String::from_utf8_lossy(header);
    let has = |name: &str| {
        let bare = |field: &str| field.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\u{feff}') == name;
        header.split(',').any(bare)
    };
    has("question") && has("answer")
}

/// Many boards make a set; what is right is found by the solver.
pub(super) fn gathered(found: Found) -> Opened {
    if found.boards.len() < 2 { Opened::Boards(found) } else { Opened::Set(collected(found)) }
}

fn collected(found: Found) -> Collection {
    let specimens = found.boards.into_iter().map(|(name, board)| Specimen::solved(name, board)).collect();
    let left_out = (found.left_out > 0)
        .then(|| format!("{} rows or tasks hold no board, or are too many, and were left out.", found.left_out));
    Collection { specimens, notes: left_out.into_iter().collect() }
}

/// What the content of a file is.
fn recognise(path: &Path, bytes: Vec<u8>) -> Result<Opened, OpenError> {
    if is_checkpoint(&bytes) {
        return Ok(Opened::Checkpoint(path.to_owned()));
    }
    if bytes.starts_with(PNG) {
        let no_maze = |why: String| OpenError::NoMaze { path: path.to_owned(), why };
        let pixels = Pixels::from_png(&bytes).map_err(|e| no_maze(e.to_string()))?;
        let picture = Picture::new(pixels.width as usize, pixels.height as usize, &pixels.rgba);
        return picture.map(|picture| Opened::Picture(Arc::new(picture))).map_err(|e| no_maze(e.to_string()));
    }
    let no_puzzle = |why: String| OpenError::NoPuzzle { path: path.to_owned(), why };
    if bytes.contains(&0) {
        return Err(OpenError::Neither { path: path.to_owned() });
    }
    if bytes.len() as u64 == LARGEST_TEXT {
        return Err(no_puzzle(format!("the text is longer than {} MiB", LARGEST_TEXT >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| OpenError::Neither { path: path.to_owned() })?;
    read(&text).map(Opened::Boards).map_err(|e| no_puzzle(e.to_string()))
}

/// Pickles and their zip archives start with these bytes; safetensors with the length of a JSON object.
fn is_checkpoint(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0x80]) || bytes.get(8) == Some(&b'{') && bytes[7] == 0
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn look_at(bytes: &[u8]) -> Result<Opened, OpenError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        std::fs::write(&path, bytes).unwrap();
        look(&path)
    }

    #[test]
    fn content_decides() {
        let board = |bytes: &[u8]| match look_at(bytes) {
            Ok(Opened::Boards(found)) => found.boards[0].1.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(board(b"1234 3412 2143 4321"), "4x4 Sudoku");
        assert_eq!(board(b"S #\n# #\n#G "), "3x3 maze");
        assert_eq!(board(br#"{"train":[],"test":[{"input":[[1,2]]}]}"#), "1x2 ARC grid");
        assert_eq!(board(b"source,question,answer,rating\na,S ## ##G ,x,3"), "3x3 maze");
        assert!(matches!(look_at(b"PK\x03\x04rest"), Ok(Opened::Checkpoint(_))));
        assert!(matches!(look_at(b"\x80\x02rest"), Ok(Opened::Checkpoint(_))));
        assert!(matches!(look_at(b"\x10\0\0\0\0\0\0\0{\"a\":1}"), Ok(Opened::Checkpoint(_))));
    }

    #[test]
    fn many_puzzles_are_a_set_with_their_answers() {
        let set = |bytes: &[u8]| match look_at(bytes) {
            Ok(Opened::Set(set)) => set,
            other => panic!("{other:?}"),
        };
        let row = "a,1.34341221434321,1234341221434321,5\n";
        let table = set(format!("\"source\",question,\"answer\",rating\r\n{row}{row}").as_bytes());
        assert_eq!((table.specimens.len(), table.specimens[1].rating), (2, Some(5)));
        // An answer that cannot be read leaves the boards, which the solver answers.
        let broken = set(format!("source,question,answer,rating\n{row}b,1.34341221434321,x,1\nc,d\n").as_bytes());
        assert!(broken.specimens.len() == 2 && broken.specimens.iter().all(|one| one.answer.is_some()));
        assert!(broken.notes[0].starts_with("1 rows or tasks hold no board"), "{:?}", broken.notes);
        let task = r#"{"train":[],"test":[{"input":[[1]],"output":[[2]]}]}"#;
        let tasks = set(format!(r#"{{"a":{task},"b":{task}}}"#).as_bytes());
        assert_eq!(tasks.specimens[1].name.as_deref(), Some("b"));
        // One task alone is a board, however many test inputs it has.
        let two = br#"{"train":[],"test":[{"input":[[1]]},{"input":[[2]]}]}"#;
        assert!(matches!(look_at(two), Ok(Opened::Boards(found)) if found.plain));
    }

    #[test]
    fn a_picture_is_opened_as_a_maze_or_refused() {
        let picture = |width: u32, height: u32| {
            let pixels = Pixels { width, height, rgba: vec![90; (width * height * 4) as usize] };
            crate::figure::png(&pixels, &[]).unwrap()
        };
        assert!(matches!(look_at(&picture(20, 20)), Ok(Opened::Picture(_))));
        let message = look_at(&picture(20, 40)).unwrap_err().to_string();
        assert!(message.contains("file.txt") && message.contains("20 x 40"), "{message}");
        let whole = picture(20, 20);
        for end in 4..whole.len() {
            assert!(look_at(&whole[..end]).is_err() || end > whole.len() - 16, "{end}");
        }
    }

    #[test]
    fn two_thousand_damaged_files_of_each_form_are_boards_or_a_reason() {
        let picture = Pixels { width: 12, height: 12, rgba: (0..576).map(|i| (i * 37 % 251) as u8).collect() };
        let forms: [&[u8]; 8] = [
            b"..3.1.2...6..5.4........1..5..3.....7...2..9....8..4....6........3.8..5...1.7.9..",
            b"1 2 | . 4\n3 . | 1 2\n----+----\n. 1 | 4 3\n4 3 | . 1\n",
            b"source,question,answer,rating\na,1..4341221434321,1234341221434321,4\nb,S ## ##G ,SoG,3\n",
            b"S  #\n # #\n #  \n # G\n",
            br#"{"train":[{"input":[[1,2],[3,4]],"output":[[2]]}],"test":[{"input":[[3]],"output":[[4]]}]}"#,
            br#"{"a":{"train":[],"test":[{"input":[[1,0],[0,1]]}]},"b":{"train":[],"test":[{"input":[[9]]}]}}"#,
            &crate::figure::png(&picture, &[("about".into(), "noise".into())]).unwrap(),
            b"\x10\0\0\0\0\0\0\0{\"a\":1}        ",
        ];
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for (form, whole) in forms.iter().enumerate() {
            let mut opened = 0;
            for case in 0..2000 {
                let mut bytes = whole.to_vec();
                for _ in 0..rng.random_range(1..=3) {
                    let at = rng.random_range(0..bytes.len().max(1)).min(bytes.len());
                    let end = (at + rng.random_range(0..9)).min(bytes.len());
                    match rng.random_range(0..5) {
                        0 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
                        1 => drop(bytes.drain(at..end)),
                        2 => bytes.truncate(at.max(1)),
                        3 => {
                            let again = bytes[at..end].repeat(rng.random_range(1..300));
                            bytes.splice(at..at, again);
                        }
                        _ => drop(bytes.splice(at..end, [b"9,[#S\xff"[rng.random_range(0..6)]])),
                    }
                }
                match recognise(Path::new("file.txt"), bytes) {
                    Ok(Opened::Boards(found)) => {
                        opened += 1;
                        for (_, board) in found.boards {
                            // Whatever it is, it is a board that can be shown, judged and written.
                            let _ = (board.size(), board.to_text(), super::super::figures::Judged::of(&board));
                        }
                    }
                    Ok(Opened::Picture(picture)) => {
                        opened += 1;
                        let _ = picture.read(picture.guess());
                    }
                    Ok(_) => opened += 1,
                    Err(error) => assert!(error.to_string().contains("file.txt"), "form {form}, case {case}: {error}"),
                }
            }
            assert!((1..2000).contains(&opened), "form {form}: {opened} of 2000 were opened");
        }
    }

    #[test]
    fn a_trace_is_known_by_its_tensors_and_two_thousand_damaged_ones_are_refused_or_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = super::super::trace::tests::trace_file(folder.path(), 2);
        assert!(matches!(look(&path), Ok(Opened::Trace(traced)) if traced.runs.len() == 2));
        let whole = std::fs::read(&path).unwrap();
        let header = 8 + usize::from(whole[0]) + 256 * usize::from(whole[1]);
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let [mut opened, mut refused] = [0; 2];
        for case in 0..2000 {
            let mut bytes = whole.clone();
            let at = rng.random_range(0..if case % 4 == 0 { bytes.len() } else { header });
            match rng.random_range(0..4) {
                0 => bytes[at] ^= 1 << rng.random_range(0..8),
                // Numbers that are still numbers reach farther into the reading.
                1 | 2 => match (at..header).find(|at| bytes[*at].is_ascii_digit()) {
                    Some(at) => bytes[at] = b'0' + rng.random_range(0..10),
                    None => bytes[at] = 0,
                },
                _ => bytes.truncate(at),
            }
            match look_at(&bytes) {
                Ok(Opened::Trace(traced)) => {
                    opened += 1;
                    assert!(!traced.runs.is_empty());
                }
                Ok(_) => {}
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().contains("file.txt"), "case {case}: {error}");
                }
            }
        }
        assert!(opened > 20 && refused > 500, "{opened} opened, {refused} refused");
    }

    #[test]
    fn what_fits_nothing_says_what_would() {
        for bytes in [&b"hello"[..], b"", b"\xff\xfe\xfd", b"1234", &[b'1'; 100_000], b"{}", b"a,b", b"\0\x01"] {
            let message = look_at(bytes).unwrap_err().to_string();
            assert!(message.contains("file.txt") && message.contains("16, 36 or 81"), "{message}");
            let text = !bytes.iter().any(|byte| matches!(byte, 0 | 0xff));
            assert_ne!(text, message.contains("PyTorch"), "checkpoints are no texts: {message}");
        }
        let colour = look_at(br#"{"train":[],"test":[{"input":[[12]]}]}"#).unwrap_err().to_string();
        assert!(colour.contains("file.txt holds no puzzle that can be read: as an ARC task: "), "{colour}");
        let message = look(Path::new("/no/such/file")).unwrap_err().to_string();
        assert!(message.contains("/no/such/file") && message.contains("Check"), "{message}");
    }
}
