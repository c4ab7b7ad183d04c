//! Files that editors send: honest ones become layers, hostile ones become messages.

use std::{
    io::{Cursor, Write},
    net::TcpListener,
};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    fixture::{self, PARCELS},
    server::{Reply, Server},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::downloads::{ask_for, ended};

const ADMIN: &str = "admin-token-of-the-tests";
const EDITOR: &str = "editor-token-of-the-tests";
const OFFICER: &str = "land-officer-token";

fn send(server: &Server, token: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    let request = server.request(Method::POST, "/uploads").query(&[("name", name)]);
    server.send(request.bearer_auth(token).body(bytes.into()))
}

/// Sends a file and has it imported; how the job ended.
#[track_caller]
fn imported(server: &Server, name: &str, bytes: impl Into<Vec<u8>>, more: Value) -> Value {
    let upload = send(server, EDITOR, name, bytes).expect(201).json()["id"].clone();
    let mut inputs = json!({"upload": upload, "layer": "sent", "role": "other"});
    for (member, value) in more.as_object().unwrap() {
        inputs[member] = value.clone();
    }
    let job = ask_for(server, EDITOR, "import", &inputs).expect(201).json();
    ended(server, EDITOR, job["jobID"].as_str().unwrap())
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn wells() -> String {
    let feature = |id: usize, name: &str| {
        let at = json!({"type": "Point", "coordinates": [108.47 + id as f64 * 0.001, 15.57]});
        fixture::feature(id, at, json!({"ten": name, "sâu": 7.5}))
    };
    json!({"type": "FeatureCollection", "features": [feature(1, "Giếng Đình"), feature(2, "Giếng Chợ")]})
        .to_string()
}

#[test]
fn a_file_of_an_editor_becomes_a_layer_and_comes_back_the_same() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    // What the public may have of the parcels, as a Shapefile, sent back.
    let file = server.get("/collections/parcels/items?f=shp").expect(200).body;
    let title = json!({"vi": "Thửa đất gửi lên", "en": "Parcels sent"});
    let job = imported(&server, "Thửa đất.zip", file, json!({"role": "parcels", "title": title}));
    assert_eq!(job["status"], "successful", "{job}\n{}", server.log());
    let results = format!("/jobs/{}/results", job["jobID"].as_str().unwrap());
    let results = server.get_as(EDITOR, &results).expect(200).json();
    let count = PARCELS.0 - PARCELS.1;
    assert_eq!(results["report"]["published"], count);
    assert_eq!(results["report"]["driver"], "ESRI Shapefile");
    server.wait_until("the layer is taken up", |server| {
        server.get("/collections/sent").status == 200
    });
    let collection = server.json("/collections/sent");
    assert_eq!(collection["title"], "Thửa đất gửi lên");
    assert_eq!(collection["dothi"]["source"], "Thửa đất.zip");
    assert_eq!(server.all_items("sent", "").len(), count);
    // No upload waits any more, and the job kept nothing of it.
    assert_eq!(std::fs::read_dir(server.dir().join("uploads")).unwrap().count(), 0);
    let run = server.dir().join("runs").join(job["jobID"].as_str().unwrap());
    assert!(!run.join("upload").exists());

    // Text and numbers of a plain file, and a file in the place of the layer.
    for replace in [false, true] {
        let more = json!({"layer": "wells", "replace": replace});
        let job = imported(&server, "gieng.geojson", wells(), more);
        assert_eq!(job["status"], "successful", "{job}");
    }
    server
        .wait_until("the layer is there", |server| server.get("/collections/wells").status == 200);
    let names: Vec<Value> = server
        .all_items("wells", "")
        .iter()
        .map(|item| item["properties"]["ten"].clone())
        .collect();
    assert!(names.contains(&json!("Giếng Đình")), "{names:?}");
}

