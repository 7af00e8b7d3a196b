//! One secret, in every spelling in which it may turn up.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::memmem;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::MASK;

/// A secret; wiped when dropped.
pub(super) struct Secret(Vec<SecretString>);

impl Secret {
    pub(super) fn new(text: &str) -> Self {
        let spelled = [in_json(text, false), in_json(text, true), in_url(text, "%20"), in_url(text, "+")];
        let mut spellings = vec![SecretString::from(text)];
        for one in &spelled {
            if spellings.iter().all(|known| known.expose_secret() != one.as_str()) {
                spellings.push(SecretString::from(one.as_str()));
            }
        }
        Self(spellings)
    }

    /// Whether it is this text.
    pub(super) fn is(&self, text: &str) -> bool {
        self.0.first().is_some_and(|one| one.expose_secret() == text)
    }

    /// Whether it is part of this text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.first().is_some_and(|one| text.contains(one.expose_secret()))
    }

    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(secrecy::ExposeSecret::expose_secret)
    }
}

/// The content of a JSON string; the longest spelling of a character has twelve bytes.
fn in_json(text: &str, in_ascii: bool) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(12 * text.len()));
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 || (in_ascii && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let written = write!(out, "\\u{unit:04x}");
                    debug_assert!(written.is_ok(), "writing to a String cannot fail");
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Percent-encoded, but for unreserved characters.
fn in_url(text: &str, blank: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push_str(blank);
        } else {
            let written = write!(out, "%{byte:02X}");
            debug_assert!(written.is_ok(), "writing to a String cannot fail");
        }
    }
    out
}

/// Masks one spelling wherever it stands.
pub(super) fn mask<'a>(text: Cow<'a, str>, spelling: &str) -> Cow<'a, str> {
    let fits = (1..=text.len()).contains(&spelling.len());
    if !fits || memmem::find(text.as_bytes(), spelling.as_bytes()).is_none() {
        return text;
    }
    Cow::Owned(text.replace(spelling, MASK))
}
