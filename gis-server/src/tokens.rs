//! `tokens.toml`: who holds which token, until the registers bring accounts.
//!
//! ```toml
//! [[token]]
//! name = "Phòng Quản lý đô thị"
//! sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//! roles = ["officer", "editor"]
//! ```
//!
//! A device's token may name the datastreams whose observations it sends, as in `datastreams = [7, 8]`;
//! without them it sends those of all.
//!
//! `sha256` is the token's SHA-256 in hex (`printf %s TOKEN | sha256sum`), so that the file gives
//! no token away; `token = "…"` in plain text is understood as well.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use feeds::{model::StreamId, service::MayPublish};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::viewer::{TokenRole, Viewer};

/// Name of the file in the data folder.
pub const FILE_NAME: &str = "tokens.toml";

/// Why the tokens could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The text is no TOML, or a key is missing, unknown or of the wrong type.
    #[error("{} is not valid: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, key and what was expected.
        message: String,
    },
}

/// The tokens of a data folder.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// By the SHA-256 of the token, so that looking one up tells nothing by its time.
    viewers: BTreeMap<[u8; 32], Viewer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    token: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: Option<String>,
    token: Option<String>,
    roles: Vec<TokenRole>,
    datastreams: Option<Vec<i64>>,
}

impl Tokens {
    /// Reads the tokens of a data folder; `None` when it has no such file.
    ///
    /// # Errors
    /// [`TokensError`], naming file, line and key. No message repeats a token.
    pub fn load(dir: &Path) -> Result<Option<Self>, TokensError> {
        let path = dir.join(FILE_NAME);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text)
                .map(Some)
                .map_err(|message| TokensError::Invalid { path, message }),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(TokensError::Read { path, source }),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        // The reader's own message would quote the line, and with it a token.
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {at}: {}", error.message())
        })?;
        let mut viewers = BTreeMap::new();
        for entry in file.token {
            let name = entry.name.trim();
            if name.is_empty() {
                return Err("a token has an empty name: the change log needs one".into());
            }
            let hash = entry.hash().map_err(|why| format!("token of '{name}': {why}"))?;
            let mut viewer = Viewer::of(name, &entry.roles);
            if let Some(numbers) = &entry.datastreams {
                let streams = numbers.iter().map(|number| StreamId::new(*number));
                let streams: Option<_> = streams.collect();
                let why = || format!("token of '{name}': datastreams are numbers greater than 0");
                viewer.may_observe = MayPublish::Only(streams.ok_or_else(why)?);
            }
            if viewers.insert(hash, viewer).is_some() {
                return Err(format!("token of '{name}': it stands twice"));
            }
        }
        Ok(Self { viewers })
    }

    /// The holder of a token.
    pub fn viewer(&self, token: &str) -> Option<&Viewer> {
        self.viewers.get::<[u8; 32]>(&Sha256::digest(token.as_bytes()).into())
    }
}

impl Entry {
    fn hash(&self) -> Result<[u8; 32], &'static str> {
        match (&self.sha256, &self.token) {
            (Some(hex), None) => from_hex(hex)
                .ok_or("sha256 must be 64 hexadecimal digits (`printf %s TOKEN | sha256sum`)"),
            (None, Some(token)) if token.len() >= 8 => Ok(Sha256::digest(token.as_bytes()).into()),
            (None, Some(_)) => Err("it is too short: use at least 8 characters, better 32"),
            _ => Err("give either sha256 or token"),
        }
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::Access;

    #[test]
    fn a_token_is_known_by_its_hash_or_in_plain_text() {
        let tokens = Tokens::parse(
            r#"
            [[token]]
            name = "Lan"
            sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            roles = ["land-officer", "editor"]
            [[token]]
            name = "Minh"
            token = "a-longer-secret"
            roles = ["officer"]
            "#,
        )
        .unwrap();
        // The hash is of the word "test" (FIPS 180 test tools print it so).
        let lan = tokens.viewer("test").unwrap();
        assert!(lan.may_write && lan.sees(Access::Personal));
        assert!(!tokens.viewer("a-longer-secret").unwrap().may_write);
        assert!(tokens.viewer("guess").is_none());
    }

    #[test]
    fn a_broken_file_is_refused_without_repeating_the_token() {
        for (text, expected) in [
            ("[[token]]\nname = \"A\"\ntoken = \"secret-secret\"\nrole = [\"admin\"]", "line 4"),
            ("[[token]]\nname = \"A\"\ntoken = \"short\"\nroles = []", "too short"),
            ("[[token]]\nname = \"A\"\nroles = []", "either sha256 or token"),
            ("[[token]]\nname = \"A\"\nsha256 = \"zz\"\nroles = []", "64 hexadecimal"),
            ("[[token]]\nname = \"A\"\ntoken = \"secret-secret\"\nroles = [\"king\"]", "king"),
            (
                "[[token]]\nname = \"A\"\ntoken = \"secret-secret\"\nroles = [\"device\"]\ndatastreams = [0]",
                "greater than 0",
            ),
        ] {
            let message = Tokens::parse(text).unwrap_err();
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn a_folder_without_the_file_has_no_tokens() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Tokens::load(dir.path()).unwrap().is_none());
    }
}
