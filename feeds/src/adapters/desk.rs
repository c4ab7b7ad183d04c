//! The adapters of a server: who takes which payload, and what becomes of it.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};

use super::{
    AdapterConfig, AdapterError, FormatName, Reading,
    format::Format,
    letter::LetterFormat,
    mapping::Mapping,
    reading::{Input, LETTER_BYTES},
};
use crate::{
    entities::EntityStore,
    log::{AppendError, Letter, LetterId, NewLetter, ObservationLog, Outcome},
    lookup::StreamLookup,
    model::{NewObservation, StreamId},
    mqtt::{TopicFilter, TopicLimits},
    service::{LetterDecoder, MayPublish, Service},
};

/// As many observations are handed to the log at a time.
const APPEND_ROWS: usize = 5000;

/// Why the adapters cannot work as they are configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("adapter {name:?}: {problem}")]
pub struct AdaptersError {
    /// Which one.
    pub name: String,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

/// A payload that somebody sent to an adapter.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// The adapter's name.
    pub adapter: &'a str,
    /// The topic or the name of the file that it came by; empty where there is none.
    pub place: &'a str,
    /// Where it came from, such as `http:client/ingest/talq`.
    pub source: Arc<str>,
    /// The payload.
    pub payload: &'a [u8],
    /// Whose observations the sender may send.
    pub may_publish: &'a MayPublish,
}

/// What is in a payload.
#[derive(Debug, Default)]
pub struct Sorted {
    /// What can be recorded.
    pub observations: Vec<NewObservation>,
    /// What is refused, as dead letters.
    pub letters: Vec<NewLetter>,
    /// Readings that the map leaves out.
    pub ignored: usize,
}

/// What became of a payload; all of it is on the disk.
#[derive(Debug, Default)]
pub struct Taken {
    /// What became of each observation.
    pub outcomes: Vec<Outcome>,
    /// What was refused before it was one: the letters, with the reason of each.
    pub refused: Vec<(LetterId, String)>,
    /// Readings that the map leaves out.
    pub ignored: usize,
}

impl Taken {
    /// What was refused, with the first reason; `None` when all of it is recorded.
    pub fn refusal(&self) -> Option<String> {
        let of_log = self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Refused { refusal, .. } => Some(refusal.to_string()),
            _ => None,
        });
        self.refused.iter().map(|(_, why)| why.clone()).chain(of_log).next()
    }
}

/// The adapters of a server.
#[derive(Debug)]
pub struct Adapters {
    /// In the order of the configuration.
    adapters: Vec<Adapter>,
    by_name: BTreeMap<String, usize>,
    lookup: Arc<StreamLookup>,
}

#[derive(Debug)]
struct Adapter {
    name: String,
    topics: Vec<TopicFilter>,
    format: Format,
    mapping: Mapping,
}

impl Adapters {
    /// Adapters as they are configured, for the entities of a service.
    ///
    /// # Errors
    /// [`AdaptersError`]: which one is wrong, and how.
    pub fn new(configs: &[AdapterConfig], service: &Service) -> Result<Self, AdaptersError> {
        Self::over(configs, service.lookup.clone(), &service.entities)
    }

    fn over(
        configs: &[AdapterConfig],
        lookup: Arc<StreamLookup>,
        entities: &EntityStore,
    ) -> Result<Self, AdaptersError> {
        let mut adapters = Vec::with_capacity(configs.len());
        let mut by_name = BTreeMap::new();
        for config in configs {
            let wrong = |problem| AdaptersError { name: config.name.clone(), problem };
            let adapter = Adapter::new(config).map_err(wrong)?;
            if by_name.insert(config.name.clone(), adapters.len()).is_some() {
                return Err(wrong("two have this name: give each its own".to_owned()));
            }
            adapters.push(adapter);
        }
        let properties = adapters.iter().filter_map(|adapter| adapter.mapping.property());
        lookup.follow_properties(properties, entities);
        Ok(Self { adapters, by_name, lookup })
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.adapters.iter().map(|adapter| adapter.name.as_str())
    }

