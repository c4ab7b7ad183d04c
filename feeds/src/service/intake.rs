//! Payloads with observations, from wherever they come: decoded, judged by the account's rights, and
//! handed to the log.

use std::{
    fmt::Debug,
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::Value;

use super::{MayPublish, Service, VERSION};
use crate::{
    entities::EntityError,
    log::{
        AppendError, Letter, LetterId, NewLetter, ObservationLog, Outcome, RedriveError, Redriven,
    },
    model::{
        EntityKey, EntityKind, Id, NewObservation, StreamId,
        wire::{self, WireError},
    },
    query::{ResourcePath, Tail},
};

/// What a letter's format begins with when it holds a payload as it came; the path follows.
const LETTER_FORMAT: &str = "sensorthings:";

/// Decodes dead letters whose formats the service does not know itself, such as an adapter's.
pub trait LetterDecoder: Debug + Send + Sync {
    /// The observations of a letter, or why it cannot be decoded; `None` when its format is none of
    /// the decoder's.
    fn decode(&self, letter: &Letter) -> Option<Result<Vec<NewObservation>, String>>;
}

/// Where observations can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `Observations`: each names its datastream.
    Observations,
    /// `Datastreams(7)/Observations`, `MultiDatastreams(7)/Observations`.
    Stream(StreamId),
    /// `FeaturesOfInterest(7)/Observations`: each names its datastream.
    Feature(Id),
    /// `CreateObservations`: a data array.
    DataArray,
}

impl Target {
    /// The target that a path names.
    pub fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix(VERSION)?;
        if path == "CreateObservations" {
            return Some(Self::DataArray);
        }
        let path = ResourcePath::parse(path).ok()?;
        let leads = path.is_set() && path.target() == EntityKind::Observation;
        match (path.kind, path.id, path.steps.len()) {
            _ if !leads || path.tail != Tail::Whole => None,
            (EntityKind::Observation, None, 0) => Some(Self::Observations),
            (kind, Some(id), 1) if kind.is_stream() => Some(Self::Stream(StreamId(id))),
            (EntityKind::FeatureOfInterest, Some(id), 1) => Some(Self::Feature(id)),
            _ => None,
        }
    }
}

/// A payload that somebody sent.
#[derive(Debug, Clone)]
pub struct Intake<'a> {
    /// Where it came from, such as `mqtt:client/topic`.
    pub source: Arc<str>,
    /// Where it was sent to, such as `v1.1/Observations`.
    pub path: &'a str,
    /// SensorThings JSON.
    pub payload: &'a [u8],
    /// Whose observations the sender may send.
    pub may_publish: &'a MayPublish,
}

/// What became of a payload; all of it is on the disk.
#[derive(Debug)]
pub enum Taken {
    /// Each of its observations is in the log or among the dead letters.
    Recorded(Vec<Outcome>),
    /// The payload as a whole is among the dead letters.
    Refused(IntakeError, LetterId),
}

/// Why a payload as a whole is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// Nothing takes observations there.
    #[error(
        "nothing is taken at {0:?}: send to v1.1/Datastreams(ID)/Observations, v1.1/Observations, \
         v1.1/FeaturesOfInterest(ID)/Observations or v1.1/CreateObservations"
    )]
    Path(String),
    /// The payload is no JSON.
    #[error("the payload is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The payload is not what the path takes.
    #[error(transparent)]
    Document(#[from] WireError),
    /// The payload names another datastream or feature than the path.
    #[error("the payload names {named}, the path {path}: leave one of them out")]
    Contradiction {
        /// In the payload.
        named: EntityKey,
        /// In the path.
        path: EntityKey,
    },
    /// It names a feature of interest that is not there.
    #[error("there is no {0}: make it first, or leave it out")]
    NoFeature(EntityKey),
    /// The sender may not send observations of the datastream.
    #[error("observations of Datastreams({0}) may not be sent by this account")]
    NotAllowed(StreamId),
}

impl IntakeError {
    /// A short name for counters and for sorting dead letters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Path(_) => "no-such-path",
            Self::Json(_) => "no-json",
            Self::Document(_) => "malformed",
            Self::Contradiction { .. } => "contradiction",
            Self::NoFeature(_) => "no-such-feature",
            Self::NotAllowed(_) => "not-allowed",
        }
    }
}

