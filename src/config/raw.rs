//! The file as written: every key optional, unknown keys refused, every value with the line it stands on.
//!
//! The parser's own words for a wrong type repeat the value, and a value may be a password in the wrong
//! place. So the parser only says where; the words are ours, from [`KEYS`].

use std::collections::BTreeMap;
use std::ops::Range;

use config::ValueKind;
use serde::Deserialize;
use toml::Spanned;

use super::layer::Layer;

/// The keys of the file, with what is expected of each.
pub(super) const KEYS: [(&str, &str); 13] = [
    ("url", "the server's address as text, such as \"https://cm.example.com\""),
    ("username", "a user name as text"),
    ("domain", "the name of a domain as text"),
    ("ca_file", "the path of a PEM file as text"),
    ("read_only", "true or false"),
    ("protected", "true or false"),
    ("reason_required", "true or false"),
    ("refresh_seconds", "a whole number of seconds, 0 for no refresh by itself"),
    ("color", "\"auto\", \"16\" or \"never\""),
    ("log_level", "\"off\", \"error\", \"warn\", \"info\", \"debug\" or \"trace\""),
    ("password_file", "the path of a file as text"),
    ("password_command", "a command with its arguments as text; no shell runs it"),
    ("profiles", "tables such as [profiles.prod-eu]"),
];

/// The keys that a profile cannot set, because they are about this program and not about a server.
pub(super) const NOT_IN_PROFILES: [&str; 3] = ["color", "log_level", "profiles"];

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    url: Option<Spanned<String>>,
    username: Option<Spanned<String>>,
    domain: Option<Spanned<String>>,
    ca_file: Option<Spanned<String>>,
    read_only: Option<Spanned<bool>>,
    protected: Option<Spanned<bool>>,
    reason_required: Option<Spanned<bool>>,
    refresh_seconds: Option<Spanned<u64>>,
    color: Option<Spanned<String>>,
    log_level: Option<Spanned<String>>,
    password_file: Option<Spanned<String>>,
    password_command: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, RawProfile>,
}

/// One table `[profiles.<name>]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    url: Option<Spanned<String>>,
    username: Option<Spanned<String>>,
    domain: Option<Spanned<String>>,
    ca_file: Option<Spanned<String>>,
    read_only: Option<Spanned<bool>>,
    protected: Option<Spanned<bool>>,
    reason_required: Option<Spanned<bool>>,
    refresh_seconds: Option<Spanned<u64>>,
    password_file: Option<Spanned<String>>,
    password_command: Option<Spanned<String>>,
}

/// Why a text is not a configuration file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawError {
    /// Counted from 1; none when the parser does not know.
    pub(super) line: Option<usize>,
    /// What is wrong and what was expected. Never a value.
    pub(super) reason: String,
}

/// The values of these fields as a layer, each under its own name.
macro_rules! layer_of {
    ($table:ident, $place:ident; $($key:ident),+) => {{
        let mut layer = Layer::default();
        $(put(&mut layer, stringify!($key), $table.$key.as_ref(), &$place);)+
        layer
    }};
}

impl RawFile {
    /// Reads the text of a file.
    pub(super) fn parse(text: &str) -> Result<Self, RawError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Err(error) = toml::de::DeTable::parse(text) {
            let line = error.span().map(|span| line_of(text, span.start));
            return Err(RawError { line, reason: format!("not TOML: {}", error.message()) });
        }
        toml::from_str(text).map_err(|error| wrong_key(text, error.span()))
    }

    /// The values outside the profiles; `place` names the line of a value.
    pub(super) fn layer(&self, place: impl Fn(usize) -> String) -> Layer {
        layer_of!(
            self, place;
            url, username, domain, ca_file, read_only, protected, reason_required, refresh_seconds,
            color, log_level, password_file, password_command
        )
    }
}

impl RawProfile {
    /// The values of the profile; `place` names the line of a value.
    pub(super) fn layer(&self, place: impl Fn(usize) -> String) -> Layer {
        layer_of!(
            self, place;
            url, username, domain, ca_file, read_only, protected, reason_required, refresh_seconds,
            password_file, password_command
        )
    }
}

fn put<T: Clone + Into<ValueKind>>(
    layer: &mut Layer,
    key: &'static str,
    value: Option<&Spanned<T>>,
    place: &impl Fn(usize) -> String,
) {
    if let Some(value) = value {
        let origin = format!("{}: key `{key}`", place(value.span().start));
        layer.put(key, value.get_ref().clone(), &origin);
    }
}

