//! Where a displayed text shows why its row is there.

use std::ops::Range;

use super::term::{Glob, Term, Test};

/// Ranges of bytes of `shown`, ordered, without overlap.
pub(super) fn of(terms: &[Term], column: usize, shown: &str) -> Vec<Range<usize>> {
    let terms: Vec<&Term> = terms.iter().filter(|term| !term.inverse && term.is_about(column)).collect();
    if terms.is_empty() {
        return Vec::new();
    }
    let lower = Lower::new(shown);
    let mut found: Vec<_> = terms.iter().flat_map(|term| lower.found_by(&term.test)).collect();
    found.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

impl Term {
    fn is_about(&self, column: usize) -> bool {
        match &self.test {
            Test::Word(_) | Test::Regex(_) | Test::Fuzzy(_) => true,
            Test::Part(of, _) | Test::Whole(of, _) | Test::Exact { column: of, .. } => *of == column,
            Test::Age { .. } => false,
        }
    }
}

/// A text in lower case with the way back: lower-casing can change the length of a character.
struct Lower<'a> {
    shown: &'a str,
    text: String,
    /// For each byte of `text`, the bytes of the character of `shown` that it came from; none where they are the same.
    origin: Option<Vec<Range<usize>>>,
}

impl<'a> Lower<'a> {
    fn new(shown: &'a str) -> Self {
        if shown.is_ascii() {
            return Self { shown, text: shown.to_ascii_lowercase(), origin: None };
        }
        let mut text = String::with_capacity(shown.len());
        let mut origin = Vec::with_capacity(shown.len());
        for (at, c) in shown.char_indices() {
            text.extend(c.to_lowercase());
            origin.resize(text.len(), at..at + c.len_utf8());
        }
        Self { shown, text, origin: Some(origin) }
    }

    fn back(&self, found: Range<usize>) -> Option<Range<usize>> {
        let last = found.end.checked_sub(1).filter(|last| *last >= found.start)?;
        match &self.origin {
            Some(origin) => Some(origin.get(found.start)?.start..origin.get(last)?.end),
            None => Some(found),
        }
    }

    fn found_by(&self, test: &Test) -> Vec<Range<usize>> {
        match test {
            Test::Word(word) | Test::Part(_, word) => self.occurrences(word),
            Test::Whole(_, globs) | Test::Exact { lower: globs, .. } => {
                let parts = globs.iter().flat_map(|Glob(parts)| parts);
                parts.flat_map(|part| self.occurrences(part)).collect()
            }
            Test::Regex(pattern) => pattern.regex.find_iter(self.shown).map(|found| found.range()).collect(),
            Test::Fuzzy(letters) => {
                let starts: Vec<_> = self.text.char_indices().collect();
                let place = |place: &u32| {
                    let (at, c) = starts.get(usize::try_from(*place).ok()?)?;
                    self.back(*at..at + c.len_utf8())
                };
                letters.places(&self.text).iter().filter_map(place).collect()
            }
            Test::Age { .. } => Vec::new(),
        }
    }

    fn occurrences(&self, word: &str) -> Vec<Range<usize>> {
        if word.is_empty() {
            return Vec::new();
        }
        self.text.match_indices(word).filter_map(|(at, word)| self.back(at..at + word.len())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::query::{Field, ORGANIZATIONS, parse};

    fn marks(shown: &str, query: &str) -> Vec<Range<usize>> {
        parse(query, &ORGANIZATIONS, 0).unwrap().highlights(Field::Name.column(), shown)
    }

    #[test]
    fn matched_parts_are_found_whatever_the_case_and_never_overlap() {
        assert_eq!(marks("Acme España", "esp"), std::slice::from_ref(&(5..8)));
        assert_eq!(marks("Acme España", "aña cme"), [1..4, 8..12]);
        assert_eq!(marks("aaaa", "aa aaa"), std::slice::from_ref(&(0..4)));
        assert!(marks("Acme", "").is_empty());
    }

    #[test]
    fn each_form_of_a_term_marks_what_it_found() {
        assert_eq!(marks("Acme", "re:c.e"), std::slice::from_ref(&(1..4)));
        assert_eq!(marks("Acme", "~ae"), [0..1, 3..4]);
        assert_eq!(marks("Acme", "name=a*e"), [0..1, 3..4]);
        assert!(marks("Acme", "type:cm !zz updated<3d").is_empty());
    }

    #[test]
    fn a_character_that_grows_in_lower_case_does_not_shift_the_marks() {
        assert_eq!(marks("İstanbul", "stan"), std::slice::from_ref(&(2..6)));
    }
}
