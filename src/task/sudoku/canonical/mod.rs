//! One form for all symmetric copies of a board: rows, columns and digits are told apart by what they have to do with
//! each other, and where they are alike, each is tried.

mod links;

use std::cmp::Ordering;

use crate::board::sudoku::Sudoku;
use links::{Colours, Links, MOST};

/// The canonical form of a board, `[cells]`, 0 for a blank: a symmetric copy of it, and the same one for all of them.
/// So two boards of one shape have equal forms if and only if one is a symmetric copy of the other: digits relabelled,
/// rows, columns, bands and stacks rearranged, and transposed where boxes are square.
///
/// Exact for every board, blank, full, or against the rules. Colours are refined until rows, columns and digits that
/// differ in anything are told apart; where they are alike one is singled out, each in turn, and symmetries found on
/// the way spare equal turns. That is the method of nauty (McKay, Practical graph isomorphism, 1981), and no limit cuts
/// it short. A 9x9 puzzle takes some tens of microseconds whatever its givens, the most regular full grids about ten
/// milliseconds. The worst that was found are multiplication tables of groups on boards of one-row boxes (1x9): up to
/// half a second.
pub fn canonical(board: &Sudoku) -> Vec<u8> {
    let shape = board.shape();
    let (side, cells) = (shape.side(), board.cells().to_vec());
    let mut search = Search::new(Links::new(side, shape.box_rows(), shape.box_cols(), cells.clone()), None);
    search.visit(search.links.start());
    let mut best = search.best;
    if shape.box_rows() == shape.box_cols() {
        let turned = (0..side * side).map(|cell| cells[cell % side * side + cell / side]).collect();
        let mut search = Search::new(Links::new(side, shape.box_rows(), shape.box_cols(), turned), best);
        search.visit(search.links.start());
        best = search.best;
    }
    // A search always comes to a leaf: there is none to beat at first.
    best.map_or(cells, |leaf| leaf.image)
}

/// A way to tell all things apart, and what the board looks like then.
#[derive(Clone)]
struct Leaf {
    /// What the refinement saw at each level.
    traces: Vec<u64>,
    image: Vec<u8>,
    /// Rows, columns and digits in their new order.
    order: Vec<u8>,
    /// The things singled out; none for a leaf of another search.
    path: Option<Vec<u8>>,
}

struct Search {
    links: Links,
    /// The things singled out on the way to the node at hand, and what the refinement saw.
    path: Vec<u8>,
    traces: Vec<u64>,
    first: Option<Leaf>,
    /// The least by traces, then image.
    best: Option<Leaf>,
    /// Things that known symmetries exchange, as a forest.
    orbits: [u8; MOST],
    /// Equal to the best of another search: there is nothing better.
    done: bool,
}

impl Search {
    /// A search that starts with the best leaf of another.
    fn new(links: Links, best: Option<Leaf>) -> Self {
        let best = best.map(|leaf| Leaf { path: None, ..leaf });
        let orbits = std::array::from_fn(|thing| thing as u8);
        Self { links, path: Vec::new(), traces: Vec::new(), first: None, best, orbits, done: false }
    }

    /// Explores a node; returns the level at which the search goes on: that of the parent, or nearer to the root when
    /// a symmetry showed that nothing new lies between.
    fn visit(&mut self, mut colours: Colours) -> usize {
        let level = self.path.len();
        self.traces.truncate(level);
        self.traces.push(self.links.refine(&mut colours));
        let behind = |leaf: &Leaf| {
            let known = &leaf.traces[..leaf.traces.len().min(self.traces.len())];
            self.traces.as_slice().cmp(known)
        };
        // What can be neither better than the best nor equal to the first leaf is of no use.
        let worse = self.best.as_ref().is_some_and(|best| behind(best) == Ordering::Greater);
        if worse && self.first.as_ref().is_none_or(|first| behind(first) != Ordering::Equal) {
            return level;
        }
        let Some(alike) = self.links.undecided(&colours) else {
            return self.leaf(&colours);
        };
        let mut tried: Vec<u8> = Vec::new();
        for &thing in &alike {
            let on_first_way = self.way_of_first().is_some_and(|way| way.starts_with(&self.path));
            if on_first_way && tried.iter().any(|&other| self.orbit(other) == self.orbit(thing)) {
                continue;
            }
            tried.push(thing);
            let mut next = colours;
            // The others of its class come behind it.
            for (other, colour) in next.iter_mut().enumerate().take(self.links.things) {
                *colour += u8::from(other != usize::from(thing) && *colour == colours[usize::from(thing)]);
            }
            self.path.push(thing);
            let back = self.visit(next);
            self.path.truncate(level);
            if back < level || self.done {
                return back;
            }
        }
        level
    }

