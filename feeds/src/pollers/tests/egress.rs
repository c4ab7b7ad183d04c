//! The way out leads where it may and no further.

use crate::egress::{Egress, EgressConfig, EgressError};

use super::web::{Answer, Web};

fn egress(hosts: Vec<String>) -> Egress {
    Egress::new(&EgressConfig { hosts, timeout_s: 2, most_bytes: 1000, ca_file: None }).unwrap()
}

fn web() -> Web {
    Web::start(|path| match path {
        "/here" => Answer::elsewhere("/there"),
        "/there" => Answer::ok("found"),
        "/away" => Answer::elsewhere("http://other.example/x"),
        "/aside" => Answer::elsewhere("//other.example/x"),
        "/round" => Answer::elsewhere("/round"),
        "/large" => Answer::ok(vec![b'x'; 1001]),
        "/slow" => {
            std::thread::sleep(std::time::Duration::from_secs(4));
            Answer::ok("late")
        }
        "/no" => Answer::status(403, "sai khoá / wrong key"),
        _ => Answer::ok("ok"),
    })
}

#[test]
fn only_hosts_that_are_allowed_are_asked() {
    let web = web();
    let port = web.address.port();
    let allowed = egress(vec![format!("127.0.0.1:{port}")]);
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    assert_eq!(allowed.get(&url("/"), &[]).unwrap().body, b"ok");
    assert_eq!(allowed.post(&url("/"), &[], b"x").unwrap().status, 200);
    web.asked();
    // Without a port a host is allowed at the protocol's own alone.
    for hosts in [vec![], vec!["127.0.0.1".to_owned()], vec!["other.example".to_owned()]] {
        let error = egress(hosts).get(&url("/"), &[]).unwrap_err();
        assert!(matches!(error, EgressError::Host(_)), "{error}");
    }
    for bad in ["file:///etc/passwd", "127.0.0.1", "http://x@127.0.0.1/", "ftp://127.0.0.1/"] {
        assert!(matches!(allowed.get(bad, &[]), Err(EgressError::Address(_))), "{bad}");
    }
    assert!(web.asked().is_empty(), "nobody was asked");
}

#[test]
fn a_redirect_is_followed_within_its_host_alone() {
    let web = web();
    let hosts = vec![format!("127.0.0.1:{}", web.address.port()), "other.example".to_owned()];
    let egress = egress(hosts);
    let url = |path: &str| format!("http://{}{path}", web.address);
    assert_eq!(egress.get(&url("/here"), &[]).unwrap().body, b"found");
    for path in ["/away", "/aside", "/round"] {
        let error = egress.get(&url(path), &[]).unwrap_err();
        assert!(matches!(error, EgressError::Redirect { .. }), "{path}: {error}");
    }
    assert!(matches!(egress.post(&url("/here"), &[], b""), Err(EgressError::Redirect { .. })));
}

#[test]
fn a_reply_is_bounded_in_size_and_time() {
    let web = web();
    let egress = egress(vec![web.address.to_string()]);
    for path in ["/large", "/slow"] {
        let error = egress.get(&format!("http://{}{path}", web.address), &[]).unwrap_err();
        assert!(matches!(error, EgressError::Transfer { .. }), "{path}: {error}");
    }
    let refused = Web::start(|_| Answer::status(403, "sai khoá / wrong key"));
    let egress = self::egress(vec![refused.address.to_string()]);
    let error = egress.get(&format!("http://{}/key=1", refused.address), &[]).unwrap_err();
    let expected = format!("{} answers 403: sai khoá / wrong key", refused.address);
    assert_eq!(error.to_string(), expected, "the path may hold a key: it is not told");
}
