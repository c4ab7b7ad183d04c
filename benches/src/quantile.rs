//! Quantiles of what was measured.

/// The value that this share of sorted values stays below; NaN where there is none.
///
/// ```
/// assert_eq!(benches::quantile::quantile(&[1.0, 2.0, 3.0], 0.5), 2.0);
/// ```
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
