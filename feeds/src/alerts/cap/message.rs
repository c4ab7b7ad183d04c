//! What a CAP message says (CAP 1.2, section 3.2).

use city::Instant;

/// A value of a list that the standard closes.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $what:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = $what]
                $variant,
            )*
        }

        impl $name {
            /// As the standard writes it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// The value with a name of the standard.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($variant) => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

coded! {
    /// How a message is meant.
    Status {
        Actual = "For everybody whom it reaches.",
        Exercise = "For those who take part in an exercise.",
        System = "For the network itself.",
        Test = "To be left alone.",
        Draft = "Not to be acted on yet.",
    }
}

coded! {
    /// What a message does.
    MessageType {
        Alert = "Tells something new.",
        Update = "Stands in the place of earlier messages.",
        Cancel = "Ends earlier messages.",
        Ack = "Says that a message has arrived.",
        Error = "Says that a message was rejected.",
    }
}

coded! {
    /// For whom a message is.
    Scope {
        Public = "For everybody.",
        Restricted = "For those whom the restriction names.",
        Private = "For the addresses that it names.",
    }
}

coded! {
    /// What an event is about.
    Category {
        Geo = "Geophysical.",
        Met = "Weather and floods.",
        Safety = "Emergencies and public safety.",
        Security = "Law enforcement and security.",
        Rescue = "Rescue and recovery.",
        Fire = "Fire.",
        Health = "Health.",
        Env = "Pollution and other matters of the environment.",
        Transport = "Transport.",
        Infra = "Utilities and other infrastructure.",
        CBRNE = "Chemical, biological, radiological, nuclear or explosive threats.",
        Other = "Other.",
    }
}

coded! {
    /// What people should do.
    ResponseType {
        Shelter = "Take shelter where they are.",
        Evacuate = "Leave.",
        Prepare = "Get ready.",
        Execute = "Carry out what was planned.",
        Avoid = "Keep away.",
        Monitor = "Follow the news.",
        Assess = "Look into it.",
        AllClear = "Nothing any more.",
        None = "Nothing.",
    }
}

coded! {
    /// How soon people should do something.
    Urgency {
        Immediate = "Now.",
        Expected = "Within the next hour.",
        Future = "Later.",
        Past = "No more.",
        Unknown = "Not known.",
    }
}

coded! {
    /// How grave an event is.
    Severity {
        Extreme = "An extraordinary threat to life or property.",
        Severe = "A significant threat.",
        Moderate = "A possible threat.",
        Minor = "A minimal or no known threat.",
        Unknown = "Not known.",
    }
}

coded! {
    /// How sure an event is.
    Certainty {
        Observed = "It has happened or goes on.",
        Likely = "More likely than not.",
        Possible = "Possible.",
        Unlikely = "Not expected.",
        Unknown = "Not known.",
    }
}

/// An earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its sender.
    pub sender: String,
    /// Its identifier.
    pub identifier: String,
    /// When it was sent.
    pub sent: Instant,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its identifier, unique for the sender; without blanks, commas, `<` and `&`.
    pub identifier: String,
    /// Who sends it; written as the identifier is.
    pub sender: String,
    /// When it is sent, to the second.
    pub sent: Instant,
    /// How it is meant.
    pub status: Status,
    /// What it does.
    pub kind: MessageType,
    /// For whom it is.
    pub scope: Scope,
    /// Whom a restricted message is for.
    pub restriction: Option<String>,
    /// What it is for: with exercises and errors.
    pub note: Option<String>,
    /// The messages that it updates or cancels.
    pub references: Vec<Reference>,
    /// What it tells, once a language.
    pub infos: Vec<Info>,
}

/// What a message tells, in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// The language (RFC 3066), such as `vi-VN`.
    pub language: String,
    /// What it is about; at least one.
    pub categories: Vec<Category>,
    /// What the event is called.
    pub event: String,
    /// What people should do.
    pub responses: Vec<ResponseType>,
    /// How soon.
    pub urgency: Urgency,
    /// How grave it is.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// From when on the message holds.
    pub effective: Option<Instant>,
    /// When the event is to begin.
    pub onset: Option<Instant>,
    /// Until when the message holds.
    pub expires: Option<Instant>,
    /// What the sender is called.
    pub sender_name: Option<String>,
    /// In one line.
    pub headline: Option<String>,
    /// In full.
    pub description: Option<String>,
    /// What people should do, in full.
    pub instruction: Option<String>,
    /// Where there is more.
    pub web: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// What else is told, by name.
    pub parameters: Vec<(String, String)>,
    /// Where.
    pub areas: Vec<Area>,
}

impl Info {
    /// The first parameter with a name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// An area.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Area {
    /// What it is called.
    pub name: String,
    /// Rings of longitude and latitude (WGS 84); the last point is the first.
    pub polygons: Vec<Vec<(f64, f64)>>,
    /// Centre (longitude, latitude) and radius in kilometres.
    pub circles: Vec<((f64, f64), f64)>,
    /// Codes of the area, by the name of their list.
    pub geocodes: Vec<(String, String)>,
}
