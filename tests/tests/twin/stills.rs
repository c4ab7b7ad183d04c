//! Pictures that a server takes for those without a workstation: the process `still`.

use reqwest::Method;
use serde_json::json;
use tests::{server::Server, town};

/// Width and height out of a PNG's header.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]), "a PNG");
    let at = |from: usize| u32::from_be_bytes(png[from..from + 4].try_into().expect("four bytes"));
    (at(16), at(20))
}

#[test]
fn a_server_takes_a_picture_of_a_view_and_tells_what_it_cannot() {
    let town = town::demo(500);
    let server = Server::start(&town);
    let process = server.json("/processes/still");
    let ask = |inputs: serde_json::Value| {
        let asked = server.request(Method::POST, "/processes/still/execution");
        server.send(asked.json(&json!({ "inputs": inputs })))
    };
    let view = json!({ "heading_deg": 90, "pitch_deg": 35, "hidden": ["trees"] });
    let taken =
        ask(json!({ "view": view, "time": "2026-06-21T16:00", "width": 160, "height": 96 }));
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(size(&taken.body), (160, 96));
    assert!(process["example"]["inputs"]["width"].is_u64(), "{process}");
    for (wrong, told) in [
        (json!({ "width": 9 }), "width"),
        (json!({ "colour": "red" }), "colour"),
        (json!({ "time": "noon" }), "noon"),
        (json!({ "view": { "lat": "north" } }), "lat"),
    ] {
        let refused = ask(wrong);
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains(told), "'{told}' is not in {}", refused.text());
    }
    assert_eq!(ask(json!({ "run": 404 })).status, 404);
}

#[test]
fn a_server_without_the_program_says_so() {
    let server = Server::on(town::demo(500).copy(), &["--twin", "/nonexistent/twin"]);
    let asked = server.request(Method::POST, "/processes/still/execution");
    let answer = server.send(asked.json(&json!({ "inputs": {} }))).expect(501);
    assert!(answer.text().contains("twin.program"), "{}", answer.text());
}
