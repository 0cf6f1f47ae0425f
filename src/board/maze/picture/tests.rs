//! Pictures read as mazes.

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::super::{MazeKind, generate};
use super::*;

/// A maze as people draw them: `size` pixels a cell, with lines between the cells when there is room.
fn drawn(maze: &Maze, size: usize, lines: bool, [wall, open]: [u8; 2]) -> (usize, Vec<u8>) {
    let pixels = maze.side() * size;
    let mut rgba = Vec::new();
    for at in 0..pixels * pixels {
        let (row, column) = (at / pixels, at % pixels);
        let cell = maze.get(row / size * maze.side() + column / size);
        let line = lines && size > 5 && (row % size == 0 || column % size == 0);
        rgba.extend(match cell {
            _ if line => [128, 128, 128, 255],
            Some(Cell::Wall) => [wall, wall, wall, 255],
            Some(Cell::Start) => [30, 190, 60, 255],
            Some(Cell::Goal) => [220, 40, 40, 255],
            _ => [open, open, open, 255],
        });
    }
    (pixels, rgba)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_drawn_maze_is_read_back(seed in 0u64..1000, side in 5usize..31, size in 1usize..12, lines: bool) {
        let kind = MazeKind::ALL[seed as usize % 3];
        let maze = generate(side, kind, kind.usual_length(side), &mut ChaCha8Rng::seed_from_u64(seed));
        prop_assume!(maze.is_ok());
        let maze = maze.unwrap().maze;
        let (pixels, rgba) = drawn(&maze, size, lines, [20, 235]);
        let picture = Picture::new(pixels, pixels, &rgba).unwrap();
        let reading = Reading { side, cropped: false, ..picture.guess() };
        prop_assert_eq!(picture.read(reading).unwrap(), maze.clone());
        let (_, rgba) = drawn(&maze, size, lines, [235, 20]);
        let picture = Picture::new(pixels, pixels, &rgba).unwrap();
        let reading = Reading { light_walls: true, side, cropped: false, ..picture.guess() };
        prop_assert_eq!(picture.read(reading).unwrap(), maze);
    }
}

#[test]
fn the_number_of_cells_is_guessed() {
    for side in [5, 9, 15, 21, 30] {
        let mut rng = ChaCha8Rng::seed_from_u64(side as u64);
        let maze = generate(side, MazeKind::Obstacles, 4..=side * 2, &mut rng).unwrap();
        for (size, lines) in [(1, false), (4, false), (9, true), (20, true)] {
            let (pixels, rgba) = drawn(&maze.maze, size, lines, [0, 255]);
            let guess = Picture::new(pixels, pixels, &rgba).unwrap().guess();
            assert_eq!(guess.side, side, "{size} pixels a cell");
        }
    }
}

/// A maze with walls and open cells along all its edges, and one within walls.
fn two_mazes() -> [Maze; 2] {
    let open = "S  #     \n## # ### \n   #   # \n ##### # \n #     # \n # ##### \n #   #   \n ### # ##\n     #  G";
    let walled = "#########\n#S  #   #\n### # # #\n#   # # #\n# ### # #\n#   # # #\n### # # #\n#     #G#\n#########";
    [open, walled].map(|text| Maze::parse(text).unwrap())
}

/// A picture of a maze, 20 pixels a cell, within a margin: above, below, left and right.
fn framed(maze: &Maze, [above, below, left, right]: [usize; 4], ground: [u8; 3]) -> Picture {
    let (pixels, drawn) = drawn(maze, 20, false, [20, 235]);
    let (width, height) = (left + pixels + right, above + pixels + below);
    let [red, green, blue] = ground;
    let mut rgba = [red, green, blue, 255].repeat(width * height);
    for row in 0..pixels {
        let at = ((above + row) * width + left) * 4;
        rgba[at..at + pixels * 4].copy_from_slice(&drawn[row * pixels * 4..][..pixels * 4]);
    }
    Picture::new(width, height, &rgba).unwrap()
}

#[test]
fn a_margin_of_one_colour_is_left_out() {
    for maze in two_mazes() {
        for margin in [[13; 4], [8, 8, 9, 8], [10; 4], [50; 4], [13, 60, 40, 100]] {
            for ground in [[255; 3], [235, 235, 200]] {
                let picture = framed(&maze, margin, ground);
                assert_eq!(picture.read(picture.guess()).unwrap(), maze, "{margin:?}, {ground:?}");
            }
        }
    }
    // A margin as wide as a cell may be cells, unless walls stand all around.
    let [open, walled] = two_mazes();
    assert_eq!(framed(&open, [20; 4], [235; 3]).guess().side, 11);
    assert_eq!(framed(&walled, [20; 4], [235; 3]).guess().side, 9);
}

#[test]
fn walls_at_the_edge_are_no_margin() {
    let [_, walled] = two_mazes();
    let picture = framed(&walled, [0; 4], [0; 3]);
    let guess = picture.guess();
    assert!(picture.has_margin() && !guess.cropped);
    assert_eq!(picture.read(guess).unwrap(), walled);
    let cropped = picture.guess_cropped(true);
    assert_eq!((cropped.side, cropped.cropped), (7, true), "a person may leave them out");
    assert_eq!(picture.read(cropped).unwrap().side(), 7);
}

#[test]
fn of_a_large_picture_only_so_many_pixels_are_kept() {
    let [open, _] = two_mazes();
    let (pixels, rgba) = drawn(&open, 200, false, [20, 235]);
    let picture = Picture::new(pixels, pixels, &rgba).unwrap();
    assert_eq!((picture.whole.size, picture.whole.pixels), (1800, MOST_PIXELS));
    assert_eq!(picture.read(picture.guess()).unwrap(), open);
}

#[test]
fn what_is_no_maze_says_why() {
    let error = Picture::new(100, 50, &[0; 20_000]).unwrap_err().to_string();
    assert!(error.contains("100 x 50") && error.contains("square"), "{error}");
    assert!(Picture::new(0, 0, &[]).is_err() && Picture::new(9, 9, &[0; 4]).is_err());
    let picture = Picture::new(8, 8, &[255; 256]).unwrap();
    let reading = picture.guess();
    assert!(picture.read(Reading { side: 9, ..reading }).unwrap_err().to_string().contains("8 x 8"));
    assert!(picture.read(Reading { side: 99, ..reading }).is_err());
    // Nothing but white: an empty board without ends.
    let maze = picture.read(Reading { side: 5, ..reading }).unwrap();
    assert!(maze.start().is_none() && maze.cells().iter().all(|cell| *cell == Cell::Open));
}
