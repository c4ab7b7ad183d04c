//! The number a field is made of: `f32` for speed, `f64` as the reference.

use std::{
    fmt::Debug,
    ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign},
};

use crate::flood::Compiled;

/// A floating-point number whose operations are the same on every machine.
///
/// Only IEEE 754's exactly rounded operations are used, and [`Real::inverses`], which is made of them.
/// There are two: `f32` and `f64`, for which the kernels are compiled here.
pub trait Real:
    Compiled
    + Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Div<Output = Self>
    + Mul<Output = Self>
    + MulAssign
    + Neg<Output = Self>
    + Sub<Output = Self>
    + SubAssign
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// ½.
    const HALF: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// Bytes of one number.
    const BYTES: usize;

    /// The nearest number to `value`.
    fn of(value: f64) -> Self;
    /// The same value as `f64`.
    fn f64(self) -> f64;
    /// The nearest `f32`.
    fn single(self) -> f32;
    /// √self, exactly rounded.
    fn sqrt(self) -> Self;
    /// |self|.
    fn abs(self) -> Self;
    /// A number within 4·10⁻⁴ of 1/∛self for a normal self > 0; for `f64` within 4·10⁻¹¹.
    ///
    /// A first guess from the exponent (the bits of a float are nearly its logarithm), then Halley's
    /// y ← y·(14 − 7r + 2r²)/9 with r = x·y³, which trebles the correct digits each time.
    fn near_rcbrt(self) -> Self;

    /// 1/∛self for a normal self > 0, within a few units of the last place: Newton's
    /// y ← y·(4 − x·y³)/3, which doubles the correct digits.
    #[inline(always)]
    fn rcbrt(self) -> Self {
        let y = self.near_rcbrt();
        let r = (self * y) * (y * y);
        y * (Self::of(4.0 / 3.0) - r * Self::of(1.0 / 3.0))
    }

    /// 1/self and self^(−7/3) for a normal self > 0: for `f64` within a few units of the last place, for
    /// `f32` within 1.5·10⁻⁶ and 6·10⁻⁶, far less than anyone knows of Manning's n.
    ///
    /// With y near x^(−1/3) and r = x·y³ near 1, x^(−p/3) = yᵖ·r^(−p/3), and Newton's correction
    /// r^(−p/3) ≈ 1 + (p/3)·(1 − r) doubles the correct digits.
    #[inline(always)]
    fn inverses(self) -> (Self, Self) {
        let y = self.near_rcbrt();
        let y2 = y * y;
        let y3 = y2 * y;
        let r = self * y3;
        let two = Self::ONE + Self::ONE;
        let seventh = (y2 * y2) * y3;
        (y3 * (two - r), seventh * (Self::of(10.0 / 3.0) - r * Self::of(7.0 / 3.0)))
    }

    /// The bits, little end first in the low [`Real::BYTES`] bytes.
    fn bits(self) -> u64;
    /// The number with these bits.
    fn of_bits(bits: u64) -> Self;

    /// The larger; `other` where self is not a number. One instruction, unlike `f32::max`.
    #[inline(always)]
    fn or_above(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// The smaller; `other` where self is not a number.
    #[inline(always)]
    fn or_below(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    /// self > 0, or 0.
    #[inline(always)]
    fn positive(self) -> Self {
        self.or_above(Self::ZERO)
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const HALF: Self = 0.5;
    const EPSILON: Self = f32::EPSILON;
    const BYTES: usize = 4;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn single(self) -> f32 {
        self
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        f32::abs(self)
    }

    #[inline(always)]
    fn near_rcbrt(self) -> Self {
        // A third of the upper half of the bits is near enough, and vectors have no division of integers.
        let third = (self.to_bits() >> 16) * (0x1_0000 / 3);
        let y = f32::from_bits(0x54a2_fa8c_u32.wrapping_sub(third));
        let r = (self * y) * (y * y);
        y * ((14.0 / 9.0) - r * ((7.0 / 9.0) - r * (2.0 / 9.0)))
    }

    fn bits(self) -> u64 {
        u64::from(self.to_bits())
    }

    fn of_bits(bits: u64) -> Self {
        f32::from_bits(bits as u32)
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const HALF: Self = 0.5;
    const EPSILON: Self = f64::EPSILON;
    const BYTES: usize = 8;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn single(self) -> f32 {
        self as f32
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        f64::abs(self)
    }

    #[inline(always)]
    fn near_rcbrt(self) -> Self {
        let third = (self.to_bits() >> 32) * (0x1_0000_0000 / 3);
        let mut y = f64::from_bits(0x553e_f0ff_289d_d796_u64.wrapping_sub(third));
        for _ in 0..2 {
            let r = (self * y) * (y * y);
            y *= (14.0 / 9.0) - r * ((7.0 / 9.0) - r * (2.0 / 9.0));
        }
        y
    }

    fn bits(self) -> u64 {
        self.to_bits()
    }

    fn of_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_powers_are_right_from_a_film_to_an_ocean() {
        // (x^(−7/3))³·x⁷ = 1, without the rounding of a power's exponent.
        let off = |x: f64, (first, seventh): (f64, f64)| {
            ((first * x - 1.0).abs(), (seventh.powi(3) * x.powi(7) - 1.0).abs() / 3.0)
        };
        let mut depth: f64 = 1e-9;
        while depth < 1e5 {
            let (first, seventh) = off(depth, depth.inverses());
            // Each power leaves the rounding of its own five to eight operations.
            assert!(first.max(seventh) < 8.0 * f64::EPSILON, "{depth}: {first:e}, {seventh:e}");
            assert!((depth.rcbrt() * depth.cbrt() - 1.0).abs() < 8.0 * f64::EPSILON, "{depth}");
            let single = depth as f32;
            let root = single.rcbrt().f64() * single.f64().cbrt();
            assert!((root - 1.0).abs() < 8.0 * f32::EPSILON.f64(), "{depth}");
            let inverses = single.inverses();
            let (first, seventh) = off(single.f64(), (inverses.0.f64(), inverses.1.f64()));
            assert!(first < 1.5e-6 && seventh < 6e-6, "{depth}: {first:e}, {seventh:e}");
            depth *= 1.0037;
        }
    }
}
