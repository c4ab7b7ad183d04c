//! Files of stations on an FTP server: pyftpdlib's.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::world::World;
use crate::gauges::{recorded, row, thing};

const STATION: &str = "QNAM_BACCHULAI_NUOCTHAI1";

/// A server over a folder; it prints its port.
const SERVER: &str = "
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
class Handler(FTPHandler):
    authorizer = DummyAuthorizer()
Handler.authorizer.add_user('tram', 'mat-khau', sys.argv[1], perm='elr')
server = FTPServer(('127.0.0.1', 0), Handler)
print(server.address[1], flush=True)
server.serve_forever()
";

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

/// Starts a server, where pyftpdlib is installed.
fn serve(folder: &Path) -> Option<Server> {
    for python in ["python3", "/usr/bin/python3"] {
        let started = Command::new(python)
            .args(["-c", SERVER])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = started else { continue };
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        if BufReader::new(output).read_line(&mut line).is_ok()
            && let Ok(port) = line.trim().parse()
        {
            return Some(Server { child, port });
        }
        let _ = child.wait();
    }
    println!("SKIP: pyftpdlib is not installed (Debian: python3-pyftpdlib)");
    None
}

/// Puts a file of the station into the folder of its day; `time` is civil time of the province.
fn put(folder: &Path, time: &str, content: &str) {
    let day = folder.join(format!("{}/{}/{}", &time[..4], &time[4..6], &time[6..8]));
    std::fs::create_dir_all(&day).unwrap();
    std::fs::write(day.join(format!("{STATION}_{time}.txt")), content).unwrap();
}

fn line(name: &str, value: &str, time: &str) -> String {
    format!("{name}\t{value}\tmg/L\t{time}\t00\r\n")
}

fn config(port: u16, password: &str) -> String {
    format!(
        "[egress]\nhosts = ['127.0.0.1:{port}']\ntimeout_s = 5\nmost_bytes = 10000\n\
        [[adapter]]\nname = 'tt10'\nformat = 'station-file'\nmap = {{ COD = 'cod' }}\n\
        [[poller]]\nname = 'so-nnmt'\nadapter = 'tt10'\nevery_s = 300\n\
        [poller.ftp]\nhost = '127.0.0.1'\nport = {port}\nuser = 'tram'\npassword = '{password}'\n\
        folder = '/%Y/%m/%d'\n"
    )
}

fn cod(time: &str, value: impl Into<Value>) -> (String, String, Value) {
    row(&format!("{STATION}: cod"), time, value)
}

#[test]
fn files_of_stations_are_taken_once_and_late_ones_too() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = serve(folder.path()) else { return };
    put(folder.path(), "20261121114500", &line("COD", "30,5", "20261121114500"));
    put(folder.path(), "20261121115000", &line("COD", "31", "20261121115000"));
    put(folder.path(), "20261001000000", &line("COD", "1", "20261001000000"));
    std::fs::write(folder.path().join("2026/11/21/readme.md"), "x").unwrap();
    let mut world = World::new(&config(server.port, "mat-khau"), &[thing(STATION, &["cod"])]);
    let status = world.tick_after(0);
    assert_eq!(status.last_error, None);
    let mut expected = vec![cod("2026-11-21T04:45:00Z", 30.5), cod("2026-11-21T04:50:00Z", 31)];
    assert_eq!(recorded(&world.service), expected, "not what is too old");

    // A file of yesterday that comes late, one that cannot be read, and a new one.
    put(folder.path(), "20261120230000", &line("COD", "20", "20261120230000"));
    put(folder.path(), "20261121115500", "COD 31 mg/L\n");
    put(folder.path(), "20261121120000", &line("COD", "32", "20261121120000"));
    let status = world.tick_after(300);
    expected.extend([cod("2026-11-20T16:00:00Z", 20), cod("2026-11-21T05:00:00Z", 32)]);
    assert_eq!(recorded(&world.service), expected);
    assert_eq!((status.refused, status.failures), (1, 1), "the others did not wait for it");
    assert!(status.last_error.unwrap().contains("line 1, cells:"));

    // Nothing is taken again, after a restart neither; without notes nothing is recorded again.
    for notes_are_lost in [false, true] {
        if notes_are_lost {
            std::fs::remove_dir_all(world.dir.path().join("pollers")).unwrap();
        }
        world.restart_poller();
        let status = world.tick_after(300);
        assert_eq!((status.observations, status.known), (0, if notes_are_lost { 4 } else { 0 }));
    }
    assert_eq!(recorded(&world.service), expected);
}

#[test]
fn what_goes_wrong_with_files_is_told_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = serve(folder.path()) else { return };
    let error = |config: &str| {
        let mut world = World::new(config, &[thing(STATION, &["cod"])]);
        let error = world.tick_after(0).last_error.unwrap();
        assert!(!error.contains("sai-roi"), "{error}");
        error
    };
    let wrong = error(&config(server.port, "sai-roi"));
    assert!(wrong.starts_with("FTP server 127.0.0.1: PASS is answered \"530"), "{wrong}");
    let elsewhere =
        config(server.port, "x").replace("hosts = ['127.0.0.1:", "hosts = ['127.0.0.2:");
    let refused = error(&elsewhere);
    assert!(refused.contains("may not be asked"), "{refused}");
    let large = line("COD", "1", "20261121115000").repeat(1000);
    put(folder.path(), "20261121115000", &large);
    put(folder.path(), "20261121120000", &line("COD", "32", "20261121120000"));
    let mut world = World::new(&config(server.port, "mat-khau"), &[thing(STATION, &["cod"])]);
    let too_long = world.tick_after(0).last_error.unwrap();
    assert!(too_long.ends_with("has more than 10000 bytes"), "{too_long}");
    assert_eq!(recorded(&world.service), [cod("2026-11-21T05:00:00Z", 32)], "the next one is had");
}
