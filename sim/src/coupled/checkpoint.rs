//! A state of both sides as bytes, and back, to the bit.

use super::{Engine, Error, State};
use crate::Real;

/// First bytes of a checkpoint; the last is the version of its layout.
const MAGIC: &[u8; 8] = b"DTCOUPL\x01";

impl<R: Real> Engine<R> {
    /// The state as bytes, little end first: what [`Engine::restore`] reads.
    #[must_use]
    pub fn checkpoint(&self, state: &State<R>) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let drains = self.drains().checkpoint(&state.drains);
        bytes.extend((drains.len() as u64).to_le_bytes());
        bytes.extend(drains);
        for value in state.waiting_m3.as_flattened().iter().chain(&state.rising_m3_s) {
            bytes.extend(value.to_bits().to_le_bytes());
        }
        bytes.extend(self.surface().checkpoint(&state.surface));
        bytes
    }

    /// The state of a checkpoint of this engine.
    ///
    /// # Errors
    /// Where the bytes are cut short, or come from another ground, network, scheme or number type.
    pub fn restore(&self, bytes: &[u8]) -> Result<State<R>, Error> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            let reason = "its first bytes are not those of a checkpoint of this version";
            return Err(Error::Checkpoint { reason });
        };
        let (length, rest) = word(rest)?;
        let short = Error::Checkpoint { reason: "it is cut short" };
        let length = usize::try_from(length).map_err(|_| short.clone())?;
        let (drains, mut rest) = rest.split_at_checked(length).ok_or(short)?;
        let drains = self.drains().restore(drains)?;
        let mut values = Vec::new();
        for _ in 0..3 * self.openings.len() {
            let (value, after) = word(rest)?;
            values.push(f64::from_bits(value));
            rest = after;
        }
        let rising_m3_s = values.split_off(2 * self.openings.len());
        let (waiting_m3, _) = values.as_chunks::<2>();
        let surface = self.surface().restore(rest)?;
        Ok(State { surface, drains, waiting_m3: waiting_m3.to_vec(), rising_m3_s })
    }
}

/// The next eight bytes, and what comes after.
fn word(bytes: &[u8]) -> Result<(u64, &[u8]), Error> {
    let (word, rest) =
        bytes.split_first_chunk::<8>().ok_or(Error::Checkpoint { reason: "it is cut short" })?;
    Ok((u64::from_le_bytes(*word), rest))
}
