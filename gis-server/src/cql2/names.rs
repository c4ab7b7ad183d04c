//! The closed lists of CQL2: operators, relations, keywords.

/// How a filter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `cql2-text`.
    #[default]
    Text,
    /// `cql2-json`.
    Json,
}

impl Language {
    /// Its name in `filter-lang`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "cql2-text",
            Self::Json => "cql2-json",
        }
    }

    /// The language of a `filter-lang`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Text, Self::Json].into_iter().find(|language| language.name() == name)
    }
}

/// Makes an enum whose variants have names: as JSON writes them, and as text does in capitals.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$what])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one with a name, in whatever case.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name().eq_ignore_ascii_case(name))
            }
        }
    };
}

named! {
    /// How two scalars are compared.
    Comparison {
        /// Equal.
        Equal = "=",
        /// Not equal.
        NotEqual = "<>",
        /// Less.
        Less = "<",
        /// Greater.
        Greater = ">",
        /// Less or equal.
        LessOrEqual = "<=",
        /// Greater or equal.
        GreaterOrEqual = ">=",
    }
}

impl Comparison {
    /// Whether values that are ordered so fulfil it.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::Greater => order.is_gt(),
            Self::LessOrEqual => order.is_le(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

named! {
    /// An operator between numbers.
    Arithmetic {
        /// Sum.
        Add = "+",
        /// Difference.
        Subtract = "-",
        /// Product.
        Multiply = "*",
        /// Quotient.
        Divide = "/",
        /// Rest of the integer quotient, with the sign of the dividend.
        Modulo = "%",
        /// Quotient without its fraction.
        IntegerDivide = "div",
        /// Power.
        Power = "^",
    }
}

named! {
    /// How two geometries lie to each other (DE-9IM, OGC 06-103r4, 6.1.15).
    SpatialRelation {
        /// No point in the second outside of the first, and some of their interiors shared.
        Contains = "s_contains",
        /// Interiors meet in less than the higher of the dimensions, neither within the other.
        Crosses = "s_crosses",
        /// No point shared.
        Disjoint = "s_disjoint",
        /// The same points.
        Equals = "s_equals",
        /// A point shared.
        Intersects = "s_intersects",
        /// Of one dimension, and interiors share some of it, not all.
        Overlaps = "s_overlaps",
        /// Points shared, none of both interiors.
        Touches = "s_touches",
        /// The reverse of [`Contains`](Self::Contains).
        Within = "s_within",
    }
}

named! {
    /// How two spans of time lie to each other (OWL-Time; both ends belong to a span).
    TemporalRelation {
        /// Begins after the other's end.
        After = "t_after",
        /// Ends before the other's begin.
        Before = "t_before",
        /// Begins before and ends after the other.
        Contains = "t_contains",
        /// Before or after.
        Disjoint = "t_disjoint",
        /// Begins after and ends before the other.
        During = "t_during",
        /// Begins and ends with the other.
        Equals = "t_equals",
        /// Begins before and ends with the other.
        FinishedBy = "t_finishedBy",
        /// Begins after and ends with the other.
        Finishes = "t_finishes",
        /// Not disjoint.
        Intersects = "t_intersects",
        /// Ends where the other begins.
        Meets = "t_meets",
        /// Begins where the other ends.
        MetBy = "t_metBy",
        /// Begins during the other, and ends after.
        OverlappedBy = "t_overlappedBy",
        /// Begins before the other, and ends during.
        Overlaps = "t_overlaps",
        /// Begins with the other, and ends after.
        StartedBy = "t_startedBy",
        /// Begins with the other, and ends before.
        Starts = "t_starts",
    }
}

impl TemporalRelation {
    /// Whether it is told of instants too; the others are of intervals alone (21-065, table 4).
    pub fn takes_instants(self) -> bool {
        matches!(
            self,
            Self::After | Self::Before | Self::Disjoint | Self::Equals | Self::Intersects
        )
    }
}

named! {
    /// How two arrays, as sets, compare.
    ArrayRelation {
        /// The first is a subset of the second.
        ContainedBy = "a_containedBy",
        /// The first is a superset of the second.
        Contains = "a_contains",
        /// The same elements.
        Equals = "a_equals",
        /// An element shared.
        Overlaps = "a_overlaps",
    }
}

named! {
    /// What a text is freed of before it is compared.
    Folding {
        /// Differences of case.
        Case = "casei",
        /// Accents, đ among them.
        Accents = "accenti",
    }
}

/// Words of the text encoding besides the names above (21-065, 8.2).
const WORDS: [&str; 23] = [
    "AND",
    "BBOX",
    "BETWEEN",
    "DATE",
    "DIV",
    "FALSE",
    "GEOMETRYCOLLECTION",
    "IN",
    "INTERVAL",
    "IS",
    "LIKE",
    "LINESTRING",
    "MULTILINESTRING",
    "MULTIPOINT",
    "MULTIPOLYGON",
    "NOT",
    "NULL",
    "OR",
    "POINT",
    "POLYGON",
    "TIMESTAMP",
    "TRUE",
    "ISNULL",
];

/// Whether a word means something in CQL2, so that a property of that name stands in double quotes.
pub(super) fn is_keyword(word: &str) -> bool {
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
        || SpatialRelation::from_name(word).is_some()
        || TemporalRelation::from_name(word).is_some()
        || ArrayRelation::from_name(word).is_some()
        || Folding::from_name(word).is_some()
}

/// Whether a text is an identifier of the grammar (rule `identifier`).
pub(super) fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(begins_identifier) && letters.all(continues_identifier)
}

/// Rule `identifierStart`.
pub(super) fn begins_identifier(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1ffe}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// Rule `identifierPart`.
pub(super) fn continues_identifier(c: char) -> bool {
    begins_identifier(c)
        || matches!(c, '.' | '0'..='9' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Rule `whitespace`.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
}
