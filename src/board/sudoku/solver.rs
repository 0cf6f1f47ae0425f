//! A solver on bit masks: naked and hidden singles to the end, then the cell with the fewest candidates is guessed.

use std::fmt;

use super::{Shape, Sudoku};

/// The most branches one question may cost before the solver gives up: far more than any published hard puzzle
/// needs, and about a second of work.
pub const NODE_BUDGET: u64 = 200_000;

/// The largest board's number of cells.
const MAX_CELLS: usize = 81;

/// The solver spent [`NODE_BUDGET`] without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("gave up after {NODE_BUDGET} branches with {found} solutions found: add givens to the board")]
pub struct GaveUp {
    /// How many solutions were found until then.
    pub found: usize,
}

/// How many ways there are to finish a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Solutions {
    /// The board cannot be finished.
    None,
    /// There is exactly this one way, as a puzzle should have it.
    Unique(Sudoku),
    /// There are two ways or more.
    Several,
    /// The solver gave up after [`NODE_BUDGET`] branches.
    Unknown,
}

impl fmt::Display for Solutions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no solution",
            Self::Unique(_) => "one solution",
            Self::Several => "several solutions",
            Self::Unknown => "more solutions than could be counted",
        })
    }
}

/// Can the board be finished, and in how many ways?
pub fn classify(board: &Sudoku) -> Solutions {
    let solver = Solver::new(board.shape());
    let search = solver.search(board, 2);
    match (search.found, search.gave_up, search.first) {
        (1, false, Some(solution)) => Solutions::Unique(solution),
        (0, false, _) => Solutions::None,
        (0 | 1, _, _) => Solutions::Unknown,
        _ => Solutions::Several,
    }
}

/// The number of ways to finish the board, counted up to `limit`.
///
/// # Errors
/// [`GaveUp`] when [`NODE_BUDGET`] branches did not settle it.
pub fn count_solutions(board: &Sudoku, limit: usize) -> Result<usize, GaveUp> {
    let solver = Solver::new(board.shape());
    let search = solver.search(board, limit);
    match search.gave_up {
        true => Err(GaveUp { found: search.found }),
        false => Ok(search.found),
    }
}

/// The first way to finish the board, or `None` when there is none or the solver gave up ([`classify`] tells which).
pub fn solve(board: &Sudoku) -> Option<Sudoku> {
    Solver::new(board.shape()).search(board, 1).first
}

/// The tables of one shape, shared by many searches.
pub(super) struct Solver {
    shape: Shape,
    /// The cells of each row, column and box, one unit after the other.
    units: Vec<u8>,
    /// For each cell, the other cells of its units.
    peers: Vec<Vec<u8>>,
}

/// What is still possible: a bit per digit (bit 0 is digit 1) in each cell.
#[derive(Clone)]
pub(super) struct Grid {
    pub(super) candidates: [u16; MAX_CELLS],
    /// A bit per cell whose digit has been taken from its peers.
    placed: u128,
}

/// One search and what came of it.
pub(super) struct Search<'a> {
    solver: &'a Solver,
    limit: usize,
    nodes_left: u64,
    /// Digits tried where another was still possible.
    pub(super) guesses: u32,
    pub(super) found: usize,
    pub(super) first: Option<Sudoku>,
    pub(super) gave_up: bool,
}

impl Solver {
    pub(super) fn new(shape: Shape) -> Self {
        let units = shape.units();
        let mut peers = vec![Vec::new(); shape.cells()];
        for unit in &units {
            for &cell in unit {
                for &other in unit {
                    if other != cell && !peers[cell].contains(&(other as u8)) {
                        peers[cell].push(other as u8);
                    }
                }
            }
        }
        Self { shape, units: units.concat().into_iter().map(|cell| cell as u8).collect(), peers }
    }

    /// A bit for each digit of the board.
    pub(super) fn all_digits(&self) -> u16 {
        (1 << self.shape.side()) - 1
    }

    /// The board's givens, before any conclusion is drawn from them.
    pub(super) fn grid(&self, cells: &[u8]) -> Grid {
        let mut candidates = [0; MAX_CELLS];
        for (mask, &digit) in candidates.iter_mut().zip(cells) {
            *mask = match digit {
                0 => self.all_digits(),
                digit => 1 << (digit - 1),
            };
        }
        Grid { candidates, placed: 0 }
    }

    /// Draws all conclusions from naked and hidden singles; false when the board turns out to be impossible.
    pub(super) fn propagate(&self, grid: &mut Grid) -> bool {
        loop {
            if !self.place_singles(grid) {
                return false;
            }
            match self.find_hidden_singles(grid) {
                None => return false,
                Some(false) => return true,
                Some(true) => {}
            }
        }
    }

    /// Takes the digit of each cell that has only one from its peers, until there is no new such cell.
    fn place_singles(&self, grid: &mut Grid) -> bool {
        loop {
            let before = grid.placed;
            for cell in 0..self.shape.cells() {
                let mask = grid.candidates[cell];
                if grid.placed >> cell & 1 == 1 || !mask.is_power_of_two() {
                    if mask == 0 {
                        return false;
                    }
                    continue;
                }
                grid.placed |= 1 << cell;
                for &peer in &self.peers[cell] {
                    let peer = &mut grid.candidates[usize::from(peer)];
                    *peer &= !mask;
                    if *peer == 0 {
                        return false;
                    }
                }
            }
            if grid.placed == before {
                return true;
            }
        }
    }