    /// The topics whose messages they take, as topic filters.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.adapters.iter().flat_map(|adapter| adapter.topics.iter().map(TopicFilter::as_str))
    }

    /// The first adapter that takes messages of a topic.
    pub fn of_topic(&self, topic: &str) -> Option<&str> {
        let takes = |adapter: &&Adapter| adapter.topics.iter().any(|it| it.matches(topic));
        self.adapters.iter().find(takes).map(|adapter| adapter.name.as_str())
    }

    /// The datastreams that an adapter's map names of a device and that are there.
    pub fn streams(&self, adapter: &str, device: &str) -> Vec<StreamId> {
        let adapter = self.by_name.get(adapter).and_then(|at| self.adapters.get(*at));
        adapter.map_or_else(Vec::new, |it| it.mapping.streams(device, &self.lookup))
    }

    /// Takes a payload. What can be recorded takes its place in the log now; what comes back
    /// resolves once the disk has all of it: observations in the log, the rest among the dead
    /// letters.
    ///
    /// # Errors
    /// [`AppendError`], at once or later: not all of it is known to be on the disk. Who sends it
    /// again may have observations recorded twice, unless their datastreams are unique.
    pub fn take(
        &self,
        service: &Service,
        delivery: &Delivery<'_>,
    ) -> Result<BoxFuture<'static, Result<Taken, AppendError>>, AppendError> {
        Self::record(service, &delivery.source, self.sort(delivery))
    }

    /// Hands what is in a payload to the log.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn record(
        service: &Service,
        source: &Arc<str>,
        sorted: Sorted,
    ) -> Result<BoxFuture<'static, Result<Taken, AppendError>>, AppendError> {
        let Sorted { mut observations, letters, ignored } = sorted;
        service.fill_features(&mut observations);
        let mut recorded = Vec::new();
        while !observations.is_empty() {
            let rest = observations.split_off(observations.len().min(APPEND_ROWS));
            recorded.push(service.log.append(source, observations)?);
            observations = rest;
        }
        let mut refused = Vec::with_capacity(letters.len());
        for letter in letters {
            let why = letter.message.clone();
            refused.push((service.log.refuse(letter)?, why));
        }
        let whole = async move {
            let mut taken = Taken { ignored, ..Taken::default() };
            for ack in recorded {
                taken.outcomes.extend(ack.await?);
            }
            for (ack, why) in refused {
                taken.refused.push((ack.await?, why));
            }
            Ok(taken)
        };
        Ok(whole.boxed())
    }

    /// Finds out what is in a payload; nothing is recorded.
    pub fn sort(&self, delivery: &Delivery<'_>) -> Sorted {
        let Delivery { adapter: name, place, source, payload, may_publish } = delivery;
        let letter = |error: &AdapterError, payload: &[u8]| {
            let format = LetterFormat {
                holds_readings: false,
                adapter: name,
                length: payload.len(),
                place: &place.chars().take(200).collect::<String>(),
            };
            letter(source, error, &format, payload)
        };
        let refused = |error: &AdapterError| {
            let letters = vec![letter(error, payload)];
            Sorted { letters, ..Sorted::default() }
        };
        let Some(adapter) = self.by_name.get(*name).and_then(|at| self.adapters.get(*at)) else {
            return refused(&AdapterError::NoAdapter((*name).to_owned()));
        };
        let decoded = match adapter.format.decode(Input { payload, place }) {
            Ok(decoded) => decoded,
            Err(error) => return refused(&error),
        };
        let denied = decoded.observations.iter().find(|new| !may_publish.admits(new.stream));
        if let Some(denied) = denied {
            return refused(&AdapterError::NotAllowed(denied.stream));
        }
        let faults = decoded.faults.iter();
        let mut sorted = Sorted {
            observations: decoded.observations,
            letters: faults.map(|fault| letter(&fault.error, &fault.payload)).collect(),
            ignored: 0,
        };
        self.map(adapter, decoded.readings, delivery, &mut sorted);
        sorted
    }

    /// Maps readings; those that name nothing known make a letter for each reason.
    fn map(
        &self,
        adapter: &Adapter,
        readings: Vec<Reading>,
        delivery: &Delivery<'_>,
        sorted: &mut Sorted,
    ) {
        let mut refused: BTreeMap<String, (AdapterError, Vec<Reading>)> = BTreeMap::new();
        for reading in readings {
            let found = adapter.mapping.observation(&reading, &self.lookup);
            let error = match found {
                Ok(None) => {
                    sorted.ignored += 1;
                    continue;
                }
                Ok(Some(new)) if delivery.may_publish.admits(new.stream) => {
                    sorted.observations.push(new);
                    continue;
                }
                Ok(Some(new)) => AdapterError::NotAllowed(new.stream),
                Err(error) => error,
            };
            let of_reason = refused.entry(error.to_string());
            of_reason.or_insert_with(|| (error, Vec::new())).1.push(reading);
        }
        for (error, readings) in refused.into_values() {
            for payload in reading_payloads(&readings) {
                let format = LetterFormat {
                    holds_readings: true,
                    adapter: &adapter.name,
                    length: payload.len(),
                    place: "",
                };
                sorted.letters.push(letter(&delivery.source, &error, &format, &payload));
            }
        }
    }

    /// The observations of a letter.
    fn read_again(
        &self,
        format: &LetterFormat<'_>,
        letter: &Letter,
    ) -> Result<Vec<NewObservation>, String> {
        let payload = &letter.content.payload;
        if payload.len() != format.length {
            let cut = AdapterError::Cut { kept: payload.len(), length: format.length };
            return Err(cut.to_string());
        }
        let delivery = Delivery {
            adapter: format.adapter,
            place: format.place,
            source: letter.content.source.clone(),
            payload,
            may_publish: &MayPublish::Everything,
        };
        let sorted = if format.holds_readings {
            let at = self.by_name.get(format.adapter).and_then(|at| self.adapters.get(*at));
            let unknown = || AdapterError::NoAdapter(format.adapter.to_owned()).to_string();
            let adapter = at.ok_or_else(unknown)?;
            let readings = serde_json::from_slice(payload).map_err(|why| why.to_string())?;
            let mut sorted = Sorted::default();
            self.map(adapter, readings, &delivery, &mut sorted);
            sorted
        } else {
            self.sort(&delivery)
        };
        match sorted.letters.into_iter().next() {
            Some(refused) => Err(refused.message),
            None => Ok(sorted.observations),
        }
    }
}

