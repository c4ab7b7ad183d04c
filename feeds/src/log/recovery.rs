//! Finding what is on the disk, with a report.

use std::{path::Path, sync::Arc, time::Duration};

use super::{LogError, Segment, segment::SegmentWriter};
use crate::{
    clock::day_of,
    model::Seq,
    sqlite::{failed, open_reader, size_of_file, wal_of},
};

/// No row takes fewer bytes than this; it bounds how many an unreadable file may hold.
const LEAST_ROW_BYTES: u64 = 12;

/// What was found when a log was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Every file, the oldest first.
    pub segments: Vec<SegmentReport>,
    /// The number of the last entry.
    pub last_seq: Seq,
    /// Dead letters kept.
    pub letters: u64,
    /// How long it took.
    pub took: Duration,
}

impl RecoveryReport {
    /// Files that cannot be read.
    pub fn unreadable(&self) -> impl Iterator<Item = &SegmentReport> {
        self.segments.iter().filter(|segment| segment.trouble.is_some())
    }
}

/// What was found of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentReport {
    /// Its name.
    pub name: String,
    /// Its first and last number.
    pub seqs: (Seq, Seq),
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of the write-ahead log that was found beside it: the last shutdown was no orderly one
    /// when there are any.
    pub wal_bytes: u64,
    /// Bytes of it that were brought into the file.
    pub recovered_bytes: u64,
    /// Bytes of it that were not: an unfinished commit, or what an earlier checkpoint left behind.
    pub cut_bytes: u64,
    /// Why it is left out, if so.
    pub trouble: Option<String>,
}

/// Opens every file of a folder; unreadable ones are reported and left out.
pub(super) fn find(dir: &Path) -> Result<(Vec<Arc<Segment>>, Vec<SegmentReport>), LogError> {
    let failed = |source| LogError::Io { action: "list", path: dir.to_owned(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string().ok());
    }
    let parsed = names.iter().filter_map(|name| parse_name(name));
    let mut segments: Vec<_> = parsed.map(|(day, first)| Segment::new(dir, day, first)).collect();
    segments.sort_by_key(|segment| segment.first_seq);
    let reports = segments.iter().map(examine).collect();
    // Numbers of the files before are bounded by those that came after.
    if let Some(newest) = segments.last().filter(|newest| newest.trouble().is_some()) {
        let bytes = size_of_file(&newest.path) + size_of_file(&wal_of(&newest.path));
        newest.reserve(bytes, LEAST_ROW_BYTES);
    }
    Ok((segments.into_iter().map(Arc::new).collect(), reports))
}

/// The day and the first number in a name such as `2026-11-21-000000000000001.sqlite`.
fn parse_name(name: &str) -> Option<(i64, Seq)> {
    let (date, seq) = name.strip_suffix(".sqlite")?.split_at_checked(10)?;
    let day = day_of(city::Instant::at_start_of(city::time::parse_date(date).ok()?));
    let seq = seq.strip_prefix('-')?;
    let is_number = seq.len() >= 15 && seq.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| seq.parse().ok()).flatten().map(|seq| (day, Seq::new(seq)))
}

fn examine(segment: &Segment) -> SegmentReport {
    let wal_bytes = size_of_file(&wal_of(&segment.path));
    let is_unfinished = wal_bytes > 0 || size_of_file(&segment.path) == 0;
    let measured = if is_unfinished {
        SegmentWriter::recover(segment)
    } else {
        let measure = |connection| segment.measure(&connection).map_err(failed(&segment.path));
        open_reader(&segment.path).and_then(measure).map(|()| 0)
    };
    let trouble = measured.as_ref().err().map(ToString::to_string);
    if let Some(why) = &trouble {
        segment.mark_unreadable(why.clone());
    }
    let recovered_bytes = measured.unwrap_or(0);
    SegmentReport {
        name: segment.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        seqs: (segment.first_seq, segment.last_seq()),
        bytes: size_of_file(&segment.path),
        wal_bytes,
        recovered_bytes,
        cut_bytes: wal_bytes.saturating_sub(recovered_bytes),
        trouble,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_day_and_the_first_number() {
        let dir = Path::new("log");
        let segment = Segment::new(dir, 20_778, Seq::new(42));
        let name = segment.path.file_name().unwrap().to_str().unwrap();
        assert_eq!(name, "2026-11-21-000000000000042.sqlite");
        assert_eq!(parse_name(name), Some((20_778, Seq::new(42))));
        for foreign in ["dead-letters.sqlite", "2026-11-21-42.sqlite", "2026-11-21.sqlite", "đ"] {
            assert_eq!(parse_name(foreign), None, "{foreign}");
        }
    }
}
