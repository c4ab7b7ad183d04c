//! Pictures of the city in 3-D for those without a workstation: the program `twin` takes them.

use std::{
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::http::work::Stop;

/// The longest that a picture may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked whether it is there.
const POLL: Duration = Duration::from_millis(50);
/// Pictures that are taken at one time: each takes every core.
const AT_ONCE: usize = 1;
/// Pixels of a picture along a side.
const SIDES: std::ops::RangeInclusive<u32> = 64..=2560;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Still {
    /// The view, as the twin's documents have it; without one the city is framed.
    pub view: Map<String, Json>,
    /// The time that is shown: the province's clock or an instant; without one it is now.
    pub time: Option<String>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// A flood run, by the number of its job.
    pub run: Option<u64>,
    /// Hours since the run began.
    pub hours: f64,
    /// `vi` or `en`.
    pub language: String,
}

impl Default for Still {
    fn default() -> Self {
        Self {
            view: Map::new(),
            time: None,
            width: 1280,
            height: 720,
            run: None,
            hours: 0.0,
            language: "vi".to_owned(),
        }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StillError {
    /// The program is not here.
    #[error("the program twin is not beside this server, and its configuration names none that is")]
    NoProgram,
    /// A member of what was asked for cannot be.
    #[error("{member}: {what}")]
    Wrong {
        /// Which.
        member: &'static str,
        /// What it should be.
        what: String,
    },
    /// The program says why.
    #[error("{0}")]
    Refused(String),
    /// It took too long, or nobody waits any more.
    #[error("the picture was not there after {} s", PATIENCE.as_secs())]
    TooLong,
    /// The program could not be started, or its picture not be read.
    #[error("the program twin: {0}")]
    Broken(#[from] std::io::Error),
}

/// Where pictures are taken.
#[derive(Debug)]
pub struct Stills {
    program: Option<PathBuf>,
    /// Who waits for a picture waits here.
    pub turns: Arc<Semaphore>,
}

impl Stills {
    /// With the configured program, else with the one beside the server's own.
    pub fn with(configured: &Path) -> Self {
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join("twin"));
        let program = match configured.as_os_str().is_empty() {
            true => beside(),
            false => Some(configured.to_owned()),
        };
        let program = program.filter(|program| program.is_file());
        Self { program, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether pictures can be taken here.
    pub fn is_there(&self) -> bool {
        self.program.is_some()
    }

    /// Takes a picture of a data folder: PNG.
    ///
    /// # Errors
    /// [`StillError`].
    pub fn take(&self, data: &Path, still: &Still, stop: &Stop) -> Result<Vec<u8>, StillError> {
        let program = self.program.as_deref().ok_or(StillError::NoProgram)?;
        still.check()?;
        let folder = TempDir::new()?;
        let (view, out) = (folder.path().join("view.json"), folder.path().join("still.png"));
        std::fs::write(&view, Json::from(still.view.clone()).to_string())?;
        let mut command = Command::new(program);
        command.arg("render").arg("--data").arg(data).arg("--view").arg(&view);
        command.arg("--out").arg(&out).args(["--language", &still.language]);
        command.args(["--size", &format!("{}x{}", still.width, still.height)]);
        if let Some(time) = &still.time {
            command.args(["--time", time]);
        }
        if let Some(run) = still.run {
            command.args(["--run", &run.to_string(), "--at", &still.hours.to_string()]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let (ended_well, said) = ended(command.spawn()?, stop)?;
        if !ended_well {
            let why = said.lines().rev().find_map(|line| line.strip_prefix("twin: "));
            // The folder of this one picture is nobody's business.
            let place = folder.path().to_string_lossy();
            let why = why.unwrap_or("it ended without a picture").replace(&*place, "");
            return Err(StillError::Refused(why.trim_start_matches('/').to_owned()));
        }
        Ok(std::fs::read(&out)?)
    }
}

impl Still {
    fn check(&self) -> Result<(), StillError> {
        let wrong = |member, what: String| Err(StillError::Wrong { member, what });
        for (member, pixels) in [("width", self.width), ("height", self.height)] {
            if !SIDES.contains(&pixels) {
                let (least, most) = (SIDES.start(), SIDES.end());
                return wrong(member, format!("{pixels} is not from {least} to {most} pixels"));
            }
        }
        if !["vi", "en"].contains(&self.language.as_str()) {
            return wrong("language", "it is vi or en".to_owned());
        }
        // The twin reads a time; a word that begins with a dash would be a flag to it.
        if self.time.as_ref().is_some_and(|time| time.len() > 40 || time.starts_with('-')) {
            return wrong("time", "write 2026-11-22T18:30".to_owned());
        }
        if !(0.0..=10_000.0).contains(&self.hours) {
            return wrong("hours", format!("{} is not from 0 to 10000", self.hours));
        }
        Ok(())
    }
}

/// Waits for a program, and ends it where it takes too long or nobody waits for it; whether it ended well,
/// and what it said.
fn ended(mut child: Child, stop: &Stop) -> Result<(bool, String), StillError> {
    let said = child.stderr.take();
    // Read beside: a program whose pipe is full waits for ever.
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(said) = said {
            // What cannot be read is not told.
            let _ = said.take(64 << 10).read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if stop.is_set() || began.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(StillError::TooLong);
        }
        thread::sleep(POLL);
    };
    Ok((status.success(), reader.join().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_refused_before_a_program_starts() {
        let still = |change: fn(&mut Still)| {
            let mut still = Still::default();
            change(&mut still);
            still.check().map_err(|error| error.to_string())
        };
        assert_eq!(still(|_| {}), Ok(()));
        for (change, member) in [
            ((|still| still.width = 10) as fn(&mut Still), "width"),
            (|still| still.height = 100_000, "height"),
            (|still| still.language = "fr".into(), "language"),
            (|still| still.time = Some("--out".into()), "time"),
            (|still| still.hours = f64::NAN, "hours"),
        ] {
            assert!(still(change).unwrap_err().starts_with(member));
        }
    }

    #[test]
    fn without_the_program_it_is_told_so() {
        let stills = Stills::with("/nonexistent/twin".as_ref());
        let taken = stills.take("/".as_ref(), &Still::default(), &Stop::default());
        assert!(!stills.is_there() && matches!(taken, Err(StillError::NoProgram)));
    }

    #[test]
    fn a_program_that_nobody_waits_for_is_ended() {
        let child = Command::new("sleep").arg("600").stderr(Stdio::piped()).spawn().unwrap();
        let stop = Stop::default();
        stop.set();
        assert!(matches!(ended(child, &stop), Err(StillError::TooLong)));
    }
}
