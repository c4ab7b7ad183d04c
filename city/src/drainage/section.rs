//! Cross sections of conduits.

/// A cross section, the same over the length of its conduit.
#[derive(Debug, Clone, PartialEq)]
pub enum Section {
    /// A round pipe.
    Circular {
        /// Inner diameter, m.
        diameter_m: f64,
    },
    /// A box.
    RectClosed {
        /// Inner height, m.
        height_m: f64,
        /// Inner width, m.
        width_m: f64,
    },
    /// A channel with upright walls.
    RectOpen {
        /// Height of the walls, m.
        height_m: f64,
        /// Width, m.
        width_m: f64,
    },
    /// An open channel.
    Trapezoidal {
        /// Depth to the banks, m.
        height_m: f64,
        /// Width of the bottom, m.
        width_m: f64,
        /// Run over rise of the left bank.
        left_slope: f64,
        /// Run over rise of the right bank.
        right_slope: f64,
    },
    /// An open channel.
    Triangular {
        /// Depth to the banks, m.
        height_m: f64,
        /// Width at the banks, m.
        top_width_m: f64,
    },
    /// An open channel, width ∝ √depth.
    Parabolic {
        /// Depth to the banks, m.
        height_m: f64,
        /// Width at the banks, m.
        top_width_m: f64,
    },
    /// The egg of old sewers: ⅔ as wide as high, its point below.
    Egg {
        /// Inner height, m.
        height_m: f64,
    },
    /// A horseshoe as wide as high.
    Horseshoe {
        /// Inner height, m.
        height_m: f64,
    },
    /// An ellipse, upright or lying.
    Ellipse {
        /// Inner height, m.
        height_m: f64,
        /// Inner width, m.
        width_m: f64,
    },
    /// A surveyed channel.
    Irregular(Transect),
    /// Pairs of depth, m, and width, m, of a symmetric closed pipe.
    Custom(Vec<(f64, f64)>),
}

/// A point of a transect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    /// Distance across, from the left looking downstream, m.
    pub across_m: f64,
    /// Height over any one level, m.
    pub level_m: f64,
}

/// A surveyed cross section with overbanks of their own roughness.
#[derive(Debug, Clone, PartialEq)]
pub struct Transect {
    /// From left to right, at least three.
    pub stations: Vec<Station>,
    /// Where the left overbank ends, m across.
    pub left_bank_m: f64,
    /// Where the right overbank begins, m across.
    pub right_bank_m: f64,
    /// Manning's n of the left overbank.
    pub left_manning: f64,
    /// Manning's n of the channel; the conduit's own stands for it.
    pub channel_manning: f64,
    /// Manning's n of the right overbank.
    pub right_manning: f64,
}

impl Section {
    /// From its lowest point to its crown or its banks, m.
    ///
    /// ```
    /// use city::drainage::Section;
    /// assert_eq!(Section::Circular { diameter_m: 0.6 }.height_m(), 0.6);
    /// assert_eq!(Section::RectOpen { height_m: 0.8, width_m: 0.5 }.height_m(), 0.8);
    /// ```
    #[must_use]
    pub fn height_m(&self) -> f64 {
        match self {
            Self::Circular { diameter_m } => *diameter_m,
            Self::RectClosed { height_m, .. }
            | Self::RectOpen { height_m, .. }
            | Self::Trapezoidal { height_m, .. }
            | Self::Triangular { height_m, .. }
            | Self::Parabolic { height_m, .. }
            | Self::Egg { height_m }
            | Self::Horseshoe { height_m }
            | Self::Ellipse { height_m, .. } => *height_m,
            Self::Irregular(transect) => {
                let levels = transect.stations.iter().map(|station| station.level_m);
                let (low, high) = levels
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), m| {
                        (low.min(m), high.max(m))
                    });
                (high - low).max(0.0)
            }
            Self::Custom(widths) => widths.last().map_or(0.0, |(depth_m, _)| *depth_m),
        }
    }
}
