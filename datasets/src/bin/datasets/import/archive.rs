//! Files that came packed, and files that are more than they seem.
//!
//! An archive is unpacked into the staging folder, within bounds: so many entries, so many bytes, not much more
//! than was sent. Every entry stays below that folder. What only refers to other files is refused.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

use city::Title;
use zip::ZipArchive;

use super::error::ImportError;

/// Entries of an archive at most.
const ENTRIES: usize = 2000;
/// Bytes of an archive's files together.
const TOTAL: u64 = 4 << 30;
/// How much greater its files may be than the archive, once they are greater than [`FREE`].
const RATIO: u64 = 200;
/// Bytes that an archive may hold whatever its own size is.
const FREE: u64 = 32 << 20;
/// Bytes at the beginning of a file that are looked at.
const HEAD: u64 = 64 << 10;
/// What files are called that can be read, the preferred one first.
const READABLE: &[&str] = &[
    "gpkg", "shp", "fgb", "geojson", "json", "geojsonl", "gml", "kml", "dxf", "dgn", "tab", "mif",
    "gpx", "csv", "xlsx", "ods", "osm", "pbf", "tif", "tiff", "asc",
];
/// How files begin that only refer to others, as GDAL reads them.
const REFERENCES: &[&str] = &[
    "<ogrvrt",
    "<vrtdataset",
    "<gdal_wms",
    "<gdal_wmts",
    "<gdaltileindex",
    "<wms_capabilities",
    "<wmt_ms_capabilities",
    "<wfs_capabilities",
    "<ogrwfsdatasource",
    "<gdalwmts",
    "<!entity",
    "\"type\":\"gdal",
];

/// The file to read for what was given: out of an archive where it is one, else itself (`None`).
///
/// # Errors
/// [`ImportError::Refused`], before anything but archives and beginnings of files was read.
pub(super) fn opened(
    source: &Path,
    scratch: &Path,
    member: Option<&str>,
) -> Result<Option<PathBuf>, ImportError> {
    if !source.is_file() {
        return Ok(None);
    }
    if !is_zip(source)? {
        refuse_references(source)?;
        return Ok(None);
    }
    match extension(source).as_str() {
        // A workbook is an archive to GDAL: measured, not unpacked.
        "xlsx" | "ods" => Unpacking::of(source, None)?.run().map(|_| None),
        _ => {
            let folder = scratch.join("unpacked");
            fs::create_dir(&folder).map_err(io_error("make", &folder))?;
            let files = Unpacking::of(source, Some(&folder))?.run()?;
            files.iter().try_for_each(|file| refuse_references(file))?;
            choose(&folder, &files, member).map(Some)
        }
    }
}

fn is_zip(path: &Path) -> Result<bool, ImportError> {
    let head = head(path)?;
    Ok(head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"))
}

fn head(path: &Path) -> Result<Vec<u8>, ImportError> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(io_error("read", path))?;
    file.take(HEAD).read_to_end(&mut head).map_err(io_error("read", path))?;
    Ok(head)
}

fn refuse_references(path: &Path) -> Result<(), ImportError> {
    let name = name_of(path);
    let text = String::from_utf8_lossy(&head(path)?).to_ascii_lowercase();
    let is_markup = text.trim_start_matches('\u{feff}').trim_start().starts_with(['<', '{']);
    let squeezed: String = text.split_whitespace().collect();
    let refers = is_markup && REFERENCES.iter().any(|mark| squeezed.contains(mark));
    match refers || extension(path) == "vrt" {
        true => Err(refused(
            format!(
                "'{name}' chỉ trỏ tới tệp khác (VRT, dịch vụ mạng, thực thể XML): hãy gửi chính dữ liệu"
            ),
            format!(
                "'{name}' refers to other files (VRT, a network service, XML entities): send the data themselves"
            ),
        )),
        false => Ok(()),
    }
}

/// An archive that is unpacked, or only measured.
struct Unpacking<'a> {
    archive: ZipArchive<File>,
    packed: u64,
    into: Option<&'a Path>,
    unpacked: u64,
}

impl<'a> Unpacking<'a> {
    fn of(source: &Path, into: Option<&'a Path>) -> Result<Self, ImportError> {
        let file = File::open(source).map_err(io_error("read", source))?;
        let packed = file.metadata().map_err(io_error("read", source))?.len();
        let archive = ZipArchive::new(file).map_err(|error| broken(&error))?;
        if archive.len() > ENTRIES {
            return Err(refused(
                format!("tệp nén có {} mục, tối đa {ENTRIES}", archive.len()),
                format!("the archive has {} entries, at most {ENTRIES} are taken", archive.len()),
            ));
        }
        Ok(Self { archive, packed, into, unpacked: 0 })
    }

    fn run(mut self) -> Result<Vec<PathBuf>, ImportError> {
        let mut files = Vec::new();
        for number in 0..self.archive.len() {
            files.extend(self.entry(number)?);
        }
        Ok(files)
    }

