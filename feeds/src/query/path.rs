//! Resource paths, such as `Things(3)/Datastreams(7)/Observations` (OGC 18-088, 9.2).

use std::fmt;

use super::QueryError;
use crate::model::{EntityKind, Id, Navigation};

/// As many steps are taken; nothing in the model is further apart.
const MOST_STEPS: usize = 12;

/// A path to a set of entities, an entity, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePath {
    /// The set that it begins with.
    pub kind: EntityKind,
    /// The entity of that set; `None` is the whole set.
    pub id: Option<Id>,
    /// From there on, one after the other. Every one but the last leads to one entity.
    pub steps: Vec<Step>,
    /// What of it.
    pub tail: Tail,
}

/// One step from an entity along a navigation property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which way.
    pub navigation: Navigation,
    /// Which of several; `None` is all of them.
    pub id: Option<Id>,
}

impl Step {
    /// Whether it leads to a set of entities.
    pub fn is_set(&self) -> bool {
        self.navigation.is_many && self.id.is_none()
    }
}

/// What a path asks of the place that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// All of it.
    Whole,
    /// A property of an entity.
    Property(&'static str),
    /// A property of an entity, as plain text (`$value`).
    Value(&'static str),
    /// The links to the entities (`$ref`).
    References,
}

impl ResourcePath {
    /// Reads a path, without the version before it.
    ///
    /// # Errors
    /// [`QueryError`]: a name is unknown, or stands where it cannot.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut segments = Segments::of(text);
        let Some(first) = segments.next() else {
            return Err(refuse(0, "is empty: begin with a set, such as Things"));
        };
        let kind = EntityKind::from_set_name(first.name).ok_or_else(|| first.unknown_set())?;
        let mut path = Self { kind, id: first.id()?, steps: Vec::new(), tail: Tail::Whole };
        while let Some(segment) = segments.next() {
            path.take(&segment)?;
        }
        Ok(path)
    }

    /// The kind of entity that it leads to.
    pub fn target(&self) -> EntityKind {
        self.steps.last().map_or(self.kind, |step| step.navigation.target)
    }

    /// Whether it leads to a set of entities.
    pub fn is_set(&self) -> bool {
        self.steps.last().map_or(self.id.is_none(), Step::is_set)
    }

    fn take(&mut self, segment: &Segment<'_>) -> Result<(), QueryError> {
        let kind = self.target();
        match (&self.tail, segment.name) {
            (Tail::Whole, "$ref") => self.tail = Tail::References,
            (Tail::Whole, _) if self.is_set() => {
                let problem = format!(
                    "{:?} cannot follow a set: name one of them, as {}(7)",
                    segment.text,
                    kind.set_name()
                );
                return Err(refuse(segment.at, problem));
            }
            (Tail::Whole, name) => match kind.navigation(name) {
                Some(navigation) => self.steps.push(segment.step(navigation)?),
                None => self.tail = Tail::Property(segment.property(kind)?),
            },
            (Tail::Property(property), "$value") => self.tail = Tail::Value(property),
            _ => {
                let problem = format!("{:?} cannot follow here: end the path before", segment.text);
                return Err(refuse(segment.at, problem));
            }
        }
        if self.steps.len() > MOST_STEPS {
            return Err(refuse(segment.at, format!("has more than {MOST_STEPS} steps")));
        }
        Ok(())
    }
}

impl fmt::Display for ResourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = |id: Option<Id>| id.map_or_else(String::new, |id| format!("({id})"));
        write!(f, "{}{}", self.kind.set_name(), id(self.id))?;
        for step in &self.steps {
            write!(f, "/{}{}", step.navigation.name, id(step.id))?;
        }
        match self.tail {
            Tail::Whole => Ok(()),
            Tail::Property(name) => write!(f, "/{name}"),
            Tail::Value(name) => write!(f, "/{name}/$value"),
            Tail::References => write!(f, "/$ref"),
        }
    }
}

/// What stands between two slashes.
struct Segment<'a> {
    text: &'a str,
    /// Before the parentheses.
    name: &'a str,
    /// Inside them.
    key: Option<&'a str>,
    at: usize,
}

