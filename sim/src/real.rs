//! The number a field is made of: `f32` for speed, `f64` as the reference.

use std::{
    fmt::Debug,
    ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign},
};

/// A floating-point number whose operations are the same on every machine.
///
/// Only IEEE 754's exactly rounded operations are used, and [`Real::rcbrt`], which is made of them.
pub trait Real:
    Copy
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
    /// 1/∛self for a normal self > 0, within a few units of the last place.
    ///
    /// A first guess from the exponent (the bits of a float are nearly its logarithm), then Halley's
    /// y ← y·(14 − 7r + 2r²)/9 with r = x·y³, which trebles the correct digits each time, and last
    /// Newton's y ← y·(4 − r)/3, which doubles them.
    fn rcbrt(self) -> Self;
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
    fn rcbrt(self) -> Self {
        // A third of the upper half of the bits is near enough, and vectors have no division of integers.
        let third = (self.to_bits() >> 16) * (0x1_0000 / 3);
        let mut y = f32::from_bits(0x54a2_fa8c_u32.wrapping_sub(third));
        let r = self * y * (y * y);
        y *= (14.0 / 9.0) - r * ((7.0 / 9.0) - r * (2.0 / 9.0));
        y * (4.0 / 3.0 - self * y * (y * y) * (1.0 / 3.0))
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
    fn rcbrt(self) -> Self {
        let third = (self.to_bits() >> 32) * (0x1_0000_0000 / 3);
        let mut y = f64::from_bits(0x553e_f0ff_289d_d796_u64.wrapping_sub(third));
        for _ in 0..2 {
            let r = self * y * (y * y);
            y *= (14.0 / 9.0) - r * ((7.0 / 9.0) - r * (2.0 / 9.0));
        }
        y * (4.0 / 3.0 - self * y * (y * y) * (1.0 / 3.0))
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
    fn the_inverse_cube_root_is_right_from_a_film_to_an_ocean() {
        let mut depth: f64 = 1e-9;
        while depth < 1e5 {
            let expected = 1.0 / depth.cbrt();
            // Newton's last step leaves the rounding of its own five operations.
            assert!((depth.rcbrt() / expected - 1.0).abs() < 8.0 * f64::EPSILON, "{depth}");
            let single = (depth as f32).rcbrt().f64();
            assert!((single / expected - 1.0).abs() < 8.0 * f32::EPSILON.f64(), "{depth}");
            depth *= 1.37;
        }
    }
}
