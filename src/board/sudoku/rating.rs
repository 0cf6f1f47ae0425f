//! How hard a puzzle is for a solver that has to guess.

use super::Sudoku;
use super::solver::Solver;

/// The number of guesses [`super::solve`] makes before its first solution: 0 for a puzzle that naked and hidden
/// singles solve alone.
///
/// A guess is a digit tried in a cell where another is still possible; the last one left is a conclusion. This is
/// this program's own, simpler measure in the manner of the `rating` column of Sudoku-Extreme (guesses of a
/// tdoku-style solver, which concludes more from the givens): figures grow together but are not equal.
///
/// A board without a solution is rated by the guesses that show it.
pub fn rating(board: &Sudoku) -> u32 {
    Solver::new(board.shape()).search(board, 1).guesses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singles_need_no_guess_and_hard_puzzles_do() {
        let singles = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79";
        assert_eq!(rating(&Sudoku::parse(singles, None).unwrap()), 0);
        let hard = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..";
        assert!(rating(&Sudoku::parse(hard, None).unwrap()) > 5);
    }
}
