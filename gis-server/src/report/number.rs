//! Numbers as Vietnamese text writes them.

/// A number with a comma before its decimals and dots between thousands: 1.234.567,8.
///
/// What is not finite is a dash; what rounds to nought has no sign.
///
/// ```
/// use gis_server::report::number::vietnamese;
/// assert_eq!(vietnamese(1_234_567.84, 1), "1.234.567,8");
/// assert_eq!(vietnamese(-0.04, 1), "0,0");
/// ```
pub fn vietnamese(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let digits = format!("{:.*}", usize::from(decimals), value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let is_nought = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut text = String::with_capacity(digits.len() + whole.len() / 3 + 3);
    if value < 0.0 && !is_nought {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push('.');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(',');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::vietnamese;

    #[test]
    fn thousands_have_dots_and_decimals_a_comma() {
        for (value, decimals, expected) in [
            (0.0, 0, "0"),
            (999.0, 0, "999"),
            (1000.0, 0, "1.000"),
            (-1_234.5, 2, "−1.234,50"),
            (1e6, 0, "1.000.000"),
            (0.05, 1, "0,1"),
            (f64::NAN, 1, "–"),
        ] {
            assert_eq!(vietnamese(value, decimals), expected);
        }
    }
}
