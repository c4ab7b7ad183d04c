//! Numbers, durations and instants as people write them.

use city::Instant;

/// Vietnamese or English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Vi,
    En,
}

/// Two decimals at most; a comma before them in Vietnamese.
pub(super) fn number(language: Language, value: f64) -> String {
    // Without a negative zero.
    let text = format!("{}", (value * 100.0).round() / 100.0 + 0.0);
    match language {
        Language::Vi => text.replace('.', ","),
        Language::En => text,
    }
}

pub(super) fn duration(language: Language, seconds: f64) -> String {
    let (count, vi, en) = match seconds {
        s if s >= 7200.0 => (s / 3600.0, "giờ", "hours"),
        s if s >= 120.0 => (s / 60.0, "phút", "minutes"),
        s => (s, "giây", "seconds"),
    };
    let unit = if language == Language::Vi { vi } else { en };
    format!("{} {unit}", number(language, count))
}

/// An instant for people, in UTC+7.
pub(super) fn time(language: Language, at: Instant) -> String {
    match language {
        Language::Vi => in_zone(at, "%H:%M ngày %d/%m/%Y"),
        Language::En => in_zone(at, "%H:%M on %d/%m/%Y (UTC+7)"),
    }
}

/// An instant as CAP and RFC 3339 write it, to the second, in UTC+7.
pub(in crate::alerts) fn offset_time(at: Instant) -> String {
    in_zone(at, "%Y-%m-%dT%H:%M:%S+07:00")
}

fn in_zone(at: Instant, format: &str) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(timestamp) => {
            jiff::tz::Offset::constant(7).to_datetime(timestamp).strftime(format).to_string()
        }
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_times_and_durations_are_written_as_people_write_them() {
        assert_eq!(number(Language::Vi, 3.394), "3,39");
        assert_eq!(number(Language::En, -0.001), "0");
        assert_eq!(duration(Language::Vi, 5400.0), "90 phút");
        assert_eq!(duration(Language::En, 21_600.0), "6 hours");
        let at = "2025-10-29T19:00:00Z".parse().unwrap();
        assert_eq!(time(Language::Vi, at), "02:00 ngày 30/10/2025");
        assert_eq!(time(Language::En, at), "02:00 on 30/10/2025 (UTC+7)");
        assert_eq!(offset_time(at), "2025-10-30T02:00:00+07:00");
    }
}
