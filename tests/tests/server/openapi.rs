//! The API document against the server that it describes, by schemathesis: requests made from the document, some as it
//! says and some not.

use std::{path::Path, process::Command};

use tests::{
    python::{self, run},
    server::Server,
    town,
};

/// The release that the suite was written against.
const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];

/// Answers that never end.
const STREAMS: &str = "^/(live/events|live/ws|replay/events)$";

/// What is asked of each answer: no failure of the server, and a status, a type, headers and a body as the document
/// says; of methods that are not in it, 405.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method";

/// Random requests for each operation, besides those that try every parameter's bounds. The same in each run.
const EXAMPLES: &str = "6";

#[test]
fn schemathesis_finds_no_failure_and_nothing_that_the_api_document_does_not_say() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(python) = python::with(folder, "schemathesis", &PACKAGES, "schemathesis") else {
        return;
    };
    let server = Server::start(&town::demo(500));
    let narrow = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/openapi/narrow.py");
    let place = tempfile::tempdir().expect("a folder for what schemathesis keeps");
    let document = place.path().join("openapi.json");
    run(Command::new(&python).arg(narrow).arg(server.address()).arg(&document))
        .unwrap_or_else(|why| panic!("{why}"));

    let mut schemathesis = Command::new(python.with_file_name("schemathesis"));
    schemathesis.current_dir(place.path()).env("PYTHONUTF8", "1").arg("run").arg(&document);
    schemathesis.args(["--url", server.address(), "--no-color", "--warnings", "off"]);
    schemathesis.args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES]);
    schemathesis.args(["--generation-deterministic", "--suppress-health-check", "all"]);
    schemathesis.args(["--request-timeout", "30", "--continue-on-failure"]);
    schemathesis.args(["--checks", CHECKS, "--exclude-path-regex", STREAMS]);
    run(&mut schemathesis).unwrap_or_else(|why| panic!("{why}"));
    // It is still there and well.
    server.get("/health").expect(200);
}
