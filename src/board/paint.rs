//! Shapes on a grid of cells, counted from 0 row by row: what a stroke of a tool covers.

/// The cells of a straight line between two cells, both included: one for each step of the longer side, so that a fast
/// stroke leaves no gap.
pub fn line(cols: usize, from: usize, to: usize) -> Vec<usize> {
    let place = |cell: usize| ((cell / cols) as isize, (cell % cols) as isize);
    let ((row, col), (last_row, last_col)) = (place(from), place(to));
    let (down, right) = (last_row - row, last_col - col);
    let steps = down.abs().max(right.abs());
    let at = |step: isize| {
        // Rounded half away from zero, so that a line and its reverse differ as little as may be.
        let part = |way: isize| if steps == 0 { 0 } else { (2 * way * step + steps * way.signum()) / (2 * steps) };
        ((row + part(down)) as usize) * cols + (col + part(right)) as usize
    };
    (0..=steps).map(at).collect()
}

/// The cells of the rectangle that has two cells as opposite corners, row by row.
pub fn rectangle(cols: usize, from: usize, to: usize) -> Vec<usize> {
    let order = |a: usize, b: usize| a.min(b)..=a.max(b);
    let columns = order(from % cols, to % cols);
    order(from / cols, to / cols).flat_map(|row| columns.clone().map(move |col| row * cols + col)).collect()
}

/// The outline of [`rectangle`].
pub fn outline(cols: usize, from: usize, to: usize) -> Vec<usize> {
    let edge = |cell: &usize| {
        let (row, col) = (cell / cols, cell % cols);
        [from / cols, to / cols].contains(&row) || [from % cols, to % cols].contains(&col)
    };
    rectangle(cols, from, to).into_iter().filter(edge).collect()
}

/// The cells that hang together with one over cells beside each other that are like it.
pub fn region<T: PartialEq>(cells: &[T], cols: usize, from: usize) -> Vec<usize> {
    let Some(like) = cells.get(from) else { return Vec::new() };
    let mut seen = vec![false; cells.len()];
    seen[from] = true;
    let mut found = vec![from];
    let mut next = 0;
    while let Some(&cell) = found.get(next) {
        next += 1;
        let col = cell % cols;
        let beside = [
            cell.checked_sub(cols),
            (col > 0).then(|| cell - 1),
            (col + 1 < cols).then(|| cell + 1),
            Some(cell + cols),
        ];
        for other in beside.into_iter().flatten() {
            if cells.get(other) == Some(like) && !seen[other] {
                seen[other] = true;
                found.push(other);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shapes() {
        assert_eq!(line(5, 0, 4), [0, 1, 2, 3, 4]);
        assert_eq!(line(5, 24, 0), [24, 18, 12, 6, 0]);
        assert_eq!(line(5, 7, 7), [7]);
        assert_eq!(rectangle(5, 8, 11), [6, 7, 8, 11, 12, 13]);
        assert_eq!(outline(5, 6, 18), [6, 7, 8, 11, 13, 16, 17, 18]);
        assert_eq!(region(&[1, 1, 0, 0, 1, 0, 1, 0, 0], 3, 0), [0, 1, 4]);
        assert!(region(&[1], 1, 3).is_empty());
    }

    proptest! {
        #[test]
        fn lines_are_joined_and_reach_both_ends(cols in 1usize..12, from in 0usize..100, to in 0usize..100) {
            let cells = line(cols, from, to);
            prop_assert_eq!((cells.first(), cells.last()), (Some(&from), Some(&to)));
            let near = |a: usize, b: usize| (a / cols).abs_diff(b / cols) <= 1 && (a % cols).abs_diff(b % cols) <= 1;
            prop_assert!(cells.windows(2).all(|pair| near(pair[0], pair[1])));
        }
    }
}
