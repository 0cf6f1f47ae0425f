//! Buffers that live on: a fresh large buffer per operation costs more in page faults than the operation itself.

use super::lane::LANE;
use std::cell::RefCell;

/// One cache line, so that a lane is always read in one piece.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LANE]);

thread_local! {
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Lends a buffer of this thread, aligned to cache lines, with arbitrary contents.
pub(super) fn with_scratch<R>(length: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    let mut lines = FREE.with(|free| free.borrow_mut().pop()).unwrap_or_default();
    let need = length.div_ceil(LANE);
    if lines.len() < need {
        lines.resize(need, Line([0.0; LANE]));
    }
    // A line is sixteen f32 without padding, and `length` of them were just made sure of.
    let floats = unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast::<f32>(), length) };
    let result = work(floats);
    FREE.with(|free| free.borrow_mut().push(lines));
    result
}

/// Cuts the next `length` numbers off a buffer, rounded up to whole lanes so that the next piece is aligned too.
pub(super) fn cut<'a>(rest: &mut &'a mut [f32], length: usize) -> &'a mut [f32] {
    let whole = std::mem::take(rest);
    let (piece, tail) = whole.split_at_mut(padded(length));
    *rest = tail;
    piece
}

/// `length` rounded up to whole lanes.
pub(super) fn padded(length: usize) -> usize {
    length.next_multiple_of(LANE)
}

/// A pointer into a buffer that several threads write disjoint parts of.
#[derive(Clone, Copy)]
pub(super) struct Shared(*mut f32, usize);

// Whoever writes through it sees to it that the parts are disjoint.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Shared {
    /// Shares a buffer; the caller keeps it borrowed while parts are in use.
    pub(super) fn new(buffer: &mut [f32]) -> Self {
        Self(buffer.as_mut_ptr(), buffer.len())
    }

    /// The pointer to one number.
    pub(super) fn at(self, index: usize) -> *mut f32 {
        debug_assert!(index <= self.1);
        self.0.wrapping_add(index)
    }

    /// A part as a slice.
    ///
    /// # Safety
    /// No two threads may hold overlapping parts.
    pub(super) unsafe fn part<'a>(self, start: usize, length: usize) -> &'a mut [f32] {
        debug_assert!(start + length <= self.1);
        std::slice::from_raw_parts_mut(self.0.add(start), length)
    }
}

/// A pointer that several threads read from.
#[derive(Clone, Copy)]
pub(super) struct Reading(pub(super) *const f32);

// What it points to is only read while it is shared.
unsafe impl Send for Reading {}
unsafe impl Sync for Reading {}

impl Reading {
    /// The pointer to one number.
    pub(super) fn at(self, index: usize) -> *const f32 {
        self.0.wrapping_add(index)
    }
}
