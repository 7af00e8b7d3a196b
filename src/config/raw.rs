//! The file as written: its values by key, each with its line, and everything that is wrong with its form.
//!
//! The parser's own words for a wrong type repeat the value, and a value may be a password in the wrong
//! place. So the parser only reads the tree; the words are ours, from [`KEYS`].

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::keys::{Form, KEYS, Key};
use super::views;
use crate::app::SavedView;
use crate::text::escape;

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct RawFile {
    pub(super) top: RawTable,
    pub(super) profiles: BTreeMap<String, RawTable>,
    /// In the order of their names.
    pub(super) views: Vec<SavedView>,
}

/// The values of one table, in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct RawTable(pub(super) Vec<RawValue>);

/// A value that has the form its key asks for.
#[derive(Debug)]
pub(super) struct RawValue {
    pub(super) key: &'static Key,
    /// As text: `true`, a number, or the text itself.
    pub(super) text: String,
    pub(super) line: usize,
}

/// Why a text is not a configuration file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawMistake {
    /// Counted from 1.
    pub(super) line: usize,
    /// What is wrong and what was expected. Never a value.
    pub(super) reason: String,
}

/// What may be called a profile.
pub(super) const PROFILE_NAMES: &str =
    "a profile name has lower case letters, digits, - and _ only, such as prod-eu";

/// Whether a profile may be called so.
pub(super) fn is_profile_name(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    !name.is_empty() && name.bytes().all(legal)
}

impl RawFile {
    /// Reads the text of a file: what can be used of it, and every mistake in the order of their lines.
    pub(super) fn parse(text: &str) -> (Self, Vec<RawMistake>) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reading = Reading { text, mistakes: Vec::new() };
        for error in &errors {
            let offset = error.span().map_or(text.len(), |span| span.start);
            let column = column_of(text, offset);
            reading.wrong(offset, format!("not TOML at column {column}: {}", error.message()));
        }
        // What the parser made of a broken line would only add noise.
        let broken: Vec<_> = reading.mistakes.iter().map(|mistake| mistake.line).collect();
        let file = reading.file(table.get_ref());
        let Reading { mut mistakes, .. } = reading;
        let syntax = broken.len();
        let mut index = 0;
        mistakes.retain(|mistake| {
            index += 1;
            index <= syntax || !broken.contains(&mistake.line)
        });
        mistakes.sort_by_key(|mistake| mistake.line);
        (file, mistakes)
    }
}

/// A walk over the parsed tree.
struct Reading<'a> {
    text: &'a str,
    mistakes: Vec<RawMistake>,
}

type Entry<'a> = (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>);

impl Reading<'_> {
    fn wrong(&mut self, offset: usize, reason: String) {
        self.mistakes.push(RawMistake { line: line_of(self.text, offset), reason });
    }

    fn file(&mut self, table: &DeTable<'_>) -> RawFile {
        let mut file = RawFile::default();
        for (name, value) in table {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("profiles", DeValue::Table(profiles)) => {
                    file.profiles =
                        profiles.iter().filter_map(|(name, table)| self.profile(name, table)).collect();
                }
                ("views", DeValue::Table(views)) => {
                    file.views = views.iter().filter_map(|(name, table)| self.view(name, table)).collect();
                }
                _ => file.top.0.extend(self.value((name, value))),
            }
        }
        file
    }

    fn view(&mut self, name: &Spanned<DeString<'_>>, table: &Spanned<DeValue<'_>>) -> Option<SavedView> {
        let (view, wrong) = views::view(name, table);
        for (offset, reason) in wrong {
            self.wrong(offset, reason);
        }
        view
    }

    fn profile(
        &mut self,
        name: &Spanned<DeString<'_>>,
        table: &Spanned<DeValue<'_>>,
    ) -> Option<(String, RawTable)> {
        let offset = name.span().start;
        let shown = shortened(name.get_ref());
        let DeValue::Table(entries) = table.get_ref() else {
            self.wrong(offset, format!("profile `{shown}`: expected a table such as [profiles.prod-eu]"));
            return None;
        };
        if !is_profile_name(name.get_ref()) {
            self.wrong(offset, format!("profile `{shown}`: {PROFILE_NAMES}"));
        }
        let mut values = Vec::new();
        for (key, value) in entries {
            match Key::named(key.get_ref()) {
                Some(known) if !known.in_profiles => {
                    let reason = "not a key of a profile; write it above the first [profiles.…] table";
                    self.wrong(key.span().start, format!("key `{}`: {reason}", known.name));
                }
                _ => values.extend(self.value((key, value))),
            }
        }
        Some((name.get_ref().clone().into_owned(), RawTable(values)))
    }

    fn value(&mut self, (name, value): Entry<'_>) -> Option<RawValue> {
        let Some(key) = Key::named(name.get_ref()) else {
            self.wrong(name.span().start, unknown(name.get_ref()));
            return None;
        };
        let Some(text) = as_text(key.form, value.get_ref()) else {
            self.wrong(value.span().start, format!("key `{}`: {}", key.name, key.expectation()));
            return None;
        };
        Some(RawValue { key, text, line: line_of(self.text, name.span().start) })
    }
}

