//! What an opened folder is: a checkpoint's, one set in a form of its own, or files that are puzzles each in its own form.
//! These are shown as one set, and what is none is told beside them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::document::title_of;
use super::{MOST_PUZZLES, OpenError, Opened, PNG, collected, damaged, is_checkpoint, look_at_file};
use crate::board::maze::Picture;
use crate::board::{Board, Found};
use crate::checkpoint::steps;
use crate::dataset::{Collection, Specimen, browse, browse_tasks, goes_with_another, is_one_set, left_out, listed};

/// The most files that are looked at.
const MOST_FILES: usize = 10_000;
/// How many bytes say that a file is surely no puzzle.
const START: u64 = 1 << 12;
/// How many files have notes of their own.
const MOST_NOTES: usize = 3;

/// Looks into a folder that is no run's.
///
/// # Errors
/// There is nothing in it that can be opened.
pub(super) fn look(folder: &Path) -> Result<Opened, OpenError> {
    // A checkpoint may have a builder's files beside it.
    let weights = [folder.to_owned(), folder.join("checkpoints")].iter().any(|folder| !steps(folder).is_empty());
    if weights {
        return Ok(Opened::Checkpoint(folder.to_owned()));
    }
    if is_one_set(folder) {
        return browse(folder, MOST_PUZZLES).map(Opened::Set).map_err(|why| damaged(folder, &why));
    }
    let unreadable = |why| OpenError::Unreadable { path: folder.to_owned(), why };
    let inside = Inside::of(folder).map_err(unreadable)?;
    let mut gathering = Gathering::default();
    gathering.go_through(&inside.files);
    gathering.finish(folder, &inside)
}

/// What lies in a folder; what is hidden is passed over.
struct Inside {
    /// Its files, by name.
    files: Vec<PathBuf>,
    /// How many folders are in it.
    folders: usize,
}

impl Inside {
    fn of(folder: &Path) -> std::io::Result<Self> {
        let mut inside = Self { files: Vec::new(), folders: 0 };
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            match path.is_dir() {
                _ if entry.file_name().as_encoded_bytes().starts_with(b".") => {}
                true => inside.folders += 1,
                false => inside.files.push(path),
            }
        }
        inside.files.sort();
        Ok(inside)
    }

    /// Says what was not looked at; None where all was.
    fn unseen(&self) -> Option<String> {
        let folders = (self.folders > 0)
            .then(|| format!("{} folders in it were not looked into: open them by themselves.", self.folders));
        let files = (self.files.len() > MOST_FILES)
            .then(|| format!("Of {} files the first {MOST_FILES} were looked at.", self.files.len()));
        let unseen: Vec<String> = folders.into_iter().chain(files).collect();
        (!unseen.is_empty()).then(|| unseen.join(" "))
    }
}

/// The puzzles that were found so far.
#[derive(Default)]
struct Gathering {
    found: Collection,
    /// Files that hold none, each with why.
    refused: Vec<String>,
    /// More puzzles than are shown.
    full: bool,
}

impl Gathering {
    fn go_through(&mut self, files: &[PathBuf]) {
        for path in files.iter().take(MOST_FILES).filter(|path| !goes_with_another(path)) {
            if self.found.specimens.len() >= MOST_PUZZLES {
                self.full = true;
                return;
            }
            match puzzles(path) {
                Ok(set) => self.add(path, set),
                // Where a line is told, its file is told too.
                Err(why) if why.starts_with(&path.display().to_string()) => self.refused.push(why),
                Err(why) => self.refused.push(format!("{}: {why}", path.display())),
            }
        }
        self.full = self.found.specimens.len() > MOST_PUZZLES;
    }

    /// Adds what a file holds; a puzzle without a name gets the file's.
    fn add(&mut self, path: &Path, set: Collection) {
        let (stem, alone) = (title_of(path), set.specimens.len() == 1);
        for (at, mut specimen) in set.specimens.into_iter().enumerate() {
            let own = || if alone { stem.clone() } else { format!("{stem} {}", at + 1) };
            specimen.name = Some(specimen.name.unwrap_or_else(own));
            self.found.specimens.push(specimen);
        }
        if !set.notes.is_empty() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.found.notes.push(format!("{name}: {}", set.notes.join(" ")));
        }
    }

    fn finish(self, folder: &Path, inside: &Inside) -> Result<Opened, OpenError> {
        let Self { mut found, refused, full } = self;
        if found.specimens.is_empty() {
            let files = if refused.is_empty() { "there is no file in it".to_owned() } else { listed(folder, &refused) };
            let why = [Some(files), inside.unseen()].into_iter().flatten().collect::<Vec<_>>().join(". ");
            let why = why.trim_end_matches('.').to_owned();
            return Err(OpenError::Nothing { path: folder.to_owned(), why });
        }
        let more = found.notes.len().saturating_sub(MOST_NOTES);
        found.notes.truncate(MOST_NOTES);
        if more > 0 {
            found.notes.push(format!("{more} more files have such notes: open them by themselves to read them."));
        }
        if full {
            found.cut(MOST_PUZZLES);
        }
        found.notes.extend(left_out(folder, &refused));
        found.notes.extend(inside.unseen());
        Ok(Opened::Set(found))
    }
}

