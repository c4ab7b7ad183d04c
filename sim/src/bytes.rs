//! States as bytes, little end first, and back, to the bit.

use crate::Real;

/// Why bytes cannot be read: they end too soon, or count too far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

/// What is written.
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Bytes {
    pub(crate) fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    pub(crate) fn float(&mut self, value: f64) {
        self.number(value.to_bits());
    }

    pub(crate) fn field<T: Real>(&mut self, field: &[T]) {
        for value in field {
            self.0.extend_from_slice(&value.bits().to_le_bytes()[..T::BYTES]);
        }
    }
}

/// What is still to be read.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, bytes: usize) -> Result<&'a [u8], Broken> {
        let (head, rest) = self.0.split_at_checked(bytes).ok_or(Broken("it is cut short"))?;
        self.0 = rest;
        Ok(head)
    }

    /// The next bytes, at most eight, as a number.
    fn short(&mut self, bytes: usize) -> Result<u64, Broken> {
        let mut whole = [0; 8];
        whole[..bytes].copy_from_slice(self.take(bytes)?);
        Ok(u64::from_le_bytes(whole))
    }

    pub(crate) fn number(&mut self) -> Result<u64, Broken> {
        self.short(8)
    }

    /// A number that counts what is in memory.
    pub(crate) fn length(&mut self) -> Result<usize, Broken> {
        usize::try_from(self.number()?).map_err(|_| Broken("it counts too far"))
    }

    pub(crate) fn count(&mut self) -> Result<u32, Broken> {
        u32::try_from(self.number()?).map_err(|_| Broken("it counts too far"))
    }

    pub(crate) fn float(&mut self) -> Result<f64, Broken> {
        self.number().map(f64::from_bits)
    }

    pub(crate) fn field<T: Real>(&mut self, field: &mut [T]) -> Result<(), Broken> {
        for value in field {
            *value = T::of_bits(self.short(T::BYTES)?);
        }
        Ok(())
    }
}