    fn entry(&mut self, number: usize) -> Result<Option<PathBuf>, ImportError> {
        let (packed, before) = (self.packed, self.unpacked);
        let mut entry = self.archive.by_index(number).map_err(|error| broken(&error))?;
        let name = entry.name().map_err(|error| broken(&error))?.replace('\\', "/");
        let inner = inside(&name)?;
        if entry.is_symlink() {
            return Err(refused(
                format!("'{}' trong tệp nén là một liên kết", shown(&name)),
                format!("'{}' in the archive is a link", shown(&name)),
            ));
        }
        let is_packed =
            matches!(extension(&inner).as_str(), "zip" | "kmz" | "rar" | "7z" | "tar" | "gz");
        if is_packed && self.into.is_some() {
            return Err(refused(
                format!("tệp nén chứa tệp nén '{}': hãy giải nén trước", shown(&name)),
                format!("the archive holds an archive, '{}': unpack it first", shown(&name)),
            ));
        }
        if entry.is_dir() {
            return Ok(None);
        }
        let target = self.into.map(|into| into.join(&inner));
        let mut out: Box<dyn Write> = match &target {
            None => Box::new(io::sink()),
            Some(path) => {
                let folder = path.parent().unwrap_or(path);
                fs::create_dir_all(folder).map_err(io_error("make", folder))?;
                // An entry that stands twice would hide the first one.
                Box::new(File::create_new(path).map_err(io_error("write", path))?)
            }
        };
        let room = TOTAL.min(packed.saturating_mul(RATIO).max(FREE)).saturating_sub(before);
        // Counted while it is unpacked: what an archive says of its sizes may be a lie.
        let copied = io::copy(&mut (&mut entry).take(room + 1), &mut out);
        let copied = copied.map_err(|error| broken(&error))?;
        if copied > room {
            return Err(bomb(packed));
        }
        self.unpacked = before + copied;
        Ok(target)
    }
}

/// A name in an archive as a path below its folder.
fn inside(name: &str) -> Result<PathBuf, ImportError> {
    let path = PathBuf::from(name);
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let is_good = path.components().all(is_plain)
        && path.components().count() <= 16
        && name.len() <= 500
        && !name.contains([':', '\0'])
        && !name.chars().any(char::is_control);
    match is_good {
        true => Ok(path),
        false => Err(refused(
            format!("tệp nén có mục '{}' nằm ngoài thư mục của nó", shown(name)),
            format!("the archive has an entry '{}' outside of its folder", shown(name)),
        )),
    }
}

/// The one file of an archive that is read.
fn choose(folder: &Path, files: &[PathBuf], member: Option<&str>) -> Result<PathBuf, ImportError> {
    let own =
        |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    // A file geodatabase is a folder.
    let database = files.iter().find_map(|file| {
        let above = file.parent()?;
        (extension(above) == "gdb").then(|| above.to_owned())
    });
    let readable = files.iter().filter(|file| READABLE.contains(&extension(file).as_str()));
    let mut found: Vec<PathBuf> = database.into_iter().chain(readable.cloned()).collect();
    if let Some(member) = member {
        found.retain(|path| own(path) == member);
    }
    found.sort();
    match &found[..] {
        [one] => Ok(one.clone()),
        [] => Err(refused(
            format!("tệp nén không có tệp nào đọc được (cần {})", READABLE.join(", ")),
            format!("the archive holds no file that is read here ({})", READABLE.join(", ")),
        )),
        several => {
            let names: Vec<String> = several.iter().take(20).map(|path| own(path)).collect();
            let names = names.join(", ");
            Err(refused(
                format!("tệp nén có nhiều tệp, hãy chọn một bằng 'member': {names}"),
                format!("the archive holds several files, choose one by 'member': {names}"),
            ))
        }
    }
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

fn name_of(path: &Path) -> String {
    shown(&path.file_name().unwrap_or_default().to_string_lossy())
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn refused(vi: String, en: String) -> ImportError {
    ImportError::Refused(Title { vi, en })
}

fn bomb(packed: u64) -> ImportError {
    refused(
        format!(
            "tệp nén {packed} byte bung ra quá {RATIO} lần hoặc quá {} GiB: không giải nén",
            TOTAL >> 30
        ),
        format!(
            "the archive of {packed} bytes unpacks to more than {RATIO} times that or {} GiB: it is not unpacked",
            TOTAL >> 30
        ),
    )
}

fn broken(error: &dyn std::error::Error) -> ImportError {
    refused(
        format!("tệp nén hỏng hoặc có mật khẩu: {error}"),
        format!("the archive is broken or has a password: {error}"),
    )
}

fn io_error<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> ImportError + 'a {
    move |source| ImportError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_their_folder_are_refused() {
        for name in ["../x.shp", "/etc/passwd", "a/../../b", "C:/x", "a\u{0}b", &"a/".repeat(40)] {
            assert!(inside(name).is_err(), "{name:?}");
        }
        assert_eq!(inside("Thửa đất/thua.shp").unwrap(), PathBuf::from("Thửa đất/thua.shp"));
    }
}
