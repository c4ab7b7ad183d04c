//! The simulated devices of a city, as the real program `fleet`, and the persons who order them about.

use std::{
    fs::File,
    process::{Child, Command, Stdio},
};

use crate::{repo, server::Server};

/// For a folder's `tokens.toml`: two operators, of whom one orders and the other approves, and the devices.
pub const TOKENS: &str = r#"
[[token]]
name = "Vận hành A"
token = "van-hanh-a"
roles = ["operator"]
[[token]]
name = "Vận hành B"
token = "van-hanh-b"
roles = ["operator"]
[[token]]
name = "Thiết bị mô phỏng"
token = "thiet-bi-mo-phong"
roles = ["device"]
"#;

/// Devices that speak to a server; dropped, they end.
pub struct Fleet(Child);

impl Fleet {
    /// Starts them, with further arguments of the program; what they say stands in `fleet.log` in the
    /// server's folder.
    ///
    /// # Panics
    /// When the program is not built.
    pub fn start(server: &Server, arguments: &[&str]) -> Self {
        let log = File::create(server.dir().join("fleet.log")).expect("the folder is writable");
        let mut command = Command::new(repo::program("fleet"));
        command.args(["--server", server.address(), "--seed", "7"]).args(arguments);
        command.env("DOTHI_TOKEN", "thiet-bi-mo-phong").stdout(Stdio::null()).stderr(log);
        Self(command.spawn().expect("fleet starts"))
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
