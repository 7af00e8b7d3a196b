//! A SHA-256 of ours, as files keep it and as a person compares it.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};

/// A SHA-256; written as 64 lower case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

/// A text that is not 64 lower case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256: 64 hexadecimal digits in lower case")]
pub struct Sha256Error;

impl Sha256 {
    /// What stands where there is nothing to take one of.
    pub const NONE: Self = Self([0; 32]);

    /// That of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = [0; 32];
        for (to, from) in hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
            *to = *from;
        }
        Self(hash)
    }

    /// `7d4e 19aa`: enough for two people to compare by voice, never enough to decide by.
    pub fn short(self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("{a:02x}{b:02x} {c:02x}{d:02x}")
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads what `Display` writes, and nothing else.
impl FromStr for Sha256 {
    type Err = Sha256Error;

    fn from_str(text: &str) -> Result<Self, Sha256Error> {
        let mut hash = [0; 32];
        for (place, byte) in hash.iter_mut().enumerate() {
            let digits = text.get(place * 2..place * 2 + 2).ok_or(Sha256Error)?;
            *byte = u8::from_str_radix(digits, 16).ok().ok_or(Sha256Error)?;
        }
        let hash = Self(hash);
        if hash.to_string() == text { Ok(hash) } else { Err(Sha256Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_as_it_is_written() {
        let hash = Sha256::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((hash.to_string().as_str(), text.parse()), (text, Ok(hash)));
        assert_eq!(hash.short(), "ba78 16bf");
        let longer = format!("{text}00");
        for wrong in ["", "ba78", &text.to_uppercase(), &longer, &text.replace("ba", "+a")] {
            assert_eq!(wrong.parse::<Sha256>(), Err(Sha256Error), "{wrong:?}");
        }
    }
}
