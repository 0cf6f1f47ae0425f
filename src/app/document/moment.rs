//! A moment as one line of text, to be copied and pasted: the board, the model, and where the playhead stands.
//!
//! ```text
//! hrmscope:1 task=sudoku box=2x2 board=1.....3..4.....2 model=sudoku-4x4@1a2b3c4d5e6f segment=1 step=5 halting=adaptive max=8
//! hrmscope:1 task=maze board=S.##.##.G
//! hrmscope:1 task=arc name=my%20task test=2 board=10>01;20/00>02/00|33/03>30/33;4
//! ```
//!
//! The fields stand in any order, divided by spaces or line breaks; only `task` and `board` have to be there. A maze's open
//! cells are dots. An ARC board is its example pairs, a `|`, and its tests; pairs are divided by `;`, an input and its output
//! by `>`, rows by `/`. In names everything but letters, digits and `._+-` is written as `%` and two hex digits. Pencil
//! marks and locks are not part of it.

use std::fmt::{self, Write};
use std::str::FromStr;

use crate::board::arc::{Grid, Pair, Sheet, Task};
use crate::board::maze::Maze;
use crate::board::sudoku::{Shape, Sudoku};
use crate::board::{Board, Kind};
use crate::engine::Halting;

/// What every such text begins with.
const HEAD: &str = "hrmscope:";
/// The version of the text form.
const VERSION: &str = "1";
/// The longest text that is read, bytes: the largest ARC tasks take a part of it.
const LONGEST: usize = 1 << 20;
/// The most segments, and the most micro-steps in one, that a text may name.
const MOST: usize = 1_000_000;

/// A board, who answers it, and the moment that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The board, without a person's marks.
    pub board: Board,
    /// The model's name, and the first hex digits of its file's SHA-256.
    pub model: Option<(String, String)>,
    /// The segment, from 1.
    pub segment: usize,
    /// How many micro-steps of that segment are done.
    pub step: usize,
    /// When the run stops.
    pub halting: Halting,
    /// The most segments; None for what the model was trained with.
    pub max_segments: Option<usize>,
}

/// A text that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// It begins otherwise.
    #[error("a copied state begins with hrmscope:{VERSION}, and this begins with \"{0}\"")]
    Head(String),
    /// A newer program wrote it.
    #[error("this state has the version {0}, and this program reads version {VERSION}: take a newer hrmscope")]
    Version(String),
    /// It is longer than any board needs.
    #[error("this state has {0} bytes; a state has at most {LONGEST}")]
    Long(usize),
    /// No `key=value`.
    #[error("\"{0}\" is no field of a state: a field is written key=value")]
    Field(String),
    /// A key that nobody knows.
    #[error("a state has no field \"{0}\": it has task, board, box, name, test, model, segment, step, halting and max")]
    Unknown(String),
    /// The same key again.
    #[error("the field {0} stands twice in the state")]
    Twice(&'static str),
    /// A field that has to be there.
    #[error("the state has no field {0}")]
    Missing(&'static str),
    /// A value that does not fit its key.
    #[error("{key}={value} does not fit: {why}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, or how it begins.
        value: String,
        /// What would.
        why: String,
    },
}

/// All keys.
const KEYS: [&str; 10] = ["task", "board", "box", "name", "test", "model", "segment", "step", "halting", "max"];

impl Moment {
    /// Whether a text means to be one.
    pub fn is_meant(text: &str) -> bool {
        text.trim_start().starts_with(HEAD)
    }

    /// Where the playhead stands, in micro-steps of the whole run, with so many in a segment.
    pub fn at(&self, steps_per_segment: usize) -> usize {
        (self.segment - 1).saturating_mul(steps_per_segment).saturating_add(self.step.min(steps_per_segment))
    }

