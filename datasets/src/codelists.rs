//! Code lists: the built-in ones of `assets/codelists`, and a data folder's own.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use city::codelist::CodeList;

/// Where a data folder keeps its own lists.
pub const FOLDER: &str = "codelists";

macro_rules! built_in {
    ($($id:literal)*) => {
        const BUILT_IN: &[(&str, &str)] = &[
            $(($id, include_str!(concat!("../../assets/codelists/", $id, ".toml")))),*
        ];
    };
}

built_in! {
    "asset-status" "building-use" "communes" "conduit-shape" "corridor-kind" "facility-kind"
    "land-cover" "land-use" "light-distribution" "luminaire-kind" "manhole-kind" "pipe-material" "plan-level"
    "plan-status" "planning-function" "road-class" "roof-form" "station-kind" "water-kind"
}

/// Why code lists could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodeListError {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or the folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is no code list.
    #[error("{} is no code list: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, key and what was expected.
        message: String,
    },
}

/// Code lists by their identifiers.
///
/// ```
/// let lists = datasets::codelists::CodeLists::built_in()?;
/// let at = "2026-01-01T00:00:00Z".parse()?;
/// let rice = lists.get("land-use").and_then(|list| list.at("LUC", at));
/// assert_eq!(rice.map(|code| code.title.vi.as_str()), Some("Đất chuyên trồng lúa nước"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeLists {
    lists: BTreeMap<String, CodeList>,
}

impl CodeLists {
    /// The lists that come with the program.
    ///
    /// # Errors
    /// [`CodeListError::Invalid`], which a test rules out.
    pub fn built_in() -> Result<Self, CodeListError> {
        let mut all = Self::default();
        for (id, text) in BUILT_IN {
            let path = PathBuf::from(format!("assets/codelists/{id}.toml"));
            all.add(parse(text, &path)?);
        }
        Ok(all)
    }

    /// The built-in lists, extended by those in a data folder's `codelists/*.toml`.
    ///
    /// A folder's list extends the built-in one of its id: its rows stand in the place of all rows
    /// with the same code, and rows of new codes follow. Its title and dates hold.
    ///
    /// # Errors
    /// [`CodeListError`], naming file, line and key.
    pub fn load(dir: &Path) -> Result<Self, CodeListError> {
        let mut all = Self::built_in()?;
        for path in files(&dir.join(FOLDER))? {
            let text = fs::read_to_string(&path)
                .map_err(|source| CodeListError::Read { path: path.clone(), source })?;
            all.add(parse(&text, &path)?);
        }
        Ok(all)
    }

    /// A list by its identifier.
    pub fn get(&self, id: &str) -> Option<&CodeList> {
        self.lists.get(id)
    }

    /// Every list, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &CodeList> {
        self.lists.values()
    }

    fn add(&mut self, mut list: CodeList) {
        let Some(old) = self.lists.remove(&list.id) else {
            self.lists.insert(list.id.clone(), list);
            return;
        };
        let mut codes = old.codes;
        codes.retain(|row| list.codes.iter().all(|own| own.code != row.code));
        codes.append(&mut list.codes);
        let source = format!("{}; {}", list.source, old.source);
        self.lists.insert(list.id.clone(), CodeList { codes, source, ..list });
    }
}

