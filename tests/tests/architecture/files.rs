//! What may stand in the repository.

use serde_json::Value;
use tests::repo::{self, Tracked};

use crate::nothing_breaks;

/// Files of more lines than this want to be two; the test prints them.
const LONG_LINES: usize = 400;
/// Files of more lines than this fail.
const TOO_LONG_LINES: usize = 600;
/// A tracked file is source, text, a font or a small picture; data is fetched or generated.
const LARGEST_BYTES: usize = 1 << 20;
/// Kinds of binary files that belong into a repository.
const BINARY: &[&str] = &["png", "jpg", "webp", "ico", "woff2", "ttf"];

#[test]
fn the_papers_of_the_house_are_there() {
    let files = repo::tracked_files();
    let wanted = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "Cargo.lock",
        "Makefile",
        "deny.toml",
        "clippy.toml",
        ".ci/run",
    ];
    let missing = wanted.into_iter().filter(|path| !files.iter().any(|file| file.path == *path));
    nothing_breaks("papers of the house", missing.map(str::to_owned).collect());
}

#[test]
fn source_files_stay_short_enough_to_read() {
    let mut offences = Vec::new();
    for file in source_files() {
        let lines = file.text().map_or(0, |text| text.lines().count());
        if lines > TOO_LONG_LINES {
            offences.push(format!("{} has {lines} lines", file.path));
        } else if lines > LONG_LINES {
            println!("note: {} has {lines} lines; is there a room to divide?", file.path);
        }
    }
    nothing_breaks(&format!("files of at most {TOO_LONG_LINES} lines"), offences);
}

#[test]
fn rust_files_are_named_in_snake_case() {
    let is_snake = |name: &str| {
        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let rust = repo::tracked_files().into_iter().filter(|file| file.extension() == "rs");
    let offences = rust
        .filter(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            !is_snake(name.trim_end_matches(".rs"))
        })
        .map(|file| file.path)
        .collect();
    nothing_breaks("names of Rust files", offences);
}

#[test]
fn no_module_is_called_after_nothing() {
    let empty = ["util", "utils", "common", "helpers", "misc"];
    let offences = source_files()
        .into_iter()
        .filter(|file| {
            file.path.split('/').any(|part| {
                let stem = part.split('.').next().unwrap_or_default();
                empty.contains(&stem)
            })
        })
        .map(|file| file.path)
        .collect();
    nothing_breaks("modules named after what they hold", offences);
}

#[test]
fn nothing_large_and_no_foreign_binary_is_tracked() {
    let mut offences = Vec::new();
    for file in repo::tracked_files() {
        if file.bytes.len() > LARGEST_BYTES {
            offences.push(format!("{}: {} KiB", file.path, file.bytes.len() / 1024));
        }
        if file.text().is_none() && !BINARY.contains(&file.extension()) {
            offences.push(format!("{}: a binary file", file.path));
        }
    }
    nothing_breaks("large and binary files", offences);
}

#[test]
fn no_file_names_a_machine() {
    // Written in parts, so that this file does not break its own rule.
    let roots = ["work", "root", "home", "Users", "opt/wheels", "var/cache"];
    let patterns: Vec<String> = roots.iter().map(|root| format!("/{root}/")).collect();
    let mut offences = Vec::new();
    for file in repo::tracked_files() {
        let Some(text) = file.text() else { continue };
        for (number, line) in text.lines().enumerate() {
            let named = patterns.iter().any(|pattern| {
                line.match_indices(pattern.as_str()).any(|(at, _)| starts_a_path(line, at))
            });
            if named {
                offences.push(format!("{}:{}: {}", file.path, number + 1, excerpt(line)));
            }
        }
    }
    nothing_breaks("paths of a machine", offences);
}

#[test]
fn the_npm_lock_names_no_registry_host() {
    let mut offences = Vec::new();
    for file in repo::tracked_files().iter().filter(|f| f.path.ends_with("package-lock.json")) {
        let lock: Value = serde_json::from_slice(&file.bytes).expect("package-lock.json is JSON");
        let packages = lock["packages"].as_object().expect("lock file version 2 or newer");
        let named = packages.iter().filter(|(_, package)| package.get("resolved").is_some());
        offences.extend(named.map(|(name, _)| format!("{}: {name}", file.path)));
    }
    let rule = "no `resolved` in package-lock.json (set omit-lockfile-registry-resolved in .npmrc)";
    nothing_breaks(rule, offences);
}

#[test]
fn scripts_are_executable_and_stop_at_the_first_error() {
    let mut offences = Vec::new();
    for file in repo::tracked_files() {
        let Some(text) = file.text().filter(|text| text.starts_with("#!")) else { continue };
        let is_shell = text.lines().next().is_some_and(|line| line.ends_with("bash"));
        let is_strict = text.contains("set -euo pipefail") || text.contains("env.sh\"");
        if is_shell && !is_strict {
            offences.push(format!("{}: no `set -euo pipefail`", file.path));
        }
        if is_shell && !is_executable(&file) {
            offences.push(format!("{}: not executable", file.path));
        }
    }
    nothing_breaks("scripts", offences);
}

fn source_files() -> Vec<Tracked> {
    let files = repo::tracked_files().into_iter();
    files.filter(|file| ["rs", "ts", "tsx", "mjs", "css"].contains(&file.extension())).collect()
}

/// A path begins here when what stands before is neither a name nor a part of an address.
fn starts_a_path(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    !before.is_some_and(|c| c.is_alphanumeric() || "._-/~}*)".contains(c))
}

fn excerpt(line: &str) -> String {
    line.trim().chars().take(100).collect()
}

fn is_executable(file: &Tracked) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let path = repo::root().join(&file.path);
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}
