//! Who hands reports out: `report.toml` of the data folder.

use std::path::Path;

use city::Instant;
use serde::Deserialize;

use crate::report::document::Letterhead;

/// Name of the file.
pub const FILE: &str = "report.toml";

/// Who hands reports out. What the file leaves out, or all of it where there is no file, is left
/// blank to be written by hand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct House {
    /// The organ above.
    pub superior: Option<String>,
    /// The organ.
    pub organ: String,
    /// The symbol of its reports, such as `BC-UBND`.
    pub symbol: String,
    /// Its seat.
    pub place: String,
    /// Authority and title of who signs, a line each.
    pub capacity: Vec<String>,
    /// Who gets reports; where nobody is named, whom the form of the document names.
    pub recipients: Vec<String>,
}

impl Default for House {
    fn default() -> Self {
        Self {
            superior: None,
            organ: "……………………".into(),
            symbol: "BC-……".into(),
            place: "……………".into(),
            capacity: vec!["NGƯỜI LẬP".into()],
            recipients: Vec::new(),
        }
    }
}

impl House {
    /// Reads the file of a data folder.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(data: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(data.join(FILE)) {
            Ok(text) => toml::from_str(&text).map_err(|error| format!("{FILE}: {error}")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{FILE}: {error}")),
        }
    }

    pub(super) fn letterhead(&self, now: Instant) -> Letterhead {
        let mut letterhead =
            Letterhead::new(self.organ.as_str(), self.symbol.as_str(), self.place.as_str());
        letterhead.superior.clone_from(&self.superior);
        letterhead.date = Some(now.local_date());
        letterhead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_file_leaves_blanks_and_a_wrong_one_is_told_of() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(House::read(dir.path()).unwrap(), House::default());
        std::fs::write(dir.path().join(FILE), "organ = \"UBND phường Bàn Thạch\"").unwrap();
        let house = House::read(dir.path()).unwrap();
        assert_eq!(
            (house.organ.as_str(), house.symbol.as_str()),
            ("UBND phường Bàn Thạch", "BC-……")
        );
        std::fs::write(dir.path().join(FILE), "colour = \"blue\"").unwrap();
        let why = House::read(dir.path()).unwrap_err();
        assert!(why.contains("report.toml") && why.contains("colour"), "{why}");
    }
}
