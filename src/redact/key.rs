//! Secrets known by the key they stand under, in JSON and in what looks like a form or a query.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr_iter, memmem};

use super::{MASK, replace_parts};

/// Ends of keys, in lower case, whose value is a secret whatever it is.
const SECRET: [&str; 21] = [
    "client_secret",
    "clientsecret",
    "consumer_secret",
    "shared_secret",
    "secret_key",
    "password",
    "passwd",
    "passphrase",
    "jwt",
    "refresh_token",
    "refreshtoken",
    "access_token",
    "accesstoken",
    "id_token",
    "idtoken",
    "private_key",
    "privatekey",
    "api_key",
    "apikey",
    "proxy_authorization",
    "authorization",
];

/// Keys that say it all.
const WHOLE: [&str; 2] = ["secret", "token"];

/// Without one of these there is no such key: a few quick looks spare nearly every page the slow one.
pub(super) const SIGNS: [&str; 10] =
    ["ecret", "assw", "assphrase", "jwt", "JWT", "oken", "rivate", "pi_key", "pikey", "uthorization"];

/// `"client_secret": "…"` anywhere in a JSON text becomes `"client_secret": "•••"`; so it does in JSON that
/// is itself in a string.
pub(super) fn mask_in_json(text: Cow<'_, str>) -> Cow<'_, str> {
    mask(text, b':', value_in_json)
}

/// `client_secret=…` becomes `client_secret=•••`.
pub(super) fn mask_in_words(text: Cow<'_, str>) -> Cow<'_, str> {
    mask(text, b'=', value_in_form)
}

/// What to mask, and with what.
type Part = (Range<usize>, &'static str);

fn mask(text: Cow<'_, str>, sign: u8, value: fn(&str, usize) -> Option<Part>) -> Cow<'_, str> {
    if !SIGNS.iter().any(|part| memmem::find(text.as_bytes(), part.as_bytes()).is_some()) {
        return text;
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut free = 0;
    for at in memchr_iter(sign, text.as_bytes()) {
        if at < free {
            continue;
        }
        if let Some(part) = value(&text, at) {
            free = part.0.end;
            parts.push(part);
        }
    }
    replace_parts(text, parts.into_iter())
}

/// The secret value after the colon at `at`, when a key in quotes stands before it.
fn value_in_json(text: &str, at: usize) -> Option<Part> {
    let before = text.get(..at)?.trim_end();
    let quote = ["\\\"", "\""].into_iter().find(|quote| before.ends_with(quote))?;
    if !is_secret(before.strip_suffix(quote)?) {
        return None;
    }
    let after = text.get(at + 1..)?;
    let value = after.trim_start();
    let start = at + 1 + after.len() - value.len();
    if let Some(content) = value.strip_prefix(quote) {
        let start = start + quote.len();
        let length = if quote == "\"" { string_end(content) } else { inner_string_end(content) };
        return (length > 0).then_some((start..start + length, MASK));
    }
    let length = match value.chars().next()? {
        '{' | '[' => nested_end(value),
        '-' | '0'..='9' => value.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))?,
        _ => return None,
    };
    Some((start..start + length, "\"•••\""))
}

/// The secret value after the equals sign at `at`.
fn value_in_form(text: &str, at: usize) -> Option<Part> {
    if !is_secret(text.get(..at)?) {
        return None;
    }
    let value = text.get(at + 1..)?;
    let start = at + 1 + usize::from(value.starts_with('"'));
    let ends = |c: char| c.is_whitespace() || "&\"',;)]}<>".contains(c);
    let rest = text.get(start..)?;
    let length = rest.find(ends).unwrap_or(rest.len());
    (length > 0).then_some((start..start + length, MASK))
}

/// Whether the text ends in a key whose value is a secret.
fn is_secret(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let key = text.rsplit(|c| !is_part(c)).next().unwrap_or_default();
    if key.len() > 64 {
        return false;
    }
    let key = key.to_ascii_lowercase().replace('-', "_");
    SECRET.iter().any(|end| key.ends_with(end)) || WHOLE.contains(&key.as_str())
}

/// Length of a JSON string's content up to its closing quote, or to the end of a text that was cut.
fn string_end(value: &str) -> usize {
    let mut escaped = false;
    let end = value.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(value.len())
}

/// The same for a string inside a string, whose quotes are `\"` and whose own escaped quotes are `\\\"`.
fn inner_string_end(value: &str) -> usize {
    let ends = memmem::find_iter(value.as_bytes(), "\\\"");
    let end = ends.into_iter().find(|at| !value.get(..*at).is_some_and(|before| before.ends_with("\\\\")));
    end.unwrap_or(value.len())
}

/// Length of an object or array, or of what is there of it.
fn nested_end(value: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = value.as_bytes().get(at) {
        match byte {
            b'"' => at += 1 + value.get(at + 1..).map_or(0, string_end),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at.min(value.len());
        }
    }
    value.len()
}
