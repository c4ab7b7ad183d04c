//! What an import did: read, repaired, dropped and why, feature by feature up to a limit.

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

use city::Title;
use serde::{Deserialize, Serialize};

use crate::repair::{Repair, Unusable};

/// Features that a report lists at most, unless told otherwise.
pub const LIMIT: usize = 1000;

/// The report of one import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Layer that was made.
    pub layer: String,
    /// Role that it plays.
    pub role: String,
    /// The source: file name and layer inside.
    pub source: String,
    /// What read it.
    pub driver: String,
    /// System of the source's coordinates, and how it became known.
    pub source_crs: String,
    /// Features, or cells, that the source holds.
    pub read: u64,
    /// Features, or cells with a value, that were published.
    pub published: u64,
    /// Features by what was done to them; one feature may stand in several rows.
    pub repaired: BTreeMap<Repair, u64>,
    /// Features that were left out, by reason.
    pub dropped: BTreeMap<Dropped, u64>,
    /// Role attribute → column.
    pub columns: BTreeMap<String, String>,
    /// What else people must know, in Vietnamese and in English.
    pub notes: Vec<Title>,
    /// Features that were changed or left out, in the source's order, up to a limit.
    pub features: Vec<Entry>,
    /// Features that the limit kept out of the list.
    pub not_listed: u64,
    #[serde(skip, default = "default_limit")]
    limit: usize,
}

/// Why a feature was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dropped {
    /// There is no geometry.
    Missing,
    /// The geometry has no points.
    Empty,
    /// No point is a number.
    NotANumber,
    /// It lies outside of the world or of its system.
    OutsideTheWorld,
    /// It has neither length nor area.
    NoExtent,
    /// It is of another kind than the role's features.
    OtherKind,
    /// Its encoding or its type can't be read.
    Unreadable,
    /// The template, the tags or `--where` leave it out.
    NotAsked,
}

impl From<Unusable> for Dropped {
    fn from(reason: Unusable) -> Self {
        match reason {
            Unusable::Missing => Self::Missing,
            Unusable::Empty => Self::Empty,
            Unusable::NotANumber => Self::NotANumber,
            Unusable::OutsideTheWorld => Self::OutsideTheWorld,
            Unusable::NoExtent => Self::NoExtent,
            Unusable::OtherKind => Self::OtherKind,
            Unusable::Unreadable => Self::Unreadable,
        }
    }
}

/// One feature of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Identifier, as the source has it.
    pub feature: String,
    /// What was done to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repaired: Vec<Repair>,
    /// Why it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
    /// Where it is: longitude, latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
}

impl Report {
    /// A report without entries, which lists so many features at most.
    pub fn new(layer: &str, role: &str, limit: usize) -> Self {
        Self {
            layer: layer.into(),
            role: role.into(),
            source: String::new(),
            driver: String::new(),
            source_crs: String::new(),
            read: 0,
            published: 0,
            repaired: BTreeMap::new(),
            dropped: BTreeMap::new(),
            columns: BTreeMap::new(),
            notes: Vec::new(),
            features: Vec::new(),
            not_listed: 0,
            limit,
        }
    }

    /// Counts what was done to a feature, and lists it when its shape changed.
    pub fn repaired(
        &mut self,
        feature: &impl fmt::Display,
        repairs: impl IntoIterator<Item = Repair>,
        at: Option<[f64; 2]>,
    ) {
        let mut listed = Vec::new();
        for repair in repairs {
            *self.repaired.entry(repair).or_default() += 1;
            if !repair.is_cosmetic() {
                listed.push(repair);
            }
        }
        if !listed.is_empty() {
            let feature = feature.to_string();
            self.list(Entry { feature, repaired: listed, dropped: None, at });
        }
    }

    /// Counts a feature that was left out, and lists it unless nobody asked for it.
    pub fn dropped(&mut self, feature: &impl fmt::Display, reason: impl Into<Dropped>) {
        let reason = reason.into();
        *self.dropped.entry(reason).or_default() += 1;
        if reason != Dropped::NotAsked {
            let feature = feature.to_string();
            self.list(Entry { feature, repaired: vec![], dropped: Some(reason), at: None });
        }
    }

