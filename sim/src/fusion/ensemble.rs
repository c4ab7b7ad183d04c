//! Maps of how probable each depth is.
//!
//! Of the members of a nowcast or of any runs that count the same: scenarios of one storm, releases, breaches.
//!
//! ```
//! // Two cells in four runs.
//! let runs: [&[f32]; 4] = [&[0.0, 0.4], &[0.1, 0.4], &[0.3, 0.5], &[0.7, 0.6]];
//! let maps = sim::fusion::depth_maps(&runs, &[0.3])?;
//! assert_eq!(maps.exceedance[0], [0.5, 1.0]);
//! assert_eq!(maps.p50_m, [0.2, 0.45]);
//! # Ok::<(), sim::fusion::Error>(())
//! ```

use super::Error;
use crate::impact::Ensemble;

/// Rasters of an ensemble's depths, row by row from the south.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthMaps {
    /// Depths that are asked about, m.
    pub thresholds_m: Vec<f64>,
    /// For each of them the part of the members that is at least so deep: 0 to 1.
    pub exceedance: Vec<Vec<f32>>,
    /// The depth that a tenth of the members does not exceed, m.
    pub p10_m: Vec<f32>,
    /// The depth that half of them does not exceed, m.
    pub p50_m: Vec<f32>,
    /// The depth that nine tenths of them do not exceed, m.
    pub p90_m: Vec<f32>,
}

/// Maps from a raster of depths a member, m.
///
/// # Errors
/// Where there is no member, or they are of different sizes.
pub fn depth_maps(members: &[&[f32]], thresholds_m: &[f64]) -> Result<DepthMaps, Error> {
    let ensemble = Ensemble::new(members.to_vec())?;
    let mut percentiles = ensemble.percentiles_m(&[0.1, 0.5, 0.9])?.into_iter();
    let mut next = || percentiles.next().unwrap_or_default();
    Ok(DepthMaps {
        thresholds_m: thresholds_m.to_vec(),
        exceedance: thresholds_m.iter().map(|depth_m| ensemble.exceedance(*depth_m)).collect(),
        p10_m: next(),
        p50_m: next(),
        p90_m: next(),
    })
}
