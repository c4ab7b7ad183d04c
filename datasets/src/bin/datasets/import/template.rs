//! Templates: which features of a source belong to a role, told by their columns, and what they
//! are then given.
//!
//! Drawings keep no attributes but the layer, the colour and the line type that somebody chose. A
//! template says what those mean:
//!
//! ```toml
//! unmatched = "drop"                      # or "keep"
//! [[rule]]
//! role = "red-lines"                      # for imports of this role alone; absent: for every role
//! match = { Layer = ["CGDD*", "*CHI GIOI DUONG DO*"] }
//! set = { setback = 0.0 }                 # attributes of the role
//! [[label]]                               # texts that lie in polygons
//! role = "planning-zones"
//! match = { Layer = ["*KY HIEU*"] }
//! text = "Text"                           # column that holds the text
//! attribute = "lot"
//! ```
//!
//! Patterns are compared folded (no accents, no case); `*` stands for anything. The first rule that
//! matches holds.

use std::{collections::BTreeMap, fs};

use city::{PropertyType, Role, Schema, Value, text::fold};
use serde::Deserialize;

use super::error::ImportError;

const CAD_PLANNING: &str = include_str!("../../../../templates/cad-planning.toml");
const OSM_LAND_USE: &str = include_str!("../../../../templates/osm-land-use.toml");

/// A template, for one role.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    rules: Vec<Rule>,
    labels: Vec<Label>,
    drops_unmatched: bool,
}

/// A rule, for one schema.
#[derive(Debug, Clone)]
struct Rule {
    patterns: Vec<(String, Vec<Pattern>)>,
    set: Vec<(String, Value)>,
}

/// Texts that give an attribute to the polygons in which they lie.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    patterns: Vec<(String, Vec<Pattern>)>,
    /// Column that holds the text.
    pub(crate) text: String,
    /// Attribute that it gives.
    pub(crate) attribute: String,
}

/// What a template says of a feature.
pub(crate) enum Verdict<'a> {
    /// It belongs to the role, with these attributes.
    Belongs(&'a [(String, Value)]),
    /// No rule matches; it stays or goes.
    Unmatched,
}

impl Template {
    /// The template of a name or in a file, for a role.
    pub(crate) fn load(name: &str, role: Role) -> Result<Self, ImportError> {
        let text = match name {
            "cad-planning" => CAD_PLANNING.to_owned(),
            "osm-land-use" => OSM_LAND_USE.to_owned(),
            file => fs::read_to_string(file).map_err(|error| {
                ImportError::Arguments(format!(
                    "cannot read template {file}: {error}; built in are: cad-planning, osm-land-use"
                ))
            })?,
        };
        Self::parse(&text, role)
            .map_err(|why| ImportError::Arguments(format!("template {name}: {why}")))
    }