    /// The segment, from 1, and the micro-steps done in it, after so many of the whole run.
    pub fn place(at: usize, steps_per_segment: usize) -> (usize, usize) {
        match at.checked_sub(1) {
            None => (1, 0),
            Some(last) => (last / steps_per_segment.max(1) + 1, last % steps_per_segment.max(1) + 1),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEAD}{VERSION} ")?;
        match &self.board {
            Board::Sudoku(sheet) => {
                let board = sheet.board();
                write!(f, "task=sudoku box={} board={}", board.shape().box_text(), board.to_text())?;
            }
            Board::Maze(maze) => write!(f, "task=maze board={}", maze.to_text().replace(' ', "."))?,
            Board::Arc(sheet) => {
                write!(f, "task=arc name={}", escaped(sheet.name()))?;
                if sheet.test() > 0 {
                    write!(f, " test={}", sheet.test() + 1)?;
                }
                write!(f, " board={}|{}", pairs(&sheet.task().train), pairs(&sheet.task().test))?;
            }
        }
        if let Some((name, hash)) = &self.model {
            write!(f, " model={}@{hash}", escaped(name))?;
        }
        let halting = match self.halting {
            Halting::Adaptive => "adaptive",
            Halting::Fixed => "fixed",
        };
        write!(f, " segment={} step={} halting={halting}", self.segment, self.step)?;
        self.max_segments.map_or(Ok(()), |most| write!(f, " max={most}"))
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if text.len() > LONGEST {
            return Err(MomentError::Long(text.len()));
        }
        let mut words = text.split_whitespace();
        let head = words.next().unwrap_or_default();
        match head.strip_prefix(HEAD) {
            None => return Err(MomentError::Head(shortened(head))),
            Some(VERSION) => {}
            Some(other) => return Err(MomentError::Version(shortened(other))),
        }
        let mut fields = Fields::default();
        for word in words {
            fields.take(word)?;
        }
        let board = board(&fields)?;
        let model = fields.get("model").map(model).transpose()?;
        let halting = match fields.get("halting") {
            None | Some("adaptive") => Halting::Adaptive,
            Some("fixed") => Halting::Fixed,
            Some(other) => return Err(wrong("halting", other, "it is adaptive or fixed")),
        };
        Ok(Self {
            board,
            model,
            segment: fields.number("segment", 1)?.unwrap_or(1),
            step: fields.number("step", 0)?.unwrap_or(0),
            halting,
            max_segments: fields.number("max", 1)?,
        })
    }
}

/// The fields of a text, each at the place of its key.
#[derive(Default)]
struct Fields<'a>([Option<&'a str>; KEYS.len()]);

impl<'a> Fields<'a> {
    fn take(&mut self, word: &'a str) -> Result<(), MomentError> {
        let (key, value) = word.split_once('=').ok_or_else(|| MomentError::Field(shortened(word)))?;
        let Some(at) = KEYS.iter().position(|known| *known == key) else {
            return Err(MomentError::Unknown(shortened(key)));
        };
        match self.0[at].replace(value) {
            None => Ok(()),
            Some(_) => Err(MomentError::Twice(KEYS[at])),
        }
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        KEYS.iter().position(|known| *known == key).and_then(|at| self.0[at])
    }

    fn needed(&self, key: &'static str) -> Result<&'a str, MomentError> {
        self.get(key).ok_or(MomentError::Missing(key))
    }

    fn number(&self, key: &'static str, least: usize) -> Result<Option<usize>, MomentError> {
        let Some(text) = self.get(key) else { return Ok(None) };
        match text.parse() {
            Ok(number) if (least..=MOST).contains(&number) => Ok(Some(number)),
            _ => Err(wrong(key, text, &format!("it is a number from {least} to {MOST}"))),
        }
    }
}

fn wrong(key: &'static str, value: &str, why: &str) -> MomentError {
    MomentError::Value { key, value: shortened(value), why: why.to_owned() }
}

/// As much of a text as an error quotes.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(24).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn board(fields: &Fields<'_>) -> Result<Board, MomentError> {
    let kind = match fields.needed("task")? {
        "sudoku" => Kind::Sudoku,
        "maze" => Kind::Maze,
        "arc" => Kind::Arc,
        other => return Err(wrong("task", other, "it is sudoku, maze or arc")),
    };
    let text = fields.needed("board")?;
    let failed = |why: String| wrong("board", text, &why);
    match kind {
        Kind::Sudoku => {
            let shape =
                fields.get("box").map(|text| Shape::parse_box(text).map_err(|e| wrong("box", text, &e.to_string())));
            Ok(Sudoku::parse(text, shape.transpose()?).map_err(|e| failed(e.to_string()))?.into())
        }
        Kind::Maze => Ok(Maze::parse_draft(&text.replace('.', " ")).map_err(|e| failed(e.to_string()))?.into()),
        Kind::Arc => {
            let (train, test) = text.split_once('|').ok_or_else(|| failed("its tests stand behind a |".into()))?;
            let task = Task { train: read_pairs(train).map_err(failed)?, test: read_pairs(test).map_err(failed)? };
            if let Some(at) = task.train.iter().position(|pair| pair.output.is_none()) {
                return Err(failed(format!("example {} has no output", at + 1)));
            }
            let name = fields.get("name").map_or(Ok("Task".to_owned()), |text| unescaped("name", text))?;
            let sheet = Sheet::new(name, task).ok_or_else(|| failed("there is no test input".into()))?;
            Ok(sheet.asking(fields.number("test", 1)?.unwrap_or(1) - 1).into())
        }
    }
}

