//! CQL2 filters over the real server: who sees what, pages, tiles, exports.

use serde_json::Value;
use tests::{
    fixture::{self, OWNER, PARCELS},
    mvt,
    server::{Reply, Server},
};

fn server() -> Server {
    Server::on(fixture::guarded_parcels(), &[])
}

fn items(filter: &str, more: &str) -> String {
    let filter = filter.replace('%', "%25").replace('+', "%2B").replace(' ', "+");
    format!("/collections/parcels/items?filter={filter}{more}")
}

fn matched(reply: Reply) -> Value {
    reply.expect(200).json()["numberMatched"].clone()
}

#[test]
fn a_filter_sees_what_its_caller_sees_and_nothing_else() {
    let server = server();
    let (all, defence) = PARCELS;
    let officer = "land-officer-token";
    let admin = "admin-token-of-the-tests";
    assert_eq!(matched(server.get(&items("use_code IS NOT NULL", ""))), all - defence);
    assert_eq!(matched(server.get(&items("use_code = 'CQP'", ""))), 0);
    assert_eq!(matched(server.get_as(admin, &items("use_code = 'CQP'", ""))), defence);
    assert_eq!(matched(server.get(&items("NOT (use_code = 'CQP')", ""))), all - defence);

    let by_owner = items(&format!("owner_name LIKE '{OWNER}%'"), "");
    let found = server.get_as(officer, &by_owner).expect(200);
    assert!(found.json()["numberMatched"].as_u64().unwrap() > 0);
    let hidden = server.get(&by_owner).expect(400);
    let absent = server.get(&by_owner.replace("owner_name", "no_such_name")).expect(400);
    let same = |text: String| text.replace("owner_name", "_").replace("no_such_name", "_");
    assert_eq!(same(hidden.text()), same(absent.text()), "the answers tell nothing apart");
}

#[test]
fn a_filtered_tile_of_one_viewer_is_not_given_to_another() {
    let server = server();
    let tile =
        "/collections/parcels/tiles/WebMercatorQuad/15/14948/26257?filter=use_code+IS+NOT+NULL";
    let count = |reply: &Reply| -> usize {
        if reply.status == 204 {
            return 0;
        }
        mvt::decode(&reply.body).iter().map(|layer| layer.features.len()).sum()
    };
    let admin = server.get_as("admin-token-of-the-tests", tile);
    let public = server.get(tile);
    assert!(count(&admin) > count(&public), "{} {}", count(&admin), count(&public));
    assert_ne!(admin.header("etag"), public.header("etag"));
    let again = server.get(tile);
    assert_eq!(again.body, public.body);
    let none = server.get(&tile.replace("IS+NOT+NULL", "IS+NULL"));
    assert_eq!(none.status, 204);
}

#[test]
fn pages_of_a_filter_hold_every_match_once_and_exports_hold_the_same() {
    let server = server();
    let filter = "S_INTERSECTS(geometry, BBOX(108,15,109,16)) AND area < 130";
    let total = matched(server.get(&items(filter, ""))).as_u64().unwrap() as usize;
    assert!(total > 20);
    let query = items(filter, "").split_once('?').unwrap().1.to_owned();
    let all = server.all_items("parcels", &query);
    assert_eq!(all.len(), total);
    let csv = server.get(&items(filter, "&f=csv")).expect(200).text();
    assert_eq!(csv.lines().count(), total + 1);
}

#[test]
fn what_is_wrong_is_told_with_its_place_in_both_languages() {
    let server = server();
    let problem = server.get(&items("use_code = ", "")).expect(400).json();
    assert!(problem["detail"].as_str().unwrap().contains("ký tự thứ 12"), "{problem}");
    assert!(problem["detail_en"].as_str().unwrap().contains("character 12"), "{problem}");
}
