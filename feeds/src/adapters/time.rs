//! Times as payloads write them.

use city::Instant;
use jiff::{
    Timestamp,
    civil::DateTime,
    fmt::strtime,
    tz::{Offset, TimeZone},
};
use serde::Deserialize;
use serde_json::Value;

/// The zone of times that name none: a fixed distance from UTC. Việt Nam has had no summer time since
/// 1975, and devices that are told a zone by name are told this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone(Offset);

impl Default for Zone {
    /// Asia/Ho_Chi_Minh, UTC+7.
    fn default() -> Self {
        Self(Offset::constant(7))
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    /// Reads `Asia/Ho_Chi_Minh`, `UTC` or an offset such as `+05:30`.
    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "Asia/Ho_Chi_Minh" => return Ok(Self::default()),
            "UTC" | "Z" => return Ok(Self(Offset::UTC)),
            _ => {}
        }
        let read = || {
            let (sign, rest) = match text.split_at_checked(1)? {
                ("+", rest) => (1, rest),
                ("-", rest) => (-1, rest),
                _ => return None,
            };
            let (hours, minutes) = rest.split_once(':')?;
            let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
            let is_sound = (0..=14).contains(&hours) && (0..60).contains(&minutes);
            Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().filter(|_| is_sound)
        };
        let problem = "is no zone: write Asia/Ho_Chi_Minh, UTC or an offset such as +07:00";
        read().map(Self).ok_or_else(|| format!("{text:?} {problem}"))
    }
}

impl Zone {
    fn instant(self, at: DateTime) -> Option<Instant> {
        self.0.to_timestamp(at).ok().map(instant)
    }

    /// The civil time of an instant, in a pattern of `strftime`.
    pub(crate) fn format(self, at: Instant, pattern: &str) -> Result<String, String> {
        let at = Timestamp::from_microsecond(at.as_micros()).map_err(|why| why.to_string())?;
        let zoned = at.to_zoned(TimeZone::fixed(self.0));
        strtime::format(pattern, &zoned).map_err(|why| why.to_string())
    }
}

/// How a payload writes times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum TimeFormat {
    /// RFC 3339, or ISO 8601 without a zone: then the adapter's zone holds.
    #[default]
    Iso,
    /// Seconds since 1970 in UTC.
    UnixSeconds,
    /// Milliseconds since 1970 in UTC.
    UnixMillis,
    /// A pattern of `strptime`, such as `%d/%m/%Y %H:%M`.
    Pattern(String),
}

impl TryFrom<String> for TimeFormat {
    type Error = String;

    /// Reads `iso`, `unix`, `unix-ms` or a pattern.
    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "iso" => Ok(Self::Iso),
            "unix" => Ok(Self::UnixSeconds),
            "unix-ms" => Ok(Self::UnixMillis),
            _ if text.contains('%') => Ok(Self::Pattern(text)),
            _ => Err(format!(
                "{text:?} is no format of times: write iso, unix, unix-ms or a pattern such as \
                 %d/%m/%Y %H:%M"
            )),
        }
    }
}

impl TimeFormat {
    /// Reads an instant; what is wrong with it, and what would be right.
    pub(super) fn read(&self, value: &Value, zone: Zone) -> Result<Instant, String> {
        let wrong = || {
            let shown: String = value.to_string().chars().take(80).collect();
            format!("{shown} is no time: {}", self.wanted())
        };
        match self {
            Self::UnixSeconds => unix(value, 1e6).ok_or_else(wrong),
            Self::UnixMillis => unix(value, 1e3).ok_or_else(wrong),
            Self::Iso => {
                let text = value.as_str().ok_or_else(wrong)?.trim();
                iso(text, zone).ok_or_else(wrong)
            }
            Self::Pattern(pattern) => {
                let text = match value {
                    Value::String(text) => text.trim().to_owned(),
                    // 20261121050000 in JSON may be a number.
                    Value::Number(number) => number.to_string(),
                    _ => return Err(wrong()),
                };
                patterned(pattern, &text, zone).ok_or_else(wrong)
            }
        }
    }