    fn parse(text: &str, role: Role) -> Result<Self, String> {
        let document: Document = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut rules = Vec::new();
        for rule in document.rule {
            if rule.role.is_none_or(|only| only == role) {
                let set = rule.set.into_iter().map(|(name, value)| {
                    let value = value_of(role, &name, &value)?;
                    Ok((name, value))
                });
                let set = set.collect::<Result<_, String>>()?;
                rules.push(Rule { patterns: patterns_of(&rule.r#match), set });
            }
        }
        let mut labels = Vec::new();
        for label in document.label.into_iter().filter(|label| label.role == role) {
            known(role, &label.attribute)?;
            let patterns = patterns_of(&label.r#match);
            labels.push(Label { patterns, text: label.text, attribute: label.attribute });
        }
        let drops_unmatched = document.unmatched == Unmatched::Drop;
        Ok(Self { rules, labels, drops_unmatched })
    }

    /// The attributes that it may give, with their types.
    pub(crate) fn attributes(&self) -> BTreeMap<&str, PropertyType> {
        let set = self.rules.iter().flat_map(|rule| &rule.set);
        let set = set.map(|(name, value)| (name.as_str(), kind_of(value)));
        let labels = self.labels.iter().map(|l| (l.attribute.as_str(), PropertyType::Text));
        labels.chain(set).collect()
    }

    /// Whether any rule or label is for this role.
    pub(crate) fn is_for_role(&self) -> bool {
        !self.rules.is_empty() || !self.labels.is_empty()
    }

    /// Whether features that no rule matches are left out.
    pub(crate) fn drops_unmatched(&self) -> bool {
        self.drops_unmatched
    }

    /// Labels, if it has any.
    pub(crate) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// What the first matching rule says of a feature.
    pub(crate) fn judge(&self, schema: &Schema, values: &[Value]) -> Verdict<'_> {
        let rule = self.rules.iter().find(|rule| matches(&rule.patterns, schema, values));
        rule.map_or(Verdict::Unmatched, |rule| Verdict::Belongs(&rule.set))
    }
}

impl Label {
    /// The text of a feature, if it is such a label.
    pub(crate) fn text_of<'a>(&self, schema: &Schema, values: &'a [Value]) -> Option<&'a str> {
        if !matches(&self.patterns, schema, values) {
            return None;
        }
        let text = values.get(schema.index_of(&self.text)?)?.as_text()?.trim();
        (!text.is_empty()).then_some(text)
    }
}

fn matches(patterns: &[(String, Vec<Pattern>)], schema: &Schema, values: &[Value]) -> bool {
    patterns.iter().all(|(column, patterns)| {
        let value = schema.index_of(column).and_then(|i| values.get(i));
        let text = match value {
            Some(Value::Text(text)) => fold(text),
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Real(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            _ => return false,
        };
        patterns.iter().any(|pattern| pattern.matches(&text))
    })
}

/// A folded pattern, cut at its stars.
#[derive(Debug, Clone)]
struct Pattern(Vec<String>);

impl Pattern {
    fn new(text: &str) -> Self {
        // Folding trims blanks at the ends, which the parts between stars may need.
        Self(fold(text).split('*').map(str::to_owned).collect())
    }

    fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &self.0[..] else {
            return self.0.first().is_some_and(|only| only == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

fn patterns_of(columns: &BTreeMap<String, Vec<Scalar>>) -> Vec<(String, Vec<Pattern>)> {
    let pattern = |scalar: &Scalar| match scalar {
        Scalar::Text(text) => Pattern::new(text),
        Scalar::Number(number) => Pattern::new(&number.to_string()),
    };
    let row = |(column, list): (&String, &Vec<Scalar>)| {
        (column.clone(), list.iter().map(pattern).collect())
    };
    columns.iter().map(row).collect()
}

fn known(role: Role, attribute: &str) -> Result<PropertyType, String> {
    let found = role.attribute(attribute).map(|attribute| attribute.kind);
    found.ok_or_else(|| format!("role '{role}' has no attribute '{attribute}'"))
}

fn value_of(role: Role, attribute: &str, value: &toml::Value) -> Result<Value, String> {
    let kind = known(role, attribute)?;
    let plain = match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::Integer(*number),
        toml::Value::Float(number) => Value::Real(*number),
        toml::Value::Boolean(flag) => Value::Bool(*flag),
        other => return Err(format!("'{attribute}' can't be set to {other}")),
    };
    datasets::mapping::coerce(&plain, kind)
        .ok_or_else(|| format!("'{attribute}' can't be set to {value}"))
}

fn kind_of(value: &Value) -> PropertyType {
    match value {
        Value::Bool(_) => PropertyType::Bool,
        Value::Integer(_) => PropertyType::Integer,
        Value::Real(_) => PropertyType::Real,
        Value::Date(_) => PropertyType::Date,
        Value::Instant(_) => PropertyType::Instant,
        Value::Text(_) | Value::Null => PropertyType::Text,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    unmatched: Unmatched,
    #[serde(default)]
    rule: Vec<RuleDocument>,
    #[serde(default)]
    label: Vec<LabelDocument>,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Unmatched {
    #[default]
    Keep,
    Drop,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleDocument {
    role: Option<Role>,
    r#match: BTreeMap<String, Vec<Scalar>>,
    #[serde(default)]
    set: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelDocument {
    role: Role,
    r#match: BTreeMap<String, Vec<Scalar>>,
    #[serde(default = "text_column")]
    text: String,
    attribute: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(i64),
}

fn text_column() -> String {
    "Text".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::Property;

    #[test]
    fn the_built_in_templates_hold_for_every_role_that_has_their_attributes() {
        for role in Role::ALL {
            Template::load("cad-planning", *role).unwrap();
            if role.attribute("use_code").is_some() {
                Template::load("osm-land-use", *role).unwrap();
            }
        }
    }

    #[test]
    fn patterns_fold_accents_and_stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("*chỉ giới đường đỏ*", "QH_CHI GIOI DUONG DO_2030", true),
            ("CGDD*", "cgđđ-1", true),
            ("CGDD", "CGDD1", false),
            ("a*b", "ab", true),
            ("ab*b", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(&fold(text)), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn the_first_matching_rule_gives_its_attributes() {
        let template = Template::load("osm-land-use", Role::LandUse).unwrap();
        let column = |name: &str| Property::new(name, PropertyType::Text);
        let schema = Schema { properties: vec![column("landuse"), column("natural")] };
        let code = |landuse: Option<&str>, natural: Option<&str>| {
            let values = [landuse.map(Value::from).into(), natural.map(Value::from).into()];
            match template.judge(&schema, &values) {
                Verdict::Belongs(set) => set.first().and_then(|s| s.1.as_text().map(str::to_owned)),
                Verdict::Unmatched => None,
            }
        };
        assert_eq!(code(Some("paddy"), None).as_deref(), Some("LUA"));
        assert_eq!(code(Some("military"), None).as_deref(), Some("CQP"));
        assert_eq!(code(None, Some("bare_rock")).as_deref(), Some("NCS"));
        assert_eq!(code(Some("construction"), None), None);
    }

    #[test]
    fn an_attribute_that_the_role_lacks_is_refused() {
        let text = "[[rule]]\nmatch = { Layer = ['x'] }\nset = { roof = 'flat' }\n";
        assert!(Template::parse(text, Role::Roads).unwrap_err().contains("no attribute 'roof'"));
    }
}
