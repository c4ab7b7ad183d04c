//! Roads: their classes and what a class is built like.

use super::{
    line,
    plane::{Point, Ring},
};

/// How far a drawn line may lie from the curve that it stands for, in metres.
pub(super) const SMOOTH_M: f64 = 0.2;

/// The class of a road, from the widest down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Expressway,
    National,
    Provincial,
    Arterial,
    Collector,
    Local,
    Rural,
    Alley,
}

/// What a class is built like, in metres and kilometres an hour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build {
    /// Its code in the list `road-class`.
    pub(super) code: &'static str,
    /// Right of way: from red line to red line.
    pub(super) row: f64,
    /// Carriageway, kerb to kerb.
    pub(super) width: f64,
    pub(super) speed: f64,
    pub(super) surface: &'static str,
}

impl Class {
    pub(super) fn build(self) -> Build {
        let make = |code, row, width, speed, surface| Build { code, row, width, speed, surface };
        match self {
            Self::Expressway => make("expressway", 60.0, 22.0, 120.0, "Bê tông nhựa"),
            Self::National => make("national", 37.0, 21.0, 60.0, "Bê tông nhựa"),
            Self::Provincial => make("provincial", 23.5, 11.0, 70.0, "Bê tông nhựa"),
            Self::Arterial => make("arterial", 30.0, 15.0, 60.0, "Bê tông nhựa"),
            Self::Collector => make("collector", 19.5, 10.5, 50.0, "Bê tông nhựa"),
            Self::Local => make("local", 12.5, 7.0, 40.0, "Bê tông nhựa"),
            Self::Rural => make("rural", 8.0, 5.0, 40.0, "Bê tông xi măng"),
            Self::Alley => make("alley", 4.0, 3.2, 20.0, "Bê tông xi măng"),
        }
    }
}

/// A road's middle line, with what differs from its class.
#[derive(Debug, Clone)]
pub(super) struct Road {
    pub(super) class: Class,
    /// Its name; empty until it is named.
    pub(super) name: String,
    pub(super) line: Vec<Point>,
    /// Right of way, in metres: the strip that no block reaches into.
    pub(super) row: f64,
    /// Carriageway, in metres.
    pub(super) width: f64,
    /// The quarter it was cut through; `None` for the roads that bound quarters.
    pub(super) quarter: Option<usize>,
    /// Whether it runs through a built-up quarter: lit, drained, with pavements.
    pub(super) urban: bool,
}

impl Road {
    pub(super) fn new(class: Class, name: impl Into<String>, line: Vec<Point>) -> Self {
        let build = class.build();
        Self {
            class,
            name: name.into(),
            line,
            row: build.row,
            width: build.width,
            quarter: None,
            urban: false,
        }
    }

    pub(super) fn wide(mut self, row: f64, width: f64) -> Self {
        (self.row, self.width) = (row, width);
        self
    }

    /// The right of way: the strip from red line to red line.
    pub(super) fn strip(&self) -> Ring {
        line::band(&line::thinned(&self.line, SMOOTH_M), self.row / 2.0)
    }

    pub(super) fn lanes(&self) -> i64 {
        ((self.width / 3.5).floor() as i64).max(1)
    }
}
