//! What stands before the items of a file: their type and the shape.

/// How a whole number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// Bytes of one.
    pub size: usize,
    signed: bool,
    big_endian: bool,
}

impl Item {
    /// The type that NumPy calls `descr`; None when it holds no whole numbers.
    fn parse(descr: &str) -> Option<Self> {
        let (order, kind) = match descr.as_bytes() {
            [order @ (b'<' | b'>' | b'=' | b'|'), kind @ ..] => (*order, kind),
            kind => (b'=', kind),
        };
        let (signed, size) = match kind {
            b"b1" | b"?" | b"u1" => (false, 1),
            b"i1" => (true, 1),
            b"u2" => (false, 2),
            b"i2" => (true, 2),
            b"u4" => (false, 4),
            b"i4" => (true, 4),
            b"u8" => (false, 8),
            b"i8" => (true, 8),
            _ => return None,
        };
        let big_endian = order == b'>' || order == b'=' && cfg!(target_endian = "big");
        Some(Self { size, signed, big_endian })
    }

    /// The number in `bytes`, `size` of them; what no i64 holds becomes its largest value.
    pub fn value(self, bytes: &[u8]) -> i64 {
        let mut wide = [0; 8];
        for (place, at) in wide.iter_mut().zip(0..self.size) {
            *place = bytes[if self.big_endian { self.size - 1 - at } else { at }];
        }
        let unused = 64 - 8 * self.size as u32;
        match self.signed {
            true => (i64::from_le_bytes(wide) << unused) >> unused,
            false => i64::try_from(u64::from_le_bytes(wide)).unwrap_or(i64::MAX),
        }
    }
}
/// What stands before the items.
pub(super) struct Header {
    pub item: Item,
    pub shape: Vec<u64>,
}

impl Header {
    /// Reads the Python dictionary that NumPy writes; says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let odd = || format!("its header `{}` is not understood", text.trim_end().chars().take(80).collect::<String>());
        let mut rest = Literal(text);
        let (mut item, mut shape) = (None, None);
        let mut fortran = false;
        if !rest.eat('{') {
            return Err(odd());
        }
        while !rest.eat('}') {
            let key = rest.string().ok_or_else(odd)?;
            if !rest.eat(':') {
                return Err(odd());
            }
            match key {
                "descr" => {
                    let name = rest.string().ok_or("it holds records: save each field as an array of its own")?;
                    let found = Item::parse(name).ok_or_else(|| {
                        format!("it holds `{}`, not whole numbers", name.chars().take(20).collect::<String>())
                    })?;
                    item = Some(found);
                }
                "fortran_order" => fortran = rest.boolean().ok_or_else(odd)?,
                "shape" => shape = Some(rest.tuple().ok_or_else(odd)?),
                _ => return Err(odd()),
            }
            if !rest.eat(',') && !rest.0.trim_start().starts_with('}') {
                return Err(odd());
            }
        }
        let header = Self { item: item.ok_or_else(odd)?, shape: shape.ok_or_else(odd)? };
        if !(1..=2).contains(&header.shape.len()) {
            return Err(format!("it has the shape {}, and one or two dimensions are expected", header.shape_text()));
        }
        if fortran && header.shape.len() == 2 {
            return Err("it is stored column by column: save numpy.ascontiguousarray(...) of it".into());
        }
        Ok(header)
    }

    /// The shape as NumPy shows it.
    pub fn shape_text(&self) -> String {
        let sides: Vec<String> = self.shape.iter().map(u64::to_string).collect();
        format!("({})", sides.join(", "))
    }
}

/// What is left of a Python literal.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    fn eat(&mut self, character: char) -> bool {
        match self.0.trim_start().strip_prefix(character) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let (text, rest) = rest[1..].split_once(quote)?;
        self.0 = rest;
        Some(text)
    }

    fn boolean(&mut self) -> Option<bool> {
        let rest = self.0.trim_start();
        let found = [("True", true), ("False", false)];
        let (word, value) = found.into_iter().find(|(word, _)| rest.starts_with(word))?;
        self.0 = &rest[word.len()..];
        Some(value)
    }

    /// Whole numbers in parentheses; more than a few are no shape.
    fn tuple(&mut self) -> Option<Vec<u64>> {
        let (inside, rest) = self.0.trim_start().strip_prefix('(')?.split_once(')')?;
        self.0 = rest;
        let inside = inside.trim();
        let inside = inside.strip_suffix(',').unwrap_or(inside);
        if inside.is_empty() {
            return Some(Vec::new());
        }
        inside.split(',').take(33).map(|side| side.trim().trim_end_matches('L').parse().ok()).collect()
    }
}
