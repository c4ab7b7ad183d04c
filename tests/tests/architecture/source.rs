//! What the code of a room may say.

use tests::repo::{self, Tracked};

use crate::nothing_breaks;

/// The files that may open a SQLite file for writing, one for each kind of file: SQLite 3.50 needs one
/// connection alone that writes and checkpoints a file (its WAL-reset bug, mended in 3.51.3). The first opens the
/// edits; the second whatever `feeds` keeps; the third makes an MBTiles file, new for each export, which nothing
/// else has open.
const WRITERS: &[&str] = &[
    "gis-server/src/store/log.rs",
    "feeds/src/sqlite.rs",
    "gis-server/src/exchange/tiles/mbtiles.rs",
];

#[test]
fn gdal_is_spoken_only_in_the_program_datasets() {
    let offences = lines_that(|file, line| {
        let is_program = file.path.starts_with("datasets/src/bin/");
        file.path.contains("/src/")
            && !is_program
            && (line.contains("gdal::") || line.contains("use gdal"))
    });
    nothing_breaks("GDAL in the program datasets alone", offences);
}

#[test]
fn one_file_of_a_kind_opens_sqlite_files_for_writing() {
    let rooms = ["gis-server/src/", "datasets/src/", "feeds/src/"];
    let offences = lines_that(|file, line| {
        let writes = line.contains("Connection::open(")
            || line.contains("Connection::open_with_flags(")
                && !line.to_lowercase().contains("read_only");
        let is_ours = rooms.iter().any(|room| file.path.starts_with(room));
        is_ours && writes && !WRITERS.contains(&file.path.as_str()) && !in_its_tests(file, line)
    });
    let gone =
        WRITERS.iter().filter(|path| !repo::tracked_files().iter().any(|f| f.path == **path));
    let offences = offences.into_iter().chain(gone.map(|path| format!("{path} is not there")));
    nothing_breaks("one writing connection a SQLite file", offences.collect());
}

#[test]
fn city_touches_no_file_no_network_and_no_clock() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "std::env",
    ];
    let offences = lines_that(|file, line| {
        let is_city = file.path.starts_with("city/src/") && !in_its_tests(file, line);
        is_city && forbidden.iter().any(|name| line.contains(name))
    });
    nothing_breaks("city is values only", offences);
}

#[test]
fn no_test_is_switched_off() {
    // Written in parts, so that this file does not break its own rule.
    let marks = [
        ["#[", "ignore"].concat(),
        ["it.", "skip("].concat(),
        ["describe.", "skip("].concat(),
        ["test.", "fixme("].concat(),
        ["test.", "skip("].concat(),
    ];
    let offences = lines_that(|_, line| marks.iter().any(|mark| line.contains(mark.as_str())));
    nothing_breaks("tests that are switched off", offences);
}

#[test]
fn the_web_map_asks_no_outside_host() {
    // Names of vocabularies, and what a person may click on; nothing is loaded from them.
    let spoken = ["www.w3.org", "www.opengis.net", "www.openstreetmap.org", "openstreetmap.org"];
    let mut offences = Vec::new();
    for file in repo::tracked_files() {
        let is_page = file.path.starts_with("web/src/")
            || file.path.starts_with("assets/styles/")
            || file.path == "web/index.html";
        let Some(text) = file.text().filter(|_| is_page) else { continue };
        for host in text.split("://").skip(1).map(host_of) {
            // RFC 2606 keeps .example for texts like our tests: nobody can own such a host.
            let is_local = host.starts_with("127.0.0.1")
                || host.starts_with("localhost")
                || host.ends_with(".example");
            if host.contains('.') && !is_local && !spoken.contains(&host) {
                offences.push(format!("{}: {host}", file.path));
            }
        }
    }
    nothing_breaks("the web map works without the internet", offences);
}

fn host_of(rest: &str) -> &str {
    let is_host = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    rest.find(|c| !is_host(c)).map_or(rest, |end| &rest[..end])
}

/// Whether a line stands below the file's `#[cfg(test)]`.
fn in_its_tests(file: &Tracked, line: &str) -> bool {
    if file.path.ends_with("/tests.rs") {
        return true;
    }
    let text = file.text().unwrap_or_default();
    match (text.find("#[cfg(test)]"), text.find(line)) {
        (Some(tests), Some(at)) => at > tests,
        _ => false,
    }
}

/// `path:line: text` of every line of Rust or TypeScript, comments aside, that the rule names.
fn lines_that(breaks: impl Fn(&Tracked, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in repo::tracked_files() {
        let Some(text) = file.text().filter(|_| ["rs", "ts", "mjs"].contains(&file.extension()))
        else {
            continue;
        };
        let is_rules = file.path.starts_with("tests/tests/architecture/");
        for (number, line) in text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if !is_comment && !is_rules && breaks(&file, line) {
                found.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    found
}
