//! A broker that speaks TLS.

use std::{path::Path, process::Command, time::Duration};

use serde_json::json;

use super::broker::{Broker, bridges, config, service, until};
use crate::gauges::{recorded, row};

/// Makes an authority's certificate, and one for a broker on this machine that is signed by it;
/// false where there is no openssl.
fn certify(dir: &Path, authority: &str, broker: Option<&str>) -> bool {
    let openssl = |arguments: &str| {
        let arguments = arguments.split(' ');
        let made = Command::new("openssl").args(arguments).current_dir(dir).output();
        match made {
            Ok(made) => {
                assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
                true
            }
            Err(_) => {
                println!("SKIP: there is no openssl on this machine to make certificates with");
                false
            }
        }
    };
    let new = "req -x509 -newkey rsa:2048 -nodes -days 2";
    openssl(&format!("{new} -subj /CN={authority} -keyout {authority}.key -out {authority}.pem"))
        && broker.is_none_or(|name| {
            openssl(&format!(
                "{new} -subj /CN={name} -CA {authority}.pem -CAkey {authority}.key \
                 -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
                 -keyout {name}.key -out {name}.pem"
            ))
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_a_bridge_trusts_the_authority_that_it_was_given_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let is_made =
        certify(dir.path(), "authority", Some("broker")) && certify(dir.path(), "stranger", None);
    if !is_made {
        return;
    }
    let Some(broker) = Broker::start_over_tls(dir.path(), "broker") else { return };
    let service = service(dir.path(), Duration::from_millis(10));
    let trusting = |authority: &str| {
        let path = dir.path().join(format!("{authority}.pem"));
        let line = format!("port = {}\nca_file = '{}'", broker.port, path.display());
        config(broker.port, "").replace(&format!("port = {}", broker.port), &line)
    };

    let wary = bridges(&trusting("stranger"), &service, dir.path());
    until("the bridge says why it does not connect", || wary.status()[0].last_error.is_some())
        .await;
    let status = wary.status().remove(0);
    let why = status.last_error.unwrap_or_default();
    assert!(!status.is_connected && why.contains("certificate"), "{why}");
    wary.stop().await;

    let bridges = bridges(&trusting("authority"), &service, dir.path());
    until("the bridge is connected", || bridges.status()[0].is_connected).await;
    let time = "2025-10-30T02:00:00Z";
    let message = json!({"t": time, "h": 1.5}).to_string();
    let authority = dir.path().join("authority.pem");
    let trust = ["--cafile", authority.to_str().unwrap(), "-h", "127.0.0.1"];
    broker.publish("tram/G1/muc-nuoc", &message, &trust);
    until("it is settled", || bridges.status()[0].observations == 1).await;
    assert_eq!(recorded(&service), [row("G1: level", time, 1.5)]);
}
