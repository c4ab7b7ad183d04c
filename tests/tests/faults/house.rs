//! A data folder, and the real server over it again and again.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{fixture, repo, town::Town};

/// How long a server may take to begin before the test gives up; what it should take is said by the
/// figures.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where SensorThings stands.
pub(crate) const SERVICE: &str = "/sensorthings/v1.1";

/// A data folder that outlives its servers, and what they said.
pub(crate) struct House {
    town: Town,
    beside: TempDir,
    /// Further arguments of the program.
    pub(crate) arguments: Vec<String>,
    /// Variables of its environment.
    pub(crate) variables: Vec<(String, String)>,
}

impl House {
    /// A small town.
    pub(crate) fn new() -> Self {
        let beside = tempfile::tempdir().expect("a temporary folder");
        let town = fixture::check_points();
        Self { town, beside, arguments: Vec::new(), variables: Vec::new() }
    }

    /// The data folder.
    pub(crate) fn dir(&self) -> &Path {
        self.town.dir()
    }

    /// A folder for what belongs to the test alone.
    pub(crate) fn beside(&self) -> &Path {
        self.beside.path()
    }

    /// Everything that the servers said, one after the other.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The last lines of it.
    pub(crate) fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Fails when a server panicked.
    #[track_caller]
    pub(crate) fn assert_nothing_panicked(&self) {
        let log = self.log();
        let panics: Vec<_> = log.lines().filter(|line| line.contains("panicked")).collect();
        assert!(panics.is_empty(), "{panics:#?}");
    }

    /// Starts the server without waiting for it.
    pub(crate) fn begin(&self) -> Beginning {
        let log = OpenOptions::new().create(true).append(true).open(self.log_path());
        let log = log.expect("the log can be written");
        let begun = Instant::now();
        let mut child = self.command().stderr(log).spawn().expect("gis-server starts");
        let lines = lines_of(&mut child);
        Beginning { child: Ended(child), lines, begun }
    }

    /// Starts the server and waits until it answers.
    #[track_caller]
    pub(crate) fn start(&self) -> Running {
        self.begin().ready().unwrap_or_else(|why| panic!("{why}:\n{}", self.log_end()))
    }

    fn log_path(&self) -> PathBuf {
        self.beside().join("server.log")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(repo::program("gis-server"));
        // Settings of the machine that runs the tests must not reach the server under test.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DOTHI_") {
                command.env_remove(name);
            }
        }
        command.env_remove("RUST_LOG").current_dir(self.dir()).arg("--data").arg(self.dir());
        command.args(["--http", "127.0.0.1:0"]).args(&self.arguments);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// A child process that ends with its owner, also when a test panics.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that has begun.
pub(crate) struct Beginning {
    child: Ended,
    lines: mpsc::Receiver<String>,
    begun: Instant,
}

impl Beginning {
    /// Kills it as it is.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Waits until it says where it is and answers there.
    pub(crate) fn ready(self) -> Result<Running, String> {
        let address = |wanted: &str| -> Result<String, String> {
            loop {
                let left = PATIENCE.saturating_sub(self.begun.elapsed());
                let line = self.lines.recv_timeout(left);
                let line = line.map_err(|_| format!("the server did not print {wanted}"))?;
                if let Some(at) = line.find(wanted) {
                    let end = |c: char| c.is_whitespace() || c == ',';
                    let rest = &line[at + wanted.len()..];
                    let rest = rest.split(end).next().unwrap_or_default();
                    return Ok(rest.trim_end_matches('/').to_owned());
                }
            }
        };
        let http = format!("http://{}", address("http://")?);
        let mqtt = address("mqtt://")?;
        let mqtt = mqtt.parse().map_err(|why| format!("{mqtt}: {why}"))?;
        let client = Client::builder().timeout(Duration::from_secs(60)).no_proxy().build();
        let client = client.expect("an HTTP client");
        let answer = client.get(format!("{http}/live/health")).send();
        let answer = answer.map_err(|why| format!("the server does not answer: {why}"))?;
        if answer.status() != 200 {
            return Err(format!("/live/health answers {}", answer.status()));
        }
        let ready_after = self.begun.elapsed();
        Ok(Running { child: self.child, http, mqtt, client, ready_after })
    }
}

/// A server that answers. Dropped, it is killed.
pub(crate) struct Running {
    child: Ended,
    http: String,
    /// Where it speaks MQTT.
    pub(crate) mqtt: SocketAddr,
    client: Client,
    /// From its start to its first answer.
    pub(crate) ready_after: Duration,
}

impl Running {
    /// Kills it without warning.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        self.terminate();
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.child.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &pid]).status().expect("kill runs");
        assert!(sent.success(), "kill -s TERM {pid}");
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// A whole address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.http)
    }

    /// A GET.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path)).header("accept", "application/json")
    }

    /// A POST of JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        let text = body.to_string();
        self.client.post(self.url(path)).header("content-type", "application/json").body(text)
    }

    /// The document at a path.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path).send().unwrap_or_else(|why| panic!("{path}: {why}"));
        let status = answer.status();
        let text = answer.text().unwrap_or_default();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{path}: {why}: {text}"))
    }

    /// How the feeds are.
    #[track_caller]
    pub(crate) fn health(&self) -> Value {
        self.json("/live/health")
    }

    /// Makes a Thing with so many datastreams, and gives their numbers.
    #[track_caller]
    pub(crate) fn make_streams(&self, name: &str, count: usize, is_unique: bool) -> Vec<i64> {
        let streams = (0..count).map(|at| datastream(&format!("{name} {at}"), is_unique));
        let streams: Vec<_> = streams.collect();
        let thing = json!({
            "name": name,
            "description": "made by the fault suite",
            "Locations": [{
                "name": name, "description": name, "encodingType": "application/geo+json",
                "location": {"type": "Point", "coordinates": [108.474, 15.5736]},
            }],
            "Datastreams": streams,
        });
        self.make_thing(&thing)
    }

    /// Makes a Thing as a document says, and gives the numbers of its datastreams.
    #[track_caller]
    pub(crate) fn make_thing(&self, thing: &Value) -> Vec<i64> {
        let made = self.post(&format!("{SERVICE}/Things"), thing).send().expect("an answer");
        assert_eq!(made.status(), 201, "{}", made.text().unwrap_or_default());
        let place = made.headers()["location"].to_str().expect("text").to_owned();
        let at = place.find("/Things").expect("the address of the Thing");
        let made = self.json(&format!("{SERVICE}{}/Datastreams?$orderby=id", &place[at..]));
        let ids = made["value"].as_array().expect("a set").iter();
        ids.map(|stream| stream["@iot.id"].as_i64().expect("a number")).collect()
    }
}

/// The document of a datastream.
pub(crate) fn datastream(name: &str, is_unique: bool) -> Value {
    json!({
        "name": name, "description": name,
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "metre", "symbol": "m", "definition": "ucum:m"},
        "properties": {"rules": {"unique": is_unique}},
        "ObservedProperty": {"name": name, "definition": "urn:x:level", "description": name},
        "Sensor": {
            "name": name, "description": name,
            "encodingType": "text/plain", "metadata": "made by the fault suite",
        },
    })
}

/// The lines of standard output as they come, read to the end so that the server never waits for a
/// full pipe.
fn lines_of(child: &mut Child) -> mpsc::Receiver<String> {
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    receive
}

/// Makes a file's content durable, with its name.
pub(crate) fn synced(file: &File) {
    file.sync_data().expect("the disk of the test works");
}
