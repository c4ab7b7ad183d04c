//! Who sees what: personal data and defence land do not exist for the public, in any surface.

use reqwest::Method;
use serde_json::json;
use tests::{
    fixture::{self, OWNER, PARCELS},
    mvt,
    server::Server,
    town::Town,
};

/// A tile that holds the first parcels, at zoom 15, and the whole world.
const TILES: [&str; 3] = ["15/14948/26257", "10/467/820", "0/0/0"];

fn with_tokens() -> Server {
    Server::on(fixture::guarded_parcels(), &[])
}

/// Every surface that could show a parcel to anyone.
fn surfaces() -> Vec<String> {
    let items = "/collections/parcels/items";
    let mut paths: Vec<String> = ["json", "geojson", "csv", "html", "fgb"]
        .iter()
        .map(|f| format!("{items}?limit=1000&f={f}"))
        .collect();
    paths.extend((0..5).map(|id| format!("{items}/{id}")));
    paths.extend(["schema", "queryables"].map(|page| format!("/collections/parcels/{page}")));
    paths.extend(TILES.map(|tile| format!("/collections/parcels/tiles/WebMercatorQuad/{tile}")));
    paths.extend(TILES.map(|tile| format!("/tiles/WebMercatorQuad/{tile}?collections=parcels")));
    paths.extend(
        [
            "/collections",
            "/collections/parcels",
            "/api",
            "/styles",
            "/styles/dothi",
            "/search?q=nguyen",
        ]
        .map(str::to_owned),
    );
    paths.push("/search?q=Nguy%E1%BB%85n%20Th%E1%BB%8B%20Ki%E1%BB%83m".into());
    paths.push("/collections/parcels/tiles/WebMercatorQuad?f=tilejson".into());
    paths
}

#[test]
fn the_public_meets_no_personal_data_in_any_surface() {
    let server = with_tokens();
    for path in surfaces() {
        let reply = server.get(&path);
        assert!(reply.status < 500, "{path}: {}", reply.status);
        let text = reply.text();
        for secret in ["owner_name", OWNER, "Kiểm Thử"] {
            assert!(!text.contains(secret), "{path} shows '{secret}'");
        }
    }
}

#[test]
fn a_filter_by_a_personal_property_is_refused_as_if_it_did_not_exist() {
    let server = with_tokens();
    let personal = server.get("/collections/parcels/items?owner_name=x");
    let absent = server.get("/collections/parcels/items?no_such_name=x");
    assert_eq!((personal.status, absent.status), (400, 400));
    let same = |text: String| text.replace("owner_name", "_").replace("no_such_name", "_");
    assert_eq!(same(personal.text()), same(absent.text()), "the answers tell nothing apart");
}

#[test]
fn a_land_officer_sees_owners_and_may_filter_by_them() {
    let server = with_tokens();
    let token = "land-officer-token";
    let page = server.get_as(token, "/collections/parcels/items?limit=3").expect(200).json();
    let owner = page["features"][0]["properties"]["owner_name"].as_str().unwrap_or_default();
    assert!(owner.starts_with(OWNER), "{page}");
    let found =
        server.get_as(token, &format!("/collections/parcels/items?owner_name={owner}")).expect(200);
    assert_eq!(found.json()["numberMatched"], 1);
    // A cache between must not hand one viewer's answer to another.
    let reply = server.get_as(token, "/collections/parcels/items?limit=3");
    let kept = reply.header("cache-control").to_owned();
    assert!(kept.contains("private") || kept.contains("no-store"), "Cache-Control: {kept}");
    let again = server.get("/collections/parcels/items?limit=3").expect(200);
    assert!(!again.text().contains(OWNER));
}

