//! What people are told when something is wrong: a sentence and an exit code, never a crash.

use std::{fs, io::Write, net::TcpListener};

use tests::{program::ended, town, town::Town};

use crate::{text, twin};

#[track_caller]
fn refuses(arguments: &[&str], expected: &str) {
    let said = ended(&mut twin(arguments));
    assert_ne!(said.code, Some(0), "{arguments:?} succeeded");
    assert!(said.code.is_some(), "{arguments:?} crashed:\n{}", said.stderr);
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    assert!(said.stderr.contains(expected), "'{expected}' is not in: {}", said.stderr);
}

#[test]
fn a_folder_that_is_none_or_of_a_later_program_is_told_of() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let feature = ["--feature", "buildings/1"];
    let data = text(dir.path());
    refuses(&["describe", "--data", data, feature[0], feature[1]], "catalog.toml");
    fs::write(dir.path().join("catalog.toml"), "format = 99\ntitle = { vi = \"a\", en = \"a\" }\n")
        .expect("a file can be written");
    refuses(&["describe", "--data", data, feature[0], feature[1]], "format 99");
    fs::write(dir.path().join("catalog.toml"), "format = 1\ntitle = { vi = \"a\", en = \"a\" }\n")
        .expect("a file can be written");
    refuses(&["describe", "--data", data, feature[0], feature[1]], "shows no place");
}

#[test]
fn a_broken_layer_is_left_out_and_told_of() {
    let town: Town = town::demo(500).copy();
    let catalogue = town.catalogue();
    let layers = catalogue["layer"].as_array().expect("layers");
    let file = |id: &str| {
        let layer = layers.iter().find(|layer| layer["id"].as_str() == Some(id));
        town.dir().join(layer.and_then(|it| it["file"].as_str()).expect("a file"))
    };
    // Published files are links: a new file takes the name.
    for id in ["roads", "terrain"] {
        fs::remove_file(file(id)).expect("a link can be removed");
        fs::write(file(id), b"no layer at all").expect("a file can be written");
    }
    fs::remove_file(file("trees")).expect("a link can be removed");
    let dir = text(town.dir());
    let first = ended(&mut twin(&["describe", "--data", dir, "--feature", "lamps/none"]));
    assert!(first.stderr.contains("no feature 'none'"), "{}", first.stderr);
    assert!(!first.stderr.contains("panicked"), "{}", first.stderr);
}

#[test]
fn a_server_that_is_not_there_or_talks_otherwise_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let answering = std::thread::spawn(move || {
        for stream in listener.incoming().take(1).flatten() {
            let mut stream = stream;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        }
    });
    refuses(
        &["describe", "--server", &address, "--feature", "buildings/1"],
        "not what a Dothi server says",
    );
    answering.join().expect("the listener ends");
    refuses(&["describe", "--server", &address, "--feature", "buildings/1"], &address);
    refuses(&["describe", "--server", "ftp://x", "--feature", "buildings/1"], "http://");
}

#[test]
fn a_wrong_view_time_or_size_is_told_of() {
    let town = town::demo(500);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let view = dir.path().join("view.json");
    fs::write(&view, r#"{"headings": 12}"#).expect("a file can be written");
    let out = dir.path().join("shot.png");
    let (data, out) = (text(town.dir()), text(&out));
    refuses(&["render", "--data", data, "--view", text(&view), "--out", out], "headings");
    refuses(&["render", "--data", data, "--time", "noon", "--out", out], "'noon'");
    refuses(&["render", "--data", data, "--size", "7x7", "--out", out], "1280x720");
    refuses(&["render", "--data", data, "--run", "404", "--out", out], "404");
    refuses(&["render", "--out", out], "--data");
}
