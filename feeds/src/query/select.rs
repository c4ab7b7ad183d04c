//! `$select`: which properties of an entity are shown (OGC 18-088, 9.3.2.2).

use super::QueryError;
use crate::model::EntityKind;

/// One selected property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selected {
    /// The identifier.
    Id,
    /// The entity's own address.
    SelfLink,
    /// A property.
    Property(&'static str),
    /// The address that a navigation property leads to.
    Link(&'static str),
}

/// The selected properties; none is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(pub Vec<Selected>);

impl Selection {
    /// Reads the names after `$select=`.
    ///
    /// # Errors
    /// [`QueryError`]: a name is no property of the kind.
    pub fn parse(kind: EntityKind, text: &str) -> Result<Self, QueryError> {
        let mut selected = Vec::new();
        let mut at = 0;
        for part in text.split(',') {
            let name = part.trim();
            let one = match name {
                "id" | "@iot.id" => Selected::Id,
                "@iot.selfLink" => Selected::SelfLink,
                name => property(kind, name).or_else(|| link(kind, name)).ok_or_else(|| {
                    let known = kind.properties().join(", ");
                    let problem = format!("{kind} has no {name:?}; it has id, {known}");
                    QueryError::new("$select", at, problem)
                })?,
            };
            if !selected.contains(&one) {
                selected.push(one);
            }
            at += part.chars().count() + 1;
        }
        Ok(Self(selected))
    }

    /// Whether a property is shown.
    pub fn shows(&self, one: Selected) -> bool {
        self.0.is_empty() || self.0.contains(&one)
    }
}

fn property(kind: EntityKind, name: &str) -> Option<Selected> {
    kind.properties().iter().find(|it| **it == name).map(|name| Selected::Property(name))
}

fn link(kind: EntityKind, name: &str) -> Option<Selected> {
    kind.navigation(name).map(|navigation| Selected::Link(navigation.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_names_properties_of_its_kind() {
        let read = |text| Selection::parse(EntityKind::Observation, text);
        let selection = read("phenomenonTime, result,result,@iot.id,Datastream").unwrap();
        let expected = [
            Selected::Property("phenomenonTime"),
            Selected::Property("result"),
            Selected::Id,
            Selected::Link("Datastream"),
        ];
        assert_eq!(selection.0, expected);
        assert!(!selection.shows(Selected::Property("resultTime")));
        assert!(Selection::default().shows(Selected::SelfLink), "none is all");
        let error = read("result,resultat").unwrap_err().to_string();
        assert!(error.starts_with("$select, character 8: Observation has no \"resultat\""));
    }
}
