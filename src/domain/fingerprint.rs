//! The SHA-256 of a certificate, as people paste it and as it is shown.

use std::fmt;

/// The SHA-256 of a certificate in DER form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons; found {digits}")]
pub struct FingerprintError {
    /// How many digits were found before the first character that is none.
    digits: usize,
}

impl Fingerprint {
    /// The fingerprint with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `9f2c…41`: enough for a header, never enough to decide by.
    pub fn short(&self) -> String {
        let [first, second, .., last] = self.0;
        format!("{first:02x}{second:02x}…{last:02x}")
    }

    /// As it is printed, in two rows of sixteen bytes each, without the colon between them.
    pub fn halves(&self) -> [String; 2] {
        let text = self.to_string();
        let (first, second) = text.split_at_checked(47).unwrap_or((&text, ""));
        [first.to_owned(), second.trim_start_matches(':').to_owned()]
    }

    /// Reads a fingerprint with or without colons or blanks, in either case of letters; what
    /// `openssl x509 -fingerprint` prints before the `=`, and a leading `sha256:`, may stay.
    ///
    /// # Errors
    ///
    /// [`FingerprintError`] when it is anything but 32 bytes.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let text = text.rsplit('=').next().unwrap_or_default().trim();
        let prefix = text.get(..7).filter(|prefix| prefix.eq_ignore_ascii_case("sha256:"));
        let text = prefix.and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        let mut bytes = [0; 32];
        let mut digits = 0;
        for c in text.chars().filter(|c| !matches!(c, ':' | ' ')) {
            let value = c.to_digit(16).and_then(|value| u8::try_from(value).ok());
            let (Some(value), Some(byte)) = (value, bytes.get_mut(digits / 2)) else {
                return Err(FingerprintError { digits });
            };
            *byte = (*byte << 4) | value;
            digits += 1;
        }
        if digits == 64 { Ok(Self(bytes)) } else { Err(FingerprintError { digits }) }
    }
}

/// Pairs of capital digits with colons between, as `openssl` prints them.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tl_01_a_fingerprint_is_read_as_people_paste_it() {
        let plain = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        let expected = Fingerprint::new([0xab; 32]);
        for text in [
            plain.clone(),
            colons.clone(),
            format!("  {plain}\n"),
            format!("sha256 Fingerprint={colons}"),
            format!("SHA256:{plain}"),
            vec!["ab"; 32].join(" "),
        ] {
            assert_eq!(Fingerprint::parse(&text), Ok(expected), "{text:?}");
        }
        assert_eq!(expected.to_string(), colons);
        assert_eq!(Fingerprint::parse(&expected.to_string()), Ok(expected));
    }

    #[test]
    fn tl_01_anything_but_thirty_two_bytes_is_refused() {
        let plain = "ab".repeat(32);
        for (text, digits) in [
            ("", 0),
            ("abc", 3),
            (&format!("{}a", "ab".repeat(31)), 63),
            (&format!("{plain}0"), 64),
            ("ab:xy", 2),
            ("é", 0),
        ] {
            assert_eq!(Fingerprint::parse(text), Err(FingerprintError { digits }), "{text:?}");
        }
    }

    #[test]
    fn a_fingerprint_is_shown_short_and_in_halves() {
        let pin = Fingerprint::parse(&"9f2c110a".repeat(8)).unwrap();
        assert_eq!(pin.short(), "9f2c…0a");
        assert_eq!(pin.halves().join(":"), pin.to_string());
        assert_eq!(pin.halves().map(|half| half.len()), [47, 47]);
    }
}
