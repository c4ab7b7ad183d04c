//! The programs as an administrator meets them: help, exit codes, health, a proxy, the end.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use tests::{
    fixture,
    program::ended,
    repo,
    server::Server,
    town::{self, Town},
};

fn gis_server() -> Command {
    Command::new(repo::program("gis-server"))
}

#[test]
fn help_needs_no_manual() {
    let said = ended(gis_server().arg("--help"));
    assert_eq!(said.code, Some(0));
    for word in ["--data", "--http", "127.0.0.1:8080", "--base-path", "--tls-cert", "Examples"] {
        assert!(
            said.stdout.contains(word),
            "gis-server --help does not say {word}:\n{}",
            said.stdout
        );
    }
    let said = ended(town::datasets().arg("--help"));
    assert_eq!(said.code, Some(0));
    for word in ["import", "generate", "check", "list", "backup", "restore"] {
        assert!(
            said.stdout.contains(word),
            "datasets --help does not say {word}:\n{}",
            said.stdout
        );
    }
    let said = ended(town::datasets().args(["import", "--help"]));
    for word in ["--layer", "--role", "--into", "--crs", "--encoding"] {
        assert!(said.stdout.contains(word), "datasets import --help does not say {word}");
    }
}

#[test]
fn exit_codes_of_the_server_tell_what_is_wrong() {
    let empty = Town::empty();
    let wrong_flag = ended(gis_server().args(["--data", ".", "--no-such-flag"]));
    assert_eq!(wrong_flag.code, Some(2), "{}", wrong_flag.stderr);
    let no_folder = ended(gis_server().args(["--http", "127.0.0.1:0", "--data"]).arg(empty.dir()));
    assert_eq!(no_folder.code, Some(3), "{}", no_folder.stderr);
    assert!(no_folder.stderr.contains("datasets"), "it says how to make one: {}", no_folder.stderr);

    let server = Server::on(fixture::check_points(), &[]);
    let town = fixture::check_points();
    let taken = ended(gis_server().args(["--http", server.host(), "--data"]).arg(town.dir()));
    assert_eq!(taken.code, Some(4), "{}", taken.stderr);
}

#[test]
fn datasets_lists_and_checks_a_folder_and_finds_what_is_wrong() {
    let town = fixture::check_points();
    let listed = ended(town::datasets().arg("list").arg(town.dir()));
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(listed.stdout.contains("check-points"), "{}", listed.stdout);
    assert_eq!(ended(town::datasets().arg("check").arg(town.dir())).code, Some(0));

    let layers = std::fs::read_dir(town.dir().join("layers")).unwrap();
    let file = layers.filter_map(Result::ok).map(|entry| entry.path()).next().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&file, bytes).unwrap();
    let broken = ended(town::datasets().arg("check").arg(town.dir()));
    assert!(!matches!(broken.code, Some(0) | None), "a changed file is found");
    let said = format!("{}{}", broken.stdout, broken.stderr);
    assert!(said.contains("check-points"), "it says which layer: {said}");
}

#[test]
fn a_backup_brings_back_layers_and_edits() {
    let server = Server::on(fixture::check_points(), &[]);
    let body = serde_json::json!({"type": "Feature", "properties": {"name": "mine"},
        "geometry": {"type": "Point", "coordinates": [108.2, 16.05]}});
    let items = "/collections/check-points/items";
    server.send(server.request(reqwest::Method::POST, items).json(&body)).expect(201);
    let folder = tempfile::tempdir().unwrap();
    let (archive, restored) = (folder.path().join("backup"), Town::empty());
    let made = ended(town::datasets().arg("backup").arg(server.dir()).arg(&archive));
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let brought = ended(town::datasets().arg("restore").arg(&archive).arg(restored.dir()));
    assert_eq!(brought.code, Some(0), "{}", brought.stderr);
    let again = Server::on(restored, &[]);
    assert_eq!(again.json(&format!("{items}?name=mine"))["numberMatched"], 1);
}

#[test]
fn health_and_metrics_are_there_for_machines() {
    let server = Server::on(fixture::check_points(), &[]);
    server.get("/health").expect(200);
    server.json("/collections");
    let metrics = server.get("/metrics").expect(200);
    assert!(metrics.header("content-type").starts_with("text/plain"));
    assert!(metrics.text().contains("# TYPE"), "{}", metrics.text());
}

#[test]
fn the_server_ends_by_itself_when_asked() {
    let mut server = Server::on(fixture::check_points(), &[]);
    server.json("/collections");
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0), "{}", server.log());
}

