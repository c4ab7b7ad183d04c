//! Quality flags after QARTOD, and which tests a value failed.

/// QARTOD's primary flag (IOOS, *Manual for the Use of Real-Time Oceanographic Data Quality Control
/// Flags*, version 1.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Passed every test that was made.
    Good,
    /// No test was made.
    #[default]
    NotEvaluated,
    /// Failed a test that asks for a second look.
    Suspect,
    /// Failed a test that rules it out.
    Bad,
    /// There is no value.
    Missing,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 5] =
        [Self::Good, Self::NotEvaluated, Self::Suspect, Self::Bad, Self::Missing];

    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NotEvaluated => "not-evaluated",
            Self::Suspect => "suspect",
            Self::Bad => "bad",
            Self::Missing => "missing",
        }
    }

    /// Its number: 1 good, 2 not evaluated, 3 suspect, 4 bad, 9 missing.
    pub fn code(self) -> u8 {
        match self {
            Self::Good => 1,
            Self::NotEvaluated => 2,
            Self::Suspect => 3,
            Self::Bad => 4,
            Self::Missing => 9,
        }
    }

    /// The flag with a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.code() == code)
    }

    /// Whether a value with this flag counts in means, extremes and states.
    pub fn is_usable(self) -> bool {
        !matches!(self, Self::Bad | Self::Missing)
    }
}

/// A test of quality control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Test {
    /// The device itself said that it is at fault, without power or being serviced.
    Device = 0,
    /// Outside what the instrument can measure.
    Gross = 1,
    /// Outside what is expected at the place.
    Range = 2,
    /// Apart from its neighbours in time.
    Spike = 3,
    /// Changed faster than it can.
    Rate = 4,
    /// Did not change for too long.
    Stuck = 5,
    /// At odds with a companion datastream, such as PM2.5 above PM10.
    Companion = 6,
    /// Its time lies in the future: a clock is wrong.
    Future = 7,
    /// Its time was replaced or corrected by the datastream's clock rule.
    Clock = 8,
    /// The device had no value.
    Missing = 9,
}

impl Test {
    /// Every test, in their order.
    pub const ALL: [Self; 10] = [
        Self::Device,
        Self::Gross,
        Self::Range,
        Self::Spike,
        Self::Rate,
        Self::Stuck,
        Self::Companion,
        Self::Future,
        Self::Clock,
        Self::Missing,
    ];

    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Gross => "gross-range",
            Self::Range => "range",
            Self::Spike => "spike",
            Self::Rate => "rate",
            Self::Stuck => "stuck",
            Self::Companion => "companion",
            Self::Future => "future",
            Self::Clock => "clock-corrected",
            Self::Missing => "missing",
        }
    }
}

/// The outcome of quality control: a flag, and the tests that were failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Quality {
    /// The worst that was found.
    pub flag: Flag,
    failed: u16,
}

impl Quality {
    /// A flag, with no test failed.
    pub fn of(flag: Flag) -> Self {
        Self { flag, failed: 0 }
    }

    /// Whether a test was failed.
    pub fn has_failed(self, test: Test) -> bool {
        self.failed & (1 << test as u8) != 0
    }

    /// The tests that were failed, in their order.
    pub fn failed(self) -> impl Iterator<Item = Test> {
        Test::ALL.into_iter().filter(move |test| self.has_failed(*test))
    }

    /// Notes a failed test; the flag only ever gets worse.
    pub(crate) fn fail(&mut self, test: Test, flag: Flag) {
        self.failed |= 1 << test as u8;
        self.flag = worse(self.flag, flag);
    }

    /// Notes what a test found without a judgement on the value.
    pub(crate) fn note(&mut self, test: Test) {
        self.failed |= 1 << test as u8;
    }

    /// As one number for storage: the flag's code, and the tests from bit 8 on.
    pub(crate) fn to_bits(self) -> i64 {
        i64::from(self.flag.code()) | i64::from(self.failed) << 8
    }

    /// From storage; unknown codes read as not evaluated.
    pub(crate) fn from_bits(bits: i64) -> Self {
        let flag = Flag::from_code((bits & 0xff) as u8).unwrap_or_default();
        Self { flag, failed: (bits >> 8 & 0xffff) as u16 }
    }
}

fn worse(a: Flag, b: Flag) -> Flag {
    let rank = |flag: Flag| match flag {
        Flag::NotEvaluated => 0,
        Flag::Good => 1,
        Flag::Suspect => 2,
        Flag::Bad => 3,
        Flag::Missing => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_only_gets_worse_and_storage_keeps_it() {
        let mut quality = Quality::of(Flag::Good);
        quality.fail(Test::Rate, Flag::Suspect);
        quality.fail(Test::Gross, Flag::Bad);
        quality.fail(Test::Spike, Flag::Suspect);
        assert_eq!(quality.flag, Flag::Bad);
        let names: Vec<_> = quality.failed().map(Test::name).collect();
        assert_eq!(names, ["gross-range", "spike", "rate"]);
        assert_eq!(Quality::from_bits(quality.to_bits()), quality);
    }
}
