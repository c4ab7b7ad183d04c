//! The files of a model: those that lie beside it, in a folder or on its server.

#[cfg(not(target_arch = "wasm32"))]
use std::path::{Component, Path, PathBuf};

use base64::Engine;

use super::{Why, limits};
use crate::remote::Client;

/// Where the files of a model lie.
#[derive(Debug, Clone)]
pub enum Shelf {
    /// A folder.
    #[cfg(not(target_arch = "wasm32"))]
    Folder(PathBuf),
    /// A server, and the path of a folder on it that ends with a slash.
    Server(Client, String),
}

impl Shelf {
    /// The shelf and the name of a file or an address on it. A path is one of the system; an address begins with
    /// `http://` or `https://`.
    ///
    /// # Errors
    /// [`Why::Unreadable`] for an address without a host.
    pub fn of(source: &str) -> Result<(Self, String), Why> {
        let unreadable = |what: String| Why::Unreadable { file: source.to_owned(), what };
        if source.starts_with("http://") || source.starts_with("https://") {
            let after = source.find("://").map_or(0, |at| at + 3);
            let slash = source[after..].find('/').map(|at| after + at);
            let slash = slash.ok_or_else(|| unreadable("no path".into()))?;
            let client = Client::new(&source[..slash]).map_err(|it| unreadable(it.to_string()))?;
            let (folder, name) = Self::cut(&source[slash..]);
            return Ok((Self::Server(client, folder), name));
        }
        #[cfg(not(target_arch = "wasm32"))]
        {
            let path = Path::new(source);
            let name = path.file_name().ok_or_else(|| unreadable("no file".into()))?;
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).to_owned();
            Ok((Self::Folder(folder), name.to_string_lossy().into_owned()))
        }
        #[cfg(target_arch = "wasm32")]
        Err(unreadable("http://, https://".into()))
    }

    /// The folder and the name of a path on a server; a question belongs to the name.
    fn cut(path: &str) -> (String, String) {
        let end = path.find('?').unwrap_or(path.len());
        let slash = path[..end].rfind('/').map_or(0, |at| at + 1);
        (path[..slash].to_owned(), path[slash..].to_owned())
    }

    /// A file on the shelf, by what a file beside it calls it: a relative address, or the data themselves.
    ///
    /// # Errors
    /// [`Why::Elsewhere`] for what does not lie beside it, [`Why::Unreadable`], [`Why::TooMuch`].
    pub async fn read(&self, uri: &str) -> Result<Vec<u8>, Why> {
        if let Some(data) = uri.strip_prefix("data:") {
            return unpacked(data);
        }
        match self {
            #[cfg(not(target_arch = "wasm32"))]
            Self::Folder(folder) => read_file(&folder.join(within(uri)?)),
            Self::Server(client, folder) => {
                let path = on_server(client, folder, uri)?;
                let outcome = client.bytes(&path, limits::FILE_BYTES).await;
                outcome
                    .map_err(|error| Why::Unreadable { file: shown(uri), what: error.to_string() })
            }
        }
    }

    /// The model itself, by the name that [`Shelf::of`] gave it.
    ///
    /// # Errors
    /// As [`Shelf::read`].
    pub async fn first(&self, name: &str) -> Result<Vec<u8>, Why> {
        match self {
            #[cfg(not(target_arch = "wasm32"))]
            Self::Folder(folder) => read_file(&folder.join(name)),
            Self::Server(..) => self.read(name).await,
        }
    }

    /// The shelf on which a file of this one lies, and its name there: for what that file names in turn.
    ///
    /// # Errors
    /// [`Why::Elsewhere`].
    pub fn beside(&self, uri: &str) -> Result<(Self, String), Why> {
        match self {
            #[cfg(not(target_arch = "wasm32"))]
            Self::Folder(folder) => {
                let path = within(uri)?;
                let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
                let inner = path.parent().map_or_else(|| folder.clone(), |it| folder.join(it));
                Ok((Self::Folder(inner), name.unwrap_or_default()))
            }
            Self::Server(client, folder) => {
                let (folder, name) = Self::cut(&on_server(client, folder, uri)?);
                Ok((Self::Server(client.clone(), folder), name))
            }
        }
    }
}

fn shown(uri: &str) -> String {
    uri.chars().take(160).collect()
}