/// The puzzles of a file, or why it holds none.
fn puzzles(path: &Path) -> Result<Collection, String> {
    may_hold_some(path)?;
    match look_at_file(path).map_err(|error| error.why())? {
        Opened::Boards(found) => boards(title_of(path), found),
        Opened::Set(set) => Ok(set),
        Opened::Picture(picture) => pictured(title_of(path), &picture),
        Opened::Trace(_) | Opened::Checkpoint(_) | Opened::Run(_) => Err(by_itself()),
    }
}

fn by_itself() -> String {
    "it seems to be a checkpoint or a trace, which are opened by themselves".to_owned()
}

/// Looks at how a file begins, so that a long one which holds no puzzle is not read.
///
/// # Errors
/// It surely holds none.
fn may_hold_some(path: &Path) -> Result<(), String> {
    let unreadable = |why: std::io::Error| format!("it cannot be read: {why}");
    // Reading a pipe would wait for its writer.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(START).read_to_end(&mut start)).map_err(unreadable)?;
    match () {
        () if start.starts_with(PNG) => Ok(()),
        () if is_checkpoint(&start) => Err(by_itself()),
        () if start.contains(&0) => Err("it is neither text nor a picture as PNG".to_owned()),
        () => Ok(()),
    }
}

/// The boards of a text; of one task every test input.
fn boards(name: String, found: Found) -> Result<Collection, String> {
    if let [(own, Board::Arc(sheet))] = found.boards.as_slice() {
        let task = ("", own.clone().unwrap_or(name), sheet.task().clone());
        return browse_tasks(std::iter::once(task), MOST_PUZZLES).map_err(|e| e.to_string());
    }
    // A text with an example in it is no puzzle file.
    match found.left_out > found.boards.len() {
        true => Err("most of it is no puzzle".to_owned()),
        false => Ok(collected(found)),
    }
}

