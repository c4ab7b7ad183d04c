//! Floods of the past: how high stations stood, and who says so.

use std::path::Path;

use city::{Instant, Title};
use serde::{Deserialize, Serialize};

use super::Level;

/// Those that are known without a province's own.
const KNOWN: &str = include_str!("../../../../assets/floods/past.toml");
/// Name of a data folder's own.
const FILE: &str = "past-floods.toml";

/// Why floods of the past cannot be read: the file, and what is wrong in it.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {why}")]
pub struct PastError {
    file: String,
    why: String,
}

/// Floods of the past, the earliest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// The floods.
    #[serde(default, rename = "flood")]
    pub floods: Vec<Flood>,
}

/// A flood of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flood {
    /// Its year and month, and what tells it from others of that month.
    pub id: String,
    /// What people call it.
    pub title: Title,
    /// Peaks at stations.
    pub peaks: Vec<Peak>,
}

/// The peak of a flood at a station, or the greatest release of a reservoir.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peak {
    /// What people call the station.
    pub station: String,
    /// Its level, m in the station's datum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_m: Option<f64>,
    /// Its discharge, m³/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discharge_m3_s: Option<f64>,
    /// When it stood so high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// Who says so.
    pub source: String,
}

impl Past {
    /// Those that are known without a province's own.
    ///
    /// # Errors
    /// [`PastError`], which a test holds off.
    pub fn built_in() -> Result<Self, PastError> {
        parse(KNOWN, "assets/floods/past.toml")
    }

    /// Those of a data folder, besides those that are known.
    ///
    /// # Errors
    /// [`PastError`].
    pub fn read(data: &Path) -> Result<Self, PastError> {
        let mut past = Self::built_in()?;
        match std::fs::read_to_string(data.join(FILE)) {
            Ok(text) => past.add(parse(&text, FILE)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(PastError { file: FILE.into(), why: error.to_string() }),
        }
        Ok(past)
    }

    /// Adds floods; a peak replaces that of the same flood and station.
    fn add(&mut self, own: Self) {
        for flood in own.floods {
            let Some(known) = self.floods.iter_mut().find(|it| it.id == flood.id) else {
                self.floods.push(flood);
                continue;
            };
            known.title = flood.title;
            for peak in flood.peaks {
                known.peaks.retain(|it| it.station != peak.station);
                known.peaks.push(peak);
            }
        }
        self.floods.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// The peaks at a station, as levels of a recipe.
    pub(super) fn of(&self, station: &str) -> Vec<Level> {
        let peaks =
            self.floods.iter().flat_map(|flood| flood.peaks.iter().map(move |it| (flood, it)));
        let own = peaks.filter(|(_, peak)| peak.station == station);
        own.map(|(flood, peak)| Level {
            level_m: peak.level_m,
            discharge_m3_s: peak.discharge_m3_s,
            name: Some(flood.title.clone()),
        })
        .collect()
    }
}

fn parse(text: &str, file: &str) -> Result<Past, PastError> {
    let wrong = |why: String| PastError { file: file.into(), why };
    let past: Past = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    for flood in &past.floods {
        for peak in &flood.peaks {
            let is_told = peak.level_m.is_some() != peak.discharge_m3_s.is_some();
            if !is_told || peak.source.trim().is_empty() {
                return Err(wrong(format!(
                    "flood {}, station {}: give level_m or discharge_m3_s, and the source",
                    flood.id, peak.station
                )));
            }
        }
    }
    Ok(past)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_adds_its_own_floods_and_replaces_peaks_that_it_knows_better() {
        let dir = tempfile::tempdir().unwrap();
        let known = Past::read(dir.path()).unwrap();
        assert_eq!(known, Past::built_in().unwrap());
        let own = r#"
            [[flood]]
            id = "1999-11"
            title = { vi = "Lũ tháng 11/1999", en = "Flood of November 1999" }
            peaks = [{ station = "Tam Kỳ", level_m = 3.0, source = "vết lũ" }]
            [[flood]]
            id = "2025-10"
            title = { vi = "Lũ tháng 10/2025", en = "Flood of October 2025" }
            peaks = [{ station = "Tam Kỳ", level_m = 2.9, source = "niên giám" }]
        "#;
        std::fs::write(dir.path().join(FILE), own).unwrap();
        let past = Past::read(dir.path()).unwrap();
        let told: Vec<_> = past.of("Tam Kỳ").iter().map(|it| it.level_m).collect();
        assert_eq!(told, [Some(3.0), Some(2.9)]);
        assert_eq!(past.of("Câu Lâu").len(), known.of("Câu Lâu").len());
    }

    #[test]
    fn a_peak_without_source_or_value_is_refused_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let own = r#"
            [[flood]]
            id = "1999-11"
            title = { vi = "a", en = "b" }
            peaks = [{ station = "Tam Kỳ", source = "vết lũ" }]
        "#;
        std::fs::write(dir.path().join(FILE), own).unwrap();
        let why = Past::read(dir.path()).unwrap_err().to_string();
        assert!(why.contains("1999-11") && why.contains("Tam Kỳ"), "{why}");
    }
}
