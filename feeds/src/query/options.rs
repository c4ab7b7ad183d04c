//! Query options (OGC 18-088, 9.3): what of a set is asked for, in what order, with what beside it.

use std::{borrow::Cow, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{
    QueryError, Selected, Selection,
    expression::Expression,
    parse,
    split::{split, trimmed},
};
use crate::model::{EntityKind, Navigation};

/// Expansions are nested this deep at most.
const MOST_DEPTH: usize = 6;
/// One query has as many expansions at most, nested ones included.
const MOST_EXPANSIONS: usize = 50;
/// The options that there are.
const OPTIONS: [&str; 8] =
    ["$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count", "$resultFormat"];
/// What values of options are written with as they are; the rest is percent-encoded.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'/')
    .remove(b'\'')
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b':');

/// What is asked of a set of entities, or of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Only those for which it holds.
    pub filter: Option<Expression>,
    /// Which properties are shown.
    pub selection: Selection,
    /// Which related entities stand in the answer.
    pub expand: Vec<Expansion>,
    /// The order, the first first.
    pub order: Vec<Order>,
    /// As many at most.
    pub top: Option<u64>,
    /// Without as many of the first.
    pub skip: u64,
    /// Whether their number is told.
    pub count: bool,
    /// How the answer is written.
    pub format: ResultFormat,
}

/// Related entities in an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    /// Which.
    pub navigation: Navigation,
    /// What of them.
    pub query: Query,
}

/// What an order goes by.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The value.
    pub by: Expression,
    /// The greatest first.
    pub is_descending: bool,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResultFormat {
    /// A document for each entity.
    #[default]
    Documents,
    /// Observations as a table.
    DataArray,
}

impl Query {
    /// Reads the query of an address, without `?`: options joined by `&`, percent-encoded. Options
    /// without `$` are none of the language's and are left out.
    ///
    /// # Errors
    /// [`QueryError`]: an option is unknown or stands twice, or what it says is wrong.
    pub fn parse(kind: EntityKind, text: &str) -> Result<Self, QueryError> {
        let mut options = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            if name.starts_with('$') {
                options.push((name, value));
            }
        }
        let options = options.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        Reading { expansions: 0 }.query(kind, options, 0)
    }

    /// The query of an address that asks for the same.
    pub fn encoded(&self) -> String {
        let options = self.options().into_iter();
        let pairs =
            options.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, PLAIN)));
        pairs.collect::<Vec<_>>().join("&")
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        if let Some(filter) = &self.filter {
            options.push(("$filter", filter.to_string()));
        }
        if !self.selection.0.is_empty() {
            options.push(("$select", joined(self.selection.0.iter().map(selected))));
        }
        if !self.expand.is_empty() {
            options.push(("$expand", joined(&self.expand)));
        }
        if !self.order.is_empty() {
            options.push(("$orderby", joined(&self.order)));
        }
        options.extend(self.top.map(|top| ("$top", top.to_string())));
        if self.skip > 0 {
            options.push(("$skip", self.skip.to_string()));
        }
        if self.count {
            options.push(("$count", "true".to_owned()));
        }
        if self.format == ResultFormat::DataArray {
            options.push(("$resultFormat", "dataArray".to_owned()));
        }
        options
    }

    /// The expansion along a way, made where there is none.
    fn expansion(&mut self, navigation: Navigation) -> &mut Query {
        let found = self.expand.iter().position(|it| it.navigation == navigation);
        let index = found.unwrap_or_else(|| {
            self.expand.push(Expansion { navigation, query: Self::default() });
            self.expand.len() - 1
        });
        &mut self.expand[index].query
    }
}

impl fmt::Display for Expansion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.navigation.name)?;
        let options = self.query.options().into_iter();
        let options: Vec<_> = options.map(|(name, value)| format!("{name}={value}")).collect();
        match options.is_empty() {
            true => Ok(()),
            false => write!(f, "({})", options.join(";")),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.by, if self.is_descending { " desc" } else { "" })
    }
}

fn selected(one: &Selected) -> &'static str {
    match one {
        Selected::Id => "id",
        Selected::SelfLink => "@iot.selfLink",
        Selected::Property(name) | Selected::Link(name) => name,
    }
}

fn joined<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

fn decoded(text: &str) -> Result<Cow<'_, str>, QueryError> {
    // A plus is a blank in queries as browsers and Python write them.
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(|text| Cow::Owned(text.into_owned()))
        .map_err(|_| QueryError::new("query", 0, format!("{text:?} is no percent-encoded UTF-8")))
}

/// Reads options, and counts what nesting multiplies.
struct Reading {
    expansions: usize,
}