    /// Finds the digits that have one place left in a unit: `None` when one has no place, else whether any was found.
    fn find_hidden_singles(&self, grid: &mut Grid) -> Option<bool> {
        let mut changed = false;
        for unit in self.units.chunks_exact(self.shape.side()) {
            let (mut once, mut twice) = (0u16, 0u16);
            for &cell in unit {
                let mask = grid.candidates[usize::from(cell)];
                twice |= once & mask;
                once |= mask;
            }
            if once != self.all_digits() {
                return None;
            }
            let single = once & !twice;
            for &cell in unit {
                let cell = usize::from(cell);
                let hidden = grid.candidates[cell] & single;
                if hidden != 0 && hidden != grid.candidates[cell] {
                    if !hidden.is_power_of_two() {
                        return None;
                    }
                    grid.candidates[cell] = hidden;
                    changed = true;
                }
            }
        }
        Some(changed)
    }

    /// The cells that have no digit yet, each with its number of candidates.
    pub(super) fn open_cells<'g>(&self, grid: &'g Grid) -> impl Iterator<Item = (usize, u32)> + use<'g> {
        (0..self.shape.cells())
            .filter(|cell| grid.placed >> cell & 1 == 0)
            .map(|cell| (cell, grid.candidates[cell].count_ones()))
    }

    /// A finished grid's digits.
    pub(super) fn digits(&self, grid: &Grid) -> Vec<u8> {
        grid.candidates[..self.shape.cells()].iter().map(|mask| mask.trailing_zeros() as u8 + 1).collect()
    }

    /// Looks for up to `limit` ways to finish the board.
    pub(super) fn search(&self, board: &Sudoku, limit: usize) -> Search<'_> {
        self.search_grid(self.grid(board.cells()), limit)
    }

    /// Looks for up to `limit` ways to finish the grid.
    pub(super) fn search_grid(&self, grid: Grid, limit: usize) -> Search<'_> {
        let mut search =
            Search { solver: self, limit, nodes_left: NODE_BUDGET, guesses: 0, found: 0, first: None, gave_up: false };
        if limit > 0 {
            search.visit(grid);
        }
        search
    }
}

impl Search<'_> {
    /// Explores what follows from the grid; false when the search is over.
    fn visit(&mut self, mut grid: Grid) -> bool {
        if !self.solver.propagate(&mut grid) {
            return true;
        }
        let Some(cell) = fewest(self.solver.open_cells(&grid)) else {
            self.found += 1;
            if self.first.is_none() {
                self.first = Some(Sudoku { shape: self.solver.shape, cells: self.solver.digits(&grid) });
            }
            return self.found < self.limit;
        };
        let mut open = grid.candidates[cell];
        while open != 0 {
            let digit = open & open.wrapping_neg();
            open &= !digit;
            self.guesses += u32::from(open != 0);
            if self.nodes_left == 0 {
                self.gave_up = true;
                return false;
            }
            self.nodes_left -= 1;
            let mut next = grid.clone();
            next.candidates[cell] = digit;
            if !self.visit(next) {
                return false;
            }
        }
        true
    }
}

/// The first cell with the fewest candidates; a cell with two ends the look-out.
fn fewest(open: impl Iterator<Item = (usize, u32)>) -> Option<usize> {
    let mut best = None;
    let mut least = u32::MAX;
    for (cell, count) in open {
        if count < least {
            (best, least) = (Some(cell), count);
            if count == 2 {
                break;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HARD: &str = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..";

    fn board(text: &str) -> Sudoku {
        Sudoku::parse(text, None).unwrap()
    }

    #[test]
    fn a_hard_puzzle_has_its_one_solution() {
        let puzzle = board(HARD);
        let Solutions::Unique(solution) = classify(&puzzle) else {
            panic!("not unique");
        };
        assert!(solution.is_solved() && solution.extends(&puzzle));
        assert_eq!(count_solutions(&puzzle, 10), Ok(1));
        assert_eq!(solve(&puzzle), Some(solution));
    }

    #[test]
    fn all_grids_of_side_four_are_counted() {
        let blank = Sudoku::blank(Shape::for_side(4).unwrap());
        assert_eq!(count_solutions(&blank, usize::MAX), Ok(288));
        assert_eq!(count_solutions(&blank, 5), Ok(5));
        assert_eq!(count_solutions(&blank, 0), Ok(0));
        assert_eq!(classify(&blank), Solutions::Several);
    }

    #[test]
    fn impossible_boards_have_no_solution() {
        for text in ["1..1 .... .... ....", "1234 3412 2143 4322", "123. ...4 .... ...."] {
            assert_eq!(classify(&board(text)), Solutions::None, "{text}");
            assert_eq!(solve(&board(text)), None);
        }
    }

    #[test]
    fn the_budget_ends_a_long_count() {
        let blank = Sudoku::blank(Shape::for_side(9).unwrap());
        let Err(GaveUp { found }) = count_solutions(&blank, usize::MAX) else {
            panic!("counted all 9x9 grids");
        };
        assert!(found > 1000);
        assert_eq!(classify(&blank), Solutions::Several);
    }

    proptest! {
        #[test]
        fn whatever_is_found_is_right(board in super::super::text::tests::any_board(), keep in 0.0f64..0.5, seed: u64) {
            // Thin the board out, for a full one is hardly ever right.
            let mut puzzle = board;
            let mut state = seed | 1;
            for cell in 0..puzzle.cells().len() {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                if (state % 1000) as f64 > keep * 1000.0 {
                    puzzle.set(cell, 0).unwrap();
                }
            }
            match classify(&puzzle) {
                Solutions::Unique(solution) => {
                    prop_assert!(solution.is_solved() && solution.extends(&puzzle));
                }
                Solutions::Several => prop_assert!(!puzzle.conflicts().contains(&true)),
                Solutions::None => prop_assert_eq!(solve(&puzzle), None),
                Solutions::Unknown => {}
            }
        }
    }
}