#[test]
fn a_file_comes_in_a_form_too_as_browsers_send_it() {
    let server = Server::on(fixture::guarded_parcels(), &["--upload-mib", "1"]);
    let form = |disposition: &str, content: &str| {
        let head =
            "--cut\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nwells\r\n--cut\r\n";
        format!(
            "{head}Content-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n--cut--\r\n"
        )
    };
    let send = |path: &str, kind: &str, body: String| {
        let request = server.request(Method::POST, path).bearer_auth(EDITOR);
        server.send(request.header("content-type", kind).body(body))
    };
    let kind = "multipart/form-data; boundary=cut";
    let named = "name=\"file\"; filename=\"giếng.geojson\"";
    let sent = send("/uploads", kind, form(named, &wells())).expect(201).json();
    assert_eq!((&sent["name"], &sent["bytes"]), (&json!("giếng.geojson"), &json!(wells().len())));
    let inputs = json!({"upload": sent["id"], "layer": "wells", "role": "other"});
    let job = ask_for(&server, EDITOR, "import", &inputs).expect(201).json();
    let job = ended(&server, EDITOR, job["jobID"].as_str().unwrap());
    assert_eq!(job["status"], "successful", "{job}");
    // The name that is asked for goes before the file's own.
    let sent = send("/uploads?name=other.geojson", kind, form(named, &wells())).expect(201).json();
    assert_eq!(sent["name"], "other.geojson");

    send("/uploads", kind, form("name=\"file\"", &wells())).expect(400);
    send("/uploads", kind, form(named, "")).expect(400);
    send("/uploads", kind, "--cut\r\nno form".into()).expect(400);
    send("/uploads", "multipart/form-data", form(named, &wells())).expect(400);
    send("/uploads", kind, form("name=\"file\"; filename=\"x\"", &wells())).expect(400);
    send("/uploads", kind, form(named, &"x".repeat((1 << 20) + 1))).expect(413);
}

#[test]
fn who_may_send_and_what_may_be_replaced() {
    let server = Server::on(fixture::guarded_parcels(), &["--upload-mib", "1"]);
    let nobody = server.request(Method::POST, "/uploads?name=a.gpkg").body("x");
    server.send(nobody).expect(403);
    send(&server, OFFICER, "a.gpkg", "x").expect(403);
    send(&server, EDITOR, "no-extension", "x").expect(400);
    send(&server, EDITOR, "a.gpkg", "").expect(400);
    send(&server, EDITOR, "a.gpkg", vec![0; (1 << 20) + 1]).expect(413);
    let id = send(&server, EDITOR, "../../wells.geojson", wells()).expect(201).json()["id"].clone();
    let inputs = |layer: &str, more: (&str, Value)| {
        let mut inputs = json!({"upload": id, "layer": layer, "role": "other"});
        inputs[more.0] = more.1;
        inputs
    };
    let no = ("replace", json!(false));
    ask_for(&server, ADMIN, "import", &inputs("wells", no.clone())).expect(404);
    ask_for(&server, OFFICER, "import", &inputs("wells", no.clone())).expect(403);
    ask_for(&server, EDITOR, "import", &inputs("parcels", no)).expect(409);
    // Owners and defence land are hidden from the editor.
    let refused = ask_for(&server, EDITOR, "import", &inputs("parcels", ("replace", json!(true))));
    assert!(refused.expect(409).text().contains("do not see all"));
    ask_for(&server, EDITOR, "import", &inputs("wells", ("access", json!("defence")))).expect(409);
    ask_for(&server, EDITOR, "import", &inputs("wells", ("colour", json!(1)))).expect(400);
    let gone = server.request(Method::DELETE, &format!("/uploads/{}", id.as_str().unwrap()));
    server.send(gone.bearer_auth(EDITOR)).expect(204);
    ask_for(&server, EDITOR, "import", &inputs("wells", ("replace", json!(false)))).expect(404);
    for _ in 0..5 {
        send(&server, EDITOR, "a.gpkg", "x").expect(201);
    }
    send(&server, EDITOR, "a.gpkg", "x").expect(429);
}

