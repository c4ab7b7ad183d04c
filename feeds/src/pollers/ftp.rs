//! Files of an FTP server (RFC 959, with the passive mode of RFC 2428): list a folder, fetch a file.
//!
//! A client of our own, since that is all that is asked for: data connections go to the host that was
//! asked, whatever address it names, and everything is bounded in time and in bytes.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use super::{PollError, files::Store};

/// The port of the protocol.
pub(super) const OWN_PORT: u16 = 21;
/// As many bytes has a reply at most, all its lines together.
const MOST_REPLY_BYTES: u64 = 16 << 10;

/// Why a file cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FtpError {
    /// The server cannot be reached or does not speak.
    #[error("FTP server {host}: cannot {action}: {source}")]
    Io {
        /// Which server.
        host: String,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The server refuses.
    #[error("FTP server {host}: {command} is answered {reply:?}")]
    Refused {
        /// Which server.
        host: String,
        /// What was asked, without what is secret.
        command: String,
        /// What it said.
        reply: String,
    },
    /// A name holds what would be another command.
    #[error("{0:?} cannot be the name of a file: it holds a control character")]
    Name(String),
    /// A file or a list is longer than may be.
    #[error("FTP server {host}: {what} has more than {most} bytes")]
    TooLong {
        /// Which server.
        host: String,
        /// Which file or folder.
        what: String,
        /// As many are taken.
        most: u64,
    },
}

/// Whom to ask, and within what bounds.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) timeout: Duration,
    pub(super) most_bytes: u64,
}

