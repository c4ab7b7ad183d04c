//! Numbers: whole ones stay exact, as identifiers of 64 bits need it.

use std::cmp::Ordering;

use crate::cql2::{Arithmetic, Number};

/// A number that is finite.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Num {
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
}

impl From<Number> for Num {
    fn from(number: Number) -> Self {
        match number {
            Number::Integer(number) => Self::Integer(number),
            Number::Real(number) => Self::Real(number),
        }
    }
}

/// 2⁶³, the first real number beyond whole ones of 64 bits.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

impl Num {
    /// A real number; nothing where it is infinite or none.
    pub(crate) fn real(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self::Real(number))
    }

    /// A real number without fraction, as a whole one where it fits.
    fn whole(number: f64) -> Option<Self> {
        if number.abs() < BEYOND {
            return Some(Self::Integer(number as i64));
        }
        Self::real(number)
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// Exactly, also between whole and real numbers.
    pub(crate) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            (Self::Integer(a), Self::Real(b)) => order_mixed(a, b),
            (Self::Real(a), Self::Integer(b)) => order_mixed(b, a).reverse(),
            (Self::Real(a), Self::Real(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        }
    }

    /// What an operation gives; nothing for a division by zero and what no number can hold.
    /// A quotient is real; `div` and `%` go towards zero, so that `a = b * (a div b) + a % b`.
    pub(crate) fn apply(operator: Arithmetic, a: Self, b: Self) -> Option<Self> {
        if let (Self::Integer(a), Self::Integer(b)) = (a, b)
            && let Some(exact) = whole_operation(operator, a, b)
        {
            return Some(Self::Integer(exact));
        }
        let (a, b) = (a.as_f64(), b.as_f64());
        match operator {
            Arithmetic::Add => Self::real(a + b),
            Arithmetic::Subtract => Self::real(a - b),
            Arithmetic::Multiply => Self::real(a * b),
            Arithmetic::Divide => Self::real(a / b),
            Arithmetic::Modulo => Self::real(a % b),
            Arithmetic::IntegerDivide => {
                Self::real(a / b).and_then(|quotient| Self::whole(quotient.as_f64().trunc()))
            }
            Arithmetic::Power => Self::real(a.powf(b)),
        }
    }

    pub(crate) fn abs(self) -> Option<Self> {
        match self {
            Self::Integer(number) => match number.checked_abs() {
                Some(number) => Some(Self::Integer(number)),
                None => Self::real(BEYOND),
            },
            Self::Real(number) => Self::real(number.abs()),
        }
    }

    /// The number rounded by a function of real numbers.
    pub(crate) fn rounded(self, round: fn(f64) -> f64) -> Option<Self> {
        match self {
            Self::Integer(_) => Some(self),
            Self::Real(number) => Self::whole(round(number)),
        }
    }
}

/// The result where it is a whole number of 64 bits.
fn whole_operation(operator: Arithmetic, a: i64, b: i64) -> Option<i64> {
    match operator {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => None,
        Arithmetic::Modulo => a.checked_rem(b),
        Arithmetic::IntegerDivide => a.checked_div(b),
        Arithmetic::Power => a.checked_pow(u32::try_from(b).ok()?),
    }
}

fn order_mixed(a: i64, b: f64) -> Ordering {
    if b >= BEYOND {
        return Ordering::Less;
    }
    if b < -BEYOND {
        return Ordering::Greater;
    }
    let floor = b.floor();
    a.cmp(&(floor as i64)).then(if b > floor { Ordering::Less } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_real_numbers_are_ordered_exactly() {
        let (int, real) = (Num::Integer, Num::Real);
        // 2⁵³ + 1 has no f64 of its own.
        let big = (1_i64 << 53) + 1;
        assert_eq!(int(big).order(real(9_007_199_254_740_992.0)), Ordering::Greater);
        assert_eq!(int(3).order(real(3.5)), Ordering::Less);
        assert_eq!(real(-3.5).order(int(-3)), Ordering::Less);
        assert_eq!(int(i64::MAX).order(real(BEYOND)), Ordering::Less);
        assert_eq!(int(i64::MIN).order(real(-BEYOND)), Ordering::Equal);
    }

    #[test]
    fn operations_keep_whole_numbers_and_know_no_division_by_zero() {
        let apply = |operator, a, b| {
            Num::apply(operator, Num::Integer(a), Num::Integer(b)).map(Num::as_f64)
        };
        assert_eq!(apply(Arithmetic::Divide, 7, 2), Some(3.5));
        assert_eq!(apply(Arithmetic::IntegerDivide, -7, 2), Some(-3.0));
        assert_eq!(apply(Arithmetic::Modulo, -7, 2), Some(-1.0));
        assert_eq!(apply(Arithmetic::Power, 2, -1), Some(0.5));
        assert_eq!(apply(Arithmetic::Multiply, i64::MAX, 2), Some(2.0 * BEYOND));
        for operator in [Arithmetic::Divide, Arithmetic::Modulo, Arithmetic::IntegerDivide] {
            assert_eq!(apply(operator, 1, 0), None, "{operator:?}");
        }
        assert_eq!(apply(Arithmetic::Power, i64::MAX, 1000), None);
    }
}