#[test]
fn defence_land_is_masked_in_items_counts_and_tiles() {
    let server = with_tokens();
    let (all, defence) = PARCELS;
    let count = |reply: tests::server::Reply| reply.expect(200).json()["numberMatched"].clone();
    assert_eq!(count(server.get("/collections/parcels/items")), all - defence);
    assert_eq!(count(server.get("/collections/parcels/items?use_code=CQP")), 0);
    assert_eq!(count(server.get("/collections/parcels/items?bbox=108,15,109,16")), all - defence);
    let admin = "admin-token-of-the-tests";
    assert_eq!(count(server.get_as(admin, "/collections/parcels/items")), all);
    assert_eq!(count(server.get_as(admin, "/collections/parcels/items?use_code=CQP")), defence);

    let everything = server.get_as(admin, "/collections/parcels/items?use_code=CQP").json();
    let hidden = tests::geometry::id_of(&everything["features"][0]);
    server.get(&format!("/collections/parcels/items/{hidden}")).expect(404);
    for tile in TILES {
        let path = format!("/collections/parcels/tiles/WebMercatorQuad/{tile}");
        // The admin first: a shared cache would now hold what the public must not get.
        let seen = |reply: tests::server::Reply| {
            let layers = mvt::decode(&reply.body);
            let features = layers.into_iter().flat_map(|layer| layer.features);
            features
                .filter(|feature| feature.properties.get("use_code") == Some(&json!("CQP")))
                .count()
        };
        let _ = server.get_as(admin, &path);
        assert_eq!(seen(server.get(&path)), 0, "{path}");
    }
}

#[test]
fn an_unknown_token_is_401_and_not_anyone() {
    let server = with_tokens();
    let reply = server.get_as("guess", "/collections/parcels/items").expect(401);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert!(reply.header("www-authenticate").contains("Bearer"));
}

#[test]
fn with_tokens_only_their_holders_write() {
    let server = with_tokens();
    let items = "/collections/parcels/items";
    let body = json!({"type": "Feature", "properties": {"sheet": "99"},
        "geometry": fixture::square(108.6, 15.6, 0.001)});
    let post = || server.request(Method::POST, items).json(&body);
    let refused = server.send(post());
    assert!(matches!(refused.status, 401 | 403), "{}", refused.status);
    let officer = server.send(post().bearer_auth("land-officer-token"));
    officer.expect(403);
    server.send(post().bearer_auth("admin-token-of-the-tests")).expect(201);
}

#[test]
fn an_editor_keeps_what_they_may_not_see() {
    let server = with_tokens();
    let (admin, editor) = ("admin-token-of-the-tests", "editor-token-of-the-tests");
    let page = server.get_as(admin, "/collections/parcels/items?number=2").expect(200).json();
    let path =
        format!("/collections/parcels/items/{}", tests::geometry::id_of(&page["features"][0]));
    let mut feature = server.get_as(editor, &path).expect(200).json();
    feature["properties"]["area"] = json!(321.5);
    let changed =
        server.send(server.request(Method::PUT, &path).bearer_auth(editor).json(&feature));
    assert!(matches!(changed.status, 200 | 204), "{}: {}", changed.status, changed.text());
    let after = server.get_as(admin, &path).expect(200).json();
    assert_eq!(after["properties"]["area"], 321.5);
    let owner = after["properties"]["owner_name"].as_str().unwrap_or_default();
    assert!(owner.starts_with(OWNER), "the owner was lost: {after}");
}

#[test]
fn without_tokens_callers_on_this_machine_may_write_but_see_no_more_than_anyone() {
    let server = Server::on(fixture::parcels(), &[]);
    let body = json!({"type": "Feature", "properties": {"sheet": "99"},
        "geometry": fixture::square(108.6, 15.6, 0.001)});
    let added = server.send(server.request(Method::POST, "/collections/parcels/items").json(&body));
    let location = added.expect(201).header("location").to_owned();
    assert!(location.starts_with(server.address()), "Location is absolute: {location}");
    let text = server.get("/collections/parcels/items?limit=1000").expect(200).text();
    assert!(!text.contains("owner_name"));
}

#[test]
fn a_request_that_a_proxy_brought_from_elsewhere_may_not_write() {
    let server = Server::on(fixture::parcels(), &[]);
    let body = json!({"type": "Feature", "properties": {},
        "geometry": fixture::square(108.6, 15.6, 0.001)});
    let request = server
        .request(Method::POST, "/collections/parcels/items")
        .header("x-forwarded-for", "203.0.113.7")
        .json(&body);
    let reply = server.send(request);
    assert!(matches!(reply.status, 401 | 403), "{}", reply.status);
}

#[test]
fn a_broken_tokens_file_stops_the_server_rather_than_opening_it() {
    let town: Town = fixture::parcels();
    std::fs::write(town.dir().join("tokens.toml"), "[[token]]\nname = 5\n").unwrap();
    let mut server = std::process::Command::new(tests::repo::program("gis-server"));
    server.args(["--http", "127.0.0.1:0", "--data"]).arg(town.dir()).current_dir(town.dir());
    let ended = tests::program::ended(&mut server);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("tokens.toml"), "{}", ended.stderr);
}
