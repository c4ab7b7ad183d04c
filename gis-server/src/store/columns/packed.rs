//! Numbers in as few bytes as tell them apart, without loss.

/// Whole numbers: the least of them, and how far each lies above it.
#[derive(Debug, Clone)]
pub(super) struct Integers {
    least: i64,
    above: Above,
}

#[derive(Debug, Clone)]
enum Above {
    Byte(Vec<u8>),
    Short(Vec<u16>),
    Word(Vec<u32>),
    /// The numbers themselves.
    Whole(Vec<i64>),
}

impl Integers {
    /// Packs numbers.
    pub(super) fn of(numbers: Vec<i64>) -> Self {
        match Self::range(numbers.iter().copied()) {
            Some(_) => Self::each(numbers.len(), |row| numbers[row]),
            None => {
                let mut numbers = numbers;
                numbers.shrink_to_fit();
                Self { least: 0, above: Above::Whole(numbers) }
            }
        }
    }

    /// Packs the numbers that a function gives for the rows below `len`.
    pub(super) fn each(len: usize, number: impl Fn(usize) -> i64) -> Self {
        let (least, width) = Self::range((0..len).map(&number)).unwrap_or((0, u64::MAX));
        let far = |row: usize| number(row).wrapping_sub(least) as u64;
        let above = match width {
            0..=0xff => Above::Byte((0..len).map(|row| far(row) as u8).collect()),
            0x100..=0xffff => Above::Short((0..len).map(|row| far(row) as u16).collect()),
            0x1_0000..=0xffff_ffff => Above::Word((0..len).map(|row| far(row) as u32).collect()),
            _ => Above::Whole((0..len).map(number).collect()),
        };
        Self { least, above }
    }

    /// The least number and the width of the range; `None` when no word is wide enough.
    fn range(mut numbers: impl Iterator<Item = i64>) -> Option<(i64, u64)> {
        let first = numbers.next().unwrap_or_default();
        let (least, most) = numbers.fold((first, first), |(a, b), n| (a.min(n), b.max(n)));
        let width = most.abs_diff(least);
        (width <= u32::MAX.into()).then_some((least, width))
    }

    /// The number of a row.
    pub(super) fn get(&self, row: usize) -> i64 {
        match &self.above {
            Above::Byte(above) => self.least + i64::from(above[row]),
            Above::Short(above) => self.least + i64::from(above[row]),
            Above::Word(above) => self.least + i64::from(above[row]),
            Above::Whole(numbers) => numbers[row],
        }
    }
}

/// Numbers: as counts of a decimal unit where that says exactly the same, as is common for what was
/// measured and written down.
#[derive(Debug, Clone)]
pub(super) enum Reals {
    Decimal {
        /// How many units are 1.
        per_one: f64,
        units: Integers,
    },
    Binary(Vec<f64>),
}

impl Reals {
    /// Packs numbers.
    pub(super) fn of(mut numbers: Vec<f64>) -> Self {
        for per_one in [1.0, 10.0, 100.0, 1000.0, 10_000.0] {
            if numbers.iter().all(|number| decimal(*number, per_one).is_some()) {
                let unit = |row: usize| decimal(numbers[row], per_one).unwrap_or_default();
                return Self::Decimal { per_one, units: Integers::each(numbers.len(), unit) };
            }
        }
        numbers.shrink_to_fit();
        Self::Binary(numbers)
    }

    /// The number of a row.
    pub(super) fn get(&self, row: usize) -> f64 {
        match self {
            Self::Decimal { per_one, units } => units.get(row) as f64 / per_one,
            Self::Binary(numbers) => numbers[row],
        }
    }
}

/// The units that, divided again, give the same bits; few enough for a packed word.
fn decimal(number: f64, per_one: f64) -> Option<i64> {
    let units = (number * per_one).round() as i64;
    let is_same = (units as f64 / per_one).to_bits() == number.to_bits();
    (is_same && units.abs() < i32::MAX.into()).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_numbers_come_back(
            numbers in prop::collection::vec(
                prop_oneof![any::<i64>(), -300i64..300, 20_000_000i64..20_080_000], 0..50
            ),
        ) {
            let packed = Integers::of(numbers.clone());
            let back: Vec<i64> = (0..numbers.len()).map(|row| packed.get(row)).collect();
            prop_assert_eq!(back, numbers);
        }

        #[test]
        fn packed_decimals_come_back_bit_by_bit(
            counts in prop::collection::vec(-1_000_000i32..1_000_000, 0..50), digits in 0i32..6,
            odd in prop::option::of(any::<f64>()),
        ) {
            let mut numbers: Vec<f64> =
                counts.iter().map(|count| f64::from(*count) / 10f64.powi(digits)).collect();
            numbers.extend(odd);
            let packed = Reals::of(numbers.clone());
            for (row, number) in numbers.iter().enumerate() {
                prop_assert_eq!(packed.get(row).to_bits(), number.to_bits());
            }
        }
    }

    #[test]
    fn what_was_measured_to_a_tenth_takes_two_bytes() {
        let packed = Reals::of((0..2000).map(|n| f64::from(n) / 10.0).collect());
        assert!(matches!(
            packed,
            Reals::Decimal { units: Integers { above: Above::Short(_), .. }, .. }
        ));
        assert!(matches!(Reals::of(vec![0.1, -0.0]), Reals::Binary(_)), "-0 is not 0");
    }
}
