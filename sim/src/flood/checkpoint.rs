//! A state as bytes, and back, to the bit.

use super::{
    Engine, Error, Ledger, Scheme, State,
    state::{Fields, Record, Status},
    structures::StructureState,
};
use crate::{
    Real,
    bytes::{Broken, Bytes, Reader},
};

/// First bytes of a checkpoint; the last is the version of its layout.
const MAGIC: &[u8; 8] = b"DTFLOOD\x05";

impl<R: Real> Engine<R> {
    /// The state as bytes, little end first: what [`Engine::restore`] reads.
    #[must_use]
    pub fn checkpoint(&self, state: &State<R>) -> Vec<u8> {
        R::checkpoint(self, state)
    }

    pub(super) fn write(&self, state: &State<R>) -> Vec<u8> {
        let mut bytes = Bytes(MAGIC.to_vec());
        self.identity().iter().for_each(|number| bytes.number(*number));
        bytes.number(state.steps);
        bytes.float(state.time_s);
        bytes.float(state.recorded_s);
        ledger_to_array(&state.ledger).iter().for_each(|m3| bytes.float(*m3));
        bytes.number(state.structures.len() as u64);
        state.structures.iter().for_each(|structure| bytes.structure(structure));
        for (tile, fields) in state.fields.iter().enumerate() {
            let status = &state.status[tile];
            bytes.number(u64::from(status.is_wet));
            let known = [status.wave_m_s, status.depth_sum_m, status.rained_until_s];
            known.iter().for_each(|value| bytes.float(*value));
            for field in [&fields.depth, &fields.excess, &fields.flow_x, &fields.flow_y] {
                bytes.field(field.as_slice());
            }
            bytes.field(&fields.soaked);
            bytes.number(u64::from(state.records[tile].is_some()));
            if let Some(record) = &state.records[tile] {
                record.fields().into_iter().for_each(|field| bytes.field(field));
            }
        }
        bytes.0
    }

    /// The state of a checkpoint of this engine.
    ///
    /// # Errors
    /// Where the bytes are cut short, or come from another grid, other open sides, another
    /// scheme or number type.
    pub fn restore(&self, bytes: &[u8]) -> Result<State<R>, Error> {
        R::restore(self, bytes)
    }

    pub(super) fn read(&self, bytes: &[u8]) -> Result<State<R>, Error> {
        let refuse = |reason| Err(Error::Checkpoint { reason });
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return refuse("its first bytes are not those of a checkpoint of this version");
        };
        let mut reader = Reader(rest);
        for expected in self.identity() {
            if reader.number()? != expected {
                return refuse("it has another grid, open sides, scheme or number type");
            }
        }
        let mut state = self.start(&vec![0.0; self.bed_m.len()])?;
        state.steps = reader.number()?;
        state.time_s = reader.float()?;
        state.recorded_s = reader.float()?;
        state.ledger = reader.ledger()?;
        if reader.number()? != state.structures.len() as u64 {
            return refuse("it has other structures");
        }
        state.structures.iter_mut().try_for_each(|structure| reader.structure(structure))?;
        for tile in 0..self.lands.len() {
            state.status[tile] = reader.status()?;
            reader.fields(&mut state.fields[tile])?;
            if let Some(tables) = &self.lands[tile].tables {
                tables.motion(&mut state.fields[tile], R::of(self.params.dry_depth_m), None);
            }
            state.records[tile] = None;
            if reader.number()? == 1 {
                let mut record = Box::new(Record::new());
                record.fields_mut().into_iter().try_for_each(|field| reader.field(field))?;
                state.records[tile] = Some(record);
            }
        }
        if reader.0.is_empty() { Ok(state) } else { refuse("there is more than the grid needs") }
    }

    /// What has to be the same for a state to fit.
    fn identity(&self) -> [u64; 6] {
        let scheme = match self.params.scheme {
            Scheme::Hllc => 1,
            Scheme::LocalInertia => 2,
            Scheme::Muscl => 3,
        };
        let (columns, rows) = (self.columns as u64, self.rows as u64);
        let layout = self.layout.identity();
        let factor = self.fine.as_ref().map_or(0, |fine| fine.factor as u64);
        let scheme = scheme | factor << 8;
        [R::BYTES as u64, scheme, columns, rows, self.cell_m.to_bits(), layout]
    }
}

