//! Forms of documents, with the days on which they hold: `assets/reports/templates.toml`, and before it
//! a data folder's own `templates.toml`.

use std::path::Path;

use city::{Title, time::Date};
use serde::Deserialize;

use super::Kind;
use crate::flood::folder::Output;

/// The forms that come with the program.
const KNOWN: &str = include_str!("../../../../assets/reports/templates.toml");
/// Name of a data folder's own.
const FILE: &str = "templates.toml";

/// The form of a document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    /// Of which document.
    kind: Kind,
    /// The first day on which it holds.
    valid_from: Date,
    /// The last day, where there is one.
    #[serde(default)]
    valid_to: Option<Date>,
    /// What it follows. It is not printed.
    #[serde(rename = "source")]
    _source: String,
    /// The kind of document (*tên loại*).
    pub(super) title: Title,
    /// What it is about, before the name of the run.
    pub(super) subject: Title,
    /// Who gets it, where `report.toml` says nothing of that.
    #[serde(default)]
    pub(super) recipients: Vec<String>,
    /// What it says, in order.
    pub(super) parts: Vec<Part>,
}

/// A part of a document: one of heading, text and what the run knows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// A heading.
    #[serde(default)]
    pub(super) heading: Option<Title>,
    /// A paragraph, with places for values: `{people}`.
    #[serde(default)]
    pub(super) text: Option<String>,
    /// What the run knows.
    #[serde(default)]
    pub(super) of: Option<Known>,
    /// Whether it stands on a page that lies.
    #[serde(default)]
    pub(super) lying: bool,
    /// It is left out where the run knows none of these.
    #[serde(default)]
    pub(super) with: Vec<Known>,
}

/// What a run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Known {
    Purpose,
    Scenario,
    Terrain,
    Assumptions,
    Water,
    Grounds,
    Volumes,
    People,
    Affected,
    Communes,
    Villages,
    Roads,
    Facilities,
    Evacuation,
    LeftBehind,
    Structures,
    Drains,
    Marks,
    Map(Output),
}

impl Known {
    /// Each with its name, but for maps: `map-` and the name of a raster.
    const ALL: [(&'static str, Self); 18] = [
        ("purpose", Self::Purpose),
        ("scenario", Self::Scenario),
        ("terrain", Self::Terrain),
        ("assumptions", Self::Assumptions),
        ("water", Self::Water),
        ("grounds", Self::Grounds),
        ("volumes", Self::Volumes),
        ("people", Self::People),
        ("affected", Self::Affected),
        ("communes", Self::Communes),
        ("villages", Self::Villages),
        ("roads", Self::Roads),
        ("facilities", Self::Facilities),
        ("evacuation", Self::Evacuation),
        ("left-behind", Self::LeftBehind),
        ("structures", Self::Structures),
        ("drains", Self::Drains),
        ("marks", Self::Marks),
    ];
}

impl TryFrom<String> for Known {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let map = name.strip_prefix("map-").and_then(Output::from_name);
        let known = Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, known)| *known);
        known.or(map.map(Self::Map)).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            format!(
                "'{name}' is nothing that a run knows: {names}, or map- and the name of a raster"
            )
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    #[serde(default)]
    template: Vec<Template>,
}

/// The form of a kind of document that holds on a day: the folder's, else that of the program; of
/// several the one that has held for the shortest time.
///
/// # Errors
/// What is wrong with the folder's file, and where; or that no form holds.
pub(super) fn of(kind: Kind, day: Date, data: &Path) -> Result<Template, String> {
    let own = match std::fs::read_to_string(data.join(FILE)) {
        Ok(text) => parse(&text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(format!("{FILE}: {error}")),
    };
    let holds = |it: &Template| {
        it.kind == kind && it.valid_from <= day && it.valid_to.is_none_or(|last| day <= last)
    };
    let latest = |all: Vec<Template>| all.into_iter().filter(holds).max_by_key(|it| it.valid_from);
    match latest(own) {
        Some(found) => Ok(found),
        None => latest(parse(KNOWN)?).ok_or_else(|| {
            format!("{FILE}: no form of the document '{}' holds on {day}: add one", kind.name())
        }),
    }
}

fn parse(text: &str) -> Result<Vec<Template>, String> {
    let Templates { template } =
        toml::from_str(text).map_err(|error| format!("{FILE}: {error}"))?;
    for form in &template {
        for (at, part) in form.parts.iter().enumerate() {
            let given = usize::from(part.heading.is_some())
                + usize::from(part.text.is_some())
                + usize::from(part.of.is_some());
            if given != 1 {
                return Err(format!(
                    "{FILE}: form '{}' from {}, part {}: give one of heading, text and of",
                    form.kind.name(),
                    form.valid_from,
                    at + 1
                ));
            }
        }
    }
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_form_holds_from_its_day_and_the_folders_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        for kind in Kind::ALL {
            of(kind, day("2026-11-22"), dir.path()).unwrap();
        }
        let why = of(Kind::Quick, day("2019-01-01"), dir.path()).unwrap_err();
        assert!(why.contains("quick") && why.contains("2019-01-01"), "{why}");
        let form = |from: &str, title: &str| {
            format!(
                "[[template]]\nkind = \"quick\"\nvalid_from = \"{from}\"\nsource = \"s\"\n\
                 title = {{ vi = \"{title}\", en = \"\" }}\nsubject = {{ vi = \"x\", en = \"\" }}\n\
                 parts = [{{ of = \"water\" }}, {{ text = \"{{people}} người\" }}]\n"
            )
        };
        let own = form("2026-01-01", "Mẫu cũ") + &form("2027-01-01", "Mẫu mới");
        std::fs::write(dir.path().join(FILE), own).unwrap();
        let title = |on: &str| of(Kind::Quick, day(on), dir.path()).unwrap().title.vi;
        assert_eq!(title("2026-11-22"), "Mẫu cũ");
        assert_eq!(title("2027-11-22"), "Mẫu mới");
        assert_eq!(title("2025-11-22"), "Báo cáo nhanh");
    }

    #[test]
    fn a_part_that_no_run_knows_is_refused_with_what_there_is() {
        let dir = tempfile::tempdir().unwrap();
        let form = |parts: &str| {
            let text = format!(
                "[[template]]\nkind = \"quick\"\nvalid_from = \"2026-01-01\"\nsource = \"s\"\n\
                 title = {{ vi = \"a\", en = \"\" }}\nsubject = {{ vi = \"x\", en = \"\" }}\nparts = [{parts}]\n"
            );
            std::fs::write(dir.path().join(FILE), text).unwrap();
            of(Kind::Quick, day("2026-11-22"), dir.path()).unwrap_err()
        };
        let why = form("{ of = \"fire\" }");
        assert!(why.contains("fire") && why.contains("left-behind"), "{why}");
        let why = form("{ of = \"water\", text = \"a\" }");
        assert!(why.contains("part 1"), "{why}");
    }
}