    fn leaf(&mut self, colours: &Colours) -> usize {
        let level = self.path.len();
        let (order, image) = self.links.arrange(colours);
        let leaf = Leaf { traces: self.traces.clone(), image, order, path: Some(self.path.clone()) };
        let rank = |leaf: &Leaf, other: &Leaf| (&leaf.traces, &leaf.image).cmp(&(&other.traces, &other.image));
        let against_best = self.best.as_ref().map_or(Ordering::Less, |best| rank(&leaf, best));
        let equal = match (&self.first, &self.best) {
            (Some(first), _) if rank(&leaf, first) == Ordering::Equal => Some(first),
            (_, Some(best)) if against_best == Ordering::Equal => Some(best),
            _ => None,
        };
        let mut back = level;
        if let Some(equal) = equal {
            match &equal.path {
                None => self.done = true,
                Some(way) => {
                    let shared = way.iter().zip(&self.path).take_while(|(one, other)| one == other).count();
                    let moved: Vec<(u8, u8)> = equal.order.iter().copied().zip(leaf.order.iter().copied()).collect();
                    // Lines of one image lie alike; so do the things singled out before the ways part.
                    let stays = |thing: &u8| moved.iter().all(|&(from, to)| from != *thing || to == *thing);
                    if self.path[..shared].iter().all(stays) {
                        moved.into_iter().for_each(|(from, to)| self.join(from, to));
                        back = shared;
                    }
                }
            }
        }
        if self.first.is_none() {
            self.first = Some(leaf.clone());
        }
        if against_best == Ordering::Less {
            self.best = Some(leaf);
        }
        back
    }

    fn way_of_first(&self) -> Option<&[u8]> {
        self.first.as_ref()?.path.as_deref()
    }

    fn orbit(&self, mut thing: u8) -> u8 {
        while self.orbits[usize::from(thing)] != thing {
            thing = self.orbits[usize::from(thing)];
        }
        thing
    }

    fn join(&mut self, one: u8, other: u8) {
        let (one, other) = (self.orbit(one), self.orbit(other));
        self.orbits[usize::from(one)] = other;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::board::sudoku::{Shape, generate_many};
    use crate::task::sudoku::{Symmetry, decode, encode};

    /// Does it have the form of a random copy of it, and is that form a copy too?
    fn check(board: &Sudoku, rng: &mut ChaCha8Rng) {
        let (shape, form) = (board.shape(), canonical(board));
        let copy = decode(shape, &Symmetry::random(shape, rng).apply(&encode(board)));
        assert_eq!(canonical(&copy), form, "{board:?}");
        let same = Sudoku::new(shape, form.clone()).unwrap();
        assert_eq!((same.givens(), canonical(&same)), (board.givens(), form), "{board:?}");
    }

    /// The least of all copies of a 4x4 board, each relabelled by first appearance.
    fn by_force(board: &Sudoku) -> Vec<u8> {
        let order = |bits: usize| -> [usize; 4] {
            std::array::from_fn(|line| {
                let band = (line / 2) ^ (bits & 1);
                2 * band + ((line % 2) ^ (bits >> (1 + band) & 1))
            })
        };
        let mut best = vec![u8::MAX];
        for bits in 0..128 {
            let (rows, cols, turn) = (order(bits & 7), order(bits >> 3 & 7), bits >> 6 == 1);
            let (mut labels, mut next) = ([0; 5], 0);
            let copy = (0..16).map(|cell| {
                let (row, col) = (rows[cell / 4], cols[cell % 4]);
                let value = usize::from(board.cells()[if turn { col * 4 + row } else { row * 4 + col }]);
                if value > 0 && labels[value] == 0 {
                    next += 1;
                    labels[value] = next;
                }
                labels[value]
            });
            best = best.min(copy.collect());
        }
        best
    }

    #[test]
    fn forms_of_side_four_are_equal_where_force_says_so() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let (mut forced, mut forms) = (HashMap::new(), HashSet::new());
        for round in 0..4000 {
            let mut board = Sudoku::blank(Shape::ALL[0]);
            for _ in 0..round % 7 {
                board.set(rng.random_range(0..16), rng.random_range(1..=4)).unwrap();
            }
            let form = canonical(&board);
            assert_eq!(forced.entry(by_force(&board)).or_insert_with(|| form.clone()), &form);
            forms.insert(form);
        }
        assert_eq!(forms.len(), forced.len());
        assert!(forms.len() > 100);
    }

