//! Narrowing the list by words: a row is shown when it holds every word somewhere.

use memchr::memmem::Finder;

use crate::app::field::Field;

/// The filter and its text field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// What is being typed, or was accepted.
    pub field: Field,
    /// Whether the keyboard is in the field.
    pub editing: bool,
    words: Vec<String>,
}

impl Filter {
    /// Whether every row is shown.
    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words looked for, in lower case.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Takes the words over from the field. Says whether every row that matches now also matched before, so
    /// that only those need to be looked at.
    pub fn take_words(&mut self) -> bool {
        let words: Vec<String> =
            self.field.text().to_lowercase().split_whitespace().map(str::to_owned).collect();
        let narrower = self.words.iter().all(|old| words.iter().any(|new| new.contains(old.as_str())));
        self.words = words;
        narrower
    }

    /// A test for the lower-cased columns of rows, prepared once for many rows.
    pub fn matcher(&self) -> impl Fn(&str) -> bool + '_ {
        let finders: Vec<_> = self.words.iter().map(|word| Finder::new(word.as_str())).collect();
        move |columns| finders.iter().all(|finder| finder.find(columns.as_bytes()).is_some())
    }
}

/// Where the words stand in a displayed text: ranges of bytes, ordered, without overlap.
pub fn matches(shown: &str, words: &[String]) -> Vec<std::ops::Range<usize>> {
    if words.is_empty() {
        return Vec::new();
    }
    // Lower-casing can change the length of a character, so the way back is kept by byte.
    let mut lower = String::with_capacity(shown.len());
    let mut origin = Vec::with_capacity(shown.len());
    for (at, c) in shown.char_indices() {
        lower.extend(c.to_lowercase());
        origin.resize(lower.len(), at..at + c.len_utf8());
    }
    let mut found: Vec<_> = words
        .iter()
        .flat_map(|word| lower.match_indices(word.as_str()))
        .filter_map(|(at, word)| Some(origin.get(at)?.start..origin.get(at + word.len() - 1)?.end))
        .collect();
    found.sort_by_key(|range| range.start);
    let mut merged: Vec<std::ops::Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn matched_parts_are_found_whatever_the_case_and_never_overlap() {
        assert_eq!(matches("Acme España", &words("esp")), std::slice::from_ref(&(5..8)));
        assert_eq!(matches("Acme España", &words("aña cme")), [1..4, 8..12]);
        assert_eq!(matches("aaaa", &words("aa aaa")), std::slice::from_ref(&(0..4)));
        assert_eq!(matches("Acme", &[]), []);
    }

    #[test]
    fn a_character_that_grows_in_lower_case_does_not_shift_the_marks() {
        assert_eq!(matches("İstanbul", &words("stan")), std::slice::from_ref(&(2..6)));
    }
}
