//! Bytes as text: base64 (RFC 4648, section 4), as network servers write them.

/// Reads base64, padded or not.
pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(format!("holds {:?}, which is not base64", c as char)),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    // What is left of the last sign holds nothing; a whole sign cannot be left.
    if count >= 6 || bits != 0 {
        return Err("ends in the middle of a byte, which is not base64".to_owned());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_vectors_of_rfc_4648_are_read() {
        for (text, expected) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm8", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(from_base64(text).unwrap(), expected.as_bytes(), "{text}");
        }
        assert_eq!(from_base64("//79/A==").unwrap(), [0xff, 0xfe, 0xfd, 0xfc]);
        for bad in ["Z", "Zm9vY", "Zh==", "Zm 9", "Zm-_"] {
            assert!(from_base64(bad).is_err(), "{bad}");
        }
    }
}