impl Segment<'_> {
    fn id(&self) -> Result<Option<Id>, QueryError> {
        let Some(key) = self.key else { return Ok(None) };
        let problem = || format!("({key}) is no identifier: they are positive numbers");
        let at = self.at + self.name.chars().count();
        key.parse().map(Some).map_err(|()| refuse(at, problem()))
    }

    fn step(&self, navigation: Navigation) -> Result<Step, QueryError> {
        let id = self.id()?;
        if id.is_some() && !navigation.is_many {
            let problem = format!("{} is one entity: leave the parentheses out", self.name);
            return Err(refuse(self.at, problem));
        }
        Ok(Step { navigation, id })
    }

    fn property(&self, kind: EntityKind) -> Result<&'static str, QueryError> {
        let found = kind.properties().iter().find(|name| **name == self.text);
        found.copied().ok_or_else(|| {
            let navigations = kind.navigations().map(|navigation| navigation.name);
            let known: Vec<_> = kind.properties().iter().copied().chain(navigations).collect();
            let problem = format!("{kind} has no {:?}; it has {}", self.text, known.join(", "));
            refuse(self.at, problem)
        })
    }

    fn unknown_set(&self) -> QueryError {
        let sets: Vec<_> = EntityKind::ALL.into_iter().map(EntityKind::set_name).collect();
        let problem = format!("there is no set {:?}; there are {}", self.text, sets.join(", "));
        refuse(self.at, problem)
    }
}

/// The segments of a path, with where they begin.
struct Segments<'a> {
    rest: Option<&'a str>,
    at: usize,
}

impl<'a> Segments<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: (!text.is_empty()).then_some(text), at: 0 }
    }

    fn next(&mut self) -> Option<Segment<'a>> {
        let rest = self.rest?;
        let (text, after) = rest.split_once('/').map_or((rest, None), |(a, b)| (a, Some(b)));
        let at = self.at;
        self.at += text.chars().count() + 1;
        self.rest = after;
        let keyed = text.strip_suffix(')').and_then(|it| it.split_once('('));
        let (name, key) = keyed.map_or((text, None), |(name, key)| (name, Some(key)));
        Some(Segment { text, name, key, at })
    }
}

fn refuse(at: usize, problem: impl Into<String>) -> QueryError {
    QueryError::new("path", at, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_standard_are_understood() {
        for text in [
            "Things",
            "Things(1)",
            "Things(1)/Datastreams",
            "Things(1)/Datastreams(7)/Observations",
            "Datastreams(1)/ObservedProperty",
            "Observations(7)/Datastream/Thing/Locations/$ref",
            "Things(1)/name",
            "Things(1)/properties/$value",
            "Things/$ref",
            "FeaturesOfInterest(9)/Observations",
        ] {
            assert_eq!(ResourcePath::parse(text).unwrap().to_string(), text);
        }
        let path = ResourcePath::parse("Things(1)/Datastreams").unwrap();
        assert!(path.is_set() && path.target() == EntityKind::Datastream);
        let path = ResourcePath::parse("Datastreams(1)/Thing").unwrap();
        assert!(!path.is_set() && path.target() == EntityKind::Thing);
    }

    #[test]
    fn paths_that_lead_nowhere_say_where_they_end() {
        for (text, expected) in [
            ("", "path, character 1: is empty"),
            ("Lamps", "path, character 1: there is no set \"Lamps\"; there are Things"),
            ("Things(x)", "path, character 7: (x) is no identifier"),
            ("Things(01)", "path, character 7: (01) is no identifier"),
            ("Things/Datastreams", "path, character 8: \"Datastreams\" cannot follow a set"),
            ("Things(1)/Sensor", "path, character 11: Thing has no \"Sensor\"; it has name"),
            ("Things(1)/name/x", "path, character 16: \"x\" cannot follow here"),
            ("Datastreams(1)/Thing(2)", "path, character 16: Thing is one entity"),
            ("Things(1)/", "path, character 11: Thing has no \"\""),
        ] {
            let error = ResourcePath::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
        let endless = "Things(1)".to_owned() + &"/Datastreams(1)/Thing".repeat(50);
        assert!(ResourcePath::parse(&endless).unwrap_err().to_string().contains("more than 12"));
    }
}
