use std::{fmt, str::FromStr};

use city::Crs;

use super::CrsError;

/// Pairs of a false easting and northing that were swapped in the registry: EPSG 6956–6959.
const SWAPPED: std::ops::RangeInclusive<u32> = 6956..=6959;

/// The system of a source: one that Dothi knows, or a definition that PROJ understands.
///
/// ```
/// use city::Crs;
/// use datasets::crs::SourceCrs;
/// assert_eq!("EPSG:5899".parse::<SourceCrs>()?, SourceCrs::Known(Crs::QUANG_NAM));
/// assert!("EPSG:6956".parse::<SourceCrs>().is_err(), "its false easting and northing are swapped");
/// assert!("EPSG:4756+5727".parse::<SourceCrs>().is_err(), "silently becomes a no-op");
/// # Ok::<(), datasets::crs::CrsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SourceCrs {
    /// A known system.
    Known(Crs),
    /// `EPSG:CODE` of another one, WKT, or a PROJ string.
    Definition(String),
}

impl From<Crs> for SourceCrs {
    fn from(crs: Crs) -> Self {
        Self::Known(crs)
    }
}

impl FromStr for SourceCrs {
    type Err = CrsError;

    /// Reads what [`Crs`] reads, `EPSG:CODE` of any other horizontal system, WKT 1 or 2, or a PROJ
    /// string; whether PROJ understands it is found out by [`Transformer::new`](super::Transformer::new).
    fn from_str(text: &str) -> Result<Self, CrsError> {
        let text = text.trim();
        let upper = text.to_ascii_uppercase();
        let is_code =
            upper.starts_with("EPSG:") || upper.starts_with("URN:") || upper.starts_with("HTTP");
        let compound = (is_code && text.contains('+'))
            || upper.starts_with("COMPD_CS")
            || upper.starts_with("COMPOUNDCRS");
        if compound {
            return Err(CrsError::Compound(shortened(text)));
        }
        if let Some(code) = SWAPPED.into_iter().find(|code| is_coded(&upper, *code)) {
            return Err(Crs::from_epsg(code)
                .err()
                .map_or_else(|| CrsError::Compound(shortened(text)), CrsError::Refused));
        }
        match text.parse::<Crs>() {
            Ok(crs) => Ok(Self::Known(crs)),
            Err(city::Error::UnknownCrs(code)) => Ok(Self::Definition(format!("EPSG:{code}"))),
            Err(_) if text.contains(['[', '+', '=']) => Ok(Self::Definition(text.to_owned())),
            Err(error) => Err(error.into()),
        }
    }
}

impl fmt::Display for SourceCrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(crs) => write!(f, "{crs}"),
            Self::Definition(text) => f.write_str(text),
        }
    }
}

/// Whether WKT (in capitals) states a code as its own, in WKT 1 or 2.
fn is_coded(wkt: &str, code: u32) -> bool {
    wkt.contains(&format!("AUTHORITY[\"EPSG\",\"{code}\"]"))
        || wkt.contains(&format!("ID[\"EPSG\",{code}]"))
}

fn shortened(text: &str) -> String {
    text.chars().take(120).collect()
}
