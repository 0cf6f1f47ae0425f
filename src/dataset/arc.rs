//! ARC tasks from files as people have them: one task, many tasks, a folder of tasks, challenges with their solutions.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::DataError;
use crate::board::arc::{Document, JsonError, Task, parse_solutions, parse_tasks, with_solutions};
use crate::files::FileError;

/// The longest file that is read, bytes; the official ones have less than ten million.
const LONGEST: u64 = 1 << 28;
const CHALLENGES: &str = "_challenges.json";
const SOLUTIONS: &str = "_solutions.json";

/// Tasks with their names, sorted by name; no name stands twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArcTasks {
    /// Tasks to learn from altogether: those of a `training` folder or file beside an `evaluation` one.
    pub training: Vec<(String, Task)>,
    /// Tasks whose test pairs are to be asked; all that did not come as `training`.
    pub evaluation: Vec<(String, Task)>,
}

impl ArcTasks {
    /// Number of tasks.
    pub fn len(&self) -> usize {
        self.training.len() + self.evaluation.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads the tasks of a file (one task, or many by name), of a challenges file with the solutions beside it, of a folder
/// of task files, or of a folder with `training` and `evaluation` in it, as folders or as pairs of challenges and
/// solutions.
///
/// # Errors
/// Names the file and what is wrong with it; no task at all; one name for two tasks.
pub fn read_arc(path: &Path) -> Result<ArcTasks, DataError> {
    let tasks = gather(path, &mut Err::<(), DataError>)?;
    let mut names = HashSet::new();
    for (name, _) in tasks.training.iter().chain(&tasks.evaluation) {
        if !names.insert(name) {
            let why = format!("two tasks have the name `{}`", short(name));
            return Err(DataError::Content { path: path.to_owned(), why });
        }
    }
    Ok(tasks)
}

/// [`read_arc`] for looking at tasks: files of a folder that cannot be read stand beside those that can, and one name may
/// stand for two tasks.
///
/// # Errors
/// There is nothing that can be read, and why.
pub(super) fn read_arc_in_part(path: &Path) -> Result<(ArcTasks, Vec<DataError>), DataError> {
    let mut refused = Vec::new();
    let found = gather(path, &mut |why| {
        refused.push(why);
        Ok(())
    });
    match found {
        // The first reason says more than that there is no task.
        Err(_) if !refused.is_empty() => Err(refused.swap_remove(0)),
        found => Ok((found?, refused)),
    }
}

/// Whether a file holds nothing but the solutions of challenges that lie beside it, and is read with them.
pub fn goes_with_another(path: &Path) -> bool {
    partner(path, SOLUTIONS, CHALLENGES).is_some_and(|challenges| challenges.is_file())
}

/// The tasks of a file or folder, sorted by name. `refuse` is told of each file of a folder that cannot be read, and ends the
/// reading by an error of its own.
fn gather(path: &Path, refuse: &mut dyn FnMut(DataError) -> Result<(), DataError>) -> Result<ArcTasks, DataError> {
    let mut tasks = ArcTasks::default();
    if path.is_dir() {
        let inner = path.join("data");
        let halves =
            |folder: &Path| ["training", "evaluation"].map(|half| folder.join(half)).map(|p| p.is_dir().then_some(p));
        let found = match (halves(path), halves(&inner)) {
            ([None, None], found @ ([Some(_), _] | [_, Some(_)])) => found,
            (found, _) => found,
        };
        match found {
            [None, None] => folder(path, &mut tasks, refuse)?,
            [training, evaluation] => {
                for (half, list) in [(training, &mut tasks.training), (evaluation, &mut tasks.evaluation)] {
                    let Some(half) = half else { continue };
                    let mut inside = ArcTasks::default();
                    folder(&half, &mut inside, refuse)?;
                    list.extend(inside.training.into_iter().chain(inside.evaluation));
                }
            }
        }
    } else {
        tasks.evaluation = file(path)?;
    }
    if tasks.is_empty() {
        return Err(DataError::Content { path: path.to_owned(), why: "there is not one ARC task in it".into() });
    }
    tasks.training.sort_by(|one, other| one.0.cmp(&other.0));
    tasks.evaluation.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(tasks)
}

/// Whether a folder holds its tasks as halves with names of their own.
pub(super) fn holds_halves(path: &Path) -> bool {
    let named = |folder: &Path| ["training", "evaluation"].iter().any(|half| folder.join(half).is_dir());
    let files = std::fs::read_dir(path).into_iter().flatten().flatten();
    let pair = |name: &str| name.ends_with(CHALLENGES) && (name.contains("training") || name.contains("evaluation"));
    named(path) || named(&path.join("data")) || files.into_iter().any(|file| pair(&file.file_name().to_string_lossy()))
}

/// Whether a file or folder may hold ARC tasks, by its name and what lies in it.
pub(super) fn looks_like_arc(path: &Path) -> bool {
    let is_json = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if !path.is_dir() {
        return is_json(path);
    }
    let inside = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = ["training", "evaluation", "data/training", "data/evaluation"];
    folders.iter().any(|name| path.join(name).is_dir()) || inside(path).any(|entry| is_json(&entry.path()))
}

/// The JSON files of a folder. Challenges go with their solutions; those without any are passed over when others have
/// some, for they have nothing to learn or measure with.
fn folder(
    path: &Path,
    tasks: &mut ArcTasks,
    refuse: &mut dyn FnMut(DataError) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let failed = |reason| FileError { what: "read", path: path.to_owned(), reason };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    let challenges: Vec<&PathBuf> =
        files.iter().filter(|file| partner(file, CHALLENGES, SOLUTIONS).is_some()).collect();
    let solved = |file: &Path| partner(file, CHALLENGES, SOLUTIONS).is_some_and(|solutions| solutions.is_file());
    if challenges.is_empty() {
        return files.iter().try_for_each(|path| add(&mut tasks.evaluation, path, refuse));
    }
    let some = challenges.iter().any(|file| solved(file));
    for path in challenges.into_iter().filter(|file| !some || solved(file)) {
        let training = path.file_name().is_some_and(|name| name.to_string_lossy().contains("training"));
        let list = if training { &mut tasks.training } else { &mut tasks.evaluation };
        add(list, path, refuse)?;
    }
    Ok(())
}

/// Adds the tasks of a file, if it can be read.
fn add(
    list: &mut Vec<(String, Task)>,
    path: &Path,
    refuse: &mut dyn FnMut(DataError) -> Result<(), DataError>,
) -> Result<(), DataError> {
    match file(path) {
        Ok(found) => {
            list.extend(found);
            Ok(())
        }
        Err(why) => refuse(why),
    }
}

fn file(path: &Path) -> Result<Vec<(String, Task)>, DataError> {
    let wrong = |path: &Path, why: JsonError| DataError::Content { path: path.to_owned(), why: why.to_string() };
    let lonely = |why: &str| DataError::Content { path: path.to_owned(), why: why.to_owned() };
    let challenges = match partner(path, SOLUTIONS, CHALLENGES) {
        Some(challenges) if challenges.is_file() => challenges,
        Some(_) => return Err(lonely("these are solutions, and their challenges are not beside them")),
        None => path.to_owned(),
    };
    let written = text(&challenges)?;
    if let Some(solutions) = partner(&challenges, CHALLENGES, SOLUTIONS) {
        let tasks = parse_tasks(&written).map_err(|e| wrong(&challenges, e))?;
        if !solutions.is_file() {
            return Ok(tasks);
        }
        let answers = parse_solutions(&text(&solutions)?).map_err(|e| wrong(&solutions, e))?;
        return with_solutions(tasks, answers).map_err(|e| wrong(&solutions, e));
    }
    match Document::parse(&written).map_err(|e| wrong(path, e))? {
        Document::Task(task) => {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(vec![(name, task)])
        }
        Document::Tasks(tasks) => Ok(tasks),
        Document::Solutions(_) => {
            Err(lonely("these are solutions: name the two files NAME_challenges.json and NAME_solutions.json"))
        }
    }
}

/// The file that goes with another one: the same name with another ending.
fn partner(path: &Path, ending: &str, other: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?.strip_suffix(ending)?;
    Some(path.with_file_name(format!("{name}{other}")))
}

fn text(path: &Path) -> Result<String, DataError> {
    let failed = |reason| FileError { what: "read", path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        let why = format!("it is larger than {} MiB: that is no file of ARC tasks", LONGEST >> 20);
        return Err(DataError::Content { path: path.to_owned(), why });
    }
    // Some editors begin a file with this mark; it says nothing.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.trim_ascii().is_empty() {
        return Err(DataError::Content { path: path.to_owned(), why: "the file is empty".into() });
    }
    // What is not UTF-8 becomes replacement characters, which the parser refuses by place.
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

fn short(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]],"output":[[4]]}]}"#;
    const ASKED: &str = r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]]}]}"#;

    /// A folder with these files.
    fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(tasks: &[(String, Task)]) -> Vec<&str> {
        tasks.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_mark_at_the_beginning_says_nothing_and_nothing_is_said() {
        let folder = folder_of(&[("a.json", &format!("\u{feff}{ONE}")), ("b.json", " \n")]);
        assert_eq!(names(&read_arc(&folder.path().join("a.json")).unwrap().evaluation), ["a"]);
        let error = read_arc(&folder.path().join("b.json")).unwrap_err().to_string();
        assert!(error.contains("b.json") && error.contains("empty"), "{error}");
    }

    #[test]
    fn every_form_is_read() {
        let many = format!("{{\"z\": {ONE}, \"y\": {ASKED}}}");
        let folder = folder_of(&[
            ("tasks/b.json", ONE),
            ("tasks/a.json", ASKED),
            ("tasks/readme.md", "no"),
            ("many.json", &many),
            ("both/data/training/q.json", ONE),
            ("both/data/evaluation/p.json", ONE),
            ("kaggle/arc_training_challenges.json", &many),
            ("kaggle/arc_training_solutions.json", r#"{"y": [[[7]]]}"#),
            ("kaggle/arc_evaluation_challenges.json", &format!("{{\"e\": {ASKED}}}")),
            ("kaggle/arc_evaluation_solutions.json", r#"{"e": [[[8]]]}"#),
            ("kaggle/arc_test_challenges.json", &many),
            ("kaggle/sample_submission.json", "[]"),
        ]);
        let read = |name: &str| read_arc(&folder.path().join(name)).unwrap();
        let tasks = read("tasks");
        assert_eq!((names(&tasks.evaluation), tasks.training.len()), (vec!["a", "b"], 0));
        assert_eq!(read("tasks/b.json").evaluation, [("b".into(), Task::parse(ONE).unwrap())]);
        assert_eq!(names(&read("many.json").evaluation), ["y", "z"]);
        for root in ["both", "both/data"] {
            let tasks = read(root);
            assert_eq!((names(&tasks.training), names(&tasks.evaluation)), (vec!["q"], vec!["p"]));
        }
        let tasks = read("kaggle");
        assert_eq!((names(&tasks.training), names(&tasks.evaluation)), (vec!["y", "z"], vec!["e"]));
        assert_eq!(tasks.evaluation[0].1.test[0].output, Some("8".parse().unwrap()));
        assert_eq!(tasks.training[0].1.test[0].output, Some("7".parse().unwrap()));
        assert_eq!(read("kaggle/arc_evaluation_solutions.json").evaluation, tasks.evaluation);
        assert_eq!(names(&read("kaggle/arc_test_challenges.json").evaluation), ["y", "z"]);
        for name in ["tasks", "many.json", "both", "kaggle"] {
            assert!(looks_like_arc(&folder.path().join(name)), "{name}");
        }
        assert!(
            !looks_like_arc(&folder.path().join("tasks/readme.md"))
                && !looks_like_arc(folder.path().join("x").as_path())
        );
    }

    #[test]
    fn to_look_at_a_folder_what_cannot_be_read_is_told_beside_the_rest() {
        let folder = folder_of(&[
            ("some/a.json", ONE),
            ("some/b.json", &ONE.replace('2', "12")),
            ("some/c.json", ONE),
            ("some/many.json", &format!("{{\"a\": {ONE}}}")),
            ("none/a.json", "{"),
            ("halves/training/a.json", ONE),
            ("halves/evaluation/b.json", "{"),
            ("x_challenges.json", &format!("{{\"e\": {ASKED}}}")),
            ("x_solutions.json", r#"{"e": [[[8]]]}"#),
            ("y_solutions.json", r#"{"e": [[[8]]]}"#),
        ]);
        let read = |name: &str| read_arc_in_part(&folder.path().join(name));
        let (tasks, refused) = read("some").unwrap();
        assert_eq!(names(&tasks.evaluation), ["a", "a", "c"]);
        assert!(refused.len() == 1 && refused[0].to_string().contains("12 is no colour"), "{refused:?}");
        let (tasks, refused) = read("halves").unwrap();
        assert_eq!((tasks.len(), refused.len()), (1, 1));
        assert!(read("none").unwrap_err().to_string().contains("a.json"));
        assert!(read("gone").is_err());
        let told = |name: &str| goes_with_another(&folder.path().join(name));
        assert!(told("x_solutions.json") && !told("x_challenges.json") && !told("y_solutions.json"));
    }

    #[test]
    fn errors_name_the_file_and_the_reason() {
        let folder = folder_of(&[
            ("wrong/a.json", &ONE.replace('2', "12")),
            ("twice/a.json", ONE),
            ("twice/many.json", &format!("{{\"a\": {ONE}}}")),
            ("lonely_solutions.json", "{}"),
            ("answers.json", r#"{"e": [[[8]]]}"#),
            ("x_challenges.json", &format!("{{\"e\": {ASKED}}}")),
            ("x_solutions.json", r#"{"f": [[[8]]]}"#),
            ("none.json", "{}"),
            ("bytes.json", "{\"\u{fffd}"),
        ]);
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        for (name, file, says) in [
            ("wrong", "a.json", "12 is no colour"),
            ("twice", "twice", "two tasks have the name `a`"),
            ("lonely_solutions.json", "lonely", "challenges are not beside"),
            ("answers.json", "answers.json", "NAME_challenges.json"),
            ("x_challenges.json", "x_solutions.json", "`f`"),
            ("none.json", "none.json", "not one ARC task"),
            ("empty", "empty", "not one ARC task"),
            ("bytes.json", "bytes.json", "line 1"),
            ("missing", "missing", "No such file"),
        ] {
            let message = read_arc(&folder.path().join(name)).unwrap_err().to_string();
            assert!(message.contains(file) && (message.contains(says) || cfg!(windows)), "{message} / {says}");
        }
    }
}
