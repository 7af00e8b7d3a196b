//! Text for an address: percent-encoded, but for the characters that RFC 3986 reserves for nothing.

/// `text` as it may stand anywhere in an address, in a path as well as in a query.
///
/// ```
/// # use cckm_tui::text::percent_encoded;
/// assert_eq!(percent_encoded("a-b_c.d~e"), "a-b_c.d~e");
/// assert_eq!(percent_encoded("Müller & Co*"), "M%C3%BCller%20%26%20Co%2A");
/// ```
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), encode)
}

fn encode(mut encoded: String, byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
        encoded.push(char::from(byte));
    } else {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default().to_ascii_uppercase();
        encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
    }
    encoded
}
