//! The official disaster-risk level, 1 to 5 (Decision 18/2021/QĐ-TTg of 22 April 2021).
//!
//! Declaring it is for the meteorological service by law. So a [`DeclaredRisk`] cannot be made
//! without the bulletin that declares it: nothing here reckons a level from observations.

use city::Instant;
use serde::{Deserialize, Serialize};

/// As many letters the texts of a bulletin have at most.
const MOST_LETTERS: usize = 200;

/// Why a declared risk is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RiskError {
    /// There are five levels.
    #[error("the disaster-risk level must be 1 to 5 (Decision 18/2021/QĐ-TTg), not {0}")]
    Level(i64),
    /// A bulletin without issuer or number.
    #[error("{0}: write 1 to {MOST_LETTERS} letters, as the bulletin says")]
    Text(&'static str),
}

/// A disaster-risk level, 1 to 5, 5 the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct RiskLevel(u8);

impl RiskLevel {
    /// The level, 1 to 5.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for RiskLevel {
    type Error = RiskError;

    fn try_from(level: i64) -> Result<Self, RiskError> {
        let fits = u8::try_from(level).ok().filter(|level| (1..=5).contains(level));
        fits.map(Self).ok_or(RiskError::Level(level))
    }
}

impl From<RiskLevel> for i64 {
    fn from(level: RiskLevel) -> Self {
        level.0.into()
    }
}

/// An official bulletin, by which it can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BulletinDocument", into = "BulletinDocument")]
pub struct Bulletin {
    issuer: String,
    number: String,
    issued: Instant,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BulletinDocument {
    issuer: String,
    number: String,
    issued: Instant,
}

impl Bulletin {
    /// A bulletin with its issuer, its number and the time at which it was issued.
    ///
    /// # Errors
    /// [`RiskError::Text`].
    pub fn new(issuer: &str, number: &str, issued: Instant) -> Result<Self, RiskError> {
        let text = |name, text: &str| {
            let text = text.trim();
            let fits = (1..=MOST_LETTERS).contains(&text.chars().count())
                && !text.chars().any(char::is_control);
            if fits { Ok(text.to_owned()) } else { Err(RiskError::Text(name)) }
        };
        Ok(Self { issuer: text("issuer", issuer)?, number: text("number", number)?, issued })
    }

    /// The body that issued it.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its number.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// When it was issued.
    pub fn issued(&self) -> Instant {
        self.issued
    }
}

impl TryFrom<BulletinDocument> for Bulletin {
    type Error = RiskError;

    fn try_from(document: BulletinDocument) -> Result<Self, RiskError> {
        Self::new(&document.issuer, &document.number, document.issued)
    }
}

impl From<Bulletin> for BulletinDocument {
    fn from(Bulletin { issuer, number, issued }: Bulletin) -> Self {
        Self { issuer, number, issued }
    }
}

/// A disaster-risk level with the bulletin that declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredRisk {
    level: RiskLevel,
    bulletin: Bulletin,
}

impl DeclaredRisk {
    /// The level that a bulletin declares.
    pub fn of(bulletin: Bulletin, level: RiskLevel) -> Self {
        Self { level, bulletin }
    }

    /// The level.
    pub fn level(&self) -> RiskLevel {
        self.level
    }

    /// The bulletin that declares it.
    pub fn bulletin(&self) -> &Bulletin {
        &self.bulletin
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_risk_is_not_read_without_its_bulletin() {
        let check = |document: serde_json::Value, expected: Option<&str>| {
            let read = serde_json::from_value::<DeclaredRisk>(document);
            assert_eq!(read.err().map(|error| error.to_string()).as_deref(), expected);
        };
        let bulletin = json!({
            "issuer": "Đài Khí tượng Thủy văn khu vực", "number": "LULU-05/06h00",
            "issued": "2025-10-30T06:00:00+07:00",
        });
        check(json!({"level": 3, "bulletin": bulletin}), None);
        check(json!({"level": 3}), Some("missing field `bulletin`"));
        let problem = "the disaster-risk level must be 1 to 5 (Decision 18/2021/QĐ-TTg), not 6";
        check(json!({"level": 6, "bulletin": bulletin}), Some(problem));
        let nameless = json!({"issuer": " ", "number": "1", "issued": "2025-10-30T06:00:00Z"});
        let problem = "issuer: write 1 to 200 letters, as the bulletin says";
        check(json!({"level": 3, "bulletin": nameless}), Some(problem));
    }
}