impl LetterDecoder for Adapters {
    fn decode(&self, letter: &Letter) -> Option<Result<Vec<NewObservation>, String>> {
        let format = LetterFormat::parse(&letter.content.format)?;
        let read = self.read_again(&format, letter).map(|mut observations| {
            // What told no time was observed when it was received, not now.
            observations.iter_mut().for_each(|new| new.time = new.time.or(Some(letter.received)));
            observations
        });
        Some(read)
    }
}

impl Adapter {
    fn new(config: &AdapterConfig) -> Result<Self, String> {
        let is_sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if config.name.is_empty() || config.name.len() > 64 || !config.name.bytes().all(is_sound) {
            return Err("a name has 1 to 64 of a to z, 0 to 9 and hyphens".to_owned());
        }
        let topic = |text: &String| {
            TopicFilter::parse(text, TopicLimits::default())
                .map_err(|why| format!("topics, {text:?}: {why}"))
        };
        let others = [
            ("csv", config.csv.is_some(), FormatName::Csv),
            ("json", config.json.is_some(), FormatName::Json),
            ("lorawan", config.lorawan.is_some(), FormatName::Lorawan),
        ];
        if let Some((name, ..)) = others.iter().find(|(_, is, of)| *is && *of != config.format) {
            return Err(format!("[adapter.{name}] goes with format = \"{name}\""));
        }
        Ok(Self {
            name: config.name.clone(),
            topics: config.topics.iter().map(topic).collect::<Result<_, _>>()?,
            format: Format::new(config)?,
            mapping: Mapping::new(config)?,
        })
    }
}

fn letter(
    source: &Arc<str>,
    error: &AdapterError,
    format: &LetterFormat<'_>,
    payload: &[u8],
) -> NewLetter {
    NewLetter {
        source: source.clone(),
        code: error.code().to_owned(),
        message: error.to_string(),
        format: format.to_string(),
        payload: payload.to_vec(),
    }
}

/// Readings as JSON, none longer than a letter holds.
fn reading_payloads(readings: &[Reading]) -> Vec<Vec<u8>> {
    let mut payloads: Vec<Vec<u8>> = Vec::new();
    for reading in readings {
        // A reading holds nothing that JSON cannot say.
        let Ok(text) = serde_json::to_string(reading) else { continue };
        match payloads.last_mut() {
            Some(last) if last.len() + text.len() < LETTER_BYTES => {
                last.pop();
                last.push(b',');
                last.extend_from_slice(text.as_bytes());
                last.push(b']');
            }
            _ => payloads.push(format!("[{text}]").into_bytes()),
        }
    }
    payloads
}

#[cfg(test)]
mod tests;
