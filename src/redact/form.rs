//! Secrets known by their form alone: a JSON web token, the credentials of an HTTP header or of an address.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::{MASK, replace_parts};

/// How a token starts: `{"` in Base64.
pub(super) const TOKEN: &str = "eyJ";

/// Masks every `eyJ….….…`.
pub(super) fn mask_tokens(text: Cow<'_, str>) -> Cow<'_, str> {
    mask_after(text, TOKEN, |text, start, _| token(text.get(start..)?).map(|length| start..start + length))
}

/// Length of the token at the start of the text.
fn token(text: &str) -> Option<usize> {
    const HEADER: usize = "eyJhbGciOiJub25l".len();
    const REST: usize = 6;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    // A full stop after a token ends the sentence.
    let whole = text.get(..length)?.trim_end_matches('.');
    let (header, rest) = whole.split_once('.')?;
    // Tells Base64 from a long word.
    let is_coded = header.chars().skip(TOKEN.len()).any(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let is_long = header.len() >= HEADER && rest.len() >= REST;
    (is_coded && is_long && rest.contains('.')).then_some(whole.len())
}

/// What stands before the credentials of a header.
const BEARER: &str = "earer ";
const BASIC: &str = "asic ";
pub(super) const SCHEMES: [&str; 2] = [BEARER, BASIC];

/// Masks what follows `Bearer` and `Basic`, and the password before the `@` of an address.
pub(super) fn mask_credentials(text: Cow<'_, str>) -> Cow<'_, str> {
    let text = mask_after(text, BEARER, |text, _, end| credential(text, end, |word| word.len() >= 16));
    let text = mask_after(text, BASIC, |text, _, end| credential(text, end, |word| word.len() % 4 == 0));
    mask_after(text, "://", |text, _, end| password_of_address(text, end))
}

/// A word that no sentence has: with a digit or a padding in it.
fn credential(text: &str, start: usize, fits: impl Fn(&str) -> bool) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let word = rest.get(..rest.find(|c| !is_part(c)).unwrap_or(rest.len()))?;
    let is_coded = word.contains(|c: char| c.is_ascii_digit() || c == '=');
    (is_coded && word.len() >= 8 && fits(word)).then(|| start..start + word.len())
}

fn password_of_address(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let ends = |c: char| c.is_whitespace() || "/?#\"'<>".contains(c);
    let authority = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
    let (user, _) = authority.rsplit_once('@')?;
    let colon = user.find(':')?;
    (colon + 1 < user.len()).then(|| start + colon + 1..start + user.len())
}

/// Masks what `part` finds around each mark, given the text and where the mark starts and ends.
fn mask_after<'a>(
    text: Cow<'a, str>,
    mark: &str,
    part: impl Fn(&str, usize, usize) -> Option<Range<usize>>,
) -> Cow<'a, str> {
    let mut parts = Vec::new();
    let mut free = 0;
    for start in memmem::find_iter(text.as_bytes(), mark) {
        if start < free {
            continue;
        }
        if let Some(part) = part(&text, start, start + mark.len()) {
            free = part.end;
            parts.push((part, MASK));
        }
    }
    replace_parts(text, parts.into_iter())
}
