//! Topic names, topic filters and how they match (section 4.7 of the standard).

use thiserror::Error;

/// What a topic or filter may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicLimits {
    /// Bytes of UTF-8.
    pub max_bytes: usize,
    /// Levels between slashes.
    pub max_levels: usize,
}

impl Default for TopicLimits {
    fn default() -> Self {
        Self { max_bytes: 1024, max_levels: 32 }
    }
}

/// Why a topic name or filter is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TopicError {
    /// Nothing is written there.
    #[error("an empty topic")]
    Empty,
    /// Longer than the limit.
    #[error("a topic of {bytes} bytes; at most {limit} are taken")]
    TooLong {
        /// Its bytes.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Deeper than the limit.
    #[error("a topic of more than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A wildcard in a name, or not alone in its level, or `#` before the end.
    #[error("a wildcard where none may stand")]
    Wildcard,
    /// `$share` without a group or without a filter.
    #[error("a shared subscription is written $share/GROUP/FILTER")]
    Share,
}

/// Checks the name that a message is published under.
///
/// # Errors
/// The name is empty, over a limit or holds a wildcard.
pub fn check_name(name: &str, limits: TopicLimits) -> Result<(), TopicError> {
    check_size(name, limits)?;
    match name.contains(['+', '#']) {
        true => Err(TopicError::Wildcard),
        false => Ok(()),
    }
}

fn check_size(topic: &str, limits: TopicLimits) -> Result<(), TopicError> {
    if topic.is_empty() {
        return Err(TopicError::Empty);
    }
    if topic.len() > limits.max_bytes {
        return Err(TopicError::TooLong { bytes: topic.len(), limit: limits.max_bytes });
    }
    if topic.split('/').count() > limits.max_levels {
        return Err(TopicError::TooDeep { limit: limits.max_levels });
    }
    Ok(())
}

/// What a client subscribes to: a filter, perhaps shared with the other members of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicFilter {
    group: Option<Box<str>>,
    filter: Box<str>,
}

impl TopicFilter {
    /// Reads `FILTER` or `$share/GROUP/FILTER`.
    ///
    /// # Errors
    /// A wildcard stands where none may, or a limit is passed.
    pub fn parse(text: &str, limits: TopicLimits) -> Result<Self, TopicError> {
        let (group, filter) = match text.strip_prefix("$share/") {
            Some(shared) => {
                let (group, filter) = shared.split_once('/').ok_or(TopicError::Share)?;
                if group.is_empty() || group.contains(['+', '#']) || filter.is_empty() {
                    return Err(TopicError::Share);
                }
                (Some(group.into()), filter)
            }
            None => (None, text),
        };
        check_size(filter, limits)?;
        check_wildcards(filter)?;
        Ok(Self { group, filter: filter.into() })
    }

    /// The filter, without the group.
    pub fn as_str(&self) -> &str {
        &self.filter
    }

    /// The group of a shared subscription.
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Whether it can match more than one topic.
    pub fn has_wildcard(&self) -> bool {
        self.filter.contains(['+', '#'])
    }

    /// What stands before the first wildcard; every match begins with it.
    pub(super) fn literal_prefix(&self) -> &str {
        let end = self.filter.find(['+', '#']).unwrap_or(self.filter.len());
        // `a/#` matches `a` itself.
        self.filter[..end].trim_end_matches('/')
    }

    /// Whether a message under this topic name is wanted.
    pub fn matches(&self, topic: &str) -> bool {
        matches(&self.filter, topic)
    }
}

fn check_wildcards(filter: &str) -> Result<(), TopicError> {
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let is_last = levels.peek().is_none();
        let is_wild = level.contains(['+', '#']);
        if is_wild && level != "+" && !(level == "#" && is_last) {
            return Err(TopicError::Wildcard);
        }
    }
    Ok(())
}

fn matches(filter: &str, topic: &str) -> bool {
    // Topics of the server's own are not for those who ask for everything (4.7.2).
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        if wanted == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if wanted == "+" || wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::parse(text, TopicLimits::default()).expect("a valid filter")
    }

    #[test]
    fn the_examples_of_the_standard_match_as_it_says() {
        let yes = [
            ("sport/tennis/player1/#", "sport/tennis/player1"),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"),
            ("sport/#", "sport"),
            ("#", "sport/tennis"),
            ("sport/tennis/+", "sport/tennis/player1"),
            ("sport/+", "sport/"),
            ("+/+", "/finance"),
            ("/+", "/finance"),
            ("$SYS/#", "$SYS/monitor"),
            ("$share/group/a/+", "a/b"),
            ("v1.1/Things(3)?$select=name,description", "v1.1/Things(3)?$select=name,description"),
        ];
        for (wanted, topic) in yes {
            assert!(filter(wanted).matches(topic), "{wanted} matches {topic}");
        }
        let no = [
            ("sport/tennis/+", "sport/tennis/player1/ranking"),
            ("sport/+", "sport"),
            ("+", "/finance"),
            ("#", "$SYS/monitor"),
            ("+/monitor", "$SYS/monitor"),
            ("Sport", "sport"),
        ];
        for (wanted, topic) in no {
            assert!(!filter(wanted).matches(topic), "{wanted} does not match {topic}");
        }
    }

    #[test]
    fn a_filter_that_breaks_the_rules_is_refused() {
        let limits = TopicLimits { max_bytes: 20, max_levels: 3 };
        for wrong in
            ["", "a#", "a/#/b", "+a", "a/b+", "$share/", "$share/g", "$share/g/", "$share/+/a"]
        {
            assert!(TopicFilter::parse(wrong, limits).is_err(), "{wrong:?}");
        }
        assert!(TopicFilter::parse("a/b/c/d", limits).is_err(), "too deep");
        assert!(TopicFilter::parse("abcdefghijklmnopqrstu", limits).is_err(), "too long");
        assert!(check_name("a/+", limits).is_err() && check_name("", limits).is_err());
        assert!(check_name("a//b", limits).is_ok());
    }

    /// By recursion over lists, as one would explain it.
    fn naive(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) => true,
            ([], []) => true,
            ([first, filter @ ..], [level, topic @ ..]) => {
                (*first == "+" || first == level) && naive(filter, topic)
            }
            _ => false,
        }
    }

    fn levels() -> impl Strategy<Value = Vec<&'static str>> {
        proptest::collection::vec(prop_oneof![Just("a"), Just("b"), Just("")], 1..5)
    }

    proptest! {
        #[test]
        fn matching_agrees_with_a_naive_matcher(
            topic in levels(),
            wanted in proptest::collection::vec(
                prop_oneof![Just("a"), Just("b"), Just(""), Just("+")], 1..5),
            has_hash in any::<bool>(),
        ) {
            let mut wanted = wanted;
            if has_hash {
                wanted.push("#");
            }
            let (name, text) = (topic.join("/"), wanted.join("/"));
            prop_assume!(!name.is_empty() && !text.is_empty());
            let filter = filter(&text);
            prop_assert_eq!(filter.matches(&name), naive(&wanted, &topic), "{} {}", text, name);
            if filter.matches(&name) {
                prop_assert!(name.starts_with(filter.literal_prefix()));
            }
        }
    }
}