    /// Adds something that people must know; the same is said once.
    pub fn note(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        let note = Title::new(vi, en);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// How many features were left out.
    pub fn dropped_count(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Writes the report as JSON. A crash leaves the old file or the new one.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    /// The last step of a lineage: counts, in one line.
    pub fn lineage(&self) -> String {
        let mut steps = vec![format!("read {} with {}", self.read, self.driver)];
        steps.extend(self.repaired.iter().map(|(r, n)| format!("{}: {n}", title_of(r).en)));
        steps.extend(self.dropped.iter().map(|(d, n)| format!("left out, {}: {n}", d.title().en)));
        steps.push(format!("published {}", self.published));
        steps.join("; ")
    }

    fn list(&mut self, entry: Entry) {
        if self.features.len() < self.limit {
            self.features.push(entry);
        } else {
            self.not_listed += 1;
        }
    }
}

impl fmt::Display for Report {
    /// For people: Vietnamese first, English second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Lớp / layer: {} ({}) ← {}", self.layer, self.role, self.source)?;
        writeln!(f, "Hệ tọa độ nguồn / source CRS: {}", self.source_crs)?;
        let (read, published) = (self.read, self.published);
        writeln!(f, "Đã đọc / read: {read} · đã công bố / published: {published}")?;
        for (repair, count) in &self.repaired {
            let Title { vi, en } = title_of(repair);
            writeln!(f, "  sửa / repaired: {count} × {vi} / {en}")?;
        }
        for (reason, count) in &self.dropped {
            let Title { vi, en } = reason.title();
            writeln!(f, "  bỏ / left out: {count} × {vi} / {en}")?;
        }
        if !self.columns.is_empty() {
            let pairs = self.columns.iter().map(|(a, c)| format!("{a} ← {c}"));
            let pairs = pairs.collect::<Vec<_>>().join(", ");
            writeln!(f, "Cột / columns: {pairs}")?;
        }
        for note in &self.notes {
            writeln!(f, "Lưu ý / note: {}\n              {}", note.vi, note.en)?;
        }
        Ok(())
    }
}

/// A repair in words.
fn title_of(repair: &Repair) -> Title {
    match repair {
        Repair::Crossing => {
            Title::new("vòng tự cắt hoặc chồng nhau", "rings crossed or overlapped")
        }
        Repair::NotANumber => {
            Title::new("có tọa độ không phải là số", "points that are no numbers")
        }
        Repair::EmptyPart => Title::new("có phần không có kích thước", "parts without extent"),
        Repair::OtherKind => Title::new("có phần khác loại hình học", "parts of another kind"),
        Repair::Closed => Title::new("đường khép kín thành vùng", "closed line made a polygon"),
        Repair::InnerPoint => {
            Title::new("vùng thay bằng điểm bên trong", "area made an inner point")
        }
        Repair::DuplicatePoint => Title::new("có điểm lặp lại", "repeated points"),
        Repair::Winding => Title::new("vòng ngược chiều", "rings wound the wrong way"),
        Repair::Heights => Title::new("bỏ cao độ của điểm", "heights of points left out"),
    }
}

impl Dropped {
    /// The reason in words.
    pub fn title(self) -> Title {
        match self {
            Self::Missing => Title::new("không có hình học", "no geometry"),
            Self::Empty => Title::new("hình học rỗng", "empty geometry"),
            Self::NotANumber => Title::new("tọa độ không phải là số", "coordinates are no numbers"),
            Self::OutsideTheWorld => Title::new("nằm ngoài hệ tọa độ", "outside of its system"),
            Self::NoExtent => Title::new("không có chiều dài, diện tích", "no length or area"),
            Self::OtherKind => Title::new("khác loại hình học của lớp", "another kind of geometry"),
            Self::Unreadable => Title::new("không đọc được hình học", "unreadable geometry"),
            Self::NotAsked => Title::new("không thuộc lớp này", "not part of this layer"),
        }
    }
}

fn default_limit() -> usize {
    LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_everything_and_lists_up_to_its_limit() {
        let mut report = Report::new("houses", "buildings", 2);
        for fid in 0..4 {
            report.repaired(&fid, [Repair::Winding], None);
        }
        report.repaired(&4, [Repair::Crossing, Repair::Winding], Some([108.0, 15.0]));
        report.dropped(&5, Unusable::NoExtent);
        report.dropped(&6, Unusable::Missing);
        report.dropped(&7, Dropped::NotAsked);
        assert_eq!(report.repaired[&Repair::Winding], 5);
        assert_eq!((report.features.len(), report.not_listed), (2, 1));
        assert_eq!(report.dropped_count(), 3);
    }

    #[test]
    fn a_report_survives_writing_and_is_read_by_people_in_two_languages() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reports/houses.json");
        let mut report = Report::new("houses", "buildings", LIMIT);
        report.dropped(&5, Unusable::NoExtent);
        report.note("chú ý", "mind");
        report.write(&path).unwrap();
        let read: Report = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(read, report);
        let text = report.to_string();
        assert!(text.contains("không có chiều dài") && text.contains("no length"), "{text}");
    }
}