fn ledger_to_array(ledger: &Ledger) -> [f64; 10] {
    [
        ledger.before_m3,
        ledger.rain_m3,
        ledger.inflow_m3,
        ledger.boundary_in_m3,
        ledger.boundary_out_m3,
        ledger.infiltrated_m3,
        ledger.pumped_out_m3,
        ledger.drained_m3,
        ledger.surcharged_m3,
        ledger.stored_m3,
    ]
}

impl Bytes {
    fn structure(&mut self, structure: &StructureState) {
        let StructureState { passed, opening_m, is_on, breaches } = structure;
        let known = [
            passed.discharge_m3_s,
            passed.volume_m3,
            passed.greatest_m3_s,
            passed.greatest_at_s,
            passed.until_s,
            passed.slot_s,
            *opening_m,
        ];
        known.iter().for_each(|value| self.float(*value));
        self.number(u64::from(*is_on));
        self.number(passed.slots.len() as u64);
        self.field(&passed.slots);
        self.number(breaches.len() as u64);
        for breach in breaches {
            // No breach begins before the run: a time that is not a number is none.
            let times = [breach.overtopped_s, breach.began_s.unwrap_or(f64::NAN), breach.width_m];
            times.iter().for_each(|value| self.float(*value));
        }
    }
}

impl From<Broken> for Error {
    fn from(Broken(reason): Broken) -> Self {
        Self::Checkpoint { reason }
    }
}

impl Reader<'_> {
    fn fields<T: Real>(&mut self, fields: &mut Fields<T>) -> Result<(), Error> {
        // Levels over the lowest beds follow from the depths.
        let Fields { depth, excess, flow_x, flow_y, soaked, above: _ } = fields;
        [depth, excess, flow_x, flow_y]
            .into_iter()
            .try_for_each(|field| self.field(field.as_mut_slice()))?;
        Ok(self.field(soaked)?)
    }

    fn structure(&mut self, structure: &mut StructureState) -> Result<(), Error> {
        let StructureState { passed, opening_m, is_on, breaches } = structure;
        let known = [
            &mut passed.discharge_m3_s,
            &mut passed.volume_m3,
            &mut passed.greatest_m3_s,
            &mut passed.greatest_at_s,
            &mut passed.until_s,
            &mut passed.slot_s,
            opening_m,
        ];
        for value in known {
            *value = self.float()?;
        }
        *is_on = self.number()? == 1;
        let slots = self.number()?;
        if slots > self.0.len() as u64 / 8 {
            return Err(Error::Checkpoint { reason: "it is cut short" });
        }
        passed.slots = vec![0.0; slots as usize];
        self.field(&mut passed.slots)?;
        if self.number()? != breaches.len() as u64 {
            return Err(Error::Checkpoint { reason: "it has other breaches" });
        }
        for breach in breaches {
            breach.overtopped_s = self.float()?;
            breach.began_s = Some(self.float()?).filter(|began_s| !began_s.is_nan());
            breach.width_m = self.float()?;
        }
        Ok(())
    }

    fn ledger(&mut self) -> Result<Ledger, Error> {
        Ok(Ledger {
            before_m3: self.float()?,
            rain_m3: self.float()?,
            inflow_m3: self.float()?,
            boundary_in_m3: self.float()?,
            boundary_out_m3: self.float()?,
            infiltrated_m3: self.float()?,
            pumped_out_m3: self.float()?,
            drained_m3: self.float()?,
            surcharged_m3: self.float()?,
            stored_m3: self.float()?,
        })
    }

    fn status(&mut self) -> Result<Status, Error> {
        Ok(Status {
            is_wet: self.number()? == 1,
            wave_m_s: self.float()?,
            depth_sum_m: self.float()?,
            rained_until_s: self.float()?,
        })
    }
}
