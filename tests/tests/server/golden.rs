//! Golden files: what a client depends on changes on purpose only.
//!
//! `make bless` writes them anew; look at the difference before it is committed.

use tests::{fixture, repo, server::Server};

#[test]
fn golden_the_api_document_is_the_one_that_was_agreed() {
    let server = Server::on(fixture::check_points(), &[]);
    let api = serde_json::to_string_pretty(&server.json("/api")).unwrap() + "\n";
    check("openapi.json", &api.replace(server.address(), "http://dothi.example"));
}

fn check(name: &str, found: &str) {
    let path = repo::root().join("tests/golden").join(name);
    if std::env::var_os("DOTHI_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert!(
        found == expected,
        "tests/golden/{name} differs, first at line {}: run `make bless` and look at the difference",
        line.unwrap_or_else(|| found.lines().count().min(expected.lines().count())) + 1
    );
}