/// The number of the line, counted from 1, on which the byte `offset` stands.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The error for the key or value at `span`, in our words.
fn wrong_key(text: &str, span: Option<Range<usize>>) -> RawError {
    let Some(span) = span else {
        return RawError { line: None, reason: "a key is unknown or has a value of the wrong type".into() };
    };
    let line = Some(line_of(text, span.start));
    let key = key_at(text, span);
    let expected = KEYS.iter().find(|(known, _)| *known == key).map(|(_, expected)| *expected);
    let reason = match expected {
        Some(_) if NOT_IN_PROFILES.contains(&key) && is_in_a_profile(text, line) => {
            format!("key `{key}`: not a key of a profile; write it above the first [profiles.…] table")
        }
        Some(expected) => format!("key `{key}`: expected {expected}"),
        None if key == "password" || key == "token" => {
            format!("key `{key}`: no secret is read from here; use password_file or password_command")
        }
        None => match nearest(key, KEYS.iter().map(|(known, _)| *known)) {
            Some(known) => format!("unknown key `{}`; did you mean `{known}`?", crate::text::escape(key)),
            None => format!("unknown key `{}`; known are {}", crate::text::escape(key), known_keys()),
        },
    };
    RawError { line, reason }
}

/// The key that is written at `span`, or before it on its line when the span is that of a value.
fn key_at(text: &str, span: Range<usize>) -> &str {
    let before = text.get(..span.start).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default().trim_end();
    let key = match before.strip_suffix('=') {
        Some(key) => key.rsplit(['{', ',']).next().unwrap_or_default(),
        None => text.get(span).unwrap_or_default().lines().next().unwrap_or_default(),
    };
    let key = key.rsplit('.').next().unwrap_or_default();
    key.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"' | '\''))
}

fn is_in_a_profile(text: &str, line: Option<usize>) -> bool {
    text.lines().take(line.unwrap_or(0)).any(|line| line.trim_start().starts_with("[profiles"))
}

fn known_keys() -> String {
    KEYS.map(|(known, _)| known).join(", ")
}

/// The candidate that is at most two letters away from `name`.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete or replace to make `a` into `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut next = vec![i + 1];
        let mut left = i + 1;
        for ((y, above), diagonal) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            left = (above + 1).min(left + 1).min(diagonal + usize::from(x != *y));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) -> (Option<usize>, String) {
        let error = RawFile::parse(text).unwrap_err();
        (error.line, error.reason)
    }

    #[test]
    fn fs_10_every_mistake_names_its_line_its_key_and_what_was_expected() {
        let cases = [
            ("url = 3", 1, "key `url`: expected the server's address"),
            ("\n\nread_only = \"yes\"", 3, "key `read_only`: expected true or false"),
            ("refresh_seconds = -1", 1, "key `refresh_seconds`: expected a whole number"),
            ("urll = \"x\"", 1, "unknown key `urll`; did you mean `url`?"),
            ("colour = \"16\"", 1, "unknown key `colour`; did you mean `color`?"),
            ("frobnicate = 1", 1, "unknown key `frobnicate`; known are url, username"),
            ("[profiles.a]\nusrname = \"x\"", 2, "unknown key `usrname`; did you mean `username`?"),
            ("[profiles.a]\ncolor = \"16\"", 2, "not a key of a profile"),
            ("profiles = 3", 1, "key `profiles`: expected tables such as [profiles.prod-eu]"),
            ("profiles.a = { read_only = 3 }", 1, "key `read_only`: expected true or false"),
            ("url = \"a\"\nurl = \"b\"", 2, "not TOML: duplicate key"),
            ("url = \"a", 1, "not TOML: "),
            ("\"\\u001b[31m\" = 1", 1, "unknown key"),
        ];
        for (text, line, words) in cases {
            let (at, reason) = refused(text);
            assert_eq!(at, Some(line), "{text:?}: {reason}");
            assert!(reason.contains(words), "{text:?}: {reason}");
            assert!(!reason.contains('\u{1b}'), "{text:?}: {reason}");
        }
    }

    #[test]
    fn sk_08_a_password_in_the_wrong_place_is_not_repeated() {
        for text in [
            "password = \"canary\"",
            "read_only = \"canary\"",
            "refresh_seconds = \"canary\"",
            "username = [\"canary\"]",
            "profiles = \"canary\"",
            "password_file = { path = \"canary\" }",
            "url = \"canary",
            "canary canary",
            "username = canary",
        ] {
            let (_, reason) = refused(text);
            let repeated = reason.contains("canary");
            assert!(!repeated || text.starts_with("canary"), "{text:?}: {reason}");
        }
    }

    #[test]
    fn fs_10_a_byte_order_mark_and_line_ends_of_another_system_are_accepted() {
        assert!(RawFile::parse("\u{feff}url = \"https://cm\"\r\nread_only = true\r\n").is_ok());
        assert!(RawFile::parse("url = \"a\0b\"").is_err());
    }

    #[test]
    fn the_distance_counts_letters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("prod-ue", ["prod-eu", "test"].into_iter()), Some("prod-eu"));
        assert_eq!(nearest("frobnicate", ["url"].into_iter()), None);
    }
}