#[test]
fn hostile_files_end_as_messages_and_leave_the_city_as_it_was() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    let before = std::fs::read(server.dir().join("catalog.toml")).unwrap();
    let secret = server.dir().join("tokens.toml");
    let vrt = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>";
    let gpx = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE gpx [<!ENTITY x SYSTEM \"file://{}\">]><gpx version=\"1.1\"><wpt lat=\"15.5\" lon=\"108.4\"><name>&x;</name></wpt></gpx>",
        secret.display()
    );
    let zeros = vec![b' '; 48 << 20];
    let inner = archive(&[("a.geojson", wells().as_bytes())]);
    let mut linked = ZipWriter::new(Cursor::new(Vec::new()));
    linked
        .add_symlink("a.geojson", secret.display().to_string(), SimpleFileOptions::default())
        .unwrap();
    let linked = linked.finish().unwrap().into_inner();
    let many: Vec<(String, Vec<u8>)> =
        (0..2100).map(|n| (format!("{n}.csv"), vec![b'x'])).collect();
    let many: Vec<(&str, &[u8])> =
        many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let cases: Vec<(&str, Vec<u8>, Value, &str)> = vec![
        ("bomb.zip", archive(&[("a.geojson", &zeros)]), json!({}), "unpacks to more than"),
        (
            "up.zip",
            archive(&[("../evil.geojson", wells().as_bytes())]),
            json!({}),
            "outside of its folder",
        ),
        (
            "root.zip",
            archive(&[("/tmp/evil.geojson", wells().as_bytes())]),
            json!({}),
            "outside of its folder",
        ),
        ("vrt.zip", archive(&[("a.vrt", vrt.as_bytes())]), json!({}), "refers to other files"),
        ("hidden.zip", archive(&[("a.gpkg", vrt.as_bytes())]), json!({}), "refers to other files"),
        ("plain.gpkg", vrt.into(), json!({}), "refers to other files"),
        ("route.gpx", gpx.into(), json!({}), "XML entities"),
        ("twice.zip", archive(&[("in.zip", &inner)]), json!({}), "holds an archive"),
        ("link.zip", linked, json!({}), "is a link"),
        ("many.zip", archive(&many), json!({}), "entries"),
        (
            "two.zip",
            archive(&[("a.geojson", wells().as_bytes()), ("b.geojson", wells().as_bytes())]),
            json!({}),
            "choose one by 'member'",
        ),
        ("empty.zip", archive(&[("readme.txt", b"x")]), json!({}), "no file that is read"),
        ("broken.zip", b"PK\x03\x04 and no more".to_vec(), json!({}), "broken"),
        ("noise.gpkg", vec![7; 5000], json!({}), "no driver"),
        ("flags.geojson", wells().into(), json!({"crs": "--into=/tmp/elsewhere"}), "--into"),
        ("drawing.dwg", b"AC1032 and no more".to_vec(), json!({"crs": "EPSG:5899"}), ""),
    ];
    for (name, bytes, more, said) in cases {
        let job = imported(&server, name, bytes, more);
        assert_eq!(job["status"], "failed", "{name}: {job}");
        let message = job["message"].as_str().unwrap();
        assert!(message.contains(said) && message.contains(" / "), "{name}: {message}");
        assert!(!message.contains("admin-token"), "{name}: {message}");
        // Where the server keeps its files is nobody's business.
        assert!(!message.contains("/runs/"), "{name}: {message}");
    }
    assert_eq!(std::fs::read(server.dir().join("catalog.toml")).unwrap(), before);
    server.get("/collections/sent").expect(404);
    // The importer said which member of several to name.
    let two =
        archive(&[("a.geojson", wells().as_bytes()), ("thư mục/b.geojson", wells().as_bytes())]);
    let job = imported(&server, "two.zip", two, json!({"member": "thư mục/b.geojson"}));
    assert_eq!(job["status"], "successful", "{job}");
}

#[test]
fn a_file_that_names_a_host_makes_nobody_call_it() {
    let server = Server::on(fixture::guarded_parcels(), &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = listener.local_addr().unwrap();
    let geojson = wells().replacen(
        "{\"type\"",
        &format!("{{\"crs\":{{\"type\":\"link\",\"properties\":{{\"href\":\"http://{host}/x.prj\",\"type\":\"esriwkt\"}}}},\"type\""),
        1,
    );
    let gml = format!(
        "<?xml version='1.0'?><ogr:FeatureCollection xmlns:ogr='http://ogr.maptools.org/' xmlns:gml='http://www.opengis.net/gml' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='http://ogr.maptools.org/ http://{host}/x.xsd'><gml:featureMember><ogr:a fid='a.1'><ogr:geom><gml:Point><gml:coordinates>108.4,15.5</gml:coordinates></gml:Point></ogr:geom></ogr:a></gml:featureMember></ogr:FeatureCollection>"
    );
    let kml = format!(
        "<kml xmlns='http://www.opengis.net/kml/2.2'><Document><NetworkLink><Link><href>http://{host}/x.kml</href></Link></NetworkLink><Placemark><name>A</name><Point><coordinates>108.4,15.5</coordinates></Point></Placemark></Document></kml>"
    );
    for (name, text) in [("a.geojson", geojson), ("a.gml", gml), ("a.kml", kml)] {
        imported(&server, name, text, json!({"replace": true, "crs": "EPSG:4326"}));
        let called = listener.accept();
        assert!(called.is_err(), "{name}: {called:?}");
    }
}
