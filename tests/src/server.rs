//! The real server, on a free port, over a copy of a town.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use reqwest::{
    Method,
    blocking::{Client, RequestBuilder, Response},
    header::HeaderMap,
};
use serde_json::Value;

use crate::{repo, town::Town};

/// How long a server may take to begin; far more than it needs, so that a busy machine passes.
const START: Duration = Duration::from_secs(120);

/// A running `gis-server`. Dropped, it is killed and its data folder removed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
    client: Client,
    town: Option<Town>,
}

impl Server {
    /// Serves a copy of a town.
    pub fn start(town: &Town) -> Self {
        Self::on(town.copy(), &[])
    }

    /// Serves this very folder, with further arguments.
    pub fn on(town: Town, arguments: &[&str]) -> Self {
        let log = File::create(town.dir().join("server.log")).expect("the data folder is writable");
        let mut child = command(&town, arguments)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("gis-server starts");
        let address = first_address(&mut child).unwrap_or_else(|| {
            let _ = child.kill();
            let _ = child.wait();
            panic!("gis-server printed no address:\n{}", log_of(&town));
        });
        let client = Client::builder()
            .timeout(Duration::from_secs(120))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self { child, address, client, town: Some(town) }
    }

    /// Its address, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        self.address.split_once("://").map_or(&self.address, |(_, host)| host)
    }

    /// Its data folder.
    pub fn dir(&self) -> &Path {
        self.town.as_ref().expect("a running server has its town").dir()
    }

    /// Identifier of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A request to a path (or a whole address), to be completed by the caller.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.address)
        };
        self.client.request(method, url)
    }

    /// What a path answers to a program.
    pub fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path).header("accept", "application/json, */*;q=0.5"))
    }

    /// What a path answers to the holder of a token.
    pub fn get_as(&self, token: &str, path: &str) -> Reply {
        let request =
            self.request(Method::GET, path).header("accept", "application/json, */*;q=0.5");
        self.send(request.bearer_auth(token))
    }

    /// The JSON at a path that answers 200. While the server cannot answer yet (503: it listens a moment before it has
    /// taken the folder's jobs over) it is asked again.
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        let deadline = Instant::now() + START;
        loop {
            let reply = self.get(path);
            if reply.status != 503 || Instant::now() > deadline {
                return reply.expect(200).json();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The JSON to which a path leads with 307.
    #[track_caller]
    pub fn led_to(&self, path: &str) -> Value {
        self.json(self.get(path).expect(307).header("location"))
    }

    /// Sends a request and takes the whole answer.
    #[track_caller]
    pub fn send(&self, request: RequestBuilder) -> Reply {
        match request.send() {
            Ok(response) => Reply::of(response),
            Err(error) => panic!("{error:?}\nserver log:\n{}", self.log()),
        }
    }

    /// Sends bytes as they are and takes the status and the whole answer: for requests that no
    /// decent client would make.
    pub fn raw(&self, bytes: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.host()).expect("the server accepts");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout can be set");
        stream.write_all(bytes).expect("the server reads");
        let mut answer = Vec::new();
        // A server may close a bad connection hard; what came before counts.
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (status, text)
    }

    /// Every feature of a collection, page by page.
    #[track_caller]
    pub fn all_items(&self, collection: &str, query: &str) -> Vec<Value> {
        let mut next = Some(format!("/collections/{collection}/items?limit=1000&{query}"));
        let mut items = Vec::new();
        while let Some(path) = next {
            let mut page = self.json(&path);
            items.append(page["features"].as_array_mut().expect("a page has features"));
            next = link(&page, "next");
        }
        items
    }

    /// Waits until a question is answered with yes.
    #[track_caller]
    pub fn wait_until(&self, what: &str, mut answered: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + START;
        while !answered(self) {
            assert!(Instant::now() < deadline, "in vain waited for: {what}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the server wrote to its log.
    pub fn log(&self) -> String {
        self.town.as_ref().map(log_of).unwrap_or_default()
    }

    /// Sends the process a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
        assert!(sent.success(), "kill -s {name} {pid}");
    }

    /// Waits for the process to end by itself; its exit code, `None` when a signal ended it.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("a child can be waited for").code()
    }

    /// Kills it without warning (as a power cut would) and gives back its folder.
    pub fn kill(mut self) -> Town {
        self.end();
        self.town.take().expect("a running server has its town")
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        if std::thread::panicking() {
            println!("server log:\n{}", self.log());
        }
    }
}

/// Address of the link with this relation.
pub fn link(document: &Value, relation: &str) -> Option<String> {
    let links = document["links"].as_array()?;
    let found = links.iter().find(|link| link["rel"] == relation)?;
    found["href"].as_str().map(str::to_owned)
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Address that was asked.
    pub url: String,
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body, decompressed.
    pub body: Vec<u8>,
}

impl Reply {
    fn of(response: Response) -> Self {
        let (url, status) = (response.url().to_string(), response.status().as_u16());
        let headers = response.headers().clone();
        let body = response.bytes().expect("the whole body arrives").to_vec();
        Self { url, status, headers, body }
    }

    /// The same, when its status is the one that is due.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.url, self.excerpt());
        self
    }

    /// Its body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.url, self.excerpt()))
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn excerpt(&self) -> String {
        self.text().chars().take(600).collect()
    }
}

fn command(town: &Town, arguments: &[&str]) -> Command {
    let mut command = Command::new(repo::program("gis-server"));
    // Bits are compared, which another device rounds otherwise.
    command.env("DOTHI_FLOOD_DEVICE", "cpu");
    // Settings of the machine that runs the tests must not reach the server under test.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DOTHI_") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG").current_dir(town.dir()).arg("--data").arg(town.dir());
    if !arguments.contains(&"--http") {
        command.args(["--http", "127.0.0.1:0"]);
    }
    command.args(arguments);
    command
}

/// The address in the first line of standard output that holds one. What the server prints later
/// is read and dropped, so that it never waits for a full pipe.
fn first_address(child: &mut Child) -> Option<String> {
    let output = BufReader::new(child.stdout.take()?);
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if let Some(at) = line.find("http://").or_else(|| line.find("https://")) {
                let url = line[at..].split_whitespace().next().unwrap_or_default();
                let _ = send.send(url.trim_end_matches('/').to_owned());
            }
        }
    });
    receive.recv_timeout(START).ok()
}

fn log_of(town: &Town) -> String {
    let text = std::fs::read_to_string(town.dir().join("server.log")).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