impl Reading {
    fn query<'t>(
        &mut self,
        kind: EntityKind,
        options: impl Iterator<Item = (&'t str, &'t str)>,
        depth: usize,
    ) -> Result<Query, QueryError> {
        let mut query = Query::default();
        let mut seen = Vec::new();
        for (name, value) in options {
            // Clients write them as they like (OData 4.01, part 2, 5.1).
            let known = OPTIONS.iter().find(|known| known.eq_ignore_ascii_case(name));
            let name = known.copied().unwrap_or(name);
            if seen.contains(&name) {
                return Err(QueryError::new("query", 0, format!("{name} stands twice")));
            }
            seen.push(name);
            self.option(kind, name, value, depth, &mut query)?;
        }
        Ok(query)
    }

    fn option(
        &mut self,
        kind: EntityKind,
        name: &str,
        value: &str,
        depth: usize,
        query: &mut Query,
    ) -> Result<(), QueryError> {
        match name {
            "$filter" => query.filter = Some(parse::filter(kind, value)?),
            "$select" => query.selection = Selection::parse(kind, value)?,
            "$orderby" => query.order = orders(kind, value)?,
            "$expand" => self.expansions(kind, value, depth, query)?,
            "$top" => query.top = Some(number("$top", value)?),
            "$skip" => query.skip = number("$skip", value)?,
            "$count" => query.count = one_of("$count", value, &[("true", true), ("false", false)])?,
            "$resultFormat" if kind == EntityKind::Observation && depth == 0 => {
                query.format =
                    one_of("$resultFormat", value, &[("dataArray", ResultFormat::DataArray)])?;
            }
            _ => {
                let problem = format!(
                    "there is no {name} here; there are $filter, $select, $expand, $orderby, $top, \
                     $skip, $count, and $resultFormat of Observations"
                );
                return Err(QueryError::new("query", 0, problem));
            }
        }
        Ok(())
    }

    fn expansions(
        &mut self,
        kind: EntityKind,
        text: &str,
        depth: usize,
        query: &mut Query,
    ) -> Result<(), QueryError> {
        for (at, item) in split("$expand", text, ',')? {
            let (at, item) = trimmed(at, item);
            let (path, options) = match item.split_once('(') {
                None => (item, None),
                Some((path, rest)) => match rest.strip_suffix(')') {
                    Some(options) => (path, Some(options)),
                    None => {
                        let problem = "nothing may follow the parenthesis of an expansion";
                        return Err(QueryError::new("$expand", at, problem));
                    }
                },
            };
            let (mut kind, mut depth, mut inner) = (kind, depth, &mut *query);
            for name in path.split('/') {
                (depth, self.expansions) = (depth + 1, self.expansions + 1);
                self.check_bounds(at, depth)?;
                let navigation = navigation(kind, name.trim(), at)?;
                kind = navigation.target;
                inner = inner.expansion(navigation);
            }
            if let Some(options) = options {
                if *inner != Query::default() {
                    let problem = format!("{path} stands twice: join its options by ;");
                    return Err(QueryError::new("$expand", at, problem));
                }
                *inner = self.nested(kind, options, depth)?;
            }
        }
        Ok(())
    }

    fn nested(&mut self, kind: EntityKind, text: &str, depth: usize) -> Result<Query, QueryError> {
        let parts = split("$expand", text, ';')?;
        let options = parts.into_iter().map(|(at, part)| trimmed(at, part).1);
        let options = options.filter(|part| !part.is_empty());
        let options = options.map(|part| part.split_once('=').unwrap_or((part, "")));
        self.query(kind, options, depth)
    }

    fn check_bounds(&self, at: usize, depth: usize) -> Result<(), QueryError> {
        if depth > MOST_DEPTH {
            let problem = format!("is nested deeper than {MOST_DEPTH}: ask in several requests");
            return Err(QueryError::new("$expand", at, problem));
        }
        if self.expansions > MOST_EXPANSIONS {
            let problem = format!("has more than {MOST_EXPANSIONS} parts: ask in several requests");
            return Err(QueryError::new("$expand", at, problem));
        }
        Ok(())
    }
}

fn navigation(kind: EntityKind, name: &str, at: usize) -> Result<Navigation, QueryError> {
    kind.navigation(name).ok_or_else(|| {
        let known: Vec<_> = kind.navigations().map(|way| way.name).collect();
        let problem = format!("{kind} leads to no {name:?}; it leads to {}", known.join(", "));
        QueryError::new("$expand", at, problem)
    })
}

fn orders(kind: EntityKind, text: &str) -> Result<Vec<Order>, QueryError> {
    let read = |(at, part)| {
        let read = parse::order(kind, part);
        let (by, is_descending) =
            read.map_err(|why: QueryError| QueryError { at: why.at + at, ..why })?;
        Ok(Order { by, is_descending })
    };
    split("$orderby", text, ',')?.into_iter().map(read).collect()
}

fn number(part: &'static str, text: &str) -> Result<u64, QueryError> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).ok_or_else(|| {
        QueryError::new(part, 0, format!("{text:?} is no whole number of 0 or more"))
    })
}

fn one_of<T: Copy>(part: &'static str, text: &str, values: &[(&str, T)]) -> Result<T, QueryError> {
    values.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        QueryError::new(part, 0, format!("{text:?} is none of {}", known.join(", ")))
    })
}