/// Observations of one payload, and the feature of interest that stands whole in it.
#[derive(Debug)]
struct Decoded {
    observations: Vec<NewObservation>,
    feature: Option<Value>,
}

impl Service {
    /// Takes a payload. What can be recorded takes its place in the log now; what comes back
    /// resolves once the disk has it. An observation that brings its feature of interest whole
    /// waits for that one, and takes its place then.
    ///
    /// # Errors
    /// [`AppendError`], at once or later: nothing is known to be on the disk.
    pub fn take(
        self: &Arc<Self>,
        intake: &Intake<'_>,
    ) -> Result<BoxFuture<'static, Result<Taken, AppendError>>, AppendError> {
        let source = intake.source.clone();
        match self.decode(intake.path, intake.payload, intake.may_publish) {
            Ok(Decoded { observations, feature: None }) => {
                let ack = self.log.append(&source, observations)?;
                Ok(ack.map(|outcomes| outcomes.map(Taken::Recorded)).boxed())
            }
            Ok(Decoded { observations, feature: Some(feature) }) => {
                let letter = letter(intake);
                let service = self.clone();
                Ok(service.take_with_feature(source, observations, feature, letter).boxed())
            }
            Err(error) => {
                let ack = self.log.refuse(letter(intake)(&error))?;
                Ok(ack.map(|letter| Ok(Taken::Refused(error, letter?))).boxed())
            }
        }
    }

    async fn take_with_feature(
        self: Arc<Self>,
        source: Arc<str>,
        mut observations: Vec<NewObservation>,
        feature: Value,
        letter: impl FnOnce(&IntakeError) -> NewLetter + Send,
    ) -> Result<Taken, AppendError> {
        let service = self.clone();
        let make = move || service.entities.create(EntityKind::FeatureOfInterest, &feature);
        let stopped = |why| AppendError::Stopped { why, retry_after: Duration::from_secs(1) };
        let made = tokio::task::spawn_blocking(make).await;
        match made.map_err(|why| stopped(why.to_string()))? {
            Ok(made) => {
                observations.iter_mut().for_each(|new| new.feature = Some(made.key.id));
                Ok(Taken::Recorded(self.log.append(&source, observations)?.await?))
            }
            Err(EntityError::Document(why)) => {
                let error = IntakeError::Document(why.within("FeatureOfInterest"));
                let letter = self.log.refuse(letter(&error))?.await?;
                Ok(Taken::Refused(error, letter))
            }
            Err(why) => Err(stopped(why.to_string())),
        }
    }

    /// Sends every dead letter again that was not yet recorded. Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`RedriveError`].
    pub fn redrive(&self) -> Result<Redriven, RedriveError> {
        self.log.redrive(&|letter| self.read_letter(letter))
    }

    /// Sends one dead letter again, unless it was recorded since; `None` where it is not there.
    /// Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`RedriveError`].
    pub fn redrive_one(&self, letter: LetterId) -> Result<Option<Redriven>, RedriveError> {
        self.log.redrive_one(letter, &|letter| self.read_letter(letter))
    }

    /// The observations of a letter, by whoever reads its format.
    fn read_letter(&self, letter: &Letter) -> Result<Vec<NewObservation>, String> {
        let decoder = self.letter_decoder.read().unwrap_or_else(PoisonError::into_inner).clone();
        match decoder.as_ref().and_then(|it| it.decode(letter)) {
            Some(decoded) => decoded.map(|mut observations| {
                self.fill_features(&mut observations);
                observations
            }),
            None => self.decode_letter(letter).map_err(|why| why.to_string()),
        }
    }

    /// Has dead letters of other formats decoded by these from now on.
    pub fn set_letter_decoder(&self, decoder: Arc<dyn LetterDecoder>) {
        *self.letter_decoder.write().unwrap_or_else(PoisonError::into_inner) = Some(decoder);
    }

    /// Gives observations that name no feature of interest the place of their Thing.
    pub(crate) fn fill_features(&self, observations: &mut [NewObservation]) {
        for new in observations.iter_mut().filter(|new| new.feature.is_none()) {
            new.feature = self.entities.feature_of(new.stream);
        }
    }

    fn decode_letter(&self, letter: &Letter) -> Result<Vec<NewObservation>, IntakeError> {
        let NewLetter { format, payload, .. } = &letter.content;
        let path = format.strip_prefix(LETTER_FORMAT).unwrap_or("v1.1/Observations");
        let decoded = self.decode(path, payload, &MayPublish::Everything)?;
        match decoded.feature {
            None => Ok(decoded.observations),
            Some(_) => {
                let problem = "make it first, then send the observation with its @iot.id";
                Err(WireError::new("FeatureOfInterest", problem).into())
            }
        }
    }

    fn decode(
        &self,
        path: &str,
        payload: &[u8],
        may_publish: &MayPublish,
    ) -> Result<Decoded, IntakeError> {
        let target =
            Target::of(path).ok_or_else(|| IntakeError::Path(path.chars().take(200).collect()))?;
        let mut document: Value = serde_json::from_slice(payload)?;
        let (mut observations, feature) = match target {
            Target::DataArray => (wire::data_array(&document)?, None),
            target => {
                let feature = take_feature(&mut document);
                (vec![one_observation(&document, target)?], feature)
            }
        };
        for new in &mut observations {
            self.complete(new, may_publish, feature.is_some())?;
        }
        Ok(Decoded { observations, feature })
    }

    /// Judges an observation by the account's rights, and gives it its feature of interest, unless
    /// it brings one.
    pub(super) fn complete(
        &self,
        new: &mut NewObservation,
        may_publish: &MayPublish,
        brings_feature: bool,
    ) -> Result<(), IntakeError> {
        if !may_publish.admits(new.stream) {
            return Err(IntakeError::NotAllowed(new.stream));
        }
        match new.feature {
            _ if brings_feature => {}
            None => new.feature = self.entities.feature_of(new.stream),
            Some(id) => {
                let key = EntityKey::new(EntityKind::FeatureOfInterest, id);
                self.entities.entity(key).ok_or(IntakeError::NoFeature(key))?;
            }
        }
        Ok(())
    }
}