/// The path on its server of what a file there names.
fn on_server(client: &Client, folder: &str, uri: &str) -> Result<String, Why> {
    let elsewhere = || Why::Elsewhere { file: shown(uri) };
    if let Some(path) = uri.strip_prefix(client.base())
        && path.starts_with('/')
    {
        return Ok(path.to_owned());
    }
    // Of another server, or another scheme.
    let before_path = &uri[..uri.find(['/', '?', '#']).unwrap_or(uri.len())];
    if uri.starts_with("//") || before_path.contains(':') || uri.contains('\\') {
        return Err(elsewhere());
    }
    let uri = uri.split('#').next().unwrap_or(uri);
    if uri.starts_with('/') {
        return Ok(uri.to_owned());
    }
    let end = uri.find('?').unwrap_or(uri.len());
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in uri[..end].split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or_else(elsewhere)?),
            part => parts.push(part),
        }
    }
    Ok(format!("/{}{}", parts.join("/"), &uri[end..]))
}

/// A path below a folder that a file in it names.
#[cfg(not(target_arch = "wasm32"))]
fn within(uri: &str) -> Result<PathBuf, Why> {
    let elsewhere = || Why::Elsewhere { file: shown(uri) };
    let plain = percent_encoding::percent_decode_str(uri).decode_utf8().map_err(|_| elsewhere())?;
    let path = PathBuf::from(plain.as_ref());
    let is_below =
        path.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    if is_below && !plain.contains([':', '\\', '\0']) { Ok(path) } else { Err(elsewhere()) }
}

#[cfg(not(target_arch = "wasm32"))]
fn read_file(path: &Path) -> Result<Vec<u8>, Why> {
    use std::io::Read;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unreadable = |what: String| Why::Unreadable { file: name.clone(), what };
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = Vec::new();
    let mut file = file.take(limits::FILE_BYTES + 1);
    file.read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    match bytes.len() as u64 > limits::FILE_BYTES {
        true => Err(Why::TooMuch { of: super::trouble::BYTES, most: limits::FILE_BYTES }),
        false => Ok(bytes),
    }
}

/// What stands in a `data:` address (RFC 2397).
fn unpacked(data: &str) -> Result<Vec<u8>, Why> {
    let wrong = |what: &str| Why::Unreadable { file: "data:".into(), what: what.into() };
    let (head, body) = data.split_once(',').ok_or_else(|| wrong("no comma"))?;
    if !head.ends_with(";base64") {
        return Ok(percent_encoding::percent_decode_str(body).collect());
    }
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .map_err(|error| wrong(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use bevy::tasks::block_on;

    use super::*;

    #[test]
    fn files_lie_beside_their_model_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("anh dep")).unwrap();
        std::fs::write(dir.path().join("anh dep/a.png"), b"1").unwrap();
        let source = dir.path().join("model.gltf");
        let (shelf, name) = Shelf::of(source.to_str().unwrap()).unwrap();
        assert_eq!(name, "model.gltf");
        assert_eq!(block_on(shelf.read("anh%20dep/a.png")).unwrap(), b"1");
        for wrong in ["../x", "/etc/passwd", "a/../../x", "C:\\x", "file:///etc/passwd", "%2e%2e/x"]
        {
            assert!(matches!(block_on(shelf.read(wrong)), Err(Why::Elsewhere { .. })), "{wrong}");
        }
        assert!(matches!(block_on(shelf.read("none.bin")), Err(Why::Unreadable { .. })));
        assert_eq!(block_on(shelf.read("data:;base64,AQI=")).unwrap(), [1, 2]);
        assert!(block_on(shelf.read("data:;base64,!")).is_err());
    }

    #[test]
    fn addresses_are_followed_on_their_own_server_alone() {
        let (shelf, name) = Shelf::of("http://127.0.0.1:1/3dtiles/tileset.json?geoid=3").unwrap();
        assert_eq!(name, "tileset.json?geoid=3");
        let Shelf::Server(client, folder) = &shelf else { panic!("a server") };
        let path = |uri: &str| on_server(client, folder, uri);
        assert_eq!(path("../collections/a/0.glb").unwrap(), "/collections/a/0.glb");
        assert_eq!(path("/x/y.glb?v=1").unwrap(), "/x/y.glb?v=1");
        assert_eq!(path("http://127.0.0.1:1/z").unwrap(), "/z");
        for wrong in ["http://other/z", "//other/z", "file:///x", "../../../x"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }
}