/// The value as text, when it is written as the form asks.
fn as_text(form: Form, value: &DeValue<'_>) -> Option<String> {
    match (form, value) {
        (
            Form::Text | Form::Path | Form::Command | Form::Choice(_) | Form::AutoSwitch,
            DeValue::String(text),
        ) => Some(text.clone().into_owned()),
        (Form::Command, DeValue::Array(words)) => {
            let words: Option<Vec<_>> = words.iter().map(|word| word.get_ref().as_str()).collect();
            shlex::try_join(words?).ok()
        }
        (Form::Switch | Form::AutoSwitch, DeValue::Boolean(on)) => Some(on.to_string()),
        (Form::Number(..), DeValue::Integer(number)) => {
            u64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        _ => None,
    }
}

fn unknown(key: &str) -> String {
    let shown = shortened(key);
    if ["password", "token", "jwt", "secret"].contains(&key) {
        return format!("key `{shown}`: no secret is read from here; use password_file or password_command");
    }
    match nearest(key, KEYS.iter().map(|key| key.name)) {
        Some(known) => format!("unknown key `{shown}`; did you mean `{known}`?"),
        None => format!(
            "unknown key `{shown}`; known are {}",
            KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// The beginning of a name from outside, escaped.
pub(super) fn shortened(name: &str) -> String {
    let short: String = name.chars().take(64).collect();
    escape(&short).into_owned()
}

/// The number of the line, counted from 1, on which the byte `offset` stands.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The number of the character in its line, counted from 1, that starts at the byte `offset`.
fn column_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.rsplit('\n').next().unwrap_or_default().chars().count() + 1
}

/// The candidate that is at most two letters away from `name`: added, left out, replaced or exchanged.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) -> (usize, String) {
        let (_, mistakes) = RawFile::parse(text);
        let first = mistakes.into_iter().next().expect(text);
        (first.line, first.reason)
    }

    #[test]
    fn fs_10_every_mistake_names_its_line_its_key_and_what_was_expected() {
        let cases = [
            ("url = 3", 1, "key `url`: expected the server's address"),
            ("\n\nread_only = \"yes\"", 3, "key `read_only`: expected true or false"),
            ("refresh_seconds = -1", 1, "key `refresh_seconds`: expected a whole number"),
            ("refresh_seconds = 1.5", 1, "key `refresh_seconds`: expected a whole number"),
            ("ascii = 1", 1, "key `ascii`: expected \"auto\", true or false"),
            ("password_command = [\"a\", 1]", 1, "key `password_command`: expected a command"),
            ("urll = \"x\"", 1, "unknown key `urll`; did you mean `url`?"),
            ("colour = \"16\"", 1, "unknown key `colour`; did you mean `color`?"),
            ("baegd = \"PROD\"", 1, "unknown key `baegd`; did you mean `badge`?"),
            ("frobnicate = 1", 1, "unknown key `frobnicate`; known are url, username"),
            ("[profiles.a]\nusrname = \"x\"", 2, "unknown key `usrname`; did you mean `username`?"),
            ("[profiles.a]\ncolor = \"16\"", 2, "not a key of a profile"),
            ("profiles = 3", 1, "key `profiles`: expected tables such as [profiles.prod-eu]"),
            ("[profiles]\nurl = \"x\"", 2, "profile `url`: expected a table such as [profiles.prod-eu]"),
            ("profiles.a = { read_only = 3 }", 1, "key `read_only`: expected true or false"),
            ("url = \"a\"\nurl = \"b\"", 2, "not TOML at column 1: duplicate key"),
            ("url = \"a", 1, "not TOML at column "),
            ("\"\\u001b[31m\" = 1", 1, "unknown key"),
        ];
        for (text, line, words) in cases {
            let (at, reason) = refused(text);
            assert_eq!(at, line, "{text:?}: {reason}");
            assert!(reason.contains(words), "{text:?}: {reason}");
            assert!(!reason.contains('\u{1b}'), "{text:?}: {reason}");
        }
    }

    #[test]
    fn fs_10_all_mistakes_are_found_and_a_broken_line_counts_once() {
        let text = "urll = 1\nread_only = yes\ncolor = 3\n[profiles.B]\nusername = 1\nascii = true\n";
        let (_, mistakes) = RawFile::parse(text);
        let lines: Vec<_> = mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6], "{mistakes:#?}");
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
            assert!(!reason.contains("canary"), "{text:?}: {reason}");
        }
    }

    #[test]
    fn fs_10_a_byte_order_mark_and_line_ends_of_another_system_are_accepted() {
        let (file, mistakes) = RawFile::parse("\u{feff}url = \"https://cm\"\r\nread_only = true\r\n");
        assert_eq!(mistakes, []);
        let lines: Vec<_> = file.top.0.iter().map(|value| (value.key.name, value.line)).collect();
        assert_eq!(lines, [("read_only", 2), ("url", 1)]);
        assert!(!RawFile::parse("url = \"a\0b\"").1.is_empty());
    }

    #[test]
    fn a_command_is_one_text_or_an_array() {
        for text in ["password_command = \"pass show 'a b'\"", "password_command = ['pass', 'show', 'a b']"] {
            let (file, _) = RawFile::parse(text);
            assert_eq!(file.top.0[0].text, "pass show 'a b'");
        }
    }

    #[test]
    fn the_nearest_name_is_two_letters_away_at_most() {
        assert_eq!(nearest("prod-ue", ["prod-eu", "test"].into_iter()), Some("prod-eu"));
        assert_eq!(nearest("frobnicate", ["url"].into_iter()), None);
        assert_eq!(nearest(&"u".repeat(1 << 20), ["url"].into_iter()), None);
    }
}