/// Takes a feature of interest out of an observation when it stands there whole.
fn take_feature(document: &mut Value) -> Option<Value> {
    let map = document.as_object_mut()?;
    let is_whole = |it: &Value| it.is_object() && it.get("@iot.id").is_none();
    map.get("FeatureOfInterest").filter(|it| is_whole(it))?;
    map.remove("FeatureOfInterest")
}

fn one_observation(document: &Value, target: Target) -> Result<NewObservation, IntakeError> {
    let sent_to = if let Target::Stream(stream) = target { Some(stream) } else { None };
    let mut new = wire::new_observation(document, sent_to)?;
    let contradiction = |kind, named, path| {
        let (named, path) = (EntityKey::new(kind, named), EntityKey::new(kind, path));
        Err(IntakeError::Contradiction { named, path })
    };
    match target {
        Target::Stream(stream) if stream != new.stream => {
            contradiction(EntityKind::Datastream, new.stream.0, stream.0)
        }
        Target::Feature(feature) => match new.feature.replace(feature) {
            Some(named) if named != feature => {
                contradiction(EntityKind::FeatureOfInterest, named, feature)
            }
            _ => Ok(new),
        },
        _ => Ok(new),
    }
}

/// Makes the dead letter of a payload for the reason that it is refused.
pub(super) fn letter(intake: &Intake<'_>) -> impl FnOnce(&IntakeError) -> NewLetter + Send + use<> {
    let (source, payload) = (intake.source.clone(), intake.payload.to_vec());
    let format = format!("{LETTER_FORMAT}{}", intake.path.chars().take(200).collect::<String>());
    move |error| NewLetter {
        source,
        code: error.code().to_owned(),
        message: error.to_string(),
        format,
        payload,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_are_taken_where_the_standard_says() {
        let id = Id::new(7).unwrap();
        for (path, expected) in [
            ("v1.1/Observations", Some(Target::Observations)),
            ("v1.1/Datastreams(7)/Observations", Some(Target::Stream(StreamId(id)))),
            ("v1.1/FeaturesOfInterest(7)/Observations", Some(Target::Feature(id))),
            ("v1.1/CreateObservations", Some(Target::DataArray)),
            ("v1.1/Datastreams(7)", None),
            ("v1.1/Datastreams(7)/Observations(3)", None),
            ("v1.1/Datastreams(7)/Observations/$ref", None),
            ("v1.1/Things(7)/Datastreams", None),
            ("v1.1/Observations(7)", None),
            ("Observations", None),
        ] {
            assert_eq!(Target::of(path), expected, "{path}");
        }
    }
}
