//! Sixteen f32 at a time, for AVX-512, for AVX2, and for any other processor.
//!
//! The kernels are written once, generic over [`Lane`], and compiled once per instruction set: everything is
//! `inline(always)` into a function that carries the `target_feature`s ([`Level::run`]).

use super::tile::{Tile, run_tile};
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512};

/// How many f32 one lane holds, whatever the processor.
pub(super) const LANE: usize = 16;

/// Instruction sets there is a kernel for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// 512-bit registers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 256-bit registers and fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Whatever the compiler makes of arrays of sixteen numbers.
    Portable,
}

impl Level {
    /// The best level this processor has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }

    /// Columns of one packed panel.
    pub(super) fn panel(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::PANEL_LANES * LANE,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::PANEL_LANES * LANE,
            Self::Portable => Portable::PANEL_LANES * LANE,
        }
    }

    /// Runs a kernel compiled for this level.
    ///
    /// # Safety
    /// The processor must have the level (it comes from [`Level::detect`]), and the kernel's pointers must be valid.
    pub(super) unsafe fn run<K: Kernel>(self, kernel: K) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => run_avx512(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => run_avx2(kernel),
            Self::Portable => kernel.run::<Portable>(),
        }
    }

    /// One matrix product over a packed right side; see [`Tile`].
    ///
    /// # Safety
    /// As [`Level::run`].
    pub(super) unsafe fn tile(self, tile: Tile) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::tile(tile),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::tile(tile),
            Self::Portable => Portable::tile(tile),
        }
    }
}

/// Work that is compiled once per instruction set.
pub(super) trait Kernel {
    /// Does the work; implementations are `inline(always)`.
    ///
    /// # Safety
    /// The pointers of the kernel must be valid, and the processor must have the lane's instructions.
    unsafe fn run<L: Lane>(self);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn run_avx512<K: Kernel>(kernel: K) {
    kernel.run::<Avx512>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<K: Kernel>(kernel: K) {
    kernel.run::<Avx2>();
}

/// Sixteen f32. The methods may only be called on a processor that has the instructions: a lane type is only ever
/// chosen by [`Level`].
pub(super) trait Lane: Copy {
    /// Lanes of one packed panel: what leaves room for six rows of accumulators in the registers.
    const PANEL_LANES: usize;
    /// The same number sixteen times.
    fn splat(value: f32) -> Self;
    /// Reads sixteen numbers.
    ///
    /// # Safety
    /// Sixteen numbers must be readable.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes sixteen numbers.
    ///
    /// # Safety
    /// Sixteen numbers must be writable.
    unsafe fn store(self, to: *mut f32);
    /// Sum.
    fn add(self, other: Self) -> Self;
    /// Difference.
    fn sub(self, other: Self) -> Self;
    /// Product.
    fn mul(self, other: Self) -> Self;
    /// Quotient.
    fn div(self, other: Self) -> Self;
    /// The larger of each pair.
    fn max(self, other: Self) -> Self;
    /// `self * factor + addend`.
    fn fma(self, factor: Self, addend: Self) -> Self;
    /// `2^self`, with self clamped to -126..=126; relative error about 2e-7.
    fn exp2(self) -> Self;
    /// The sum of the sixteen.
    fn sum(self) -> f32;
    /// The largest of the sixteen.
    fn peak(self) -> f32;
    /// One matrix product, compiled for this lane.
    ///
    /// # Safety
    /// The tile's pointers must be valid.
    unsafe fn tile(tile: Tile);

    /// Reads `count` numbers (at most sixteen), zeros after them.
    ///
    /// # Safety
    /// `count` numbers must be readable.
    #[inline(always)]
    unsafe fn load_n(from: *const f32, count: usize) -> Self {
        if count >= LANE {
            return Self::load(from);
        }
        let mut all = [0.0f32; LANE];
        for i in 0..count {
            all[i] = *from.add(i);
        }
        Self::load(all.as_ptr())
    }

    /// Writes the first `count` numbers (at most sixteen).
    ///
    /// # Safety
    /// `count` numbers must be writable.
    #[inline(always)]
    unsafe fn store_n(self, to: *mut f32, count: usize) {
        if count >= LANE {
            return self.store(to);
        }
        let mut all = [0.0f32; LANE];
        self.store(all.as_mut_ptr());
        for i in 0..count {
            *to.add(i) = all[i];
        }
    }
}

/// Cephes' polynomial for `2^x - 1` over x, x in -0.5..=0.5, highest power first.
const EXP2: [f32; 6] = [1.535_336_2e-4, 1.339_887_4e-3, 9.618_437e-3, 5.550_332_5e-2, 2.402_264_8e-1, 6.931_472_2e-1];

/// `2^x` for x in -0.5..=0.5.
#[inline(always)]
pub(super) fn fraction<L: Lane>(x: L) -> L {
    let mut p = L::splat(EXP2[0]);
    p = p.fma(x, L::splat(EXP2[1]));
    p = p.fma(x, L::splat(EXP2[2]));
    p = p.fma(x, L::splat(EXP2[3]));
    p = p.fma(x, L::splat(EXP2[4]));
    p = p.fma(x, L::splat(EXP2[5]));
    p.fma(x, L::splat(1.0))
}

/// Sixteen f32 in an array.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; LANE]);

/// One operation on two portable lanes.
macro_rules! each {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $value:expr) => {{
        let mut out = [0.0f32; LANE];
        for i in 0..LANE {
            let ($x, $y) = ($a.0[i], $b.0[i]);
            out[i] = $value;
        }
        Self(out)
    }};
}

impl Lane for Portable {
    const PANEL_LANES: usize = 1;
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANE])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(from.cast::<[f32; LANE]>().read_unaligned())
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        to.cast::<[f32; LANE]>().write_unaligned(self.0);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        each!(self, other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        each!(self, other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        each!(self, other, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        each!(self, other, |a, b| a / b)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        each!(self, other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn fma(self, factor: Self, addend: Self) -> Self {
        let mut out = [0.0f32; LANE];
        for i in 0..LANE {
            // Without the instruction `mul_add` is a slow library call; 64-bit ARM always has it.
            out[i] = if cfg!(target_arch = "aarch64") {
                self.0[i].mul_add(factor.0[i], addend.0[i])
            } else {
                self.0[i] * factor.0[i] + addend.0[i]
            };
        }
        Self(out)
    }
    #[inline(always)]
    fn exp2(self) -> Self {
        /// Adding and subtracting it rounds to a whole number.
        const ROUND: f32 = 12_582_912.0;
        let x = each!(self, self, |a, _b| a.clamp(-126.0, 126.0));
        let whole = each!(x, x, |a, _b| (a + ROUND) - ROUND);
        let part = fraction(x.sub(whole));
        each!(part, whole, |p, w| p * f32::from_bits(((w as i32 + 127) as u32) << 23))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        self.0.iter().sum()
    }
    #[inline(always)]
    fn peak(self) -> f32 {
        self.0.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a })
    }
    #[inline(always)]
    unsafe fn tile(tile: Tile) {
        run_tile::<Self>(tile);
    }
}
