//! A flood that several programs run on the same squares, and what each of them makes of it.

use sim::{
    Real,
    flood::{Edge, EdgeSpan, Engine, Forcing, Ground, Params, Rain, Scheme, Series, Side},
};

use super::program;
use crate::data::rows;

/// Squares in a rectangle whose south-western corner is the origin; walls around, where nothing is said.
/// The fields are those of `peers/case.py`.
#[derive(Default)]
pub(super) struct Case {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) cell_m: f64,
    /// The bed at x = 0, and by what it falls towards the east.
    pub(super) base_m: f64,
    pub(super) slope: f64,
    pub(super) manning: f64,
    pub(super) rain_m_s: f64,
    pub(super) until_s: f64,
    /// Time, s, and depth, m, at the western edge: half a cell outside, at it, and half a cell inside.
    pub(super) west: Vec<[f64; 4]>,
    /// How fast water comes in there, m/s.
    pub(super) west_m_s: f64,
    pub(super) is_east_open: bool,
    /// At the beginning, row by row from the south.
    pub(super) depth_m: Vec<f64>,
    /// Water not deeper than this rests, m.
    pub(super) dry_depth_m: f64,
}

/// What a program gave.
pub(super) struct Answer {
    /// The program and its version.
    pub(super) name: String,
    /// Depth of each square, m.
    pub(super) depth_m: Vec<f64>,
    /// Steps taken, cells of its own, and the time on the processor, s.
    pub(super) steps: u64,
    pub(super) cells: usize,
    pub(super) seconds: f64,
}

impl Case {
    /// The middle of a column or row, m.
    pub(super) fn middle_m(&self, index: usize) -> f64 {
        (index as f64 + 0.5) * self.cell_m
    }

    /// The square at an index: its middle, m.
    pub(super) fn place_m(&self, index: usize) -> (f64, f64) {
        (self.middle_m(index % self.columns), self.middle_m(index / self.columns))
    }

    /// All squares wet as f says from their middles.
    pub(super) fn filled(mut self, depth_m: impl Fn(f64, f64) -> f64) -> Self {
        let count = self.columns * self.rows;
        self.depth_m = (0..count).map(|i| self.place_m(i)).map(|(x, y)| depth_m(x, y)).collect();
        self
    }

    /// What part of the water an answer has gained; none where water comes or leaves.
    pub(super) fn gained(&self, answer: &Answer) -> Option<f64> {
        let is_closed = self.west.is_empty() && !self.is_east_open && self.rain_m_s == 0.0;
        let [before, after] =
            [&self.depth_m, &answer.depth_m].map(|depths| depths.iter().sum::<f64>());
        is_closed.then(|| after / before - 1.0)
    }

    /// A program of others by one of its methods; none where it is not installed.
    pub(super) fn theirs(&self, script: &str, method: &str) -> Option<Answer> {
        let text = program::output(script, &[], &self.json(method))?;
        let note = |name| program::note(&text, name);
        let number = |name| note(name).parse::<f64>().expect("a number");
        let cells = rows(&text);
        assert_eq!(cells.len(), self.depth_m.len(), "{script} answers for each square");
        let label = match script {
            "anuga_run.py" => "ANUGA",
            _ => "Itzï",
        };
        Some(Answer {
            name: format!("{label} {} {method}", note("version")),
            depth_m: cells.iter().map(|row| row[0]).collect(),
            steps: number("steps") as u64,
            cells: number("cells") as usize,
            seconds: number("seconds"),
        })
    }

    /// Ours, on one thread.
    pub(super) fn ours<R: Real>(&self, params: Params) -> Answer {
        let bits = 8 * size_of::<R>();
        let ground = Ground::new(self.columns, self.rows, self.cell_m, self.bed_m())
            .and_then(|ground| ground.with_manning(vec![self.manning; self.depth_m.len()]))
            .expect("a plane");
        let params = Params { dry_depth_m: self.dry_depth_m, ..params };
        let scheme = params.scheme;
        let engine =
            Engine::<R>::new(&ground, self.forcing(scheme), params).expect("a sound flood");
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        alone.install(|| {
            let mut state = engine.start(&self.depth_m).expect("it starts");
            let begun_s = program::processor_s();
            engine.advance(&mut state, self.until_s).expect("it is stable");
            Answer {
                name: format!("{scheme:?} f{bits}"),
                seconds: program::processor_s() - begun_s,
                depth_m: engine.depth_m(&state),
                steps: state.steps(),
                cells: self.depth_m.len(),
            }
        })
    }

    /// Ours with each square cut into four, as many cells as ANUGA has triangles; the depths are the means
    /// of the four.
    pub(super) fn ours_in_four<R: Real>(&self, params: Params) -> Answer {
        let columns = 2 * self.columns;
        let square = |i: usize| (i / columns / 2) * self.columns + i % columns / 2;
        let count = 4 * self.depth_m.len();
        let halved = Self {
            columns,
            rows: 2 * self.rows,
            cell_m: 0.5 * self.cell_m,
            west: self.west.clone(),
            depth_m: (0..count).map(|i| self.depth_m[square(i)]).collect(),
            ..*self
        };
        let fine = halved.ours::<R>(params);
        let mut depth_m = vec![0.0; self.depth_m.len()];
        for (i, depth) in fine.depth_m.iter().enumerate() {
            depth_m[square(i)] += 0.25 * depth;
        }
        Answer { name: format!("{}, squares in four", fine.name), depth_m, ..fine }
    }

    fn bed_m(&self) -> Vec<f64> {
        let bed = |i: usize| self.base_m - self.slope * self.place_m(i).0;
        (0..self.depth_m.len()).map(bed).collect()
    }

    fn forcing(&self, scheme: Scheme) -> Forcing {
        let mut forcing = Forcing::default();
        if self.rain_m_s > 0.0 {
            let rain = Rain::uniform(vec![0.0, 1e6], &[self.rain_m_s * 3.6e6]);
            forcing.rain = Some(rain.expect("it is rain"));
        }
        let cells = 0..self.rows;
        if self.is_east_open {
            let edge = Edge::Open { slope: self.slope };
            forcing.edges.push(EdgeSpan { side: Side::East, cells: cells.clone(), edge });
        }
        if !self.west.is_empty() {
            // The second order has the level at the edge, the others that of a cell outside.
            let at = if scheme == Scheme::Muscl { 2 } else { 1 };
            let level = self.west.iter().map(|row| (row[0], self.base_m + row[at])).collect();
            let edge = Edge::Level(Series::new("the west", level).expect("it ascends"));
            forcing.edges.push(EdgeSpan { side: Side::West, cells, edge });
        }
        forcing
    }

    /// As `peers/case.py` reads it. Rust writes lists of finite numbers as JSON does.
    fn json(&self, method: &str) -> String {
        format!(
            r#"{{"method": "{method}", "columns": {}, "rows": {}, "cell_m": {:?}, "base_m": {:?},
            "slope": {:?}, "manning": {:?}, "rain_m_s": {:?}, "until_s": {:?}, "west": {:?},
            "west_m_s": {:?}, "is_east_open": {}, "dry_depth_m": {:?}, "depth_m": {:?}}}"#,
            self.columns,
            self.rows,
            self.cell_m,
            self.base_m,
            self.slope,
            self.manning,
            self.rain_m_s,
            self.until_s,
            self.west,
            self.west_m_s,
            self.is_east_open,
            self.dry_depth_m,
            self.depth_m,
        )
    }
}
