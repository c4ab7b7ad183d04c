//! What the water of a run came to, in the colours of the web map.

use city::Title;

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

const DEPTHS: [Step; 7] = [
    Step::new(0.01, 0xdceefb),
    Step::new(0.1, 0xb6dcf7),
    Step::new(0.3, 0x7fbdf0),
    Step::new(0.5, 0x3f93dd),
    Step::new(1.0, 0x1d63bd),
    Step::new(2.0, 0x1b3f94),
    Step::new(3.0, 0x45207f),
];
const SPEEDS: [Step; 5] = [
    Step::new(0.1, 0xc6e3a8),
    Step::new(0.3, 0xf4e285),
    Step::new(0.6, 0xf4a259),
    Step::new(1.0, 0xe0643a),
    Step::new(2.0, 0xa4161a),
];
const HOURS: [Step; 6] = [
    Step::new(0.0, 0xa4161a),
    Step::new(1.0, 0xe0643a),
    Step::new(2.0, 0xf4a259),
    Step::new(4.0, 0xf4e285),
    Step::new(8.0, 0xb7d8a8),
    Step::new(16.0, 0x8ab6c9),
];
const DURATIONS: [Step; 6] = [
    Step::new(0.01, 0xe6e0f2),
    Step::new(1.0, 0xc9b8e4),
    Step::new(3.0, 0xa98fd3),
    Step::new(6.0, 0x8764be),
    Step::new(12.0, 0x653fa3),
    Step::new(24.0, 0x40207a),
];
const HAZARDS: [Step; 4] = [
    Step::of(1.0, 0xf7e3a1, "cẩn trọng", "caution"),
    Step::of(2.0, 0xf4a259, "nguy hiểm cho một số người", "danger for some"),
    Step::of(3.0, 0xe0643a, "nguy hiểm cho nhiều người", "danger for most"),
    Step::of(4.0, 0xa4161a, "nguy hiểm cho mọi người", "danger for all"),
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

    fn steps(&self) -> &[Step] {
        match self.what {
            Worst::Depth => &DEPTHS,
            Worst::Speed => &SPEEDS,
            Worst::Arrival => &HOURS,
            Worst::Duration => &DURATIONS,
            Worst::Hazard => &HAZARDS,
        }
    }

    fn is_of_water(&self) -> bool {
        true
    }

    fn values<'a>(&'a self, ground: &'a Ground) -> Values<'a> {
        Box::pin(self.run.worst(self.what.name(), ground))
    }
}