#[test]
fn behind_a_proxy_links_lead_through_it() {
    let server =
        Server::on(fixture::check_points(), &["--public-url", "https://gis.example.vn/dothi"]);
    let landing = server.json("/?f=json");
    for link in landing["links"].as_array().unwrap() {
        let address = link["href"].as_str().unwrap();
        assert!(address.starts_with("https://gis.example.vn/dothi"), "{address}");
    }
    let page = server.json("/collections/check-points/items?limit=1");
    let next = tests::server::link(&page, "next").unwrap();
    assert!(next.starts_with("https://gis.example.vn/dothi/collections/"), "{next}");
}

#[test]
fn under_a_base_path_links_lead_through_the_proxy_that_asks() {
    let server = Server::on(fixture::check_points(), &["--base-path", "/dothi"]);
    let host = server.host().trim_end_matches("/dothi").to_owned();
    // A proxy may leave the path on or take it off.
    for path in ["/dothi/collections/check-points/items", "/collections/check-points/items"] {
        let request = server
            .request(reqwest::Method::GET, &format!("http://{host}{path}?limit=1"))
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "gis.example.vn");
        let page = server.send(request).expect(200).json();
        for relation in ["self", "alternate", "collection", "next"] {
            let address = tests::server::link(&page, relation).unwrap();
            assert!(address.starts_with("https://gis.example.vn/dothi/collections/"), "{address}");
        }
    }
}

/// Asks with OpenSSL's own client, which trusts this certificate and no other.
#[test]
fn with_a_certificate_the_server_speaks_tls() {
    let town = fixture::check_points();
    let folder = town.dir().parent().unwrap().to_owned();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let mut make = Command::new("openssl");
    make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert);
    match make.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("SKIP: there is no openssl on this machine to make a certificate with");
            return;
        }
        made => assert!(made.unwrap().status.success(), "{make:?}"),
    }
    let arguments = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = Server::on(town, &arguments);
    assert!(server.address().starts_with("https://"), "{}", server.address());

    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-verify_ip", "127.0.0.1"])
        .args(["-connect", server.host(), "-CAfile", cert.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut asking = client.stdin.take().unwrap();
    write!(asking, "GET /health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.host())
        .unwrap();
    let output = client.wait_with_output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"ok\""),
        "{answer}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn it_serves_on_when_nobody_reads_what_it_prints() {
    let town = fixture::check_points();
    let mut child = gis_server()
        .args(["--http", "127.0.0.1:0", "--log-filter", "debug", "--data"])
        .arg(town.dir())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `gis-server | head -1` reads it: the line with MQTT's address meets a closed pipe.
    drop(child.stderr.take());
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let health =
        format!("{}/health", line.trim().trim_start_matches("Dothi: ").trim_end_matches('/'));
    let answers: Vec<_> = (0..20)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            reqwest::blocking::get(&health).map(|answer| answer.status().as_u16())
        })
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    for answer in answers {
        assert_eq!(answer.unwrap(), 200, "{health}");
    }
}

#[test]
fn other_sites_may_read_as_far_as_cors_says() {
    let server = Server::on(fixture::check_points(), &[]);
    let request = server
        .request(reqwest::Method::GET, "/collections")
        .header("origin", "https://map.example.vn");
    let reply = server.send(request).expect(200);
    assert!(!reply.header("access-control-allow-origin").is_empty());
}

#[test]
fn the_demo_city_is_the_same_for_the_same_seed_and_says_that_it_is_synthetic() {
    let town = town::demo(2000);
    let folder = tempfile::tempdir().unwrap();
    let again = folder.path().join("again");
    let arguments = ["generate", "--seed", "1", "--buildings", "2000", "--into"];
    town::run(town::datasets().args(arguments).arg(&again));
    let names = |dir: &std::path::Path| -> Vec<String> {
        let layers = std::fs::read_dir(dir.join("layers")).unwrap().filter_map(Result::ok);
        let mut names: Vec<_> =
            layers.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    // The names carry checksums of the content.
    assert_eq!(names(town.dir()), names(&again));

    let server = Server::start(&town);
    let collections = server.json("/collections");
    for collection in collections["collections"].as_array().unwrap() {
        assert_eq!(collection["dothi"]["synthetic"], true, "{}", collection["id"]);
    }
    let owners = server.get("/collections/parcels/items?limit=10").expect(200).text();
    assert!(!owners.contains("owner_name"), "owners are personal, even invented ones");
}
