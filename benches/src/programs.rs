//! The built programs, started and watched.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running `gis-server`; dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to the line with its address.
    pub started_in: Duration,
}

impl Server {
    /// Serves a data folder on a free port.
    ///
    /// # Errors
    /// When it does not start or prints no address.
    pub fn start(program: &Path, data: &Path, arguments: &[&str]) -> io::Result<Self> {
        let began = Instant::now();
        let mut child = Command::new(program)
            .args(["--http", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let found = lines.find_map(|line| {
            let rest = line.split("http://").nth(1)?;
            rest.split(['/', ' ']).next()?.parse().ok()
        });
        let started_in = began.elapsed();
        // What else it has to say is taken, so that it can say it.
        std::thread::spawn(move || lines.count());
        match found {
            Some(address) => Ok(Self { child, address, started_in }),
            None => {
                child.wait()?;
                Err(io::Error::other("the server ended before it had an address"))
            }
        }
    }

    /// Waits until it works no more on what it makes ready after its start, or two minutes.
    pub fn settle(&self) {
        const LOOK: Duration = Duration::from_millis(500);
        let ticks = || ticks(self.child.id()).unwrap_or_default();
        let mut before = ticks();
        for _ in 0..240 {
            std::thread::sleep(LOOK);
            let now = ticks();
            // A tick is 10 ms: below a tenth of one core, nothing is going on.
            if now - before < 5 {
                return;
            }
            before = now;
        }
    }

    /// Memory that it holds now, in MB.
    pub fn resident_mb(&self) -> f64 {
        memory_mb(self.child.id(), "VmRSS").unwrap_or(f64::NAN)
    }

    /// Memory that it held at most, in MB.
    pub fn peak_mb(&self) -> f64 {
        memory_mb(self.child.id(), "VmHWM").unwrap_or(f64::NAN)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that has already ended cannot be killed, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end; how long it took, and its peak of memory in MB.
///
/// # Errors
/// When it does not start or fails.
pub fn timed(command: &mut Command) -> io::Result<(Duration, f64)> {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak = 0f64;
    let status = loop {
        peak = peak.max(memory_mb(child.id(), "VmHWM").unwrap_or(0.0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if status.success() {
        Ok((began.elapsed(), peak))
    } else {
        Err(io::Error::other(format!("{command:?} ended with {status}")))
    }
}

/// A line of `/proc/PID/status`, which is in KiB.
fn memory_mb(pid: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// Processor time that a process has used, in ticks.
fn ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let of = |n: usize| fields.get(n)?.parse::<u64>().ok();
    Some(of(11)? + of(12)?)
}

/// This machine, in a line: what every figure is to be read with.
pub fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: f64 = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok())
        .unwrap_or(0.0);
    format!(
        "{} × {}, {:.0} GiB",
        cores,
        model.unwrap_or("unknown processor"),
        kib / 1024.0 / 1024.0
    )
}

/// The demo city of so many buildings, generated into a folder.
///
/// # Errors
/// When the program does not start or fails.
pub fn demo_city(
    programs: &Path,
    buildings: u32,
    folder: &Path,
) -> io::Result<(PathBuf, Duration, f64)> {
    let data = folder.join("data");
    let buildings = buildings.to_string();
    let mut datasets = Command::new(programs.join("datasets"));
    datasets.args(["generate", "--seed", "1", "--buildings", &buildings, "--into"]).arg(&data);
    let (took, peak_mb) = timed(&mut datasets)?;
    Ok((data, took, peak_mb))
}

/// A line of a table in Markdown: what, how much, and the aim.
pub fn row(what: &str, figure: String, aim: &str) {
    println!("| {what} | {figure} | {aim} |");
}
