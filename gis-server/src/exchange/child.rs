//! A program that is listened to, and ended when nobody waits for it or its time is over.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use city::Title;
use datasets::exchange::NO_DRIVER;

use super::ExchangeError;

/// How often it is looked whether somebody still waits.
const POLL: Duration = Duration::from_millis(50);
/// Bytes of what a program says of its failure that are kept.
const KEPT: u64 = 64 << 10;

/// Runs a program to its end, and gives each line that it says to somebody.
///
/// # Errors
/// [`ExchangeError::Refused`] with its own words where it fails.
pub(super) fn run(
    command: &mut Command,
    is_over: &dyn Fn() -> bool,
    patience: Duration,
    mut line: impl FnMut(&str),
) -> Result<(), ExchangeError> {
    let mut child =
        Ended(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?);
    let (sender, lines) = mpsc::channel();
    let out = child.0.stdout.take();
    let reader = thread::spawn(move || {
        let Some(out) = out else { return };
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let said = child.0.stderr.take();
    let complaints = thread::spawn(move || said.map(complaint).unwrap_or_default());
    let began = Instant::now();
    let status = loop {
        while let Ok(said) = lines.try_recv() {
            line(&said);
        }
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        if is_over() {
            return Err(ExchangeError::LeftOff);
        }
        if began.elapsed() > patience {
            return Err(ExchangeError::TooLong(patience));
        }
        thread::sleep(POLL);
    };
    // The pipes end with the program.
    let _ = reader.join();
    lines.try_iter().for_each(|said| line(&said));
    let complaint = complaints.join().unwrap_or_default();
    if status.success() {
        return Ok(());
    }
    tracing::info!(%status, complaint, "the program datasets failed");
    Err(match status.signal() {
        Some(signal) => ExchangeError::Refused(by_signal(signal)),
        None if status.code() == Some(i32::from(NO_DRIVER)) => {
            ExchangeError::NoDriver(in_both(&complaint))
        }
        None => ExchangeError::Refused(in_both(&complaint)),
    })
}

/// A program that is killed when nobody holds it any more.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program says when it fails, to its last letter read so that it does not wait.
fn complaint(mut from: impl Read) -> String {
    let mut text = Vec::new();
    let _ = from.by_ref().take(KEPT).read_to_end(&mut text);
    let _ = std::io::copy(&mut from, &mut std::io::sink());
    String::from_utf8_lossy(&text).into_owned()
}

/// Limits end a program by a signal.
fn by_signal(signal: i32) -> Title {
    match signal {
        // SIGXCPU, SIGXFSZ, SIGABRT (a failed allocation), SIGKILL (of the system, when memory is short).
        24 => Title::new(
            "Vượt quá thời gian xử lý cho phép.",
            "It took more processor time than it may.",
        ),
        25 => Title::new("Ghi tệp lớn hơn mức cho phép.", "It wrote a file greater than it may."),
        6 | 9 => {
            Title::new("Dùng nhiều bộ nhớ hơn mức cho phép.", "It took more memory than it may.")
        }
        other => Title::new(
            format!("Chương trình đọc tệp bị dừng (tín hiệu {other}): tệp có thể hỏng."),
            format!(
                "The program that reads the file broke down (signal {other}): the file may be damaged."
            ),
        ),
    }
}

/// The program's own words, `English / Vietnamese` where it says both.
fn in_both(complaint: &str) -> Title {
    let of_program = |line: &&str| line.starts_with("datasets");
    let line = complaint.lines().rev().find(of_program).or_else(|| complaint.lines().next_back());
    let line = line.unwrap_or("it ended without a word");
    let said = line
        .split_once(": ")
        .filter(|_| line.starts_with("datasets"))
        .map_or(line, |(_, said)| said);
    match said.rsplit_once(" / ") {
        Some((en, vi)) => Title::new(vi.trim(), en.trim()),
        None => Title::new(format!("Chương trình báo: {said}"), said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(script: &str, is_over: bool, patience: Duration) -> Result<Vec<String>, ExchangeError> {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        run(command.args(["-c", script]), &|| is_over, patience, |line| {
            lines.push(line.to_owned())
        })?;
        Ok(lines)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_a_program_says_is_heard_and_its_failure_told_in_both_languages() {
        assert_eq!(ran("echo a; echo b", false, LONG).unwrap(), ["a", "b"]);
        let failed =
            ran("echo 'datasets import: it is packed / nó bị nén' >&2; exit 4", false, LONG);
        let Err(ExchangeError::Refused(said)) = failed else { panic!("{failed:?}") };
        assert_eq!(said, Title::new("nó bị nén", "it is packed"));
        let failed = ran("kill -XFSZ $$", false, LONG);
        assert!(matches!(failed, Err(ExchangeError::Refused(said)) if said.en.contains("greater")));
    }

    #[test]
    fn a_program_ends_when_nobody_waits_or_its_time_is_over() {
        assert!(matches!(ran("exec sleep 600", true, LONG), Err(ExchangeError::LeftOff)));
        let short = Duration::from_millis(80);
        assert!(matches!(ran("exec sleep 600", false, short), Err(ExchangeError::TooLong(_))));
    }
}