    fn wanted(&self) -> String {
        match self {
            Self::Iso => "write it as 2026-11-21T12:00:00+07:00".to_owned(),
            Self::UnixSeconds => "write seconds since 1970".to_owned(),
            Self::UnixMillis => "write milliseconds since 1970".to_owned(),
            Self::Pattern(pattern) => format!("write it as time_format says, {pattern}"),
        }
    }
}

fn instant(at: Timestamp) -> Instant {
    Instant::from_micros(at.as_microsecond())
}

/// An instant with its offset, or a civil time in the zone.
fn iso(text: &str, zone: Zone) -> Option<Instant> {
    let at = text.parse::<Timestamp>().ok().map(instant);
    at.or_else(|| zone.instant(text.parse().ok()?))
}

fn patterned(pattern: &str, text: &str, zone: Zone) -> Option<Instant> {
    let broken = strtime::parse(pattern, text).ok()?;
    if broken.offset().is_some() {
        return broken.to_timestamp().ok().map(instant);
    }
    let midnight = || Some(broken.to_date().ok()?.at(0, 0, 0, 0));
    zone.instant(broken.to_datetime().ok().or_else(midnight)?)
}

fn unix(value: &Value, micros: f64) -> Option<Instant> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        value => value.as_f64()?,
    };
    // Beyond, no calendar tells the time.
    let scaled = (number * micros).round();
    (scaled.abs() < 2.5e17).then(|| Instant::from_micros(scaled as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(format: &str, zone: &str, value: &Value) -> Result<String, String> {
        let format = TimeFormat::try_from(format.to_owned())?;
        let zone = Zone::try_from(zone.to_owned())?;
        format.read(value, zone).map(|at| at.to_string())
    }

    #[test]
    fn a_time_without_a_zone_is_in_the_zone_of_the_province() {
        for (format, zone, value, expected) in [
            ("iso", "Asia/Ho_Chi_Minh", json!("2026-11-21T12:00:00"), "2026-11-21T05:00:00Z"),
            ("iso", "Asia/Ho_Chi_Minh", json!("2026-11-21 12:00"), "2026-11-21T05:00:00Z"),
            ("iso", "UTC", json!("2021-01-11T15:51:02+05:30"), "2021-01-11T10:21:02Z"),
            ("iso", "+05:30", json!("2021-01-11T15:51:02"), "2021-01-11T10:21:02Z"),
            ("unix", "UTC", json!(1_795_237_200), "2026-11-21T05:00:00Z"),
            ("unix", "UTC", json!("1795237200.25"), "2026-11-21T05:00:00.25Z"),
            ("unix-ms", "UTC", json!(1_795_237_200_250_i64), "2026-11-21T05:00:00.25Z"),
            ("%Y%m%d%H%M%S", "+07:00", json!("20261121120000"), "2026-11-21T05:00:00Z"),
            ("%Y%m%d%H%M%S", "+07:00", json!(20_261_121_120_000_i64), "2026-11-21T05:00:00Z"),
            ("%d/%m/%Y %H:%M", "+07:00", json!("21/11/2026 12:00"), "2026-11-21T05:00:00Z"),
            ("%d/%m/%Y", "+07:00", json!("21/11/2026"), "2026-11-20T17:00:00Z"),
            (
                "%Y-%m-%d %H:%M:%S %z",
                "+07:00",
                json!("2026-11-21 05:00:00 +0000"),
                "2026-11-21T05:00:00Z",
            ),
        ] {
            assert_eq!(read(format, zone, &value).as_deref(), Ok(expected), "{format} {value}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_with_what_would_be_right() {
        for (format, zone, value, expected) in [
            ("iso", "UTC", json!("hôm qua"), "\"hôm qua\" is no time: write it as 2026-11-21T12"),
            ("iso", "UTC", json!(5), "5 is no time"),
            ("unix", "UTC", json!(1e300), "1e+300 is no time: write seconds since 1970"),
            ("%d/%m/%Y", "UTC", json!("31/02/2026"), "\"31/02/2026\" is no time: write it as"),
            ("dd/MM/yyyy", "UTC", json!(""), "\"dd/MM/yyyy\" is no format of times"),
            ("iso", "Hà Nội", json!(""), "\"Hà Nội\" is no zone"),
            ("iso", "+7", json!(""), "\"+7\" is no zone"),
        ] {
            let error = read(format, zone, &value).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
