//! Programs of others, run by small Python scripts beside this file.
//!
//! They are not needed: `make verification` installs what can be had into `.cache/peers`, and where a
//! program is missing its comparison prints SKIP. They run as processes of their own; nothing is linked.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Instant,
};

/// With which exit status a script says that its program is not installed.
const ABSENT: i32 = 3;

/// Where the scripts are.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// The Python with the programs: `DOTHI_PEERS_PYTHON`, or that of the cache. None where neither is there,
/// which is said once.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(find_python).as_deref()
}

fn find_python() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("DOTHI_PEERS_PYTHON") {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "DOTHI_PEERS_PYTHON is {}, which is no file", named.display());
        return Some(named);
    }
    let name = ".cache/peers/bin/python";
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    if !cached.is_file() {
        println!(
            "SKIP peers: no {name}; `make verification` makes it, or name a Python that has anuga, \
             itzi and pyswmm in DOTHI_PEERS_PYTHON"
        );
    }
    cached.is_file().then_some(cached)
}

/// What a script wrote to its standard output, given a text on its standard input. None where its program
/// is not there, which is said with the reason.
///
/// # Panics
/// Where the script fails for another reason.
pub(crate) fn output(script: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new(python()?);
    // One thread each, ours too: so the times can be held side by side.
    command.arg(scripts().join(script)).args(arguments).env("OMP_NUM_THREADS", "1");
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{script}: {error}"));
    let mut stdin = child.stdin.take().expect("it is piped");
    // A script that found its program missing has gone without reading.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap_or_else(|error| panic!("{script}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(ABSENT) {
        println!("SKIP {script}: {}; pip installs it into .cache/peers", said.trim());
        return None;
    }
    assert!(output.status.success(), "{script} {arguments:?}: {}\n{said}", output.status);
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The value of a line "# name value" of an answer.
pub(crate) fn note<'a>(answer: &'a str, name: &str) -> &'a str {
    let value = |line: &'a str| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(' ');
    answer.lines().find_map(value).unwrap_or_else(|| panic!("an answer tells its {name}"))
}

/// Time that this thread has had on the processor, s, where Linux tells it; else that of a clock.
pub(crate) fn processor_s() -> f64 {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let clock = || BEGUN.get_or_init(Instant::now).elapsed().as_secs_f64();
    nanoseconds.map_or_else(clock, |nanoseconds| nanoseconds * 1e-9)
}