fn model(text: &str) -> Result<(String, String), MomentError> {
    let (name, hash) = text.split_once('@').unwrap_or((text, ""));
    if hash.len() < 8 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong("model", text, "it is a name, an @, and 8 hex digits or more of the file's SHA-256"));
    }
    Ok((unescaped("model", name)?, hash.to_ascii_lowercase()))
}

fn pairs(pairs: &[Pair]) -> String {
    let grid = |grid: &Grid| grid.to_string().replace('\n', "/");
    let pair = |pair: &Pair| match &pair.output {
        Some(output) => format!("{}>{}", grid(&pair.input), grid(output)),
        None => grid(&pair.input),
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join(";")
}

fn read_pairs(text: &str) -> Result<Vec<Pair>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let grid = |text: &str| text.replace('/', "\n").parse::<Grid>().map_err(|e| e.to_string());
    let pair = |text: &str| match text.split_once('>') {
        Some((input, output)) => Ok(Pair { input: grid(input)?, output: Some(grid(output)?) }),
        None => Ok(Pair { input: grid(text)?, output: None }),
    };
    text.split(';').map(pair).collect()
}

fn escaped(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'+' | b'-' => text.push(char::from(byte)),
            // Writing into a string never fails.
            _ => drop(write!(text, "%{byte:02x}")),
        }
        text
    })
}

