//! A disk that is really full: a file system in memory of some MiB below the log. Only what grows is
//! refused here, and the server has to find out for itself what that means.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{disks::Trial, house::House};

/// Size of the file system: enough for an empty log and some observations.
const MIB: usize = 24;
/// Observations are sent at most so often until none is taken any more.
const MOST: usize = 2000;

/// A file system in memory.
struct Small(PathBuf);

impl Small {
    /// Mounts it; none where that is not allowed.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).expect("a folder");
        let size = format!("size={MIB}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(at.to_owned()));
        }
        println!("SKIP: a file system of its own cannot be mounted here (that takes root)");
        None
    }

    /// Takes what is left of its space.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = File::create(&path).expect("a file");
        for block in [1 << 16, 1 << 12, 1 << 8] {
            while file.write_all(&vec![0; block]).is_ok() {}
        }
        path
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: a server that is just being killed may hold it for a moment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_file_system_without_space_stops_acknowledgements_until_there_is_some() {
    let house = House::new();
    let Some(small) = Small::mount(&house.dir().join("feeds")) else { return };
    let mut trial = Trial::new(house);
    trial.send_some();
    let ballast = small.fill();
    let mut taken = 0;
    let (status, wait) = loop {
        let (status, wait) = trial.post();
        if status != 201 {
            break (status, wait);
        }
        taken += 1;
        assert!(taken < MOST, "the space ends");
    };
    assert_eq!(status, 503, "nothing more is acknowledged");
    assert!(wait.is_some(), "it says when to come again");
    assert!(!trial.publish(Duration::from_millis(700)), "PUBACK is withheld");
    assert_eq!(trial.server.health()["status"], "stopped");
    trial.assert_good("while the disk is full");
    fs::remove_file(ballast).expect("the ballast is ours");
    trial.assert_recovers();
    trial.assert_good("once there is space");
    let Trial { server, .. } = trial;
    server.kill();
    drop(small);
}
