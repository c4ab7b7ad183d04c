//! A state of both sides as bytes, and back, to the bit.

use super::{Engine, Error, State};
use crate::{
    Real,
    bytes::{Broken, Bytes, Reader},
};

/// First bytes of a checkpoint; the last is the version of its layout.
const MAGIC: &[u8; 8] = b"DTCOUPL\x01";

impl<R: Real> Engine<R> {
    /// The state as bytes, little end first: what [`Engine::restore`] reads.
    #[must_use]
    pub fn checkpoint(&self, state: &State<R>) -> Vec<u8> {
        let mut bytes = Bytes(MAGIC.to_vec());
        let drains = self.drains().checkpoint(&state.drains);
        bytes.number(drains.len() as u64);
        bytes.0.extend(drains);
        bytes.field(state.waiting_m3.as_flattened());
        bytes.field(&state.rising_m3_s);
        bytes.0.extend(self.surface().checkpoint(&state.surface));
        bytes.0
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
        let mut reader = Reader(rest);
        let length = reader.length()?;
        let drains = self.drains().restore(reader.take(length)?)?;
        let openings = self.openings.len();
        let (mut waiting_m3, mut rising_m3_s) = (vec![[0.0; 2]; openings], vec![0.0; openings]);
        reader.field(waiting_m3.as_flattened_mut())?;
        reader.field(&mut rising_m3_s)?;
        let surface = self.surface().restore(reader.0)?;
        Ok(State { surface, drains, waiting_m3, rising_m3_s })
    }
}

impl From<Broken> for Error {
    fn from(Broken(reason): Broken) -> Self {
        Self::Checkpoint { reason }
    }
}