/// The list's files in the order of their names; none when there is no such folder.
fn files(dir: &Path) -> Result<Vec<PathBuf>, CodeListError> {
    let failed = |source| CodeListError::Read { path: dir.to_owned(), source };
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn parse(text: &str, path: &Path) -> Result<CodeList, CodeListError> {
    let invalid = |message| CodeListError::Invalid { path: path.to_owned(), message };
    let list: CodeList = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
    if path.file_stem().is_none_or(|stem| stem != list.id.as_str()) {
        return Err(invalid(format!("its id is '{}': a list's file is named by its id", list.id)));
    }
    match overlap(&list) {
        Some(code) => Err(invalid(format!("code '{code}' stands there twice for the same days"))),
        None => Ok(list),
    }
}

/// A code that two rows give at one time.
fn overlap(list: &CodeList) -> Option<&str> {
    let mut rows: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for row in &list.codes {
        let time = list.valid_time(row);
        let times = rows.entry(&row.code).or_default();
        if times.iter().any(|other: &city::Interval| other.intersects(&time)) {
            return Some(&row.code);
        }
        times.push(time);
    }
    None
}

#[cfg(test)]
mod tests {
    use city::Role;

    use super::*;

    fn at(day: &str) -> city::Instant {
        format!("{day}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn every_list_that_a_role_names_is_built_in() {
        let lists = CodeLists::built_in().unwrap();
        for role in Role::ALL {
            for id in role.attributes().iter().filter_map(|attribute| attribute.code_list) {
                assert!(lists.get(id).is_some_and(|list| !list.codes.is_empty()), "{id}");
            }
        }
    }

    #[test]
    fn parents_stand_in_their_list_and_colours_are_colours() {
        for list in CodeLists::built_in().unwrap().iter() {
            assert!(!list.source.is_empty() && !list.title.vi.is_empty(), "{}", list.id);
            for row in &list.codes {
                let there = |parent: &String| list.codes.iter().any(|other| other.code == *parent);
                assert!(row.parent.as_ref().is_none_or(there), "{} {}", list.id, row.code);
                assert!(!row.title.vi.is_empty() && !row.title.en.is_empty(), "{}", row.code);
                let is_colour = |c: &String| {
                    c.len() == 7 && c.starts_with('#') && u32::from_str_radix(&c[1..], 16).is_ok()
                };
                assert!(row.colour.as_ref().is_none_or(is_colour), "{} {}", list.id, row.code);
            }
        }
    }

    /// Colours as the project's reference has them (`vietnam.md`, "Land").
    #[test]
    fn land_use_has_the_colours_of_the_map() {
        let lists = CodeLists::built_in().unwrap();
        let list = lists.get("land-use").unwrap();
        let colours = [
            ("ODT", "#FFA0FF"),
            ("ONT", "#FFD0FF"),
            ("LUA", "#FFFC82"),
            ("LUC", "#FFFC8C"),
            ("CLN", "#FFD2A0"),
            ("RSX", "#B4FFB4"),
            ("RPH", "#BEFF1E"),
            ("RDD", "#6EFF64"),
            ("NTS", "#AAFFFF"),
            ("DGT", "#FFAA32"),
            ("SKK", "#FAAAA0"),
            ("NTD", "#D2D2D2"),
        ];
        for (code, colour) in colours {
            let row = list.at(code, at("2025-01-01")).unwrap();
            assert_eq!(row.colour.as_deref(), Some(colour), "{code}");
        }
        assert!(list.at("BHK", at("2020-01-01")).is_some());
        assert!(list.at("BHK", at("2025-01-01")).is_none(), "merged into HNK");
        assert!(list.at("DCT", at("2020-01-01")).is_none(), "new with the 2024 Land Law");
    }

    #[test]
    fn communes_are_those_of_two_tiers() {
        let lists = CodeLists::built_in().unwrap();
        let list = lists.get("communes").unwrap();
        let under = |province: &str| {
            list.codes.iter().filter(|row| row.parent.as_deref() == Some(province)).count()
        };
        // `vietnam.md`, "Administrative units": Đà Nẵng 94, Quảng Ngãi 96, Lâm Đồng 124.
        assert_eq!([under("48"), under("51"), under("68")], [94, 96, 124]);
        assert_eq!(list.codes.iter().filter(|row| row.parent.is_none()).count(), 34);
        assert_eq!(list.at("20341", at("2026-01-01")).unwrap().title.vi, "Phường Tam Kỳ");
        assert!(list.at("20341", at("2025-06-01")).is_none());
    }

    #[test]
    fn a_folder_extends_a_list_and_adds_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join(FOLDER);
        fs::create_dir(&own).unwrap();
        let write = |name: &str, codes: &str| {
            let head = "title = { vi = \"a\", en = \"a\" }\nsource = \"Sở\"\n";
            let text = format!("id = \"{name}\"\n{head}codes = [{codes}]\n");
            fs::write(own.join(format!("{name}.toml")), text).unwrap();
        };
        write("roof-form", r#"{ code = "flat", title = { vi = "Bằng", en = "Level" } }"#);
        write("wells", r#"{ code = "dug", title = { vi = "Đào", en = "Dug" } }"#);
        let lists = CodeLists::load(dir.path()).unwrap();
        let roofs = lists.get("roof-form").unwrap();
        assert_eq!(roofs.at("flat", at("2026-01-01")).unwrap().title.vi, "Bằng");
        assert!(roofs.at("gable", at("2026-01-01")).is_some());
        assert!(lists.get("wells").is_some());

        fs::write(own.join("bad.toml"), "id = 3\n").unwrap();
        let error = CodeLists::load(dir.path()).unwrap_err().to_string();
        assert!(error.contains("bad.toml") && error.contains("line 1"), "{error}");
    }
}
