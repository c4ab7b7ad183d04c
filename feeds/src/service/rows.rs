//! Tables of observations, row by row: what cannot be recorded does not keep the others out.

use futures_util::{
    FutureExt,
    future::{BoxFuture, try_join_all},
};
use serde_json::Value;

use super::{Intake, IntakeError, Service, intake::letter};
use crate::{
    log::{AppendError, LetterId, ObservationLog, Outcome},
    model::wire,
};

/// A table with more rows that cannot be read is refused as a whole: it is of another kind.
const MOST_BAD_ROWS: usize = 1000;

/// What became of a row; it is on the disk.
#[derive(Debug)]
pub enum Row {
    /// It is in the log, or among the dead letters.
    Recorded(Outcome),
    /// It could not be read, and is among the dead letters.
    Refused(IntakeError, LetterId),
}

/// What became of a table: each of its rows, or why it is refused as a whole.
pub type TakenRows = Result<Vec<Row>, (IntakeError, LetterId)>;

impl Service {
    /// Takes a data array row by row. What can be recorded takes its place in the log now; what
    /// comes back resolves once the disk has it.
    ///
    /// # Errors
    /// [`AppendError`], at once or later: it is not known what of it is on the disk.
    pub fn take_rows(
        &self,
        intake: &Intake<'_>,
    ) -> Result<BoxFuture<'static, Result<TakenRows, AppendError>>, AppendError> {
        let document: Value = match serde_json::from_slice(intake.payload) {
            Ok(document) => document,
            Err(why) => return self.refuse_table(intake, why.into()),
        };
        let rows = match wire::data_array_rows(&document) {
            Ok(rows) => rows,
            Err(why) => return self.refuse_table(intake, why.into()),
        };
        let mut good = Vec::with_capacity(rows.len());
        let mut bad = Vec::new();
        for (number, row) in rows.into_iter().enumerate() {
            let alone = |error: &IntakeError| {
                let payload = row.alone().to_string().into_bytes();
                letter(&Intake { payload: &payload, ..intake.clone() })(error)
            };
            let read = row.observation.clone().map_err(IntakeError::from).and_then(|mut new| {
                self.complete(&mut new, intake.may_publish, false).map(|()| new)
            });
            match read {
                Ok(new) => good.push(new),
                Err(error) if bad.len() == MOST_BAD_ROWS => {
                    return self.refuse_table(intake, error);
                }
                Err(error) => bad.push((number, alone(&error), error)),
            }
        }
        let recorded = self.log.append(&intake.source, good)?;
        let mut refused = Vec::with_capacity(bad.len());
        for (number, letter, error) in bad {
            refused.push((number, error, self.log.refuse(letter)?));
        }
        let told = async move {
            let mut recorded = recorded.await?.into_iter().map(Row::Recorded);
            let refused = refused.into_iter().map(|(number, error, ack)| {
                ack.map(move |letter| Ok((number, Row::Refused(error, letter?))))
            });
            // In the order of the table again.
            let mut rows = Vec::new();
            for (number, row) in try_join_all(refused).await? {
                rows.extend(recorded.by_ref().take(number - rows.len()));
                rows.push(row);
            }
            rows.extend(recorded);
            Ok(Ok(rows))
        };
        Ok(told.boxed())
    }

    fn refuse_table(
        &self,
        intake: &Intake<'_>,
        error: IntakeError,
    ) -> Result<BoxFuture<'static, Result<TakenRows, AppendError>>, AppendError> {
        let ack = self.log.refuse(letter(intake)(&error))?;
        Ok(ack.map(|letter| Ok(Err((error, letter?)))).boxed())
    }
}
