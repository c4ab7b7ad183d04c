//! Files of stations on an SFTP server: OpenSSH's, started for the test.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::world::World;
use crate::gauges::{recorded, row, thing};

const STATION: &str = "QNAM_BACCHULAI_NUOCTHAI1";

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a key without a passphrase.
fn key(path: &Path) -> bool {
    let mut made = Command::new("ssh-keygen");
    made.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path);
    made.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Starts a server that knows one key, and writes down its own; where OpenSSH is installed.
fn serve(dir: &Path) -> Option<Server> {
    let skip = || {
        println!("SKIP: OpenSSH is not installed (Debian: openssh-client, openssh-server)");
        None
    };
    if !key(&dir.join("host")) || !key(&dir.join("poller")) {
        return skip();
    }
    std::fs::copy(dir.join("poller.pub"), dir.join("authorized")).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host_key = std::fs::read_to_string(dir.join("host.pub")).unwrap();
    std::fs::write(dir.join("known"), format!("[127.0.0.1]:{port} {host_key}")).unwrap();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {dir}/host\nPidFile none\nUsePAM no\n\
        AuthorizedKeysFile {dir}/authorized\nStrictModes no\nPermitRootLogin yes\n\
        PasswordAuthentication no\nSubsystem sftp internal-sftp\n",
        dir = dir.display()
    );
    std::fs::write(dir.join("sshd_config"), config).unwrap();
    // Where nobody has started it as a service, its folder is not there yet.
    let _ = std::fs::create_dir_all("/run/sshd");
    let started = Command::new("/usr/sbin/sshd")
        .args(["-D", "-e", "-f"])
        .arg(dir.join("sshd_config"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = started else { return skip() };
    let mut server = Server { child, port };
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let has_ended = server.child.try_wait().is_ok_and(|status| status.is_some());
        if has_ended || begun.elapsed() > Duration::from_secs(20) {
            println!("SKIP: sshd does not run here as this user");
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(server)
}

#[test]
fn files_of_stations_are_fetched_over_sftp_by_a_key_from_a_known_host_alone() {
    let dir = tempfile::tempdir().unwrap();
    let Some(server) = serve(dir.path()) else { return };
    let (port, dir) = (server.port, dir.path());
    let Ok(user) = Command::new("id").arg("-un").output() else { return };
    let user = String::from_utf8(user.stdout).unwrap();
    let put = |time: &str, content: &str| {
        let day = dir.join(format!("data/{}/{}", &time[..6], &time[6..8]));
        std::fs::create_dir_all(&day).unwrap();
        std::fs::write(day.join(format!("{STATION}_{time}.txt")), content).unwrap();
    };
    let line = |value: &str, time: &str| format!("COD\t{value}\tmg/L\t{time}\t00\r\n");
    put("20261121115000", &line("31", "20261121115000"));
    put("20261121114000", &line("1", "20261121114000").repeat(1000));
    put("20261120230000", &line("20", "20261120230000"));
    let config = format!(
        "[egress]\nhosts = ['127.0.0.1:{port}']\ntimeout_s = 20\nmost_bytes = 10000\n\
        [[adapter]]\nname = 'tt10'\nformat = 'station-file'\nmap = {{ COD = 'cod' }}\n\
        [[poller]]\nname = 'so-nnmt'\nadapter = 'tt10'\n\
        [poller.sftp]\nhost = '127.0.0.1'\nport = {port}\nuser = '{user}'\n\
        key_file = '{dir}/poller'\nknown_hosts = '{dir}/known'\nfolder = '{dir}/data/%Y%m/%d'\n",
        user = user.trim(),
        dir = dir.display()
    );
    let things = [thing(STATION, &["cod"])];
    let mut world = World::new(&config, &things);
    let status = world.tick_after(0);
    let cod = |time: &str, value: u32| row(&format!("{STATION}: cod"), time, value);
    let expected = [cod("2026-11-20T16:00:00Z", 20), cod("2026-11-21T04:50:00Z", 31)];
    let error = status.last_error.unwrap();
    assert_eq!(recorded(&world.service), expected, "{error}");
    assert!(error.ends_with("has more than 10000 bytes"), "{error}");

    // A server with another key is not the one that is known.
    std::fs::write(dir.join("known"), "").unwrap();
    let error = World::new(&config, &things).tick_after(0).last_error.unwrap();
    assert!(error.starts_with("SFTP server 127.0.0.1: "), "{error}");
}