/// The maze of a picture as it is guessed to be read, if start and goal are joined.
fn pictured(name: String, picture: &Picture) -> Result<Collection, String> {
    let wrong = |why: String| format!("read as is guessed, {why}; open the picture by itself to say how it is read");
    let maze = picture.read(picture.guess()).map_err(|e| wrong(e.to_string()))?;
    maze.check().map_err(|e| wrong(e.to_string()))?;
    let specimen = Specimen::solved(Some(name), maze.into());
    match specimen.answer {
        Some(_) => Ok(Collection { specimens: vec![specimen], notes: Vec::new() }),
        None => Err(wrong("no way leads from its start to its goal".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::look;
    use super::*;
    use crate::board::Kind;
    use crate::figure::{Pixels, png};

    const TASK: &str = r#"{"train":[],"test":[{"input":[[1]]}]}"#;
    const ROW: &str = "a,1.34341221434321,1234341221434321,5\n";

    /// A maze of nine cells, ten pixels each.
    fn picture(maze: &str) -> Vec<u8> {
        let cells: Vec<char> = maze.chars().collect();
        let colour = |at: usize| match cells[at / 30 / 10 * 3 + at % 30 / 10] {
            '#' => [0, 0, 0, 255],
            'S' => [0, 200, 0, 255],
            'G' => [220, 0, 0, 255],
            _ => [255; 4],
        };
        let rgba = (0..900).flat_map(colour).collect();
        png(&Pixels { width: 30, height: 30, rgba }, &[]).unwrap()
    }

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn set(folder: &tempfile::TempDir) -> Collection {
        match look(folder.path()) {
            Ok(Opened::Set(set)) => set,
            other => panic!("{other:?}"),
        }
    }

    fn names(set: &Collection) -> Vec<&str> {
        set.specimens.iter().filter_map(|one| one.name.as_deref()).collect()
    }

    #[test]
    fn all_puzzles_of_a_folder_are_one_set() {
        let two = format!("{{\"x\":{TASK},\"y\":{TASK}}}");
        let table = format!("source,question,answer,rating\n{ROW}{ROW}");
        let files = folder(&[
            ("a.txt", b"S #\n# #\n#G "),
            ("b.csv", table.as_bytes()),
            ("c.json", TASK.as_bytes()),
            ("d.png", &picture("S  ## G  ")),
            ("e", b"1.34341221434321"),
            ("f.json", two.as_bytes()),
            ("g.txt", br#"{"train":[],"test":[{"input":[[1]]},{"input":[[2]]}]}"#),
        ]);
        let found = set(&files);
        assert_eq!(names(&found), ["a", "b 1", "b 2", "c", "d", "e", "x", "y", "g, test 1", "g, test 2"]);
        let kinds: Vec<Kind> = found.specimens.iter().map(|one| one.board.kind()).collect();
        assert_eq!(kinds[..6], [Kind::Maze, Kind::Sudoku, Kind::Sudoku, Kind::Arc, Kind::Maze, Kind::Sudoku]);
        assert!(found.notes.is_empty(), "{:?}", found.notes);
        assert!(found.specimens.iter().all(|one| one.answer.is_some() || one.board.kind() == Kind::Arc));
        // One of them alone too.
        for name in ["a.txt", "d.png", "c.json", "b.csv"] {
            let bytes = std::fs::read(files.path().join(name)).unwrap();
            assert!(!set(&folder(&[(name, &bytes)])).specimens.is_empty(), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_and_hides_nothing() {
        let wrong = TASK.replace('1', "12");
        let files = folder(&[
            ("a.json", TASK.as_bytes()),
            ("b.json", wrong.as_bytes()),
            ("c.csv", format!("source,question,answer,rating\n{ROW}a,12,34,5\n").as_bytes()),
            ("d.png", &picture("S ###### ")),
            ("e.bin", b"\0\x01\x02"),
            ("f.md", b"Sudokus, such as\nthis one, are\n1.34341221434321\nso written, or otherwise\n"),
            (".hidden", b"?"),
            ("step", b"PK\x03\x04"),
        ]);
        #[cfg(unix)]
        std::os::unix::fs::symlink("gone", files.path().join("g.json")).unwrap();
        std::fs::create_dir(files.path().join("more")).unwrap();
        let found = set(&files);
        assert_eq!(names(&found), ["a", "c"]);
        let notes = found.notes.join("\n");
        let count = if cfg!(unix) { 6 } else { 5 };
        assert!(notes.contains(&format!("{count} files were left out: b.json: ")), "{notes}");
        for part in ["12 is no colour", "d.png: read as is guessed", "c.csv: 1 rows", "; and ", "1 folders in it"] {
            assert!(notes.contains(part), "{part}: {notes}");
        }
        for (name, part) in [("f.md", "most of it"), ("step", "by themselves"), ("e.bin", "neither text")] {
            let why = puzzles(&files.path().join(name)).unwrap_err();
            assert!(why.contains(part), "{why}");
        }
    }

    #[test]
    fn challenges_have_their_solutions_once() {
        let asked = format!("{{\"x\":{TASK},\"y\":{TASK}}}");
        let answers = br#"{"x":[[[7]]],"y":[[[8]]]}"#;
        let found = set(&folder(&[("my_challenges.json", asked.as_bytes()), ("my_solutions.json", answers)]));
        assert_eq!(names(&found), ["x", "y"]);
        assert!(found.specimens.iter().all(|one| one.board.arc().is_some_and(|sheet| sheet.output().is_some())));
    }

    #[test]
    fn a_folder_of_one_kind_is_opened_as_what_it_is() {
        let parts = folder(&[
            ("train.csv", b"question,answer\n"),
            ("test.csv", b"question,answer\n1.34341221434321,1234341221434321\n"),
            ("a.txt", b"S #\n# #\n#G "),
        ]);
        assert_eq!(set(&parts).specimens.len(), 1, "what is measured on");
        let weights = folder(&[("a.json", TASK.as_bytes()), ("step_7", b"weights")]);
        assert!(matches!(look(weights.path()), Ok(Opened::Checkpoint(_))));
    }

    #[test]
    fn a_folder_without_puzzles_says_what_is_in_it() {
        let message = |files: &[(&str, &[u8])]| {
            let folder = folder(files);
            std::fs::create_dir(folder.path().join("inner")).unwrap();
            look(folder.path()).unwrap_err().to_string()
        };
        let none = message(&[]);
        assert!(none.contains("no file in it. 1 folders in it") && none.contains("step_N"), "{none}");
        let some = message(&[("b.json", b"{"), ("model.safetensors", b"\x10\0\0\0\0\0\0\0{\"a\":1}        ")]);
        assert!(some.contains("b.json: as an ARC task") && some.contains("model.safetensors: it seems"), "{some}");
    }
}