/// A session with a server.
pub(super) struct Ftp {
    server: Server,
    control: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Ftp {
    /// Connects and introduces itself.
    pub(super) fn open(server: Server) -> Result<Self, FtpError> {
        let (control, address) = connect(&server)?;
        let mut ftp = Self { server, control: BufReader::new(control), address };
        ftp.expect("connecting", 2)?;
        let (user, password) = (ftp.server.user.clone(), ftp.server.password.clone());
        let (code, reply) = ftp.ask("USER", &user)?;
        match code / 100 {
            2 => {}
            3 => {
                // Messages name the command alone: the password is never told.
                ftp.command("PASS", &password, 2)?;
            }
            _ => return Err(ftp.refused("USER", reply)),
        }
        ftp.command("TYPE", "I", 2)?;
        Ok(ftp)
    }

    /// The names in a folder; a folder that is not there has none.
    fn names(&mut self, folder: &str) -> Result<Vec<String>, FtpError> {
        let data = self.passive()?;
        let (code, reply) = self.ask("NLST", folder)?;
        match code {
            // Servers say so of folders that are empty or not there.
            450 | 550 => return Ok(Vec::new()),
            100..=199 => {}
            _ => return Err(self.refused("NLST", reply)),
        }
        let bytes = self.read_data(data, folder)?;
        self.expect("NLST", 2)?;
        let text = String::from_utf8_lossy(&bytes);
        let names = text.lines().map(|line| line.trim().rsplit('/').next().unwrap_or_default());
        Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// The bytes of a file.
    fn file(&mut self, path: &str) -> Result<Vec<u8>, FtpError> {
        let data = self.passive()?;
        self.command("RETR", path, 1)?;
        let bytes = self.read_data(data, path);
        if let Err(FtpError::TooLong { .. }) = bytes {
            // The server hears that we have left, and says so; then it can be asked for the next.
            self.reply()?;
        }
        let bytes = bytes?;
        self.expect("RETR", 2)?;
        Ok(bytes)
    }

    /// Opens a data connection to the host that was asked: of the address that the server names only
    /// the port counts.
    fn passive(&mut self) -> Result<TcpStream, FtpError> {
        let (code, reply) = self.ask("EPSV", "")?;
        let port = if code == 229 {
            extended_port(&reply)
        } else {
            let (code, reply) = self.ask("PASV", "")?;
            if code != 227 {
                return Err(self.refused("PASV", reply));
            }
            passive_port(&reply)
        };
        let port = port.ok_or_else(|| self.refused("PASV", reply))?;
        let address = SocketAddr::new(self.address.ip(), port);
        let data = TcpStream::connect_timeout(&address, self.server.timeout);
        let data = data.map_err(|source| self.failed("open a data connection", source))?;
        self.bounded(data)
    }

    fn bounded(&self, stream: TcpStream) -> Result<TcpStream, FtpError> {
        bound(&stream, self.server.timeout).map_err(|source| self.failed("set a limit", source))?;
        Ok(stream)
    }

    /// Reads a data connection to its end, within the bounds.
    fn read_data(&self, mut data: TcpStream, what: &str) -> Result<Vec<u8>, FtpError> {
        let begun = Instant::now();
        let most = self.server.most_bytes;
        let mut bytes = Vec::new();
        let mut chunk = vec![0; 32 << 10];
        loop {
            let read = data.read(&mut chunk).map_err(|source| self.failed("read", source))?;
            if read == 0 {
                return Ok(bytes);
            }
            bytes.extend_from_slice(&chunk[..read]);
            if bytes.len() as u64 > most {
                let (host, what) = (self.server.host.clone(), what.to_owned());
                return Err(FtpError::TooLong { host, what, most });
            }
            if begun.elapsed() > self.server.timeout {
                // A server that sends a byte now and then does not hold us up for ever.
                return Err(self.failed("read", std::io::ErrorKind::TimedOut.into()));
            }
        }
    }

    /// Asks, and expects a reply of a class (its first digit).
    fn command(&mut self, name: &str, argument: &str, class: u16) -> Result<(), FtpError> {
        let (code, reply) = self.ask(name, argument)?;
        if code / 100 == class { Ok(()) } else { Err(self.refused(name, reply)) }
    }

    fn ask(&mut self, name: &str, argument: &str) -> Result<(u16, String), FtpError> {
        if argument.chars().any(char::is_control) {
            return Err(FtpError::Name(argument.chars().take(80).collect()));
        }
        let space = if argument.is_empty() { "" } else { " " };
        let line = format!("{name}{space}{argument}\r\n");
        let sent = self.control.get_mut().write_all(line.as_bytes());
        sent.map_err(|source| self.failed("ask", source))?;
        self.reply()
    }

    fn expect(&mut self, command: &str, class: u16) -> Result<(), FtpError> {
        let (code, reply) = self.reply()?;
        if code / 100 == class { Ok(()) } else { Err(self.refused(command, reply)) }
    }

    /// A reply: its code, and its last line. A reply of several lines begins `123-` and ends with a
    /// line that begins `123 `.
    fn reply(&mut self) -> Result<(u16, String), FtpError> {
        let mut budget = MOST_REPLY_BYTES;
        let mut begun: Option<u16> = None;
        loop {
            let mut line = Vec::new();
            let read = self.control.by_ref().take(budget).read_until(b'\n', &mut line);
            let read = read.map_err(|source| self.failed("hear", source))?;
            budget = budget.saturating_sub(read as u64);
            if read == 0 || budget == 0 {
                return Err(self.failed("hear", std::io::ErrorKind::UnexpectedEof.into()));
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let goes_on = line.as_bytes().get(3) == Some(&b'-');
            match (code, begun) {
                (Some(code), None) if goes_on => begun = Some(code),
                (Some(code), None) => return Ok((code, line)),
                (Some(code), Some(first)) if code == first && !goes_on => return Ok((code, line)),
                (None, None) => return Err(self.refused("hearing", line)),
                _ => {}
            }
        }
    }

    fn refused(&self, command: &str, reply: String) -> FtpError {
        FtpError::Refused { host: self.server.host.clone(), command: command.to_owned(), reply }
    }

    fn failed(&self, action: &'static str, source: std::io::Error) -> FtpError {
        FtpError::Io { host: self.server.host.clone(), action, source }
    }
}

impl Store for Ftp {
    fn list(&mut self, folders: &BTreeSet<String>) -> Result<Vec<(String, String)>, PollError> {
        let mut found = Vec::new();
        for folder in folders {
            let names = self.names(folder)?.into_iter();
            found.extend(names.map(|name| (folder.clone(), name)));
        }
        Ok(found)
    }

    fn fetch(&mut self, paths: &[String]) -> Result<Vec<Result<Vec<u8>, PollError>>, PollError> {
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            match self.file(path) {
                // The session is broken: the files after this one cannot be had now.
                Err(error @ FtpError::Io { .. }) => return Err(error.into()),
                file => files.push(file.map_err(PollError::from)),
            }
        }
        Ok(files)
    }
}

impl Drop for Ftp {
    fn drop(&mut self) {
        // The server may have gone; it need not answer.
        let _ = self.control.get_mut().write_all(b"QUIT\r\n");
    }
}

/// Connects to the first address of a server that answers.
fn connect(server: &Server) -> Result<(TcpStream, SocketAddr), FtpError> {
    let failed = |action, source| FtpError::Io { host: server.host.clone(), action, source };
    let addresses = (server.host.as_str(), server.port).to_socket_addrs();
    let addresses = addresses.map_err(|source| failed("find its address", source))?;
    let mut last = std::io::ErrorKind::NotFound.into();
    for address in addresses {
        match TcpStream::connect_timeout(&address, server.timeout) {
            Ok(stream) => {
                bound(&stream, server.timeout).map_err(|source| failed("set a limit", source))?;
                return Ok((stream, address));
            }
            Err(why) => last = why,
        }
    }
    Err(failed("connect", last))
}

fn bound(stream: &TcpStream, timeout: Duration) -> std::io::Result<()> {
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))
}

/// The port of `229 Entering Extended Passive Mode (|||6446|)`.
fn extended_port(reply: &str) -> Option<u16> {
    reply.split_once("|||")?.1.split_once('|')?.0.parse().ok()
}

/// The port of `227 Entering Passive Mode (127,0,0,1,25,46)`.
fn passive_port(reply: &str) -> Option<u16> {
    let numbers = reply.split_once('(')?.1.split_once(')')?.0;
    let numbers: Option<Vec<u8>> = numbers.split(',').map(|it| it.trim().parse().ok()).collect();
    match *numbers?.as_slice() {
        [_, _, _, _, high, low] => Some(u16::from(high) << 8 | u16::from(low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_either_reply() {
        assert_eq!(extended_port("229 Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(extended_port("229 (|||66446|)"), None);
        assert_eq!(passive_port("227 Entering Passive Mode (10,0,0,1,25,46)."), Some(6446));
        assert_eq!(passive_port("227 Entering Passive Mode (10,0,0,1,25)."), None);
        assert_eq!(passive_port("227"), None);
    }
}
