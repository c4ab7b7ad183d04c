//! Child processes for tests that kill: a test of this very program, run alone, that writes into a
//! folder and says what was acknowledged.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Names the folder that a child writes into; only a child has it.
const FOLDER: &str = "FEEDS_CHILD_FOLDER";

/// The folder to write into, when this process is a child.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Starts a test as a child, after shell commands such as limits.
pub(crate) fn start(test: &str, folder: &Path, before: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    Command::new("sh")
        .arg("-c")
        .arg(format!("{before} exec \"$0\" --exact {test} --nocapture"))
        .arg(program)
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A child under which no file may grow beyond `blocks` of 512 bytes: writes fail from then on, as on
/// a full disk.
pub(crate) fn start_on_a_full_disk(test: &str, folder: &Path, blocks: u32) -> Child {
    start(test, folder, &format!("trap '' XFSZ; ulimit -f {blocks};"))
}

/// What a child says was acknowledged, until it has said so `most` times or says that something
/// failed; then it is killed. Whether it failed.
pub(crate) fn acknowledged_until(child: &mut Child, most: usize) -> (Vec<i64>, bool) {
    let mut numbers = Vec::new();
    let mut has_failed = false;
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    while numbers.len() < most && !has_failed {
        let Some(line) = lines.next() else { break };
        has_failed = line.contains("failed ");
        numbers.extend(number(&line));
    }
    child.kill().unwrap();
    numbers.extend(lines.filter_map(|line| number(&line)));
    child.wait().unwrap();
    (numbers, has_failed)
}

/// The number in a child's words; a line cut by the kill has none.
fn number(line: &str) -> Option<i64> {
    line.split("acknowledged ").nth(1)?.strip_suffix('.')?.parse().ok()
}
