//! Rows, columns, digits, bands and stacks, how they hang together, and the colours that tell them apart.

/// Rows, columns, digits, bands and stacks of the largest board.
pub(super) const MOST: usize = 45;

/// A colour for each row, column, digit, band and stack: the number of things that come before its class.
pub(super) type Colours = [u8; MOST];

/// A board as things and their relations.
pub(super) struct Links {
    side: usize,
    cells: Vec<u8>,
    /// Rows come first, then columns, digits, bands and stacks: so many in all.
    pub(super) things: usize,
    /// The first stack.
    stacks: usize,
    /// The row, column and digit of each given.
    givens: Vec<[u8; 3]>,
    /// A line and its band, or stack.
    members: Vec<[u8; 2]>,
    /// Two rows, columns or digits, and a number for how they lie to each other.
    pairs: Vec<(u8, u8, u64)>,
    /// Does it hold a given? What does not can be exchanged with its like.
    holds: [bool; MOST],
}

impl Links {
    pub(super) fn new(side: usize, box_rows: usize, box_cols: usize, cells: Vec<u8>) -> Self {
        let (col, digit, band) = (side, 2 * side, 3 * side);
        let stack = band + side / box_rows;
        let mut links = Self {
            side,
            things: stack + side / box_cols,
            stacks: stack,
            givens: Vec::with_capacity(cells.len()),
            members: Vec::with_capacity(2 * side),
            pairs: Vec::with_capacity(3 * side * (side - 1) / 2),
            holds: [false; MOST],
            cells,
        };
        for line in 0..side {
            links.members.push([line as u8, (band + line / box_rows) as u8]);
            links.members.push([(col + line) as u8, (stack + line / box_cols) as u8]);
        }
        // For each row the digits by column, for each column the digits by row, for each digit the columns by row.
        let mut seen = vec![[0u16; 9]; 3 * side];
        for (cell, &value) in links.cells.iter().enumerate().filter(|&(_, &value)| value != 0) {
            let (r, c, d) = (cell / side, cell % side, usize::from(value) - 1);
            links.givens.push([r as u8, (col + c) as u8, (digit + d) as u8]);
            seen[r][c] |= 1 << d;
            seen[col + c][r] |= 1 << d;
            seen[digit + d][r] |= 1 << c;
            for thing in [r, col + c, digit + d, band + r / box_rows, stack + c / box_cols] {
                links.holds[thing] = true;
            }
        }
        for one in 0..3 * side {
            for other in one + 1..(one / side + 1) * side {
                links.pairs.push((one as u8, other as u8, relation(&seen[one], &seen[other])));
            }
        }
        links
    }

    /// Things of one kind have one colour.
    pub(super) fn start(&self) -> Colours {
        let mut colours = [0; MOST];
        let mut first = 0;
        for end in [self.side, 2 * self.side, 3 * self.side, self.stacks, self.things] {
            colours[first..end].fill(first as u8);
            first = end;
        }
        colours
    }

    /// Gives different colours to things that stand in different relations to the colours, until nothing changes.
    /// Returns a number that is the same for symmetric copies.
    pub(super) fn refine(&self, colours: &mut Colours) -> u64 {
        let mut trace = 0;
        let mut classes = 0;
        loop {
            let mut sums = [0u64; MOST];
            let mut add = |thing: u8, what: u64| {
                let sum = &mut sums[usize::from(thing)];
                *sum = sum.wrapping_add(what);
            };
            let colour = |thing: u8| u64::from(colours[usize::from(thing)]);
            for &[row, col, digit] in &self.givens {
                let given = mix(1 << 24 | colour(row) << 16 | colour(col) << 8 | colour(digit));
                [row, col, digit].into_iter().for_each(|thing| add(thing, given));
            }
            for &[line, group] in &self.members {
                add(line, mix(2 << 24 | colour(group)));
                add(group, mix(3 << 24 | colour(line)));
            }
            for &(one, other, relation) in &self.pairs {
                add(one, mix(relation ^ colour(other)));
                add(other, mix(relation ^ colour(one)));
            }
            let mut sorted: [(u8, u64, u8); MOST] = std::array::from_fn(|at| (colours[at], sums[at], at as u8));
            let sorted = &mut sorted[..self.things];
            sorted.sort_unstable();
            let before = classes;
            classes = 0;
            let mut last = (u8::MAX, 0);
            let mut first = 0;
            for (at, &(colour, sum, thing)) in sorted.iter().enumerate() {
                if (colour, sum) != last {
                    (last, first) = ((colour, sum), at as u8);
                    classes += 1;
                }
                colours[usize::from(thing)] = first;
                trace = mix(trace ^ sum ^ u64::from(first));
            }
            if classes == before {
                return trace;
            }
        }
    }

    /// The first of the smallest classes whose members are alike but not exchangeable for having no givens.
    pub(super) fn undecided(&self, colours: &Colours) -> Option<Vec<u8>> {
        let mut members = [0u8; MOST];
        for thing in 0..self.things {
            members[usize::from(colours[thing])] += u8::from(self.holds[thing]);
        }
        let open = (0..self.things).filter(|&colour| members[colour] > 1);
        let colour = open.min_by_key(|&colour| members[colour])?;
        let alike = (0..self.things).filter(|&thing| self.holds[thing] && usize::from(colours[thing]) == colour);
        Some(alike.map(|thing| thing as u8).collect())
    }

    /// Rows, columns and digits as the colours order them, and the board in that order.
    pub(super) fn arrange(&self, colours: &Colours) -> (Vec<u8>, Vec<u8>) {
        let side = self.side;
        let mut order: Vec<u8> = (0..3 * side as u8).collect();
        let mut groups = [(0, 0); MOST];
        for &[line, group] in &self.members {
            groups[usize::from(line)] = (colours[usize::from(group)], group);
        }
        for kind in order.chunks_mut(side) {
            kind.sort_by_key(|&thing| (groups[usize::from(thing)], colours[usize::from(thing)]));
        }
        let mut label = [0; 10];
        for (at, &digit) in order[2 * side..].iter().enumerate() {
            label[usize::from(digit) - 2 * side + 1] = at as u8 + 1;
        }
        let mut image = Vec::with_capacity(self.cells.len());
        for &row in &order[..side] {
            for &col in &order[side..2 * side] {
                let cell = usize::from(row) * side + usize::from(col) - side;
                image.push(label[usize::from(self.cells[cell])]);
            }
        }
        (order, image)
    }
}

/// How two lines, or digits, lie to each other: where both have something, what they have there is linked; the number
/// tells the sizes of the groups that are linked. For two full rows these are the cycles that lead from one to the
/// other.
fn relation(one: &[u16; 9], other: &[u16; 9]) -> u64 {
    let mut groups = [(0u16, 0u64); 9];
    let mut count = 0;
    for (&one, &other) in one.iter().zip(other) {
        if one == 0 || other == 0 {
            continue;
        }
        let mut group = (one | other, u64::from(one.count_ones() * other.count_ones()));
        // Groups that share a thing with it become part of it.
        let mut kept = 0;
        for at in 0..count {
            if groups[at].0 & group.0 == 0 {
                groups[kept] = groups[at];
                kept += 1;
            } else {
                group = (group.0 | groups[at].0, group.1 + groups[at].1);
            }
        }
        groups[kept] = group;
        count = kept + 1;
    }
    let sizes = groups[..count].iter().map(|&(things, links)| mix(u64::from(things.count_ones()) << 8 | links));
    // The lowest byte is left for a colour.
    mix(sizes.fold(0, u64::wrapping_add)) & !0xff
}

/// Scatters the bits of a number (the finaliser of splitmix64).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