fn unescaped(key: &'static str, text: &str) -> Result<String, MomentError> {
    let failed = || wrong(key, text, "a % is followed by two hex digits, and the whole is UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit().ok_or_else(failed)?, digit().ok_or_else(failed)?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).map_err(|_| failed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng, RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::app::puzzles::{Difficulty, What, make};
    use crate::board::maze::MazeKind;

    fn boards() -> Vec<Board> {
        let sudokus = Shape::ALL.map(|shape| What::Sudoku(shape, Difficulty::Hard));
        let mazes = [5, 9, 30].map(|side| What::Maze { side, kind: MazeKind::Rooms });
        let tasks = [0, 3].map(|family| What::Arc { family, side: 8 });
        let made = sudokus.into_iter().chain(mazes).chain(tasks).map(|what| make(what, 1).unwrap());
        let odd = Sudoku::blank(Shape::parse_box("2x4").unwrap());
        made.chain([odd.into(), Maze::blank(7).unwrap().into(), Board::Arc(Sheet::default())]).collect()
    }

    fn moment(board: Board) -> Moment {
        let model = Some(("my model, 2".to_owned(), "0123456789ab".to_owned()));
        Moment { board, model, segment: 2, step: 5, halting: Halting::Fixed, max_segments: Some(8) }
    }

    #[test]
    fn the_text_is_one_readable_line() {
        let board = Sudoku::parse("1... ..3. .4.. ...2", None).unwrap();
        assert_eq!(
            moment(board.into()).to_string(),
            "hrmscope:1 task=sudoku box=2x2 board=1.....3..4.....2 model=my%20model%2c%202@0123456789ab segment=2 step=5 \
             halting=fixed max=8"
        );
        let task = r#"{"train":[{"input":[[1,0]],"output":[[0],[1]]}],"test":[{"input":[[4]]},{"input":[[5]]}]}"#;
        let sheet = Sheet::new("a b", Task::parse(task).unwrap()).unwrap().asking(1);
        let text = moment(sheet.into()).to_string();
        assert!(text.starts_with("hrmscope:1 task=arc name=a%20b test=2 board=10>0/1|4;5 model="), "{text}");
        let least: Moment = " hrmscope:1\n task=maze\n board=S.##.##.G ".parse().unwrap();
        assert_eq!(least.board, Maze::parse("S ## ## G").unwrap().into());
        assert_eq!((least.model, least.segment, least.step, least.max_segments), (None, 1, 0, None));
    }

    #[test]
    fn moments_are_counted_from_the_first_segment() {
        for (at, place) in [(0, (1, 0)), (1, (1, 1)), (6, (1, 6)), (7, (2, 1)), (12, (2, 6))] {
            assert_eq!(Moment::place(at, 6), place);
            let mut moment = moment(boards().remove(0));
            (moment.segment, moment.step) = place;
            assert_eq!(moment.at(6), at);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = "hrmscope:1 task=sudoku board=1.....3..4.....2";
        for (text, part) in [
            ("1.....3..4.....2", "begins with"),
            ("hrmscope:2 task=maze", "version 2"),
            ("hrmscope:1 task=maze", "no field board"),
            ("hrmscope:1 board=1", "no field task"),
            ("hrmscope:1 task=chess board=1", "sudoku, maze or arc"),
            ("hrmscope:1 task=sudoku board=12x4", "column 3"),
            ("hrmscope:1 task=sudoku box=9x9 board=1", "box=9x9"),
            ("hrmscope:1 task=maze board=S..", "board=S.."),
            ("hrmscope:1 task=arc board=12/34", "behind a |"),
            ("hrmscope:1 task=arc board=12|", "example 1 has no output"),
            ("hrmscope:1 task=arc board=|", "no test input"),
            ("hrmscope:1 task=arc name=%zz board=|1", "two hex digits"),
            (&format!("{good} model=maze"), "SHA-256"),
            (&format!("{good} segment=0"), "from 1"),
            (&format!("{good} max=many"), "max=many"),
            (&format!("{good} task=maze"), "twice"),
            (&format!("{good} colour=red"), "no field \"colour\""),
            (&format!("{good} hello"), "\"hello\" is no field"),
            (&"x".repeat(LONGEST + 1), "bytes"),
        ] {
            let message = text.parse::<Moment>().unwrap_err().to_string();
            assert!(message.contains(part), "{}: {message}", shortened(text));
        }
    }

    #[test]
    fn two_thousand_damaged_texts_are_read_or_refused() {
        let texts: Vec<String> = boards().into_iter().map(|board| moment(board).to_string()).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut refused = 0;
        for round in 0..2000 {
            let mut bytes = texts[round % texts.len()].clone().into_bytes();
            for _ in 0..rng.random_range(1..4) {
                if bytes.len() < 2 {
                    break;
                }
                let at = rng.random_range(0..bytes.len());
                match rng.random_range(0..5) {
                    0 => drop(bytes.remove(at)),
                    1 => bytes.insert(at, rng.next_u32() as u8),
                    2 => bytes[at] = b" =@|;/>%."[rng.random_range(0..9)],
                    3 => bytes.truncate(at.max(1)),
                    _ => bytes.swap(at, 0),
                }
            }
            // What is read can be written and read again.
            match String::from_utf8_lossy(&bytes).parse::<Moment>() {
                Ok(read) => assert_eq!(read.to_string().parse(), Ok(read)),
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
        assert!(refused > 200, "{refused}");
    }

    proptest! {
        #[test]
        fn every_moment_survives(
            which in 0usize..11,
            name in "\\PC{0,20}",
            hash in "[0-9a-f]{8,12}",
            named in any::<bool>(),
            (segment, step) in (1usize..200, 0usize..50),
            fixed in any::<bool>(),
            max_segments in prop::option::of(1usize..300),
        ) {
            let board = match boards().swap_remove(which) {
                Board::Arc(sheet) => sheet.named(&name).into(),
                board => board,
            };
            let model = named.then_some((name, hash));
            let halting = if fixed { Halting::Fixed } else { Halting::Adaptive };
            let moment = Moment { board, model, segment, step, halting, max_segments };
            let text = moment.to_string();
            prop_assert!(!text.contains('\n'));
            prop_assert_eq!(text.parse::<Moment>().unwrap(), moment);
        }

        #[test]
        fn no_text_panics(text in "(hrmscope:1 )?(task=(sudoku|maze|arc) )?[a-z0-9=.@%|;/># -]{0,80}") {
            let _ = text.parse::<Moment>();
        }
    }
}
