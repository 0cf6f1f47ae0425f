//! The two lanes of x86 processors.

use super::lane::{LANE, Lane, fraction};
use super::tile::{Tile, run_tile};
use std::arch::x86_64::*;

/// One 512-bit register.
#[derive(Clone, Copy)]
pub(super) struct Avx512(__m512);

#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn tile_avx512(tile: Tile) {
    run_tile::<Avx512>(tile);
}

impl Lane for Avx512 {
    const PANEL_LANES: usize = 4;
    #[inline(always)]
    fn splat(value: f32) -> Self {
        unsafe { Self(_mm512_set1_ps(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(_mm512_loadu_ps(from))
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        _mm512_storeu_ps(to, self.0);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        unsafe { Self(_mm512_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        unsafe { Self(_mm512_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        unsafe { Self(_mm512_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn fma(self, factor: Self, addend: Self) -> Self {
        unsafe { Self(_mm512_fmadd_ps(self.0, factor.0, addend.0)) }
    }
    #[inline(always)]
    fn exp2(self) -> Self {
        unsafe {
            let x = _mm512_min_ps(_mm512_max_ps(self.0, _mm512_set1_ps(-126.0)), _mm512_set1_ps(126.0));
            let whole = _mm512_roundscale_ps::<0>(x);
            Self(_mm512_scalef_ps(fraction(Self(_mm512_sub_ps(x, whole))).0, whole))
        }
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        unsafe { _mm512_reduce_add_ps(self.0) }
    }
    #[inline(always)]
    fn peak(self) -> f32 {
        unsafe { _mm512_reduce_max_ps(self.0) }
    }
    #[inline(always)]
    unsafe fn tile(tile: Tile) {
        tile_avx512(tile);
    }
    #[inline(always)]
    unsafe fn load_n(from: *const f32, count: usize) -> Self {
        let mask = if count >= LANE { !0 } else { (1u16 << count) - 1 };
        Self(_mm512_maskz_loadu_ps(mask, from))
    }
    #[inline(always)]
    unsafe fn store_n(self, to: *mut f32, count: usize) {
        let mask = if count >= LANE { !0 } else { (1u16 << count) - 1 };
        _mm512_mask_storeu_ps(to, mask, self.0);
    }
}

/// Two 256-bit registers.
#[derive(Clone, Copy)]
pub(super) struct Avx2(__m256, __m256);

#[target_feature(enable = "avx2,fma")]
unsafe fn tile_avx2(tile: Tile) {
    run_tile::<Avx2>(tile);
}

/// `2^x` of one register.
#[inline(always)]
unsafe fn scale(fraction: __m256, whole: __m256) -> __m256 {
    let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127));
    _mm256_mul_ps(fraction, _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent)))
}

impl Lane for Avx2 {
    const PANEL_LANES: usize = 1;
    #[inline(always)]
    fn splat(value: f32) -> Self {
        unsafe { Self(_mm256_set1_ps(value), _mm256_set1_ps(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8)))
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        _mm256_storeu_ps(to, self.0);
        _mm256_storeu_ps(to.add(8), self.1);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        unsafe { Self(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)) }
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        unsafe { Self(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)) }
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        unsafe { Self(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1)) }
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        unsafe { Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)) }
    }
    #[inline(always)]
    fn fma(self, factor: Self, addend: Self) -> Self {
        unsafe { Self(_mm256_fmadd_ps(self.0, factor.0, addend.0), _mm256_fmadd_ps(self.1, factor.1, addend.1)) }
    }
    #[inline(always)]
    fn exp2(self) -> Self {
        unsafe {
            let (low, high) = (_mm256_set1_ps(-126.0), _mm256_set1_ps(126.0));
            let a = _mm256_min_ps(_mm256_max_ps(self.0, low), high);
            let b = _mm256_min_ps(_mm256_max_ps(self.1, low), high);
            let (wa, wb) = (_mm256_round_ps::<8>(a), _mm256_round_ps::<8>(b));
            let f = fraction(Self(_mm256_sub_ps(a, wa), _mm256_sub_ps(b, wb)));
            Self(scale(f.0, wa), scale(f.1, wb))
        }
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut all = [0.0f32; LANE];
        unsafe { self.store(all.as_mut_ptr()) };
        all.iter().sum()
    }
    #[inline(always)]
    fn peak(self) -> f32 {
        let mut all = [0.0f32; LANE];
        unsafe { self.store(all.as_mut_ptr()) };
        all.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a })
    }
    #[inline(always)]
    unsafe fn tile(tile: Tile) {
        tile_avx2(tile);
    }
}
