//! What the water of a run came to, in the colours of the web map.

use city::{Title, scenario::legend};

use super::{Field, Step, Values};
use crate::{flood::FloodRun, ground::Ground};

/// The worst of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worst {
    /// Greatest depth, m.
    Depth,
    /// Greatest speed, m/s.
    Speed,
    /// When the water first stood 0.1 m deep, h.
    Arrival,
    /// How long it stood 0.3 m deep, h.
    Duration,
    /// Hazard to people, classes of DEFRA FD2321 (2006).
    Hazard,
}

/// What the classes of hazard mean.
const HAZARD_WORDS: [(&str, &str); 4] = [
    ("cẩn trọng", "caution"),
    ("nguy hiểm cho một số người", "danger for some"),
    ("nguy hiểm cho nhiều người", "danger for most"),
    ("nguy hiểm cho mọi người", "danger for all"),
];

impl Worst {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Depth, Self::Speed, Self::Arrival, Self::Duration, Self::Hazard];

    /// Its name in files, addresses and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depth => "max-depth",
            Self::Speed => "max-speed",
            Self::Arrival => "arrival",
            Self::Duration => "duration-30cm",
            Self::Hazard => "hazard",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Its name for people, with its unit.
    pub fn title(self) -> Title {
        match self {
            Self::Depth => Title::new("Độ sâu lớn nhất (m)", "Greatest depth (m)"),
            Self::Speed => Title::new("Vận tốc lớn nhất (m/s)", "Greatest speed (m/s)"),
            Self::Arrival => {
                Title::new("Giờ nước tới, sâu 0,1 m (h)", "When water came, 0.1 m deep (h)")
            }
            Self::Duration => {
                Title::new("Thời gian ngập sâu 0,3 m (h)", "Time under 0.3 m of water (h)")
            }
            Self::Hazard => Title::new("Cấp nguy hiểm cho người", "Hazard to people"),
        }
    }
}

/// The worst of a run as a field.
#[derive(Debug, Clone)]
pub struct WorstField {
    /// The run.
    pub run: FloodRun,
    /// What of it.
    pub what: Worst,
}

impl Field for WorstField {
    fn title(&self) -> Title {
        let title = self.what.title();
        let run = &self.run.name;
        Title::new(format!("{} · {run}", title.vi), format!("{} · {run}", title.en))
    }

    fn steps(&self) -> Vec<Step> {
        let (steps, words): (&[legend::Step], &[_]) = match self.what {
            Worst::Depth => (&legend::DEPTHS, &[]),
            Worst::Speed => (&legend::SPEEDS, &[]),
            Worst::Arrival => (&legend::HOURS, &[]),
            Worst::Duration => (&legend::DURATIONS, &[]),
            Worst::Hazard => (&legend::HAZARDS, &HAZARD_WORDS),
        };
        let of = |(k, step): (usize, &legend::Step)| {
            let [r, g, b, _] = step.rgba;
            let colour = u32::from_be_bytes([0, r, g, b]);
            // As people wrote it: a tenth is 0.1 in either precision.
            let from = (f64::from(step.from) * 1e4).round() / 1e4;
            Step { from, colour, word: words.get(k).copied() }
        };
        steps.iter().enumerate().map(of).collect()
    }

    fn is_of_water(&self) -> bool {
        true
    }

    fn values<'a>(&'a self, ground: &'a Ground) -> Values<'a> {
        Box::pin(self.run.worst(self.what.name(), ground))
    }
}