    #[test]
    fn there_are_as_many_full_grids_as_is_known() {
        for (shape, known, count) in [(Shape::ALL[0], 2, 50), (Shape::ALL[1], 49, 6000)] {
            let grids = generate_many(shape, shape.cells()..=shape.cells(), count, 5, &|_| true).unwrap();
            let forms: HashSet<_> = grids.iter().map(|grid| canonical(&grid.board)).collect();
            assert_eq!(forms.len(), known, "{shape}");
        }
    }

    #[test]
    fn regular_boards_have_a_form_too() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        for text in ["2x2", "2x3", "1x9", "2x4", "3x3"] {
            let shape = Shape::parse_box(text).unwrap();
            let (side, rows, cols) = (shape.side(), shape.box_rows(), shape.box_cols());
            let rules: [&dyn Fn(usize, usize) -> usize; 7] = [
                &|_, _| 0,
                &|_, _| 1,
                &|row, col| if row == 0 { col + 1 } else { 0 },
                &|row, col| if row == col { row + 1 } else { 0 },
                &|row, col| usize::from(row % rows * cols + col % cols == 0),
                &|row, col| (row + col) % 2,
                &|row, col| ((row % rows + col / cols) % rows * cols + (row / rows + col % cols) % cols) % side + 1,
            ];
            for rule in rules {
                let cells = (0..side * side).map(|cell| rule(cell / side, cell % side) as u8).collect();
                let mut board = Sudoku::new(shape, cells).unwrap();
                check(&board, &mut rng);
                board.set(rng.random_range(0..side * side), 0).unwrap();
                check(&board, &mut rng);
            }
        }
    }

    #[test]
    fn puzzles_with_one_given_less_differ() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for givens in [24, 40, 60, 81] {
            for puzzle in generate_many(Shape::ALL[2], givens..=givens, 5, 1, &|_| true).unwrap() {
                check(&puzzle.board, &mut rng);
                let mut other = puzzle.board.clone();
                let at = (0..81).find(|&cell| other.get(cell) != Some(0)).unwrap();
                other.set(at, 0).unwrap();
                assert_ne!(canonical(&other), canonical(&puzzle.board));
                other.set(at, puzzle.solution.get(at).unwrap() % 9 + 1).unwrap();
                assert_ne!(canonical(&other), canonical(&puzzle.board));
            }
        }
    }

    proptest! {
        #[test]
        fn copies_share_their_form(
            text in prop::sample::select(vec!["2x2", "2x3", "3x2", "1x5", "5x1", "2x4", "1x9", "3x3"]),
            seed: u64,
            givens in 0usize..100,
        ) {
            let shape = Shape::parse_box(text).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut board = Sudoku::blank(shape);
            for _ in 0..givens {
                board.set(rng.random_range(0..shape.cells()), rng.random_range(0..=shape.side()) as u8).unwrap();
            }
            check(&board, &mut rng);
        }
    }
}
